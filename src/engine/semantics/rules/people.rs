//! Persons and how to reach them. The name of the column speaks first here, and the data must not contradict it.

use super::{Evidence, Family, TypeRule, rule};
use crate::engine::semantics::evidence::share_words;
use crate::engine::semantics::vocabulary::Notion;

/// Share of the values that may have a digit in a column of names.
const MOST_DIGITS: f64 = 0.1;
/// Share of the values that must look like telephone numbers.
const LEAST_PHONES: f64 = 0.8;

/// Texts of letters: names of persons and places.
fn is_of_letters(column: &Evidence) -> bool {
    let metrics = column.metrics();
    column.is_text() && column.part(metrics.includes_digit_count) <= MOST_DIGITS && column.part(metrics.non_alpha_count) <= MOST_DIGITS
}

fn named_letters(column: &Evidence, notion: Notion, most_words: f64) -> Option<String> {
    let word = column.named(notion)?;
    let metrics = column.metrics();
    let words = metrics.avg_embedded_spaces.unwrap_or(0.0) + 1.0;
    let is_name = is_of_letters(column) && words <= most_words && metrics.avg_length.is_some_and(|length| (2.0..=40.0).contains(&length));
    let what = match words {
        words if words < 1.05 => "single words without digits".to_owned(),
        words => format!("{words:.1} words without digits on average"),
    };
    is_name.then(|| format!("The name says \"{word}\", and the values are {what}."))
}

pub(super) const RULES: &[TypeRule] = &[
    rule("phone_number", Family::Contact, |column| {
        let share = column
            .form("phone")
            .max(if column.is_text() { column.shapes(is_phone_shape) } else { 0.0 });
        let digits = column.is_whole() && column.lies_within(1e6, 1e15);
        match column.named(Notion::Phone) {
            Some(word) if share >= LEAST_PHONES => Some(format!(
                "The name says \"{word}\", and {} values have the form of telephone numbers.",
                share_words(share).to_lowercase()
            )),
            Some(word) if digits => Some(format!("The name says \"{word}\", and the numbers have 7 to 15 digits.")),
            None if column.form("phone") >= LEAST_PHONES && column.shapes(|shape| shape.starts_with(['+', '('])) >= LEAST_PHONES => {
                Some(format!("{} values are telephone numbers.", share_words(column.form("phone"))))
            }
            _ => None,
        }
    }),
    rule("given_name", Family::Person, |column| named_letters(column, Notion::GivenName, 2.5)),
    rule("family_name", Family::Person, |column| {
        named_letters(column, Notion::FamilyName, 3.0)
    }),
    rule("person_name", Family::Person, |column| {
        // One word each would be a role or a reference, not a name.
        let spaces = column.metrics().avg_embedded_spaces.unwrap_or(0.0);
        named_letters(column, Notion::PersonName, 5.0).filter(|_| spaces >= 0.5)
    }),
    rule("user_name", Family::Contact, |column| {
        // `user_type` is no name: the end of the column's name decides.
        let word = column.name.ends_with(Notion::UserName)?;
        let fits = column.is_text() && column.is_one_word() && column.longest() <= 64 && column.distinct() > 1;
        let is_id = column.name.ends_with(Notion::Key).is_some();
        (fits && !is_id).then(|| format!("The name says \"{word}\", and the values are single words."))
    }),
    rule("age", Family::Measure, |column| {
        let word = column.named(Notion::Age)?;
        (column.is_number() && column.lies_within(0.0, 125.0) && column.distinct() > 5)
            .then(|| format!("The name says \"{word}\", and all numbers lie between 0 and 125."))
    }),
];

/// Digits with spaces, brackets and marks between them, at least six of them.
fn is_phone_shape(shape: &str) -> bool {
    let rest = shape.trim().trim_start_matches('+');
    let digits = rest.bytes().filter(|byte| *byte == b'9').count();
    (6..=15).contains(&digits) && rest.chars().all(|ch| ch == '9' || " -()./".contains(ch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_have_their_shapes() {
        for shape in ["+99 999 9999999", "(999) 999-9999", "999999", "999.999.9999"] {
            assert!(is_phone_shape(shape), "{shape}");
        }
        for shape in ["99-99", "999 AAA 9999", "9999999999999999", ""] {
            assert!(!is_phone_shape(shape), "{shape}");
        }
    }
}
