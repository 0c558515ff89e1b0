//! What a database leaves out for a filter, against the arrays that test every row of the whole table.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

use super::{block_on, options, table};
use crate::domain::connection::FoundTable;
use crate::domain::row_filter::RowFilter;
use crate::engine::SourceRoot;
use crate::engine::limits::StopWatch;
use crate::engine::sources::{BatchSource, ScanPlan};
use crate::engine::{PostgresTarget, Unobserved};
use crate::tests::store::postgres::new_database_url;

/// Literals at the edges of what columns hold, and conditions that only the arrays may judge.
const FILTERS: &[&str] = &[
    "big > 9007199254740992",
    "big >= 9007199254740991",
    "big = 9007199254740993",
    "big <> 0",
    "big < -5.5",
    "whole = 7 and part >= 0.1",
    "part > 0.3",
    "part <> 0.1",
    "part is null",
    "part is not null and whole <= 3",
    "words = 'it''s'",
    "words < 'a'",
    "words >= 'Z' and words <> 'z'",
    "words = 'back\\slash'",
    "words > 'zz'",
    "words is null",
    "day >= date '2024-02-29'",
    "day < timestamp '2024-02-29 12:00:00'",
    "day = date '2024-02-29'",
    "day <> date '2024-02-29'",
    "moment > timestamp '2024-02-29 23:59:59'",
    "truth = true",
    "truth <> true",
    "truth = false",
];

fn read(mut source: Box<dyn BatchSource>) -> u64 {
    let mut rows = 0;
    while let Some(batch) = source.next_batch().unwrap() {
        rows += batch.rows.num_rows() as u64;
    }
    rows
}

/// Rows that come, rows that are chosen of them, and rows that the arrays choose of the whole table.
fn count(root: &SourceRoot, whole: &FoundTable, filter: &str) -> (u64, u64, u64) {
    let mut part = whole.clone();
    part.scope.row_filter = Some(RowFilter::parse(filter).unwrap());
    let watch = StopWatch::start(&options(), &Unobserved);
    let open = |table: &FoundTable| ScanPlan::open(root, table, &watch).unwrap().parts.remove(0);
    (
        read(open(&part).open_source().unwrap()),
        read(open(&part).open_scoped(&part.scope).unwrap()),
        read(open(whole).open_scoped(&part.scope).unwrap()),
    )
}

/// Whether the database chooses exactly, for each filter that is named; for the others it may send more.
fn assert_same(root: &SourceRoot, whole: &FoundTable, sent_whole: &[&str]) {
    let watch = StopWatch::start(&options(), &Unobserved);
    let all = read(ScanPlan::open(root, whole, &watch).unwrap().parts.remove(0).open_source().unwrap());
    for filter in FILTERS {
        let (sent, chosen, wanted) = count(root, whole, filter);
        assert_eq!(chosen, wanted, "{filter}: {sent} rows came");
        if sent_whole.contains(filter) {
            assert_eq!(sent, all, "{filter} stays with the arrays");
        } else {
            assert!(
                sent < all && sent >= chosen,
                "{filter}: {sent} of {all} rows came, {chosen} were wanted"
            );
        }
    }
}

const ROWS: &str = "(1, 9007199254740993, 0.1, 'it''s', '2024-02-29', '2024-02-29 23:59:59.5', true),
    (2, 9007199254740992, 0.3, 'a', '2024-02-28', '2024-02-28 00:00:00', false), (3, -6, -0.0, 'Z', '2024-03-01', '2024-03-01 00:00:00', null),
    (4, 0, 0.30000000000000004, 'ä', null, null, true), (5, null, null, null, '1999-12-31', '1999-12-31 12:00:00', false),
    (6, 9223372036854775807, 1e12, 'back\\slash', '2024-02-29', '2024-02-29 00:00:00', null), (7, 9007199254740991, 7, '', '2030-01-01', '2030-01-01 00:00:00', true)";

#[test]
fn sqlite_leaves_out_only_what_the_arrays_would() {
    for encoding in ["UTF-8", "UTF-16le"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        block_on(async {
            let url = format!("sqlite:{}?mode=rwc", path.display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            let text = format!(
                "pragma encoding = '{encoding}'; create table t (whole integer primary key, big integer, part real, words text collate nocase, day date,
                     moment datetime, truth boolean); insert into t values {ROWS}"
            );
            connection.execute(AssertSqlSafe(text)).await.unwrap();
            connection.close().await.unwrap();
        });
        // Days are texts there, and only the arrays know what these mean.
        let mut sent_whole: Vec<&str> = FILTERS
            .iter()
            .copied()
            .filter(|filter| filter.contains("date '") || filter.contains("timestamp '"))
            .collect();
        if encoding != "UTF-8" {
            sent_whole.extend(
                FILTERS
                    .iter()
                    .copied()
                    .filter(|filter| filter.starts_with("words") && !filter.contains("null")),
            );
        }
        assert_same(&SourceRoot::Sqlite(path), &table("sqlite", "main", "t"), &sent_whole);
    }
}

#[test]
fn postgres_leaves_out_only_what_the_arrays_would() {
    let Some(url) = block_on(new_database_url()) else { return };
    for (part, words, moment, sent_whole) in [
        ("float8", "text", "timestamp", &[][..]),
        ("numeric", "varchar", "timestamptz", &["part <> 0.1"][..]),
    ] {
        block_on(async {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            let text = format!(
                "set standard_conforming_strings = on; set timezone = 'UTC'; drop table if exists t;
                 create table t (whole int4, big int8, part {part}, words {words}, day date, moment {moment}, truth bool); insert into t values {ROWS};
                 insert into t values (8, 1, 2, 'far', 'infinity', 'infinity', false), (9, 1, 2, 'long ago', '-infinity', '-infinity', false)"
            );
            connection.execute(AssertSqlSafe(text)).await.unwrap();
            connection.close().await.unwrap();
        });
        let root = SourceRoot::Postgres(PostgresTarget::new(&url, None));
        assert_same(&root, &table("postgres", "public", "t"), sent_whole);
    }
}
