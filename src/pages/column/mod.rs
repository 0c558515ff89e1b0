//! `/tables/{conn}/{schema}/{table}/columns/{column}`: one column, whole: its distribution by type, values, metrics, history.

mod boolean;
mod described;
mod history;
mod meaning;
mod metrics;
mod number;
mod picker;
mod text;
mod time;
mod values;

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::findings::{Place, findings_section, rows_of_table};
use super::panel_sql::PanelSql;
use super::rows::can_look;
use super::run_links::{compare_menu, run_menu, run_names, with};
use super::table::{UNKNOWN_OF_OTHERS, address_here, crumbs};
use super::{page, request, respond, titled};
use crate::components::button::Button;
use crate::components::column_cells::type_mark;
use crate::components::empty_state::empty_state;
use crate::components::filter_row::{Segment, segmented};
use crate::components::format::{count, counted, percent};
use crate::components::graphics::RunNames;
use crate::components::graphics::row_links::RowLinks;
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::icon::{Icon, icon};
use crate::components::meaning::pii_tag;
use crate::components::moment::{clock, moment};
use crate::components::note::{Note, NoteKind, ignored_note};
use crate::components::tag::{Tone, source_tag, tag};
use crate::domain::address::encode_segment;
use crate::domain::anomaly::RunFinding;
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::masking::is_personal;
use crate::domain::query::ColumnsQuery;
use crate::domain::table::ColumnDetail;
use crate::domain::user::Permission;
use crate::islands::copy_link::CopyLink;
use crate::services::column_details::read_column_detail;
use crate::services::findings;

/// `/tables/:connection/:schema/:table/columns/:column`
#[component]
pub fn ColumnPage() -> impl IntoView {
    // `tables`, connection, schema, table, `columns`, column.
    let (address, name) = (address_here(), request::segment(5));
    page(async move {
        let viewer = request::viewer_with(Permission::ReadProfiles)?;
        let query = ColumnsQuery::parse(&request::raw_query());
        let state = request::state();
        let Some(mut detail) = read_column_detail(&state.db, &state.config, &address, &name, &query).await? else {
            return Ok(respond::not_found());
        };
        detail.table.findings = findings::of_table(&state.db, &viewer, &detail.table).await?;
        Ok(titled(
            format!("{name} · {}", address.qualified_name()),
            column_view(
                &detail,
                &query,
                request::now(),
                viewer.user.may(Permission::Configure),
                viewer.user.may(Permission::Describe),
            ),
        ))
    })
}

/// Everything under the rail. Pure: what it shows is what it is given.
pub fn column_view(detail: &ColumnDetail, query: &ColumnsQuery, now: DateTime<Utc>, may_load: bool, may_describe: bool) -> AnyView {
    let runs = run_names(&detail.table);
    let sql = PanelSql::of_column(&detail.table, &detail.column);
    let panels = sections(detail, query, &runs, &sql);
    view! {
        {breadcrumb(way(detail, query))}
        {head(detail, query, now)}
        {ignored_note(&query.notes)}
        {detail.table.active_run.as_ref().map(|run| super::live::live_note(run, now))}
        <div class="split">
            {picker::picker(detail, query)}
            <div class="colgrid">
                {source_note(detail, query, may_load)}
                {notes(detail)}
                {found(detail, query)}
                {meaning::meaning_section(detail)}
                {described::described_section(detail, query, may_describe)}
                {panels.full}
                {panels.left.map(|left| view! { <div class="stack">{left}</div> })}
                <div class="stack">
                    {metrics::metrics_section(detail, &runs, &sql)}
                    {meaning::together_section(detail, query)}
                    {panels.right}
                </div>
                {history::history_section(detail, query, now)}
            </div>
        </div>
        <p class="foot-keys">
            <span><kbd>"j"</kbd><kbd>"k"</kbd>" next and previous column, place kept"</span>
            <span><kbd>"["</kbd><kbd>"]"</kbd>" older and newer run"</span>
            <span><kbd>"u"</kbd>" back to the table"</span>
        </p>
    }
    .into_any()
}

/// The table as the list was, at the line of this column.
fn back(detail: &ColumnDetail, query: &ColumnsQuery) -> String {
    format!(
        "{}{}#col-{}",
        detail.table.summary.address.path(),
        query.to_query(),
        encode_segment(&detail.column.column_name)
    )
}

fn way(detail: &ColumnDetail, query: &ColumnsQuery) -> Vec<Crumb> {
    let mut way = crumbs(&detail.table);
    way.push(Crumb::new(detail.table.summary.address.table_name.clone(), back(detail, query)));
    way
}

fn head(detail: &ColumnDetail, query: &ColumnsQuery, now: DateTime<Utc>) -> AnyView {
    let column = &detail.column;
    let path = detail.table.summary.address.column_path(&column.column_name);
    let tags = view! {
        {source_tag(&detail.source)}
        {column.is_candidate_key().then(|| view! { <span class="tag">{icon(Icon::Key, 12)}"key by the data"</span> })}
        {pii_tag(column)}
        {column.metrics.query_error.is_some().then(|| tag("failed", Tone::High))}
        {(!column.broken_invariants.is_empty()).then(|| tag("inconsistent", Tone::High))}
    };
    let mut head = PageHead::name(column.column_name.clone(), tags)
        .fact(type_mark(column))
        .fact(view! { <b>{count(column.row_count)}</b>{if column.row_count == 1 { " row" } else { " rows" }} });
    if let Some(run) = &detail.table.run {
        head = head.fact(view! {
            "profiled " <b>{moment(run.completed_at, now)}</b> ", " {clock(run.completed_at)} " UTC, by "
            <a href=format!("/runs/{}", run.number)>{format!("run {}", run.number)}</a>
        });
    }
    if let Some(score) = column.meaning.quality_score {
        head = head.fact(view! { "score " <b class="score">{percent(score)}</b> });
    }
    if let Some(run) = detail.table.run.as_ref().filter(|run| !run.snapshot.scope.is_whole()) {
        head = head.fact(view! { <span class="breaks">{run.snapshot.scope.words()}</span> });
    }
    head.actions(view! {
        {run_menu(&path, &detail.table, query, now)}
        {compare_menu(&path, &detail.table, query, now)}
        <CopyLink />
        {run_keys(detail, query)}
    })
    .view()
}

/// Links that only keys press: older and newer run, and the way up.
fn run_keys(detail: &ColumnDetail, query: &ColumnsQuery) -> AnyView {
    let runs = &detail.table.runs;
    let at = detail
        .table
        .run
        .as_ref()
        .and_then(|shown| runs.iter().position(|run| run.number == shown.number));
    let path = detail.table.summary.address.column_path(&detail.column.column_name);
    let link = |key: &'static str, index: Option<usize>| {
        let run = runs.get(index?)?;
        let href = format!(
            "{path}{}",
            with(query, |query| {
                query.run = (index != Some(0)).then_some(run.number);
                query.compare = query.compare.filter(|compare| *compare == 0);
            })
            .to_query()
        );
        Some(view! { <a hidden data-key=key href=href>{format!("Run {}", run.number)}</a> })
    };
    view! {
        {link("[", at.map(|at| at + 1))}
        {link("]", at.and_then(|at| at.checked_sub(1)))}
        <a hidden data-key="u" href=back(detail, query)>"Back to the table"</a>
    }
    .into_any()
}

/// Where the figures come from, if not from the first place, and how they get there.
fn source_note(detail: &ColumnDetail, query: &ColumnsQuery, may_load: bool) -> Option<AnyView> {
    let run = detail.table.run.as_ref()?;
    let told = run.others.is_some().then_some(UNKNOWN_OF_OTHERS);
    let Some(reason) = detail.source_reason.clone() else {
        let note = Note::new(NoteKind::Info, format!("Run {} was written by another program", run.number));
        return told.map(|told| note.sentence(told).view());
    };
    let title = match detail.source.as_str() {
        "payload" => format!("Read from the payload of run {}", run.number),
        "columns" => format!("Read from the typed columns of run {}", run.number),
        _ => "Read from the tables all the same".to_owned(),
    };
    let told = told.map(|told| format!(" {told}")).unwrap_or_default();
    let mut note = Note::new(NoteKind::Info, title);
    if detail.source == "payload" {
        note = note.sentence(format!(
            "{reason}{told} Figures that the payload lacks are not drawn, and there is no comparison and no history until it is loaded into the tables."
        ));
        let back = format!(
            "{}{}",
            detail.table.summary.address.column_path(&detail.column.column_name),
            query.to_query()
        );
        let fields = [("profile_run_id", run.profile_run_id.to_string()), ("back", back)];
        if may_load {
            note = note.actions(Button::new("Load it").post("backfill-run", &fields));
        }
        return Some(note.view());
    }
    Some(note.sentence(format!("{reason}{told}")).view())
}

/// What was found about the column in the run shown.
fn found(detail: &ColumnDetail, query: &ColumnsQuery) -> Option<AnyView> {
    let name = &detail.column.column_name;
    let found: Vec<&RunFinding> = detail.table.findings.of_column(name).collect();
    let back = format!("{}{}", detail.table.summary.address.column_path(name), query.to_query());
    findings_section(
        &found,
        Place::Column,
        detail.table.findings.may_clear,
        &back,
        rows_of_table(&detail.table),
    )
}

/// Why figures are missing or not to be relied on.
fn notes(detail: &ColumnDetail) -> AnyView {
    let column = &detail.column;
    let failed = column.metrics.query_error.as_ref().map(|error| {
        Note::new(NoteKind::Error, "This column could not be profiled")
            .sentence(failure(error, &detail.table.summary.format))
            .view()
    });
    let inconsistent = (!column.broken_invariants.is_empty()).then(|| {
        let title = format!(
            "{} of this column {} not hold",
            counted(column.broken_invariants.len() as u64, "check"),
            if column.broken_invariants.len() == 1 { "does" } else { "do" }
        );
        Note::new(NoteKind::Warning, title)
            .sentence(format!(
                "{}. Its figures do not fit together; do not rely on them, and profile the table again.",
                column.broken_invariants.join("; ")
            ))
            .view()
    });
    let moved = detail
        .compared
        .is_none()
        .then_some(detail.table.compared.as_ref())
        .flatten()
        .map(|run| {
            Note::new(NoteKind::Info, format!("Run {} does not have this column", run.number))
                .sentence("There is nothing to compare with.")
                .view()
        });
    view! { {failed}{inconsistent}{moved} }.into_any()
}

/// Why a column failed, what is left, and what to do about it in a table of this format.
fn failure(error: &str, format: &str) -> String {
    let end = if error.ends_with(['.', '!', '?']) { "" } else { "." };
    let remedy = match format {
        "postgres" | "sqlite" => "Mend the value, or the definition of the view, in the database, or leave the column out",
        _ => "Mend or replace the file",
    };
    format!("{error}{end} The other columns of the table are complete. {remedy}, then profile the table again.")
}

/// The panels of a type: over the full width, and beside the metrics in two stacks of half of it.
#[derive(Default)]
struct Panels {
    full: Option<AnyView>,
    /// Values and their shapes.
    left: Option<AnyView>,
    /// Counts; they follow the metrics.
    right: Option<AnyView>,
}

/// The panels of the column's own type; without values there is nothing to draw.
fn sections(detail: &ColumnDetail, query: &ColumnsQuery, runs: &RunNames, sql: &PanelSql) -> Panels {
    let column = &detail.column;
    if column.metrics.query_error.is_some() {
        return Panels::default();
    }
    if column.non_null_count == 0 {
        return Panels {
            full: Some(nothing(detail, query)),
            ..Panels::default()
        };
    }
    match column.general_type {
        GeneralType::Number => number::number_sections(detail, query, runs, sql),
        GeneralType::Text => text::text_sections(detail, runs, sql, &row_links(detail)),
        GeneralType::Time => time::time_sections(detail, query, runs, sql),
        GeneralType::Boolean => Panels {
            full: Some(boolean::boolean_section(detail, runs, sql)),
            ..Panels::default()
        },
        GeneralType::Other => {
            let links = row_links(detail);
            let left = view! { {values::top_values_section(detail, sql)}{text::length_section(detail, runs, sql, &links)} };
            Panels {
                left: Some(left.into_any()),
                ..Panels::default()
            }
        }
    }
}

fn nothing(detail: &ColumnDetail, query: &ColumnsQuery) -> AnyView {
    let column = &detail.column;
    let title = if column.row_count == 0 {
        "The table has no rows"
    } else {
        "Every row is null"
    };
    let before = detail.history.iter().rev().find(|point| point.column.non_null_count > 0);
    let reason = match before {
        Some(point) => format!("It held {} in run {}.", counted(point.column.non_null_count, "value"), point.number),
        None => "There is nothing to draw.".to_owned(),
    };
    let show = before.map(|point| {
        let path = detail.table.summary.address.column_path(&column.column_name);
        let href = format!("{path}{}", with(query, |query| query.run = Some(point.number)).to_query());
        Button::new(format!("Show run {}", point.number)).link(href)
    });
    empty_state(None, title, reason, show)
}

/// Where the rows behind the figures are, if the source of the run shown can be looked at.
fn row_links(detail: &ColumnDetail) -> RowLinks {
    let table = &detail.table;
    let Some(run) = table.run.as_ref().filter(|_| can_look(table)) else {
        return RowLinks::default();
    };
    let column = &detail.column;
    RowLinks::new(
        table.summary.address.column_path(&column.column_name),
        Some(run.number),
        column.values_masked,
        is_personal(&detail.characteristics.pii_risk, column.meaning.pii_risk),
    )
}

/// Linear or logarithmic counts, by the address.
fn scale_switch(detail: &ColumnDetail, query: &ColumnsQuery) -> AnyView {
    let path = detail.table.summary.address.column_path(&detail.column.column_name);
    let segment = |label: &'static str, log_scale: bool| Segment {
        label,
        count: None,
        href: format!("{path}{}", with(query, |query| query.log_scale = log_scale).to_query()),
        is_current: query.log_scale == log_scale,
    };
    segmented("Scale of the counts", vec![segment("Linear", false), segment("Log", true)])
}

/// Which bars are which.
fn legend(column: &ColumnProfile, runs: &RunNames) -> AnyView {
    let compared = runs
        .compared
        .as_ref()
        .map(|name| view! { <span><i class="p"></i>{name.clone()}</span> });
    let nulls = (column.null_count > 0).then(|| view! { <span><i class="n"></i>"null"</span> });
    view! { <span class="legend"><span><i></i>{runs.shown.clone()}</span>{compared}{nulls}</span> }.into_any()
}
