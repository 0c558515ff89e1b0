//! The level of a cause over the latest runs as a line from zero, with a mark where it stands now.

use leptos::prelude::*;

use super::strip::strip;
use crate::domain::anomaly::Severity;

/// Draws the levels, oldest first, in a box of so many pixels. `label` is the sentence that says what they show.
pub fn level_strip(levels: &[f64], severity: Severity, size: (u32, u32), label: &str) -> AnyView {
    let high = levels.iter().copied().filter(|level| level.is_finite()).fold(0.0, f64::max);
    let share = |level: &f64| if high > 0.0 { level / high } else { 0.0 };
    let dot = match severity {
        Severity::Critical | Severity::High => "dot hot",
        Severity::Medium => "dot warm",
        Severity::Low | Severity::Info => "dot",
    };
    strip(&levels.iter().map(share).collect::<Vec<f64>>(), size, (dot, 2.75), label, true)
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
