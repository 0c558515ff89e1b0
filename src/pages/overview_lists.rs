//! The two lists of the overview: groups by freshness with their next action, and the newest runs.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::live::live_progress;
use crate::components::button::Button;
use crate::components::empty_state::empty_state;
use crate::components::format::{count, counted, duration, short_count};
use crate::components::graphics::sparkline::sparkline;
use crate::components::icon::Icon;
use crate::components::moment::moment;
use crate::components::section::{SectionTitle, section};
use crate::components::severity::severity_mark;
use crate::components::tag::run_status;
use crate::domain::alert::Alert;
use crate::domain::connection::group_label;
use crate::domain::overview::GroupFreshness;
use crate::domain::profile_run::{ProfileRun, RunStatus};
use crate::domain::query::query_string;
use crate::domain::user::Viewer;

/// What needs somebody: the worst open alerts, one a cause.
pub fn attention(worst: &[Alert], open: u64, now: DateTime<Utc>) -> AnyView {
    if worst.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = worst.iter().map(|alert| attention_row(alert, now)).collect();
    let subtitle = format!(
        "{} of {}, highest severity first",
        count(worst.len() as u64),
        count(open.max(worst.len() as u64))
    );
    section(
        SectionTitle::new("attention", "Needs attention")
            .subtitle(subtitle)
            .controls(view! { <a href="/alerts">"Inbox"</a> }),
        view! {
            <table class="tbl rec attention">
                <caption class="vh">"The worst open alerts"</caption>
                <thead class="vh"><tr><th scope="col">"Severity"</th><th scope="col">"Alert"</th><th scope="col">"Runs"</th><th scope="col">"Last seen"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

fn attention_row(alert: &Alert, now: DateTime<Utc>) -> AnyView {
    let place = alert
        .table
        .as_ref()
        .map(|table| view! { <small class="mono">{table.qualified_name()}</small> });
    view! {
        <tr>
            <td class="e">{severity_mark(alert.severity)}</td>
            <th scope="row" class="w"><span class="two"><a href=format!("/alerts/{}", alert.alert_id)>{alert.title.clone()}</a>{place}</span></th>
            <td class="num x">{counted(alert.seen_count, "run")}</td>
            <td class="num nowrap">{moment(alert.last_seen_at, now)}</td>
        </tr>
    }
    .into_any()
}

/// Groups, stalest first, each with what to do next.
pub fn freshness(groups: &[GroupFreshness], runs: &[ProfileRun], viewer: &Viewer, now: DateTime<Utc>) -> AnyView {
    let rows: Vec<AnyView> = groups.iter().map(|group| group_row(group, runs, viewer, now)).collect();
    section(
        SectionTitle::new("freshness", "Freshness")
            .subtitle("table groups, stalest first")
            .controls(view! { <a href="/tables">"All tables"</a> }),
        view! {
            <table class="tbl runs rec groups">
                <caption class="vh">"Table groups by freshness"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Table group"</th>
                        <th scope="col" class="num">"Rows"</th>
                        <th scope="col">"Rows over runs"</th>
                        <th scope="col">"Profiled"</th>
                        <th scope="col"><span class="vh">"Next"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

/// One group.
fn group_row(group: &GroupFreshness, runs: &[ProfileRun], viewer: &Viewer, now: DateTime<Utc>) -> AnyView {
    let href = format!("/tables{}", query_string(&[("group", group.table_group_id.as_str())]));
    let name = group_label(&group.connection_name, &group.name);
    let profiled = match (group.last_completed_at, group.last_run_number) {
        (Some(at), Some(number)) => view! {
            <span class="two"><span>{moment(at, now)}</span><small><a href=format!("/runs/{number}")>{format!("run {number}")}</a></small></span>
        }
        .into_any(),
        _ => view! { <span class="t2">"never"</span> }.into_any(),
    };
    let known = (group.row_count > 0 || group.last_completed_at.is_some()).then_some(group.row_count);
    view! {
        <tr>
            <th scope="row" class="w g-name">
                <div class="two">
                    <a class="strong clip" href=href title=name.clone()>{name.clone()}</a>
                    <small>{format!("{} of {}", count(group.profiled_table_count), counted(group.table_count, "table"))}</small>
                </div>
            </th>
            <td class="num l" data-l="rows" title=known.map(count)>{known.map(short_count)}</td>
            <td class="x">{sparkline(&group.row_history, &history_words(&group.row_history))}</td>
            <td class="nowrap e">{profiled}</td>
            <td class="num l">{next_action(group, runs, viewer)}</td>
        </tr>
    }
    .into_any()
}

/// What a history of row counts shows, in words.
pub fn history_words(history: &[u64]) -> String {
    match history {
        [] => String::new(),
        [only] => format!("{} in 1 run", counted(*only, "row")),
        [first, .., last] => format!("Rows over {} runs: {} at first, {} now", history.len(), count(*first), count(*last)),
    }
}

/// Profile it, watch the run, or say why neither.
fn next_action(group: &GroupFreshness, runs: &[ProfileRun], viewer: &Viewer) -> AnyView {
    let active = runs
        .iter()
        .find(|run| run.table_group_id == group.table_group_id && !run.status.is_terminal());
    match active {
        Some(run) => view! { <a class="btn" href=format!("/runs/{}", run.number)>{format!("Watch run {}", run.number)}</a> }.into_any(),
        None if !group.is_active => view! { <span class="t2">"connection is off"</span> }.into_any(),
        None if group.table_count == 0 => view! { <span class="t2">"no tables found"</span> }.into_any(),
        None if viewer.may_run(&group.table_group_id) => Button::new("Profile now")
            .icon(Icon::Play)
            .post("start-run", &[("table_group_id", group.table_group_id.to_string())]),
        None => ().into_any(),
    }
}

/// The newest runs, active ones first.
pub fn runs(runs: &[ProfileRun], now: DateTime<Utc>) -> AnyView {
    let active = runs.iter().filter(|run| run.status == RunStatus::Running).count() as u64;
    let waiting = runs.iter().filter(|run| run.status == RunStatus::Pending).count() as u64;
    let said = match (active, waiting) {
        (0, 0) => "none running".to_owned(),
        (active, 0) => format!("{active} running"),
        (active, waiting) => format!("{active} running, {waiting} queued"),
    };
    let title = SectionTitle::new("runs", "Runs")
        .subtitle(said)
        .controls(view! { <a href="/runs">"All runs"</a> });
    if runs.is_empty() {
        return section(
            title,
            empty_state(None, "No run yet", "Profiles appear after the first run of a group.", ()),
        );
    }
    let rows: Vec<AnyView> = runs.iter().map(|run| run_row(run, now)).collect();
    section(
        title,
        view! {
            <table class="tbl runs rec" data-list="runs">
                <caption class="vh">"Newest runs"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Run"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Table group"</th>
                        <th scope="col" class="num">"Started"</th>
                        <th scope="col" class="num">"Took"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

/// One run.
fn run_row(run: &ProfileRun, now: DateTime<Utc>) -> AnyView {
    let class = if run.status == RunStatus::Running { "now" } else { "" };
    let words = if run.status.is_terminal() {
        view! { <small class="t2 breaks">{run_words(run)}</small> }.into_any()
    } else {
        live_progress(run, now)
    };
    let took = run.duration_ms(now).filter(|_| run.started_at.is_some()).map(duration);
    view! {
        <tr class=class data-run=run.number.to_string() data-status=run.status.word()>
            <th scope="row"><a class="mono" href=format!("/runs/{}", run.number)>{run.number}</a></th>
            <td class="e">{run_status(run)}</td>
            <td class="w">
                <div class="two">
                    <span class="strong">{group_label(&run.connection_name, &run.table_group_name)}</span>
                    {words}
                </div>
            </td>
            <td class="num t2 l">{moment(run.started_at.unwrap_or(run.requested_at), now)}</td>
            <td class="num">{took}</td>
        </tr>
    }
    .into_any()
}

/// What an ended run left.
fn run_words(run: &ProfileRun) -> String {
    let failed = u64::from(run.failed_table_count);
    match (run.status, run.table_count) {
        (RunStatus::Failed, _) => run.error_message.clone().unwrap_or_else(|| "open it for the reason".to_owned()),
        (_, Some(tables)) if failed > 0 => format!(
            "{} of {}, {failed} failed",
            count(u64::from(tables)),
            counted(u64::from(tables) + failed, "table")
        ),
        (_, Some(tables)) => counted(u64::from(tables), "table"),
        _ => String::new(),
    }
}
