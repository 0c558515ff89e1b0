//! The tables of a run over time, and those that failed with what to do about them.

use leptos::prelude::*;

use super::{RunModel, of, read_words};
use crate::components::button::Button;
use crate::components::filter_row::{Segment, segmented};
use crate::components::graphics::gantt::{Span, SpanKind, gantt};
use crate::components::note::{Note, NoteKind};
use crate::components::section::{SectionTitle, section};
use crate::domain::address::{TableAddress, qualified_name};
use crate::domain::profile_run::{RunStatus, RunTable};

/// Failures that are named one by one; the others are counted.
const NAMED: usize = 10;
/// Tables that are drawn.
const DRAWN: usize = 200;

/// One note a failed table.
pub fn failures(model: &RunModel) -> AnyView {
    let failed: Vec<&RunTable> = model.tables.iter().filter(|table| table.failure.is_some()).collect();
    let more = failed.len().saturating_sub(NAMED);
    let mut notes: Vec<AnyView> = failed.into_iter().take(NAMED).filter_map(|table| note(model, table)).collect();
    if more > 0 {
        notes.push(
            Note::new(NoteKind::Error, format!("{more} more tables were not profiled"))
                .sentence("They are marked in the list of tables; the log says why.")
                .view(),
        );
    }
    notes.into_any()
}

fn note(model: &RunModel, table: &RunTable) -> Option<AnyView> {
    let failure = table.failure.as_ref()?;
    let name = qualified_name(&table.schema_name, &table.table_name);
    let open = Button::new("Open table").link(address(model, table).path());
    Some(
        Note::new(NoteKind::Error, format!("{name} was not profiled"))
            .sentence(format!("{} {}", failure.error, failure.remedy))
            .actions(open)
            .view(),
    )
}

fn address(model: &RunModel, table: &RunTable) -> TableAddress {
    TableAddress {
        connection_id: model.run.connection_id.clone(),
        schema_name: table.schema_name.clone(),
        table_name: table.table_name.clone(),
    }
}

/// The tables over time; a sentence where there are none yet.
pub fn tables_section(model: &RunModel) -> AnyView {
    let number = model.run.number;
    if model.tables.is_empty() {
        let why = match model.run.status {
            RunStatus::Pending | RunStatus::Running => "Tables appear here when the run has ended and all of them are stored at once.",
            RunStatus::Cancelled => "None: a cancelled run stores nothing.",
            _ => "None was profiled.",
        };
        return section(SectionTitle::new("tables", "Tables"), view! { <p class="t2">{why}</p> });
    }
    let mut tables: Vec<&RunTable> = model.tables.iter().collect();
    if model.by_duration {
        tables.sort_by_key(|table| std::cmp::Reverse(table.duration_ms));
    }
    let spans: Vec<Span> = tables.iter().take(DRAWN).map(|table| span(model, table)).collect();
    let segment = |label: &'static str, href: String, is_current: bool| Segment {
        label,
        count: None,
        href,
        is_current,
    };
    let switch = segmented(
        "Order of tables",
        vec![
            segment("By start", format!("/runs/{number}{}", with_log(model, "")), !model.by_duration),
            segment(
                "By duration",
                format!("/runs/{number}{}", with_log(model, "took")),
                model.by_duration,
            ),
        ],
    );
    let title = SectionTitle::new("tables", "Tables")
        .subtitle(of(spans.len(), model.tables.len(), "table"))
        .controls(switch);
    section(title, gantt(&spans, &format!("Tables of run {number} with start and duration")))
}

/// The query string with another order and the same log.
fn with_log(model: &RunModel, sort: &str) -> String {
    crate::domain::query::query_string(&[("sort", sort), ("log", &model.log_level)])
}

fn span(model: &RunModel, table: &RunTable) -> Span {
    let (kind, remark) = match (&table.failure, table.broken_invariants.is_empty()) {
        (Some(_), _) => (SpanKind::Failed, "failed".to_owned()),
        (None, false) => (SpanKind::Inconsistent, "inconsistent".to_owned()),
        (None, true) => (SpanKind::Done, read_words(table)),
    };
    Span {
        name: qualified_name(&table.schema_name, &table.table_name),
        href: format!("{}?run={}", address(model, table).path(), model.run.number),
        start_ms: table.started_after_ms,
        took_ms: table.duration_ms,
        remark,
        kind,
    }
}
