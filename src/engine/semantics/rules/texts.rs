//! What is left of the texts: numbers in disguise, names of things, codes, categories, labels, prose.

use super::{Evidence, Family, TypeRule, rule};
use crate::engine::semantics::evidence::{grouped, share_words};
use crate::engine::semantics::vocabulary::Notion;

/// Share of texts that must be numbers.
const NUMBERS: f64 = 0.95;
/// Most different values of a category.
const MOST_CATEGORIES: u64 = 200;
/// Longest code and category, in characters.
const LONGEST_CODE: u64 = 24;
const LONGEST_CATEGORY: u64 = 60;
/// A code that differs in every row is what the thing is called.
const NEARLY_UNIQUE: f64 = 0.95;
/// A text of more words on average is prose.
const PROSE_WORDS: f64 = 4.5;

fn words(column: &Evidence) -> f64 {
    column.metrics().avg_embedded_spaces.unwrap_or(0.0) + 1.0
}

/// Codes are single words in capitals or with digits.
fn is_code(column: &Evidence) -> bool {
    let metrics = column.metrics();
    let digits = column.part(metrics.includes_digit_count);
    let capitals = column.part(metrics.upper_case_count);
    column.is_one_word() && column.longest() <= LONGEST_CODE && (capitals + column.part(metrics.non_alpha_count) >= 0.9 || digits >= 0.5)
}

/// Numbers that were never meant to be counted with: all of one length, or with zeros in front.
fn is_number_code(column: &Evidence) -> bool {
    let leads = column.listed(|text| text.starts_with('0') && text[1..].starts_with(|next: char| next.is_ascii_digit()));
    leads > 0.0 || (column.has_one_length() && column.longest() > 3)
}

pub(super) const RULES: &[TypeRule] = &[
    rule("number_as_text", Family::Measure, |column| {
        let share = column.part(column.metrics().numeric_count);
        (column.is_text() && share >= NUMBERS && !is_number_code(column))
            .then(|| format!("{} values are numbers, stored as text.", share_words(share)))
    }),
    rule("entity_name", Family::Entity, |column| {
        let word = column.named(Notion::Name)?;
        let metrics = column.metrics();
        let letters = column.part(metrics.non_alpha_count) <= 0.1;
        (column.is_text()
            && letters
            && column.uniqueness() >= 0.3
            && words(column) <= 8.0
            && (!is_code(column) || column.uniqueness() >= NEARLY_UNIQUE))
            .then(|| {
                format!(
                    "The name says \"{word}\", and {} of {} values are different.",
                    column.distinct_words(),
                    grouped(column.column.non_null_count)
                )
            })
    }),
    rule("code", Family::Code, |column| {
        (column.is_text() && is_code(column) && column.distinct() >= 2).then(|| {
            let longest = column.longest();
            let plural = if longest == 1 { "" } else { "s" };
            format!("Single words of at most {longest} character{plural}, in capitals or with digits.")
        })
    }),
    rule("category", Family::Category, |column| {
        (column.is_text() && column.repeats_few(MOST_CATEGORIES) && column.longest() <= LONGEST_CATEGORY)
            .then(|| format!("{} different values that come again and again.", column.distinct_words()))
    }),
    rule("description", Family::Text, |column| {
        let average = column.metrics().avg_length.unwrap_or(0.0);
        (column.is_text() && (words(column) >= PROSE_WORDS || average > 80.0))
            .then(|| format!("Texts of {:.1} words and {average:.0} characters on average.", words(column)))
    }),
    rule("label", Family::Text, |column| {
        let average = column.metrics().avg_length.unwrap_or(0.0);
        column
            .is_text()
            .then(|| format!("Short texts of {average:.0} characters on average."))
    }),
];
