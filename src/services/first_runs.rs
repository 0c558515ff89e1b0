//! The first run of what is switched on: asked for once, in the transaction that switches it on, where somebody wants it.

use super::access;
use super::error::AppError;
use super::run_signals::RunSignals;
use crate::domain::identifier::TableGroupId;
use crate::domain::profile_run::{RunMode, RunTrigger};
use crate::domain::user::{Permission, Viewer};
use crate::store::profile_runs::{self, NewRun, RequestedRun};
use crate::store::{Transaction, first_runs};

/// What switching something came to.
#[derive(Clone, Debug, Default)]
pub struct Activation {
    /// Whether anything changed.
    pub changed: bool,
    /// First runs that were asked for.
    pub runs: Vec<RequestedRun>,
}

impl Activation {
    /// The first runs in words; empty where there is none.
    pub fn words(&self) -> String {
        match self.runs.as_slice() {
            [] => String::new(),
            [run] => format!("Run {} reads its tables now.", run.number),
            [first, .., last] => format!("Runs {} to {} read its tables now.", first.number, last.number),
        }
    }
}

/// Asks for the first run of each group that waits for one. A run that was asked for tells its trigger: it was switched on.
pub(super) async fn request(tx: &mut Transaction, viewer: &Viewer, groups: &[TableGroupId]) -> Result<Vec<RequestedRun>, AppError> {
    let mut runs = Vec::new();
    if !viewer.may(Permission::RunProfiling) {
        return Ok(runs);
    }
    for group in groups {
        if !first_runs::is_due(tx, group).await? {
            continue;
        }
        let new = NewRun {
            table_group_id: group.clone(),
            mode: RunMode::Full,
            trigger: RunTrigger::Activation,
            only_tables: Vec::new(),
            retry_of: None,
        };
        runs.push(profile_runs::request_run(tx, new, &access::actor(viewer)).await?);
    }
    Ok(runs)
}

/// Tells the workers and whoever looks, once the transaction stands.
pub(super) fn tell(signals: &RunSignals, runs: &[RequestedRun]) {
    for run in runs {
        tracing::info!(run.id = %run.profile_run_id, run.number = run.number, "The first run of a group was requested");
        signals.changed(&run.profile_run_id);
    }
    if !runs.is_empty() {
        signals.work_waits();
    }
}
