//! Runs that a program outside does, under the seed's addresses: begin and complete.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::identifier::{RunId, TableGroupId};
use crate::domain::profile_run::RunStatus;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::error::AppError;
use crate::services::external_runs::{self, ExternalReport};
use crate::store::profile_runs::RequestedRun;

/// Most rows of a report: what every reader of JSON can hold exactly.
const MOST_ROWS: u64 = 9_007_199_254_740_991;
/// Most findings that are counted.
const MOST_ANOMALIES: u64 = 2_147_483_647;
/// Most findings that are named.
const MOST_NAMED: usize = 10_000;

/// A run to begin.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BeginRun {
    /// Its group.
    #[serde(alias = "tableGroupId")]
    table_group_id: TableGroupId,
    /// Anything but running is refused: a run begins by running.
    #[serde(default)]
    #[schema(pattern = "^running$")]
    status: Option<String>,
    /// When it began; now, where it is left out.
    #[serde(default, alias = "startedAt")]
    started_at: Option<DateTime<Utc>>,
}

/// How a run ended.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CompleteRun {
    /// How it ended.
    #[schema(pattern = "^(completed|failed|cancelled)$")]
    status: String,
    /// Rows profiled.
    #[serde(default, alias = "rowCount")]
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    row_count: Option<u64>,
    /// Findings, where the program counted more than it names.
    #[serde(default, alias = "anomalyCount")]
    #[schema(maximum = 2_147_483_647)]
    anomaly_count: Option<u64>,
    /// Findings.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    anomalies: Vec<ReportedAnomaly>,
    /// The tables that were looked at, `schema.table` where they have one: what an earlier report found in them and this one
    /// does not is resolved. Tables with findings or results need not be named.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    tables: Vec<String>,
}

/// One finding.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReportedAnomaly {
    /// Table; `schema.table` where the schema is not given apart.
    #[serde(alias = "tableName")]
    table_name: String,
    /// Schema.
    #[serde(default, alias = "schemaName")]
    schema_name: Option<String>,
    /// Column; none for a finding about the table.
    #[serde(default, alias = "columnName")]
    column_name: Option<String>,
    /// What was found.
    #[serde(alias = "anomalyType")]
    anomaly_type: String,
    /// How much it matters.
    #[serde(default)]
    severity: String,
    /// In words.
    #[serde(default)]
    description: String,
    /// When it was found.
    #[serde(default, alias = "detectedAt")]
    detected_at: Option<DateTime<Utc>>,
}

/// Begin a run that another program does
///
/// The run is running from the first; only its program, or a person who cancels it, ends it. A group has one run at a time.
#[utoipa::path(
    post, path = "/api/profile-runs", operation_id = "begin_run", tag = "Runs", request_body = BeginRun,
    responses((status = 201, description = "The run is running", body = RequestedRun)),
    security(("token" = ["run"]), ("session" = []))
)]
pub async fn begin(Console { state, viewer }: Console, Json(asked): Json<BeginRun>) -> Result<(StatusCode, Json<RequestedRun>), Problem> {
    let status = asked.status.as_deref().map_or(Some(RunStatus::Running), RunStatus::parse);
    if status != Some(RunStatus::Running) {
        return Err(Problem(AppError::bad_request(
            "A run begins by running",
            "Leave status out, or say running.",
        )));
    }
    let run = external_runs::begin(&state.db, &state.signals, &viewer, &asked.table_group_id, asked.started_at).await?;
    Ok((StatusCode::CREATED, Json(run)))
}

/// End a run that another program did
///
/// With its counts and findings. The same report again changes nothing and is 204 too; another one is 409 and kept in the trail.
#[utoipa::path(
    post, path = "/api/profile-runs/{profile_run_id}/complete", operation_id = "complete_run", tag = "Runs", request_body = CompleteRun,
    params(("profile_run_id" = String, Path, description = "Run")),
    responses((status = 204, description = "The run has ended")),
    security(("token" = ["run"]), ("session" = []))
)]
pub async fn complete(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    Json(asked): Json<CompleteRun>,
) -> Result<StatusCode, Problem> {
    let status = RunStatus::parse(&asked.status)
        .ok_or_else(|| AppError::bad_request("This is no status", "status is completed, failed or cancelled."))?;
    let is_too_much = asked.row_count.is_some_and(|count| count > MOST_ROWS)
        || asked.anomaly_count.is_some_and(|count| count > MOST_ANOMALIES)
        || asked.anomalies.len() > MOST_NAMED
        || asked.tables.len() > MOST_NAMED;
    if is_too_much {
        return Err(Problem(AppError::refused(
            "The report is beyond what is kept",
            format!("Up to {MOST_ROWS} rows, {MOST_ANOMALIES} findings counted, {MOST_NAMED} named, and {MOST_NAMED} tables."),
        )));
    }
    let report = ExternalReport {
        status,
        row_count: asked.row_count,
        anomaly_count: asked.anomaly_count,
        anomalies: asked.anomalies.into_iter().map(ProfileAnomaly::from).collect(),
        tables: asked.tables.into_iter().map(split_name).collect(),
    };
    external_runs::complete(&state.db, &state.signals, &viewer, &RunId(id), &report).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Schema and name of what the seed writes as `schema.table`, split at the last dot.
fn split_name(name: String) -> (String, String) {
    match name.rsplit_once('.') {
        Some((schema, table)) if !schema.is_empty() && !table.is_empty() => (schema.to_owned(), table.to_owned()),
        _ => (String::new(), name),
    }
}

impl From<ReportedAnomaly> for ProfileAnomaly {
    fn from(reported: ReportedAnomaly) -> Self {
        let (schema_name, table_name) = match reported.schema_name {
            Some(schema) => (schema, reported.table_name),
            None => split_name(reported.table_name),
        };
        Self {
            schema_name,
            table_name,
            column_name: reported.column_name,
            anomaly_type: reported.anomaly_type,
            severity: reported.severity,
            likelihood: None,
            description: reported.description,
            pii_risk: None,
            dq_dimension: None,
            detected_at: reported.detected_at,
            evidence: None,
        }
    }
}
