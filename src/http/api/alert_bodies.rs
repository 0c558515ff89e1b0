//! An alert and its trail as programs read them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::alert::{Alert, AlertEvent, AlertState};
use crate::domain::anomaly::Severity;
use crate::domain::identifier::AlertId;

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertBody {
    /// Id.
    pub alert_id: AlertId,
    /// `profile_anomaly`, `profile_run`, or another program's word.
    pub source_type: String,
    /// The latest run that showed it.
    pub source_ref: String,
    /// A type of anomaly, or `run_failed`.
    pub kind: String,
    /// How much it matters.
    pub severity: Severity,
    /// Where it stands.
    pub state: AlertState,
    /// Observed and expected.
    pub title: String,
    /// In a sentence or two.
    pub details: String,
    /// Whether somebody has looked.
    pub acknowledged: bool,
    /// Who.
    pub acknowledged_by: Option<String>,
    /// When.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When it was first seen.
    pub created_at: DateTime<Utc>,
    /// When it was last seen.
    pub last_seen_at: DateTime<Utc>,
    /// Runs that have shown it.
    pub seen_count: u64,
    /// The number of the latest of them.
    pub last_run_number: Option<i64>,
    /// Connection.
    pub connection_id: Option<String>,
    /// Schema.
    pub schema_name: Option<String>,
    /// Table.
    pub table_name: Option<String>,
    /// Column.
    pub column_name: Option<String>,
    /// The figure by which it is compared between runs.
    pub level: Option<f64>,
    /// Who is to look at it.
    pub assigned_to: Option<String>,
    /// When it wakes.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Why it was dismissed: `expected`, `wrong`, `will_not_fix`.
    pub dismissed_for: Option<String>,
}

impl From<Alert> for AlertBody {
    fn from(alert: Alert) -> Self {
        let acknowledged = alert.state == AlertState::Acknowledged;
        let (connection_id, schema_name, table_name) = match alert.table {
            Some(table) => (Some(table.connection_id.0), Some(table.schema_name), Some(table.table_name)),
            None => (None, None, None),
        };
        Self {
            alert_id: alert.alert_id,
            source_type: alert.source_type,
            source_ref: alert.source_ref,
            kind: alert.kind,
            severity: alert.severity,
            state: alert.state,
            title: alert.title,
            details: alert.details,
            acknowledged,
            acknowledged_by: alert.state_by.clone().filter(|_| acknowledged),
            acknowledged_at: alert.state_at.filter(|_| acknowledged),
            created_at: alert.first_seen_at,
            last_seen_at: alert.last_seen_at,
            seen_count: alert.seen_count,
            last_run_number: alert.last_run_number,
            connection_id,
            schema_name,
            table_name,
            column_name: alert.column_name,
            level: alert.level,
            assigned_to: alert.assigned_name,
            snoozed_until: alert.snoozed_until,
            dismissed_for: alert.dismissed_for.map(|reason| reason.word().to_owned()),
        }
    }
}

/// One line of an alert's trail.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertEventBody {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor_name: String,
    /// What was done.
    pub action: String,
    /// What was said.
    pub note: Option<String>,
    /// The run, where one did it.
    pub run_number: Option<i64>,
}

impl From<AlertEvent> for AlertEventBody {
    fn from(event: AlertEvent) -> Self {
        Self {
            at: event.at,
            actor_name: event.actor_name,
            action: event.action,
            note: event.note,
            run_number: event.run_number,
        }
    }
}
