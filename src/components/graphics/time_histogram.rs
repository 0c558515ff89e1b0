//! The histogram of a date or time column over calendar periods, the missing ones as a bar of their own.

use leptos::prelude::*;

use super::RunNames;
use super::axis_labels::named_ticks;
use super::bar_chart::{Bar, BarChart, SideBar, bar_chart};
use super::bins::{ComparedBins, laid_over};
use super::bins_table::bins_table;
use super::row_links::RowLinks;
use crate::components::format::{count, share, short_count};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::row_condition::RowFeature;

/// Draws the histogram with its table.
pub fn time_histogram(
    id: &str,
    column: &ColumnProfile,
    compared: Option<&ColumnProfile>,
    runs: &RunNames,
    logarithmic: bool,
    links: &RowLinks,
) -> AnyView {
    let bins = &column.histogram;
    let laid = compared.and_then(|other| laid_over(bins, &other.histogram));
    let exact = match &laid {
        Some(ComparedBins::Exact(counts)) => Some(counts.clone()),
        _ => None,
    };
    let of_rows = |rows: u64| share(rows, column.row_count).unwrap_or_default();
    let before = |index: usize| match (&exact, &runs.compared) {
        (Some(counts), Some(name)) => format!("; {name} {}", count(counts[index])),
        _ => String::new(),
    };
    let nulls_before = compared.map(|other| other.null_count);
    let sides: Vec<SideBar> = (column.null_count > 0 || nulls_before.is_some_and(|nulls| nulls > 0))
        .then(|| SideBar {
            name: "null",
            title: format!("null: {} rows, {}", count(column.null_count), of_rows(column.null_count)),
            count: column.null_count,
            compared: nulls_before,
            share: of_rows(column.null_count),
            is_missing: true,
            href: links.of(RowFeature::Null),
        })
        .into_iter()
        .collect();
    let last = bins.len().saturating_sub(1);
    let hrefs: Vec<Option<String>> = (0..)
        .zip(bins)
        .map(|(place, bin)| links.of_bin(column, bin, place == last))
        .collect();
    let chart = BarChart {
        id: id.to_owned(),
        label: finding(column),
        bars: bins
            .iter()
            .enumerate()
            .map(|(index, bin)| Bar {
                title: format!("{}: {} rows, {}{}", bin.label, count(bin.count), of_rows(bin.count), before(index)),
                count: bin.count,
                href: hrefs[index].clone(),
            })
            .collect(),
        compared: laid.as_ref().map(ComparedBins::counts).unwrap_or_default(),
        sides: sides.clone(),
        ticks: named_ticks(bins),
        height: 180.0,
        logarithmic,
    };
    let mut heads = vec!["Period".to_owned(), runs.shown.clone(), "Share".to_owned()];
    if let (Some(_), Some(name)) = (&exact, &runs.compared) {
        heads.push(name.clone());
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut line = |name: String, rows_now: u64, rows_before: Option<u64>| {
        let mut row = vec![name, count(rows_now), of_rows(rows_now)];
        if exact.is_some() {
            row.push(rows_before.map(count).unwrap_or_default());
        }
        rows.push(row);
    };
    for side in &sides {
        line(side.name.to_owned(), side.count, side.compared);
    }
    for (index, bin) in bins.iter().enumerate() {
        line(bin.label.clone(), bin.count, exact.as_ref().map(|counts| counts[index]));
    }
    let sum = |counts: &mut dyn Iterator<Item = u64>| counts.fold(0_u64, u64::saturating_add);
    let all = sum(&mut bins.iter().map(|bin| bin.count).chain(sides.iter().map(|side| side.count)));
    let all_before = exact
        .as_ref()
        .map(|counts| sum(&mut counts.iter().copied().chain(sides.iter().filter_map(|side| side.compared))));
    line("all".to_owned(), all, all_before);
    let of_bars = |count: u64, href: &Option<String>| href.clone().filter(|_| count > 0);
    let of_sides = sides.iter().map(|side| of_bars(side.count, &side.href));
    let linked: Vec<Option<String>> = of_sides
        .chain(bins.iter().zip(&hrefs).map(|(bin, href)| of_bars(bin.count, href)))
        .collect();
    let caption = format!("Rows of {} by period", column.column_name);
    view! { <figure class="histo">{bar_chart(&chart, None)}{bins_table(&caption, &heads, 1, rows, &linked)}</figure> }.into_any()
}

/// From when to when, where most rows lie, and what lies in the future.
fn finding(column: &ColumnProfile) -> String {
    let metrics = &column.metrics;
    let span = match (&metrics.min_date, &metrics.max_date) {
        (Some(from), Some(to)) => format!(" from {from} to {to}"),
        _ => String::new(),
    };
    let peak = column.histogram.iter().max_by_key(|bin| bin.count).filter(|bin| bin.count > 0);
    let most = peak
        .map(|bin| format!(", most rows ({}) in {}", short_count(bin.count), bin.label))
        .unwrap_or_default();
    let future = metrics
        .future_count
        .filter(|rows| *rows > 0)
        .map(|rows| format!(" {} rows lie in the future.", count(rows)))
        .unwrap_or_default();
    format!("{} over time{span}{most}.{future}", column.column_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;
    use crate::domain::column_profile::{HistogramBin, Metrics};

    #[test]
    fn periods_and_missing_rows_add_up() {
        let bin = |label: &str, count| HistogramBin {
            label: label.into(),
            lower: Some(0.0),
            upper: Some(1.0),
            count,
        };
        let column = ColumnProfile {
            column_name: "ordered_at".into(),
            row_count: 10,
            null_count: 2,
            non_null_count: 8,
            metrics: Metrics {
                future_count: Some(3),
                ..Metrics::default()
            },
            histogram: vec![bin("2026-01", 5), bin("2026-02", 3)],
            ..ColumnProfile::default()
        };
        let html = rendered(|| {
            time_histogram(
                "d",
                &column,
                None,
                &RunNames {
                    shown: "run 7".into(),
                    compared: None,
                },
                false,
                &RowLinks::default(),
            )
        });
        for part in [
            "2026-01: 5 rows, 50.0%",
            "null: 2 rows, 20.0%",
            ">all</th>",
            ">10</td>",
            "3 rows lie in the future",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
