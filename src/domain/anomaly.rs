//! An anomaly: one finding of one run about a table or a column.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::alert::AlertState;
use super::identifier::AlertId;
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

words! {
    /// How sure a finding is.
    pub enum Likelihood {
        /// The figures prove it.
        Definite = "definite",
        /// Hardly anything else explains the figures.
        Likely = "likely",
        /// Worth a look.
        Possible = "possible",
    }
}

words! {
    /// The dimension of quality that a finding touches.
    pub enum QualityDimension {
        /// Values are true to what they describe.
        Accuracy = "accuracy",
        /// What ought to be there is there.
        Completeness = "completeness",
        /// The same thing is said in the same way everywhere.
        Consistency = "consistency",
        /// The data is as new as it ought to be.
        Timeliness = "timeliness",
        /// One thing has one record.
        Uniqueness = "uniqueness",
        /// Values have the form that they ought to have.
        Validity = "validity",
    }
}

impl Likelihood {
    /// How much of what it touches a finding takes from the score, 0..1.
    pub fn risk(self) -> f64 {
        match self {
            Self::Definite => 1.0,
            Self::Likely => 0.66,
            Self::Possible => 0.33,
        }
    }
}

impl Severity {
    /// Its place from the least, 0, to the most.
    pub fn rank(self) -> i64 {
        self as i64
    }

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
    /// The figures behind it; absent where another program reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<AnomalyEvidence>,
}

/// The figures behind a finding.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnomalyEvidence {
    /// What was seen, as the beginning of a title: `1.1% missing`.
    pub observed: String,
    /// What had been expected: `none`.
    pub expected: String,
    /// The figure that says how bad it is, 0..1 for shares; comparable between runs of the same finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
    /// Rows that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affected_count: Option<u64>,
    /// Share of the rows that counts against the score, 0..1; absent where the finding is not scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prevalence: Option<f64>,
    /// What it takes from the table's score, 0..1; absent where it takes nothing, or was dismissed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_cost: Option<f64>,
    /// Values that show it, commonest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<String>,
}

/// A finding of a run with the alert that stands for its cause, if one does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFinding {
    /// The finding.
    pub anomaly: ProfileAnomaly,
    /// The alert.
    pub alert_id: Option<AlertId>,
    /// Where the alert stands.
    pub alert_state: Option<AlertState>,
}

/// The findings of a run about one table or all of them, and whether whoever looks may clear them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// In the order of the table's columns, worst first.
    pub list: Vec<RunFinding>,
    /// Whether whoever looks may acknowledge.
    pub may_clear: bool,
}

impl Findings {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Those about one column.
    pub fn of_column<'a>(&'a self, column_name: &'a str) -> impl Iterator<Item = &'a RunFinding> + 'a {
        self.list
            .iter()
            .filter(move |finding| finding.anomaly.column_name.as_deref() == Some(column_name))
    }

    /// How many there are about a column and the worst of them; none where there is none.
    pub fn worst_of_column(&self, column_name: &str) -> Option<(Severity, u64)> {
        let severities: Vec<Severity> = self.of_column(column_name).map(|finding| finding.anomaly.severity()).collect();
        let worst = severities.iter().copied().max_by_key(|severity| severity.rank())?;
        Some((worst, severities.len() as u64))
    }
}

impl ProfileAnomaly {
    /// How much it matters; medium where the writer's word is none of ours.
    pub fn severity(&self) -> Severity {
        Severity::parse(&self.severity).unwrap_or(Severity::Medium)
    }
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
