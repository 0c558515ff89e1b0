//! What columns and tables mean, derived from finished profiles: no pass over the data, no clock, no I/O.
//!
//! [`describe`] fills the derived fields of a table profile. All that is decided here is decided by rules that are data,
//! each with a name, a condition and the sentence that gives its reason: semantic types in [`rules`], better types in
//! [`suggested_type`], risks for persons in [`personal_data`], kinds of tables and their important columns in
//! [`table_type`]. The words that names of columns use are in [`vocabulary`].

mod column_name;
mod evidence;
mod personal_data;
mod rules;
mod suggested_type;
mod table_type;
mod value_lists;
mod vocabulary;

use crate::domain::column_meaning::ColumnMeaning;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::table_metrics::CANDIDATE_KEYS;
use crate::domain::table_profile::TableProfile;

pub use evidence::Evidence;
pub use vocabulary::Notion;

use personal_data::Suspect;
use rules::Family;
use suggested_type::Subject;
use table_type::TableEvidence;

/// Share of the rows that must say something in a column that much depends on.
const CRITICAL_FILLED: f64 = 0.75;

/// The names of all semantic types, in the order in which they are asked.
pub fn type_names() -> impl Iterator<Item = &'static str> {
    let mut told = std::collections::HashSet::new();
    rules::type_rules().map(|rule| rule.name).filter(move |name| told.insert(*name))
}

/// The names of all kinds of tables.
pub fn table_type_names() -> impl Iterator<Item = &'static str> {
    let mut told = std::collections::HashSet::new();
    table_type::RULES
        .iter()
        .map(|rule| rule.name)
        .filter(move |name| told.insert(*name))
}

/// The columns of a finished profile as evidence, in order.
pub fn evidence_of(table: &TableProfile) -> Vec<Evidence<'_>> {
    let first_key = find_first_key(table);
    table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| Evidence::of(column, first_key == Some(at)))
        .collect()
}

/// Fills what the figures of a finished profile say about its meaning. Doing it again changes nothing.
pub fn describe(table: &mut TableProfile) {
    let evidence = evidence_of(table);
    let types: Vec<Option<ColumnType>> = evidence.iter().map(find_type).collect();
    let families: Vec<Family> = types.iter().flatten().map(|found| found.family).collect();
    let kind = table_type::find_table_type(&TableEvidence {
        families,
        column_count: table.columns.len(),
        row_count: table.row_count,
    });
    let persons: Vec<String> = evidence
        .iter()
        .zip(&types)
        .filter(|(_, found)| found.as_ref().is_some_and(|found| personal_data::speaks_of_persons(found.family)))
        .map(|(column, _)| column.column.column_name.clone())
        .collect();
    let critical = kind.as_ref().map_or(&[][..], |(rule, _)| rule.critical);
    let meanings: Vec<ColumnMeaning> = evidence
        .iter()
        .zip(types)
        .map(|(column, found)| describe_column(column, found, &persons, critical))
        .collect();
    for (column, meaning) in table.columns.iter_mut().zip(meanings) {
        column.meaning = meaning;
    }
    table.metrics.functional_table_type = kind.as_ref().map(|(rule, _)| rule.name.to_owned());
    table.metrics.functional_table_type_reason = kind.map(|(_, reason)| reason);
    table.metrics.candidate_keys = table
        .columns
        .iter()
        .filter(|column| column.is_candidate_key())
        .map(|column| column.column_name.clone())
        .collect();
    match possible_keys(&table.columns) {
        Some(why) => table.metrics.unknown.insert(CANDIDATE_KEYS.into(), why),
        None => table.metrics.unknown.remove(CANDIDATE_KEYS),
    };
}

/// Which columns may be keys that nobody could prove or disprove.
fn possible_keys(columns: &[ColumnProfile]) -> Option<String> {
    let mut names = columns.iter().filter(|column| column.may_be_candidate_key());
    let first = &names.next()?.column_name;
    let others = names.count();
    let named = match others {
        0 => format!("{first} is"),
        1 => format!("{first} and another column are"),
        _ => format!("{first} and {others} other columns are"),
    };
    Some(format!(
        "{named} filled in every row, but how many different values there are is estimated: they may be as many as the rows, or fewer."
    ))
}

/// A semantic type that was found.
struct ColumnType {
    name: &'static str,
    family: Family,
    reason: String,
}

/// The column that is meant to identify the rows: the strongest of the proven keys, the first of equals.
fn find_first_key(table: &TableProfile) -> Option<usize> {
    table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| (rules::key_score(&Evidence::of(column, false)), std::cmp::Reverse(at)))
        .filter(|(score, _)| *score > 0)
        .max()
        .map(|(_, std::cmp::Reverse(at))| at)
}

fn find_type(column: &Evidence) -> Option<ColumnType> {
    if !column.is_enough() {
        return None;
    }
    rules::type_rules().find_map(|rule| {
        (rule.reason)(column).map(|reason| ColumnType {
            name: rule.name,
            family: rule.family,
            reason,
        })
    })
}

fn describe_column(column: &Evidence, found: Option<ColumnType>, persons: &[String], critical: &[(Family, &str)]) -> ColumnMeaning {
    let mut meaning = ColumnMeaning::default();
    if !column.is_enough() {
        return meaning;
    }
    let (name, reason) = found.as_ref().map_or(("", ""), |found| (found.name, found.reason.as_str()));
    let (risk, why) = personal_data::assess_risk(&Suspect {
        column,
        meaning: name,
        reason,
        persons,
    });
    meaning.pii_risk = Some(risk);
    meaning.pii_risk_reason = why;
    let subject = Subject {
        column,
        meaning: name,
        family: found.as_ref().map(|found| found.family),
    };
    (meaning.suggested_type, meaning.suggested_type_reason) = suggested_type::suggest_type(&subject).unzip();
    if let Some(found) = found {
        let depends = critical.iter().find(|(family, _)| *family == found.family);
        if let Some((_, wording)) = depends.filter(|_| column.filled_ratio() > CRITICAL_FILLED) {
            meaning.critical_data_element = Some(true);
            meaning.critical_data_element_reason = Some((*wording).to_owned());
        }
        meaning.functional_data_type = Some(found.name.to_owned());
        meaning.functional_data_type_reason = Some(found.reason);
    }
    meaning
}

#[cfg(test)]
mod tests;
