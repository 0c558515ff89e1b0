//! `GET .../profile-runs/{id}/results`: everything that a run found, rebuilt from the tables, or from its payload.

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::results_body::{RunResults, RunSummary, TableResults};
use super::runs::find;
use crate::domain::column_answer::{ProfileOrigin, WantedSource};
use crate::domain::column_profile::ColumnProfile;
use crate::http::console::Console;
use crate::http::data;
use crate::http::problem::Problem;
use crate::services::error::AppError;
use crate::services::run_results::read_run_results;
use crate::store::run_lists;
use crate::store::run_tables::ResultTable;

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
    /// Where to read: `auto`, `table`, or `payload`.
    #[param(pattern = "^(auto|table|payload)?$", default = "auto")]
    source: Option<String>,
}

/// What a run found
///
/// Tables, their columns with all figures, commonest values, bars and findings. A run that has not completed has no tables. Shares in
/// `top_values` are 0..100, all others 0..1. The tables answer where they have the run, else its payload: `source` says which did,
/// `source_reason` why it was not the first place.
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
    let source = match asked.source.as_deref().filter(|source| !source.is_empty()) {
        None => WantedSource::Auto,
        Some(word) => WantedSource::from_word(word)
            .ok_or_else(|| AppError::bad_request(format!("There is no source {word:?}"), "It is auto, table or payload."))?,
    };
    let found = read_run_results(&state.db, &state.config, &run, source).await?;
    let (tables, findings) = (found.tables, found.findings);
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
        source: found.origin.map_or("none", ProfileOrigin::word),
        source_reason: found.reason,
        tables: tables
            .into_iter()
            .map(|(table, columns)| TableResults::new(group, table, &columns, &findings))
            .collect(),
    };
    Ok(Json(body).into_response())
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
