//! One change to several tables.

use leptos::prelude::*;

use super::reply::{go_saying, refuse, safe_path, state, viewer};
use crate::components::format::counted;
use crate::domain::identifier::TableId;
use crate::services::bulk_edits::{TableChange, edit_tables as edit};

/// Changes the chosen tables.
#[server(prefix = "/actions", endpoint = "edit-tables")]
#[allow(clippy::too_many_arguments, reason = "the fields of a form")]
pub async fn edit_tables(
    #[server(default)] tables: Vec<String>,
    #[server(default)] add_tags: String,
    #[server(default)] remove_tags: String,
    #[server(default)] line: String,
    #[server(default)] text: String,
    #[server(default)] critical: String,
    #[server(default)] active: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/tables");
    let list = |text: String| if text.trim().is_empty() { Vec::new() } else { vec![text] };
    let change = TableChange {
        add_tags: list(add_tags),
        remove_tags: list(remove_tags),
        lines: if line.is_empty() { Vec::new() } else { vec![(line, text)] },
        critical: critical.parse().ok(),
        is_active: active.parse().ok(),
    };
    let ids: Vec<TableId> = tables.into_iter().map(TableId).collect();
    match edit(&state.db, &viewer, &ids, &change).await {
        Ok(0) => go_saying(&back, true, "Nothing changed", "They stood so already."),
        Ok(count) => go_saying(
            &back,
            true,
            format!("{} changed", counted(count, "table")),
            "Runs do not overwrite it.",
        ),
        Err(error) => refuse(&back, error),
    }
}
