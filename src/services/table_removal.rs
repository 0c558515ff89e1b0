//! Removing a table that its source no longer has.

use super::access;
use super::connection_changes::refuse_dependents;
use super::error::{AppError, require_name};
use crate::domain::identifier::TableId;
use crate::domain::table::TableSummary;
use crate::domain::user::{Permission, Viewer};
use crate::store::table_groups::DependentCounts;
use crate::store::table_removal::{count_table_dependents, delete_missing_table};
use crate::store::{Database, tables};

/// Why a table may not go; nothing where it may.
pub fn removal_refusal(table: &TableSummary, dependents: &DependentCounts) -> Option<AppError> {
    if table.missing_since.is_none() {
        return Some(AppError::conflict(
            "The table is there",
            "The next search for tables would find it again. Leave it out by the masks of its group, or switch it off.",
        ));
    }
    refuse_dependents(dependents, "table").err()
}

/// Removes a table that is no longer there, with its profiles, findings and alerts. `typed` must be its name.
pub async fn delete_table(db: &Database, viewer: &Viewer, table: &TableId, typed: &str) -> Result<TableSummary, AppError> {
    access::require(viewer, Permission::Configure)?;
    let known = tables::find_table(db, table).await?.ok_or(AppError::NotFound)?;
    require_name(typed, &known.address.table_name, "remove the table and all its profiles")?;
    if let Some(refusal) = removal_refusal(&known, &count_table_dependents(db, table).await?) {
        return Err(refusal);
    }
    let mut tx = db.begin().await?;
    if !delete_missing_table(&mut tx, table, &access::actor(viewer)).await? {
        return Err(AppError::conflict("The table has come back", "It was found again, and stays."));
    }
    tx.commit().await?;
    Ok(known)
}
