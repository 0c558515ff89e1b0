//! One column of the latest completed run that has its table: from the tables where they have it, else from the payload of
//! the very same run. The answer and the log say which place answered, and why not the first one.

use super::configuration::Configuration;
use super::error::AppError;
use super::payload_columns::{find_in_payload, only_column};
use super::run_payloads::{add_findings, read_payload};
use super::switches::{AUTO_MANAGE, TABLE_READS, is_switched_on};
use super::table_names::{find_named_table, only_one};
use crate::domain::column_answer::{ColumnAnswer, ProfileOrigin, WantedSource};
use crate::domain::identifier::{TableGroupId, TableId};
use crate::domain::name_match::spellings;
use crate::store::Database;
use crate::store::candidate_runs::{CandidateRun, Candidates, list_candidate_runs};
use crate::store::column_reads::{self, NamedTable};

/// Payloads that are opened for one answer.
pub(super) const MOST_PAYLOADS: u32 = 10;

/// Runs that are asked of at first: nearly always the newest answers.
const FIRST_RUNS: u32 = 2;
/// Runs before those that are looked at for a table.
const OLDER_RUNS: u32 = 25;

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
    let reader = Reader {
        db,
        config,
        request,
        tables_on: true,
        for_page: false,
    };
    // What does not depend on one another is asked at once. A group that is none has no tables and no runs.
    let (switch, table) = tokio::join!(is_switched_on(db, TABLE_READS), reader.find_table());
    let reader = Reader {
        tables_on: switch?,
        ..reader
    };
    let mut found = reader.read(table?).await?;
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
    let reader = Reader {
        db,
        config,
        request,
        tables_on,
        for_page: true,
    };
    let mut opened = 0;
    for run in runs {
        match reader.read_run(&run, Some(table), &mut opened).await? {
            Said::Found(answer) => return Ok(Some(ColumnProfileAnswer { run, answer: *answer })),
            Said::NoColumn => return Ok(None),
            Said::NoTable(_) | Said::Unopened => {}
        }
    }
    Ok(None)
}

struct Reader<'a> {
    db: &'a Database,
    config: &'a Configuration,
    request: &'a ColumnRequest,
    tables_on: bool,
    /// The results were asked already, and the page shows no anomalies.
    for_page: bool,
}

/// What one run says about the column.
pub(super) enum Said {
    /// The column.
    Found(Box<ColumnAnswer>),
    /// The run has the table, and the table has no such column.
    NoColumn,
    /// The run does not have the table, or nothing can be read of it; holds why, where there is something to say.
    NoTable(Option<String>),
    /// Only its payload may know, and enough payloads were opened.
    Unopened,
}

impl Reader<'_> {
    async fn read(&self, table: Option<NamedTable>) -> Result<ColumnProfileAnswer, AppError> {
        let table_id = table.as_ref().map(|table| &table.table_id);
        let group = &self.request.table_group_id;
        let (mut wanted, mut limit) = (Candidates::Newest, FIRST_RUNS);
        let mut unread: Option<(i64, String)> = None;
        let (mut opened, mut unopened) = (0, None);
        loop {
            let runs = list_candidate_runs(self.db, group, table_id, wanted, limit).await?;
            let last = runs.last().map(|run| run.number);
            for run in runs {
                match self.read_run(&run, table.as_ref(), &mut opened).await? {
                    Said::Found(mut answer) => {
                        let newer =
                            unread.map(|(number, reason)| format!("Run {number} is newer, but cannot be read for this table: {reason}"));
                        let left = unopened.map(|number| {
                            format!("Of run {number} and those before it no payload was opened: {MOST_PAYLOADS} are for one answer.")
                        });
                        let said: Vec<String> = [answer.reason.take(), newer, left].into_iter().flatten().collect();
                        answer.reason = (!said.is_empty()).then(|| said.join(" "));
                        return Ok(ColumnProfileAnswer { run, answer: *answer });
                    }
                    Said::NoColumn => return Err(AppError::NotFound),
                    Said::NoTable(reason) => unread = unread.or(reason.map(|reason| (run.number, reason))),
                    Said::Unopened => unopened = unopened.or(Some(run.number)),
                }
            }
            // Runs whose payload may know the table are looked at so far only; those with its rows, however old they are.
            let may_open = self.request.source != WantedSource::Table && unopened.is_none();
            (wanted, limit) = match (wanted, last) {
                (Candidates::Newest, Some(number)) if may_open => (Candidates::OlderThan(number), OLDER_RUNS),
                (Candidates::Newest | Candidates::OlderThan(_), Some(number)) if table.is_some() => {
                    (Candidates::WithRowsOlderThan(number), OLDER_RUNS)
                }
                _ => break,
            };
        }
        if let Some(number) = unopened {
            tracing::warn!(group = %group, run.number = number, "Enough payloads were opened for a column; of older runs only rows were asked");
        }
        if let Some((number, reason)) = unread {
            tracing::warn!(group = %group, run.number = number, reason, "No place could answer for a column");
        }
        Err(AppError::NotFound)
    }

    /// The table that the request means; none where only a payload may know it. Never "the first one".
    async fn find_table(&self) -> Result<Option<NamedTable>, AppError> {
        let request = self.request;
        let named = |name: &Option<String>| name.as_deref().is_some_and(|name| !name.trim().is_empty());
        if named(&request.table_name) || named(&request.physical_name) {
            return find_named_table(
                self.db,
                &request.table_group_id,
                request.table_name.as_deref(),
                request.physical_name.as_deref(),
            )
            .await;
        }
        let found = column_reads::list_tables_with_column(self.db, &request.table_group_id, &spellings(&request.column_name)).await?;
        only_one(found)
    }

    /// Asks the places of one run in their order; `opened` counts the payloads of all.
    async fn read_run(&self, run: &CandidateRun, table: Option<&NamedTable>, opened: &mut u32) -> Result<Said, AppError> {
        let (wants_tables, wants_payload) = match self.request.source {
            WantedSource::Auto => (self.tables_on || !run.has_payload, true),
            WantedSource::Table => (true, false),
            WantedSource::Payload => (false, true),
        };
        let mut reason = match self.request.source {
            WantedSource::Auto if !self.tables_on && run.has_payload => Some("Reading from tables is switched off.".to_owned()),
            WantedSource::Auto if !self.tables_on => Some("Reading from tables is switched off, but this run has no payload.".to_owned()),
            WantedSource::Payload => Some("The payload was asked for.".to_owned()),
            _ => None,
        };
        let mut has_table_rows = false;
        if wants_tables && let Some(table) = table.filter(|_| run.has_rows) {
            match self.read_tables(run, table).await {
                Ok(Some(mut answer)) => {
                    answer.reason = reason.or(answer.reason);
                    return Ok(Said::Found(Box::new(answer)));
                }
                Ok(None) => {
                    has_table_rows = true;
                    reason = Some("The tables have no row for this column in this run.".into());
                }
                Err(AppError::Internal(error)) if wants_payload && run.has_payload => {
                    tracing::error!(run.id = %run.profile_run_id, %error, "The tables could not be read for a column; its payload is asked");
                    reason = Some("The tables could not be read; the log says why.".into());
                }
                Err(error) => return Err(error),
            }
        } else if wants_tables {
            reason = Some("The tables have no rows of this table for this run.".into());
        }
        if !wants_payload || !run.has_payload {
            return Ok(if has_table_rows { Said::NoColumn } else { Said::NoTable(reason) });
        }
        if *opened >= MOST_PAYLOADS {
            return Ok(if has_table_rows { Said::NoColumn } else { Said::Unopened });
        }
        *opened += 1;
        Ok(
            match read_payload(self.db, self.config, &run.profile_run_id, run.has_payload).await? {
                Ok(payload) => match find_in_payload(self.request, &payload, table, reason)? {
                    Said::NoTable(_) if has_table_rows => Said::NoColumn,
                    Said::Found(answer) => Said::Found(Box::new(self.with_stored_findings(run, table, *answer).await?)),
                    said => said,
                },
                Err(error) if has_table_rows => {
                    tracing::warn!(run.id = %run.profile_run_id, %error, "The payload of a run cannot be read");
                    Said::NoColumn
                }
                Err(error) => Said::NoTable(Some(error.to_string())),
            },
        )
    }

    /// Findings stand in rows, whichever place has the figures; the payload adds those of its own.
    async fn with_stored_findings(
        &self,
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
            column_reads::list_column_anomalies(self.db, run, &named, &answer.column.column_name),
            column_reads::list_dismissed_findings(self.db, &run.profile_run_id)
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

    /// Results first, typed columns second. A part of the schema that is missing is added once, where Limn may do so.
    async fn read_tables(&self, run: &CandidateRun, table: &NamedTable) -> Result<Option<ColumnAnswer>, AppError> {
        match self.read_rows(run, table).await {
            Err(AppError::Internal(error)) if is_switched_on(self.db, AUTO_MANAGE).await? => {
                let added = self.db.repair_schema().await?;
                if added.is_empty() {
                    return Err(AppError::Internal(error));
                }
                tracing::warn!(
                    added = added.join(", "),
                    "Parts of the schema were missing and were added; reading again"
                );
                self.read_rows(run, table).await
            }
            other => other,
        }
    }

    async fn read_rows(&self, run: &CandidateRun, table: &NamedTable) -> Result<Option<ColumnAnswer>, AppError> {
        let name = self.request.column_name.as_str();
        let mut origin = ProfileOrigin::Results;
        let (mut stored, mut anomalies) = (None, Vec::new());
        if !self.for_page {
            // Nearly always the name is the column's own; the anomalies of that name are asked for at once.
            (stored, anomalies) = tokio::try_join!(
                column_reads::find_result_column(self.db, run, &table.table_id, name),
                column_reads::list_column_anomalies(self.db, run, table, name)
            )?;
        }
        if stored.is_none() && !self.for_page {
            let listed = column_reads::list_result_columns(self.db, run, &table.table_id, &spellings(name)).await?;
            stored = only_column(listed, name)?;
        }
        let mut reason = None;
        if stored.is_none() {
            let listed = column_reads::list_typed_columns(self.db, run, &table.table_id, &spellings(name)).await?;
            stored = only_column(listed, name)?;
            origin = ProfileOrigin::Columns;
            reason = Some("dq_profile_results has no row for this column in this run.".to_owned());
        }
        let Some(mut stored) = stored else { return Ok(None) };
        if !stored.has_values {
            let position = stored.column.ordinal_position;
            let values = column_reads::list_column_values(self.db, run, &table.table_id, position).await?;
            if let Some(values) = values {
                values.put_into(&mut stored.column);
            }
        }
        if !self.for_page && stored.column.column_name != name {
            anomalies = column_reads::list_column_anomalies(self.db, run, table, &stored.column.column_name).await?;
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
}
