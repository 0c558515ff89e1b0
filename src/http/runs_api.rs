//! Runs for programs: list, start, look, cancel, remove. The same services as the forms.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use chrono::Utc;
use serde::Deserialize;
use serde_json::json;

use super::problem::Problem;
use crate::domain::identifier::{RunId, TableGroupId, TableId};
use crate::domain::profile_run::{RunMode, RunTrigger};
use crate::domain::query::RunsQuery;
use crate::domain::user::Viewer;
use crate::services::error::AppError;
use crate::services::retention;
use crate::services::run_launch::{self, LaunchRequest};
use crate::state::AppState;
use crate::store::{column_reads, profile_runs, run_tables};

/// What may be asked of a new run.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StartRun {
    /// Only these tables; all when empty.
    table_ids: Vec<TableId>,
    /// `full` reads every file again; `partial`, the usual, takes over what is stored of files that have not changed.
    mode: Option<RunMode>,
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
        mode: asked.mode.unwrap_or(RunMode::Partial),
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

/// `GET /api/profile-runs?status=&group=&q=&days=&page=`: the list of the page, with its total.
pub async fn list(State(state): State<AppState>, RawQuery(query): RawQuery) -> Result<impl IntoResponse, Problem> {
    let query = RunsQuery::parse(&query.unwrap_or_default());
    if let Some(note) = query.notes.first() {
        return Err(Problem(AppError::bad_request(
            format!("{note} cannot be understood"),
            "Known are status, group, q, days and page.",
        )));
    }
    let page = profile_runs::list_runs(&state.db, &query, Utc::now()).await?;
    Ok(Json(
        json!({ "runs": page.items, "total": page.total, "limit": page.limit, "offset": page.offset }),
    ))
}

/// Most runs of a group's list.
const MOST_RUNS: usize = 200;

/// `GET /api/table-groups/{id}/profile-runs?limit=`: the newest runs of a group in the seed's words.
pub async fn list_of_group(
    State(state): State<AppState>,
    Path(group): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse, Problem> {
    let query = query.unwrap_or_default();
    let limit = form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == "limit")
        .map_or(Ok(20), |(_, value)| value.parse::<usize>());
    let limit = limit.ok().filter(|limit| (1..=MOST_RUNS).contains(limit));
    let limit = limit.ok_or_else(|| AppError::bad_request("limit is no such number", format!("It is 1 to {MOST_RUNS}.")))?;
    let group = TableGroupId(group);
    if crate::store::connections::find_table_group(&state.db, &group).await?.is_none() {
        return Err(Problem(AppError::NotFound));
    }
    let runs = profile_runs::list_group_runs(&state.db, &group, limit as u32).await?;
    Ok(Json(runs))
}

/// `GET /api/profile-runs/{id}/anomalies`: the findings of a run, newest first.
pub async fn anomalies(State(state): State<AppState>, Path(id): Path<String>) -> Result<impl IntoResponse, Problem> {
    let run = profile_runs::find_run_by_id(&state.db, &RunId(id))
        .await?
        .ok_or(AppError::NotFound)?;
    let found = column_reads::list_run_anomalies(&state.db, &run.profile_run_id).await?;
    Ok(Json(
        found.iter().map(super::column_profile_body::AnomalyBody::from).collect::<Vec<_>>(),
    ))
}

/// The runs to remove.
#[derive(Debug, Deserialize)]
pub struct RemoveRuns {
    /// Ids.
    #[serde(alias = "profileRunIds")]
    profile_run_ids: Vec<RunId>,
}

/// `DELETE /api/profile-runs`: removes ended runs with all their rows.
pub async fn remove(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Json(asked): Json<RemoveRuns>,
) -> Result<impl IntoResponse, Problem> {
    let count = retention::delete_runs(&state.db, &viewer, &asked.profile_run_ids).await?;
    Ok(Json(json!({ "deleted_count": count })))
}

/// `DELETE /api/data-quality/profile-runs`: the same in the seed's casing.
pub async fn remove_by_seed(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Json(asked): Json<RemoveRuns>,
) -> Result<impl IntoResponse, Problem> {
    let count = retention::delete_runs(&state.db, &viewer, &asked.profile_run_ids).await?;
    Ok(Json(json!({ "deletedCount": count })))
}
