//! The plan of a look at a table: its files or its database, opened once, and the parts that threads read.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow::datatypes::DataType;

use super::leaves::{OpenedSource, leaves_of};
use super::partitions::{PartitionColumn, PartitionedSource, partition_columns};
use super::scoped::ScopedSource;
use super::{ARROW, BatchSource, CSV, JSONL, PARQUET, arrow_ipc, csv, empty_part, jsonl, parquet, postgres, snapshot, sqlite};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::connection::FoundTable;
use crate::domain::table_profile::{ColumnOrigins, OpenedColumn, Snapshot, TextDialect, TextReading};
use crate::domain::table_scope::TableScope;
use crate::engine::accumulators::arrow_values::{meaning_of, spell_apart, type_name};
use crate::engine::error::EngineError;
use crate::engine::limits::{BATCH_ROWS, StopWatch};
use crate::engine::rooted_file::RootedFile;
use crate::engine::source_root::SourceRoot;

/// A piece of a table that one thread reads.
#[derive(Clone, Debug)]
pub enum ScanPart {
    /// Of a file.
    File {
        /// The file.
        file: Arc<OpenTableFile>,
        /// Its row groups (Parquet).
        row_groups: Option<Vec<usize>>,
    },
    /// A table of a PostgreSQL database.
    Postgres(Arc<postgres::PostgresTable>),
    /// A table of a SQLite file.
    Sqlite(Arc<sqlite::SqliteTable>),
}

/// A file of the table with what its format needs to know before rows are read.
#[derive(Debug)]
pub struct OpenTableFile {
    /// The file.
    pub file: RootedFile,
    parquet: Option<parquet::Footer>,
    format: String,
    /// Columns whose values stand in the paths of the table's files.
    partitions: Arc<[PartitionColumn]>,
    /// Which of their values are this file's.
    place: usize,
    /// Whether the table has other files too: then one without anything in it is a part without rows.
    is_one_of_many: bool,
    /// Of CSV: what reading has shown, of this file or another one of the table.
    learned_escape: csv::LearnedEscape,
}

/// The table, opened once, and how it is read.
#[derive(Debug)]
pub struct ScanPlan {
    /// Files in order; none for a table of a database.
    pub files: Vec<Arc<OpenTableFile>>,
    /// Parts in order.
    pub parts: Vec<ScanPart>,
    /// How much of it is read.
    pub scope: TableScope,
}

impl ScanPlan {
    /// Opens the table and splits it into parts.
    pub fn open(root: &SourceRoot, table: &FoundTable, watch: &StopWatch) -> Result<Self, EngineError> {
        let part = match root {
            SourceRoot::Folder(folder) => {
                let plan = Self::open_files(folder, &table.format, &table.files)?;
                return Ok(Self {
                    scope: table.scope.clone(),
                    ..plan
                });
            }
            SourceRoot::Postgres(target) => ScanPart::Postgres(Arc::new(postgres::PostgresTable::open(target, table, watch)?)),
            SourceRoot::Sqlite(path) => ScanPart::Sqlite(Arc::new(sqlite::SqliteTable::open(path, table, watch)?)),
        };
        Ok(Self {
            files: Vec::new(),
            parts: vec![part],
            scope: table.scope.clone(),
        })
    }

    /// Opens every file beneath the root and splits the table into parts.
    pub fn open_files(root: &Path, format: &str, files: &[String]) -> Result<Self, EngineError> {
        let mut plan = Self {
            files: Vec::new(),
            parts: Vec::new(),
            scope: TableScope::default(),
        };
        let partitions: Arc<[PartitionColumn]> = partition_columns(files).into();
        let learned_escape = csv::LearnedEscape::default();
        for (place, path) in files.iter().enumerate() {
            let file = RootedFile::open(root, path)?;
            let parquet = if format == PARQUET {
                Some(parquet::Footer::read(&file)?)
            } else {
                None
            };
            let groups = parquet.as_ref().map(parquet::Footer::row_groups);
            let file = Arc::new(OpenTableFile {
                file,
                parquet,
                format: format.to_owned(),
                partitions: partitions.clone(),
                place,
                is_one_of_many: files.len() > 1,
                learned_escape: learned_escape.clone(),
            });
            match groups {
                Some(groups) if !groups.is_empty() => {
                    plan.parts.extend(groups.into_iter().map(|group| ScanPart::File {
                        file: file.clone(),
                        row_groups: Some(vec![group]),
                    }));
                }
                _ => plan.parts.push(ScanPart::File {
                    file: file.clone(),
                    row_groups: None,
                }),
            }
            plan.files.push(file);
        }
        Ok(plan)
    }

    /// Whether single columns can be read apart: then they are. A filter looks at whole rows.
    pub fn is_column_wise(&self) -> bool {
        self.scope.row_filter.is_none() && !self.files.is_empty() && self.files.iter().all(|file| file.parquet.is_some())
    }

    /// Whether reading showed that backslashes escape quotes, which the beginning of some CSV file does not.
    pub fn has_learned_escape(&self) -> bool {
        self.files.first().is_some_and(|file| file.learned_escape.load(Ordering::Relaxed))
    }

    /// How the files of a table of texts are read: one dialect where all are alike (nothing for JSON lines in UTF-8), or which
    /// files are. A file that holds a column by the name of a key in its path is read by its own columns, too.
    pub fn text_readings(&self) -> Result<(Option<TextDialect>, Vec<TextReading>), EngineError> {
        let mut readings: Vec<TextReading> = Vec::new();
        let is_key = |name: &String| self.files.iter().any(|file| file.partitions.iter().any(|key| key.name == *name));
        for file in &self.files {
            // One without anything in it is read in no way.
            let Some((dialect, columns)) = file.text_reading()? else { continue };
            match readings
                .iter_mut()
                .find(|known| known.dialect == dialect && known.columns == columns)
            {
                Some(known) => known.files.push(file.place),
                None => readings.push(TextReading {
                    files: vec![file.place],
                    dialect,
                    columns,
                }),
            }
        }
        if readings.len() > 1 || readings.iter().any(|reading| reading.columns.iter().any(is_key)) {
            return Ok((None, readings));
        }
        let is_csv = self.files.first().is_some_and(|file| file.format == CSV);
        let only = readings.pop().map(|only| only.dialect);
        Ok((only.filter(|dialect| is_csv || *dialect != TextDialect::default()), Vec::new()))
    }

    /// Columns that the files do not have under their own names: those whose values stand in the paths, and those that opening
    /// structs and lists made (Parquet).
    pub fn origins(&self) -> ColumnOrigins {
        let mut origins = ColumnOrigins::default();
        if let Some(file) = self.files.first() {
            origins.partitions = file.partitions.iter().map(|column| column.name.clone()).collect();
        }
        for footer in self.files.iter().filter_map(|file| file.parquet.as_ref()) {
            for leaf in leaves_of(footer.fields()) {
                if !leaf.path.is_empty() || leaf.is_length {
                    let path = leaf.named_path(footer.fields());
                    let opened = OpenedColumn {
                        path,
                        is_length: leaf.is_length,
                    };
                    origins.opened.entry(leaf.name).or_insert(opened);
                }
            }
        }
        origins
    }

    /// Fails where a file changed since it was opened. A database answers for its own transaction.
    pub fn ensure_unchanged(&self) -> Result<(), EngineError> {
        self.files.iter().try_for_each(|file| file.file.ensure_unchanged())
    }

    /// Bytes of the table.
    pub fn total_bytes(&self) -> u64 {
        match self.parts.first() {
            Some(ScanPart::Postgres(table)) => table.open.bytes,
            Some(ScanPart::Sqlite(table)) => table.open.bytes,
            _ => self.files.iter().map(|file| file.file.stamp().size).sum(),
        }
    }

    /// Which version is read.
    pub fn snapshot(&self) -> Snapshot {
        let whole = match self.parts.first() {
            Some(ScanPart::Postgres(table)) => table.open.snapshot.clone(),
            Some(ScanPart::Sqlite(table)) => table.open.snapshot.clone(),
            _ => snapshot::describe_files(self.files.iter().map(|file| &file.file)),
        };
        snapshot::scoped(whole, &self.scope)
    }

    /// Says of finished columns what only the source knows: the types that a database spells, and which files disagree.
    pub fn annotate(&self, columns: &mut [ColumnProfile]) {
        let known = match self.parts.first() {
            Some(ScanPart::Postgres(table)) => &table.open.columns,
            Some(ScanPart::Sqlite(table)) => &table.open.columns,
            _ => return self.name_disagreeing_files(columns),
        };
        for column in columns {
            if let Some(known) = known.iter().find(|known| known.name == column.column_name) {
                column.data_type.clone_from(&known.spelled);
            }
        }
    }

    /// Why a database cannot give this column; nothing where it can.
    pub fn failed_column(&self, name: &str) -> Option<String> {
        let (columns, failed) = match self.parts.first()? {
            ScanPart::Postgres(table) => (&table.open.columns, &table.open.failed),
            ScanPart::Sqlite(table) => (&table.open.columns, &table.open.failed),
            ScanPart::File { .. } => return None,
        };
        failed.reason(columns.iter().position(|column| column.name == name)?)
    }

    /// A column that failed because files hold it as different types gets the names of the first two.
    fn name_disagreeing_files(&self, columns: &mut [ColumnProfile]) {
        for column in columns.iter_mut().filter(|column| column.metrics.query_error.is_some()) {
            let mut first: Option<(&str, DataType)> = None;
            for file in &self.files {
                let found = self.typed_column(file, &column.column_name);
                // Nulls without a type fit every other.
                let Some(found) = found.filter(|found| *found != DataType::Null) else {
                    continue;
                };
                let (path, other) = match &first {
                    None => {
                        first = Some((file.file.path(), found));
                        continue;
                    }
                    Some((path, other)) => (path, other),
                };
                if type_name(other) != type_name(&found) || meaning_of(other) != meaning_of(&found) {
                    let (other, spelled) = spell_apart(other, &found);
                    let reason = format!("{path} holds this column as {other}, {} as {spelled}", file.file.path());
                    column.metrics.query_error = Some(reason);
                    break;
                }
            }
        }
    }

    /// The type that a file has for a column, where its format says so.
    fn typed_column(&self, file: &Arc<OpenTableFile>, name: &str) -> Option<DataType> {
        if let Some(footer) = &file.parquet {
            let leaf = leaves_of(footer.fields()).into_iter().find(|leaf| leaf.name == name)?;
            return Some(leaf.data_type);
        }
        if file.format != ARROW {
            return None;
        }
        let part = self
            .parts
            .iter()
            .find(|part| matches!(part, ScanPart::File { file: of, .. } if Arc::ptr_eq(of, file)))?;
        let source = part.open_source().ok()?;
        source.columns().iter().find(|column| column.name == name)?.data_type.clone()
    }
}

impl OpenTableFile {
    /// The footer of a Parquet file.
    pub fn footer(&self) -> Option<&parquet::Footer> {
        self.parquet.as_ref()
    }

    /// How a file of texts is taken apart, and the names of its columns (CSV); nothing where nothing is in it.
    fn text_reading(&self) -> Result<Option<(TextDialect, Vec<String>)>, EngineError> {
        match self.format.as_str() {
            CSV => match csv::CsvSource::open(&self.file, self.learned_escape.clone()) {
                Err(EngineError::Empty { .. }) => Ok(None),
                source => {
                    let source = source?;
                    let names = source.columns().iter().map(|column| column.name.clone());
                    Ok(Some((source.text_dialect(), names.collect())))
                }
            },
            JSONL => Ok(Some((jsonl::JsonlSource::open(&self.file)?.text_dialect(), Vec::new()))),
            _ => Ok(None),
        }
    }

    /// The columns whose values stand in the paths of the table's files, and which value is this file's.
    pub fn partitions(&self) -> (&[PartitionColumn], usize) {
        (&self.partitions, self.place)
    }
}

impl ScanPart {
    /// Starts reading what of it is wanted.
    pub fn open_scoped(&self, scope: &TableScope) -> Result<Box<dyn BatchSource>, EngineError> {
        let name = match self {
            Self::File { file, .. } => file.file.path(),
            Self::Postgres(table) => &table.open.name,
            Self::Sqlite(table) => &table.open.name,
        };
        ScopedSource::wrap(self.open_source()?, scope, name)
    }

    /// Starts reading.
    pub fn open_source(&self) -> Result<Box<dyn BatchSource>, EngineError> {
        let (open, row_groups) = match self {
            Self::File { file, row_groups } => (file, row_groups),
            Self::Postgres(table) => return table.open_source(),
            Self::Sqlite(table) => return table.open_source(),
        };
        let file = &open.file;
        let source: Box<dyn BatchSource> = match (&open.parquet, open.format.as_str()) {
            (Some(footer), _) => {
                let source = parquet::ParquetSource::open(file, footer, row_groups.clone(), None, BATCH_ROWS)?;
                OpenedSource::wrap(Box::new(source), footer.fields(), file.path())
            }
            (None, CSV) => match csv::CsvSource::open(file, open.learned_escape.clone()) {
                Ok(source) => Box::new(source),
                // Some writers leave a file for a partition without rows, without even a header.
                Err(EngineError::Empty { .. }) if open.is_one_of_many => Box::new(empty_part::EmptyPart),
                Err(error) => return Err(error),
            },
            (None, JSONL) => Box::new(jsonl::JsonlSource::open(file)?),
            (None, ARROW) => {
                let source = arrow_ipc::ArrowSource::open(file)?;
                let fields = source.fields().clone();
                OpenedSource::wrap(Box::new(source), &fields, file.path())
            }
            (None, other) => {
                return Err(EngineError::Unsupported {
                    what: format!("the format {other} of {}", file.path()),
                });
            }
        };
        Ok(PartitionedSource::wrap(source, &open.partitions, open.place, file.path()))
    }
}
