//! The dates and times family: a count for every day (for every month, when days are too many), and midnights.

use crate::domain::column_profile::{ColumnProfile, Estimate};
use crate::engine::calendar::{minus_months, month_index, month_start, week_index, weekday};
use crate::engine::canonical::{Form, Scalar, infinity_of};
use crate::engine::histogram::{Spread, day_edges, fill_bins};
use crate::engine::limits::ColumnLimits;

use super::day_counts::DayCounts;
use super::quantiles::quantiles_of_entries;
use super::scalar_column::{Family, FinishContext};
use super::spans::{Bounded, Spans};

/// Different days beyond which only months are kept.
const DAY_LIMIT: usize = 1 << 19;

/// State of one column of dates, instants or times of day.
#[derive(Clone, Debug, Default)]
pub struct Times {
    pub(in crate::engine) range: Option<(i64, i64)>,
    pub(in crate::engine) midnight: u64,
    /// Of days that are no longer known one by one.
    pub(in crate::engine) weekdays: [u64; 7],
    /// Day -> count; first day of the month -> count once `coarse`.
    pub(in crate::engine) days: DayCounts,
    pub(in crate::engine) coarse: bool,
    /// Different days that there are at least, once `coarse`.
    pub(in crate::engine) known_days: u64,
    /// Dates and instants without end; they have a count and no place in time.
    pub(in crate::engine) infinite: u64,
}

impl Family<i64> for Times {
    fn begin_stream(&mut self, _form: Form, _entries: &[(i64, u64)], _limits: ColumnLimits) {}

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
        self.add_day(day, weight);
    }

    fn update_block(&mut self, form: Form, keys: &[i64]) {
        let (Some(min), Some(max)) = (keys.iter().min(), keys.iter().max()) else {
            return;
        };
        if infinity_of(*min, form).is_some() || infinity_of(*max, form).is_some() {
            // Rare: one by one.
            return keys.iter().for_each(|key| self.update(form, *key, 1));
        }
        self.range = Some(self.range.map_or((*min, *max), |range| (range.0.min(*min), range.1.max(*max))));
        // Neighbours often lie on one day.
        let mut run = (i64::MIN, 0);
        for key in keys {
            let Some((day, rest)) = split(form, *key) else { return };
            self.midnight += u64::from(rest == 0);
            if day == run.0 {
                run.1 += 1;
            } else {
                self.add_day(run.0, run.1);
                run = (day, 1);
            }
        }
        self.add_day(run.0, run.1);
    }

    fn merge(&mut self, other: &Self) {
        let (mine, theirs) = (self.least_days(), other.least_days());
        let known_days = match (self.range, other.range) {
            // Parts behind each other have one day in common at most.
            (Some(a), Some(b)) if a.1 < b.0 || b.1 < a.0 => (mine + theirs).saturating_sub(1).max(mine).max(theirs),
            _ => mine.max(theirs),
        };
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
        if self.coarse {
            self.known_days = known_days;
        }
        for (day, count) in other.days.iter() {
            if other.coarse {
                self.days.add(day, count);
            } else {
                self.add_day(day, count);
            }
        }
    }

    fn heap_bytes(&self) -> u64 {
        self.days.heap_bytes()
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
        let mut days: Vec<(i64, u64)> = self.days.iter().collect();
        days.sort_unstable();
        let mut weekdays = self.weekdays;
        if !self.coarse {
            days.iter().for_each(|(day, count)| weekdays[weekday(*day)] += count);
        }
        metrics.date_span_days = Some(last - first);
        metrics.months_present = Some(count_groups(&days, month_index));
        let spans = if self.coarse {
            Spans::of_months(&days, first, last)
        } else {
            metrics.days_present = Some(days.len() as u64);
            metrics.weeks_present = Some(count_groups(&days, week_index));
            Spans::of_days(&days)
        };
        if form != Form::Date {
            metrics.midnight_count = Some(self.midnight);
        }
        metrics.weekday_counts = Some(weekdays.to_vec());
        let total = days.iter().map(|entry| entry.1).sum();
        let as_numbers = || days.iter().map(|entry| (entry.0 as f64, entry.1));
        if let Some(quantiles) = quantiles_of_entries(as_numbers(), total) {
            let spread = Spread {
                min: first as f64,
                max: last as f64,
                low: quantiles[0],
                high: quantiles[8],
            };
            profile.histogram = fill_bins(
                &day_edges(spread, self.coarse),
                as_numbers().map(|entry| (entry.0 * 86_400.0, entry.1)),
            );
        }
        self.count_by_clock(&spans, context.clock_day, profile);
    }
}

impl Times {
    /// Writes what depends on the day of the clock, and what whole months tell of days.
    fn count_by_clock(&self, spans: &Spans, today: i64, profile: &mut ColumnProfile) {
        let before = |months: i64| spans.within(i64::MIN, minus_months(today, months) - 1);
        let metrics = &mut profile.metrics;
        let mut figures = vec![
            ("before_1yr_count", &mut metrics.before_1yr_count, before(12)),
            ("before_5yr_count", &mut metrics.before_5yr_count, before(60)),
            ("before_20yr_count", &mut metrics.before_20yr_count, before(240)),
            ("before_100yr_count", &mut metrics.before_100yr_count, before(1_200)),
            ("within_1mo_count", &mut metrics.within_1mo_count, spans.within(today - 30, today)),
            ("within_1yr_count", &mut metrics.within_1yr_count, spans.within(today - 365, today)),
            ("future_count", &mut metrics.future_count, spans.within(today + 1, i64::MAX)),
            (
                "distant_future_count",
                &mut metrics.distant_future_count,
                spans.within(minus_months(today, -240) + 1, i64::MAX),
            ),
        ];
        if self.coarse {
            figures.push(("days_present", &mut metrics.days_present, spans.days(self.known_days)));
            figures.push(("weeks_present", &mut metrics.weeks_present, spans.weeks(self.known_days)));
        }
        for (name, slot, Bounded { value, error }) in figures {
            *slot = Some(value);
            if error > 0.0 {
                let estimate = Estimate {
                    method: "whole_months".into(),
                    error,
                };
                profile.estimates.insert(name.into(), estimate);
            }
        }
    }

    /// Different days that there are at least.
    fn least_days(&self) -> u64 {
        if self.coarse { self.known_days } else { self.days.days() as u64 }
    }

    fn add_day(&mut self, day: i64, weight: u64) {
        if weight == 0 {
            return;
        }
        if self.coarse {
            self.weekdays[weekday(day)] += weight;
            self.days.add(month_start(month_index(day)), weight);
            return;
        }
        self.days.add(day, weight);
        if self.days.days() > DAY_LIMIT {
            self.coarsen();
        }
    }

    pub(in crate::engine) fn coarsen(&mut self) {
        self.known_days = self.days.days() as u64;
        self.coarse = true;
        for (day, count) in std::mem::take(&mut self.days).iter() {
            self.weekdays[weekday(day)] += count;
            self.days.add(month_start(month_index(day)), count);
        }
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
