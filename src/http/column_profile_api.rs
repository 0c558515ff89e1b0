//! `GET /api/table-groups/{id}/column-profile` and its older addresses: one column of the latest completed run.

use axum::Json;
use axum::extract::{Path, RawQuery, State};

use super::column_profile_body::ColumnProfileBody;
use super::problem::Problem;
use crate::domain::column_answer::WantedSource;
use crate::domain::identifier::TableGroupId;
use crate::services::column_profiles::{ColumnRequest, read_column_profile};
use crate::services::error::AppError;
use crate::state::AppState;

/// Answers the profile of one column.
pub async fn show(
    State(state): State<AppState>,
    Path(table_group_id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<ColumnProfileBody>, Problem> {
    let request = read_request(&table_group_id, &query.unwrap_or_default())?;
    let found = read_column_profile(&state.db, &state.config, &request).await?;
    Ok(Json(ColumnProfileBody::new(&table_group_id, found)))
}

/// Reads the parameters; each may also be written with an underscore.
fn read_request(table_group_id: &str, query: &str) -> Result<ColumnRequest, AppError> {
    let mut request = ColumnRequest {
        table_group_id: TableGroupId(table_group_id.to_owned()),
        ..ColumnRequest::default()
    };
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = value.trim();
        let given = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match key.as_ref() {
            "columnName" | "column_name" => request.column_name = value.to_owned(),
            "tableName" | "table_name" => request.table_name = given(),
            "physicalName" | "physical_name" => request.physical_name = given(),
            "source" if value.is_empty() => {}
            "source" => {
                request.source = WantedSource::from_word(value)
                    .ok_or_else(|| AppError::bad_request(format!("There is no source {value:?}"), "It is auto, table or payload."))?;
            }
            _ => {}
        }
    }
    Ok(request)
}
