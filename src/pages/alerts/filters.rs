//! The filters of the inbox: state, text, severity, person, order, and what the address narrows besides.

use leptos::prelude::*;

use super::InboxModel;
use crate::components::filter_row::{Choice, Segment, chip_on, menu, search_form, segmented};
use crate::components::severity::severity_word;
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
    let narrowed = [("kind", &query.kind), ("table", &query.table), ("column", &query.column)];
    let chips: Vec<AnyView> = narrowed
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| {
            let shown = if key == "table" { "one".to_owned() } else { value.clone() };
            chip_on(
                key,
                &shown,
                href(&|query| match key {
                    "kind" => query.kind.clear(),
                    "table" => query.table.clear(),
                    _ => query.column.clear(),
                }),
            )
        })
        .collect();
    let kept = [
        ("state", query.state.map_or("all", AlertState::word).to_owned()),
        ("severity", query.severity.map(Severity::word).unwrap_or_default().to_owned()),
        ("assigned", query.assigned.clone()),
        ("table", query.table.clone()),
        ("by", query.by.word().to_owned()),
    ];
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
