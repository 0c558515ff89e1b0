//! More than one column profile in one answer: all columns of a table, and a column over its runs.

use axum::Json;
use axum::extract::{Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::column_profile_body::{BinBody, MetricBody, TopValueBody, metrics};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::TableGroupId;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::column_series::{self, ColumnSeries, TableColumns};
use crate::services::error::AppError;

/// Runs of a history unless asked otherwise, and most of them.
const RUNS: u32 = 30;
const MOST_RUNS: u32 = 500;

/// All columns of a table in one run.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TableColumnsBody {
    /// Group.
    pub table_group_id: String,
    /// The run that the figures are of.
    pub profile_run_id: String,
    /// Its number.
    pub run_number: i64,
    /// When it ended.
    pub completed_at: Option<String>,
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Columns in their order.
    pub columns: Vec<ColumnBody>,
    /// Where the figures were read: `results`, `columns` or `payload`.
    pub source: &'static str,
    /// Why they were not read from the first place.
    pub source_reason: Option<String>,
}

/// One column.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ColumnBody {
    /// Column.
    pub column_name: String,
    /// Place in the table, from 1.
    pub ordinal_position: u32,
    /// Type as the source spells it.
    pub data_type: Option<String>,
    /// Family: A, N, D, B, X.
    pub general_type: &'static str,
    /// Figures.
    pub metrics: Vec<MetricBody>,
    /// The commonest values.
    pub top_values: Vec<TopValueBody>,
    /// Bars.
    pub histogram: Vec<BinBody>,
}

/// A column over its runs, newest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ColumnHistoryBody {
    /// Group.
    pub table_group_id: String,
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Column.
    pub column_name: String,
    /// Its runs.
    pub runs: Vec<ColumnInRunBody>,
}

/// The column in one run.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ColumnInRunBody {
    /// Run.
    pub profile_run_id: String,
    /// Its number.
    pub run_number: i64,
    /// When it ended.
    pub completed_at: Option<String>,
    /// The column.
    pub column: ColumnBody,
}

/// Which table. The name may also be written with an underscore.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TableAsked {
    /// Table, with its schema where two have the name.
    #[param(rename = "tableName", pattern = r"\S", required)]
    #[serde(rename = "tableName", alias = "table_name", default)]
    table_name: String,
}

/// All columns of a table
///
/// Whole, of the newest completed run that has the table, whoever wrote it: the run that `column-profile` answers from.
#[utoipa::path(
    get, path = "/api/table-groups/{table_group_id}/column-profiles", operation_id = "list_column_profiles", tag = "Profiles",
    params(("table_group_id" = String, Path, description = "Table group"), TableAsked),
    responses((status = 200, description = "The columns in their order", body = TableColumnsBody)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn all_columns(
    Console { state, .. }: Console,
    Path(group): Path<String>,
    Query(asked): Query<TableAsked>,
) -> Result<Json<TableColumnsBody>, Problem> {
    let table_name = named("tableName", &asked.table_name)?;
    let TableColumns { table, run, answer } =
        column_series::read_table_columns(&state.db, &state.config, &TableGroupId(group.clone()), table_name).await?;
    Ok(Json(TableColumnsBody {
        table_group_id: group,
        profile_run_id: run.profile_run_id.0,
        run_number: run.number,
        completed_at: run.completed_at.map(|at| at.to_rfc3339()),
        schema_name: table.schema_name,
        table_name: table.table_name,
        columns: answer.columns.iter().map(ColumnBody::from).collect(),
        source: answer.origin.word(),
        source_reason: answer.reason,
    }))
}

/// Which column over how many runs. The names may also be written with an underscore.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryAsked {
    /// Table, with its schema where two have the name.
    #[param(rename = "tableName", pattern = r"\S", required)]
    #[serde(rename = "tableName", alias = "table_name", default)]
    table_name: String,
    /// Column.
    #[param(rename = "columnName", pattern = r"\S", required)]
    #[serde(rename = "columnName", alias = "column_name", default)]
    column_name: String,
    /// Most runs.
    #[param(minimum = 1, maximum = 500, default = 30)]
    limit: Option<u32>,
}

/// A column over its runs
///
/// Newest first, with the commonest values and bars of each run, whoever wrote it. Runs of which only a payload is stored are not in it
/// until `limn backfill` writes them into the tables.
#[utoipa::path(
    get, path = "/api/table-groups/{table_group_id}/column-history", operation_id = "get_column_history", tag = "Profiles",
    params(("table_group_id" = String, Path, description = "Table group"), HistoryAsked),
    responses((status = 200, description = "The column in each run", body = ColumnHistoryBody)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn history(
    Console { state, .. }: Console,
    Path(group): Path<String>,
    Query(asked): Query<HistoryAsked>,
) -> Result<Json<ColumnHistoryBody>, Problem> {
    let (asked_table, asked_column) = (named("tableName", &asked.table_name)?, named("columnName", &asked.column_name)?);
    let limit = asked.limit.unwrap_or(RUNS);
    if !(1..=MOST_RUNS).contains(&limit) {
        return Err(Problem(AppError::bad_request(
            "limit is no such number",
            format!("It is 1 to {MOST_RUNS}."),
        )));
    }
    let ColumnSeries { table, column_name, runs } = column_series::read_column_history(
        &state.db,
        &state.config,
        &TableGroupId(group.clone()),
        asked_table,
        asked_column,
        limit,
    )
    .await?;
    let runs = runs.into_iter().map(|point| ColumnInRunBody {
        column: ColumnBody::from(&point.column),
        profile_run_id: point.profile_run_id.0,
        run_number: point.run_number,
        completed_at: point.completed_at.map(|at| at.to_rfc3339()),
    });
    Ok(Json(ColumnHistoryBody {
        table_group_id: group,
        schema_name: table.schema_name,
        table_name: table.table_name,
        column_name,
        runs: runs.collect(),
    }))
}

/// A name that must be there, as it was written: spaces may be part of it.
pub(super) fn named<'a>(parameter: &str, name: &'a str) -> Result<&'a str, AppError> {
    if name.trim().is_empty() {
        return Err(AppError::bad_request(
            format!("{parameter} is missing"),
            "Name it; a table with its schema where two have the name.",
        ));
    }
    Ok(name)
}

impl From<&ColumnProfile> for ColumnBody {
    fn from(column: &ColumnProfile) -> Self {
        Self {
            column_name: column.column_name.clone(),
            ordinal_position: column.ordinal_position,
            data_type: Some(column.data_type.clone()).filter(|name| !name.is_empty()),
            general_type: column.general_type.letter(),
            metrics: metrics(column),
            top_values: column.top_values.iter().map(TopValueBody::from).collect(),
            histogram: column.histogram.iter().map(BinBody::from).collect(),
        }
    }
}
