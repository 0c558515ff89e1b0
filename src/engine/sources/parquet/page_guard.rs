//! The pages of a column chunk, measured before a reader unfolds them: a header of a few bytes may ask for gigabytes, and some
//! codecs do not keep to what the header says.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use parquet::basic::Compression;
use parquet::file::metadata::ColumnChunkMetaData;

use super::page_file::PagePlace;

/// Most bytes that one page may unfold to.
pub const PAGE_BYTES: u64 = 64 << 20;
/// The most that a byte of deflate can stand for, and of an LZ4 block.
const DEFLATE_RATIO: u64 = 1_032;
const LZ4_RATIO: u64 = 255;
/// Bytes that are read for a header at first, and at most: statistics may hold long values.
const HEADER_BYTES: [usize; 3] = [256, 1 << 16, 1 << 22];
/// Structures within structures of a header.
const DEPTH: u8 = 16;

/// A page that would unfold too far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageBomb {
    /// Where it begins; rows as the headers count them.
    pub place: PagePlace,
    /// What is wrong with it.
    pub reason: String,
}

/// What a header says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PageHeader {
    length: u64,
    is_data: bool,
    unfolded: i64,
    stored: i64,
    values: i64,
    /// Bytes of levels before the values, which are not compressed; only newer pages say so.
    levels: i64,
    /// Whether the values are not compressed either.
    is_plain: bool,
}

/// Looks at the head of every page. What cannot be read is left to the reader, who says so in its own words.
pub fn check_pages(file: &File, chunk: &ColumnChunkMetaData) -> Result<(), PageBomb> {
    let (start, length) = chunk.byte_range();
    let end = start.saturating_add(length);
    let (mut at, mut rows_before) = (start, 0);
    while at < end {
        let Some(header) = read_header(file, at, end) else { return Ok(()) };
        let bomb = |reason: String| PageBomb {
            place: PagePlace { byte: at, rows_before },
            reason,
        };
        let (Ok(stored), Ok(unfolded)) = (u64::try_from(header.stored), u64::try_from(header.unfolded)) else {
            return Err(bomb("it has a negative size".into()));
        };
        let body = at + header.length;
        if body.saturating_add(stored) > end {
            return Ok(());
        }
        if unfolded.max(stored) > PAGE_BYTES {
            return Err(bomb(format!("it unfolds to {unfolded} bytes, more than {} MiB", PAGE_BYTES >> 20)));
        }
        let levels = u64::try_from(header.levels).unwrap_or(0).min(stored).min(unfolded);
        let further = |codec| unfolds_further(file, codec, body + levels, stored - levels, unfolded - levels);
        if !header.is_plain && further(chunk.compression()).unwrap_or(false) {
            return Err(bomb(format!("it unfolds to more than the {unfolded} bytes that its header says")));
        }
        if header.is_data {
            rows_before += header.values.max(0) as u64;
        }
        at = body + stored;
    }
    Ok(())
}

/// Whether a page of a codec that pays no heed to the stated size goes beyond it, and beyond what a page may be.
fn unfolds_further(file: &File, codec: Compression, at: u64, stored: u64, unfolded: u64) -> io::Result<bool> {
    let decoder = |bytes: Vec<u8>| -> Option<Box<dyn Read>> {
        match codec {
            Compression::GZIP(_) if stored.saturating_mul(DEFLATE_RATIO) > PAGE_BYTES => {
                Some(Box::new(flate2::read::MultiGzDecoder::new(io::Cursor::new(bytes))))
            }
            Compression::BROTLI(_) => Some(Box::new(brotli::Decompressor::new(io::Cursor::new(bytes), 1 << 16))),
            _ => None,
        }
    };
    let is_checked = matches!(codec, Compression::GZIP(_) | Compression::BROTLI(_) | Compression::LZ4);
    if !is_checked {
        return Ok(false);
    }
    let mut bytes = vec![0; stored as usize];
    file.read_exact_at(&mut bytes, at)?;
    if codec == Compression::LZ4 {
        // Only a frame, which the old reader falls back to, has no bounds.
        return Ok(bytes.starts_with(&[0x04, 0x22, 0x4D, 0x18]) && stored.saturating_mul(LZ4_RATIO) > PAGE_BYTES);
    }
    let Some(decoder) = decoder(bytes) else { return Ok(false) };
    let unfolds_to = io::copy(&mut decoder.take(unfolded + 1), &mut io::sink())?;
    Ok(unfolds_to > unfolded)
}

fn read_header(file: &File, at: u64, end: u64) -> Option<PageHeader> {
    for most in HEADER_BYTES {
        let mut bytes = vec![0; most.min((end - at) as usize)];
        file.read_exact_at(&mut bytes, at).ok()?;
        if let Some(header) = parse_header(&bytes) {
            return Some(header);
        }
    }
    None
}

/// A page header in Thrift's compact protocol; nothing where the bytes end in it.
fn parse_header(bytes: &[u8]) -> Option<PageHeader> {
    let mut reader = Thrift { bytes, at: 0 };
    let mut header = PageHeader::default();
    let mut field = 0;
    while let Some(kind) = reader.next_field(&mut field)? {
        match (field, kind) {
            (1, 5) => header.is_data = matches!(reader.signed()?, 0 | 3),
            (2, 5) => header.unfolded = reader.signed()?,
            (3, 5) => header.stored = reader.signed()?,
            (5 | 8, 12) => reader.read_data_header(field == 8, &mut header)?,
            _ => reader.skip(kind, DEPTH)?,
        }
    }
    header.length = reader.at as u64;
    Some(header)
}

/// Just enough of the compact protocol to step over what is not asked for.
struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn unsigned(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(value);
            }
            shift += 7;
        }
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The kind of the next field, whose number is put into `field`; nothing inside at the end of the structure.
    fn next_field(&mut self, field: &mut i64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *field = match head >> 4 {
            0 => self.signed()?,
            delta => field.checked_add(i64::from(delta))?,
        };
        Some(Some(head & 0x0F))
    }

    /// What the header of a data page, of the first or the second version, says of its values.
    fn read_data_header(&mut self, is_second: bool, header: &mut PageHeader) -> Option<()> {
        let mut field = 0;
        while let Some(kind) = self.next_field(&mut field)? {
            match (field, kind) {
                (1, 5) => header.values = self.signed()?,
                (5 | 6, 5) if is_second => header.levels = header.levels.checked_add(self.signed()?.max(0))?,
                (7, 2) if is_second => header.is_plain = true,
                _ => self.skip(kind, DEPTH)?,
            }
        }
        Some(())
    }

    fn skip(&mut self, kind: u8, depth: u8) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            1 | 2 => {}
            3 => {
                self.byte()?;
            }
            4..=6 => {
                self.unsigned()?;
            }
            7 => self.at = self.at.checked_add(8)?,
            8 => {
                let length = usize::try_from(self.unsigned()?).ok()?;
                self.at = self.at.checked_add(length)?;
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.unsigned()? } else { u64::from(head >> 4) };
                (0..count).try_for_each(|_| self.skip_element(head & 0x0F, depth))?;
            }
            11 => {
                let count = self.unsigned()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                for _ in 0..count {
                    self.skip_element(kinds >> 4, depth)?;
                    self.skip_element(kinds & 0x0F, depth)?;
                }
            }
            12 => {
                let mut field = 0;
                while let Some(kind) = self.next_field(&mut field)? {
                    self.skip(kind, depth)?;
                }
            }
            _ => return None,
        }
        (self.at <= self.bytes.len()).then_some(())
    }

    /// Booleans have a byte of their own in lists.
    fn skip_element(&mut self, kind: u8, depth: u8) -> Option<()> {
        match kind {
            1 | 2 => self.byte().map(drop),
            _ => self.skip(kind, depth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use arrow::array::{ArrayRef, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{BrotliLevel, GzipLevel, ZstdLevel};
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    fn check(text: &str, rows: usize, codec: Compression, dictionary: bool) -> (Result<(), PageBomb>, u64) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let texts: ArrayRef = Arc::new(StringArray::from(vec![text; rows]));
        let batch = RecordBatch::try_from_iter([("text", texts)]).unwrap();
        let properties = WriterProperties::builder()
            .set_compression(codec)
            .set_dictionary_enabled(dictionary)
            .set_data_page_row_count_limit(700)
            .build();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let file = File::open(&path).unwrap();
        let reader = SerializedFileReader::new(file.try_clone().unwrap()).unwrap();
        (
            check_pages(&file, reader.metadata().row_group(0).column(0)),
            file.metadata().unwrap().len(),
        )
    }

    #[test]
    fn pages_of_usual_size_pass_in_every_codec() {
        let codecs = [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::LZ4_RAW,
            Compression::LZ4,
            Compression::GZIP(GzipLevel::default()),
            Compression::BROTLI(BrotliLevel::default()),
            Compression::ZSTD(ZstdLevel::default()),
        ];
        for codec in codecs {
            for dictionary in [true, false] {
                assert_eq!(
                    check(&"a1".repeat(40), 3_000, codec, dictionary).0,
                    Ok(()),
                    "{codec:?} {dictionary}"
                );
            }
        }
    }

    #[test]
    fn a_small_file_whose_page_unfolds_to_much_is_found_by_its_headers() {
        // One text of 70 MiB, and next to nothing on disk.
        let (checked, size) = check(&"\0".repeat(70 << 20), 1, Compression::ZSTD(ZstdLevel::default()), false);
        let bomb = checked.unwrap_err();
        assert!(
            bomb.reason.contains("more than 64 MiB") && bomb.place.byte == 4 && bomb.place.rows_before == 0,
            "{bomb:?}"
        );
        assert!(size < 1 << 20, "{size}");
    }

    #[test]
    fn headers_are_read_to_their_end_and_no_further() {
        // Type 0, unfolded 300, stored 20, a data page header with 7 values, three encodings and statistics of one text.
        let header = [
            0x15, 0, 0x15, 0xD8, 4, 0x15, 40, 0x2C, 0x15, 14, 0x15, 0, 0x15, 6, 0x15, 6, 0x1C, 0x18, 2, b'a', b'b', 0, 0, 0,
        ];
        let expected = PageHeader {
            length: header.len() as u64,
            is_data: true,
            unfolded: 300,
            stored: 20,
            values: 7,
            ..PageHeader::default()
        };
        assert_eq!(parse_header(&header), Some(expected));
        for cut in 0..header.len() {
            assert_eq!(parse_header(&header[..cut]), None, "{cut}");
        }
        assert_eq!(parse_header(&[0xF9; 64]), None);
        // Type 3, unfolded 300, stored 20, the second version: 7 values, no null, 7 rows, encoding, 5 and 1 bytes of levels, not compressed.
        let header = [
            0x15, 6, 0x15, 0xD8, 4, 0x15, 40, 0x5C, 0x15, 14, 0x15, 0, 0x15, 14, 0x15, 0, 0x15, 10, 0x15, 2, 0x12, 0, 0,
        ];
        let found = parse_header(&header).unwrap();
        assert_eq!((found.is_data, found.values, found.levels, found.is_plain), (true, 7, 6, true));
    }

    #[test]
    fn a_page_of_either_version_that_unfolds_further_than_its_header_says_is_found() {
        use parquet::file::properties::WriterVersion;
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("t.parquet");
            let texts = (0..4_000_u64).map(|row| (row % 7 > 0).then(|| row.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string()));
            let texts: ArrayRef = Arc::new(StringArray::from_iter(texts));
            let batch = RecordBatch::try_from_iter([("text", texts)]).unwrap();
            let properties = WriterProperties::builder()
                .set_compression(Compression::BROTLI(BrotliLevel::default()))
                .set_dictionary_enabled(false)
                .set_writer_version(version)
                .build();
            let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), Some(properties)).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
            let mut bytes = std::fs::read(&path).unwrap();
            let checked = |bytes: &[u8]| {
                std::fs::write(&path, bytes).unwrap();
                let file = File::open(&path).unwrap();
                let reader = SerializedFileReader::new(file.try_clone().unwrap()).unwrap();
                check_pages(&file, reader.metadata().row_group(0).column(0))
            };
            assert_eq!(checked(&bytes), Ok(()));
            // Behind the mark of the file: the type, then the size, whose number takes three bytes. It now says 17,000.
            assert_eq!((bytes[4], bytes[6]), (0x15, 0x15));
            assert!(bytes[7] >= 0x80 && bytes[8] >= 0x80 && bytes[9] < 0x80);
            bytes[7..10].copy_from_slice(&[0xD0, 0x89, 0x02]);
            assert!(
                checked(&bytes).unwrap_err().reason.contains("more than the 17000 bytes"),
                "{version:?}"
            );
        }
    }
}
