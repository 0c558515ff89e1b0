//! What of a condition a database may apply itself: conditions of a row filter that every wanted row meets. What comes too much is
//! dropped by `matching`.

use crate::domain::column_profile::GeneralType;
use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::domain::row_filter::{Condition, Literal, Operator, RowFilter, Test};
use crate::engine::accumulators::date_texts::parse_date_text;
use crate::engine::calendar::MICROS_PER_DAY;
use crate::engine::type_inference::TokenType;

use super::LookPlan;

/// The filter of the table with what of the condition may be added to it.
pub fn pushed_filter(plan: &LookPlan) -> Option<RowFilter> {
    let mut conditions: Vec<Condition> = plan
        .table
        .scope
        .row_filter
        .iter()
        .flat_map(|filter| filter.conditions.clone())
        .collect();
    conditions.extend(tests_of(&plan.condition, plan.column.settled()).into_iter().map(|test| Condition {
        column: plan.column.name.clone(),
        test,
    }));
    (!conditions.is_empty()).then_some(RowFilter { conditions })
}

/// Tests that hold for every wanted row. A literal that does not fit the column is not sent: `sources::pushed` knows the column.
fn tests_of(condition: &RowCondition, settled: TokenType) -> Vec<Test> {
    let compare = |operator, literal| Test::Compare(operator, literal);
    match condition {
        RowCondition::Is(RowFeature::Null) => vec![Test::IsNull],
        RowCondition::Is(RowFeature::Missing) => Vec::new(),
        RowCondition::Is(RowFeature::Zero) => vec![compare(Operator::Equal, Literal::Number(0.0))],
        RowCondition::Is(RowFeature::Negative) => vec![compare(Operator::Less, Literal::Number(0.0))],
        RowCondition::Is(RowFeature::Empty) => vec![compare(Operator::Equal, Literal::Text(String::new()))],
        RowCondition::Value(value) => vec![literal_of(value, settled).map_or(Test::IsNotNull, |literal| compare(Operator::Equal, literal))],
        RowCondition::Numbers(range) => {
            let from = range.from.map(|from| compare(Operator::GreaterOrEqual, Literal::Number(from)));
            let to = range.to.map(|to| compare(Operator::LessOrEqual, Literal::Number(to)));
            from.into_iter().chain(to).collect()
        }
        RowCondition::Days(range) => {
            let moment = |day: i64| day.checked_mul(MICROS_PER_DAY).map(Literal::Moment);
            let from = range.from.and_then(moment).map(|from| compare(Operator::GreaterOrEqual, from));
            let to = range.to.and_then(moment).map(|to| compare(Operator::Less, to));
            from.into_iter().chain(to).collect()
        }
        _ => vec![Test::IsNotNull],
    }
}

/// A value by its canonical text, where a literal is that very value.
fn literal_of(value: &str, settled: TokenType) -> Option<Literal> {
    match settled.general_type() {
        GeneralType::Text => Some(Literal::Text(value.to_owned())),
        GeneralType::Boolean => value.parse().ok().map(Literal::Boolean),
        GeneralType::Number => value.parse().ok().filter(|number: &f64| number.is_finite()).map(Literal::Number),
        GeneralType::Time => parse_date_text(value.as_bytes())
            .filter(|date| date.is_iso)
            .map(|date| Literal::Moment(date.micros())),
        GeneralType::Other => None,
    }
}
