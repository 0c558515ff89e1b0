//! `/runs/{number}`: one run: its stages, what failed with the remedy first, its tables over time, its log, its facts.

mod cancel;
mod facts;
mod log;
mod stages;
mod tables;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

pub use cancel::{CancelRunPage, cancel_view};

use super::findings::{Place, findings_section};
use super::rows::rows_of_column;
use super::runs::{failure, profiled, reason_sentence};
use super::{look_again_without_script, page, request, respond, titled};
use crate::components::button::Button;
use crate::components::format::{bytes, count, counted, duration, short_count};
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::icon::{Icon, icon};
use crate::components::live_progress::live_text;
use crate::components::moment::{clock, moment};
use crate::components::note::{Note, NoteKind};
use crate::components::section::{SectionTitle, section};
use crate::components::tag::{run_status, tag};
use crate::domain::address::{TableAddress, encode_segment};
use crate::domain::anomaly::{Findings, RunFinding};
use crate::domain::connection::group_label;
use crate::domain::profile_run::{ProfileRun, RunLogLine, RunReason, RunStatus, RunTable};
use crate::domain::user::Permission;
use crate::islands::live_run::LiveRun;
use crate::pages::live::live_progress;
use crate::store::anomalies::list_findings;
use crate::store::profile_runs::{find_run, run_neighbours};
use crate::store::run_log::list_log;
use crate::store::run_tables::list_run_tables;

/// Lines of the log that are read; the newest ones.
const LOG_LINES: u32 = 1_000;

/// The engine of a run that Limn did itself.
const EMBEDDED: &str = "embedded";

/// Findings that are listed; the inbox has all of them.
const MOST_FINDINGS: u32 = 100;

/// What the page shows.
pub struct RunModel {
    /// The run.
    pub run: ProfileRun,
    /// Its tables in the order in which they were read; none before the end.
    pub tables: Vec<RunTable>,
    /// Its log, oldest first.
    pub log: Vec<RunLogLine>,
    /// The run of the same group before.
    pub older: Option<i64>,
    /// The run of the same group after.
    pub newer: Option<i64>,
    /// Least level of the log that is shown: `warn`, `error`, or empty for all.
    pub log_level: String,
    /// Whether tables stand by duration instead of by start.
    pub by_duration: bool,
    /// Whether the person may cancel and retry.
    pub may_run: bool,
    /// What was found.
    pub findings: Findings,
    /// Whether the person may see personal values everywhere.
    pub sees_values: bool,
}

/// `/runs/:number`
#[component]
pub fn RunPage() -> impl IntoView {
    let number = run_number();
    page(async move {
        let viewer = request::viewer_with(Permission::ReadProfiles)?;
        let db = request::state().db;
        let Some(run) = (match number {
            Some(number) => find_run(&db, number).await?,
            None => None,
        }) else {
            return Ok(respond::not_found());
        };
        let (older, newer) = run_neighbours(&db, &run.profile_run_id).await?;
        let findings = Findings {
            list: list_findings(&db, &run.profile_run_id, None, MOST_FINDINGS).await?,
            may_clear: viewer.may(Permission::ClearAlerts),
        };
        let may_run = viewer.may_run(&run.table_group_id);
        let model = RunModel {
            tables: list_run_tables(&db, &run.profile_run_id).await?,
            log: list_log(&db, &run.profile_run_id, "info", LOG_LINES).await?,
            run,
            older,
            newer,
            log_level: asked("log"),
            by_duration: asked("sort") == "took",
            may_run,
            findings,
            sees_values: viewer.values_scope().is_everything(),
        };
        Ok(titled(format!("Run {}", model.run.number), run_view(&model, request::now())))
    })
}

/// The number in the path; a run has a number, so anything else is not found.
fn run_number() -> Option<i64> {
    use_params_map()
        .get_untracked()
        .get_str("number")
        .and_then(|text| text.parse().ok())
}

/// One value of the query string.
fn asked(name: &str) -> String {
    form_urlencoded::parse(request::raw_query().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Everything under the rail.
pub fn run_view(model: &RunModel, now: DateTime<Utc>) -> AnyView {
    let run = &model.run;
    let is_active = !run.status.is_terminal();
    let live = is_active.then(|| {
        view! { <LiveRun url=format!("/runs/{}/events", run.number) />{look_again_without_script(true)} }
    });
    let group = encode_segment(run.table_group_id.as_str());
    view! {
        {breadcrumb(vec![Crumb::new("Runs", "/runs"), Crumb::new(group_label(&run.connection_name, &run.table_group_name), format!("/runs?group={group}"))])}
        {head(model, now)}
        {stages::stages(model)}
        {live}
        {is_active.then(|| progress(run, now))}
        {outcome(model)}
        <div class="cols runcols">
            <div>{tables::tables_section(model)}{found(model)}{log::log_section(model)}</div>
            <aside>{facts::facts_section(run, now)}{facts::invariants_section(model)}</aside>
        </div>
    }
    .into_any()
}

/// What the run found, worst first.
fn found(model: &RunModel) -> Option<AnyView> {
    let found: Vec<&RunFinding> = model.findings.list.iter().collect();
    let back = format!("/runs/{}", model.run.number);
    findings_section(&found, Place::Run, model.findings.may_clear, &back, |finding| rows(model, finding))
}

/// Where the rows behind a finding are. Only Limn's own runs read what it can look at again.
fn rows(model: &RunModel, finding: &RunFinding) -> Option<String> {
    let (run, anomaly) = (&model.run, &finding.anomaly);
    let column = anomaly.column_name.as_deref().filter(|_| run.engine == EMBEDDED)?;
    let table = TableAddress {
        connection_id: run.connection_id.clone(),
        schema_name: anomaly.schema_name.clone(),
        table_name: anomaly.table_name.clone(),
    };
    rows_of_column(&table, column, &anomaly.anomaly_type, model.sees_values, Some(run.number))
}

fn head(model: &RunModel, now: DateTime<Utc>) -> AnyView {
    let run = &model.run;
    let title = view! { {run_status(run)}{(run.attempt > 1).then(|| tag(format!("attempt {}", run.attempt), Default::default()))} };
    let mut head = PageHead::name(format!("Run {}", run.number), title);
    if run.status == RunStatus::Completed {
        head = head
            .fact(profiled(run))
            .fact(view! { <b>{short_count(run.row_count.unwrap_or(0))}</b>" rows" });
    }
    if let Some(taken) = run.duration_ms(now) {
        let typical = run
            .typical_duration_ms
            .map(|typical| format!(", typical {}", duration(typical)))
            .unwrap_or_default();
        let word = if run.status.is_terminal() { "took " } else { "for " };
        head = head.fact(view! { {word}<b>{duration(taken)}</b>{typical} });
    }
    head = match run.completed_at {
        Some(ended) => head.fact(view! { "ended " <b>{moment(ended, now)}</b> ", " {clock(ended)} " UTC" }),
        None => head.fact(view! { "asked for " <b>{moment(run.requested_at, now)}</b> ", " {clock(run.requested_at)} " UTC" }),
    };
    head.actions(
        view! { {neighbour(Icon::Left, "Older", "[", model.older)}{neighbour(Icon::Right, "Newer", "]", model.newer)}{actions(model)} },
    )
    .view()
}

fn neighbour(mark: Icon, word: &'static str, key: &'static str, number: Option<i64>) -> AnyView {
    match number {
        Some(number) => {
            let label = format!("{word} run of this group, {number}");
            view! { <a class="btn sq" data-key=key href=format!("/runs/{number}") aria-label=label.clone() title=label.clone()>{icon(mark, 14)}</a> }.into_any()
        }
        None => view! { <span class="btn sq" aria-disabled="true">{icon(mark, 14)}<span class="vh">{format!("No {} run", word.to_lowercase())}</span></span> }.into_any(),
    }
}

/// One primary action: cancel while it runs, run again when it has ended.
fn actions(model: &RunModel) -> Option<AnyView> {
    let run = &model.run;
    if !model.may_run {
        return None;
    }
    match run.status {
        RunStatus::Pending | RunStatus::Running if run.cancel_requested => None,
        RunStatus::Pending | RunStatus::Running => Some(
            Button::new("Cancel run")
                .icon(Icon::Cross)
                .weight(crate::components::button::Weight::Danger)
                .link(format!("/runs/{}/cancel", run.number)),
        ),
        _ => {
            let fields = [
                ("profile_run_id", run.profile_run_id.to_string()),
                ("back", format!("/runs/{}", run.number)),
            ];
            let label = if run.status == RunStatus::Completed { "Run again" } else { "Retry" };
            Some(Button::primary(label).icon(Icon::Play).post("retry-run", &fields))
        }
    }
}

/// Progress in figures; the browser patches them.
fn progress(run: &ProfileRun, now: DateTime<Utc>) -> AnyView {
    let figures = run.progress.as_ref().map(|progress| {
        let figure = |name: &'static str, label: &'static str| {
            view! { <div><dt>{label}</dt><dd data-live=name>{live_text(name, progress)}</dd></div> }.into_any()
        };
        view! { <dl class="livefigs">{figure("tables", "Tables")}{figure("rows", "Rows read")}{figure("bytes", "Bytes read")}{figure("left", "Time left")}</dl> }
    });
    let content = view! {
        <div data-run=run.number.to_string() data-status=run.status.word()>{live_progress(run, now)}{figures}</div>
    };
    section(SectionTitle::new("progress", "Progress").subtitle("follows the run"), content)
}

/// Why it ended so: the failed tables with their remedies, or the failure of the whole run.
fn outcome(model: &RunModel) -> AnyView {
    let run = &model.run;
    let whole = match run.status {
        RunStatus::Failed => Some(
            Note::new(NoteKind::Error, run.reason.map_or("The run failed", reason_title))
                .sentence(match (run.reason, run.error_message.as_deref()) {
                    (Some(reason), Some(message)) if !message.is_empty() => format!("{message} {}", reason_sentence(reason)),
                    _ => failure(run),
                })
                .view(),
        ),
        RunStatus::Cancelled => Some(
            Note::new(NoteKind::Info, "The run was cancelled")
                .sentence("Nothing of it was stored; the profiles of earlier runs stay as they are.")
                .view(),
        ),
        _ if run.cancel_requested => Some(
            Note::new(NoteKind::Info, "The run is being cancelled")
                .sentence("It stops at the next batch of rows, within seconds.")
                .view(),
        ),
        _ => None,
    };
    view! { {whole}{tables::failures(model)} }.into_any()
}

/// Why a run ended, as a title.
fn reason_title(reason: RunReason) -> &'static str {
    match reason {
        RunReason::TimedOut => "The run took too long",
        RunReason::WorkerLost => "The worker was lost",
        RunReason::WorkerKilled => "The profiling process was killed",
        RunReason::AllTablesFailed => "No table could be profiled",
        RunReason::NoTables => "There was no table to profile",
        RunReason::SourceUnreachable => "The source could not be opened",
        RunReason::SomeTablesFailed => "Some tables failed",
        RunReason::CancelledByPerson => "The run was cancelled",
        RunReason::InternalError => "Something broke inside Limn",
    }
}

/// `12 of 28`, for subtitles.
fn of(part: usize, whole: usize, noun: &str) -> String {
    if part == whole {
        counted(whole as u64, noun)
    } else {
        format!("{} of {}", count(part as u64), counted(whole as u64, noun))
    }
}

/// Rows and bytes of a table in a few words.
fn read_words(table: &RunTable) -> String {
    format!("{} rows, {}", short_count(table.row_count), bytes(table.bytes_scanned))
}
