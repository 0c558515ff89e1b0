//! Personal data: a hit and a near miss for every rule, alone and among persons.

use std::collections::BTreeSet;

use super::{Made, made, one_of, profiled};
use crate::domain::column_meaning::{ColumnMeaning, PiiRisk};
use crate::engine::semantics::evidence::Evidence;
use crate::engine::semantics::find_type;
use crate::engine::semantics::personal_data::{RULES, Suspect};

/// A table about persons.
fn persons() -> Vec<Made> {
    vec![
        made("first_name", one_of("Anna Ben Clara David Eva Finn Greta Hugo Ida Jan")),
        made("surname", one_of("Berg Kaya Lind Moreau Novak Okafor Rossi")),
    ]
}

/// The rule that decides on a column, and what is stored of it.
fn judged(column: Made, is_among_persons: bool) -> (Option<&'static str>, ColumnMeaning) {
    let mut columns = if is_among_persons { persons() } else { vec![made("filler", |_| 7)] };
    columns.push(column);
    let table = profiled(&columns);
    let column = table.columns.last().unwrap();
    let evidence = Evidence::of(column, table.metrics.candidate_keys.contains(&column.column_name));
    let found = find_type(&evidence);
    let names = if is_among_persons {
        vec!["first_name".to_owned(), "surname".to_owned()]
    } else {
        Vec::new()
    };
    let suspect = Suspect {
        column: &evidence,
        meaning: found.as_ref().map_or("", |found| found.name),
        reason: found.as_ref().map_or("", |found| &found.reason),
        persons: &names,
    };
    let rule = RULES.iter().find(|rule| (rule.reason)(&suspect).is_some()).map(|rule| rule.name);
    (rule, column.meaning.clone())
}

/// Rule, whether among persons, hit, near miss in the same company.
fn cases() -> Vec<(&'static str, bool, Made, Made)> {
    let digits = |row: usize| format!("{:09}", row * 7_919 + 100_000_000);
    let few = |row: usize| ["hot", "cold"][row % 2];
    vec![
        (
            "payment card",
            false,
            made("paid_with", |row| ["4000 0000 0000 0002", "4111 1111 1111 1111"][row % 2]),
            made("card", |row| ["4000 0000 0000 0003", "4111 1111 1111 1112"][row % 2]),
        ),
        (
            "bank account",
            false,
            made("account_number", |row| format!("K{}", digits(row))),
            made("account_number", few),
        ),
        (
            "identity number",
            false,
            made("passport", |row| format!("C{}", digits(row))),
            made("passport", few),
        ),
        (
            "secret",
            false,
            made("password", |row| format!("pw{row}")),
            made("password", |row| ["set", "not set"][row % 2]),
        ),
        (
            "health",
            false,
            made("diagnosis", one_of("J10 I20 E11")),
            made("diagnosis", |row| row),
        ),
        (
            "biometrics",
            false,
            made("fingerprint", |row| format!("f{row}")),
            made("fingerprint", |_| "none"),
        ),
        (
            "e-mail",
            false,
            made("note", |row| {
                if row % 3 == 0 {
                    "call back".into()
                } else {
                    format!("u{row}@example.org")
                }
            }),
            made("email", |row| format!("u{row} at example")),
        ),
        (
            "name or birth of a person",
            false,
            made("surname", one_of("Berg Kaya Lind Moreau Novak Okafor")),
            made("surname", |row| row * 3),
        ),
        (
            "telephone or street of a person",
            true,
            made("phone", |row| format!("+49 30 {}", digits(row))),
            made("phone", few),
        ),
        (
            "demographics",
            true,
            made("religion", few),
            made("religion", |row| format!("words of row {row}")),
        ),
        ("income", false, made("salary", |row| 30_000 + row * 100), made("salary", few)),
        (
            "device",
            false,
            made("peer", |row| format!("10.0.{}.{row}", row % 9)),
            made("peer", |row| format!("10.0.{row}")),
        ),
        (
            "telephone or street of anybody",
            false,
            made("street", |row| format!("{row} Main Street")),
            made("street", |row| ["left", "right"][row % 2]),
        ),
        (
            "trace of a person",
            true,
            made("city", one_of("Berlin Paris Rome Madrid Vienna")),
            made("village", one_of("Berlin Paris Rome Madrid Vienna")),
        ),
        (
            "identifier of a person",
            true,
            made("customer_id", |row| row + 1_000),
            made("customer_id", |row| row % 40 + 1_000),
        ),
    ]
}

#[test]
fn every_kind_of_personal_data_is_found_and_what_only_looks_like_it_is_not() {
    let mut wrong = Vec::new();
    for (name, is_among_persons, hit, miss) in cases() {
        let expected = RULES.iter().find(|rule| rule.name == name).unwrap();
        let (rule, meaning) = judged(hit, is_among_persons);
        let is_said = meaning.pii_risk_reason.as_deref().is_some_and(|reason| reason.ends_with('.'));
        if rule != Some(name) || meaning.pii_risk != Some(expected.risk) || !is_said {
            wrong.push(format!("{name}: {rule:?} {meaning:?}"));
        }
        let (rule, meaning) = judged(miss, is_among_persons);
        if rule == Some(name) {
            wrong.push(format!("{name} in the near miss: {meaning:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_goes_without_a_case() {
    let tried: BTreeSet<&str> = cases().iter().map(|case| case.0).collect();
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(tried, all);
}

#[test]
fn weak_traces_count_among_persons_only_and_no_risk_is_said_without_a_reason() {
    let city = || made("city", one_of("Berlin Paris Rome Madrid Vienna"));
    assert_eq!(judged(city(), true).1.pii_risk, Some(PiiRisk::Low));
    let (_, alone) = judged(city(), false);
    assert_eq!((alone.pii_risk, alone.pii_risk_reason), (Some(PiiRisk::None), None));
    let gender = || made("gender", one_of("f m x"));
    assert_eq!(judged(gender(), true).1.pii_risk, Some(PiiRisk::Moderate));
    assert_eq!(judged(gender(), false).1.pii_risk, Some(PiiRisk::None));
}

#[test]
fn the_worst_rules_are_asked_first() {
    assert!(RULES.windows(2).all(|pair| pair[0].risk >= pair[1].risk));
}
