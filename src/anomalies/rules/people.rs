//! Names and addresses that are none, and personal data.

use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{ColumnSubject, LEAST_FOR_SHARES, LEAST_VALUES, sum};
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::column_meaning::PiiRisk;
use crate::domain::masking::first_sentence;
use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::engine::accumulators::text_kinds::is_dummy;

const PERSONS: &[&str] = &["given_name", "family_name", "person_name"];
const PLACES: &[&str] = &["city", "street_address"];
/// Share of capitals from which on they are a habit and not an abbreviation.
const LEAST_CAPITALS: f64 = 0.005;

fn is_name_or_place(subject: &ColumnSubject) -> bool {
    subject.means(PERSONS) || subject.means(PLACES) || subject.means(&["entity_name"])
}

fn mixed_casing(subject: &ColumnSubject) -> Option<Found> {
    let metrics = subject.metrics();
    let (capitals, mixed) = (metrics.upper_case_count?, metrics.mixed_case_count?);
    let smaller = capitals.min(mixed);
    // Names of firms are often abbreviations.
    let least = if subject.means(&["entity_name"]) { 0.05 } else { LEAST_CAPITALS };
    let is_told = subject.is_text_of(LEAST_FOR_SHARES) && is_name_or_place(subject) && subject.part(Some(smaller)) >= least;
    is_told.then(|| {
        Found::new(
            format!("{} in another case", subject.share(smaller)),
            "one way of writing",
            format!(
                "{} are in capitals and {} in both cases.",
                subject.rows_in_words(capitals),
                subject.rows_in_words(mixed)
            ),
        )
        .in_rows(smaller, subject.rows())
        .with_samples(subject.samples(|value| value.chars().any(char::is_uppercase) && !value.chars().any(char::is_lowercase)))
    })
}

/// The rarer of capitals and both cases.
fn rows_in_the_rarer_case(subject: &ColumnSubject) -> Option<RowCondition> {
    let metrics = subject.metrics();
    let rarer = if metrics.upper_case_count? <= metrics.mixed_case_count? {
        RowFeature::UpperCase
    } else {
        RowFeature::MixedCase
    };
    Some(RowCondition::Is(rarer))
}

fn has_letter(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

fn without_letters(subject: &ColumnSubject) -> Option<Found> {
    if !subject.is_text_of(LEAST_VALUES) || !is_name_or_place(subject) {
        return None;
    }
    let metrics = subject.metrics();
    // Stand-ins without a letter are told as stand-ins.
    let stand_ins = metrics.blank_count.unwrap_or(0) + sum(&subject.listed(|value| is_dummy(value) && !has_letter(value)));
    let count = metrics.non_alpha_count.unwrap_or(0).saturating_sub(stand_ins);
    (count > 0).then(|| {
        Found::new(
            format!("{} without a letter", subject.share(count)),
            "names",
            format!("{} hold no letter at all.", subject.rows_in_words(count)),
        )
        .in_rows(count, subject.rows())
        .with_samples(subject.samples(|value| !value.trim().is_empty() && !has_letter(value) && !is_dummy(value)))
    })
}

/// Whether a shape or a value begins with neither letter nor space and has a letter.
fn begins_oddly(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|first| !first.is_alphabetic() && !first.is_whitespace())
        && has_letter(text)
}

fn odd_beginnings(subject: &ColumnSubject) -> Option<Found> {
    let metrics = subject.metrics();
    let is_name = subject.means(PERSONS) || subject.means(&["city"]);
    if !subject.is_text_of(LEAST_VALUES) || !is_name {
        return None;
    }
    // Quotes in front are told as quotes.
    let is_odd = |text: &str| begins_oddly(text) && !text.starts_with(['"', '\'']) && !is_dummy(text);
    let listed: u64 = subject
        .shapes()
        .iter()
        .filter(|(shape, _)| is_odd(shape))
        .map(|(_, count)| count)
        .sum();
    let first = metrics.min_text.as_deref().filter(|text| is_odd(text));
    let affected = listed.max(u64::from(first.is_some()));
    (affected > 0).then(|| {
        let mut samples = subject.samples(is_odd);
        if let Some(first) = first.filter(|first| !samples.iter().any(|sample| sample == first)) {
            samples.insert(0, first.to_owned());
        }
        let is_least = listed < affected || !subject.knows_all_shapes();
        let at_least = if is_least { "at least " } else { "" };
        Found::new(
            format!("{at_least}{} begin with no letter", subject.share(affected)),
            "letters in front",
            format!(
                "{at_least}{} begin with a sign or digit before the name.",
                subject.rows_in_words(affected)
            ),
        )
        .in_rows(affected, subject.rows())
        .at_least(is_least)
        .with_samples(samples)
    })
}

fn personal_data(subject: &ColumnSubject) -> Option<Found> {
    let meaning = &subject.column().meaning;
    let risk = meaning.pii_risk?;
    let severity = match risk {
        PiiRisk::None => return None,
        PiiRisk::Low => Severity::Info,
        PiiRisk::Moderate => Severity::Low,
        PiiRisk::High => Severity::High,
    };
    (subject.filled() > 0).then(|| {
        // The reason goes on with its evidence, which may be a value.
        let reason = meaning.pii_risk_reason.as_deref().map(first_sentence).unwrap_or_default();
        Found::new(format!("personal data, {} risk", risk.word()), "guarded access", reason).of_severity(severity)
    })
}

pub(super) const RULES: &[AnomalyRule] = &[
    AnomalyRule {
        name: "Inconsistent_Casing",
        title: "Capitals and small letters mixed",
        severity: Severity::Low,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Validity,
        explanation: "Some names are in capitals only and others are not, so that the same name is counted twice.",
        remedy: "Agree on one way of writing, and rewrite the rarer one.",
        rows: Rows::By(rows_in_the_rarer_case),
        check: Check::Column(mixed_casing),
    },
    AnomalyRule {
        name: "Non_Alpha_Name_Address",
        title: "Names without letters",
        severity: Severity::Medium,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Validity,
        explanation: "Some values of a column of names or addresses have no letter: something else stands there.",
        remedy: "Correct them at their source; a neighbouring column may have slipped.",
        rows: Rows::Are(RowFeature::NoLetterSaid),
        check: Check::Column(without_letters),
    },
    AnomalyRule {
        name: "Non_Alpha_Prefixed_Name",
        title: "Signs before names",
        severity: Severity::Low,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Validity,
        explanation: "Some names begin with a sign or digit: often a mark that somebody has put there to remember something.",
        remedy: "Give the mark a column of its own, and take it off the name.",
        rows: Rows::Are(RowFeature::OddBeginning),
        check: Check::Column(odd_beginnings),
    },
    AnomalyRule {
        name: "Potential_PII",
        title: "Personal data",
        severity: Severity::Low,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Validity,
        explanation: "The values tell something about persons. That is no fault; who may see them should be known.",
        remedy: "Check who has access: analysts and report owners see such values masked, from moderate risk on. A table group can mask them before they are stored; a steward who knows better says so on the page of the column.",
        rows: Rows::Are(RowFeature::Filled),
        check: Check::Column(personal_data),
    },
];
