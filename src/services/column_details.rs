//! The column page's model: from the tables, and where they have nothing of the run, from the typed columns or the payload of
//! the same run. At most six statements with that of the viewer; the page reads the findings with one more.

use super::column_profiles::{self, ColumnRequest, MOST_PAYLOADS, read_for_page};
use super::configuration::Configuration;
use super::error::AppError;
use super::switches;
use crate::domain::address::TableAddress;
use crate::domain::characteristics::ColumnCharacteristics;
use crate::domain::column_answer::{ProfileOrigin, WantedSource};
use crate::domain::profile_run::RunMode;
use crate::domain::query::ColumnsQuery;
use crate::domain::table::{ColumnDetail, TableDetail, TableRun};
use crate::domain::table_profile::Snapshot;
use crate::store::candidate_runs::{CandidateRun, Candidates, list_candidate_runs};
use crate::store::column_reads::NamedTable;
use crate::store::table_details::{self, ColumnRead};
use crate::store::{Database, StoreError};

/// Reads one column for its page. Nothing where no place has it in the run shown.
pub async fn read_column_detail(
    db: &Database,
    config: &Configuration,
    address: &TableAddress,
    column_name: &str,
    query: &ColumnsQuery,
) -> Result<Option<ColumnDetail>, AppError> {
    let Some(found) = table_details::find_table_for_column(db, address, column_name).await? else {
        return Ok(None);
    };
    let said = found.said.clone();
    let wanted = WantedSource::from_word(&query.source).unwrap_or_default();
    let tables_on = switches::is_on(found.table_reads.as_deref());
    let table = NamedTable {
        table_id: found.summary().table_id.clone(),
        schema_name: address.schema_name.clone(),
        table_name: address.table_name.clone(),
    };
    let request = ColumnRequest {
        table_group_id: found.summary().table_group_id.clone(),
        column_name: column_name.to_owned(),
        source: wanted,
        ..ColumnRequest::default()
    };
    let chosen = table_details::read_runs(db, &found, query).await?;
    let asks_payload_first = wanted == WantedSource::Payload || (wanted == WantedSource::Auto && !tables_on && found.has_payloads);
    if asks_payload_first {
        let detail = chosen.detail_of(&found);
        let runs = candidates(db, &request, &table, &detail, chosen.attempt()).await?;
        match read_for_page(db, config, &request, &table, runs, tables_on).await? {
            Some(answered) if answered.answer.origin == ProfileOrigin::Payload => return Ok(Some(of_answer(detail, answered, said))),
            _ if wanted == WantedSource::Payload => return Ok(None),
            _ => {}
        }
    }
    let (mut detail, attempt) = match table_details::read_column(db, found, chosen, column_name, query).await? {
        ColumnRead::Found(detail) if tables_on => return Ok(Some(*detail)),
        ColumnRead::Found(detail) => {
            return Ok(Some(ColumnDetail {
                source_reason: Some("Reading from tables is switched off, but this run has no payload.".into()),
                ..*detail
            }));
        }
        ColumnRead::Missing(detail, attempt) => (*detail, attempt),
    };
    let runs = candidates(db, &request, &table, &detail, attempt).await?;
    let Some(answered) = read_for_page(db, config, &request, &table, runs, tables_on).await? else {
        return Ok(None);
    };
    detail.columns.clear();
    Ok(Some(of_answer(detail, answered, said)))
}

/// The run shown where there is one, else the newest that may have the table.
async fn candidates(
    db: &Database,
    request: &ColumnRequest,
    table: &NamedTable,
    detail: &TableDetail,
    attempt: Option<u32>,
) -> Result<Vec<CandidateRun>, StoreError> {
    match (&detail.run, attempt) {
        (Some(run), Some(attempt)) => Ok(vec![CandidateRun {
            profile_run_id: run.profile_run_id.clone(),
            number: run.number,
            attempt,
            status: "completed".into(),
            started_at: None,
            completed_at: Some(run.completed_at),
            row_count: Some(run.row_count),
            has_rows: true,
            has_payload: true,
        }]),
        _ => {
            list_candidate_runs(
                db,
                &request.table_group_id,
                Some(&table.table_id),
                Candidates::Newest,
                MOST_PAYLOADS,
            )
            .await
        }
    }
}

/// A page's model of an answer: one column, no comparison, no history.
fn of_answer(mut table: TableDetail, answered: column_profiles::ColumnProfileAnswer, said: ColumnCharacteristics) -> ColumnDetail {
    let column_profiles::ColumnProfileAnswer { run, answer } = answered;
    if table.run.is_none() {
        table.run = run.completed_at.map(|completed_at| TableRun {
            profile_run_id: run.profile_run_id.clone(),
            number: run.number,
            completed_at,
            row_count: answer.column.row_count,
            column_count: 1,
            duration_ms: 0,
            bytes_scanned: 0,
            rows_scanned: answer.column.row_count,
            mode: RunMode::Full,
            engine: String::new(),
            metrics: Default::default(),
            snapshot: Snapshot::default(),
            rejected: None,
            broken_invariants: Vec::new(),
        });
        table.runs.extend(table.run.clone());
    }
    if table.columns.is_empty() {
        table.columns.push(answer.column.clone());
    }
    table.compared = None;
    table.compared_columns.clear();
    ColumnDetail {
        table,
        column: answer.column,
        compared: None,
        history: Vec::new(),
        characteristics: said,
        source: answer.origin.word().to_owned(),
        source_reason: answer.reason,
    }
}
