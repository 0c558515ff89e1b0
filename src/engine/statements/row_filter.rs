//! The filter of a table's rows as SQL that chooses the rows that the engine chose.
//!
//! Written from the parsed filter, never from what was typed. A literal fits its column, or the run would have failed; texts of
//! files are compared as what they come to, and those that are no number or moment match nothing.

use super::dialect::{Spelling, quote_text};
use super::relation::TableContext;
use super::values::{json_text, stored_value};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::row_filter::{Condition, Literal, Operator, RowFilter, Test};
use crate::domain::statement::SqlDialect;
use crate::engine::sources::{CSV, JSONL, PARQUET};

impl TableContext<'_> {
    /// What follows WHERE.
    pub(super) fn condition(&self, filter: &RowFilter) -> String {
        let conditions: Vec<String> = filter.conditions.iter().map(|condition| self.one_condition(condition)).collect();
        conditions.join(" AND ")
    }

    fn one_condition(&self, condition: &Condition) -> String {
        let Some(column) = self.columns.iter().find(|column| column.column_name == condition.column) else {
            // Nothing was read of it, so there is no profile to find again.
            return "FALSE".to_owned();
        };
        let is_token = self.format == CSV || self.format == JSONL || self.is_partition(&column.column_name);
        let value = match self.format {
            JSONL if !self.is_partition(&column.column_name) => json_text(column, self.columns),
            PARQUET if !is_token => self.value(column),
            _ => self.reference(column),
        };
        match &condition.test {
            Test::IsNull => format!("{value} IS NULL"),
            Test::IsNotNull => format!("{value} IS NOT NULL"),
            Test::Compare(operator, literal) => match self.dialect() {
                Some(SqlDialect::Postgres) => in_postgres(&self.reference(column), column, *operator, literal),
                Some(SqlDialect::Sqlite) => in_sqlite(&self.reference(column), *operator, literal),
                _ if is_token => of_token(&value, *operator, literal),
                _ => of_stored(&value, column, *operator, literal),
            },
        }
    }
}

/// A text of a file.
fn of_token(token: &str, operator: Operator, literal: &Literal) -> String {
    let sign = operator.sign();
    match literal {
        Literal::Number(number) => format!("TRY_CAST({token} AS DOUBLE) {sign} {}", SqlDialect::DuckDb.real(*number)),
        Literal::Text(text) => format!("{token} {sign} {}", quote_text(text)),
        Literal::Moment(_) => format!("TRY_CAST({token} AS TIMESTAMP) {sign} {}", moment(literal)),
        Literal::Boolean(wanted) => {
            let other = format!("lower({token}) = '{}'", !wanted);
            match operator {
                Operator::Equal => format!("lower({token}) = '{wanted}'"),
                _ => other,
            }
        }
    }
}

/// A typed column of a file; instants are in UTC already.
fn of_stored(value: &str, column: &ColumnProfile, operator: Operator, literal: &Literal) -> String {
    let sign = operator.sign();
    match literal {
        Literal::Number(number) => format!("CAST({value} AS DOUBLE) {sign} {}", SqlDialect::DuckDb.real(*number)),
        Literal::Text(text) => format!("{} {sign} {}", stored_value(value, column), quote_text(text)),
        Literal::Moment(_) => format!("CAST({value} AS TIMESTAMP) {sign} {}", moment(literal)),
        Literal::Boolean(wanted) => format!("{value} {sign} {wanted}"),
    }
}

fn in_postgres(name: &str, column: &ColumnProfile, operator: Operator, literal: &Literal) -> String {
    let (sign, dialect) = (operator.sign(), SqlDialect::Postgres);
    match literal {
        Literal::Number(number) => format!("{} {sign} {}", dialect.as_real(name), dialect.real(*number)),
        Literal::Text(text) => format!("{}{} {sign} {}", dialect.as_text(name), dialect.byte_order(), quote_text(text)),
        Literal::Moment(_) if column.data_type.to_lowercase().contains("with time zone") => {
            format!("{name} AT TIME ZONE 'UTC' {sign} {}", moment(literal))
        }
        Literal::Moment(_) => format!("CAST({name} AS timestamp) {sign} {}", moment(literal)),
        Literal::Boolean(wanted) => format!("{name} {sign} {wanted}"),
    }
}

fn in_sqlite(name: &str, operator: Operator, literal: &Literal) -> String {
    let (sign, dialect) = (operator.sign(), SqlDialect::Sqlite);
    match literal {
        Literal::Number(number) => format!("{} {sign} {}", dialect.as_real(name), dialect.real(*number)),
        Literal::Text(text) => format!("CAST({name} AS text) COLLATE BINARY {sign} {}", quote_text(text)),
        // To the millisecond and in UTC, as the other statements read what SQLite keeps as texts.
        Literal::Moment(micros) => {
            let at = chrono::DateTime::from_timestamp_micros(*micros).unwrap_or_default();
            format!(
                "strftime('%Y-%m-%d %H:%M:%f', {name}) {sign} '{}'",
                at.format("%Y-%m-%d %H:%M:%S%.3f")
            )
        }
        Literal::Boolean(wanted) => format!("{name} {sign} {}", u8::from(*wanted)),
    }
}

fn moment(literal: &Literal) -> String {
    format!("TIMESTAMP {}", quote_text(&literal.moment_text()))
}
