//! Columns of one name that differ from table to table.

use std::collections::{BTreeMap, BTreeSet};

use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{ColumnSubject, LEAST_VALUES};
use crate::components::format::counted;
use crate::domain::address::qualified_name;
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::column_profile::GeneralType;
use crate::engine::accumulators::text_kinds::fold_text;

/// One table has so few rows beside another that its format is the exception.
const FAR_FEWER: f64 = 0.1;
/// Tables named for each kind.
const MOST_NAMED: usize = 6;
/// Share of the tables that agree, from which on only the others are exceptions.
const AGREED: f64 = 2.0 / 3.0;
/// Shorter shapes are chance.
const LEAST_SHAPE: usize = 3;

fn family_name(family: GeneralType) -> &'static str {
    match family {
        GeneralType::Text => "text",
        GeneralType::Number => "a number",
        GeneralType::Time => "a date or time",
        GeneralType::Boolean => "a boolean",
        GeneralType::Other => "another type",
    }
}

fn table_name(subject: &ColumnSubject) -> String {
    qualified_name(&subject.table.schema_name, &subject.table.table_name)
}

/// What each kind is in which tables, the commonest kind first: `bigint in orders, customers; integer in stores`. Of many tables a few are named.
fn tell(columns: &[&ColumnSubject], kind: impl Fn(&ColumnSubject) -> String) -> String {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for subject in columns {
        tables.entry(kind(subject)).or_default().push(table_name(subject));
    }
    let mut kinds: Vec<(String, Vec<String>)> = tables.into_iter().collect();
    kinds.sort_by_key(|(_, tables)| std::cmp::Reverse(tables.len()));
    let told: Vec<String> = kinds
        .iter()
        .map(|(kind, tables)| {
            let more = tables.len().saturating_sub(MOST_NAMED);
            let named = tables[..tables.len() - more].join(", ");
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{kind} in {named}{rest}")
        })
        .collect();
    told.join("; ")
}

/// The places of the exceptions: where most tables agree, those that do not; else all.
fn exceptions(kinds: &[String]) -> Vec<usize> {
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    for kind in kinds {
        *counts.entry(kind).or_default() += 1;
    }
    let usual = counts
        .into_iter()
        .find(|(_, count)| *count as f64 >= kinds.len() as f64 * AGREED)
        .map(|(kind, _)| kind.clone());
    (0..kinds.len()).filter(|at| usual.as_ref() != Some(&kinds[*at])).collect()
}

/// Whether values can be compared at all: nested ones cannot.
fn comparable(columns: &[&ColumnSubject]) -> bool {
    columns.iter().all(|subject| subject.column().general_type != GeneralType::Other)
}

fn major(columns: &[&ColumnSubject]) -> Vec<(usize, Found)> {
    let families: BTreeSet<&str> = columns.iter().map(|subject| subject.column().general_type.letter()).collect();
    if families.len() < 2 || !comparable(columns) {
        return Vec::new();
    }
    let family_of = |subject: &ColumnSubject| family_name(subject.column().general_type).to_owned();
    let told = tell(columns, family_of);
    let kinds: Vec<String> = columns.iter().map(|subject| family_of(subject)).collect();
    exceptions(&kinds)
        .into_iter()
        .map(|at| {
            let family = family_name(columns[at].column().general_type);
            let others = columns.len() - 1;
            let found = Found::new(
                format!("{family} here"),
                format!("one kind of value in {}", counted(others as u64 + 1, "table")),
                format!("The column is {told}."),
            );
            (at, found)
        })
        .collect()
}

fn minor(columns: &[&ColumnSubject]) -> Vec<(usize, Found)> {
    let families: BTreeSet<&str> = columns.iter().map(|subject| subject.column().general_type.letter()).collect();
    let type_of = |subject: &ColumnSubject| subject.column().data_type.to_lowercase();
    let types: BTreeSet<String> = columns.iter().map(|subject| type_of(subject)).collect();
    if families.len() != 1 || types.len() < 2 || !comparable(columns) {
        return Vec::new();
    }
    let told = tell(columns, type_of);
    let kinds: Vec<String> = columns.iter().map(|subject| type_of(subject)).collect();
    exceptions(&kinds)
        .into_iter()
        .map(|at| {
            let found = Found::new(
                format!("{} here", type_of(columns[at])),
                "one type",
                format!("The column is {told}."),
            );
            (at, found)
        })
        .collect()
}

/// The only shape of a column; none where it has several, or one too plain to be a format.
fn only_shape<'a>(subject: &ColumnSubject<'a>) -> Option<&'a str> {
    let shapes = subject.shapes();
    let [(shape, _)] = shapes.as_slice() else { return None };
    let is_format = shape.len() >= LEAST_SHAPE && shape.contains('9') && subject.knows_all_shapes() && subject.is_text_of(LEAST_VALUES);
    is_format.then_some(*shape)
}

fn shapes_differ(columns: &[&ColumnSubject]) -> Vec<(usize, Found)> {
    let shaped: Vec<(usize, &str)> = columns
        .iter()
        .enumerate()
        .filter_map(|(at, subject)| Some((at, only_shape(subject)?)))
        .collect();
    let shapes: BTreeSet<&str> = shaped.iter().map(|(_, shape)| *shape).collect();
    if shapes.len() < 2 {
        return Vec::new();
    }
    let fold = |shape: &str| {
        let mut out = Vec::new();
        fold_text(shape, &mut out);
        out
    };
    // The same signs with other marks between them, or a table that is small beside the others.
    let is_one_code = shapes.iter().map(|shape| fold(shape)).collect::<BTreeSet<_>>().len() == 1;
    let rows = shaped.iter().map(|(at, _)| columns[*at].rows());
    let (fewest, most) = (rows.clone().min().unwrap_or(0), rows.max().unwrap_or(0));
    if !is_one_code && fewest as f64 >= most as f64 * FAR_FEWER {
        return Vec::new();
    }
    let among: Vec<&ColumnSubject> = shaped.iter().map(|(at, _)| columns[*at]).collect();
    let told = tell(&among, |subject| only_shape(subject).unwrap_or_default().to_owned());
    shaped
        .iter()
        .map(|(at, shape)| {
            let found = Found::new(
                format!("written {shape} here"),
                "one format",
                format!("The values are written {told}."),
            )
            .with_samples(columns[*at].samples(|_| true));
            (*at, found)
        })
        .collect()
}

pub(super) const RULES: &[AnomalyRule] = &[
    AnomalyRule {
        name: "Multiple_Types_Major",
        title: "One name, different kinds of value",
        severity: Severity::Medium,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Consistency,
        explanation: "Columns of this name hold different kinds of value in different tables, so that the tables cannot be joined or compared by it.",
        remedy: "Align the types, or give different things different names.",
        rows: Rows::Unsaid,
        check: Check::SameName(major),
    },
    AnomalyRule {
        name: "Multiple_Types_Minor",
        title: "One name, different types",
        severity: Severity::Info,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Consistency,
        explanation: "Columns of this name have different types of the same kind in different tables: values may be cut or rounded on their way from one to the other.",
        remedy: "Align the types.",
        rows: Rows::Unsaid,
        check: Check::SameName(minor),
    },
    AnomalyRule {
        name: "Table_Pattern_Mismatch",
        title: "One name, different formats",
        severity: Severity::Medium,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "Columns of this name have one shape each, and not the same: the same code is written in two ways.",
        remedy: "Agree on one format.",
        rows: Rows::Unsaid,
        check: Check::SameName(shapes_differ),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_most_tables_agree_only_the_others_are_exceptions() {
        let kinds = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(exceptions(&kinds("n n n t")), [3]);
        assert_eq!(exceptions(&kinds("n t n")), [1]);
        assert_eq!(exceptions(&kinds("n t")), [0, 1]);
        assert_eq!(exceptions(&kinds("n n t t d")), [0, 1, 2, 3, 4]);
    }
}
