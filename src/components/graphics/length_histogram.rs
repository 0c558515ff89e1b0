//! How long the texts of a column are, in characters.

use leptos::prelude::*;

use super::RunNames;
use super::axis_labels::named_ticks;
use super::bar_chart::{Bar, BarChart, bar_chart};
use super::bins::length_bins;
use super::bins_table::bins_table;
use crate::components::format::{count, share};
use crate::domain::column_profile::ColumnProfile;

/// Most bars before lengths are grouped.
const MOST: u64 = 40;

/// Draws the lengths with their table. `None` where the column has none.
pub fn length_histogram(id: &str, column: &ColumnProfile, runs: &RunNames) -> Option<AnyView> {
    let lengths = column.metrics.length_histogram.as_deref().filter(|lengths| !lengths.is_empty())?;
    let bins = length_bins(lengths, MOST);
    let all = lengths.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.count));
    let of_all = |rows: u64| share(rows, all).unwrap_or_default();
    let peak = bins.iter().max_by_key(|bin| bin.count);
    let label = match peak {
        Some(bin) => format!(
            "Length of {} in characters, most values ({}) have {}.",
            column.column_name,
            of_all(bin.count),
            bin.label
        ),
        None => format!("Length of {} in characters.", column.column_name),
    };
    let chart = BarChart {
        id: id.to_owned(),
        label,
        bars: bins
            .iter()
            .map(|bin| Bar {
                title: format!("{} characters: {} values, {}", bin.label, count(bin.count), of_all(bin.count)),
                count: bin.count,
            })
            .collect(),
        compared: Vec::new(),
        sides: Vec::new(),
        ticks: named_ticks(&bins),
        height: 120.0,
        logarithmic: false,
    };
    let mut rows: Vec<Vec<String>> = bins
        .iter()
        .filter(|bin| bin.count > 0)
        .map(|bin| vec![bin.label.clone(), count(bin.count), of_all(bin.count)])
        .collect();
    rows.push(vec!["all".to_owned(), count(all), "100%".to_owned()]);
    let heads = ["Characters".to_owned(), runs.shown.clone(), "Share".to_owned()];
    let table = bins_table(&format!("Values of {} by length", column.column_name), &heads, 1, rows);
    Some(view! { <figure class="histo">{bar_chart(&chart, None)}{table}</figure> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;
    use crate::domain::column_profile::{LengthCount, Metrics};

    #[test]
    fn lengths_close_to_the_whole() {
        let lengths = vec![LengthCount { length: 5, count: 3 }, LengthCount { length: 4_096, count: 1 }];
        let column = ColumnProfile {
            metrics: Metrics {
                length_histogram: Some(lengths),
                ..Metrics::default()
            },
            ..ColumnProfile::default()
        };
        let html = rendered(|| length_histogram("l", &column, &RunNames::default()).into_any());
        assert!(html.contains(">75.0%</td>") && html.contains(">100%</td>"), "{html}");
        assert!(length_histogram("l", &ColumnProfile::default(), &RunNames::default()).is_none());
    }
}
