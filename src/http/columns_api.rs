//! More than one column profile in one answer: all columns of a table, and a column over its runs.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde::Serialize;

use super::column_profile_body::{BinBody, MetricBody, TopValueBody, metrics};
use super::problem::Problem;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::TableGroupId;
use crate::services::column_series::{self, ColumnSeries, TableColumns};
use crate::services::error::AppError;
use crate::state::AppState;

/// Runs of a history unless asked otherwise, and most of them.
const RUNS: u32 = 30;
const MOST_RUNS: u32 = 500;

/// All columns of a table in one run.
#[derive(Debug, Serialize)]
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
}

/// One column.
#[derive(Debug, Serialize)]
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
#[derive(Debug, Serialize)]
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
#[derive(Debug, Serialize)]
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

/// `GET /api/table-groups/{id}/column-profiles?tableName=`: all columns of the latest completed run that has the table.
pub async fn all_columns(
    State(state): State<AppState>,
    Path(group): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<TableColumnsBody>, Problem> {
    let asked = Asked::read(&query.unwrap_or_default())?;
    let TableColumns { table, run, columns } =
        column_series::read_table_columns(&state.db, &TableGroupId(group.clone()), &asked.table_name).await?;
    Ok(Json(TableColumnsBody {
        table_group_id: group,
        profile_run_id: run.profile_run_id.0,
        run_number: run.number,
        completed_at: run.completed_at.map(|at| at.to_rfc3339()),
        schema_name: table.schema_name,
        table_name: table.table_name,
        columns: columns.iter().map(ColumnBody::from).collect(),
    }))
}

/// `GET /api/table-groups/{id}/column-history?tableName=&columnName=&limit=`: one column over the runs that have it.
pub async fn history(
    State(state): State<AppState>,
    Path(group): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<ColumnHistoryBody>, Problem> {
    let asked = Asked::read(&query.unwrap_or_default())?;
    if asked.column_name.trim().is_empty() {
        return Err(Problem(AppError::bad_request("columnName is missing", "Name the column.")));
    }
    let ColumnSeries { table, column_name, runs } = column_series::read_column_history(
        &state.db,
        &TableGroupId(group.clone()),
        &asked.table_name,
        &asked.column_name,
        asked.limit,
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

/// What these addresses are asked with; each may also be written with an underscore.
struct Asked {
    table_name: String,
    column_name: String,
    limit: u32,
}

impl Asked {
    fn read(query: &str) -> Result<Self, AppError> {
        let mut asked = Self {
            table_name: String::new(),
            column_name: String::new(),
            limit: RUNS,
        };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "tableName" | "table_name" => asked.table_name = value.into_owned(),
                "columnName" | "column_name" => asked.column_name = value.into_owned(),
                "limit" => {
                    asked.limit = value
                        .parse()
                        .ok()
                        .filter(|limit| (1..=MOST_RUNS).contains(limit))
                        .ok_or_else(|| AppError::bad_request("limit is no such number", format!("It is 1 to {MOST_RUNS}.")))?;
                }
                _ => {}
            }
        }
        if asked.table_name.trim().is_empty() {
            return Err(AppError::bad_request(
                "tableName is missing",
                "Name the table, with its schema where two have the name.",
            ));
        }
        Ok(asked)
    }
}
