//! One column of the latest completed run that has its table: from the tables where they have it, else from the payload of
//! the very same run. The answer and the log say which place answered, and why not the first one.

use super::configuration::Configuration;
use super::error::AppError;
use super::payloads::{Payload, PayloadTable};
use super::run_payloads::read_payload;
use super::switches::{AUTO_MANAGE, TABLE_READS, is_switched_on};
use super::table_names::{ambiguous, find_named_table, only_one};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::column_answer::{ColumnAnswer, ProfileOrigin, WantedSource};
use crate::domain::identifier::TableGroupId;
use crate::domain::name_match::{bare_name, is_same_name, means_name, means_table, spellings};
use crate::store::Database;
use crate::store::candidate_runs::{CandidateRun, Candidates, list_candidate_runs};
use crate::store::column_reads::{self, NamedTable, StoredColumn};

/// Runs of which only the payload may know the table, and that are opened for one answer.
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
    for run in runs {
        match reader.read_run(&run, Some(table)).await? {
            Said::Found(answer) => return Ok(Some(ColumnProfileAnswer { run, answer: *answer })),
            Said::NoColumn => return Ok(None),
            Said::NoTable(_) => {}
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
enum Said {
    /// The column.
    Found(Box<ColumnAnswer>),
    /// The run has the table, and the table has no such column.
    NoColumn,
    /// The run does not have the table, or nothing can be read of it; holds why, where there is something to say.
    NoTable(Option<String>),
}

impl Reader<'_> {
    async fn read(&self, table: Option<NamedTable>) -> Result<ColumnProfileAnswer, AppError> {
        let table_id = table.as_ref().map(|table| &table.table_id);
        let group = &self.request.table_group_id;
        let (mut wanted, mut limit) = (Candidates::Newest, FIRST_RUNS);
        let mut unread: Option<(i64, String)> = None;
        let mut payloads = 0;
        'runs: loop {
            let runs = list_candidate_runs(self.db, group, table_id, wanted, limit).await?;
            let last = runs.last().map(|run| run.number);
            for run in runs {
                payloads += u32::from(!run.has_rows);
                if payloads > MOST_PAYLOADS {
                    break 'runs;
                }
                match self.read_run(&run, table.as_ref()).await? {
                    Said::Found(mut answer) => {
                        if let Some((number, reason)) = unread {
                            let newer = format!("Run {number} is newer, but cannot be read for this table: {reason}");
                            answer.reason = Some(answer.reason.map_or(newer.clone(), |reason| format!("{reason} {newer}")));
                        }
                        return Ok(ColumnProfileAnswer { run, answer: *answer });
                    }
                    Said::NoColumn => return Err(AppError::NotFound),
                    Said::NoTable(reason) => unread = unread.or(reason.map(|reason| (run.number, reason))),
                }
            }
            (wanted, limit) = match (wanted, last) {
                (Candidates::Newest, Some(number)) => (Candidates::OlderThan(number), OLDER_RUNS),
                _ => break,
            };
        }
        if let Some((number, reason)) = unread {
            tracing::warn!(group = %self.request.table_group_id, run.number = number, reason, "No place could answer for a column");
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

    /// Asks the places of one run in their order.
    async fn read_run(&self, run: &CandidateRun, table: Option<&NamedTable>) -> Result<Said, AppError> {
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
        Ok(
            match read_payload(self.db, self.config, &run.profile_run_id, run.has_payload).await? {
                Ok(payload) => match self.find_in_payload(&payload, table, reason)? {
                    Said::NoTable(_) if has_table_rows => Said::NoColumn,
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
            values.put_into(&mut stored.column);
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

    fn find_in_payload(&self, payload: &Payload, known: Option<&NamedTable>, reason: Option<String>) -> Result<Said, AppError> {
        let named = [self.request.table_name.as_deref(), self.request.physical_name.as_deref()];
        let names: Vec<&str> = named.into_iter().flatten().filter(|name| !name.trim().is_empty()).collect();
        let has_column = |table: &&PayloadTable| {
            table
                .columns
                .iter()
                .any(|column| means_name(&self.request.column_name, &column.column_name))
        };
        let meant: Vec<&PayloadTable> = payload
            .tables
            .iter()
            .filter(|table| match known {
                Some(known) => {
                    is_same_name(&table.table_name, &known.table_name)
                        && (table.schema_name.is_empty() || is_same_name(&table.schema_name, &known.schema_name))
                }
                None if names.is_empty() => has_column(table),
                None => names.iter().any(|name| means_table(name, &table.schema_name, &table.table_name)),
            })
            .collect();
        let table = match meant.as_slice() {
            [] => return Ok(Said::NoTable(None)),
            [only] => *only,
            several => return Err(ambiguous(several.iter().map(|table| (&table.schema_name, &table.table_name)))),
        };
        let columns = table
            .columns
            .iter()
            .map(|column| StoredColumn {
                schema_name: table.schema_name.clone(),
                table_name: table.table_name.clone(),
                column: column.clone(),
                has_values: true,
            })
            .filter(|stored| means_name(&self.request.column_name, &stored.column.column_name))
            .collect();
        let Some(stored) = only_column(columns, &self.request.column_name)? else {
            return Ok(Said::NoColumn);
        };
        let is_about = |column: &Option<String>| column.as_ref() == Some(&stored.column.column_name);
        // The table's own spelling, as its rows would have it.
        let (schema_name, table_name) = known.map_or((stored.schema_name, stored.table_name), |known| {
            (known.schema_name.clone(), known.table_name.clone())
        });
        let said = table.anomalies.iter().filter(|anomaly| is_about(&anomaly.column_name)).cloned();
        let anomalies = said
            .map(|anomaly| ProfileAnomaly {
                schema_name: schema_name.clone(),
                table_name: table_name.clone(),
                ..anomaly
            })
            .collect();
        Ok(Said::Found(Box::new(ColumnAnswer {
            anomalies,
            schema_name,
            table_name,
            column: stored.column,
            origin: ProfileOrigin::Payload,
            reason,
        })))
    }
}

/// The column with exactly this name, else the only one that differs in capitals.
fn only_column(mut columns: Vec<StoredColumn>, name: &str) -> Result<Option<StoredColumn>, AppError> {
    for exact in [name.to_owned(), name.trim().to_owned(), bare_name(name)] {
        if let Some(place) = columns.iter().position(|stored| stored.column.column_name == exact) {
            return Ok(Some(columns.swap_remove(place)));
        }
    }
    columns.retain(|stored| means_name(name, &stored.column.column_name));
    if columns.len() > 1 {
        let names: Vec<&str> = columns.iter().map(|stored| stored.column.column_name.as_str()).collect();
        return Err(AppError::bad_request(
            "The column's name means several columns",
            format!("They differ in capitals only: {}. Write it as the table does.", names.join(", ")),
        ));
    }
    Ok(columns.pop())
}
