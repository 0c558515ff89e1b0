//! `/tables/{conn}/{schema}/{table}/columns/{column}/rows`: the rows behind a figure of a column, page by page, and the SQL that finds them.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::run_links::export_link;
use super::table::{address_here, crumbs};
use super::{page, request, titled};
use crate::anomalies::get_rule;
use crate::components::button::Button;
use crate::components::empty_state::empty_state;
use crate::components::format::{count, counted, estimate};
use crate::components::graphics::frequency_list::visible;
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::icon::Icon;
use crate::components::moment::moment;
use crate::components::note::{Note, NoteKind};
use crate::components::pagination::Pager;
use crate::components::section::{SectionTitle, section};
use crate::components::sql_text::sql_block;
use crate::domain::address::{TableAddress, encode_segment};
use crate::domain::column_profile::GeneralType;
use crate::domain::masking::MASK;
use crate::domain::row_look::{LookEnd, LookedRows, RowCell};
use crate::domain::row_query::MOST_PAGES;
use crate::domain::table::TableDetail;
use crate::domain::user::Permission;
use crate::engine::ENGINE_NAME;
use crate::engine::sources::{ARROW, CSV, JSONL, PARQUET, POSTGRES, SQLITE};
use crate::engine::statements::RowSql;
use crate::islands::copy_link::CopyLink;
use crate::islands::copy_text::CopyText;
use crate::services::row_looks::{self, RowLook, Weight};

/// Characters of a cell before it is cut; its title has the rest.
const CELL: usize = 96;
/// Columns of the page; the data has all of them.
const COLUMNS: usize = 60;

/// `/tables/:connection/:schema/:table/columns/:column/rows`
#[component]
pub fn RowsPage() -> impl IntoView {
    // `tables`, connection, schema, table, `columns`, column.
    let (address, name) = (address_here(), request::segment(5));
    page(async move {
        let viewer = request::viewer_with(Permission::ReadProfiles)?;
        let state = request::state();
        let look = row_looks::look(&state.db, &state.config, &viewer, &address, &name, &request::raw_query()).await?;
        Ok(titled(
            format!("Rows of {name} · {}", address.qualified_name()),
            rows_view(&look, request::now()),
        ))
    })
}

/// Everything under the rail. Pure: what it shows is what it is given.
pub fn rows_view(look: &RowLook, now: DateTime<Utc>) -> AnyView {
    let notes: Vec<AnyView> = look
        .notes
        .iter()
        .map(|note| {
            let kind = match note.weight {
                Weight::Error => NoteKind::Error,
                Weight::Warning => NoteKind::Warning,
                Weight::Info => NoteKind::Info,
            };
            Note::new(kind, note.title.clone()).sentence(note.detail.clone()).view()
        })
        .collect();
    view! {
        {breadcrumb(way(look))}
        {head(look, now)}
        {notes}
        {look.looked.as_ref().map(|looked| rows_section(look, looked))}
        {statement(look)}
    }
    .into_any()
}

/// The page of the column, in the run whose figure it is.
fn column_href(look: &RowLook) -> String {
    let path = look.detail.table.summary.address.column_path(&look.detail.column.column_name);
    match look.query.run {
        Some(run) => format!("{path}?run={run}"),
        None => path,
    }
}

fn way(look: &RowLook) -> Vec<Crumb> {
    let table = &look.detail.table;
    let mut way = crumbs(table);
    way.push(Crumb::new(table.summary.address.table_name.clone(), table.summary.address.path()));
    way.push(Crumb::new(look.detail.column.column_name.clone(), column_href(look)));
    way
}

/// Where these rows are.
fn path(look: &RowLook) -> String {
    let column = &look.detail.column.column_name;
    format!("{}/rows", look.detail.table.summary.address.column_path(column))
}

fn head(look: &RowLook, now: DateTime<Utc>) -> AnyView {
    let figure = look.figure.map(|figure| {
        let rows = estimate(count(figure.rows), figure.is_estimate);
        view! { <b>{rows}</b>{if figure.rows == 1 { " row" } else { " rows" }}" in the profile" }
    });
    let mut head = PageHead::new("Rows").lede(view! { "where "<span class="mono breaks">{visible(&look.words)}</span> });
    if let Some(figure) = figure {
        head = head.fact(figure);
    }
    if let Some(run) = &look.detail.table.run {
        head = head.fact(view! {
            "profiled " <b>{moment(run.completed_at, now)}</b> " by " <a href=format!("/runs/{}", run.number)>{format!("run {}", run.number)}</a>
        });
        if !run.snapshot.scope.is_whole() {
            head = head.fact(view! { <span class="breaks">{run.snapshot.scope.words()}</span> });
        }
    }
    let export = look.looked.is_some().then(|| {
        let link = |format: &str| export_link(&path(look), &look.query.to_query(), format);
        view! {
            {Button::new("CSV").icon(Icon::Export).link(link("csv"))}
            {Button::new("JSON").icon(Icon::Export).link(link("json"))}
        }
    });
    head.actions(view! {
        {Button::new("Back to the column").link(column_href(look))}
        {export}
        <CopyLink />
    })
    .view()
}

fn rows_section(look: &RowLook, looked: &LookedRows) -> AnyView {
    let searched = match looked.ended {
        None => format!("all {} looked through", counted(looked.searched, "row")),
        Some(LookEnd::PageFull) => format!("{} looked through so far", counted(looked.searched, "row")),
        Some(LookEnd::TimedOut) => format!("{} looked through, then the time was over", counted(looked.searched, "row")),
    };
    let found = match looked.ended {
        None => format!("{} found", count(looked.found)),
        Some(_) => format!("at least {} found", count(looked.found)),
    };
    let title = SectionTitle::new("rows", "Rows in the source").subtitle(format!("{found}, {searched}"));
    if looked.rows.is_empty() {
        let (title_text, reason) = if looked.found > 0 {
            ("There is no such page", "The rows that were found end before it.")
        } else if looked.ended.is_some() {
            (
                "No row was found in time",
                "The rest of the table was not looked through; the statement below finds them all.",
            )
        } else {
            ("No row is like this", "The whole table was looked through.")
        };
        let back = Button::new("First page").link(format!("{}{}", path(look), look.query.at_page(1).to_query()));
        return section(title, empty_state(None, title_text, reason, (look.query.page > 1).then_some(back)));
    }
    section(title, view! { {table(look, looked)}{pager(look, looked).view()} })
}

fn pager(look: &RowLook, looked: &LookedRows) -> Pager {
    let skip = look.query.skip();
    let (first, last) = (skip + 1, skip + looked.rows.len() as u64);
    // What the profile counts is known beyond what was counted now.
    let known = look.figure.map_or(0, |figure| figure.rows).max(looked.found);
    let all = if looked.ended.is_none() {
        format!("of {}", count(looked.found))
    } else if known > looked.found {
        format!("of about {}, by the profile", count(known))
    } else {
        format!("of at least {}", count(looked.found))
    };
    let href = |page: u32| format!("{}{}", path(look), look.query.at_page(page).to_query());
    let page = look.query.page;
    let goes_on = looked.has_more(skip) || looked.ended == Some(LookEnd::PageFull) && known > last;
    let is_last = page >= MOST_PAGES;
    let end = if goes_on && is_last {
        ". This is the last page that is shown; the statement below finds all rows"
    } else {
        ""
    };
    Pager {
        text: format!("{} to {} {all}{end}", count(first), count(last)),
        previous: (page > 1).then(|| href(page - 1)),
        next: (goes_on && !is_last).then(|| href(page + 1)),
    }
}

/// The columns of the page: the one that the rows are about, then the others in their order.
fn shown_columns(look: &RowLook, looked: &LookedRows) -> Vec<usize> {
    let about = looked.columns.iter().position(|name| *name == look.detail.column.column_name);
    let others = (0..looked.columns.len()).filter(|place| Some(*place) != about);
    about.into_iter().chain(others).take(COLUMNS).collect()
}

fn table(look: &RowLook, looked: &LookedRows) -> AnyView {
    let shown = shown_columns(look, looked);
    let is_number = |name: &str| {
        let columns = &look.detail.table.columns;
        columns
            .iter()
            .any(|column| column.column_name == name && column.general_type == GeneralType::Number)
    };
    let class_of = |name: &str| if is_number(name) { "num mono" } else { "mono" };
    let address = &look.detail.table.summary.address;
    let heads: Vec<AnyView> = shown
        .iter()
        .map(|place| {
            let name = &looked.columns[*place];
            let masked = look.masked.contains(name).then(|| view! { <span class="tag pii">"masked"</span> });
            view! { <th scope="col" class=if is_number(name) { "num" } else { "" }><a href=address.column_path(name)>{visible(name)}</a>{masked}</th> }.into_any()
        })
        .collect();
    let rows: Vec<AnyView> = looked
        .rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let cells: Vec<AnyView> = shown
                .iter()
                .enumerate()
                .map(|(column, place)| {
                    let name = &looked.columns[*place];
                    let class = class_of(name);
                    let content = cell(&row[*place], look.masked.contains(name));
                    if column == 0 {
                        view! { <th scope="row" class=class data-l=name.clone()>{content}</th> }.into_any()
                    } else {
                        view! { <td class=class data-l=name.clone()>{content}</td> }.into_any()
                    }
                })
                .collect();
            let file = looked
                .files
                .get(at)
                .map(|file| view! { <td class="mono t2" data-l="File">{file.clone()}</td> });
            view! { <tr>{cells}{file}</tr> }.into_any()
        })
        .collect();
    let file = (!looked.files.is_empty()).then(|| view! { <th scope="col">"File"</th> });
    let rest = looked.columns.len() - shown.len();
    let rest = (rest > 0).then(
        || view! { <p class="t2 small">{format!("{} more are in the CSV and JSON of this page.", counted(rest as u64, "column"))}</p> },
    );
    let caption = format!("Rows where {}", look.words);
    let named = caption.clone();
    view! {
        <div class="scroll rowset" tabindex="0" role="region" aria-label=caption>
            <table class="tbl tight rec">
                <caption class="vh">{named}</caption>
                <thead><tr>{heads}{file}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {rest}
    }
    .into_any()
}

/// A value: null in words, the empty text in quotes, what looks like nothing made visible, a long one cut with the rest in its title.
fn cell(cell: &RowCell, is_masked: bool) -> AnyView {
    let Some(text) = &cell.text else {
        return view! { <i class="null">"null"</i> }.into_any();
    };
    if is_masked {
        return view! { <span class="quiet" title="masked: personal data">{MASK}</span> }.into_any();
    }
    if text.is_empty() {
        return view! { <span class="quiet" title="empty text">"''"</span> }.into_any();
    }
    match text.char_indices().nth(CELL) {
        Some((end, _)) => {
            let whole = if cell.is_cut { format!("{text}… (longer)") } else { text.clone() };
            view! { <span class="cell" title=whole>{visible(&text[..end])}"…"</span> }.into_any()
        }
        None => view! { <span class="cell">{visible(text)}{cell.is_cut.then_some("…")}</span> }.into_any(),
    }
}

/// The statement to copy, or why there is none.
fn statement(look: &RowLook) -> AnyView {
    let content = match &look.statement {
        Ok(RowSql { dialect, sql }) => {
            let place = if look.detail.table.summary.format == dialect.word() {
                String::new()
            } else {
                " in the connection's folder".to_owned()
            };
            view! {
                <div class="sql open">
                    <div class="cap"><span>{format!("for {}{place}", dialect.title())}</span><span class="more"><CopyText target="sql-rows".to_owned() /></span></div>
                    {sql_block("sql-rows", sql)}
                </div>
            }
            .into_any()
        }
        Err(why) => view! { <p class="t2">{format!("No statement says it here: {why}.")}</p> }.into_any(),
    };
    section(
        SectionTitle::new("sql", "SQL for these rows").subtitle("the first 50; take the limit away for all"),
        content,
    )
}

/// Whether the source of a table can be looked at: it was profiled by Limn's own engine and is still there.
pub fn can_look(table: &TableDetail) -> bool {
    let formats = [PARQUET, CSV, JSONL, ARROW, POSTGRES, SQLITE];
    let is_ours = table
        .run
        .as_ref()
        .is_some_and(|run| run.others.is_none() && run.engine.starts_with(ENGINE_NAME));
    is_ours && table.summary.missing_since.is_none() && formats.contains(&table.summary.format.as_str())
}

/// The rows that a finding about a column is about, where its rule says which and the reader may see what that names.
pub fn rows_of_column(table: &TableAddress, column: &str, kind: &str, sees_values: bool, run: Option<i64>) -> Option<String> {
    let rule = get_rule(kind).filter(|rule| rule.has_rows_for(sees_values))?;
    Some(finding_href(&table.column_path(column), rule.name, run))
}

/// The rows of a finding in a run.
fn finding_href(column_path: &str, kind: &str, run: Option<i64>) -> String {
    let run = run.map(|run| format!("&run={run}")).unwrap_or_default();
    format!("{column_path}/rows?finding={}{run}", encode_segment(kind))
}
