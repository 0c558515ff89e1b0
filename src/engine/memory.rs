//! One memory budget for the states of a table. What outgrows it is settled, read in a later look, or becomes a sketch.

use std::io::{self, Write};

use super::accumulators::column::ColumnState;
use crate::domain::column_profile::ColumnProfile;

/// States below this size are left as they are.
const SMALLEST_WORTHWHILE: u64 = 1 << 19;

/// What the states may take of a run's budget; the rest is for batches, decoders and finished profiles.
pub fn share_of_states(memory_bytes: u64) -> u64 {
    memory_bytes / 2
}

/// What a run has left of its budget beside the profiles it has finished, but never so little that no column would find room.
pub fn left_beside<'a>(memory_bytes: u64, finished: impl Iterator<Item = &'a ColumnProfile>) -> u64 {
    let mut text = CountedBytes(0);
    for profile in finished {
        serde_json::to_writer(&mut text, profile).expect("a profile has names for keys and the count takes every byte");
    }
    // In memory a short text takes about twice its letters.
    memory_bytes.saturating_sub(2 * text.0).max(memory_bytes / 4)
}

/// Counts what is written to it.
struct CountedBytes(u64);

impl Write for CountedBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes the states fit into `budget_bytes`, or as small as they get: the largest exact states become sketches first.
pub fn keep_within(budget_bytes: u64, columns: &mut [ColumnState]) {
    let total: u64 = columns.iter().map(ColumnState::heap_bytes).sum();
    if total > budget_bytes {
        sketch_largest(total, budget_bytes, columns);
    }
}

/// As [`keep_within`], for columns that lie side by side and may be read again: it is their number rather than one of them that outgrows
/// the budget, and then the last ones are postponed to a look of their own. Where reading again is cheap they are so before any
/// is made a sketch, and stay exact; else afterwards.
pub fn make_room(budget_bytes: u64, columns: &mut [ColumnState], rereading_is_cheap: bool) {
    let mut total: u64 = columns.iter().map(ColumnState::heap_bytes).sum();
    if total <= budget_bytes {
        return;
    }
    // Nothing is lost by settling types: numbers take less than their texts.
    for column in columns.iter_mut() {
        let before = column.heap_bytes();
        if before > 1 << 14 && column.settle_type() {
            total = total - before + column.heap_bytes();
        }
    }
    let largest = columns.iter().map(ColumnState::heap_bytes).max().unwrap_or(0);
    if !rereading_is_cheap || largest > budget_bytes / 16 {
        total = sketch_largest(total, budget_bytes, columns);
    }
    if total <= budget_bytes {
        return;
    }
    // The first stays, so that every look finishes something.
    let first = columns.iter().position(|column| !column.is_postponed()).unwrap_or(columns.len());
    for column in columns.iter_mut().skip(first + 1).rev() {
        // Some room, for the others will grow.
        if total <= budget_bytes / 4 * 3 {
            break;
        }
        if !column.is_postponed() {
            total -= column.heap_bytes();
            column.postpone();
        }
    }
}

fn sketch_largest(mut total: u64, budget_bytes: u64, columns: &mut [ColumnState]) -> u64 {
    let mut by_size: Vec<(u64, usize)> = columns.iter().enumerate().map(|(i, column)| (column.heap_bytes(), i)).collect();
    by_size.sort_unstable_by(|a, b| b.cmp(a));
    for (bytes, index) in by_size {
        // A small state would not become smaller as a sketch.
        if total <= budget_bytes || bytes < SMALLEST_WORTHWHILE {
            break;
        }
        columns[index].give_up_exact_values();
        total = total - bytes + columns[index].heap_bytes();
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::accumulators::scalar_column::FinishContext;
    use crate::engine::limits::ColumnLimits;
    use arrow::array::Int64Array;
    use arrow::datatypes::DataType;

    #[test]
    fn the_largest_column_gives_up_its_exact_values_first() {
        let mut columns: Vec<ColumnState> = ["wide", "narrow"]
            .iter()
            .map(|name| ColumnState::of_arrow_type(name, &DataType::Int64, ColumnLimits::default()))
            .collect();
        let wide = Int64Array::from_iter_values(0..100_000);
        let narrow = Int64Array::from_iter_values((0..100_000).map(|value| value % 10));
        columns[0].update(&wide, Default::default());
        columns[1].update(&narrow, Default::default());
        keep_within(1 << 20, &mut columns);
        let context = FinishContext {
            rows: 100_000,
            clock_day: 0,
        };
        let profiles: Vec<_> = columns.into_iter().map(|column| column.finish(1, &context)).collect();
        assert!(profiles[0].is_estimate("distinct_count") && !profiles[1].is_estimate("distinct_count"));
        assert!(
            profiles.iter().all(|profile| profile.broken_invariants.is_empty()),
            "{:?}",
            profiles[0].broken_invariants
        );
        assert_eq!(profiles[1].metrics.distinct_count, Some(10));
    }
}
