//! The tab of the definition: where the table lies, what was read of it, its columns as the source names them.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::TableRights;
use super::described::{characteristics, scope};
use crate::components::column_cells::{type_mark, type_word};
use crate::components::format::{bytes, count, counted, duration};
use crate::components::moment::moment;
use crate::components::section::{SectionTitle, section};
use crate::domain::address::{ROOT_SCHEMA, encode_segment};
use crate::domain::query::ColumnsQuery;
use crate::domain::table::TableDetail;
use crate::pages::removal::{Removal, removal_section};
use crate::services::table_removal::removal_refusal;
use crate::store::table_groups::DependentCounts;

/// Files that are named before the rest is counted.
const NAMED_FILES: usize = 200;

/// The whole tab.
pub fn definition_tab(detail: &TableDetail, query: &ColumnsQuery, now: DateTime<Utc>, may: TableRights) -> AnyView {
    let back = format!("{}{}", detail.summary.address.path(), query.to_query());
    view! {
        <div class="cols halves">
            <div>{characteristics(detail, may.describe, &back)}{scope(detail, may.describe, &back)}{place(detail, now)}{files(detail)}{may.removal.map(|dependents| removal(detail, &dependents, &back))}</div>
            <div>{columns(detail)}</div>
        </div>
    }
    .into_any()
}

fn place(detail: &TableDetail, now: DateTime<Utc>) -> AnyView {
    let summary = &detail.summary;
    let connection = encode_segment(summary.address.connection_id.as_str());
    let schema = if summary.address.schema_name == ROOT_SCHEMA {
        "the root of the connection".into_any()
    } else {
        view! { <span class="mono">{summary.address.schema_name.clone()}</span> }.into_any()
    };
    // What another program read, it did not say.
    let snapshot = detail.run.as_ref().filter(|run| run.others.is_none()).map(|run| {
        view! {
            <dt>"Read by run " {run.number}</dt>
            <dd>{run.snapshot.description.clone()}</dd>
            <dt>"Snapshot"</dt>
            <dd class="mono">{run.snapshot.id.clone()}</dd>
            <dt>"Rows read"</dt>
            <dd>{count(run.rows_scanned)}" "<span class="t2">{format!("of {}, {}", count(run.row_count), bytes(run.bytes_scanned))}</span></dd>
            <dt>"Engine"</dt>
            <dd>{run.engine.clone()}", mode "{run.mode.word()}", "{duration(run.duration_ms)}</dd>
        }
    });
    let content = view! {
        <dl class="kv lined">
            <dt>"Connection"</dt>
            <dd><a href=format!("/tables?connection={connection}")>{summary.connection_name.clone()}</a></dd>
            <dt>"Table group"</dt>
            <dd>{summary.table_group_name.clone()}</dd>
            <dt>"Schema"</dt>
            <dd>{schema}</dd>
            <dt>"Table"</dt>
            <dd class="mono">{summary.address.table_name.clone()}</dd>
            <dt>"Format"</dt>
            <dd>{summary.format.clone()}</dd>
            <dt>"Size"</dt>
            <dd>{bytes(summary.bytes)}" at the last discovery"</dd>
            <dt>"Found first"</dt>
            <dd>{moment(summary.created_at, now)}</dd>
            {snapshot}
        </dl>
    };
    section(SectionTitle::new("place", "Where it lies"), content)
}

/// A table that its source no longer has can be removed.
fn removal(detail: &TableDetail, dependents: &DependentCounts, back: &str) -> AnyView {
    let said = match dependents.runs {
        0 => "No run tells of it. What is said of it goes too, and this cannot be undone.".to_owned(),
        runs => format!(
            "Its profiles of {}, its findings and {} go with it; the runs keep their totals. This cannot be undone.",
            counted(runs, "run"),
            counted(dependents.alerts, "alert")
        ),
    };
    removal_section(Removal {
        title: "Remove the table",
        label: "Name of the table",
        name: &detail.summary.address.table_name,
        action: "/actions/delete-table",
        id: ("table_id", detail.summary.table_id.to_string()),
        back: Some(back),
        said,
        refusal: removal_refusal(&detail.summary, dependents),
    })
}

fn files(detail: &TableDetail) -> Option<AnyView> {
    let files = &detail.run.as_ref()?.snapshot.files;
    if files.is_empty() {
        return None;
    }
    let named: Vec<AnyView> = files
        .iter()
        .take(NAMED_FILES)
        .map(|file| view! { <li class="mono small">{file.clone()}</li> }.into_any())
        .collect();
    let more = files.len().saturating_sub(NAMED_FILES);
    let more = (more > 0).then(|| view! { <li class="t2">{format!("and {more} more")}</li> });
    let list = view! { <ul class="files" tabindex="0">{named}{more}</ul> };
    Some(section(
        SectionTitle::new("files", "Files").subtitle(counted(files.len() as u64, "file")),
        list,
    ))
}

fn columns(detail: &TableDetail) -> Option<AnyView> {
    if detail.columns.is_empty() {
        return None;
    }
    let rows: Vec<AnyView> = detail
        .columns
        .iter()
        .map(|column| {
            let href = detail.summary.address.column_path(&column.column_name);
            view! {
                <tr>
                    <td class="num c-n">{column.ordinal_position}</td>
                    <th scope="row"><a class="colname" href=href>{column.column_name.clone()}</a></th>
                    <td>{type_mark(column)}</td>
                    <td class="t2">{type_word(column.general_type)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let table = view! {
        <div class="scroll">
            <table class="tbl tight">
                <caption class="vh">"Columns as the source names them"</caption>
                <thead><tr><th scope="col" class="num c-n">"#"</th><th scope="col">"Column"</th><th scope="col">"Type in the source"</th><th scope="col">"Read as"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    Some(section(
        SectionTitle::new("columns", "Columns").subtitle(counted(detail.columns.len() as u64, "column")),
        table,
    ))
}
