//! One memory budget for the states of a table: when they outgrow it, the largest exact states become sketches first.

use super::accumulators::column::ColumnState;

/// States below this size are left as they are.
const SMALLEST_WORTHWHILE: u64 = 1 << 19;

/// Makes the states fit into `budget_bytes`, or as small as they get.
pub fn keep_within(budget_bytes: u64, columns: &mut [ColumnState]) {
    let mut total: u64 = columns.iter().map(ColumnState::heap_bytes).sum();
    if total <= budget_bytes {
        return;
    }
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
