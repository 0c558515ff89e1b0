//! Rows as text: a plain CSV file, and JSON lines compressed with gzip (without a time stamp, so that bytes repeat).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};

use super::{Cell, Column, Sheet, SheetError, day_text, decimal_text, instant_text};

/// A CSV file with a header; a null is an empty field.
pub(in crate::demo) struct CsvSheet {
    writer: csv::Writer<File>,
    rows: u64,
}

impl CsvSheet {
    /// Creates the file and writes its header.
    pub(in crate::demo) fn create(path: &Path, columns: &[Column]) -> Result<Self, SheetError> {
        let file = File::create(path)?;
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(columns.iter().map(|(name, _)| name))?;
        Ok(Self { writer, rows: 0 })
    }
}

impl Sheet for CsvSheet {
    fn push(&mut self, row: &[Cell<'_>]) -> Result<(), SheetError> {
        for cell in row {
            self.writer.write_field(cell_text(cell))?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        self.rows += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<u64, SheetError> {
        self.writer.flush()?;
        Ok(self.rows)
    }
}

/// A file of one JSON object a line, compressed with gzip; a null is written as such.
pub(in crate::demo) struct JsonLinesSheet {
    names: Vec<&'static str>,
    writer: GzEncoder<BufWriter<File>>,
    rows: u64,
}

impl JsonLinesSheet {
    /// Creates the file.
    pub(in crate::demo) fn create(path: &Path, columns: &[Column]) -> Result<Self, SheetError> {
        let file = File::create(path)?;
        let names = columns.iter().map(|(name, _)| *name).collect();
        Ok(Self {
            names,
            writer: GzEncoder::new(BufWriter::new(file), Compression::new(6)),
            rows: 0,
        })
    }
}

impl Sheet for JsonLinesSheet {
    fn push(&mut self, row: &[Cell<'_>]) -> Result<(), SheetError> {
        let object: Map<String, Value> = self
            .names
            .iter()
            .zip(row)
            .map(|(name, cell)| ((*name).to_owned(), json_value(cell)))
            .collect();
        serde_json::to_writer(&mut self.writer, &object)?;
        self.writer.write_all(b"\n")?;
        self.rows += 1;
        Ok(())
    }

    fn finish(self) -> Result<u64, SheetError> {
        self.writer.finish()?.flush()?;
        Ok(self.rows)
    }
}

/// A cell as a field of a text file.
fn cell_text(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Flag(value) => value.to_string(),
        Cell::Whole(value) => value.to_string(),
        Cell::Real(value) => value.to_string(),
        Cell::Cents(value) => decimal_text(*value),
        Cell::Day(value) => day_text(*value),
        Cell::Instant(value) => instant_text(*value),
        Cell::Text(value) => value.clone().into_owned(),
    }
}

/// A cell as a JSON value: JSON has no dates and no decimals, so those are texts and doubles.
fn json_value(cell: &Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Flag(value) => Value::from(*value),
        Cell::Whole(value) => Value::from(*value),
        Cell::Real(value) => Value::from(*value),
        Cell::Cents(value) => Value::from(*value as f64 / 100.0),
        Cell::Day(_) | Cell::Instant(_) | Cell::Text(_) => Value::from(cell_text(cell)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_in_one_canonical_form() {
        for (cell, text) in [
            (Cell::Cents(-5), "-0.05"),
            (Cell::Cents(123_400), "1234.00"),
            (Cell::Day(0), "1970-01-01"),
            (Cell::Instant(86_400_000_000), "1970-01-02T00:00:00Z"),
            (Cell::Null, ""),
        ] {
            assert_eq!(cell_text(&cell), text);
        }
    }
}
