//! Datasets: listed, read, made, changed with their groups, removed.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dependents::Dependents;
use crate::domain::dataset::{Dataset, DatasetText};
use crate::domain::identifier::TableGroupId;
use crate::domain::user::Permission;
use crate::http::api::object_body::ObjectBody;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::error::AppError;
use crate::services::{access, datasets as service};
use crate::store::Database;
use crate::store::datasets as store;
use crate::store::table_groups::count_dependents_of;

/// A dataset.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatasetBody {
    /// Immutable id.
    dataset_id: String,
    /// Its project.
    project_key: String,
    /// What people say of it.
    #[serde(flatten)]
    text: DatasetText,
    /// Groups that are counted to it.
    table_groups: Vec<TableGroupId>,
}

impl From<Dataset> for DatasetBody {
    fn from(dataset: Dataset) -> Self {
        Self {
            dataset_id: dataset.dataset_id,
            project_key: dataset.project_key.0,
            text: dataset.text,
            table_groups: dataset.groups,
        }
    }
}

/// Which datasets.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct DatasetFilters {
    /// Only of this project.
    project_key: Option<String>,
    /// Only of this product team.
    product_team: Option<String>,
    /// Only of this application.
    application: Option<String>,
}

/// Datasets
#[utoipa::path(
    get, path = "/api/datasets", operation_id = "list_datasets", tag = "Catalogue", params(DatasetFilters),
    responses((status = 200, description = "Datasets by name", body = Vec<DatasetBody>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list(Console { state, .. }: Console, Query(asked): Query<DatasetFilters>) -> Result<Json<Vec<DatasetBody>>, Problem> {
    let fits = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
    let found = store::list_datasets(&state.db).await?.into_iter().filter(|dataset| {
        fits(&asked.project_key, dataset.project_key.as_str())
            && fits(&asked.product_team, &dataset.text.product_team)
            && fits(&asked.application, &dataset.text.application)
    });
    Ok(Json(found.map(DatasetBody::from).collect()))
}

/// One dataset
#[utoipa::path(
    get, path = "/api/datasets/{dataset_id}", operation_id = "get_dataset", tag = "Catalogue",
    params(("dataset_id" = String, Path, description = "Dataset")),
    responses((status = 200, description = "The dataset", body = DatasetBody)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show(Console { state, .. }: Console, Path(id): Path<String>) -> Result<Json<DatasetBody>, Problem> {
    Ok(Json(find(&state.db, &id).await?.into()))
}

/// A dataset to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDataset {
    /// Its project; the first by name where none is named.
    #[serde(default)]
    project_key: String,
    /// Name; the id is made of it and stays.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// In words.
    #[serde(default)]
    #[schema(max_length = 4_000)]
    description: String,
    /// The team that makes it.
    #[serde(default)]
    #[schema(max_length = 120)]
    product_team: String,
    /// The application that it comes from.
    #[serde(default)]
    #[schema(max_length = 120)]
    application: String,
}

/// Make a dataset
#[utoipa::path(
    post, path = "/api/datasets", operation_id = "create_dataset", tag = "Catalogue", request_body = NewDataset,
    responses((status = 201, description = "The dataset", body = DatasetBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn create(
    Console { state, viewer }: Console,
    ObjectBody(new): ObjectBody<NewDataset>,
) -> Result<(StatusCode, Json<DatasetBody>), Problem> {
    let text = DatasetText {
        name: new.name,
        description: new.description,
        product_team: new.product_team,
        application: new.application,
    };
    let id = service::create_dataset(&state.db, &viewer, &new.project_key, &text).await?;
    Ok((StatusCode::CREATED, Json(find(&state.db, &id).await?.into())))
}

/// What changes of a dataset; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChangedDataset {
    /// Name.
    #[schema(min_length = 1, max_length = 120)]
    name: Option<String>,
    /// In words.
    #[schema(max_length = 4_000)]
    description: Option<String>,
    /// The team that makes it.
    #[schema(max_length = 120)]
    product_team: Option<String>,
    /// The application that it comes from.
    #[schema(max_length = 120)]
    application: Option<String>,
    /// All groups that are counted to it, of connections of its project.
    #[schema(max_items = 10_000)]
    table_groups: Option<Vec<TableGroupId>>,
}

/// Change a dataset
///
/// The same twice is once.
#[utoipa::path(
    patch, path = "/api/datasets/{dataset_id}", operation_id = "change_dataset", tag = "Catalogue", request_body = ChangedDataset,
    params(("dataset_id" = String, Path, description = "Dataset")),
    responses((status = 200, description = "The dataset as it is now", body = DatasetBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn change(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    ObjectBody(asked): ObjectBody<ChangedDataset>,
) -> Result<Json<DatasetBody>, Problem> {
    access::require(&viewer, Permission::Configure)?;
    let known = find(&state.db, &id).await?;
    let text = DatasetText {
        name: asked.name.unwrap_or(known.text.name),
        description: asked.description.unwrap_or(known.text.description),
        product_team: asked.product_team.unwrap_or(known.text.product_team),
        application: asked.application.unwrap_or(known.text.application),
    };
    let groups = asked.table_groups.unwrap_or(known.groups);
    service::update_dataset(&state.db, &viewer, &id, &text, &groups).await?;
    Ok(Json(find(&state.db, &id).await?.into()))
}

/// What depends on a dataset
///
/// Nothing goes with it: its groups stay and belong to none.
#[utoipa::path(
    get, path = "/api/datasets/{dataset_id}/dependents", operation_id = "preview_dataset_removal", tag = "Catalogue",
    params(("dataset_id" = String, Path, description = "Dataset")),
    responses((status = 200, description = "What is counted to it", body = Dependents)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn dependents(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<Json<Dependents>, Problem> {
    let dataset = find(&state.db, &id).await?;
    access::require(&viewer, Permission::Configure)?;
    let found = count_dependents_of(&state.db, &dataset.groups).await?;
    Ok(Json(
        Dependents::of_groups(dataset.groups.len() as u64, &found, "dataset").kept_by(None),
    ))
}

/// Remove a dataset
///
/// Its groups stay.
#[utoipa::path(
    delete, path = "/api/datasets/{dataset_id}", operation_id = "remove_dataset", tag = "Catalogue",
    params(("dataset_id" = String, Path, description = "Dataset")),
    responses((status = 204, description = "It is gone")),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn remove(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    service::delete_dataset(&state.db, &viewer, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(db: &Database, id: &str) -> Result<Dataset, AppError> {
    store::find_dataset(db, id).await?.ok_or(AppError::NotFound)
}
