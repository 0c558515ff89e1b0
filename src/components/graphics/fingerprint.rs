//! The drawing of a column in 176 by 26: histogram, ribbon of shares, key, constant, nothing. Never scaled, so bars stay sharp.

use leptos::prelude::*;

use super::bins::{joined, laid_over, length_bins};
use super::path::{bars, hatch, length, outline};
use super::shape::{ColumnShape, column_shape};
use crate::components::format::{count, percent};
use crate::domain::column_profile::ColumnProfile;

const WIDTH: f64 = 176.0;
const HEIGHT: f64 = 26.0;
/// Most bars of a histogram.
const BINS: usize = 24;
/// Ranks of a ribbon before the rest.
const RANKS: usize = 5;

/// Draws the column; the compared run is an outline over the bars.
pub fn fingerprint(column: &ColumnProfile, compared: Option<&ColumnProfile>) -> AnyView {
    match column_shape(column) {
        ColumnShape::Failed => framed("Could not be profiled", view! { <path class="ax" d="M0 13H176" /> }.into_any()),
        ColumnShape::NoRows => framed("No rows", view! { <path class="ax" d="M0 25.5H176" /> }.into_any()),
        ColumnShape::AllNull => framed("No values: every row is null", nothing()),
        ColumnShape::Constant => framed(
            "One single value",
            view! { <path class="ax" d="M0 25.5H176" /><rect class="k" x="85" y="2" width="6" height="23.5" /> }.into_any(),
        ),
        ColumnShape::Key => framed(
            "Every value is different",
            view! { <path class="k4" d=bars(&[10.0; 22], WIDTH, 18.0, 1.0) /> }.into_any(),
        ),
        ColumnShape::Values => ribbon("Commonest values", shares(column, value_counts(column)), &column.column_name),
        ColumnShape::Patterns => ribbon("Value shapes", shares(column, pattern_counts(column)), &column.column_name),
        ColumnShape::Histogram => histogram(column, compared),
        ColumnShape::Lengths => lengths(column),
        ColumnShape::Plain => framed("Nothing to draw", view! { <path class="ax" d="M0 25.5H176" /> }.into_any()),
    }
}

fn framed(label: &str, inner: AnyView) -> AnyView {
    view! { <svg class="fingerprint" width="176" height="26" viewBox="0 0 176 26" role="img" aria-label=label.to_owned()>{inner}</svg> }
        .into_any()
}

/// The hatched box of a column without values.
fn nothing() -> AnyView {
    view! { <path class="hatch" d=hatch(0.5, 5.5, 175.0, 15.0, 3.5) /><rect class="frame" x="0.5" y="5.5" width="175" height="15" /> }
        .into_any()
}

fn value_counts(column: &ColumnProfile) -> Vec<(String, u64)> {
    column.top_values.iter().map(|value| (value.value.clone(), value.count)).collect()
}

fn pattern_counts(column: &ColumnProfile) -> Vec<(String, u64)> {
    column
        .metrics
        .patterns
        .iter()
        .flatten()
        .map(|pattern| (pattern.pattern.clone(), pattern.count))
        .collect()
}

/// The first ranks and the rest, as shares of the values; they add up to one.
fn shares(column: &ColumnProfile, counts: Vec<(String, u64)>) -> Vec<(String, f64)> {
    let values = column.non_null_count.max(1);
    let mut out: Vec<(String, f64)> = counts
        .into_iter()
        .take(RANKS)
        .map(|(name, count)| (name, count as f64 / values as f64))
        .collect();
    let rest = 1.0 - out.iter().map(|(_, share)| share).sum::<f64>();
    if rest > 1e-9 {
        out.push(("other".to_owned(), rest));
    }
    out
}

/// Shares side by side, darkest first; every share above zero shows at least one pixel.
fn ribbon(what: &str, shares: Vec<(String, f64)>, name: &str) -> AnyView {
    let words: Vec<String> = shares
        .iter()
        .map(|(value, share)| format!("{} {}", shortened(value), percent(*share)))
        .collect();
    let label = format!("{what} of {name}: {}", words.join(", "));
    // One pixel each for the gaps and for the least width; the rest of the width is divided by share.
    let free = WIDTH - 2.0 * shares.len() as f64 + 1.0;
    let mut x = 0.0;
    let last = shares.len();
    let parts: Vec<AnyView> = shares
        .iter()
        .enumerate()
        .map(|(rank, (value, share))| {
            let wide = 1.0 + share.clamp(0.0, 1.0) * free;
            let class = if rank + 1 == last && value == "other" {
                "k5"
            } else {
                ["k", "k3", "k4", "k5", "k5"][rank.min(4)]
            };
            let drawn = view! { <rect class=class x=length(x) y="5" width=length(wide) height="16" /> }.into_any();
            x += wide + 1.0;
            drawn
        })
        .collect();
    framed(&label, parts.into_any())
}

/// A value in a label: cut, so that a label never becomes a page.
fn shortened(value: &str) -> String {
    match value {
        "" => "''".to_owned(),
        value if value.chars().count() > 24 => value.chars().take(23).chain(['…']).collect(),
        value => value.to_owned(),
    }
}

/// The histogram of numbers or dates with the compared run; both as shares of their own rows, so that shapes compare.
fn histogram(column: &ColumnProfile, compared: Option<&ColumnProfile>) -> AnyView {
    let share = |counts: Vec<f64>, rows: u64| -> Vec<f64> { counts.into_iter().map(|count| count / rows.max(1) as f64).collect() };
    let now = joined(
        &share(column.histogram.iter().map(|bin| bin.count as f64).collect(), column.row_count),
        BINS,
    );
    // Bars without edges cannot be laid over one another.
    let before = compared
        .filter(|other| !column.values_masked && !other.values_masked)
        .and_then(|other| laid_over(&column.histogram, &other.histogram).map(|bins| joined(&share(bins.counts(), other.row_count), BINS)))
        .unwrap_or_default();
    let (from, to) = (bin_label(column.histogram.first()), bin_label(column.histogram.last()));
    let peak = column.histogram.iter().max_by_key(|bin| bin.count);
    let label = match peak {
        _ if column.values_masked => format!("Histogram of {}, its edges masked", column.column_name),
        Some(bin) => format!(
            "Histogram of {} from {from} to {to}, most rows at {}",
            column.column_name, bin.label
        ),
        None => format!("Histogram of {}", column.column_name),
    };
    framed(&label, drawn_bars(&now, &before))
}

/// How long the texts are.
fn lengths(column: &ColumnProfile) -> AnyView {
    let lengths = column.metrics.length_histogram.as_deref().unwrap_or_default();
    let bins = length_bins(lengths, BINS as u64);
    let counts: Vec<f64> = bins.iter().map(|bin| bin.count as f64).collect();
    let peak = bins
        .iter()
        .max_by_key(|bin| bin.count)
        .map(|bin| format!(", most {} characters: {} rows", bin.label, count(bin.count)));
    framed(
        &format!("Lengths of {}{}", column.column_name, peak.unwrap_or_default()),
        drawn_bars(&counts, &[]),
    )
}

fn bin_label(bin: Option<&crate::domain::column_profile::HistogramBin>) -> String {
    bin.map(|bin| bin.label.clone()).unwrap_or_default()
}

/// Bars, outline and base line on the full height.
fn drawn_bars(now: &[f64], before: &[f64]) -> AnyView {
    let largest = now.iter().chain(before).fold(0.0_f64, |largest, value| largest.max(*value));
    let heights = |values: &[f64], least: f64| -> Vec<f64> {
        values
            .iter()
            .map(|value| {
                if *value <= 0.0 || largest <= 0.0 {
                    0.0
                } else {
                    (value / largest * HEIGHT).max(least)
                }
            })
            .collect()
    };
    let line = outline(&heights(before, 0.0), WIDTH, HEIGHT);
    let line = (!line.is_empty()).then(|| view! { <path class="pv" d=line /> });
    view! { <path class="k" d=bars(&heights(now, 1.0), WIDTH, HEIGHT, 1.0) />{line}<path class="ax" d="M0 25.5H176" /> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;
    use crate::domain::column_profile::{GeneralType, HistogramBin, LengthCount, Metrics, PatternCount, TopValue};

    fn column(kind: GeneralType, rows: u64, nulls: u64, distinct: u64) -> ColumnProfile {
        ColumnProfile {
            column_name: "c".into(),
            general_type: kind,
            row_count: rows,
            null_count: nulls,
            non_null_count: rows - nulls,
            metrics: Metrics {
                distinct_count: Some(distinct),
                ..Metrics::default()
            },
            ..ColumnProfile::default()
        }
    }

    fn top(values: &[(&str, u64)]) -> Vec<TopValue> {
        values
            .iter()
            .map(|(value, count)| TopValue {
                value: (*value).into(),
                count: *count,
                ratio: 0.0,
            })
            .collect()
    }

    #[test]
    fn each_kind_of_column_has_its_picture() {
        assert_eq!(column_shape(&column(GeneralType::Text, 0, 0, 0)), ColumnShape::NoRows);
        assert_eq!(column_shape(&column(GeneralType::Text, 9, 9, 0)), ColumnShape::AllNull);
        assert_eq!(column_shape(&column(GeneralType::Number, 9, 3, 1)), ColumnShape::Constant);
        assert_eq!(column_shape(&column(GeneralType::Text, 9, 0, 9)), ColumnShape::Key);
        let mut failed = column(GeneralType::Text, 9, 0, 9);
        failed.metrics.query_error = Some("denied".into());
        assert_eq!(column_shape(&failed), ColumnShape::Failed);
        let mut texts = column(GeneralType::Text, 1_000, 0, 990);
        texts.top_values = top(&[("a", 3), ("b", 2)]);
        texts.metrics.length_histogram = Some(vec![LengthCount { length: 3, count: 500 }, LengthCount { length: 9, count: 500 }]);
        assert_eq!(column_shape(&texts), ColumnShape::Lengths);
        texts.metrics.patterns = Some(vec![PatternCount {
            pattern: "AA-9".into(),
            count: 800,
        }]);
        assert_eq!(column_shape(&texts), ColumnShape::Patterns);
        texts.top_values = top(&[("a", 600)]);
        assert_eq!(column_shape(&texts), ColumnShape::Values);
    }

    #[test]
    fn a_ribbon_closes_to_the_whole_and_stays_in_its_width() {
        let mut column = column(GeneralType::Text, 1_000_000, 0, 40);
        column.top_values = top(&[("<script>", 999_990), ("b", 1), ("c", 1), ("d", 1), ("e", 1)]);
        let drawn = rendered(|| fingerprint(&column, None));
        assert!(!drawn.contains("<script>"), "{drawn}");
        assert_eq!(drawn.matches("<rect").count(), 6);
        let right: f64 = drawn
            .split("<rect")
            .skip(1)
            .map(|part| number(part, " x=\"") + number(part, "width=\""))
            .fold(0.0, f64::max);
        assert!(right <= 176.05, "{right}: {drawn}");
    }

    fn number(part: &str, key: &str) -> f64 {
        part.split(key).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    }

    #[test]
    fn the_compared_run_is_an_outline_and_huge_counts_stay_inside() {
        let bins: Vec<HistogramBin> = (0..48)
            .map(|at| HistogramBin {
                label: at.to_string(),
                lower: Some(f64::from(at)),
                upper: Some(f64::from(at + 1)),
                count: u64::MAX / 64,
            })
            .collect();
        let mut now = column(GeneralType::Number, u64::MAX, 0, 5_000);
        now.histogram = bins;
        let drawn = rendered(|| fingerprint(&now, Some(&now.clone())));
        assert!(drawn.contains("class=\"pv\"") && drawn.contains("class=\"k\""), "{drawn}");
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"));
        assert!(!rendered(|| fingerprint(&now, None)).contains("pv"));
    }
}
