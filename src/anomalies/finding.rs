//! Asks the rules of the profiles of one run. Each finding is told once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::countries::Country;
use super::rule::{AnomalyRule, Check, Found, Rows};
use super::rules::{all_rules, get_rule};
use super::subject::{ColumnSubject, TableSubject};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::column_meaning::PiiRisk;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::row_condition::RowCondition;
use crate::domain::table_profile::{FailedTable, TableProfile};
use crate::engine::semantics::evidence_of;

/// What an installation has set for its rules.
#[derive(Clone, Debug, PartialEq)]
pub struct HygieneSettings {
    /// Countries whose postal codes and regions are looked for.
    pub countries: Vec<Country>,
    /// Personal columns beside those that are measured so: table and column. Texts of findings quote no value of them.
    pub personal: BTreeSet<(String, String)>,
}

impl Default for HygieneSettings {
    fn default() -> Self {
        Self {
            countries: Country::all().to_vec(),
            personal: BTreeSet::new(),
        }
    }
}

/// Finds what is odd about the tables of a run; answers for each of them, in the same order. `clock` stands in for tables whose
/// snapshot has none.
pub fn find_anomalies(tables: &[&TableProfile], settings: &HygieneSettings, clock: DateTime<Utc>) -> Vec<Vec<ProfileAnomaly>> {
    let clock_of = |table: &TableProfile| table.snapshot.clock.unwrap_or(clock);
    let subjects: Vec<Vec<ColumnSubject>> = tables
        .iter()
        .map(|table| {
            evidence_of(table)
                .into_iter()
                .map(|evidence| ColumnSubject {
                    evidence,
                    table,
                    settings,
                    clock: clock_of(table),
                })
                .collect()
        })
        .collect();
    let mut found: Vec<Vec<ProfileAnomaly>> = tables
        .iter()
        .zip(&subjects)
        .map(|(table, columns)| find_in_table(table, columns, clock_of(table)))
        .collect();
    for (place, anomaly) in find_by_name(&subjects) {
        found[place].push(anomaly);
    }
    for (table, anomalies) in tables.iter().zip(&mut found) {
        anomalies.sort_by_key(|anomaly| place_of(table, anomaly));
    }
    found
}

impl HygieneSettings {
    /// For the countries that a setting names by their codes, with commas between; all that are known where it names none.
    pub fn of_countries(codes: &str) -> Self {
        let countries: Vec<Country> = codes.split(',').filter_map(Country::of_code).collect();
        if countries.is_empty() {
            return Self::default();
        }
        Self {
            countries,
            ..Self::default()
        }
    }
}

/// The rows that a finding is about.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRows {
    /// Which they are.
    pub condition: RowCondition,
    /// How many, where the finding counts just these.
    pub affected_count: Option<u64>,
    /// Whether there may be more: what is listed of shapes or values proves no more.
    pub is_least: bool,
}

/// The rows that a finding of this kind about a column is about; nothing where the figures do not show it, and where no condition on one
/// row says which.
pub fn rows_of_finding(
    table: &TableProfile,
    column_name: &str,
    kind: &str,
    settings: &HygieneSettings,
    clock: DateTime<Utc>,
) -> Option<FindingRows> {
    let rule = get_rule(kind)?;
    let Check::Column(check) = rule.check else { return None };
    let evidence = evidence_of(table)
        .into_iter()
        .find(|evidence| evidence.column.column_name == column_name)?;
    let subject = ColumnSubject {
        evidence,
        table,
        settings,
        clock: table.snapshot.clock.unwrap_or(clock),
    };
    let found = check(&subject)?;
    Some(FindingRows {
        condition: rule.condition(&subject)?,
        affected_count: match rule.rows {
            Rows::OfListed(_) => None,
            _ => found.evidence.affected_count,
        },
        is_least: found.is_least,
    })
}

/// Finds what kept tables from being read.
pub fn find_failures(failed: &[FailedTable], clock: DateTime<Utc>) -> Vec<ProfileAnomaly> {
    failed
        .iter()
        .filter_map(|table| {
            all_rules().find_map(|rule| {
                let Check::Failure(check) = rule.check else { return None };
                let names = (table.schema_name.as_str(), table.table_name.as_str());
                check(table).map(|found| anomaly(rule, names, None, found, clock))
            })
        })
        .collect()
}

fn find_in_table(table: &TableProfile, columns: &[ColumnSubject], clock: DateTime<Utc>) -> Vec<ProfileAnomaly> {
    let mut anomalies = Vec::new();
    for rule in all_rules() {
        match rule.check {
            Check::Table(check) => {
                if let Some(found) = check(&TableSubject { table, clock }) {
                    anomalies.push(anomaly(rule, names(table), None, found, clock));
                }
            }
            Check::Column(check) => {
                for subject in columns {
                    if let Some(found) = check(subject) {
                        anomalies.push(anomaly(rule, names(table), Some(subject.column()), found, clock));
                    }
                }
            }
            Check::SameName(_) | Check::Failure(_) => {}
        }
    }
    anomalies
}

/// Findings about columns of one name, with the place of the table.
fn find_by_name(subjects: &[Vec<ColumnSubject>]) -> Vec<(usize, ProfileAnomaly)> {
    let mut by_name: BTreeMap<String, Vec<(usize, &ColumnSubject)>> = BTreeMap::new();
    for (place, columns) in subjects.iter().enumerate() {
        for subject in columns {
            // A failed column, or one without a value, has nothing to compare; a name that a reader made up means nothing.
            if subject.filled() > 0 && subject.metrics().query_error.is_none() && !is_made_up(&subject.column().column_name) {
                by_name
                    .entry(subject.column().column_name.to_lowercase())
                    .or_default()
                    .push((place, subject));
            }
        }
    }
    let mut anomalies = Vec::new();
    for columns in by_name.into_values().filter(|columns| columns.len() > 1) {
        let of_name: Vec<&ColumnSubject> = columns.iter().map(|(_, subject)| *subject).collect();
        for rule in all_rules() {
            let Check::SameName(check) = rule.check else { continue };
            for (at, found) in check(&of_name) {
                let (place, subject) = columns[at];
                anomalies.push((
                    place,
                    anomaly(rule, names(subject.table), Some(subject.column()), found, subject.clock),
                ));
            }
        }
    }
    anomalies
}

/// Whether a column has the name that readers give where a file has none: `column3`.
fn is_made_up(name: &str) -> bool {
    name.strip_prefix("column").is_some_and(|number| number.parse::<u32>().is_ok())
}

fn names(table: &TableProfile) -> (&str, &str) {
    (&table.schema_name, &table.table_name)
}

/// Where a finding stands among those of its table: those of the table first, then by column, worst first.
fn place_of(table: &TableProfile, anomaly: &ProfileAnomaly) -> (u32, i64, String) {
    let position = anomaly.column_name.as_ref().map_or(0, |name| {
        let column = table.columns.iter().find(|column| column.column_name == *name);
        column.map_or(u32::MAX, |column| column.ordinal_position)
    });
    let rank = crate::domain::anomaly::Severity::parse(&anomaly.severity).map_or(0, |severity| -severity.rank());
    (position, rank, anomaly.anomaly_type.clone())
}

fn anomaly(
    rule: &AnomalyRule,
    (schema_name, table_name): (&str, &str),
    column: Option<&ColumnProfile>,
    found: Found,
    clock: DateTime<Utc>,
) -> ProfileAnomaly {
    let risk = column
        .and_then(|column| column.meaning.pii_risk)
        .filter(|risk| *risk != PiiRisk::None);
    ProfileAnomaly {
        schema_name: schema_name.to_owned(),
        table_name: table_name.to_owned(),
        column_name: column.map(|column| column.column_name.clone()),
        anomaly_type: rule.name.to_owned(),
        severity: found.severity.unwrap_or(rule.severity).word().to_owned(),
        likelihood: Some(rule.likelihood.word().to_owned()),
        description: found.detail,
        pii_risk: risk.map(|risk| risk.word().to_owned()),
        dq_dimension: Some(rule.dimension.word().to_owned()),
        detected_at: Some(clock),
        evidence: Some(found.evidence),
    }
}
