//! Values whose shape, spelling or repetition is out of line with the rest of their column.

use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{ColumnSubject, LEAST_FOR_SHARES};
use crate::components::format::{count, counted, percent};
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::column_profile::{ColumnProfile, TopValue};
use crate::domain::row_condition::RowCondition;
use crate::engine::accumulators::text_kinds::fold_text;

/// Most shapes of a column that has a format at all.
const MOST_SHAPES: usize = 4;
/// The second shape beside the first where the first has letters, and where it has only digits.
const RARE_WITH_LETTERS: f64 = 0.05;
const RARE_OF_DIGITS: f64 = 0.1;
/// From so many different values on, a few that repeat are odd.
const MANY: u64 = 1_000;
/// A value that occurs more often is not a mistake but a habit.
const MOST_REPEATS: u64 = 4;
/// Share of different values in a column that is meant to be unique.
const NEARLY_UNIQUE: f64 = 0.95;
const NAMES_OF_PERSONS: &[&str] = &["given_name", "family_name", "person_name"];

/// The shape with runs of digits as one: `SO-99999` is `SO-9`.
fn without_runs(shape: &str) -> String {
    let mut short = String::with_capacity(shape.len());
    for ch in shape.chars() {
        if ch != '9' || !short.ends_with('9') {
            short.push(ch);
        }
    }
    short
}

fn rare_shapes(subject: &ColumnSubject) -> Option<Found> {
    let is_free = [
        "measurement",
        "category",
        "code",
        "description",
        "label",
        "phone_number",
        "postal_code",
        "date_as_text",
        "number_as_text",
    ];
    let shapes = subject.shapes();
    let is_told = subject.is_text_of(LEAST_FOR_SHARES)
        && (2..=MOST_SHAPES).contains(&shapes.len())
        && subject.knows_all_shapes()
        && subject.evidence.longest() > 3
        && !subject.means(&is_free);
    let [(first, count), (_, second), ..] = shapes.as_slice() else {
        return None;
    };
    let has_letters = first.contains(['A', 'a']);
    let limit = if has_letters { RARE_WITH_LETTERS } else { RARE_OF_DIGITS };
    // Numbers that grow by a digit keep their format.
    let is_one_format = shapes.iter().all(|(shape, _)| without_runs(shape) == without_runs(first));
    if !is_told || !first.contains('9') || is_one_format || *second as f64 >= *count as f64 * limit {
        return None;
    }
    let others: u64 = shapes[1..].iter().map(|(_, count)| count).sum();
    let listed: Vec<String> = shapes[1..]
        .iter()
        .map(|(shape, count)| format!("{shape} in {}", counted(*count, "row")))
        .collect();
    Some(
        Found::new(
            format!("{} have another shape than {first}", subject.share(others)),
            format!("{first} only"),
            format!("{} have the shape {first}; {}.", subject.share(*count), listed.join(", ")),
        )
        .in_rows(others, subject.rows())
        .with_samples(shapes[1..].iter().map(|(shape, _)| (*shape).to_owned()).collect()),
    )
}

/// What has another shape than the commonest.
fn rows_of_rare_shapes(subject: &ColumnSubject) -> Option<RowCondition> {
    let (first, _) = subject.shapes().first().copied()?;
    Some(RowCondition::OtherShapes(vec![first.to_owned()]))
}

fn few_repeats(subject: &ColumnSubject) -> Option<Found> {
    let column = subject.column();
    let distinct = subject.evidence.distinct();
    let top = column.top_values.first()?;
    let is_key = subject.means(&[
        "row_identifier",
        "secondary_identifier",
        "reference",
        "email_address",
        "phone_number",
        "uuid",
    ]);
    let is_free = NAMES_OF_PERSONS.contains(&subject.meaning())
        || subject.means(&["street_address", "description", "city", "amount_of_money", "measurement"]);
    let is_told = (subject.evidence.is_text() && !is_free || is_key)
        && subject.knows_distinct()
        && distinct > MANY
        && subject.evidence.uniqueness() >= NEARLY_UNIQUE
        && (2..=MOST_REPEATS).contains(&top.count);
    let repeats = subject.values().saturating_sub(distinct);
    (is_told && repeats > 0).then(|| {
        Found::new(
            format!("{} repeat another row's value", counted(repeats, "row")),
            "a value once",
            format!(
                "{} of the values are different, and none occurs more than {} times.",
                percent(subject.evidence.uniqueness()),
                top.count
            ),
        )
        .in_rows(repeats, subject.rows())
        .with_samples(repeated(column).take(5).map(|top| top.value.clone()).collect())
    })
}

/// The listed values that occur more than once.
fn repeated(column: &ColumnProfile) -> impl Iterator<Item = &TopValue> {
    column.top_values.iter().filter(|top| top.count > 1)
}

/// Those of them that are listed whole.
fn repeated_values(subject: &ColumnSubject) -> Vec<String> {
    let whole = repeated(subject.column()).filter(|top| RowCondition::of_listed(&top.value) == RowCondition::Value(top.value.clone()));
    whole.map(|top| top.value.clone()).collect()
}

/// A listed value: as it is folded, as it is written, its rows.
type Listed<'a> = (Vec<u8>, &'a str, u64);

/// The listed values that another differs from only in capitals, spaces or punctuation. Those of spaces and punctuation alone all fold to
/// nothing: they are no spellings of one word.
fn spellings(column: &ColumnProfile) -> Vec<Listed<'_>> {
    let listed: Vec<Listed> = column
        .top_values
        .iter()
        .map(|top| (folded(&top.value), top.value.as_str(), top.count))
        .filter(|(folded, ..)| !folded.is_empty())
        .collect();
    let is_twin = |(folded, value, _): &&Listed| listed.iter().any(|(other, spelling, _)| other == folded && spelling != value);
    listed.iter().filter(is_twin).cloned().collect()
}

fn folded(value: &str) -> Vec<u8> {
    let mut out = Vec::new();
    fold_text(value, &mut out);
    out
}

/// The listed values that are written in several ways.
fn respelt_values(subject: &ColumnSubject) -> Vec<String> {
    spellings(subject.column())
        .into_iter()
        .map(|(_, value, _)| value.to_owned())
        .collect()
}

fn respelt(subject: &ColumnSubject) -> Option<Found> {
    let metrics = subject.metrics();
    let column = subject.column();
    let folded_distinct = metrics.standardised_distinct_count?;
    let is_free = NAMES_OF_PERSONS.contains(&subject.meaning())
        || subject.means(&["description", "phone_number", "street_address", "number_as_text", "date_as_text"]);
    let is_exact = subject.knows_distinct() && !column.is_estimate("standardised_distinct_count");
    let are_numbers = subject.part(metrics.numeric_count) > 0.5 || subject.part(metrics.date_count) > 0.5;
    if !subject.is_text_of(LEAST_FOR_SHARES) || is_free || !is_exact || are_numbers {
        return None;
    }
    let nothing = column.top_values.iter().filter(|top| folded(&top.value).is_empty()).count() as u64;
    let differing = subject
        .evidence
        .distinct()
        .saturating_sub(folded_distinct)
        .saturating_sub(nothing.saturating_sub(1));
    if differing == 0 {
        return None;
    }
    let twins = spellings(column);
    // The rarer spellings are the ones to repair.
    let rarer: u64 = twins
        .iter()
        .filter(|(folded, value, count)| {
            twins
                .iter()
                .any(|(other, spelling, rows)| other == folded && (rows, *value) > (count, *spelling) && spelling != value)
        })
        .map(|(.., count)| count)
        .sum();
    let mut samples: Vec<(Vec<u8>, String)> = twins
        .iter()
        .map(|(folded, value, _)| (folded.clone(), (*value).to_owned()))
        .collect();
    samples.sort();
    let affected = rarer.max(differing);
    Some(
        Found::new(
            format!("{} in more than one spelling", counted(differing, "value")),
            "one spelling each",
            format!(
                "{} different values are {} once capitals, spaces and punctuation are folded.",
                count(subject.evidence.distinct()),
                count(folded_distinct)
            ),
        )
        .in_rows(affected, subject.rows())
        .with_samples(samples.into_iter().take(6).map(|(_, value)| value).collect()),
    )
}

pub(super) const RULES: &[AnomalyRule] = &[
    AnomalyRule {
        name: "Column_Pattern_Mismatch",
        title: "A rare shape",
        severity: Severity::Medium,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "Nearly all values have one shape, and a few have another.",
        remedy: "Look at the rare shapes, and write them as the others are written.",
        rows: Rows::By(rows_of_rare_shapes),
        check: Check::Column(rare_shapes),
    },
    AnomalyRule {
        name: "Potential_Duplicates",
        title: "Nearly unique",
        severity: Severity::Medium,
        likelihood: Likelihood::Possible,
        dimension: QualityDimension::Uniqueness,
        explanation: "The column is all but unique: a few values occur two to four times.",
        remedy: "Find out whether it identifies its rows, and if so which of the repeated ones are duplicates.",
        rows: Rows::OfListed(repeated_values),
        check: Check::Column(few_repeats),
    },
    AnomalyRule {
        name: "Standardized_Value_Matches",
        title: "One value in several spellings",
        severity: Severity::Medium,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Uniqueness,
        explanation: "Values differ only in capitals, spaces or punctuation, and are counted as different.",
        remedy: "Agree on one spelling, and rewrite the others.",
        rows: Rows::OfListed(respelt_values),
        check: Check::Column(respelt),
    },
];

#[cfg(test)]
mod tests {
    use super::without_runs;

    #[test]
    fn runs_of_digits_become_one() {
        assert_eq!(without_runs("SO-99999"), "SO-9");
        assert_eq!(without_runs("9.9"), "9.9");
    }
}
