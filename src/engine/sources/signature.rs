//! Whether files are parts of one table: what their columns are, as far as it is known before their rows are read.

use std::path::Path;

use super::{JSONL, ScanPlan, SourceColumn};
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
