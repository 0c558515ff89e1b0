//! Bytes of a text file: plain, gzip or zstd by its first bytes, UTF-16 made UTF-8, with the bytes of the file counted as they are read.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::text_encoding::decode_text;
use crate::engine::error::EngineError;
use crate::engine::rooted_file::RootedFile;

/// Largest zstd window (log2 of bytes) that is accepted: 128 MiB.
const WINDOW_LOG_MAX: u32 = 27;
/// Bytes of the file that are read at once for a decoder.
const BUFFER_BYTES: usize = 1 << 17;

/// How a file is compressed, by its first bytes: a name may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
    Foreign(&'static str),
}

impl Compression {
    fn of(file: &std::fs::File, path: &str) -> io::Result<Self> {
        use std::os::unix::fs::FileExt;
        let mut head = [0_u8; 10];
        let mut length = 0;
        while length < head.len() {
            match file.read_at(&mut head[length..], length as u64) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(match &head[..length] {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59] => Self::Foreign("bzip2 compression"),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Self::Foreign("xz compression"),
            [b'P', b'K', 3, 4, ..] => Self::Foreign("a zip archive (or a spreadsheet)"),
            [b'P', b'A', b'R', b'1', ..] => Self::Foreign("a Parquet file"),
            // Whatever the name promises is missing: the decoder says so.
            _ if path.ends_with(".gz") && length > 0 => Self::Gzip,
            _ if path.ends_with(".zst") && length > 0 => Self::Zstd,
            _ => Self::None,
        })
    }
}

/// The decompressed stream of a file.
pub struct ByteStream {
    reader: Box<dyn Read + Send>,
    consumed: Arc<AtomicU64>,
    reported: u64,
    path: String,
    encoding: &'static str,
}

/// Counts what is taken from the file; what only waits in a buffer is not.
struct Counted<R> {
    inner: R,
    consumed: Arc<AtomicU64>,
}

impl<R: Read> Counted<R> {
    /// For a decoder, which may take less than was read at once.
    fn buffered(self) -> Counted<BufReader<R>> {
        Counted {
            inner: BufReader::with_capacity(BUFFER_BYTES, self.inner),
            consumed: self.consumed,
        }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.consumed.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
        self.consumed.fetch_add(count as u64, Ordering::Relaxed);
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
        let compression = Compression::of(&handle, &path).map_err(failed)?;
        let counted = Counted {
            inner: handle,
            consumed: consumed.clone(),
        };
        let reader: Box<dyn Read + Send> = match compression {
            Compression::None => Box::new(counted),
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(counted.buffered())),
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(counted.buffered()).map_err(failed)?;
                decoder.window_log_max(WINDOW_LOG_MAX).map_err(failed)?;
                Box::new(decoder)
            }
            Compression::Foreign(name) => {
                return Err(EngineError::Unsupported {
                    what: format!("{name} inside {path}"),
                });
            }
        };
        let (reader, encoding) = decode_text(reader).map_err(|error| EngineError::malformed(&path, error).at(Some(1), 0))?;
        Ok(Self {
            reader,
            consumed,
            reported: 0,
            path,
            encoding,
        })
    }

    /// Path of the file relative to the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the text is written in.
    pub fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// Fills some of the buffer; 0 at the end. Where the text ends before its end, whoever has counted its lines and bytes
    /// adds them to the error ([`EngineError::at`]).
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, EngineError> {
        loop {
            match self.reader.read(buffer) {
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What a decoder objects to is in the file; what the system objects to is beneath it.
                Err(error) if error.raw_os_error().is_none() => {
                    let consumed = self.consumed.load(Ordering::Relaxed);
                    let reason = format!("its unpacked text ends there, near byte {consumed} of the file: {error}");
                    return Err(EngineError::malformed(&self.path, reason));
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
