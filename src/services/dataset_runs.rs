//! Runs of a whole data object: one a table group, as far as each can be profiled now.

use std::collections::BTreeSet;

use super::access;
use super::error::AppError;
use super::run_launch::{self, LaunchRequest, LaunchedRun};
use super::run_signals::RunSignals;
use crate::domain::identifier::TableGroupId;
use crate::domain::profile_run::{RunMode, RunTrigger};
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, connections, datasets};

/// What was started, and what was not.
#[derive(Clone, Debug, Default)]
pub struct DatasetLaunch {
    /// Runs.
    pub started: Vec<LaunchedRun>,
    /// Groups that cannot be profiled now.
    pub passed_over: Vec<TableGroupId>,
}

/// Starts a run of each group of a data object that has tables: `groups`, as far as the caller sees them.
pub async fn launch(
    db: &Database,
    signals: &RunSignals,
    viewer: &Viewer,
    data_object: &str,
    groups: &BTreeSet<TableGroupId>,
) -> Result<DatasetLaunch, AppError> {
    access::require(viewer, Permission::RunProfiling)?;
    if groups.is_empty() {
        let group = TableGroupId(data_object.to_owned());
        let is_known =
            datasets::find_dataset(db, data_object).await?.is_some() || connections::find_table_group(db, &group).await?.is_some();
        return Err(if is_known {
            AppError::refused(
                "This data object has no table to profile",
                "Put tables into what it reads, then let Limn look for them again.",
            )
        } else {
            AppError::NotFound
        });
    }
    let mut launch = DatasetLaunch::default();
    let mut denied = None;
    for group in groups {
        let request = LaunchRequest {
            table_group_id: group.clone(),
            only_tables: Vec::new(),
            mode: RunMode::Partial,
            trigger: RunTrigger::Api,
            retry_of: None,
        };
        match run_launch::launch(db, signals, viewer, request).await {
            Ok(run) => launch.started.push(run),
            Err(AppError::Conflict { .. } | AppError::Refused { .. }) => launch.passed_over.push(group.clone()),
            Err(error @ (AppError::Denied(_) | AppError::Narrow { .. })) => {
                denied = Some(error);
                launch.passed_over.push(group.clone());
            }
            Err(error) => return Err(error),
        }
    }
    match denied {
        // Nothing of it is his to start: a refusal, not an empty success.
        Some(error) if launch.started.is_empty() => Err(error),
        _ => Ok(launch),
    }
}
