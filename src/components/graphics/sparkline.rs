//! Row counts over runs as a line in 96 by 20, for dense lists.

use leptos::prelude::*;

use super::path::line;

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 20.0;
/// Room for the line's own width and its last dot.
const MARGIN: f64 = 3.0;

/// Draws the values, oldest first. `label` is the sentence that says what they show. Nothing is drawn without values.
pub fn sparkline(values: &[u64], label: &str) -> AnyView {
    let (Some(low), Some(high)) = (values.iter().min(), values.iter().max()) else {
        return ().into_any();
    };
    let span = (*high - *low) as f64;
    let place = |index: usize, value: u64| {
        let x = if values.len() == 1 {
            WIDTH - MARGIN
        } else {
            MARGIN + index as f64 / (values.len() - 1) as f64 * (WIDTH - 2.0 * MARGIN)
        };
        let share = if span == 0.0 { 0.5 } else { (value - low) as f64 / span };
        (x, HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN))
    };
    let points: Vec<_> = values.iter().enumerate().map(|(index, value)| Some(place(index, *value))).collect();
    let (x, y) = place(values.len() - 1, values[values.len() - 1]);
    view! {
        <svg class="spark" width="96" height="20" viewBox="0 0 96 20" role="img" aria-label=label.to_owned()>
            <path class="ln" d=line(&points) />
            <circle class="dot" cx=format!("{x:.1}") cy=format!("{y:.1}") r="2" />
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn one_run_is_a_dot_and_none_is_nothing() {
        assert!(!rendered(|| sparkline(&[], "")).contains("svg"));
        let one = rendered(|| sparkline(&[7], "7 rows in one run"));
        assert!(one.contains("<circle") && one.contains("7 rows in one run"), "{one}");
    }

    #[test]
    fn equal_and_huge_values_stay_inside() {
        for values in [vec![5, 5, 5], vec![0, u64::MAX, 1]] {
            let drawn = rendered(|| sparkline(&values, "rows"));
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }
}
