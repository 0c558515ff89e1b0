//! Rolled-up figures of groups, connections and projects: as cells of a list, and in a sentence.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::components::format::{count, counted, percent, short_count};
use crate::components::moment::moment;
use crate::domain::project::Rollup;

/// The heads of [`rollup_cells`], with their classes.
pub const ROLLUP_HEADS: [(&str, &str); 5] = [
    ("Tables", "num"),
    ("Rows", "num"),
    ("Columns", "num"),
    ("Score", "num"),
    ("Last run", ""),
];

/// A list of things with their figures: the heads of the first two columns, each with its class, then those of [`rollup_cells`]. Nothing for no rows.
pub fn rollup_table(caption: &'static str, first: [(&'static str, &'static str); 2], rows: Vec<AnyView>) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let heads: Vec<AnyView> = first
        .iter()
        .chain(&ROLLUP_HEADS)
        .map(|(name, class)| view! { <th scope="col" class=*class>{*name}</th> }.into_any())
        .collect();
    let table = view! {
        <div class="scroll">
            <table class="tbl rec">
                <caption class="vh">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    Some(table.into_any())
}

/// Tables, rows, columns, score, last run with what failed.
pub fn rollup_cells(rollup: &Rollup, now: DateTime<Utc>) -> AnyView {
    let failed = failed_words(rollup);
    let open = rollup.table_count - rollup.profiled_table_count.min(rollup.table_count);
    let unprofiled = (open > 0).then(|| format!("{open} not profiled"));
    view! {
        <td class="num l" data-l="tables"><span class="two"><span>{count(rollup.table_count)}</span><small class="t2">{unprofiled}</small></span></td>
        <td class="num l" data-l="rows"><span title=count(rollup.row_count)>{short_count(rollup.row_count)}</span></td>
        <td class="num l" data-l="columns">{count(rollup.column_count)}</td>
        <td class="num l" data-l="score">{rollup.score.score().map(percent)}</td>
        <td class="nowrap e"><span class="two"><span>{last_run(rollup, now)}</span>{failed.map(|words| view! { <small class="bad">{words}</small> })}</span></td>
    }
    .into_any()
}

/// The same in a sentence.
pub fn rollup_words(rollup: &Rollup, now: DateTime<Utc>) -> AnyView {
    let figures = format!(
        "{} with {} in {}, {}last run ",
        counted(rollup.table_count, "table"),
        counted(rollup.row_count, "row"),
        counted(rollup.column_count, "column"),
        rollup
            .score
            .score()
            .map(|score| format!("score {}, ", percent(score)))
            .unwrap_or_default()
    );
    let failed = failed_words(rollup).map(|words| view! { ", "<span class="bad">{words}</span> });
    view! { {figures}{last_run(rollup, now)}{failed}"." }.into_any()
}

fn last_run(rollup: &Rollup, now: DateTime<Utc>) -> AnyView {
    match (rollup.last_run_number, rollup.last_completed_at) {
        (Some(number), Some(at)) => {
            view! { <a class="inline" href=format!("/runs/{number}")>{format!("run {number}")}</a>", "{moment(at, now)} }.into_any()
        }
        _ => view! { <span class="t2">"never"</span> }.into_any(),
    }
}

/// How many tables the newest attempt could not read.
fn failed_words(rollup: &Rollup) -> Option<String> {
    (rollup.failing_table_count > 0).then(|| format!("{} failed", counted(rollup.failing_table_count, "table")))
}
