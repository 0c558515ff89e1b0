//! Starting, cancelling and retrying runs.

use leptos::prelude::*;

use super::reply::{go, go_saying, refuse, safe_path, state, viewer};
use crate::domain::identifier::{RunId, TableGroupId, TableId};
use crate::domain::profile_run::{RunMode, RunTrigger};
use crate::services::error::AppError;
use crate::services::run_launch::{self, LaunchRequest};
use crate::services::sample_data;

/// Starts a run of a group, or of one of its tables.
#[server(prefix = "/actions", endpoint = "start-run")]
pub async fn start_run(
    table_group_id: String,
    #[server(default)] table_id: String,
    #[server(default)] mode: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let Some(mode) = asked_mode(&mode) else {
        return refuse(
            &safe_path(&back, "/runs"),
            AppError::bad_request("There is no such mode", "Ask for `full` or `partial`."),
        );
    };
    let only_tables = if table_id.is_empty() { Vec::new() } else { vec![TableId(table_id)] };
    let request = LaunchRequest {
        table_group_id: TableGroupId(table_group_id),
        only_tables,
        mode,
        trigger: RunTrigger::Person,
        retry_of: None,
    };
    match run_launch::launch(&state.db, &state.signals, &viewer, request).await {
        Ok(run) => {
            go(&safe_path(&back, &format!("/runs/{}", run.number)));
            Ok(())
        }
        Err(error) => refuse(&safe_path(&back, "/runs"), error),
    }
}

/// The mode of a form; a form that names none asks for the usual.
fn asked_mode(word: &str) -> Option<RunMode> {
    if word.is_empty() {
        Some(RunMode::Partial)
    } else {
        RunMode::from_word(word)
    }
}

/// Asks for a run's end.
#[server(prefix = "/actions", endpoint = "cancel-run")]
pub async fn cancel_run(profile_run_id: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/runs");
    match run_launch::cancel(&state.db, &state.signals, &viewer, &RunId(profile_run_id)).await {
        Ok(true) => go_saying(
            &back,
            true,
            "The run is being cancelled",
            "It stores nothing. Profiles of earlier runs stay as they are.",
        ),
        Ok(false) => go_saying(
            &back,
            false,
            "There was nothing to cancel",
            "The run has ended, or its end was asked for before.",
        ),
        Err(error) => refuse(&back, error),
    }
}

/// Starts an ended run again, as a new run.
#[server(prefix = "/actions", endpoint = "retry-run")]
pub async fn retry_run(profile_run_id: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    match run_launch::retry(&state.db, &state.signals, &viewer, &RunId(profile_run_id)).await {
        Ok(run) => {
            go(&format!("/runs/{}", run.number));
            Ok(())
        }
        Err(error) => refuse(&safe_path(&back, "/runs"), error),
    }
}

/// Writes and profiles the sample data, and shows the first table.
#[server(prefix = "/actions", endpoint = "profile-sample")]
pub async fn profile_sample() -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    match sample_data::profile_sample(&state.db, &state.config, &state.signals, &viewer).await {
        Ok((_, address)) => {
            go(&address.path());
            Ok(())
        }
        Err(error) => refuse("/", error),
    }
}
