//! Making connections, looking for their tables, switching them off and on.

use leptos::prelude::*;

use super::reply::{go_saying, refuse, safe_path, state, viewer};
use crate::domain::address::encode_segment;
use crate::domain::identifier::ConnectionId;
use crate::domain::user::Permission;
use crate::services::error::AppError;
use crate::services::{access, connections as service};
use crate::store::connections;

/// Makes a folder connection whose test passes.
#[server(prefix = "/actions", endpoint = "create-connection")]
pub async fn create_connection(#[server(default)] name: String, #[server(default)] location: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    match service::create_folder_connection(&state.db, &state.config, &viewer, &name, &location).await {
        Ok(connection) => go_saying(
            &format!("/tables?connection={}", encode_segment(connection.connection_id.as_str())),
            true,
            format!("{} is connected", connection.name),
            "Its tables are listed here. Profile them when you are ready.",
        ),
        Err(error) => {
            let back = format!(
                "/settings/connections/new?name={}&location={}&check=1",
                encode_segment(&name),
                encode_segment(&location)
            );
            refuse(&back, error)
        }
    }
}

/// Looks for tables again.
#[server(prefix = "/actions", endpoint = "find-tables")]
pub async fn find_tables(connection_id: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/connections");
    match service::find_tables(&state.db, &viewer, &ConnectionId(connection_id)).await {
        Ok(said) => go_saying(&back, true, "The folder was looked through", said),
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
