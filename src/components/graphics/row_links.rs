//! Where the rows behind the figures of a column are. A masked column has no links by its values; a column that cannot be looked at has none.

use crate::domain::column_profile::{ColumnProfile, HistogramBin, TopValue};
use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::domain::row_query::{RowChoice, RowsQuery};

/// The addresses of the rows of one column in one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowLinks {
    /// The page of the column; empty where its rows cannot be looked at.
    column_path: String,
    run: Option<i64>,
    /// Whether whoever looks may not see its values.
    is_masked: bool,
    /// Whether values must not stand in addresses.
    is_personal: bool,
}

impl RowLinks {
    /// Links to the rows of a column.
    pub fn new(column_path: String, run: Option<i64>, is_masked: bool, is_personal: bool) -> Self {
        Self {
            column_path,
            run,
            is_masked,
            is_personal,
        }
    }

    /// The rows that a choice means.
    pub fn to(&self, choice: RowChoice) -> Option<String> {
        let tells = match &choice {
            RowChoice::Condition(condition) => condition.tells_values(),
            RowChoice::Top(_) => true,
            RowChoice::Finding(_) => false,
        };
        let is_shut = self.column_path.is_empty() || self.is_masked && tells;
        (!is_shut).then(|| format!("{}/rows{}", self.column_path, RowsQuery::new(choice, self.run).to_query()))
    }

    /// The rows that meet a condition.
    pub fn by(&self, condition: RowCondition) -> Option<String> {
        self.to(RowChoice::of(condition)?)
    }

    /// The rows whose value is of a kind.
    pub fn of(&self, feature: RowFeature) -> Option<String> {
        self.by(RowCondition::Is(feature))
    }

    /// The rows of a listed value.
    pub fn of_top(&self, place: usize, top: &TopValue) -> Option<String> {
        self.to(RowChoice::of_top(place, top, self.is_personal))
    }

    /// The rows of a bar.
    pub fn of_bin(&self, column: &ColumnProfile, bin: &HistogramBin, is_last: bool) -> Option<String> {
        self.to(RowChoice::of_bin(column, bin, is_last)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_column_leads_to_nothing_by_its_values() {
        let top = TopValue {
            value: "x".into(),
            ..TopValue::default()
        };
        for (is_masked, is_personal, by_value) in [
            (false, false, Some("/t/columns/c/rows?value=x&run=7")),
            (false, true, Some("/t/columns/c/rows?top=3&run=7")),
            (true, true, None),
        ] {
            let links = RowLinks::new("/t/columns/c".into(), Some(7), is_masked, is_personal);
            assert_eq!(links.of_top(2, &top).as_deref(), by_value);
            assert_eq!(links.of(RowFeature::Null).as_deref(), Some("/t/columns/c/rows?is=null&run=7"));
        }
        assert_eq!(RowLinks::default().of(RowFeature::Null), None);
    }
}
