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

/// How a table is scored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableScored {
    /// Of its columns, in order; none where there are no rows.
    pub columns: Vec<Option<f64>>,
    /// Of the table.
    pub table: Option<f64>,
    /// What each finding, in order, takes from the table's score, 0..1: what the table would gain without it.
    pub costs: Vec<f64>,
}

/// The scores of a table and its columns with these findings.
pub fn table_score(table: &TableProfile, anomalies: &[&ProfileAnomaly], weights: &ScoreWeights) -> TableScored {
    let columns: Vec<Option<f64>> = table
        .columns
        .iter()
        .map(|column| (column.row_count > 0).then(|| score_of(about(anomalies, Some(&column.column_name), None))))
        .collect();
    let weight_of: Vec<f64> = table.columns.iter().map(|column| weights.of_column(column)).collect();
    let weighted = || {
        columns
            .iter()
            .zip(&weight_of)
            .filter_map(|(score, weight)| Some(((*score)?, *weight)))
    };
    let weight: f64 = weighted().map(|(_, weight)| weight).sum();
    let Some(of_columns) = mean(weighted()) else {
        return TableScored {
            costs: vec![0.0; anomalies.len()],
            columns,
            table: None,
        };
    };
    let of_table = score_of(about(anomalies, None, None));
    let cost = |at: usize| match anomalies[at].column_name.as_deref() {
        None => of_columns * (score_of(about(anomalies, None, Some(at))) - of_table),
        Some(name) => {
            let Some(place) = table.columns.iter().position(|column| column.column_name == name) else {
                return 0.0;
            };
            let without = score_of(about(anomalies, Some(name), Some(at)));
            columns[place].map_or(0.0, |score| (without - score) * weight_of[place] / weight * of_table)
        }
    };
    TableScored {
        costs: (0..anomalies.len()).map(cost).collect(),
        table: Some(of_columns * of_table),
        columns,
    }
}

/// The findings about one column, or about the table; one of them may be left out.
fn about<'a>(anomalies: &'a [&'a ProfileAnomaly], column: Option<&'a str>, but: Option<usize>) -> impl Iterator<Item = &'a ProfileAnomaly> {
    let is_about = move |(at, anomaly): &(usize, &&ProfileAnomaly)| Some(*at) != but && anomaly.column_name.as_deref() == column;
    anomalies.iter().enumerate().filter(is_about).map(|(_, anomaly)| *anomaly)
}

/// The mean of scores by their weights; none without weight.
pub fn mean(weighted: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (sum, weight) = weighted.fold((0.0, 0.0), |(sum, all), (score, weight)| (sum + score * weight, all + weight));
    (weight > 0.0).then(|| (sum / weight).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::anomaly::AnomalyEvidence;

    fn anomaly(column: Option<&str>, prevalence: f64) -> ProfileAnomaly {
        ProfileAnomaly {
            schema_name: "-".into(),
            table_name: "t".into(),
            column_name: column.map(str::to_owned),
            anomaly_type: "x".into(),
            severity: "low".into(),
            likelihood: Some("definite".into()),
            description: String::new(),
            pii_risk: None,
            dq_dimension: None,
            detected_at: None,
            evidence: Some(AnomalyEvidence {
                prevalence: Some(prevalence),
                ..AnomalyEvidence::default()
            }),
        }
    }

    #[test]
    fn what_a_finding_costs_is_what_the_table_gains_without_it() {
        let column = |name: &str| ColumnProfile {
            column_name: name.into(),
            row_count: 10,
            ..ColumnProfile::default()
        };
        let mut table = TableProfile {
            columns: vec![column("a"), column("b"), column("c")],
            ..TableProfile::default()
        };
        table.columns[0].meaning.functional_data_type = Some("row_identifier".into());
        let weights = ScoreWeights::default();
        let found = [
            anomaly(Some("a"), 0.5),
            anomaly(Some("a"), 0.2),
            anomaly(Some("b"), 1.0),
            anomaly(None, 0.1),
            anomaly(Some("gone"), 0.9),
        ];
        let all: Vec<&ProfileAnomaly> = found.iter().collect();
        let scored = table_score(&table, &all, &weights);
        assert_eq!(scored.columns, [Some(0.4), Some(0.0), Some(1.0)]);
        // Weights 3, 1, 1; the table's own finding leaves nine tenths.
        assert!((scored.table.unwrap() - (0.4 * 3.0 + 1.0) / 5.0 * 0.9).abs() < 1e-12);
        for at in 0..found.len() {
            let mut others = all.clone();
            others.remove(at);
            let gain = table_score(&table, &others, &weights).table.unwrap() - scored.table.unwrap();
            assert!((scored.costs[at] - gain).abs() < 1e-12, "{at}: {} {gain}", scored.costs[at]);
        }
        assert_eq!(scored.costs[4], 0.0);
        table.columns.iter_mut().for_each(|column| column.row_count = 0);
        let empty = table_score(&table, &all, &weights);
        assert_eq!((empty.table, empty.costs), (None, vec![0.0; 5]));
    }
}
