//! What a steward says of tables and columns, and how much of a table is profiled.

use super::access;
use super::error::AppError;
use crate::domain::characteristics::{ColumnCharacteristics, TableCharacteristics, parse_tags};
use crate::domain::identifier::TableId;
use crate::domain::row_filter::RowFilter;
use crate::domain::table_scope::TableScope;
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, characteristics as store, tables};

/// Longest line and longest description (characters).
const LONGEST_LINE: usize = 200;
const LONGEST_TEXT: usize = 4_000;
/// Most columns that are left out.
const MOST_LEFT_OUT: usize = 5_000;

/// Keeps what is said of a table; a comma separates tags. Says whether anything changed.
pub async fn describe_table(db: &Database, viewer: &Viewer, table: &TableId, said: TableCharacteristics) -> Result<bool, AppError> {
    require_on_table(db, viewer, table).await?;
    let said = TableCharacteristics {
        tags: checked_tags(&said.tags)?,
        ..said.trimmed()
    };
    check_lengths(&said.description, said.lines().map(|(_, _, text)| text).as_slice())?;
    let known = tables::find_table(db, table).await?.ok_or(AppError::NotFound)?;
    if known.characteristics == said {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    if !store::update_table(&mut tx, table, &said, &access::actor(viewer)).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await?;
    Ok(true)
}

/// Keeps what is said of a column; a comma separates tags. Says whether anything changed.
pub async fn describe_column(
    db: &Database,
    viewer: &Viewer,
    table: &TableId,
    column_name: &str,
    said: ColumnCharacteristics,
) -> Result<bool, AppError> {
    require_on_table(db, viewer, table).await?;
    let known = find_column(db, table, column_name).await?;
    let said = ColumnCharacteristics {
        tags: checked_tags(&said.tags)?,
        ..said.trimmed()
    };
    check_lengths(&said.description, &[&said.pii_risk, &said.dq_dimension])?;
    if known == said {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    if !store::update_column(&mut tx, table, column_name, &said, &access::actor(viewer)).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await?;
    Ok(true)
}

/// What is said of a column. A table that was profiled and never had such a column has none.
pub async fn find_column(db: &Database, table: &TableId, column_name: &str) -> Result<ColumnCharacteristics, AppError> {
    match store::find_column(db, table, column_name).await? {
        Some(said) => Ok(said),
        None => Err(AppError::NotFound),
    }
}

/// Keeps how a table is read. Says whether anything changed; the next run reads it so.
pub async fn set_scope(db: &Database, viewer: &Viewer, table: &TableId, mut left_out: Vec<String>, filter: &str) -> Result<bool, AppError> {
    require_on_table(db, viewer, table).await?;
    left_out.sort_unstable();
    left_out.dedup();
    let row_filter = match filter.trim() {
        "" => None,
        text => Some(RowFilter::parse(text).map_err(|reason| AppError::refused("This is no row filter", reason))?),
    };
    let hidden = row_filter
        .iter()
        .flat_map(RowFilter::columns)
        .find(|name| left_out.iter().any(|out| out == name));
    if let Some(hidden) = hidden {
        return Err(AppError::refused(
            format!("The filter looks at {hidden}"),
            "A column that is left out is not read at all: keep it, or change the filter.",
        ));
    }
    if left_out.len() > MOST_LEFT_OUT || filter.chars().count() > LONGEST_TEXT {
        let detail = format!("Up to {MOST_LEFT_OUT} columns are left out, and a filter has up to {LONGEST_TEXT} characters.");
        return Err(AppError::refused("This is too much", detail));
    }
    let scope = TableScope { left_out, row_filter };
    check_columns(db, table, &scope).await?;
    let mut tx = db.begin().await?;
    let changed = store::update_scope(&mut tx, table, &scope, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Refuses what names a column that the table has not, as far as that is known: where a run has read it.
async fn check_columns(db: &Database, table: &TableId, scope: &TableScope) -> Result<(), AppError> {
    let known = tables::find_table(db, table).await?.ok_or(AppError::NotFound)?.scope;
    let in_filter = scope.row_filter.iter().flat_map(RowFilter::columns);
    let asked = scope.left_out.iter().map(String::as_str).chain(in_filter);
    // What is left out since before the first run was met by none, and can be read again all the same.
    let is_said = |name: &str| known.leaves_out(name) || known.filters_by(name);
    for name in asked.filter(|name| !is_said(name)) {
        if store::find_column(db, table, name).await?.is_none() {
            return Err(AppError::refused(
                format!("The table has no column {name}"),
                "Names are written as the profile shows them, capitals too. A column that is new in the source is known after the next run.",
            ));
        }
    }
    Ok(())
}

/// Refuses unless one of the person's roles lets him describe tables of this table's group.
pub(super) async fn require_on_table(db: &Database, viewer: &Viewer, table: &TableId) -> Result<(), AppError> {
    access::require(viewer, Permission::Describe)?;
    let group = store::find_group(db, table).await?.ok_or(AppError::NotFound)?;
    access::require_on_group(db, viewer, Permission::Describe, &group).await
}

pub(super) fn checked_tags(tags: &[String]) -> Result<Vec<String>, AppError> {
    parse_tags(&tags.join(",")).map_err(|reason| AppError::refused("A tag cannot be kept", reason))
}

pub(super) fn check_lengths(description: &str, lines: &[&str]) -> Result<(), AppError> {
    if description.chars().count() > LONGEST_TEXT || lines.iter().any(|line| line.chars().count() > LONGEST_LINE) {
        let detail = format!("A description has up to {LONGEST_TEXT} characters, every other field {LONGEST_LINE}.");
        return Err(AppError::refused("A text is too long", detail));
    }
    Ok(())
}
