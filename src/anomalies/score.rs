//! Scores: how much of the data can be used as it is, 0..1, from what was found (prevalence x risk).
//!
//! Of a column: the product of what every finding leaves, `1 - prevalence x risk`. Of several: the mean, weighted by rows and by how
//! much a column or table matters.

use serde::{Deserialize, Serialize};

use super::rules::get_rule;
use crate::domain::anomaly::{Likelihood, ProfileAnomaly};
use crate::domain::column_meaning::PiiRisk;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::table_profile::TableProfile;

/// How much columns and tables count, by what they are. 1 where nothing is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScoreWeights {
    /// By semantic type.
    pub column_types: Vec<(String, f64)>,
    /// By kind of table.
    pub table_types: Vec<(String, f64)>,
    /// Of a column with personal data of moderate or high risk.
    pub personal: f64,
    /// Of a critical data element.
    pub critical: f64,
}

impl Default for ScoreWeights {
    fn default() -> Self {
        let list = |pairs: &[(&str, f64)]| pairs.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
        Self {
            column_types: list(&[
                ("row_identifier", 3.0),
                ("reference", 2.5),
                ("secondary_identifier", 2.0),
                ("email_address", 2.0),
                ("phone_number", 2.0),
                ("person_name", 2.0),
                ("entity_name", 2.0),
                ("description", 0.5),
                ("constant", 0.5),
                ("sequence_number", 0.5),
                ("marker", 0.75),
                ("label", 0.75),
            ]),
            table_types: list(&[
                ("entity", 10.0),
                ("domain", 5.0),
                ("bridge", 5.0),
                ("summary", 1.5),
                ("transaction", 1.0),
            ]),
            personal: 1.5,
            critical: 2.0,
        }
    }
}

impl ScoreWeights {
    /// How much a column counts within its table.
    pub fn of_column(&self, column: &ColumnProfile) -> f64 {
        let meaning = &column.meaning;
        let by_type = weight_of(&self.column_types, meaning.functional_data_type.as_deref());
        let is_personal = meaning.pii_risk.is_some_and(|risk| risk >= PiiRisk::Moderate);
        let is_critical = meaning.critical_data_element == Some(true);
        by_type * if is_personal { self.personal } else { 1.0 } * if is_critical { self.critical } else { 1.0 }
    }

    /// How much a table counts beside others, for each of its cells.
    pub fn of_table(&self, table_type: Option<&str>) -> f64 {
        weight_of(&self.table_types, table_type)
    }
}

fn weight_of(list: &[(String, f64)], name: Option<&str>) -> f64 {
    let found = name.and_then(|name| list.iter().find(|(known, _)| known == name));
    found.map_or(1.0, |(_, weight)| weight.max(0.0))
}

/// What one finding takes: its prevalence by the risk of its likelihood; nothing where it is not scored.
pub fn taken_by(anomaly: &ProfileAnomaly) -> f64 {
    let prevalence = anomaly.evidence.as_ref().and_then(|evidence| evidence.prevalence).unwrap_or(0.0);
    let likelihood = anomaly
        .likelihood
        .as_deref()
        .and_then(Likelihood::from_word)
        .or_else(|| get_rule(&anomaly.anomaly_type).map(|rule| rule.likelihood));
    (prevalence * likelihood.map_or(0.0, Likelihood::risk)).clamp(0.0, 1.0)
}

/// The score of what these findings are about.
pub fn score_of<'a>(anomalies: impl IntoIterator<Item = &'a ProfileAnomaly>) -> f64 {
    anomalies.into_iter().map(|anomaly| 1.0 - taken_by(anomaly)).product()
}

/// The scores of a table's columns, in order, and of the table; none where it has no rows.
pub fn table_score(table: &TableProfile, anomalies: &[&ProfileAnomaly], weights: &ScoreWeights) -> (Vec<Option<f64>>, Option<f64>) {
    let columns: Vec<Option<f64>> = table
        .columns
        .iter()
        .map(|column| {
            let is_about = |anomaly: &&&ProfileAnomaly| anomaly.column_name.as_deref() == Some(column.column_name.as_str());
            (column.row_count > 0).then(|| score_of(anomalies.iter().filter(is_about).copied()))
        })
        .collect();
    let weighted = table
        .columns
        .iter()
        .zip(&columns)
        .filter_map(|(column, score)| Some(((*score)?, weights.of_column(column))));
    let of_columns = mean(weighted);
    let of_table = score_of(anomalies.iter().filter(|anomaly| anomaly.column_name.is_none()).copied());
    (columns, of_columns.map(|score| score * of_table))
}

/// The mean of scores by their weights; none without weight.
pub fn mean(weighted: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (sum, weight) = weighted.fold((0.0, 0.0), |(sum, all), (score, weight)| (sum + score * weight, all + weight));
    (weight > 0.0).then(|| (sum / weight).clamp(0.0, 1.0))
}
