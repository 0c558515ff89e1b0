//! Postal codes and regions, by country; and contact data where nobody looks for it.

use crate::anomalies::countries::Country;
use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{ColumnSubject, LEAST_FOR_SHARES, LEAST_VALUES, sum};
use crate::components::format::{counted, percent};
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::row_condition::{NumberRange, RowCondition, RowFeature};
use crate::engine::accumulators::text_kinds::is_dummy;
use crate::engine::semantics::Notion;

/// Share of the values that must have a country's form before the rest is called wrong.
const OF_ONE_COUNTRY: f64 = 0.5;
/// Share of the values that must be of one kind before the column's name is asked.
const OF_ONE_KIND: f64 = 0.9;
/// So many different regions are no chance.
const MANY_REGIONS: u64 = 5;

/// Rows of the listed shapes that pass, and of all.
fn shape_rows(subject: &ColumnSubject, passes: impl Fn(&str) -> bool) -> (u64, u64) {
    let shapes = subject.shapes();
    let good = shapes.iter().filter(|(shape, _)| passes(shape)).map(|(_, count)| count).sum();
    (good, sum(&shapes))
}

fn is_postal(subject: &ColumnSubject) -> bool {
    subject.means(&["postal_code"]) || subject.is_named(Notion::PostalCode)
}

/// Only the first three digits of a ZIP code, by the data.
fn is_zip3(subject: &ColumnSubject) -> bool {
    let (good, all) = shape_rows(subject, |shape| shape == "999");
    good * 2 > all
}

fn wrong_postal_codes(subject: &ColumnSubject) -> Option<Found> {
    if !is_postal(subject) || subject.filled() < LEAST_VALUES || is_zip3(subject) {
        return None;
    }
    if subject.evidence.is_number() {
        return lost_zeros(subject);
    }
    if !subject.evidence.is_text() {
        return None;
    }
    let judged = judge_shapes(subject)?;
    let Judged {
        good,
        all,
        country,
        is_mixed,
    } = judged;
    let dummies = subject.metrics().dummy_count.unwrap_or(0);
    let affected = (all - good).max(dummies);
    (affected > 0).then(|| {
        let (form, name) = (country.postal_form, country.name);
        let listed: Vec<String> = subject
            .shapes()
            .iter()
            .filter(|(shape, _)| !judged.passes(subject, shape))
            .take(4)
            .map(|(shape, count)| format!("{shape} in {}", counted(*count, "row")))
            .collect();
        let (form, of) = if is_mixed {
            ("the form of a known country", "postal codes".to_owned())
        } else {
            (form, format!("postal codes of {name} ({form})"))
        };
        Found::new(
            format!("{} are no postal codes", subject.share(affected)),
            form,
            format!(
                "{} of the values are {of}; {} are not{}{}.",
                percent(good as f64 / all as f64),
                counted(affected, "row"),
                if listed.is_empty() { "" } else { ": " },
                listed.join(", ")
            ),
        )
        .in_rows(affected, subject.rows())
        .at_least(dummies > all - good || !subject.knows_all_shapes())
        .with_samples(subject.samples(|value| is_dummy(value) || value.trim().chars().count() < 5))
    })
}

/// The country whose postal codes most of the listed shapes are.
#[derive(Clone, Copy)]
struct Judged<'a> {
    /// Rows of its shapes.
    good: u64,
    /// Rows of all shapes.
    all: u64,
    country: &'a Country,
    /// Whether a code may be of any country.
    is_mixed: bool,
}

impl Judged<'_> {
    fn passes(&self, subject: &ColumnSubject, shape: &str) -> bool {
        passes(subject, self.country, self.is_mixed, shape)
    }
}

fn passes(subject: &ColumnSubject, country: &Country, is_mixed: bool, shape: &str) -> bool {
    let of_any = |shape: &str| subject.settings.countries.iter().any(|country| country.has_postal_shape(shape));
    country.has_postal_shape(shape) || is_mixed && of_any(shape)
}

fn judge_shapes<'a>(subject: &ColumnSubject<'a>) -> Option<Judged<'a>> {
    // Beside several countries, a code may be of any of them.
    let is_mixed = holds_several_countries(subject);
    let judged = subject.settings.countries.iter().map(|country| {
        let (good, all) = shape_rows(subject, |shape| passes(subject, country, is_mixed, shape));
        Judged {
            good,
            all,
            country,
            is_mixed,
        }
    });
    // Of equals the first: the order of the setting is the order of likelihood.
    let judged = judged.rev().max_by_key(|judged| judged.good)?;
    (judged.all > 0 && judged.good as f64 >= judged.all as f64 * OF_ONE_COUNTRY).then_some(judged)
}

/// Texts of none of the shapes that pass; of numbers, those that have lost a zero.
fn rows_out_of_form(subject: &ColumnSubject) -> Option<RowCondition> {
    if subject.evidence.is_number() {
        let limit = country_of_lost_zeros(subject)?.lost_zero_below?;
        return Some(RowCondition::Numbers(NumberRange {
            to: Some(limit),
            ..NumberRange::default()
        }));
    }
    let judged = judge_shapes(subject)?;
    let good = subject.shapes().into_iter().map(|(shape, _)| shape);
    Some(RowCondition::OtherShapes(
        good.filter(|shape| judged.passes(subject, shape)).map(str::to_owned).collect(),
    ))
}

/// Whether a column of the table tells several countries.
fn holds_several_countries(subject: &ColumnSubject) -> bool {
    let countries = ["country", "country_code"];
    subject.table.columns.iter().any(|column| {
        let meaning = column.meaning.functional_data_type.as_deref().unwrap_or_default();
        countries.contains(&meaning) && column.metrics.distinct_count.unwrap_or(0) > 1
    })
}

/// A postal code that is stored as a number has lost the zeros in front.
fn lost_zeros(subject: &ColumnSubject) -> Option<Found> {
    let country = country_of_lost_zeros(subject)?;
    subject.evidence.is_whole().then(|| {
        Found::new(
            "postal codes stored as numbers",
            "text",
            format!(
                "The smallest has fewer digits: codes of {} have {} digits, and those that begin with 0 have lost it.",
                country.name, country.postal_form
            ),
        )
    })
}

fn country_of_lost_zeros<'a>(subject: &ColumnSubject<'a>) -> Option<&'a Country> {
    let (min, max) = subject.evidence.bounds()?;
    subject.settings.countries.iter().find(|country| {
        country
            .lost_zero_below
            .is_some_and(|limit| min < limit && max >= limit && max < limit * 10.0)
    })
}

fn wrong_zip3(subject: &ColumnSubject) -> Option<Found> {
    let metrics = subject.metrics();
    let is_told = subject.is_text_of(LEAST_VALUES)
        && is_postal(subject)
        && subject.settings.countries.iter().any(|country| country.code == "US")
        && metrics.distinct_pattern_count.is_some_and(|count| count > 1)
        && is_zip3(subject);
    let (good, all) = shape_rows(subject, |shape| shape == "999");
    (is_told && all > good).then(|| {
        let others = all - good;
        let shapes: Vec<String> = subject
            .shapes()
            .iter()
            .filter(|(shape, _)| *shape != "999")
            .take(4)
            .map(|(shape, count)| format!("{shape} in {}", counted(*count, "row")))
            .collect();
        Found::new(
            format!("{} have not three digits", subject.share(others)),
            "three digits",
            format!("Most values are the first three digits of a ZIP code; {}.", shapes.join(", ")),
        )
        .in_rows(others, subject.rows())
        .with_samples(subject.samples(|value| value.trim().len() != 3))
    })
}

fn unexpected_regions(subject: &ColumnSubject) -> Option<Found> {
    let is_placed = subject.is_named(Notion::Region) || subject.is_named(Notion::Country);
    let enough = subject.evidence.distinct() > MANY_REGIONS;
    if !subject.is_text_of(LEAST_FOR_SHARES)
        || is_placed
        || !enough
        || subject.evidence.longest() > 3
        || subject.means(&["country_code", "currency_code", "language_code"])
    {
        return None;
    }
    let (country, share) = subject
        .settings
        .countries
        .iter()
        .filter(|country| !country.regions.is_empty())
        .map(|country| (country, subject.evidence.listed(|value| country.has_region(value))))
        .rev()
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    (share >= OF_ONE_KIND).then(|| {
        Found::new(
            format!("codes of {}", country.regions_name),
            "a name that says so",
            format!(
                "{} of the listed values are codes of {}, and the name of the column does not say so.",
                percent(share),
                country.regions_name
            ),
        )
        .with_samples(subject.samples(|value| country.has_region(value)))
    })
}

fn unexpected_emails(subject: &ColumnSubject) -> Option<Found> {
    let share = subject.evidence.form("email");
    let is_named = subject.is_named(Notion::Email) || subject.is_named(Notion::Street) || subject.is_named(Notion::UserName);
    (subject.is_text_of(LEAST_VALUES) && share >= OF_ONE_KIND && !is_named).then(|| {
        Found::new(
            format!("{} are e-mail addresses", percent(share)),
            "a name that says so",
            format!(
                "{} of the values are e-mail addresses, and the name of the column does not say so.",
                percent(share)
            ),
        )
    })
}

pub(super) const RULES: &[AnomalyRule] = &[
    AnomalyRule {
        name: "Invalid_Zip_USA",
        title: "Postal codes out of form",
        severity: Severity::Medium,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Validity,
        explanation: "Most values have the form of one country's postal codes, and the rest has not: digits are lost, or something else stands there. Which countries are looked for is a setting.",
        remedy: "Repair the codes at their source; keep them as text, so that no zero is lost.",
        rows: Rows::By(rows_out_of_form),
        check: Check::Column(wrong_postal_codes),
    },
    AnomalyRule {
        name: "Invalid_Zip3_USA",
        title: "Short ZIP codes out of form",
        severity: Severity::Medium,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Validity,
        explanation: "Most values are the first three digits of a ZIP code, and the rest has more or fewer.",
        remedy: "Mend the step that cuts the codes.",
        rows: Rows::By(|_| Some(RowCondition::OtherShapes(vec!["999".to_owned()]))),
        check: Check::Column(wrong_zip3),
    },
    AnomalyRule {
        name: "Unexpected_US_States",
        title: "Regions under another name",
        severity: Severity::Low,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Consistency,
        explanation: "The values are codes of a country's states or provinces, and the name speaks of something else: columns may have been shifted.",
        remedy: "Compare with the source, or rename the column.",
        rows: Rows::Are(RowFeature::Filled),
        check: Check::Column(unexpected_regions),
    },
    AnomalyRule {
        name: "Unexpected_Emails",
        title: "E-mail addresses under another name",
        severity: Severity::Medium,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Consistency,
        explanation: "The values are e-mail addresses, and the name speaks of something else: columns may have been shifted, and personal data lies where nobody guards it.",
        remedy: "Compare with the source; rename the column and guard it as personal data.",
        rows: Rows::Are(RowFeature::Filled),
        check: Check::Column(unexpected_emails),
    },
];
