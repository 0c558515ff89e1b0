//! Pearson's coefficient as a bar to the right or to the left of zero, with the figure beside it.

use leptos::prelude::*;

use super::path::percent;
use crate::components::format::decimal;

/// Bar and figure of one coefficient, -1..1.
pub fn coefficient_bar(coefficient: f64) -> AnyView {
    let size = coefficient.abs().min(1.0) / 2.0;
    let start = if coefficient < 0.0 { 0.5 - size } else { 0.5 };
    view! {
        <span class="coef">
            <svg class="part" width="100%" height="8" aria-hidden="true">
                <rect class="k5" width="100%" height="8" />
                <rect class="k" x=percent(start) width=percent(size) height="8" />
                <line class="zero" x1="50%" x2="50%" y1="0" y2="8" />
            </svg>
            <span class="r">{decimal(coefficient, 2)}</span>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn a_negative_coefficient_lies_left_of_zero() {
        let html = rendered(|| coefficient_bar(-0.5));
        assert!(
            html.contains("x=\"25%\"") && html.contains("width=\"25%\"") && html.contains("−0.50"),
            "{html}"
        );
        assert!(rendered(|| coefficient_bar(1.0)).contains("x=\"50%\" width=\"50%\""));
    }
}
