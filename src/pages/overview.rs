//! The overview: what needs somebody, what runs now, how fresh and how good the tables are, and the next action.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::start::start_view;
use super::{look_again_without_script, overview_attention, overview_lists, page, request, titled};
use crate::components::filter_row::{Choice, menu};
use crate::components::format::{count, count_up_to, counted, percent, share, short_count};
use crate::components::head::PageHead;
use crate::components::moment::{clock, long_day, time_element};
use crate::domain::alert::Alert;
use crate::domain::connection::group_label;
use crate::domain::identifier::{AlertId, TableGroupId};
use crate::domain::overview::Overview;
use crate::domain::query::query_string;
use crate::domain::user::{COUNTED_ALERTS, Viewer};
use crate::islands::live_run::LiveRun;
use crate::store::alert_lists::{LevelPoint, list_levels, list_worst};
use crate::store::overview::get_overview;

/// Alerts that the overview names.
const MOST_WORST: u32 = 6;

/// `/?group=`
#[component]
pub fn OverviewPage() -> impl IntoView {
    page(async move {
        let viewer = request::viewer()?;
        if !viewer.has_connections {
            return Ok(titled("First run", start_view(&viewer)));
        }
        let group = group_of(&request::raw_query());
        let now = request::now();
        let db = request::state().db;
        let model = get_overview(&db, group.as_ref(), now).await?;
        let worst = list_worst(&db, group.as_ref(), &viewer.user.user_id, MOST_WORST).await?;
        let levels = list_levels(&db, &worst).await?;
        Ok(titled(
            "Overview",
            overview_view(&model, (&worst, &levels), &viewer, group.as_ref(), now),
        ))
    })
}

/// The chosen group, from the query string.
fn group_of(query: &str) -> Option<TableGroupId> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(key, value)| key == "group" && !value.is_empty())
        .map(|(_, value)| TableGroupId(value.into_owned()))
}

/// Draws the page.
pub fn overview_view(
    model: &Overview,
    (worst, levels): (&[Alert], &BTreeMap<AlertId, Vec<LevelPoint>>),
    viewer: &Viewer,
    group: Option<&TableGroupId>,
    now: DateTime<Utc>,
) -> AnyView {
    let is_active = model.runs.iter().any(|run| !run.status.is_terminal());
    let as_of = view! { "As of " {time_element(now, format!("{} UTC", clock(now)))} {format!(", {}", long_day(now))} };
    view! {
        {is_active.then(|| view! { <LiveRun url="/runs/events".to_owned() />{look_again_without_script(true)} })}
        {PageHead::new("Overview").lede(as_of).actions(group_menu(model, group)).view()}
        {figures(model, viewer.open_alert_count, group)}
        <div class="cols lean-left">
            {overview_attention::attention(worst, levels, viewer, now)}
            {overview_lists::runs(&model.runs, now)}
        </div>
        <div class="cols lean-left">
            {overview_lists::freshness(&model.groups, &model.runs, viewer, now)}
            {overview_attention::costliest(model)}
        </div>
    }
    .into_any()
}

/// Narrows the overview to one group; nothing to choose where there is only one.
fn group_menu(model: &Overview, group: Option<&TableGroupId>) -> AnyView {
    if model.groups.len() < 2 && group.is_none() {
        return ().into_any();
    }
    let chosen = group.and_then(|id| model.groups.iter().find(|known| &known.table_group_id == id));
    let mut choices = vec![Choice {
        label: "All".into(),
        detail: String::new(),
        href: "/".into(),
        is_current: group.is_none(),
    }];
    choices.extend(model.groups.iter().map(|known| Choice {
        label: group_label(&known.connection_name, &known.name),
        detail: counted(known.table_count, "table"),
        href: format!("/{}", query_string(&[("group", known.table_group_id.as_str())])),
        is_current: Some(&known.table_group_id) == group,
    }));
    let shown = match (group, chosen) {
        (None, _) => format!("All {}", count(model.groups.len() as u64)),
        (Some(_), Some(chosen)) => group_label(&chosen.connection_name, &chosen.name),
        (Some(_), None) => "unknown".to_owned(),
    };
    menu("Group", &shown, choices)
}

/// Six figures; each leads to the list it counts.
fn figures(model: &Overview, open_alerts: u64, group: Option<&TableGroupId>) -> AnyView {
    let group = group.map(TableGroupId::as_str).unwrap_or_default();
    let tables = |key: &str, value: &str| format!("/tables{}", query_string(&[("group", group), (key, value)]));
    let never = model.table_count.saturating_sub(model.profiled_table_count);
    let stale = model.profiled_table_count.saturating_sub(model.fresh_table_count);
    let ended = model.completed_runs_7d + model.failed_runs_7d;
    view! {
        <section class="figs six" aria-label="Key figures">
            {figure(
                "/alerts".to_owned(),
                "Open alerts",
                count_up_to(open_alerts, COUNTED_ALERTS),
                String::new(),
                (if open_alerts == 0 { "nothing to look at" } else { "one for each cause" }).into_any(),
            )}
            {figure(
                tables("sort", "score"),
                "Quality score",
                model.score().map(percent).unwrap_or_default(),
                String::new(),
                match model.score() {
                    None => "no profile has one yet".into_any(),
                    Some(_) if model.costliest.is_empty() => "nothing takes from it".into_any(),
                    Some(_) => "the lowest tables first".into_any(),
                },
            )}
            {figure(
                tables("never", if never > 0 { "1" } else { "" }),
                "Tables profiled",
                count(model.profiled_table_count),
                format!("of {}", count(model.table_count)),
                match (never, model.failing_table_count) {
                    (0, 0) => "every one".into_any(),
                    (never, 0) => format!("{} never profiled", count(never)).into_any(),
                    (_, failing) => view! { <span class="bad">{format!("{} not readable by the newest run", count(failing))}</span> }.into_any(),
                },
            )}
            {figure(
                tables("stale", if stale > 0 { "1" } else { "" }),
                "Fresh within 24 h",
                count(model.fresh_table_count),
                share(model.fresh_table_count, model.table_count).unwrap_or_default(),
                (if stale > 0 { format!("{} older", count(stale)) } else { String::new() }).into_any(),
            )}
            {figure(
                format!("/runs{}", query_string(&[("group", group), ("days", "7")])),
                "Runs succeeded",
                if ended > 0 { percent_of_runs(model.completed_runs_7d, ended) } else { "0".to_owned() },
                "7 d".to_owned(),
                match ended {
                    0 => "no run ended in 7 days".to_owned().into_any(),
                    ended => format!("{} of {}, {} failed", count(model.completed_runs_7d), count(ended), count(model.failed_runs_7d)).into_any(),
                },
            )}
            {figure(
                tables("sort", "rows"),
                "Rows profiled",
                short_count(model.row_count),
                String::new(),
                format!("in {}", counted(model.column_count, "column")).into_any(),
            )}
        </section>
    }
    .into_any()
}

/// The share of runs that succeeded.
fn percent_of_runs(completed: u64, ended: u64) -> String {
    share(completed, ended).unwrap_or_else(|| percent(0.0))
}

/// One figure.
fn figure(href: String, label: &'static str, value: String, beside: String, below: AnyView) -> AnyView {
    view! {
        <a href=href>
            <span class="lab">{label}</span>
            <span class="fig">{value}<small>{beside}</small></span>
            <span class="sub">{below}</span>
        </a>
    }
    .into_any()
}
