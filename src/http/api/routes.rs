//! The table of the API: every handler with the older addresses under which the seeds' programs know it.

use axum::Router;
use axum::middleware;
use axum::routing::MethodRouter;
use utoipa::openapi::path::Paths;
use utoipa::openapi::{RefOr, Schema};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::catalogue::{characteristics, connections, datasets, projects, seeding, table_groups, tables};
use super::{alerts, casing, column_profile, columns, external_runs, openapi, results, rows, run_lists, runs, seed_tree};
use crate::state::AppState;

/// Another address of a handler.
#[derive(Clone, Copy, Debug)]
pub struct Alias {
    /// Address.
    pub path: &'static str,
    /// Whether its bodies are camelCase.
    pub is_camel: bool,
}

/// One handler.
pub struct ApiRoute {
    /// Schemas that its description refers to.
    pub schemas: Vec<(String, RefOr<Schema>)>,
    /// Its description, by address.
    pub paths: Paths,
    /// Its older addresses.
    pub aliases: Vec<Alias>,
    handler: MethodRouter<AppState>,
}

/// An older address with bodies like ours.
const fn same(path: &'static str) -> Alias {
    Alias { path, is_camel: false }
}

/// An older address with camelCase bodies.
const fn camel(path: &'static str) -> Alias {
    Alias { path, is_camel: true }
}

fn route((schemas, paths, handler): UtoipaMethodRouter<AppState>, aliases: &[Alias]) -> ApiRoute {
    ApiRoute {
        schemas,
        paths,
        aliases: aliases.to_vec(),
        handler,
    }
}

/// All of them.
pub fn all() -> Vec<ApiRoute> {
    vec![
        route(routes!(run_lists::list), &[]),
        route(routes!(external_runs::begin), &[same("/api/data-quality/testgen/profile-runs")]),
        route(routes!(runs::remove), &[camel("/api/data-quality/profile-runs")]),
        route(routes!(runs::show), &[]),
        route(
            routes!(results::show),
            &[camel("/api/data-quality/profile-runs/{profile_run_id}/results")],
        ),
        route(
            routes!(runs::anomalies),
            &[same("/api/data-quality/profile-runs/{profile_run_id}/anomalies")],
        ),
        route(routes!(runs::cancel), &[]),
        route(routes!(runs::retry), &[]),
        route(
            routes!(external_runs::complete),
            &[same("/api/data-quality/testgen/profile-runs/{profile_run_id}/complete")],
        ),
        route(
            routes!(run_lists::list_of_group),
            &[same("/api/data-quality/testgen/table-groups/{table_group_id}/profile-runs")],
        ),
        route(
            routes!(runs::start),
            &[same("/api/data-quality/table-groups/{table_group_id}/profile-runs")],
        ),
        route(routes!(run_lists::list_by_seed), &[]),
        route(
            routes!(column_profile::show),
            &[same("/api/data-quality/testgen/table-groups/{table_group_id}/column-profile")],
        ),
        route(routes!(columns::all_columns), &[]),
        route(routes!(columns::history), &[]),
        route(routes!(rows::list), &[]),
        route(routes!(projects::list), &[same("/api/data-quality/testgen/projects")]),
        route(routes!(projects::create), &[]),
        route(routes!(projects::show), &[]),
        route(routes!(projects::change), &[]),
        route(routes!(projects::remove), &[]),
        route(routes!(projects::dependents), &[]),
        route(
            routes!(connections::list_of_project),
            &[same("/api/data-quality/testgen/projects/{project_key}/connections")],
        ),
        route(routes!(connections::list), &[]),
        route(routes!(connections::create), &[]),
        route(routes!(connections::check), &[]),
        route(routes!(connections::show), &[]),
        route(routes!(connections::change), &[]),
        route(routes!(connections::remove), &[]),
        route(routes!(connections::dependents), &[]),
        route(routes!(connections::find_tables), &[]),
        route(
            routes!(table_groups::list),
            &[same("/api/data-quality/testgen/connections/{connection_id}/table-groups")],
        ),
        route(routes!(table_groups::create), &[]),
        route(routes!(table_groups::preview), &[]),
        route(routes!(table_groups::show), &[]),
        route(routes!(table_groups::change), &[]),
        route(routes!(table_groups::remove), &[]),
        route(routes!(table_groups::dependents), &[]),
        route(routes!(table_groups::mask_stored), &[]),
        route(routes!(datasets::list), &[]),
        route(routes!(datasets::create), &[]),
        route(routes!(datasets::show), &[]),
        route(routes!(datasets::change), &[]),
        route(routes!(datasets::remove), &[]),
        route(routes!(datasets::dependents), &[]),
        route(
            routes!(tables::list_of_group),
            &[same("/api/data-quality/testgen/table-groups/{table_group_id}/tables")],
        ),
        route(routes!(alerts::list, alerts::raise), &[same("/api/data-quality/testgen/alerts")]),
        route(routes!(alerts::act), &[]),
        route(routes!(alerts::undo), &[]),
        route(
            routes!(alerts::show, alerts::remove),
            &[same("/api/data-quality/testgen/alerts/{alert_id}")],
        ),
        route(
            routes!(alerts::acknowledge),
            &[same("/api/data-quality/testgen/alerts/{alert_id}/acknowledge")],
        ),
        route(routes!(tables::list), &[]),
        route(routes!(tables::edit), &[]),
        route(routes!(tables::show), &[]),
        route(routes!(tables::remove), &[]),
        route(routes!(tables::dependents), &[]),
        route(routes!(tables::scope), &[]),
        route(routes!(tables::set_scope), &[]),
        route(routes!(characteristics::of_table), &[]),
        route(routes!(characteristics::describe_table), &[]),
        route(routes!(characteristics::of_column), &[]),
        route(routes!(characteristics::describe_column), &[]),
        route(routes!(seeding::seed), &[]),
        route(routes!(seed_tree::datasets), &[]),
        route(routes!(seed_tree::stats), &[]),
        route(routes!(seed_tree::context), &[]),
        route(routes!(seed_tree::start), &[]),
        route(routes!(openapi::show), &[]),
    ]
}

/// The API as routes. What the seeds wrote without `/api` answers without it, too.
pub fn router() -> Router<AppState> {
    let mut router = Router::new();
    for route in all() {
        for path in route.paths.paths.keys() {
            router = at(router, path, &route.handler);
        }
        for alias in &route.aliases {
            let handler = if alias.is_camel {
                route.handler.clone().layer(middleware::from_fn(casing::speak_camel))
            } else {
                route.handler.clone()
            };
            router = at(router, alias.path, &handler);
        }
    }
    router
}

fn at(router: Router<AppState>, path: &str, handler: &MethodRouter<AppState>) -> Router<AppState> {
    let bare = path.strip_prefix("/api").filter(|rest| is_bare(rest));
    let router = match bare {
        Some(bare) => router.route(bare, handler.clone()),
        None => router,
    };
    router.route(path, handler.clone())
}

/// Whether an address stands without `/api`, too.
fn is_bare(path: &str) -> bool {
    path.starts_with("/table-groups/") || path.starts_with("/data-quality/")
}
