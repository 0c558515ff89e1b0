//! Arrow files (also known as Feather 2) and Arrow streams, told apart by their first bytes, compressed buffers included.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use arrow::datatypes::Fields;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};

use super::arrow_bounds::{check_file, check_stream};
use super::guarded::guard;
use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::table_profile::RejectedRows;
use crate::engine::error::EngineError;
use crate::engine::limits::BATCH_ROWS;
use crate::engine::rooted_file::RootedFile;
use crate::engine::type_inference::TokenKinds;

/// First bytes of the file format.
const FILE_MAGIC: &[u8] = b"ARROW1";
/// First bytes of Feather 1, which no longer has a reader.
const FEATHER_1: &[u8] = b"FEA1";

/// Counts the bytes that are read from the file.
struct Counted {
    inner: std::fs::File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

enum Reader {
    File(Box<FileReader<BufReader<Counted>>>),
    Stream(Box<StreamReader<BufReader<Counted>>>),
}

/// One file.
pub struct ArrowSource {
    path: String,
    columns: Vec<SourceColumn>,
    fields: Fields,
    reader: Reader,
    /// Where those that are still to be read begin.
    batches: std::vec::IntoIter<u64>,
    /// A batch as it lies in the file, and how far it was handed out.
    current: Option<(RecordBatch, usize)>,
    rows_read: u64,
    read: Arc<AtomicU64>,
    reported: u64,
    size: u64,
}

impl ArrowSource {
    /// Opens the file and reads its schema.
    pub fn open(file: &RootedFile) -> Result<Self, EngineError> {
        let path = file.path().to_owned();
        let failed = |source| EngineError::Read {
            path: path.clone(),
            source,
        };
        let mut handle = file.reopen()?;
        let mut magic = Vec::new();
        (&mut handle).take(8).read_to_end(&mut magic).map_err(failed)?;
        handle.seek(SeekFrom::Start(0)).map_err(failed)?;
        if magic.starts_with(FEATHER_1) {
            return Err(EngineError::Unsupported {
                what: format!("Feather version 1, as in {path},"),
            });
        }
        let is_file = magic.starts_with(FILE_MAGIC);
        let size = file.stamp().size;
        let checked = if is_file {
            check_file(&handle, size)
        } else {
            check_stream(&handle, size)
        };
        let messages = checked.map_err(|misfit| EngineError::malformed(&path, misfit.reason).at(Some(misfit.row), misfit.byte))?;
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            inner: handle,
            read: read.clone(),
        };
        let buffered = BufReader::with_capacity(1 << 17, counted);
        let opened = guard(&path, "what the batches need, from there on, cannot be read", || {
            Ok::<_, ArrowError>(if is_file {
                Reader::File(Box::new(FileReader::try_new(buffered, None)?))
            } else {
                Reader::Stream(Box::new(StreamReader::try_new(buffered, None)?))
            })
        });
        let reader = opened.map_err(|error| error.at(Some(1), messages.first))?;
        let schema = match &reader {
            Reader::File(reader) => reader.schema(),
            Reader::Stream(reader) => reader.schema(),
        };
        let columns = schema.fields().iter().map(|field| SourceColumn {
            name: field.name().clone(),
            data_type: Some(field.data_type().clone()),
        });
        Ok(Self {
            columns: columns.collect(),
            fields: schema.fields().clone(),
            reader,
            batches: messages.batches.into_iter(),
            current: None,
            rows_read: 0,
            read,
            reported: 0,
            size,
            path,
        })
    }

    /// The fields, nested ones as they are.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    fn next_whole(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        let reader = &mut self.reader;
        let batch = guard(&self.path, "the record batch there cannot be read", || match reader {
            Reader::File(reader) => reader.next().transpose(),
            Reader::Stream(reader) => reader.next().transpose(),
        });
        // Behind the last batch is the end of the stream, where no error is.
        let byte = self.batches.next().unwrap_or(self.size);
        batch.map_err(|error| error.at(Some(self.rows_read + 1), byte))
    }
}

impl BatchSource for ArrowSource {
    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn token_kinds(&self, _column: usize) -> TokenKinds {
        TokenKinds::default()
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError> {
        let (whole, at) = match self.current.take() {
            Some(current) => current,
            None => match self.next_whole()? {
                Some(whole) => (whole, 0),
                None => return Ok(None),
            },
        };
        // A file may be one batch of many rows; deadline and cancellation are looked at between pieces.
        let length = (whole.num_rows() - at).min(BATCH_ROWS);
        let rows = whole.slice(at, length);
        if at + length < whole.num_rows() {
            self.current = Some((whole, at + length));
        }
        self.rows_read += length as u64;
        let read = self.read.load(Ordering::Relaxed).min(self.size);
        let bytes = read.saturating_sub(self.reported);
        self.reported = self.reported.max(read);
        Ok(Some(SourceBatch { rows, bytes }))
    }

    fn rejected(&self) -> RejectedRows {
        RejectedRows::default()
    }
}
