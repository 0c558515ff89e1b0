//! What the rules look at: a column with its figures read as shares, and a table.

use chrono::{DateTime, Utc};

use super::finding::HygieneSettings;
use crate::components::format::{counted, percent};
use crate::domain::column_profile::{ColumnProfile, Metrics};
use crate::domain::masking::{is_personal, shown};
use crate::domain::row_condition::RowCondition;
use crate::domain::table_profile::TableProfile;
use crate::engine::accumulators::text_kinds::{is_dummy, is_numeric};
use crate::engine::semantics::{Evidence, Notion};

/// Fewer values than this say nothing about a column, whatever they are.
pub const LEAST_VALUES: u64 = 10;
/// Fewer values than this say nothing about a share of a few percent.
pub const LEAST_FOR_SHARES: u64 = 50;
/// Values shown with a finding.
const SAMPLES: usize = 5;

/// One table.
pub struct TableSubject<'a> {
    /// Its profile.
    pub table: &'a TableProfile,
    /// The run's clock.
    pub clock: DateTime<Utc>,
}

/// One column.
pub struct ColumnSubject<'a> {
    /// Its figures.
    pub evidence: Evidence<'a>,
    /// Its table.
    pub table: &'a TableProfile,
    /// What an installation has set.
    pub settings: &'a HygieneSettings,
    /// The run's clock.
    pub clock: DateTime<Utc>,
}

impl<'a> ColumnSubject<'a> {
    /// Its profile.
    pub fn column(&self) -> &'a ColumnProfile {
        self.evidence.column
    }

    /// Its figures.
    pub fn metrics(&self) -> &'a Metrics {
        &self.evidence.column.metrics
    }

    /// Rows of the table.
    pub fn rows(&self) -> u64 {
        self.evidence.column.row_count
    }

    /// Rows with a value.
    pub fn values(&self) -> u64 {
        self.evidence.column.non_null_count
    }

    /// Values that say something: not empty, blank or a stand-in for "missing".
    pub fn filled(&self) -> u64 {
        self.evidence.filled
    }

    /// Rows that say nothing.
    pub fn missing(&self) -> u64 {
        self.rows().saturating_sub(self.filled())
    }

    /// Texts with at least so many values that say something.
    pub fn is_text_of(&self, least: u64) -> bool {
        self.evidence.is_text() && self.filled() >= least
    }

    /// What the values stand for; empty where nothing was found.
    pub fn meaning(&self) -> &'a str {
        self.evidence.column.meaning.functional_data_type.as_deref().unwrap_or_default()
    }

    /// Whether the values stand for one of these.
    pub fn means(&self, types: &[&str]) -> bool {
        types.contains(&self.meaning())
    }

    /// Whether the name speaks of a notion.
    pub fn is_named(&self, notion: Notion) -> bool {
        self.evidence.named(notion).is_some()
    }

    /// A count as a share of the values that say something.
    pub fn part(&self, count: Option<u64>) -> f64 {
        self.evidence.part(count)
    }

    /// The listed values that say something and pass, with their rows.
    pub fn listed(&self, passes: impl Fn(&str) -> bool) -> Vec<(&'a str, u64)> {
        let column = self.evidence.column;
        column
            .top_values
            .iter()
            .filter(|top| passes(&top.value))
            .map(|top| (top.value.as_str(), top.count))
            .collect()
    }

    /// The same, as samples for people.
    pub fn samples(&self, passes: impl Fn(&str) -> bool) -> Vec<String> {
        samples_of(self.listed(passes))
    }

    /// Rows of stand-ins for "missing" that are not numbers, as far as values are listed.
    pub fn worded_dummies(&self) -> u64 {
        sum(&self.listed(|value| is_dummy(value) && !is_numeric(value)))
    }

    /// Shapes of the values that say something, with their rows, commonest first.
    pub fn shapes(&self) -> Vec<(&'a str, u64)> {
        let patterns = self.evidence.column.metrics.patterns.iter().flatten();
        patterns
            .filter(|pattern| !pattern.pattern.trim().is_empty())
            .map(|pattern| (pattern.pattern.as_str(), pattern.count))
            .collect()
    }

    /// Whether every different shape is listed.
    pub fn knows_all_shapes(&self) -> bool {
        let metrics = self.metrics();
        let listed = metrics.patterns.as_ref().map_or(0, Vec::len) as u64;
        metrics.distinct_pattern_count == Some(listed) && !self.column().is_estimate("patterns")
    }

    /// The rows that hold another value than the commonest; nothing where that one was cut.
    pub fn rows_beside_the_commonest(&self) -> Option<RowCondition> {
        let top = self.column().top_values.first()?;
        match RowCondition::of_listed(&top.value) {
            RowCondition::Value(value) => Some(RowCondition::OtherThan(value)),
            _ => None,
        }
    }

    /// Whether the number of different values is exact.
    pub fn knows_distinct(&self) -> bool {
        self.metrics().distinct_count.is_some() && !self.column().is_estimate("distinct_count")
    }

    /// `1.2% of the rows`, counted: `1,380 rows, 1.2%`.
    pub fn rows_in_words(&self, affected: u64) -> String {
        format!("{} ({})", counted(affected, "row"), self.share(affected))
    }

    /// A value as the text of a finding quotes it: of a personal column never. Every quotation goes through here.
    pub fn quoted<'b>(&self, value: &'b str) -> &'b str {
        shown(value, self.is_personal())
    }

    /// Whether its values are personal. A steward who says that they are not opens the samples, not the texts.
    pub fn is_personal(&self) -> bool {
        let name = (self.table.table_name.clone(), self.column().column_name.clone());
        is_personal("", self.column().meaning.pii_risk) || self.settings.personal.contains(&name)
    }

    /// A count as a share of the rows.
    pub fn share(&self, affected: u64) -> String {
        percent(affected as f64 / self.rows().max(1) as f64)
    }
}

/// Listed values as samples.
pub fn samples_of(listed: Vec<(&str, u64)>) -> Vec<String> {
    listed.into_iter().take(SAMPLES).map(|(value, _)| value.to_owned()).collect()
}

/// Their rows.
pub fn sum(listed: &[(&str, u64)]) -> u64 {
    listed.iter().map(|(_, count)| count).sum()
}
