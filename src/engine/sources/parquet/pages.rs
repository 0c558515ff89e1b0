//! The pages of one column chunk, decoded just as far as counting needs: dictionary codes are only counted, plain values are
//! walked where they lie. The plain path beside it is the Arrow reader; both give the same state.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::hybrid::{count_codes, count_ones, count_set_bits};
use super::leaf::{LeafKind, split_texts};
use super::page_file::{PageFile, PagePlace};

/// Texts that are handed over at once.
const BLOCK: usize = 8_192;

/// A piece of a column.
pub enum LeafValues<'a> {
    /// So many rows without a value.
    Nulls(u64),
    /// Values, and how often each occurs where they come from a dictionary. No nulls.
    Array(ArrayRef, Option<&'a [u64]>),
    /// Texts in place, and how often each occurs where they come from a dictionary.
    Texts(&'a [&'a [u8]], Option<&'a [u64]>),
}

/// Why reading a chunk stopped.
#[derive(Debug)]
pub enum PageFault<E> {
    /// The page reader's words.
    Reader(ParquetError),
    /// What is wrong with the page ("it").
    Damaged(&'static str),
    /// Whoever takes the values wanted to stop.
    Stopped(E),
}

/// A dictionary of the chunk and how often each entry was referred to.
struct Dictionary {
    place: PagePlace,
    bytes: Bytes,
    counts: Vec<u64>,
}

/// Reads every page of the chunk and hands its values over, after each page (or, for dictionaries, at the end) to `visit`.
/// `visit_page` is told the rows of each page, for progress and for stopping. The file knows at which page it failed.
pub fn read_chunk<E>(
    file: &PageFile,
    chunk: &ColumnChunkMetaData,
    rows: usize,
    kind: &LeafKind,
    optional: bool,
    mut visit: impl FnMut(LeafValues) -> Result<(), E>,
    mut visit_page: impl FnMut(u64) -> Result<(), E>,
) -> Result<(), PageFault<E>> {
    let mut pages = SerializedPageReader::new(Arc::new(file.clone()), chunk, rows, None).map_err(PageFault::Reader)?;
    let mut dictionary: Option<Dictionary> = None;
    let mut rows_read = 0_usize;
    while let Some(page) = pages.get_next_page().map_err(PageFault::Reader)? {
        let damaged = PageFault::Damaged;
        let (buffer, count, encoding, values_at, present) = match page {
            Page::DictionaryPage {
                buf, num_values, encoding, ..
            } => {
                if !matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
                    return Err(damaged("its dictionary is not in plain encoding"));
                }
                let place = file.place();
                if let Some(full) = dictionary.take() {
                    full.hand_over(file, kind, &mut visit)?;
                    file.go_back(place);
                }
                // A dictionary of texts holds at least four bytes an entry, any other at least a bit.
                if num_values as usize > buf.len().saturating_mul(8) {
                    return Err(damaged("its dictionary is shorter than it says"));
                }
                dictionary = Some(Dictionary {
                    place,
                    bytes: buf,
                    counts: vec![0; num_values as usize],
                });
                continue;
            }
            Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding,
                ..
            } => {
                let count = num_values as usize;
                if !optional {
                    (buf, count, encoding, 0, count)
                } else if def_level_encoding == Encoding::RLE {
                    let length = buf.first_chunk::<4>().map(|length| u32::from_le_bytes(*length) as usize);
                    let levels = length.and_then(|length| buf.get(4..4_usize.checked_add(length)?));
                    let levels = levels.ok_or(damaged("it ends before its levels do"))?;
                    let (present, end) = (count_ones(levels, count).map_err(damaged)?, 4 + levels.len());
                    (buf, count, encoding, end, present)
                } else {
                    return Err(damaged("its levels are in an encoding that was given up long ago"));
                }
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let count = num_values as usize;
                let start = rep_levels_byte_len as usize;
                let end = start.saturating_add(def_levels_byte_len as usize);
                let levels = buf.get(start..end).ok_or(damaged("it ends before its levels do"))?;
                let present = if optional {
                    count_ones(levels, count).map_err(damaged)?
                } else {
                    count
                };
                (buf, count, encoding, end, present)
            }
        };
        rows_read = rows_read.saturating_add(count);
        if rows_read > rows {
            return Err(damaged("it goes beyond the rows that the footer names"));
        }
        if count > present {
            visit(LeafValues::Nulls((count - present) as u64)).map_err(PageFault::Stopped)?;
        }
        let values = &buffer[values_at..];
        match encoding {
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                let dictionary = dictionary.as_mut().ok_or(damaged("it refers to a dictionary that is not there"))?;
                if present > 0 {
                    let (width, codes) = values.split_first().ok_or(damaged("it ends before its codes begin"))?;
                    count_codes(codes, *width, present, &mut dictionary.counts).map_err(damaged)?;
                }
            }
            Encoding::PLAIN => hand_over_plain(kind, values, present, &mut visit)?,
            Encoding::RLE if *kind == LeafKind::Boolean => {
                let runs = values.get(4..).ok_or(damaged("it ends before its values begin"))?;
                hand_over_truths(count_ones(runs, present).map_err(damaged)?, present, &mut visit)?;
            }
            _ => return Err(damaged("it has an encoding that the footer does not name")),
        }
        visit_page(count as u64).map_err(PageFault::Stopped)?;
        file.step_over(count as u64);
    }
    if rows_read < rows {
        return Err(PageFault::Damaged(
            "it is the last one, and the footer says that there are more rows",
        ));
    }
    if let Some(full) = dictionary {
        full.hand_over(file, kind, &mut visit)?;
    }
    Ok(())
}

impl Dictionary {
    fn hand_over<E>(
        self,
        file: &PageFile,
        kind: &LeafKind,
        visit: &mut impl FnMut(LeafValues) -> Result<(), E>,
    ) -> Result<(), PageFault<E>> {
        file.go_back(self.place);
        let count = self.counts.len();
        if *kind == LeafKind::Text {
            return hand_over_texts(&self.bytes, count, |at, texts| {
                visit(LeafValues::Texts(texts, Some(&self.counts[at..at + texts.len()])))
            });
        }
        let values = kind.read_plain(&self.bytes, count).map_err(PageFault::Damaged)?;
        visit(LeafValues::Array(values, Some(&self.counts))).map_err(PageFault::Stopped)
    }
}

/// Texts block by block, with the place of each block's first: a page of empty texts holds many.
fn hand_over_texts<E>(mut bytes: &[u8], count: usize, mut visit: impl FnMut(usize, &[&[u8]]) -> Result<(), E>) -> Result<(), PageFault<E>> {
    let mut texts = Vec::new();
    let mut done = 0;
    while done < count {
        texts.clear();
        bytes = split_texts(bytes, BLOCK.min(count - done), &mut texts).map_err(PageFault::Damaged)?;
        visit(done, &texts).map_err(PageFault::Stopped)?;
        done += texts.len();
    }
    Ok(())
}

fn hand_over_plain<E>(
    kind: &LeafKind,
    bytes: &[u8],
    count: usize,
    visit: &mut impl FnMut(LeafValues) -> Result<(), E>,
) -> Result<(), PageFault<E>> {
    match kind {
        LeafKind::Text => hand_over_texts(bytes, count, |_, texts| visit(LeafValues::Texts(texts, None))),
        LeafKind::Boolean => {
            let bits = bytes.get(..count.div_ceil(8));
            let bits = bits.ok_or(PageFault::Damaged("it ends before its last value"))?;
            hand_over_truths(count_set_bits(bits, count), count, visit)
        }
        _ => {
            let values = kind.read_plain(bytes, count).map_err(PageFault::Damaged)?;
            visit(LeafValues::Array(values, None)).map_err(PageFault::Stopped)
        }
    }
}

/// Booleans are handed over as their two counts.
fn hand_over_truths<E>(yes: usize, count: usize, visit: &mut impl FnMut(LeafValues) -> Result<(), E>) -> Result<(), PageFault<E>> {
    let values: ArrayRef = Arc::new(BooleanArray::from(vec![false, true]));
    visit(LeafValues::Array(values, Some(&[(count - yes) as u64, yes as u64]))).map_err(PageFault::Stopped)
}
