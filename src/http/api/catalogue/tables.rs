//! Tables: listed with every filter of the page, read, and how much of each is profiled.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use chrono::Utc;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Confirmation;
use super::dependents::Dependents;
use crate::domain::identifier::TableId;
use crate::domain::query::TablesQuery;
use crate::domain::table::TableSummary;
use crate::domain::user::Permission;
use crate::http::api::object_body::ObjectBody;
use crate::http::api::run_lists::within;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::access;
use crate::services::bulk_edits::{TableChange, edit_tables};
use crate::services::characteristics as service;
use crate::services::error::AppError;
use crate::services::table_removal::delete_table;
use crate::store::seed_lists::{self, SeedTable};
use crate::store::table_removal::count_table_dependents;
use crate::store::{Database, tables as store};

/// Most tables of one answer.
const MOST_TABLES: u32 = 500;

/// The tables of a table group
///
/// Those that were there when Limn looked last.
#[utoipa::path(
    get, path = "/api/table-groups/{table_group_id}/tables", operation_id = "list_group_tables", tag = "Catalogue",
    params(("table_group_id" = String, Path, description = "Table group")),
    responses((status = 200, description = "Tables by name", body = Vec<SeedTable>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list_of_group(Console { state, .. }: Console, Path(group): Path<String>) -> Result<Json<Vec<SeedTable>>, Problem> {
    let found = seed_lists::list_tables_of(&state.db, &group).await?;
    Ok(Json(found.ok_or(AppError::NotFound)?))
}

/// Which tables.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct TableFilters {
    /// Part of a table or column name.
    q: String,
    /// Only of this connection.
    connection_id: String,
    /// Only of this table group.
    table_group_id: String,
    /// Only of this dataset.
    dataset_id: String,
    /// Only of this project.
    project_key: String,
    /// Only with this tag, on the table or one of its columns.
    tag: String,
    /// Only with open alerts.
    alerts: bool,
    /// Most tables.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Tables left out before the first.
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    offset: Option<u64>,
}

/// Some tables.
#[derive(Debug, Serialize, ToSchema)]
pub struct TablePage {
    /// The tables, by schema and name.
    tables: Vec<TableSummary>,
    /// All that match.
    total: u64,
    /// Most tables of an answer.
    limit: u32,
    /// Tables left out before the first.
    offset: u64,
}

/// Tables
///
/// With what their latest completed run says, what people say of them, and how much of each is profiled.
#[utoipa::path(
    get, path = "/api/tables", operation_id = "list_tables", tag = "Catalogue", params(TableFilters),
    responses((status = 200, description = "Tables by schema and name", body = TablePage)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list(Console { state, .. }: Console, Query(asked): Query<TableFilters>) -> Result<Json<TablePage>, Problem> {
    let query = TablesQuery {
        q: asked.q.trim().to_owned(),
        connection: asked.connection_id,
        group: asked.table_group_id,
        dataset: asked.dataset_id,
        project: asked.project_key,
        tag: asked.tag,
        alerts: asked.alerts,
        limit: within("limit", asked.limit, 1, MOST_TABLES)?,
        offset: within("offset", asked.offset, 0, 1_000_000_000)?,
        page: 1,
        ..TablesQuery::default()
    };
    let page = store::list_tables(&state.db, &query, Utc::now()).await?;
    Ok(Json(TablePage {
        tables: page.items,
        total: page.total,
        limit: page.limit,
        offset: page.offset,
    }))
}

/// One table
#[utoipa::path(
    get, path = "/api/tables/{table_id}", operation_id = "get_table", tag = "Catalogue",
    params(("table_id" = String, Path, description = "Table")),
    responses((status = 200, description = "The table", body = TableSummary)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show(Console { state, .. }: Console, Path(id): Path<String>) -> Result<Json<TableSummary>, Problem> {
    Ok(Json(find(&state.db, &TableId(id)).await?))
}

/// What depends on a table
#[utoipa::path(
    get, path = "/api/tables/{table_id}/dependents", operation_id = "preview_table_removal", tag = "Catalogue",
    params(("table_id" = String, Path, description = "Table")),
    responses((status = 200, description = "What would go with it", body = Dependents)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn dependents(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<Json<Dependents>, Problem> {
    let table = find(&state.db, &TableId(id)).await?;
    access::require(&viewer, Permission::Configure)?;
    let found = count_table_dependents(&state.db, &table.table_id).await?;
    Ok(Json(Dependents::of_table(&table, found)))
}

/// Remove a table
///
/// One that its source no longer has, with its profiles, findings and alerts; runs keep their totals. A table that is there is left out by
/// the masks of its group, or switched off.
#[utoipa::path(
    delete, path = "/api/tables/{table_id}", operation_id = "remove_table", tag = "Catalogue",
    params(("table_id" = String, Path, description = "Table"), Confirmation),
    responses((status = 204, description = "It is gone")),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn remove(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    Query(asked): Query<Confirmation>,
) -> Result<StatusCode, Problem> {
    delete_table(&state.db, &viewer, &TableId(id), &asked.confirm).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One change to several tables; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TableEdit {
    /// The tables.
    #[schema(min_items = 1, max_items = 500, required)]
    table_ids: Vec<TableId>,
    /// Tags that each carries afterwards.
    #[schema(max_items = 30)]
    add_tags: Vec<String>,
    /// Tags that none carries afterwards.
    #[schema(max_items = 30)]
    remove_tags: Vec<String>,
    /// Fields of their characteristics and what is to stand in them: `data_steward`, `business_domain`, `data_product`, `source_system`,
    /// `source_process`, `data_source`, `stakeholder_group`, `transform_level`, `data_definition`.
    fields: BTreeMap<String, String>,
    /// Whether they are critical data elements.
    critical_data_element: Option<bool>,
    /// Whether runs read them.
    is_active: Option<bool>,
}

/// How many tables changed.
#[derive(Serialize, ToSchema)]
pub struct EditedTables {
    /// Those in which something stands otherwise now.
    changed_count: u64,
}

/// Change several tables
///
/// Tags, characteristics, and whether runs read them: all of it or nothing. The same twice is once.
#[utoipa::path(
    post, path = "/api/tables/edit", operation_id = "edit_tables", tag = "Catalogue", request_body = TableEdit,
    responses((status = 200, description = "How many changed", body = EditedTables)),
    extensions(("x-permission" = json!("describe"))),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn edit(Console { state, viewer }: Console, ObjectBody(asked): ObjectBody<TableEdit>) -> Result<Json<EditedTables>, Problem> {
    let change = TableChange {
        add_tags: asked.add_tags,
        remove_tags: asked.remove_tags,
        lines: asked.fields.into_iter().collect(),
        critical: asked.critical_data_element,
        is_active: asked.is_active,
    };
    let changed_count = edit_tables(&state.db, &viewer, &asked.table_ids, &change).await?;
    Ok(Json(EditedTables { changed_count }))
}

/// How much of a table is profiled.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TableScopeBody {
    /// Columns that are not read at all.
    #[schema(max_items = 5_000)]
    left_out: Vec<String>,
    /// Which rows are profiled, for example `amount > 10 and note is not null`; all where it is empty.
    #[schema(max_length = 4_000)]
    row_filter: String,
}

/// How much of a table is profiled
#[utoipa::path(
    get, path = "/api/tables/{table_id}/scope", operation_id = "get_table_scope", tag = "Catalogue",
    params(("table_id" = String, Path, description = "Table")),
    responses((status = 200, description = "Columns left out, and the filter of rows", body = TableScopeBody)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn scope(Console { state, .. }: Console, Path(id): Path<String>) -> Result<Json<TableScopeBody>, Problem> {
    Ok(Json(scope_of(&state.db, &TableId(id)).await?))
}

/// Say how much of a table is profiled
///
/// The whole of it is said; the next run reads the table so. The same twice is once.
#[utoipa::path(
    put, path = "/api/tables/{table_id}/scope", operation_id = "set_table_scope", tag = "Catalogue", request_body = TableScopeBody,
    params(("table_id" = String, Path, description = "Table")),
    responses((status = 200, description = "As it is now", body = TableScopeBody)),
    extensions(("x-permission" = json!("describe"))),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn set_scope(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    ObjectBody(asked): ObjectBody<TableScopeBody>,
) -> Result<Json<TableScopeBody>, Problem> {
    let id = TableId(id);
    service::set_scope(&state.db, &viewer, &id, asked.left_out, &asked.row_filter).await?;
    Ok(Json(scope_of(&state.db, &id).await?))
}

async fn scope_of(db: &Database, id: &TableId) -> Result<TableScopeBody, AppError> {
    let scope = find(db, id).await?.scope;
    Ok(TableScopeBody {
        left_out: scope.left_out,
        row_filter: scope.row_filter.map(|filter| filter.to_string()).unwrap_or_default(),
    })
}

/// Finds a table; what the caller may not see is not there.
pub(super) async fn find(db: &Database, id: &TableId) -> Result<TableSummary, AppError> {
    store::find_table(db, id).await?.ok_or(AppError::NotFound)
}
