//! Statements that every column has: key figures, different values, the commonest values.

use super::dialect::Spelling;
use super::figures::Query;
use super::relation::TableContext;
use crate::domain::column_profile::{ColumnProfile, GeneralType, TEXT_LIMIT_CHARS};
use crate::domain::statement::SqlDialect;
use crate::engine::limits::TOP_COUNT;

/// Days of the first and the last date whose text has four digits of a year and nothing else.
const PLAIN_YEARS: (&str, &str) = ("0001-01-01", "9999-12-31");

/// One column's statements under construction.
pub struct ColumnQueries<'a> {
    /// Dialect of the source.
    pub dialect: SqlDialect,
    /// Table.
    pub table: &'a TableContext<'a>,
    /// Column.
    pub column: &'a ColumnProfile,
}

impl ColumnQueries<'_> {
    /// `data`: one row a row of the table, `v` its value.
    pub fn data(&self) -> Query {
        let (value, source) = (self.table.value(self.column), self.table.source());
        Query::default().with("data", format!("SELECT {value} AS v\nFROM {source}"))
    }

    /// `counted`: one row a different value, `n` its rows.
    pub fn counted(&self) -> Query {
        self.data()
            .with("counted", "SELECT v, count(*) AS n\nFROM data\nWHERE v IS NOT NULL\nGROUP BY v")
    }

    /// Whether the values are doubles, which may be no number at all: only they have a count of NaN.
    pub fn is_real(&self) -> bool {
        self.column.metrics.nan_count.is_some()
    }

    /// The condition that leaves NaN and the infinities out; nothing where there can be none.
    pub fn finite(&self) -> Option<String> {
        self.is_real().then(|| self.dialect.finite("v"))
    }

    /// Rows, nulls, least, greatest, lengths of the text form.
    pub fn key_figures(&self) -> String {
        let mut figures = vec![
            ("row_count", "count(*)".to_owned()),
            ("null_count", "count(*) - count(v)".into()),
            ("non_null_count", "count(v)".into()),
            (
                "null_ratio",
                format!("{} / nullif(count(*), 0)", self.dialect.as_real("(count(*) - count(v))")),
            ),
        ];
        if !self.is_nested() {
            let only = self.finite().map_or(String::new(), |finite| format!(" FILTER (WHERE {finite})"));
            let order = self.text_order();
            let (least, greatest) = match (self.column.general_type, self.dialect) {
                // PostgreSQL has no order of truth values, but their conjunction.
                (GeneralType::Boolean, SqlDialect::Postgres) => ("bool_and", "bool_or"),
                _ => ("min", "max"),
            };
            for (name, function) in [("min_value", least), ("max_value", greatest)] {
                figures.push((name, self.shown(&format!("{function}(v{order}){only}"))));
            }
        }
        if let Some(length) = self.length_of("v") {
            let filled = if self.column.general_type == GeneralType::Text || self.is_binary() {
                format!("{length} > 0")
            } else {
                "v IS NOT NULL".into()
            };
            let real = self.dialect.as_real(&length);
            figures.push(("min_length", format!("min({length}) FILTER (WHERE {filled})")));
            figures.push(("max_length", format!("max({length}) FILTER (WHERE {filled})")));
            figures.push(("avg_length", format!("avg({real}) FILTER (WHERE {filled})")));
        }
        self.data().figures(&figures, "data")
    }

    /// Different values, single values, the mode, the entropy.
    pub fn distinct(&self) -> String {
        let real = |value: &str| self.dialect.as_real(value);
        let mut figures = vec![
            ("distinct_count", "count(*)".to_owned()),
            ("unique_count", "count(*) FILTER (WHERE n = 1)".into()),
            ("distinct_ratio", format!("{} / nullif(sum(n), 0)", real("count(*)"))),
        ];
        if self.column.general_type == GeneralType::Number {
            let finite = self.finite().map_or(String::new(), |finite| format!(" WHERE {finite}"));
            figures.push(("mode", format!("(SELECT v FROM counted{finite} ORDER BY n DESC, v LIMIT 1)")));
        }
        if self.column.general_type == GeneralType::Text && self.dialect == SqlDialect::DuckDb {
            figures.push((
                "entropy_bits",
                "-fsum(n * log2(CAST(n AS DOUBLE) / (SELECT sum(n) FROM counted))) / nullif(sum(n), 0)".into(),
            ));
        }
        self.counted().figures(&figures, "counted")
    }

    /// The 25 commonest values.
    pub fn top_values(&self) -> String {
        let value = self.shown("v");
        let rows = self.dialect.as_real("(SELECT count(*) FROM data)");
        self.counted().select(&format!(
            "SELECT {value} AS value, n AS count, n / {rows} AS ratio\nFROM counted\nORDER BY n DESC, v{}\nLIMIT {TOP_COUNT}",
            self.text_order()
        ))
    }

    /// Values that are known only by a text of Limn's own: structures, lists, maps, JSON.
    pub fn is_nested(&self) -> bool {
        self.column.general_type == GeneralType::Other && !self.is_binary()
    }

    /// Bytes, shown in hex.
    pub fn is_binary(&self) -> bool {
        matches!(self.column.data_type.as_str(), "binary" | "bytea" | "blob")
    }

    fn text_order(&self) -> &'static str {
        if self.column.general_type == GeneralType::Text {
            self.dialect.byte_order()
        } else {
            ""
        }
    }

    /// The value as it is shown: times as text, texts cut where they are long.
    pub fn shown(&self, value: &str) -> String {
        let is_long = self
            .column
            .metrics
            .max_length
            .is_some_and(|length| length > TEXT_LIMIT_CHARS as u64);
        match self.column.general_type {
            GeneralType::Time if self.dialect != SqlDialect::Sqlite => self.dialect.as_text(value),
            GeneralType::Boolean if self.dialect == SqlDialect::Sqlite => {
                format!("CASE {value} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END")
            }
            GeneralType::Text | GeneralType::Other if is_long => format!(
                "CASE WHEN length({value}) > {TEXT_LIMIT_CHARS} THEN substr({value}, 1, {TEXT_LIMIT_CHARS}) || '…' ELSE {value} END"
            ),
            _ => value.to_owned(),
        }
    }

    /// Characters of the text form, where SQL has the same text form.
    fn length_of(&self, value: &str) -> Option<String> {
        match self.column.general_type {
            GeneralType::Text => Some(format!("length({value})")),
            GeneralType::Other => self.is_binary().then(|| format!("length({value})")),
            // PostgreSQL and SQLite may show numbers and times in other ways.
            _ if self.dialect != SqlDialect::DuckDb || self.is_real() => None,
            // DuckDB leaves out the zero before the point where the type has no digit there.
            GeneralType::Number if self.is_all_fraction() => Some(format!("(1 + length(CAST({value} AS VARCHAR)))")),
            GeneralType::Number | GeneralType::Boolean => Some(format!("length(CAST({value} AS VARCHAR))")),
            GeneralType::Time => Some(self.time_length(value)),
        }
    }

    /// A decimal without a digit before its point.
    fn is_all_fraction(&self) -> bool {
        let digits = self
            .column
            .data_type
            .strip_prefix("decimal(")
            .and_then(|rest| rest.strip_suffix(')'));
        digits
            .and_then(|digits| digits.split_once(','))
            .is_some_and(|(precision, scale)| precision.trim() == scale.trim() && scale.trim() != "0")
    }

    fn time_length(&self, value: &str) -> String {
        let zone = if self.column.data_type == "timestamp" { " + 1" } else { "" };
        let metrics = &self.column.metrics;
        let is_plain = [&metrics.min_value, &metrics.max_value]
            .into_iter()
            .flatten()
            .all(|text| text.len() >= 10 && !text.starts_with(['+', '-']));
        if self.column.data_type == "time" || is_plain {
            return format!("(length(CAST({value} AS VARCHAR)){zone})");
        }
        // A year beyond four digits carries a sign in ISO 8601, and one before 1 is not BC there.
        let (first, last) = PLAIN_YEARS;
        let rest = if self.column.data_type == "date" {
            "6".to_owned()
        } else {
            format!("6 + length(CAST({value} AS VARCHAR)) - length(CAST(CAST({value} AS DATE) AS VARCHAR))")
        };
        format!(
            "(CASE WHEN CAST({value} AS DATE) BETWEEN DATE '{first}' AND DATE '{last}' THEN length(CAST({value} AS VARCHAR)) \
             WHEN year({value}) = 0 THEN 4 + {rest} ELSE 1 + greatest(4, length(CAST(abs(year({value})) AS VARCHAR))) + {rest} END{zone})"
        )
    }
}
