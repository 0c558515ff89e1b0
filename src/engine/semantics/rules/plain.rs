//! Columns that hold one value, and columns of true and false.

use super::{Family, TypeRule, rule};
use crate::domain::column_profile::GeneralType;
use crate::engine::semantics::evidence::{grouped, share_words};

/// Up to this share of nulls a single value is a constant; beyond it, it marks some of the rows.
const MOST_MISSING: f64 = 0.25;
/// Share of texts that must be truth words.
const TRUTH_SHARE: f64 = 0.99;

pub(super) const RULES: &[TypeRule] = &[
    rule("constant", Family::Plain, |column| {
        (column.distinct() == 1 && column.filled_ratio() >= 1.0 - MOST_MISSING)
            .then(|| format!("All {} values are the same.", grouped(column.filled)))
    }),
    rule("marker", Family::Plain, |column| {
        (column.distinct() == 1).then(|| {
            format!(
                "One value in {} of {} rows, nothing in the others.",
                grouped(column.filled),
                grouped(column.column.row_count)
            )
        })
    }),
    rule("boolean", Family::Truth, |column| match column.column.general_type {
        GeneralType::Boolean => Some("The source holds true and false.".to_owned()),
        GeneralType::Text => {
            let share = column.part(column.metrics().boolean_text_count);
            (share >= TRUTH_SHARE && column.repeats_few(8)).then(|| format!("{} values say true or false, yes or no.", share_words(share)))
        }
        GeneralType::Number => (column.is_whole() && column.distinct() == 2 && column.lies_within(0.0, 1.0))
            .then(|| "The only numbers are 0 and 1.".to_owned()),
        _ => None,
    }),
];
