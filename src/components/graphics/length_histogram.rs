//! How long the texts of a column are, in characters.

use leptos::prelude::*;

use super::RunNames;
use super::axis_labels::named_ticks;
use super::bar_chart::{Bar, BarChart, bar_chart};
use super::bins::length_bins;
use super::bins_table::bins_table;
use super::row_links::RowLinks;
use crate::components::format::{count, share};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::row_condition::RowCondition;

/// Most bars before lengths are grouped.
const MOST: u64 = 40;

/// Draws the lengths with their table. `None` where the column has none.
pub fn length_histogram(id: &str, column: &ColumnProfile, runs: &RunNames, links: &RowLinks) -> Option<AnyView> {
    let lengths = column.metrics.length_histogram.as_deref().filter(|lengths| !lengths.is_empty())?;
    let bins = length_bins(lengths, MOST);
    // Where lengths are many they are kept in steps: then a bar says more than its length.
    let is_stepped = lengths.len() > 1
        && lengths.iter().all(|entry| entry.length % 10 == 0)
        && column.metrics.max_length.is_some_and(|longest| longest > 4_096);
    let hrefs: Vec<Option<String>> = bins
        .iter()
        .map(|bin| {
            let (from, to) = (bin.lower? as u64, (bin.upper? as u64).saturating_sub(1));
            links.by(RowCondition::Lengths(from, to)).filter(|_| bin.count > 0 && !is_stepped)
        })
        .collect();
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
            .zip(&hrefs)
            .map(|(bin, href)| Bar {
                title: format!("{} characters: {} values, {}", bin.label, count(bin.count), of_all(bin.count)),
                count: bin.count,
                href: href.clone(),
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
    let linked: Vec<Option<String>> = bins
        .iter()
        .zip(hrefs)
        .filter(|(bin, _)| bin.count > 0)
        .map(|(_, href)| href)
        .collect();
    let heads = ["Characters".to_owned(), runs.shown.clone(), "Share".to_owned()];
    let table = bins_table(&format!("Values of {} by length", column.column_name), &heads, 1, rows, &linked);
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
        let html = rendered(|| length_histogram("l", &column, &RunNames::default(), &RowLinks::default()).into_any());
        assert!(html.contains(">75.0%</td>") && html.contains(">100%</td>"), "{html}");
        assert!(length_histogram("l", &ColumnProfile::default(), &RunNames::default(), &RowLinks::default()).is_none());
    }
}
