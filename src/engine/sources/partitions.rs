//! Partitioned folders: `year=2024/month=5/part.parquet` is a file of a table with two more columns, whose values stand in
//! the path. Their types are found from all values, as those of a CSV file are.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema};
use percent_encoding::percent_decode_str;

use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::table_profile::RejectedRows;
use crate::engine::accumulators::text_tally::TextTally;
use crate::engine::error::EngineError;
use crate::engine::type_inference::{TokenKinds, TokenType};

/// How a null is written in a path.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// A key and its value in a path; no value is null.
pub type PartitionKey = (String, Option<String>);

/// The keys in the folders of a path, outermost first.
pub fn partition_keys(path: &str) -> Vec<PartitionKey> {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').filter_map(partition_key).collect()
}

/// The key that one folder stands for.
pub fn partition_key(folder: &str) -> Option<PartitionKey> {
    let (key, value) = folder.split_once('=').filter(|(key, _)| !key.is_empty())?;
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let value = (value != NULL).then(|| decode(value));
    Some((decode(key), value))
}

/// A column whose values stand in the paths.
#[derive(Clone, Debug)]
pub struct PartitionColumn {
    /// Key.
    pub name: String,
    /// Type, found from all values.
    pub data_type: DataType,
    /// One array of one value a file, in the order of the files.
    pub values: Vec<ArrayRef>,
}

/// The partition columns of a table's files.
pub fn partition_columns(paths: &[String]) -> Vec<PartitionColumn> {
    let keys: Vec<Vec<PartitionKey>> = paths.iter().map(|path| partition_keys(path)).collect();
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in keys.iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
        .into_iter()
        .map(|name| {
            let values: Vec<Option<&str>> = keys
                .iter()
                .map(|keys| keys.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_deref()))
                .collect();
            let mut tally = TextTally::new(usize::MAX);
            for value in values.iter().flatten() {
                tally.add(value.as_bytes(), 1);
            }
            let arrays: Vec<ArrayRef> = typed(&values, TokenType::infer(&tally, TokenKinds::PLAIN));
            PartitionColumn {
                name: name.clone(),
                data_type: arrays.first().map_or(DataType::Utf8, |array| array.data_type().clone()),
                values: arrays,
            }
        })
        .collect()
}

/// Whole numbers, dates and truths by their type; anything else as it is written.
fn typed(values: &[Option<&str>], token_type: TokenType) -> Vec<ArrayRef> {
    let scalar = |value: &Option<&str>| value.and_then(|value| token_type.read_scalar(value.as_bytes()));
    values
        .iter()
        .map(|value| match token_type {
            TokenType::Integer => Arc::new(Int64Array::from(vec![scalar(value)])) as ArrayRef,
            TokenType::Date => {
                let day = scalar(value).and_then(|day| i32::try_from(day).ok());
                Arc::new(Date32Array::from(vec![day]))
            }
            TokenType::Boolean => Arc::new(BooleanArray::from(vec![scalar(value).map(|truth| truth != 0)])),
            _ => Arc::new(StringArray::from(vec![*value])),
        })
        .collect()
}

/// A source with the partition columns of its file behind its own. A column of the file that has a key's name is
/// replaced: the path is what the table is partitioned by.
pub struct PartitionedSource {
    inner: Box<dyn BatchSource>,
    path: String,
    added: Vec<(String, ArrayRef)>,
    columns: Vec<SourceColumn>,
    /// Of the columns of the source, those that keys do not replace. More may come from batch to batch.
    kept: Vec<usize>,
    seen: usize,
}

impl PartitionedSource {
    /// Adds the values of one file.
    pub fn wrap(inner: Box<dyn BatchSource>, columns: &[PartitionColumn], file: usize, path: &str) -> Box<dyn BatchSource> {
        if columns.is_empty() {
            return inner;
        }
        let added: Vec<(String, ArrayRef)> = columns
            .iter()
            .map(|column| (column.name.clone(), column.values[file].clone()))
            .collect();
        let announced = columns.iter().map(|column| SourceColumn {
            name: column.name.clone(),
            data_type: Some(column.data_type.clone()),
        });
        let mut source = Self {
            inner,
            path: path.to_owned(),
            columns: announced.collect(),
            added,
            kept: Vec::new(),
            seen: 0,
        };
        source.take_in_columns();
        Box::new(source)
    }

    /// Keys stand first, so that columns that appear later can be added at the end.
    fn take_in_columns(&mut self) {
        for (place, column) in self.inner.columns().iter().enumerate().skip(self.seen) {
            if !self.added.iter().any(|(name, _)| *name == column.name) {
                self.kept.push(place);
                self.columns.push(column.clone());
            }
            self.seen = place + 1;
        }
    }
}

impl BatchSource for PartitionedSource {
    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn token_kinds(&self, column: usize) -> TokenKinds {
        match column.checked_sub(self.added.len()) {
            Some(place) => self.inner.token_kinds(self.kept[place]),
            None => TokenKinds::default(),
        }
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError> {
        let Some(batch) = self.inner.next_batch()? else { return Ok(None) };
        self.take_in_columns();
        let count = batch.rows.num_rows();
        let repeated = UInt32Array::from(vec![0_u32; count]);
        let build = || {
            let mut arrays = Vec::with_capacity(self.columns.len());
            for (_, value) in &self.added {
                arrays.push(arrow::compute::take(value, &repeated, None)?);
            }
            arrays.extend(self.kept.iter().map(|place| batch.rows.column(*place).clone()));
            let fields: Vec<Field> = self
                .columns
                .iter()
                .zip(&arrays)
                .map(|(column, array)| Field::new(&column.name, array.data_type().clone(), true))
                .collect();
            let options = RecordBatchOptions::new().with_row_count(Some(count));
            RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        };
        let rows = build().map_err(|error| EngineError::malformed(&self.path, error))?;
        Ok(Some(SourceBatch { rows, bytes: batch.bytes }))
    }

    fn rejected(&self) -> RejectedRows {
        self.inner.rejected()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::Int64Type;

    #[test]
    fn keys_are_read_from_folders_only_and_decoded() {
        let key = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(
            partition_keys("sales/year=2024/city=S%C3%A3o%20Paulo/a=b.csv"),
            [key("year", Some("2024")), key("city", Some("São Paulo"))]
        );
        assert_eq!(
            partition_keys("x/y=__HIVE_DEFAULT_PARTITION__/z=/f.csv"),
            [key("y", None), key("z", Some(""))]
        );
        assert!(partition_keys("year=2024.csv").is_empty() && partition_keys("a/=b/c.csv").is_empty());
    }

    #[test]
    fn types_are_found_from_all_values() {
        let paths: Vec<String> = ["y=2024/m=05/d=2024-01-01/a", "y=2025/m=6/d=__HIVE_DEFAULT_PARTITION__/a"]
            .map(str::to_owned)
            .to_vec();
        let columns = partition_columns(&paths);
        let types: Vec<&DataType> = columns.iter().map(|column| &column.data_type).collect();
        assert_eq!(types, [&DataType::Int64, &DataType::Utf8, &DataType::Date32]);
        assert_eq!(columns[0].values[1].as_primitive::<Int64Type>().value(0), 2025);
        assert_eq!(columns[2].values[1].null_count(), 1);
    }
}
