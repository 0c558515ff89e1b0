//! The one place where a run ends.
//!
//! The embedded engine's pipe ends here, and later the signed callback and the poller will: all with the same outcome
//! type, one transaction, and the same answer when it is said twice. Status, results, failed tables, outbox and audit
//! are written together or not at all. A commit whose answer was lost is simply said again: the digest tells that it
//! is the same.

use sha2::{Digest, Sha256};

use super::error::AppError;
use super::finding_settings::{FindingSettings, load_settings};
use super::findings::{self, Findings};
use super::partition_states;
use super::run_signals::RunSignals;
use crate::components::format::counted;
use crate::domain::audit::Actor;
use crate::domain::identifier::{RunId, TableId};
use crate::domain::profile_run::{RunMode, RunPhase, RunReason};
use crate::domain::table_profile::{FailedTable, TableProfile};
use crate::engine::states::partition::StoredPartition;
use crate::store::anomalies::Dismissed;
use crate::store::run_completion::{Finish, RunOutcome, finish};
use crate::store::{Database, StoreError, Transaction, audit, column_profiles, masking, run_log};

/// How a run went, whoever reports it.
#[derive(Debug)]
pub struct Completion {
    /// Run.
    pub profile_run_id: RunId,
    /// The attempt that reports; a stale one is refused.
    pub attempt: u32,
    /// Why it ended other than by finishing its tables.
    pub end: End,
    /// Profiles with the tables that they belong to.
    pub profiles: Vec<(TableId, TableProfile)>,
    /// New states of partitions, by table.
    pub states: Vec<(TableId, Vec<StoredPartition>)>,
    /// Tables that could not be read.
    pub failed: Vec<FailedTable>,
}

/// How the work ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Every table was tried.
    Finished,
    /// A person stopped it; profiles are left out.
    Cancelled,
    /// It could not go on.
    Failed(RunReason, String),
}

/// What became of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completed {
    /// It is stored; the run has ended.
    Recorded,
    /// The same was stored before.
    AlreadySame,
    /// Something else was stored before, or a later attempt holds the run.
    Conflict,
}

/// Tries of the transaction while the answer is ambiguous.
const TRIES: u32 = 4;

/// Ends a run.
pub async fn complete(db: &Database, signals: &RunSignals, completion: &mut Completion) -> Result<Completed, AppError> {
    let outcome = outcome(completion);
    let settings = load_settings(db).await?;
    let mut tries = 0;
    let mut judged = None;
    let recorded = loop {
        tries += 1;
        match record(db, completion, &outcome, &settings, &mut judged).await {
            Ok(recorded) => break recorded,
            // The commit may or may not have happened: say it again, the digest decides.
            Err(StoreError::Unavailable { .. }) if tries < TRIES => {
                tracing::warn!(run.id = %completion.profile_run_id, tries, "The end of a run could not be stored; trying again");
                tokio::time::sleep(std::time::Duration::from_millis(250 * u64::from(tries))).await;
            }
            Err(error) => return Err(error.into()),
        }
    };
    signals.changed(&completion.profile_run_id);
    let completed = match recorded {
        Finish::Recorded => Completed::Recorded,
        Finish::AlreadySame => Completed::AlreadySame,
        Finish::Conflict => Completed::Conflict,
    };
    tracing::info!(run.id = %completion.profile_run_id, attempt = completion.attempt, phase = outcome.phase.word(), tables = completion.profiles.len(), failed = completion.failed.len(), result = ?completed, "A run ended");
    Ok(completed)
}

/// One transaction. An attempt that no longer holds the run writes nothing, and learns what stands instead.
async fn record(
    db: &Database,
    completion: &mut Completion,
    outcome: &RunOutcome,
    settings: &FindingSettings,
    judged: &mut Option<(Findings, Dismissed)>,
) -> Result<Finish, StoreError> {
    let run = &completion.profile_run_id.clone();
    let mut tx = db.begin().await?;
    if outcome.phase == RunPhase::Completed {
        // Once: on a second try the profiles may be masked, and a mask is no value to judge.
        if judged.is_none() {
            *judged = Some(judge_and_mask(&mut tx, completion, settings).await?);
        }
        for (table_id, profile) in &completion.profiles {
            match column_profiles::insert_table_profile(&mut tx, run, completion.attempt, table_id, profile).await {
                Ok(()) => {}
                Err(StoreError::LostRun { .. }) => {
                    tx.rollback().await?;
                    tx = db.begin().await?;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
    }
    let recorded = finish(&mut tx, run, completion.attempt, outcome).await?;
    if recorded == Finish::Recorded {
        if outcome.phase == RunPhase::Completed {
            partition_states::store(&mut tx, completion).await?;
        }
        findings::store(&mut tx, completion, outcome, judged.as_ref(), settings).await?;
        let details = serde_json::json!({ "phase": outcome.phase.word(), "reason": outcome.reason.map(RunReason::word), "attempt": completion.attempt });
        audit::record(&mut tx, &Actor::limn(), "run.end", &format!("run:{run}"), details).await?;
        run_log::append_log(&mut tx, run, completion.attempt, level(outcome), &sentence(outcome)).await?;
    }
    tx.commit().await?;
    Ok(recorded)
}

/// Judges the profiles, and takes personal values out of them and of what was found, where the group says so.
async fn judge_and_mask(
    tx: &mut Transaction,
    completion: &mut Completion,
    settings: &FindingSettings,
) -> Result<(Findings, Dismissed), StoreError> {
    let (mut findings, dismissed) = findings::judge(tx, completion, settings).await?;
    if let Some(words) = masking::find_storing_veil(tx, &completion.profile_run_id).await? {
        for ((table_id, profile), found) in completion.profiles.iter_mut().zip(&mut findings.of_tables) {
            if masking::mask_table(profile, found, &words) {
                // Sketches hold values: such a table is read as a whole each time.
                completion.states.retain(|(of, _)| of != table_id);
            }
        }
    }
    Ok((findings, dismissed))
}

/// Turns a report into what is stored of the run itself.
fn outcome(completion: &Completion) -> RunOutcome {
    let profiles = || completion.profiles.iter().map(|(_, profile)| profile);
    let (phase, reason, error_message) = match &completion.end {
        End::Cancelled => (RunPhase::Cancelled, Some(RunReason::CancelledByPerson), None),
        End::Failed(reason, message) => (RunPhase::Failed, Some(*reason), Some(message.clone())),
        End::Finished if completion.profiles.is_empty() && !completion.failed.is_empty() => {
            let message = match completion.failed.as_slice() {
                [only] => only.error.clone(),
                [first, rest @ ..] => format!("{} ({} more tables failed)", first.error, rest.len()),
                [] => String::new(),
            };
            (RunPhase::Failed, Some(RunReason::AllTablesFailed), Some(message))
        }
        End::Finished if completion.profiles.is_empty() => (
            RunPhase::Failed,
            Some(RunReason::NoTables),
            Some("No table was found to profile.".to_owned()),
        ),
        End::Finished => (
            RunPhase::Completed,
            (!completion.failed.is_empty()).then_some(RunReason::SomeTablesFailed),
            None,
        ),
    };
    RunOutcome {
        phase,
        reason,
        error_message,
        row_count: Some(profiles().map(|profile| profile.row_count).sum()),
        table_count: Some(u32::try_from(completion.profiles.len()).unwrap_or(u32::MAX)),
        column_count: Some(profiles().map(|profile| profile.column_count).sum()),
        bytes_scanned: Some(profiles().map(|profile| profile.bytes_scanned).sum()),
        mode: (phase == RunPhase::Completed).then(|| {
            let is_partial = profiles().any(|profile| profile.mode == RunMode::Partial);
            if is_partial { RunMode::Partial } else { RunMode::Full }
        }),
        failed_tables: completion.failed.clone(),
        digest: digest(completion, phase),
    }
}

/// A fingerprint of what is reported: the same report has the same digest, whoever brings it.
fn digest(completion: &Completion, phase: RunPhase) -> String {
    let mut hasher = Sha256::new();
    hasher.update(phase.word());
    for (table_id, profile) in &completion.profiles {
        hasher.update(format!(
            "\n{table_id} {} {} {}",
            profile.snapshot.id, profile.row_count, profile.column_count
        ));
    }
    for table in &completion.failed {
        hasher.update(format!("\n{}.{} {}", table.schema_name, table.table_name, table.error));
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The level of the run's last log line.
fn level(outcome: &RunOutcome) -> &'static str {
    match outcome.phase {
        RunPhase::Failed => "error",
        _ if outcome.failed_tables.is_empty() => "info",
        _ => "warn",
    }
}

/// The run's last log line.
fn sentence(outcome: &RunOutcome) -> String {
    match outcome.phase {
        RunPhase::Cancelled => "The run was cancelled; nothing was stored.".into(),
        RunPhase::Failed => format!(
            "The run failed: {}",
            outcome.error_message.as_deref().unwrap_or("no reason was given")
        ),
        _ => {
            let failed = match outcome.failed_tables.len() {
                0 => "every table was read".to_owned(),
                count => format!("{} could not be read", counted(count as u64, "table")),
            };
            format!(
                "{}, {} and {} are stored; {failed}.",
                counted(u64::from(outcome.table_count.unwrap_or(0)), "table"),
                counted(u64::from(outcome.column_count.unwrap_or(0)), "column"),
                counted(outcome.row_count.unwrap_or(0), "row"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completion(end: End, profiles: usize, failed: usize) -> Completion {
        Completion {
            profile_run_id: "run".into(),
            attempt: 1,
            end,
            profiles: (0..profiles)
                .map(|n| {
                    (
                        TableId(n.to_string()),
                        TableProfile {
                            row_count: 10,
                            column_count: 2,
                            ..TableProfile::default()
                        },
                    )
                })
                .collect(),
            states: Vec::new(),
            failed: (0..failed)
                .map(|n| FailedTable {
                    table_name: n.to_string(),
                    error: format!("cannot read {n}"),
                    ..FailedTable::default()
                })
                .collect(),
        }
    }

    #[test]
    fn a_run_is_completed_only_when_a_table_was_profiled() {
        for (end, profiles, failed, phase, reason) in [
            (End::Finished, 2, 0, RunPhase::Completed, None),
            (End::Finished, 2, 1, RunPhase::Completed, Some(RunReason::SomeTablesFailed)),
            (End::Finished, 0, 1, RunPhase::Failed, Some(RunReason::AllTablesFailed)),
            (End::Finished, 0, 0, RunPhase::Failed, Some(RunReason::NoTables)),
            (End::Cancelled, 1, 0, RunPhase::Cancelled, Some(RunReason::CancelledByPerson)),
            (
                End::Failed(RunReason::TimedOut, "late".into()),
                1,
                0,
                RunPhase::Failed,
                Some(RunReason::TimedOut),
            ),
        ] {
            let stored = outcome(&completion(end, profiles, failed));
            assert_eq!((stored.phase, stored.reason), (phase, reason));
        }
    }

    #[test]
    fn the_same_report_has_the_same_digest_and_another_has_not() {
        let digest_of = |profiles, failed| outcome(&completion(End::Finished, profiles, failed)).digest;
        assert_eq!(digest_of(2, 1), digest_of(2, 1));
        assert_ne!(digest_of(2, 1), digest_of(2, 0));
    }
}
