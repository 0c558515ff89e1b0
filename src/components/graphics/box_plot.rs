//! The box plot on the axis of the histogram above it, and its nine quantiles as figures.

use leptos::prelude::*;

use super::bins::position_of;
use super::figure::{canonical_text, metric_figure, value_text};
use super::path::percent;
use crate::domain::column_profile::{ColumnProfile, HistogramBin};

/// Quartiles as a box, the median as a line, whiskers at the 1st and 99th percentile, a tick at the 95th.
/// `None` where the quantiles are not known.
pub fn box_plot(column: &ColumnProfile, bins: &[HistogramBin]) -> Option<AnyView> {
    let metrics = &column.metrics;
    let (p01, p25, median, p75, p95, p99) = (
        metrics.p01?,
        metrics.p25?,
        metrics.median?,
        metrics.p75?,
        metrics.p95?,
        metrics.p99?,
    );
    if bins.is_empty() {
        return None;
    }
    let at = |value: f64| percent(position_of(bins, value));
    let text = |value: f64| value_text(column, value);
    let label = format!(
        "Box plot: quartiles {} and {}, median {}, 95th percentile {}, whiskers at the 1st and 99th percentile, {} and {}",
        text(p25),
        text(p75),
        text(median),
        text(p95),
        text(p01),
        text(p99)
    );
    let width = percent(position_of(bins, p75) - position_of(bins, p25));
    Some(
        view! {
            <svg class="box-plot" width="100%" height="34" role="img" aria-label=label>
                <line class="whisker" x1=at(p01) x2=at(p25) y1="17" y2="17" />
                <line class="whisker" x1=at(p75) x2=at(p99) y1="17" y2="17" />
                <line class="whisker" x1=at(p01) x2=at(p01) y1="11" y2="23" />
                <line class="whisker" x1=at(p99) x2=at(p99) y1="11" y2="23" />
                <rect class="k4" x=at(p25) y="6" width=width height="22" />
                <line class="median" x1=at(median) x2=at(median) y1="4" y2="30" />
                <line class="whisker" x1=at(p95) x2=at(p95) y1="12" y2="22" />
            </svg>
        }
        .into_any(),
    )
}

/// Minimum, seven quantiles and maximum; those that are not known are left out.
pub fn quantile_row(column: &ColumnProfile) -> Option<AnyView> {
    let metrics = &column.metrics;
    let quantile = |name: &'static str, metric: &'static str, value: Option<f64>| {
        value.map(|value| (name, metric_figure(column, metric, value_text(column, value))))
    };
    let end = |name: &'static str, text: &Option<String>| text.as_ref().map(|text| (name, canonical_text(column, text).into_any()));
    let figures: Vec<AnyView> = [
        end("min", &metrics.min_value),
        quantile("p1", "p01", metrics.p01),
        quantile("p5", "p05", metrics.p05),
        quantile("p25", "p25", metrics.p25),
        quantile("median", "median", metrics.median),
        quantile("p75", "p75", metrics.p75),
        quantile("p95", "p95", metrics.p95),
        quantile("p99", "p99", metrics.p99),
        end("max", &metrics.max_value),
    ]
    .into_iter()
    .flatten()
    .map(|(name, text)| view! { <div><dt>{name}</dt><dd>{text}</dd></div> }.into_any())
    .collect();
    (!figures.is_empty()).then(|| view! { <dl class="quantiles">{figures}</dl> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;
    use crate::domain::column_profile::{Estimate, Metrics};

    #[test]
    fn without_quantiles_there_is_no_box() {
        assert!(box_plot(&ColumnProfile::default(), &[]).is_none());
        assert!(quantile_row(&ColumnProfile::default()).is_none());
    }

    #[test]
    fn estimated_quantiles_are_marked_and_the_ends_are_exact() {
        let metrics = Metrics {
            min_value: Some("-412.00".into()),
            median: Some(12.4),
            max_value: Some("18446744073709551616".into()),
            ..Metrics::default()
        };
        let mut column = ColumnProfile {
            general_type: crate::domain::column_profile::GeneralType::Number,
            metrics,
            ..ColumnProfile::default()
        };
        column.estimates.insert(
            "median".into(),
            Estimate {
                method: "kll_k400".into(),
                error: 0.0041,
            },
        );
        let html = rendered(|| quantile_row(&column).into_any());
        assert!(html.contains("≈12.4") && html.contains("18,446,744,073,709,551,616"), "{html}");
        assert_eq!(html.matches('≈').count(), 1);
    }
}
