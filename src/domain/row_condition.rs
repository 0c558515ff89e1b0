//! Which rows a figure of a column is about, as a condition on one row. The engine tests it over arrays, SQL says it again, and pages
//! name it in words: one condition, so that none of them can mean other rows.

use serde::{Deserialize, Serialize};

use super::column_profile::TEXT_LIMIT_CHARS;
use super::profile_run::words;

words! {
    /// What a value is, without naming one.
    pub enum RowFeature {
        /// Without a value.
        Null = "null",
        /// With a value that says something: no empty text, no blanks, no stand-in for "missing".
        Filled = "filled",
        /// Null, empty, blank, or a stand-in for "missing".
        Missing = "missing",
        /// Empty, blank, or a stand-in for "missing".
        StandIn = "stand_in",
        /// The same, numbers such as `000` apart.
        WordedStandIn = "worded_stand_in",
        /// A text without a character.
        Empty = "empty",
        /// A text of white space only.
        Blank = "blank",
        /// A word such as `n/a`.
        MissingWord = "missing_word",
        /// A number that is zero.
        Zero = "zero",
        /// Not a number.
        Nan = "nan",
        /// Infinite, of either sign.
        Infinite = "infinite",
        /// A number below zero.
        Negative = "negative",
        /// Letters, all of them capitals.
        UpperCase = "upper_case",
        /// Letters, all of them small.
        LowerCase = "lower_case",
        /// Letters of both cases.
        MixedCase = "mixed_case",
        /// A text with characters and without a letter.
        NoLetter = "no_letter",
        /// The same, stand-ins for "missing" apart.
        NoLetterSaid = "no_letter_said",
        /// A text with a digit.
        Digit = "digit",
        /// A text that is a number.
        NumberText = "number_text",
        /// Says something that is no number.
        NotNumber = "not_number",
        /// A text that is a date.
        DateText = "date_text",
        /// Says something that is no date.
        NotDate = "not_date",
        /// A text that says yes or no.
        TruthText = "truth_text",
        /// Begins with a space.
        LeadingSpace = "leading_space",
        /// Begins with a space and says something.
        LeadingSpaceSaid = "leading_space_said",
        /// Ends with a space.
        TrailingSpace = "trailing_space",
        /// Has a space inside.
        InnerSpace = "inner_space",
        /// Between quotes.
        Quoted = "quoted",
        /// Begins with neither letter, space nor quote, has a letter, and is no stand-in for "missing".
        OddBeginning = "odd_beginning",
        /// Has a character outside ASCII.
        NonAscii = "non_ascii",
        /// Has an invisible or control character.
        Invisible = "invisible",
        /// Bytes that are not UTF-8.
        InvalidUtf8 = "invalid_utf8",
    }
}

/// A range of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NumberRange {
    /// From this number on; from the least where there is none.
    pub from: Option<f64>,
    /// To this number; to the greatest where there is none.
    pub to: Option<f64>,
    /// Whether `to` is inside.
    pub is_closed: bool,
    /// Whether zeros are left out: pages draw them as a bar of their own.
    pub without_zero: bool,
}

/// A range of calendar days, as days since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRange {
    /// From this day on.
    pub from: Option<i64>,
    /// Before this day.
    pub to: Option<i64>,
}

/// A condition on the value of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowCondition {
    /// The value is of this kind.
    Is(RowFeature),
    /// The value, by its canonical text.
    Value(String),
    /// One of these values, by their canonical texts.
    OneOf(Vec<String>),
    /// A text that begins so and goes on: of the value no more is known.
    Begins(String),
    /// A value, but not this one.
    OtherThan(String),
    /// A finite number in a range.
    Numbers(NumberRange),
    /// On a day in a range.
    Days(DayRange),
    /// On a day outside a range.
    OutsideDays(DayRange),
    /// The text has so many characters, both ends included.
    Lengths(u64, u64),
    /// The text has this shape.
    Shape(String),
    /// The text is not blank and has none of these shapes.
    OtherShapes(Vec<String>),
}

impl RowCondition {
    /// The rows of a listed value, which may have been cut when it was kept.
    pub fn of_listed(value: &str) -> Self {
        match value.strip_suffix('…') {
            Some(beginning) if value.chars().count() >= TEXT_LIMIT_CHARS => Self::Begins(beginning.to_owned()),
            _ => Self::Value(value.to_owned()),
        }
    }

    /// Whether it names values or where they lie: then who asks by it learns something of them.
    pub fn tells_values(&self) -> bool {
        !matches!(self, Self::Is(feature) if !matches!(feature, RowFeature::Zero | RowFeature::Negative))
    }

    /// What is left when values must not be read: which kind of condition it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Is(feature) => feature.word(),
            Self::Value(_) | Self::Begins(_) => "a value",
            Self::OneOf(_) => "one of several values",
            Self::OtherThan(_) => "another value",
            Self::Numbers(_) => "a range of numbers",
            Self::Days(_) | Self::OutsideDays(_) => "a range of days",
            Self::Lengths(..) => "a length",
            Self::Shape(_) | Self::OtherShapes(_) => "a shape",
        }
    }
}

/// Characters of a value that a sentence holds.
const SAID: usize = 80;

impl RowCondition {
    /// The condition in words, after the name of the column: `is “open”`, `is from 10 to under 20`.
    pub fn phrase(&self) -> String {
        match self {
            Self::Is(feature) => feature.phrase().to_owned(),
            Self::Value(value) => format!("is {}", quoted(value)),
            Self::OneOf(values) => format!("is one of {}", quoted_list(values)),
            Self::Begins(value) => format!("begins with {} and goes on", quoted(value)),
            Self::OtherThan(value) => format!("has a value other than {}", quoted(value)),
            Self::Numbers(range) => {
                let apart = if range.without_zero { ", zeros apart" } else { "" };
                let until = if range.is_closed { "to" } else { "to under" };
                match (range.from, range.to) {
                    (Some(from), Some(to)) if from == to => format!("is {from}"),
                    (Some(from), Some(to)) => format!("is from {from} {until} {to}{apart}"),
                    (Some(from), None) => format!("is {from} or more{apart}"),
                    (None, Some(to)) if range.is_closed => format!("is {to} or less{apart}"),
                    (None, Some(to)) => format!("is under {to}{apart}"),
                    (None, None) => format!("is a finite number{apart}"),
                }
            }
            Self::Days(range) => {
                let day = |day: Option<i64>, shift: i64| day.map(|day| day_words(day - shift));
                match (day(range.from, 0), day(range.to, 1)) {
                    (Some(from), Some(to)) if from == to => format!("is on {from}"),
                    (Some(from), Some(to)) => format!("is from {from} to {to}"),
                    (Some(from), None) => format!("is on {from} or later"),
                    (None, Some(to)) => format!("is on {to} or earlier"),
                    (None, None) => "is on any day".to_owned(),
                }
            }
            Self::OutsideDays(range) => {
                let before = range.from.map(|day| format!("before {}", day_words(day)));
                let after = range.to.map(|day| format!("after {}", day_words(day - 1)));
                let ends: Vec<String> = before.into_iter().chain(after).collect();
                format!("is {}", ends.join(" or "))
            }
            Self::Lengths(from, to) if from == to => format!("has {from} {}", if *from == 1 { "character" } else { "characters" }),
            Self::Lengths(from, to) => format!("has {from} to {to} characters"),
            Self::Shape(shape) => format!("has the shape {}", quoted(shape)),
            Self::OtherShapes(shapes) => match shapes.as_slice() {
                [] => "is not blank".to_owned(),
                [shape] => format!("has another shape than {}", quoted(shape)),
                shapes => format!("has none of the shapes {}", quoted_list(shapes)),
            },
        }
    }
}

fn quoted(value: &str) -> String {
    match value.char_indices().nth(SAID) {
        Some((end, _)) => format!("“{}…”", &value[..end]),
        None => format!("“{value}”"),
    }
}

/// Values that a sentence names; the others it counts.
const NAMED: usize = 6;

fn quoted_list(values: &[String]) -> String {
    let named: Vec<String> = values.iter().take(NAMED).map(|value| quoted(value)).collect();
    let named = named.join(", ");
    match values.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn day_words(day: i64) -> String {
    super::row_query::day_text(day).unwrap_or_else(|| format!("day {day} since 1970"))
}

impl RowFeature {
    /// What rows of it are, after the name of the column: `is null`, `has a digit`.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Null => "is null",
            Self::Filled => "has a value that is no stand-in for “missing”",
            Self::Missing => "is missing: null, empty, blank or a stand-in such as n/a",
            Self::StandIn => "stands for “missing” without being null: empty, blank or a stand-in such as n/a",
            Self::WordedStandIn => "stands for “missing” without being null or a number",
            Self::Empty => "is an empty text",
            Self::Blank => "is white space only",
            Self::MissingWord => "is a stand-in such as n/a",
            Self::Zero => "is zero",
            Self::Nan => "is not a number",
            Self::Infinite => "is infinite",
            Self::Negative => "is below zero",
            Self::UpperCase => "is all upper case",
            Self::LowerCase => "is all lower case",
            Self::MixedCase => "is of mixed case",
            Self::NoLetter => "is without a letter",
            Self::NoLetterSaid => "is without a letter, and no stand-in for “missing”",
            Self::Digit => "has a digit",
            Self::NumberText => "is a number",
            Self::NotNumber => "has a value that is no number",
            Self::DateText => "is a date",
            Self::NotDate => "has a value that is no date",
            Self::TruthText => "is a yes or no",
            Self::LeadingSpace => "begins with a space",
            Self::LeadingSpaceSaid => "begins with a space, and is not blank",
            Self::TrailingSpace => "ends with a space",
            Self::InnerSpace => "has an inner space",
            Self::Quoted => "is in quotes",
            Self::OddBeginning => "begins with a sign or digit before its letters",
            Self::NonAscii => "has a character outside ASCII",
            Self::Invisible => "has an invisible character",
            Self::InvalidUtf8 => "is not valid UTF-8",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_was_cut_is_known_by_its_beginning_alone() {
        assert_eq!(RowCondition::of_listed("etc…"), RowCondition::Value("etc…".into()));
        let cut = format!("{}…", "ß".repeat(TEXT_LIMIT_CHARS - 1));
        assert_eq!(
            RowCondition::of_listed(&cut),
            RowCondition::Begins("ß".repeat(TEXT_LIMIT_CHARS - 1))
        );
    }

    #[test]
    fn a_long_list_is_named_in_part() {
        let values: Vec<String> = (1..=8).map(|value| value.to_string()).collect();
        assert_eq!(quoted_list(&values[..2]), "“1”, “2”");
        assert!(quoted_list(&values).ends_with("“6” and 2 more"));
    }

    #[test]
    fn what_a_value_is_may_be_asked_and_which_it_is_tells_it() {
        for feature in RowFeature::ALL {
            let names_one = matches!(feature, RowFeature::Zero | RowFeature::Negative);
            assert_eq!(RowCondition::Is(*feature).tells_values(), names_one, "{feature:?}");
        }
        assert!(RowCondition::Lengths(3, 3).tells_values() && RowCondition::OtherThan("x".into()).tells_values());
    }
}
