//! The table page's model: the run that the column profile answers from, whoever wrote it, with what is known of it.

use super::configuration::Configuration;
use super::error::AppError;
use super::switches;
use super::table_columns::{TableAnswer, read_first_columns};
use crate::domain::address::TableAddress;
use crate::domain::column_answer::{ProfileOrigin, WantedSource};
use crate::domain::profile_run::RunMode;
use crate::domain::query::ColumnsQuery;
use crate::domain::table::{ReadOfOthers, TableDetail, TableRun};
use crate::domain::table_profile::Snapshot;
use crate::store::candidate_runs::CandidateRun;
use crate::store::column_reads::NamedTable;
use crate::store::table_details::{self, TableForColumn};
use crate::store::table_runs::ChosenRuns;
use crate::store::{Database, characteristics};

/// Reads one table for its page.
pub async fn read_table_detail(
    db: &Database,
    config: &Configuration,
    address: &TableAddress,
    query: &ColumnsQuery,
) -> Result<Option<TableDetail>, AppError> {
    let Some(found) = table_details::find_table_alone(db, address).await? else {
        return Ok(None);
    };
    let chosen = table_details::read_runs(db, &found, query).await?;
    let tables_on = switches::is_on(found.table_reads.as_deref());
    let runs = payloads_first(&found, &chosen, WantedSource::Auto, tables_on);
    if !runs.is_empty() {
        let (group, table) = (found.summary().table_group_id.clone(), named(&found));
        let read = match read_first_columns(db, config, &group, &table, runs, tables_on).await {
            // It tells of the table without a column.
            Err(AppError::NotFound) => None,
            read => read?,
        };
        if let Some((run, answer)) = read.filter(|(_, answer)| answer.origin == ProfileOrigin::Payload) {
            let mut detail = chosen.detail_of(&found);
            let TableAnswer { columns, origin, reason } = answer;
            put_run(
                &mut detail,
                &run,
                columns.len(),
                columns.iter().map(|column| column.row_count).max(),
                ReadOfOthers { origin, reason },
            );
            detail.columns = columns;
            detail.said_of_columns = characteristics::list_columns(db, &found.summary().table_id).await?;
            return Ok(Some(detail));
        }
    }
    Ok(Some(table_details::read_table(db, found, chosen).await?))
}

/// The table as its group knows it.
pub(super) fn named(found: &TableForColumn) -> NamedTable {
    let summary = found.summary();
    NamedTable {
        table_id: summary.table_id.clone(),
        schema_name: summary.address.schema_name.clone(),
        table_name: summary.address.table_name.clone(),
    }
}

/// The runs whose payload is asked before the rows of the run shown: newer ones that have nothing else, and where payloads are wanted first
/// the run shown itself.
pub(super) fn payloads_first(found: &TableForColumn, chosen: &ChosenRuns, wanted: WantedSource, tables_on: bool) -> Vec<CandidateRun> {
    if wanted == WantedSource::Table {
        return Vec::new();
    }
    let mut runs = chosen.unopened().to_vec();
    if wanted == WantedSource::Payload || !tables_on && found.has_payloads {
        runs.extend(shown_run(found, chosen));
    }
    runs
}

/// The run shown, as one that may have rows and a payload.
pub(super) fn shown_run(found: &TableForColumn, chosen: &ChosenRuns) -> Option<CandidateRun> {
    let (run, attempt) = chosen.shown_run()?;
    Some(CandidateRun {
        profile_run_id: run.profile_run_id.clone(),
        number: run.number,
        attempt,
        status: "completed".into(),
        started_at: None,
        completed_at: Some(run.completed_at),
        row_count: Some(run.row_count),
        has_rows: true,
        has_payload: found.has_payloads,
    })
}

/// Shows a run that the tables did not choose, with nothing beside it; of one that stands in its payload alone, no more is known.
pub(super) fn put_run(detail: &mut TableDetail, run: &CandidateRun, columns: usize, rows: Option<u64>, read: ReadOfOthers) {
    detail.compared = None;
    detail.compared_columns.clear();
    if let Some(known) = detail.runs.iter().find(|known| known.number == run.number) {
        detail.run = Some(TableRun {
            others: known.others.as_ref().map(|_| read),
            ..known.clone()
        });
        return;
    }
    let Some(completed_at) = run.completed_at else { return };
    let row_count = rows.unwrap_or_default();
    let shown = TableRun {
        profile_run_id: run.profile_run_id.clone(),
        number: run.number,
        completed_at,
        row_count,
        column_count: u32::try_from(columns).unwrap_or(u32::MAX),
        duration_ms: 0,
        bytes_scanned: 0,
        rows_scanned: row_count,
        mode: RunMode::Full,
        engine: String::new(),
        metrics: Default::default(),
        snapshot: Snapshot::default(),
        rejected: None,
        broken_invariants: Vec::new(),
        others: Some(read),
    };
    let place = detail
        .runs
        .iter()
        .position(|known| known.number < run.number)
        .unwrap_or(detail.runs.len());
    detail.runs.insert(place, shown.clone());
    detail.run = Some(shown);
}
