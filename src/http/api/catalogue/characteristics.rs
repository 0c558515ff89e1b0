//! What people say of tables and columns: tags and characteristics, read and written whole.

use axum::Json;
use axum::extract::Path;

use super::tables::find;
use crate::domain::characteristics::{ColumnCharacteristics, TableCharacteristics};
use crate::domain::identifier::TableId;
use crate::http::api::object_body::ObjectBody;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::characteristics as service;

/// What people say of a table
#[utoipa::path(
    get, path = "/api/tables/{table_id}/characteristics", operation_id = "get_table_characteristics", tag = "Catalogue",
    params(("table_id" = String, Path, description = "Table")),
    responses((status = 200, description = "Tags and characteristics", body = TableCharacteristics)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn of_table(Console { state, .. }: Console, Path(id): Path<String>) -> Result<Json<TableCharacteristics>, Problem> {
    Ok(Json(find(&state.db, &TableId(id)).await?.characteristics))
}

/// Say what a table is
///
/// The whole of it is said: what is left out is empty. No run and no search for tables changes it. The same twice is once.
#[utoipa::path(
    put, path = "/api/tables/{table_id}/characteristics", operation_id = "set_table_characteristics", tag = "Catalogue",
    params(("table_id" = String, Path, description = "Table")), request_body = TableCharacteristics,
    responses((status = 200, description = "As it is now", body = TableCharacteristics)),
    extensions(("x-permission" = json!("describe"))),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn describe_table(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    ObjectBody(said): ObjectBody<TableCharacteristics>,
) -> Result<Json<TableCharacteristics>, Problem> {
    let id = TableId(id);
    service::describe_table(&state.db, &viewer, &id, said).await?;
    Ok(Json(find(&state.db, &id).await?.characteristics))
}

/// What people say of a column
#[utoipa::path(
    get, path = "/api/tables/{table_id}/columns/{column_name}/characteristics", operation_id = "get_column_characteristics", tag = "Catalogue",
    params(("table_id" = String, Path, description = "Table"), ("column_name" = String, Path, description = "Column, as the table spells it")),
    responses((status = 200, description = "Tags and characteristics", body = ColumnCharacteristics)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn of_column(
    Console { state, .. }: Console,
    Path((id, column)): Path<(String, String)>,
) -> Result<Json<ColumnCharacteristics>, Problem> {
    Ok(Json(service::find_column(&state.db, &TableId(id), &column).await?))
}

/// Say what a column is
///
/// The whole of it is said: what is left out is empty. The same twice is once.
#[utoipa::path(
    put, path = "/api/tables/{table_id}/columns/{column_name}/characteristics", operation_id = "set_column_characteristics", tag = "Catalogue",
    params(("table_id" = String, Path, description = "Table"), ("column_name" = String, Path, description = "Column, as the table spells it")),
    request_body = ColumnCharacteristics,
    responses((status = 200, description = "As it is now", body = ColumnCharacteristics)),
    extensions(("x-permission" = json!("describe"))),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn describe_column(
    Console { state, viewer }: Console,
    Path((id, column)): Path<(String, String)>,
    ObjectBody(said): ObjectBody<ColumnCharacteristics>,
) -> Result<Json<ColumnCharacteristics>, Problem> {
    let id = TableId(id);
    service::describe_column(&state.db, &viewer, &id, &column, said).await?;
    Ok(Json(service::find_column(&state.db, &id, &column).await?))
}
