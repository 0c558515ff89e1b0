//! Alerts as data: what the inbox lists, by the same query, and one with its trail.

use axum::extract::{Path, RawQuery, State};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::json;

use super::data::{Answer, csv, text};
use super::format::Format;
use crate::domain::alert_query::AlertsQuery;
use crate::domain::identifier::AlertId;
use crate::domain::user::Viewer;
use crate::services::error::AppError;
use crate::state::AppState;
use crate::store::alert_lists;

/// The list of the inbox.
pub(super) async fn list(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    RawQuery(query): RawQuery,
    Extension(format): Extension<Format>,
) -> Answer {
    let query = AlertsQuery::parse(&query.unwrap_or_default());
    let offset = u64::from(query.page.saturating_sub(1)) * u64::from(ALERTS);
    let page = alert_lists::list_alerts(&state.db, &query, Some(&viewer.user.user_id), ALERTS, offset).await?;
    match format {
        Format::Csv => {
            let rows = page.items.iter().map(|alert| {
                let table = alert.table.as_ref();
                vec![
                    alert.alert_id.to_string(),
                    alert.severity.to_string(),
                    alert.state.to_string(),
                    text(&alert.kind),
                    text(&alert.title),
                    text(&alert.details),
                    text(table.map(|table| table.connection_id.as_str()).unwrap_or_default()),
                    text(table.map(|table| table.schema_name.as_str()).unwrap_or_default()),
                    text(table.map(|table| table.table_name.as_str()).unwrap_or_default()),
                    text(alert.column_name.as_deref().unwrap_or_default()),
                    alert.seen_count.to_string(),
                    alert.first_seen_at.to_rfc3339(),
                    alert.last_seen_at.to_rfc3339(),
                    text(alert.assigned_name.as_deref().unwrap_or_default()),
                ]
            });
            csv("alerts", ALERT_HEADS, rows)
        }
        _ => Ok(Json(json!({ "query": query, "alerts": page })).into_response()),
    }
}

/// Columns of the list of alerts.
const ALERT_HEADS: &[&str] = &[
    "alert_id",
    "severity",
    "state",
    "kind",
    "title",
    "details",
    "connection",
    "schema_name",
    "table_name",
    "column_name",
    "seen_count",
    "first_seen_at",
    "last_seen_at",
    "assigned_to",
];
/// Alerts in one answer.
const ALERTS: u32 = 50;

/// One alert with its trail.
pub(super) async fn show(State(state): State<AppState>, Path(id): Path<String>) -> Answer {
    let id = AlertId(id);
    let alert = alert_lists::find_alert(&state.db, &id).await?.ok_or(AppError::NotFound)?;
    let trail = alert_lists::list_events(&state.db, &id).await?;
    Ok(Json(json!({ "alert": alert, "trail": trail })).into_response())
}
