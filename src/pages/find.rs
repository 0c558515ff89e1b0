//! `/find`: what a word finds among tables, columns, runs and alerts.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{page, request, titled};
use crate::components::button::Button;
use crate::components::empty_state::empty_state;
use crate::components::filter_row::search_form;
use crate::components::format::{count, short_count};
use crate::components::head::PageHead;
use crate::components::moment::moment;
use crate::components::section::{SectionTitle, section};
use crate::components::severity::severity_mark;
use crate::components::tag::run_status;
use crate::domain::alert::Alert;
use crate::domain::connection::group_label;
use crate::domain::find::{ColumnHit, FIND_PATH, Found, Hits, TableHit, wanted};
use crate::domain::profile_run::ProfileRun;
use crate::domain::query::query_string;
use crate::domain::user::Permission;
use crate::store::find::find;

/// Hits of each kind.
const MOST: u32 = 8;

/// `/find?q=`
#[component]
pub fn FindPage() -> impl IntoView {
    page(async move {
        request::viewer_with(Permission::ReadProfiles)?;
        let word = wanted(&request::raw_query());
        let found = find(&request::state().db, &word, MOST).await?;
        let title = if word.is_empty() {
            "Find".to_owned()
        } else {
            format!("Find {word}")
        };
        Ok(titled(title, find_view(&word, &found, request::now())))
    })
}

/// Draws the page.
pub fn find_view(word: &str, found: &Found, now: DateTime<Utc>) -> AnyView {
    let lists = match (word.is_empty(), found.is_empty()) {
        (true, _) => view! { <p class="t2">"A part of a name finds tables and columns, a number its run, a word the alerts that say it. "<code>"orders.amount"</code>" means a column of a table."</p> }.into_any(),
        (false, true) => empty_state(
            None,
            "Nothing is called that",
            "Names are compared letter by letter, wherever they stand; capitals do not count. Columns are those of the latest profiles.",
            Button::new("See all tables").link("/tables"),
        ),
        (false, false) => view! { {tables(word, &found.tables)}{columns(word, &found.columns)}{alerts(word, &found.alerts, now)}{runs(&found.runs, now)} }.into_any(),
    };
    view! {
        {PageHead::new("Find").view()}
        <div class="filters">{search_form(FIND_PATH, "Table, column, run or alert", word, &[])}</div>
        {lists}
    }
    .into_any()
}

/// One kind: nothing where there is no hit; `all` is where the others are.
fn list<T>(
    id: &'static str,
    title: &'static str,
    hits: &Hits<T>,
    all: Option<String>,
    heads: &[&'static str],
    rows: Vec<AnyView>,
) -> Option<AnyView> {
    if hits.items.is_empty() {
        return None;
    }
    let said = if hits.has_more {
        format!("{} best matches", count(MOST.into()))
    } else {
        count(hits.items.len() as u64)
    };
    let more = all.filter(|_| hits.has_more).map(|href| view! { <a href=href>"See all"</a> });
    let heads: Vec<AnyView> = heads.iter().map(|head| view! { <th scope="col">{*head}</th> }.into_any()).collect();
    Some(section(
        SectionTitle::new(id, title).subtitle(said).controls(view! { {more} }),
        view! {
            <table class="tbl tight rec hits" data-list=id>
                <caption class="vh">{title}" found"</caption>
                <thead class="vh"><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        },
    ))
}

fn tables(word: &str, hits: &Hits<TableHit>) -> Option<AnyView> {
    let rows = hits.items.iter().map(|hit| {
        let rows = match (hit.is_missing, hit.row_count) {
            (true, _) => view! { <span class="t2">"not in its group"</span> }.into_any(),
            (false, None) => view! { <span class="t2">"never profiled"</span> }.into_any(),
            (false, Some(rows)) => view! { <span title=count(rows)>{format!("{} rows", short_count(rows))}</span> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row" class="w"><a class="mono" href=hit.address.path()>{marked(&hit.address.qualified_name(), word)}</a></th>
                <td class="t2">{hit.connection_name.clone()}</td>
                <td class="num e">{rows}</td>
            </tr>
        }
        .into_any()
    });
    let all = format!("/tables{}", query_string(&[("q", word)]));
    list(
        "tables",
        "Tables",
        hits,
        Some(all),
        &["Table", "Connection", "Rows"],
        rows.collect(),
    )
}

fn columns(word: &str, hits: &Hits<ColumnHit>) -> Option<AnyView> {
    let rows = hits.items.iter().map(|hit| {
        view! {
            <tr>
                <th scope="row" class="w"><a class="mono" href=hit.address.column_path(&hit.column_name)>{marked(&hit.column_name, word)}</a></th>
                <td class="t2"><span class="mono">{hit.address.qualified_name()}</span>{format!(", {}", hit.connection_name)}</td>
                <td class="num e t2">{hit.data_type.clone()}</td>
            </tr>
        }
        .into_any()
    });
    let all = format!("/tables{}", query_string(&[("q", word)]));
    list("columns", "Columns", hits, Some(all), &["Column", "Table", "Type"], rows.collect())
}

fn alerts(word: &str, hits: &Hits<Alert>, now: DateTime<Utc>) -> Option<AnyView> {
    let rows = hits.items.iter().map(|alert| {
        let table = alert.table.as_ref().map(|table| table.qualified_name()).unwrap_or_default();
        view! {
            <tr>
                <td class="e">{severity_mark(alert.severity)}</td>
                <th scope="row" class="w"><a href=format!("/alerts/{}", alert.alert_id)>{alert.title.clone()}</a></th>
                <td class="t2"><span class="mono">{table}</span></td>
                <td class="num e t2">{alert.state.label().to_lowercase()}", "{moment(alert.last_seen_at, now)}</td>
            </tr>
        }
        .into_any()
    });
    let all = format!("/alerts{}", query_string(&[("state", "all"), ("q", word)]));
    list(
        "alerts",
        "Alerts",
        hits,
        Some(all),
        &["Severity", "Alert", "Table", "State"],
        rows.collect(),
    )
}

fn runs(hits: &Hits<ProfileRun>, now: DateTime<Utc>) -> Option<AnyView> {
    let rows = hits.items.iter().map(|run| {
        view! {
            <tr>
                <th scope="row" class="w"><a class="mono" href=format!("/runs/{}", run.number)>{format!("run {}", run.number)}</a></th>
                <td class="t2">{group_label(&run.connection_name, &run.table_group_name)}</td>
                <td class="num e t2">{run_status(run)}" "{moment(run.started_at.unwrap_or(run.requested_at), now)}</td>
            </tr>
        }
        .into_any()
    });
    list(
        "runs",
        "Runs",
        hits,
        Some("/runs".to_owned()),
        &["Run", "Table group", "Status"],
        rows.collect(),
    )
}

/// A name with the part that was looked for marked; the first one, and only where letters keep their length in lower case.
fn marked(name: &str, word: &str) -> AnyView {
    let lower = name.to_lowercase();
    let word = word.trim().to_lowercase();
    let at = lower.find(&word).filter(|_| lower.len() == name.len() && !word.is_empty());
    let parts = at.and_then(|at| Some((name.get(..at)?, name.get(at..at + word.len())?, name.get(at + word.len()..)?)));
    match parts {
        Some((before, hit, after)) => view! { {before.to_owned()}<mark>{hit.to_owned()}</mark>{after.to_owned()} }.into_any(),
        None => name.to_owned().into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn the_part_that_was_found_is_marked_and_odd_letters_break_nothing() {
        let drawn = rendered(|| marked("Customer_ID", "tomer"));
        assert!(drawn.contains(">tomer</mark>"), "{drawn}");
        for (name, word) in [("İstanbul", "ist"), ("straße", "SS"), ("a", ""), ("", "x")] {
            rendered(|| marked(name, word));
        }
    }
}
