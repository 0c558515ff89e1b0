//! Row counts over runs as a line in 96 by 20, for dense lists.

use leptos::prelude::*;

use super::strip::strip;

/// Draws the values, oldest first. `label` is the sentence that says what they show. Nothing is drawn without values.
pub fn sparkline(values: &[u64], label: &str) -> AnyView {
    let (low, high) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    let share = |value: &u64| {
        if high == low {
            0.5
        } else {
            (value - low) as f64 / (high - low) as f64
        }
    };
    strip(
        &values.iter().map(share).collect::<Vec<f64>>(),
        (96, 20),
        ("dot", 2.0),
        label,
        false,
    )
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
