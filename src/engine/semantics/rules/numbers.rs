//! What numbers measure or count, by name and range; without either they stay what they are.

use super::{Family, TypeRule, rule};
use crate::engine::semantics::vocabulary::Notion;

/// Different values up to which whole numbers are steps rather than a scale.
const FEW_STEPS: u64 = 20;

pub(super) const RULES: &[TypeRule] = &[
    rule("ratio", Family::Measure, |column| {
        let word = column.named(Notion::Share)?;
        (column.is_number() && !column.is_whole() && column.lies_within(-1.0, 1.0))
            .then(|| format!("The name says \"{word}\", and all numbers lie between -1 and 1."))
    }),
    rule("percentage", Family::Measure, |column| {
        // Tax, discount and rate are amounts as often as shares.
        let word = column
            .named(Notion::Share)
            .filter(|word| !matches!(*word, "tax" | "rate" | "quote"))?;
        let is_amount = word == "discount" && !column.is_whole();
        (column.is_number() && column.lies_within(-100.0, 100.0) && !is_amount)
            .then(|| format!("The name says \"{word}\", and all numbers lie between -100 and 100."))
    }),
    rule("amount_of_money", Family::Measure, |column| {
        let word = column.named(Notion::Money)?;
        let is_counted = [Notion::Count, Notion::Sequence, Notion::Duration]
            .into_iter()
            .any(|notion| column.name.ends_with(notion).is_some());
        (column.is_number() && !is_counted && column.distinct() > 5).then(|| {
            format!(
                "The name says \"{word}\", and the values are {} different numbers.",
                column.distinct_words()
            )
        })
    }),
    rule("duration", Family::Measure, |column| {
        let word = column.name.ends_with(Notion::Duration)?;
        let positive = column.bounds().is_some_and(|(min, _)| min >= 0.0);
        (column.is_number() && positive).then(|| format!("The name ends in \"{word}\", and no number is below zero."))
    }),
    rule("count", Family::Measure, |column| {
        // `num_items` counts, `order_num` names.
        let word = column
            .named(Notion::Count)
            .filter(|_| column.name.ends_with(Notion::Number).is_none())?;
        let positive = column.bounds().is_some_and(|(min, _)| min >= 0.0);
        (column.is_whole() && positive).then(|| format!("The name says \"{word}\", and the values are whole numbers, none below zero."))
    }),
    rule("number_code", Family::Code, |column| {
        let word = column.name.ends_with(Notion::Number)?;
        column
            .is_whole()
            .then(|| format!("The name says \"{word}\", and the values are whole numbers: they name, they do not measure."))
    }),
    rule("measurement", Family::Measure, |column| {
        let is_signed = column.bounds().is_some_and(|(min, max)| min < 0.0 && max > 0.0);
        let has_fractions = column.metrics().integer_valued == Some(false);
        let scale = column.distinct() > FEW_STEPS;
        let word = column.named(Notion::Quantity);
        match (column.is_number(), has_fractions, word) {
            (true, true, _) => Some(format!("{} different numbers with fractions.", column.distinct_words())),
            (true, false, _) if is_signed && scale => Some("Whole numbers on both sides of zero.".to_owned()),
            (true, false, Some(word)) if scale => Some(format!(
                "The name says \"{word}\", and the values are {} different numbers.",
                column.distinct_words()
            )),
            _ => None,
        }
    }),
    rule("numeric_category", Family::Category, |column| {
        (column.is_whole() && column.repeats_few(FEW_STEPS))
            .then(|| format!("{} whole numbers that come again and again.", column.distinct()))
    }),
    rule("whole_number", Family::Number, |column| {
        let (min, max) = column.bounds()?;
        column
            .is_whole()
            .then(|| format!("Whole numbers from {min} to {max}; nothing says what they count or name."))
    }),
];
