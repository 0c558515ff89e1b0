//! Which run answers for a table, and from which place: the newest completed run that has it, whoever wrote the run; of it the tables first and
//! its payload last. A column, all columns of a table and the pages choose by the same rules.

use super::configuration::Configuration;
use super::error::AppError;
use super::payloads::Payload;
use super::run_payloads::read_payload;
use super::switches::{AUTO_MANAGE, is_switched_on};
use crate::domain::column_answer::{ColumnAnswer, WantedSource};
use crate::domain::identifier::TableGroupId;
use crate::store::Database;
use crate::store::candidate_runs::{CandidateRun, Candidates, list_candidate_runs};
use crate::store::column_reads::NamedTable;

/// Payloads that are opened for one answer.
pub(super) const MOST_PAYLOADS: u32 = 10;

/// Runs that are asked of at first: nearly always the newest answers.
const FIRST_RUNS: u32 = 2;
/// Runs before those that are looked at for a table.
const OLDER_RUNS: u32 = 25;

/// What one run says about what is wanted of it.
pub(super) enum Said<A> {
    /// It has it.
    Found(Box<A>),
    /// The run has the table, and the table has no such column.
    NoColumn,
    /// The run does not have the table, or nothing can be read of it; holds why, where there is something to say.
    NoTable(Option<String>),
    /// Only its payload may know, and enough payloads were opened.
    Unopened,
}

/// What is found says why it was not read from the first place.
pub(super) trait Told {
    /// The reason, in sentences.
    fn reason(&mut self) -> &mut Option<String>;
}

impl Told for ColumnAnswer {
    fn reason(&mut self) -> &mut Option<String> {
        &mut self.reason
    }
}

/// What is looked for in a run.
pub(super) trait Wanted: Sync {
    /// What is found.
    type Found: Told + Send;

    /// Why the payload is asked of a run whose rows of the table lack it.
    const NO_ROW: &'static str;

    /// Looks for it among the rows of a run.
    fn in_rows(
        &self,
        db: &Database,
        run: &CandidateRun,
        table: &NamedTable,
    ) -> impl Future<Output = Result<Option<Self::Found>, AppError>> + Send;

    /// Looks for it in the payload of a run; `reason` says why there.
    fn in_payload(
        &self,
        db: &Database,
        run: &CandidateRun,
        payload: &Payload,
        table: Option<&NamedTable>,
        reason: Option<String>,
    ) -> impl Future<Output = Result<Said<Self::Found>, AppError>> + Send;
}

/// Asks runs for what is wanted.
pub(super) struct Reader<'a, W> {
    pub db: &'a Database,
    pub config: &'a Configuration,
    pub group: &'a TableGroupId,
    pub source: WantedSource,
    /// Whether reading from tables is switched on.
    pub tables_on: bool,
    pub wanted: W,
}

impl<W: Wanted> Reader<'_, W> {
    /// The newest completed run that has it.
    pub async fn read_newest(&self, table: Option<&NamedTable>) -> Result<(CandidateRun, W::Found), AppError> {
        let table_id = table.map(|table| &table.table_id);
        let group = self.group;
        let (mut wanted, mut limit) = (Candidates::Newest, FIRST_RUNS);
        let mut unread: Option<(i64, String)> = None;
        let (mut opened, mut unopened) = (0, None);
        loop {
            let runs = list_candidate_runs(self.db, group, table_id, wanted, limit).await?;
            let last = runs.last().map(|run| run.number);
            for run in runs {
                match self.read_run(&run, table, &mut opened).await? {
                    Said::Found(mut found) => {
                        let newer =
                            unread.map(|(number, reason)| format!("Run {number} is newer, but cannot be read for this table: {reason}"));
                        let left = unopened.map(|number| {
                            format!("Of run {number} and those before it no payload was opened: {MOST_PAYLOADS} are for one answer.")
                        });
                        let said: Vec<String> = [found.reason().take(), newer, left].into_iter().flatten().collect();
                        *found.reason() = (!said.is_empty()).then(|| said.join(" "));
                        return Ok((run, *found));
                    }
                    Said::NoColumn => return Err(AppError::NotFound),
                    Said::NoTable(reason) => unread = unread.or(reason.map(|reason| (run.number, reason))),
                    Said::Unopened => unopened = unopened.or(Some(run.number)),
                }
            }
            // Runs whose payload may know the table are looked at so far only; those with its rows, however old they are.
            let may_open = self.source != WantedSource::Table && unopened.is_none();
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

    /// The first of these runs that has it; nothing where none has the table, or rows may have what the payload lacks. A run that has the
    /// table without the column answers too: there is no such column.
    pub async fn read_first(&self, runs: Vec<CandidateRun>, table: &NamedTable) -> Result<Option<(CandidateRun, W::Found)>, AppError> {
        let mut opened = 0;
        for run in runs {
            match self.read_run(&run, Some(table), &mut opened).await? {
                Said::Found(found) => return Ok(Some((run, *found))),
                Said::NoColumn if run.has_rows => return Ok(None),
                Said::NoColumn => return Err(AppError::NotFound),
                Said::NoTable(_) | Said::Unopened => {}
            }
        }
        Ok(None)
    }

    /// Asks the places of one run in their order; `opened` counts the payloads of all.
    pub async fn read_run(&self, run: &CandidateRun, table: Option<&NamedTable>, opened: &mut u32) -> Result<Said<W::Found>, AppError> {
        let (wants_tables, wants_payload) = match self.source {
            WantedSource::Auto => (self.tables_on || !run.has_payload, true),
            WantedSource::Table => (true, false),
            WantedSource::Payload => (false, true),
        };
        let mut reason = match self.source {
            WantedSource::Auto if !self.tables_on && run.has_payload => Some("Reading from tables is switched off.".to_owned()),
            WantedSource::Auto if !self.tables_on => Some("Reading from tables is switched off, but this run has no payload.".to_owned()),
            WantedSource::Payload => Some("The payload was asked for.".to_owned()),
            _ => None,
        };
        let mut has_table_rows = false;
        if wants_tables && let Some(table) = table.filter(|_| run.has_rows) {
            match self.read_tables(run, table).await {
                Ok(Some(mut found)) => {
                    let own = found.reason().take();
                    *found.reason() = reason.or(own);
                    return Ok(Said::Found(Box::new(found)));
                }
                Ok(None) => {
                    has_table_rows = true;
                    reason = Some(W::NO_ROW.to_owned());
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
                Ok(payload) => match self.wanted.in_payload(self.db, run, &payload, table, reason).await? {
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

    /// The rows of a run. A part of the schema that is missing is added once, where Limn may do so.
    async fn read_tables(&self, run: &CandidateRun, table: &NamedTable) -> Result<Option<W::Found>, AppError> {
        match self.wanted.in_rows(self.db, run, table).await {
            Err(AppError::Internal(error)) if is_switched_on(self.db, AUTO_MANAGE).await? => {
                let added = self.db.repair_schema().await?;
                if added.is_empty() {
                    return Err(AppError::Internal(error));
                }
                tracing::warn!(
                    added = added.join(", "),
                    "Parts of the schema were missing and were added; reading again"
                );
                self.wanted.in_rows(self.db, run, table).await
            }
            other => other,
        }
    }
}
