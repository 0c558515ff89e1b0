//! Reads the sample back: every column as counts of its values in text form, with the type that the file declares.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::demo::DemoReport;

/// A written sample.
pub(super) struct Sample<'a> {
    pub(super) dir: &'a Path,
    pub(super) report: &'a DemoReport,
}

/// One column: what it declares to be, and how often each value occurs.
#[derive(Default)]
pub(super) struct ColumnCounts {
    pub(super) data_type: String,
    pub(super) rows: u64,
    pub(super) nulls: u64,
    pub(super) counts: HashMap<String, u64>,
}

impl ColumnCounts {
    fn push(&mut self, value: Option<&str>) {
        self.rows += 1;
        match value {
            None => self.nulls += 1,
            Some(text) => match self.counts.get_mut(text) {
                Some(count) => *count += 1,
                None => {
                    self.counts.insert(text.to_owned(), 1);
                }
            },
        }
    }
}

impl Sample<'_> {
    /// The files of a table.
    fn files(&self, table: &str) -> Vec<PathBuf> {
        let written = self
            .report
            .tables
            .iter()
            .find(|written| written.name == table)
            .unwrap_or_else(|| panic!("no table {table}"));
        let path = self.dir.join(&written.path);
        if path.is_dir() {
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
        } else {
            vec![path]
        }
    }

    /// The names of a table's columns.
    pub(super) fn column_names(&self, table: &str) -> Vec<String> {
        let path = &self.files(table)[0];
        match extension(path) {
            "parquet" => open_parquet(path)
                .schema()
                .fields()
                .iter()
                .map(|field| field.name().clone())
                .collect(),
            "csv" => csv::Reader::from_path(path)
                .unwrap()
                .headers()
                .unwrap()
                .iter()
                .map(str::to_owned)
                .collect(),
            _ => json_objects(path).next().unwrap().keys().cloned().collect(),
        }
    }

    /// The type that a Parquet table declares for a column.
    pub(super) fn data_type(&self, table: &str, name: &str) -> String {
        open_parquet(&self.files(table)[0])
            .schema()
            .field_with_name(name)
            .unwrap()
            .data_type()
            .to_string()
    }

    /// How many rows a table's files hold.
    pub(super) fn count_rows(&self, table: &str) -> u64 {
        self.files(table)
            .iter()
            .map(|path| match extension(path) {
                "parquet" => open_parquet(path).metadata().file_metadata().num_rows() as u64,
                "csv" => csv::Reader::from_path(path).unwrap().records().count() as u64,
                _ => json_objects(path).count() as u64,
            })
            .sum()
    }

    /// One column of a table.
    pub(super) fn column(&self, table: &str, name: &str) -> ColumnCounts {
        let mut column = ColumnCounts::default();
        for path in self.files(table) {
            match extension(&path) {
                "parquet" => read_parquet_column(&path, name, &mut column),
                "csv" => read_csv_column(&path, name, &mut column),
                _ => read_json_column(&path, name, &mut column),
            }
        }
        column
    }
}

fn extension(path: &Path) -> &str {
    path.extension().unwrap().to_str().unwrap()
}

fn open_parquet(path: &Path) -> ParquetRecordBatchReaderBuilder<File> {
    ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap()
}

fn read_parquet_column(path: &Path, name: &str, column: &mut ColumnCounts) {
    let builder = open_parquet(path);
    column.data_type = builder.schema().field_with_name(name).unwrap().data_type().to_string();
    let mask = ProjectionMask::columns(builder.parquet_schema(), [name]);
    for batch in builder.with_projection(mask).build().unwrap() {
        let texts = cast(batch.unwrap().column(0), &DataType::Utf8).unwrap();
        for text in texts.as_string::<i32>() {
            column.push(text);
        }
    }
}

fn read_csv_column(path: &Path, name: &str, column: &mut ColumnCounts) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let place = reader.headers().unwrap().iter().position(|header| header == name).unwrap();
    column.data_type = "CSV".to_owned();
    for record in reader.records() {
        let record = record.unwrap();
        column.push(Some(&record[place]).filter(|text| !text.is_empty()));
    }
}

fn read_json_column(path: &Path, name: &str, column: &mut ColumnCounts) {
    for object in json_objects(path) {
        match &object[name] {
            serde_json::Value::Null => column.push(None),
            serde_json::Value::String(text) => {
                column.data_type = "Utf8".to_owned();
                column.push(Some(text));
            }
            other => column.push(Some(&other.to_string())),
        }
    }
}

fn json_objects(path: &Path) -> impl Iterator<Item = serde_json::Map<String, serde_json::Value>> {
    let reader = BufReader::new(flate2::read::GzDecoder::new(File::open(path).unwrap()));
    reader.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}
