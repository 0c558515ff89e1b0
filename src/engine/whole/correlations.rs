//! Pearson's correlation of every pair of number columns, over the rows that have a finite number in both.
//!
//! Values are taken as distances from their column's mean in its standard deviations, so that sums stay small. Where the rows that two
//! columns share lie close together, far from that mean (an outlier stands where the other column is null), their sums lose digits:
//! such pairs are summed once more, around the means of their own rows.

use std::cmp::Ordering;
use std::ops::Range;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;

use crate::domain::column_profile::ColumnProfile;
use crate::domain::table_metrics::PairCorrelation;

/// Below this share of its terms a spread has lost digits.
const BLURRED: f64 = 1e-6;
/// What is left of a spread below this share of its terms is rounding; and, summed around means of its own, below this share of their
/// squares.
const ROUNDING: f64 = 1e-15;
/// Rows whose pairs are summed at once: those of all compared columns fit the second cache.
const PART_ROWS: usize = 256;

/// A column of the table that is compared with others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberColumn {
    /// Place in the table.
    pub place: usize,
    mean: f64,
    spread: f64,
}

impl NumberColumn {
    /// A column whose values differ; nothing where they do not, or where their spread is no double.
    pub fn new(place: usize, mean: f64, spread: f64) -> Option<Self> {
        let is_measurable = mean.is_finite() && spread.is_normal() && spread > 0.0;
        is_measurable.then_some(Self { place, mean, spread })
    }

    /// A block of its values, measured.
    pub fn measure(&self, array: &ArrayRef) -> Result<Measured, ArrowError> {
        let reals = if *array.data_type() == DataType::Float64 {
            array.clone()
        } else {
            cast(array, &DataType::Float64)?
        };
        let reals = reals.as_primitive::<Float64Type>();
        let is_value = |row: usize| reals.is_valid(row) && reals.value(row).is_finite();
        let is_finite = reals.values().iter().fold(true, |finite, value| finite & value.is_finite());
        let is_whole = reals.null_count() == 0 && is_finite;
        let measured = |value: f64| (value - self.mean) / self.spread;
        let values = if is_whole {
            reals.values().iter().map(|value| measured(*value)).collect()
        } else {
            (0..reals.len())
                .map(|row| if is_value(row) { measured(reals.value(row)) } else { 0.0 })
                .collect()
        };
        let present = (!is_whole).then(|| (0..reals.len()).map(|row| f64::from(u8::from(is_value(row)))).collect());
        Ok(Measured::new(values, present))
    }
}

/// A block of measured values; 0 where there is none.
#[derive(Clone, Debug)]
pub struct Measured {
    values: Vec<f64>,
    squares: Vec<f64>,
    /// 1 or 0 a row; nothing where every row has a value.
    present: Option<Vec<f64>>,
}

impl Measured {
    fn new(values: Vec<f64>, present: Option<Vec<f64>>) -> Self {
        Self {
            squares: values.iter().map(|value| value * value).collect(),
            values,
            present,
        }
    }

    /// A block without any value.
    pub fn missing(rows: usize) -> Self {
        Self::new(vec![0.0; rows], Some(vec![0.0; rows]))
    }

    /// Some of its rows.
    fn part(&self, rows: Range<usize>) -> Part<'_> {
        let (values, squares) = (&self.values[rows.clone()], &self.squares[rows.clone()]);
        let present = self.present.as_ref().map(|present| &present[rows]);
        Part {
            rows: present.map_or(values.len() as f64, |present| present.iter().sum()),
            sum: values.iter().sum(),
            square_sum: squares.iter().sum(),
            values,
            squares,
            present,
        }
    }
}

/// Rows of a block, few enough for those of all columns to stay in the caches.
struct Part<'a> {
    values: &'a [f64],
    squares: &'a [f64],
    present: Option<&'a [f64]>,
    /// Rows with a value.
    rows: f64,
    sum: f64,
    square_sum: f64,
}

impl Part<'_> {
    /// Sum and sum of squares over the rows that the other has.
    fn sums_where(&self, other: &Self) -> (f64, f64) {
        match other.present {
            None => (self.sum, self.square_sum),
            Some(present) => (dot(self.values, present), dot(self.squares, present)),
        }
    }
}

/// What the values of a pair are summed around.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Centre {
    /// The means of the columns.
    #[default]
    Columns,
    /// The means of the shared rows.
    Shared(f64, f64),
    /// They are summed already.
    Known,
}

/// Sums over the shared rows of one pair.
#[derive(Clone, Copy, Debug, Default)]
struct PairSum {
    centre: Centre,
    rows: f64,
    left: f64,
    right: f64,
    left_squares: f64,
    right_squares: f64,
    products: f64,
}

/// Sums of all pairs, by the place of the left and the right column among the compared.
#[derive(Clone, Debug, Default)]
pub struct PairSums {
    pairs: Vec<PairSum>,
}

impl PairSums {
    /// No rows yet of so many columns.
    pub fn of_columns(columns: usize) -> Self {
        Self {
            pairs: vec![PairSum::default(); columns * columns.saturating_sub(1) / 2],
        }
    }

    /// Adds a block of rows: one measured block a column, all of one length.
    pub fn add(&mut self, columns: &[Measured]) {
        let rows = columns.first().map_or(0, |column| column.values.len());
        for from in (0..rows).step_by(PART_ROWS) {
            let part = from..rows.min(from + PART_ROWS);
            let parts: Vec<Part> = columns.iter().map(|column| column.part(part.clone())).collect();
            self.add_parts(&parts);
        }
    }

    fn add_parts(&mut self, columns: &[Part]) {
        let mut pairs = self.pairs.iter_mut();
        for (at, left) in columns.iter().enumerate() {
            for (right, pair) in columns[at + 1..].iter().zip(pairs.by_ref()) {
                match pair.centre {
                    Centre::Columns => pair.add(left, right),
                    Centre::Shared(left_mean, right_mean) => pair.add_around(left, right, left_mean, right_mean),
                    Centre::Known => {}
                }
            }
        }
    }

    /// No rows yet of the pairs that have lost digits, to be summed around means of their own; nothing where there are none.
    pub fn blurred(&self) -> Option<Self> {
        let pairs: Vec<PairSum> = self.pairs.iter().map(PairSum::around_own_means).collect();
        pairs.iter().any(|pair| pair.centre != Centre::Known).then_some(Self { pairs })
    }

    /// Puts the pairs that were summed again in the place of the others.
    pub fn sharpen(&mut self, sharp: &Self) {
        for (mine, theirs) in self.pairs.iter_mut().zip(&sharp.pairs) {
            if theirs.centre != Centre::Known {
                *mine = *theirs;
            }
        }
    }

    /// Adds the sums of other rows.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.pairs.iter_mut().zip(&other.pairs) {
            mine.rows += theirs.rows;
            mine.left += theirs.left;
            mine.right += theirs.right;
            mine.left_squares += theirs.left_squares;
            mine.right_squares += theirs.right_squares;
            mine.products += theirs.products;
        }
    }

    /// The pairs that have a coefficient, strongest first, ties in the order of the table.
    pub fn strongest_first(&self, numbers: &[NumberColumn], columns: &[ColumnProfile]) -> Vec<PairCorrelation> {
        let name = |number: &NumberColumn| columns[number.place].column_name.clone();
        let places = numbers
            .iter()
            .enumerate()
            .flat_map(|(at, left)| numbers[at + 1..].iter().map(move |right| (left, right)));
        let mut found: Vec<PairCorrelation> = places
            .zip(&self.pairs)
            .filter_map(|((left, right), pair)| {
                Some(PairCorrelation {
                    left: name(left),
                    right: name(right),
                    coefficient: pair.coefficient()?,
                    row_count: pair.rows as u64,
                })
            })
            .collect();
        let strength = |pair: &PairCorrelation| pair.coefficient.abs();
        found.sort_by(|a, b| strength(b).partial_cmp(&strength(a)).unwrap_or(Ordering::Equal));
        found
    }
}

impl PairSum {
    fn add(&mut self, left: &Part, right: &Part) {
        let (left_sum, left_squares) = left.sums_where(right);
        let (right_sum, right_squares) = right.sums_where(left);
        self.rows += match (left.present, right.present) {
            (Some(left), Some(right)) => dot(left, right),
            (Some(_), None) => left.rows,
            (None, _) => right.rows,
        };
        self.left += left_sum;
        self.right += right_sum;
        self.left_squares += left_squares;
        self.right_squares += right_squares;
        self.products += dot(left.values, right.values);
    }

    fn add_around(&mut self, left: &Part, right: &Part, left_mean: f64, right_mean: f64) {
        let is_present = |part: &Part, row: usize| part.present.is_none_or(|present| present[row] != 0.0);
        for row in (0..left.values.len()).filter(|row| is_present(left, *row) && is_present(right, *row)) {
            let (x, y) = (left.values[row] - left_mean, right.values[row] - right_mean);
            self.rows += 1.0;
            self.left += x;
            self.right += y;
            self.left_squares += x * x;
            self.right_squares += y * y;
            self.products += x * y;
        }
    }

    /// What the rows' distances from each other leave of the sum of the squares, for either side.
    fn spreads(&self) -> [f64; 2] {
        [(self.left, self.left_squares), (self.right, self.right_squares)].map(|(sum, squares)| self.rows * squares - sum * sum)
    }

    /// The same pair without rows, to be summed around the means of its own if digits were lost.
    fn around_own_means(&self) -> Self {
        let [left, right] = self.spreads();
        let is_blurred = left <= self.rows * self.left_squares * BLURRED || right <= self.rows * self.right_squares * BLURRED;
        let centre = if self.rows > 1.0 && is_blurred {
            Centre::Shared(self.left / self.rows, self.right / self.rows)
        } else {
            Centre::Known
        };
        Self { centre, ..Self::default() }
    }

    /// Nothing where one side does not vary over the shared rows, as far as doubles can tell.
    fn coefficient(&self) -> Option<f64> {
        let [left, right] = self.spreads();
        let (left_mean, right_mean) = match self.centre {
            Centre::Shared(left, right) => (left, right),
            Centre::Columns | Centre::Known => (0.0, 0.0),
        };
        let varies = |spread: f64, squares: f64, mean: f64| {
            spread > self.rows * squares * ROUNDING && spread > (self.rows * mean) * (self.rows * mean) * ROUNDING
        };
        if !varies(left, self.left_squares, left_mean) || !varies(right, self.right_squares, right_mean) {
            return None;
        }
        let coefficient = (self.rows * self.products - self.left * self.right) / (left.sqrt() * right.sqrt());
        coefficient.is_finite().then(|| coefficient.clamp(-1.0, 1.0))
    }
}

/// The scalar product, in as many sums as a processor adds at once.
fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut sums = [0.0_f64; 8];
    let (left_blocks, right_blocks) = (left.chunks_exact(8), right.chunks_exact(8));
    let rest: f64 = left_blocks
        .remainder()
        .iter()
        .zip(right_blocks.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in left_blocks.zip(right_blocks) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::super::tests::pearson;
    use super::*;
    use arrow::array::Float64Array;
    use std::sync::Arc;

    fn coefficient(left: Vec<Option<f64>>, right: Vec<Option<f64>>) -> Option<(f64, f64)> {
        let block = |values: Vec<Option<f64>>| {
            let finite: Vec<f64> = values.iter().flatten().copied().filter(|value| value.is_finite()).collect();
            let mean = finite.iter().sum::<f64>() / finite.len() as f64;
            let array: ArrayRef = Arc::new(Float64Array::from(values));
            NumberColumn::new(0, mean, 2.0).unwrap().measure(&array).unwrap()
        };
        let blocks = [block(left), block(right)];
        let mut sums = PairSums::of_columns(2);
        sums.add(&blocks);
        if let Some(mut sharp) = sums.blurred() {
            sharp.add(&blocks);
            sums.sharpen(&sharp);
        }
        let pair = sums.pairs[0];
        pair.coefficient().map(|coefficient| (coefficient, pair.rows))
    }

    #[test]
    fn only_rows_with_a_finite_number_in_both_count() {
        let left = vec![Some(1.0), Some(2.0), Some(3.0), None, Some(9.0), Some(f64::NAN)];
        let right = vec![Some(2.0), Some(4.0), Some(6.0), Some(1.0), None, Some(7.0)];
        let (found, rows) = coefficient(left, right).unwrap();
        assert!((found - 1.0).abs() < 1e-12 && rows == 3.0, "{found} {rows}");
        let (found, _) = coefficient(
            (0..999).map(|i| Some(f64::from(i) + 1e12)).collect(),
            (0..999).map(|i| Some(-f64::from(i))).collect(),
        )
        .unwrap();
        assert!((found + 1.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn outliers_where_the_other_is_null_cost_no_digits() {
        for (far, tolerance) in [(1e3, 1e-12), (1e5, 1e-10), (1e7, 1e-8)] {
            let shared: Vec<(f64, f64)> = (0..700)
                .map(|i| {
                    (
                        f64::from(i * 7_919 % 701) / 701.0,
                        f64::from(i % 13) - f64::from(i * 7_919 % 701) / 100.0,
                    )
                })
                .collect();
            let outliers = [(Some(far), None), (None, Some(-far)), (Some(3.0 * far), None)];
            let rows = || shared.iter().map(|pair| (Some(pair.0), Some(pair.1))).chain(outliers);
            let (found, count) = coefficient(rows().map(|row| row.0).collect(), rows().map(|row| row.1).collect()).unwrap();
            let off = (found - pearson(&shared)).abs();
            assert!(off < tolerance && count == 700.0, "{far}: {found} is {off} off over {count}");
        }
        // So far off that the values themselves are no longer told apart.
        let left = [Some(1.0), Some(2.0), Some(4.0), Some(1e17)];
        assert_eq!(coefficient(left.to_vec(), vec![Some(1.0), Some(2.0), Some(3.0), None]), None);
    }

    #[test]
    fn a_side_that_does_not_vary_has_no_coefficient() {
        let left = vec![Some(5.1), Some(5.1), Some(8.0)];
        assert_eq!(coefficient(left, vec![Some(1.0), Some(2.0), None]), None);
        assert!(NumberColumn::new(0, 1.0, 0.0).is_none() && NumberColumn::new(0, f64::INFINITY, 1.0).is_none());
    }
}
