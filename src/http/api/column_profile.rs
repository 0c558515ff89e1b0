//! One column of the latest completed run: the contract that programs of the seed were written for.

use axum::Json;
use axum::extract::{Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::column_profile_body::ColumnProfileBody;
use crate::domain::column_answer::WantedSource;
use crate::domain::identifier::TableGroupId;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::column_profiles::{ColumnRequest, read_column_profile};
use crate::services::error::AppError;

/// Which column. Each name may also be written with an underscore.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ColumnAsked {
    /// Column, in any case.
    #[param(rename = "columnName", pattern = r"\S", required)]
    #[serde(rename = "columnName", alias = "column_name", default)]
    column_name: String,
    /// Table, with its schema where two have the name.
    #[param(rename = "tableName")]
    #[serde(rename = "tableName", alias = "table_name")]
    table_name: Option<String>,
    /// The table's physical name; together with the other it must mean one table.
    #[param(rename = "physicalName")]
    #[serde(rename = "physicalName", alias = "physical_name")]
    physical_name: Option<String>,
    /// Where to read: `auto`, `table`, or `payload`.
    #[param(pattern = "^(auto|table|payload)$", default = "auto")]
    source: Option<String>,
}

/// The profile of one column
///
/// Of the latest completed run that has its table. The answer says where the figures were read and why not from the first place.
/// `top_values[].percentage` is 0..100, all other shares are 0..1.
#[utoipa::path(
    get, path = "/api/table-groups/{table_group_id}/column-profile", operation_id = "get_column_profile", tag = "Profiles",
    params(("table_group_id" = String, Path, description = "Table group"), ColumnAsked),
    responses((status = 200, description = "The column", body = ColumnProfileBody)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show(
    Console { state, .. }: Console,
    Path(table_group_id): Path<String>,
    Query(asked): Query<ColumnAsked>,
) -> Result<Json<ColumnProfileBody>, Problem> {
    let request = read_request(&table_group_id, asked)?;
    let found = read_column_profile(&state.db, &state.config, &request).await?;
    Ok(Json(ColumnProfileBody::new(&table_group_id, found)))
}

/// Takes the blanks off the parameters.
fn read_request(table_group_id: &str, asked: ColumnAsked) -> Result<ColumnRequest, AppError> {
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut request = ColumnRequest {
        table_group_id: TableGroupId(table_group_id.to_owned()),
        column_name: asked.column_name.trim().to_owned(),
        table_name: given(asked.table_name),
        physical_name: given(asked.physical_name),
        ..ColumnRequest::default()
    };
    if let Some(source) = given(asked.source) {
        request.source = WantedSource::from_word(&source)
            .ok_or_else(|| AppError::bad_request(format!("There is no source {source:?}"), "It is auto, table or payload."))?;
    }
    Ok(request)
}
