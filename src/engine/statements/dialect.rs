//! What the dialects spell differently: names, texts, doubles, casts.

use crate::domain::statement::SqlDialect;

/// Quotes a name of a table or column. All three dialects double the quote and know no escapes inside.
pub fn quote_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a text. A backslash is only a backslash in all three; a zero byte would end a PostgreSQL statement and is no text there.
pub fn quote_text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A comment that ends where it should.
pub fn comment(text: &str) -> String {
    let line: String = text.chars().map(|ch| if ch.is_control() { ' ' } else { ch }).collect();
    format!("-- {line}")
}

/// Spelling of one dialect.
pub trait Spelling {
    /// The type of doubles.
    fn real_type(self) -> &'static str;
    /// The type of texts.
    fn text_type(self) -> &'static str;
    /// A literal that is this very double.
    fn real(self, value: f64) -> String;
    /// Whether a double is neither NaN nor infinite.
    fn finite(self, value: &str) -> String;
    /// The sum of doubles that loses least.
    fn sum_of_reals(self, value: &str) -> String;
    /// The whole part of a number.
    fn whole_part(self, value: &str) -> String;
    /// How texts are ordered by their bytes.
    fn byte_order(self) -> &'static str;

    /// The value as a double.
    fn as_real(self, value: &str) -> String
    where
        Self: Sized + Copy,
    {
        format!("CAST({value} AS {})", self.real_type())
    }

    /// The value as text.
    fn as_text(self, value: &str) -> String
    where
        Self: Sized + Copy,
    {
        format!("CAST({value} AS {})", self.text_type())
    }
}

impl Spelling for SqlDialect {
    fn real_type(self) -> &'static str {
        match self {
            Self::DuckDb => "DOUBLE",
            Self::Postgres => "double precision",
            Self::Sqlite => "REAL",
        }
    }

    fn text_type(self) -> &'static str {
        match self {
            Self::DuckDb => "VARCHAR",
            Self::Postgres | Self::Sqlite => "text",
        }
    }

    fn real(self, value: f64) -> String {
        let size = value.abs();
        let digits = if size == 0.0 {
            "0e0".to_owned()
        } else if (1e-6..1e21).contains(&size) {
            // With an exponent it is a double from the start, never a decimal.
            format!("{value}e0")
        } else {
            format!("{value:e}")
        };
        match self {
            Self::Postgres => format!("CAST({} AS double precision)", quote_text(&digits)),
            Self::DuckDb | Self::Sqlite => digits,
        }
    }

    fn finite(self, value: &str) -> String {
        match self {
            Self::DuckDb => format!("isfinite({value})"),
            Self::Postgres => format!("{value} NOT IN ('NaN', 'Infinity', '-Infinity')"),
            // SQLite keeps no NaN, and 9e999 is its infinity.
            Self::Sqlite => format!("{value} > -9e999 AND {value} < 9e999"),
        }
    }

    fn sum_of_reals(self, value: &str) -> String {
        match self {
            Self::DuckDb => format!("fsum({value})"),
            Self::Postgres | Self::Sqlite => format!("sum({value})"),
        }
    }

    fn whole_part(self, value: &str) -> String {
        match self {
            Self::DuckDb | Self::Postgres => format!("trunc({value})"),
            // Beyond 2^53 a double has no fraction, and beyond 2^63 an integer would not hold it.
            Self::Sqlite => format!("(CASE WHEN {value} > -9e15 AND {value} < 9e15 THEN CAST({value} AS INTEGER) ELSE {value} END)"),
        }
    }

    fn byte_order(self) -> &'static str {
        match self {
            Self::Postgres => " COLLATE \"C\"",
            Self::DuckDb | Self::Sqlite => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_and_texts_stay_inside_their_quotes() {
        assert_eq!(quote_name("a\"b; drop table x; --"), "\"a\"\"b; drop table x; --\"");
        assert_eq!(quote_name("new\nline\\"), "\"new\nline\\\"");
        assert_eq!(quote_text("O'Brien\\' --"), "'O''Brien\\'' --'");
        assert_eq!(comment("two\nlines\r;drop"), "-- two lines ;drop");
    }

    #[test]
    fn a_double_is_written_so_that_it_is_the_same_double_again() {
        for value in [0.1, -2.5, 1e300, 5e-324, f64::MAX, 123_456_789.123_456_78, 1e21, 1e-6, 9e15] {
            let text = SqlDialect::DuckDb.real(value);
            assert_eq!(text.parse::<f64>().unwrap(), value, "{text}");
            assert!(text.contains('e'), "{text} would be a decimal");
        }
        assert_eq!(SqlDialect::DuckDb.real(-0.0), "0e0");
        assert_eq!(SqlDialect::Postgres.real(0.5), "CAST('0.5e0' AS double precision)");
    }
}
