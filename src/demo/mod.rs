//! The sample data: a small retail group of about a million rows with a deliberate fault of every kind of finding.
//!
//! Everything follows from a seed and from the day that the dates are relative to: same seed and day, same bytes.
//! `ledger` trades for three years; `tables` writes one file (or folder) a table from it; `words` names people,
//! places and goods; `sheets` are the file formats. `faults` is the one list of what is wrong on purpose, written out
//! in `FAULTS.md` and proved on the files by the tests. `order_lines` is clean: no finding may name it.

pub mod faults;
mod ledger;
mod random;
mod sheets;
mod tables;
#[cfg(test)]
mod tests;
mod words;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

pub use sheets::SheetError;

use ledger::Ledger;
use tables::{Scene, TABLES, TableSheet};

/// The seed that the first-run page and `limn demo` use unless told otherwise.
pub const DEFAULT_SEED: u64 = 20_260_101;

/// Years for which all dates of the sample can be written.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2900;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DemoReport {
    /// The folder.
    pub dir: PathBuf,
    /// One entry a table, in the order of the names.
    pub tables: Vec<WrittenTable>,
}

/// One table of the sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrittenTable {
    /// Name, as discovery will find it.
    pub name: String,
    /// File or folder, relative to the sample's folder.
    pub path: PathBuf,
    /// Rows.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
}

impl DemoReport {
    /// Rows of all tables.
    pub fn total_rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// Why the sample could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder holds something that is not ours, and nothing of it was touched.
    #[error("{} already holds `{entry}`; choose an empty or a new folder", dir.display())]
    FolderInUse {
        /// The folder.
        dir: PathBuf,
        /// The first thing in it that is not of the sample.
        entry: String,
    },
    /// The date cannot be the middle of the sample.
    #[error("{as_of} is outside the years {} to {} for which the sample can be written", YEARS.start(), YEARS.end())]
    DateOutOfRange {
        /// The date asked for.
        as_of: NaiveDate,
    },
    /// The folder could not be made or read.
    #[error("cannot prepare the folder {}", dir.display())]
    Folder {
        /// The folder.
        dir: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A table could not be written.
    #[error("cannot write {}", path.display())]
    Table {
        /// The table's file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: SheetError,
    },
}

/// Writes the sample into a folder that is new, empty, or holds an earlier sample (which is replaced).
///
/// Takes seconds; runs on as many threads as there are tables, so call it off the async runtime.
pub fn write(dir: &Path, as_of: NaiveDate, seed: u64) -> Result<DemoReport, DemoError> {
    if !YEARS.contains(&as_of.year()) {
        return Err(DemoError::DateOutOfRange { as_of });
    }
    clear_folder(dir)?;
    let scene = Scene {
        ledger: Ledger::trade(as_of, seed),
        seed,
    };
    // Largest first; a table's bytes depend on its own stream only, never on which thread ends first.
    let results: Vec<Result<WrittenTable, DemoError>> = std::thread::scope(|scope| {
        let writers: Vec<_> = TABLES.iter().map(|table| scope.spawn(|| write_table(dir, table, &scene))).collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut tables = results.into_iter().collect::<Result<Vec<_>, _>>()?;
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(DemoReport {
        dir: dir.to_owned(),
        tables,
    })
}

fn write_table(dir: &Path, table: &TableSheet, scene: &Scene) -> Result<WrittenTable, DemoError> {
    let path = dir.join(table.path);
    let rows = (table.write)(&path, scene).map_err(|source| DemoError::Table { path, source })?;
    Ok(WrittenTable {
        name: table.name.to_owned(),
        path: table.path.into(),
        rows,
        columns: table.columns.len(),
    })
}

/// Makes the folder, or empties it of an earlier sample; refuses to touch anything else.
fn clear_folder(dir: &Path) -> Result<(), DemoError> {
    let failed = |source| DemoError::Folder {
        dir: dir.to_owned(),
        source,
    };
    fs::create_dir_all(dir).map_err(failed)?;
    let in_use = |entry| DemoError::FolderInUse {
        dir: dir.to_owned(),
        entry,
    };
    let mut earlier = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        if !TABLES.iter().any(|table| name == table.path && table.is_folder() == is_folder) {
            return Err(in_use(name.to_string_lossy().into_owned()));
        }
        if is_folder && let Some(foreign) = tables::payments::find_foreign_entry(&entry.path()).map_err(failed)? {
            return Err(in_use(foreign));
        }
        earlier.push((entry.path(), is_folder));
    }
    // Only now that everything is known to be ours does anything go.
    for (path, is_folder) in earlier {
        if is_folder {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        }
        .map_err(failed)?;
    }
    Ok(())
}
