//! Tables of databases: the rows that a look finds, those that the statement beside them finds, and the figure, are as many.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

use super::*;
use crate::engine::{PostgresTarget, profile_table};
use crate::tests::databases::{block_on, options, table};
use crate::tests::store::postgres::new_database_url;

/// Counts what a statement finds, in a connection of its own.
macro_rules! count_in {
    ($connection:ty, $url:expr) => {
        |sql: &str| {
            block_on(async {
                let mut connection = <$connection>::connect($url).await.unwrap();
                let rows: i64 = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
                    .fetch_one(&mut connection)
                    .await
                    .unwrap_or_else(|error| panic!("{error}: {sql}"));
                Some(rows as u64)
            })
        }
    };
}

const TEXTS: &str = "('O''Brien \"x\"'), (''), (' '), (' lead'), ('n/a'), ('\"q\"'), ('ÄRGER'), ('a\nb'), (null), ('12.5'), ('Yes'), ('back\\slash'), ('x'), ('X')";

#[test]
fn postgres_shows_as_many_rows_as_each_figure_and_its_statement_count() {
    let Some(url) = block_on(new_database_url()) else { return };
    let text = format!(
        "create table odd (words text, padded char(6), money numeric(12,2), free numeric, whole int8, real4 float4, real8 float8, truth bool, day date,
            local_ timestamp, zoned timestamptz, clock time, id uuid, bytes bytea);
         insert into odd select t.w, left(t.w, 5), n * 1.25 - 20, n / 7.0, n * 9007199254740993, n / 3.0, case n % 5 when 0 then 'NaN' when 1 then 'Infinity' when 2 then -0.0 else n / 10.0 end,
            n % 3 = 0, case when n = 7 then 'infinity' else date '1969-12-01' + n * 17 end, timestamp '1969-12-31 23:59:59.999999' + n * interval '7 hours',
            timestamptz '1899-12-31 23:00:00+01' + n * interval '31 days 1 second', time '00:00' + n * interval '61 minutes',
            ('00000000-0000-0000-0000-0000000000' || lpad(n::text, 2, '0'))::uuid, decode('00ff', 'hex')
         from (values {TEXTS}) t(w), generate_series(0, 29) n;
         insert into odd values (null);
         create view seen as select words, whole, 1 / (whole - whole) as broken, day from odd"
    );
    block_on(async {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute(AssertSqlSafe(text)).await.unwrap();
        connection.close().await.unwrap();
    });
    let root = SourceRoot::Postgres(PostgresTarget::new(&url, None));
    let table = table("postgres", "public", "odd");
    let profile = profile_table(root.clone(), &table, &options(), &Unobserved).unwrap();
    let count = count_in!(PgConnection, &url);
    let held = assert_agreement(&root, &table, &profile, &TableContext::of_profile(&profile, None), count);
    assert!(held > 250, "{held}");
    // A view with a column that the server cannot compute: the rows are shown without it.
    let view = crate::tests::databases::table("postgres", "public", "seen");
    let profile = profile_table(root.clone(), &view, &options(), &Unobserved).unwrap();
    assert!(profile.columns[2].metrics.query_error.is_some());
    let held = assert_agreement(&root, &view, &profile, &TableContext::of_profile(&profile, None), count);
    assert!(held > 50, "{held}");
}

#[test]
fn sqlite_shows_as_many_rows_as_each_figure_and_its_statement_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("odd.db");
    let url = format!("sqlite:{}?mode=rwc", path.display());
    let text = format!(
        "create table odd (words text collate nocase, whole integer, price real, flag boolean, day date, at datetime, bytes blob, mixed);
         with recursive n(n) as (select 0 union all select n + 1 from n where n < 29), t(w) as (values {TEXTS})
         insert into odd select w, n * 9007199254740993, case n % 5 when 0 then 9e999 when 1 then -0.0 else n / 10.0 - 1 end, n % 2, date('1969-12-01', (n * 17) || ' days'),
            strftime('%Y-%m-%d %H:%M:%S', '1969-12-31 23:59:59', (n * 7) || ' hours'), x'00ff', case n % 3 when 0 then n when 1 then 'w' || n end
         from n, t;
         insert into odd (words) values (null);
         create view seen as select words, whole / 2 as half, day from odd"
    );
    block_on(async {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        connection.execute(AssertSqlSafe(text)).await.unwrap();
        connection.close().await.unwrap();
    });
    let root = SourceRoot::Sqlite(path);
    let table = table("sqlite", "main", "odd");
    let profile = profile_table(root.clone(), &table, &options(), &Unobserved).unwrap();
    let count = count_in!(SqliteConnection, &url);
    let held = assert_agreement(&root, &table, &profile, &TableContext::of_profile(&profile, None), count);
    assert!(held > 150, "{held}");
    let view = crate::tests::databases::table("sqlite", "main", "seen");
    let profile = profile_table(root.clone(), &view, &options(), &Unobserved).unwrap();
    let held = assert_agreement(&root, &view, &profile, &TableContext::of_profile(&profile, None), count);
    assert!(held > 50, "{held}");
}
