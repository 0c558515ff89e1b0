//! Columns of values of fixed width: the values themselves while they fit, else the sketches that every such column has.

use super::bytes::{StateReader, StateWriter};
use super::numbers::StoredFamily;
use super::{EXACT_BYTES, EXACT_VALUES, StateError, damaged};
use crate::engine::accumulators::distinct::DistinctHashes;
use crate::engine::accumulators::lengths::Lengths;
use crate::engine::accumulators::scalar_column::{ScalarColumn, Sketches, Values, sorted};
use crate::engine::accumulators::top_values::{FrequentValues, StoredValues};
use crate::engine::canonical::{Real, Scalar};
use crate::engine::limits::ColumnLimits;

/// Most of the commonest values that are stored of a sketched column.
const COMMONEST: usize = 512;
/// Bytes that they may take.
const COMMONEST_BYTES: usize = 12 << 10;
/// Values that make up less than this share of all are not stored among the commonest.
const SMALLEST_SHARE: u64 = 1 << 14;

/// A value that is stored after a smaller one.
pub trait StoredKey: Ord + Clone {
    /// Writes it by what tells it from the one before.
    fn write_after(&self, previous: Option<&Self>, out: &mut StateWriter);
    /// Reads it.
    fn read_after(previous: Option<&Self>, input: &mut StateReader) -> Result<Self, StateError>;
}

impl StoredKey for i64 {
    fn write_after(&self, previous: Option<&Self>, out: &mut StateWriter) {
        match previous {
            Some(previous) => out.put_count(self.wrapping_sub(*previous) as u64),
            None => out.put_signed(i128::from(*self)),
        }
    }

    fn read_after(previous: Option<&Self>, input: &mut StateReader) -> Result<Self, StateError> {
        match previous {
            Some(previous) => Ok(previous.wrapping_add(input.count()? as i64)),
            None => input.signed_64(),
        }
    }
}

impl StoredKey for i128 {
    fn write_after(&self, previous: Option<&Self>, out: &mut StateWriter) {
        match previous {
            Some(previous) => out.put_wide_count(self.wrapping_sub(*previous) as u128),
            None => out.put_signed(*self),
        }
    }

    fn read_after(previous: Option<&Self>, input: &mut StateReader) -> Result<Self, StateError> {
        match previous {
            Some(previous) => Ok(previous.wrapping_add(input.wide_count()? as i128)),
            None => input.signed(),
        }
    }
}

impl StoredKey for Real {
    fn write_after(&self, _previous: Option<&Self>, out: &mut StateWriter) {
        out.put_real(self.get());
    }

    fn read_after(_previous: Option<&Self>, input: &mut StateReader) -> Result<Self, StateError> {
        Ok(Self::new(input.real()?))
    }
}

impl StoredKey for Vec<u8> {
    fn write_after(&self, previous: Option<&Self>, out: &mut StateWriter) {
        let before = previous.map_or(&[][..], Vec::as_slice);
        let shared = before.iter().zip(self).take_while(|(a, b)| a == b).count();
        out.put_count(shared as u64);
        out.put_bytes(&self[shared..]);
    }

    fn read_after(previous: Option<&Self>, input: &mut StateReader) -> Result<Self, StateError> {
        let before = previous.map_or(&[][..], Vec::as_slice);
        let shared = usize::try_from(input.count()?).ok().and_then(|shared| before.get(..shared));
        let shared = shared.ok_or_else(|| damaged("a text shares more with its neighbour than there is"))?;
        Ok([shared, input.bytes()?].concat())
    }
}

/// Writes values and their counts; each value after a smaller one.
pub fn write_entries<'a, K: StoredKey + 'a>(entries: impl ExactSizeIterator<Item = (&'a K, u64)>, out: &mut StateWriter) {
    out.put_count(entries.len() as u64);
    let mut previous = None;
    for (key, count) in entries {
        key.write_after(previous, out);
        out.put_count(count);
        previous = Some(key);
    }
}

/// Reads values and their counts.
pub fn read_entries<K: StoredKey>(input: &mut StateReader) -> Result<Vec<(K, u64)>, StateError> {
    let length = input.length()?;
    let mut entries: Vec<(K, u64)> = Vec::with_capacity(length);
    for _ in 0..length {
        let key = K::read_after(entries.last().map(|entry| &entry.0), input)?;
        let count = input.count()?;
        if count == 0 {
            return Err(damaged("a value occurs not at all"));
        }
        entries.push((key, count));
    }
    Ok(entries)
}

/// Writes whether the entries are few and take no more than `most` bytes, and where that is so the entries.
pub fn write_entries_within<'a, K: StoredKey + 'a>(
    entries: impl ExactSizeIterator<Item = (&'a K, u64)>,
    most: usize,
    out: &mut StateWriter,
) -> bool {
    let mut exact = StateWriter::default();
    let fits = entries.len() <= EXACT_VALUES && {
        write_entries(entries, &mut exact);
        exact.len() <= most
    };
    out.put_flag(fits);
    if fits {
        out.put_raw(&exact.into_bytes());
    }
    fits
}

/// Writes a column: its values where they fit, else its sketches.
pub fn write_scalar_column<K: Scalar + StoredKey, F: StoredFamily<K>>(mut column: ScalarColumn<K, F>, out: &mut StateWriter) {
    let entries = match &column.values {
        Values::Exact(map) if map.len() <= EXACT_VALUES => Some(sorted(map.clone())),
        _ => None,
    };
    match entries {
        Some(entries) => {
            if write_entries_within(entries.iter().map(|entry| (&entry.0, entry.1)), EXACT_BYTES, out) {
                return;
            }
        }
        None => out.put_flag(false),
    }
    column.sketch_values();
    let form = column.form();
    if let Values::Sketched(mut sketches) = column.values {
        write_distinct(&mut sketches.distinct, out);
        write_frequent(&sketches.frequent, COMMONEST_BYTES, out);
        write_lengths(&sketches.lengths, out);
        sketches.family.write(form, out);
    }
}

/// Reads into an empty column.
pub fn read_scalar_column<K: Scalar + StoredKey, F: StoredFamily<K>>(
    mut column: ScalarColumn<K, F>,
    input: &mut StateReader,
    limits: ColumnLimits,
) -> Result<ScalarColumn<K, F>, StateError> {
    if input.flag()? {
        let entries = read_entries(input)?;
        column.reserve(entries.len());
        entries.into_iter().for_each(|(key, count)| column.update(key, count));
        return Ok(column);
    }
    column.values = Values::Sketched(Box::new(Sketches {
        distinct: read_distinct(input)?.of_form(column.form()),
        frequent: read_frequent(input)?,
        lengths: read_lengths(input)?,
        family: F::read(column.form(), input, limits)?,
    }));
    Ok(column)
}

/// Writes registers, in the bytes of DataSketches.
pub fn write_distinct(distinct: &mut DistinctHashes, out: &mut StateWriter) {
    distinct.give_up_exact_values();
    out.put_count(distinct.known);
    out.put_flag(distinct.finer);
    out.put_bytes(&distinct.to_bytes());
}

/// Reads registers.
pub fn read_distinct(input: &mut StateReader) -> Result<DistinctHashes, StateError> {
    let (known, finer) = (input.count()?, input.flag()?);
    let mut distinct = DistinctHashes::from_bytes(input.bytes()?)?;
    distinct.know_at_least(known);
    distinct.finer = finer;
    Ok(distinct)
}

/// Writes the commonest values as far as they fit into `most` bytes, and what any other value may lack at most.
pub fn write_frequent<K: StoredKey + std::hash::Hash>(frequent: &FrequentValues<K>, most: usize, out: &mut StateWriter) {
    let mut stored = frequent.stored();
    let by_count = |entry: &(K, u64)| std::cmp::Reverse(entry.1);
    stored
        .counts
        .sort_by(|a, b| by_count(a).cmp(&by_count(b)).then_with(|| a.0.cmp(&b.0)));
    let floor = stored.total / SMALLEST_SHARE;
    let mut kept = stored.counts.iter().take_while(|entry| entry.1 > floor).count().min(COMMONEST);
    let written = loop {
        let mut entries = stored.counts[..kept].to_vec();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let mut written = StateWriter::default();
        write_entries(entries.iter().map(|entry| (&entry.0, entry.1)), &mut written);
        if written.len() <= most || kept == 0 {
            break written;
        }
        kept = kept * 3 / 4;
    };
    let dropped = stored.counts.get(kept).map_or(0, |entry| entry.1);
    out.put_count(stored.total);
    out.put_count(stored.missed + dropped);
    out.put_raw(&written.into_bytes());
}

/// Reads the commonest values.
pub fn read_frequent<K: StoredKey + std::hash::Hash>(input: &mut StateReader) -> Result<FrequentValues<K>, StateError> {
    let (total, missed) = (input.count()?, input.count()?);
    let counts = read_entries::<K>(input)?;
    let sum = counts.iter().try_fold(0_u64, |sum, entry| sum.checked_add(entry.1));
    if sum.is_none_or(|sum| sum > total) {
        return Err(damaged("its commonest values occur more often than all of them"));
    }
    Ok(FrequentValues::from_stored(StoredValues { counts, missed, total }))
}

/// Writes lengths.
pub fn write_lengths(lengths: &Lengths, out: &mut StateWriter) {
    out.put_count(lengths.count);
    out.put_count(lengths.shortest.unwrap_or(0));
    out.put_count(lengths.longest);
    out.put_wide_count(lengths.total);
}

/// Reads lengths.
pub fn read_lengths(input: &mut StateReader) -> Result<Lengths, StateError> {
    let (count, shortest) = (input.count()?, input.count()?);
    Ok(Lengths {
        shortest: (shortest > 0).then_some(shortest),
        longest: input.count()?,
        total: input.wide_count()?,
        count,
    })
}
