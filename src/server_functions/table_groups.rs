//! Making, changing and removing table groups.

use leptos::prelude::*;

use super::reply::{go_saying, refuse, state, viewer};
use crate::components::format::counted;
use crate::domain::address::encode_segment;
use crate::domain::identifier::{ConnectionId, TableGroupId};
use crate::domain::query::query_string;
use crate::services::table_groups as service;
use crate::store::table_groups::GroupText;

/// Makes a group of a connection.
#[server(prefix = "/actions", endpoint = "create-table-group")]
pub async fn create_table_group(
    connection_id: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] include: String,
    #[server(default)] exclude: String,
    #[server(default)] mask: String,
    #[server(default)] first_run: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let text = text(name, description, include, exclude, &mask);
    let wake = (!first_run.is_empty()).then_some(&state.signals);
    match service::create_group(&state.db, &viewer, &ConnectionId(connection_id.clone()), &text, wake).await {
        Ok((group, activation)) => go_saying(
            &format!("/settings/groups/{}", encode_segment(group.as_str())),
            true,
            format!("{} is there", text.name),
            format!(
                "It has the known tables that its masks take in. Look for tables again under Connections to take in more. {}",
                activation.words()
            )
            .trim_end()
            .to_owned(),
        ),
        Err(error) => refuse(
            &format!("/settings/connections/{}/new-group{}", encode_segment(&connection_id), typed(&text)),
            error,
        ),
    }
}

/// Changes a group.
#[server(prefix = "/actions", endpoint = "update-table-group")]
pub async fn update_table_group(
    table_group_id: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] include: String,
    #[server(default)] exclude: String,
    #[server(default)] mask: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let text = text(name, description, include, exclude, &mask);
    let here = format!("/settings/groups/{}", encode_segment(&table_group_id));
    match service::update_group(&state.db, &viewer, &TableGroupId(table_group_id), &text).await {
        Ok(true) => go_saying(
            &here,
            true,
            "The group is changed",
            "Look for tables again under Connections to take in tables that were left out before.",
        ),
        Ok(false) => go_saying(&here, true, "Nothing changed", ""),
        Err(error) => refuse(&format!("{here}{}", typed(&text)), error),
    }
}

/// Switches a group off or on.
#[server(prefix = "/actions", endpoint = "set-table-group-active")]
pub async fn set_table_group_active(
    table_group_id: String,
    active: bool,
    #[server(default)] first_run: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let here = format!("/settings/groups/{}", encode_segment(&table_group_id));
    let wake = (!first_run.is_empty()).then_some(&state.signals);
    match service::set_group_active(&state.db, &viewer, &TableGroupId(table_group_id), active, wake).await {
        Ok(done) if active => go_saying(
            &here,
            true,
            "The group is on",
            format!("It can be profiled again. {}", done.words()).trim_end().to_owned(),
        ),
        Ok(_) => go_saying(
            &here,
            true,
            "The group is off",
            "Its profiles stay; new runs are refused until it is switched on.",
        ),
        Err(error) => refuse(&here, error),
    }
}

/// Masks what runs from before have stored.
#[server(prefix = "/actions", endpoint = "mask-stored-values")]
pub async fn mask_stored_values(table_group_id: String, #[server(default)] typed_name: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let here = format!("/settings/groups/{}", encode_segment(&table_group_id));
    match service::mask_stored(&state.db, &viewer, &TableGroupId(table_group_id), &typed_name).await {
        Ok(done) => go_saying(
            &here,
            true,
            "What is stored is masked",
            format!(
                "{} of runs, {} and {} lost their values.",
                counted(done.columns, "column"),
                counted(done.findings, "finding"),
                counted(done.alerts, "alert")
            ),
        ),
        Err(error) => refuse(&here, error),
    }
}

/// Removes a group.
#[server(prefix = "/actions", endpoint = "delete-table-group")]
pub async fn delete_table_group(table_group_id: String, #[server(default)] typed_name: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let here = format!("/settings/groups/{}", encode_segment(&table_group_id));
    match service::delete_group(&state.db, &viewer, &TableGroupId(table_group_id), &typed_name).await {
        Ok(()) => go_saying(
            "/settings/connections",
            true,
            "The group is removed",
            "Its tables and their profiles went with it.",
        ),
        Err(error) => refuse(&here, error),
    }
}

fn text(name: String, description: String, include_mask: String, exclude_mask: String, mask: &str) -> GroupText {
    GroupText {
        name,
        description,
        include_mask,
        exclude_mask,
        mask_before_storing: mask == "1",
    }
}

/// What was typed, to stand in the form again.
fn typed(text: &GroupText) -> String {
    query_string(&[
        ("name", &text.name),
        ("description", &text.description),
        ("include", &text.include_mask),
        ("exclude", &text.exclude_mask),
        ("mask", if text.mask_before_storing { "1" } else { "" }),
    ])
}
