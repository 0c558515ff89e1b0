//! All columns of a table, by the same rules as one of them: `run_choice.rs` chooses the run and the place.

use super::configuration::Configuration;
use super::error::AppError;
use super::payload_columns::find_table_in_payload;
use super::payloads::Payload;
use super::run_choice::{Reader, Said, Told, Wanted};
use super::switches::{TABLE_READS, is_switched_on};
use crate::domain::column_answer::{ProfileOrigin, WantedSource};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::TableGroupId;
use crate::store::Database;
use crate::store::candidate_runs::CandidateRun;
use crate::store::column_reads::{self, NamedTable};
use crate::store::{column_history, column_reads::list_typed_table};

/// All columns of a table in one run.
#[derive(Clone, Debug)]
pub struct TableAnswer {
    /// Columns in their order, whole.
    pub columns: Vec<ColumnProfile>,
    /// Where they were read.
    pub origin: ProfileOrigin,
    /// Why they were not read from the first place; none where they were.
    pub reason: Option<String>,
}

/// Reads all columns of the newest completed run that has the table, whoever wrote it.
pub async fn read_newest_columns(
    db: &Database,
    config: &Configuration,
    group: &TableGroupId,
    table: &NamedTable,
) -> Result<(CandidateRun, TableAnswer), AppError> {
    let tables_on = is_switched_on(db, TABLE_READS).await?;
    let reader = reader_of(db, config, group, tables_on);
    let (run, answer) = reader.read_newest(Some(table)).await?;
    tracing::info!(
        run.id = %run.profile_run_id, group = %group, source = answer.origin.word(), reason = answer.reason.as_deref().unwrap_or("-"),
        "All columns of a table were read"
    );
    Ok((run, answer))
}

/// Reads all columns of the first of these runs that has the table.
pub(super) async fn read_first_columns(
    db: &Database,
    config: &Configuration,
    group: &TableGroupId,
    table: &NamedTable,
    runs: Vec<CandidateRun>,
    tables_on: bool,
) -> Result<Option<(CandidateRun, TableAnswer)>, AppError> {
    reader_of(db, config, group, tables_on).read_first(runs, table).await
}

fn reader_of<'a>(db: &'a Database, config: &'a Configuration, group: &'a TableGroupId, tables_on: bool) -> Reader<'a, AllColumns> {
    Reader {
        db,
        config,
        group,
        source: WantedSource::Auto,
        tables_on,
        wanted: AllColumns,
    }
}

struct AllColumns;

impl Told for TableAnswer {
    fn reason(&mut self) -> &mut Option<String> {
        &mut self.reason
    }
}

impl Wanted for AllColumns {
    type Found = TableAnswer;

    const NO_ROW: &'static str = "The tables have no column of this table in this run.";

    async fn in_rows(&self, db: &Database, run: &CandidateRun, table: &NamedTable) -> Result<Option<TableAnswer>, AppError> {
        let columns = column_history::list_whole_columns(db, &table.table_id, &run.profile_run_id, run.attempt).await?;
        if !columns.is_empty() {
            return Ok(Some(TableAnswer {
                columns,
                origin: ProfileOrigin::Results,
                reason: None,
            }));
        }
        let columns = list_typed_table(db, &table.table_id, &run.profile_run_id, run.attempt).await?;
        Ok((!columns.is_empty()).then(|| TableAnswer {
            columns,
            origin: ProfileOrigin::Columns,
            reason: Some(column_reads::NO_RESULTS.to_owned()),
        }))
    }

    async fn in_payload(
        &self,
        _: &Database,
        _: &CandidateRun,
        payload: &Payload,
        table: Option<&NamedTable>,
        reason: Option<String>,
    ) -> Result<Said<TableAnswer>, AppError> {
        let Some(table) = table else { return Ok(Said::NoTable(None)) };
        Ok(match find_table_in_payload(payload, table)? {
            None => Said::NoTable(None),
            Some(told) if told.columns.is_empty() => Said::NoColumn,
            Some(told) => Said::Found(Box::new(TableAnswer {
                columns: told.columns.clone(),
                origin: ProfileOrigin::Payload,
                reason,
            })),
        })
    }
}
