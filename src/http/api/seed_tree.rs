//! The seed's tree of datasets: who owns what, what each level comes to, one table's place in it, and runs of a whole data object.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::seed_tree_body::{LevelStats, ProductTeam, ProfilingStats, TableContext, TableStats, grow};
use crate::domain::identifier::TableGroupId;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::dataset_runs::{self, DatasetLaunch};
use crate::services::error::AppError;
use crate::store::Database;
use crate::store::seed_tree::{self, Level, Levels, TreeTable};

/// Which part of the tree.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct Branch {
    /// Only of this project, or of projects of this workspace.
    workspace_id: Option<String>,
    /// Only of this product team.
    product_team_id: Option<String>,
    /// Only of this application.
    application_id: Option<String>,
    /// Only this data object.
    data_object_id: Option<String>,
}

impl Branch {
    /// The tables of this part.
    async fn read(&self, db: &Database) -> Result<Vec<TreeTable>, AppError> {
        let is = |wanted: &Option<String>, level: &Level| wanted.as_deref().is_none_or(|wanted| wanted == level.id);
        let mut tables = seed_tree::list_tree_tables(db, self.workspace_id.as_deref(), None).await?;
        tables.retain(|table| {
            let Levels { team, application, object } = &table.levels;
            is(&self.product_team_id, team) && is(&self.application_id, application) && is(&self.data_object_id, object)
        });
        Ok(tables)
    }
}

/// Which part of the catalogue.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// Only of this project, or of projects of this workspace.
    workspace_id: Option<String>,
}

/// All datasets as a tree
///
/// Product teams, applications, data objects, definitions, tables and fields. Datasets are the data objects and name team and
/// application (else their project stands for them); a table group of no dataset is a data object of its connection and project.
#[utoipa::path(
    get, path = "/api/data-quality/datasets", operation_id = "get_dataset_tree", tag = "Catalogue", params(Branch),
    responses((status = 200, description = "The tree", body = Vec<ProductTeam>)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn datasets(Console { state, .. }: Console, Query(asked): Query<Branch>) -> Result<Json<Vec<ProductTeam>>, Problem> {
    let tables = asked.read(&state.db).await?;
    let columns = seed_tree::list_tree_columns(&state.db).await?;
    Ok(Json(grow(tables, columns)))
}

/// What each level of the tree comes to
///
/// Counts are sums over the tables below, times the latest; a score is the mean of the tables that have one, each weighted by its cells and by
/// what kind of table it is.
#[utoipa::path(
    get, path = "/api/data-quality/datasets/profiling-stats", operation_id = "get_dataset_stats", tag = "Catalogue", params(Branch),
    responses((status = 200, description = "Figures by id", body = ProfilingStats)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn stats(Console { state, .. }: Console, Query(asked): Query<Branch>) -> Result<Json<ProfilingStats>, Problem> {
    let tables = asked.read(&state.db).await?;
    let mut stats = ProfilingStats::default();
    let mut levels: [BTreeMap<String, Vec<LevelStats>>; 3] = Default::default();
    for table in &tables {
        let own = LevelStats::of(table);
        let ids = [&table.levels.team.id, &table.levels.application.id, &table.levels.object.id];
        for (level, id) in levels.iter_mut().zip(ids) {
            level.entry(id.clone()).or_default().push(own.clone());
        }
        let line = TableStats {
            stats: own,
            table_group_id: table.table_group_id.clone(),
            table_id: table.table_id.clone(),
        };
        stats.tables.insert(table.table_id.clone(), line);
    }
    let [teams, applications, objects] = levels.map(|level| {
        let sums = level.into_iter().map(|(id, parts)| (id, LevelStats::together(&parts)));
        sums.collect::<BTreeMap<_, _>>()
    });
    (stats.product_teams, stats.applications, stats.data_objects) = (teams, applications, objects);
    Ok(Json(stats))
}

/// Where a table stands in the tree
#[utoipa::path(
    get, path = "/api/data-quality/datasets/tables/{data_definition_table_id}/context", operation_id = "get_table_context", tag = "Catalogue",
    params(("data_definition_table_id" = String, Path, description = "Table, by its id or its writer's"), Workspace),
    responses((status = 200, description = "The table's place", body = TableContext)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn context(
    Console { state, .. }: Console,
    Path(id): Path<String>,
    Query(asked): Query<Workspace>,
) -> Result<Json<TableContext>, Problem> {
    let found = seed_tree::list_tree_tables(&state.db, asked.workspace_id.as_deref(), Some(&id)).await?;
    let table = found.into_iter().next().ok_or(AppError::NotFound)?;
    Ok(Json(TableContext::of(table)))
}

/// What was started for a data object.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetRuns {
    /// Tables of the data object.
    requested_table_count: u64,
    /// Groups in which a run was started.
    targeted_table_group_count: u64,
    /// The runs.
    profile_runs: Vec<DatasetRun>,
    /// Tables of groups in which none could be started.
    skipped_table_ids: Vec<String>,
}

/// One run of a data object.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetRun {
    table_group_id: String,
    profile_run_id: String,
}

/// Start runs of a data object
///
/// One run a table group; groups that cannot be profiled now (a run is active, the connection is switched off) are passed over and
/// their tables named.
#[utoipa::path(
    post, path = "/api/data-quality/datasets/{data_object_id}/profile-runs", operation_id = "start_dataset_runs", tag = "Catalogue",
    params(("data_object_id" = String, Path, description = "Data object"), Workspace),
    responses((status = 202, description = "The runs wait for the engine", body = DatasetRuns)),
    security(("token" = ["run"]), ("session" = []))
)]
pub async fn start(
    Console { state, viewer }: Console,
    Path(id): Path<String>,
    Query(asked): Query<Workspace>,
) -> Result<(StatusCode, Json<DatasetRuns>), Problem> {
    let tables = seed_tree::list_tree_tables(&state.db, asked.workspace_id.as_deref(), None).await?;
    let is_object = |table: &TreeTable| table.levels.object.id == id;
    // A group of a dataset is still found by its own id, as before it had one.
    let by_group = !tables.iter().any(is_object);
    let tables: Vec<_> = tables
        .into_iter()
        .filter(|table| if by_group { table.table_group_id == id } else { is_object(table) })
        .collect();
    if tables.is_empty() && asked.workspace_id.is_some() {
        return Err(Problem(AppError::NotFound));
    }
    let groups: BTreeSet<TableGroupId> = tables.iter().map(|table| TableGroupId(table.table_group_id.clone())).collect();
    let DatasetLaunch { started, passed_over } = dataset_runs::launch(&state.db, &state.signals, &viewer, &id, &groups).await?;
    let skipped = |table: &&seed_tree::TreeTable| passed_over.iter().any(|group| group.as_str() == table.table_group_id);
    let body = DatasetRuns {
        requested_table_count: tables.len() as u64,
        targeted_table_group_count: started.len() as u64,
        skipped_table_ids: tables.iter().filter(skipped).map(|table| table.table_id.clone()).collect(),
        profile_runs: started
            .into_iter()
            .map(|run| DatasetRun {
                table_group_id: run.table_group_id.0,
                profile_run_id: run.profile_run_id.0,
            })
            .collect(),
    };
    Ok((StatusCode::ACCEPTED, Json(body)))
}
