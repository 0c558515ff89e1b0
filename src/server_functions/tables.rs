//! Tables that are no longer there.

use leptos::prelude::*;

use super::reply::{go_saying, refuse, safe_path, state, viewer};
use crate::domain::identifier::TableId;
use crate::services::table_removal::delete_table;

/// Removes a table that its source no longer has.
#[server(prefix = "/actions", endpoint = "delete-table")]
pub async fn remove_table(
    table_id: String,
    #[server(default)] typed_name: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/tables");
    match delete_table(&state.db, &viewer, &TableId(table_id), &typed_name).await {
        Ok(table) => {
            let title = format!("{} is removed", table.address.qualified_name());
            go_saying("/tables", true, title, "Its profiles, findings and alerts went with it.")
        }
        Err(error) => refuse(&back, error),
    }
}
