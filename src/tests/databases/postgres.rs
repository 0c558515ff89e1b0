//! PostgreSQL tables, on the server that the tests start.
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{block_on, column, extent, options, profile, table, try_profile};
use crate::domain::column_profile::GeneralType;
use crate::domain::secret::Secret;
use crate::domain::table_profile::TableProfile;
use crate::engine::protocol::{WorkerEvent, WorkerPlan};
use crate::engine::worker::carry_out;
use crate::engine::{EngineError, Observer, PostgresTarget, ProfileOptions, SourceRoot, check_source, profile_table};
use crate::tests::store::postgres::new_database_url;

/// A new database after these statements, or nothing where PostgreSQL is not installed.
fn database(statements: &str) -> Option<(String, SourceRoot)> {
    let url = block_on(new_database_url())?;
    execute(&url, statements);
    let root = SourceRoot::Postgres(PostgresTarget::new(&url, None));
    Some((url, root))
}

fn execute(url: &str, statements: &str) {
    block_on(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        connection.execute(AssertSqlSafe(statements.to_owned())).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn every_type_keeps_its_digits() {
    let Some((_, root)) = database(
        "create schema \"odd name\"; create type mood as enum ('sad', 'ok'); create domain cents as numeric(12,2);
         create table \"odd name\".\"t\"\"x\" (small int2, whole int4, big int8, real4 float4, real8 float8, money_ cents, free numeric, huge numeric,
            with_nan numeric(8,2), truth bool, words text, padded char(8), short varchar(9), day date, clock time, local_ timestamp, zoned timestamptz,
            id uuid, doc json, bdoc jsonb, bytes bytea, tags int[], mood_ mood, span interval, addr inet, dropped int, \"Ünï \"\"q\" int);
         alter table \"odd name\".\"t\"\"x\" drop column dropped;
         insert into \"odd name\".\"t\"\"x\" values
            (-32768, -2147483648, -9223372036854775808, 1.5, 'NaN', -9999999999.99, 0.1234567890123456789, 1e60, 'NaN', true, 'Zoë', 'ab', '', '0044-03-15 BC', '00:00',
             '1969-12-31 23:59:59.999999', '2013-01-01 00:00+01', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"a\": 1}', '{\"a\": 1}', '\\x00ff', '{1,null}', 'ok', '1 day', '10.0.0.1', 1),
            (32767, 2147483647, 9223372036854775807, -1.5, 'Infinity', 9999999999.99, -98765432109876543, -1.5, 1.25, false, 'a', null, 'x', '20000-01-01', '23:59:59.999999',
             '20000-01-01', '2013-01-01 00:00Z', null, null, null, '\\x', '{}', 'sad', null, null, 2),
            (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null)",
    ) else {
        return;
    };
    let found = profile(&root, &table("postgres", "odd name", "t\"x"));
    assert_eq!((found.row_count, found.column_count, found.format.as_str()), (3, 26, "postgres"));
    for (name, data_type, min, max) in [
        ("small", "smallint", "-32768", "32767"),
        ("whole", "integer", "-2147483648", "2147483647"),
        ("big", "bigint", "-9223372036854775808", "9223372036854775807"),
        ("real4", "real", "-1.5", "1.5"),
        ("money_", "public.cents", "-9999999999.99", "9999999999.99"),
        ("free", "numeric", "-98765432109876543.0000000000000000000", "0.1234567890123456789"),
        ("with_nan", "numeric(8,2)", "1.25", "1.25"),
        ("padded", "character(8)", "ab", "ab"),
        ("day", "date", "-0043-03-15", "+20000-01-01"),
        ("clock", "time without time zone", "00:00:00", "23:59:59.999999"),
        (
            "local_",
            "timestamp without time zone",
            "1969-12-31T23:59:59.999999",
            "+20000-01-01T00:00:00",
        ),
        ("zoned", "timestamp with time zone", "2012-12-31T23:00:00Z", "2013-01-01T00:00:00Z"),
        (
            "id",
            "uuid",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        ),
        ("doc", "json", "{\"a\": 1}", "{\"a\": 1}"),
        ("tags", "integer[]", "{1,NULL}", "{}"),
        ("mood_", "public.mood", "ok", "sad"),
        ("addr", "inet", "10.0.0.1/32", "10.0.0.1/32"),
        ("Ünï \"q", "integer", "1", "2"),
    ] {
        assert_eq!(extent(&found, name), (data_type, min, max), "{name}");
        assert_eq!(
            column(&found, name).null_count,
            if ["padded", "id", "doc", "addr"].contains(&name) { 2 } else { 1 },
            "{name}"
        );
    }
    assert_eq!(column(&found, "real8").metrics.nan_count, Some(1));
    assert_eq!(column(&found, "real8").metrics.infinite_count, Some(1));
    assert_eq!(column(&found, "with_nan").metrics.nan_count, Some(1));
    // 61 digits before the point fit into no decimal: the digits stay, as text.
    assert_eq!(column(&found, "huge").general_type, GeneralType::Text);
    assert_eq!(column(&found, "huge").metrics.max_length, Some(61));
    assert_eq!(column(&found, "truth").metrics.true_count, Some(1));
    assert_eq!(column(&found, "short").metrics.zero_length_count, Some(1));
    assert_eq!(column(&found, "tags").general_type, GeneralType::Other);
    assert_eq!(column(&found, "money_").metrics.sum.as_ref().unwrap().as_str(), "0.00");
    assert!(found.snapshot.description.starts_with("PostgreSQL "), "{:?}", found.snapshot);
    assert!(found.snapshot.files.is_empty() && found.snapshot.id.len() == 16);
}

#[test]
fn infinite_dates_are_counted_apart_from_those_in_time() {
    let Some((_, root)) = database(
        "create table t (d date, z timestamptz);
         insert into t values ('infinity', 'infinity'), ('-infinity', '-infinity'), ('2013-01-01', '2013-01-01 00:00Z'), (null, null)",
    ) else {
        return;
    };
    let found = profile(&root, &table("postgres", "public", "t"));
    for name in ["d", "z"] {
        let column = column(&found, name);
        assert_eq!(
            (column.null_count, column.non_null_count, column.metrics.distinct_count),
            (1, 3, Some(3)),
            "{name}"
        );
        assert_eq!(
            (column.metrics.infinite_count, column.metrics.date_span_days),
            (Some(2), Some(0)),
            "{name}"
        );
        let values: Vec<&str> = column.top_values.iter().map(|top| top.value.as_str()).collect();
        assert!(values.contains(&"infinity") && values.contains(&"-infinity"), "{values:?}");
    }
}

#[test]
fn three_hundred_columns_and_no_rows_are_read_alike() {
    let columns: Vec<String> = (0..300)
        .map(|n| format!("c{n} {}", ["int", "text", "numeric(9,2)"][n % 3]))
        .collect();
    let Some((url, root)) = database(&format!("create table wide ({})", columns.join(", "))) else {
        return;
    };
    let empty = profile(&root, &table("postgres", "public", "wide"));
    assert_eq!((empty.row_count, empty.column_count), (0, 300));
    execute(&url, "insert into wide (c0, c298) select g, 'x' from generate_series(1, 20000) g");
    let found = profile(&root, &table("postgres", "public", "wide"));
    assert_eq!((found.row_count, found.column_count), (20_000, 300));
    assert_eq!(column(&found, "c0").metrics.sum.as_ref().unwrap().as_str(), "200010000");
    assert_eq!((column(&found, "c298").null_count, column(&found, "c299").null_count), (0, 20_000));
}

/// Changes the table in the midst of reading.
struct Meddler<'a> {
    url: &'a str,
    rows: AtomicU64,
    done: AtomicBool,
}

impl Observer for Meddler<'_> {
    fn progress(&self, rows: u64, _bytes: u64) {
        let seen = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        if seen > 0 && !self.done.swap(true, Ordering::Relaxed) {
            let url = self.url.to_owned();
            std::thread::spawn(move || {
                execute(
                    &url,
                    "insert into t select g, 'new' from generate_series(1, 1000) g; update t set s = 'changed'",
                );
                block_on(async {
                    let mut connection = PgConnection::connect(&url).await.unwrap();
                    connection.execute("set lock_timeout = '200ms'").await.unwrap();
                    assert!(
                        connection.execute("drop table t").await.is_err(),
                        "a table that is being read is not dropped"
                    );
                });
            })
            .join()
            .unwrap();
        }
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

#[test]
fn what_others_write_meanwhile_is_not_seen() {
    let Some((url, root)) = database("create table t (n int, s text); insert into t select g, 'old' from generate_series(1, 50000) g")
    else {
        return;
    };
    let meddler = Meddler {
        url: &url,
        rows: AtomicU64::new(0),
        done: AtomicBool::new(false),
    };
    let found = profile_table(&root, &table("postgres", "public", "t"), &options(), &meddler).unwrap();
    assert!(meddler.done.load(Ordering::Relaxed));
    assert_eq!((found.row_count, column(&found, "s").metrics.distinct_count), (50_000, Some(1)));
    assert_eq!(profile(&root, &table("postgres", "public", "t")).row_count, 51_000);
}

/// Writes into the second table as soon as the first was reported.
struct Interferer {
    url: String,
    lines: Vec<u8>,
    done: bool,
}

impl std::io::Write for Interferer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.lines.extend_from_slice(bytes);
        if !self.done && bytes.starts_with(b"{\"event\":\"table\"") {
            self.done = true;
            let url = self.url.clone();
            std::thread::spawn(move || execute(&url, "insert into b values (2)"))
                .join()
                .unwrap();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn all_tables_of_a_run_are_read_as_of_one_moment() {
    let Some((url, root)) = database("create table a (n int); create table b (n int); insert into a values (1); insert into b values (1)")
    else {
        return;
    };
    let plan = WorkerPlan {
        keeps_states: true,
        partition_lines: 0,
        root,
        tables: vec![
            table("postgres", "public", "a"),
            table("postgres", "public", "b"),
            table("postgres", "public", "gone"),
        ],
        options: options(),
    };
    let mut output = Interferer {
        url,
        lines: Vec::new(),
        done: false,
    };
    carry_out(&plan, Vec::new(), &AtomicBool::new(false), &mut output).unwrap();
    assert!(output.done);
    let events: Vec<WorkerEvent> = output
        .lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let rows: Vec<u64> = events
        .iter()
        .filter_map(|event| {
            if let WorkerEvent::Table(table) = event {
                Some(table.row_count)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(rows, [1, 1]);
    let failed = events
        .iter()
        .find_map(|event| {
            if let WorkerEvent::Failed(failed) = event {
                Some(failed)
            } else {
                None
            }
        })
        .unwrap();
    assert_eq!(failed.table_name, "gone");
    assert!(failed.remedy.contains("find the tables again"), "{failed:?}");
}

#[test]
fn a_wrong_password_is_told_and_never_shown() {
    let Some((url, _)) = database(
        "do $$ begin create role limn_guarded login password 'right'; exception when duplicate_object then null; end $$;
         create table t (n int); grant select on t to limn_guarded",
    ) else {
        return;
    };
    let guarded = url.replace("limn@", "limn_guarded@");
    let root = |password: &str| SourceRoot::Postgres(PostgresTarget::new(&guarded, Secret::new(password)));
    let error = try_profile(&root("wr0ng-secret"), &table("postgres", "public", "t")).unwrap_err();
    assert!(error.remedy().contains("password"), "{error}");
    let check = check_source(&root("wr0ng-secret")).unwrap();
    let last = check.steps.last().unwrap();
    assert_eq!((last.name.as_str(), last.passed), ("Sign-in works", false));
    assert!(!format!("{error} {error:?} {check:?}").contains("wr0ng-secret"));
    let check = check_source(&root("right")).unwrap();
    assert!(check.passed(), "{check:?}");
    assert_eq!(check.tables.len(), 1);
    assert_eq!(profile(&root("right"), &table("postgres", "public", "t")).column_count, 1);
}

#[test]
fn a_server_that_says_nothing_is_given_up_at_the_deadline() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let root = SourceRoot::Postgres(PostgresTarget::new(format!("postgres://u@127.0.0.1:{port}/d"), None));
    let hasty = ProfileOptions {
        deadline_ms: 400,
        ..options()
    };
    let started = Instant::now();
    let result = profile_table(&root, &table("postgres", "public", "t"), &hasty, &crate::engine::Unobserved);
    assert!(matches!(result, Err(EngineError::DeadlinePassed { .. })), "{result:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    drop(listener);
    let check = check_source(&root).unwrap();
    let last = check.steps.last().unwrap();
    assert_eq!((last.name.as_str(), last.passed), ("Server answers", false), "{check:?}");
}

#[test]
fn a_statement_that_takes_too_long_ends_at_the_deadline() {
    let Some((_, root)) = database(
        "create function slow(int) returns int language plpgsql volatile as $$ begin perform pg_sleep(0.05); return $1; end $$;
         create table t (n int); insert into t select g from generate_series(1, 2000) g;
         create materialized view v as select n from t",
    ) else {
        return;
    };
    execute_view(&root);
    let hasty = ProfileOptions {
        deadline_ms: 700,
        ..options()
    };
    let started = Instant::now();
    let result = profile_table(&root, &table("postgres", "public", "slow_rows"), &hasty, &crate::engine::Unobserved);
    assert!(
        matches!(result, Err(EngineError::DeadlinePassed { .. } | EngineError::Database { .. })),
        "{result:?}"
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// A view is a table like any other; this one sleeps at each row.
fn execute_view(root: &SourceRoot) {
    let SourceRoot::Postgres(target) = root else { return };
    execute(&target.url, "create view slow_rows as select slow(n) as n from t");
}

#[test]
fn tables_are_listed_as_far_as_they_may_be_read() {
    let Some((url, root)) = database(
        "create schema sales; create table sales.plain (n int); create table sales.parts (k int, n int) partition by list (k);
         create table sales.parts_1 partition of sales.parts for values in (1); insert into sales.parts values (1, 1);
         create materialized view sales.summary as select 1 as one; create view sales.shown as select 1 as one; create table hidden (n int);
         do $$ begin create role limn_reader login; exception when duplicate_object then null; end $$;
         grant usage on schema sales to limn_reader; grant select on all tables in schema sales to limn_reader",
    ) else {
        return;
    };
    let names = |root: &SourceRoot| -> Vec<String> {
        let check = check_source(root).unwrap();
        assert!(check.passed(), "{check:?}");
        check
            .tables
            .iter()
            .map(|table| format!("{}.{}", table.schema_name, table.table_name))
            .collect()
    };
    assert_eq!(
        names(&root),
        ["public.hidden", "sales.parts", "sales.plain", "sales.shown", "sales.summary"]
    );
    for name in ["parts", "shown", "summary"] {
        assert_eq!(profile(&root, &table("postgres", "sales", name)).row_count, 1, "{name}");
    }
    let reader = SourceRoot::Postgres(PostgresTarget::new(url.replace("limn@", "limn_reader@"), None));
    assert_eq!(names(&reader), ["sales.parts", "sales.plain", "sales.shown", "sales.summary"]);
    let check = check_source(&reader).unwrap();
    assert!(check.steps.last().unwrap().message.contains("1 more may not be read"), "{check:?}");
    let steps: Vec<&str> = check.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        steps,
        [
            "Server is found",
            "Server answers",
            "Sign-in works",
            "Limn only reads",
            "Tables are found"
        ]
    );
    let error = try_profile(&reader, &table("postgres", "public", "hidden")).unwrap_err();
    assert!(error.remedy().contains("Grant"), "{error}");
}

#[test]
fn rows_that_a_policy_would_hide_are_an_error_and_not_a_smaller_table() {
    let Some((url, _)) = database(
        "do $$ begin create role limn_policed login; exception when duplicate_object then null; end $$;
         create table t (n int); insert into t values (1), (2); alter table t enable row level security;
         create policy half on t using (n = 1); grant select on t to limn_policed",
    ) else {
        return;
    };
    let root = SourceRoot::Postgres(PostgresTarget::new(url.replace("limn@", "limn_policed@"), None));
    let error = try_profile(&root, &table("postgres", "public", "t")).unwrap_err();
    assert!(
        error.to_string().contains("row-level security") && error.remedy().contains("BYPASSRLS"),
        "{error}"
    );
}

/// Names of the columns that failed, with their reasons.
fn failures(found: &TableProfile) -> Vec<(&str, &str)> {
    let columns = found.columns.iter();
    columns
        .filter_map(|column| Some((column.column_name.as_str(), column.metrics.query_error.as_deref()?)))
        .collect()
}

#[test]
fn a_value_that_cannot_be_read_fails_its_column_alone() {
    let Some((_, root)) = database(
        "create table t (n int, s text, b bytea, at timestamp, day date);
         insert into t select g, 'x', '\\x00', '2024-01-01', '2024-01-01' from generate_series(1, 10) g;
         insert into t values (11, repeat('x', 70000000), '\\x01', '294276-12-31', '2024-01-02'),
             (12, repeat('y', 70000000), decode(repeat('00', 70000000), 'hex'), '294276-12-31', null)",
    ) else {
        return;
    };
    let found = profile(&root, &table("postgres", "public", "t"));
    assert_eq!(
        failures(&found),
        [
            ("s", "row 11: a value is longer than 64 MiB"),
            ("b", "row 12: a value is longer than 64 MiB"),
            ("at", "row 11: an instant is beyond the year 294246"),
        ]
    );
    assert_eq!(extent(&found, "n"), ("integer", "1", "12"));
    assert_eq!((found.row_count, column(&found, "day").metrics.distinct_count), (12, Some(2)));
}

#[test]
fn columns_of_a_view_that_the_server_cannot_compute_fail_alone() {
    let Some((_, root)) = database(
        "create table t (n int, s text); insert into t select g, g::text from generate_series(1, 3000) g; update t set s = 'none' where n = 2500;
         create view v as select n, 100 / (n - 2000) as share, s, s::int as number, s::numeric / 2 as half, n * 2 as twice, n::numeric / 3 as third from t;
         create view w as select n from t where 1 / (n - 7) > 0;
         create view x as select n / (n - n) as a, s::date as b from t",
    ) else {
        return;
    };
    let found = profile(&root, &table("postgres", "public", "v"));
    assert_eq!(
        failures(&found),
        [
            ("share", "the server could not read it: division by zero"),
            (
                "number",
                "the server could not read it: invalid input syntax for type integer: \"none\""
            ),
            (
                "half",
                "the server could not read it: invalid input syntax for type numeric: \"none\""
            ),
        ]
    );
    assert_eq!((found.row_count, found.column_count), (3_000, 7));
    for (name, max) in [
        ("n", "3000"),
        ("s", "none"),
        ("twice", "6000"),
        ("third", "1000.00000000000000000000"),
    ] {
        assert_eq!(extent(&found, name).2, max, "{name}");
        assert_eq!(column(&found, name).metrics.distinct_count, Some(3_000), "{name}");
    }
    // Where it is the rows themselves, there is nothing to read; and all columns may fail.
    let error = try_profile(&root, &table("postgres", "public", "w")).unwrap_err();
    assert!(
        error.to_string().contains("division by zero") && error.remedy().contains("mend its definition"),
        "{error}"
    );
    assert_eq!(failures(&profile(&root, &table("postgres", "public", "x"))).len(), 2);
}
