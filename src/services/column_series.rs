//! More than one column at once: all columns of a table in its latest completed run, and one column over its runs.

use super::configuration::Configuration;
use super::error::AppError;
use super::table_columns::{TableAnswer, read_newest_columns};
use super::table_names::find_named_table;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::TableGroupId;
use crate::domain::name_match::means_name;
use crate::store::Database;
use crate::store::candidate_runs::CandidateRun;
use crate::store::column_history::{self, ColumnInRun};
use crate::store::column_reads::NamedTable;

/// All columns of a table.
#[derive(Clone, Debug)]
pub struct TableColumns {
    /// The table that was meant.
    pub table: NamedTable,
    /// The run that the figures are of.
    pub run: CandidateRun,
    /// Columns in their order, and where they were read.
    pub answer: TableAnswer,
}

/// A column over its runs.
#[derive(Clone, Debug)]
pub struct ColumnSeries {
    /// The table that was meant.
    pub table: NamedTable,
    /// The column as the table spells it.
    pub column_name: String,
    /// Its runs, newest first.
    pub runs: Vec<ColumnInRun>,
}

/// Reads all columns of the newest completed run that has the table, whoever wrote it.
pub async fn read_table_columns(
    db: &Database,
    config: &Configuration,
    group: &TableGroupId,
    table_name: &str,
) -> Result<TableColumns, AppError> {
    let table = table_of(db, group, table_name).await?;
    let (run, answer) = read_newest_columns(db, config, group, &table).await?;
    Ok(TableColumns { table, run, answer })
}

/// Reads a column over at most `limit` runs. The name is matched in the latest run that has the table.
pub async fn read_column_history(
    db: &Database,
    config: &Configuration,
    group: &TableGroupId,
    table_name: &str,
    column_name: &str,
    limit: u32,
) -> Result<ColumnSeries, AppError> {
    let table = table_of(db, group, table_name).await?;
    let mut runs = column_history::list_column_history(db, &table.table_id, column_name, limit).await?;
    let mut spelled = column_name.to_owned();
    if runs.is_empty() {
        let columns = read_newest_columns(db, config, group, &table).await?.1.columns;
        let meant: Vec<&ColumnProfile> = columns
            .iter()
            .filter(|column| means_name(column_name, &column.column_name))
            .collect();
        spelled = match meant.as_slice() {
            [] => return Err(AppError::NotFound),
            [only] => only.column_name.clone(),
            _ => {
                return Err(AppError::bad_request(
                    "The column's name means several columns",
                    "They differ in capitals only. Write it as the table does.",
                ));
            }
        };
        runs = column_history::list_column_history(db, &table.table_id, &spelled, limit).await?;
    }
    Ok(ColumnSeries {
        table,
        column_name: spelled,
        runs,
    })
}

async fn table_of(db: &Database, group: &TableGroupId, table_name: &str) -> Result<NamedTable, AppError> {
    find_named_table(db, group, Some(table_name), None).await?.ok_or(AppError::NotFound)
}
