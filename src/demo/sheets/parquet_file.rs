//! Rows as a Parquet file: zstd, row groups of 128 k rows, and a fixed writer name so that bytes depend on the data alone.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int32Builder, Int64Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::{Cell, Column, Kind, Sheet, SheetError};

/// Rows gathered before they are handed to the writer.
const BATCH_ROWS: usize = 32_768;
/// Rows of a row group: several a table, so that readers can share them out.
const ROW_GROUP_ROWS: usize = 131_072;
/// Digits of a decimal column; two of them after the point.
const MONEY_PRECISION: u8 = 12;

/// A Parquet file being written.
pub(in crate::demo) struct ParquetSheet {
    schema: SchemaRef,
    builders: Vec<Builder>,
    waiting: usize,
    rows: u64,
    writer: ArrowWriter<File>,
}

/// A column of the rows that wait.
enum Builder {
    Flag(BooleanBuilder),
    Whole32(Int32Builder),
    Whole64(Int64Builder),
    Real(Float64Builder),
    Money(Decimal128Builder),
    Day(Date32Builder),
    Instant(TimestampMicrosecondBuilder),
    Text(StringBuilder),
}

impl ParquetSheet {
    /// Creates the file with these columns.
    pub(in crate::demo) fn create(path: &Path, columns: &[Column]) -> Result<Self, SheetError> {
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, kind)| Field::new(*name, arrow_type(*kind), true))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let level = ZstdLevel::try_new(3)?;
        let properties = WriterProperties::builder()
            .set_created_by("limn demo".to_owned())
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .build();
        let file = File::create(path)?;
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))?;
        let builders = columns.iter().map(|(_, kind)| Builder::new(*kind)).collect();
        Ok(Self {
            schema,
            builders,
            waiting: 0,
            rows: 0,
            writer,
        })
    }

    /// Hands the waiting rows to the writer.
    fn flush(&mut self) -> Result<(), SheetError> {
        if self.waiting == 0 {
            return Ok(());
        }
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        self.waiting = 0;
        self.writer.write(&batch)?;
        Ok(())
    }
}

impl Sheet for ParquetSheet {
    fn push(&mut self, row: &[Cell<'_>]) -> Result<(), SheetError> {
        assert_eq!(row.len(), self.builders.len(), "a row has one cell a column");
        for (builder, cell) in self.builders.iter_mut().zip(row) {
            builder.push(cell);
        }
        self.waiting += 1;
        self.rows += 1;
        if self.waiting == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn finish(mut self) -> Result<u64, SheetError> {
        self.flush()?;
        self.writer.close()?;
        Ok(self.rows)
    }
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Flag => Self::Flag(BooleanBuilder::new()),
            Kind::Whole32 => Self::Whole32(Int32Builder::new()),
            Kind::Whole64 => Self::Whole64(Int64Builder::new()),
            Kind::Real => Self::Real(Float64Builder::new()),
            Kind::Money => Self::Money(Decimal128Builder::new().with_data_type(arrow_type(kind))),
            Kind::Day => Self::Day(Date32Builder::new()),
            Kind::Instant => Self::Instant(TimestampMicrosecondBuilder::new().with_data_type(arrow_type(kind))),
            Kind::Text => Self::Text(StringBuilder::new()),
        }
    }

    fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Self::Flag(builder), Cell::Flag(value)) => builder.append_value(*value),
            (Self::Whole32(builder), Cell::Whole(value)) => {
                builder.append_value(i32::try_from(*value).expect("a 32-bit column gets small numbers"));
            }
            (Self::Whole64(builder), Cell::Whole(value)) => builder.append_value(*value),
            (Self::Real(builder), Cell::Real(value)) => builder.append_value(*value),
            (Self::Money(builder), Cell::Cents(value)) => builder.append_value(i128::from(*value)),
            (Self::Day(builder), Cell::Day(value)) => builder.append_value(*value),
            (Self::Instant(builder), Cell::Instant(value)) => builder.append_value(*value),
            (Self::Text(builder), Cell::Text(value)) => builder.append_value(value),
            (builder, Cell::Null) => builder.push_null(),
            (_, other) => unreachable!("the generator put {other:?} into a column of another kind"),
        }
    }

    fn push_null(&mut self) {
        match self {
            Self::Flag(builder) => builder.append_null(),
            Self::Whole32(builder) => builder.append_null(),
            Self::Whole64(builder) => builder.append_null(),
            Self::Real(builder) => builder.append_null(),
            Self::Money(builder) => builder.append_null(),
            Self::Day(builder) => builder.append_null(),
            Self::Instant(builder) => builder.append_null(),
            Self::Text(builder) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Flag(builder) => Arc::new(builder.finish()),
            Self::Whole32(builder) => Arc::new(builder.finish()),
            Self::Whole64(builder) => Arc::new(builder.finish()),
            Self::Real(builder) => Arc::new(builder.finish()),
            Self::Money(builder) => Arc::new(builder.finish()),
            Self::Day(builder) => Arc::new(builder.finish()),
            Self::Instant(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
        }
    }
}

/// The Arrow type of a kind.
fn arrow_type(kind: Kind) -> DataType {
    match kind {
        Kind::Flag => DataType::Boolean,
        Kind::Whole32 => DataType::Int32,
        Kind::Whole64 => DataType::Int64,
        Kind::Real => DataType::Float64,
        Kind::Money => DataType::Decimal128(MONEY_PRECISION, 2),
        Kind::Day => DataType::Date32,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Text => DataType::Utf8,
    }
}
