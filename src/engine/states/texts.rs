//! Columns of texts: the texts themselves while they fit, else sketches and what the text family counts.

use super::bytes::{StateReader, StateWriter};
use super::values::{
    read_distinct, read_entries, read_frequent, read_lengths, write_distinct, write_entries_within, write_frequent, write_lengths,
};
use super::{EXACT_BYTES, EXACT_VALUES, StateError, damaged};
use crate::engine::accumulators::text_column::{Stream, TextColumn};
use crate::engine::accumulators::text_tally::TextTally;
use crate::engine::accumulators::text_values::{Sketches, State, TextValues};
use crate::engine::accumulators::texts::{Texts, verdict_of};
use crate::engine::limits::ColumnLimits;

/// Bytes of shapes with their counts up to which they are stored exactly.
const SHAPES_BYTES: usize = 8 << 10;
/// Bytes of the commonest shapes, where they are not.
const COMMON_SHAPES_BYTES: usize = 4 << 10;
/// Bytes of the smallest, the largest and the commonest texts.
const TEXTS_BYTES: usize = 36 << 10;
/// Of these, what the commonest get at least and at most.
const COMMON_TEXTS_BYTES: std::ops::RangeInclusive<usize> = 3 << 10..=12 << 10;
/// Different lengths beyond which the length histogram is made coarser.
const MOST_LENGTHS: usize = 1_024;

/// Writes whether every text of the column fits, and where that is so the texts.
pub fn write_exactly(column: &TextColumn, out: &mut StateWriter) -> bool {
    // A very long text is kept in part only.
    let tally = column.tally().filter(|_| column.long.is_none());
    let Some(tally) = tally.filter(|tally| tally.len() <= EXACT_VALUES) else {
        out.put_flag(false);
        return false;
    };
    write_tally(tally, EXACT_BYTES, out)
}

fn write_tally(tally: &TextTally, most: usize, out: &mut StateWriter) -> bool {
    let mut entries: Vec<(Vec<u8>, u64)> = tally.iter().map(|(text, _, count)| (text.to_vec(), count)).collect();
    entries.sort_unstable();
    write_entries_within(entries.iter().map(|entry| (&entry.0, entry.1)), most, out)
}

/// Writes a column: its texts where they fit, else its sketches.
pub fn write_text_column(mut column: TextColumn, out: &mut StateWriter) {
    if write_exactly(&column, out) {
        return;
    }
    column.give_up_exact_values();
    let stream = column.stream.as_mut();
    let range = stream.as_ref().and_then(|stream| stream.range.as_ref());
    out.put_flag(range.is_some());
    let mut range_bytes = 0;
    if let Some((min, max)) = range {
        out.put_bytes(min);
        out.put_bytes(max);
        range_bytes = min.len() + max.len();
    }
    if let State::Sketched(sketches) = &mut column.values.state {
        let left = TEXTS_BYTES.saturating_sub(range_bytes);
        write_sketches(sketches, left.clamp(*COMMON_TEXTS_BYTES.start(), *COMMON_TEXTS_BYTES.end()), out);
    }
    if let Some(stream) = stream {
        write_texts(&mut stream.texts, out);
    }
}

/// Reads into an empty column.
pub fn read_text_column(mut column: TextColumn, input: &mut StateReader, limits: ColumnLimits) -> Result<TextColumn, StateError> {
    if input.flag()? {
        for (text, count) in read_entries::<Vec<u8>>(input)? {
            column.update(&text, count);
        }
        return Ok(column);
    }
    let range = if input.flag()? {
        Some((input.bytes()?.to_vec(), input.bytes()?.to_vec()))
    } else {
        None
    };
    column.values.state = State::Sketched(Box::new(read_sketches(input)?));
    let texts = read_texts(input, limits)?;
    column.stream = Some(Box::new(Stream::restored(limits, texts, range)));
    Ok(column)
}

fn write_sketches(sketches: &mut Sketches, most: usize, out: &mut StateWriter) {
    write_distinct(&mut sketches.distinct, out);
    write_frequent(&sketches.frequent, most, out);
}

fn read_sketches(input: &mut StateReader) -> Result<Sketches, StateError> {
    Ok(Sketches {
        distinct: read_distinct(input)?,
        frequent: read_frequent(input)?,
    })
}

fn write_texts(texts: &mut Texts, out: &mut StateWriter) {
    texts.settle_pending();
    texts.counts.each().into_iter().for_each(|count| out.put_count(*count));
    out.put_wide_count(texts.inner_spaces);
    write_lengths(&texts.lengths, out);
    let lengths: Vec<(i64, u64)> = texts
        .length_counts_within(MOST_LENGTHS)
        .into_iter()
        .map(|(length, count)| (length as i64, count))
        .collect();
    super::values::write_entries(lengths.iter().map(|entry| (&entry.0, entry.1)), out);
    texts.patterns.0.iter().for_each(|count| out.put_count(*count));
    write_distinct(&mut texts.folded, out);
    write_shapes(&mut texts.shapes, out);
}

fn read_texts(input: &mut StateReader, limits: ColumnLimits) -> Result<Texts, StateError> {
    let mut texts = Texts::new(limits.shapes, 0);
    for count in texts.counts.each() {
        *count = input.count()?;
    }
    texts.inner_spaces = input.wide_count()?;
    texts.lengths = read_lengths(input)?;
    for (length, count) in read_entries::<i64>(input)? {
        let length = u64::try_from(length).map_err(|_| damaged("a length is below zero"))?;
        texts.length_counts.insert(length, count);
    }
    for count in &mut texts.patterns.0 {
        *count = input.count()?;
    }
    texts.folded = read_distinct(input)?;
    read_shapes(&mut texts, input)?;
    Ok(texts)
}

fn write_shapes(shapes: &mut TextValues, out: &mut StateWriter) {
    // A shape that is longer than all that fits may be known in part only.
    match shapes.tally().filter(|tally| tally.len() <= EXACT_VALUES) {
        Some(tally) => {
            if write_tally(tally, SHAPES_BYTES, out) {
                return;
            }
        }
        None => out.put_flag(false),
    }
    shapes.give_up_exact_values();
    if let State::Sketched(sketches) = &mut shapes.state {
        write_sketches(sketches, COMMON_SHAPES_BYTES, out);
    }
}

fn read_shapes(texts: &mut Texts, input: &mut StateReader) -> Result<(), StateError> {
    if !input.flag()? {
        texts.shapes.state = State::Sketched(Box::new(read_sketches(input)?));
        return Ok(());
    }
    for (shape, count) in read_entries::<Vec<u8>>(input)? {
        texts.shapes.update(&shape, count);
        texts.pending.push((verdict_of(&shape), 0));
    }
    Ok(())
}
