//! The switches of the installation, the schema, how long runs are kept, and payloads that become rows.

use std::collections::HashMap;

use chrono::Utc;
use leptos::prelude::*;

use super::reply::{go_saying, refuse, safe_path, state, viewer};
use crate::components::format::counted;
use crate::domain::identifier::RunId;
use crate::services::backfill::Outcome;
use crate::services::finding_settings::{AskedSettings, save_settings};
use crate::services::{backfill, maintenance, retention, switches};

/// Switches one of the named switches on or off.
#[server(prefix = "/actions", endpoint = "set-switch")]
pub async fn set_switch(key: String, on: bool, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/schema");
    match switches::set_switch(&state.db, &viewer, &key, on).await {
        Ok(said) => go_saying(&back, true, said, "It counts from now on, without a restart."),
        Err(error) => refuse(&back, error),
    }
}

/// Adds what is missing from the schema.
#[server(prefix = "/actions", endpoint = "repair-schema")]
pub async fn repair_schema(#[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/schema");
    match maintenance::repair_schema(&state.db, &viewer).await {
        Ok(added) if added.is_empty() => go_saying(&back, true, "Nothing was missing", ""),
        Ok(added) => go_saying(&back, true, "What was missing was added", added.join(", ")),
        Err(error) => refuse(&back, error),
    }
}

/// Loads the payload of one run into the tables.
#[server(prefix = "/actions", endpoint = "backfill-run")]
pub async fn backfill_run(profile_run_id: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/runs");
    match backfill::backfill_one(&state.db, &state.config, &viewer, &RunId(profile_run_id)).await {
        Ok(done) if done.outcome == Outcome::Unreadable => {
            go_saying(&back, false, "The payload cannot be read", done.remark.unwrap_or_default())
        }
        Ok(done) => go_saying(
            &back,
            true,
            format!("The payload of run {} is in the tables", done.number),
            done.remark.unwrap_or_default(),
        ),
        Err(error) => refuse(&back, error),
    }
}

/// Sets how long runs are kept; a dry press of the same form shows what would go.
#[server(prefix = "/actions", endpoint = "set-retention")]
pub async fn set_retention(#[server(default)] days: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/retention");
    let change = async {
        let days = retention::read_days(&days)?;
        retention::set_retention_days(&state.db, &viewer, days).await?;
        Ok::<_, crate::services::error::AppError>(days)
    };
    match change.await {
        Ok(Some(days)) => go_saying(
            &back,
            true,
            format!("Runs are kept for {}", counted(u64::from(days), "day")),
            "Older ones are removed within six hours, and from then on as they age.",
        ),
        Ok(None) => go_saying(&back, true, "Runs are kept for ever", ""),
        Err(error) => refuse(&back, error),
    }
}

/// Removes what the set age says, now.
#[server(prefix = "/actions", endpoint = "remove-old-runs")]
pub async fn remove_old_runs(#[server(default)] back: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/retention");
    match maintenance::remove_old_runs(&state.db, &viewer, Utc::now()).await {
        Ok(count) => go_saying(&back, true, format!("{} removed", counted(count, "run")), ""),
        Err(error) => refuse(&back, error),
    }
}

/// Keeps what findings and scores go by.
#[server(prefix = "/actions", endpoint = "set-finding-settings")]
#[allow(clippy::too_many_arguments, reason = "the fields of a form")]
pub async fn set_finding_settings(
    #[server(default)] countries: Vec<String>,
    #[server(default)] columns: HashMap<String, String>,
    #[server(default)] tables: HashMap<String, String>,
    #[server(default)] personal: String,
    #[server(default)] critical: String,
    threshold: String,
    cool_down_hours: String,
    #[server(default)] back: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = safe_path(&back, "/settings/quality");
    let asked = AskedSettings {
        countries,
        columns,
        tables,
        personal,
        critical,
        threshold,
        cool_down_hours,
    };
    match save_settings(&state.db, &viewer, &asked).await {
        Ok(()) => go_saying(&back, true, "Saved", "It counts from the next run on."),
        Err(error) => refuse(&back, error),
    }
}
