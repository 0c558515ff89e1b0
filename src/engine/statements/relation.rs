//! Where a statement reads: the files or the relation of a table, and the expression that is a column's value as Limn counts it.

use chrono::{DateTime, Utc};

use super::dialect::{Spelling, quote_name, quote_text};
use crate::domain::address::qualified_name;
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::statement::SqlDialect;
use crate::domain::table_profile::{Snapshot, TableProfile, TextDialect};
use crate::engine::sources::{CSV, JSONL, PARQUET};

/// More columns than this are not all named in a statement that reads a CSV file, where its header can do it.
const MOST_NAMED_COLUMNS: usize = 60;
/// DuckDB reads CSV lines of up to 2 MB unless it is told otherwise.
const USUAL_TEXT_CHARS: u64 = 100_000;

/// What a statement needs to know of its table.
#[derive(Clone, Debug)]
pub struct TableContext<'a> {
    /// Schema, as the profile has it.
    pub schema_name: &'a str,
    /// Table.
    pub table_name: &'a str,
    /// What was read: files, dialect, clock.
    pub snapshot: &'a Snapshot,
    /// `parquet`, `csv`, ...
    pub format: &'a str,
    /// The folder beneath which the files lie; without it the paths in the statement are relative to it.
    pub root: Option<&'a str>,
    /// All columns of the table, in order.
    pub columns: &'a [ColumnProfile],
    /// Whether records were left out.
    pub has_rejected: bool,
}

impl<'a> TableContext<'a> {
    /// The context of a whole profile.
    pub fn of_profile(profile: &'a TableProfile, root: Option<&'a str>) -> Self {
        Self {
            schema_name: &profile.schema_name,
            table_name: &profile.table_name,
            snapshot: &profile.snapshot,
            format: &profile.format,
            root,
            columns: &profile.columns,
            has_rejected: profile.rejected.is_some(),
        }
    }

    /// What its statements are written for; nothing where no SQL reads the source.
    pub fn dialect(&self) -> Option<SqlDialect> {
        match self.format {
            PARQUET | CSV | JSONL => Some(SqlDialect::DuckDb),
            "postgres" | "postgresql" => Some(SqlDialect::Postgres),
            "sqlite" => Some(SqlDialect::Sqlite),
            _ => None,
        }
    }

    /// The name that comments carry.
    pub fn title(&self) -> String {
        qualified_name(self.schema_name, self.table_name)
    }

    /// The run's pinned clock.
    pub fn clock(&self) -> Option<DateTime<Utc>> {
        self.snapshot.clock
    }

    /// What follows FROM to read the whole table.
    pub fn source(&self) -> String {
        match self.format {
            PARQUET => self.parquet(),
            CSV => self.csv(),
            JSONL => self.json_lines(),
            _ if self.schema_name.is_empty() || self.schema_name == crate::domain::address::ROOT_SCHEMA => quote_name(self.table_name),
            _ => format!("{}.{}", quote_name(self.schema_name), quote_name(self.table_name)),
        }
    }

    /// The column's value: typed as Limn counts it, instants in UTC.
    pub fn value(&self, column: &ColumnProfile) -> String {
        match self.format {
            PARQUET => stored_value(&self.reference(column), column),
            CSV => typed_token(&self.reference(column), column),
            JSONL => typed_token(&format!("json_extract_string(json, {})", pointer(&column.column_name)), column),
            _ => database_value(&self.reference(column), column, self.dialect().unwrap_or(SqlDialect::Postgres)),
        }
    }

    /// The column as the reader names it. DuckDB's names do not differ by capitals alone; it numbers those that do.
    fn reference(&self, column: &ColumnProfile) -> String {
        if self.dialect() != Some(SqlDialect::DuckDb) {
            return quote_name(&column.column_name);
        }
        // By place, for a file may have two columns of one name.
        let is_it = |other: &&ColumnProfile| other.column_name == column.column_name;
        let by_place = (column.ordinal_position as usize).wrapping_sub(1);
        let index = match self.columns.get(by_place).filter(is_it) {
            Some(_) => Some(by_place),
            None => self.columns.iter().position(|other| is_it(&other)),
        };
        let names = distinct_names(self.columns);
        quote_name(index.and_then(|index| names.get(index)).unwrap_or(&column.column_name))
    }

    fn parquet(&self) -> String {
        let mut options = String::new();
        if self.snapshot.files.iter().any(|file| file.contains('=')) {
            options.push_str(", hive_partitioning = false");
        }
        if self.snapshot.files.len() > 1 {
            options.push_str(", union_by_name = true");
        }
        let mut source = format!("read_parquet({}{options})", self.paths());
        if self.columns.iter().any(|column| column.column_name.is_empty()) {
            // No name of nothing can be written in SQL: all columns are named anew.
            let names: Vec<String> = distinct_names(self.columns).iter().map(|name| quote_name(name)).collect();
            source.push_str(&format!(" AS source({})", names.join(", ")));
        }
        source
    }

    fn csv(&self) -> String {
        let dialect = self.snapshot.dialect.clone().unwrap_or_default();
        let TextDialect {
            delimiter,
            quote,
            has_header,
            encoding,
        } = dialect;
        let quote = quote_text(&quote.to_string());
        let mut options = vec![
            format!("header = {has_header}"),
            format!("delim = {}", quote_text(&delimiter.to_string())),
            format!("quote = {quote}"),
            format!("escape = {quote}"),
            // An empty field is null, a quoted empty field is an empty text.
            "nullstr = ''".into(),
            "allow_quoted_nulls = false".into(),
        ];
        if !encoding.is_empty() {
            options.push(format!("encoding = {}", quote_text(&encoding)));
        }
        if has_header && self.columns.len() > MOST_NAMED_COLUMNS {
            options.push("all_varchar = true".into());
        } else {
            let columns: Vec<String> = distinct_names(self.columns)
                .iter()
                .map(|name| format!("{}: 'VARCHAR'", quote_text(name)))
                .collect();
            options.push(format!("auto_detect = false, columns = {{{}}}", columns.join(", ")));
        }
        if self.has_rejected {
            options.push("ignore_errors = true".into());
        }
        if self
            .columns
            .iter()
            .any(|column| column.metrics.max_length.is_some_and(|length| length > USUAL_TEXT_CHARS))
        {
            options.push("max_line_size = 67108864".into());
        }
        format!("read_csv({}, {})", self.paths(), options.join(", "))
    }

    fn json_lines(&self) -> String {
        let lenient = if self.has_rejected { ", ignore_errors = true" } else { "" };
        format!("read_ndjson_objects({}{lenient})", self.paths())
    }

    /// One path, or a list of them.
    fn paths(&self) -> String {
        let paths: Vec<String> = self.snapshot.files.iter().map(|file| quote_text(&self.path(file))).collect();
        match paths.as_slice() {
            [path] => path.clone(),
            paths => format!("[{}]", paths.join(", ")),
        }
    }

    /// A path as DuckDB reads it, which takes `*`, `?` and `[` for patterns.
    fn path(&self, file: &str) -> String {
        let mut path = String::new();
        if let Some(root) = self.root {
            path.push_str(root.trim_end_matches('/'));
            path.push('/');
        }
        path.push_str(file);
        let mut escaped = String::new();
        for ch in path.chars() {
            match ch {
                '*' | '?' | '[' => escaped.extend(['[', ch, ']']),
                _ => escaped.push(ch),
            }
        }
        escaped
    }
}

/// The names under which DuckDB knows the columns; one without a name goes by its place.
fn distinct_names(columns: &[ColumnProfile]) -> Vec<String> {
    let mut taken = std::collections::HashSet::new();
    (1..)
        .zip(columns)
        .map(|(place, column)| {
            let given = if column.column_name.is_empty() {
                format!("column{place}")
            } else {
                column.column_name.clone()
            };
            let mut name = given.clone();
            let mut again = 1;
            while !taken.insert(name.to_lowercase()) {
                name = format!("{given}_{again}");
                again += 1;
            }
            name
        })
        .collect()
}

/// A JSON pointer, which finds any key whatever it is made of.
fn pointer(key: &str) -> String {
    quote_text(&format!("/{}", key.replace('~', "~0").replace('/', "~1")))
}

/// A column of Parquet.
fn stored_value(column: &str, profile: &ColumnProfile) -> String {
    match profile.data_type.as_str() {
        "half" | "float" | "double" => format!("CAST({column} AS DOUBLE)"),
        "timestamp" => format!("{column} AT TIME ZONE 'UTC'"),
        "string" => format!("CAST({column} AS VARCHAR)"),
        // Limn shows bytes in hex.
        "binary" => format!("lower(hex(CAST({column} AS BLOB)))"),
        _ => column.to_owned(),
    }
}

/// A text that has the type that Limn found.
fn typed_token(token: &str, profile: &ColumnProfile) -> String {
    let sql_type = match profile.data_type.as_str() {
        "boolean" => "BOOLEAN",
        "bigint" => "BIGINT",
        "decimal(38,0)" => "DECIMAL(38, 0)",
        "double" => "DOUBLE",
        "date" => "DATE",
        "timestamp_ntz" => "TIMESTAMP",
        // DuckDB reads +01:00, but not +0100.
        "timestamp" => {
            return format!("CAST(regexp_replace({token}, '([+-][0-9]{{2}})([0-9]{{2}})$', '\\1:\\2') AS TIMESTAMPTZ) AT TIME ZONE 'UTC'");
        }
        _ => return token.to_owned(),
    };
    format!("CAST({token} AS {sql_type})")
}

/// A column of a database.
fn database_value(column: &str, profile: &ColumnProfile, dialect: SqlDialect) -> String {
    let data_type = profile.data_type.to_lowercase();
    let is_real = profile.metrics.nan_count.is_some();
    let has_time = profile.metrics.min_value.as_ref().is_some_and(|text| text.contains('T'));
    match (dialect, profile.general_type) {
        (SqlDialect::Postgres, GeneralType::Time) if data_type.starts_with("timestamp") && data_type.contains("with time zone") => {
            format!("{column} AT TIME ZONE 'UTC'")
        }
        (SqlDialect::Postgres, GeneralType::Other) if data_type == "bytea" => format!("encode({column}, 'hex')"),
        (SqlDialect::Sqlite, GeneralType::Other) if data_type == "blob" => {
            format!("CASE WHEN {column} IS NOT NULL THEN lower(hex({column})) END")
        }
        // SQLite keeps days and instants as texts; these are to the millisecond and in UTC.
        (SqlDialect::Sqlite, GeneralType::Time) if has_time => format!("strftime('%Y-%m-%d %H:%M:%f', {column})"),
        (SqlDialect::Sqlite, GeneralType::Time) => format!("date({column})"),
        (_, GeneralType::Number) if is_real => dialect.as_real(column),
        (_, GeneralType::Text) if data_type != "text" => dialect.as_text(column),
        _ => column.to_owned(),
    }
}
