//! The part of a row filter that a database may apply itself: it then sends fewer rows, and `scoped` tests those that come as it tests any other.
//!
//! A condition is pushed only where every row that the arrays would choose is chosen by the database too, whatever its collation, settings or
//! version: then nothing can be lost, and what came too much is dropped. The rest stays with the arrays.

use crate::domain::row_filter::{Condition, Literal, Operator, RowFilter, Test};
use crate::engine::sources::cells::{Reading, TableColumn};

/// Whole numbers below this are told apart by doubles.
const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;
/// How far apart a decimal as a double may be, by two ways of dividing, relative to it; a thousand times what can happen.
const SLACK: f64 = 1e-12;
const MICROS_A_DAY: i64 = 86_400_000_000;

/// A database that rows are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// PostgreSQL: literals stand in the text, a cursor takes no values.
    Postgres,
    /// SQLite: its versions read numbers in texts differently, so values are bound.
    Sqlite,
}

/// A value for a `?`.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
}

/// What is asked of the database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pushed {
    /// ` where ...`, or nothing.
    pub clause: String,
    /// Values for its marks, in order.
    pub values: Vec<Bound>,
}

/// The conditions that the database may apply. `is_utf8` says that it keeps texts as UTF-8.
pub fn push_filter(filter: Option<&RowFilter>, columns: &[TableColumn], place: Place, is_utf8: bool) -> Pushed {
    let mut pushed = Pushed::default();
    let conditions = filter.map_or(&[][..], |filter| &filter.conditions);
    for condition in conditions {
        let Some(column) = columns.iter().find(|column| column.name == condition.column) else {
            continue;
        };
        let writer = Writer { column, place, is_utf8 };
        if let Some((text, values)) = writer.write(condition) {
            pushed.clause.push_str(if pushed.clause.is_empty() { " where " } else { " and " });
            pushed.clause.push_str(&text);
            pushed.values.extend(values);
        }
    }
    pushed
}

/// Writes the condition on one column.
struct Writer<'a> {
    column: &'a TableColumn,
    place: Place,
    is_utf8: bool,
}

type Written = Option<(String, Vec<Bound>)>;

impl Writer<'_> {
    fn write(&self, condition: &Condition) -> Written {
        let expression = &self.column.expression;
        let (operator, literal) = match &condition.test {
            Test::IsNull => return Some((format!("({expression}) is null"), Vec::new())),
            Test::IsNotNull => return Some((format!("({expression}) is not null"), Vec::new())),
            Test::Compare(operator, literal) => (*operator, literal),
        };
        match (self.column.reading, literal) {
            (Reading::Int16 | Reading::Int32 | Reading::Int64, Literal::Number(number)) => self.write_whole(operator, *number),
            (Reading::Float32 | Reading::Float64, Literal::Number(number)) => {
                Some(self.compare(&self.as_double(), operator, Bound::Real(*number)))
            }
            (Reading::Decimal { .. }, Literal::Number(number)) => self.write_decimal(operator, *number),
            (Reading::Boolean, Literal::Boolean(wanted)) => Some(self.write_boolean(operator, *wanted)),
            (Reading::Text | Reading::Token(_), Literal::Text(text)) => self.write_text(operator, text),
            (Reading::Date, Literal::Moment(moment)) => self.write_day(operator, *moment),
            (Reading::Instant { utc }, Literal::Moment(moment)) => self.write_instant(operator, *moment, utc),
            _ => None,
        }
    }

    /// As the whole number that it is where the literal is one, so that an index may help; else as doubles, as the arrays do.
    fn write_whole(&self, operator: Operator, number: f64) -> Written {
        if number.fract() == 0.0 && number.abs() < EXACT_BELOW {
            return Some(self.compare(&self.column.expression, operator, Bound::Whole(number as i64)));
        }
        Some(self.compare(&self.as_double(), operator, Bound::Real(number)))
    }

    /// Within the last digits of a double the arrays decide.
    fn write_decimal(&self, operator: Operator, number: f64) -> Written {
        let slack = number.abs() * SLACK;
        let bound = |operator, number| self.compare(&self.as_double(), operator, Bound::Real(number));
        match operator {
            Operator::Greater | Operator::GreaterOrEqual => Some(bound(Operator::GreaterOrEqual, number - slack)),
            Operator::Less | Operator::LessOrEqual => Some(bound(Operator::LessOrEqual, number + slack)),
            Operator::Equal => {
                let (from, mut values) = bound(Operator::GreaterOrEqual, number - slack);
                let (to, more) = bound(Operator::LessOrEqual, number + slack);
                values.extend(more);
                Some((format!("{from} and {to}"), values))
            }
            Operator::NotEqual => None,
        }
    }

    fn write_boolean(&self, operator: Operator, wanted: bool) -> (String, Vec<Bound>) {
        let expression = &self.column.expression;
        match self.place {
            Place::Postgres => (format!("({expression}) {} {wanted}", operator.sign()), Vec::new()),
            Place::Sqlite => (
                format!("(({expression}) <> 0) {} {}", operator.sign(), u8::from(wanted)),
                Vec::new(),
            ),
        }
    }

    /// Byte by byte, whatever collation the column has.
    fn write_text(&self, operator: Operator, text: &str) -> Written {
        if !self.is_utf8 || text.contains('\0') {
            return None;
        }
        let expression = &self.column.expression;
        let left = match self.place {
            Place::Postgres => format!("({expression})::text collate \"C\""),
            Place::Sqlite => format!("cast({expression} as text) collate binary"),
        };
        Some(self.compare(&left, operator, Bound::Text(text.to_owned())))
    }

    /// A day is its first moment.
    fn write_day(&self, operator: Operator, moment: i64) -> Written {
        let is_midnight = moment.rem_euclid(MICROS_A_DAY) == 0;
        let operator = match operator {
            Operator::GreaterOrEqual if !is_midnight => Operator::Greater,
            Operator::Less if !is_midnight => Operator::LessOrEqual,
            Operator::Equal | Operator::NotEqual if !is_midnight => return None,
            other => other,
        };
        let day = plain_moment(moment)?.format("%Y-%m-%d");
        Some((format!("{} {} date '{day}'", self.column.expression, operator.sign()), Vec::new()))
    }

    fn write_instant(&self, operator: Operator, moment: i64, utc: bool) -> Written {
        let text = plain_moment(moment)?.format("%Y-%m-%d %H:%M:%S%.6f");
        let literal = if utc {
            format!("timestamptz '{text}+00'")
        } else {
            format!("timestamp '{text}'")
        };
        Some((format!("{} {} {literal}", self.column.expression, operator.sign()), Vec::new()))
    }

    fn as_double(&self) -> String {
        match self.place {
            Place::Postgres => format!("({})::float8", self.column.expression),
            Place::Sqlite => format!("cast({} as real)", self.column.expression),
        }
    }

    fn compare(&self, left: &str, operator: Operator, right: Bound) -> (String, Vec<Bound>) {
        let sign = operator.sign();
        match (self.place, right) {
            (Place::Sqlite, right) => (format!("{left} {sign} ?"), vec![right]),
            (Place::Postgres, Bound::Whole(number)) => (format!("{left} {sign} {number}::int8"), Vec::new()),
            (Place::Postgres, Bound::Real(number)) => (format!("{left} {sign} '{number:e}'::float8"), Vec::new()),
            (Place::Postgres, Bound::Text(text)) => {
                // Whatever `standard_conforming_strings` says.
                let text = text.replace('\\', "\\\\").replace('\'', "''");
                (format!("{left} {sign} E'{text}'"), Vec::new())
            }
        }
    }
}

/// A moment of the years that every database writes with four digits.
fn plain_moment(micros: i64) -> Option<chrono::DateTime<chrono::Utc>> {
    use chrono::Datelike;
    chrono::DateTime::from_timestamp_micros(micros).filter(|moment| (1..=9999).contains(&moment.year()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::type_inference::TokenKinds;

    fn pushed(reading: Reading, filter: &str, place: Place, is_utf8: bool) -> Pushed {
        let column = TableColumn {
            name: "c".into(),
            spelled: String::new(),
            reading,
            expression: "\"c\"".into(),
        };
        push_filter(Some(&RowFilter::parse(filter).unwrap()), &[column], place, is_utf8)
    }

    #[test]
    fn a_condition_is_written_so_that_no_wanted_row_is_lost() {
        for (reading, filter, clause) in [
            (Reading::Int64, "c > 5", r#""c" > 5::int8"#),
            (Reading::Int64, "c > 5.5", r#"("c")::float8 > '5.5e0'::float8"#),
            (
                Reading::Int64,
                "c < 9007199254740993",
                r#"("c")::float8 < '9.007199254740992e15'::float8"#,
            ),
            (Reading::Float32, "c <> 0", r#"("c")::float8 <> '0e0'::float8"#),
            (Reading::Boolean, "c = true", r#"("c") = true"#),
            (Reading::Text, r"c >= 'it''s \'", r#"("c")::text collate "C" >= E'it''s \\'"#),
            (Reading::Date, "c < date '2026-01-31'", r#""c" < date '2026-01-31'"#),
            (Reading::Date, "c < timestamp '2026-01-31 12:00:00'", r#""c" <= date '2026-01-31'"#),
            (
                Reading::Instant { utc: true },
                "c >= date '2026-01-31'",
                r#""c" >= timestamptz '2026-01-31 00:00:00.000000+00'"#,
            ),
            (Reading::Uuid, "c is null", r#"("c") is null"#),
        ] {
            let found = pushed(reading, filter, Place::Postgres, true);
            assert_eq!(found.clause, format!(" where {clause}"), "{filter}");
            assert!(found.values.is_empty());
        }
        let text = pushed(Reading::Token(TokenKinds::STRING), "c = 'a' and c <> 'b'", Place::Sqlite, true);
        assert_eq!(
            text.clause,
            r#" where cast("c" as text) collate binary = ? and cast("c" as text) collate binary <> ?"#
        );
        assert_eq!(text.values, [Bound::Text("a".into()), Bound::Text("b".into())]);
        let decimal = pushed(Reading::Decimal { precision: 9, scale: 2 }, "c = 10.1", Place::Postgres, true);
        assert!(
            decimal.clause.contains(">= '1.00999") && decimal.clause.contains("<= '1.01000"),
            "{decimal:?}"
        );
    }

    #[test]
    fn what_a_database_might_see_otherwise_stays_with_the_arrays() {
        for (reading, filter, is_utf8) in [
            (Reading::Text, "c = 'ä'", false),
            (Reading::Uuid, "c = 'x'", true),
            (Reading::Decimal { precision: 9, scale: 2 }, "c <> 1", true),
            (Reading::Token(TokenKinds::STRING), "c > date '2026-01-31'", true),
            (Reading::Date, "c = timestamp '2026-01-31 12:00:00'", true),
            (Reading::Text, "other = 'x'", true),
        ] {
            for place in [Place::Postgres, Place::Sqlite] {
                assert_eq!(pushed(reading, filter, place, is_utf8), Pushed::default(), "{filter}");
            }
        }
    }
}
