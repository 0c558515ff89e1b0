//! Making connections, looking for their tables, switching them off and on.

use leptos::prelude::*;

use super::reply::{go, go_saying, refuse, safe_path, state, viewer};
use crate::domain::address::encode_segment;
use crate::domain::connection::ConnectionKind;
use crate::domain::connection_draft::ConnectionDraft;
use crate::domain::identifier::ConnectionId;
use crate::domain::secret::Secret;
use crate::domain::user::Permission;
use crate::services::error::AppError;
use crate::services::{access, connections as service};
use crate::store::connections;

/// Keeps the typed password, sealed, and goes to the page that runs the test: it must not travel in an address.
#[server(prefix = "/actions", endpoint = "test-connection")]
#[allow(clippy::too_many_arguments, reason = "the fields of a form")]
pub async fn test_connection(
    #[server(default)] kind: String,
    #[server(default)] name: String,
    #[server(default)] location: String,
    #[server(default)] host: String,
    #[server(default)] port: String,
    #[server(default)] database: String,
    #[server(default)] user: String,
    #[server(default)] tls: String,
    #[server(default)] password: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let draft = ConnectionDraft {
        kind: ConnectionKind::from_word(kind.trim()).unwrap_or(ConnectionKind::Folder),
        name,
        location,
        host,
        port,
        database,
        user,
        tls,
        is_checked: true,
    }
    .trimmed();
    match service::keep_draft_password(&state.db, &state.config, &viewer, &draft, Secret::new(password)).await {
        Ok(()) => {
            go(&draft.path());
            Ok(())
        }
        Err(error) => refuse("/settings/connections/new", error),
    }
}

/// Makes a connection whose test passes.
#[server(prefix = "/actions", endpoint = "create-connection")]
#[allow(clippy::too_many_arguments, reason = "the fields of a form")]
pub async fn create_connection(
    #[server(default)] kind: String,
    #[server(default)] name: String,
    #[server(default)] location: String,
    #[server(default)] host: String,
    #[server(default)] port: String,
    #[server(default)] database: String,
    #[server(default)] user: String,
    #[server(default)] tls: String,
    #[server(default)] password: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let draft = ConnectionDraft {
        kind: ConnectionKind::from_word(kind.trim()).unwrap_or(ConnectionKind::Folder),
        name,
        location,
        host,
        port,
        database,
        user,
        tls,
        is_checked: true,
    }
    .trimmed();
    match service::create_connection(&state.db, &state.config, &viewer, &draft, Secret::new(password)).await {
        Ok(connection) => go_saying(
            &format!("/tables?connection={}", encode_segment(connection.connection_id.as_str())),
            true,
            format!("{} is connected", connection.name),
            "Its tables are listed here. Profile them when you are ready.",
        ),
        Err(error) => refuse(&draft.path(), error),
    }
}

/// Keeps another password for a connection, once it has let us in.
#[server(prefix = "/actions", endpoint = "set-connection-password")]
pub async fn set_connection_password(
    connection_id: String,
    #[server(default)] password: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/connections");
    let id = ConnectionId(connection_id);
    match service::change_password(&state.db, &state.config, &viewer, &id, Secret::new(password)).await {
        Ok(()) => go_saying(
            &back,
            true,
            "The password was changed",
            "The database let us in with it; it is kept sealed.",
        ),
        Err(error) => refuse(&back, error),
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
pub async fn set_connection_active(connection_id: String, active: bool, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/connections");
    let change = async {
        access::require(&viewer, Permission::Configure)?;
        let mut tx = state.db.begin().await?;
        connections::set_connection_active(&mut tx, &ConnectionId(connection_id), active, &access::actor(&viewer)).await?;
        tx.commit().await?;
        Ok::<(), AppError>(())
    };
    match change.await {
        Ok(()) if active => go_saying(&back, true, "The connection is on", "It can be profiled again."),
        Ok(()) => go_saying(
            &back,
            true,
            "The connection is off",
            "Its profiles stay; new runs are refused until it is switched on.",
        ),
        Err(error) => refuse(&back, error),
    }
}
