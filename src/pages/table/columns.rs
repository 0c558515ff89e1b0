//! The tab of columns: filter row, one line a column, legend; and what stands there when nothing can be listed.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::described::tag_links;
use super::states::rows_before;
use super::whole;
use crate::components::button::Button;
use crate::components::column_cells::{change_cell, distinct_cell, null_cell, range_words, type_mark, type_word};
use crate::components::empty_state::empty_state;
use crate::components::filter_row::{Segment, chip_off, chip_on, search_form, segmented};
use crate::components::format::{counted, percent};
use crate::components::graphics::fingerprint::fingerprint;
use crate::components::icon::{Icon, icon};
use crate::components::meaning::{meaning_line, pii_tag};
use crate::components::severity::severity_count;
use crate::components::tag::{Tone, tag};
use crate::domain::address::encode_segment;
use crate::domain::anomaly::Severity;
use crate::domain::characteristics::ColumnCharacteristics;
use crate::domain::column_list::{ListedColumn, column_counts, listed_columns};
use crate::domain::query::{ColumnSort, ColumnsQuery};
use crate::domain::table::TableDetail;
use crate::islands::column_filter::ColumnFilter;
use crate::pages::run_links::{compare_menu, profile_button, run_names, with};

/// The whole tab.
pub fn columns_tab(detail: &TableDetail, query: &ColumnsQuery, now: DateTime<Utc>, may_run: bool) -> AnyView {
    let Some(run) = &detail.run else {
        return never_profiled(detail, may_run);
    };
    let listed = listed_columns(detail, query);
    let empty = (run.row_count == 0).then(|| no_rows(detail, query));
    let table = if listed.is_empty() {
        no_match(detail, query)
    } else {
        table(detail, query, &listed)
    };
    let whole = (run.row_count > 0).then(|| whole::whole_section(detail, query));
    view! { {empty}{filters(detail, query, now)}{table}{whole}{(!listed.is_empty()).then(foot_keys)} }.into_any()
}

fn never_profiled(detail: &TableDetail, may_run: bool) -> AnyView {
    let name = &detail.summary.address.table_name;
    if detail.active_run.is_some() {
        return empty_state(
            None,
            format!("{name} has no profile yet"),
            "Its first profile is being made; this page shows it when it is there.",
            (),
        );
    }
    let reason = if may_run {
        "Profile it to see what is in its columns."
    } else {
        "Somebody who may start runs has to profile it first."
    };
    let start = (may_run && detail.summary.missing_since.is_none())
        .then(|| profile_button(detail, "Profile now", detail.summary.address.path(), true));
    empty_state(None, format!("{name} was never profiled"), reason, start)
}

fn no_rows(detail: &TableDetail, query: &ColumnsQuery) -> AnyView {
    let name = &detail.summary.address.table_name;
    let known = counted(detail.columns.len() as u64, "column");
    let (reason, show) = match rows_before(detail) {
        Some((number, rows)) => {
            let href = format!(
                "{}{}",
                detail.summary.address.path(),
                with(query, |query| query.run = Some(number)).to_query()
            );
            (
                format!("It held {rows} rows in run {number}. Its {known} are known; there is nothing to draw."),
                Some(Button::new(format!("Show run {number}")).link(href)),
            )
        }
        None => (format!("Its {known} are known; there is nothing to draw."), None),
    };
    empty_state(None, format!("{name} has no rows"), reason, show)
}

fn no_match(detail: &TableDetail, query: &ColumnsQuery) -> AnyView {
    let mut asked = Vec::new();
    if !query.q.is_empty() {
        asked.push(format!("name contains \"{}\"", query.q));
    }
    if !query.kind.is_empty() {
        let kind = crate::domain::column_profile::GeneralType::from_letter(&query.kind);
        asked.push(format!("type {}", type_word(kind).to_lowercase()));
    }
    if query.changed {
        asked.push("changed".to_owned());
    }
    if let Some(percent) = query.null {
        asked.push(format!("at least {percent}% null"));
    }
    let hidden = counted(detail.columns.len() as u64, "column");
    let reason = format!(
        "Asked for: {}. {hidden} {} hidden.",
        asked.join(", "),
        if detail.columns.len() == 1 { "is" } else { "are" }
    );
    let clear = Button::new(format!("Clear {}", counted(query.filter_count() as u64, "filter"))).link(format!(
        "{}{}",
        detail.summary.address.path(),
        cleared(query).to_query()
    ));
    empty_state(None, "No column matches these filters", reason, clear)
}

/// The same run and order without filters.
fn cleared(query: &ColumnsQuery) -> ColumnsQuery {
    with(query, |query| {
        query.q.clear();
        query.kind.clear();
        query.changed = false;
        query.null = None;
    })
}

fn filters(detail: &TableDetail, query: &ColumnsQuery, now: DateTime<Utc>) -> AnyView {
    let path = detail.summary.address.path();
    let href = |change: &dyn Fn(&mut ColumnsQuery)| format!("{path}{}", with(query, |query| change(query)).to_query());
    let counts = column_counts(detail);
    let mut types = vec![Segment {
        label: "All",
        count: Some(counts.all),
        href: href(&|query| query.kind.clear()),
        is_current: query.kind.is_empty(),
    }];
    types.extend(counts.by_type.iter().map(|(kind, number)| Segment {
        label: type_word(*kind),
        count: Some(*number),
        href: href(&|query| query.kind = kind.letter().to_owned()),
        is_current: query.kind == kind.letter(),
    }));
    let changed = match (query.changed, counts.changed, detail.compared.is_some()) {
        (true, ..) => Some(chip_on("Changed", "", href(&|query| query.changed = false))),
        (false, 0, _) | (_, _, false) => None,
        (false, number, true) => Some(chip_off("Changed", Some(number), href(&|query| query.changed = true))),
    };
    let nulls = match (query.null, counts.null_over_5) {
        (Some(percent), _) => Some(chip_on("Null from", &format!("{percent}%"), href(&|query| query.null = None))),
        (None, 0) => None,
        (None, number) => Some(chip_off("Null from 5%", Some(number), href(&|query| query.null = Some(5)))),
    };
    let kept = kept_fields(query);
    view! {
        <div class="filters">
            {search_form(&path, "Column name", &query.q, &kept)}
            <ColumnFilter is_filtered=!query.q.is_empty() />
            {segmented("Type", types)}
            {changed}
            {nulls}
            <span class="sp">{compare_menu(&path, detail, query, now)}</span>
        </div>
    }
    .into_any()
}

/// What the search form keeps of the address: every pair of its canonical query but the name.
fn kept_fields(query: &ColumnsQuery) -> Vec<(&'static str, String)> {
    let text = with(query, |query| query.q.clear()).to_query();
    let known = ["tab", "run", "compare", "type", "changed", "null", "sort", "scale", "runs"];
    form_urlencoded::parse(text.trim_start_matches('?').as_bytes())
        .filter_map(|(key, value)| known.iter().find(|name| **name == key).map(|name| (*name, value.into_owned())))
        .collect()
}

fn table(detail: &TableDetail, query: &ColumnsQuery, listed: &[ListedColumn]) -> AnyView {
    let address = &detail.summary.address;
    let runs = run_names(detail);
    let href = |sort: ColumnSort| format!("{}{}", address.path(), with(query, |query| query.sort = sort).to_query());
    let head = |name: String, sort: ColumnSort, class: &'static str| {
        let order = if matches!(sort, ColumnSort::Position | ColumnSort::Name | ColumnSort::Score) {
            "ascending"
        } else {
            "descending"
        };
        let sorted = (query.sort == sort).then_some(order);
        let arrow = sorted.map(|order| icon(if order == "ascending" { Icon::Up } else { Icon::Down }, 12));
        view! { <th scope="col" class=class aria-sort=sorted><a href=href(sort)>{name}{arrow}</a></th> }.into_any()
    };
    let since = match &runs.compared {
        Some(name) => head(format!("Since {name}"), ColumnSort::Change, "chg"),
        None => ().into_any(),
    };
    let has_scores = detail.columns.iter().any(|column| column.meaning.quality_score.is_some());
    let score = has_scores.then(|| head("Score".to_owned(), ColumnSort::Score, "num"));
    let caption = format!("Columns of {} in {}", address.qualified_name(), runs.shown);
    let column_query = with(query, |query| query.tab.clear()).to_query();
    let rows: Vec<AnyView> = listed
        .iter()
        .map(|listed| {
            line(
                listed,
                detail.said_of_columns.get(&listed.column.column_name),
                &address.column_path(&listed.column.column_name),
                &column_query,
                Shown {
                    has_compared: detail.compared.is_some(),
                    has_scores,
                },
                detail.findings.worst_of_column(&listed.column.column_name),
            )
        })
        .collect();
    view! {
        <div class="scroll">
            <table class="tbl prof sticky rec" data-list="">
                <caption class="vh">{caption}</caption>
                <thead>
                    <tr>
                        {head("#".to_owned(), ColumnSort::Position, "num c-n")}
                        {head("Column".to_owned(), ColumnSort::Name, "")}
                        <th scope="col">"Type"</th>
                        {head("Null".to_owned(), ColumnSort::Null, "")}
                        {head("Distinct".to_owned(), ColumnSort::Distinct, "num")}
                        <th scope="col" class="fp">"Distribution"</th>
                        <th scope="col">"Range or leading value"</th>
                        {since}
                        <th scope="col">"Alerts"</th>
                        {score}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {legend(detail, listed)}
    }
    .into_any()
}

/// The keys of the list, last on the page.
fn foot_keys() -> AnyView {
    view! {
        <p class="foot-keys">
            <span><kbd>"j"</kbd><kbd>"k"</kbd>" move"</span><span><kbd>"Enter"</kbd>" open"</span>
            <span><kbd>"/"</kbd>" find anything"</span><span><kbd>"?"</kbd>" all keys"</span>
        </p>
    }
    .into_any()
}

/// Which cells there are, beside those that every list has.
#[derive(Clone, Copy)]
struct Shown {
    has_compared: bool,
    has_scores: bool,
}

/// One column.
fn line(
    listed: &ListedColumn,
    said: Option<&ColumnCharacteristics>,
    path: &str,
    query: &str,
    shown: Shown,
    found: Option<(Severity, u64)>,
) -> AnyView {
    let column = listed.column;
    let name = column.column_name.clone();
    let tags = view! {
        {column.is_candidate_key().then(|| view! { {icon(Icon::Key, 13)}<span class="vh">"key by the data"</span> })}
        {pii_tag(column)}
        {said.is_some_and(|said| said.critical_data_element).then(|| tag("critical", Tone::Medium))}
        {said.filter(|said| !said.tags.is_empty()).map(|said| tag_links(&said.tags))}
        {column.metrics.query_error.is_some().then(|| tag("failed", Tone::High))}
        {(!column.broken_invariants.is_empty()).then(|| tag("inconsistent", Tone::High))}
    };
    view! {
        <tr id=format!("col-{}", encode_segment(&name)) data-name=name.to_lowercase()>
            <td class="c-n">{column.ordinal_position}</td>
            <th scope="row" class="c-name">
                <span class="namecell colname"><a href=format!("{path}{query}") title=name.clone()>{name.clone()}</a>{tags}</span>
            </th>
            <td class="c-ty">{type_mark(column)}{meaning_line(column)}</td>
            <td class="c-nu" data-l="null">{null_cell(column)}</td>
            <td class="dist" data-l="distinct">{distinct_cell(column)}</td>
            <td class="fp">{fingerprint(column, listed.compared)}</td>
            <td class="rng">{range_words(column)}</td>
            {shown.has_compared.then(|| view! { <td class="chg">{change_cell(listed.change.as_ref())}</td> })}
            <td class="c-al">{found.map(|(worst, number)| severity_count(worst, number, "anomalies"))}</td>
            {shown.has_scores.then(|| view! { <td class="num c-sc" data-l="score">{column.meaning.quality_score.map(percent)}</td> })}
        </tr>
    }
    .into_any()
}

/// Only what occurs on the page is explained.
fn legend(detail: &TableDetail, listed: &[ListedColumn]) -> AnyView {
    let runs = run_names(detail);
    let shown = runs.shown.replacen("run", "Run", 1);
    let compared = runs
        .compared
        .map(|name| view! { <span><i class="p"></i>{name.replacen("run", "Run", 1)}", as shares of its rows"</span> });
    let nulls = listed
        .iter()
        .any(|listed| listed.column.null_count > 0)
        .then(|| view! { <span><i class="n"></i>"Null"</span> });
    let estimated = listed
        .iter()
        .any(|listed| listed.column.is_estimate("distinct_count") || listed.column.is_estimate("median"))
        .then(|| view! { <span>"≈ estimated; its width is in the title and on the column's page"</span> });
    view! { <div class="pager"><p class="legend"><span><i></i>{shown}</span>{compared}{nulls}{estimated}</p></div> }.into_any()
}
