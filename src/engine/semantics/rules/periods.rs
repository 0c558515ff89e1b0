//! Parts of a date that stand alone: year, quarter, month, week, day, hour, and times of day written as numbers.

use super::{Evidence, Family, TypeRule, rule};
use crate::engine::semantics::value_lists::{is_month_name, is_weekday_name};
use crate::engine::semantics::vocabulary::Notion;

/// Share of the listed values that must fit.
const LISTED: f64 = 0.98;

/// Whole numbers, or texts of nothing but digits, within the range, in a column whose name says so.
fn numbered(column: &Evidence, notions: &[Notion], low: i64, high: i64) -> Option<String> {
    let ends = |notion: &Notion| {
        column
            .name
            .ends_with(*notion)
            .or_else(|| column.named(*notion).filter(|phrase| phrase.contains(' ')))
    };
    let word = notions.iter().find_map(ends)?;
    let within = |text: &str| text.trim().parse::<i64>().is_ok_and(|value| (low..=high).contains(&value));
    let fits = (column.is_whole() && column.lies_within(low as f64, high as f64))
        || (column.is_text() && column.longest() <= 4 && column.listed(within) >= LISTED);
    let (from, to) = column.bounds().unwrap_or((low as f64, high as f64));
    fits.then(|| format!("The name says \"{word}\", and the values lie between {from} and {to}."))
}

fn listed(column: &Evidence, what: &str, passes: impl Fn(&str) -> bool) -> Option<String> {
    (column.is_text() && column.distinct() >= 2 && column.listed(passes) >= LISTED).then(|| format!("The values are {what}."))
}

pub(super) const RULES: &[TypeRule] = &[
    rule("year", Family::Period, |column| {
        numbered(column, &[Notion::Year], 1_800, 2_200).or_else(|| {
            // The range is telling enough for `year_built`.
            let word = column.named(Notion::Year)?;
            let (from, to) = column.bounds()?;
            (column.is_whole() && column.lies_within(1_800.0, 2_200.0))
                .then(|| format!("The name says \"{word}\", and the values lie between {from} and {to}."))
        })
    }),
    rule("year_month", Family::Period, |column| {
        let valid = |text: &str| {
            let (year, month) = text.split_once('-').or_else(|| text.split_at_checked(4))?;
            let (year, month): (u32, u32) = (year.parse().ok()?, month.parse().ok()?);
            Some(text.len() <= 7 && text.len() >= 6 && (1_900..=2_100).contains(&year) && (1..=12).contains(&month))
        };
        let share = column.listed(|text| valid(text).unwrap_or(false));
        // Six digits are a month of a year only where the name agrees.
        let is_spelt = column.is_text() && column.shapes(|shape| shape == "9999-99") >= LISTED;
        let is_named =
            column.named_any(&[Notion::Month, Notion::Year, Notion::Moment]).is_some() && (column.is_whole() || column.is_text());
        (share >= LISTED && column.distinct() >= 2 && (is_spelt || is_named))
            .then(|| "The values are months of years, as 2026-11 or 202611.".to_owned())
    }),
    rule("year_quarter", Family::Period, |column| {
        let quarters = column.shapes(|shape| ["9999-A9", "9999A9", "9999 A9", "A9 9999", "A9-9999"].contains(&shape));
        let spelt = column.listed(|text| text.contains(['Q', 'q', 'T']));
        (column.is_text() && quarters >= LISTED && spelt >= LISTED).then(|| "The values are quarters of years.".to_owned())
    }),
    rule("quarter", Family::Period, |column| {
        numbered(column, &[Notion::Quarter], 1, 4)
            .or_else(|| listed(column, "quarters", |text| matches!(text.as_bytes(), [b'Q' | b'q', b'1'..=b'4'])))
    }),
    rule("month", Family::Period, |column| {
        numbered(column, &[Notion::Month], 1, 12).or_else(|| listed(column, "names of months", is_month_name))
    }),
    rule("weekday", Family::Period, |column| {
        listed(column, "days of the week", is_weekday_name).or_else(|| numbered(column, &[Notion::Weekday], 0, 7))
    }),
    rule("iso_week", Family::Period, |column| numbered(column, &[Notion::Week], 1, 53)),
    rule("day_of_month", Family::Period, |column| {
        numbered(column, &[Notion::DayOfMonth], 1, 31)
    }),
    rule("hour", Family::Period, |column| numbered(column, &[Notion::Hour], 0, 24)),
    rule("minute", Family::Period, |column| numbered(column, &[Notion::Minute], 0, 59)),
    rule("clock_time", Family::Period, |column| {
        let word = column.named(Notion::Clock)?;
        let is_clock = |value: f64| (0.0..=2_400.0).contains(&value) && value % 100.0 < 60.0;
        let metrics = column.metrics();
        let quantiles = [metrics.p05, metrics.p25, metrics.median, metrics.p75, metrics.p95];
        let by_quantiles = quantiles.into_iter().flatten().all(is_clock);
        let by_values = column.listed(|text| text.parse::<f64>().is_ok_and(is_clock)) >= 1.0;
        // Minutes would go over sixty in their last two places sooner or later.
        (column.is_whole() && column.lies_within(0.0, 2_400.0) && column.distinct() >= 60 && by_quantiles && by_values)
            .then(|| format!("The name says \"{word}\", and the numbers are hours and minutes in one, such as 1730."))
    }),
];
