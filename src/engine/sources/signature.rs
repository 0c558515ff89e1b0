//! Whether files are parts of one table: what their columns are, as far as it is known before their rows are read.

use std::path::Path;

use super::{JSONL, ScanPlan, SourceColumn};
use crate::engine::accumulators::arrow_values::shared_type;
use crate::engine::error::EngineError;

/// What tells whether two files hold the same kind of rows: names and types (Parquet, Arrow), header (CSV), first keys (JSON lines).
/// Nothing for a text file with nothing in it.
pub fn file_signature(root: &Path, format: &str, path: &str) -> Result<Option<Vec<SourceColumn>>, EngineError> {
    let plan = ScanPlan::open_files(root, format, std::slice::from_ref(&path.to_owned()))?;
    let Some(part) = plan.parts.first() else { return Ok(None) };
    let mut source = match part.open_source() {
        Err(EngineError::Empty { .. }) => return Ok(None),
        opened => opened?,
    };
    if format != JSONL {
        return Ok(Some(source.columns().to_vec()));
    }
    let is_empty = source.next_batch()?.is_none();
    // What lies inside an object comes and goes.
    let mut keys: Vec<SourceColumn> = Vec::new();
    for column in source.columns() {
        let key = column.name.split('.').next().unwrap_or_default();
        if !keys.iter().any(|known| known.name == key) {
            keys.push(SourceColumn {
                name: key.to_owned(),
                data_type: None,
            });
        }
    }
    Ok((!is_empty || source.rejected().count > 0).then_some(keys))
}

/// Whether the columns are the same; a column without a type gets the other's.
pub fn fit_together(expected: &mut [SourceColumn], found: &[SourceColumn], in_any_order: bool) -> bool {
    expected.len() == found.len()
        && (0..found.len()).all(|place| {
            let other = if in_any_order {
                found.iter().find(|other| other.name == expected[place].name)
            } else {
                Some(&found[place])
            };
            other.is_some_and(|other| expected[place].name == other.name && take_type(&mut expected[place], other))
        })
}

/// Whether at least half of the columns of both are in both, with types that fit. Takes in those that are not expected yet.
pub fn share_half(expected: &mut Vec<SourceColumn>, found: Vec<SourceColumn>) -> bool {
    let (mut shared, mut added) = (0, Vec::new());
    for column in found {
        let Some(known) = expected.iter_mut().find(|known| known.name == column.name) else {
            added.push(column);
            continue;
        };
        if !take_type(known, &column) {
            return false;
        }
        shared += 1;
    }
    expected.append(&mut added);
    shared * 2 >= expected.len()
}

/// Whether a column can be the other one too, by its type; one without a type gets the other's.
fn take_type(expected: &mut SourceColumn, found: &SourceColumn) -> bool {
    let shared = match (&expected.data_type, &found.data_type) {
        (Some(mine), Some(theirs)) => shared_type(mine, theirs),
        _ => None,
    };
    let fits = shared.is_some() || expected.data_type == found.data_type;
    expected.data_type = shared.or(expected.data_type.take());
    fits
}
