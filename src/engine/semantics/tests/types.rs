//! Semantic types: a hit and a near miss for every rule.

use std::collections::BTreeSet;

use super::{Made, made, one_of, profiled, profiled_alone};
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::table_profile::TableProfile;
use crate::engine::semantics::{describe, rules};

const FIRST_NAMES: &str = "Anna Ben Clara David Eva Finn Greta Hugo Ida Jan Karla Leo Mia Noah Olga Paul";
const FAMILY_NAMES: &str = "Berg Kaya Lind Moreau Novak Okafor Rossi Santos Tanaka Weber Young Zhou";

/// A number with its Luhn digit, in groups so that it stays text.
fn card(row: usize, is_right: bool) -> String {
    let digits = format!("400000{:09}", row * 7_919);
    let sum: u32 = digits.bytes().rev().enumerate().fold(0, |sum, (at, byte)| {
        let digit = u32::from(byte - b'0') * if at % 2 == 0 { 2 } else { 1 };
        sum + digit / 10 + digit % 10
    });
    let check = (10 - sum % 10 + u32::from(!is_right)) % 10;
    let all = format!("{digits}{check}");
    format!("{} {} {} {}", &all[..4], &all[4..8], &all[8..12], &all[12..])
}

fn iban(row: usize, is_right: bool) -> String {
    let account = format!("00000000{:010}", row * 31 + 7);
    let rest = account
        .bytes()
        .chain("131400".bytes())
        .fold(0_u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
    let check = 98 - rest;
    format!("DE{:02}{account}", if is_right { check } else { 97 - check % 90 })
}

fn day(row: usize, step: usize) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    (first + chrono::Days::new((row * step) as u64)).to_string()
}

/// Rule, a column that it is for, a column that it must leave alone.
fn cases() -> Vec<(&'static str, Made, Made)> {
    let half = |first: &'static str| move |row: usize| if row.is_multiple_of(2) { first } else { "" };
    vec![
        ("constant", made("unit", |_| "kg"), made("unit", half("kg"))),
        (
            "marker",
            made("unit", half("kg")),
            made("unit", |row| if row % 20 == 0 { "" } else { "kg" }),
        ),
        (
            "boolean",
            made("paid", one_of("yes no")),
            made("paid", one_of("yes no yes no yes no maybe")),
        ),
        (
            "email_address",
            made("contact", |row| format!("user{row}@example.org")),
            made("email", |row| format!("user{row} at example")),
        ),
        (
            "web_address",
            made("page", |row| format!("https://example.org/{row}")),
            made("website", |row| format!("example-{row}")),
        ),
        (
            "ip_address",
            made("peer", |row| format!("10.0.{}.{row}", row % 9)),
            made("ip", |row| format!("10.0.{row}")),
        ),
        (
            "payment_card_number",
            made("paid_with", |row| card(row, true)),
            made("card", |row| card(row, false)),
        ),
        (
            "bank_account_number",
            made("paid_from", |row| iban(row, true)),
            made("iban", |row| iban(row, false)),
        ),
        (
            "us_social_security_number",
            made("n", |row| format!("123-45-{:04}", row + 1)),
            made("ssn", |row| format!("000-45-{:04}", row + 1)),
        ),
        (
            "json_document",
            made("payload", |row| format!("{{\"a\":{row}}}")),
            made("payload", |row| format!("{{a {row}}}")),
        ),
        (
            "file_name",
            made("document", |row| format!("report_{row}.pdf")),
            made("document", |row| format!("report_{row}")),
        ),
        (
            "delimited_list",
            made("tags", |row| format!("red|green|{}", ["a", "b"][row % 2])),
            made("tags", |_| "red|green blue").with_one("x"),
        ),
        (
            "quantity_with_unit",
            made("size", |row| format!("{} kg", row + 1)),
            made("size", |row| format!("{} kilograms", row + 1)),
        ),
        (
            "phone_number",
            made("phone", |row| format!("+49 30 {:07}", row * 7_001)),
            made("phone", |row| format!("call {row}")),
        ),
        (
            "given_name",
            made("first_name", one_of(FIRST_NAMES)),
            made("first_name", |row| format!("F{row}")),
        ),
        (
            "family_name",
            made("surname", one_of(FAMILY_NAMES)),
            made("surname", |row| format!("{row}-{row}")),
        ),
        (
            "person_name",
            made("contact_name", |row| {
                format!("{} {}", one_of(FIRST_NAMES)(row), one_of(FAMILY_NAMES)(row))
            }),
            made("contact_name", one_of(FAMILY_NAMES)),
        ),
        (
            "user_name",
            made("created_by", |row| format!("anna{}", row % 40)),
            made("created_by", |row| format!("anna {}", row % 40)),
        ),
        ("age", made("age", |row| row % 90), made("age", |row| row * 10)),
        (
            "birth_date",
            made("birth_date", |row| format!("19{}-03-0{}", 50 + row % 50, 1 + row % 9)),
            made("birth_date", |row| day(row, 1)),
        ),
        (
            "date_as_text",
            made("shipped", |row| format!("{:02}.11.2025", 1 + row % 28)),
            made("shipped", |row| {
                if row % 9 == 0 {
                    "asap".into()
                } else {
                    format!("{:02}.11.2025", 1 + row % 28)
                }
            }),
        ),
        (
            "planned_date",
            made("due", |row| format!("2027-03-{:02}", 1 + row % 28)),
            made("due", |row| format!("2025-03-{:02}", 1 + row % 28)),
        ),
        (
            "historical_date",
            made("founded", |row| format!("19{:02}-01-01", row % 50)),
            made("founded", |row| format!("20{:02}-01-01", 10 + row % 15)),
        ),
        (
            "record_stamp",
            made("updated_at", |row| day(row % 30, 1)),
            made("shipped_at", |row| day(row % 30, 1)),
        ),
        (
            "daily_event_date",
            made("sold_on", |row| day(row % 40, 1)),
            made("sold_on", |row| day(row % 40, 3)),
        ),
        (
            "weekly_event_date",
            made("counted_on", |row| day(row % 20, 7)),
            made("counted_on", |row| day(row % 20, 15)),
        ),
        (
            "monthly_event_date",
            made("billed_on", |row| format!("2025-{:02}-01", 1 + row % 12)),
            made("billed_on", |row| format!("{}-01-01", 2010 + row % 12)),
        ),
        (
            "timestamp",
            made("seen", |row| format!("20{:02}-01-01T10:00:00", 10 + row % 13)),
            made("seen", |row| format!("20{:02}-01-01", 10 + row % 13)),
        ),
        (
            "date",
            made("seen", |row| format!("20{:02}-01-01", 10 + row % 13)),
            made("seen", |row| format!("20{:02}-01-01T10:00:00", 10 + row % 13)),
        ),
        (
            "latitude",
            made("lat", |row| 40.5 + row as f64 * 0.01),
            made("lat", |row| 200.5 + row as f64),
        ),
        (
            "longitude",
            made("lon", |row| 140.5 + row as f64 * 0.01),
            made("lon", |row| 200.5 + row as f64),
        ),
        (
            "street_address",
            made("street", |row| format!("{row} Main Street")),
            made("street", |row| ["left", "right"][row % 2]),
        ),
        (
            "postal_code",
            made("zip", |row| format!("{:05}", row + 101)),
            made("zip", one_of("none open half")),
        ),
        (
            "us_state_code",
            made("hub", one_of("CA TX NY WA FL OR")),
            made("hub", one_of("XA XB XC XD XF XG")),
        ),
        (
            "country_code",
            made("country", one_of("DE FR IT ES")),
            made("country", one_of("XA QQ YY ZB")),
        ),
        (
            "country",
            made("country", one_of("Germany France Italy Spain")),
            made("country", |row| format!("C{row}")),
        ),
        (
            "region",
            made(
                "province",
                one_of("Ontario Quebec Alberta Manitoba Yukon Nunavut Saskatchewan Newfoundland Labrador"),
            ),
            made("state", one_of("open closed paid lost")),
        ),
        (
            "city",
            made("city", one_of("Berlin Paris Rome Madrid Vienna")),
            made("city", |row| format!("C{}", row % 9)),
        ),
        (
            "currency_code",
            made("paid_in", one_of("EUR USD GBP")),
            made("paid_in", one_of("ABC XQZ QQQ")),
        ),
        (
            "language_code",
            made("language", one_of("de en pt-BR")),
            made("language", one_of("german english portuguese")),
        ),
        ("year", made("year", |row| 1990 + row % 30), made("year", |row| row)),
        (
            "year_month",
            made("period", |row| format!("2025-{:02}", 1 + row % 12)),
            made("period", |row| format!("2025-{:02}", 10 + row % 12)),
        ),
        (
            "year_quarter",
            made("closed", |row| format!("2025-Q{}", 1 + row % 4)),
            made("closed", |row| format!("2025-X{}", 1 + row % 4)),
        ),
        ("quarter", made("quarter", |row| 1 + row % 4), made("quarter", |row| 1 + row % 9)),
        ("month", made("month", |row| 1 + row % 12), made("month", |row| row % 40)),
        ("iso_week", made("week", |row| 1 + row % 52), made("week", |row| row)),
        ("weekday", made("dow", |row| row % 7), made("dow", |row| row % 20)),
        ("day_of_month", made("day", |row| 1 + row % 31), made("day", |row| 1 + row % 60)),
        ("hour", made("hour", |row| row % 24), made("hour", |row| row % 50)),
        ("minute", made("minute", |row| row % 60), made("minute", |row| row % 90)),
        (
            "clock_time",
            made("dep_time", |row| (row % 24) * 100 + row * 7 % 60),
            made("air_time", |row| 20 + row),
        ),
        (
            "row_identifier",
            made("order_id", |row| row * 3 + 1_000),
            made("height", |row| (row * 7_919) % 10_007),
        ),
        (
            "sequence_number",
            made("line_number", |row| 1 + row % 5),
            made("line_number", |row| [1, 2, 4, 8][row % 4]),
        ),
        (
            "secondary_identifier",
            made("order_number", |row| format!("SO-{}", 1_000 + row.max(3))),
            made("order_number", |row| format!("SO-{}", 1_000 + row / 2)),
        ),
        (
            "reference",
            made("customer_id", |row| 1_000 + row % 40),
            made("customer", |row| 1_000 + row % 40),
        ),
        (
            "ratio",
            made("discount", |row| (row % 10) as f64 / 100.0 + 0.005),
            made("discount", |row| row as f64 / 10.0 + 0.005),
        ),
        (
            "percentage",
            made("fill_percent", |row| row % 101),
            made("fill_percent", |row| row * 50),
        ),
        (
            "amount_of_money",
            made("price", |row| row as f64 * 1.25),
            made("prize", |row| row as f64 * 1.25),
        ),
        (
            "duration",
            made("payment_days", |row| row % 60),
            made("payment_days", |row| row as i64 - 90),
        ),
        ("count", made("seats", |row| row % 50), made("seats", |row| row as i64 - 90)),
        (
            "number_code",
            made("flight_no", |row| 100 + row % 60),
            made("flight", |row| 100 + row % 60),
        ),
        ("measurement", made("temp", |row| row as f64 * 0.3), made("signal", |row| row * 2)),
        ("numeric_category", made("grade", |row| 1 + row % 5), made("grade", |row| row % 150)),
        (
            "whole_number",
            made("mark", |row| (row * 13) % 190),
            made("mark", |row| (row * 13) as i64 % 190 - 90),
        ),
        (
            "number_as_text",
            made("weight", |row| if row == 7 { "n/a".into() } else { (row * 3).to_string() }),
            made("weight", |row| if row % 9 == 0 { "heavy".into() } else { row.to_string() }),
        ),
        (
            "entity_name",
            made("product_name", |row| {
                format!("Bowl {} blue", "x".repeat(row % 20) + &row.to_string())
            }),
            made("product_note", |row| {
                format!("Bowl {} blue", "x".repeat(row % 20) + &row.to_string())
            }),
        ),
        (
            "code",
            made("gate", |row| format!("A{}", row % 30)),
            made("gate", |row| format!("gate {}", row % 30)),
        ),
        (
            "category",
            made("kind", one_of("round square oval")),
            made("kind", |row| format!("round about {row}")),
        ),
        (
            "description",
            made("note", |row| format!("{row} was sent to the wrong place by mistake")),
            made("note", |row| format!("{row} was sent")),
        ),
        (
            "label",
            made("note", |row| format!("{row} was sent")),
            made("note", |row| format!("{row} was sent to the wrong place by mistake")),
        ),
    ]
}

trait WithOne {
    fn with_one(self, value: &str) -> Self;
}

impl WithOne for Made {
    /// Another value in the first row, so that the column is no constant.
    fn with_one(mut self, value: &str) -> Self {
        self.1[0] = value.into();
        self
    }
}

fn type_of(column: &ColumnProfile) -> Option<&str> {
    column.meaning.functional_data_type.as_deref()
}

#[test]
fn every_type_has_a_column_that_is_of_it_and_one_that_is_not() {
    let mut wrong = Vec::new();
    for (rule, hit, miss) in cases() {
        let found = profiled_alone(&hit);
        if type_of(&found) != Some(rule) {
            wrong.push(format!("{rule}: {} is {:?}", hit.0, found.meaning));
        }
        let reason = found.meaning.functional_data_type_reason.unwrap_or_default();
        if !reason.ends_with('.') || !reason.starts_with(|ch: char| ch.is_uppercase() || ch.is_ascii_digit()) {
            wrong.push(format!("{rule}: the reason is no sentence: {reason:?}"));
        }
        let missed = profiled_alone(&miss);
        if type_of(&missed) == Some(rule) {
            wrong.push(format!(
                "{rule}: {} is one too: {:?}",
                miss.0, missed.meaning.functional_data_type_reason
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_goes_without_a_case() {
    let tried: BTreeSet<&str> = cases().iter().map(|case| case.0).chain(["time_of_day", "nested_value"]).collect();
    let all: BTreeSet<&str> = rules::type_rules().map(|rule| rule.name).collect();
    assert_eq!(tried, all);
}

/// Types that no CSV has.
#[test]
fn times_of_day_and_nested_values_are_known_by_their_type() {
    let describe_one = |data_type: &str, kind: GeneralType, min_date: Option<&str>| {
        let mut column = ColumnProfile {
            column_name: "c".into(),
            data_type: data_type.into(),
            general_type: kind,
            row_count: 50,
            non_null_count: 50,
            ..ColumnProfile::default()
        };
        column.metrics.distinct_count = Some(9);
        column.metrics.min_date = min_date.map(str::to_owned);
        let mut table = TableProfile {
            row_count: 50,
            columns: vec![column],
            ..TableProfile::default()
        };
        describe(&mut table);
        table.columns.remove(0).meaning.functional_data_type
    };
    assert_eq!(describe_one("time", GeneralType::Time, None).as_deref(), Some("time_of_day"));
    assert_eq!(describe_one("date", GeneralType::Time, Some("2026-01-01")).as_deref(), Some("date"));
    assert_eq!(
        describe_one("struct<a:bigint>", GeneralType::Other, None).as_deref(),
        Some("nested_value")
    );
    assert_eq!(describe_one("binary", GeneralType::Other, None), None);
}

#[test]
fn four_values_say_nothing() {
    let column = (
        "email",
        ["a@example.org", "b@example.org", "c@example.org", "d@example.org", ""]
            .map(str::to_owned)
            .to_vec(),
    );
    let mut longer = column.clone();
    longer.1.push("e@example.org".into());
    assert_eq!(profiled_alone(&column).meaning, Default::default());
    assert_eq!(type_of(&profiled_alone(&longer)), Some("email_address"));
}

#[test]
fn only_one_of_two_keys_identifies_the_rows_and_a_name_weighs_more_than_a_place() {
    let table = profiled(&[
        made("height", |row| row * 3 + 7),
        made("sku", |row| format!("AB-{row:04}")),
        made("product_id", |row| row + 500),
    ]);
    let types: Vec<_> = table.columns.iter().map(type_of).collect();
    assert_eq!(types[1..], [Some("secondary_identifier"), Some("row_identifier")]);
    assert_eq!(table.metrics.candidate_keys, ["height", "sku", "product_id"]);
}

#[test]
fn describing_again_changes_nothing() {
    let once = profiled(&[made("id", |row| row), made("email", |row| format!("u{row}@example.org"))]);
    let mut twice = once.clone();
    describe(&mut twice);
    assert_eq!(once, twice);
}
