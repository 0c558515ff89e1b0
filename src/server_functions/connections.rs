//! Making, changing and removing connections, looking for their tables, switching them off and on.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::reply::{go, go_saying, refuse, safe_path, state, viewer};
use crate::domain::address::encode_segment;
use crate::domain::connection::ConnectionKind;
use crate::domain::connection_draft::ConnectionDraft;
use crate::domain::identifier::ConnectionId;
use crate::domain::secret::Secret;
use crate::services::{connection_changes, connections as service};

/// The fields of the form of a connection but the password.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionFields {
    connection: String,
    project: String,
    kind: String,
    name: String,
    location: String,
    host: String,
    port: String,
    database: String,
    user: String,
    tls: String,
}

impl From<ConnectionFields> for ConnectionDraft {
    fn from(fields: ConnectionFields) -> Self {
        Self {
            connection: fields.connection,
            project: fields.project,
            kind: ConnectionKind::from_word(fields.kind.trim()).unwrap_or(ConnectionKind::Folder),
            name: fields.name,
            location: fields.location,
            host: fields.host,
            port: fields.port,
            database: fields.database,
            user: fields.user,
            tls: fields.tls,
            is_checked: true,
        }
        .trimmed()
    }
}

/// Keeps the typed password, sealed, and goes to the page that runs the test: it must not travel in an address.
#[server(prefix = "/actions", endpoint = "test-connection")]
pub async fn test_connection(
    #[server(flatten)] fields: ConnectionFields,
    #[server(default)] password: String,
) -> Result<(), ServerFnError> {
    let (state, viewer, draft) = (state()?, viewer()?, ConnectionDraft::from(fields));
    match service::keep_draft_password(&state.db, &state.config, &viewer, &draft, Secret::new(password)).await {
        Ok(()) => {
            go(&draft.path());
            Ok(())
        }
        Err(error) => refuse(&draft.page(), error),
    }
}

/// Makes a connection whose test passes.
#[server(prefix = "/actions", endpoint = "create-connection")]
pub async fn create_connection(
    #[server(flatten)] fields: ConnectionFields,
    #[server(default)] password: String,
    #[server(default)] first_run: String,
) -> Result<(), ServerFnError> {
    let (state, viewer, draft) = (state()?, viewer()?, ConnectionDraft::from(fields));
    let wake = (!first_run.is_empty()).then_some(&state.signals);
    match service::create_connection(&state.db, &state.config, &viewer, &draft, Secret::new(password), wake).await {
        Ok((connection, activation)) => go_saying(
            &format!("/tables?connection={}", encode_segment(connection.connection_id.as_str())),
            true,
            format!("{} is connected", connection.name),
            match activation.words() {
                said if said.is_empty() => "Its tables are listed here. Profile them when you are ready.".to_owned(),
                said => said,
            },
        ),
        Err(error) => refuse(&draft.path(), error),
    }
}

/// Changes a connection; another address or password only where its test passes. An empty password keeps the one that is kept.
#[server(prefix = "/actions", endpoint = "update-connection")]
pub async fn update_connection(
    #[server(flatten)] fields: ConnectionFields,
    #[server(default)] password: String,
) -> Result<(), ServerFnError> {
    let (state, viewer, draft) = (state()?, viewer()?, ConnectionDraft::from(fields));
    match connection_changes::update_connection(&state.db, &state.config, &viewer, &draft, Secret::new(password)).await {
        Ok(Some(said)) => go_saying(&draft.page(), true, "The connection is changed", said),
        Ok(None) => go_saying(&draft.page(), true, "Nothing changed", ""),
        Err(error) => refuse(&draft.path(), error),
    }
}

/// Removes a connection with everything that depends on it.
#[server(prefix = "/actions", endpoint = "delete-connection")]
pub async fn delete_connection(connection_id: String, #[server(default)] typed_name: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let here = format!("/settings/connections/{}", encode_segment(&connection_id));
    match connection_changes::delete_connection(&state.db, &viewer, &ConnectionId(connection_id), &typed_name).await {
        Ok(()) => go_saying(
            "/settings/connections",
            true,
            "The connection is removed",
            "Its groups, tables and profiles went with it, and so did its password. What it read was not touched.",
        ),
        Err(error) => refuse(&here, error),
    }
}

/// Looks for tables again.
#[server(prefix = "/actions", endpoint = "find-tables")]
pub async fn find_tables(connection_id: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/connections");
    match service::find_tables(&state.db, &state.config, &viewer, &ConnectionId(connection_id)).await {
        Ok(said) => go_saying(&back, true, "The tables were listed again", said),
        Err(error) => refuse(&back, error),
    }
}

/// Switches a connection off or on.
#[server(prefix = "/actions", endpoint = "set-connection-active")]
pub async fn set_connection_active(
    connection_id: String,
    active: bool,
    #[server(default)] first_run: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/connections");
    let wake = (!first_run.is_empty()).then_some(&state.signals);
    match connection_changes::set_connection_active(&state.db, &viewer, &ConnectionId(connection_id), active, wake).await {
        Ok(done) if active => go_saying(
            &back,
            true,
            "The connection is on",
            format!("It can be profiled again. {}", done.words()).trim_end().to_owned(),
        ),
        Ok(_) => go_saying(
            &back,
            true,
            "The connection is off",
            "Its profiles stay; new runs are refused until it is switched on.",
        ),
        Err(error) => refuse(&back, error),
    }
}
