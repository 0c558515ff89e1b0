//! Connections: listed, read, tried, made, changed, switched off and on, searched for tables, removed.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Confirmation;
use super::connection_body::{ChangedConnection, CheckBody, ConnectionBody, NewConnection};
use super::dependents::Dependents;
use crate::domain::identifier::ConnectionId;
use crate::domain::user::{Permission, Viewer};
use crate::http::api::object_body::ObjectBody;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::error::AppError;
use crate::services::{access, connection_changes, connection_secrets, connections as service};
use crate::state::AppState;
use crate::store::connections as store;
use crate::store::seed_lists::{self, SeedConnection};

/// The connections of a project
///
/// In the words of older programs; never their secrets.
#[utoipa::path(
    get, path = "/api/projects/{project_key}/connections", operation_id = "list_project_connections", tag = "Catalogue",
    params(("project_key" = String, Path, description = "Project")),
    responses((status = 200, description = "Connections by name", body = Vec<SeedConnection>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list_of_project(Console { state, .. }: Console, Path(project): Path<String>) -> Result<Json<Vec<SeedConnection>>, Problem> {
    let found = seed_lists::list_connections_of(&state.db, &project).await?;
    Ok(Json(found.ok_or(AppError::NotFound)?))
}

/// All connections
///
/// With their table groups. Where they read is told to those who may change them; passwords to nobody.
#[utoipa::path(
    get, path = "/api/connections", operation_id = "list_connections", tag = "Catalogue",
    responses((status = 200, description = "Connections by name", body = Vec<ConnectionBody>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list(Console { state, viewer }: Console) -> Result<Json<Vec<ConnectionBody>>, Problem> {
    let shown = viewer.may(Permission::Configure);
    let kept = if shown {
        connection_secrets::list_kept(&state.db).await?
    } else {
        Default::default()
    };
    let found = store::list_connections(&state.db).await?.into_iter().map(|connection| {
        let has_password = shown.then(|| kept.contains(&connection.connection_id));
        ConnectionBody::new(connection, has_password)
    });
    Ok(Json(found.collect()))
}

/// One connection
#[utoipa::path(
    get, path = "/api/connections/{connection_id}", operation_id = "get_connection", tag = "Catalogue",
    params(("connection_id" = String, Path, description = "Connection")),
    responses((status = 200, description = "The connection", body = ConnectionBody)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<Json<ConnectionBody>, Problem> {
    Ok(Json(read(&state, &viewer, &ConnectionId(id)).await?))
}

/// Try a connection
///
/// In steps that stop at the first failure. Nothing is kept.
#[utoipa::path(
    post, path = "/api/connection-checks", operation_id = "check_connection", tag = "Catalogue", request_body = NewConnection,
    responses((status = 200, description = "How it went", body = CheckBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn check(Console { state, viewer }: Console, ObjectBody(asked): ObjectBody<NewConnection>) -> Result<Json<CheckBody>, Problem> {
    let (draft, password) = asked.into_draft()?;
    let check = service::test_connection(&state.db, &state.config, &viewer, &draft, password).await?;
    Ok(Json(check.into()))
}

/// Make a connection
///
/// It is tried first, and made only where the test passes, with one table group of all its tables, whose first run starts unless
/// `first_run` is false.
#[utoipa::path(
    post, path = "/api/connections", operation_id = "create_connection", tag = "Catalogue", request_body = NewConnection,
    responses((status = 201, description = "The connection", body = ConnectionBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn create(
    Console { state, viewer }: Console,
    ObjectBody(asked): ObjectBody<NewConnection>,
) -> Result<(StatusCode, Json<ConnectionBody>), Problem> {
    let wake = asked.first_run.unwrap_or(true).then_some(&state.signals);
    let (draft, password) = asked.into_draft()?;
    let (made, _) = service::create_connection(&state.db, &state.config, &viewer, &draft, password, wake).await?;
    Ok((StatusCode::CREATED, Json(read(&state, &viewer, &made.connection_id).await?)))
}

/// Change a connection, or switch it off or on
///
/// Another place, role or password is tried first. Where it is switched on, the first run of groups that had none starts unless
/// `first_run` is false. The same twice is once.
#[utoipa::path(
    patch, path = "/api/connections/{connection_id}", operation_id = "change_connection", tag = "Catalogue", request_body = ChangedConnection,
    params(("connection_id" = String, Path, description = "Connection")),
    responses((status = 200, description = "The connection as it is now", body = ConnectionBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn change(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    ObjectBody(asked): ObjectBody<ChangedConnection>,
) -> Result<Json<ConnectionBody>, Problem> {
    access::require(&viewer, Permission::Configure)?;
    let id = ConnectionId(id);
    let connection = store::find_connection(&state.db, &id).await?.ok_or(AppError::NotFound)?;
    let is_active = asked.is_active;
    let wake = asked.first_run.unwrap_or(true).then_some(&state.signals);
    if asked.has_fields() {
        let (draft, password) = asked.over(&connection)?;
        connection_changes::update_connection(&state.db, &state.config, &viewer, &draft, password).await?;
    }
    if let Some(is_active) = is_active {
        connection_changes::set_connection_active(&state.db, &viewer, &id, is_active, wake).await?;
    }
    Ok(Json(read(&state, &viewer, &id).await?))
}

/// What a search for tables came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundTables {
    /// In words, group by group.
    summary: String,
}

/// Look for tables again
///
/// Tables that are gone are marked and keep their profiles; those that come back keep their ids.
#[utoipa::path(
    post, path = "/api/connections/{connection_id}/find-tables", operation_id = "find_tables", tag = "Catalogue",
    params(("connection_id" = String, Path, description = "Connection")),
    responses((status = 200, description = "What was found", body = FoundTables)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn find_tables(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<Json<FoundTables>, Problem> {
    let summary = service::find_tables(&state.db, &state.config, &viewer, &ConnectionId(id)).await?;
    Ok(Json(FoundTables { summary }))
}

/// What depends on a connection
#[utoipa::path(
    get, path = "/api/connections/{connection_id}/dependents", operation_id = "preview_connection_removal", tag = "Catalogue",
    params(("connection_id" = String, Path, description = "Connection")),
    responses((status = 200, description = "What would go with it", body = Dependents)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn dependents(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<Json<Dependents>, Problem> {
    let connection = store::find_connection(&state.db, &ConnectionId(id))
        .await?
        .ok_or(AppError::NotFound)?;
    access::require(&viewer, Permission::Configure)?;
    let found = connection_changes::count_dependents(&state.db, &connection).await?;
    Ok(Json(Dependents::of_groups(connection.groups.len() as u64, &found, "connection")))
}

/// Remove a connection
///
/// Its groups, tables, runs and its password go with it. What it read is not touched.
#[utoipa::path(
    delete, path = "/api/connections/{connection_id}", operation_id = "remove_connection", tag = "Catalogue",
    params(("connection_id" = String, Path, description = "Connection"), Confirmation),
    responses((status = 204, description = "It is gone")),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn remove(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    Query(asked): Query<Confirmation>,
) -> Result<StatusCode, Problem> {
    connection_changes::delete_connection(&state.db, &viewer, &ConnectionId(id), &asked.confirm).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The connection as this person may see it.
async fn read(state: &AppState, viewer: &Viewer, id: &ConnectionId) -> Result<ConnectionBody, AppError> {
    let connection = store::find_connection(&state.db, id).await?.ok_or(AppError::NotFound)?;
    let has_password = if viewer.may(Permission::Configure) {
        Some(connection_secrets::list_kept(&state.db).await?.contains(id))
    } else {
        None
    };
    Ok(ConnectionBody::new(connection, has_password))
}
