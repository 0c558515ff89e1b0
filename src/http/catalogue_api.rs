//! The catalogue for programs, under the seed's addresses: projects, connections, table groups, tables.

use axum::Json;
use axum::extract::{Path, State};

use super::problem::Problem;
use crate::services::error::AppError;
use crate::state::AppState;
use crate::store::seed_lists::{self, SeedConnection, SeedProject, SeedTable, SeedTableGroup};

/// `GET .../projects`
pub async fn projects(State(state): State<AppState>) -> Result<Json<Vec<SeedProject>>, Problem> {
    Ok(Json(seed_lists::list_projects(&state.db).await?))
}

/// `GET .../projects/{project_key}/connections`
pub async fn connections(State(state): State<AppState>, Path(project): Path<String>) -> Result<Json<Vec<SeedConnection>>, Problem> {
    let found = seed_lists::list_connections_of(&state.db, &project).await?;
    Ok(Json(found.ok_or(AppError::NotFound)?))
}

/// `GET .../connections/{connection_id}/table-groups`
pub async fn table_groups(State(state): State<AppState>, Path(connection): Path<String>) -> Result<Json<Vec<SeedTableGroup>>, Problem> {
    let found = seed_lists::list_groups_of(&state.db, &connection).await?;
    Ok(Json(found.ok_or(AppError::NotFound)?))
}

/// `GET .../table-groups/{table_group_id}/tables`
pub async fn tables(State(state): State<AppState>, Path(group): Path<String>) -> Result<Json<Vec<SeedTable>>, Problem> {
    let found = seed_lists::list_tables_of(&state.db, &group).await?;
    Ok(Json(found.ok_or(AppError::NotFound)?))
}
