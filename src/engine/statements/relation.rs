//! Where a statement reads: the files or the relation of a table, and the expression that is a column's value as Limn counts it.

use chrono::{DateTime, Utc};

use super::dialect::{quote_name, quote_text};
use super::values::{database_value, distinct_names, json_text, stored_value, typed_token};
use crate::domain::address::qualified_name;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::statement::SqlDialect;
use crate::domain::table::{TableDetail, TableRun};
use crate::domain::table_metrics::PairCorrelation;
use crate::domain::table_profile::{OpenedColumn, Snapshot, TableProfile, TextDialect};
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
    /// Pairs of number columns whose correlation is shown.
    pub pairs: &'a [PairCorrelation],
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
            pairs: profile.metrics.pairwise.as_deref().unwrap_or_default(),
            has_rejected: profile.rejected.is_some(),
        }
    }

    /// The context of a table as its pages show it, in the run shown; `pairs` are those that are drawn.
    pub fn of_run(table: &'a TableDetail, run: &'a TableRun, pairs: &'a [PairCorrelation]) -> Self {
        Self {
            schema_name: &table.summary.address.schema_name,
            table_name: &table.summary.address.table_name,
            snapshot: &run.snapshot,
            format: &table.summary.format,
            root: None,
            columns: &table.columns,
            pairs,
            has_rejected: run.rejected.is_some(),
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

    /// What follows FROM to read the rows that were profiled.
    pub fn source(&self) -> String {
        match &self.snapshot.scope.row_filter {
            Some(filter) => format!("(SELECT * FROM {} WHERE {}) AS profiled", self.whole(), self.condition(filter)),
            None => self.whole(),
        }
    }

    /// What follows FROM to read the whole table.
    fn whole(&self) -> String {
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
        if self.is_partition(&column.column_name) && self.dialect() == Some(SqlDialect::DuckDb) {
            return typed_token(&quote_name(&column.column_name), column);
        }
        match self.format {
            PARQUET => match self.snapshot.origins.opened.get(&column.column_name) {
                Some(opened) => self.opened_value(opened, column),
                None => stored_value(&self.reference(column), column),
            },
            CSV => typed_token(&self.reference(column), column),
            JSONL => typed_token(&json_text(column, self.columns), column),
            _ => database_value(&self.reference(column), column, self.dialect().unwrap_or(SqlDialect::Postgres)),
        }
    }

    pub(super) fn is_partition(&self, name: &str) -> bool {
        self.snapshot.origins.partitions.iter().any(|partition| partition == name)
    }

    /// A field of a struct, or the number of elements of a list or map.
    fn opened_value(&self, opened: &OpenedColumn, column: &ColumnProfile) -> String {
        let roots = self.roots();
        let names = distinct_names(roots.iter().map(String::as_str));
        let first = opened.path.first().map_or("", String::as_str);
        let place = roots.iter().position(|root| root == first);
        let mut value = quote_name(place.and_then(|place| names.get(place)).map_or(first, String::as_str));
        for field in opened.path.iter().skip(1) {
            value = format!("struct_extract({value}, {})", quote_text(field));
        }
        if !opened.is_length {
            return stored_value(&value, column);
        }
        let counted = column.column_name.strip_suffix(".length").unwrap_or_default();
        let is_map = |other: &ColumnProfile| other.column_name == counted && other.data_type.starts_with("map");
        if self.columns.iter().any(is_map) {
            format!("cardinality({value})")
        } else {
            format!("len({value})")
        }
    }

    /// The columns of the files, in order; opened ones once.
    fn roots(&self) -> Vec<String> {
        let mut roots: Vec<String> = Vec::new();
        let mut last: Option<&str> = None;
        for column in self.columns.iter().filter(|column| !self.is_partition(&column.column_name)) {
            match self
                .snapshot
                .origins
                .opened
                .get(&column.column_name)
                .and_then(|opened| opened.path.first())
            {
                // The list itself, or an earlier field, stands right before.
                Some(root) if last == Some(root.as_str()) => {}
                Some(root) => {
                    roots.push(root.clone());
                    last = Some(root);
                }
                None => {
                    roots.push(column.column_name.clone());
                    last = Some(&column.column_name);
                }
            }
        }
        roots
    }

    /// The column as the reader names it. DuckDB's names do not differ by capitals alone; it numbers those that do.
    pub(super) fn reference(&self, column: &ColumnProfile) -> String {
        if self.dialect() != Some(SqlDialect::DuckDb) {
            return quote_name(&column.column_name);
        }
        let roots = self.roots();
        let names = distinct_names(roots.iter().map(String::as_str));
        // By place where nothing was opened, for a file may have two columns of one name.
        let by_place = (column.ordinal_position as usize).wrapping_sub(1);
        let index = match roots.get(by_place).filter(|root| **root == column.column_name) {
            Some(_) => Some(by_place),
            None => roots.iter().position(|root| *root == column.column_name),
        };
        quote_name(index.and_then(|index| names.get(index)).unwrap_or(&column.column_name))
    }

    fn parquet(&self) -> String {
        let mut options = String::new();
        options.push_str(self.partitioning());
        if self.snapshot.files.len() > 1 {
            options.push_str(", union_by_name = true");
        }
        let mut source = format!("read_parquet({}{options})", self.paths(self.snapshot.files.iter()));
        let roots = self.roots();
        if roots.iter().any(String::is_empty) {
            // No name of nothing can be written in SQL: all columns are named anew.
            let names = distinct_names(roots.iter().map(String::as_str));
            let names: Vec<String> = names.iter().map(|name| quote_name(name)).collect();
            source.push_str(&format!(" AS source({})", names.join(", ")));
        }
        source
    }

    fn csv(&self) -> String {
        let Snapshot {
            files, dialect, readings, ..
        } = self.snapshot;
        if readings.is_empty() {
            return self.read_csv(files.iter(), &dialect.clone().unwrap_or_default(), None);
        }
        // Each column goes by the name that the table has for it. Those that are left out, and those that a key in the path
        // replaces, have names of their own behind.
        let mut known = self.roots();
        for name in readings.iter().flat_map(|reading| &reading.columns) {
            let name = self.name_in_files(name);
            if !known.contains(&name) {
                known.push(name);
            }
        }
        let names = distinct_names(known.iter().map(String::as_str));
        let named = |column: &String| {
            let column = self.name_in_files(column);
            known.iter().position(|other| *other == column).map(|place| names[place].as_str())
        };
        let parts = readings.iter().map(|reading| {
            let columns: Vec<&str> = reading.columns.iter().filter_map(named).collect();
            let paths = reading.files.iter().filter_map(|place| files.get(*place));
            format!("SELECT * FROM {}", self.read_csv(paths, &reading.dialect, Some(&columns)))
        });
        format!("({}) AS files", parts.collect::<Vec<_>>().join(" UNION ALL BY NAME "))
    }

    /// What a column of a file is called beside the columns whose values stand in the paths.
    fn name_in_files(&self, column: &str) -> String {
        if self.is_partition(column) {
            format!("{column} in the file")
        } else {
            column.to_owned()
        }
    }

    /// Reads files of one dialect; their columns are given where they are not those of the table.
    fn read_csv<'b>(&self, files: impl Iterator<Item = &'b String>, dialect: &TextDialect, columns: Option<&[&str]>) -> String {
        let has_header = dialect.has_header;
        let [quote, escape] = [dialect.quote, dialect.escape.unwrap_or(dialect.quote)].map(|mark| quote_text(&mark.to_string()));
        let mut options = vec![
            format!("header = {has_header}"),
            format!("delim = {}", quote_text(&dialect.delimiter.to_string())),
            format!("quote = {quote}"),
            format!("escape = {escape}"),
            // An empty field is null, a quoted empty field is an empty text.
            "nullstr = ''".into(),
            "allow_quoted_nulls = false".into(),
        ];
        if !dialect.encoding.is_empty() {
            options.push(format!("encoding = {}", quote_text(&dialect.encoding)));
        }
        let by_header = has_header && (self.columns.len() > MOST_NAMED_COLUMNS || !self.snapshot.scope.left_out.is_empty());
        if columns.is_none() && by_header {
            options.push("all_varchar = true".into());
        } else {
            let spelled = |name: &str| format!("{}: 'VARCHAR'", quote_text(name));
            let columns: Vec<String> = match columns {
                Some(columns) => columns.iter().map(|name| spelled(name)).collect(),
                None => distinct_names(self.roots().iter().map(String::as_str))
                    .iter()
                    .map(|name| spelled(name))
                    .collect(),
            };
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
        format!("read_csv({}, {}{})", self.paths(files), options.join(", "), self.partitioning())
    }

    /// Whether the reader takes `key=value` in the paths for columns, as texts.
    fn partitioning(&self) -> &'static str {
        if !self.snapshot.origins.partitions.is_empty() {
            ", hive_partitioning = true, hive_types_autocast = false"
        } else if self.snapshot.files.iter().any(|file| file.contains('=')) {
            ", hive_partitioning = false"
        } else {
            ""
        }
    }

    fn json_lines(&self) -> String {
        let lenient = if self.has_rejected { ", ignore_errors = true" } else { "" };
        format!(
            "read_ndjson_objects({}{lenient}{})",
            self.paths(self.snapshot.files.iter()),
            self.partitioning()
        )
    }

    /// One path, or a list of them.
    fn paths<'b>(&self, files: impl Iterator<Item = &'b String>) -> String {
        let paths: Vec<String> = files.map(|file| quote_text(&self.path(file))).collect();
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
