//! An anomaly: one finding of one run about a table or a column.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::profile_run::words;

words! {
    /// How much a finding matters.
    pub enum Severity {
        /// Worth knowing.
        Info = "info",
        /// Some day.
        Low = "low",
        /// Soon.
        Medium = "medium",
        /// Now.
        High = "high",
        /// Before anything else.
        Critical = "critical",
    }
}

impl Severity {
    /// Reads any spelling that the glossary allows.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "info" => Self::Info,
            "low" => Self::Low,
            "medium" | "warn" | "warning" => Self::Medium,
            "high" | "error" => Self::High,
            "critical" => Self::Critical,
            _ => return None,
        })
    }
}

/// One finding as it is stored and read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileAnomaly {
    /// Schema; empty where the writer did not say.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Column; none for a finding about the table.
    pub column_name: Option<String>,
    /// What was found: a type of the catalogue.
    pub anomaly_type: String,
    /// How much it matters, in the writer's word; [`Severity::parse`] reads it.
    pub severity: String,
    /// How sure it is: definite, likely, possible.
    pub likelihood: Option<String>,
    /// In words.
    pub description: String,
    /// Risk where it is about personal data.
    pub pii_risk: Option<String>,
    /// The dimension of quality that it touches.
    pub dq_dimension: Option<String>,
    /// When it was found.
    pub detected_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_read_in_every_spelling_and_nothing_is_guessed() {
        for (text, severity) in [
            ("Warning", Some(Severity::Medium)),
            (" ERROR ", Some(Severity::High)),
            ("critical", Some(Severity::Critical)),
            ("severe", None),
            ("", None),
        ] {
            assert_eq!(Severity::parse(text), severity, "{text}");
        }
    }
}
