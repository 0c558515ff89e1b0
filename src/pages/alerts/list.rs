//! The lines of the inbox, by table or one after the other, with the bar of acts below them.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::filters::with;
use super::groups::{AlertGroup, key_of};
use super::{InboxModel, acts};
use crate::components::format::counted;
use crate::components::graphics::level_strip::level_strip;
use crate::components::moment::moment;
use crate::components::severity::severity_mark;
use crate::domain::address::TableAddress;
use crate::domain::alert::{Alert, AlertState};
use crate::domain::alert_query::{AlertOrder, AlertsQuery};
use crate::domain::user::initials_of;

/// The strip beside a line, in pixels.
const STRIP: (u32, u32) = (104, 26);

/// The list and its bar.
pub fn list(model: &InboxModel, query: &AlertsQuery, now: DateTime<Utc>) -> AnyView {
    let mut rows: Vec<AnyView> = Vec::new();
    if query.by == AlertOrder::Table {
        for group in &AlertGroup::of(&model.alerts.items) {
            rows.push(group_row(group, model.may_clear));
            rows.extend(group.alerts.iter().map(|alert| line(alert, model, query, now)));
        }
    } else {
        rows.extend(model.alerts.items.iter().map(|alert| line(alert, model, query, now)));
    }
    let tick = model
        .may_clear
        .then(|| view! { <th scope="col"><span class="vh">"Chosen"</span></th> });
    let table = view! {
        <table class="tbl rec alerts" data-list="">
            <caption class="vh">"Alerts"</caption>
            <thead class="vh">
                <tr>
                    {tick}
                    <th scope="col">"Severity"</th><th scope="col">"Alert"</th><th scope="col">"Level over the latest runs"</th>
                    <th scope="col">"Assigned to"</th><th scope="col">"Last seen"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    if !model.may_clear {
        return table.into_any();
    }
    view! {
        <form method="post" action="/actions/act-on-alerts" id="clear" data-inbox="">
            {acts::no_default()}
            <input type="hidden" name="back" value=with_page(query).path() />
            <input type="hidden" name="shown" value=query.to_query() />
            {table}
            {acts::bar(model, query, now)}
        </form>
    }
    .into_any()
}

/// Where a form comes back to: the same page, with nothing looked at.
fn with_page(query: &AlertsQuery) -> AlertsQuery {
    let mut back = query.clone();
    back.alert.clear();
    back
}

fn group_row(group: &AlertGroup, may_clear: bool) -> AnyView {
    let title = match group.table {
        Some(table) => view! { <a class="path" href=table.path()>{group.heading.clone()}</a> }.into_any(),
        None => view! { <span class="path">{group.heading.clone()}</span> }.into_any(),
    };
    let place = group
        .place
        .as_ref()
        .map(|place| view! { <span class="n">"in "<span class="mono">{place.clone()}</span></span> });
    let tick = may_clear.then(|| {
        let label = format!("Select the {}", group.words());
        view! { <td class="tick"><input class="check" type="checkbox" data-group=group.key.clone() aria-label=label hidden /></td> }
    });
    let said = counted(group.alerts.len() as u64, "alert");
    view! {
        <tr class="grp">
            {tick}
            <th scope="colgroup" colspan="5">{title}{place}<span class="n">{said}" here"</span></th>
        </tr>
    }
    .into_any()
}

fn line(alert: &Alert, model: &InboxModel, query: &AlertsQuery, now: DateTime<Utc>) -> AnyView {
    let is_looked_at = model
        .looked_at
        .as_ref()
        .is_some_and(|(looked, _)| looked.alert_id == alert.alert_id);
    let mut address = with(query, |query| query.alert = alert.alert_id.0.clone());
    address.page = query.page;
    let tick = model.may_clear.then(|| {
        let label = format!("Select: {}", alert.title);
        let group = key_of(alert);
        view! {
            <td class="tick"><label class="box-24"><input class="check" type="checkbox" name="alerts[]" value=alert.alert_id.0.clone() data-of=group aria-label=label /></label></td>
        }
    });
    let place = (query.by != AlertOrder::Table)
        .then(|| alert.table.as_ref().map(TableAddress::qualified_name))
        .flatten()
        .map(|name| view! { <span class="mono">{name}" "</span> });
    let levels: Vec<f64> = model
        .levels
        .get(&alert.alert_id)
        .map(|points| points.iter().map(|point| point.level).collect())
        .unwrap_or_default();
    let label = format!("Level over {}", counted(levels.len() as u64, "run"));
    let class = if is_looked_at { "focus" } else { "" };
    view! {
        <tr class=class data-alert=alert.alert_id.0.clone()>
            {tick}
            <td class="e">{severity_mark(alert.severity)}</td>
            <th scope="row" class="what">
                <a href=address.path() aria-current=is_looked_at.then_some("true") title=alert.title.clone()>{title(alert)}</a>
                <small>{place}{alert.details.clone()}</small>
            </th>
            <td class="evi x">{level_strip(&levels, alert.severity, STRIP, &label)}</td>
            <td class="asg">{alert.assigned_name.as_deref().map(|name| view! { <span class="ava" title=format!("Assigned to {name}")>{initials_of(name)}<span class="vh">" assigned to "{name.to_owned()}</span></span> })}</td>
            <td class="when"><div class="two"><span>{moment(alert.last_seen_at, now)}</span><small>{seen(alert)}</small></div></td>
        </tr>
    }
    .into_any()
}

/// The title with the column's name in mono.
fn title(alert: &Alert) -> AnyView {
    let prefix = alert.column_name.as_ref().map(|name| format!("{name}: "));
    match prefix.as_ref().and_then(|prefix| alert.title.strip_prefix(prefix.as_str())) {
        Some(rest) => view! { <span class="mono">{alert.column_name.clone()}</span>" "{rest.to_owned()} }.into_any(),
        None => alert.title.clone().into_any(),
    }
}

/// `new, 1 run`, `30 runs`, `back, 3 runs`.
fn seen(alert: &Alert) -> String {
    let runs = counted(alert.seen_count, "run");
    match alert.state {
        AlertState::Open if alert.reopened_count > 0 => format!("back, {runs}"),
        AlertState::Open if alert.seen_count <= 1 => format!("new, {runs}"),
        _ => runs,
    }
}
