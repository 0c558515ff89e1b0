//! Cells of database rows on their way into record batches: one builder a column, by how the column is read.

use std::sync::Arc;

use arrow::array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float32Builder, Float64Builder, Int16Builder, Int32Builder,
    Int64Builder, StringBuilder, Time64MicrosecondBuilder, TimestampMicrosecondBuilder, UInt32Builder,
};
use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;

use super::SourceColumn;
use crate::engine::type_inference::TokenKinds;

/// How the values of a database column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// True or false.
    Boolean,
    /// 16 bits.
    Int16,
    /// 32 bits.
    Int32,
    /// 64 bits.
    Int64,
    /// 32 bits without a sign.
    UInt32,
    /// Single precision.
    Float32,
    /// Double precision.
    Float64,
    /// Exact, up to 38 digits.
    Decimal {
        /// Digits.
        precision: u8,
        /// Digits after the point.
        scale: i8,
    },
    /// Days.
    Date,
    /// Microseconds of the day.
    Time,
    /// Microseconds, UTC or without a zone.
    Instant {
        /// Whether the source says UTC.
        utc: bool,
    },
    /// Text that is known to be UTF-8.
    Text,
    /// 16 bytes, shown with hyphens.
    Uuid,
    /// Bytes.
    Bytes,
    /// Texts whose type is found by the engine, or that are no text at all (kinds say which).
    Token(TokenKinds),
}

/// One column of a table in a database.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    /// Name as the source spells it.
    pub name: String,
    /// Type as the source spells it.
    pub spelled: String,
    /// How it is read.
    pub reading: Reading,
    /// The expression that selects it.
    pub expression: String,
}

impl Reading {
    /// The Arrow type; nothing for tokens.
    pub fn data_type(self) -> Option<DataType> {
        Some(match self {
            Self::Boolean => DataType::Boolean,
            Self::Int16 => DataType::Int16,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::UInt32 => DataType::UInt32,
            Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::Decimal { precision, scale } => DataType::Decimal128(precision, scale),
            Self::Date => DataType::Date32,
            Self::Time => DataType::Time64(TimeUnit::Microsecond),
            Self::Instant { utc } => DataType::Timestamp(TimeUnit::Microsecond, utc.then(|| "UTC".into())),
            Self::Text | Self::Uuid => DataType::Utf8,
            Self::Bytes => DataType::Binary,
            Self::Token(_) => return None,
        })
    }

    /// The kinds of tokens, for tokens.
    pub fn kinds(self) -> TokenKinds {
        match self {
            Self::Token(kinds) => kinds,
            _ => TokenKinds::default(),
        }
    }
}

impl TableColumn {
    /// The column as a source announces it.
    pub fn announced(&self) -> SourceColumn {
        SourceColumn {
            name: self.name.clone(),
            data_type: self.reading.data_type(),
        }
    }
}

/// The values of one column of a batch.
pub enum Cells {
    /// True or false.
    Boolean(BooleanBuilder),
    /// 16 bits.
    Int16(Int16Builder),
    /// 32 bits.
    Int32(Int32Builder),
    /// 64 bits.
    Int64(Int64Builder),
    /// 32 bits without a sign.
    UInt32(UInt32Builder),
    /// Single precision.
    Float32(Float32Builder),
    /// Double precision.
    Float64(Float64Builder),
    /// Unscaled, with digits after the point.
    Decimal(Decimal128Builder, i8),
    /// Days since 1970.
    Date(Date32Builder),
    /// Microseconds of the day.
    Time(Time64MicrosecondBuilder),
    /// Microseconds since 1970.
    Instant(TimestampMicrosecondBuilder),
    /// Text.
    Text(StringBuilder),
    /// Sixteen bytes as text.
    Uuid(StringBuilder),
    /// Bytes or tokens.
    Bytes(BinaryBuilder),
}

impl Cells {
    fn new(reading: Reading) -> Result<Self, ArrowError> {
        Ok(match reading {
            Reading::Boolean => Self::Boolean(BooleanBuilder::new()),
            Reading::Int16 => Self::Int16(Int16Builder::new()),
            Reading::Int32 => Self::Int32(Int32Builder::new()),
            Reading::Int64 => Self::Int64(Int64Builder::new()),
            Reading::UInt32 => Self::UInt32(UInt32Builder::new()),
            Reading::Float32 => Self::Float32(Float32Builder::new()),
            Reading::Float64 => Self::Float64(Float64Builder::new()),
            Reading::Decimal { precision, scale } => {
                Self::Decimal(Decimal128Builder::new().with_precision_and_scale(precision, scale)?, scale)
            }
            Reading::Date => Self::Date(Date32Builder::new()),
            Reading::Time => Self::Time(Time64MicrosecondBuilder::new()),
            Reading::Instant { utc: true } => Self::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Reading::Instant { utc: false } => Self::Instant(TimestampMicrosecondBuilder::new()),
            Reading::Text => Self::Text(StringBuilder::new()),
            Reading::Uuid => Self::Uuid(StringBuilder::new()),
            Reading::Bytes | Reading::Token(_) => Self::Bytes(BinaryBuilder::new()),
        })
    }

    /// Adds a null.
    pub fn append_null(&mut self) {
        match self {
            Self::Boolean(cells) => cells.append_null(),
            Self::Int16(cells) => cells.append_null(),
            Self::Int32(cells) => cells.append_null(),
            Self::Int64(cells) => cells.append_null(),
            Self::UInt32(cells) => cells.append_null(),
            Self::Float32(cells) => cells.append_null(),
            Self::Float64(cells) => cells.append_null(),
            Self::Decimal(cells, _) => cells.append_null(),
            Self::Date(cells) => cells.append_null(),
            Self::Time(cells) => cells.append_null(),
            Self::Instant(cells) => cells.append_null(),
            Self::Text(cells) | Self::Uuid(cells) => cells.append_null(),
            Self::Bytes(cells) => cells.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Boolean(cells) => Arc::new(cells.finish()),
            Self::Int16(cells) => Arc::new(cells.finish()),
            Self::Int32(cells) => Arc::new(cells.finish()),
            Self::Int64(cells) => Arc::new(cells.finish()),
            Self::UInt32(cells) => Arc::new(cells.finish()),
            Self::Float32(cells) => Arc::new(cells.finish()),
            Self::Float64(cells) => Arc::new(cells.finish()),
            Self::Decimal(cells, _) => Arc::new(cells.finish()),
            Self::Date(cells) => Arc::new(cells.finish()),
            Self::Time(cells) => Arc::new(cells.finish()),
            Self::Instant(cells) => Arc::new(cells.finish()),
            Self::Text(cells) | Self::Uuid(cells) => Arc::new(cells.finish()),
            Self::Bytes(cells) => Arc::new(cells.finish()),
        }
    }
}

/// Rows under construction.
pub struct RowBatch {
    schema: SchemaRef,
    cells: Vec<Cells>,
    rows: usize,
    bytes: usize,
}

impl RowBatch {
    /// An empty batch of these columns.
    pub fn new(columns: &[TableColumn]) -> Result<Self, ArrowError> {
        let cells = columns.iter().map(|column| Cells::new(column.reading)).collect::<Result<_, _>>()?;
        Ok(Self {
            schema: schema_of(columns),
            cells,
            rows: 0,
            bytes: 0,
        })
    }

    /// The cells of each column.
    pub fn cells(&mut self) -> &mut [Cells] {
        &mut self.cells
    }

    /// Ends a row that took so many bytes.
    pub fn end_row(&mut self, bytes: usize) {
        self.rows += 1;
        self.bytes += bytes;
    }

    /// Rows so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes so far.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The finished batch; the builders are empty again.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let arrays = self.cells.iter_mut().map(Cells::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        (self.rows, self.bytes) = (0, 0);
        RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)
    }
}

/// The schema of the batches; tokens travel as binary.
pub fn schema_of(columns: &[TableColumn]) -> SchemaRef {
    let fields: Vec<Field> = columns
        .iter()
        .map(|column| Field::new(&column.name, column.reading.data_type().unwrap_or(DataType::Binary), true))
        .collect();
    Arc::new(Schema::new(fields))
}
