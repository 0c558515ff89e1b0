//! Points in time as people read them: an age up to a day, then the date; always with the full UTC stamp behind it.

use chrono::{DateTime, Datelike, Utc};
use leptos::prelude::*;

/// A `time` element that shows the age and keeps the stamp in `datetime` and `title`.
pub fn moment(at: DateTime<Utc>, now: DateTime<Utc>) -> AnyView {
    time_element(at, age(at, now))
}

/// A `time` element with text of one's own.
pub fn time_element(at: DateTime<Utc>, text: String) -> AnyView {
    view! { <time datetime=machine_stamp(at) title=stamp(at)>{text}</time> }.into_any()
}

/// `just now`, `38 min ago`, `2 h ago`, then `19 Nov`, with the year if it is not this one.
pub fn age(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - at).num_minutes();
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..1_440 => format!("{} h ago", minutes / 60),
        // A clock that runs ahead of ours is no reason to show nonsense: the date is always true.
        _ => day(at, now),
    }
}

/// `19 Nov`, or `14 Feb 2025` in another year.
pub fn day(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let pattern = if at.year() == now.year() { "%-d %b" } else { "%-d %b %Y" };
    at.format(pattern).to_string()
}

/// `13:54` in UTC.
pub fn clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M").to_string()
}

/// `Thursday 20 November 2025`.
pub fn long_day(at: DateTime<Utc>) -> String {
    at.format("%A %-d %B %Y").to_string()
}

/// `2025-11-20 13:54:07 UTC`, what a title shows.
pub fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `2025-11-20T13:54:07Z`, what programs read.
pub fn machine_stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn an_age_becomes_a_date_after_a_day() {
        let now = Utc.with_ymd_and_hms(2025, 11, 20, 14, 32, 0).unwrap();
        for (moment, text) in [
            ("2025-11-20T14:31:30Z", "just now"),
            ("2025-11-20T14:31:00Z", "1 min ago"),
            ("2025-11-20T13:54:00Z", "38 min ago"),
            ("2025-11-20T13:32:00Z", "1 h ago"),
            ("2025-11-19T14:33:00Z", "23 h ago"),
            ("2025-11-19T14:32:00Z", "19 Nov"),
            ("2025-02-14T08:00:00Z", "14 Feb"),
            ("2024-12-31T23:59:59Z", "31 Dec 2024"),
            ("2025-11-20T14:32:30Z", "just now"),
            ("2025-11-20T16:00:00Z", "20 Nov"),
        ] {
            assert_eq!(age(at(moment), now), text, "{moment}");
        }
    }

    #[test]
    fn the_element_carries_the_stamp_for_people_and_programs() {
        let moment = at("2025-11-20T13:54:07Z");
        let html = Owner::new_root(None).with(|| time_element(moment, clock(moment)).to_html());
        assert!(
            html.contains("<time datetime=\"2025-11-20T13:54:07Z\" title=\"2025-11-20 13:54:07 UTC\">13:54"),
            "{html}"
        );
    }
}
