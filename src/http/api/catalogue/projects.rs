//! Projects: listed, read, made, changed, switched off and on, removed when nothing belongs to them.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Confirmation;
use super::dependents::Dependents;
use crate::domain::identifier::ProjectKey;
use crate::domain::project::Project;
use crate::domain::user::Permission;
use crate::http::api::object_body::ObjectBody;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::access;
use crate::services::error::AppError;
use crate::services::projects::{self as service, ProjectChange};
use crate::store::projects::{self as store, ProjectText};
use crate::store::table_groups::count_dependents_of;
use crate::store::{Database, connections};

/// All projects
#[utoipa::path(
    get, path = "/api/projects", operation_id = "list_projects", tag = "Catalogue",
    responses((status = 200, description = "Projects by name", body = Vec<Project>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list(Console { state, .. }: Console) -> Result<Json<Vec<Project>>, Problem> {
    Ok(Json(store::list_projects(&state.db).await?))
}

/// One project
#[utoipa::path(
    get, path = "/api/projects/{project_key}", operation_id = "get_project", tag = "Catalogue",
    params(("project_key" = String, Path, description = "Project")),
    responses((status = 200, description = "The project", body = Project)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show(Console { state, .. }: Console, Path(key): Path<String>) -> Result<Json<Project>, Problem> {
    Ok(Json(find(&state.db, &ProjectKey(key)).await?))
}

/// A project to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// Name; the key is made of it and stays.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// In words.
    #[serde(default)]
    #[schema(max_length = 4_000)]
    description: String,
}

/// Make a project
#[utoipa::path(
    post, path = "/api/projects", operation_id = "create_project", tag = "Catalogue", request_body = NewProject,
    responses((status = 201, description = "The project", body = Project)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn create(
    Console { state, viewer }: Console,
    ObjectBody(new): ObjectBody<NewProject>,
) -> Result<(StatusCode, Json<Project>), Problem> {
    let text = ProjectText {
        name: new.name,
        description: new.description,
    };
    let key = service::create_project(&state.db, &viewer, &text).await?;
    Ok((StatusCode::CREATED, Json(find(&state.db, &key).await?)))
}

/// What changes of a project; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub struct ChangedProject {
    /// Name.
    #[schema(min_length = 1, max_length = 120)]
    name: Option<String>,
    /// In words.
    #[schema(max_length = 4_000)]
    description: Option<String>,
    /// Whether profiling is allowed through its connections.
    is_active: Option<bool>,
}

/// Change a project, or switch it off or on
///
/// The same twice is once: a change that changes nothing leaves no line in the trail.
#[utoipa::path(
    patch, path = "/api/projects/{project_key}", operation_id = "change_project", tag = "Catalogue", request_body = ChangedProject,
    params(("project_key" = String, Path, description = "Project")),
    responses((status = 200, description = "The project as it is now", body = Project)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn change(
    Console { state, viewer }: Console,
    Path(key): Path<String>,
    ObjectBody(asked): ObjectBody<ChangedProject>,
) -> Result<Json<Project>, Problem> {
    let key = ProjectKey(key);
    let change = ProjectChange {
        name: asked.name,
        description: asked.description,
        is_active: asked.is_active,
    };
    service::change_project(&state.db, &viewer, &key, change).await?;
    Ok(Json(find(&state.db, &key).await?))
}

/// What depends on a project
///
/// With everything that its connections hold. A project goes when it has no connection and no test suite; its datasets go with it.
#[utoipa::path(
    get, path = "/api/projects/{project_key}/dependents", operation_id = "preview_project_removal", tag = "Catalogue",
    params(("project_key" = String, Path, description = "Project")),
    responses((status = 200, description = "What belongs to it", body = Dependents)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn dependents(Console { state, viewer }: Console, Path(key): Path<String>) -> Result<Json<Dependents>, Problem> {
    let project = find(&state.db, &ProjectKey(key)).await?;
    access::require(&viewer, Permission::Configure)?;
    let groups = connections::list_groups_of_project(&state.db, &project.project_key).await?;
    let found = count_dependents_of(&state.db, &groups).await?;
    Ok(Json(Dependents::of_project(&project, groups.len() as u64, &found)))
}

/// Remove a project
#[utoipa::path(
    delete, path = "/api/projects/{project_key}", operation_id = "remove_project", tag = "Catalogue",
    params(("project_key" = String, Path, description = "Project"), Confirmation),
    responses((status = 204, description = "It is gone")),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn remove(
    Console { state, viewer }: Console,
    Path(key): Path<String>,
    Query(asked): Query<Confirmation>,
) -> Result<StatusCode, Problem> {
    service::delete_project(&state.db, &viewer, &ProjectKey(key), &asked.confirm).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(db: &Database, key: &ProjectKey) -> Result<Project, AppError> {
    store::find_project(db, key).await?.ok_or(AppError::NotFound)
}
