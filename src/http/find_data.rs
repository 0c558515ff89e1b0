//! What a word finds, as data.

use axum::extract::{RawQuery, State};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::json;

use super::data::{Answer, csv, text};
use super::format::Format;
use crate::domain::find::wanted;
use crate::state::AppState;
use crate::store::find::find;

/// Most hits of each kind.
const MOST: u32 = 50;

/// The hits; as CSV one line each, with the address of its page.
pub(super) async fn list(State(state): State<AppState>, RawQuery(query): RawQuery, Extension(format): Extension<Format>) -> Answer {
    let word = wanted(&query.unwrap_or_default());
    let found = find(&state.db, &word, MOST).await?;
    if format != Format::Csv {
        return Ok(Json(json!({ "q": word, "found": found })).into_response());
    }
    let line = |kind: &str, name: &str, place: &str, path: String| vec![kind.to_owned(), text(name), text(place), path];
    let tables = found
        .tables
        .items
        .iter()
        .map(|hit| line("table", &hit.address.qualified_name(), &hit.connection_name, hit.address.path()));
    let columns = found.columns.items.iter().map(|hit| {
        line(
            "column",
            &hit.column_name,
            &hit.address.qualified_name(),
            hit.address.column_path(&hit.column_name),
        )
    });
    let alerts = found.alerts.items.iter().map(|alert| {
        let table = alert.table.as_ref().map(|table| table.qualified_name()).unwrap_or_default();
        line("alert", &alert.title, &table, format!("/alerts/{}", alert.alert_id))
    });
    let runs = found.runs.items.iter().map(|run| {
        line(
            "run",
            &run.number.to_string(),
            &run.table_group_name,
            format!("/runs/{}", run.number),
        )
    });
    csv(
        "found",
        &["kind", "name", "place", "path"],
        tables.chain(columns).chain(alerts).chain(runs),
    )
}
