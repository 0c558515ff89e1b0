//! `/settings/connections/{id}`: one connection to change, with its test in steps, and its removal.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::connection_form::{connection_form, words_of};
use super::new_connection::test_outcome;
use super::removal::{Removal, dependents_text, removal_section};
use super::rollup_cells::rollup_words;
use super::settings_tabs::settings_tabs;
use super::{page, request, respond, titled};
use crate::components::format::counted;
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::section::{SectionTitle, section};
use crate::domain::connection::{Connection, ConnectionCheck};
use crate::domain::connection_draft::ConnectionDraft;
use crate::domain::identifier::ConnectionId;
use crate::domain::project::{Project, Rollup};
use crate::domain::user::Permission;
use crate::services::connection_changes::{count_dependents, refuse_dependents};
use crate::services::connections::test_connection;
use crate::store::connections::find_connection;
use crate::store::projects::list_projects;
use crate::store::rollups::list_rollups;
use crate::store::table_groups::DependentCounts;

/// What the page shows.
pub struct ConnectionModel {
    /// The connection as it stands.
    pub connection: Connection,
    /// What stands in the form.
    pub draft: ConnectionDraft,
    /// How the test went, if it was asked for.
    pub check: Option<ConnectionCheck>,
    /// What depends on it.
    pub dependents: DependentCounts,
    /// The projects that it may belong to.
    pub projects: Vec<Project>,
    /// What its tables come to.
    pub rollup: Rollup,
    /// The page's clock.
    pub now: DateTime<Utc>,
}

/// `/settings/connections/:connection?name=&location=&check=1`
#[component]
pub fn ConnectionPage() -> impl IntoView {
    let id = ConnectionId(
        use_params_map()
            .get_untracked()
            .get_str("connection")
            .unwrap_or_default()
            .to_owned(),
    );
    page(async move {
        let viewer = request::viewer_with(Permission::Configure)?;
        let state = request::state();
        let Some(connection) = find_connection(&state.db, &id).await? else {
            return Ok(respond::not_found());
        };
        let draft = ConnectionDraft::of(&connection).overlaid(&request::raw_query());
        let check = if draft.is_checked && draft.is_complete() {
            match test_connection(&state.db, &state.config, &viewer, &draft, None).await {
                Ok(check) => Some(check),
                Err(crate::services::error::AppError::Refused { title, detail }) => Some(ConnectionCheck::refused(title, detail)),
                Err(error) => return Err(error),
            }
        } else {
            None
        };
        let model = ConnectionModel {
            dependents: count_dependents(&state.db, &connection).await?,
            projects: list_projects(&state.db).await?,
            rollup: list_rollups(&state.db).await?.of_connections([&connection]),
            connection,
            draft,
            check,
            now: request::now(),
        };
        Ok(titled(model.connection.name.clone(), connection_view(&model)))
    })
}

/// Draws the page.
pub fn connection_view(model: &ConnectionModel) -> AnyView {
    let connection = &model.connection;
    let refusal = connection
        .refusal()
        .map(|(title, _)| view! { {title}": nothing is profiled through it. " });
    let check = model.check.as_ref();
    view! {
        {breadcrumb(vec![Crumb::new("Connections", "/settings/connections")])}
        {PageHead::new(connection.name.clone()).lede(view! { {refusal}{rollup_words(&model.rollup, model.now)} }).view()}
        {settings_tabs("/settings/connections/")}
        <div class="cols lean-right">
            {section(
                SectionTitle::new("source", words_of(connection.kind).noun).subtitle(format!("id {}", connection.connection_id)),
                connection_form(&model.draft, check, &model.projects),
            )}
            <div>{test_outcome(connection.kind, check)}{removal(connection, model.dependents)}</div>
        </div>
    }
    .into_any()
}

/// What goes with it, and the form that removes it.
fn removal(connection: &Connection, dependents: DependentCounts) -> AnyView {
    removal_section(Removal {
        title: "Remove the connection",
        label: "Name of the connection",
        name: &connection.name,
        action: "/actions/delete-connection",
        id: ("connection_id", connection.connection_id.to_string()),
        back: None,
        said: format!(
            "Removing it takes {}, {} with it, and cannot be undone; what it reads is not touched.",
            counted(connection.groups.len() as u64, "table group"),
            dependents_text(&dependents),
        ),
        refusal: refuse_dependents(&dependents, "connection").err(),
    })
}
