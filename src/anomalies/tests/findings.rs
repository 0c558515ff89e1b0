//! Every kind of the catalogue: found where its fault is, and not found a step beside it.

use std::collections::BTreeSet;
use std::fmt::Write;

use chrono::{DateTime, Duration, TimeZone, Utc};

use crate::anomalies::{GONE, HygieneSettings, all_rules, find_anomalies, find_failures};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::table_profile::{FailedTable, TableProfile};
use crate::engine::{ProfileOptions, Unobserved, discover_file, profile_table};

const ROWS: usize = 1_200;
const WORDS: [&str; 6] = ["amber", "birch", "cedar", "dune", "ember", "fjord"];
const NAMES: [&str; 6] = ["Anna", "Ben", "Clara", "David", "Eva", "Finn"];
const STATES: [&str; 8] = ["NY", "CA", "TX", "OR", "WA", "FL", "OH", "MI"];

fn clock() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()
}

/// A value of a row, or nothing.
type Value = Option<String>;

/// A kind of one column: name and values of a column with the fault, and of one that nearly has it.
struct Case {
    kind: &'static str,
    fault: (&'static str, fn(usize) -> Value),
    near: (&'static str, fn(usize) -> Value),
}

fn word(row: usize) -> String {
    WORDS[row % WORDS.len()].to_owned()
}

fn name(row: usize) -> String {
    NAMES[row % NAMES.len()].to_owned()
}

/// One value in every so many rows, else the other.
fn one_in(row: usize, of: usize, rare: impl Into<String>, usual: impl Into<String>) -> Value {
    Some(if row.is_multiple_of(of) { rare.into() } else { usual.into() })
}

const CASES: &[Case] = &[
    Case {
        kind: "Suggested_Type",
        fault: ("weight", |row| Some((row % 300).to_string())),
        near: ("weight", |row| Some(format!("{} kilos", row % 300))),
    },
    Case {
        kind: "Non_Standard_Blanks",
        fault: ("note", |row| one_in(row, 10, "n/a", word(row))),
        near: ("note", |row| one_in(row, 10, "nab", word(row))),
    },
    Case {
        kind: "Invalid_Zip_USA",
        fault: ("zip", |row| one_in(row, 20, "1234", format!("{}", 10_000 + row))),
        near: ("zip", |row| one_in(row, 20, "10115-1234", format!("{}", 10_000 + row))),
    },
    Case {
        kind: "Invalid_Zip3_USA",
        fault: ("ship_zip3", |row| one_in(row, 40, "12345", format!("{}", 100 + row % 800))),
        near: ("ship_zip3", |row| Some(format!("{}", 100 + row % 800))),
    },
    Case {
        kind: "No_Values",
        fault: ("old_code", |row| one_in(row, 2, "", "n/a")),
        near: ("old_code", |row| one_in(row, ROWS, "x", "n/a")),
    },
    Case {
        kind: "Null_Ratio_50",
        fault: ("middle", |row| (row % 10 >= 6).then(|| word(row))),
        near: ("middle", |row| (row % 10 >= 4).then(|| word(row))),
    },
    Case {
        kind: "Null_Ratio_90",
        fault: ("fax", |row| (row % 100 >= 92).then(|| word(row))),
        near: ("fax", |row| (row % 100 >= 85).then(|| word(row))),
    },
    Case {
        kind: "Column_Pattern_Mismatch",
        fault: ("order_number", |row| {
            let number = 10_000_000 + row;
            one_in(row, 100, format!("SO{number}"), format!("SO-{number}"))
        }),
        near: ("order_number", |row| {
            let number = 10_000_000 + row;
            one_in(row, 5, format!("SO{number}"), format!("SO-{number}"))
        }),
    },
    Case {
        kind: "Leading_Spaces",
        fault: ("product", |row| one_in(row, 50, format!(" {}", word(row)), word(row))),
        near: ("product", |row| one_in(row, 50, format!("{} ", word(row)), word(row))),
    },
    Case {
        kind: "Quoted_Values",
        fault: ("remark", |row| one_in(row, 50, "\"said\"", word(row))),
        near: ("remark", |row| one_in(row, 50, "he \"said\" so", word(row))),
    },
    Case {
        kind: "Char_Column_Number_Values",
        fault: ("shelf_life", |row| one_in(row, 50, "long", (row % 90).to_string())),
        near: ("shelf_life", |row| one_in(row, 10, "long", (row % 90).to_string())),
    },
    Case {
        kind: "Char_Column_Date_Values",
        fault: ("promised", |row| one_in(row, 50, "asap", format!("2026-03-{:02}", row % 28 + 1))),
        near: ("promised", |row| one_in(row, 10, "asap", format!("2026-03-{:02}", row % 28 + 1))),
    },
    Case {
        kind: "Small_Missing_Value_Ct",
        fault: ("method", |row| (row % 100 > 0).then(|| word(row))),
        near: ("method", |row| (row % 20 > 0).then(|| word(row))),
    },
    Case {
        kind: "Small_Divergent_Value_Ct",
        fault: ("order_type", |row| one_in(row, 100, "gift", "sale")),
        near: ("order_type", |row| one_in(row, 20, "gift", "sale")),
    },
    Case {
        kind: "Boolean_Value_Mismatch",
        fault: ("newsletter", |row| one_in(row, 3, "off", "Yes")),
        near: ("newsletter", |row| one_in(row, 3, "No", "Yes")),
    },
    Case {
        kind: "Potential_Duplicates",
        fault: ("sku", |row| one_in(row, 100, format!("S{:06}", row / 2), format!("S{row:06}"))),
        near: ("sku", |row| Some(format!("S{row:06}"))),
    },
    Case {
        kind: "Standardized_Value_Matches",
        fault: ("brand", |row| Some(["Acme", "ACME", "Bolt & Co"][row % 3].to_owned())),
        near: ("brand", |row| Some(["Acme", "Acmea", "Bolt & Co"][row % 3].to_owned())),
    },
    Case {
        kind: "Unexpected_US_States",
        fault: ("hub_code", |row| Some(STATES[row % 8].to_owned())),
        near: ("ship_state", |row| Some(STATES[row % 8].to_owned())),
    },
    Case {
        kind: "Unexpected_Emails",
        fault: ("manager", |row| Some(format!("{}{row}@example.org", word(row)))),
        near: ("manager_email", |row| Some(format!("{}{row}@example.org", word(row)))),
    },
    Case {
        kind: "Small_Numeric_Value_Ct",
        fault: ("colour", |row| one_in(row, 80, "12", word(row))),
        near: ("colour", |row| one_in(row, 10, "12", word(row))),
    },
    Case {
        kind: "Delimited_Data_Embedded",
        fault: ("tags", |row| Some(format!("{}|{}|{}", word(row), word(row + 1), word(row + 3)))),
        near: ("tags", |row| Some(format!("{}|{}", word(row), word(row + 1)))),
    },
    Case {
        kind: "Char_Column_Number_Units",
        fault: ("package", |row| Some(format!("{} g", [500, 250, 100][row % 3]))),
        near: ("package", |row| Some(format!("{} apples", [500, 250, 100][row % 3]))),
    },
    Case {
        kind: "Variant_Coded_Values",
        fault: ("gender", |row| Some(["F", "Female", "M"][row % 3].to_owned())),
        near: ("gender", |row| Some(["F", "M", "X"][row % 3].to_owned())),
    },
    Case {
        kind: "Inconsistent_Casing",
        fault: ("city", |row| one_in(row, 20, "BERLIN", ["Berlin", "Madrid", "Torino"][row % 3])),
        near: ("city", |row| Some(["Berlin", "Madrid", "Torino"][row % 3].to_owned())),
    },
    Case {
        kind: "Non_Alpha_Name_Address",
        fault: ("first_name", |row| one_in(row, 100, "555-1234", name(row))),
        near: ("first_name", |row| one_in(row, 100, "Anna-Lena", name(row))),
    },
    Case {
        kind: "Non_Alpha_Prefixed_Name",
        fault: ("last_name", |row| one_in(row, 100, "*Adler", name(row))),
        near: ("last_name", |row| one_in(row, 100, "D'Adler", name(row))),
    },
    Case {
        kind: "Non_Printing_Chars",
        fault: ("street", |row| one_in(row, 50, "Elm\u{a0}Road", "Elm Road")),
        near: ("street", |row| one_in(row, 50, "Elm  Road", "Elm Road")),
    },
    Case {
        kind: "Potential_PII",
        fault: ("email", |row| Some(format!("{}{row}@example.org", word(row)))),
        near: ("email_kind", |row| Some(word(row))),
    },
];

/// Writes a table of one text column as JSON lines, so that texts stay texts.
fn texts(folder: &std::path::Path, table: &str, column: &str, value: impl Fn(usize) -> Value) {
    let lines: String = (0..ROWS).fold(String::new(), |mut lines, row| {
        let value = value(row).map_or(serde_json::Value::Null, serde_json::Value::from);
        let mut record = serde_json::Map::new();
        record.insert(column.to_owned(), value);
        let _ = writeln!(lines, "{}", serde_json::Value::Object(record));
        lines
    });
    std::fs::write(folder.join(format!("{table}.jsonl")), lines).unwrap();
}

/// Writes a table as CSV.
fn csv(folder: &std::path::Path, table: &str, head: &str, row: impl Fn(usize) -> String, rows: usize) {
    let lines: String = (0..rows).map(|at| row(at) + "\n").collect();
    std::fs::write(folder.join(format!("{table}.csv")), format!("{head}\n{lines}")).unwrap();
}

fn profile(folder: &std::path::Path) -> Vec<TableProfile> {
    let options = ProfileOptions {
        threads: 1,
        memory_bytes: 256 << 20,
        deadline_ms: 0,
        clock: clock(),
    };
    // File by file: equal files of a folder would be one table.
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| profile_table(folder, &discover_file(file).unwrap(), &options, &Unobserved).unwrap())
        .collect()
}

/// Kinds found, by table.
fn kinds(tables: &[TableProfile]) -> Vec<BTreeSet<String>> {
    let tables: Vec<&TableProfile> = tables.iter().collect();
    find_anomalies(&tables, &HygieneSettings::default(), clock())
        .into_iter()
        .map(|found| found.into_iter().map(|anomaly| anomaly.anomaly_type).collect())
        .collect()
}

/// Kinds found where each table is looked at by itself.
fn kinds_alone(tables: &[TableProfile]) -> Vec<BTreeSet<String>> {
    tables.iter().flat_map(|table| kinds(std::slice::from_ref(table))).collect()
}

#[test]
fn every_kind_of_a_column_is_found_at_its_fault_and_not_beside_it() {
    for case in CASES {
        let folder = tempfile::tempdir().unwrap();
        texts(folder.path(), "a_fault", case.fault.0, case.fault.1);
        texts(folder.path(), "b_near", case.near.0, case.near.1);
        let found = kinds_alone(&profile(folder.path()));
        assert!(found[0].contains(case.kind), "{} is not found: {:?}", case.kind, found[0]);
        assert!(
            !found[1].contains(case.kind),
            "{} is found a step beside its fault: {:?}",
            case.kind,
            found[1]
        );
    }
}

#[test]
fn dates_and_ages_are_found_by_the_runs_clock() {
    let day = |days: i64| (clock() - Duration::days(days)).format("%Y-%m-%d").to_string();
    for (kind, fault, near) in [("Recency_One_Year", 400, 300), ("Recency_Six_Months", 240, 90)] {
        let folder = tempfile::tempdir().unwrap();
        let dated = |age: i64| move |row: usize| format!("{row},{}", (clock() - Duration::days(age + row as i64 % 90)).format("%Y-%m-%d"));
        csv(folder.path(), "a_fault", "id,changed_on", dated(fault), 200);
        csv(folder.path(), "b_near", "id,changed_on", dated(near), 200);
        let found = kinds_alone(&profile(folder.path()));
        assert!(found[0].contains(kind) && !found[1].contains(kind), "{kind}: {found:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let with = |odd: &'static str| {
        move |row: usize| {
            format!(
                "{row},{}",
                if row.is_multiple_of(100) {
                    odd.to_owned()
                } else {
                    day(row as i64 % 300)
                }
            )
        }
    };
    csv(folder.path(), "a_old", "id,placed_on", with("1753-01-01"), 1_000);
    csv(folder.path(), "b_far", "id,placed_on", with("2099-12-31"), 1_000);
    csv(folder.path(), "c_near", "id,placed_on", with("1951-01-01"), 1_000);
    let found = kinds_alone(&profile(folder.path()));
    let is_found: Vec<bool> = found.iter().map(|kinds| kinds.contains("Unlikely_Date_Values")).collect();
    assert_eq!(is_found, [true, true, false]);
}

#[test]
fn columns_of_one_name_are_compared_between_tables() {
    let folder = tempfile::tempdir().unwrap();
    csv(
        folder.path(),
        "a",
        "supplier_id,points,store_code",
        |row| format!("{row},{row},DE-{row:04}"),
        500,
    );
    csv(
        folder.path(),
        "b",
        "supplier_id,points,store_code",
        |row| format!("S{row},{row}.5,DE{row:04}"),
        500,
    );
    csv(
        folder.path(),
        "c",
        "other_id,points_of_c,store_kind",
        |row| format!("{row},{row},DE-{row:04}"),
        500,
    );
    let found = kinds(&profile(folder.path()));
    for kind in ["Multiple_Types_Major", "Multiple_Types_Minor", "Table_Pattern_Mismatch"] {
        assert!(found[0].contains(kind) && found[1].contains(kind), "{kind}: {found:?}");
        assert!(!found[2].contains(kind), "{kind} in a table without a namesake: {:?}", found[2]);
    }
}

#[test]
fn columns_without_a_name_are_no_namesakes() {
    let folder = tempfile::tempdir().unwrap();
    csv(folder.path(), "a", ",points", |row| format!("{row},{row}"), 500);
    csv(folder.path(), "b", ",score", |row| format!("S{row},{row}"), 500);
    let found = kinds(&profile(folder.path()));
    assert!(found.iter().all(|found| !found.contains("Multiple_Types_Major")), "{found:?}");
}

#[test]
fn single_letters_among_others_are_no_variants() {
    let folder = tempfile::tempdir().unwrap();
    csv(
        folder.path(),
        "a",
        "kind",
        |row| ["b", "f", "g", "n", "o", "z"][row % 6].to_owned(),
        600,
    );
    csv(folder.path(), "b", "answer", |row| ["f", "n", "t", "y"][row % 4].to_owned(), 600);
    let found = kinds(&profile(folder.path()));
    let is_told = |place: usize| found[place].contains("Variant_Coded_Values");
    assert!(!is_told(0) && is_told(1), "{found:?}");
}

#[test]
fn tables_that_are_empty_gone_or_unreadable_are_told() {
    let folder = tempfile::tempdir().unwrap();
    csv(folder.path(), "a", "id,note", |_| String::new(), 0);
    csv(folder.path(), "b", "id,note", |row| format!("{row},x"), 1);
    let found = kinds_alone(&profile(folder.path()));
    assert!(found[0].contains("Empty_Table") && !found[1].contains("Empty_Table"), "{found:?}");
    assert_eq!(found[1], BTreeSet::new(), "one row proves nothing");
    let failed = |error: &str| FailedTable {
        table_name: "orders".into(),
        error: error.into(),
        ..FailedTable::default()
    };
    let told = |error: &str| find_failures(&[failed(error)], clock()).remove(0).anomaly_type;
    assert_eq!(told(GONE), "Missing_Table");
    assert_eq!(told("orders.parquet: row 7 cannot be read"), "Profiling_Error");
}

#[test]
fn columns_that_failed_or_contradict_themselves_are_told_and_nothing_else_of_them() {
    let column = |change: fn(&mut ColumnProfile)| {
        let mut column = ColumnProfile {
            column_name: "amount".into(),
            ordinal_position: 1,
            row_count: 100,
            null_count: 90,
            non_null_count: 10,
            ..ColumnProfile::default()
        };
        change(&mut column);
        let table = TableProfile {
            table_name: "orders".into(),
            row_count: 100,
            column_count: 1,
            columns: vec![column],
            ..TableProfile::default()
        };
        kinds(&[table]).remove(0)
    };
    let only = |kind: &str| BTreeSet::from([kind.to_owned()]);
    assert_eq!(
        column(|column| column.metrics.query_error = Some("denied".into())),
        only("Column_Profiling_Error")
    );
    let inconsistent = column(|column| column.broken_invariants = vec!["nulls + values = rows".into()]);
    assert!(inconsistent.contains("Inconsistent_Profile"));
    assert!(!column(|_| ()).contains("Inconsistent_Profile"));
}

#[test]
fn thin_evidence_says_nothing() {
    for case in CASES {
        let folder = tempfile::tempdir().unwrap();
        let lines: String = (0..6)
            .map(|row| {
                let value = case.fault.1(row).map_or(serde_json::Value::Null, serde_json::Value::from);
                format!("{}\n", serde_json::json!({ case.fault.0: value }))
            })
            .collect();
        std::fs::write(folder.path().join("few.jsonl"), lines).unwrap();
        let mut found = kinds(&profile(folder.path())).remove(0);
        // Personal data is proved by its form, however few there are.
        found.remove("Potential_PII");
        assert_eq!(found, BTreeSet::new(), "{}", case.kind);
    }
}

#[test]
fn every_rule_says_what_it_is_and_what_to_do() {
    let names: BTreeSet<&str> = all_rules().map(|rule| rule.name).collect();
    assert_eq!(names.len(), all_rules().count(), "a name is told once");
    for rule in all_rules() {
        assert!(
            rule.explanation.ends_with('.') && rule.remedy.ends_with('.') && !rule.title.is_empty(),
            "{}",
            rule.name
        );
        assert!(rule.name.chars().all(|ch| ch.is_ascii_alphanumeric() || ch == '_'), "{}", rule.name);
    }
    assert!(names.len() >= 38, "{}", names.len());
}
