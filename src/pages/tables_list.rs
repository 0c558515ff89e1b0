//! The table of tables: one line each, with what the latest completed run says and why the newest attempt failed.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::overview_lists::history_words;
use super::tables::{TablesModel, with};
use super::tables_edit::choice;
use crate::components::button::{Button, Weight};
use crate::components::empty_state::empty_state;
use crate::components::format::{bytes, count, counted, percent, short_count};
use crate::components::graphics::null_bar::null_bar;
use crate::components::graphics::sparkline::sparkline;
use crate::components::icon::{Icon, icon};
use crate::components::moment::{day, moment};
use crate::components::severity::severity_count;
use crate::domain::address::ROOT_SCHEMA;
use crate::domain::anomaly::Severity;
use crate::domain::query::{TableSort, TablesQuery, query_string};
use crate::domain::table::{TableFigures, TableSummary};

/// Columns of the table, for headings that span it.
const WIDTH: usize = 8;
/// Cells stand for shares: a bar needs whole parts.
const PARTS: u64 = 1_000_000_000;

/// Tables under the heading of their schema, or flat.
pub fn table_list(model: &TablesModel) -> AnyView {
    let is_grouped = !model.query.flat && model.query.sort == TableSort::Name;
    let bodies: Vec<AnyView> = if is_grouped {
        by_schema(&model.tables.items)
            .into_iter()
            .map(|tables| schema_body(model, &tables))
            .collect()
    } else {
        let rows: Vec<AnyView> = model.tables.items.iter().map(|table| table_row(model, table, true)).collect();
        vec![view! { <tbody>{rows}</tbody> }.into_any()]
    };
    view! {
        <div class="scroll" tabindex="-1">
            <table class="tbl runs rec tables sticky" data-list="tables">
                <caption class="vh">{if is_grouped { "Tables by schema" } else { "Tables" }}</caption>
                <thead>
                    <tr>
                        {sort_head(model, "Table", TableSort::Name, "")}
                        {sort_head(model, "Rows", TableSort::Rows, "num")}
                        <th scope="col" class="num">"Columns"</th>
                        {sort_head(model, "Null cells", TableSort::Null, "")}
                        {sort_head(model, "Score", TableSort::Score, "num")}
                        <th scope="col">"Rows over runs"</th>
                        {sort_head(model, "Profiled", TableSort::Profiled, "")}
                        <th scope="col">"Alerts"</th>
                    </tr>
                </thead>
                {bodies}
            </table>
        </div>
    }
    .into_any()
}

/// Tables of one connection and schema stay together, in the order in which each first appears.
fn by_schema(tables: &[TableSummary]) -> Vec<Vec<&TableSummary>> {
    let mut groups: Vec<Vec<&TableSummary>> = Vec::new();
    for table in tables {
        let key = |of: &TableSummary| (of.address.connection_id.clone(), of.address.schema_name.clone());
        match groups.iter_mut().find(|group| key(group[0]) == key(table)) {
            Some(group) => group.push(table),
            None => groups.push(vec![table]),
        }
    }
    groups
}

/// A schema's heading with its tables.
fn schema_body(model: &TablesModel, tables: &[&TableSummary]) -> AnyView {
    let Some(first) = tables.first() else { return ().into_any() };
    let schema = (first.address.schema_name != ROOT_SCHEMA).then(|| first.address.schema_name.clone());
    let name = match schema {
        Some(schema) => view! { <span class="path">{format!("{}.", first.connection_name)}<b>{schema}</b></span> }.into_any(),
        None => view! { <span class="path"><b>{first.connection_name.clone()}</b></span> }.into_any(),
    };
    let rows: Vec<AnyView> = tables.iter().map(|table| table_row(model, table, false)).collect();
    view! {
        <tbody>
            <tr class="grphead"><th colspan=WIDTH scope="rowgroup">{name}" "<span class="t2 small">{heading_words(model, tables.len())}</span></th></tr>
            {rows}
        </tbody>
    }
    .into_any()
}

/// How many tables stand under a heading; on a page of many, only this page is known.
fn heading_words(model: &TablesModel, tables: usize) -> String {
    let is_whole = model.tables.items.len() as u64 == model.tables.total;
    format!("{}{}", counted(tables as u64, "table"), if is_whole { "" } else { " on this page" })
}

/// A head that sorts. The present order is marked; choosing it again goes back to names.
fn sort_head(model: &TablesModel, label: &'static str, sort: TableSort, class: &'static str) -> AnyView {
    let is_current = model.query.sort == sort;
    let direction = match sort {
        TableSort::Name | TableSort::Profiled | TableSort::Score => ("ascending", Icon::Up),
        TableSort::Rows | TableSort::Null => ("descending", Icon::Down),
    };
    let href = with(&model.query, |query| query.sort = if is_current { TableSort::Name } else { sort });
    let mark = is_current.then(|| icon(direction.1, 12));
    view! { <th scope="col" class=class aria-sort=is_current.then_some(direction.0)><a href=href>{label}{mark}</a></th> }.into_any()
}

/// One table.
fn table_row(model: &TablesModel, table: &TableSummary, is_flat: bool) -> AnyView {
    let name = if is_flat {
        table.address.qualified_name()
    } else {
        table.address.table_name.clone()
    };
    let figures = table.profile.as_ref();
    let rows = figures.map(|figures| view! { <span title=count(figures.row_count)>{short_count(figures.row_count)}</span> });
    let columns = figures.map(|figures| count(u64::from(figures.column_count)));
    let choice = choice(model, table);
    let class = choice.is_some().then_some("choose");
    view! {
        <tr class=table.missing_since.map(|_| "dim")>
            <th scope="row" class="w t-name">
                <div class=class>
                    {choice}
                    <div class="two">
                        <a class="colname clip" href=table.address.path() title=table.address.qualified_name()>{name}</a>
                        <small class="breaks">{remark(table, is_flat, model.now)}</small>
                    </div>
                </div>
            </th>
            <td class="num l" data-l="rows">{rows}</td>
            <td class="num" data-l="columns">{columns}</td>
            <td data-l="null cells">{null_cells(figures)}</td>
            <td class="num l" data-l="score">{figures.and_then(|figures| figures.score).map(percent)}</td>
            <td class="x">{sparkline(&table.row_history, &history_words(&table.row_history))}</td>
            <td class="nowrap e">{profiled(model, table)}</td>
            <td class="l" data-l="alerts">{alerts(table)}</td>
        </tr>
    }
    .into_any()
}

/// The second line: what went wrong first, then what changed, then what it is made of.
fn remark(table: &TableSummary, is_flat: bool, now: DateTime<Utc>) -> AnyView {
    if let Some(failure) = &table.last_failure {
        let said = format!("not profiled by run {}: {}", failure.run_number, failure.error);
        return view! { <span class="bad" title=failure.remedy.clone()>{said}</span> }.into_any();
    }
    if let Some(since) = table.missing_since {
        let (class, what) = if table.is_left_out {
            ("t2", "left out by the masks of its group since")
        } else {
            ("worse", "not found since")
        };
        return view! { <span class=class>{format!("{what} {}; its profiles stay", day(since, now))}</span> }.into_any();
    }
    let before = table.row_history.iter().rev().skip(1).find(|rows| **rows > 0);
    if let (Some(0), Some(before)) = (table.profile.as_ref().map(|figures| figures.row_count), before) {
        return view! { <span class="worse">{format!("no rows now, {} before", count(*before))}</span> }.into_any();
    }
    let place = if is_flat {
        format!("{}, ", table.connection_name)
    } else {
        String::new()
    };
    let known = if table.profile.is_none() {
        format!(", new since {}", day(table.created_at, now))
    } else {
        String::new()
    };
    let off = if table.is_active { "" } else { ", switched off" };
    let scope = if table.scope.is_whole() {
        String::new()
    } else {
        format!(", {}", table.scope.words())
    };
    let tags = table.characteristics.tags.join(", ");
    let tags = if tags.is_empty() { tags } else { format!(", tagged {tags}") };
    view! { <span class="t2">{format!("{place}{}, {}{known}{off}{scope}{tags}", table.format, bytes(table.bytes))}</span> }.into_any()
}

/// The share of cells without a value.
fn null_cells(figures: Option<&TableFigures>) -> AnyView {
    let Some(figures) = figures else {
        return view! { <span class="t2">"not profiled"</span> }.into_any();
    };
    match figures.null_cell_ratio {
        Some(ratio) => {
            let part = if ratio >= 1.0 {
                PARTS
            } else {
                ((ratio * PARTS as f64) as u64).clamp(u64::from(ratio > 0.0), PARTS - 1)
            };
            view! { <span class="nulls">{null_bar(part, PARTS)}<span>{percent(ratio)}</span></span> }.into_any()
        }
        None => view! { <span class="t2">"no rows"</span> }.into_any(),
    }
}

/// How many alerts are open, with the way to them.
fn alerts(table: &TableSummary) -> Option<AnyView> {
    let open = table.open_alerts.filter(|open| open.count > 0)?;
    let href = format!("/alerts{}", query_string(&[("table", table.table_id.as_str())]));
    let mark = severity_count(open.worst.unwrap_or(Severity::Medium), open.count, "open alerts");
    Some(view! { <a href=href>{mark}</a> }.into_any())
}

/// When and by which run; for a table that no run has read yet, the button that does.
fn profiled(model: &TablesModel, table: &TableSummary) -> AnyView {
    if let Some(figures) = &table.profile {
        return view! {
            <span class="two">
                <span>{moment(figures.profiled_at, model.now)}</span>
                <small><a href=format!("/runs/{}", figures.run_number)>{format!("run {}", figures.run_number)}</a></small>
            </span>
        }
        .into_any();
    }
    if table.missing_since.is_some() || !table.is_active || !model.viewer.may_run(&table.table_group_id) {
        return view! { <span class="t2">"never"</span> }.into_any();
    }
    let fields = [
        ("table_group_id", table.table_group_id.to_string()),
        ("table_id", table.table_id.to_string()),
    ];
    view! { <span class="row"><span class="t2">"never"</span>{Button::new("Profile now").weight(Weight::Bare).icon(Icon::Play).post("start-run", &fields)}</span> }
        .into_any()
}

/// The filters hide everything: say which, and how many tables there are.
pub fn no_match(model: &TablesModel) -> AnyView {
    let query = &model.query;
    let mut filters: Vec<String> = Vec::new();
    if !query.q.is_empty() {
        filters.push(format!("table or column name contains {}", query.q));
    }
    for (is_on, words) in [
        (!query.connection.is_empty(), "one connection"),
        (!query.group.is_empty(), "one group"),
        (!query.dataset.is_empty(), "one dataset"),
        (!query.project.is_empty(), "one project"),
        (!query.tag.is_empty(), "one tag"),
        (query.stale, "profiled more than 24 h ago"),
        (query.never, "never profiled"),
        (query.empty, "no rows"),
        (query.alerts, "open alerts"),
    ] {
        if is_on {
            filters.push(words.to_owned());
        }
    }
    let clear = format!("Clear {}", counted(filters.len() as u64, "filter"));
    let everything = TablesQuery {
        page: 1,
        flat: query.flat,
        sort: query.sort,
        ..TablesQuery::default()
    };
    empty_state(
        Some(Icon::Search),
        "No table matches these filters",
        format!("{}. {} hidden.", capitalised(&filters.join(", ")), hidden(model.viewer.table_count)),
        Button::new(clear).link(format!("/tables{}", everything.to_query())),
    )
}

/// `1 table is`, `6 tables are`.
fn hidden(tables: u64) -> String {
    format!("{} {}", counted(tables, "table"), if tables == 1 { "is" } else { "are" })
}

/// Starts a sentence.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
