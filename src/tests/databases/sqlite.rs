//! SQLite tables, in real files.
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};

use super::{block_on, column, extent, profile, table, try_profile};
use crate::domain::column_profile::GeneralType;
use crate::engine::{EngineError, SourceRoot, check_source, is_sqlite_file};

struct Database {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Database {
    fn new(statements: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("shop ä.db");
        execute(&path, statements);
        Self { _folder: folder, path }
    }

    fn root(&self) -> SourceRoot {
        SourceRoot::Sqlite(self.path.clone())
    }
}

fn execute(path: &Path, statements: &str) {
    block_on(async {
        let mut connection = open(path).await;
        connection.execute(AssertSqlSafe(statements.to_owned())).await.unwrap();
        connection.close().await.unwrap();
    });
}

async fn open(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    SqliteConnection::connect_with(&options).await.unwrap()
}

#[test]
fn what_is_stored_is_read_whatever_was_declared() {
    let database = Database::new(
        "create table \"t\"\"x\" (id integer primary key, whole int, mixed integer, price decimal(10,2), flag boolean, day date, at datetime, words text,
             bytes blob, anything, twice as (whole * 2), empty_day date);
         insert into \"t\"\"x\" (whole, mixed, price, flag, day, at, words, bytes, anything) values
            (9223372036854775807, 1, 1.5, 1, '2013-01-01', '2013-01-01 10:00:00', 'Zoë', x'00ff', 1),
            (-1, 'two', 2, 0, '2013-01-02', '2013-01-02 10:00:00.5', cast(x'610062' as text), x'', 2),
            (0, 3.5, null, null, null, null, cast(x'ff41' as text), null, 3)",
    );
    let found = profile(&database.root(), &table("sqlite", "main", "t\"x"));
    assert_eq!((found.row_count, found.column_count, found.format.as_str()), (3, 12, "sqlite"));
    for (name, data_type, min, max) in [
        ("id", "integer", "1", "3"),
        ("whole", "int", "-1", "9223372036854775807"),
        ("mixed", "integer, stored as 1 integers, 1 reals, 1 texts", "1", "two"),
        ("price", "decimal(10,2)", "1.5", "2"),
        ("flag", "boolean", "false", "true"),
        ("day", "date", "2013-01-01", "2013-01-02"),
        ("at", "datetime", "2013-01-01T10:00:00", "2013-01-02T10:00:00.5"),
        ("anything", "integer", "1", "3"),
    ] {
        assert_eq!(extent(&found, name), (data_type, min, max), "{name}");
    }
    assert_eq!(column(&found, "day").general_type, GeneralType::Time);
    let words = column(&found, "words");
    assert_eq!((words.general_type, words.metrics.distinct_count), (GeneralType::Text, Some(3)));
    assert_eq!(words.metrics.invalid_utf8_count, Some(1));
    assert_eq!(column(&found, "bytes").general_type, GeneralType::Other);
    assert_eq!((column(&found, "empty_day").null_count, column(&found, "price").null_count), (3, 1));
    assert!(found.snapshot.description.starts_with("SQLite 3."), "{:?}", found.snapshot);
    assert_eq!(found.snapshot.files, ["shop ä.db"]);
}

#[test]
fn texts_of_a_file_in_utf_16_are_the_same_texts() {
    let database = Database::new(
        "pragma encoding = 'UTF-16be'; create table t (s text, d date); insert into t values ('Zoë 𝄞', '2013-01-01'), ('a', '2014-01-01')",
    );
    let found = profile(&database.root(), &table("sqlite", "main", "t"));
    assert_eq!(extent(&found, "s"), ("text", "Zoë 𝄞", "a"));
    assert_eq!(extent(&found, "d"), ("date", "2013-01-01", "2014-01-01"));
}

#[test]
fn three_hundred_columns_and_many_rows_are_read() {
    let columns: Vec<String> = (0..300).map(|n| format!("c{n} int")).collect();
    let database = Database::new(&format!(
        "create table wide ({}); insert into wide (c0, c299) with recursive g(n) as (select 1 union all select n + 1 from g where n < 20000) select n, n from g;
         create table none_ (a int, b text) strict; create table keyed (k text primary key, v) without rowid; insert into keyed values ('a', 1)",
        columns.join(", ")
    ));
    let found = profile(&database.root(), &table("sqlite", "main", "wide"));
    assert_eq!((found.row_count, found.column_count), (20_000, 300));
    assert_eq!(column(&found, "c299").metrics.sum.as_ref().unwrap().as_str(), "200010000");
    assert_eq!(column(&found, "c1").null_count, 20_000);
    assert_eq!(profile(&database.root(), &table("sqlite", "main", "none_")).row_count, 0);
    assert_eq!(profile(&database.root(), &table("sqlite", "main", "keyed")).row_count, 1);
    let check = check_source(&database.root()).unwrap();
    let names: Vec<&str> = check.tables.iter().map(|table| table.table_name.as_str()).collect();
    assert_eq!(names, ["keyed", "none_", "wide"]);
    let steps: Vec<&str> = check.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(steps, ["It is a SQLite file", "Limn only reads", "Tables are found"]);
    assert!(check.tables.iter().all(|table| table.bytes > 0));
}

#[test]
fn dates_that_are_none_make_the_column_text_by_a_second_look_of_the_same_moment() {
    // More different dates than are kept open, then something else.
    let database = Database::new(
        "create table t (d date); insert into t with recursive g(n) as (select 1 union all select n + 1 from g where n < 3000) select date('2000-01-01', n || ' days') from g;
         insert into t values ('soon')",
    );
    let limits = crate::engine::limits::ColumnLimits {
        values: 100,
        shapes: 100,
        ..Default::default()
    };
    let found = crate::engine::profile::profile_with_limits(
        database.root(),
        &table("sqlite", "main", "t"),
        &super::options(),
        limits,
        &crate::engine::Unobserved,
    )
    .unwrap();
    assert_eq!((found.row_count, column(&found, "d").general_type), (3_001, GeneralType::Text));
}

#[test]
fn a_writer_is_not_seen_and_not_stopped() {
    let database = Database::new(
        "create table t (n int); insert into t with recursive g(n) as (select 1 union all select n + 1 from g where n < 50000) select n from g",
    );
    struct Writer<'a>(&'a Path, std::sync::atomic::AtomicBool);
    impl crate::engine::Observer for Writer<'_> {
        fn progress(&self, rows: u64, _bytes: u64) {
            if rows > 0 && !self.1.swap(true, std::sync::atomic::Ordering::Relaxed) {
                let path = self.0.to_owned();
                std::thread::spawn(move || execute(&path, "insert into t values (1000000); delete from t where n <= 1000"))
                    .join()
                    .unwrap();
            }
        }
        fn is_cancelled(&self) -> bool {
            false
        }
    }
    let writer = Writer(&database.path, std::sync::atomic::AtomicBool::new(false));
    let found = crate::engine::profile_table(database.root(), &table("sqlite", "main", "t"), &super::options(), &writer).unwrap();
    assert_eq!(found.row_count, 50_000);
    assert_eq!(profile(&database.root(), &table("sqlite", "main", "t")).row_count, 49_001);
}

#[test]
fn what_is_no_sound_database_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let text = folder.join("text.db");
    std::fs::write(
        &text,
        "this is no database, and long enough to be looked at as one by its header".repeat(20),
    )
    .unwrap();
    let check = check_source(&SourceRoot::Sqlite(text.clone())).unwrap();
    assert!(!check.passed() && check.steps[0].message.contains("SQLite 3 file"), "{check:?}");
    assert!(!is_sqlite_file(&text));
    let missing = check_source(&SourceRoot::Sqlite(folder.join("none.db"))).unwrap();
    assert!(!missing.passed() && !folder.join("none.db").exists(), "{missing:?}");
    let database = Database::new("create table t (n int); insert into t values (1)");
    assert!(is_sqlite_file(&database.path));
    std::os::unix::fs::symlink(&database.path, folder.join("link.db")).unwrap();
    let error = try_profile(&SourceRoot::Sqlite(folder.join("link.db")), &table("sqlite", "main", "t")).unwrap_err();
    assert!(matches!(error, EngineError::Refused { .. }), "{error:?}");
    let error = try_profile(&database.root(), &table("sqlite", "main", "gone")).unwrap_err();
    assert!(error.remedy().contains("find the tables again"), "{error}");
    // A file whose pages are cut off.
    let large = Database::new(
        "create table t (s text); insert into t with recursive g(n) as (select 1 union all select n + 1 from g where n < 5000) select hex(randomblob(100)) from g; pragma wal_checkpoint(truncate)",
    );
    let bytes = std::fs::read(&large.path).unwrap();
    std::fs::write(&large.path, &bytes[..bytes.len() / 2]).unwrap();
    let result = try_profile(&large.root(), &table("sqlite", "main", "t"));
    assert!(matches!(result, Err(EngineError::Database { .. })), "{result:?}");
}

#[test]
fn views_are_tables_too_and_a_broken_one_fails_alone() {
    let database = Database::new(
        "create table t (n int, s text); insert into t values (1, 'a'), (2, 'b'), (2, null);
         create view v as select n * 2 as twice, s, count(*) over () as of_all from t; create table gone (z int);
         create view broken as select z from gone; drop table gone",
    );
    let check = check_source(&database.root()).unwrap();
    let names: Vec<&str> = check.tables.iter().map(|table| table.table_name.as_str()).collect();
    assert_eq!((check.passed(), names), (true, vec!["broken", "t", "v"]));
    let found = profile(&database.root(), &table("sqlite", "main", "v"));
    assert_eq!((found.row_count, extent(&found, "twice")), (3, ("integer", "2", "4")));
    assert_eq!(extent(&found, "of_all").1, "3");
    assert_eq!(column(&found, "s").null_count, 1);
    let error = try_profile(&database.root(), &table("sqlite", "main", "broken")).unwrap_err();
    assert!(
        error.to_string().contains("main.gone") && error.remedy().contains("definition of the view"),
        "{error}"
    );
}

#[test]
fn a_filter_chooses_the_rows_that_its_statement_counts() {
    use crate::domain::row_filter::RowFilter;
    use crate::engine::statements::{TableContext, table_statements};
    let database = Database::new(
        "create table orders (id integer primary key, amount real, status text, placed date, paid boolean);
         with recursive n(i) as (select 0 union all select i + 1 from n where i < 499)
         insert into orders select i, case when i % 10 then i / 4.0 end, case i % 3 when 0 then 'new' when 1 then 'it''s' else 'Done' end,
             date('2026-01-01', (i % 100) || ' days'), i % 2 from n",
    );
    for (filter, rows) in [
        ("amount >= 100", 90),
        ("status <> 'new' and id < 30", 20),
        ("status = 'it''s'", 167),
        ("placed >= date '2026-04-01'", 50),
        ("paid = true", 250),
        ("amount is null", 50),
    ] {
        let mut orders = table("sqlite", "main", "orders");
        orders.scope.row_filter = Some(RowFilter::parse(filter).unwrap());
        orders.scope.left_out = vec!["nothing".into()];
        let found = profile(&database.root(), &orders);
        assert_eq!(found.row_count, rows, "{filter}");
        let statement = table_statements(&TableContext::of_profile(&found, None)).remove(0).sql;
        let counted: i64 = block_on(async {
            let mut connection = open(&database.path).await;
            sqlx::query_scalar(AssertSqlSafe(statement.clone()))
                .fetch_one(&mut connection)
                .await
                .unwrap()
        });
        assert_eq!(counted as u64, rows, "{statement}");
    }
    let mut orders = table("sqlite", "main", "orders");
    orders.scope.left_out = vec!["amount".into(), "status".into()];
    let found = profile(&database.root(), &orders);
    let names: Vec<&str> = found.columns.iter().map(|column| column.column_name.as_str()).collect();
    assert_eq!(names, ["id", "placed", "paid"]);
    orders.scope.row_filter = Some(RowFilter::parse("placed > 5").unwrap());
    assert!(matches!(try_profile(&database.root(), &orders), Err(EngineError::Filter { .. })));
}
