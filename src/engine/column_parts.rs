//! Which columns are read in parts, so that all threads are busy to the end: a part is some of the row groups, with a state of its own.

use std::cmp::Reverse;
use std::sync::{Mutex, PoisonError};

/// A column, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnPart {
    /// Index of the column.
    pub column: usize,
    /// Which part.
    pub part: usize,
    /// Of how many.
    pub parts: usize,
}

impl ColumnPart {
    /// Which of so many pieces of work are this part's.
    pub fn share_of(&self, pieces: usize) -> std::ops::Range<usize> {
        pieces * self.part / self.parts..pieces * (self.part + 1) / self.parts
    }
}

/// The parts of all columns, those with the most bytes first. `columns` are the bytes and the row groups of each; one is read in
/// parts only where a thread would be left waiting otherwise.
pub fn divide_columns(columns: &[(u64, usize)], threads: usize) -> Vec<ColumnPart> {
    let mut parts = vec![1; columns.len()];
    let ideal = columns.iter().map(|column| column.0).sum::<u64>() / threads.max(1) as u64;
    while threads > 1 && longest_thread(columns, &parts, threads) > ideal + ideal / 10 {
        let whole = (0..columns.len()).filter(|column| parts[*column] == 1 && columns[*column].1 > 1);
        let Some(largest) = whole.max_by_key(|column| columns[*column].0) else {
            break;
        };
        parts[largest] = columns[largest].1.min(threads);
    }
    let mut tasks: Vec<ColumnPart> = (0..columns.len())
        .flat_map(|column| {
            let parts = parts[column];
            (0..parts).map(move |part| ColumnPart { column, part, parts })
        })
        .collect();
    tasks.sort_by_key(|task| Reverse(columns[task.column].0 / task.parts as u64));
    tasks
}

/// Bytes of the thread that gets the most, when each takes the largest part that is left.
fn longest_thread(columns: &[(u64, usize)], parts: &[usize], threads: usize) -> u64 {
    let mut sizes: Vec<u64> = (columns.iter().zip(parts))
        .flat_map(|(column, parts)| std::iter::repeat_n(column.0 / *parts as u64, *parts))
        .collect();
    sizes.sort_unstable_by_key(|size| Reverse(*size));
    let mut loads = vec![0; threads];
    for size in sizes {
        if let Some(load) = loads.iter_mut().min() {
            *load += size;
        }
    }
    loads.into_iter().max().unwrap_or(0)
}

/// States of parts that wait for the others of their column.
pub struct WaitingParts<T>(Vec<Mutex<Vec<(usize, T)>>>);

impl<T> WaitingParts<T> {
    /// For so many columns.
    pub fn new(columns: usize) -> Self {
        Self((0..columns).map(|_| Mutex::default()).collect())
    }

    /// Hands in a part; gives all of them, in order, to the thread that brings the last one.
    pub fn complete(&self, task: ColumnPart, state: T) -> Option<Vec<T>> {
        if task.parts == 1 {
            return Some(vec![state]);
        }
        let mut waiting = self.0[task.column].lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push((task.part, state));
        if waiting.len() < task.parts {
            return None;
        }
        let mut all = std::mem::take(&mut *waiting);
        all.sort_by_key(|part| part.0);
        Some(all.into_iter().map(|part| part.1).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts_of(columns: &[(u64, usize)], threads: usize) -> Vec<usize> {
        let tasks = divide_columns(columns, threads);
        (0..columns.len())
            .map(|column| tasks.iter().filter(|task| task.column == column).count())
            .collect()
    }

    #[test]
    fn a_column_is_divided_only_where_a_thread_would_wait() {
        assert_eq!(parts_of(&[(100, 10)], 1), [1]);
        assert_eq!(parts_of(&[(100, 10)], 4), [4]);
        assert_eq!(parts_of(&[(100, 3)], 4), [3]);
        assert_eq!(parts_of(&[(100, 1)], 2), [1]);
        assert_eq!(parts_of(&[(100, 9), (100, 9)], 2), [1, 1]);
        assert_eq!(parts_of(&[(100, 9), (100, 9), (100, 9)], 2), [1, 1, 2]);
        assert_eq!(parts_of(&[(10, 9), (900, 9), (10, 9)], 2), [1, 2, 1]);
        assert_eq!(parts_of(&[(0, 9), (0, 9)], 2), [1, 1]);
        assert_eq!(parts_of(&[], 2), [0; 0]);
    }

    #[test]
    fn parts_are_handed_over_together_in_order() {
        let tasks = divide_columns(&[(100, 7)], 3);
        let shares: Vec<_> = tasks.iter().map(|task| task.share_of(7)).collect();
        assert_eq!(shares, [0..2, 2..4, 4..7]);
        let waiting = WaitingParts::new(1);
        assert_eq!(waiting.complete(tasks[2], 'c'), None);
        assert_eq!(waiting.complete(tasks[0], 'a'), None);
        assert_eq!(waiting.complete(tasks[1], 'b'), Some(vec!['a', 'b', 'c']));
    }
}
