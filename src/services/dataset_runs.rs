//! Runs of a whole data object: one a table group, as far as each can be profiled now.

use super::access;
use super::error::AppError;
use super::run_launch::{self, LaunchRequest, LaunchedRun};
use super::run_signals::RunSignals;
use crate::domain::identifier::TableGroupId;
use crate::domain::profile_run::{RunMode, RunTrigger};
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, connections};

/// What was started, and what was not.
#[derive(Clone, Debug, Default)]
pub struct DatasetLaunch {
    /// Runs.
    pub started: Vec<LaunchedRun>,
    /// Groups that cannot be profiled now.
    pub passed_over: Vec<TableGroupId>,
}

/// Starts a run of each group of a data object that has tables. What the caller may not see is not there.
pub async fn launch(
    db: &Database,
    signals: &RunSignals,
    viewer: &Viewer,
    data_object: &TableGroupId,
    table_count: usize,
) -> Result<DatasetLaunch, AppError> {
    access::require_on_group(db, viewer, Permission::RunProfiling, data_object).await?;
    if connections::find_table_group(db, data_object).await?.is_none() {
        return Err(AppError::NotFound);
    }
    if table_count == 0 {
        return Err(AppError::bad_request(
            "This data object has no table to profile",
            "Put tables into what it reads, then let Limn look for them again.",
        ));
    }
    let mut launch = DatasetLaunch::default();
    let request = LaunchRequest {
        table_group_id: data_object.clone(),
        only_tables: Vec::new(),
        mode: RunMode::Partial,
        trigger: RunTrigger::Api,
        retry_of: None,
    };
    match run_launch::launch(db, signals, viewer, request).await {
        Ok(run) => launch.started.push(run),
        Err(AppError::Conflict { .. } | AppError::Refused { .. }) => launch.passed_over.push(data_object.clone()),
        Err(error) => return Err(error),
    }
    Ok(launch)
}
