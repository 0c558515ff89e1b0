//! Where something is: address, postal code, city, region, country, co-ordinates; what is spoken and paid there.

use super::{Evidence, Family, TypeRule, rule};
use crate::engine::semantics::evidence::share_words;
use crate::engine::semantics::value_lists::{is_country_code, is_currency_code, is_language_tag};
use crate::engine::semantics::vocabulary::Notion;

/// Share of the listed values that must be in the list.
const LISTED: f64 = 0.95;
/// Longest postal code anywhere, with its hyphen and a country before it.
const LONGEST_POSTAL_CODE: u64 = 12;

fn degrees(column: &Evidence, notion: Notion, most: f64) -> Option<String> {
    let word = column.named(notion)?;
    let is_degrees = column.is_number() && !column.is_whole() && column.lies_within(-most, most);
    is_degrees.then(|| format!("The name says \"{word}\", and all numbers lie between -{most} and {most}."))
}

fn is_worded(column: &Evidence) -> bool {
    column.is_text()
        && column.part(column.metrics().includes_digit_count) <= 0.1
        && column.metrics().avg_length.is_some_and(|length| length > 3.0)
}

pub(super) const RULES: &[TypeRule] = &[
    rule("latitude", Family::Position, |column| degrees(column, Notion::Latitude, 90.0)),
    rule("longitude", Family::Position, |column| degrees(column, Notion::Longitude, 180.0)),
    rule("street_address", Family::Contact, |column| {
        let share = column.form("street_address");
        if column.is_text() && share >= 0.8 {
            return Some(format!("{} values have the form of street addresses.", share_words(share)));
        }
        let word = column.named(Notion::Street)?;
        let metrics = column.metrics();
        let (digits, spaces) = (column.part(metrics.includes_digit_count), column.part(metrics.embedded_space_count));
        (column.is_text() && digits.max(spaces) >= 0.4 && column.distinct() > 5).then(|| {
            format!(
                "The name says \"{word}\", and {} values have a house number or several words.",
                share_words(digits.max(spaces)).to_lowercase()
            )
        })
    }),
    rule("postal_code", Family::Place, |column| {
        let metrics = column.metrics();
        let digits = column.part(metrics.includes_digit_count);
        match column.named(Notion::PostalCode) {
            Some(word) if column.is_text() && digits >= 0.8 && column.longest() <= LONGEST_POSTAL_CODE => Some(format!(
                "The name says \"{word}\", and the values have digits and at most {} characters.",
                column.longest()
            )),
            Some(word) if column.is_whole() && column.lies_within(100.0, 9_999_999_999.0) => Some(format!(
                "The name says \"{word}\". Stored as a number it has lost the zeros that may stand in front."
            )),
            None if column.form("us_zip") >= LISTED && column.shapes(|shape| shape == "99999-9999") > 0.0 => Some(format!(
                "{} values are ZIP codes of the USA, long ones among them.",
                share_words(column.form("us_zip"))
            )),
            _ => None,
        }
    }),
    rule("us_state_code", Family::Place, |column| {
        let share = column.form("us_state");
        let enough = column.named(Notion::Region).is_some() || column.distinct() >= 5;
        (column.is_text() && share >= 0.9 && enough && column.named(Notion::Country).is_none())
            .then(|| format!("{} values are codes of states of the USA.", share_words(share)))
    }),
    rule("country_code", Family::Place, |column| {
        let word = column.named(Notion::Country)?;
        let share = column.listed(is_country_code);
        (column.is_text() && column.longest() <= 3 && share >= LISTED).then(|| {
            format!(
                "The name says \"{word}\", and {} listed values are codes of countries.",
                share_words(share).to_lowercase()
            )
        })
    }),
    rule("country", Family::Place, |column| {
        let word = column.named(Notion::Country)?;
        is_worded(column).then(|| format!("The name says \"{word}\", and the values are words."))
    }),
    rule("region", Family::Place, |column| {
        let word = column.named(Notion::Region)?;
        let coded = column.is_text() && column.longest() <= 3 && column.part(column.metrics().upper_case_count) >= LISTED;
        // `state` is also where an order stands: few lower-case words.
        let is_status = column.distinct() < 8 && column.part(column.metrics().lower_case_count) > 0.5;
        ((coded || is_worded(column)) && !is_status && column.distinct() <= 5_000).then(|| {
            format!(
                "The name says \"{word}\", and the values are {}.",
                if coded { "short codes" } else { "words" }
            )
        })
    }),
    rule("city", Family::Place, |column| {
        let word = column.named(Notion::City)?;
        is_worded(column).then(|| format!("The name says \"{word}\", and the values are words without digits."))
    }),
    rule("currency_code", Family::Category, |column| {
        let share = column.listed(is_currency_code);
        let enough = column.named(Notion::Currency).is_some() || column.distinct() >= 3;
        (column.is_text() && column.longest() == 3 && share >= LISTED && enough)
            .then(|| format!("{} listed values are codes of currencies.", share_words(share)))
    }),
    rule("language_code", Family::Category, |column| {
        let word = column.named(Notion::Language)?;
        let share = column.listed(is_language_tag);
        (column.is_text() && column.longest() <= 10 && share >= LISTED).then(|| {
            format!(
                "The name says \"{word}\", and {} listed values are language tags.",
                share_words(share).to_lowercase()
            )
        })
    }),
];
