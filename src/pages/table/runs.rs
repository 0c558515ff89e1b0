//! The tab of runs: every completed run that has the table.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::components::empty_state::empty_state;
use crate::components::format::{bytes, count, duration, percent, size_change};
use crate::components::graphics::sparkline::sparkline;
use crate::components::moment::{clock, moment};
use crate::components::section::{SectionTitle, section};
use crate::components::tag::{Tone, tag};
use crate::domain::query::ColumnsQuery;
use crate::domain::table::{TableDetail, TableRun};
use crate::pages::run_links::with;

/// The whole tab.
pub fn runs_tab(detail: &TableDetail, query: &ColumnsQuery, now: DateTime<Utc>) -> AnyView {
    if detail.runs.is_empty() {
        return empty_state(None, "No run has this table yet", "A completed run of its group appears here.", ());
    }
    let rows: Vec<AnyView> = detail
        .runs
        .iter()
        .enumerate()
        .map(|(index, run)| line(detail, query, run, detail.runs.get(index + 1), now))
        .collect();
    let history: Vec<u64> = detail.runs.iter().rev().map(|run| run.row_count).collect();
    let label = format!("Rows over {} runs, now {}", history.len(), count(*history.last().unwrap_or(&0)));
    let subtitle = if detail.runs.len() >= 100 {
        "the newest 100".to_owned()
    } else {
        format!("{} completed", detail.runs.len())
    };
    let table = view! {
        <div class="scroll">
            <table class="tbl rec" data-list="">
                <caption class="vh">"Completed runs of this table, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Run"</th><th scope="col">"Ended"</th><th scope="col" class="num">"Rows"</th><th scope="col" class="num">"Change"</th>
                        <th scope="col" class="num">"Columns"</th><th scope="col" class="num">"Score"</th><th scope="col" class="num">"Took"</th><th scope="col" class="num">"Read"</th>
                        <th scope="col">"What was read"</th><th scope="col">"Profile"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    section(
        SectionTitle::new("runs", "Runs")
            .subtitle(subtitle)
            .controls(sparkline(&history, &label)),
        table,
    )
}

fn line(detail: &TableDetail, query: &ColumnsQuery, run: &TableRun, older: Option<&TableRun>, now: DateTime<Utc>) -> AnyView {
    let change = older
        .and_then(|older| size_change(older.row_count as f64, run.row_count as f64))
        .unwrap_or_default();
    let newest = detail.runs.first().map(|run| run.number);
    let next = with(query, |query| {
        query.tab.clear();
        query.run = (Some(run.number) != newest).then_some(run.number);
        query.compare = None;
    });
    let is_shown = detail.run.as_ref().is_some_and(|shown| shown.number == run.number);
    // How long another program took, and what it read, is not known.
    let is_noted = run.others.is_none();
    let read = if is_noted {
        run.snapshot.description.clone()
    } else {
        "not known: written by another program".to_owned()
    };
    let broken = (!run.broken_invariants.is_empty()).then(|| tag("inconsistent", Tone::High));
    let rejected = run
        .rejected
        .as_ref()
        .filter(|rejected| rejected.count > 0)
        .map(|rejected| tag(format!("{} left out", count(rejected.count)), Tone::Medium));
    view! {
        <tr class=if is_shown { "sel" } else { "" }>
            <th scope="row"><a class="mono" href=format!("/runs/{}", run.number)>{run.number}</a></th>
            <td class="nowrap e">{moment(run.completed_at, now)}<span class="t2">", "{clock(run.completed_at)}</span></td>
            <td class="num" data-l="rows">{count(run.row_count)}</td>
            <td class="num x quiet">{change}</td>
            <td class="num x">{run.column_count}</td>
            <td class="num l" data-l="score">{run.metrics.quality_score.map(percent)}</td>
            <td class="num" data-l="took">{is_noted.then(|| duration(run.duration_ms))}</td>
            <td class="num x">{is_noted.then(|| bytes(run.bytes_scanned))}</td>
            <td class="x"><span class="clip snap" title=run.snapshot.id.clone()>{read}</span></td>
            <td><a href=format!("{}{}", detail.summary.address.path(), next.to_query())>{if is_shown { "shown" } else { "show" }}</a>" "{broken}{rejected}</td>
        </tr>
    }
    .into_any()
}
