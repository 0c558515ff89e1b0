//! One statement: a text with `$1..$n` and its values, sent to a pool (reads, single writes) or inside a transaction.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use sqlx::{Arguments, AssertSqlSafe, SqlSafeStr};

use super::database::{Database, DatabaseKind, Held, Pools, Transaction};
use super::dialect::translate;
use super::error::StoreError;
use super::record::Record;
use super::scope::narrow;
use super::veil::write_marks;
use crate::domain::scope::Scope;

/// A value to bind. Each knows its type even where it is absent, as PostgreSQL demands.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Real(Option<f64>),
    Boolean(Option<bool>),
    Time(Option<DateTime<Utc>>),
    Date(Option<NaiveDate>),
    Bytes(Option<Vec<u8>>),
}

/// Declares what may be bound as what; an `Option` of each too.
macro_rules! bindable {
    ($($ty:ty => $variant:ident |$value:ident| $made:expr;)*) => {$(
        impl From<$ty> for Value {
            fn from($value: $ty) -> Self {
                Self::$variant(Some($made))
            }
        }

        impl From<Option<$ty>> for Value {
            fn from(value: Option<$ty>) -> Self {
                Self::$variant(value.map(|$value| $made))
            }
        }
    )*};
}

bindable! {
    &str => Text |value| readable(value);
    String => Text |value| readable(&value);
    &String => Text |value| readable(value);
    i64 => Integer |value| value;
    i32 => Integer |value| i64::from(value);
    u32 => Integer |value| i64::from(value);
    // Counts beyond 2^63 rows do not occur; the largest stands for them.
    u64 => Integer |value| i64::try_from(value).unwrap_or(i64::MAX);
    f64 => Real |value| value;
    bool => Boolean |value| value;
    DateTime<Utc> => Time |value| value;
    NaiveDate => Date |value| value;
    Vec<u8> => Bytes |value| value;
}

/// PostgreSQL keeps no NUL in a text: both databases keep its picture instead.
fn readable(text: &str) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{2400}")
    } else {
        text.to_owned()
    }
}

/// A time as SQLite keeps it: fixed width, so that texts sort as times do.
pub(super) fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A statement with its values.
#[must_use = "a statement does nothing until it is sent"]
pub(crate) struct Statement {
    text: std::borrow::Cow<'static, str>,
    values: Vec<Value>,
    /// Whether the database may keep the plan; not for texts whose length varies.
    is_lasting: bool,
}

/// Begins a statement of constant text.
pub(crate) fn sql(text: &'static str) -> Statement {
    Statement {
        text: text.into(),
        values: Vec::new(),
        is_lasting: true,
    }
}

/// Begins a statement put together from constant texts. Never give it a value: those are bound.
pub(crate) fn sql_joined(text: String) -> Statement {
    Statement {
        text: text.into(),
        values: Vec::new(),
        is_lasting: true,
    }
}

/// Most values in one statement. SQLite finds a bound value by walking a list, so that long statements cost the square of
/// their length; beyond a few hundred values a longer one saves nothing on PostgreSQL either.
const VALUES_LIMIT: usize = 500;

/// Statements that insert many rows: `insert into TABLE (COLUMNS) values ...`, many rows each.
pub(crate) fn rows_insert(table: &'static str, columns: &'static [&'static str], rows: Vec<Vec<Value>>) -> Vec<Statement> {
    rows_insert_and(table, columns, rows, "")
}

/// The same, with what follows the rows: `on conflict ...`, `returning ...`.
pub(crate) fn rows_insert_and(
    table: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
    what_follows: &'static str,
) -> Vec<Statement> {
    let rows_each = (VALUES_LIMIT / columns.len().max(1)).max(1);
    let mut statements = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut text = format!("insert into {table} ({}) values ", columns.join(", "));
        let mut values = Vec::new();
        for (index, row) in rows.by_ref().take(rows_each).enumerate() {
            debug_assert_eq!(row.len(), columns.len(), "one value a column of {table}");
            let marks: Vec<String> = (1..=row.len()).map(|place| format!("${}", values.len() + place)).collect();
            text.push_str(if index == 0 { "(" } else { ", (" });
            text.push_str(&marks.join(", "));
            text.push(')');
            values.extend(row);
        }
        if !what_follows.is_empty() {
            text.push(' ');
            text.push_str(what_follows);
        }
        // All full ones share one text and so one plan; the last one is of its own length.
        let is_lasting = values.len() == rows_each * columns.len();
        statements.push(Statement {
            text: text.into(),
            values,
            is_lasting,
        });
    }
    statements
}

/// Where a statement runs.
pub(crate) trait Place: Send {
    /// Which database this is.
    fn database_kind(&self) -> DatabaseKind;
    /// What reads are limited to; nothing where they see everything.
    fn scope(&self) -> Option<Arc<Scope>> {
        None
    }
    /// Where reads show personal values; nothing where they do everywhere.
    fn veil(&self) -> Option<Arc<Scope>> {
        None
    }
    /// Sends it and reads all rows. On a [`Database`] this uses a connection that only reads.
    fn fetch(self, statement: Prepared) -> impl Future<Output = Result<Vec<Record>, sqlx::Error>> + Send;
    /// Sends it and counts the rows it changed.
    fn execute(self, statement: Prepared) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;
}

/// A statement in the words of one database.
pub(crate) struct Prepared {
    text: String,
    values: Vec<Value>,
    is_lasting: bool,
    #[cfg(test)]
    is_for_postgres: bool,
}

impl Prepared {
    /// The text as it is counted.
    #[cfg(not(test))]
    fn told(&self) -> &str {
        &self.text
    }

    /// The text as tests read its plan: for PostgreSQL with its values, which plans no statement without.
    #[cfg(test)]
    fn told(&self) -> String {
        let mut text = self.text.clone();
        if !self.is_for_postgres {
            return text;
        }
        for (at, value) in self.values.iter().enumerate().rev() {
            text = text.replace(&format!("${}", at + 1), &value.literal());
        }
        text
    }
}

#[cfg(test)]
impl Value {
    fn literal(&self) -> String {
        let quoted = |text: Option<String>, kind: &str| match text {
            Some(text) => format!("'{}'::{kind}", text.replace('\'', "''")),
            None => format!("null::{kind}"),
        };
        match self {
            Self::Text(value) => quoted(value.clone(), "text"),
            Self::Integer(value) => quoted(value.map(|value| value.to_string()), "int8"),
            Self::Real(value) => quoted(value.map(|value| value.to_string()), "float8"),
            Self::Boolean(value) => quoted(value.map(|value| value.to_string()), "bool"),
            Self::Time(value) => quoted(value.map(time_text), "timestamptz"),
            Self::Date(value) => quoted(value.map(|date| date.to_string()), "date"),
            Self::Bytes(value) => quoted(value.as_ref().map(|_| String::new()), "bytea"),
        }
    }
}

impl Statement {
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Reads all rows.
    pub(crate) async fn fetch_all<P: Place>(mut self, place: P) -> Result<Vec<Record>, StoreError> {
        if let Some(scope) = place.scope() {
            let narrowed = narrow(&self.text, &scope, place.database_kind(), self.values.len());
            self.text = narrowed.text.into();
            self.values.extend(narrowed.lists.into_iter().map(Value::from));
        }
        let veil = place.veil();
        if let Some((text, lists)) = write_marks(&self.text, veil.as_deref(), place.database_kind(), self.values.len()) {
            self.text = text.into();
            self.values.extend(lists.into_iter().map(Value::from));
        }
        let prepared = self.prepare(place.database_kind());
        let text = prepared.text.clone();
        let mut rows = place
            .fetch(prepared)
            .await
            .map_err(|error| StoreError::from_statement(&text, error))?;
        if veil.is_some() {
            rows.iter_mut().for_each(Record::veil);
        }
        Ok(rows)
    }

    /// Reads the first row, if there is one.
    pub(crate) async fn fetch_optional<P: Place>(self, place: P) -> Result<Option<Record>, StoreError> {
        Ok(self.fetch_all(place).await?.into_iter().next())
    }

    /// Reads the row of a statement that always has one.
    pub(crate) async fn fetch_one<P: Place>(self, place: P) -> Result<Record, StoreError> {
        let text = self.text.clone();
        self.fetch_optional(place)
            .await?
            .ok_or_else(|| StoreError::from_statement(&text, sqlx::Error::RowNotFound))
    }

    /// Runs it and says how many rows it changed.
    pub(crate) async fn execute<P: Place>(self, place: P) -> Result<u64, StoreError> {
        let prepared = self.prepare(place.database_kind());
        let text = prepared.text.clone();
        place
            .execute(prepared)
            .await
            .map_err(|error| StoreError::from_statement(&text, error))
    }

    fn prepare(self, kind: DatabaseKind) -> Prepared {
        Prepared {
            text: translate(&self.text, kind).into_owned(),
            values: self.values,
            is_lasting: self.is_lasting,
            #[cfg(test)]
            is_for_postgres: kind == DatabaseKind::Postgres,
        }
    }
}

impl Place for &Database {
    fn database_kind(&self) -> DatabaseKind {
        self.kind()
    }

    fn scope(&self) -> Option<Arc<Scope>> {
        self.scope.clone()
    }

    fn veil(&self) -> Option<Arc<Scope>> {
        self.shared_veil()
    }

    async fn fetch(self, statement: Prepared) -> Result<Vec<Record>, sqlx::Error> {
        self.count_statement(statement.told().as_ref());
        match &self.pools {
            Pools::Sqlite { readers, .. } => Ok(for_sqlite(statement)?
                .fetch_all(&mut *readers.acquire().await?)
                .await?
                .into_iter()
                .map(Record::of_sqlite)
                .collect()),
            Pools::Postgres { readers, .. } => Ok(for_postgres(statement)?
                .fetch_all(readers)
                .await?
                .into_iter()
                .map(Record::of_postgres)
                .collect()),
        }
    }

    async fn execute(self, statement: Prepared) -> Result<u64, sqlx::Error> {
        self.count_statement(statement.told().as_ref());
        match &self.pools {
            Pools::Sqlite { writer, .. } => Ok(for_sqlite(statement)?.execute(writer).await?.rows_affected()),
            Pools::Postgres { writers, .. } => Ok(for_postgres(statement)?.execute(writers).await?.rows_affected()),
        }
    }
}

impl Place for &mut Transaction {
    fn database_kind(&self) -> DatabaseKind {
        self.kind()
    }

    async fn fetch(self, statement: Prepared) -> Result<Vec<Record>, sqlx::Error> {
        self.count_statement(statement.told().as_ref());
        match &mut self.held {
            Held::Sqlite(held) => Ok(for_sqlite(statement)?
                .fetch_all(&mut **held)
                .await?
                .into_iter()
                .map(Record::of_sqlite)
                .collect()),
            Held::Postgres(held) => Ok(for_postgres(statement)?
                .fetch_all(&mut **held)
                .await?
                .into_iter()
                .map(Record::of_postgres)
                .collect()),
        }
    }

    async fn execute(self, statement: Prepared) -> Result<u64, sqlx::Error> {
        self.count_statement(statement.told().as_ref());
        match &mut self.held {
            Held::Sqlite(held) => Ok(for_sqlite(statement)?.execute(&mut **held).await?.rows_affected()),
            Held::Postgres(held) => Ok(for_postgres(statement)?.execute(&mut **held).await?.rows_affected()),
        }
    }
}

type SqliteQuery = sqlx::query::Query<'static, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>;

/// The text comes from this crate alone (`sql`, `sql_joined`, `rows_insert`); what people type is bound.
fn for_sqlite(statement: Prepared) -> Result<SqliteQuery, sqlx::Error> {
    let mut arguments = sqlx::sqlite::SqliteArguments::default();
    for value in statement.values {
        match value {
            Value::Text(value) => arguments.add(value),
            Value::Integer(value) => arguments.add(value),
            Value::Real(value) => arguments.add(value),
            Value::Boolean(value) => arguments.add(value),
            Value::Time(value) => arguments.add(value.map(time_text)),
            Value::Date(value) => arguments.add(value.map(|date| date.to_string())),
            Value::Bytes(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(sqlx::query_with(AssertSqlSafe(statement.text).into_sql_str(), arguments).persistent(statement.is_lasting))
}

fn for_postgres(statement: Prepared) -> Result<PostgresQuery, sqlx::Error> {
    let mut arguments = sqlx::postgres::PgArguments::default();
    for value in statement.values {
        match value {
            Value::Text(value) => arguments.add(value),
            Value::Integer(value) => arguments.add(value),
            Value::Real(value) => arguments.add(value),
            Value::Boolean(value) => arguments.add(value),
            Value::Time(value) => arguments.add(value),
            Value::Date(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(sqlx::query_with(AssertSqlSafe(statement.text).into_sql_str(), arguments).persistent(statement.is_lasting))
}
