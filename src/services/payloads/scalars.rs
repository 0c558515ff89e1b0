//! Single values as payloads spell them: numbers as texts with commas, times in several forms. No size is ever guessed from
//! the size of a number.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;

pub use crate::domain::loose_figures::{count, real, text};

/// Epochs above this are milliseconds.
const MILLISECONDS_FROM: f64 = 1e12;

/// A moment to the microsecond: ISO 8601 (UTC where no zone is said), or an epoch in seconds or milliseconds.
pub fn moment(value: &Value) -> Option<DateTime<Utc>> {
    moment_of_any_precision(value).and_then(|moment| DateTime::from_timestamp_micros(moment.timestamp_micros()))
}

fn moment_of_any_precision(value: &Value) -> Option<DateTime<Utc>> {
    if let Some(epoch) = real(value) {
        let ms = if epoch.abs() > MILLISECONDS_FROM { epoch } else { epoch * 1e3 };
        return DateTime::from_timestamp_micros((ms * 1e3).round() as i64);
    }
    let text = value.as_str()?.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|time| time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_read_from_texts_with_commas() {
        for (value, expected) in [
            (json!("1,234,567"), Some(1_234_567)),
            (json!(7.0), Some(7)),
            (json!(7.5), None),
            (json!(-1), None),
            (json!("x"), None),
            (json!(u64::MAX), Some(i64::MAX as u64)),
            (json!(true), None),
        ] {
            assert_eq!(count(&value), expected, "{value}");
        }
        assert_eq!(real(&json!(" -1,000.25 ")), Some(-1000.25));
        assert_eq!(real(&json!("NaN")), None);
    }

    #[test]
    fn moments_are_read_in_every_form() {
        let expected = "2025-11-20T13:14:15Z".parse::<DateTime<Utc>>().unwrap();
        for value in [
            json!("2025-11-20T13:14:15Z"),
            json!("2025-11-20T15:14:15+02:00"),
            json!("2025-11-20 13:14:15"),
            json!("2025-11-20T13:14:15.000"),
            json!(1_763_644_455),
            json!(1_763_644_455_000_i64),
            json!("1763644455"),
        ] {
            assert_eq!(moment(&value), Some(expected), "{value}");
        }
        assert_eq!(moment(&json!("yesterday")), None);
    }
}
