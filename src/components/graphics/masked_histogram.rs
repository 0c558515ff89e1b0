//! The histogram of a column whose values are masked: the form of the distribution, without the edges that would tell values.

use leptos::prelude::*;

use super::bar_chart::{Bar, BarChart, SideBar, bar_chart};
use super::bins_table::bins_table;
use crate::components::format::{count, counted, share};
use crate::domain::column_profile::ColumnProfile;

/// Draws it with its table. Another run is not laid over it: nobody could say whether its bars mean the same.
pub fn masked_histogram(id: &str, column: &ColumnProfile, logarithmic: bool) -> AnyView {
    let bins = &column.histogram;
    let of_rows = |rows: u64| share(rows, column.row_count).unwrap_or_default();
    let name = |at: usize| format!("Bar {} of {}", at + 1, bins.len());
    let sides: Vec<SideBar> = (column.null_count > 0)
        .then(|| SideBar {
            name: "null",
            title: format!("null: {} rows, {}", count(column.null_count), of_rows(column.null_count)),
            count: column.null_count,
            compared: None,
            share: of_rows(column.null_count),
            is_missing: true,
            href: None,
        })
        .into_iter()
        .collect();
    let peak = bins.iter().enumerate().max_by_key(|(_, bin)| bin.count);
    let finding = peak.map(|(at, bin)| format!(", most rows in bar {}: {}", at + 1, of_rows(bin.count)));
    let chart = BarChart {
        id: id.to_owned(),
        label: format!(
            "Distribution of {} over {}, from small to large, without its edges{}",
            column.column_name,
            counted(bins.len() as u64, "bar"),
            finding.unwrap_or_default()
        ),
        bars: bins
            .iter()
            .enumerate()
            .map(|(at, bin)| Bar {
                title: format!("{}: {} rows, {}", name(at), count(bin.count), of_rows(bin.count)),
                count: bin.count,
                href: None,
            })
            .collect(),
        compared: Vec::new(),
        sides: sides.clone(),
        ticks: Vec::new(),
        height: 180.0,
        logarithmic,
    };
    let heads = ["Bar", "Rows", "Share"].map(str::to_owned);
    let line = |name: String, rows: u64| vec![name, count(rows), of_rows(rows)];
    let rows = sides
        .iter()
        .map(|side| line(side.name.to_owned(), side.count))
        .chain(bins.iter().enumerate().map(|(at, bin)| line(name(at), bin.count)))
        .collect();
    let caption = format!("Rows of {} by bar", column.column_name);
    view! { <figure class="histo">{bar_chart(&chart, None)}{bins_table(&caption, &heads, 1, rows, &[])}</figure> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;
    use crate::domain::column_profile::HistogramBin;
    use crate::domain::masking::{Masking, mask_column};

    #[test]
    fn it_draws_the_form_and_tells_no_edge() {
        let bin = |lower: f64, count: u64| HistogramBin {
            label: format!("{lower}"),
            lower: Some(lower),
            upper: Some(lower + 1000.0),
            count,
        };
        let mut column = ColumnProfile {
            column_name: "income".into(),
            row_count: 12,
            null_count: 2,
            non_null_count: 10,
            histogram: vec![bin(31_415.0, 3), bin(32_415.0, 7)],
            ..ColumnProfile::default()
        };
        mask_column(&mut column, Masking::ForReader);
        let html = rendered(|| masked_histogram("c", &column, false));
        assert!(
            html.contains("Bar 2 of 2: 7 rows, 58.3%") && html.contains("most rows in bar 2"),
            "{html}"
        );
        for edge in ["31,415", "31415", "32415", "•••"] {
            assert!(!html.contains(edge), "{edge}");
        }
    }
}
