//! The catalogue for programs: projects, connections, datasets, table groups, tables, and what people say of them. The same
//! services as the forms. What is removed is named once more (`confirm`), and what depends on it can be looked at before.

pub mod characteristics;
mod connection_body;
pub mod connections;
pub mod datasets;
mod dependents;
pub mod projects;
pub mod seeding;
pub mod table_groups;
pub mod tables;

use serde::Deserialize;
use utoipa::IntoParams;

/// The safety catch of a removal.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The name of what is removed.
    confirm: String,
}
