//! `/tables/{conn}/{schema}/{table}`: the profile of a table: all its columns as lines, its runs, its definition.

mod columns;
mod definition;
mod described;
mod runs;
mod states;
mod whole;

use chrono::{DateTime, Utc};
use leptos::prelude::*;

pub(super) use described::tag_links;

use super::findings::{Place, findings_section, rows_of_table};
use super::run_links::{export_link, profile_button, read_everything_button, run_menu, with};
use super::{page, request, respond, titled};
use crate::components::button::Button;
use crate::components::empty_state::empty_state;
use crate::components::filter_row::{Choice, menu};
use crate::components::format::{bytes, count, percent};
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::moment::{clock, moment};
use crate::components::note::ignored_note;
use crate::components::tag::{Tone, tag};
use crate::domain::address::{ROOT_SCHEMA, TableAddress, encode_segment};
use crate::domain::anomaly::RunFinding;
use crate::domain::column_list::column_counts;
use crate::domain::query::ColumnsQuery;
use crate::domain::table::TableDetail;
use crate::domain::user::Permission;
use crate::islands::copy_link::CopyLink;
use crate::services::findings;
use crate::services::table_details::read_table_detail;
use crate::store::table_groups::DependentCounts;
use crate::store::table_removal::count_table_dependents;

/// What a run does not tell that another program wrote.
pub(super) const UNKNOWN_OF_OTHERS: &str = "How long it took, what it read, its duplicate rows and how its columns move together are not known, so there is no SQL and there are no rows behind its figures.";

/// `/tables/:connection/:schema/:table`
#[component]
pub fn TablePage() -> impl IntoView {
    let address = address_here();
    page(async move {
        let viewer = request::viewer_with(Permission::ReadProfiles)?;
        let query = ColumnsQuery::parse(&request::raw_query());
        let Some(mut detail) = read_table_detail(&request::state().db, &request::state().config, &address, &query).await? else {
            return Ok(respond::not_found());
        };
        detail.findings = findings::of_table(&request::state().db, &viewer, &detail).await?;
        let mut may = TableRights {
            run: viewer.may_run(&detail.summary.table_group_id),
            describe: viewer.user.may(Permission::Describe),
            configure: viewer.may(Permission::Configure),
            removal: None,
        };
        if query.tab == "definition" && may.configure && detail.summary.missing_since.is_some() {
            may.removal = Some(count_table_dependents(&request::state().db, &detail.summary.table_id).await?);
        }
        Ok(titled(address.qualified_name(), table_view(&detail, &query, request::now(), may)))
    })
}

/// The table's place, from the path of the request.
pub(super) fn address_here() -> TableAddress {
    TableAddress {
        connection_id: request::segment(1).into(),
        schema_name: request::segment(2),
        table_name: request::segment(3),
    }
}

/// What whoever looks may do here.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableRights {
    /// Start runs.
    pub run: bool,
    /// Say what the table and its columns are.
    pub describe: bool,
    /// Change the catalogue.
    pub configure: bool,
    /// Remove the table, which is no longer there; what goes with it.
    pub removal: Option<DependentCounts>,
}

/// Everything under the rail. Pure: what it shows is what it is given.
pub fn table_view(detail: &TableDetail, query: &ColumnsQuery, now: DateTime<Utc>, may: TableRights) -> AnyView {
    let content = match query.tab.as_str() {
        "runs" => runs::runs_tab(detail, query, now),
        "alerts" => alerts_tab(detail, query),
        "definition" => definition::definition_tab(detail, query, now, may),
        _ => columns::columns_tab(detail, query, now, may.run),
    };
    view! {
        {breadcrumb(crumbs(detail))}
        {head(detail, query, now, may.run)}
        {ignored_note(&query.notes)}
        {states::notes(detail, query, now, may.configure)}
        {tabs(detail, query)}
        {content}
    }
    .into_any()
}

/// What was found in the run shown.
fn alerts_tab(detail: &TableDetail, query: &ColumnsQuery) -> AnyView {
    let found: Vec<&RunFinding> = detail.findings.list.iter().collect();
    let here = format!("{}{}", detail.summary.address.path(), query.to_query());
    findings_section(&found, Place::Table, detail.findings.may_clear, &here, rows_of_table(detail)).unwrap_or_else(|| {
        let (title, reason) = match &detail.run {
            Some(run) => (
                "Nothing odd was found",
                format!("All checks of the catalogue were asked in run {}.", run.number),
            ),
            None => ("Nothing was looked at yet", "The table has no profile.".to_owned()),
        };
        let inbox = Button::new("Open the inbox").link("/alerts");
        empty_state(None, title, reason, inbox)
    })
}

/// Tables, connection, schema.
pub(super) fn crumbs(detail: &TableDetail) -> Vec<Crumb> {
    let summary = &detail.summary;
    let connection = encode_segment(summary.address.connection_id.as_str());
    let mut crumbs = vec![
        Crumb::new("Tables", "/tables"),
        Crumb::new(summary.connection_name.clone(), format!("/tables?connection={connection}")),
    ];
    if summary.address.schema_name != ROOT_SCHEMA {
        let schema = encode_segment(&format!("{}.", summary.address.schema_name));
        crumbs.push(Crumb::new(
            summary.address.schema_name.clone(),
            format!("/tables?connection={connection}&q={schema}"),
        ));
    }
    crumbs
}

fn head(detail: &TableDetail, query: &ColumnsQuery, now: DateTime<Utc>, may_run: bool) -> AnyView {
    let summary = &detail.summary;
    let path = summary.address.path();
    let tags = view! {
        {summary.characteristics.critical_data_element.then(|| tag("critical", Tone::Medium))}
        {(!summary.characteristics.tags.is_empty()).then(|| tag_links(&summary.characteristics.tags))}
        {summary.missing_since.is_some().then(|| tag("missing", Tone::Medium))}
        {detail.run.as_ref().is_some_and(|run| !run.broken_invariants.is_empty()).then(|| tag("inconsistent", Tone::High))}
    };
    let mut head = PageHead::name(summary.address.table_name.clone(), tags);
    if let Some(run) = &detail.run {
        head = head
            .fact(view! { <b>{count(run.row_count)}</b>{if run.row_count == 1 { " row" } else { " rows" }} })
            .fact(view! { <b>{count(u64::from(run.column_count))}</b>{if run.column_count == 1 { " column" } else { " columns" }} })
            .fact(view! { <b>{bytes(run.bytes_scanned.max(summary.bytes))}</b>" "{summary.format.clone()} })
            .fact(view! {
                "profiled " <b>{moment(run.completed_at, now)}</b> ", " {clock(run.completed_at)} " UTC, by "
                <a href=format!("/runs/{}", run.number)>{format!("run {}", run.number)}</a>
            });
        if let Some(kind) = &run.metrics.functional_table_type {
            let href = format!("{path}{}#whole", with(query, |query| query.tab.clear()).to_query());
            head = head.fact(view! { <a href=href>{kind.clone()}</a>" table" });
        }
        if let Some(score) = run.metrics.quality_score {
            head = head.fact(view! { "score " <b class="score">{percent(score)}</b> });
        }
        if !run.snapshot.scope.is_whole() {
            let href = format!(
                "{path}{}#scope",
                with(query, |query| query.tab = "definition".to_owned()).to_query()
            );
            head = head.fact(view! { <a class="breaks" href=href>{run.snapshot.scope.words()}</a> });
        }
    } else {
        head = head
            .fact(view! { <b>{bytes(summary.bytes)}</b>" "{summary.format.clone()} })
            .fact("never profiled");
    }
    let here = format!("{path}{}", query.to_query());
    let exports = detail.run.as_ref().map(|_| {
        let choice = |label: &str, form: &str| Choice {
            label: label.to_owned(),
            detail: String::new(),
            href: export_link(&path, &query.to_query(), form),
            is_current: false,
        };
        menu("", "Export", vec![choice("CSV", "csv"), choice("JSON", "json")])
    });
    // While a run is under way, or before there is anything to show, the page has its button elsewhere or none.
    let may_start = may_run && detail.active_run.is_none() && summary.missing_since.is_none();
    let run = detail.run.as_ref().filter(|_| may_start);
    // Only a table of several files has any to take over.
    let everything = run
        .filter(|run| run.snapshot.partitions.is_some())
        .map(|_| read_everything_button(detail, here.clone()));
    let start = run.map(|_| profile_button(detail, "Profile now", here, true));
    head.actions(view! { {run_menu(&path, detail, query, now)}{exports}<CopyLink />{everything}{start} })
        .view()
}

fn tabs(detail: &TableDetail, query: &ColumnsQuery) -> AnyView {
    let path = detail.summary.address.path();
    let columns = column_counts(detail).all;
    let all = [
        ("Columns", "", (columns > 0).then_some(columns)),
        ("Alerts", "alerts", Some(detail.findings.list.len() as u64)),
        ("Runs", "runs", Some(detail.runs.len() as u64)),
        ("Definition", "definition", None),
    ];
    let links: Vec<AnyView> = all
        .into_iter()
        .map(|(name, tab, number)| {
            let href = format!("{path}{}", with(query, |query| query.tab = tab.to_owned()).to_query());
            let current = (query.tab == tab).then_some("page");
            // The menu of runs ends at a hundred; beyond it the count is a lower bound.
            let number = number.map(|number| {
                if tab == "runs" && number >= 100 {
                    "100+".to_owned()
                } else {
                    count(number)
                }
            });
            view! { <a href=href aria-current=current>{name}{number.map(|number| view! { <span class="n">{number}</span> })}</a> }
                .into_any()
        })
        .collect();
    view! { <nav class="tabs" aria-label="Table">{links}</nav> }.into_any()
}
