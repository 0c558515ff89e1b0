//! Two lists of the overview: datasets and groups by freshness with their next action, and the newest runs.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::live::live_progress;
use crate::components::button::Button;
use crate::components::empty_state::empty_state;
use crate::components::format::{count, counted, duration, percent, points, short_count};
use crate::components::graphics::sparkline::sparkline;
use crate::components::icon::Icon;
use crate::components::moment::moment;
use crate::components::section::{SectionTitle, section};
use crate::components::tag::run_status;
use crate::domain::connection::group_label;
use crate::domain::overview::{FreshnessLine, GroupFreshness};
use crate::domain::profile_run::{ProfileRun, RunStatus};
use crate::domain::query::query_string;
use crate::domain::user::Viewer;

/// Datasets, and groups that belong to none, stalest first, each with what to do next.
pub fn freshness(groups: &[GroupFreshness], runs: &[ProfileRun], viewer: &Viewer, now: DateTime<Utc>) -> AnyView {
    let lines = FreshnessLine::of(groups);
    let has_datasets = groups.iter().any(|group| group.dataset.is_some());
    let rows: Vec<AnyView> = lines.iter().map(|line| freshness_row(line, runs, viewer, now)).collect();
    let what = if has_datasets { "Dataset or table group" } else { "Table group" };
    section(
        SectionTitle::new("freshness", "Freshness")
            .subtitle(if has_datasets {
                "datasets and table groups, stalest first"
            } else {
                "table groups, stalest first"
            })
            .controls(view! { <a href="/tables">"All tables"</a> }),
        view! {
            <table class="tbl runs rec groups">
                <caption class="vh">"Freshness"</caption>
                <thead>
                    <tr>
                        <th scope="col">{what}</th>
                        <th scope="col">"Rows over runs"</th>
                        <th scope="col" class="num">"Score"</th>
                        <th scope="col">"Profiled"</th>
                        <th scope="col"><span class="vh">"Next"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

/// One dataset or group. A dataset is as fresh as its stalest group, and that is what its button profiles.
fn freshness_row(line: &FreshnessLine, runs: &[ProfileRun], viewer: &Viewer, now: DateTime<Utc>) -> AnyView {
    let group = line.stalest();
    let (name, href) = match &group.dataset {
        Some((id, name)) => (name.clone(), query_string(&[("dataset", id)])),
        None => (
            group_label(&group.connection_name, &group.name),
            query_string(&[("group", group.table_group_id.as_str())]),
        ),
    };
    let profiled = match (group.last_completed_at, group.last_run_number) {
        (Some(at), Some(number)) => view! {
            <span class="two"><span>{moment(at, now)}</span><small><a href=format!("/runs/{number}")>{format!("run {number}")}</a></small></span>
        }
        .into_any(),
        _ => view! { <span class="t2">"never"</span> }.into_any(),
    };
    let rows = line.sum(|group| group.row_count);
    let mut said = format!(
        "{} of {}, {} rows",
        count(line.sum(|group| group.profiled_table_count)),
        counted(line.sum(|group| group.table_count), "table"),
        short_count(rows)
    );
    if line.groups.len() > 1 {
        said = format!("{}, {said}", counted(line.groups.len() as u64, "group"));
    }
    let history = line.row_history();
    let strip = sparkline(&history, &history_words(&history));
    view! {
        <tr>
            <th scope="row" class="w g-name">
                <div class="two">
                    <a class="strong clip" href=format!("/tables{href}") title=name.clone()>{name.clone()}</a>
                    <small title=count(rows)>{said}</small>
                </div>
            </th>
            <td class="x">{strip}</td>
            <td class="num l" data-l="score">{score_cell(line)}</td>
            <td class="nowrap e">{profiled}</td>
            <td class="num l">{next_action(line, runs, viewer)}</td>
        </tr>
    }
    .into_any()
}

/// The score, and how it moved since the run before.
fn score_cell(line: &FreshnessLine) -> AnyView {
    let Some(score) = line.score() else { return ().into_any() };
    let moved = match line.score_history().as_slice() {
        [.., before, last] if (last - before).abs() >= 0.000_05 => Some(points(*before, *last)),
        _ => None,
    };
    view! { <span class="two"><span>{percent(score)}</span><small class="t2">{moved}</small></span> }.into_any()
}

/// What a history of row counts shows, in words.
pub fn history_words(history: &[u64]) -> String {
    match history {
        [] => String::new(),
        [only] => format!("{} in 1 run", counted(*only, "row")),
        [first, .., last] => format!("Rows over {} runs: {} at first, {} now", history.len(), count(*first), count(*last)),
    }
}

/// Watch the run, profile the stalest group that can be, or say why neither.
fn next_action(line: &FreshnessLine, runs: &[ProfileRun], viewer: &Viewer) -> AnyView {
    let active = line.groups.iter().find_map(|group| {
        runs.iter()
            .find(|run| run.table_group_id == group.table_group_id && !run.status.is_terminal())
    });
    if let Some(run) = active {
        return view! { <a class="btn" href=format!("/runs/{}", run.number)>{format!("Watch run {}", run.number)}</a> }.into_any();
    }
    let Some(group) = line.groups.iter().find(|group| group.is_active && group.table_count > 0) else {
        let why = if line.groups.iter().any(|group| group.is_active) {
            "no tables found"
        } else {
            "connection is off"
        };
        return view! { <span class="t2">{why}</span> }.into_any();
    };
    if !viewer.may_run(&group.table_group_id) {
        return ().into_any();
    }
    let button = Button::new("Profile now").icon(Icon::Play);
    let button = button.post("start-run", &[("table_group_id", group.table_group_id.to_string())]);
    if line.groups.len() == 1 {
        return button;
    }
    let which = group_label(&group.connection_name, &group.name);
    view! { <span class="two">{button}<small class="t2 clip" title=which.clone()>{which.clone()}</small></span> }.into_any()
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
