//! `/alerts`: the inbox, with one alert beside it; `/alerts/{id}`: one alert on a page of its own.
//!
//! The list is one form: boxes are ticked, a bar of acts posts them. Keys tick and press (`islands/inbox.rs`); nothing needs them.

mod acts;
mod filters;
mod groups;
mod list;
mod pane;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::run_links::export_link;
use super::{page, request, titled};
use crate::components::button::Button;
use crate::components::empty_state::empty_state;
use crate::components::filter_row::{Choice, menu};
use crate::components::format::{count, counted};
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::note::ignored_note;
use crate::components::pagination::Pager;
use crate::domain::alert::{Alert, AlertEvent, AlertState};
use crate::domain::alert_query::AlertsQuery;
use crate::domain::identifier::AlertId;
use crate::domain::paging::Page;
use crate::domain::user::{Permission, User, Viewer};
use crate::islands::copy_link::CopyLink;
use crate::islands::inbox::InboxKeys;
use crate::services::alerts::list_stewards;
use crate::services::error::AppError;
use crate::store::Database;
use crate::store::alert_lists::{self, AlertCounts, LevelPoint};

/// Alerts on a page.
const ON_A_PAGE: u32 = 50;

/// What the page shows.
pub struct InboxModel {
    /// One page of alerts.
    pub alerts: Page<Alert>,
    /// How many stand where.
    pub counts: AlertCounts,
    /// Levels behind the strips.
    pub levels: BTreeMap<AlertId, Vec<LevelPoint>>,
    /// The one that is looked at, with its trail.
    pub looked_at: Option<(Alert, Vec<AlertEvent>)>,
    /// Who may be given alerts; empty where the person may not clear.
    pub stewards: Vec<User>,
    /// Whether the person may clear.
    pub may_clear: bool,
}

/// `/alerts`
#[component]
pub fn AlertsPage() -> impl IntoView {
    page(async move {
        let viewer = request::viewer_with(Permission::ReadProfiles)?;
        let query = AlertsQuery::parse(&request::raw_query());
        let db = request::state().db;
        let model = load(&db, &viewer, &query).await?;
        Ok(titled("Alerts", inbox_view(&model, &query, &viewer, request::now())))
    })
}

async fn load(db: &Database, viewer: &Viewer, query: &AlertsQuery) -> Result<InboxModel, AppError> {
    let me = Some(&viewer.user.user_id);
    let offset = u64::from(query.page.saturating_sub(1)) * u64::from(ON_A_PAGE);
    let counts = alert_lists::count_alerts(db, query, me).await?;
    let alerts = Page {
        items: alert_lists::list_rows(db, query, me, ON_A_PAGE, offset).await?,
        total: counts.matching,
        offset,
        limit: ON_A_PAGE,
    };
    let looked_at = match query.alert.as_str() {
        "" => None,
        id => look_at(db, &alerts.items, AlertId(id.to_owned())).await?,
    };
    let mut shown = alerts.items.clone();
    shown.extend(looked_at.iter().map(|(alert, _)| alert.clone()));
    let may_clear = viewer.may(Permission::ClearAlerts);
    Ok(InboxModel {
        levels: alert_lists::list_levels(db, &shown).await?,
        counts,
        stewards: if may_clear { list_stewards(db).await? } else { Vec::new() },
        alerts,
        looked_at,
        may_clear,
    })
}

/// The alert that is looked at, with its trail; nothing where there is no such one any more.
async fn look_at(db: &Database, shown: &[Alert], id: AlertId) -> Result<Option<(Alert, Vec<AlertEvent>)>, AppError> {
    let alert = match shown.iter().find(|alert| alert.alert_id == id) {
        Some(alert) => Some(alert.clone()),
        None => alert_lists::find_alert(db, &id).await?,
    };
    Ok(match alert {
        Some(alert) => Some((alert, alert_lists::list_events(db, &id).await?)),
        None => None,
    })
}

/// `/alerts/{id}`
#[component]
pub fn AlertPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("alert").unwrap_or_default();
    page(async move {
        let viewer = request::viewer_with(Permission::ReadProfiles)?;
        let db = request::state().db;
        let id = AlertId(id);
        let alert = alert_lists::find_alert(&db, &id).await?.ok_or(AppError::NotFound)?;
        let events = alert_lists::list_events(&db, &id).await?;
        let may_clear = viewer.may(Permission::ClearAlerts);
        let levels = alert_lists::list_levels(&db, std::slice::from_ref(&alert)).await?;
        let stewards = if may_clear { list_stewards(&db).await? } else { Vec::new() };
        let levels = levels.get(&alert.alert_id).cloned().unwrap_or_default();
        let here = format!("/alerts/{id}");
        let title = alert.title.clone();
        let content = view! {
            {breadcrumb(vec![Crumb::new("Alerts", "/alerts")])}{PageHead::new(title.clone()).actions(view! { <CopyLink /> }).view()}
            <div class="alone">
                {pane::pane(&pane::Looked { alert: &alert, events: &events, levels: &levels, stewards: &stewards, may_clear, may_delete: viewer.may(Permission::Configure), sees_values: viewer.values_scope().is_everything(), back: &here, has_title: false }, request::now())}
            </div>
        };
        Ok(titled(title, content.into_any()))
    })
}

/// Everything under the rail.
pub fn inbox_view(model: &InboxModel, query: &AlertsQuery, viewer: &Viewer, now: DateTime<Utc>) -> AnyView {
    let back = query.path();
    let content = if model.alerts.items.is_empty() {
        nothing(model, query)
    } else {
        list::list(model, query, now)
    };
    let pane = model.looked_at.as_ref().map(|(alert, events)| {
        let nothing = Vec::new();
        let levels = model.levels.get(&alert.alert_id).unwrap_or(&nothing);
        let looked = pane::Looked {
            alert,
            events,
            levels,
            stewards: &model.stewards,
            may_clear: model.may_clear,
            may_delete: viewer.may(Permission::Configure),
            sees_values: viewer.values_scope().is_everything(),
            back: &back,
            has_title: true,
        };
        view! {
            <aside class="peek" aria-label="The alert">
                <a class="btn bare back" href=filters::with(query, |query| query.alert.clear()).path() data-key="u">"Close"</a>
                {pane::pane(&looked, now)}
            </aside>
        }
    });
    let class = if pane.is_some() { "inbox open" } else { "inbox" };
    view! {
        {head(model, query, now)}
        {ignored_note(&query.notes)}
        {filters::filters(model, query)}
        <div class=class>
            <section class="alerts" aria-label="Alerts">
                {content}
                {Pager::of(&model.alerts, |number| {
                    let mut next = query.clone();
                    next.page = number;
                    next.alert.clear();
                    next.path()
                }).view()}
            </section>
            {pane}
        </div>
        {model.may_clear.then(|| view! { <InboxKeys /> })}
        {keys(model.may_clear)}
    }
    .into_any()
}

fn head(model: &InboxModel, query: &AlertsQuery, now: DateTime<Utc>) -> AnyView {
    let open = model.counts.of(AlertState::Open);
    let oldest = model
        .alerts
        .items
        .iter()
        .filter(|alert| alert.state == AlertState::Open)
        .map(|alert| alert.first_seen_at)
        .min();
    let age = oldest.map(|oldest| (now - oldest).num_days()).filter(|days| *days > 0);
    let lede = match (open, age) {
        (0, _) => "None open.".to_owned(),
        (open, Some(days)) => format!(
            "{} open, the oldest here for {}. Open alerts stay listed whatever the period.",
            count(open),
            counted(days.unsigned_abs(), "day")
        ),
        (open, None) => format!("{} open. Open alerts stay listed whatever the period.", count(open)),
    };
    let mut shown = query.clone();
    shown.alert.clear();
    let choice = |label: &str, form: &str| Choice {
        label: label.to_owned(),
        detail: String::new(),
        href: export_link("/alerts", &shown.to_query(), form),
        is_current: false,
    };
    let exports = menu("", "Export", vec![choice("CSV", "csv"), choice("JSON", "json")]);
    PageHead::new("Alerts").lede(lede).actions(view! { {exports}<CopyLink /> }).view()
}

fn nothing(model: &InboxModel, query: &AlertsQuery) -> AnyView {
    if query.is_filtered() || query.page > 1 {
        let clear = Button::new("Clear the filters").link("/alerts");
        return empty_state(None, "No alert matches these filters", "Other alerts may stand behind them.", clear);
    }
    match query.state {
        Some(AlertState::Open) if model.counts.by_state.is_empty() => empty_state(
            None,
            "No alert yet",
            "A run that finds something odd, or that fails, raises one for each cause.",
            Button::new("See runs").link("/runs"),
        ),
        Some(AlertState::Open) => empty_state(
            None,
            "No open alert",
            "Everything that was found has been looked at, or is gone.",
            Button::new("See the acknowledged ones").link("/alerts?state=acknowledged"),
        ),
        Some(state) => empty_state(
            None,
            format!("No {} alert", state.label().to_lowercase()),
            "Alerts come here when somebody or a run decides so.",
            Button::new("See the open ones").link("/alerts"),
        ),
        None => empty_state(
            None,
            "No alert yet",
            "A run that finds something odd, or that fails, raises one for each cause.",
            (),
        ),
    }
}

fn keys(may_clear: bool) -> AnyView {
    let clearing = may_clear.then(|| {
        view! {
            <span><kbd>"x"</kbd>"select"</span>
            <span><kbd>"Shift"</kbd><kbd>"x"</kbd>"select the table"</span>
            <span><kbd>"*"</kbd>"select all"</span>
            <span><kbd>"e"</kbd>"acknowledge"</span>
            <span><kbd>"a"</kbd>"assign"</span>
            <span><kbd>"h"</kbd>"snooze"</span>
            <span><kbd>"z"</kbd>"undo"</span>
        }
    });
    view! { <p class="foot-keys"><span><kbd>"j"</kbd><kbd>"k"</kbd>"move"</span><span><kbd>"Enter"</kbd>"open"</span>{clearing}</p> }
        .into_any()
}
