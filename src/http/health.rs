//! Is the process alive, and can it work?

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;

use crate::state::AppState;

/// The document of `GET /` for programs: alive, which service, which version.
pub async fn describe() -> impl IntoResponse {
    Json(json!({ "status": "ok", "service": "limn", "version": env!("CARGO_PKG_VERSION") }))
}

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The control database answers and has the schema that this version needs.
pub async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    match state.db.ping().await {
        Ok(()) => (
            StatusCode::OK,
            Json(json!({ "status": "ready", "database": state.db.kind().word(), "schema": "current" })),
        ),
        Err(error) => {
            tracing::warn!(%error, "The server is not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(
                    json!({ "status": "not ready", "database": state.db.kind().word(), "detail": "the control database does not answer" }),
                ),
            )
        }
    }
}
