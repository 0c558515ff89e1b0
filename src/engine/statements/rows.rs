//! The statement that finds the rows behind a figure: the same condition as `engine::rows` tests over arrays, where the dialect can say it.

use super::dialect::{Spelling, comment, quote_name, quote_text};
use super::every_column::ColumnQueries;
use super::relation::TableContext;
use super::text_rules as rules;
use super::unsaid;
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::row_condition::{DayRange, NumberRange, RowCondition, RowFeature};
use crate::domain::statement::SqlDialect;

/// Rows that the statement asks for at first.
const ROWS: u32 = 50;

/// Why no statement finds rows.
const NO_SQL: &str = "no SQL engine at hand reads this kind of source";
const UNICODE: &str = "its rule goes by Unicode's properties of letters, for which this database has the server's locale or nothing";
const NESTED: &str = "a nested value is known by its JSON text, and the spelling of that text is the reader's own";
const NO_TEXT: &str = "a text with a zero byte cannot be written in this dialect";
const BYTES: &str = "a text in SQL is valid UTF-8 always";
const OTHER_TYPE: &str = "the column holds no values of the kind that these rows are chosen by";
/// A condition that no row meets.
const NEVER: &str = "1 = 0";
const FINE: &str = "SQLite's functions of time stop at milliseconds";

/// A statement with what it is written for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowSql {
    /// Dialect.
    pub dialect: SqlDialect,
    /// Text.
    pub sql: String,
}

/// The statement, or why there is none.
pub fn row_statement(table: &TableContext, column: &ColumnProfile, condition: &RowCondition) -> Result<RowSql, &'static str> {
    let dialect = table.dialect().ok_or(NO_SQL)?;
    if unsaid::is_unreadable(table) {
        return Err("the file is written in a way that DuckDB does not read, or its columns have no names of their own");
    }
    let queries = ColumnQueries { dialect, table, column };
    let test = if *condition == RowCondition::Is(RowFeature::Null) {
        format!("{} IS NULL", table.value(column))
    } else {
        RowTest { queries: &queries }.write(condition)?
    };
    let title = format!("Limn: rows of {} by {}", table.title(), column.column_name);
    let columns = readable_columns(table);
    let sql = format!(
        "{}\nSELECT {columns}\nFROM {}\nWHERE {test}\nLIMIT {ROWS}",
        comment(&title),
        table.source()
    );
    Ok(RowSql { dialect, sql })
}

/// What follows SELECT to see whole rows. Of a database only what it could read: one column that it cannot compute fails them all.
fn readable_columns(table: &TableContext) -> String {
    let is_readable = |column: &&ColumnProfile| column.metrics.query_error.is_none();
    if table.dialect() == Some(SqlDialect::DuckDb) || table.columns.iter().all(|column| is_readable(&column)) {
        return "*".into();
    }
    let names = table
        .columns
        .iter()
        .filter(is_readable)
        .map(|column| quote_name(&column.column_name));
    names.collect::<Vec<_>>().join(", ")
}

/// Whether values of a type can meet a condition at all.
fn can_hold(general_type: GeneralType, condition: &RowCondition) -> bool {
    use RowFeature::{Filled, Infinite, Missing, Nan, Negative, Null, Zero};
    match condition {
        RowCondition::Value(_) | RowCondition::OneOf(_) | RowCondition::OtherThan(_) | RowCondition::Is(Null | Filled | Missing) => true,
        RowCondition::Numbers(_) | RowCondition::Is(Zero | Nan | Infinite | Negative) => general_type == GeneralType::Number,
        RowCondition::Days(_) | RowCondition::OutsideDays(_) => general_type == GeneralType::Time,
        RowCondition::Begins(_) | RowCondition::Lengths(..) | RowCondition::Shape(_) | RowCondition::OtherShapes(_) => {
            matches!(general_type, GeneralType::Text | GeneralType::Other)
        }
        RowCondition::Is(_) => general_type == GeneralType::Text,
    }
}

/// Writes a condition on the value of a column.
struct RowTest<'a> {
    queries: &'a ColumnQueries<'a>,
}

type Written = Result<String, &'static str>;

impl RowTest<'_> {
    fn dialect(&self) -> SqlDialect {
        self.queries.dialect
    }

    /// The column's value.
    fn value(&self) -> String {
        self.queries.table.value(self.queries.column)
    }

    /// A text byte by byte, whatever collation the column has.
    fn bare_text(&self) -> String {
        let collation = match self.dialect() {
            SqlDialect::Postgres => " COLLATE \"C\"",
            SqlDialect::Sqlite => " COLLATE BINARY",
            SqlDialect::DuckDb => "",
        };
        format!("{}{collation}", self.value())
    }

    fn write(&self, condition: &RowCondition) -> Written {
        if !can_hold(self.queries.column.general_type, condition) {
            return Err(OTHER_TYPE);
        }
        match condition {
            RowCondition::Is(feature) => self.feature(*feature),
            RowCondition::Value(value) => self.equals(value),
            RowCondition::OneOf(values) => {
                let equal: Vec<String> = values.iter().map(|value| self.equals(value)).collect::<Result<_, _>>()?;
                Ok(format!("({})", equal.join(" OR ")))
            }
            RowCondition::OtherThan(value) => {
                let equal = self.equals(value)?;
                Ok(format!("{} IS NOT NULL AND NOT ({equal})", self.value()))
            }
            RowCondition::Begins(beginning) => {
                let (text, length) = (literal_text(beginning)?, beginning.chars().count());
                let value = self.text()?;
                Ok(format!("length({value}) > {length} AND substr({value}, 1, {length}) = {text}"))
            }
            RowCondition::Numbers(range) => Ok(self.numbers(*range)),
            RowCondition::Days(range) => self.days(*range, false),
            RowCondition::OutsideDays(range) => self.days(*range, true),
            RowCondition::Lengths(from, to) => {
                let value = self.text()?;
                Ok(format!("length({value}) BETWEEN {from} AND {to}"))
            }
            RowCondition::Shape(shape) => {
                let text = literal_text(shape)?;
                Ok(format!("{} = {text}", rules::shape(&self.unicode_text()?)))
            }
            RowCondition::OtherShapes(shapes) => {
                let value = self.unicode_text()?;
                let shapes: Vec<String> = shapes.iter().map(|shape| literal_text(shape)).collect::<Result<_, _>>()?;
                let shape = rules::shape(&value);
                let says_something = format!("{} <> ''", rules::bare(&value));
                if shapes.is_empty() {
                    return Ok(says_something);
                }
                Ok(format!("{says_something} AND {shape} NOT IN ({})", shapes.join(", ")))
            }
        }
    }

    /// The value as text, where the text of SQL is Limn's.
    fn text(&self) -> Written {
        match self.queries.column.general_type {
            GeneralType::Text => Ok(self.value()),
            GeneralType::Other if self.queries.is_binary() => Ok(self.value()),
            _ => Err(NESTED),
        }
    }

    /// The same, where letters are known by Unicode.
    fn unicode_text(&self) -> Written {
        match (self.dialect(), self.queries.column.general_type) {
            (SqlDialect::DuckDb, GeneralType::Text) => Ok(self.value()),
            (_, GeneralType::Text) => Err(UNICODE),
            _ => Err(NESTED),
        }
    }

    fn equals(&self, value: &str) -> Written {
        let dialect = self.dialect();
        let held = self.value();
        match self.queries.column.general_type {
            GeneralType::Text => Ok(format!("{} = {}", self.bare_text(), literal_text(value)?)),
            GeneralType::Other => Ok(format!("{} = {}", self.text()?, literal_text(value)?)),
            GeneralType::Boolean => Ok(match (dialect, value) {
                (SqlDialect::Sqlite, "true") => format!("{held} = 1"),
                (SqlDialect::Sqlite, "false") => format!("{held} = 0"),
                (_, "true") => held,
                (_, "false") => format!("NOT {held}"),
                _ => NEVER.to_owned(),
            }),
            GeneralType::Number => Ok(self.equals_number(&held, value)),
            GeneralType::Time => self.equals_time(&held, value),
        }
    }

    /// A number by its canonical text; an address may hold any text, and only a number becomes part of the statement.
    fn equals_number(&self, held: &str, value: &str) -> String {
        if !self.queries.is_real() {
            return if is_plain_number(value) {
                format!("{held} = {value}")
            } else {
                NEVER.to_owned()
            };
        }
        match (self.dialect(), value) {
            (SqlDialect::DuckDb, "NaN") => format!("isnan({held})"),
            (SqlDialect::Postgres, "NaN" | "Infinity" | "-Infinity") => format!("{held} = '{value}'"),
            (SqlDialect::DuckDb, "Infinity" | "-Infinity") => format!("{held} = CAST('{value}' AS DOUBLE)"),
            (SqlDialect::Sqlite, "Infinity") => format!("{held} = 9e999"),
            (SqlDialect::Sqlite, "-Infinity") => format!("{held} = -9e999"),
            (dialect, value) => match value.parse() {
                Ok(number) => format!("{held} = {}", dialect.real(number)),
                Err(_) => NEVER.to_owned(),
            },
        }
    }

    /// A date or time by its ISO text; what has other signs is none.
    fn equals_time(&self, held: &str, value: &str) -> Written {
        let is_endless = matches!(value, "infinity" | "-infinity");
        let is_written =
            value.bytes().any(|sign| sign.is_ascii_digit()) && value.bytes().all(|sign| sign.is_ascii_digit() || b"-+:.TZ".contains(&sign));
        if !is_endless && !is_written {
            return Ok(NEVER.to_owned());
        }
        let text = quote_text(value.trim_end_matches('Z'));
        Ok(match self.dialect() {
            SqlDialect::Sqlite if self.queries.has_digits_beyond(3) => return Err(FINE),
            SqlDialect::Sqlite if value.contains('T') => format!("{held} = strftime('%Y-%m-%d %H:%M:%f', {text})"),
            SqlDialect::Sqlite => format!("{held} = {text}"),
            _ if is_endless => format!("{held} = {text}"),
            SqlDialect::DuckDb if value.contains('T') && self.queries.has_digits_beyond(6) => {
                format!("{held} = CAST({text} AS TIMESTAMP_NS)")
            }
            _ if value.contains('T') => format!("{held} = CAST({text} AS TIMESTAMP)"),
            _ if value.contains(':') => format!("{held} = CAST({text} AS TIME)"),
            _ => format!("{held} = CAST({text} AS DATE)"),
        })
    }

    fn numbers(&self, range: NumberRange) -> String {
        let dialect = self.dialect();
        let held = self.value();
        let real = dialect.as_real(&held);
        let mut tests = Vec::new();
        tests.extend(range.from.map(|from| format!("{real} >= {}", dialect.real(from))));
        let sign = if range.is_closed { "<=" } else { "<" };
        tests.extend(range.to.map(|to| format!("{real} {sign} {}", dialect.real(to))));
        if self.queries.is_real() {
            tests.push(dialect.finite(&held));
        }
        if range.without_zero {
            tests.push(format!("{held} <> 0"));
        }
        if tests.is_empty() {
            tests.push(format!("{held} IS NOT NULL"));
        }
        tests.join(" AND ")
    }

    fn days(&self, range: DayRange, is_outside: bool) -> Written {
        let held = self.value();
        let day = self.queries.day_of(&held);
        let (first, second, between) = if is_outside { ("<", ">=", " OR ") } else { (">=", "<", " AND ") };
        let mut tests = Vec::new();
        tests.extend(range.from.map(|from| format!("{day} {first} {}", self.queries.date(from))));
        tests.extend(range.to.map(|to| format!("{day} {second} {}", self.queries.date(to))));
        if tests.is_empty() {
            tests.push(format!("{held} IS NOT NULL"));
        }
        let mut test = tests.join(between);
        if is_outside && tests.len() > 1 {
            test = format!("({test})");
        }
        if self.dialect() == SqlDialect::Postgres && self.queries.column.metrics.infinite_count.is_some() {
            test = format!("{test} AND isfinite({held})");
        }
        Ok(test)
    }

    fn feature(&self, feature: RowFeature) -> Written {
        use RowFeature::*;
        let dialect = self.dialect();
        let held = self.value();
        let is_text = self.queries.column.general_type == GeneralType::Text;
        let nan = match dialect {
            SqlDialect::DuckDb => format!("isnan({held})"),
            SqlDialect::Postgres => format!("{held} = 'NaN'"),
            // SQLite keeps none.
            SqlDialect::Sqlite => NEVER.to_owned(),
        };
        let quoted = |first: &str, last: &str| format!("length({held}) > 1 AND {first} = {last} AND {first} IN ('\"', '''')");
        Ok(match feature {
            Null => format!("{held} IS NULL"),
            Missing if !is_text => format!("{held} IS NULL"),
            Filled if !is_text => format!("{held} IS NOT NULL"),
            Zero => format!("{held} = 0"),
            Negative if self.queries.is_real() => format!("{held} < 0 AND {}", dialect.finite(&held)),
            Negative => format!("{held} < 0"),
            Nan => nan,
            Infinite => match dialect {
                SqlDialect::DuckDb => format!("isinf({held})"),
                SqlDialect::Postgres => format!("{held} IN ('Infinity', '-Infinity')"),
                SqlDialect::Sqlite => format!("{held} IN (9e999, -9e999)"),
            },
            InvalidUtf8 => return Err(BYTES),
            Empty => format!("{} = ''", self.bare_text()),
            LeadingSpace => format!("{held} LIKE ' %'"),
            TrailingSpace => format!("{held} LIKE '% '"),
            InnerSpace => match dialect {
                SqlDialect::Postgres => format!("btrim({held}, ' ') LIKE '% %'"),
                SqlDialect::DuckDb | SqlDialect::Sqlite => format!("trim({held}, ' ') LIKE '% %'"),
            },
            Quoted => match dialect {
                SqlDialect::Postgres => quoted(&format!("left({held}, 1)"), &format!("right({held}, 1)")),
                SqlDialect::Sqlite => quoted(&format!("substr({held}, 1, 1)"), &format!("substr({held}, -1)")),
                SqlDialect::DuckDb => rules::matches_wholly(&held, r#"(?s)".*"|'.*'"#),
            },
            Digit => match dialect {
                SqlDialect::Postgres => format!("{held} ~ '[0-9]'"),
                SqlDialect::Sqlite => format!("{held} GLOB '*[0-9]*'"),
                SqlDialect::DuckDb => rules::matches_somewhere(&held, "[0-9]"),
            },
            NonAscii => match dialect {
                SqlDialect::Postgres => format!("octet_length({held}) > length({held})"),
                SqlDialect::Sqlite => format!("length(CAST({held} AS BLOB)) > length({held})"),
                SqlDialect::DuckDb => rules::matches_somewhere(&held, r"[^\x{0}-\x{7F}]"),
            },
            feature => unicode_feature(feature, &self.unicode_text()?),
        })
    }
}

/// What DuckDB says of a text by Unicode's properties; the features that [`RowTest::feature`] writes itself are none of these.
fn unicode_feature(feature: RowFeature, held: &str) -> String {
    use RowFeature::*;
    let bare = rules::bare(held);
    let is_dummy = rules::is_dummy(&rules::small(&bare));
    let is_number = rules::is_numeric(&bare);
    let letters = rules::replaced(held, &format!("[^{}{}{}]+", rules::LETTER, rules::UPPER, rules::LOWER), "");
    let all_of = |class: &str| rules::matches_wholly(&letters, &format!("[{class}]+"));
    let stands_in = format!("({bare} = '' OR {is_dummy})");
    match feature {
        StandIn => stands_in,
        Missing => format!("({held} IS NULL OR {bare} = '' OR {is_dummy})"),
        WordedStandIn => format!("({bare} = '' OR ({is_dummy} AND NOT {is_number}))"),
        Blank => format!("{held} <> '' AND {bare} = ''"),
        MissingWord => is_dummy,
        UpperCase => all_of(rules::UPPER),
        LowerCase => all_of(rules::LOWER),
        MixedCase => format!("{letters} <> '' AND NOT {} AND NOT {}", all_of(rules::UPPER), all_of(rules::LOWER)),
        NoLetter => format!("{held} <> '' AND {letters} = ''"),
        NoLetterSaid => format!("{letters} = '' AND NOT {stands_in}"),
        NumberText => is_number,
        NotNumber => format!("NOT {stands_in} AND NOT {is_number}"),
        DateText => rules::is_date(held),
        NotDate => format!("NOT {stands_in} AND NOT {}", rules::is_date(held)),
        TruthText => format!("{} IN ('true', 'false', 'yes', 'no', 't', 'f', 'y', 'n')", rules::small(&bare)),
        LeadingSpaceSaid => format!("{held} LIKE ' %' AND {bare} <> ''"),
        Invisible => rules::matches_somewhere(held, &format!("[{}]", rules::INVISIBLE)),
        OddBeginning => {
            let first = format!("[{}{}{}{}\"']", rules::LETTER, rules::UPPER, rules::LOWER, rules::WHITE);
            format!(
                "{letters} <> '' AND NOT {} AND NOT {is_dummy}",
                rules::matches_somewhere(held, &format!("^{first}"))
            )
        }
        Filled => format!("NOT {stands_in}"),
        Null | Empty | Zero | Nan | Infinite | Negative | Digit | LeadingSpace | TrailingSpace | InnerSpace | Quoted | NonAscii
        | InvalidUtf8 => NEVER.to_owned(),
    }
}

/// Digits with at most one point among them, and a minus before them.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part]
        .iter()
        .all(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// A text as a literal.
fn literal_text(text: &str) -> Written {
    if text.contains('\0') { Err(NO_TEXT) } else { Ok(quote_text(text)) }
}
