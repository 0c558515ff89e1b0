//! Top values and bars: beside their column where Limn wrote them, as rows where others did, and one view of both.

use super::fixture::*;
use crate::domain::column_profile::{ColumnProfile, HistogramBin, TopValue};
use crate::domain::identifier::{RunId, TableId};
use crate::domain::query::ColumnsQuery;
use crate::store::column_history::{list_column_history, list_whole_columns};
use crate::store::{Database, column_profiles, migrate_to, sql, tables};
use crate::tests::payloads::fixture::old_run;

on_both_databases!(
    the_view_has_a_row_for_every_value_and_bar,
    what_others_insert_is_read_everywhere_and_can_be_changed_and_removed,
    rows_that_name_only_run_table_and_column_find_the_rest,
    the_words_and_lists_of_others_are_read_in_every_place,
    runs_that_others_wrote_stand_in_line_with_limns_own,
    rows_without_the_time_of_their_making_get_it,
);

async fn one_run(db: &Database) -> (crate::domain::connection::Connection, TableId, RunId) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let group = group_of(&connection);
    let table = table_ids(db, &group).await.remove(0).table_id;
    let run = complete_run(db, &group, 100, 1.0).await.profile_run_id;
    (connection, table, run)
}

const ROWS: &str = "select value, frequency, relative_freq, rank, bucket_label, bucket_lower_bound, bucket_upper_bound, is_bucket, table_name
     from dq_profile_column_values where profile_run_id = $1 and attempt = $2 and table_id = $3 and ordinal_position = $4 order by is_bucket, rank";

async fn the_view_has_a_row_for_every_value_and_bar(db: &Database) {
    let (_, table, run) = one_run(db).await;
    let rows = sql(ROWS)
        .bind(run.as_str())
        .bind(1_u32)
        .bind(table.as_str())
        .bind(1_u32)
        .fetch_all(db)
        .await
        .unwrap();
    let wanted = amount_column(100, 1.0);
    assert_eq!(rows.len(), wanted.top_values.len() + wanted.histogram.len());
    for (row, (rank, top)) in rows.iter().zip((1..).zip(&wanted.top_values)) {
        assert_eq!(row.text("value").unwrap(), top.value);
        assert_eq!((row.integer("rank").unwrap(), row.count("frequency").unwrap()), (rank, top.count));
        assert_eq!(row.real_opt("relative_freq").unwrap(), Some(top.ratio));
        assert_eq!(
            (row.flag("is_bucket").unwrap(), row.text("table_name").unwrap().as_str()),
            (false, "orders")
        );
    }
    for (row, (rank, bin)) in rows[wanted.top_values.len()..].iter().zip((1..).zip(&wanted.histogram)) {
        assert_eq!(row.text("bucket_label").unwrap(), bin.label);
        assert_eq!((row.integer("rank").unwrap(), row.count("frequency").unwrap()), (rank, bin.count));
        assert_eq!(row.real_opt("bucket_lower_bound").unwrap(), bin.lower);
        assert_eq!(row.real_opt("bucket_upper_bound").unwrap(), bin.upper);
        assert_eq!(row.real_opt("relative_freq").unwrap(), Some(bin.count as f64 / 100.0));
        assert!(row.flag("is_bucket").unwrap());
    }
    let stored = sql("select count(*) as n from written_column_values").fetch_one(db).await.unwrap();
    assert_eq!(stored.integer("n").unwrap(), 0);
}

/// A column as a writer leaves it who knows rows only.
async fn write_as_others_do(db: &Database, table: &TableId, run: &RunId) {
    for text in [
        "insert into dq_profile_results (result_id, profile_run_id, table_id, column_id, schema_name, table_name, column_name, data_type, general_type,
             record_count, null_count, attempt, ordinal_position, top_values_json, metrics_json)
         select 'theirs', profile_run_id, table_id, column_id, schema_name, table_name, column_name, data_type, general_type, record_count, null_count,
             attempt, ordinal_position, '{\"theirs\": 1}', metrics_json from dq_profile_results where column_name = 'amount'",
        "delete from dq_profile_results where column_name = 'amount' and result_id <> 'theirs'",
        "update dq_profile_results set data_type = 'their type' where result_id = 'theirs'",
    ] {
        sql(text).execute(db).await.unwrap();
    }
    for (value, rank) in [(Some("b"), 2_u32), (Some("a"), 1), (None, 1)] {
        sql("insert into dq_profile_column_values (profile_run_id, attempt, table_id, ordinal_position, is_bucket, rank, schema_name, table_name,
                 column_name, value, frequency, relative_freq, bucket_label, bucket_lower_bound)
             values ($1, 1, $2, 1, $3, $4, 'sales', 'orders', 'amount', $5, 7, 0.07, $6, $7)")
        .bind(run.as_str())
        .bind(table.as_str())
        .bind(value.is_none())
        .bind(rank)
        .bind(value)
        .bind(value.is_none().then_some("low"))
        .bind(value.is_none().then_some(0.5))
        .execute(db)
        .await
        .unwrap();
    }
}

fn theirs() -> (Vec<TopValue>, Vec<HistogramBin>) {
    let top = |value: &str| TopValue {
        value: value.into(),
        count: 7,
        ratio: 0.07,
    };
    let bin = HistogramBin {
        label: "low".into(),
        lower: Some(0.5),
        upper: None,
        count: 7,
    };
    (vec![top("a"), top("b")], vec![bin])
}

fn distribution(column: &ColumnProfile) -> (Vec<TopValue>, Vec<HistogramBin>) {
    (column.top_values.clone(), column.histogram.clone())
}

async fn what_others_insert_is_read_everywhere_and_can_be_changed_and_removed(db: &Database) {
    let (connection, table, run) = one_run(db).await;
    write_as_others_do(db, &table, &run).await;
    let whole = list_whole_columns(db, &table, &run, 1).await.unwrap();
    assert_eq!(distribution(&whole[0]), theirs());
    assert_eq!((whole[0].data_type.as_str(), whole[1].column_name.as_str()), ("their type", "id"));
    let kept = ColumnProfile {
        data_type: "their type".into(),
        ..amount_column(100, 1.0)
    };
    assert_eq!(whole[0].metrics.patterns, kept.metrics.patterns);
    assert_eq!(whole[0].non_null_count, kept.non_null_count);
    let history = list_column_history(db, &table, "amount", 5).await.unwrap();
    assert_eq!(distribution(&history[0].column), theirs());
    let page = column_profiles::get_column_detail(db, &address(&connection, "orders"), "amount", &ColumnsQuery::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(distribution(&page.column), theirs());

    for text in [
        "update dq_profile_column_values set frequency = 9 where column_name = 'amount' and value = 'a'",
        "delete from dq_profile_column_values where column_name = 'amount' and value = 'b'",
    ] {
        sql(text).execute(db).await.unwrap();
    }
    let whole = list_whole_columns(db, &table, &run, 1).await.unwrap();
    let values: Vec<(&str, u64)> = whole[0].top_values.iter().map(|top| (top.value.as_str(), top.count)).collect();
    assert_eq!(values, [("a", 9)]);
}

/// The documents name neither attempt nor place, and leave the table's id open.
async fn rows_that_name_only_run_table_and_column_find_the_rest(db: &Database) {
    let (_, table, run) = one_run(db).await;
    let older = old_run(db, &group_of_run(db, &run).await, "theirs", None).await;
    for statement in [
        "insert into dq_profile_results (result_id, profile_run_id, table_name, column_name, data_type, general_type, record_count, null_count)
         values ('r1', 'theirs', 'orders', 'Amount', 'int', 'numeric', 400, 40), ('r2', 'theirs', 'orders', 'note', 'text', 'string', 400, 4)",
        "insert into dq_profile_columns (profile_run_id, table_name, column_name, row_count) values ('theirs', 'orders', 'note', 400), ('theirs', 'orders', 'Amount', 400)",
        "insert into dq_profile_column_values (profile_run_id, table_name, column_name, value, frequency) values ('theirs', 'orders', 'note', 'a', 9), ('theirs', 'orders', 'note', 'b', 8)",
        "insert into dq_profile_column_values (profile_run_id, table_name, column_name, bucket_label, frequency) values ('theirs', 'orders', 'Amount', 'low', 7)",
        "insert into dq_profile_columns (profile_run_id, table_name, column_name, row_count) values ('theirs', 'nowhere', 'x', 1)",
    ] {
        sql(statement).execute(db).await.unwrap();
    }
    let rows = sql("select column_name, table_id, column_id, attempt, ordinal_position from dq_profile_results where profile_run_id = $1 order by ordinal_position")
        .bind(older.as_str())
        .fetch_all(db)
        .await
        .unwrap();
    for (row, (column, place)) in rows.iter().zip([("Amount", 1), ("note", 2)]) {
        let read = |name: &str| row.text(name).unwrap();
        assert_eq!((read("column_name").as_str(), read("table_id")), (column, table.0.clone()));
        assert_eq!(read("column_id"), format!("{}::{}", table.0.to_lowercase(), column.to_lowercase()));
        assert_eq!(
            (row.integer("attempt").unwrap(), row.integer("ordinal_position").unwrap()),
            (0, place)
        );
    }
    let rows = sql("select column_name, ordinal_position, rank, is_bucket from dq_profile_column_values where profile_run_id = 'theirs' order by ordinal_position, rank")
        .fetch_all(db)
        .await
        .unwrap();
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            let place = (row.integer("ordinal_position").unwrap(), row.integer("rank").unwrap());
            (row.text("column_name").unwrap(), place, row.flag("is_bucket").unwrap())
        })
        .collect();
    let wanted = [("Amount", (1, 1), true), ("note", (2, 1), false), ("note", (2, 2), false)];
    assert_eq!(
        found,
        wanted.map(|(column, place, is_bucket)| (column.to_owned(), place, is_bucket))
    );
}

async fn group_of_run(db: &Database, run: &RunId) -> crate::domain::identifier::TableGroupId {
    let row = sql("select table_group_id from dq_profiles where profile_run_id = $1")
        .bind(run.as_str())
        .fetch_one(db)
        .await
        .unwrap();
    crate::domain::identifier::TableGroupId(row.text("table_group_id").unwrap())
}

async fn the_words_and_lists_of_others_are_read_in_every_place(db: &Database) {
    let (connection, table, run) = one_run(db).await;
    for text in [
        "insert into dq_profile_results (result_id, profile_run_id, table_id, column_id, schema_name, table_name, column_name, data_type, general_type,
             record_count, null_count, attempt, ordinal_position, percentiles_json, top_values_json, metrics_json)
         select 'theirs', profile_run_id, table_id, column_id, schema_name, table_name, column_name, data_type, 'numeric', 400, 40, attempt,
             ordinal_position, '{\"p50\": 2.5}', '[{\"value\": \"a\", \"frequency\": 100}]', '{\"min_length\": \"3\", \"estimates\": [1]}'
             from dq_profile_results where column_name = 'amount'",
        "delete from dq_profile_results where column_name = 'amount' and result_id <> 'theirs'",
    ] {
        sql(text).execute(db).await.unwrap();
    }
    let whole = list_whole_columns(db, &table, &run, 1).await.unwrap().remove(0);
    let history = list_column_history(db, &table, "amount", 5).await.unwrap().remove(0).column;
    let page = column_profiles::get_column_detail(db, &address(&connection, "orders"), "amount", &ColumnsQuery::default())
        .await
        .unwrap()
        .unwrap();
    for column in [whole, history, page.column] {
        assert_eq!(column.general_type, crate::domain::column_profile::GeneralType::Number);
        assert_eq!((column.null_count, column.non_null_count), (40, 360));
        assert_eq!((column.metrics.median, column.metrics.min_length), (Some(2.5), Some(3)));
        let values: Vec<(&str, u64, f64)> = column
            .top_values
            .iter()
            .map(|top| (top.value.as_str(), top.count, top.ratio))
            .collect();
        assert_eq!(values, [("a", 100, 0.25)]);
    }
}

/// Rows as versions before the fifth had them.
async fn write_as_version_4(db: &Database, table: &TableId, group: &str) {
    sql("insert into dq_profiles (profile_run_id, table_group_id, status, phase, run_number, trigger_source, requested_at, plan_json, is_whole_group, engine)
         values ('run', $1, 'completed', 'completed', 1, 'person', {now}, '[]', true, 'embedded')")
    .bind(group)
    .execute(db)
    .await
    .unwrap();
    for (column, place, preview) in [
        (
            "ours",
            1_u32,
            r#"{"top_values":[{"value":"a","count":7,"ratio":0.07}],"histogram":[["low",0.5,null,7]]}"#,
        ),
        ("theirs", 2, r#"[{"value":"a"}]"#),
    ] {
        sql("insert into dq_profile_results (result_id, profile_run_id, table_id, column_id, column_name, attempt, ordinal_position, record_count, null_count,
                 data_type, general_type, top_values_json) values ($1, 'run', $2, $1, $1, 1, $3, 100, 0, 'string', 'A', $4)")
        .bind(column)
        .bind(table.as_str())
        .bind(place)
        .bind(preview)
        .execute(db)
        .await
        .unwrap();
        for (value, rank) in [(Some("b"), 2_u32), (Some("a"), 1), (None, 1)] {
            sql("insert into dq_profile_column_values (profile_run_id, attempt, table_id, ordinal_position, is_bucket, rank, table_name, column_name, value,
                     value_hash, frequency, relative_freq, bucket_label, bucket_lower_bound)
                 values ('run', 1, $1, $2, $3, $4, 'orders', $5, $6, 'hash', 7, 0.07, $7, $8)")
            .bind(table.as_str())
            .bind(place)
            .bind(value.is_none())
            .bind(rank)
            .bind(column)
            .bind(value)
            .bind(value.is_none().then_some("low"))
            .bind(value.is_none().then_some(0.5))
            .execute(db)
            .await
            .unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_older_versions_are_read_as_they_were() {
    let mut fixtures = vec![empty_sqlite().await];
    fixtures.extend(empty_postgres().await);
    for fixture in fixtures {
        let db = &fixture.db;
        migrate_to(db, 4).await.unwrap();
        let (group, table) = connect_of_old(db).await;
        write_as_version_4(db, &table, group.as_str()).await;
        db.migrate().await.unwrap();
        let whole = list_whole_columns(db, &table, &RunId("run".into()), 1).await.unwrap();
        assert_eq!(whole.iter().map(distribution).collect::<Vec<_>>(), [theirs(), theirs()]);
        let count = |text: &'static str| async move { sql(text).fetch_one(db).await.unwrap().integer("n").unwrap() };
        assert_eq!(
            count("select count(*) as n from written_column_values").await,
            3,
            "only what others wrote"
        );
        assert_eq!(count("select count(*) as n from dq_profile_column_values").await, 6);
    }
}

async fn runs_that_others_wrote_stand_in_line_with_limns_own(db: &Database) {
    let (connection, table, _) = one_run(db).await;
    let group = group_of(&connection);
    for (run, view, count) in [
        ("results", "dq_profile_results", "record_count"),
        ("typed", "dq_profile_columns", "row_count"),
    ] {
        old_run(db, &group, run, None).await;
        let id = if run == "results" { ", result_id" } else { "" };
        let value = if run == "results" { ", 'id'" } else { "" };
        let text = format!(
            "insert into {view} (profile_run_id, schema_name, table_name, column_name, general_type, null_count, {count}{id})
             values ('{run}', 'sales', 'orders', 'amount', 'N', 3, 40{value})"
        );
        sql(text.leak()).execute(db).await.unwrap();
    }
    let numbers = |query: &str| {
        let (query, address) = (ColumnsQuery::parse(query), address(&connection, "orders"));
        async move {
            let table = tables::get_table_detail(db, &address, &query).await.unwrap().unwrap();
            let column = column_profiles::get_column_detail(db, &address, "amount", &query)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(column.table.run.as_ref().unwrap().number, table.run.as_ref().unwrap().number);
            assert_eq!(table.columns[0].null_count, column.column.null_count);
            assert_eq!(table.compared_columns[0].null_count, column.compared.as_ref().unwrap().null_count);
            (
                table.run.unwrap().number,
                table.compared.unwrap().number,
                table.runs.iter().map(|run| run.number).collect::<Vec<_>>(),
                column.history.iter().map(|point| point.number).collect::<Vec<_>>(),
            )
        }
    };
    assert_eq!(numbers("").await, (3, 2, vec![3, 2, 1], vec![1, 2, 3]));
    assert_eq!(numbers("run=2").await, (2, 1, vec![3, 2, 1], vec![1, 2, 3]));
    assert_eq!(numbers("run=1&compare=3").await, (1, 3, vec![3, 2, 1], vec![1, 2, 3]));
    let history = list_column_history(db, &table, "amount", 2).await.unwrap();
    let runs: Vec<&str> = history.iter().map(|point| point.profile_run_id.as_str()).collect();
    assert_eq!(runs, ["typed", "results"]);
}

async fn rows_without_the_time_of_their_making_get_it(db: &Database) {
    let before = chrono::Utc::now() - chrono::Duration::seconds(5);
    for text in [
        "insert into dq_projects (project_key, name) values ('theirs', 'Theirs'), ('others', 'Others')",
        "insert into dq_connections (connection_id, project_key, kind, location) values ('theirs', 'theirs', 'folder', '/')",
        "insert into dq_datasets (dataset_id, project_key, name) values ('theirs', 'theirs', 'Theirs')",
        "insert into dq_table_groups (table_group_id, connection_id, name) values ('theirs', 'theirs', 'Theirs')",
        "insert into dq_tables (table_id, table_group_id, schema_name, table_name, format, bytes, files_json)
             values ('theirs', 'theirs', 's', 't', '', 0, '[]')",
        "insert into dq_data_table_chars (table_id) values ('theirs')",
        "insert into dq_data_column_chars (column_id, table_id, column_name) values ('theirs', 'theirs', 'c')",
        "insert into dq_profile_anomaly_types (anomaly_type_id) values ('theirs')",
        "insert into dq_test_suites (test_suite_key) values ('theirs')",
        "insert into dq_tests (test_id, table_group_id) values ('theirs', 'theirs')",
    ] {
        sql(text).execute(db).await.unwrap();
    }
    for (table, key) in [
        ("dq_projects", "project_key"),
        ("dq_connections", "connection_id"),
        ("dq_datasets", "dataset_id"),
        ("dq_table_groups", "table_group_id"),
        ("dq_tables", "table_id"),
        ("dq_data_table_chars", "table_id"),
        ("dq_data_column_chars", "column_id"),
        ("dq_profile_anomaly_types", "anomaly_type_id"),
        ("dq_test_suites", "test_suite_key"),
        ("dq_tests", "test_id"),
    ] {
        let text = format!("select created_at from {table} where {key} = 'theirs'");
        let made = sql(text.leak()).fetch_one(db).await.unwrap().time("created_at").unwrap();
        assert!(
            made > before && made < chrono::Utc::now() + chrono::Duration::seconds(5),
            "{table}: {made}"
        );
    }
}
