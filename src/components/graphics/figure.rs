//! A figure with its honesty: an estimate carries ≈ and says in its title how it was found and how wide it is.

use leptos::prelude::*;

use crate::components::format::{decimal, estimate, exact, number, percent, scale_of};
use crate::domain::column_profile::{ColumnProfile, Estimate, GeneralType};

/// Text, marked as an estimate where it is one.
pub fn figure(text: String, estimated: Option<&Estimate>) -> AnyView {
    match estimated {
        Some(found) => view! { <span class="est" title=estimate_sentence(found)>{estimate(text, true)}</span> }.into_any(),
        None => text.into_any(),
    }
}

/// The named metric of a column as text, marked where it is an estimate.
pub fn metric_figure(column: &ColumnProfile, metric: &str, text: String) -> AnyView {
    figure(text, column.estimates.get(metric))
}

/// How an estimate was found and how wide it is.
pub fn estimate_sentence(found: &Estimate) -> String {
    let width = percent(found.error);
    match found.method.split('_').next().unwrap_or_default() {
        "hll" => format!("Estimated with HyperLogLog ({}): within {width} in 95 of 100 cases", found.method),
        "kll" => format!(
            "Estimated with a KLL sketch ({}): its rank is within {width} of the rows in 95 of 100 cases",
            found.method
        ),
        "frequent" => format!("Estimated from frequent items ({}): within {width} of the rows", found.method),
        _ => format!("Estimated ({}): within {width} in 95 of 100 cases", found.method),
    }
}

/// A number of the column's own scale: whole numbers without a point, decimals with the scale of their type.
pub fn value_text(column: &ColumnProfile, value: f64) -> String {
    if column.metrics.integer_valued == Some(true) && value.fract() == 0.0 {
        return decimal(value, 0);
    }
    match column_scale(column) {
        Some(scale) => decimal(value, scale),
        None => number(value),
    }
}

/// A canonical text of the source: numbers grouped, anything else as it stands.
pub fn canonical_text(column: &ColumnProfile, text: &str) -> String {
    if column.general_type == GeneralType::Number {
        exact(text)
    } else {
        text.to_owned()
    }
}

/// The fixed scale of a decimal type, read from its smallest and largest value.
fn column_scale(column: &ColumnProfile) -> Option<usize> {
    let kind = column.data_type.to_ascii_lowercase();
    if !(kind.contains("decimal") || kind.contains("numeric")) {
        return None;
    }
    let scales = [&column.metrics.min_value, &column.metrics.max_value].map(|text| text.as_deref().map_or(0, scale_of));
    Some(scales[0].max(scales[1]).min(9))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;
    use crate::domain::column_profile::Metrics;

    #[test]
    fn only_estimates_are_marked_and_they_say_how_wide() {
        let found = Estimate {
            method: "hll_lg12".into(),
            error: 0.032,
        };
        let html = rendered(|| figure("41,208".into(), Some(&found)));
        assert!(
            html.contains("≈41,208") && html.contains("within 3.2% in 95 of 100 cases"),
            "{html}"
        );
        assert_eq!(rendered(|| figure("41,208".into(), None)), "41,208");
    }

    #[test]
    fn decimals_follow_the_scale_of_the_column() {
        let metrics = Metrics {
            min_value: Some("-412.00".into()),
            max_value: Some("9996.00".into()),
            ..Metrics::default()
        };
        let decimal = ColumnProfile {
            data_type: "decimal(14,2)".into(),
            metrics,
            ..ColumnProfile::default()
        };
        assert_eq!(value_text(&decimal, 38.0), "38.00");
        let double = ColumnProfile {
            data_type: "double".into(),
            ..ColumnProfile::default()
        };
        assert_eq!(value_text(&double, 0.1 + 0.2), "0.3");
        let whole = ColumnProfile {
            metrics: Metrics {
                integer_valued: Some(true),
                ..Metrics::default()
            },
            ..ColumnProfile::default()
        };
        assert_eq!(value_text(&whole, 1e6), "1,000,000");
    }
}
