//! Runs for programs: start, look, cancel. The same services as the forms.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::json;

use super::problem::Problem;
use crate::domain::identifier::{RunId, TableGroupId, TableId};
use crate::domain::profile_run::RunTrigger;
use crate::domain::user::Viewer;
use crate::services::error::AppError;
use crate::services::run_launch::{self, LaunchRequest};
use crate::state::AppState;
use crate::store::{profile_runs, run_tables};

/// What may be asked of a new run.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StartRun {
    /// Only these tables; all when empty.
    table_ids: Vec<TableId>,
}

/// `POST /api/table-groups/{id}/profile-runs`: 202 with the ids of the run that was written.
pub async fn start(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(group): Path<String>,
    body: Option<Json<StartRun>>,
) -> Result<impl IntoResponse, Problem> {
    let asked = body.map(|Json(asked)| asked).unwrap_or_default();
    let request = LaunchRequest {
        table_group_id: TableGroupId(group),
        only_tables: asked.table_ids,
        trigger: RunTrigger::Api,
        retry_of: None,
    };
    let run = run_launch::launch(&state.db, &state.signals, &viewer, request).await?;
    Ok((StatusCode::ACCEPTED, Json(run)))
}

/// `GET /api/profile-runs/{id}`: the run with its tables.
pub async fn show(State(state): State<AppState>, Path(id): Path<String>) -> Result<impl IntoResponse, Problem> {
    let run = profile_runs::find_run_by_id(&state.db, &RunId(id))
        .await?
        .ok_or(AppError::NotFound)?;
    let tables = run_tables::list_run_tables(&state.db, &run.profile_run_id).await?;
    Ok(Json(json!({ "run": run, "tables": tables })))
}

/// `POST /api/profile-runs/{id}/cancel`: 202 when it will end, 409 when it has ended.
pub async fn cancel(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let run = profile_runs::find_run_by_id(&state.db, &RunId(id))
        .await?
        .ok_or(AppError::NotFound)?;
    if !run_launch::cancel(&state.db, &state.signals, &viewer, &run.profile_run_id).await? {
        return Err(Problem(AppError::conflict(
            format!("Run {} has ended", run.number),
            "There is nothing to cancel.",
        )));
    }
    Ok((
        StatusCode::ACCEPTED,
        Json(json!({ "profile_run_id": run.profile_run_id, "number": run.number })),
    ))
}
