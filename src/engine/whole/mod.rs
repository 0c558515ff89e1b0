//! What only whole rows tell: rows that repeat another in all columns, and number columns that move together. Both are of this
//! run and never merged.
//!
//! A second look at the table, after its columns are finished, and only where it is affordable: the figures that the columns
//! already prove cost nothing, and a table beyond [`VALUE_LIMIT`] or [`ROW_LIMIT`] is not read again but says why not.

pub(in crate::engine) mod canonical_arrays;
mod correlations;
mod reading;
mod row_hashes;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::error::EngineError;
use super::limits::{ProfileOptions, StopWatch};
use super::sources::ScanPlan;
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::table_metrics::{PairCorrelation, TableMetrics};
use correlations::{NumberColumn, PairSums};
use reading::{Found, RowReader, Wanted};

/// Values (rows times columns) up to which the second look is affordable.
pub const VALUE_LIMIT: u64 = 1 << 24;
/// The same for tables of databases, which hand out a value several times as slowly as a file does.
pub const DATABASE_VALUE_LIMIT: u64 = 1 << 22;
/// Rows up to which their hashes are kept: 32 MiB.
pub const ROW_LIMIT: u64 = 1 << 22;
/// Number columns that are compared with one another.
pub const PAIR_COLUMNS: usize = 64;

const DUPLICATES: &str = "duplicate_row_count";
const PAIRWISE: &str = "pairwise";

/// What the rows as a whole tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WholeFigures {
    /// Rows that repeat an earlier row in all columns.
    pub duplicate_row_count: Option<u64>,
    /// Correlations, strongest first.
    pub pairwise: Option<Vec<PairCorrelation>>,
    /// Which of the two are missing, and why.
    pub unknown: BTreeMap<String, String>,
}

impl WholeFigures {
    /// Writes them among the table's figures.
    pub fn write(self, metrics: &mut TableMetrics) {
        metrics.duplicate_row_count = self.duplicate_row_count;
        metrics.pairwise = self.pairwise;
        metrics.unknown.extend(self.unknown);
    }
}

/// What is known of whole rows where files were taken over from an earlier run and not read: what the columns prove, and why no more.
pub fn look_at_no_row(rows: u64, columns: &[ColumnProfile]) -> WholeFigures {
    let mut found = WholeFigures {
        duplicate_row_count: proven_duplicates(rows, columns),
        ..WholeFigures::default()
    };
    let why = "Whole rows are compared where all files are read, and some were taken over from an earlier run: read everything to know.";
    if found.duplicate_row_count.is_none() {
        found.unknown.insert(DUPLICATES.into(), why.into());
    }
    if number_columns(columns).len() > 1 {
        found.unknown.insert(PAIRWISE.into(), why.into());
    }
    found
}

/// Looks at whole rows. `columns` are finished; a file that cannot be read a second time costs these figures and nothing else.
pub fn look_at_whole(
    plan: &ScanPlan,
    options: &ProfileOptions,
    watch: &StopWatch,
    rows: u64,
    columns: &[ColumnProfile],
) -> Result<WholeFigures, EngineError> {
    let mut found = WholeFigures {
        duplicate_row_count: proven_duplicates(rows, columns),
        ..WholeFigures::default()
    };
    let mut wanted = Wanted {
        rows: false,
        numbers: number_columns(columns),
        sums: PairSums::default(),
    };
    let limit = if plan.files.is_empty() { DATABASE_VALUE_LIMIT } else { VALUE_LIMIT };
    if found.duplicate_row_count.is_none() {
        match why_rows_are_not_compared(rows, columns, limit) {
            None => wanted.rows = true,
            Some(why) => drop(found.unknown.insert(DUPLICATES.into(), why)),
        }
    }
    if wanted.numbers.len() < 2 {
        wanted.numbers.clear();
    } else {
        // Where columns cannot be read apart, all of them are read for a few.
        let read = if plan.is_column_wise() {
            wanted.numbers.len()
        } else {
            columns.len()
        };
        if let Some(why) = why_too_large(rows, read, limit) {
            found.unknown.insert(PAIRWISE.into(), why);
            wanted.numbers.clear();
        }
    }
    if !wanted.rows && wanted.numbers.is_empty() {
        return Ok(found);
    }
    wanted.sums = PairSums::of_columns(wanted.numbers.len());
    match read_rows(plan, options, watch, columns, &wanted) {
        Ok(read) => {
            found.duplicate_row_count = found.duplicate_row_count.or(read.duplicates);
            if !wanted.numbers.is_empty() {
                found.pairwise = Some(read.sums.strongest_first(&wanted.numbers, columns));
            }
        }
        Err(error) if error.may_spare_other_columns() => {
            let why = format!("The second look at the table ended early: {error}.");
            if wanted.rows {
                found.unknown.insert(DUPLICATES.into(), why.clone());
            }
            if !wanted.numbers.is_empty() {
                found.unknown.insert(PAIRWISE.into(), why);
            }
        }
        Err(error) => return Err(error),
    }
    Ok(found)
}

/// Reads the rows once, and once more where the sums of some pairs have lost digits.
fn read_rows(
    plan: &ScanPlan,
    options: &ProfileOptions,
    watch: &StopWatch,
    columns: &[ColumnProfile],
    wanted: &Wanted,
) -> Result<Found, EngineError> {
    let mut found = RowReader::new(plan, columns, wanted, watch).read(options.threads)?;
    if let Some(sums) = found.sums.blurred() {
        let blurred = Wanted {
            rows: false,
            numbers: wanted.numbers.clone(),
            sums,
        };
        let sharp = RowReader::new(plan, columns, &blurred, watch).read(options.threads)?;
        found.sums.sharpen(&sharp.sums);
    }
    Ok(found)
}

/// What the columns already prove: where one of them holds every value once, no row repeats another; a table of one column is its values.
fn proven_duplicates(rows: u64, columns: &[ColumnProfile]) -> Option<u64> {
    let different = |column: &ColumnProfile| {
        let is_exact = column.metrics.query_error.is_none() && !column.is_estimate("distinct_count");
        let distinct = column.metrics.distinct_count.filter(|_| is_exact && column.row_count == rows)?;
        // Null is a value here: two rows without one are equal in it.
        Some(distinct + u64::from(column.null_count > 0))
    };
    if rows <= 1 || columns.iter().any(|column| different(column) == Some(rows)) {
        return Some(0);
    }
    match columns {
        [only] => different(only).map(|different| rows - different),
        _ => None,
    }
}

fn why_rows_are_not_compared(rows: u64, columns: &[ColumnProfile], limit: u64) -> Option<String> {
    if let Some(failed) = columns.iter().find(|column| column.metrics.query_error.is_some()) {
        return Some(format!(
            "The column {} could not be read, and rows are compared in all columns.",
            failed.column_name
        ));
    }
    if rows > ROW_LIMIT {
        return Some(format!(
            "The table has {rows} rows; rows are compared with one another up to {ROW_LIMIT}."
        ));
    }
    why_too_large(rows, columns.len(), limit)
}

fn why_too_large(rows: u64, columns: usize, limit: u64) -> Option<String> {
    let values = rows.saturating_mul(columns as u64);
    (values > limit).then(|| format!("It would take a second look at {values} values; one is taken up to {limit}."))
}

/// The first number columns that vary, by their place in the table.
fn number_columns(columns: &[ColumnProfile]) -> Vec<NumberColumn> {
    columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.general_type == GeneralType::Number && column.metrics.query_error.is_none())
        .take(PAIR_COLUMNS)
        .filter_map(|(place, column)| NumberColumn::new(place, column.metrics.avg_value?, column.metrics.stddev_value?))
        .collect()
}
