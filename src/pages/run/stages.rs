//! The five stages of a run with their times: requested, started, profiled, stored, ended.

use chrono::{DateTime, Duration, Utc};
use leptos::prelude::*;

use super::RunModel;
use crate::components::format::{counted, duration};
use crate::components::icon::{Icon, icon};
use crate::domain::profile_run::{RunPhase, RunStatus};

/// Where a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Done,
    At,
    Bad,
    Stopped,
    Ahead,
}

/// The line of stages.
pub fn stages(model: &RunModel) -> AnyView {
    let run = &model.run;
    let reached = reached(run.phase, run.started_at.is_some());
    let ended = run.status.is_terminal();
    let at = |index: usize| match run.status {
        RunStatus::Completed if index == 2 && run.failed_table_count > 0 => Stage::Bad,
        RunStatus::Completed => Stage::Done,
        RunStatus::Failed if index == reached => Stage::Bad,
        RunStatus::Cancelled if index == reached => Stage::Stopped,
        _ if index < reached => Stage::Done,
        _ if index == reached && !ended => Stage::At,
        _ if index == 4 && ended => Stage::Done,
        _ => Stage::Ahead,
    };
    let last_read = model.tables.iter().map(|table| table.started_after_ms + table.duration_ms).max();
    let profiled_at = run
        .started_at
        .zip(last_read)
        .map(|(start, after)| start + Duration::milliseconds(after.min(i64::MAX as u64) as i64));
    let waited = run
        .started_at
        .map(|start| (start - run.requested_at).num_milliseconds().max(0) as u64);
    let lines = [
        ("Requested", Some(time(run.requested_at))),
        (
            "Started",
            run.started_at
                .map(|start| format!("{}, waited {}", time(start), duration(waited.unwrap_or(0)))),
        ),
        (
            profiled_word(model),
            profiled_at.map(|at| format!("{}, {}", time(at), duration(last_read.unwrap_or(0)))),
        ),
        (
            "Stored",
            run.column_count
                .filter(|_| run.status == RunStatus::Completed)
                .map(|columns| counted(u64::from(columns), "column")),
        ),
        (
            ended_word(run.status),
            run.completed_at.map(|end| {
                format!(
                    "{}, {} in all",
                    time(end),
                    duration((end - run.requested_at).num_milliseconds().max(0) as u64)
                )
            }),
        ),
    ];
    let drawn: Vec<AnyView> = lines
        .into_iter()
        .enumerate()
        .map(|(index, (name, detail))| {
            let (class, mark) = match at(index) {
                Stage::Done => ("done", Some(Icon::Check)),
                Stage::At => ("at", Some(Icon::Ring)),
                Stage::Bad => ("bad", Some(Icon::Warn)),
                Stage::Stopped => ("stopped", Some(Icon::Cross)),
                Stage::Ahead => ("", None),
            };
            let current = (at(index) == Stage::At).then_some("step");
            view! { <li class=class aria-current=current><b>{mark.map(|mark| icon(mark, 14))}{name.to_owned()}</b><small>{detail}</small></li> }.into_any()
        })
        .collect();
    view! { <ol class="stages" aria-label="Stages">{drawn}</ol> }.into_any()
}

/// The stage that a run is at, or at which it stopped.
fn reached(phase: RunPhase, has_started: bool) -> usize {
    match phase {
        RunPhase::Requested => 1,
        RunPhase::Claimed | RunPhase::Submitting => 1,
        RunPhase::Running => 2,
        RunPhase::Finalizing => 3,
        RunPhase::Completed => 5,
        RunPhase::Failed | RunPhase::Cancelled if has_started => 2,
        RunPhase::Failed | RunPhase::Cancelled => 1,
    }
}

fn profiled_word(model: &RunModel) -> &'static str {
    match (model.run.status, model.run.failed_table_count) {
        (RunStatus::Completed, 0) => "Profiled",
        (RunStatus::Completed, _) => "Profiled, some tables failed",
        (RunStatus::Running, _) => "Profiling",
        _ => "Profiled",
    }
}

fn ended_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Failed => "Ended, failed",
        RunStatus::Cancelled => "Ended, cancelled",
        _ => "Ended",
    }
}

/// Clock with seconds: stages may be short.
fn time(at: DateTime<Utc>) -> String {
    at.format("%H:%M:%S").to_string()
}
