//! Lists of few values: pairs without a partner, one meaning under several codes.

use std::collections::{BTreeMap, BTreeSet};

use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{ColumnSubject, LEAST_VALUES};
use crate::anomalies::synonyms::{groups_of, is_known};
use crate::components::format::counted;
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::row_condition::RowCondition;
use crate::engine::accumulators::text_kinds::is_dummy;

/// Most values of a list of codes.
const MOST_CODES: u64 = 20;
/// Most values of a column that is meant to say yes or no.
const MOST_ANSWERS: u64 = 8;
/// Words that answer, each with its opposite.
const PAIRS: &[(&str, &str)] = &[
    ("yes", "no"),
    ("true", "false"),
    ("ja", "nein"),
    ("oui", "non"),
    ("si", "no"),
    ("sí", "no"),
    ("sim", "não"),
    ("wahr", "falsch"),
    ("vrai", "faux"),
];

/// Different values as people mean them, with their rows: without capitals and outer spaces, stand-ins left out.
fn meant(subject: &ColumnSubject) -> BTreeMap<String, u64> {
    let mut words = BTreeMap::new();
    for top in &subject.column().top_values {
        let word = top.value.trim().to_lowercase();
        if !word.is_empty() && !is_dummy(&word) {
            *words.entry(word).or_insert(0) += top.count;
        }
    }
    words
}

/// Whether all different values are listed, and they are few.
fn lists_all(subject: &ColumnSubject, most: u64) -> bool {
    let distinct = subject.evidence.distinct();
    (2..=most).contains(&distinct) && subject.column().top_values.len() as u64 == distinct
}

fn without_partner(subject: &ColumnSubject) -> Option<Found> {
    if !subject.is_text_of(LEAST_VALUES) || !lists_all(subject, MOST_ANSWERS) {
        return None;
    }
    let words = meant(subject);
    let (leading, _) = words.iter().max_by_key(|(_, count)| **count)?;
    let partners: Vec<&str> = PAIRS
        .iter()
        .filter_map(|(yes, no)| match leading.as_str() {
            word if word == *yes => Some(*no),
            word if word == *no => Some(*yes),
            _ => None,
        })
        .collect();
    let is_told = words.len() > 1 && !partners.is_empty() && !partners.iter().any(|partner| words.contains_key(*partner));
    is_told.then(|| {
        let others: Vec<&str> = words.keys().filter(|word| *word != leading).map(String::as_str).collect();
        let expected = partners.join(" or ");
        Found::new(
            format!("“{}” without “{}”", subject.quoted(leading), subject.quoted(&expected)),
            format!("“{}” and “{}”", subject.quoted(leading), subject.quoted(&expected)),
            format!(
                "The column answers “{}”, and never “{}”; it also holds {}.",
                subject.quoted(leading),
                subject.quoted(&expected),
                subject.quoted(&others.join(", "))
            ),
        )
        .with_samples(subject.samples(|_| true))
    })
}

fn variants(subject: &ColumnSubject) -> Option<Found> {
    if !subject.is_text_of(LEAST_VALUES) || !lists_all(subject, MOST_CODES) {
        return None;
    }
    let words = meant(subject);
    let doubled = doubled(&words);
    if doubled.is_empty() {
        return None;
    }
    let affected: u64 = rarer(&doubled, &words).iter().map(|word| words[*word]).sum();
    let told: Vec<String> = doubled.iter().map(|group| group.join(" = ")).collect();
    Some(
        Found::new(
            format!("{} under several codes", counted(doubled.len() as u64, "meaning")),
            "one code each",
            format!(
                "Several codes mean the same: {}. {} hold the rarer ones.",
                subject.quoted(&told.join("; ")),
                subject.rows_in_words(affected)
            ),
        )
        .in_rows(affected, subject.rows())
        .with_samples(doubled.concat().into_iter().map(str::to_owned).collect()),
    )
}

/// The groups of words that mean the same. Single letters are short for many things: among others that mean nothing they say nothing.
fn doubled(words: &BTreeMap<String, u64>) -> Vec<Vec<&str>> {
    let all_known = words.keys().all(|word| is_known(word));
    let mut groups = groups_of(words.keys().map(String::as_str));
    groups.retain(|group| all_known || group.iter().any(|word| word.chars().count() > 1));
    groups
}

/// In each group of words that mean the same, all but the commonest: the ones to repair.
fn rarer<'a>(groups: &[Vec<&'a str>], words: &BTreeMap<String, u64>) -> BTreeSet<&'a str> {
    let all_but_one = |group: &Vec<&'a str>| {
        let mut group = group.clone();
        group.sort_by_key(|word| std::cmp::Reverse(words[*word]));
        group.split_off(1)
    };
    groups.iter().flat_map(all_but_one).collect()
}

/// The values, as they are written, that mean what a commoner one means.
fn rows_of_rarer_codes(subject: &ColumnSubject) -> Option<RowCondition> {
    let words = meant(subject);
    let doubled = doubled(&words);
    let rarer = rarer(&doubled, &words);
    let values = subject.column().top_values.iter().map(|top| &top.value);
    let values = values.filter(|value| rarer.contains(value.trim().to_lowercase().as_str()));
    let values: Vec<String> = values.cloned().collect();
    (!values.is_empty()).then_some(RowCondition::OneOf(values))
}

pub(super) const RULES: &[AnomalyRule] = &[
    AnomalyRule {
        name: "Boolean_Value_Mismatch",
        title: "An answer without its opposite",
        severity: Severity::Medium,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "The column answers yes or no, and its leading answer has no opposite: the other one is written in another way.",
        remedy: "Recode the column to one pair of answers, or store it as a boolean.",
        rows: Rows::By(|subject| subject.rows_beside_the_commonest()),
        check: Check::Column(without_partner),
    },
    AnomalyRule {
        name: "Variant_Coded_Values",
        title: "One meaning under several codes",
        severity: Severity::Medium,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Consistency,
        explanation: "Several of the column's codes mean the same thing, so that counts by code are wrong.",
        remedy: "Map them to one code.",
        rows: Rows::By(rows_of_rarer_codes),
        check: Check::Column(variants),
    },
];
