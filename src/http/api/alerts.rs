//! Alerts for programs: the list with filters and total, one with its trail, acts on several, and what other programs raise.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::alert_bodies::{AlertBody, AlertEventBody};
use super::optional_body::OptionalObject;
use super::run_lists::within;
use crate::domain::alert::{AlertAct, AlertState};
use crate::domain::alert_query::{AlertOrder, AlertsQuery};
use crate::domain::anomaly::Severity;
use crate::domain::identifier::{AlertId, TableGroupId};
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::alerts::{self as service, Chosen, ReportedAlert};
use crate::services::error::AppError;
use crate::store::alert_acts::ActOutcome;
use crate::store::alert_lists;

/// Alerts on a page unless asked otherwise, and most of them.
const ALERTS: u32 = 50;
const MOST_ALERTS: u32 = 500;

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AlertFilters {
    /// Where they stand; `all` for all of them. The open ones unless said.
    #[param(pattern = "^(open|acknowledged|snoozed|dismissed|resolved|all)$")]
    state: Option<String>,
    /// At least this severe; the spellings `warning` and `error` are understood.
    #[param(pattern = "^(info|low|medium|high|critical)$")]
    severity: Option<String>,
    /// A type of anomaly, or `run_failed`.
    kind: Option<String>,
    /// A person's name, `me`, or `nobody`.
    assigned: Option<String>,
    /// Part of a table's name, or of the title.
    q: Option<String>,
    /// Id of a table.
    table_id: Option<String>,
    /// As older programs ask: with the acknowledged ones.
    include_acknowledged: Option<bool>,
    /// Order; by severity unless said.
    #[param(pattern = "^(table|severity|time)$")]
    by: Option<String>,
    /// Most alerts on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Alerts left out before the first.
    #[param(maximum = 1_000_000_000)]
    offset: Option<u64>,
}

/// A page of alerts.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertPage {
    /// Alerts.
    pub alerts: Vec<AlertBody>,
    /// All that match.
    pub total: u64,
    /// Most alerts on the page.
    pub limit: u32,
    /// Alerts left out before the first.
    pub offset: u64,
}

/// All alerts
///
/// The open ones unless `state` says otherwise; `total` counts all that match.
#[utoipa::path(
    get, path = "/api/alerts", operation_id = "list_alerts", tag = "Alerts", params(AlertFilters),
    responses((status = 200, description = "A page of alerts", body = AlertPage)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list(Console { state, viewer }: Console, Query(asked): Query<AlertFilters>) -> Result<Json<AlertPage>, Problem> {
    let limit = within("limit", asked.limit, 1, MOST_ALERTS)?.unwrap_or(ALERTS);
    let offset = within("offset", asked.offset, 0, 1_000_000_000)?.unwrap_or(0);
    let query = read_filters(asked)?;
    let page = alert_lists::list_alerts(&state.db, &query, Some(&viewer.user.user_id), limit, offset).await?;
    Ok(Json(AlertPage {
        alerts: page.items.into_iter().map(AlertBody::from).collect(),
        total: page.total,
        limit,
        offset,
    }))
}

fn read_filters(asked: AlertFilters) -> Result<AlertsQuery, AppError> {
    let state = match asked.state.as_deref() {
        Some("all") => None,
        Some(word) => Some(AlertState::from_word(word).ok_or_else(|| {
            AppError::bad_request(
                format!("There is no state {word:?}"),
                "It is open, acknowledged, snoozed, dismissed, resolved or all.",
            )
        })?),
        None if asked.include_acknowledged == Some(true) => None,
        None => Some(AlertState::Open),
    };
    let severity = match asked.severity.as_deref() {
        Some(word) => Some(Severity::parse(word).ok_or_else(|| {
            AppError::bad_request(
                format!("There is no severity {word:?}"),
                "It is info, low, medium, high or critical.",
            )
        })?),
        None => None,
    };
    let by = match asked.by.as_deref() {
        None | Some("severity") => AlertOrder::Severity,
        Some("table") => AlertOrder::Table,
        Some("time") => AlertOrder::Time,
        Some(other) => {
            return Err(AppError::bad_request(
                format!("There is no order {other:?}"),
                "It is table, severity or time.",
            ));
        }
    };
    Ok(AlertsQuery {
        state,
        severity,
        kind: asked.kind.unwrap_or_default(),
        assigned: asked.assigned.unwrap_or_default(),
        q: asked.q.unwrap_or_default(),
        table: asked.table_id.unwrap_or_default(),
        by,
        ..AlertsQuery::default()
    })
}

/// An alert with its trail.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertWithTrail {
    /// The alert.
    #[serde(flatten)]
    pub alert: AlertBody,
    /// What happened to it, latest first.
    pub trail: Vec<AlertEventBody>,
}

/// One alert with its trail
#[utoipa::path(
    get, path = "/api/alerts/{alert_id}", operation_id = "get_alert", tag = "Alerts",
    params(("alert_id" = String, Path, description = "Alert")),
    responses((status = 200, description = "The alert", body = AlertWithTrail)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show(Console { state, .. }: Console, Path(id): Path<String>) -> Result<Json<AlertWithTrail>, Problem> {
    let id = AlertId(id);
    let alert = alert_lists::find_alert(&state.db, &id).await?.ok_or(AppError::NotFound)?;
    let trail = alert_lists::list_events(&state.db, &id).await?;
    Ok(Json(AlertWithTrail {
        alert: alert.into(),
        trail: trail.into_iter().map(AlertEventBody::from).collect(),
    }))
}

/// An alert that another program raises.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RaiseAlert {
    /// What raises it, in the program's word.
    #[schema(min_length = 1, max_length = 100)]
    source_type: String,
    /// What it refers to there; the same source and reference are one alert.
    #[serde(default)]
    #[schema(max_length = 500)]
    source_ref: String,
    /// How much it matters; the spellings `warning` and `error` are understood.
    #[serde(default)]
    #[schema(pattern = "^(info|low|medium|high|critical)$")]
    severity: Option<String>,
    /// In one line.
    #[schema(min_length = 1, max_length = 500)]
    title: String,
    /// In a sentence or two.
    #[serde(default)]
    #[schema(max_length = 4_000)]
    details: String,
    /// The table group whose people see it; where it is left out, everybody whose roles are not limited to groups.
    #[serde(default)]
    table_group_id: Option<TableGroupId>,
}

/// Raise an alert
///
/// The same source and reference again count on the same alert.
#[utoipa::path(
    post, path = "/api/alerts", operation_id = "raise_alert", tag = "Alerts", request_body = RaiseAlert,
    responses((status = 201, description = "The alert", body = AlertBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn raise(Console { state, viewer }: Console, Json(asked): Json<RaiseAlert>) -> Result<(StatusCode, Json<AlertBody>), Problem> {
    let severity = match asked.severity.as_deref() {
        Some(word) => Severity::parse(word).ok_or_else(|| {
            AppError::bad_request(
                format!("There is no severity {word:?}"),
                "It is info, low, medium, high or critical.",
            )
        })?,
        None => Severity::Medium,
    };
    let reported = ReportedAlert {
        source_type: asked.source_type,
        source_ref: asked.source_ref,
        severity,
        title: asked.title,
        details: asked.details,
        table_group_id: asked.table_group_id,
    };
    let alert = service::raise(&state.db, &viewer, &reported).await?;
    Ok((StatusCode::CREATED, Json(alert.into())))
}

/// What to do with alerts.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ActOnAlerts {
    /// Which.
    #[schema(min_items = 1, max_items = 10_000)]
    alert_ids: Vec<AlertId>,
    /// What.
    #[schema(pattern = "^(acknowledge|reopen|assign|snooze|dismiss|comment)$")]
    act: String,
    /// With assign: a person's name, `me`, or nothing for nobody.
    #[serde(default)]
    person: String,
    /// With snooze: days such as `7d`, a day such as `2030-01-31`, `change` or `worse`.
    #[serde(default)]
    until: String,
    /// With dismiss: `expected`, `wrong` or `will_not_fix`.
    #[serde(default)]
    reason: String,
    /// What is said about it.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    note: String,
}

/// What became of an act.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActedOnAlerts {
    /// Alerts that it changed.
    pub changed: u64,
    /// Alerts that stood so already.
    pub unchanged: u64,
    /// Alerts that were asked for and do not exist, or not for this person.
    pub unknown: Vec<AlertId>,
    /// Names the act, to undo it.
    pub batch_id: String,
}

impl From<ActOutcome> for ActedOnAlerts {
    fn from(outcome: ActOutcome) -> Self {
        Self {
            changed: outcome.changed,
            unchanged: outcome.unchanged,
            unknown: outcome.unknown,
            batch_id: outcome.batch_id,
        }
    }
}

/// Act on alerts
///
/// Acknowledge, open again, assign, snooze, dismiss or comment; what stands so already is left alone.
#[utoipa::path(
    post, path = "/api/alerts/act", operation_id = "act_on_alerts", tag = "Alerts", request_body = ActOnAlerts,
    responses((status = 200, description = "What became of it", body = ActedOnAlerts)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn act(Console { state, viewer }: Console, Json(asked): Json<ActOnAlerts>) -> Result<Json<ActedOnAlerts>, Problem> {
    let words = service::AskedAct {
        act: &asked.act,
        person: &asked.person,
        until: &asked.until,
        reason: &asked.reason,
    };
    let act = service::read_act(&state.db, &viewer, &words).await?;
    let outcome = service::act(&state.db, &viewer, &Chosen::Alerts(asked.alert_ids), &act, &asked.note).await?;
    Ok(Json(outcome.into()))
}

/// An act to take back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UndoAct {
    /// As the answer to the act named it.
    batch_id: String,
}

/// Take an act back
///
/// Of the alerts that nobody has acted on since; only whoever did it can.
#[utoipa::path(
    post, path = "/api/alerts/undo", operation_id = "undo_alert_act", tag = "Alerts", request_body = UndoAct,
    responses((status = 200, description = "What became of it", body = ActedOnAlerts)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn undo(Console { state, viewer }: Console, Json(asked): Json<UndoAct>) -> Result<Json<ActedOnAlerts>, Problem> {
    let outcome = service::undo(&state.db, &viewer, &asked.batch_id).await?;
    Ok(Json(outcome.into()))
}

/// Whether an alert was looked at.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct AcknowledgeAlert {
    /// False opens it again.
    #[serde(default)]
    acknowledged: Option<bool>,
    /// Not used: the signed-in person is kept.
    #[serde(default)]
    acknowledged_by: Option<String>,
    /// Not used: the server's clock is kept.
    #[serde(default)]
    acknowledged_at: Option<DateTime<Utc>>,
}

/// Acknowledge an alert, or open it again
///
/// Who did it and when are the signed-in person and the server's clock, whatever the body says. Doing it twice records it once.
#[utoipa::path(
    post, path = "/api/alerts/{alert_id}/acknowledge", operation_id = "acknowledge_alert", tag = "Alerts", request_body = Option<AcknowledgeAlert>,
    params(("alert_id" = String, Path, description = "Alert")),
    responses((status = 200, description = "The alert as it stands", body = AlertBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn acknowledge(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    OptionalObject(members): OptionalObject,
) -> Result<Json<AlertBody>, Problem> {
    let asked: AcknowledgeAlert =
        serde_json::from_value(members.into()).map_err(|error| AppError::refused("The body says something else", error.to_string()))?;
    if asked.acknowledged_by.is_some() || asked.acknowledged_at.is_some() {
        tracing::debug!("A program named who acknowledged and when; the signed-in person and the clock are kept");
    }
    let id = AlertId(id);
    if alert_lists::find_alert(&state.db, &id).await?.is_none() {
        return Err(Problem(AppError::NotFound));
    }
    let act = if asked.acknowledged.unwrap_or(true) {
        AlertAct::Acknowledge
    } else {
        AlertAct::Reopen
    };
    service::act(&state.db, &viewer, &Chosen::Alerts(vec![id.clone()]), &act, "").await?;
    let alert = alert_lists::find_alert(&state.db, &id).await?.ok_or(AppError::NotFound)?;
    Ok(Json(alert.into()))
}

/// Remove an alert
///
/// With its trail; for administrators.
#[utoipa::path(
    delete, path = "/api/alerts/{alert_id}", operation_id = "delete_alert", tag = "Alerts",
    params(("alert_id" = String, Path, description = "Alert")),
    responses((status = 204, description = "It is gone")),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn remove(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    service::delete(&state.db, &viewer, &AlertId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
