//! One column of the latest completed run that has its table: from the tables where they have it, else from the payload of
//! the very same run. The answer and the log say which place answered, and why not the first one.

use super::configuration::Configuration;
use super::error::AppError;
use super::payload_columns::{find_in_payload, only_column};
use super::payloads::Payload;
use super::run_choice::{Reader, Said, Wanted};
use super::run_payloads::add_findings;
use super::switches::{TABLE_READS, is_switched_on};
use super::table_names::{find_named_table, only_one};
use crate::domain::column_answer::{ColumnAnswer, ProfileOrigin, WantedSource};
use crate::domain::identifier::{TableGroupId, TableId};
use crate::domain::name_match::spellings;
use crate::store::Database;
use crate::store::candidate_runs::CandidateRun;
use crate::store::column_reads::{self, NamedTable};

/// Which column is asked for.
#[derive(Clone, Debug, Default)]
pub struct ColumnRequest {
    /// Group.
    pub table_group_id: TableGroupId,
    /// Column, in any capitals.
    pub column_name: String,
    /// Table, with or without schema; may be left out where only one table has the column.
    pub table_name: Option<String>,
    /// The table as its source calls it.
    pub physical_name: Option<String>,
    /// Where from.
    pub source: WantedSource,
}

/// The answer with its run.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnProfileAnswer {
    /// The run that the figures are of.
    pub run: CandidateRun,
    /// The figures.
    pub answer: ColumnAnswer,
}

/// Reads the profile of one column.
pub async fn read_column_profile(db: &Database, config: &Configuration, request: &ColumnRequest) -> Result<ColumnProfileAnswer, AppError> {
    if request.column_name.trim().is_empty() {
        return Err(AppError::bad_request(
            "columnName is missing",
            "Name the column, for example columnName=net_amount.",
        ));
    }
    // What does not depend on one another is asked at once. A group that is none has no tables and no runs.
    let (switch, table) = tokio::join!(is_switched_on(db, TABLE_READS), find_table(db, request));
    let reader = reader_of(db, config, request, switch?, false);
    let (run, answer) = reader.read_newest(table?.as_ref()).await?;
    let mut found = ColumnProfileAnswer { run, answer };
    found
        .answer
        .anomalies
        .sort_by(|a, b| (b.detected_at, &a.anomaly_type, &a.description).cmp(&(a.detected_at, &b.anomaly_type, &b.description)));
    tracing::info!(
        run.id = %found.run.profile_run_id, group = %request.table_group_id, source = found.answer.origin.word(),
        reason = found.answer.reason.as_deref().unwrap_or("-"), "A column profile was read"
    );
    Ok(found)
}

/// Reads a column for its page, after `dq_profile_results` was found to have nothing of it or was not to be asked.
pub(super) async fn read_for_page(
    db: &Database,
    config: &Configuration,
    request: &ColumnRequest,
    table: &NamedTable,
    runs: Vec<CandidateRun>,
    tables_on: bool,
) -> Result<Option<ColumnProfileAnswer>, AppError> {
    let reader = reader_of(db, config, request, tables_on, true);
    let found = reader.read_first(runs, table).await?;
    Ok(found.map(|(run, answer)| ColumnProfileAnswer { run, answer }))
}

fn reader_of<'a>(
    db: &'a Database,
    config: &'a Configuration,
    request: &'a ColumnRequest,
    tables_on: bool,
    for_page: bool,
) -> Reader<'a, OneColumn<'a>> {
    Reader {
        db,
        config,
        group: &request.table_group_id,
        source: request.source,
        tables_on,
        wanted: OneColumn { request, for_page },
    }
}

/// The table that a request means; none where only a payload may know it. Never "the first one".
async fn find_table(db: &Database, request: &ColumnRequest) -> Result<Option<NamedTable>, AppError> {
    let named = |name: &Option<String>| name.as_deref().is_some_and(|name| !name.trim().is_empty());
    if named(&request.table_name) || named(&request.physical_name) {
        return find_named_table(
            db,
            &request.table_group_id,
            request.table_name.as_deref(),
            request.physical_name.as_deref(),
        )
        .await;
    }
    let found = column_reads::list_tables_with_column(db, &request.table_group_id, &spellings(&request.column_name)).await?;
    only_one(found)
}

/// One column of a run, with what was found about it.
struct OneColumn<'a> {
    request: &'a ColumnRequest,
    /// The results were asked already, and the page shows no anomalies.
    for_page: bool,
}

impl OneColumn<'_> {
    /// Findings stand in rows, whichever place has the figures; the payload adds those of its own.
    async fn with_stored_findings(
        &self,
        db: &Database,
        run: &CandidateRun,
        table: Option<&NamedTable>,
        mut answer: ColumnAnswer,
    ) -> Result<ColumnAnswer, AppError> {
        if self.for_page {
            return Ok(answer);
        }
        let named = table.cloned().unwrap_or_else(|| NamedTable {
            table_id: TableId::default(),
            schema_name: answer.schema_name.clone(),
            table_name: answer.table_name.clone(),
        });
        let stored = tokio::try_join!(
            column_reads::list_column_anomalies(db, run, &named, &answer.column.column_name),
            column_reads::list_dismissed_findings(db, &run.profile_run_id)
        );
        match stored.map_err(AppError::from) {
            Ok((found, dismissed)) => answer.anomalies = add_findings(found, &dismissed, answer.anomalies),
            Err(AppError::Internal(error)) => {
                tracing::error!(run.id = %run.profile_run_id, %error, "The findings of a run could not be read; those of its payload are shown");
                let said = "The findings beside it could not be read; the log says why.";
                answer.reason = Some(answer.reason.map_or(said.to_owned(), |reason| format!("{reason} {said}")));
            }
            Err(error) => return Err(error),
        }
        Ok(answer)
    }
}

impl Wanted for OneColumn<'_> {
    type Found = ColumnAnswer;

    const NO_ROW: &'static str = "The tables have no row for this column in this run.";

    /// Results first, typed columns second.
    async fn in_rows(&self, db: &Database, run: &CandidateRun, table: &NamedTable) -> Result<Option<ColumnAnswer>, AppError> {
        let name = self.request.column_name.as_str();
        let mut origin = ProfileOrigin::Results;
        let (mut stored, mut anomalies) = (None, Vec::new());
        if !self.for_page {
            // Nearly always the name is the column's own; the anomalies of that name are asked for at once.
            (stored, anomalies) = tokio::try_join!(
                column_reads::find_result_column(db, run, &table.table_id, name),
                column_reads::list_column_anomalies(db, run, table, name)
            )?;
        }
        if stored.is_none() && !self.for_page {
            let listed = column_reads::list_result_columns(db, run, &table.table_id, &spellings(name)).await?;
            stored = only_column(listed, name)?;
        }
        let mut reason = None;
        if stored.is_none() {
            let listed = column_reads::list_typed_columns(db, run, &table.table_id, &spellings(name)).await?;
            stored = only_column(listed, name)?;
            origin = ProfileOrigin::Columns;
            reason = Some("dq_profile_results has no row for this column in this run.".to_owned());
        }
        let Some(mut stored) = stored else { return Ok(None) };
        if !stored.has_values {
            let position = stored.column.ordinal_position;
            let values = column_reads::list_column_values(db, run, &table.table_id, position).await?;
            if let Some(values) = values {
                values.put_into(&mut stored.column);
            }
        }
        if !self.for_page && stored.column.column_name != name {
            anomalies = column_reads::list_column_anomalies(db, run, table, &stored.column.column_name).await?;
        }
        Ok(Some(ColumnAnswer {
            schema_name: stored.schema_name,
            table_name: stored.table_name,
            column: stored.column,
            anomalies,
            origin,
            reason,
        }))
    }

    async fn in_payload(
        &self,
        db: &Database,
        run: &CandidateRun,
        payload: &Payload,
        table: Option<&NamedTable>,
        reason: Option<String>,
    ) -> Result<Said<ColumnAnswer>, AppError> {
        Ok(match find_in_payload(self.request, payload, table, reason)? {
            Said::Found(answer) => Said::Found(Box::new(self.with_stored_findings(db, run, table, *answer).await?)),
            said => said,
        })
    }
}
