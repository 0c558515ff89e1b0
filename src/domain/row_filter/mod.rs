//! A filter of rows in words that every source understands: `column operator literal`, joined by `and`.
//!
//! The literal says how a value is compared: a number as a number, `'text'` letter by letter, `date '2026-01-31'` as a moment in
//! UTC, `true` and `false` as such. A missing value matches nothing but `is null`.

mod reading;

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

/// Most conditions.
pub const MOST_CONDITIONS: usize = 20;

/// Conditions that a row has to meet, all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RowFilter {
    /// In order; at least one.
    pub conditions: Vec<Condition>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Name of the column, as the source spells it.
    pub column: String,
    /// What its value has to be.
    pub test: Test,
}

/// What a value has to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Missing.
    IsNull,
    /// Not missing.
    IsNotNull,
    /// Compared with a literal.
    Compare(Operator, Literal),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
    /// Microseconds since 1970 in UTC.
    Moment(i64),
    /// True or false.
    Boolean(bool),
}

impl RowFilter {
    /// Reads a filter; says what is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        reading::read(text)
    }

    /// The columns that it looks at, each once.
    pub fn columns(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.conditions.iter().map(|condition| condition.column.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Operator {
    /// As it is written, in SQL too.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether it holds for a value that stands so to the literal.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl std::fmt::Display for RowFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, condition) in self.conditions.iter().enumerate() {
            if at > 0 {
                f.write_str(" and ")?;
            }
            write!(f, "{condition}")?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if reading::is_plain_name(&self.column) {
            f.write_str(&self.column)?;
        } else {
            write!(f, "\"{}\"", self.column.replace('"', "\"\""))?;
        }
        match &self.test {
            Test::IsNull => f.write_str(" is null"),
            Test::IsNotNull => f.write_str(" is not null"),
            Test::Compare(operator, literal) => write!(f, " {} {literal}", operator.sign()),
        }
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Moment(_) => {
                let text = self.moment_text();
                match text.strip_suffix(" 00:00:00") {
                    Some(day) => write!(f, "date '{day}'"),
                    None => write!(f, "timestamp '{text}'"),
                }
            }
        }
    }
}

impl Literal {
    /// A moment as `2026-01-31 13:00:00`, with fractions where it has some; nothing for other literals.
    pub fn moment_text(&self) -> String {
        let Self::Moment(micros) = self else { return String::new() };
        let Some(at) = DateTime::from_timestamp_micros(*micros) else {
            return String::new();
        };
        at.to_rfc3339_opts(SecondsFormat::AutoSi, true).replace('T', " ").replace('Z', "")
    }
}

impl TryFrom<String> for RowFilter {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<RowFilter> for String {
    fn from(filter: RowFilter) -> Self {
        filter.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_and_written_back_the_same() {
        for (given, canonical) in [
            ("amount > 10", "amount > 10"),
            ("amount>=-1.5e3 AND status<>'it''s'", "amount >= -1500 and status <> 'it''s'"),
            ("\"placed on\" >= date '2026-01-31'", "\"placed on\" >= date '2026-01-31'"),
            ("placed >= 2026-01-31", "placed >= date '2026-01-31'"),
            (
                "at < timestamp '2026-01-31T13:00:00.5+01:00'",
                "at < timestamp '2026-01-31 12:00:00.500'",
            ),
            ("paid = TRUE and note is NOT null", "paid = true and note is not null"),
            ("a.b != 1", "a.b <> 1"),
            ("größe is null", "größe is null"),
            ("\"a\"\"b\" = 0", "\"a\"\"b\" = 0"),
            ("\"and\" = 1", "\"and\" = 1"),
        ] {
            let filter = RowFilter::parse(given).unwrap();
            assert_eq!(filter.to_string(), canonical, "{given}");
            assert_eq!(RowFilter::parse(canonical).unwrap(), filter, "{canonical}");
            let json = serde_json::to_string(&filter).unwrap();
            assert_eq!(serde_json::from_str::<RowFilter>(&json).unwrap(), filter);
        }
    }

    #[test]
    fn what_is_no_filter_is_refused_with_the_place() {
        for given in [
            "",
            "amount",
            "amount >",
            "> 5",
            "amount > 5 or 1 = 1",
            "amount > 5; drop table x",
            "amount = 'open",
            "amount > 5 and",
            "a = b",
            "a is 5",
            "paid > true",
            "a = date 'yesterday'",
            "a = 1e999",
            "a = 1 --",
            "lower(a) = 'x'",
        ] {
            let error = RowFilter::parse(given).unwrap_err();
            assert!(error.ends_with('.') && error.len() > 10, "{given}: {error}");
        }
        let many = vec!["a = 1"; MOST_CONDITIONS + 1].join(" and ");
        assert!(RowFilter::parse(&many).is_err());
    }
}
