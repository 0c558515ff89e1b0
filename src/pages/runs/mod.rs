//! `/runs`: every run as a bar of the last week, then as lines: filters, status and paging in the address.

mod line;

pub use line::{engine_word, failure, mode_word, profiled, reason_sentence, trigger_word};

use chrono::{DateTime, Duration, Utc};
use leptos::prelude::*;

use super::{look_again_without_script, page, request, titled};
use crate::components::button::{Button, post_form};
use crate::components::empty_state::empty_state;
use crate::components::filter_row::{Choice, Segment, chip_on, menu, search_form, segmented};
use crate::components::format::{count, counted};
use crate::components::graphics::run_bars::{self, run_bars};
use crate::components::head::PageHead;
use crate::components::icon::{Icon, icon};
use crate::components::note::ignored_note;
use crate::components::pagination::Pager;
use crate::domain::connection::TableGroup;
use crate::domain::identifier::TableGroupId;
use crate::domain::paging::Page;
use crate::domain::profile_run::{ProfileRun, RunStatus};
use crate::domain::run_query::RunsQuery;
use crate::domain::user::Permission;
use crate::islands::copy_link::CopyLink;
use crate::islands::live_run::LiveRun;
use crate::store::connections::list_table_groups;
use crate::store::profile_runs::{self, RunBar, RunCounts};

/// Days of the bars.
const DAYS: i64 = 7;

/// What the page shows.
pub struct RunsModel {
    /// One page of runs.
    pub runs: Page<ProfileRun>,
    /// How many each status has.
    pub counts: RunCounts,
    /// Runs of the last days.
    pub bars: Vec<RunBar>,
    /// All groups, for the filter and for new runs.
    pub groups: Vec<TableGroup>,
    /// Whether the person may start, cancel and retry.
    pub may_run: bool,
    /// The only groups in which that holds; none where it holds everywhere.
    pub run_groups: Option<Vec<TableGroupId>>,
}

impl RunsModel {
    /// Groups that this person can start a run for.
    fn runnable_groups(&self) -> Vec<TableGroup> {
        let is_inside = |group: &TableGroup| self.run_groups.as_ref().is_none_or(|groups| groups.contains(&group.table_group_id));
        self.groups
            .iter()
            .filter(|group| group.is_active && is_inside(group))
            .cloned()
            .collect()
    }
}

/// `/runs`
#[component]
pub fn RunsPage() -> impl IntoView {
    page(async move {
        let viewer = request::viewer_with(Permission::ReadProfiles)?;
        let query = RunsQuery::parse(&request::raw_query());
        let (db, now) = (request::state().db, request::now());
        let model = RunsModel {
            runs: profile_runs::list_runs(&db, &query, now).await?,
            counts: profile_runs::run_counts(&db, &query, now).await?,
            bars: profile_runs::run_bars(&db, now - Duration::days(DAYS)).await?,
            groups: list_table_groups(&db).await?,
            may_run: viewer.may(Permission::RunProfiling),
            run_groups: viewer.run_groups.clone(),
        };
        Ok(titled("Runs", runs_view(&model, &query, now)))
    })
}

/// Everything under the rail.
pub fn runs_view(model: &RunsModel, query: &RunsQuery, now: DateTime<Utc>) -> AnyView {
    let has_active = model.runs.items.iter().any(|run| !run.status.is_terminal());
    let content = if model.runs.items.is_empty() {
        nothing(model, query)
    } else {
        line::run_lines(model, query, now)
    };
    view! {
        {head(model)}
        {ignored_note(&query.notes)}
        {run_bars(&bars(&model.bars, now), now)}
        {filters(model, query)}
        <LiveRun url="/runs/events".to_owned() />
        {content}
        {Pager::of(&model.runs, |number| format!("/runs{}", with(query, |query| query.page = number).to_query())).view()}
        {look_again_without_script(has_active)}
    }
    .into_any()
}

/// The same address with one thing changed, from its first page on.
fn with(query: &RunsQuery, change: impl FnOnce(&mut RunsQuery)) -> RunsQuery {
    let mut changed = query.clone();
    changed.page = 1;
    change(&mut changed);
    changed
}

/// A run that is under way has taken the time until now.
fn bars(bars: &[RunBar], now: DateTime<Utc>) -> Vec<run_bars::RunBar> {
    let taken = |bar: &RunBar| match bar.status {
        RunStatus::Running => u64::try_from((now - bar.started_at).num_milliseconds()).unwrap_or(0),
        _ => bar.duration_ms.unwrap_or(0),
    };
    bars.iter()
        .map(|bar| run_bars::RunBar {
            number: bar.number,
            status: bar.status,
            mode: bar.mode,
            started_at: bar.started_at,
            duration_ms: taken(bar),
        })
        .collect()
}

fn head(model: &RunsModel) -> AnyView {
    let week = model.bars.len() as u64;
    let failed = model.bars.iter().filter(|bar| bar.status == RunStatus::Failed).count() as u64;
    let lede = match (week, failed) {
        (0, _) => format!("None in {DAYS} days."),
        (week, 0) => format!("{} in {DAYS} days, none failed.", count(week)),
        (week, failed) => format!("{} in {DAYS} days, {} failed.", count(week), count(failed)),
    };
    PageHead::new("Runs")
        .lede(lede)
        .actions(view! { <CopyLink />{model.may_run.then(|| new_run(&model.runnable_groups()))} })
        .view()
}

/// Starts a run: one button for one group, else a choice of groups.
fn new_run(groups: &[TableGroup]) -> Option<AnyView> {
    match groups {
        [] => None,
        [group] => {
            let fields = [("table_group_id", group.table_group_id.to_string())];
            Some(
                Button::primary(format!("Profile {}", group.name))
                    .icon(Icon::Play)
                    .post("start-run", &fields),
            )
        }
        groups => {
            let options: Vec<AnyView> = groups
                .iter()
                .map(|group| {
                    let name = format!("{}, {}", group.name, counted(group.table_count, "table"));
                    view! { <option value=group.table_group_id.to_string()>{name}</option> }.into_any()
                })
                .collect();
            let form = view! {
                <label class="field"><span class="lab">"Table group"</span><select class="in" name="table_group_id">{options}</select></label>
                {Button::primary("Start run").icon(Icon::Play).submit()}
            };
            Some(
                view! {
                    <details class="menu">
                        <summary class="btn pri">{icon(Icon::Play, 14)}"New run"{icon(Icon::Down, 14)}</summary>
                        <div class="panel">{post_form("start-run", &[], form)}</div>
                    </details>
                }
                .into_any(),
            )
        }
    }
}

fn filters(model: &RunsModel, query: &RunsQuery) -> AnyView {
    let href = |change: &dyn Fn(&mut RunsQuery)| format!("/runs{}", with(query, |query| change(query)).to_query());
    let segment = |label: &'static str, number: u64, status: Option<RunStatus>, active: bool| Segment {
        label,
        count: Some(number),
        href: href(&|query| {
            query.status = status;
            query.active = active;
        }),
        is_current: query.active == active && (active || query.status == status),
    };
    let counts = model.counts;
    let states = vec![
        segment("All", counts.all, None, false),
        segment("Active", counts.active, None, true),
        segment("Completed", counts.completed, Some(RunStatus::Completed), false),
        segment("Failed", counts.failed, Some(RunStatus::Failed), false),
        segment("Cancelled", counts.cancelled, Some(RunStatus::Cancelled), false),
    ];
    let group_name = model
        .groups
        .iter()
        .find(|group| group.table_group_id.as_str() == query.group)
        .map_or("any", |group| group.name.as_str());
    let mut groups = vec![Choice {
        label: "any".into(),
        detail: String::new(),
        href: href(&|query| query.group.clear()),
        is_current: query.group.is_empty(),
    }];
    groups.extend(model.groups.iter().map(|group| Choice {
        label: group.name.clone(),
        detail: counted(group.table_count, "table"),
        href: href(&|query| query.group = group.table_group_id.to_string()),
        is_current: group.table_group_id.as_str() == query.group,
    }));
    let days = match query.days {
        Some(days) => chip_on("last", &counted(u64::from(days), "day"), href(&|query| query.days = None)),
        None => view! { <a class="chip off" href=href(&|query| query.days = Some(7))>"last 7 days"</a> }.into_any(),
    };
    let status = if query.active {
        "active"
    } else {
        query.status.map(RunStatus::word).unwrap_or_default()
    };
    let kept = [
        ("status", status.to_owned()),
        ("group", query.group.clone()),
        ("days", query.days.map(|days| days.to_string()).unwrap_or_default()),
    ];
    view! {
        <div class="filters">
            {search_form("/runs", "Run number, group or connection", &query.q, &kept)}
            {segmented("Status", states)}
            {(model.groups.len() > 1 || !query.group.is_empty()).then(|| menu("Group", group_name, groups))}
            {days}
        </div>
    }
    .into_any()
}

fn nothing(model: &RunsModel, query: &RunsQuery) -> AnyView {
    if query.is_filtered() || model.counts.all > 0 {
        let clear = Button::new("Clear the filters").link("/runs");
        return empty_state(
            None,
            "No run matches these filters",
            format!("{} in all of these groups and days.", counted(model.counts.all, "run")),
            clear,
        );
    }
    let reason = if model.groups.is_empty() {
        "A run needs a connection with tables."
    } else {
        "Start one for a table group; it appears here at once."
    };
    let connect = model
        .groups
        .is_empty()
        .then(|| Button::new("See connections").link("/settings/connections"));
    empty_state(None, "No run yet", reason, connect)
}
