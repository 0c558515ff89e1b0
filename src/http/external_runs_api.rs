//! Runs that a program outside does, under the seed's addresses: begin and complete.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::identifier::{RunId, TableGroupId};
use crate::domain::profile_run::RunStatus;
use crate::domain::user::Viewer;
use crate::services::error::AppError;
use crate::services::external_runs::{self, ExternalReport};
use crate::state::AppState;

/// A run to begin.
#[derive(Debug, Deserialize)]
pub struct BeginRun {
    #[serde(alias = "tableGroupId")]
    table_group_id: TableGroupId,
    /// Anything but running is refused: a run begins by running.
    #[serde(default)]
    status: Option<String>,
    #[serde(default, alias = "startedAt")]
    started_at: Option<DateTime<Utc>>,
}

/// How a run ended.
#[derive(Debug, Deserialize)]
pub struct CompleteRun {
    status: String,
    #[serde(default, alias = "rowCount")]
    row_count: Option<u64>,
    #[serde(default, alias = "anomalyCount")]
    anomaly_count: Option<u64>,
    #[serde(default)]
    anomalies: Vec<ReportedAnomaly>,
}

/// One finding.
#[derive(Debug, Deserialize)]
pub struct ReportedAnomaly {
    #[serde(alias = "tableName")]
    table_name: String,
    #[serde(default, alias = "schemaName")]
    schema_name: Option<String>,
    #[serde(default, alias = "columnName")]
    column_name: Option<String>,
    #[serde(alias = "anomalyType")]
    anomaly_type: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    description: String,
    #[serde(default, alias = "detectedAt")]
    detected_at: Option<DateTime<Utc>>,
}

/// `POST .../profile-runs`: 201 with the id.
pub async fn begin(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    body: Result<Json<BeginRun>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let asked = read(body)?;
    let status = asked.status.as_deref().map_or(Some(RunStatus::Running), RunStatus::parse);
    if status != Some(RunStatus::Running) {
        return Err(Problem(AppError::bad_request(
            "A run begins by running",
            "Leave status out, or say running.",
        )));
    }
    let run = external_runs::begin(&state.db, &state.signals, &viewer, &asked.table_group_id, asked.started_at).await?;
    let body = json!({ "profile_run_id": run.profile_run_id, "number": run.number });
    Ok((StatusCode::CREATED, Json(body)))
}

/// `POST .../profile-runs/{id}/complete`: 204; the same report again too, another one is 409.
pub async fn complete(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
    body: Result<Json<CompleteRun>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let asked = read(body)?;
    let status = RunStatus::parse(&asked.status)
        .ok_or_else(|| AppError::bad_request("This is no status", "status is completed, failed or cancelled."))?;
    let report = ExternalReport {
        status,
        row_count: asked.row_count,
        anomaly_count: asked.anomaly_count,
        anomalies: asked.anomalies.into_iter().map(ProfileAnomaly::from).collect(),
    };
    external_runs::complete(&state.db, &state.signals, &viewer, &RunId(id), &report).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<ReportedAnomaly> for ProfileAnomaly {
    fn from(reported: ReportedAnomaly) -> Self {
        // The seed writes `schema.table`: split at the last dot.
        let (schema_name, table_name) = match (reported.schema_name, reported.table_name.rsplit_once('.')) {
            (Some(schema), _) => (schema, reported.table_name),
            (None, Some((schema, table))) if !schema.is_empty() && !table.is_empty() => (schema.to_owned(), table.to_owned()),
            (None, _) => (String::new(), reported.table_name),
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
        }
    }
}

fn read<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, AppError> {
    body.map(|Json(read)| read)
        .map_err(|rejection| AppError::bad_request("The body cannot be understood", rejection.body_text()))
}
