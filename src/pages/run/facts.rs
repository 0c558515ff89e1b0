//! What a run was: who asked, which engine, which attempt; and whether its figures hold.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::RunModel;
use crate::components::format::{bytes, count, duration, percent};
use crate::components::moment::moment;
use crate::components::section::{SectionTitle, section};
use crate::domain::address::encode_segment;
use crate::domain::profile_run::{ProfileRun, RunStatus};
use crate::pages::runs::{engine_word, mode_word, trigger_word};

/// The facts of the execution.
pub fn facts_section(run: &ProfileRun, now: DateTime<Utc>) -> AnyView {
    let connection = encode_segment(run.connection_id.as_str());
    let content = view! {
        <dl class="kv lined">
            <dt>"Table group"</dt><dd>{run.table_group_name.clone()}</dd>
            <dt>"Connection"</dt><dd><a href=format!("/tables?connection={connection}")>{run.connection_name.clone()}</a></dd>
            <dt>"Trigger"</dt><dd>{trigger_word(run.trigger)}</dd>
            {run.started_by.clone().map(|name| view! { <dt>"Asked for by"</dt><dd>{name}</dd> })}
            <dt>"Asked for"</dt><dd>{moment(run.requested_at, now)}</dd>
            <dt>"Mode"</dt><dd>{mode_word(run.mode)}</dd>
            <dt>"Engine"</dt><dd>{engine_word(&run.engine)}</dd>
            <dt>"Attempt"</dt><dd>{run.attempt.max(1)}</dd>
            <dt>"Phase"</dt><dd>{run.phase.word()}</dd>
            {run.reason.map(|reason| view! { <dt>"Reason"</dt><dd>{reason.word().replace('_', " ")}</dd> })}
            {run.row_count.map(|rows| view! { <dt>"Rows"</dt><dd>{count(rows)}</dd> })}
            {run.quality_score.map(|score| view! { <dt>"Score"</dt><dd>{percent(score)}</dd> })}
            {run.bytes_scanned.map(|read| view! { <dt>"Bytes read"</dt><dd>{bytes(read)}</dd> })}
            {run.typical_duration_ms.map(|typical| view! { <dt>"Typical duration"</dt><dd>{duration(typical)}</dd> })}
            <dt>"Run id"</dt><dd class="mono small">{run.profile_run_id.to_string()}</dd>
        </dl>
    };
    section(SectionTitle::new("execution", "Execution"), content)
}

/// Whether the figures of all tables fit together.
pub fn invariants_section(model: &RunModel) -> Option<AnyView> {
    if model.run.status != RunStatus::Completed {
        return None;
    }
    let checked = model.tables.iter().filter(|table| table.failure.is_none()).count();
    let broken: Vec<AnyView> = model
        .tables
        .iter()
        .flat_map(|table| {
            table
                .broken_invariants
                .iter()
                .map(move |text| view! { <li class="worse">{format!("{}: {text}", table.table_name)}</li> }.into_any())
        })
        .collect();
    let content = if broken.is_empty() {
        view! { <p class="t2">{format!("Checked on {checked} table{}: nulls and values add up to rows, bins to values, quantiles are in order. All hold.", if checked == 1 { "" } else { "s" })}</p> }.into_any()
    } else {
        view! { <ul>{broken}</ul> }.into_any()
    };
    Some(section(SectionTitle::new("invariants", "Invariants"), content))
}
