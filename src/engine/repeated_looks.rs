//! Looks at a table whose rows are read whole: one, and as many more as types and memory ask for. Each later look is at those columns
//! only that the one before it could not finish: a token broke their settled type, or there was no room for their state.

use rustc_hash::{FxHashMap, FxHashSet};

use super::accumulators::column::ColumnState;
use super::crew::finish_together;
use super::error::EngineError;
use super::limits::{ColumnLimits, ProfileOptions, StopWatch};
use super::memory::left_beside;
use super::profile::Look;
use super::sources::ScanPlan;
use super::table_scan::{ScanOrder, TableScan};
use super::type_inference::TokenType;
use crate::domain::column_profile::ColumnProfile;

/// Looks at a column of tokens: each settles a wider type, and text is the widest.
const MOST_LOOKS: usize = 4;
/// Files up to this size are rather read again than their columns estimated.
const CHEAP_BYTES: u64 = 512 << 20;

/// Reads the table until every column is finished; `finish` gets the column's place from 1, the rows of the table and its state.
pub fn look_row_by_row(
    plan: &ScanPlan,
    options: &ProfileOptions,
    limits: ColumnLimits,
    watch: &StopWatch,
    finish: impl Fn(u32, u64, ColumnState) -> ColumnProfile + Sync,
) -> Result<Look, EngineError> {
    let mut known_types: FxHashMap<String, TokenType> = FxHashMap::default();
    let mut looks: FxHashMap<String, usize> = FxHashMap::default();
    let mut only: Option<FxHashSet<String>> = None;
    let mut whole: Option<(Look, Vec<Option<ColumnProfile>>)> = None;
    let mut waiting: Vec<String> = Vec::new();
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    let mut memory_bytes = options.memory_bytes;
    loop {
        let scan = TableScan::run(&ScanOrder {
            parts: &plan.parts,
            scope: &plan.scope,
            threads: options.threads,
            memory_bytes,
            limits,
            known_types: &known_types,
            only: only.as_ref(),
            rereading_is_cheap: !plan.files.is_empty() && plan.total_bytes() <= CHEAP_BYTES,
            watch,
            report: whole.is_none(),
        })?;
        let (look, finished) = whole.get_or_insert_with(|| {
            waiting = scan.columns.iter().map(|column| column.name().to_owned()).collect();
            places = waiting.iter().cloned().zip(0..).collect();
            let look = Look {
                rows: scan.rows,
                columns: Vec::new(),
                rejected: scan.rejected.clone(),
            };
            (look, vec![None; scan.columns.len()])
        });
        let (mut had_room, mut ready) = (0, Vec::new());
        for column in scan.columns.into_iter().filter(|column| !column.is_postponed()) {
            // A table that grew while it was read again has no place for more columns.
            let Some(place) = places.get(column.name()).copied() else {
                continue;
            };
            had_room += 1;
            match column.wider_type() {
                Some(wider) => {
                    let look = looks.entry(column.name().to_owned()).or_default();
                    *look += 1;
                    // Text holds every token, but not what is nested.
                    let known = if *look >= MOST_LOOKS && wider != TokenType::Nested {
                        TokenType::Text
                    } else {
                        wider
                    };
                    known_types.insert(column.name().to_owned(), known);
                }
                None => ready.push((place, column)),
            }
        }
        let rows = look.rows;
        let done = finish_together(ready, options.threads, |place, column| finish(place as u32 + 1, rows, column));
        done.into_iter().for_each(|(place, column)| finished[place] = Some(column));
        let left = || waiting.iter().zip(finished.iter()).filter(|(_, finished)| finished.is_none());
        if left().next().is_none() {
            break;
        }
        memory_bytes = left_beside(options.memory_bytes, finished.iter().flatten());
        // About as many at a time as had room before.
        only = Some(
            left()
                .map(|(name, _)| name.clone())
                .take((had_room + had_room / 4).max(1))
                .collect(),
        );
    }
    let (mut look, finished) = whole.expect("the loop ends after a look");
    look.columns = finished.into_iter().flatten().collect();
    Ok(look)
}

#[cfg(test)]
mod tests {
    use crate::domain::table_profile::TableProfile;
    use crate::engine::{ProfileOptions, Unobserved, discover_file, profile_table};

    const ROWS: usize = 600;
    const COLUMNS: usize = 200;

    fn csv() -> String {
        let names: Vec<String> = (0..COLUMNS).map(|column| format!("c{column}")).collect();
        let mut text = names.join(",") + "\n";
        for row in 0..ROWS {
            let cells: Vec<String> = (0..COLUMNS)
                .map(|column| match column % 5 {
                    0 => format!("{}", (row * 7 + column) % ROWS),
                    1 => format!("{}.5", row * column % 311),
                    2 => format!("text {}", (row + column) % 97),
                    // A whole number up to the last row, and a day that turns out to have a time.
                    3 if row + 1 == ROWS => "none".into(),
                    3 => format!("{row}"),
                    _ if row + 1 == ROWS => "2024-01-01 10:00:00".into(),
                    _ => format!("2024-01-{:02}", row % 28 + 1),
                })
                .collect();
            text += &(cells.join(",") + "\n");
        }
        text
    }

    fn profile_within(memory_bytes: u64, threads: usize, path: &std::path::Path) -> TableProfile {
        let options = ProfileOptions {
            memory_bytes,
            threads,
            ..ProfileOptions::default()
        };
        let table = discover_file(path).unwrap();
        profile_table(path.parent().unwrap(), &table, &options, &Unobserved).unwrap()
    }

    #[test]
    fn columns_that_find_no_room_are_read_later_and_stay_exact() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wide.csv");
        std::fs::write(&path, csv()).unwrap();
        let roomy = profile_within(512 << 20, 1, &path);
        assert_eq!(roomy.columns.len(), COLUMNS);
        assert!(roomy.columns.iter().all(|column| column.estimates.is_empty()));
        assert_eq!(
            (roomy.columns[3].data_type.as_str(), roomy.columns[4].data_type.as_str()),
            ("string", "timestamp_ntz")
        );
        for threads in [1, 2] {
            let narrow = profile_within(2 << 20, threads, &path);
            assert_eq!(narrow.columns, roomy.columns, "{threads} threads");
            assert_eq!((narrow.row_count, &narrow.metrics), (roomy.row_count, &roomy.metrics));
        }
    }
}
