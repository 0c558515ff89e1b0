//! Tests a condition over the values of a batch. Texts are looked at by the functions that counted them.

use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::engine::accumulators::date_texts::parse_date_text;
use crate::engine::accumulators::shapes::{Features, ShapeText, read_shape};
use crate::engine::accumulators::text_kinds::{is_dummy, is_numeric, is_quoted, is_truth_word};
use crate::engine::accumulators::top_values::cut_text;

use super::values::ColumnValues;

/// Which rows of a batch meet the condition.
pub fn test_rows(condition: &RowCondition, values: &ColumnValues) -> Result<Vec<bool>, String> {
    let mut chosen = vec![false; values.rows()];
    match condition {
        RowCondition::Is(feature) => test_feature(*feature, values, &mut chosen)?,
        RowCondition::Value(wanted) => test_texts(values, &mut chosen, |text| is_text(text, wanted))?,
        RowCondition::OneOf(wanted) => test_texts(values, &mut chosen, |text| wanted.iter().any(|wanted| is_text(text, wanted)))?,
        RowCondition::OtherThan(wanted) => test_texts(values, &mut chosen, |text| !is_text(text, wanted))?,
        RowCondition::Begins(beginning) => test_texts(values, &mut chosen, |text| {
            text.len() > beginning.len() && text.starts_with(beginning.as_bytes())
        })?,
        RowCondition::Numbers(range) => values.for_each_number(|row, number| {
            let is_below = |to: f64| if range.is_closed { number <= to } else { number < to };
            chosen[row] = number.is_finite()
                && range.from.is_none_or(|from| number >= from)
                && range.to.is_none_or(is_below)
                && !(range.without_zero && number == 0.0);
        }),
        RowCondition::Days(range) => values.for_each_day(|row, day| {
            chosen[row] = range.from.is_none_or(|from| day >= from) && range.to.is_none_or(|to| day < to);
        }),
        RowCondition::OutsideDays(range) => values.for_each_day(|row, day| {
            chosen[row] = range.from.is_some_and(|from| day < from) || range.to.is_some_and(|to| day >= to);
        }),
        RowCondition::Lengths(from, to) => test_texts(values, &mut chosen, |text| (*from..=*to).contains(&count_chars(text)))?,
        RowCondition::Shape(wanted) => {
            let mut shape = ShapeText::default();
            test_texts(values, &mut chosen, |text| shape_of(text, &mut shape) == *wanted)?;
        }
        RowCondition::OtherShapes(known) => {
            let mut shape = ShapeText::default();
            test_texts(values, &mut chosen, |text| {
                let found = shape_of(text, &mut shape);
                !found.trim().is_empty() && !known.contains(&found)
            })?;
        }
    }
    Ok(chosen)
}

fn test_texts(values: &ColumnValues, chosen: &mut [bool], mut test: impl FnMut(&[u8]) -> bool) -> Result<(), String> {
    values.for_each_text(|row, text| chosen[row] = test(text))
}

/// Whether a value is the one that a text names; bytes that are no text are named by what they are shown as.
fn is_text(value: &[u8], named: &str) -> bool {
    value == named.as_bytes() || (std::str::from_utf8(value).is_err() && String::from_utf8_lossy(value) == named)
}

fn count_chars(text: &[u8]) -> u64 {
    String::from_utf8_lossy(text).chars().count() as u64
}

/// The shape as a profile lists it.
fn shape_of(text: &[u8], shape: &mut ShapeText) -> String {
    read_shape(&String::from_utf8_lossy(text), shape);
    cut_text(&String::from_utf8_lossy(shape.as_bytes()))
}

fn test_feature(feature: RowFeature, values: &ColumnValues, chosen: &mut [bool]) -> Result<(), String> {
    use RowFeature::{Filled, Infinite, InvalidUtf8, Missing, Nan, Negative, Null, Zero};
    match feature {
        Null => (0..values.rows()).for_each(|row| chosen[row] = values.is_null(row)),
        Zero => values.for_each_number(|row, number| chosen[row] = number == 0.0),
        Negative => values.for_each_number(|row, number| chosen[row] = number < 0.0 && number.is_finite()),
        Nan => values.for_each_number(|row, number| chosen[row] = number.is_nan()),
        Infinite => values.for_each_number(|row, number| chosen[row] = number.is_infinite()),
        Filled if !values.are_texts() => (0..values.rows()).for_each(|row| chosen[row] = !values.is_null(row)),
        Missing if !values.are_texts() => (0..values.rows()).for_each(|row| chosen[row] = values.is_null(row)),
        _ if !values.are_texts() => {}
        InvalidUtf8 => test_texts(values, chosen, |text| std::str::from_utf8(text).is_err())?,
        Missing => {
            test_feature(RowFeature::StandIn, values, chosen)?;
            (0..values.rows()).for_each(|row| chosen[row] |= values.is_null(row));
        }
        feature => {
            let mut shape = ShapeText::default();
            test_texts(values, chosen, |bytes| {
                let text = String::from_utf8_lossy(bytes);
                let found = read_shape(&text, &mut shape);
                has_feature(feature, &text, &found)
            })?;
        }
    }
    Ok(())
}

/// What a text is, as `accumulators::texts` counts it.
fn has_feature(feature: RowFeature, text: &str, found: &Features) -> bool {
    use RowFeature::*;
    let letters = found.upper + found.lower + found.caseless;
    let is_blank = found.chars > 0 && found.white == found.chars;
    let says_something = || found.chars > 0 && !is_blank && !is_dummy(text);
    match feature {
        Filled => says_something(),
        StandIn => !says_something(),
        WordedStandIn => found.chars == 0 || is_blank || (is_dummy(text) && !is_numeric(text)),
        Empty => found.chars == 0,
        Blank => is_blank,
        MissingWord => found.chars > 0 && is_dummy(text),
        UpperCase => letters > 0 && found.upper == letters,
        LowerCase => letters > 0 && found.lower == letters,
        MixedCase => letters > 0 && found.upper < letters && found.lower < letters,
        NoLetter => found.chars > 0 && letters == 0,
        NoLetterSaid => letters == 0 && says_something(),
        Digit => found.digits > 0,
        NumberText => is_numeric(text),
        NotNumber => says_something() && !is_numeric(text),
        DateText => parse_date_text(text.as_bytes()).is_some(),
        NotDate => says_something() && parse_date_text(text.as_bytes()).is_none(),
        TruthText => is_truth_word(text),
        LeadingSpace => found.leading_spaces > 0,
        LeadingSpaceSaid => found.leading_spaces > 0 && !is_blank,
        TrailingSpace => found.trailing_spaces > 0,
        InnerSpace => found.inner_spaces > 0,
        Quoted => is_quoted(text.as_bytes()),
        OddBeginning => begins_oddly(text) && !text.starts_with(['"', '\'']) && !is_dummy(text),
        NonAscii => found.non_ascii > 0,
        Invisible => found.non_printing > 0,
        // Not about texts, or about their bytes.
        Null | Missing | Zero | Nan | Infinite | Negative | InvalidUtf8 => false,
    }
}

/// Whether a text begins with neither letter nor white space, and has a letter.
pub fn begins_oddly(text: &str) -> bool {
    let is_odd = |first: char| !first.is_alphabetic() && !first.is_whitespace();
    text.chars().next().is_some_and(is_odd) && text.chars().any(char::is_alphabetic)
}
