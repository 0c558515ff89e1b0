//! The column over the runs: one strip a metric, all on one axis, and the figures as a table.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::components::column_cells::range_words;
use crate::components::filter_row::{Segment, segmented};
use crate::components::format::{count, decimal, estimate, number, percent, points, short_count, size_change};
use crate::components::graphics::bins_table::figures_table;
use crate::components::graphics::figure::value_text;
use crate::components::graphics::fingerprint::fingerprint;
use crate::components::graphics::history_strip::{HistoryStrip, history_axis, history_strip};
use crate::components::moment::{clock, day, moment};
use crate::components::section::{SectionTitle, section};
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::query::ColumnsQuery;
use crate::domain::table::{ColumnDetail, ColumnPoint};
use crate::pages::run_links::with;

/// Runs whose distribution is drawn.
const DRAWN: usize = 8;

/// How the values of a strip are said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// A share: percent, change in points.
    Share,
    /// Rows or values.
    Count,
    /// The unit of the column.
    Value,
    /// Characters.
    Length,
}

/// One metric over the runs.
struct Metric {
    name: &'static str,
    unit: &'static str,
    key: &'static str,
    kind: Unit,
    read: fn(&ColumnProfile) -> Option<f64>,
}

impl Metric {
    /// Its value in one run; none where the column failed, whatever was counted before.
    fn of(&self, column: &ColumnProfile) -> Option<f64> {
        column.metrics.query_error.is_none().then(|| (self.read)(column)).flatten()
    }
}

/// The panel; absent before there is a run that could read the column.
pub fn history_section(detail: &ColumnDetail, query: &ColumnsQuery, now: DateTime<Utc>) -> Option<AnyView> {
    let (first, last) = (detail.history.first()?, detail.history.last()?);
    let known: Vec<Metric> = metrics(detail.column.general_type)
        .into_iter()
        .filter(|metric| detail.history.iter().any(|point| metric.of(&point.column).is_some()))
        .collect();
    if known.is_empty() {
        return None;
    }
    let strips: Vec<AnyView> = known
        .iter()
        .map(|metric| history_strip(&strip(metric, &detail.history, now)))
        .collect();
    let labels: Vec<(String, String)> = detail
        .history
        .iter()
        .map(|point| (day(point.completed_at, now), format!(", run {}", point.number)))
        .collect();
    let subtitle = match detail.history.len() {
        1 => format!("one run so far, {}", day(first.completed_at, now)),
        runs => format!("{runs} runs, {} to {}", day(first.completed_at, now), day(last.completed_at, now)),
    };
    let path = detail.table.summary.address.column_path(&detail.column.column_name);
    let segment = |label: &'static str, runs: Option<u32>| Segment {
        label,
        count: None,
        href: format!("{path}{}", with(query, |query| query.runs = runs).to_query()),
        is_current: query.runs.unwrap_or(30) == runs.unwrap_or(30),
    };
    let switch = segmented(
        "Runs in the history",
        vec![segment("30 runs", None), segment("90", Some(90)), segment("All", Some(0))],
    );
    let title = SectionTitle::new("history", "History").subtitle(subtitle).controls(switch);
    Some(section(
        title,
        view! { <div class="strips">{strips}{history_axis(&labels)}</div>{distributions(detail, now)}{table(&known, &detail.history)} },
    ))
}

/// The newest runs, each drawn over the one before it, with its leading value or range.
fn distributions(detail: &ColumnDetail, now: DateTime<Utc>) -> Option<AnyView> {
    let is_drawn = |point: &ColumnPoint| !point.column.histogram.is_empty() || !point.column.top_values.is_empty();
    if detail.history.len() < 2 || !detail.history.iter().any(is_drawn) {
        return None;
    }
    let rows: Vec<AnyView> = detail
        .history
        .iter()
        .enumerate()
        .rev()
        .take(DRAWN)
        .map(|(at, point)| {
            let before = at.checked_sub(1).and_then(|at| detail.history.get(at)).map(|point| &point.column);
            view! {
                <tr>
                    <th scope="row"><a class="mono" href=format!("/runs/{}", point.number)>{point.number}</a></th>
                    <td class="nowrap e">{moment(point.completed_at, now)}</td>
                    <td class="fp">{fingerprint(&point.column, before)}</td>
                    <td class="rng">{range_words(&point.column)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let view = view! {
        <div class="scroll" tabindex="0">
            <table class="tbl prof tight rec">
                <caption class="vh">"The distribution in the newest runs, outlined by the run before each"</caption>
                <thead>
                    <tr><th scope="col">"Run"</th><th scope="col">"Ended"</th><th scope="col" class="fp">"Distribution"</th><th scope="col">"Range or leading value"</th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    Some(view.into_any())
}

fn part(rows: Option<u64>, whole: u64) -> Option<f64> {
    (whole > 0).then(|| rows.map(|rows| rows as f64 / whole as f64))?
}

/// What is followed for a type, from the general to the particular.
fn metrics(kind: GeneralType) -> Vec<Metric> {
    let share = |name, key, read| Metric {
        name,
        unit: "share of rows",
        key,
        kind: Unit::Share,
        read,
    };
    let mut out = vec![share("Null", "null_count", |column| {
        part(Some(column.null_count), column.row_count)
    })];
    match kind {
        GeneralType::Number => {
            out.push(share("Zero", "zero_count", |column| {
                part(column.metrics.zero_count, column.row_count)
            }));
            out.push(Metric {
                name: "Mean",
                unit: "per value",
                key: "avg_value",
                kind: Unit::Value,
                read: |column| column.metrics.avg_value,
            });
            out.push(Metric {
                name: "Median",
                unit: "per value",
                key: "median",
                kind: Unit::Value,
                read: |column| column.metrics.median,
            });
        }
        GeneralType::Text => {
            out.push(share("Missing", "missing_count", |column| {
                part(column.metrics.missing_count, column.row_count)
            }));
            out.push(Metric {
                name: "Length",
                unit: "mean, characters",
                key: "avg_length",
                kind: Unit::Length,
                read: |column| column.metrics.avg_length,
            });
        }
        GeneralType::Time => {
            out.push(share("Future", "future_count", |column| {
                part(column.metrics.future_count, column.row_count)
            }));
            out.push(Metric {
                name: "Days present",
                unit: "days",
                key: "days_present",
                kind: Unit::Count,
                read: |column| column.metrics.days_present.map(|days| days as f64),
            });
        }
        GeneralType::Boolean => out.push(Metric {
            name: "True",
            unit: "share of values",
            key: "true_count",
            kind: Unit::Share,
            read: |column| part(column.metrics.true_count, column.non_null_count),
        }),
        GeneralType::Other => {}
    }
    out.push(Metric {
        name: "Distinct",
        unit: "values",
        key: "distinct_count",
        kind: Unit::Count,
        read: |column| column.metrics.distinct_count.map(|count| count as f64),
    });
    out.push(Metric {
        name: "Rows",
        unit: "rows",
        key: "row_count",
        kind: Unit::Count,
        read: |column| Some(column.row_count as f64),
    });
    out
}

fn strip(metric: &Metric, history: &[ColumnPoint], now: DateTime<Utc>) -> HistoryStrip {
    let values: Vec<Option<f64>> = history.iter().map(|point| metric.of(&point.column)).collect();
    let said = |point: &ColumnPoint| said(metric, &point.column, false).unwrap_or_else(|| "not known".to_owned());
    let titles = history
        .iter()
        .map(|point| {
            format!(
                "run {}, {} {}: {}",
                point.number,
                day(point.completed_at, now),
                clock(point.completed_at),
                said(point)
            )
        })
        .collect();
    let current = history
        .last()
        .and_then(|point| self::said(metric, &point.column, true))
        .unwrap_or_default();
    let mut known = values.iter().rev().copied();
    let change = match (known.next().flatten(), known.next().flatten()) {
        (Some(to), Some(from)) if from == to => String::new(),
        (Some(to), Some(from)) if metric.kind == Unit::Share => points(from, to),
        (Some(to), Some(from)) => size_change(from, to).unwrap_or_default(),
        _ => String::new(),
    };
    HistoryStrip {
        name: metric.name.to_owned(),
        unit: metric.unit.to_owned(),
        values,
        titles,
        current,
        change,
    }
}

/// A value in the words of its metric, marked where it is an estimate.
fn said(metric: &Metric, column: &ColumnProfile, short: bool) -> Option<String> {
    let value = metric.of(column)?;
    let text = match metric.kind {
        Unit::Share => percent(value),
        Unit::Count if short => short_count(value as u64),
        Unit::Count => count(value as u64),
        Unit::Value if value.fract() != 0.0 && column.metrics.integer_valued == Some(true) => number((value * 1_000.0).round() / 1_000.0),
        Unit::Value => value_text(column, value),
        Unit::Length => decimal(value, 1),
    };
    Some(estimate(text, column.is_estimate(metric.key)))
}

fn table(known: &[Metric], history: &[ColumnPoint]) -> AnyView {
    let mut heads = vec!["Run".to_owned(), "Ended".to_owned()];
    heads.extend(known.iter().map(|metric| metric.name.to_owned()));
    let rows = history
        .iter()
        .rev()
        .map(|point| {
            let mut row = vec![point.number.to_string(), point.completed_at.format("%Y-%m-%d %H:%M").to_string()];
            row.extend(known.iter().map(|metric| said(metric, &point.column, false).unwrap_or_default()));
            row
        })
        .collect();
    figures_table(
        "Show the history as a table",
        "The column over the runs, newest first",
        &heads,
        2,
        rows,
    )
}
