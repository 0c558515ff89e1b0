//! Counts of days that are known one by one, or of whole months only: what they tell of rows and of days within limits, and how far
//! that may be off.

use crate::engine::calendar::{month_index, month_start, week_index};

/// Counts, each of some days in a row.
#[derive(Clone, Debug)]
pub struct Spans(Vec<Span>);

/// So many rows lie somewhere from the first to the last of these days.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: i64,
    last: i64,
    count: u64,
}

/// A figure, and the most that it may be off, relative to itself: 0 where it is exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    /// The figure.
    pub value: u64,
    /// How far it may be off.
    pub error: f64,
}

impl Bounded {
    /// The whole number from `least` to `most` that is next to `guess`; 0 only where it cannot be anything else.
    fn between(least: u64, guess: f64, most: u64) -> Self {
        let value = (guess.round() as u64).clamp(least, most).max(u64::from(most > 0));
        let off = (value.saturating_sub(least)).max(most - value);
        Self {
            value,
            error: if off == 0 { 0.0 } else { off as f64 / value as f64 },
        }
    }
}

impl Spans {
    /// Of single days.
    pub fn of_days(days: &[(i64, u64)]) -> Self {
        let span = |(day, count): &(i64, u64)| Span {
            first: *day,
            last: *day,
            count: *count,
        };
        Self(days.iter().map(span).collect())
    }

    /// Of months in their order, named by their first days; nothing lies before the day `first` or after `last`.
    pub fn of_months(months: &[(i64, u64)], first: i64, last: i64) -> Self {
        let span = |(day, count): &(i64, u64)| Span {
            first: first.max(*day),
            last: last.min(month_start(month_index(*day) + 1) - 1),
            count: *count,
        };
        Self(months.iter().map(span).collect())
    }

    /// Rows from one day to another, both included. Of a month that a limit cuts any number of rows may lie inside.
    pub fn within(&self, from: i64, to: i64) -> Bounded {
        let (mut least, mut most, mut guess) = (0, 0, 0.0);
        for span in &self.0 {
            let days = span.last.min(to).saturating_sub(span.first.max(from)).saturating_add(1);
            if days <= 0 {
                continue;
            }
            let all = span.last - span.first + 1;
            least += if days == all { span.count } else { 0 };
            most += span.count;
            guess += span.count as f64 * (days as f64 / all as f64);
        }
        if least == most {
            return Bounded { value: least, error: 0.0 };
        }
        Bounded::between(least, guess, most)
    }

    /// Different days, of which so many are known.
    pub fn days(&self, known: u64) -> Bounded {
        let (mut most, mut guess) = (0, 0.0);
        for span in &self.0 {
            let days = (span.last - span.first + 1) as u64;
            most += days.min(span.count);
            guess += occupied(days, span.count);
        }
        Bounded::between(known.max(self.0.len() as u64).min(most), guess, most)
    }

    /// Different weeks, where so many different days are known.
    pub fn weeks(&self, known_days: u64) -> Bounded {
        let (mut all, mut capped, mut guess, mut previous) = (0, 0, 0.0, None);
        for span in &self.0 {
            let (first, last) = (week_index(span.first), week_index(span.last));
            let weeks = (last - first + 1) as u64;
            let is_shared = previous == Some(first);
            previous = Some(last);
            all += weeks - u64::from(is_shared);
            capped += weeks.min(span.count);
            guess += occupied(weeks, span.count) - if is_shared { 1.0 } else { 0.0 };
        }
        let most = all.min(capped);
        // A week lies in two months at most.
        let least = known_days.div_ceil(7).max((self.0.len() as u64).div_ceil(2)).min(most);
        Bounded::between(least, guess, most)
    }
}

/// Different places that so many rows take, when each takes any of them.
fn occupied(places: u64, rows: u64) -> f64 {
    let places = places as f64;
    places * (1.0 - (1.0 - 1.0 / places).powf(rows as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::calendar::days_from_civil;

    #[test]
    fn a_month_that_the_limit_cuts_is_the_error_and_no_other() {
        let months = [(days_from_civil(2013, 1, 1), 100), (days_from_civil(2013, 2, 1), 5_600)];
        let spans = Spans::of_months(&months, days_from_civil(2013, 1, 31), days_from_civil(2013, 2, 28));
        let exact = |value| Bounded { value, error: 0.0 };
        // Of January there is the last day only, and February ends with the data.
        assert_eq!(spans.within(days_from_civil(2013, 1, 31), i64::MAX), exact(5_700));
        assert_eq!(spans.within(days_from_civil(2013, 2, 1), days_from_civil(2013, 3, 5)), exact(5_600));
        assert_eq!(spans.within(i64::MIN, days_from_civil(2013, 1, 30)), exact(0));
        let quarter = Bounded { value: 1_400, error: 3.0 };
        assert_eq!(spans.within(days_from_civil(2013, 2, 22), i64::MAX), quarter);
    }

    #[test]
    fn days_and_weeks_are_bounded_by_what_is_known_of_them() {
        let (first, last) = (days_from_civil(2013, 1, 1), days_from_civil(2013, 2, 28));
        let dense = Spans::of_months(&[(first, 3_100), (days_from_civil(2013, 2, 1), 2_800)], first, last);
        assert_eq!(dense.days(59), Bounded { value: 59, error: 0.0 });
        assert_eq!(dense.weeks(59), Bounded { value: 9, error: 0.0 });
        let sparse = Spans::of_months(&[(first, 2), (days_from_civil(2013, 2, 1), 1)], first, last);
        let days = sparse.days(0);
        assert_eq!(days.value, 3);
        assert!((days.error - 1.0 / 3.0).abs() < 1e-9);
    }
}
