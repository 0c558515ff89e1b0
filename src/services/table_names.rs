//! Which table of a group a name in a request means. Never "the first one": several are told to the caller.

use super::error::AppError;
use crate::domain::address::qualified_name;
use crate::domain::identifier::TableGroupId;
use crate::domain::name_match::{bare_name, means_table, table_spellings};
use crate::store::Database;
use crate::store::column_reads::{self, NamedTable};

/// The table of a group that a name means, or two names together: a table that only one of them means is none.
pub async fn find_named_table(
    db: &Database,
    group: &TableGroupId,
    table_name: Option<&str>,
    physical_name: Option<&str>,
) -> Result<Option<NamedTable>, AppError> {
    let names: Vec<&str> = [table_name, physical_name]
        .into_iter()
        .flatten()
        .filter(|name| !name.trim().is_empty())
        .collect();
    if names.is_empty() {
        return Ok(None);
    }
    let wanted: Vec<String> = names.iter().flat_map(|name| table_spellings(name)).collect();
    let mut listed = column_reads::list_tables_named(db, group, &wanted).await?;
    if listed.is_empty() && !wanted.iter().all(|name| name.is_ascii()) {
        // SQLite knows the capitals of ASCII only: compare all of them here.
        listed = column_reads::list_tables_named(db, group, &[]).await?;
    }
    let is_meant = |table: &NamedTable| names.iter().all(|name| means_table(name, &table.schema_name, &table.table_name));
    let found: Vec<NamedTable> = listed.into_iter().filter(is_meant).collect();
    let is_exact = |table: &&NamedTable| table_name.is_some_and(|name| name == table.table_name || bare_name(name) == table.table_name);
    let exact: Vec<NamedTable> = found.iter().filter(is_exact).cloned().collect();
    only_one(if exact.len() == 1 { exact } else { found })
}

/// The one table that was found, or none; several are told to the caller.
pub(super) fn only_one(mut found: Vec<NamedTable>) -> Result<Option<NamedTable>, AppError> {
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => Err(ambiguous(found.iter().map(|table| (&table.schema_name, &table.table_name)))),
    }
}

/// Refuses to choose between several tables.
pub(super) fn ambiguous<'a>(tables: impl Iterator<Item = (&'a String, &'a String)>) -> AppError {
    let names: Vec<String> = tables.take(10).map(|(schema, table)| qualified_name(schema, table)).collect();
    AppError::bad_request(
        "The request means several tables",
        format!("Say which one with tableName: {}.", names.join(", ")),
    )
}
