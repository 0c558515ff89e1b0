//! The families of values of fixed width: numbers, times, booleans.

use super::bytes::{StateReader, StateWriter};
use super::values::StoredKey;
use super::{StateError, damaged};
use crate::engine::accumulators::booleans::Booleans;
use crate::engine::accumulators::distance_moments::DistanceMoments;
use crate::engine::accumulators::grid::DecimalGrid;
use crate::engine::accumulators::moments::Moments;
use crate::engine::accumulators::number_counts::NumberCounts;
use crate::engine::accumulators::numbers::{Numbers, Stream};
use crate::engine::accumulators::quantiles::QuantileSketch;
use crate::engine::accumulators::scalar_column::Family;
use crate::engine::accumulators::sums::{CompensatedSum, ExactSum};
use crate::engine::accumulators::times::Times;
use crate::engine::canonical::{Form, Scalar};
use crate::engine::limits::ColumnLimits;

/// Occupied cells of a stored grid; one with more is made coarser.
const MOST_CELLS: usize = 2_048;
/// Different days of a stored column; one with more keeps its months.
const MOST_DAYS: usize = 8_192;
/// Largest and smallest power of ten that can be the width of a cell of doubles.
const EXPONENTS: std::ops::RangeInclusive<i32> = -400..=400;

/// A family that can be stored and read back.
pub trait StoredFamily<K: Scalar>: Family<K> + Sized {
    /// Writes it, bounded.
    fn write(&mut self, form: Form, out: &mut StateWriter);
    /// Reads it.
    fn read(form: Form, input: &mut StateReader, limits: ColumnLimits) -> Result<Self, StateError>;
}

impl StoredFamily<i64> for Booleans {
    fn write(&mut self, _form: Form, out: &mut StateWriter) {
        out.put_count(self.truths);
        out.put_count(self.lies);
    }

    fn read(_form: Form, input: &mut StateReader, _limits: ColumnLimits) -> Result<Self, StateError> {
        Ok(Self {
            truths: input.count()?,
            lies: input.count()?,
        })
    }
}

impl StoredFamily<i64> for Times {
    fn write(&mut self, _form: Form, out: &mut StateWriter) {
        if self.days.days() > MOST_DAYS && !self.coarse {
            self.coarsen();
        }
        write_range(self.range, out);
        out.put_count(self.midnight);
        out.put_count(self.infinite);
        self.weekdays.iter().for_each(|count| out.put_count(*count));
        out.put_flag(self.coarse);
        out.put_count(self.known_days);
        let mut days: Vec<(i64, u64)> = self.days.iter().collect();
        days.sort_unstable();
        write_cells(&days, out);
    }

    fn read(_form: Form, input: &mut StateReader, _limits: ColumnLimits) -> Result<Self, StateError> {
        let mut times = Self {
            range: read_range(input)?,
            midnight: input.count()?,
            infinite: input.count()?,
            ..Self::default()
        };
        for count in &mut times.weekdays {
            *count = input.count()?;
        }
        times.coarse = input.flag()?;
        times.known_days = input.count()?;
        for (day, count) in read_cells(input)? {
            times.days.add(day, count);
        }
        Ok(times)
    }
}

impl<K: Scalar + StoredKey> StoredFamily<K> for Numbers<K> {
    fn write(&mut self, form: Form, out: &mut StateWriter) {
        write_counts(&self.counts, out);
        out.put_flag(self.stream.is_some());
        if let Some(stream) = &mut self.stream {
            out.put_signed(stream.moments.origin);
            write_moments(&stream.moments.moments, out);
            let range = self.counts.range.map(|(min, max)| (min.to_f64(form), max.to_f64(form)));
            out.put_bytes(&stream.sketch.to_bytes(range));
            write_grid(&mut stream.grid, out);
        }
    }

    fn read(form: Form, input: &mut StateReader, _limits: ColumnLimits) -> Result<Self, StateError> {
        let counts = read_counts(input)?;
        let stream = if input.flag()? {
            Some(Stream {
                moments: DistanceMoments::with(form, input.signed()?, read_moments(input)?),
                sketch: QuantileSketch::from_bytes(input.bytes()?)?.0,
                grid: read_grid(input)?,
            })
        } else {
            None
        };
        Ok(Self { counts, stream })
    }
}

fn write_counts<K: StoredKey>(counts: &NumberCounts<K>, out: &mut StateWriter) {
    for count in [counts.finite, counts.zero, counts.negative, counts.nan, counts.infinite] {
        out.put_count(count);
    }
    out.put_flag(counts.fractions);
    write_range(counts.range.clone(), out);
    out.put_flag(counts.min_positive.is_some());
    if let Some(least) = &counts.min_positive {
        least.write_after(None, out);
    }
    for sum in [&counts.exact_sum, &counts.fractional_digits] {
        out.put_signed(sum.near);
        out.put_raw(&sum.far.to_le_bytes());
    }
    for sum in [&counts.real_sum, &counts.fractional_sum] {
        out.put_real(sum.sum);
        out.put_real(sum.correction);
    }
}

fn read_counts<K: StoredKey>(input: &mut StateReader) -> Result<NumberCounts<K>, StateError> {
    let mut counts = NumberCounts {
        finite: input.count()?,
        zero: input.count()?,
        negative: input.count()?,
        nan: input.count()?,
        infinite: input.count()?,
        fractions: input.flag()?,
        range: read_range(input)?,
        ..NumberCounts::default()
    };
    if input.flag()? {
        counts.min_positive = Some(K::read_after(None, input)?);
    }
    counts.exact_sum = read_exact_sum(input)?;
    counts.fractional_digits = read_exact_sum(input)?;
    counts.real_sum = read_compensated_sum(input)?;
    counts.fractional_sum = read_compensated_sum(input)?;
    Ok(counts)
}

fn read_exact_sum(input: &mut StateReader) -> Result<ExactSum, StateError> {
    let near = input.signed()?;
    let far = input.raw(32)?.first_chunk().copied().ok_or_else(|| damaged("it ends too early"))?;
    Ok(ExactSum {
        near,
        far: arrow::datatypes::i256::from_le_bytes(far),
    })
}

fn read_compensated_sum(input: &mut StateReader) -> Result<CompensatedSum, StateError> {
    Ok(CompensatedSum {
        sum: input.real()?,
        correction: input.real()?,
    })
}

fn write_range<K: StoredKey>(range: Option<(K, K)>, out: &mut StateWriter) {
    out.put_flag(range.is_some());
    if let Some((min, max)) = range {
        min.write_after(None, out);
        max.write_after(None, out);
    }
}

fn read_range<K: StoredKey>(input: &mut StateReader) -> Result<Option<(K, K)>, StateError> {
    Ok(if input.flag()? {
        Some((K::read_after(None, input)?, K::read_after(None, input)?))
    } else {
        None
    })
}

fn write_moments(moments: &Moments, out: &mut StateWriter) {
    out.put_count(moments.count);
    [moments.mean, moments.m2, moments.m3, moments.m4]
        .into_iter()
        .for_each(|value| out.put_real(value));
}

fn read_moments(input: &mut StateReader) -> Result<Moments, StateError> {
    Ok(Moments {
        count: input.count()?,
        mean: input.real()?,
        m2: input.real()?,
        m3: input.real()?,
        m4: input.real()?,
    })
}

fn write_grid(grid: &mut DecimalGrid, out: &mut StateWriter) {
    while grid.counts().count() > MOST_CELLS {
        grid.coarsen();
    }
    out.put_signed(i128::from(grid.exponent));
    let mut cells: Vec<(i64, u64)> = grid.counts().collect();
    cells.sort_unstable();
    write_cells(&cells, out);
}

fn read_grid(input: &mut StateReader) -> Result<DecimalGrid, StateError> {
    let exponent = i32::try_from(input.signed()?).ok().filter(|exponent| EXPONENTS.contains(exponent));
    let mut grid = DecimalGrid::of_exponent(exponent.ok_or_else(|| damaged("a grid's width is beyond all bounds"))?);
    grid.lay_out(read_cells(input)?);
    Ok(grid)
}

/// Numbered counts in order: each number by its distance from the one before.
fn write_cells(cells: &[(i64, u64)], out: &mut StateWriter) {
    super::values::write_entries(cells.iter().map(|cell| (&cell.0, cell.1)), out);
}

fn read_cells(input: &mut StateReader) -> Result<Vec<(i64, u64)>, StateError> {
    super::values::read_entries(input)
}
