//! Statements of a whole table: its rows, the rows that are there more than once, and number columns that move together.

use super::dialect::{Spelling, quote_text};
use super::relation::TableContext;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::statement::SqlDialect;

/// Rows and columns.
pub fn rows(table: &TableContext) -> String {
    format!("SELECT count(*) AS row_count\nFROM {}", table.source())
}

/// Rows beyond the first of their kind, over all columns.
pub fn duplicate_rows(table: &TableContext) -> String {
    let values: Vec<String> = (1..)
        .zip(table.columns)
        .map(|(place, column)| format!("{} AS c{place}", table.value(column)))
        .collect();
    format!(
        "WITH data AS (\n  SELECT {}\n  FROM {}\n)\nSELECT (SELECT count(*) FROM data) - count(*) AS duplicate_row_count\nFROM (SELECT DISTINCT * FROM data) AS different",
        values.join(", "),
        table.source()
    )
}

/// Pearson's correlation of the pairs that are shown, over the rows that have a finite number in both; nothing where there are none.
pub fn correlations(table: &TableContext, dialect: SqlDialect) -> Option<String> {
    if table.pairs.is_empty() {
        return None;
    }
    let mut used: Vec<&ColumnProfile> = Vec::new();
    let mut place_of = |name: &str| -> Option<usize> {
        let known = used.iter().position(|column| column.column_name == name);
        known.or_else(|| {
            used.push(table.columns.iter().find(|column| column.column_name == name)?);
            Some(used.len() - 1)
        })
    };
    let mut lists: [Vec<String>; 4] = Default::default();
    for pair in table.pairs {
        let (left, right) = (place_of(&pair.left)? + 1, place_of(&pair.right)? + 1);
        lists[0].push(quote_text(&pair.left));
        lists[1].push(quote_text(&pair.right));
        lists[2].push(format!("corr(c{left}, c{right})"));
        lists[3].push(format!("regr_count(c{left}, c{right})"));
    }
    let values: Vec<String> = (1..)
        .zip(used)
        .map(|(place, column)| {
            let value = dialect.as_real(&table.value(column));
            // Around the mean a database loses no digits of values that lie close together and far from zero.
            let mean = column.metrics.avg_value.filter(|mean| mean.is_finite());
            let centred = mean.map_or_else(|| value.clone(), |mean| format!("({value} - {})", dialect.real(mean)));
            match column.metrics.nan_count {
                Some(_) => format!("CASE WHEN {} THEN {centred} END AS c{place}", dialect.finite(&value)),
                None => format!("{centred} AS c{place}"),
            }
        })
        .collect();
    let [left, right, coefficients, rows] = lists.map(|list| format!("unnest(ARRAY[{}])", list.join(", ")));
    Some(format!(
        "WITH data AS (\n  SELECT {}\n  FROM {}\n), pairs AS (\n  SELECT\n    {left} AS \"left\",\n    {right} AS \"right\",\n    {coefficients} AS coefficient,\n    \
         {rows} AS row_count\n  FROM data\n)\nSELECT \"left\", \"right\", coefficient, row_count\nFROM pairs\nORDER BY abs(coefficient) DESC",
        values.join(", "),
        table.source()
    ))
}
