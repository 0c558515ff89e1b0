//! The metrics as a table against the compared run. Only those that the column has are listed.

use leptos::prelude::*;

use crate::components::format::{count, decimal, exact, number, percent, points, share, size_change};
use crate::components::graphics::RunNames;
use crate::components::graphics::figure::{canonical_text, estimate_sentence, metric_figure, value_text};
use crate::components::graphics::frequency_list::visible;
use crate::components::section::{SectionTitle, section};
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::statement::Panel;
use crate::domain::table::ColumnDetail;
use crate::pages::panel_sql::PanelSql;

/// How a metric is read and said.
enum Reading {
    /// Rows, with their share of all rows; its change is in points.
    Rows(fn(&ColumnProfile) -> Option<u64>),
    /// A count that is no share: its change is in percent.
    Count(fn(&ColumnProfile) -> Option<u64>),
    /// A number in the unit of the column.
    Value(fn(&ColumnProfile) -> Option<f64>),
    /// A number without a unit.
    Number(fn(&ColumnProfile) -> Option<f64>),
    /// A text as it stands.
    Text(fn(&ColumnProfile) -> Option<String>),
}

use Reading::{Count, Number, Rows, Text, Value};

type Line = (&'static str, &'static str, Reading);

/// The panel.
pub fn metrics_section(detail: &ColumnDetail, runs: &RunNames, sql: &PanelSql) -> Option<AnyView> {
    let column = &detail.column;
    // What was counted before the column failed is no figure.
    if column.metrics.query_error.is_some() {
        return None;
    }
    let groups: Vec<(&'static str, Vec<Line>)> = match column.general_type {
        GeneralType::Number => vec![
            ("", general()),
            ("Numbers", numbers()),
            ("Moments", moments()),
            ("As text", lengths()),
        ],
        GeneralType::Text => vec![("", general()), ("Texts", texts())],
        GeneralType::Time => vec![("", general()), ("Time", times())],
        GeneralType::Boolean => vec![("", general()), ("Values", booleans())],
        GeneralType::Other => vec![("", general()), ("As text", others())],
    };
    let has_compared = detail.compared.is_some();
    let columns = if has_compared { "4" } else { "2" };
    let rows: Vec<AnyView> = groups
        .into_iter()
        .flat_map(|(name, lines)| {
            let drawn: Vec<AnyView> = lines
                .iter()
                .filter_map(|line| draw(line, column, detail.compared.as_ref(), has_compared))
                .collect();
            let title = (!name.is_empty() && !drawn.is_empty())
                .then(|| view! { <tr class="grp"><th colspan=columns scope="rowgroup">{name}</th></tr> }.into_any());
            title.into_iter().chain(drawn)
        })
        .collect();
    let heads = view! {
        <th scope="col">"Metric"</th>
        <th scope="col">{capital(&runs.shown)}</th>
        {has_compared.then(|| view! { <th scope="col">{capital(runs.compared.as_deref().unwrap_or_default())}</th><th scope="col">"Change"</th> })}
    };
    let content = view! {
        <div class="scroll">
            <table class="tbl mets">
                <caption class="vh">{format!("Metrics of {}", column.column_name)}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {estimate_notes(column)}
        {sql.under(&[Panel::KeyFigures, Panel::Distinct, Panel::Numbers], "metrics")}
        {sql.unsaid()}
    };
    Some(section(SectionTitle::new("metrics", "Metrics"), content))
}

/// How the estimates among the figures were found and how wide they are, in words: nothing here needs a pointer.
fn estimate_notes(column: &ColumnProfile) -> Option<AnyView> {
    let mut said: Vec<(Vec<String>, String)> = Vec::new();
    for (name, found) in &column.estimates {
        let words = name.trim_end_matches("_count").replace('_', " ");
        let sentence = estimate_sentence(found);
        match said.iter_mut().find(|(_, known)| *known == sentence) {
            Some((names, _)) => names.push(words),
            None => said.push((vec![words], sentence)),
        }
    }
    let lines: Vec<AnyView> = said
        .into_iter()
        .map(|(names, sentence)| view! { <li>"≈ "<b>{names.join(", ")}</b>": "{sentence}"."</li> }.into_any())
        .collect();
    (!lines.is_empty()).then(|| view! { <ul class="widths">{lines}</ul> }.into_any())
}

fn capital(name: &str) -> String {
    name.replacen("run", "Run", 1)
}

fn draw((name, metric, reading): &Line, column: &ColumnProfile, compared: Option<&ColumnProfile>, has_compared: bool) -> Option<AnyView> {
    let now = text_of(reading, column)?;
    let before = compared.and_then(|other| text_of(reading, other).map(|text| metric_figure(other, metric, text)));
    let part = match reading {
        Rows(read) => read(column)
            .and_then(|rows| share(rows, column.row_count))
            .map(|text| view! { <small>{text}</small> }),
        _ => None,
    };
    let change = compared.map(|other| change_of(reading, other, column)).unwrap_or_default();
    let class = if matches!(reading, Text(_)) { "words" } else { "" };
    let others = has_compared.then(|| view! { <td class=format!("t2 {class}")>{before}</td><td class="quiet">{change}</td> });
    Some(view! { <tr><th scope="row">{*name}</th><td class=class>{metric_figure(column, metric, now)}{part}</td>{others}</tr> }.into_any())
}

fn text_of(reading: &Reading, column: &ColumnProfile) -> Option<String> {
    match reading {
        Rows(read) | Count(read) => read(column).map(count),
        Value(read) => read(column).map(|value| value_text(column, value)),
        Number(read) => read(column).map(|value| {
            if value.abs() >= 0.01 && value.abs() < 1e6 {
                decimal(value, 2)
            } else {
                number(value)
            }
        }),
        Text(read) => read(column),
    }
}

/// The change in the way that fits the metric: points for shares, percent or times for sizes.
fn change_of(reading: &Reading, before: &ColumnProfile, after: &ColumnProfile) -> String {
    match reading {
        Rows(read) => match (read(before), read(after)) {
            (Some(from), Some(to)) if before.row_count > 0 && after.row_count > 0 => {
                let (from, to) = (from as f64 / before.row_count as f64, to as f64 / after.row_count as f64);
                if from == to { String::new() } else { points(from, to) }
            }
            _ => String::new(),
        },
        Count(read) => read(before)
            .zip(read(after))
            .and_then(|(from, to)| size_change(from as f64, to as f64))
            .unwrap_or_default(),
        Value(read) | Number(read) => read(before)
            .zip(read(after))
            .and_then(|(from, to)| size_change(from, to))
            .unwrap_or_default(),
        Text(read) => {
            if read(before) == read(after) {
                String::new()
            } else {
                "changed".to_owned()
            }
        }
    }
}

fn general() -> Vec<Line> {
    vec![
        ("Rows", "row_count", Count(|column| Some(column.row_count))),
        ("Null", "null_count", Rows(|column| Some(column.null_count))),
        ("Values", "non_null_count", Rows(|column| Some(column.non_null_count))),
        ("Distinct", "distinct_count", Count(|column| column.metrics.distinct_count)),
        ("Unique", "unique_count", Count(|column| column.metrics.unique_count)),
        (
            "Distinct over values",
            "distinct_ratio",
            Text(|column| column.metrics.distinct_ratio.map(percent)),
        ),
    ]
}

/// Lengths of the text form.
fn lengths() -> Vec<Line> {
    vec![
        ("Shortest", "min_length", Count(|column| column.metrics.min_length)),
        ("Longest", "max_length", Count(|column| column.metrics.max_length)),
        ("Mean length", "avg_length", Number(|column| column.metrics.avg_length)),
    ]
}

/// Values that are neither numbers, texts, times nor booleans, by their text form.
fn others() -> Vec<Line> {
    let mut lines = lengths();
    lines.push((
        "First in order",
        "min_value",
        Text(|column| column.metrics.min_value.as_deref().map(text_value)),
    ));
    lines.push((
        "Last in order",
        "max_value",
        Text(|column| column.metrics.max_value.as_deref().map(text_value)),
    ));
    lines
}

fn numbers() -> Vec<Line> {
    vec![
        ("Zero", "zero_count", Rows(|column| column.metrics.zero_count)),
        ("Negative", "negative_count", Rows(|column| column.metrics.negative_count)),
        (
            "Not a number",
            "nan_count",
            Rows(|column| column.metrics.nan_count.filter(|rows| *rows > 0)),
        ),
        (
            "Infinite",
            "infinite_count",
            Rows(|column| column.metrics.infinite_count.filter(|rows| *rows > 0)),
        ),
        (
            "Outliers below",
            "outlier_low_count",
            Rows(|column| column.metrics.outlier_low_count),
        ),
        (
            "Outliers above",
            "outlier_high_count",
            Rows(|column| column.metrics.outlier_high_count),
        ),
        (
            "Smallest above zero",
            "min_positive_value",
            Value(|column| column.metrics.min_positive_value),
        ),
        (
            "Commonest",
            "mode",
            Text(|column| column.metrics.mode.as_deref().map(|text| canonical_text(column, text))),
        ),
        (
            "Whole numbers only",
            "integer_valued",
            Text(|column| {
                column
                    .metrics
                    .integer_valued
                    .map(|whole| if whole { "yes" } else { "no" }.to_owned())
            }),
        ),
    ]
}

fn moments() -> Vec<Line> {
    vec![
        (
            "Mean",
            "avg_value",
            Value(|column| {
                column.metrics.avg_value.map(|value| {
                    if column.metrics.integer_valued == Some(true) {
                        (value * 1_000.0).round() / 1_000.0
                    } else {
                        value
                    }
                })
            }),
        ),
        ("Std. deviation", "stddev_value", Number(|column| column.metrics.stddev_value)),
        ("Variance", "variance", Number(|column| column.metrics.variance)),
        ("Interquartile range", "iqr", Value(|column| column.metrics.iqr)),
        ("Skewness", "skewness", Number(|column| column.metrics.skewness)),
        ("Excess kurtosis", "kurtosis", Number(|column| column.metrics.kurtosis)),
        (
            "Sum of the fractions",
            "fractional_sum",
            Number(|column| column.metrics.fractional_sum.filter(|sum| *sum != 0.0)),
        ),
        (
            "Sum",
            "sum",
            Text(|column| column.metrics.sum.as_ref().map(|sum| exact(sum.as_str()))),
        ),
    ]
}

fn texts() -> Vec<Line> {
    let mut lines = vec![("Missing", "missing_count", Rows(|column| column.metrics.missing_count))];
    lines.extend(lengths());
    lines.extend([
        (
            "Distinct when standardised",
            "standardised_distinct_count",
            Count(|column| column.metrics.standardised_distinct_count),
        ),
        (
            "Shapes",
            "distinct_pattern_count",
            Count(|column| column.metrics.distinct_pattern_count),
        ),
        (
            "Inner spaces, mean",
            "avg_embedded_spaces",
            Number(|column| column.metrics.avg_embedded_spaces),
        ),
        ("Entropy in bits", "entropy_bits", Number(|column| column.metrics.entropy_bits)),
        (
            "First in order",
            "min_text",
            Text(|column| column.metrics.min_text.as_deref().map(text_value)),
        ),
        (
            "Last in order",
            "max_text",
            Text(|column| column.metrics.max_text.as_deref().map(text_value)),
        ),
    ]);
    lines
}

/// A text of the data; the empty one is visible.
fn text_value(text: &str) -> String {
    if text.is_empty() { "''".to_owned() } else { visible(text) }
}

/// An ISO 8601 stamp for people: a space for the `T`, and the zone in letters.
fn time_text(stamp: &str) -> String {
    let text = stamp.replacen('T', " ", 1);
    text.strip_suffix('Z').map_or_else(|| text.clone(), |text| format!("{text} UTC"))
}

fn times() -> Vec<Line> {
    vec![
        (
            "Earliest",
            "min_date",
            Text(|column| column.metrics.min_date.as_deref().map(time_text)),
        ),
        (
            "Latest",
            "max_date",
            Text(|column| column.metrics.max_date.as_deref().map(time_text)),
        ),
        (
            "Span in days",
            "date_span_days",
            Count(|column| column.metrics.date_span_days.and_then(|days| u64::try_from(days).ok())),
        ),
        ("Days present", "days_present", Count(|column| column.metrics.days_present)),
        ("Weeks present", "weeks_present", Count(|column| column.metrics.weeks_present)),
        ("Months present", "months_present", Count(|column| column.metrics.months_present)),
        ("In the future", "future_count", Rows(|column| column.metrics.future_count)),
    ]
}

fn booleans() -> Vec<Line> {
    vec![
        ("True", "true_count", Rows(|column| column.metrics.true_count)),
        ("False", "false_count", Rows(|column| column.metrics.false_count)),
    ]
}
