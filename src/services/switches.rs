//! The switches of the installation: kept among the settings, on until somebody switches them off, read anew for each answer.

use super::access;
use super::error::AppError;
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, StoreError, settings};

/// The setting that switches reading from tables off and on.
pub const TABLE_READS: &str = "profile_table_reads_enabled";
/// The setting that lets Limn add what is missing from the schema.
pub const AUTO_MANAGE: &str = "data_quality_auto_manage_tables";

/// A switch of the installation: its key among the settings, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// Key among the settings.
    pub key: &'static str,
    /// Name.
    pub label: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// All switches. Each is on until somebody switches it off.
pub const SWITCHES: &[Switch] = &[
    Switch {
        key: TABLE_READS,
        label: "Read column profiles from tables",
        meaning: "Off, the payload that is stored with a run answers wherever there is one.",
    },
    Switch {
        key: AUTO_MANAGE,
        label: "Add what is missing from the schema",
        meaning: "Off, a read that misses a table or column falls back to the payload and says so, and nothing is added.",
    },
];

/// Switches one of them; says what stands now.
pub async fn set_switch(db: &Database, viewer: &Viewer, key: &str, on: bool) -> Result<String, AppError> {
    access::require(viewer, Permission::Configure)?;
    let switch = SWITCHES.iter().find(|switch| switch.key == key).ok_or(AppError::NotFound)?;
    let mut tx = db.begin().await?;
    settings::set(&mut tx, switch.key, if on { "true" } else { "false" }, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(format!("{}: {}", switch.label, if on { "on" } else { "off" }))
}

/// Whether a switch is on.
pub async fn is_switched_on(db: &Database, key: &str) -> Result<bool, StoreError> {
    Ok(is_on(settings::get(db, key).await?.as_deref()))
}

/// Whether the value of a switch means on; nothing does.
pub fn is_on(value: Option<&str>) -> bool {
    value.is_none_or(|value| !matches!(value.trim(), "false" | "0" | "off" | "no"))
}
