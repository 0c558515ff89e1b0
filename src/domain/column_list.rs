//! The columns of a table as an address asks for them: filtered, sorted, each with its change since the compared run.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::column_change::{ColumnChange, largest_change};
use super::column_profile::{ColumnProfile, GeneralType};
use super::query::{ColumnSort, ColumnsQuery};
use super::table::TableDetail;

/// One column of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedColumn<'a> {
    /// The column in the run shown.
    pub column: &'a ColumnProfile,
    /// The same column in the compared run.
    pub compared: Option<&'a ColumnProfile>,
    /// Its largest change; `None` without a compared run.
    pub change: Option<ColumnChange>,
}

/// How many columns each filter would keep, whatever the other filters say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnCounts {
    /// All.
    pub all: u64,
    /// Per family, in the order number, text, time, boolean, other.
    pub by_type: Vec<(GeneralType, u64)>,
    /// With a notable change.
    pub changed: u64,
    /// With at least five percent nulls.
    pub null_over_5: u64,
}

/// Every column with its change, in the order of the table.
pub fn all_columns(detail: &TableDetail) -> Vec<ListedColumn<'_>> {
    let before: HashMap<&str, &ColumnProfile> = detail
        .compared_columns
        .iter()
        .map(|column| (column.column_name.as_str(), column))
        .collect();
    detail
        .columns
        .iter()
        .map(|column| {
            let compared = before.get(column.column_name.as_str()).copied();
            ListedColumn {
                column,
                compared,
                change: detail.compared.as_ref().and_then(|_| largest_change(column, compared)),
            }
        })
        .collect()
}

/// The columns that the address asks for, in its order.
pub fn listed_columns<'a>(detail: &'a TableDetail, query: &ColumnsQuery) -> Vec<ListedColumn<'a>> {
    let mut columns: Vec<ListedColumn> = all_columns(detail).into_iter().filter(|listed| is_kept(listed, query)).collect();
    let position = |a: &ListedColumn, b: &ListedColumn| a.column.ordinal_position.cmp(&b.column.ordinal_position);
    let nulls = |listed: &ListedColumn| null_share(listed.column);
    // What has no score stands after everything that has one.
    let score = |listed: &ListedColumn| listed.column.meaning.quality_score.unwrap_or(f64::INFINITY);
    let weight = |listed: &ListedColumn| listed.change.as_ref().map_or(0.0, |change| change.weight);
    columns.sort_by(|a, b| {
        let order = match query.sort {
            ColumnSort::Position => Ordering::Equal,
            ColumnSort::Name => a.column.column_name.to_lowercase().cmp(&b.column.column_name.to_lowercase()),
            ColumnSort::Null => nulls(b).total_cmp(&nulls(a)),
            ColumnSort::Distinct => b.column.metrics.distinct_count.cmp(&a.column.metrics.distinct_count),
            ColumnSort::Change => weight(b).total_cmp(&weight(a)),
            ColumnSort::Score => score(a).total_cmp(&score(b)),
        };
        order.then_with(|| position(a, b))
    });
    columns
}

/// Counts for the filters.
pub fn column_counts(detail: &TableDetail) -> ColumnCounts {
    let columns = all_columns(detail);
    let number = |keep: &dyn Fn(&ListedColumn) -> bool| columns.iter().filter(|listed| keep(listed)).count() as u64;
    let kinds = [
        GeneralType::Number,
        GeneralType::Text,
        GeneralType::Time,
        GeneralType::Boolean,
        GeneralType::Other,
    ];
    ColumnCounts {
        all: columns.len() as u64,
        by_type: kinds
            .iter()
            .map(|kind| (*kind, number(&|listed| listed.column.general_type == *kind)))
            .filter(|(_, count)| *count > 0)
            .collect(),
        changed: number(&|listed| is_changed(listed)),
        null_over_5: number(&|listed| null_share(listed.column) >= 0.05),
    }
}

fn is_kept(listed: &ListedColumn, query: &ColumnsQuery) -> bool {
    let name = query.q.is_empty() || listed.column.column_name.to_lowercase().contains(&query.q.to_lowercase());
    let kind = query.kind.is_empty() || listed.column.general_type.letter() == query.kind;
    let nulls = query
        .null
        .is_none_or(|percent| null_share(listed.column) >= f64::from(percent) / 100.0);
    name && kind && nulls && (!query.changed || is_changed(listed))
}

fn is_changed(listed: &ListedColumn) -> bool {
    listed.change.as_ref().is_some_and(ColumnChange::is_notable)
}

fn null_share(column: &ColumnProfile) -> f64 {
    if column.row_count == 0 {
        0.0
    } else {
        column.null_count as f64 / column.row_count as f64
    }
}
