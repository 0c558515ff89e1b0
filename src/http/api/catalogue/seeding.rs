//! Seeding the catalogue from another program.

use axum::Json;

use crate::http::api::object_body::ObjectBody;
use crate::http::console::Console;
use crate::http::problem::Problem;
use crate::services::seed_document::SeedDocument;
use crate::services::seeding::{SeedReport, seed_as};

/// Seed the catalogue
///
/// Merges projects, connections, datasets, table groups and tables by their ids, all of them or none. The same twice is once. What a
/// person has set or removed since stays so, and is named. With `prune`, what this source once made and no longer says is removed,
/// or switched off where something depends on it; nothing else is ever touched.
#[utoipa::path(
    post, path = "/api/catalogue/seed", operation_id = "seed_catalogue", tag = "Catalogue", request_body = SeedDocument,
    responses((status = 200, description = "What came of it", body = SeedReport)),
    security(("token" = ["admin"]), ("session" = []))
)]
pub async fn seed(Console { state, viewer }: Console, ObjectBody(document): ObjectBody<SeedDocument>) -> Result<Json<SeedReport>, Problem> {
    Ok(Json(seed_as(&state.db, &state.config, &viewer, document).await?))
}
