//! A dataset is a named set of table groups that people think of as one thing; the upper levels of the seed's hierarchy are its attributes.

use serde::{Deserialize, Serialize};

use super::identifier::{ProjectKey, TableGroupId};

/// One dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Dataset {
    /// Immutable slug.
    pub dataset_id: String,
    /// The project that it belongs to.
    pub project_key: ProjectKey,
    /// What people say of it.
    pub text: DatasetText,
    /// Groups that are counted to it.
    pub groups: Vec<TableGroupId>,
}

/// What people say of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct DatasetText {
    /// Name.
    pub name: String,
    /// In words.
    pub description: String,
    /// The team that makes it.
    pub product_team: String,
    /// The application that it comes from.
    pub application: String,
}
