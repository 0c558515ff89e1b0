//! Facts about the statements: hostile names stay quoted, everything is said or on the list, the data decides what is asked.

use std::fs;

use super::*;
use crate::domain::table_profile::TableProfile;
use crate::engine::{ProfileOptions, Unobserved, discover, discover_file, profile_table};

/// Every metric that belongs to the bookkeeping of a column rather than to its figures.
const BOOKKEEPING: [&str; 8] = [
    "column_name",
    "ordinal_position",
    "data_type",
    "general_type",
    "estimates",
    "broken_invariants",
    "query_error",
    "sql",
];

fn profile_of(name: &str, text: &str) -> (tempfile::TempDir, TableProfile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let table = discover_file(&path).unwrap();
    let profile = profile_table(folder.path(), &table, &ProfileOptions::default(), &Unobserved).unwrap();
    (folder, profile)
}

fn said(statements: &[Statement]) -> String {
    let texts: Vec<String> = statements
        .iter()
        .map(|statement| format!("{} {}", statement.list.clone().unwrap_or_default(), statement.sql))
        .collect();
    texts.join("\n")
}

#[test]
fn every_figure_of_a_column_is_said_or_on_the_list() {
    let (_folder, profile) = profile_of(
        "all.csv",
        "whole,real,text,day,at,yes,huge\n1,0.5,a,2013-01-01,2013-01-01T00:00:00Z,true,12345678901234567890123\n\
         2,-1.5e3,Bc,2014-02-03,2014-02-03T10:00:00Z,false,2\n2,nan,,,,,3\n",
    );
    let context = TableContext::of_profile(&profile, Some("/data"));
    for column in &profile.columns {
        let text = said(&statements_for(&context, column));
        let unsaid = unsaid_for(&context, column);
        let figures = serde_json::to_value(column).unwrap();
        for (metric, value) in figures.as_object().unwrap() {
            let is_empty = value.as_array().is_some_and(Vec::is_empty);
            if BOOKKEEPING.contains(&metric.as_str()) || is_empty {
                continue;
            }
            let is_said = text.contains(&format!(" AS {metric}")) || text.contains(&format!("{metric} -- Limn"));
            let is_listed = unsaid.iter().any(|entry| entry.metric == metric);
            assert!(is_said || is_listed, "{}.{metric} is neither said nor listed", column.column_name);
        }
    }
}

#[test]
fn hostile_names_and_paths_stay_inside_their_quotes() {
    let hostile = "a\"; drop table x; --";
    let (_folder, profile) = profile_of("o'brien [1]*.csv", "\"a\"\"; drop table x; --\",b\n1,2\n");
    assert_eq!(profile.columns[0].column_name, hostile);
    let context = TableContext::of_profile(&profile, Some("/it's"));
    let sql = &statements_for(&context, &profile.columns[0])[0].sql;
    assert!(sql.contains("CAST(\"a\"\"; drop table x; --\" AS BIGINT)"), "{sql}");
    assert!(sql.contains("'/it''s/o''brien [[]1][*].csv'"), "{sql}");
    assert!(
        sql.contains("columns = {'a\"; drop table x; --': 'VARCHAR', 'b': 'VARCHAR'}"),
        "{sql}"
    );
    assert_eq!(
        sql.lines().next().unwrap(),
        "-- Limn: key_figures of a\"; drop table x; -- in o'brien [1]*"
    );
}

#[test]
fn a_line_break_in_a_name_does_not_end_the_comment() {
    let (_folder, profile) = profile_of("t.csv", "\"x\ndrop table y\",b\n1,2\n");
    let context = TableContext::of_profile(&profile, None);
    let sql = &statements_for(&context, &profile.columns[0])[0].sql;
    let commented = sql.lines().filter(|line| line.starts_with("--")).count();
    assert_eq!(
        (commented, sql.lines().next().unwrap()),
        (1, "-- Limn: key_figures of x drop table y in t")
    );
    assert!(sql.contains("\"x\ndrop table y\""), "the name itself is whole: {sql}");
}

#[test]
fn names_that_differ_by_capitals_alone_are_told_apart_as_duckdb_does() {
    let (_folder, profile) = profile_of("t.jsonl", "{\"a/b\":1,\"~\":\"x\"}\n");
    let context = TableContext::of_profile(&profile, None);
    let sql = |place: usize| statements_for(&context, &profile.columns[place])[0].sql.clone();
    assert!(sql(0).contains("json_extract_string(json, '/a~1b')"), "{}", sql(0));
    assert!(sql(1).contains("json_extract_string(json, '/~0')"), "{}", sql(1));
    let (_folder, profile) = profile_of("t.csv", "a,A,a_1,A_1\n1,2,3,4\n");
    let context = TableContext::of_profile(&profile, None);
    let names: Vec<String> = profile
        .columns
        .iter()
        .map(|column| {
            let sql = &statements_for(&context, column)[0].sql;
            sql.split("CAST(").nth(1).unwrap().split(" AS BIGINT").next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names, ["\"a\"", "\"A_1\"", "\"a_1_1\"", "\"A_1_2\""]);
}

#[test]
fn the_dialect_and_the_clock_of_the_run_are_written_into_the_statement() {
    let (_folder, profile) = profile_of("t.csv", "day;note\n2013-01-01;'a;b'\n2014-01-01;'c'\n");
    let context = TableContext::of_profile(&profile, Some("/data/"));
    let sql = said(&statements_for(&context, &profile.columns[0]));
    assert!(
        sql.contains("read_csv('/data/t.csv', header = true, delim = ';', quote = '''', escape = ''''"),
        "{sql}"
    );
    assert!(sql.contains("(WHERE d < DATE '1969-01-01') AS before_1yr_count"), "{sql}");
    assert!(sql.contains("'2013-01', DATE '2013-01-01', DATE '2013-02-01'"), "{sql}");
}

#[test]
fn files_that_differ_in_their_dialect_or_columns_are_each_read_their_own_way() {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("t/k=1/a.csv", "id,note\n1,a\n"),
        ("t/k=2/a.csv", "Id;note;k\n2;b;9\n"),
        ("t/k=3/a.csv", "note,id\nc,3\n"),
        ("t/k=4/a.csv", "id,note\n4,d\n"),
        ("t/k=5/a.csv", ""),
    ] {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let profile = profile_table(
        root.path(),
        &discover(root.path()).unwrap()[0],
        &ProfileOptions::default(),
        &Unobserved,
    )
    .unwrap();
    let names: Vec<&str> = profile.columns.iter().map(|column| column.column_name.as_str()).collect();
    assert_eq!(names, ["k", "id", "note", "Id"]);
    assert_eq!(profile.snapshot.dialect, None);
    let read: Vec<&[usize]> = profile.snapshot.readings.iter().map(|reading| reading.files.as_slice()).collect();
    assert_eq!(read, [&[0, 3][..], &[1], &[2]]);
    let context = TableContext::of_profile(&profile, Some("/data"));
    let sql = said(&statements_for(&context, &profile.columns[3]));
    for part in [
        "FROM (SELECT * FROM read_csv(['/data/t/k=1/a.csv', '/data/t/k=4/a.csv'], header = true, delim = ',',",
        "columns = {'id': 'VARCHAR', 'note': 'VARCHAR'}",
        " UNION ALL BY NAME SELECT * FROM read_csv('/data/t/k=2/a.csv', header = true, delim = ';',",
        "columns = {'Id_1': 'VARCHAR', 'note': 'VARCHAR', 'k in the file': 'VARCHAR'}",
        "columns = {'note': 'VARCHAR', 'id': 'VARCHAR'}, hive_partitioning = true, hive_types_autocast = false)) AS files",
        "CAST(\"Id_1\" AS BIGINT) AS v",
    ] {
        assert!(sql.contains(part), "{part}\n{sql}");
    }
}

#[test]
fn estimates_are_named_in_the_note_and_sources_without_sql_have_no_statement() {
    let (_folder, mut profile) = profile_of("t.csv", "n\n1\n2\n");
    let estimate = crate::domain::column_profile::Estimate {
        method: "hll_lg12".into(),
        error: 0.032,
    };
    profile.columns[0].estimates.insert("distinct_count".into(), estimate);
    let context = TableContext::of_profile(&profile, None);
    let statements = statements_for(&context, &profile.columns[0]);
    let notes: Vec<&str> = statements
        .iter()
        .map(|statement| statement.note.as_str())
        .filter(|note| !note.is_empty())
        .collect();
    assert_eq!(
        notes,
        ["The profile estimates distinct_count (hll_lg12, ±3.20 %); this statement counts exactly."]
    );
    profile.format = "carrier pigeon".into();
    let context = TableContext::of_profile(&profile, None);
    assert!(statements_for(&context, &profile.columns[0]).is_empty() && table_statements(&context).is_empty());
    assert_eq!(unsaid_for(&context, &profile.columns[0])[0].metric, "*");
}

#[test]
fn bars_are_half_open_and_the_last_is_closed() {
    let (_folder, profile) = profile_of("t.csv", "n\n0.5\n1.5\n2.5\n");
    let context = TableContext::of_profile(&profile, None);
    let statements = statements_for(&context, &profile.columns[0]);
    let bars = statements.iter().find(|statement| statement.panel == Panel::Histogram).unwrap();
    let last = profile.columns[0].histogram.len();
    assert!(
        bars.sql.contains(&format!("x < upper_edge OR (place = {last} AND x = upper_edge)")),
        "{}",
        bars.sql
    );
    assert!(bars.sql.contains("0.5e0"), "edges are doubles: {}", bars.sql);
}

#[test]
fn databases_are_asked_in_their_own_words() {
    let (_folder, mut profile) = profile_of("t.csv", "n,t,b\n1.5,x,true\n-2,y,false\nnan,,\n");
    profile.schema_name = "my\"schema".into();
    profile.format = "postgres".into();
    let context = TableContext::of_profile(&profile, None);
    let sql = |place: usize| said(&statements_for(&context, &profile.columns[place]));
    assert!(sql(0).contains("FROM \"my\"\"schema\".\"t\""), "{}", sql(0));
    assert!(sql(0).contains("v NOT IN ('NaN', 'Infinity', '-Infinity')"), "{}", sql(0));
    assert!(sql(1).contains("min(v COLLATE \"C\")"), "{}", sql(1));
    assert!(sql(2).contains("bool_and(v) AS min_value"), "{}", sql(2));
    profile.format = "sqlite".into();
    profile.schema_name = "-".into();
    let context = TableContext::of_profile(&profile, None);
    let sql = |place: usize| said(&statements_for(&context, &profile.columns[place]));
    assert!(sql(0).contains("FROM \"t\"") && !sql(0).contains("isfinite"), "{}", sql(0));
    assert!(!sql(0).contains("skewness"), "no powers with a fraction: {}", sql(0));
    let listed = unsaid_for(&context, &profile.columns[0]);
    assert!(listed.iter().any(|entry| entry.metric == "skewness"), "{listed:?}");
}
