//! Making, changing, switching and removing projects.

use leptos::prelude::*;

use super::reply::{go_saying, refuse, state, viewer};
use crate::domain::address::encode_segment;
use crate::domain::identifier::ProjectKey;
use crate::domain::query::query_string;
use crate::services::projects::{self as service, ProjectChange};
use crate::store::projects::ProjectText;

/// The list of projects.
const ALL: &str = "/settings/projects";

/// Makes a project.
#[server(prefix = "/actions", endpoint = "create-project")]
pub async fn create_project(#[server(default)] name: String, #[server(default)] description: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let text = ProjectText { name, description };
    match service::create_project(&state.db, &viewer, &text).await {
        Ok(key) => go_saying(
            &page_of(key.as_str()),
            true,
            format!("{} is there", text.name.trim()),
            "Connections are made for it, or moved to it on their own pages.",
        ),
        Err(error) => refuse(
            &format!("{ALL}{}", query_string(&[("name", &text.name), ("description", &text.description)])),
            error,
        ),
    }
}

/// Changes a project.
#[server(prefix = "/actions", endpoint = "update-project")]
pub async fn update_project(
    project_key: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let here = page_of(&project_key);
    let change = ProjectChange {
        name: Some(name),
        description: Some(description),
        is_active: None,
    };
    match service::change_project(&state.db, &viewer, &ProjectKey(project_key), change).await {
        Ok(true) => go_saying(&here, true, "The project is changed", ""),
        Ok(false) => go_saying(&here, true, "Nothing changed", ""),
        Err(error) => refuse(&here, error),
    }
}

/// Switches a project off or on.
#[server(prefix = "/actions", endpoint = "set-project-active")]
pub async fn set_project_active(project_key: String, active: bool) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let here = page_of(&project_key);
    let change = ProjectChange {
        is_active: Some(active),
        ..ProjectChange::default()
    };
    match service::change_project(&state.db, &viewer, &ProjectKey(project_key), change).await {
        Ok(_) if active => go_saying(&here, true, "The project is on", "Its active connections can be profiled again."),
        Ok(_) => go_saying(
            &here,
            true,
            "The project is off",
            "Its profiles stay; new runs through its connections are refused until it is switched on.",
        ),
        Err(error) => refuse(&here, error),
    }
}

/// Removes a project.
#[server(prefix = "/actions", endpoint = "delete-project")]
pub async fn delete_project(project_key: String, #[server(default)] typed_name: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let here = page_of(&project_key);
    match service::delete_project(&state.db, &viewer, &ProjectKey(project_key), &typed_name).await {
        Ok(()) => go_saying(ALL, true, "The project is removed", "Nothing belonged to it any more."),
        Err(error) => refuse(&here, error),
    }
}

fn page_of(key: &str) -> String {
    format!("{ALL}/{}", encode_segment(key))
}
