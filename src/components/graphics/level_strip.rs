//! The level of a cause over the latest runs as a line from zero, with a mark where it stands now.

use leptos::prelude::*;

use super::path::line;
use crate::domain::anomaly::Severity;

/// Room for the line's own width and its last dot.
const MARGIN: f64 = 3.0;

/// Draws the levels, oldest first, in a box of so many pixels. `label` is the sentence that says what they show.
pub fn level_strip(levels: &[f64], severity: Severity, (width, height): (u32, u32), label: &str) -> AnyView {
    let Some(last) = levels.last() else { return ().into_any() };
    let high = levels.iter().copied().filter(|level| level.is_finite()).fold(0.0, f64::max);
    let (wide, tall) = (f64::from(width), f64::from(height));
    let place = |index: usize, level: f64| {
        let x = if levels.len() == 1 {
            wide - MARGIN
        } else {
            MARGIN + index as f64 / (levels.len() - 1) as f64 * (wide - 2.0 * MARGIN)
        };
        let share = if high > 0.0 { (level / high).clamp(0.0, 1.0) } else { 0.0 };
        (x, tall - MARGIN - share * (tall - 2.0 * MARGIN))
    };
    let points: Vec<_> = levels.iter().enumerate().map(|(index, level)| Some(place(index, *level))).collect();
    let (x, y) = place(levels.len() - 1, *last);
    let class = match severity {
        Severity::Critical | Severity::High => "dot hot",
        Severity::Medium => "dot warm",
        Severity::Low | Severity::Info => "dot",
    };
    view! {
        <svg class="spark" width=width height=height viewBox=format!("0 0 {width} {height}") role="img" aria-label=label.to_owned()>
            <path class="ln" d=line(&points) />
            <circle class=class cx=format!("{x:.1}") cy=format!("{y:.1}") r="2.75" />
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn a_level_that_never_was_is_a_line_on_the_ground() {
        let drawn = rendered(|| level_strip(&[0.0, 0.0, 0.0], Severity::Low, (104, 26), "never"));
        assert!(drawn.contains("23.0") && !drawn.contains("NaN"), "{drawn}");
        assert!(!rendered(|| level_strip(&[], Severity::Low, (104, 26), "")).contains("svg"));
    }
}
