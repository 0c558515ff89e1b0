//! Lists of runs: all of them with filters and total, the newest of a group, and the list that the seed's pages read.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::identifier::TableGroupId;
use crate::domain::profile_run::{ProfileRun, RunStatus, RunTrigger};
use crate::domain::run_query::RunsQuery;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::error::AppError;
use crate::store::run_lists::{self as store, SeedGroupLine, SeedRunLine};

use crate::store::connections;
use crate::store::profile_runs::{self, SeedRun};

/// Runs on a page unless asked otherwise, and most of them.
const RUNS: u32 = 50;
const MOST_RUNS: u32 = 500;
/// Most runs of a group's list.
const MOST_OF_GROUP: u32 = 200;

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RunFilters {
    /// `pending`, `running`, `completed`, `failed`, `cancelled`, or `active` for the first two.
    #[param(pattern = "^(pending|running|completed|failed|cancelled|active)$")]
    status: Option<String>,
    /// Only of this table group.
    #[serde(alias = "group", alias = "tableGroupId")]
    table_group_id: Option<String>,
    /// Only of this connection.
    connection_id: Option<String>,
    /// Only of this project.
    project_key: Option<String>,
    /// Only those that this started.
    #[param(inline)]
    trigger: Option<RunTrigger>,
    /// A number, or part of a group's or connection's name.
    q: Option<String>,
    /// Only the last so many days.
    #[param(maximum = 36500)]
    days: Option<u32>,
    /// Most runs on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Runs left out before the first.
    #[param(maximum = 1_000_000_000)]
    offset: Option<u64>,
}

/// A run of a page, with what it found by severity.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedRun {
    /// The run.
    #[serde(flatten)]
    pub run: ProfileRun,
    /// How long it took; until now while it runs, absent before it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// A page of runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunPage {
    /// Runs, newest first.
    pub runs: Vec<ListedRun>,
    /// All that match.
    pub total: u64,
    /// Most runs on the page.
    pub limit: u32,
    /// Runs left out before the first.
    pub offset: u64,
}

/// All runs
///
/// Newest first, by any of the filters; `total` counts all that match.
#[utoipa::path(
    get, path = "/api/profile-runs", operation_id = "list_runs", tag = "Runs", params(RunFilters),
    responses((status = 200, description = "A page of runs", body = RunPage)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list(Console { state, .. }: Console, Query(asked): Query<RunFilters>) -> Result<Json<RunPage>, Problem> {
    let status = asked.status.as_deref().filter(|word| *word != "active");
    let query = RunsQuery {
        active: asked.status.as_deref() == Some("active"),
        status: match status {
            Some(word) => Some(RunStatus::parse(word).ok_or_else(|| {
                AppError::bad_request(
                    format!("There is no status {word:?}"),
                    "It is pending, running, completed, failed, cancelled or active.",
                )
            })?),
            None => None,
        },
        group: asked.table_group_id.unwrap_or_default(),
        connection: asked.connection_id.unwrap_or_default(),
        project: asked.project_key.unwrap_or_default(),
        trigger: asked.trigger,
        q: asked.q.unwrap_or_default(),
        days: within("days", asked.days, 0, 36_500)?,
        limit: Some(within("limit", asked.limit, 1, MOST_RUNS)?.unwrap_or(RUNS)),
        offset: Some(within("offset", asked.offset, 0, 1_000_000_000)?.unwrap_or(0)),
        page: 1,
        notes: Vec::new(),
    };
    let now = Utc::now();
    let page = profile_runs::list_runs(&state.db, &query, now).await?;
    let listed = page.items.into_iter().map(|run| ListedRun {
        duration_ms: run.duration_ms(now),
        run,
    });
    Ok(Json(RunPage {
        runs: listed.collect(),
        total: page.total,
        limit: page.limit,
        offset: page.offset,
    }))
}

/// Refuses a number that is out of its range.
pub(super) fn within<N: PartialOrd + std::fmt::Display>(name: &str, value: Option<N>, least: N, most: N) -> Result<Option<N>, AppError> {
    match value {
        Some(value) if value < least || value > most => Err(AppError::bad_request(
            format!("{name} is no such number"),
            format!("It is {least} to {most}."),
        )),
        value => Ok(value),
    }
}

/// How many runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NewestRuns {
    /// Most runs.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<u32>,
}

/// The newest runs of a table group
#[utoipa::path(
    get, path = "/api/table-groups/{table_group_id}/profile-runs", operation_id = "list_group_runs", tag = "Runs",
    params(("table_group_id" = String, Path, description = "Table group"), NewestRuns),
    responses((status = 200, description = "The runs, newest first", body = Vec<SeedRun>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list_of_group(
    Console { state, .. }: Console,
    Path(group): Path<String>,
    Query(asked): Query<NewestRuns>,
) -> Result<Json<Vec<SeedRun>>, Problem> {
    let limit = within("limit", asked.limit, 1, MOST_OF_GROUP)?.unwrap_or(20);
    let group = TableGroupId(group);
    if connections::find_table_group(&state.db, &group).await?.is_none() {
        return Err(Problem(AppError::NotFound));
    }
    Ok(Json(profile_runs::list_group_runs(&state.db, &group, limit).await?))
}

/// Which runs of the seed's list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct SeedFilters {
    /// Only of this table group.
    #[serde(alias = "table_group_id")]
    table_group_id: Option<String>,
    /// Most runs.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Whether the groups are listed beside the runs.
    #[param(default = true)]
    include_groups: Option<bool>,
    /// Only of this project, or of projects of this workspace.
    workspace_id: Option<String>,
}

/// Runs and groups as the seed's pages read them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeedRunList {
    /// Runs, newest first.
    runs: Vec<SeedRunBody>,
    /// Groups; none where they were not asked for.
    table_groups: Vec<SeedGroupBody>,
}

/// A run with the names around it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeedRunBody {
    profile_run_id: String,
    #[serde(flatten)]
    group: SeedGroupNames,
    status: String,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    /// Until now while it runs.
    duration_ms: Option<u64>,
    row_count: Option<u64>,
    anomaly_count: Option<u64>,
    databricks_run_id: Option<String>,
    /// Findings by severity, in the words of whoever found them.
    anomalies_by_severity: BTreeMap<String, u64>,
    profiling_score: Option<f64>,
}

/// A table group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeedGroupBody {
    #[serde(flatten)]
    group: SeedGroupNames,
    profiling_job_id: Option<String>,
}

/// What a group is called and belongs to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeedGroupNames {
    table_group_id: String,
    table_group_name: Option<String>,
    connection_id: Option<String>,
    connection_name: Option<String>,
    catalog: Option<String>,
    schema_name: Option<String>,
    /// The dataset.
    data_object_id: Option<String>,
    data_object_name: Option<String>,
    application_id: Option<String>,
    application_name: Option<String>,
    application_description: Option<String>,
    product_team_id: Option<String>,
    product_team_name: Option<String>,
    table_count: u64,
    /// Columns of its tables.
    field_count: u64,
}

/// Runs with the names around them
///
/// The list of the seed's pages, newest first.
#[utoipa::path(
    get, path = "/api/data-quality/profile-runs", operation_id = "list_runs_with_names", tag = "Runs", params(SeedFilters),
    responses((status = 200, description = "Runs and groups", body = SeedRunList)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list_by_seed(Console { state, .. }: Console, Query(asked): Query<SeedFilters>) -> Result<Json<SeedRunList>, Problem> {
    let limit = within("limit", asked.limit, 1, MOST_RUNS)?.unwrap_or(RUNS);
    let (group, workspace) = (asked.table_group_id.as_deref(), asked.workspace_id.as_deref());
    let runs = store::list_seed_runs(&state.db, group, workspace, limit).await?;
    let groups = if asked.include_groups.unwrap_or(true) {
        store::list_seed_groups(&state.db, group, workspace).await?
    } else {
        Vec::new()
    };
    let now = Utc::now();
    Ok(Json(SeedRunList {
        runs: runs.into_iter().map(|run| SeedRunBody::new(run, now)).collect(),
        table_groups: groups
            .into_iter()
            .map(|group| SeedGroupBody {
                profiling_job_id: group.profiling_job_id.clone(),
                group: group.into(),
            })
            .collect(),
    }))
}

impl SeedRunBody {
    fn new(run: SeedRunLine, now: DateTime<Utc>) -> Self {
        let is_active = matches!(run.status.as_str(), "pending" | "running");
        let until = run.completed_at.or(is_active.then_some(now));
        Self {
            profile_run_id: run.profile_run_id,
            group: run.group.into(),
            status: run.status,
            duration_ms: run
                .started_at
                .zip(until)
                .and_then(|(from, until)| u64::try_from((until - from).num_milliseconds()).ok()),
            started_at: run.started_at,
            completed_at: run.completed_at,
            row_count: run.row_count,
            anomaly_count: run.anomaly_count,
            databricks_run_id: run.databricks_run_id,
            anomalies_by_severity: run.anomalies_by_severity,
            profiling_score: run.profiling_score,
        }
    }
}

impl From<SeedGroupLine> for SeedGroupNames {
    fn from(group: SeedGroupLine) -> Self {
        Self {
            table_group_id: group.table_group_id,
            table_group_name: group.table_group_name,
            connection_id: group.connection_id,
            connection_name: group.connection_name,
            catalog: group.catalog,
            schema_name: group.schema_name,
            data_object_id: Some(group.levels.object.id),
            data_object_name: Some(group.levels.object.name),
            application_id: Some(group.levels.application.id),
            application_name: Some(group.levels.application.name),
            application_description: group.levels.application.description,
            product_team_id: Some(group.levels.team.id),
            product_team_name: Some(group.levels.team.name),
            table_count: group.table_count,
            field_count: group.field_count,
        }
    }
}
