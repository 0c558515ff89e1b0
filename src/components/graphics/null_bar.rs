//! The share of missing values in 56 by 8: hatched above 12 %, solid below, a hairline at exact zero.

use leptos::prelude::*;

use super::path::{hatch, length};

const WIDTH: f64 = 56.0;
const HEIGHT: f64 = 8.0;
/// Above this share the missing part is wide enough to show its hatch.
const HATCHED_FROM: f64 = 0.12;
/// Anything above zero is at least this wide.
const LEAST: f64 = 1.5;

/// Draws the bar. The figure stands beside it in words, so the drawing itself is hidden from readers.
pub fn null_bar(nulls: u64, rows: u64) -> AnyView {
    let share = if rows == 0 {
        0.0
    } else {
        (nulls as f64 / rows as f64).clamp(0.0, 1.0)
    };
    let filled = if nulls == 0 {
        0.0
    } else {
        (share * WIDTH).clamp(LEAST, if nulls < rows { WIDTH - 0.5 } else { WIDTH })
    };
    let inner = if rows == 0 {
        ().into_any()
    } else if nulls == 0 {
        view! { <path class="ax" d="M0 4H56" /> }.into_any()
    } else if share > HATCHED_FROM {
        let edge = (nulls < rows).then(|| view! { <path class="edge" d=format!("M{0} 0V8", length(filled)) /> });
        view! {
            <rect class="k5" width="56" height="8" />
            <rect class="paper" width=length(filled) height="8" />
            <path class="hatch" d=hatch(0.0, 0.0, filled, HEIGHT, 3.5) />
            {edge}
        }
        .into_any()
    } else {
        view! { <rect class="k5" width="56" height="8" /><rect class="kn" width=length(filled) height="8" /> }.into_any()
    };
    view! { <svg class="nullbar" width="56" height="8" viewBox="0 0 56 8" aria-hidden="true">{inner}</svg> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn zero_is_a_hairline_and_little_is_still_visible() {
        assert!(rendered(|| null_bar(0, 10)).contains("M0 4H56"));
        let little = rendered(|| null_bar(1, 1_000_000_000));
        assert!(little.contains("class=\"kn\"") && little.contains("width=\"1.5\""), "{little}");
        assert!(!rendered(|| null_bar(0, 0)).contains("<path"));
    }

    #[test]
    fn much_is_hatched_and_only_everything_fills_the_bar() {
        assert!(!rendered(|| null_bar(12, 100)).contains("hatch"));
        assert!(rendered(|| null_bar(13, 100)).contains("hatch"));
        assert!(rendered(|| null_bar(999_999, 1_000_000)).contains("width=\"55.5\""));
        let all = rendered(|| null_bar(5, 5));
        assert!(all.matches("width=\"56\"").count() == 3 && !all.contains("edge"), "{all}");
    }
}
