//! What identifies rows, here or elsewhere. That values are different is proven by the count; that they are meant to be
//! an identifier is shown by their name, their form or their place.

use super::{Evidence, Family, TypeRule, rule};
use crate::engine::semantics::evidence::{grouped, share_words};
use crate::engine::semantics::vocabulary::Notion;

/// Longest text that may be an identifier.
const LONGEST_ID: u64 = 64;
/// Share of different values that makes another identifier of a column.
const NEARLY_UNIQUE: f64 = 0.95;
/// Share of the rows that must have it.
const NEARLY_FILLED: f64 = 0.7;
/// Shapes that an identifier may have beside each other.
const FEW_SHAPES: u64 = 4;
/// Values from which on a series without gaps is no chance.
const LONG_SERIES: u64 = 20;

/// Whole numbers, or single words of bounded length.
fn is_code_like(column: &Evidence) -> bool {
    column.is_whole() || (column.is_text() && column.is_one_word() && column.longest() <= LONGEST_ID)
}

fn is_uuid(column: &Evidence) -> bool {
    column.is_text() && column.form("uuid") >= NEARLY_UNIQUE
}

/// How strongly a proven key is meant to be one; the strongest column of a table identifies its rows. 0: not at all.
pub fn key_score(column: &Evidence) -> u32 {
    if !column.column.is_candidate_key() || !column.is_enough() || !is_code_like(column) {
        return 0;
    }
    let shapes = column.metrics().distinct_pattern_count.unwrap_or(u64::MAX);
    let metrics = column.metrics();
    let is_mixed = column.part(metrics.includes_digit_count) >= 0.5 && column.part(metrics.numeric_count) < 0.5;
    let evidence = [
        (column.name.ends_with(Notion::Key).is_some(), 8),
        (column.named(Notion::Key).is_some(), 4),
        (is_uuid(column), 4),
        (column.has_no_gaps() && column.distinct() >= LONG_SERIES, 4),
        (column.name.ends_with(Notion::Number).is_some(), 3),
        (column.is_text() && shapes <= FEW_SHAPES && (is_mixed || column.has_one_length()), 2),
        (column.column.ordinal_position == 1, 2),
    ];
    evidence.into_iter().filter(|(holds, _)| *holds).map(|(_, weight)| weight).sum()
}

/// Why a column is meant to identify something, besides being different in every row.
fn intent(column: &Evidence) -> Option<String> {
    if let Some(word) = column.named_any(&[Notion::Key, Notion::Number]) {
        return Some(format!("the name says \"{word}\""));
    }
    if is_uuid(column) {
        return Some("the values are UUIDs".to_owned());
    }
    if column.has_no_gaps() && column.distinct() >= LONG_SERIES {
        return Some("the numbers follow each other without a gap".to_owned());
    }
    (column.column.ordinal_position == 1).then(|| "it stands first in the table".to_owned())
}

pub(super) const RULES: &[TypeRule] = &[
    rule("row_identifier", Family::Key, |column| {
        (column.is_first_key && key_score(column) > 0).then(|| {
            let intent = intent(column).unwrap_or_else(|| "the values have the form of codes".to_owned());
            format!(
                "All {} values are different, none is missing, and {intent}.",
                grouped(column.distinct())
            )
        })
    }),
    rule("sequence_number", Family::Code, |column| {
        let word = column.named(Notion::Sequence)?;
        let starts = column.bounds().is_some_and(|(min, _)| min == 0.0 || min == 1.0);
        (starts && column.has_no_gaps() && column.uniqueness() < NEARLY_UNIQUE)
            .then(|| format!("The name says \"{word}\", and the numbers start again and again without leaving one out."))
    }),
    rule("secondary_identifier", Family::Code, |column| {
        // An id that is not unique points elsewhere, however seldom it repeats; a number with a few repeats was meant to be one.
        // Nor does one of which only an estimate says how often it repeats.
        let may_be_key = column.column.is_candidate_key() || column.column.may_be_candidate_key();
        let word = match may_be_key {
            true => column.named_any(&[Notion::Key, Notion::Number]),
            false => column
                .named(Notion::Number)
                .filter(|_| column.name.ends_with(Notion::Key).is_none()),
        };
        let meant = word.is_some() || (is_uuid(column) && may_be_key);
        let share = column.uniqueness();
        let is_wide = column.filled_ratio() >= NEARLY_FILLED && column.distinct() >= LONG_SERIES;
        (meant && is_code_like(column) && share >= NEARLY_UNIQUE && is_wide).then(|| {
            let intent = word.map_or_else(|| "they are UUIDs".to_owned(), |word| format!("the name says \"{word}\""));
            let about = if column.column.is_estimate("distinct_count") {
                "About "
            } else {
                ""
            };
            let share = format!("{about}{}", share_words(share));
            format!("{share} values are different, and {intent}.")
        })
    }),
    rule("reference", Family::Reference, |column| {
        let by_name = column.name.ends_with(Notion::Key);
        let meant = by_name.is_some() || is_uuid(column);
        (meant
            && is_code_like(column)
            && column.distinct() >= 2
            && !column.column.is_candidate_key()
            && !column.column.may_be_candidate_key())
        .then(|| {
            let intent = by_name.map_or_else(|| "The values are UUIDs".to_owned(), |word| format!("The name ends in \"{word}\""));
            format!(
                "{intent}, and a value stands in {:.1} rows on average: it points to something kept elsewhere.",
                column.column.non_null_count as f64 / column.distinct().max(1) as f64
            )
        })
    }),
];
