//! The bytes of pages, read into memory that is used again for the next page: it stays in the cache, and need not be asked for.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// Bytes that are read for a header at once. A longer one takes more reads.
const HEADER_BYTES: usize = 256;
/// Buffers that wait for a page, and what one may keep.
const WAITING: usize = 2;
const KEPT_BYTES: usize = 16 << 20;

/// Where a page begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PagePlace {
    /// Its header in the file.
    pub byte: u64,
    /// Rows of the chunk before it.
    pub rows_before: u64,
}

/// A file whose pages are read one after the other. It knows where the last one begins, whatever became of its reader.
#[derive(Clone)]
pub struct PageFile {
    file: Arc<File>,
    waiting: Arc<Mutex<Vec<Vec<u8>>>>,
    place: Arc<Mutex<PagePlace>>,
}

impl PageFile {
    /// Over an open file, whose position is neither used nor moved. The first page is to begin at `start`.
    pub fn new(file: Arc<File>, start: u64) -> Self {
        Self {
            file,
            waiting: Arc::default(),
            place: Arc::new(Mutex::new(PagePlace {
                byte: start,
                rows_before: 0,
            })),
        }
    }

    /// Where the page begins that was read last, or that was gone back to.
    pub fn place(&self) -> PagePlace {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows of the page are read.
    pub fn step_over(&self, rows: u64) {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).rows_before += rows;
    }

    /// A page that was read before is looked at again.
    pub fn go_back(&self, place: PagePlace) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}

impl Length for PageFile {
    fn len(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }
}

impl ChunkReader for PageFile {
    type T = HeaderBytes;

    fn get_read(&self, start: u64) -> Result<HeaderBytes> {
        Ok(HeaderBytes {
            file: self.file.clone(),
            place: Some(self.place.clone()),
            next: start,
            bytes: [0; HEADER_BYTES],
            left: 0..0,
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = self
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default();
        if bytes.len() < length {
            // A page is asked for only after its header was found to lie inside the chunk; the chunk's end may yet lie beyond the file's.
            let left = self.len().saturating_sub(start);
            if left < length as u64 {
                return Err(ParquetError::EOF(format!("Expected to read {length} bytes, read only {left}")));
            }
            bytes.resize(length, 0);
        }
        self.file.read_exact_at(&mut bytes[..length], start)?;
        let page = PageBytes {
            bytes,
            length,
            waiting: self.waiting.clone(),
        };
        Ok(Bytes::from_owner(page))
    }
}

/// The bytes of one page.
struct PageBytes {
    bytes: Vec<u8>,
    length: usize,
    waiting: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl AsRef<[u8]> for PageBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Drop for PageBytes {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING && self.bytes.capacity() <= KEPT_BYTES {
            waiting.push(std::mem::take(&mut self.bytes));
        }
    }
}

/// Reads the header of a page without reading much beyond it.
pub struct HeaderBytes {
    file: Arc<File>,
    /// Told at the first read: a header that is known already is not read again.
    place: Option<Arc<Mutex<PagePlace>>>,
    next: u64,
    bytes: [u8; HEADER_BYTES],
    left: std::ops::Range<usize>,
}

impl Read for HeaderBytes {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(place) = self.place.take() {
            place.lock().unwrap_or_else(PoisonError::into_inner).byte = self.next;
        }
        if self.left.is_empty() {
            let read = self.file.read_at(&mut self.bytes, self.next)?;
            self.next += read as u64;
            self.left = 0..read;
        }
        let count = self.left.len().min(into.len());
        into[..count].copy_from_slice(&self.bytes[self.left.start..self.left.start + count]);
        self.left.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn bytes_are_those_of_the_file_whatever_stood_in_the_memory_before() {
        let mut file = tempfile::tempfile().unwrap();
        let content: Vec<u8> = (0..100_000_u64).map(|at| (at * at % 251) as u8).collect();
        file.write_all(&content).unwrap();
        let pages = PageFile::new(Arc::new(file), 4);
        for (start, length) in [(0, 70_000), (5, 10), (99_990, 10), (1_000, 99_000), (0, 0)] {
            assert_eq!(pages.get_bytes(start as u64, length).unwrap(), content[start..start + length]);
        }
        assert!(pages.get_bytes(99_000, 70_000).is_err() && pages.get_bytes(99_000, 200_000).is_err());
        let mut read = Vec::new();
        pages.get_read(300).unwrap().take(1_000).read_to_end(&mut read).unwrap();
        assert_eq!(read, content[300..1_300]);
        pages.step_over(7);
        drop(pages.get_read(900).unwrap());
        let place = PagePlace { byte: 300, rows_before: 7 };
        assert_eq!(pages.place(), place);
    }
}
