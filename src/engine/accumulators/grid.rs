//! The decimal grid: floor(v / 10^e) -> count. Every bin whose edges are multiples of 10^e is an exact sum of its cells,
//! so that one pass gives exact bars at round edges and partitions merge exactly. `e` grows when the cells become too many.

use rustc_hash::FxHashMap;

/// Occupied cells outside the window beyond which the grid is made ten times coarser.
const CELL_LIMIT: usize = 1 << 14;
/// Cells of the window, which are counted without a search.
const WINDOW: usize = 1 << 13;
/// Largest cell number: all whole numbers up to here are doubles.
const LARGEST_CELL: f64 = 4_503_599_627_370_496.0;
/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The double nearest to `units` x 10^`exponent`: what a decimal literal means in SQL.
pub fn decimal_edge(units: i64, exponent: i32) -> f64 {
    let power = POWERS.get(exponent.unsigned_abs() as usize);
    match power {
        Some(power) if units.unsigned_abs() < 1 << 53 => {
            if exponent >= 0 {
                units as f64 * power
            } else {
                units as f64 / power
            }
        }
        _ => format!("{units}e{exponent}").parse().expect("digits and an exponent are a number"),
    }
}

/// Number of the cell of width 10^`exponent` that holds the value, by comparison with the cell's edges.
pub fn cell_of(value: f64, exponent: i32) -> i64 {
    let guess = match POWERS.get(exponent.unsigned_abs() as usize) {
        Some(power) if exponent >= 0 => value / power,
        Some(power) => value * power,
        None => value / 10_f64.powi(exponent),
    };
    let guess = guess.clamp(-LARGEST_CELL, LARGEST_CELL);
    let mut cell = guess as i64;
    cell -= i64::from(cell as f64 > guess);
    // Well between two edges the guess is right; close to one, the edge itself decides.
    let (inside, doubt) = (guess - cell as f64, (guess.abs() + 1.0) * 1e-15);
    if inside > doubt && inside < 1.0 - doubt && POWERS.len() > exponent.unsigned_abs() as usize {
        return cell;
    }
    while decimal_edge(cell, exponent) > value {
        cell -= 1;
    }
    while decimal_edge(cell + 1, exponent) <= value {
        cell += 1;
    }
    cell
}

/// Counts of values by decimal cell.
#[derive(Clone, Debug)]
pub struct DecimalGrid {
    pub(in crate::engine) exponent: i32,
    /// Values from here on, of either sign, are beyond the largest cell.
    reach: f64,
    /// Cell of the window's first counter.
    base: i64,
    window: Vec<u64>,
    /// Cells outside the window.
    cells: FxHashMap<i64, u64>,
    /// Cells as they were laid out, in order; where there are any, nothing was counted since. A grid that is only merged into another one
    /// needs no more.
    laid: Vec<(i64, u64)>,
}

impl DecimalGrid {
    /// An empty grid with cells fine enough for values of which most lie between `low` and `high`.
    pub fn for_range(low: f64, high: f64) -> Self {
        let width = (high - low).max((low.abs().max(high.abs())) * 1e-9).clamp(1e-300, f64::MAX);
        let exponent = (width / (WINDOW / 2) as f64).log10().ceil() as i32;
        let mut grid = Self::of_exponent(exponent);
        while low.abs().max(high.abs()) >= grid.reach {
            grid = Self::of_exponent(grid.exponent + 1);
        }
        grid.base = cell_of(low / 2.0 + high / 2.0, grid.exponent) - WINDOW as i64 / 2;
        grid
    }

    pub(in crate::engine) fn of_exponent(exponent: i32) -> Self {
        Self {
            exponent,
            reach: LARGEST_CELL * 10_f64.powi(exponent),
            base: 0,
            window: Vec::new(),
            cells: FxHashMap::default(),
            laid: Vec::new(),
        }
    }

    /// Adds a finite value so many times.
    #[inline]
    pub fn update(&mut self, value: f64, weight: u64) {
        while value.abs() >= self.reach {
            self.coarsen();
        }
        self.add(cell_of(value, self.exponent), weight);
    }

    /// Adds the other's counts at the coarser of both widths.
    pub fn merge(&mut self, other: &Self) {
        while self.exponent < other.exponent {
            self.coarsen();
        }
        for (cell, count) in other.counts() {
            // The grid may become coarser on the way, and beyond all cells there is none but the two beside zero.
            let steps = 10_i64.checked_pow((self.exponent - other.exponent) as u32);
            self.add(cell.div_euclid(steps.unwrap_or(i64::MAX)), count);
        }
    }

    /// Fills an empty grid with counts of cells.
    pub fn lay_out(&mut self, cells: Vec<(i64, u64)>) {
        self.base = cells
            .get(cells.len() / 2)
            .map_or(0, |middle| middle.0.saturating_sub(WINDOW as i64 / 2));
        self.laid = cells;
    }

    /// The cells' width is ten to this.
    pub fn exponent(&self) -> i32 {
        self.exponent
    }

    /// Lower edge and count of every occupied cell.
    pub fn iter(&self) -> impl Iterator<Item = (f64, u64)> {
        self.counts().map(|(cell, count)| (decimal_edge(cell, self.exponent), count))
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        (self.cells.capacity() * 17 + self.window.capacity() * 8 + self.laid.capacity() * 16) as u64
    }

    pub(in crate::engine) fn counts(&self) -> impl Iterator<Item = (i64, u64)> {
        let window = (self.base..).zip(self.window.iter().copied()).filter(|cell| cell.1 > 0);
        window
            .chain(self.cells.iter().map(|(cell, count)| (*cell, *count)))
            .chain(self.laid.iter().copied())
    }

    #[inline]
    fn add(&mut self, cell: i64, weight: u64) {
        if let Some(counter) = self.window.get_mut(cell.wrapping_sub(self.base) as usize) {
            *counter += weight;
            return;
        }
        if self.window.is_empty() {
            self.window = vec![0; WINDOW];
            for (cell, count) in std::mem::take(&mut self.laid) {
                self.add(cell, count);
            }
            return self.add(cell, weight);
        }
        *self.cells.entry(cell).or_default() += weight;
        while self.cells.len() > CELL_LIMIT {
            self.coarsen();
        }
    }

    /// Makes the cells ten times as wide; the old window lies in the middle of the new one.
    pub(in crate::engine) fn coarsen(&mut self) {
        let mut coarser = Self::of_exponent(self.exponent + 1);
        coarser.base = (self.base + WINDOW as i64 / 2).div_euclid(10) - WINDOW as i64 / 2;
        for (cell, count) in self.counts() {
            let cell = cell.div_euclid(10);
            if coarser.window.is_empty() {
                coarser.window = vec![0; WINDOW];
            }
            match coarser.window.get_mut(cell.wrapping_sub(coarser.base) as usize) {
                Some(counter) => *counter += count,
                None => *coarser.cells.entry(cell).or_default() += count,
            }
        }
        *self = coarser;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_belongs_to_the_cell_between_whose_edges_it_lies() {
        for (value, exponent, cell) in [
            (0.3, -1, 3),
            (0.1 + 0.2, -1, 3),
            (-0.05, -1, -1),
            (2.5, 0, 2),
            (1e22, 20, 100),
            (-1e-30, -31, -10),
        ] {
            assert_eq!(cell_of(value, exponent), cell, "{value}");
        }
    }

    #[test]
    fn a_coarser_grid_counts_exactly_what_a_fresh_one_would() {
        let values: Vec<f64> = (0..50_000_i64).map(|i| (i * 7_919 % 100_003) as f64 * 0.01 - 300.0).collect();
        let mut grid = DecimalGrid::for_range(0.0, 0.1);
        let fine = grid.exponent();
        values.iter().for_each(|value| grid.update(*value, 1));
        assert!(grid.exponent() > fine && grid.cells.len() <= CELL_LIMIT);
        for (edge, count) in grid.iter() {
            let upper = decimal_edge(cell_of(edge, grid.exponent()) + 1, grid.exponent());
            assert_eq!(
                count,
                values.iter().filter(|value| edge <= **value && **value < upper).count() as u64
            );
        }
    }
}
