//! The histogram of a number column: null, zero and special values as bars of their own, the rest in bins, the box plot below.

use leptos::prelude::*;

use super::RunNames;
use super::axis_labels::{is_one_bin_a_value, number_ticks};
use super::bar_chart::{Bar, BarChart, SideBar, bar_chart};
use super::bins::{ComparedBins, laid_over, without_zeros};
use super::bins_table::bins_table;
use super::box_plot::{box_plot, quantile_row};
use super::row_links::RowLinks;
use crate::components::format::{count, number, percent, share, short_count};
use crate::domain::column_profile::{ColumnProfile, HistogramBin};
use crate::domain::row_condition::RowFeature;

/// Height of the bars in pixels.
const HEIGHT: f64 = 180.0;

/// Draws the histogram with its table. `id` must be unique on the page; the read-out finds the chart by it.
pub fn number_histogram(
    id: &str,
    column: &ColumnProfile,
    compared: Option<&ColumnProfile>,
    runs: &RunNames,
    logarithmic: bool,
    rows: &RowLinks,
) -> AnyView {
    let (bins, zeros) = without_zeros(column);
    let one_bin_a_value = is_one_bin_a_value(&bins, column.metrics.integer_valued == Some(true));
    let over = compared.map(without_zeros);
    let laid = over.as_ref().and_then(|(other, _)| laid_over(&bins, other));
    let ranges: Vec<(String, String)> = bins.iter().map(|bin| range(bin, one_bin_a_value)).collect();
    let sides = side_bars(column, zeros, compared, over.as_ref().map(|(_, zeros)| *zeros), runs, rows);
    let last = bins.len().saturating_sub(1);
    let hrefs: Vec<Option<String>> = (0..)
        .zip(&bins)
        .map(|(place, bin)| rows.of_bin(column, bin, place == last))
        .collect();
    let titles = bins.iter().zip(&ranges).enumerate().map(|(index, (bin, range))| {
        let before = match &laid {
            Some(ComparedBins::Exact(counts)) => format!("; {} {}", runs.compared.as_deref().unwrap_or("before"), count(counts[index])),
            _ => String::new(),
        };
        Bar {
            title: format!(
                "{}: {} rows, {}{before}",
                words(range),
                count(bin.count),
                of_rows(bin.count, column)
            ),
            count: bin.count,
            href: hrefs[index].clone(),
        }
    });
    let chart = BarChart {
        id: id.to_owned(),
        label: finding(column, &bins, &ranges, zeros, compared, runs),
        bars: titles.collect(),
        compared: laid.as_ref().map(ComparedBins::counts).unwrap_or_default(),
        sides: sides.clone(),
        ticks: number_ticks(&bins, one_bin_a_value),
        height: HEIGHT,
        logarithmic,
    };
    let below = box_plot(column, &bins);
    view! {
        <figure class="histo">
            {bar_chart(&chart, below)}
            {quantile_row(column)}
            {table(column, &bins, &ranges, &sides, laid.as_ref(), runs, &hrefs)}
        </figure>
    }
    .into_any()
}

/// Lower and upper end of a bin in words; one value for a bin that holds only one.
fn range(bin: &HistogramBin, one_bin_a_value: bool) -> (String, String) {
    match (bin.lower, bin.upper) {
        (Some(lower), Some(_)) if one_bin_a_value => (number(lower), number(lower)),
        (lower, upper) => (lower.map(number).unwrap_or_default(), upper.map(number).unwrap_or_default()),
    }
}

fn words((from, to): &(String, String)) -> String {
    match (from.as_str(), to.as_str()) {
        ("", to) => format!("below {to}"),
        (from, "") => format!("{from} and more"),
        (from, to) if from == to => from.to_owned(),
        (from, to) => format!("{from} to {to}"),
    }
}

fn of_rows(rows: u64, column: &ColumnProfile) -> String {
    share(rows, column.row_count).unwrap_or_default()
}

/// Null always has its place when there is one; the others only when they occur.
fn side_bars(
    column: &ColumnProfile,
    zeros: u64,
    compared: Option<&ColumnProfile>,
    zeros_before: Option<u64>,
    runs: &RunNames,
    rows: &RowLinks,
) -> Vec<SideBar> {
    let before = |value: fn(&ColumnProfile) -> u64| compared.map(value);
    let features = [RowFeature::Null, RowFeature::Zero, RowFeature::Nan, RowFeature::Infinite];
    [
        ("null", column.null_count, before(|column| column.null_count), true),
        ("zero", zeros, zeros_before, false),
        (
            "NaN",
            column.metrics.nan_count.unwrap_or(0),
            before(|column| column.metrics.nan_count.unwrap_or(0)),
            true,
        ),
        (
            "±∞",
            column.metrics.infinite_count.unwrap_or(0),
            before(|column| column.metrics.infinite_count.unwrap_or(0)),
            true,
        ),
    ]
    .into_iter()
    .zip(features)
    .filter(|((_, count, before, _), _)| *count > 0 || before.is_some_and(|before| before > 0))
    .map(|((name, number, before, is_missing), feature)| {
        let then = before
            .map(|before| format!("; {} {}", runs.compared.as_deref().unwrap_or("before"), count(before)))
            .unwrap_or_default();
        let title = format!("{name}: {} rows, {}{then}", count(number), of_rows(number, column));
        SideBar {
            name,
            title,
            count: number,
            compared: before,
            share: of_rows(number, column),
            is_missing,
            href: rows.of(feature),
        }
    })
    .collect()
}

/// The finding in a sentence: where most rows are, and what differs from the compared run.
fn finding(
    column: &ColumnProfile,
    bins: &[HistogramBin],
    ranges: &[(String, String)],
    zeros: u64,
    compared: Option<&ColumnProfile>,
    runs: &RunNames,
) -> String {
    let apart = if zeros > 0 { " without zeros" } else { "" };
    let peak = bins
        .iter()
        .zip(ranges)
        .max_by_key(|(bin, _)| bin.count)
        .filter(|(bin, _)| bin.count > 0);
    let most = peak
        .map(|(bin, range)| format!(", most rows ({}) at {}", short_count(bin.count), words(range)))
        .unwrap_or_default();
    let change = compared.map(|other| change_sentence(column, other, runs)).unwrap_or_default();
    format!("Histogram of {}{apart}: {} bins{most}.{change}", column.column_name, bins.len())
}

/// What moved since the compared run; one percentage point is the least that is worth a word.
fn change_sentence(column: &ColumnProfile, other: &ColumnProfile, runs: &RunNames) -> String {
    let name = runs.compared.as_deref().unwrap_or("the compared run");
    let part = |count: u64, rows: u64| count as f64 / rows.max(1) as f64;
    let nulls = part(column.null_count, column.row_count) - part(other.null_count, other.row_count);
    let zero = |column: &ColumnProfile| part(column.metrics.zero_count.unwrap_or(0), column.row_count);
    let zeros = zero(column) - zero(other);
    let mut moved = Vec::new();
    for (what, change) in [("nulls", nulls), ("zeros", zeros)] {
        if change.abs() >= 0.01 {
            moved.push(format!("{} {what}", if change > 0.0 { "more" } else { "fewer" }));
        }
    }
    match moved.is_empty() {
        true => format!(" As many nulls and zeros as in {name}."),
        false => format!(" Than in {name}: {}.", moved.join(", ")),
    }
}

/// All rows: sides first, bins after them, and the sum that equals the rows of the table.
fn table(
    column: &ColumnProfile,
    bins: &[HistogramBin],
    ranges: &[(String, String)],
    sides: &[SideBar],
    laid: Option<&ComparedBins>,
    runs: &RunNames,
    hrefs: &[Option<String>],
) -> AnyView {
    let exact = match laid {
        Some(ComparedBins::Exact(counts)) => Some(counts),
        _ => None,
    };
    let mut heads = vec!["From".to_owned(), "To".to_owned(), runs.shown.clone(), "Share".to_owned()];
    if let (Some(_), Some(name)) = (exact, &runs.compared) {
        heads.push(name.clone());
    }
    let mut rows = Vec::new();
    for side in sides {
        let mut row = vec![side.name.to_owned(), String::new(), count(side.count), side.share.clone()];
        if exact.is_some() {
            row.push(side.compared.map(count).unwrap_or_default());
        }
        rows.push(row);
    }
    for (index, (bin, (from, to))) in bins.iter().zip(ranges).enumerate() {
        let from = if from.is_empty() { "open".to_owned() } else { from.clone() };
        let to = if to.is_empty() { "open".to_owned() } else { to.clone() };
        let mut row = vec![from, to, count(bin.count), of_rows(bin.count, column)];
        if let Some(counts) = exact {
            row.push(count(counts[index]));
        }
        rows.push(row);
    }
    let sum = sides
        .iter()
        .map(|side| side.count)
        .chain(bins.iter().map(|bin| bin.count))
        .fold(0_u64, u64::saturating_add);
    let mut last = vec![
        "all".to_owned(),
        String::new(),
        count(sum),
        percent(sum as f64 / column.row_count.max(1) as f64),
    ];
    if let Some(counts) = exact {
        last.push(count(
            sides
                .iter()
                .filter_map(|side| side.compared)
                .chain(counts.iter().copied())
                .fold(0_u64, u64::saturating_add),
        ));
    }
    rows.push(last);
    let of_bars = |count: u64, href: &Option<String>| href.clone().filter(|_| count > 0);
    let sides = sides.iter().map(|side| of_bars(side.count, &side.href));
    let hrefs: Vec<Option<String>> = sides
        .chain(bins.iter().zip(hrefs).map(|(bin, href)| of_bars(bin.count, href)))
        .collect();
    bins_table(&format!("Rows of {} by bin", column.column_name), &heads, 2, rows, &hrefs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;
    use crate::domain::column_profile::{GeneralType, Metrics};

    fn runs() -> RunNames {
        RunNames {
            shown: "run 7".into(),
            compared: Some("run 6".into()),
        }
    }

    fn amounts() -> ColumnProfile {
        let bin = |lower: Option<f64>, upper: Option<f64>, count| HistogramBin {
            label: String::new(),
            lower,
            upper,
            count,
        };
        ColumnProfile {
            column_name: "net <amount>".into(),
            general_type: GeneralType::Number,
            row_count: 100,
            null_count: 4,
            non_null_count: 96,
            metrics: Metrics {
                zero_count: Some(10),
                nan_count: Some(1),
                ..Metrics::default()
            },
            histogram: vec![
                bin(Some(-10.0), Some(0.0), 5),
                bin(Some(0.0), Some(10.0), 60),
                bin(Some(10.0), None, 30),
            ],
            ..ColumnProfile::default()
        }
    }

    #[test]
    fn the_rows_of_the_table_add_up_to_the_rows_of_the_run() {
        let html = rendered(|| {
            number_histogram(
                "d",
                &amounts(),
                None,
                &RunNames {
                    shown: "run 7".into(),
                    compared: None,
                },
                false,
                &RowLinks::default(),
            )
        });
        for cell in [
            ">null</th>",
            ">4</td>",
            ">zero</th>",
            ">10</td>",
            ">NaN</th>",
            ">50</td>",
            ">all</th>",
            ">100</td>",
            ">100%</td>",
        ] {
            assert!(html.contains(cell), "{cell}: {html}");
        }
        assert!(!html.contains("<amount>"), "{html}");
    }

    #[test]
    fn the_compared_run_has_figures_only_on_the_same_edges() {
        let mut before = amounts();
        before.null_count = 40;
        let same = rendered(|| number_histogram("d", &amounts(), Some(&before), &runs(), true, &RowLinks::default()));
        assert!(
            same.contains(">run 6</th>") && same.contains("Than in run 6: fewer nulls"),
            "{same}"
        );
        before.histogram[0].lower = Some(-20.0);
        let other = rendered(|| number_histogram("d", &amounts(), Some(&before), &runs(), false, &RowLinks::default()));
        assert!(!other.contains(">run 6</th>") && other.contains("class=\"pv\""), "{other}");
    }

    #[test]
    fn an_empty_column_is_drawn_without_nonsense() {
        let html = rendered(|| number_histogram("d", &ColumnProfile::default(), None, &runs(), false, &RowLinks::default()));
        assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
    }
}
