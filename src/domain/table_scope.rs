//! How much of a table is profiled: all of it, or without some columns, or only some rows.

use serde::{Deserialize, Serialize};

use super::row_filter::RowFilter;

/// What a person says of how a table is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct TableScope {
    /// Columns that are not read, as the source spells them; sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Rows that are profiled; all where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub row_filter: Option<RowFilter>,
}

impl Eq for TableScope {}

impl TableScope {
    /// Whether the whole table is profiled.
    pub fn is_whole(&self) -> bool {
        self.left_out.is_empty() && self.row_filter.is_none()
    }

    /// Whether a column is not read.
    pub fn leaves_out(&self, column: &str) -> bool {
        self.left_out.iter().any(|name| name == column)
    }

    /// Whether a column has to be read: it is wanted, or the filter looks at it.
    pub fn reads(&self, column: &str) -> bool {
        !self.leaves_out(column) || self.filters_by(column)
    }

    /// Whether the filter looks at a column.
    pub fn filters_by(&self, column: &str) -> bool {
        self.row_filter.as_ref().is_some_and(|filter| filter.columns().contains(&column))
    }

    /// In words: `rows where amount > 10, 2 columns left out`; empty for the whole table.
    pub fn words(&self) -> String {
        let rows = self.row_filter.as_ref().map(|filter| format!("rows where {filter}"));
        let columns = match self.left_out.len() {
            0 => None,
            1 => Some("1 column left out".to_owned()),
            count => Some(format!("{count} columns left out")),
        };
        [rows, columns].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
