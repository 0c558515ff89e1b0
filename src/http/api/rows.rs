//! The rows behind a figure, for programs.

use axum::Json;
use axum::extract::{Path, Query, RawQuery};
use serde::Deserialize;
use utoipa::IntoParams;

use super::columns::named;
use crate::domain::address::TableAddress;
use crate::domain::identifier::TableGroupId;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::http::row_body::RowsBody;
use crate::services::error::AppError;
use crate::services::row_looks;
use crate::services::table_names::find_named_table;
use crate::store::connections;

/// Which rows of which column. One of `is`, `value`, `not`, `shape`, `length`, `top`, `finding`, or a range, says which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RowsAsked {
    /// Table, with its schema where two have the name.
    #[param(rename = "tableName", pattern = r"\S", required)]
    #[serde(rename = "tableName", alias = "table_name", default)]
    table_name: String,
    /// Column, as the profile spells it.
    #[param(rename = "columnName", pattern = r"\S", required)]
    #[serde(rename = "columnName", alias = "column_name", default)]
    column_name: String,
    /// A kind of value: `null`, `empty`, `blank`, `zero`, `nan`, `quoted`, `upper_case`, ...
    #[serde(rename = "is")]
    #[param(rename = "is")]
    _is: Option<String>,
    /// The value, by its canonical text.
    #[serde(rename = "value")]
    #[param(rename = "value")]
    _value: Option<String>,
    /// A value other than this.
    #[serde(rename = "not")]
    #[param(rename = "not")]
    _not: Option<String>,
    /// The shape of the text: `A` upper, `a` lower, `9` digit.
    #[serde(rename = "shape")]
    #[param(rename = "shape")]
    _shape: Option<String>,
    /// Characters of the text: `5`, or `5-9`.
    #[serde(rename = "length")]
    #[param(rename = "length", pattern = "^[0-9]{1,9}(-[0-9]{1,9})?$")]
    _length: Option<String>,
    /// Place in the list of commonest values of the run, from 1.
    #[serde(rename = "top")]
    #[param(rename = "top", value_type = Option<u32>, minimum = 1)]
    _top: Option<String>,
    /// Kind of a finding of the run about this column.
    #[serde(rename = "finding")]
    #[param(rename = "finding")]
    _finding: Option<String>,
    /// From this number or day on.
    #[serde(rename = "from")]
    #[param(rename = "from")]
    _from: Option<String>,
    /// Before this number or day.
    #[serde(rename = "to")]
    #[param(rename = "to")]
    _to: Option<String>,
    /// Up to this number or day, which is inside.
    #[serde(rename = "through")]
    #[param(rename = "through")]
    _through: Option<String>,
    /// `0` leaves zeros out of a range of numbers.
    #[serde(rename = "zeros")]
    #[param(rename = "zeros")]
    _zeros: Option<String>,
    /// Number of the run whose figure it is; the latest where absent.
    #[serde(rename = "run")]
    #[param(rename = "run", value_type = Option<i64>, minimum = 1)]
    _run: Option<String>,
    /// Page of 50 rows.
    #[serde(rename = "page")]
    #[param(rename = "page", value_type = Option<u32>, minimum = 1, maximum = 200)]
    _page: Option<String>,
}

/// Rows behind a figure
///
/// The rows of the source that a figure of a column counts, read now, 50 a page. Values of personal columns are masked unless whoever asks
/// may see them; a look by such values is then refused. Every look is recorded.
#[utoipa::path(
    get, path = "/api/table-groups/{table_group_id}/rows", operation_id = "list_rows", tag = "Profiles",
    params(("table_group_id" = String, Path, description = "Table group"), RowsAsked),
    responses((status = 200, description = "The rows", body = RowsBody)),
    extensions(("x-reads-source" = json!(true))),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list(
    Console { viewer, state }: Console,
    Path(group): Path<String>,
    Query(asked): Query<RowsAsked>,
    RawQuery(query): RawQuery,
) -> Result<Json<RowsBody>, Problem> {
    let (table_name, column_name) = (named("tableName", &asked.table_name)?, named("columnName", &asked.column_name)?);
    let group = TableGroupId(group);
    let (connection, _) = connections::find_table_group(&state.db, &group).await?.ok_or(AppError::NotFound)?;
    let table = find_named_table(&state.db, &group, Some(table_name), None)
        .await?
        .ok_or(AppError::NotFound)?;
    let address = TableAddress {
        connection_id: connection.connection_id,
        schema_name: table.schema_name,
        table_name: table.table_name,
    };
    let query = query.unwrap_or_default();
    let look = row_looks::look(&state.db, &state.config, &viewer, &address, column_name, &query).await?;
    Ok(Json(look.into()))
}
