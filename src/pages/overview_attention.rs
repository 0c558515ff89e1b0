//! What needs somebody: the worst open alerts with their evidence, and what would raise the score most.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::anomalies::title_of;
use crate::components::empty_state::empty_state;
use crate::components::format::{count, count_up_to, percent};
use crate::components::graphics::level_strip::level_strip;
use crate::components::moment::moment;
use crate::components::section::{SectionTitle, section};
use crate::components::severity::severity_mark;
use crate::domain::alert::Alert;
use crate::domain::identifier::AlertId;
use crate::domain::overview::{CostlyFinding, Overview};
use crate::domain::user::{COUNTED_ALERTS, Viewer};
use crate::store::alert_lists::LevelPoint;

/// `3.1 points`, `<0.01 points`.
fn points_of(share: f64) -> String {
    format!("{} points", percent(share).trim_end_matches('%'))
}

/// The worst open alerts, one a cause; those of whoever looks first.
pub fn attention(worst: &[Alert], levels: &BTreeMap<AlertId, Vec<LevelPoint>>, viewer: &Viewer, now: DateTime<Utc>) -> AnyView {
    let mine = worst.iter().filter(|alert| is_mine(alert, viewer)).count();
    let links = view! { {(mine > 0).then(|| view! { <a href="/alerts?assigned=me">"Yours"</a>" " })}<a href="/alerts">"Inbox"</a> };
    let title = SectionTitle::new("attention", "Needs attention").controls(links);
    if worst.is_empty() {
        let quiet = empty_state(
            None,
            "No open alert",
            "Everything that was found has been looked at, or is gone.",
            (),
        );
        return section(title, quiet);
    }
    let order = if mine > 0 {
        "yours first, then the worst"
    } else {
        "highest severity first"
    };
    let open = viewer.open_alert_count.max(worst.len() as u64);
    let subtitle = format!("{} of {}, {order}", count(worst.len() as u64), count_up_to(open, COUNTED_ALERTS));
    let rows: Vec<AnyView> = worst.iter().map(|alert| alert_row(alert, levels, viewer, now)).collect();
    section(
        title.subtitle(subtitle),
        view! {
            <table class="tbl rec attention">
                <caption class="vh">"The worst open alerts"</caption>
                <thead class="vh"><tr><th scope="col">"Severity"</th><th scope="col">"Alert"</th><th scope="col">"Level over runs"</th><th scope="col">"Last seen"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

fn is_mine(alert: &Alert, viewer: &Viewer) -> bool {
    alert.assigned_to.as_ref() == Some(&viewer.user.user_id)
}

fn alert_row(alert: &Alert, levels: &BTreeMap<AlertId, Vec<LevelPoint>>, viewer: &Viewer, now: DateTime<Utc>) -> AnyView {
    let place = alert
        .table
        .as_ref()
        .map(|table| view! { <span class="mono">{table.qualified_name()}</span> });
    let assigned = is_mine(alert, viewer).then_some("assigned to you");
    let levels: Vec<f64> = levels.get(&alert.alert_id).into_iter().flatten().map(|point| point.level).collect();
    let label = format!("Level over {} runs", levels.len());
    view! {
        <tr>
            <td class="e">{severity_mark(alert.severity)}</td>
            <th scope="row" class="w">
                <span class="two"><a href=format!("/alerts/{}", alert.alert_id)>{alert.title.clone()}</a><small>{place}{assigned.map(|said| format!(" {said}"))}</small></span>
            </th>
            <td class="x">{level_strip(&levels, alert.severity, (96, 26), &label)}</td>
            <td class="num nowrap x">{moment(alert.last_seen_at, now)}</td>
        </tr>
    }
    .into_any()
}

/// What would raise the score of all tables most, with what each finding takes from it.
pub fn costliest(model: &Overview) -> AnyView {
    let title = SectionTitle::new("score", "What would raise the score most")
        .controls(view! { <a href="/tables?sort=score">"Tables by score"</a> });
    if model.costliest.is_empty() {
        let said = if model.score().is_some() {
            "Nothing that was found takes from it."
        } else {
            "Scores come with the first run."
        };
        return section(title, empty_state(None, "Nothing to gain", said, ()));
    }
    let weight = model.scored().weight;
    let rows: Vec<AnyView> = model.costliest.iter().map(|finding| costly_row(finding, weight)).collect();
    section(
        title.subtitle("points of the score that each takes"),
        view! {
            <table class="tbl rec costly">
                <caption class="vh">"What takes most from the score"</caption>
                <thead class="vh"><tr><th scope="col">"Finding"</th><th scope="col">"Takes"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

fn costly_row(finding: &CostlyFinding, weight: f64) -> AnyView {
    let anomaly = &finding.anomaly;
    let (place, path) = match anomaly.column_name.as_deref().filter(|name| !name.is_empty()) {
        Some(column) => (
            format!("{}.{column}", finding.table.qualified_name()),
            finding.table.column_path(column),
        ),
        None => (finding.table.qualified_name(), finding.table.path()),
    };
    let said = match anomaly.evidence.as_ref().map(|evidence| evidence.observed.as_str()) {
        Some(observed) if !observed.is_empty() => observed.to_owned(),
        _ => title_of(&anomaly.anomaly_type),
    };
    // One link a row: the alert, which leads to the column; without one, the column itself.
    let href = finding.alert_id.as_ref().map_or(path, |alert| format!("/alerts/{alert}"));
    let gain = if weight > 0.0 { finding.cost / weight } else { 0.0 };
    view! {
        <tr>
            <th scope="row" class="w"><span class="two"><a href=href>{said}</a><small class="mono">{place}</small></span></th>
            <td class="num nowrap">{points_of(gain)}</td>
        </tr>
    }
    .into_any()
}
