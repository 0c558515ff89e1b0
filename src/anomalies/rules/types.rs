//! Texts that are something else, wholly, mostly or in part.

use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{ColumnSubject, LEAST_FOR_SHARES, LEAST_VALUES};
use crate::components::format::{counted, percent};
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::masking::MASK;
use crate::domain::row_condition::RowFeature;
use crate::engine::accumulators::date_texts::parse_date_text;
use crate::engine::accumulators::text_kinds::{is_dummy, is_numeric};

/// Above this share of one kind, the rest is taken for mistakes.
const NEARLY_ALL: f64 = 0.95;
/// Below this share, the kind itself is the mistake.
const HARDLY_ANY: f64 = 0.03;
/// Share of the values with a digit in a column of quantities.
const HAVE_DIGITS: f64 = 0.5;
/// Units of quantities, small letters.
const UNITS: &str = "% lb lbs oz kg g mg t ml cl l km m cm mm mi ft in yd h hr min s ms sec day days kb mb gb tb kw kwh w v pcs st °c °f";
/// Meanings whose digits are no quantity.
const CODES: &[&str] = &[
    "postal_code",
    "row_identifier",
    "secondary_identifier",
    "reference",
    "phone_number",
    "year",
    "month",
    "year_month",
    "year_quarter",
    "iso_week",
    "day_of_month",
];

fn says_something(value: &str) -> bool {
    !value.trim().is_empty() && !is_dummy(value)
}

fn mostly(subject: &ColumnSubject, count: Option<u64>, what: &str, is_kind: fn(&str) -> bool) -> Option<Found> {
    let count = count?;
    let share = subject.part(Some(count));
    let is_told = subject.is_text_of(LEAST_FOR_SHARES) && share > NEARLY_ALL && count < subject.filled();
    let others = subject.filled() - count.min(subject.filled());
    is_told.then(|| {
        Found::new(
            format!("{} are no {what}", subject.share(others)),
            format!("{what} only"),
            format!(
                "{} of the values are {what}; {} {} not.",
                percent(share),
                counted(others, "row"),
                if others == 1 { "is" } else { "are" }
            ),
        )
        .in_rows(others, subject.rows())
        .with_samples(subject.samples(|value| says_something(value) && !is_kind(value)))
    })
}

fn is_date(text: &str) -> bool {
    parse_date_text(text.trim().as_bytes()).is_some()
}

fn suggested(subject: &ColumnSubject) -> Option<Found> {
    let meaning = &subject.column().meaning;
    let better = meaning.suggested_type.as_deref()?;
    let is_text = ["varchar", "text", "char", "string"].iter().any(|kind| better.starts_with(kind));
    let is_told = subject.is_text_of(LEAST_VALUES) && !is_text && !subject.means(&["boolean", "marker"]) && better != "boolean";
    is_told.then(|| {
        let reason = meaning.suggested_type_reason.clone().unwrap_or_default();
        let reason = if subject.is_personal() {
            format!("Every value of the column does: {MASK}.")
        } else {
            reason
        };
        Found::new(format!("text that fits {better}"), better, reason)
    })
}

fn with_units(subject: &ColumnSubject) -> Option<Found> {
    let top = subject.column().top_values.iter().find(|top| says_something(&top.value))?;
    let digits = subject.part(subject.metrics().includes_digit_count);
    let is_told =
        subject.is_text_of(LEAST_VALUES) && digits > HAVE_DIGITS && is_quantity(&top.value) && subject.evidence.listed(is_quantity) > 0.5;
    is_told.then(|| {
        Found::new(
            format!("numbers with their unit, “{}” leading", subject.quoted(&top.value)),
            "a number, and its unit apart",
            format!(
                "{} of the values have a digit, and the commonest is {}.",
                percent(digits),
                subject.quoted(&top.value)
            ),
        )
        .with_samples(subject.samples(is_quantity))
    })
}

/// A number and a unit, with or without a space between.
fn is_quantity(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let end = text.find(|ch: char| !ch.is_ascii_digit() && !matches!(ch, '.' | ','));
    let Some((number, unit)) = end.map(|end| text.split_at(end)) else {
        return false;
    };
    let unit = unit.trim();
    number.chars().any(|ch| ch.is_ascii_digit()) && UNITS.split(' ').any(|known| known == unit)
}

pub(super) const RULES: &[AnomalyRule] = &[
    AnomalyRule {
        name: "Suggested_Type",
        title: "A better type fits",
        severity: Severity::Low,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "Every value of this text would fit a type that says more, that sorts and sums as it should, and that refuses what is wrong.",
        remedy: "Store the column in that type, or say in its description why not.",
        rows: Rows::Are(RowFeature::Filled),
        check: Check::Column(suggested),
    },
    AnomalyRule {
        name: "Char_Column_Number_Values",
        title: "Text of numbers, with exceptions",
        severity: Severity::Medium,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "Nearly all of these texts are numbers. The rest keeps the column from being stored and summed as numbers.",
        remedy: "Repair the values that are no numbers, then store the column as a number.",
        rows: Rows::Are(RowFeature::NotNumber),
        check: Check::Column(|subject| {
            let metrics = subject.metrics();
            if subject.means(CODES) || subject.part(metrics.date_count) > NEARLY_ALL {
                return None;
            }
            mostly(subject, metrics.numeric_count, "numbers", is_numeric)
        }),
    },
    AnomalyRule {
        name: "Char_Column_Date_Values",
        title: "Text of dates, with exceptions",
        severity: Severity::Medium,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "Nearly all of these texts are dates. The rest keeps the column from being stored and compared as dates.",
        remedy: "Repair the values that are no dates, then store the column as a date.",
        rows: Rows::Are(RowFeature::NotDate),
        check: Check::Column(|subject| mostly(subject, subject.metrics().date_count, "dates", is_date)),
    },
    AnomalyRule {
        name: "Small_Numeric_Value_Ct",
        title: "A few numbers among words",
        severity: Severity::Low,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "A few of these texts are numbers, and nearly all others are not: often a code that was never looked up, or values of a neighbouring column.",
        remedy: "Look at the numbers, and repair the step that wrote them.",
        rows: Rows::Are(RowFeature::NumberText),
        check: Check::Column(|subject| {
            let metrics = subject.metrics();
            let count = metrics.numeric_count.unwrap_or(0);
            // Repeated zeros and nines are stand-ins, and told as such.
            let is_dummy_only = count <= metrics.dummy_count.unwrap_or(0);
            let share = subject.part(Some(count));
            // A code may be digits alone by chance, and a title a number.
            let may_be_number = subject.means(CODES) || subject.means(&["entity_name"]);
            let is_told = subject.is_text_of(LEAST_FOR_SHARES) && count > 0 && !is_dummy_only && !may_be_number && share < HARDLY_ANY;
            is_told.then(|| {
                Found::new(
                    format!("{} are numbers", subject.share(count)),
                    "words",
                    format!("{} are numbers among texts that are none.", subject.rows_in_words(count)),
                )
                .in_rows(count, subject.rows())
                .with_samples(subject.samples(is_numeric))
            })
        }),
    },
    AnomalyRule {
        name: "Char_Column_Number_Units",
        title: "Numbers with their unit in one text",
        severity: Severity::Low,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Consistency,
        explanation: "Number and unit stand in one text, so that it can be neither summed nor compared.",
        remedy: "Split the number from its unit.",
        rows: Rows::Are(RowFeature::Filled),
        check: Check::Column(with_units),
    },
    AnomalyRule {
        name: "Delimited_Data_Embedded",
        title: "Lists in one text",
        severity: Severity::Low,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "Most values are several, joined by a comma, a bar or the like.",
        remedy: "Give each part a row or a column of its own.",
        rows: Rows::Are(RowFeature::Filled),
        check: Check::Column(|subject| {
            let reason = subject.column().meaning.functional_data_type_reason.clone().unwrap_or_default();
            (subject.is_text_of(LEAST_VALUES) && subject.means(&["delimited_list"])).then(|| {
                Found::new("lists in one text", "one value each", reason)
                    .with_samples(subject.samples(|value| value.contains([',', '|', '\t', ';'])))
            })
        }),
    },
];

#[cfg(test)]
mod tests {
    use super::is_quantity;

    #[test]
    fn a_quantity_is_a_number_and_a_known_unit() {
        for text in ["500 g", "12kg", "3.5 %", "1,000 ml", "-4 g"] {
            assert!(is_quantity(text), "{text}");
        }
        for text in ["500", "g", "A4", "12 monkeys", "", "15-1G", "13-33 s"] {
            assert!(!is_quantity(text), "{text}");
        }
    }
}
