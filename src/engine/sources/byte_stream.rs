//! Bytes of a text file: plain, gzip or zstd by name, with the compressed bytes counted as they are read.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::error::EngineError;
use crate::engine::rooted_file::RootedFile;

/// Largest zstd window (log2 of bytes) that is accepted: 128 MiB.
const WINDOW_LOG_MAX: u32 = 27;

/// The decompressed stream of a file.
pub struct ByteStream {
    reader: Box<dyn Read + Send>,
    consumed: Arc<AtomicU64>,
    reported: u64,
    path: String,
}

/// Counts what passes through.
struct Counted<R> {
    inner: R,
    consumed: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.consumed.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl ByteStream {
    /// Starts at the beginning of the file.
    pub fn open(file: &RootedFile) -> Result<Self, EngineError> {
        let path = file.path().to_owned();
        let failed = |source| EngineError::Read {
            path: path.clone(),
            source,
        };
        let handle = file.reopen()?;
        let consumed = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            inner: handle,
            consumed: consumed.clone(),
        };
        let reader: Box<dyn Read + Send> = if path.ends_with(".gz") {
            Box::new(flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 17, counted)))
        } else if path.ends_with(".zst") {
            let mut decoder = zstd::stream::read::Decoder::new(counted).map_err(failed)?;
            decoder.window_log_max(WINDOW_LOG_MAX).map_err(failed)?;
            Box::new(decoder)
        } else {
            Box::new(counted)
        };
        Ok(Self {
            reader,
            consumed,
            reported: 0,
            path,
        })
    }

    /// Path of the file relative to the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Fills some of the buffer; 0 at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, EngineError> {
        loop {
            match self.reader.read(buffer) {
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What a decoder objects to is in the file; what the system objects to is beneath it.
                Err(error) if error.raw_os_error().is_none() => {
                    return Err(EngineError::Malformed {
                        path: self.path.clone(),
                        row: None,
                        byte: Some(self.consumed.load(Ordering::Relaxed)),
                        reason: error.to_string(),
                    });
                }
                Err(source) => {
                    return Err(EngineError::Read {
                        path: self.path.clone(),
                        source,
                    });
                }
            }
        }
    }

    /// Bytes of the file read since the last call.
    pub fn take_consumed(&mut self) -> u64 {
        let consumed = self.consumed.load(Ordering::Relaxed);
        let fresh = consumed - self.reported;
        self.reported = consumed;
        fresh
    }
}
