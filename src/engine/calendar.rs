//! Days, weeks, months of the proleptic Gregorian calendar for any day number, and instants as ISO 8601 text.

/// Microseconds of a day.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Year, month, day of a day number (0 = 1970-01-01). Howard Hinnant's algorithm.
pub fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u32, day as u32)
}

/// Day number of a date; the inverse of [`civil_from_days`]. Years begin in March here, so that the odd days come last.
/// After Neri and Schneider, Euclidean affine functions (2023).
pub fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let is_early = i64::from(month <= 2);
    let (year, month) = (year - is_early, i64::from(month) + 12 * is_early);
    let century = year.div_euclid(100);
    let before_year = ((1_461 * year) >> 2) - century + (century >> 2);
    let before_month = (979 * month - 2_919) >> 5;
    before_year + before_month + i64::from(day) - 719_469
}

/// Days of a month.
pub fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

/// Months since year 0, January = 0: a key that orders and subtracts.
pub fn month_index(days: i64) -> i64 {
    let (year, month, _) = civil_from_days(days);
    year * 12 + i64::from(month) - 1
}

/// First day of a month index.
pub fn month_start(index: i64) -> i64 {
    days_from_civil(index.div_euclid(12), index.rem_euclid(12) as u32 + 1, 1)
}

/// Index of the ISO week (Monday to Sunday) that holds the day.
pub fn week_index(days: i64) -> i64 {
    (days + 3).div_euclid(7)
}

/// 0 = Monday ... 6 = Sunday.
pub fn weekday(days: i64) -> usize {
    (days + 3).rem_euclid(7) as usize
}

/// The same day of the month, `months` earlier (later if negative); the month's last day where it is shorter.
pub fn minus_months(days: i64, months: i64) -> i64 {
    let (year, month, day) = civil_from_days(days);
    let index = year * 12 + i64::from(month) - 1 - months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) as u32 + 1);
    days_from_civil(year, month, day.min(days_in_month(year, month)))
}

/// Appends `2013-01-31`; years beyond four digits carry a sign, as ISO 8601 asks.
pub fn write_day(days: i64, out: &mut String) {
    use std::fmt::Write;
    let (year, month, day) = civil_from_days(days);
    let written = match year {
        0..=9_999 => write!(out, "{year:04}-{month:02}-{day:02}"),
        _ => write!(out, "{year:+05}-{month:02}-{day:02}"),
    };
    written.expect("writing to a String cannot fail");
}

/// Appends `05:06:07`, with as many decimals as are not zero. `nanos` counts from midnight.
pub fn write_time(nanos: i64, out: &mut String) {
    use std::fmt::Write;
    let (seconds, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    write!(out, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60).expect("writing to a String cannot fail");
    if fraction > 0 {
        let digits = format!("{fraction:09}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_and_dates_are_inverse_far_beyond_four_digit_years() {
        for days in (-4_000_000..4_000_000)
            .step_by(911)
            .chain([-719_528, -1, 0, 1, 2_932_896, 106_751_991])
        {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
            assert!(day >= 1 && day <= days_in_month(year, month));
        }
        for month in 1..=12 {
            for year in [-401, -400, -100, -4, -1, 0, 1, 1900, 2000, 2023, 2024, 9999] {
                let first = days_from_civil(year, month, 1);
                assert_eq!(civil_from_days(first), (year, month, 1));
                assert_eq!(civil_from_days(first - 1 + i64::from(days_in_month(year, month))).1, month);
            }
        }
        assert_eq!(civil_from_days(-1), (1969, 12, 31));
        assert_eq!(civil_from_days(11_016), (2000, 2, 29));
    }

    #[test]
    fn weeks_begin_on_monday_and_months_shrink_to_their_last_day() {
        let thursday = 0;
        assert_eq!((weekday(thursday), weekday(thursday - 3), weekday(thursday + 3)), (3, 0, 6));
        assert_eq!(week_index(-3), week_index(3));
        assert_ne!(week_index(3), week_index(4));
        let march_31 = days_from_civil(2024, 3, 31);
        assert_eq!(civil_from_days(minus_months(march_31, 1)), (2024, 2, 29));
        assert_eq!(civil_from_days(minus_months(march_31, -12)), (2025, 3, 31));
    }

    #[test]
    fn texts_keep_old_and_distant_years_and_drop_zero_decimals() {
        let mut text = String::new();
        write_day(days_from_civil(-44, 3, 15), &mut text);
        text.push(' ');
        write_day(days_from_civil(12_024, 1, 2), &mut text);
        text.push(' ');
        write_time(3_661_250_000_000, &mut text);
        assert_eq!(text, "-0044-03-15 +12024-01-02 01:01:01.25");
    }
}
