//! What people say of tables and columns, and how much of a table is profiled.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::reply::{go_saying, refuse, safe_path, state, viewer};
use crate::domain::characteristics::{ColumnCharacteristics, TableCharacteristics};
use crate::domain::identifier::TableId;
use crate::services::characteristics as service;

/// The fields of the form of a table; a box that is not ticked sends nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TableFields {
    critical: String,
    description: String,
    data_steward: String,
    data_source: String,
    source_system: String,
    source_process: String,
    business_domain: String,
    stakeholder_group: String,
    transform_level: String,
    data_product: String,
    data_definition: String,
    tags: String,
}

/// Keeps what is said of a table.
#[server(prefix = "/actions", endpoint = "describe-table")]
pub async fn describe_table(
    table_id: String,
    #[server(flatten)] fields: TableFields,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/tables");
    let said = TableCharacteristics {
        critical_data_element: !fields.critical.is_empty(),
        description: fields.description,
        data_steward: fields.data_steward,
        data_source: fields.data_source,
        source_system: fields.source_system,
        source_process: fields.source_process,
        business_domain: fields.business_domain,
        stakeholder_group: fields.stakeholder_group,
        transform_level: fields.transform_level,
        data_product: fields.data_product,
        data_definition: fields.data_definition,
        tags: vec![fields.tags],
    };
    match service::describe_table(&state.db, &viewer, &TableId(table_id), said).await {
        Ok(true) => go_saying(&back, true, "The description is kept", "Runs do not overwrite it."),
        Ok(false) => go_saying(&back, true, "Nothing changed", ""),
        Err(error) => refuse(&back, error),
    }
}

/// Keeps what is said of a column.
#[server(prefix = "/actions", endpoint = "describe-column")]
#[allow(clippy::too_many_arguments, reason = "the fields of a form")]
pub async fn describe_column(
    table_id: String,
    column_name: String,
    #[server(default)] critical: String,
    #[server(default)] description: String,
    #[server(default)] pii_risk: String,
    #[server(default)] dq_dimension: String,
    #[server(default)] tags: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/tables");
    let said = ColumnCharacteristics {
        critical_data_element: !critical.is_empty(),
        description,
        pii_risk,
        dq_dimension,
        tags: vec![tags],
    };
    match service::describe_column(&state.db, &viewer, &TableId(table_id), &column_name, said).await {
        Ok(true) => go_saying(&back, true, "The description is kept", "Runs do not overwrite it."),
        Ok(false) => go_saying(&back, true, "Nothing changed", ""),
        Err(error) => refuse(&back, error),
    }
}

/// Keeps how much of a table is profiled.
#[server(prefix = "/actions", endpoint = "set-table-scope")]
pub async fn set_table_scope(
    table_id: String,
    #[server(default)] left_out: Vec<String>,
    #[server(default)] row_filter: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/tables");
    match service::set_scope(&state.db, &viewer, &TableId(table_id), left_out, &row_filter).await {
        Ok(true) => go_saying(
            &back,
            true,
            "The table is read so from the next run on",
            "The profile that is shown stays as it was read. Profile the table again to see the difference.",
        ),
        Ok(false) => go_saying(&back, true, "Nothing changed", ""),
        Err(error) => refuse(&back, error),
    }
}
