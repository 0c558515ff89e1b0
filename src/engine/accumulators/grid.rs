//! The decimal grid: floor(v / 10^e) -> count. Every bin whose edges are multiples of 10^e is an exact sum of its cells,
//! so that one pass gives exact bars at round edges and partitions merge exactly. `e` grows when the cells become too many.

use rustc_hash::FxHashMap;

/// Occupied cells beyond which the grid is made ten times coarser.
const CELL_LIMIT: usize = 1 << 14;
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
    let mut cell = guess.floor().clamp(-LARGEST_CELL, LARGEST_CELL) as i64;
    while decimal_edge(cell, exponent) > value {
        cell -= 1;
    }
    while decimal_edge(cell + 1, exponent) <= value {
        cell += 1;
    }
    cell
}

/// Counts of values by decimal cell.
#[derive(Clone, Debug, Default)]
pub struct DecimalGrid {
    exponent: i32,
    cells: FxHashMap<i64, u64>,
}

impl DecimalGrid {
    /// An empty grid with cells fine enough for values that range so far.
    pub fn for_range(min: f64, max: f64) -> Self {
        let width = (max - min).max((min.abs().max(max.abs())) * 1e-9).clamp(1e-300, f64::MAX);
        Self {
            exponent: (width / 4_096.0).log10().floor() as i32,
            cells: FxHashMap::default(),
        }
    }

    /// Adds a finite value so many times.
    pub fn update(&mut self, value: f64, weight: u64) {
        while (value / 10_f64.powi(self.exponent)).abs() >= LARGEST_CELL {
            self.coarsen();
        }
        *self.cells.entry(cell_of(value, self.exponent)).or_default() += weight;
        while self.cells.len() > CELL_LIMIT {
            self.coarsen();
        }
    }

    /// Adds the other's counts at the coarser of both widths.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        while self.exponent < other.exponent {
            self.coarsen();
        }
        while other.exponent < self.exponent {
            other.coarsen();
        }
        for (cell, count) in other.cells {
            *self.cells.entry(cell).or_default() += count;
        }
        while self.cells.len() > CELL_LIMIT {
            self.coarsen();
        }
    }

    /// The cells' width is ten to this.
    pub fn exponent(&self) -> i32 {
        self.exponent
    }

    /// Lower edge and count of every occupied cell.
    pub fn iter(&self) -> impl Iterator<Item = (f64, u64)> {
        self.cells.iter().map(|(cell, count)| (decimal_edge(*cell, self.exponent), *count))
    }

    /// Bytes held.
    pub fn heap_bytes(&self) -> u64 {
        (self.cells.capacity() * 17) as u64
    }

    fn coarsen(&mut self) {
        self.exponent += 1;
        let mut cells = FxHashMap::default();
        for (cell, count) in self.cells.drain() {
            *cells.entry(cell.div_euclid(10)).or_default() += count;
        }
        self.cells = cells;
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
        let mut grid = DecimalGrid::for_range(0.0, 1.0);
        values.iter().for_each(|value| grid.update(*value, 1));
        assert!(grid.exponent() > -3 && grid.cells.len() <= CELL_LIMIT);
        for (edge, count) in grid.iter() {
            let upper = decimal_edge(cell_of(edge, grid.exponent()) + 1, grid.exponent());
            assert_eq!(
                count,
                values.iter().filter(|value| edge <= **value && **value < upper).count() as u64
            );
        }
    }
}
