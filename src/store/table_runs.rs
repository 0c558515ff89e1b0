//! The runs of a table, whoever wrote them, and which of them a page shows.
//!
//! Limn notes each table of its own runs in `run_tables`. Of a run that another program completed there are rows of the table, or only
//! a payload that may have it: whether it does, whoever opens it knows (`services/table_details.rs`).

use super::candidate_runs::{CandidateRun, HAS_PAYLOAD, NOT_NOTED, has_rows};
use super::statement::sql_joined;
use super::table_details::{ColumnParts, TableForColumn};
use super::table_rows::{PUBLISHED_COLUMNS, PublishedRun, read_published_run};
use super::tables::HISTORY_RUNS;
use super::{Database, StoreError};
use crate::domain::identifier::TableId;
use crate::domain::profile_run::ProfileRun;
use crate::domain::query::ColumnsQuery;
use crate::domain::table::{TableDetail, TableRun, TableSummary};

/// Runs in the menu of a table.
const LISTED_RUNS: usize = 100;

/// The runs of a table, and which of them are shown.
#[derive(Clone)]
pub struct ChosenRuns {
    listed: Vec<TableRun>,
    pub(super) shown: Option<PublishedRun>,
    pub(super) compared: Option<PublishedRun>,
    /// Runs with a payload only that come before the one shown.
    unopened: Vec<CandidateRun>,
}

/// What [`choose_runs`] reads of a run of dq_profiles `p` that Limn did not note: as much of it as rows tell.
fn columns_of_others() -> String {
    let of_run =
        |table: &str| format!("from {table} w where w.table_id = $1 and w.profile_run_id = p.profile_run_id and w.attempt = p.attempt");
    let (results, typed) = (of_run("written_results"), of_run("written_columns"));
    format!(
        "p.profile_run_id, p.attempt, p.run_number, coalesce(p.completed_at, p.started_at, p.requested_at) as completed_at,
             coalesce((select max(w.record_count) {results}), (select max(w.row_count) {typed}), 0) as row_count,
             coalesce(nullif((select count(*) {results}), 0), (select count(*) {typed})) as column_count, 0 as duration_ms,
             0 as bytes_scanned, null as snapshot_json, null as rejected_json, null as broken_invariants_json, null as metrics_json,
             0 as rows_scanned, 'full' as profile_mode, p.engine, '' as engine_version, {{personal_columns $1}} as personal_columns,
             case when exists (select 1 {results}) then 'results' when exists (select 1 {typed}) then 'columns' else 'results' end as others_place,
             p.status, p.started_at, {} as has_rows, {HAS_PAYLOAD} as has_payload",
        has_rows("$1")
    )
}

/// Chooses the runs of a table. One statement.
pub(super) async fn choose_runs(db: &Database, table_id: &TableId, query: &ColumnsQuery) -> Result<ChosenRuns, StoreError> {
    // Beside the newest hundred: the two that were asked for by number, and the one before the first of them.
    let floor =
        "coalesce((select o.run_number from run_tables o where o.table_id = $1 and o.completed_at is not null and o.failure_json is null
             order by o.run_number desc limit 1 offset $4), 0)";
    let text = format!(
        "select {PUBLISHED_COLUMNS}, null as others_place, null as status, null as started_at, 1 as has_rows, 0 as has_payload from run_tables rt
         where rt.table_id = $1 and rt.completed_at is not null and rt.failure_json is null and (
             rt.run_number >= {floor} or rt.run_number = $2 or rt.run_number = $3
             or rt.run_number = (select max(o.run_number) from run_tables o where o.table_id = $1 and o.completed_at is not null and o.failure_json is null
                 and o.run_number < $2))
         union all
         select * from (select {} from dq_profiles p
             where p.table_group_id = (select t.table_group_id from dq_tables t where t.table_id = $1) and p.status = 'completed' and {NOT_NOTED}
                 and (p.run_number >= {floor} or p.run_number = $2 or p.run_number = $3)) newest
         where has_rows = 1 or has_payload = 1
         order by run_number desc",
        columns_of_others()
    );
    let rows = sql_joined(text)
        .bind(table_id.as_str())
        .bind(query.run)
        .bind(query.compare)
        .bind(LISTED_RUNS as u64 - 1)
        .fetch_all(db)
        .await?;
    let (mut runs, mut unopened) = (Vec::new(), Vec::new());
    for row in &rows {
        let run = read_published_run(row)?;
        if row.integer("has_rows")? == 1 {
            runs.push(run);
        } else {
            unopened.push(CandidateRun {
                profile_run_id: run.run.profile_run_id,
                number: run.run.number,
                attempt: run.attempt,
                status: row.text("status")?,
                started_at: row.time_opt("started_at")?,
                completed_at: Some(run.run.completed_at),
                row_count: None,
                has_rows: false,
                has_payload: true,
            });
        }
    }
    let named = query.run.and_then(|number| runs.iter().position(|run| run.run.number == number));
    let shown = named.or(if runs.is_empty() { None } else { Some(0) });
    match (named, query.run) {
        (Some(_), _) => unopened.clear(),
        (None, Some(number)) if unopened.iter().any(|run| run.number == number) => unopened.retain(|run| run.number == number),
        _ => unopened.retain(|run| shown.is_none_or(|shown| run.number > runs[shown].run.number)),
    }
    let before = shown.map(|place| place + 1).filter(|place| *place < runs.len());
    let compared = match query.compare {
        Some(0) => None,
        Some(number) => runs.iter().position(|run| run.run.number == number).or(before),
        None => before,
    };
    Ok(ChosenRuns {
        listed: runs.iter().take(LISTED_RUNS).map(|run| run.run.clone()).collect(),
        shown: shown.map(|place| runs[place].clone()),
        compared: compared.map(|place| runs[place].clone()),
        unopened,
    })
}

impl ChosenRuns {
    /// The run shown, with its attempt.
    pub fn shown_run(&self) -> Option<(&TableRun, u32)> {
        self.shown.as_ref().map(|shown| (&shown.run, shown.attempt))
    }

    /// Runs that come before the one shown, newest first, where their payload has the table.
    pub fn unopened(&self) -> &[CandidateRun] {
        &self.unopened
    }

    /// The table with its runs, without any figures.
    pub fn detail_of(&self, found: &TableForColumn) -> TableDetail {
        self.clone()
            .into_detail(found.summary().clone(), found.active_run.clone(), ColumnParts::default())
    }

    pub(super) fn into_detail(self, mut summary: TableSummary, active_run: Option<ProfileRun>, parts: ColumnParts) -> TableDetail {
        summary.row_history = self
            .listed
            .iter()
            .take(HISTORY_RUNS as usize)
            .rev()
            .map(|run| run.row_count)
            .collect();
        TableDetail {
            summary,
            runs: self.listed,
            active_run,
            run: self.shown.map(|run| run.run),
            compared: self.compared.map(|run| run.run),
            columns: parts.columns,
            compared_columns: parts.compared_columns,
            said_of_columns: Default::default(),
            findings: Default::default(),
        }
    }

    /// Whether any of the runs has typed columns alone.
    pub(super) fn has_typed(&self) -> bool {
        self.listed.iter().any(TableRun::is_typed)
    }
}
