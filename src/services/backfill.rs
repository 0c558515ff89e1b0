//! Backfill: the payloads of old runs become rows. Each run is one transaction and is entered in a ledger with its payload's
//! fingerprint, so that it may be stopped at any moment, started again, and done twice without a difference.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::access;
use super::configuration::Configuration;
use super::error::AppError;
use super::payloads::{Payload, PayloadError, PayloadTable, load_payload};
use crate::domain::audit::Actor;
use crate::domain::identifier::RunId;
use crate::domain::profile_run::RunMode;
use crate::domain::table_profile::{FailedTable, Snapshot, TableProfile};
use crate::domain::user::{Permission, Viewer};
use crate::store::backfill::{self, PAYLOAD_ENGINE, PayloadRows, PayloadRun, RowCounts};
use crate::store::{Database, column_reads, masking};

/// Longest inline payload in characters.
const LONGEST_PAYLOAD: u64 = 64 << 20;

/// What to do.
#[derive(Clone, Debug, Default)]
pub struct BackfillPlan {
    /// Only this run, done anew whatever the ledger says.
    pub run: Option<RunId>,
    /// Read and count, write nothing.
    pub dry_run: bool,
}

/// What became of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackfilledRun {
    /// Run.
    pub profile_run_id: RunId,
    /// Its number.
    pub number: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// What its payload holds, as far as it could be read.
    pub payload: RowCounts,
    /// What the tables hold of it now.
    pub rows: RowCounts,
    /// Why it could not be read, or what was left as it was.
    pub remark: Option<String>,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its payload was written to the tables.
    Written,
    /// Its payload would be written.
    WouldWrite,
    /// The same payload had been written before.
    DoneBefore,
    /// Its payload could not be read.
    Unreadable,
}

/// The whole backfill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BackfillReport {
    /// Runs in their order.
    pub runs: Vec<BackfilledRun>,
}

impl BackfillReport {
    /// Runs with this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.runs.iter().filter(|run| run.outcome == outcome).count()
    }

    /// Runs whose tables hold other numbers of rows than their payload.
    pub fn differing(&self) -> impl Iterator<Item = &BackfilledRun> {
        self.runs
            .iter()
            .filter(|run| matches!(run.outcome, Outcome::Written | Outcome::DoneBefore) && run.payload != run.rows)
    }
}

/// Explodes payloads; `step` hears of each run when it is done, with the number of all.
pub async fn backfill(
    db: &Database,
    config: &Configuration,
    plan: &BackfillPlan,
    actor: &Actor,
    mut step: impl FnMut(&BackfilledRun, usize),
) -> Result<BackfillReport, AppError> {
    let runs = backfill::list_payload_runs(db, plan.run.as_ref()).await?;
    if plan.run.is_some() && runs.is_empty() {
        return Err(AppError::NotFound);
    }
    let mut report = BackfillReport::default();
    let total = runs.len();
    for run in runs {
        let done = backfill_run(db, config, plan, run, actor).await?;
        step(&done, total);
        report.runs.push(done);
    }
    Ok(report)
}

async fn backfill_run(
    db: &Database,
    config: &Configuration,
    plan: &BackfillPlan,
    run: PayloadRun,
    actor: &Actor,
) -> Result<BackfilledRun, AppError> {
    let mut said = BackfilledRun {
        profile_run_id: run.profile_run_id.clone(),
        number: run.number,
        outcome: Outcome::Unreadable,
        payload: RowCounts::default(),
        rows: RowCounts::default(),
        remark: None,
    };
    let stored = column_reads::find_payload(db, &run.profile_run_id, LONGEST_PAYLOAD).await?;
    let (hash, payload) = match read(config, &run, stored).await {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(run.id = %run.profile_run_id, run.number = run.number, %error, "A payload could not be read");
            said.remark = Some(error.to_string());
            return Ok(said);
        }
    };
    let (mut tables, failed) = rows_of(payload, &run, &hash);
    said.payload = counts(&tables);
    said.outcome = if run.done.as_ref() == Some(&hash) && plan.run.is_none() {
        Outcome::DoneBefore
    } else if plan.dry_run {
        Outcome::WouldWrite
    } else {
        let mut tx = db.begin().await?;
        if let Some(words) = masking::find_storing_veil(&mut tx, &run.profile_run_id).await? {
            for table in &mut tables {
                masking::mask_table(&mut table.profile, &mut table.anomalies, &words);
            }
        }
        let exploded = backfill::replace_payload_rows(&mut tx, &run, &hash, &tables, &failed, actor).await?;
        tx.commit().await?;
        said.remark = remark(exploded.kept, exploded.added);
        Outcome::Written
    };
    said.rows = backfill::count_rows(db, &run).await?;
    Ok(said)
}

/// The payload with its fingerprint.
async fn read(config: &Configuration, run: &PayloadRun, stored: Option<String>) -> Result<(String, Payload), PayloadError> {
    if stored.is_none() {
        return Err(PayloadError::TooLarge(format!("it has more than {LONGEST_PAYLOAD} characters")));
    }
    let text = load_payload(config, stored).await?;
    let (hash, payload) = tokio::task::spawn_blocking(move || {
        let hash: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        Payload::read(&text).map(|payload| (hash, payload))
    })
    .await
    .map_err(|error| PayloadError::Unreadable(error.to_string()))??;
    match &payload.profile_run_id {
        Some(other) if *other != run.profile_run_id.as_str() => Err(PayloadError::OtherRun(other.clone())),
        _ => Ok((hash, payload)),
    }
}

/// Tables that were read, and those that the writer could not read.
fn rows_of(payload: Payload, run: &PayloadRun, hash: &str) -> (Vec<PayloadRows>, Vec<FailedTable>) {
    let (mut tables, mut failed) = (Vec::new(), Vec::new());
    for table in payload.tables {
        if let Some(error) = table.error.clone().filter(|_| table.columns.is_empty()) {
            failed.push(FailedTable {
                schema_name: table.schema_name,
                table_name: table.table_name,
                error,
                remedy: "Profile the table again.".into(),
            });
        } else {
            tables.push(rows_of_table(table, run, hash));
        }
    }
    (tables, failed)
}

fn rows_of_table(table: PayloadTable, run: &PayloadRun, hash: &str) -> PayloadRows {
    let most = table.columns.iter().map(|column| column.row_count).max().unwrap_or_default();
    let row_count = table.row_count.unwrap_or(most);
    PayloadRows {
        profile: TableProfile {
            table_name: table.table_name,
            schema_name: table.schema_name,
            row_count,
            column_count: u32::try_from(table.columns.len()).unwrap_or(u32::MAX),
            format: PAYLOAD_ENGINE.into(),
            snapshot: Snapshot {
                id: hash.to_owned(),
                description: format!("payload of run {}", run.number),
                ..Snapshot::default()
            },
            rows_scanned: row_count,
            engine: PAYLOAD_ENGINE.into(),
            mode: RunMode::Full,
            columns: table.columns,
            ..TableProfile::default()
        },
        anomalies: table.anomalies,
        source_table_id: table.table_id,
    }
}

fn counts(tables: &[PayloadRows]) -> RowCounts {
    let columns = || tables.iter().flat_map(|table| &table.profile.columns);
    RowCounts {
        tables: tables.len() as u64,
        columns: columns().count() as u64,
        values: columns()
            .map(|column| (column.top_values.len() + column.histogram.len()) as u64)
            .sum(),
        anomalies: tables.iter().map(|table| table.anomalies.len() as u64).sum(),
    }
}

fn remark(kept: u64, added: u64) -> Option<String> {
    let kept = (kept > 0).then(|| format!("{kept} tables have rows of their own, which were kept"));
    let added = (added > 0).then(|| format!("{added} tables were new to the group"));
    match (kept, added) {
        (None, None) => None,
        (kept, added) => Some(kept.into_iter().chain(added).collect::<Vec<_>>().join("; ")),
    }
}

/// Explodes the payload of one run for somebody who pressed a button.
pub async fn backfill_one(db: &Database, config: &Configuration, viewer: &Viewer, run: &RunId) -> Result<BackfilledRun, AppError> {
    access::require(viewer, Permission::Configure)?;
    let plan = BackfillPlan {
        run: Some(run.clone()),
        dry_run: false,
    };
    let mut report = backfill(db, config, &plan, &access::actor(viewer), |_, _| {}).await?;
    report.runs.pop().ok_or(AppError::NotFound)
}
