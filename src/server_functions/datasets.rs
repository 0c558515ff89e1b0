//! Making, changing and removing datasets.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::reply::{go_saying, refuse, state, viewer};
use crate::domain::address::encode_segment;
use crate::domain::dataset::DatasetText;
use crate::domain::identifier::TableGroupId;
use crate::services::datasets as service;

/// The list of datasets.
const ALL: &str = "/settings/datasets";

/// The fields of the form.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DatasetFields {
    name: String,
    description: String,
    product_team: String,
    application: String,
}

impl From<DatasetFields> for DatasetText {
    fn from(fields: DatasetFields) -> Self {
        Self {
            name: fields.name,
            description: fields.description,
            product_team: fields.product_team,
            application: fields.application,
        }
    }
}

/// Makes a dataset.
#[server(prefix = "/actions", endpoint = "create-dataset")]
pub async fn create_dataset(#[server(default)] project: String, #[server(flatten)] fields: DatasetFields) -> Result<(), ServerFnError> {
    let (state, viewer, text) = (state()?, viewer()?, DatasetText::from(fields));
    match service::create_dataset(&state.db, &viewer, &project, &text).await {
        Ok(id) => go_saying(
            &page_of(&id),
            true,
            format!("{} is there", text.name.trim()),
            "Tick the table groups that are counted to it.",
        ),
        Err(error) => refuse(ALL, error),
    }
}

/// Changes a dataset and its groups.
#[server(prefix = "/actions", endpoint = "update-dataset")]
pub async fn update_dataset(
    dataset_id: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] product_team: String,
    #[server(default)] application: String,
    #[server(default)] groups: Vec<String>,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let text = DatasetText {
        name,
        description,
        product_team,
        application,
    };
    let groups: Vec<TableGroupId> = groups.into_iter().map(TableGroupId).collect();
    match service::update_dataset(&state.db, &viewer, &dataset_id, &text, &groups).await {
        Ok(true) => go_saying(&page_of(&dataset_id), true, "The dataset is changed", ""),
        Ok(false) => go_saying(&page_of(&dataset_id), true, "Nothing changed", ""),
        Err(error) => refuse(&page_of(&dataset_id), error),
    }
}

/// Removes a dataset.
#[server(prefix = "/actions", endpoint = "delete-dataset")]
pub async fn delete_dataset(dataset_id: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    match service::delete_dataset(&state.db, &viewer, &dataset_id).await {
        Ok(()) => go_saying(ALL, true, "The dataset is removed", "Its groups and their profiles stay."),
        Err(error) => refuse(&page_of(&dataset_id), error),
    }
}

fn page_of(id: &str) -> String {
    format!("{ALL}/{}", encode_segment(id))
}
