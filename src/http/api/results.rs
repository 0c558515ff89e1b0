//! `GET .../profile-runs/{id}/results`: everything that a run found, rebuilt from the tables.

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::results_body::{RunResults, RunSummary, TableResults};
use super::runs::find;
use crate::domain::column_profile::ColumnProfile;
use crate::http::console::Console;
use crate::http::data;
use crate::http::problem::Problem;
use crate::services::error::AppError;
use crate::state::AppState;
use crate::store::run_tables::ResultTable;
use crate::store::{column_history, column_reads, run_lists, run_tables};

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResultsAsked {
    /// `json` for everything, `csv` for one line a column.
    #[param(pattern = "^(json|csv)$", default = "json")]
    format: Option<String>,
    /// The run's group; where it is given it must be that.
    #[param(rename = "tableGroupId")]
    #[serde(rename = "tableGroupId", alias = "table_group_id")]
    table_group_id: Option<String>,
}

/// What a run found
///
/// Tables, their columns with all figures, commonest values, bars and findings. A run that has not completed has no tables. Shares in
/// `top_values` are 0..100, all others 0..1.
#[utoipa::path(
    get, path = "/api/profile-runs/{profile_run_id}/results", operation_id = "get_run_results", tag = "Runs",
    params(("profile_run_id" = String, Path, description = "Run"), ResultsAsked),
    responses((status = 200, description = "All tables of the run", content((RunResults = "application/json"), (String = "text/csv")))),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show(Console { state, .. }: Console, Path(id): Path<String>, Query(asked): Query<ResultsAsked>) -> Result<Response, Problem> {
    let run = find(&state.db, id).await?;
    if asked.table_group_id.is_some_and(|group| group != run.table_group_id.as_str()) {
        return Err(Problem(AppError::NotFound));
    }
    let tables = read_tables(&state, &run.profile_run_id).await?;
    match asked.format.as_deref() {
        None | Some("json") => {}
        Some("csv") => return lines(&format!("run-{}-columns", run.number), &tables),
        Some(other) => {
            return Err(Problem(AppError::bad_request(
                format!("There is no format {other:?}"),
                "It is json or csv.",
            )));
        }
    }
    let findings = column_reads::list_run_anomalies(&state.db, &run.profile_run_id).await?;
    let line = run_lists::find_seed_run(&state.db, &run.profile_run_id).await?;
    let group = run.table_group_id.as_str();
    let body = RunResults {
        table_group_id: group.to_owned(),
        profile_run_id: run.profile_run_id.0.clone(),
        summary: RunSummary {
            profile_run_id: run.profile_run_id.0.clone(),
            table_group_id: group.to_owned(),
            status: run.status.word().to_owned(),
            started_at: run.started_at,
            completed_at: run.completed_at,
            databricks_run_id: line.as_ref().and_then(|line| line.databricks_run_id.clone()),
            row_count: run.row_count,
            anomaly_count: line.and_then(|line| line.anomaly_count).unwrap_or(findings.len() as u64),
        },
        tables: tables
            .into_iter()
            .map(|(table, columns)| TableResults::new(group, table, &columns, &findings))
            .collect(),
    };
    Ok(Json(body).into_response())
}

/// The tables of a run with their columns.
async fn read_tables(state: &AppState, run: &crate::domain::identifier::RunId) -> Result<Vec<(ResultTable, Vec<ColumnProfile>)>, AppError> {
    let mut read = Vec::new();
    for table in run_tables::list_result_tables(&state.db, run).await? {
        let columns = column_history::list_whole_columns(&state.db, &table.table_id, run, table.attempt).await?;
        read.push((table, columns));
    }
    Ok(read)
}

/// One line a column.
fn lines(name: &str, tables: &[(ResultTable, Vec<ColumnProfile>)]) -> data::Answer {
    let heads: Vec<&str> = ["schema_name", "table_name"]
        .into_iter()
        .chain(data::COLUMN_HEADS.iter().copied())
        .collect();
    let rows = tables.iter().flat_map(|(table, columns)| {
        columns.iter().map(|column| {
            let mut row = vec![data::text(&table.schema_name), data::text(&table.table_name)];
            row.extend(data::column_row(column));
            row
        })
    });
    data::csv(name, &heads, rows)
}
