//! Table groups: listed, read, made and changed with masks that are tried first, removed.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Confirmation;
use super::connection_body::FoundBody;
use super::dependents::Dependents;
use crate::domain::connection::TableGroup;
use crate::domain::identifier::{ConnectionId, TableGroupId};
use crate::domain::user::Permission;
use crate::http::api::object_body::ObjectBody;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::error::AppError;
use crate::services::{access, table_groups as service};
use crate::store::seed_lists::{self, SeedTableGroup};
use crate::store::table_groups::{GroupText, count_dependents};
use crate::store::{Database, connections};

/// A table group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupBody {
    /// Immutable id.
    pub table_group_id: TableGroupId,
    /// Its connection.
    pub connection_id: ConnectionId,
    /// Name.
    pub name: String,
    /// In words.
    pub description: String,
    /// Names or wildcards of the tables that it takes in; empty means all.
    pub include_mask: String,
    /// Names or wildcards of those that it leaves out.
    pub exclude_mask: String,
    /// Tables that it has.
    pub table_count: u64,
    /// Whether it may be profiled.
    pub is_active: bool,
    /// Whether values of personal columns are masked before they are stored.
    pub mask_before_storing: bool,
}

impl From<TableGroup> for GroupBody {
    fn from(group: TableGroup) -> Self {
        Self {
            table_group_id: group.table_group_id,
            connection_id: group.connection_id,
            name: group.name,
            description: group.description,
            include_mask: group.include_mask,
            exclude_mask: group.exclude_mask,
            table_count: group.table_count,
            is_active: group.is_active,
            mask_before_storing: group.mask_before_storing,
        }
    }
}

/// The table groups of a connection
#[utoipa::path(
    get, path = "/api/connections/{connection_id}/table-groups", operation_id = "list_table_groups", tag = "Catalogue",
    params(("connection_id" = String, Path, description = "Connection")),
    responses((status = 200, description = "Groups by name", body = Vec<SeedTableGroup>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn list(Console { state, .. }: Console, Path(connection): Path<String>) -> Result<Json<Vec<SeedTableGroup>>, Problem> {
    let found = seed_lists::list_groups_of(&state.db, &connection).await?;
    Ok(Json(found.ok_or(AppError::NotFound)?))
}

/// One table group
#[utoipa::path(
    get, path = "/api/table-groups/{table_group_id}", operation_id = "get_table_group", tag = "Catalogue",
    params(("table_group_id" = String, Path, description = "Table group")),
    responses((status = 200, description = "The group", body = GroupBody)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show(Console { state, .. }: Console, Path(id): Path<String>) -> Result<Json<GroupBody>, Problem> {
    Ok(Json(find(&state.db, &TableGroupId(id)).await?.into()))
}

/// A group to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Name; the id is made of it and stays.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// In words.
    #[serde(default)]
    #[schema(max_length = 4_000)]
    description: String,
    /// Names or wildcards, separated by commas; empty means all.
    #[serde(default)]
    #[schema(max_length = 4_000)]
    include_mask: String,
    /// Names or wildcards to leave out.
    #[serde(default)]
    #[schema(max_length = 4_000)]
    exclude_mask: String,
    /// Whether values of personal columns are masked before they are stored, so that nobody has them.
    #[serde(default)]
    mask_before_storing: bool,
    /// Whether its tables are profiled at once; yes unless it says no.
    #[serde(default)]
    first_run: Option<bool>,
}

/// Make a table group
///
/// With the known tables that its masks take in; its first run starts unless `first_run` is false.
#[utoipa::path(
    post, path = "/api/connections/{connection_id}/table-groups", operation_id = "create_table_group", tag = "Catalogue", request_body = NewGroup,
    params(("connection_id" = String, Path, description = "Connection")),
    responses((status = 201, description = "The group", body = GroupBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn create(
    Console { state, viewer }: Console,
    Path(connection): Path<String>,
    ObjectBody(new): ObjectBody<NewGroup>,
) -> Result<(StatusCode, Json<GroupBody>), Problem> {
    let text = GroupText {
        name: new.name,
        description: new.description,
        include_mask: new.include_mask,
        exclude_mask: new.exclude_mask,
        mask_before_storing: new.mask_before_storing,
    };
    let wake = new.first_run.unwrap_or(true).then_some(&state.signals);
    let (id, _) = service::create_group(&state.db, &viewer, &ConnectionId(connection), &text, wake).await?;
    Ok((StatusCode::CREATED, Json(find(&state.db, &id).await?.into())))
}

/// What changes of a group; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChangedGroup {
    /// Name.
    #[schema(min_length = 1, max_length = 120)]
    name: Option<String>,
    /// In words.
    #[schema(max_length = 4_000)]
    description: Option<String>,
    /// Names or wildcards, separated by commas; empty means all.
    #[schema(max_length = 4_000)]
    include_mask: Option<String>,
    /// Names or wildcards to leave out.
    #[schema(max_length = 4_000)]
    exclude_mask: Option<String>,
    /// Whether values of personal columns are masked before they are stored. Runs from before keep what they have until that is masked, too (`mask-stored`).
    mask_before_storing: Option<bool>,
    /// Whether it may be profiled.
    is_active: Option<bool>,
    /// Whether a group that is switched on and was never profiled is so at once; yes unless it says no.
    first_run: Option<bool>,
}

/// Change a table group, or switch it off or on
///
/// Tables that its masks no longer take in are marked; known ones that they newly take in are added. The same twice is once.
#[utoipa::path(
    patch, path = "/api/table-groups/{table_group_id}", operation_id = "change_table_group", tag = "Catalogue", request_body = ChangedGroup,
    params(("table_group_id" = String, Path, description = "Table group")),
    responses((status = 200, description = "The group as it is now", body = GroupBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn change(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    ObjectBody(asked): ObjectBody<ChangedGroup>,
) -> Result<Json<GroupBody>, Problem> {
    access::require(&viewer, Permission::Configure)?;
    let id = TableGroupId(id);
    let known = find(&state.db, &id).await?;
    let text = GroupText {
        name: asked.name.unwrap_or(known.name),
        description: asked.description.unwrap_or(known.description),
        include_mask: asked.include_mask.unwrap_or(known.include_mask),
        exclude_mask: asked.exclude_mask.unwrap_or(known.exclude_mask),
        mask_before_storing: asked.mask_before_storing.unwrap_or(known.mask_before_storing),
    };
    service::update_group(&state.db, &viewer, &id, &text).await?;
    if let Some(is_active) = asked.is_active {
        let wake = asked.first_run.unwrap_or(true).then_some(&state.signals);
        service::set_group_active(&state.db, &viewer, &id, is_active, wake).await?;
    }
    Ok(Json(find(&state.db, &id).await?.into()))
}

/// Masks to try.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct Masks {
    /// Names or wildcards, separated by commas; empty means all.
    #[param(max_length = 4_000)]
    include_mask: String,
    /// Names or wildcards to leave out.
    #[param(max_length = 4_000)]
    exclude_mask: String,
}

/// What masks take in and leave out.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaskBody {
    /// Tables that they take in.
    inside: Vec<FoundBody>,
    /// Tables that they leave out.
    outside: Vec<FoundBody>,
}

/// Try masks
///
/// On the tables that are known of the connection; nothing changes.
#[utoipa::path(
    get, path = "/api/connections/{connection_id}/mask-preview", operation_id = "preview_masks", tag = "Catalogue",
    params(("connection_id" = String, Path, description = "Connection"), Masks),
    responses((status = 200, description = "What they match", body = MaskBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn preview(
    Console { state, viewer }: Console,
    Path(connection): Path<String>,
    Query(masks): Query<Masks>,
) -> Result<Json<MaskBody>, Problem> {
    let found = connections::find_connection(&state.db, &ConnectionId(connection)).await?;
    let connection = found.ok_or(AppError::NotFound)?;
    access::require(&viewer, Permission::Configure)?;
    let text = GroupText {
        include_mask: masks.include_mask,
        exclude_mask: masks.exclude_mask,
        ..GroupText::default()
    };
    service::refuse_long(&text).map_err(|refusal| AppError::bad_request(refusal.title(), refusal.detail()))?;
    let preview = service::preview_masks(&state.db, &connection, &text).await?;
    Ok(Json(MaskBody {
        inside: preview.inside.into_iter().map(FoundBody::from).collect(),
        outside: preview.outside.into_iter().map(FoundBody::from).collect(),
    }))
}

/// What depends on a table group
#[utoipa::path(
    get, path = "/api/table-groups/{table_group_id}/dependents", operation_id = "preview_table_group_removal", tag = "Catalogue",
    params(("table_group_id" = String, Path, description = "Table group")),
    responses((status = 200, description = "What would go with it", body = Dependents)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn dependents(Console { state, viewer }: Console, Path(id): Path<String>) -> Result<Json<Dependents>, Problem> {
    let found = connections::find_table_group(&state.db, &TableGroupId(id)).await?;
    let (connection, group) = found.ok_or(AppError::NotFound)?;
    access::require(&viewer, Permission::Configure)?;
    let found = count_dependents(&state.db, &group.table_group_id).await?;
    let body = Dependents::of_groups(1, &found, "group");
    Ok(Json(match service::removal_refusal(&connection) {
        Some(refusal) => body.kept_by(Some(refusal)),
        None => body,
    }))
}

/// Remove a table group
///
/// Its tables and runs go with it. A connection keeps one group.
#[utoipa::path(
    delete, path = "/api/table-groups/{table_group_id}", operation_id = "remove_table_group", tag = "Catalogue",
    params(("table_group_id" = String, Path, description = "Table group"), Confirmation),
    responses((status = 204, description = "It is gone")),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn remove(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    Query(asked): Query<Confirmation>,
) -> Result<StatusCode, Problem> {
    service::delete_group(&state.db, &viewer, &TableGroupId(id), &asked.confirm).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What lost its values.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaskedBody {
    /// Columns in a run.
    columns: u64,
    /// Findings.
    findings: u64,
    /// Alerts.
    alerts: u64,
}

/// Mask what is stored already
///
/// What runs from before the group masked keep of its personal columns: figures, findings, alerts. It cannot be undone; doing it again masks what
/// is left. Backups, and what other programs wrote into the database, stay as they are.
#[utoipa::path(
    post, path = "/api/table-groups/{table_group_id}/mask-stored", operation_id = "mask_stored_values", tag = "Catalogue",
    params(("table_group_id" = String, Path, description = "Table group"), Confirmation),
    responses((status = 200, description = "What lost its values", body = MaskedBody)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn mask_stored(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    Query(asked): Query<Confirmation>,
) -> Result<Json<MaskedBody>, Problem> {
    let done = service::mask_stored(&state.db, &viewer, &TableGroupId(id), &asked.confirm).await?;
    Ok(Json(MaskedBody {
        columns: done.columns,
        findings: done.findings,
        alerts: done.alerts,
    }))
}

async fn find(db: &Database, id: &TableGroupId) -> Result<TableGroup, AppError> {
    let found = connections::find_table_group(db, id).await?;
    Ok(found.ok_or(AppError::NotFound)?.1)
}
