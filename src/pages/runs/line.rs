//! The lines of the list of runs: status, what was profiled or why not, duration against the typical one, what can be done.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::RunsModel;
use crate::components::button::Button;
use crate::components::format::{bytes, count, counted, duration, percent, short_count};
use crate::components::graphics::meter::{ProgressTone, limit_bar};
use crate::components::icon::{Icon, icon};
use crate::components::moment::{clock, moment};
use crate::components::tag::run_status;
use crate::domain::connection::group_label;
use crate::domain::identifier::TableGroupId;
use crate::domain::profile_run::{ProfileRun, RunMode, RunReason, RunStatus, RunTrigger};
use crate::domain::run_query::RunsQuery;
use crate::pages::live::live_progress;

/// The table of runs, newest first.
pub fn run_lines(model: &RunsModel, query: &RunsQuery, now: DateTime<Utc>) -> AnyView {
    let back = format!("/runs{}", query.to_query());
    let rows: Vec<AnyView> = model
        .runs
        .items
        .iter()
        .map(|run| line(run, may_run(model, run), &back, now))
        .collect();
    view! {
        <div class="scroll">
            <table class="tbl rec runs" data-list="">
                <caption class="vh">"Runs, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Run"</th><th scope="col">"Status"</th><th scope="col">"Table group"</th><th scope="col">"Mode, engine"</th>
                        <th scope="col">"Started by"</th><th scope="col" aria-sort="descending">"Asked for"</th>
                        <th scope="col" class="num">"Took, against typical"</th><th scope="col" class="num">"Rows"</th><th scope="col" class="num">"Score"</th>
                        <th scope="col"><span class="vh">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Whether the person may cancel or retry this run.
fn may_run(model: &RunsModel, run: &ProfileRun) -> bool {
    let is_inside = |groups: &Vec<TableGroupId>| groups.contains(&run.table_group_id);
    model.may_run && model.run_groups.as_ref().is_none_or(is_inside)
}

fn line(run: &ProfileRun, may_run: bool, back: &str, now: DateTime<Utc>) -> AnyView {
    let class = match run.status {
        RunStatus::Running | RunStatus::Pending => "now",
        RunStatus::Cancelled => "dim",
        _ => "",
    };
    let rows = run.row_count.or_else(|| run.progress.as_ref().map(|progress| progress.rows_read));
    let rows = rows.map(|rows| view! { <span title=count(rows)>{short_count(rows)}</span> });
    view! {
        <tr class=class data-run=run.number.to_string() data-status=run.status.word()>
            <th scope="row"><a class="mono" href=format!("/runs/{}", run.number)>{run.number}</a></th>
            <td class="e">{run_status(run)}</td>
            <td class="w what"><div class="two"><span class="strong">{group_label(&run.connection_name, &run.table_group_name)}</span>{what(run, now)}</div></td>
            <td class="x nowrap"><div class="two"><span>{mode_word(run.mode)}</span><small>{engine_word(&run.engine)}</small></div></td>
            <td class="x"><div class="two"><span>{trigger_word(run.trigger)}</span><small>{run.started_by.clone().unwrap_or_default()}</small></div></td>
            <td class="nowrap"><div class="two"><span>{moment(run.requested_at, now)}</span><small>{clock(run.requested_at)}" UTC"</small></div></td>
            <td class="num">{took(run, now)}</td>
            <td class="num x">{rows}</td>
            <td class="num l" data-l="score">{run.quality_score.map(percent)}</td>
            <td class="num does">{may_run.then(|| action(run, back))}</td>
        </tr>
    }
    .into_any()
}

/// The second line: progress, what was profiled, or what went wrong.
fn what(run: &ProfileRun, now: DateTime<Utc>) -> AnyView {
    match run.status {
        RunStatus::Pending | RunStatus::Running => live_progress(run, now),
        RunStatus::Failed => view! { <small class="bad">{failure(run)}</small> }.into_any(),
        _ => {
            let found = run.found_words();
            let found = (!found.is_empty()).then(|| format!("; found: {found}"));
            view! { <small>{profiled(run)}{found}</small> }.into_any()
        }
    }
}

/// What a run that failed says: its own message, else its reason in words.
pub fn failure(run: &ProfileRun) -> String {
    run.error_message.clone().filter(|text| !text.is_empty()).unwrap_or_else(|| {
        run.reason
            .map(reason_sentence)
            .unwrap_or_else(|| "It ended without results.".to_owned())
    })
}

/// `27 of 28 tables, 812 columns`.
pub fn profiled(run: &ProfileRun) -> String {
    let done = u64::from(run.table_count.unwrap_or(0));
    let failed = u64::from(run.failed_table_count);
    let tables = if failed > 0 {
        format!("{} of {}", count(done), counted(done + failed, "table"))
    } else {
        counted(done, "table")
    };
    let columns = run
        .column_count
        .map(|columns| format!(", {}", counted(u64::from(columns), "column")))
        .unwrap_or_default();
    let read = run.bytes_scanned.map(|read| format!(", {}", bytes(read))).unwrap_or_default();
    match run.status {
        RunStatus::Cancelled => "Nothing was stored".to_owned(),
        _ => format!("{tables}{columns}{read}"),
    }
}

/// Why a run ended so, and what to do.
pub fn reason_sentence(reason: RunReason) -> String {
    match reason {
        RunReason::TimedOut => "It ran past its deadline. Profile fewer tables at once, or raise the deadline.",
        RunReason::WorkerLost => "Its worker was lost three times. See the log, then retry.",
        RunReason::WorkerKilled => "The profiling process was killed, usually for its memory. Raise the memory limit of the engine, or profile the largest table by itself.",
        RunReason::AllTablesFailed => "No table of the group could be read. The first failure says why.",
        RunReason::NoTables => "The group has no table. Look for tables on its connection.",
        RunReason::SourceUnreachable => "The source could not be opened. Test its connection.",
        RunReason::SomeTablesFailed => "Some tables failed; the others are there.",
        RunReason::CancelledByPerson => "A person cancelled it.",
        RunReason::InternalError => "A fault of Limn's own. The log has its reference; retry.",
    }
    .to_owned()
}

fn took(run: &ProfileRun, now: DateTime<Utc>) -> AnyView {
    let Some(taken) = run.duration_ms(now) else {
        return ().into_any();
    };
    let tone = match run.status {
        RunStatus::Failed => ProgressTone::Failed,
        RunStatus::Running | RunStatus::Pending => ProgressTone::Running,
        _ => ProgressTone::Done,
    };
    let typical = run
        .typical_duration_ms
        .map(|typical| format!(", typical {}", duration(typical)))
        .unwrap_or_else(|| ", no typical duration yet".to_owned());
    let label = format!("took {}{typical}", duration(taken));
    view! {
        <span class="durcell" title=label.clone()>
            <span>{duration(taken)}</span>
            {limit_bar(taken as f64, run.typical_duration_ms.map(|typical| typical as f64), &label, tone)}
        </span>
    }
    .into_any()
}

/// Cancel leads to its confirmation; retry starts at once.
fn action(run: &ProfileRun, back: &str) -> AnyView {
    match run.status {
        RunStatus::Pending | RunStatus::Running if run.cancel_requested => ().into_any(),
        RunStatus::Pending | RunStatus::Running => {
            let label = format!("Cancel run {}", run.number);
            view! { <a class="btn sq bare" href=format!("/runs/{}/cancel", run.number) aria-label=label.clone() title=label.clone()>{icon(Icon::Cross, 14)}</a> }.into_any()
        }
        RunStatus::Failed | RunStatus::Cancelled => Button::new("Retry").post(
            "retry-run",
            &[("profile_run_id", run.profile_run_id.to_string()), ("back", back.to_owned())],
        ),
        RunStatus::Completed => ().into_any(),
    }
}

/// Full, partial, ... in a word.
pub fn mode_word(mode: RunMode) -> &'static str {
    match mode {
        RunMode::Full => "Full",
        RunMode::Partial => "Partial",
        RunMode::Sample => "Sample",
        RunMode::Skip => "Skipped",
    }
}

/// What started it, in a word.
pub fn trigger_word(trigger: RunTrigger) -> &'static str {
    match trigger {
        RunTrigger::Person => "Person",
        RunTrigger::Schedule => "Schedule",
        RunTrigger::Api => "Program",
        RunTrigger::Ingestion => "New data",
        RunTrigger::Retry => "Retry",
        RunTrigger::Activation => "Switched on",
    }
}

/// The engine's name.
pub fn engine_word(engine: &str) -> String {
    match engine {
        "embedded" => "Embedded".to_owned(),
        other => other.to_owned(),
    }
}
