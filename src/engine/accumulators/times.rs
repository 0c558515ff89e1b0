//! The dates and times family: a count for every day (for every month, when days are too many), and midnights.

use rustc_hash::FxHashMap;

use crate::domain::column_profile::{ColumnProfile, Estimate};
use crate::engine::calendar::{minus_months, month_index, month_start, week_index, weekday};
use crate::engine::canonical::{Form, Scalar, infinity_of};
use crate::engine::histogram::{Spread, day_edges, fill_bins};

use super::quantiles::quantiles_of_entries;
use super::scalar_column::{Family, FinishContext};

/// Different days beyond which only months are kept.
const DAY_LIMIT: usize = 1 << 19;

/// State of one column of dates, instants or times of day.
#[derive(Clone, Debug, Default)]
pub struct Times {
    range: Option<(i64, i64)>,
    midnight: u64,
    weekdays: [u64; 7],
    /// Day -> count; first day of the month -> count once `coarse`.
    days: FxHashMap<i64, u64>,
    coarse: bool,
    /// Dates and instants without end; they have a count and no place in time.
    infinite: u64,
}

impl Family<i64> for Times {
    fn begin_stream(&mut self, _form: Form, _entries: &[(i64, u64)]) {}

    fn update(&mut self, form: Form, key: i64, weight: u64) {
        if infinity_of(key, form).is_some() {
            self.infinite += weight;
            return;
        }
        self.range = Some(self.range.map_or((key, key), |(min, max)| (min.min(key), max.max(key))));
        let Some((day, rest)) = split(form, key) else { return };
        if rest == 0 {
            self.midnight += weight;
        }
        self.weekdays[weekday(day)] += weight;
        let key = if self.coarse { month_start(month_index(day)) } else { day };
        *self.days.entry(key).or_default() += weight;
        if self.days.len() > DAY_LIMIT && !self.coarse {
            self.coarsen();
        }
    }

    fn merge(&mut self, other: &Self) {
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.midnight += other.midnight;
        self.infinite += other.infinite;
        for (mine, theirs) in self.weekdays.iter_mut().zip(other.weekdays) {
            *mine += theirs;
        }
        if other.coarse && !self.coarse {
            self.coarsen();
        }
        for (day, count) in &other.days {
            let key = if self.coarse { month_start(month_index(*day)) } else { *day };
            *self.days.entry(key).or_default() += count;
        }
        if self.days.len() > DAY_LIMIT && !self.coarse {
            self.coarsen();
        }
    }

    fn heap_bytes(&self) -> u64 {
        (self.days.capacity() * 17) as u64
    }

    fn value_range(&self) -> Option<(i64, i64)> {
        self.range
    }

    fn finish(&self, form: Form, _entries: Option<&[(i64, u64)]>, context: &FinishContext, profile: &mut ColumnProfile) {
        profile.metrics.infinite_count = (self.infinite > 0).then_some(self.infinite);
        let Some((min, max)) = self.range else { return };
        // A time of day has no date.
        let (Some((first, _)), Some((last, _))) = (split(form, min), split(form, max)) else {
            return;
        };
        let metrics = &mut profile.metrics;
        metrics.min_date = Some(min.text(form));
        metrics.max_date = Some(max.text(form));
        let mut days: Vec<(i64, u64)> = self.days.iter().map(|(day, count)| (*day, *count)).collect();
        days.sort_unstable();
        let today = context.clock_day;
        let before = |limit: i64| Some(days.iter().take_while(|entry| entry.0 < limit).map(|entry| entry.1).sum::<u64>());
        let after = |limit: i64| {
            Some(
                days.iter()
                    .rev()
                    .take_while(|entry| entry.0 > limit)
                    .map(|entry| entry.1)
                    .sum::<u64>(),
            )
        };
        let within = |length: i64| {
            Some(
                days.iter()
                    .filter(|entry| (today - length..=today).contains(&entry.0))
                    .map(|entry| entry.1)
                    .sum::<u64>(),
            )
        };
        metrics.date_span_days = Some(last - first);
        metrics.before_1yr_count = before(minus_months(today, 12));
        metrics.before_5yr_count = before(minus_months(today, 60));
        metrics.before_20yr_count = before(minus_months(today, 240));
        metrics.before_100yr_count = before(minus_months(today, 1_200));
        metrics.within_1mo_count = within(30);
        metrics.within_1yr_count = within(365);
        metrics.future_count = after(today);
        metrics.distant_future_count = after(minus_months(today, -240));
        metrics.months_present = Some(count_groups(&days, month_index));
        if !self.coarse {
            metrics.days_present = Some(days.len() as u64);
            metrics.weeks_present = Some(count_groups(&days, week_index));
        }
        if form != Form::Date {
            metrics.midnight_count = Some(self.midnight);
        }
        metrics.weekday_counts = Some(self.weekdays.to_vec());
        let total = days.iter().map(|entry| entry.1).sum();
        let as_numbers = || days.iter().map(|entry| (entry.0 as f64, entry.1));
        if let Some(quantiles) = quantiles_of_entries(as_numbers(), total) {
            let spread = Spread {
                min: first as f64,
                max: last as f64,
                low: quantiles[0],
                high: quantiles[8],
            };
            profile.histogram = fill_bins(&day_edges(spread), as_numbers().map(|entry| (entry.0 * 86_400.0, entry.1)));
        }
        if self.coarse {
            let names = ["before_1yr_count", "before_5yr_count", "before_20yr_count", "before_100yr_count"];
            for name in names
                .into_iter()
                .chain(["within_1mo_count", "within_1yr_count", "future_count", "distant_future_count"])
            {
                profile.estimates.insert(
                    name.into(),
                    Estimate {
                        method: "whole_months".into(),
                        error: 31.0 / (last - first).max(31) as f64,
                    },
                );
            }
        }
    }
}

impl Times {
    fn coarsen(&mut self) {
        self.coarse = true;
        let mut months = FxHashMap::default();
        for (day, count) in self.days.drain() {
            *months.entry(month_start(month_index(day))).or_default() += count;
        }
        self.days = months;
    }
}

/// Day and the rest of the day; nothing for a time of day.
fn split(form: Form, key: i64) -> Option<(i64, i64)> {
    match form {
        Form::Date => Some((key, 0)),
        Form::Instant { nanos, .. } => {
            let per_day = if nanos { 86_400_000_000_000 } else { 86_400_000_000 };
            Some((key.div_euclid(per_day), key.rem_euclid(per_day)))
        }
        _ => None,
    }
}

/// How many different groups the sorted days fall into.
fn count_groups(days: &[(i64, u64)], group: impl Fn(i64) -> i64) -> u64 {
    let mut groups: Vec<i64> = days.iter().map(|entry| group(entry.0)).collect();
    groups.dedup();
    groups.len() as u64
}
