//! The filters of the inbox: state, text, severity, person, order, and what the address narrows besides.

use leptos::prelude::*;

use super::InboxModel;
use crate::anomalies::title_of;
use crate::components::filter_row::{Choice, Segment, chip_on, menu, search_form, segmented};
use crate::components::severity::severity_word;
use crate::domain::address::TableAddress;
use crate::domain::alert::AlertState;
use crate::domain::alert_query::{AlertOrder, AlertsQuery};
use crate::domain::anomaly::Severity;

/// The same address with one thing changed, from its first page on.
pub(super) fn with(query: &AlertsQuery, change: impl FnOnce(&mut AlertsQuery)) -> AlertsQuery {
    let mut changed = query.clone();
    changed.page = 1;
    change(&mut changed);
    changed
}

/// The row of filters above the list; every choice is a link.
pub(super) fn filters(model: &InboxModel, query: &AlertsQuery) -> AnyView {
    let href = |change: &dyn Fn(&mut AlertsQuery)| {
        with(query, |query| {
            query.alert.clear();
            change(query);
        })
        .path()
    };
    let states = AlertState::ALL
        .iter()
        .map(|state| Segment {
            label: state.label(),
            count: Some(model.counts.of(*state)),
            href: href(&|query| query.state = Some(*state)),
            is_current: query.state == Some(*state),
        })
        .collect();
    let choice = |label: &str, href: String, is_current: bool| Choice {
        label: label.to_owned(),
        detail: String::new(),
        href,
        is_current,
    };
    let orders = [
        (AlertOrder::Table, "table"),
        (AlertOrder::Severity, "severity"),
        (AlertOrder::Time, "time"),
    ];
    let order = orders.iter().find(|(order, _)| *order == query.by).map_or("", |(_, word)| *word);
    let orders = orders
        .iter()
        .map(|(order, word)| choice(word, href(&|query| query.by = *order), query.by == *order))
        .collect();
    let mut severities = vec![choice("any", href(&|query| query.severity = None), query.severity.is_none())];
    severities.extend(
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low]
            .into_iter()
            .map(|severity| {
                choice(
                    &from_severity(severity),
                    href(&|query| query.severity = Some(severity)),
                    query.severity == Some(severity),
                )
            }),
    );
    let mut people = vec![
        choice("anyone", href(&|query| query.assigned.clear()), query.assigned.is_empty()),
        choice("me", href(&|query| query.assigned = "me".into()), query.assigned == "me"),
        choice(
            "nobody",
            href(&|query| query.assigned = "nobody".into()),
            query.assigned == "nobody",
        ),
    ];
    people.extend(model.stewards.iter().map(|user| {
        choice(
            &user.name,
            href(&|query| query.assigned = user.name.clone()),
            query.assigned == user.name,
        )
    }));
    let chips = chips(model, query);
    let kept = kept_fields(query);
    let shown_severity = query.severity.map_or("any".to_owned(), from_severity);
    let shown_person = if query.assigned.is_empty() {
        "anyone"
    } else {
        query.assigned.as_str()
    };
    view! {
        <div class="filters many">
            {segmented("State", states)}
            {search_form("/alerts", "Table, column or text", &query.q, &kept)}
            {menu("Severity", &shown_severity, severities)}
            {menu("Assigned", shown_person, people)}
            {menu("By", order, orders)}
            {chips}
        </div>
    }
    .into_any()
}

/// This severity and those above it, in words.
fn from_severity(severity: Severity) -> String {
    match severity {
        Severity::Critical => severity_word(severity).to_owned(),
        severity => format!("{} or more", severity_word(severity)),
    }
}

/// What narrows the list and has no menu, each with the way to take it off.
fn chips(model: &InboxModel, query: &AlertsQuery) -> Vec<AnyView> {
    // All alerts of a narrowed list are of the one table.
    let first = model.alerts.items.first().and_then(|alert| alert.table.as_ref());
    let table = first.map_or_else(|| "one".to_owned(), TableAddress::qualified_name);
    let run = query.run.map(|run| run.to_string()).unwrap_or_default();
    let chip = |name: &str, value: &str, shown: &str, clear: fn(&mut AlertsQuery)| {
        let without = with(query, |query| {
            query.alert.clear();
            clear(query);
        });
        (!value.is_empty()).then(|| chip_on(name, shown, without.path()))
    };
    let chips = [
        chip("text", &query.q, &query.q, |query| query.q.clear()),
        chip("kind", &query.kind, &title_of(&query.kind), |query| query.kind.clear()),
        chip("table", &query.table, &table, |query| query.table.clear()),
        chip("column", &query.column, &query.column, |query| query.column.clear()),
        chip("run", &run, &run, |query| query.run = None),
    ];
    chips.into_iter().flatten().collect()
}

/// What the search form keeps of the address: every pair of its canonical query but the text, the page and what is looked at.
fn kept_fields(query: &AlertsQuery) -> Vec<(&'static str, String)> {
    let text = with(query, |query| {
        query.q.clear();
        query.alert.clear();
    })
    .to_query();
    let known = ["state", "severity", "kind", "assigned", "table", "run", "column", "by"];
    form_urlencoded::parse(text.trim_start_matches('?').as_bytes())
        .filter_map(|(key, value)| known.iter().find(|name| **name == key).map(|name| (*name, value.into_owned())))
        .collect()
}
