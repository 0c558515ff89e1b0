//! One run, or a start: look, start, cancel, try again, findings, remove. The same services as the forms.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column_profile_body::AnomalyBody;
use super::object_body;
use super::optional_body::OptionalObject;
use crate::domain::identifier::{RunId, TableGroupId, TableId};
use crate::domain::profile_run::{ProfileRun, RunMode, RunTable, RunTrigger};
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::error::AppError;
use crate::services::retention;
use crate::services::run_launch::{self, LaunchRequest, LaunchedRun};
use crate::store::{Database, column_reads, profile_runs, run_tables};

/// Most tables that one start names.
const MOST_TABLES: usize = 10_000;

/// What may be asked of a new run.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StartRun {
    /// Only these tables of the group; all when empty.
    #[schema(max_items = 10_000)]
    table_ids: Vec<TableId>,
    /// `full` reads every file again; `partial`, the usual, takes over what is stored of files that have not changed.
    #[schema(value_type = Option<String>, pattern = "^(full|partial)$")]
    mode: Option<RunMode>,
}

/// A run with its tables.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunBody {
    /// The run.
    pub run: ProfileRun,
    /// Its tables in the order in which they were read.
    pub tables: Vec<RunTable>,
}

/// A run that will end.
#[derive(Debug, Serialize, ToSchema)]
pub struct CancelledRun {
    /// Id.
    pub profile_run_id: RunId,
    /// Number.
    pub number: i64,
}

/// Start a run
///
/// Writes a run of a table group for the engine to take. A group has one run at a time.
#[utoipa::path(
    post, path = "/api/table-groups/{table_group_id}/profile-runs", operation_id = "start_run", tag = "Runs",
    params(("table_group_id" = String, Path, description = "Table group")),
    request_body(content = StartRun, description = "May be left out"),
    responses((status = 202, description = "The run waits for the engine", body = LaunchedRun)),
    security(("token" = ["run"]), ("session" = []))
)]
pub async fn start(
    Console { state, viewer }: Console,
    Path(group): Path<String>,
    OptionalObject(members): OptionalObject,
) -> Result<(StatusCode, Json<LaunchedRun>), Problem> {
    let asked: StartRun = object_body::read(members)?;
    if asked.table_ids.len() > MOST_TABLES {
        return Err(Problem(AppError::refused(
            "Too many tables at once",
            format!("Name up to {MOST_TABLES}, or none for all of them."),
        )));
    }
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

/// One run with its tables
#[utoipa::path(
    get, path = "/api/profile-runs/{profile_run_id}", operation_id = "get_run", tag = "Runs",
    params(("profile_run_id" = String, Path, description = "Run")),
    responses((status = 200, description = "The run", body = RunBody)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show(Console { state, .. }: Console, Path(id): Path<String>) -> Result<Json<RunBody>, Problem> {
    let run = find(&state.db, id).await?;
    let tables = run_tables::list_run_tables(&state.db, &run.profile_run_id).await?;
    Ok(Json(RunBody { run, tables }))
}

/// Cancel a run
///
/// A waiting run ends at once, a running one as soon as its engine hears of it. Asking twice is once.
#[utoipa::path(
    post, path = "/api/profile-runs/{profile_run_id}/cancel", operation_id = "cancel_run", tag = "Runs",
    params(("profile_run_id" = String, Path, description = "Run")),
    responses((status = 202, description = "The run will end", body = CancelledRun)),
    security(("token" = ["run"]), ("session" = []))
)]
pub async fn cancel(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<(StatusCode, Json<CancelledRun>), Problem> {
    let run = find(&state.db, id).await?;
    if !run_launch::cancel(&state.db, &state.signals, &viewer, &run.profile_run_id).await? {
        return Err(Problem(AppError::conflict(
            format!("Run {} has ended", run.number),
            "There is nothing to cancel.",
        )));
    }
    let body = CancelledRun {
        profile_run_id: run.profile_run_id,
        number: run.number,
    };
    Ok((StatusCode::ACCEPTED, Json(body)))
}

/// Start the same again
///
/// Makes a new run of what an ended run was asked to do; the ended one stays as it is.
#[utoipa::path(
    post, path = "/api/profile-runs/{profile_run_id}/retry", operation_id = "retry_run", tag = "Runs",
    params(("profile_run_id" = String, Path, description = "Run")),
    responses((status = 202, description = "The new run waits for the engine", body = LaunchedRun)),
    security(("token" = ["run"]), ("session" = []))
)]
pub async fn retry(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<(StatusCode, Json<LaunchedRun>), Problem> {
    let run = run_launch::retry(&state.db, &state.signals, &viewer, &RunId(id)).await?;
    Ok((StatusCode::ACCEPTED, Json(run)))
}

/// Findings of a run
///
/// Newest first; dismissed ones are left out.
#[utoipa::path(
    get, path = "/api/profile-runs/{profile_run_id}/anomalies", operation_id = "list_run_anomalies", tag = "Runs",
    params(("profile_run_id" = String, Path, description = "Run")),
    responses((status = 200, description = "The findings", body = Vec<AnomalyBody>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn anomalies(Console { state, .. }: Console, Path(id): Path<String>) -> Result<Json<Vec<AnomalyBody>>, Problem> {
    let run = find(&state.db, id).await?;
    let found = column_reads::list_run_anomalies(&state.db, &run.profile_run_id).await?;
    Ok(Json(found.iter().map(AnomalyBody::from).collect()))
}

/// The runs to remove.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RemoveRuns {
    /// Their ids.
    #[schema(min_items = 1, max_items = 1_000)]
    profile_run_ids: Vec<RunId>,
}

/// What was removed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemovedRuns {
    /// Runs removed.
    deleted_count: u64,
}

/// Remove runs
///
/// Removes ended runs with all their rows. Ids of runs that have not ended, or do not exist, are passed over: the count says
/// how many went.
#[utoipa::path(
    delete, path = "/api/profile-runs", operation_id = "remove_runs", tag = "Runs", request_body = RemoveRuns,
    responses((status = 200, description = "How many went", body = RemovedRuns)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn remove(Console { state, viewer }: Console, Json(asked): Json<RemoveRuns>) -> Result<Json<RemovedRuns>, Problem> {
    if asked.profile_run_ids.len() > 1_000 {
        return Err(Problem(AppError::bad_request("Too many runs at once", "Name up to 1,000.")));
    }
    let deleted_count = retention::delete_runs(&state.db, &viewer, &asked.profile_run_ids).await?;
    Ok(Json(RemovedRuns { deleted_count }))
}

/// Finds a run; what the caller may not see is not there.
pub(super) async fn find(db: &Database, id: String) -> Result<ProfileRun, AppError> {
    profile_runs::find_run_by_id(db, &RunId(id)).await?.ok_or(AppError::NotFound)
}
