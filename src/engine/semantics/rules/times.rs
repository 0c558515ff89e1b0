//! Dates and times: whose birth, what is planned, what is long ago, when records were written, what happens all the time.

use super::{Evidence, Family, TypeRule, rule};
use crate::engine::semantics::evidence::share_words;
use crate::engine::semantics::vocabulary::Notion;

/// Share of the days, weeks or months of the span in which something must have happened.
const PRESENCE: f64 = 0.75;
/// Values a period that make a series of events of dates.
const EVENTS_A_PERIOD: u64 = 3;
/// Share of texts that must be dates.
const TEXT_DATES: f64 = 0.95;

/// Presence in the periods of the span: share, if there are enough of them and of events.
fn presence(column: &Evidence, present: Option<u64>, days_a_period: f64, least_periods: u64) -> Option<f64> {
    let present = present?;
    let span = column.metrics().date_span_days? as f64;
    let periods = (span / days_a_period).floor() + 1.0;
    let share = (present as f64 / periods).min(1.0);
    let is_series = present >= least_periods && share >= PRESENCE && column.column.non_null_count >= present * EVENTS_A_PERIOD;
    let is_past = column.part(column.metrics().future_count) <= 0.05;
    (column.is_time() && is_series && is_past).then_some(share)
}

fn event(column: &Evidence, present: Option<u64>, days_a_period: f64, least: u64, period: &str) -> Option<String> {
    let share = presence(column, present, days_a_period, least)?;
    Some(format!("{} {period}s from the first to the last have values.", share_words(share)))
}

pub(super) const RULES: &[TypeRule] = &[
    rule("time_of_day", Family::Date, |column| {
        (column.is_time() && column.metrics().min_date.is_none()).then(|| "The source holds times without a date.".to_owned())
    }),
    rule("birth_date", Family::Person, |column| {
        let word = column.named(Notion::Birth)?;
        let metrics = column.metrics();
        let past = column.is_time() && column.part(metrics.before_5yr_count) >= 0.5 && column.part(metrics.future_count) <= 0.01;
        let text = column.is_text() && column.part(metrics.date_count) >= TEXT_DATES;
        if past {
            let share = share_words(column.part(metrics.before_5yr_count)).to_lowercase();
            Some(format!(
                "The name says \"{word}\", and {share} dates lie more than five years back."
            ))
        } else {
            text.then(|| format!("The name says \"{word}\", and the values are dates."))
        }
    }),
    rule("date_as_text", Family::Date, |column| {
        let share = column.part(column.metrics().date_count);
        (column.is_text() && share >= TEXT_DATES).then(|| format!("{} values are dates, stored as text.", share_words(share)))
    }),
    rule("planned_date", Family::Date, |column| {
        let share = column.part(column.metrics().future_count);
        (column.is_time() && share >= 0.5).then(|| format!("{} values lie after the run.", share_words(share)))
    }),
    rule("record_stamp", Family::Stamp, |column| {
        let word = column.named(Notion::RecordStamp)?;
        column
            .is_time()
            .then(|| format!("The name says \"{word}\": when the record was written or changed."))
    }),
    rule("daily_event_date", Family::Event, |column| {
        event(column, column.metrics().days_present, 1.0, 14, "day")
    }),
    rule("weekly_event_date", Family::Event, |column| {
        event(column, column.metrics().weeks_present, 7.0, 8, "week")
    }),
    rule("monthly_event_date", Family::Event, |column| {
        event(column, column.metrics().months_present, 30.44, 6, "month")
    }),
    rule("historical_date", Family::Date, |column| {
        let share = column.part(column.metrics().before_20yr_count);
        (column.is_time() && share >= 0.75).then(|| format!("{} values lie more than twenty years back.", share_words(share)))
    }),
    rule("timestamp", Family::Date, |column| {
        let data_type = column.column.data_type.to_lowercase();
        (column.is_time() && (data_type.contains("time") || data_type.contains("instant")))
            .then(|| "The source holds instants, without a regular series.".to_owned())
    }),
    rule("date", Family::Date, |column| {
        column
            .is_time()
            .then(|| "The source holds dates, without a regular series.".to_owned())
    }),
];
