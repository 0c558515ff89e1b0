//! Statements of columns of dates and instants: ages relative to the run's clock, days, weekdays, bars over the calendar.

use super::every_column::ColumnQueries;
use super::numbers::{bin_rows, bins_joined};
use crate::domain::statement::SqlDialect;
use crate::engine::calendar::{civil_from_days, write_day};

/// Seconds of a day.
const DAY_SECONDS: f64 = 86_400.0;

impl ColumnQueries<'_> {
    /// First, last, ages, days, weeks, months, weekdays. The clock is written into the statement.
    pub fn dates(&self) -> String {
        let day = self.day();
        let number = self.day_number("d");
        let mut figures: Vec<(&str, String)> = Vec::new();
        figures.push(("min_date", self.shown("min(v)")));
        figures.push(("max_date", self.shown("max(v)")));
        figures.push(("date_span_days", format!("max({number}) - min({number})")));
        if let Some(clock) = self.table.clock() {
            let today = clock.timestamp().div_euclid(86_400);
            let limit = |months: i64| self.date(crate::engine::calendar::minus_months(today, months));
            let now = self.date(today);
            for (name, months) in [
                ("before_1yr_count", 12),
                ("before_5yr_count", 60),
                ("before_20yr_count", 240),
                ("before_100yr_count", 1_200),
            ] {
                figures.push((name, format!("count(*) FILTER (WHERE d < {})", limit(months))));
            }
            for (name, days) in [("within_1mo_count", 30), ("within_1yr_count", 365)] {
                figures.push((
                    name,
                    format!("count(*) FILTER (WHERE d BETWEEN {} AND {now})", self.date(today - days)),
                ));
            }
            figures.push(("future_count", format!("count(*) FILTER (WHERE d > {now})")));
            figures.push(("distant_future_count", format!("count(*) FILTER (WHERE d > {})", limit(-240))));
        }
        figures.push(("days_present", "count(DISTINCT d)".into()));
        figures.push(("weeks_present", format!("count(DISTINCT {})", self.week("d"))));
        figures.push(("months_present", format!("count(DISTINCT {})", self.month("d"))));
        if self.column.data_type != "date" {
            figures.push(("midnight_count", format!("count(*) FILTER (WHERE {})", self.is_midnight())));
        }
        let weekdays: Vec<String> = (1..=7)
            .map(|weekday| format!("count(*) FILTER (WHERE {} = {weekday})", self.weekday("d")))
            .collect();
        let list = match self.dialect {
            SqlDialect::DuckDb => format!("[{}]", weekdays.join(", ")),
            SqlDialect::Postgres => format!("ARRAY[{}]", weekdays.join(", ")),
            SqlDialect::Sqlite => format!("json_array({})", weekdays.join(", ")),
        };
        figures.push(("weekday_counts", list));
        self.data()
            .with("days", format!("SELECT v, {day} AS d\nFROM data\nWHERE v IS NOT NULL"))
            .figures(&figures, "days")
    }

    /// The bars over the calendar: from the first day to before the next bar's first, the last one closed.
    pub fn date_histogram(&self) -> String {
        let bins = &self.column.histogram;
        let edge = |edge: Option<f64>| edge.map_or_else(|| "NULL".to_owned(), |seconds| self.date((seconds / DAY_SECONDS) as i64));
        let rows = bin_rows(bins, |bin| format!("{}, {}", edge(bin.lower), edge(bin.upper)));
        let none = match self.dialect {
            SqlDialect::Sqlite => "NULL",
            SqlDialect::DuckDb | SqlDialect::Postgres => "CAST(NULL AS date)",
        };
        self.data()
            .with(
                "tallied",
                format!(
                    "SELECT {} AS d, count(*) AS n\nFROM data\nWHERE v IS NOT NULL\nGROUP BY 1",
                    self.day()
                ),
            )
            .with(
                "bins",
                format!("SELECT 0 AS place, '' AS label, {none} AS lower_edge, {none} AS upper_edge\nUNION ALL VALUES\n{rows}"),
            )
            .select(&bins_joined(bins.len(), "d"))
    }

    /// True and false.
    pub fn booleans(&self) -> String {
        self.data().figures(
            &[
                ("true_count", "count(*) FILTER (WHERE v)".into()),
                ("false_count", "count(*) FILTER (WHERE NOT v)".into()),
            ],
            "data",
        )
    }

    /// Whether a value that is shown has more than six digits of a second.
    fn has_nanoseconds(&self) -> bool {
        self.has_digits_beyond(6)
    }

    /// Whether a value that is shown has more than so many digits of a second.
    pub fn has_digits_beyond(&self, most: usize) -> bool {
        let metrics = &self.column.metrics;
        let tops = self.column.top_values.iter().map(|top| &top.value);
        let is_finer = |text: &String| {
            text.split_once('.')
                .is_some_and(|(_, fraction)| fraction.trim_end_matches('Z').len() > most)
        };
        metrics.min_value.iter().chain(&metrics.max_value).chain(tops).any(is_finer)
    }

    /// The calendar day of the value.
    fn day(&self) -> String {
        self.day_of("v")
    }

    /// The calendar day of a value of the column.
    pub fn day_of(&self, value: &str) -> String {
        match self.dialect {
            // DuckDB's cast drops nanoseconds towards 1970, which is the wrong day for the last one before midnight.
            SqlDialect::DuckDb if self.has_nanoseconds() => format!("CAST(regexp_replace(CAST({value} AS VARCHAR), ' .*', '') AS date)"),
            SqlDialect::DuckDb | SqlDialect::Postgres => format!("CAST({value} AS date)"),
            SqlDialect::Sqlite => format!("date({value})"),
        }
    }

    /// Days since 1970.
    fn day_number(&self, day: &str) -> String {
        match self.dialect {
            SqlDialect::DuckDb | SqlDialect::Postgres => format!("({day} - DATE '1970-01-01')"),
            SqlDialect::Sqlite => format!("CAST(julianday({day}) - 2440587.5 AS INTEGER)"),
        }
    }

    /// What differs from week to week; weeks begin on Monday.
    fn week(&self, day: &str) -> String {
        match self.dialect {
            SqlDialect::DuckDb | SqlDialect::Postgres => format!("date_trunc('week', {day})"),
            // Julian day 0 was a Monday; its day begins at noon.
            SqlDialect::Sqlite => format!("CAST((julianday({day}) + 0.5) / 7 AS INTEGER)"),
        }
    }

    /// What differs from month to month.
    fn month(&self, day: &str) -> String {
        match self.dialect {
            SqlDialect::DuckDb | SqlDialect::Postgres => format!("date_trunc('month', {day})"),
            SqlDialect::Sqlite => format!("strftime('%Y-%m', {day})"),
        }
    }

    /// 1 for Monday to 7 for Sunday.
    fn weekday(&self, day: &str) -> String {
        match self.dialect {
            SqlDialect::DuckDb => format!("isodow({day})"),
            SqlDialect::Postgres => format!("extract(isodow FROM {day})"),
            SqlDialect::Sqlite => format!("((CAST(strftime('%w', {day}) AS INTEGER) + 6) % 7 + 1)"),
        }
    }

    fn is_midnight(&self) -> &'static str {
        match self.dialect {
            // The text keeps nanoseconds, which a cast to another type of time would drop.
            SqlDialect::DuckDb => "CAST(v AS VARCHAR) LIKE '% 00:00:00'",
            SqlDialect::Postgres => "v = CAST(d AS timestamp)",
            SqlDialect::Sqlite => "time(v) = '00:00:00'",
        }
    }

    /// A day as a literal; beyond four digits of a year as a number of days.
    pub fn date(&self, day: i64) -> String {
        let (year, ..) = civil_from_days(day);
        if !(1..=9_999).contains(&year) {
            return match self.dialect {
                SqlDialect::DuckDb => format!("(DATE '1970-01-01' + INTEGER '{day}')"),
                SqlDialect::Postgres => format!("(DATE '1970-01-01' + ({day}))"),
                SqlDialect::Sqlite => format!("date('1970-01-01', '{day} days')"),
            };
        }
        let mut text = String::new();
        write_day(day, &mut text);
        match self.dialect {
            SqlDialect::DuckDb | SqlDialect::Postgres => format!("DATE '{text}'"),
            SqlDialect::Sqlite => format!("'{text}'"),
        }
    }
}
