//! The trail: who changed what, written in the same transaction as the change.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who acts: a person, or Limn itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// User id; `None` for Limn itself and for the command line.
    pub user_id: Option<super::identifier::UserId>,
    /// Name as it stood then.
    pub name: String,
}

impl Actor {
    /// Limn's own background work.
    pub fn limn() -> Self {
        Self {
            user_id: None,
            name: "limn".into(),
        }
    }
}

/// One row of the trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What was done: `connection.create`, `run.cancel`.
    pub action: String,
    /// To what: `connection:shop`.
    pub subject: String,
    /// Details as JSON; never a secret, never a cell value.
    pub details: serde_json::Value,
}
