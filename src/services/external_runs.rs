//! Runs that a program outside does: it says when one begins and how it ended. Saying the same end twice is once; another end
//! is refused and kept in the trail.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::access;
use super::error::AppError;
use super::finding_settings::load_settings;
use super::findings::{Reported, take_reported};
use super::run_signals::RunSignals;
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::identifier::{RunId, TableGroupId};
use crate::domain::profile_run::{RunPhase, RunReason, RunStatus};
use crate::domain::user::{Permission, Viewer};
use crate::store::profile_runs::{self, RequestedRun};
use crate::store::run_completion::{Finish, RunOutcome, finish};
use crate::store::{Database, connections, external_runs, masking};

/// What a program reports at the end.
#[derive(Clone, Debug)]
pub struct ExternalReport {
    /// Completed, failed or cancelled.
    pub status: RunStatus,
    /// Rows profiled.
    pub row_count: Option<u64>,
    /// Findings, where it counted them itself.
    pub anomaly_count: Option<u64>,
    /// Findings.
    pub anomalies: Vec<ProfileAnomaly>,
    /// Schemas and names of the tables that it looked at, where it says.
    pub tables: Vec<(String, String)>,
}

/// Begins a run of a group.
pub async fn begin(
    db: &Database,
    signals: &RunSignals,
    viewer: &Viewer,
    group: &TableGroupId,
    started_at: Option<DateTime<Utc>>,
) -> Result<RequestedRun, AppError> {
    access::require_on_group(db, viewer, Permission::RunProfiling, group).await?;
    let (connection, known) = connections::find_table_group(db, group).await?.ok_or(AppError::NotFound)?;
    if let Some((title, detail)) = connection.refusal().or_else(|| known.refusal()) {
        return Err(AppError::conflict(title, detail));
    }
    let mut tx = db.begin().await?;
    let run = external_runs::begin_external_run(&mut tx, group, started_at, &access::actor(viewer)).await?;
    tx.commit().await?;
    signals.changed(&run.profile_run_id);
    Ok(run)
}

/// Ends a run that its program does itself. The end of Limn's own runs is nobody's to report.
pub async fn complete(db: &Database, signals: &RunSignals, viewer: &Viewer, run: &RunId, report: &ExternalReport) -> Result<(), AppError> {
    access::require(viewer, Permission::RunProfiling)?;
    let known = profile_runs::find_run_by_id(&db.within(viewer.scope()), run)
        .await?
        .ok_or(AppError::NotFound)?;
    access::require_on_group(db, viewer, Permission::RunProfiling, &known.table_group_id).await?;
    let attempt = external_runs::find_external_attempt(db, run).await?.ok_or(AppError::NotFound)?;
    let phase = match report.status {
        RunStatus::Completed => RunPhase::Completed,
        RunStatus::Failed => RunPhase::Failed,
        RunStatus::Cancelled => RunPhase::Cancelled,
        RunStatus::Pending | RunStatus::Running => {
            return Err(AppError::bad_request("This is no end", "status is completed, failed or cancelled."));
        }
    };
    let outcome = RunOutcome {
        phase,
        reason: (phase == RunPhase::Failed).then_some(RunReason::InternalError),
        error_message: (phase == RunPhase::Failed).then(|| "The program that did this run reported a failure.".to_owned()),
        row_count: report.row_count,
        table_count: None,
        column_count: None,
        bytes_scanned: None,
        mode: None,
        failed_tables: Vec::new(),
        digest: digest(phase, report),
    };
    let settings = load_settings(db).await?;
    let mut tx = db.begin().await?;
    let finished = finish(&mut tx, run, attempt, &outcome).await?;
    if finished == Finish::Recorded {
        let mut anomalies = report.anomalies.clone();
        if let Some(words) = masking::find_storing_veil(&mut tx, run).await? {
            masking::mask_reported(&mut anomalies, &words);
        }
        external_runs::record_report(&mut tx, run, attempt, report.anomaly_count, &anomalies).await?;
        let reported = Reported {
            anomalies: &anomalies,
            tables: &report.tables,
            is_whole: report.anomaly_count.is_none_or(|count| count <= anomalies.len() as u64),
        };
        take_reported(&mut tx, run, &outcome, reported, &settings).await?;
        let details = serde_json::json!({ "phase": phase, "anomalies": report.anomalies.len() });
        crate::store::audit::record(&mut tx, &access::actor(viewer), "run.end", &format!("run:{run}"), details).await?;
    }
    tx.commit().await?;
    signals.changed(run);
    match finished {
        Finish::Recorded | Finish::AlreadySame => Ok(()),
        Finish::Conflict => Err(AppError::conflict(
            "The run had ended otherwise",
            "What stands is kept; the report is in the trail. Begin a new run to store other results.",
        )),
    }
}

/// A fingerprint of the report: the same report has the same.
fn digest(phase: RunPhase, report: &ExternalReport) -> String {
    let mut hasher = Sha256::new();
    hasher.update(format!("{phase} {:?} {:?}", report.row_count, report.anomaly_count));
    for anomaly in &report.anomalies {
        hasher.update(format!(
            "\n{}\n{}\n{:?}\n{}\n{}\n{}",
            anomaly.schema_name, anomaly.table_name, anomaly.column_name, anomaly.anomaly_type, anomaly.severity, anomaly.description
        ));
    }
    for (schema, table) in &report.tables {
        hasher.update(format!("\n{schema}\n{table}"));
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
