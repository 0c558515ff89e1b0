//! One kind of finding, as data.

use super::subject::{ColumnSubject, TableSubject};
use crate::domain::anomaly::{AnomalyEvidence, Likelihood, QualityDimension, Severity};
use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::domain::table_profile::FailedTable;

/// One kind of finding: everything that is known of it.
pub struct AnomalyRule {
    /// Its name as stored: `Leading_Spaces`.
    pub name: &'static str,
    /// The same for people: `Leading spaces`.
    pub title: &'static str,
    /// How much it matters, where the figures do not say otherwise.
    pub severity: Severity,
    /// How sure it is; decides how much it takes from the score.
    pub likelihood: Likelihood,
    /// What it touches.
    pub dimension: QualityDimension,
    /// What it is, in a sentence or two.
    pub explanation: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// The rows that it is about.
    pub rows: Rows,
    /// When it holds.
    pub check: Check,
}

impl AnomalyRule {
    /// Whether it needs other tables beside the one that it speaks of.
    pub fn compares_tables(&self) -> bool {
        matches!(self.check, Check::SameName(_))
    }

    /// Whether rows stand behind its findings, for a reader who may see the values of the column or not: a condition that depends on the
    /// figures may name values.
    pub fn has_rows_for(&self, sees_values: bool) -> bool {
        match self.rows {
            Rows::Unsaid => false,
            Rows::Are(_) => true,
            Rows::By(_) | Rows::OfListed(_) => sees_values,
        }
    }

    /// The rows that a finding about this column is about; nothing where no condition on one row says which.
    pub fn condition(&self, subject: &ColumnSubject) -> Option<RowCondition> {
        match self.rows {
            Rows::Unsaid => None,
            Rows::Are(feature) => Some(RowCondition::Is(feature)),
            Rows::By(condition) => condition(subject),
            Rows::OfListed(values) => match values(subject) {
                listed if listed.is_empty() => Some(RowCondition::Is(RowFeature::Filled)),
                listed => Some(RowCondition::OneOf(listed)),
            },
        }
    }
}

/// The rows that a finding is about.
pub enum Rows {
    /// No condition on one row says which.
    Unsaid,
    /// Those whose value is of this kind.
    Are(RowFeature),
    /// Those that meet a condition, which depends on the figures of the column.
    By(fn(&ColumnSubject) -> Option<RowCondition>),
    /// Those of the listed values that it is about; all that have a value where the profile lists none of them.
    OfListed(fn(&ColumnSubject) -> Vec<String>),
}

/// What a rule looks at.
pub enum Check {
    /// One column.
    Column(fn(&ColumnSubject) -> Option<Found>),
    /// One table.
    Table(fn(&TableSubject) -> Option<Found>),
    /// Columns of one name in several tables, at least two; answers with places in the list.
    SameName(fn(&[&ColumnSubject]) -> Vec<(usize, Found)>),
    /// A table that could not be read.
    Failure(fn(&FailedTable) -> Option<Found>),
}

/// What a condition found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The finding in a sentence or two.
    pub detail: String,
    /// Its figures.
    pub evidence: AnomalyEvidence,
    /// How much it matters, where that depends on the figures.
    pub severity: Option<Severity>,
    /// Whether its rows may be more: what is listed of values or shapes proves no more.
    pub is_least: bool,
}

impl Found {
    /// A finding whose title reads `observed, expected ...`.
    pub fn new(observed: impl Into<String>, expected: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            evidence: AnomalyEvidence {
                observed: observed.into(),
                expected: expected.into(),
                ..AnomalyEvidence::default()
            },
            severity: None,
            is_least: false,
        }
    }

    /// Says that its rows may be more than it counts.
    pub fn at_least(mut self, is_least: bool) -> Self {
        self.is_least = is_least;
        self
    }

    /// Says how many rows it is about, of how many: the share counts against the score and is its level.
    pub fn in_rows(mut self, affected: u64, rows: u64) -> Self {
        let share = (affected as f64 / rows.max(1) as f64).min(1.0);
        self.evidence.affected_count = Some(affected);
        self.evidence.prevalence = Some(share);
        self.evidence.level = Some(share);
        self
    }

    /// Says how many rows it is about, without counting them against the score.
    pub fn about_rows(mut self, affected: u64, rows: u64) -> Self {
        self.evidence.affected_count = Some(affected);
        self.evidence.level = Some((affected as f64 / rows.max(1) as f64).min(1.0));
        self
    }

    /// Gives the figure by which it is compared between runs.
    pub fn at_level(mut self, level: f64) -> Self {
        self.evidence.level = Some(level);
        self
    }

    /// Shows values.
    pub fn with_samples(mut self, samples: Vec<String>) -> Self {
        self.evidence.samples = samples;
        self
    }

    /// Says how much it matters.
    pub fn of_severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}
