//! The schema and the seam: versions, columns, plans, and what a broken connection looks like.

use std::collections::BTreeMap;

use chrono::Utc;

use super::fixture::*;
use crate::domain::query::{ColumnsQuery, TablesQuery};
use crate::domain::run_query::RunsQuery;
use crate::domain::scope::Scope;
use crate::store::{Database, DatabaseKind, Record, StoreError, column_profiles, overview, profile_runs, settings, sql, tables, users};

on_both_databases!(
    migrating_again_changes_nothing,
    several_servers_migrate_at_once,
    every_documented_column_is_there,
    readers_cannot_write,
    a_refused_statement_is_no_outage,
    a_row_that_refers_to_nothing_is_refused,
);

async fn migrating_again_changes_nothing(db: &Database) {
    db.migrate().await.unwrap();
    db.ping().await.unwrap();
    assert_eq!(
        settings::get(db, "schema_version").await.unwrap().as_deref(),
        Some(crate::store::latest_version().to_string().as_str())
    );
}

async fn several_servers_migrate_at_once(db: &Database) {
    let outcomes = futures::future::join_all((0..4).map(|_| db.migrate())).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
}

/// The columns that the systems behind the documents have, by table.
const DOCUMENTED: &[(&str, &str)] = &[
    ("dq_projects", "project_key name description sql_flavor workspace_id created_at updated_at"),
    ("dq_connections", "connection_id project_key system_id name catalog schema_name http_path managed_credentials_ref created_at updated_at is_active"),
    ("dq_table_groups", "table_group_id connection_id name description profiling_include_mask profiling_exclude_mask profiling_job_id created_at updated_at"),
    ("dq_tables", "table_id table_group_id schema_name table_name source_table_id created_at"),
    (
        "dq_profiles",
        "profile_run_id table_group_id status started_at completed_at row_count anomaly_count payload_path databricks_run_id table_count column_count
         profile_mode profile_version dq_score_profiling dq_score_testing",
    ),
    (
        "dq_profile_results",
        "result_id profile_run_id table_id column_id schema_name table_name column_name data_type general_type record_count null_count distinct_count
         min_value max_value avg_value stddev_value percentiles_json top_values_json metrics_json generated_at",
    ),
    (
        "dq_profile_columns",
        "profile_run_id schema_name table_name column_name qualified_name data_type general_type ordinal_position row_count null_count non_null_count
         distinct_count min_value max_value avg_value stddev_value median_value p95_value true_count false_count min_length max_length avg_length
         non_ascii_ratio min_date max_date date_span_days metrics_json generated_at",
    ),
    (
        "dq_profile_column_values",
        "profile_run_id schema_name table_name column_name value value_hash frequency relative_freq rank bucket_label bucket_lower_bound bucket_upper_bound generated_at",
    ),
    (
        "dq_data_table_chars",
        "table_id table_group_id schema_name table_name record_count column_count data_point_count critical_data_element data_source source_system
         source_process business_domain stakeholder_group transform_level data_product dq_score_profiling dq_score_testing last_complete_profile_run_id
         latest_anomaly_ct latest_run_completed_at created_at updated_at",
    ),
    ("dq_settings", "key value updated_at"),
    (
        "dq_profile_anomalies",
        "profile_run_id schema_name table_name column_name anomaly_type severity description detected_at",
    ),
    (
        "dq_profile_anomaly_types",
        "anomaly_type_id name category default_severity default_likelihood description created_at updated_at",
    ),
    (
        "dq_profile_anomaly_results",
        "anomaly_result_id profile_run_id table_id column_id schema_name table_name column_name anomaly_type_id severity likelihood detail pii_risk
         dq_dimension detected_at dismissed dismissed_by dismissed_at",
    ),
    (
        "dq_profile_operations",
        "operation_id profile_run_id target_table rows_written duration_ms status error_payload started_at completed_at",
    ),
    (
        "dq_data_column_chars",
        "column_id table_id schema_name table_name column_name data_type functional_data_type critical_data_element pii_risk dq_dimension tags_json
         dq_score_profiling dq_score_testing last_complete_profile_run_id latest_anomaly_ct latest_run_completed_at created_at updated_at",
    ),
    (
        "dq_test_suites",
        "test_suite_key project_key name description severity product_team_id application_id data_object_id data_definition_id created_at updated_at",
    ),
    ("dq_tests", "test_id table_group_id test_suite_key name rule_type definition created_at updated_at"),
    (
        "dq_test_runs",
        "test_run_id test_suite_key project_key status started_at completed_at duration_ms total_tests failed_tests trigger_source",
    ),
    (
        "dq_test_results",
        "test_run_id test_id table_name column_name result_status expected_value actual_value message detected_at",
    ),
    (
        "dq_alerts",
        "alert_id source_type source_ref severity title details acknowledged acknowledged_by acknowledged_at created_at",
    ),
];

/// All columns of all our tables.
async fn columns(db: &Database) -> BTreeMap<String, Vec<String>> {
    let text = match db.kind() {
        DatabaseKind::Sqlite => {
            "select t.name as table_name, c.name as column_name from sqlite_master t, pragma_table_info(t.name) c where t.type in ('table', 'view') order by 1, 2"
        }
        DatabaseKind::Postgres => {
            "select table_name::text as table_name, column_name::text as column_name from information_schema.columns
             where table_schema in ('limn', 'dq_metadata') order by 1, 2"
        }
    };
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in sql(text).fetch_all(db).await.unwrap() {
        columns
            .entry(row.text("table_name").unwrap())
            .or_default()
            .push(row.text("column_name").unwrap());
    }
    columns.retain(|table, _| !table.starts_with("_sqlx") && !table.starts_with("sqlite_"));
    columns
}

async fn every_documented_column_is_there(db: &Database) {
    let columns = columns(db).await;
    for (table, documented) in DOCUMENTED {
        for column in documented.split_whitespace() {
            assert!(columns[*table].iter().any(|name| name == column), "{table}.{column}");
        }
    }
    // Every file of one number gives both databases the same tables and columns.
    let other = super::fixture::sqlite().await;
    assert_eq!(columns, self::columns(&other.db).await);
}

async fn readers_cannot_write(db: &Database) {
    let refused = sql("insert into dq_settings (key, value) values ('a', 'b') returning key")
        .fetch_all(db)
        .await;
    assert!(refused.is_err(), "a fetch on the database uses a connection that only reads");
    assert_eq!(settings::get(db, "a").await.unwrap(), None);
}

async fn a_refused_statement_is_no_outage(db: &Database) {
    let refused = sql("select nothing from nowhere").fetch_all(db).await.map(|rows| rows.len());
    assert!(
        matches!(&refused, Err(StoreError::Refused { statement, .. }) if statement.starts_with("select nothing")),
        "{refused:?}"
    );
    assert!(!refused.unwrap_err().is_unavailable());
}

async fn a_row_that_refers_to_nothing_is_refused(db: &Database) {
    let mut tx = db.begin().await.unwrap();
    let asked = profile_runs::request_run(&mut tx, new_run(&"nothing".into()), &ada()).await;
    assert!(matches!(asked, Err(StoreError::Refused { .. })), "{asked:?}");
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused_in_words() {
    for url in ["mysql://localhost/x", "limn.db", ""] {
        assert!(matches!(Database::connect(url).await, Err(StoreError::Address { .. })), "{url}");
    }
    let unreachable = Database::connect("postgres://limn@127.0.0.1:1/limn").await;
    assert!(unreachable.is_err_and(|error| error.is_unavailable()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_too_long_for_the_writer_is_told_so() {
    let fixture = sqlite().await;
    let held = fixture.db.begin().await.unwrap();
    let second = fixture.db.begin().await;
    assert!(second.is_err_and(|error| error.is_unavailable()));
    fixture.db.ping().await.expect("readers do not wait for the writer");
    held.rollback().await.unwrap();
    fixture.db.begin().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_before_the_commit_is_ambiguous_not_a_failure() {
    let Some(fixture) = postgres().await else { return };
    let db = &fixture.db;
    let mut tx = db.begin().await.unwrap();
    settings::set(&mut tx, "theme", "dark", &ada()).await.unwrap();
    let backend = sql("select pg_backend_pid() as pid")
        .fetch_one(&mut tx)
        .await
        .unwrap()
        .integer("pid")
        .unwrap();
    sql("select pg_terminate_backend($1::int)::text as gone")
        .bind(backend)
        .fetch_one(db)
        .await
        .unwrap();
    let committed = tx.commit().await;
    assert!(committed.is_err_and(|error| error.is_unavailable()));
    assert_eq!(settings::get(db, "theme").await.unwrap(), None, "the reader says what stands");
    db.ping().await.unwrap();
}

/// Reads the plan of every statement that a page sends: nothing is read from end to end but small tables.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_read_profiles_by_index_only() {
    let fixture = sqlite().await;
    let db = &fixture.db;
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    let user_id = "user-ada".into();
    for rows in [100, 200] {
        complete_run(db, &group_of(&connection), rows, 1.0).await;
    }
    let address = address(&connection, "orders");
    let run = profile_runs::find_run(db, 2).await.unwrap().unwrap().profile_run_id;
    let now = Utc::now();
    db.take_statement_texts();
    tables::get_table_detail(db, &address, &ColumnsQuery::default())
        .await
        .unwrap()
        .unwrap();
    column_profiles::get_column_detail(db, &address, "amount", &ColumnsQuery::default())
        .await
        .unwrap()
        .unwrap();
    profile_runs::list_run_tables(db, &run).await.unwrap();
    profile_runs::list_log(db, &run, "info", 10).await.unwrap();
    profile_runs::run_neighbours(db, &run).await.unwrap();
    profile_runs::find_run(db, 2).await.unwrap();
    read_columns_every_way(db, &connection).await;
    let by_index = db.take_statement_texts();
    tables::list_tables(db, &TablesQuery::parse("q=amount"), now).await.unwrap();
    overview::get_overview(db, None, now).await.unwrap();
    profile_runs::list_runs(db, &RunsQuery::default(), now).await.unwrap();
    profile_runs::run_counts(db, &RunsQuery::default(), now).await.unwrap();
    profile_runs::run_bars(db, now).await.unwrap();
    users::viewer(db, &user_id).await.unwrap();
    let lists = db.take_statement_texts();
    assert!(by_index.len() >= 11 && lists.len() >= 9, "{} and {}", by_index.len(), lists.len());
    for text in by_index {
        // The view of values is walked after its parts were found by index; `v` are the members of one JSON text.
        assert_scans(db, &text, &["json_each", "v", "dq_profile_column_values", "newest", "constant row"]).await;
    }
    for text in lists {
        // Lists of tables, groups and runs may walk those; never the results, their values or the tables of runs.
        assert_scans(
            db,
            &text,
            &[
                "json_each",
                "v",
                "dq_profile_column_values",
                // The last runs of a group, found by index.
                "h",
                "newest",
                "constant row",
                "t",
                "g",
                "c",
                "ch",
                "p",
                "dq_tables",
                "dq_connections",
                "dq_projects",
                "dq_profiles",
                // Open alerts, found by index and counted up to a limit.
                "counted",
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn a_handle_that_is_limited_reads_by_the_same_indexes() {
    let fixture = super::fixture::sqlite().await;
    let db = &fixture.db;
    let connection = connect(db, "Shop", &["orders"]).await;
    complete_run(db, &group_of(&connection), 100, 5.0).await;
    let seen = db.within(Scope::Only {
        projects: Vec::new(),
        groups: vec![group_of(&connection)],
    });
    db.take_statement_texts();
    read_columns_every_way(&seen, &connection).await;
    let texts = db.take_statement_texts();
    assert!(texts.iter().filter(|text| text.starts_with("with in_scope_lists")).count() >= 10);
    // The view of all values is read where an administrator removes runs, never by somebody who is limited.
    for text in texts.into_iter().filter(|text| !text.contains("dq_profile_column_values")) {
        // The groups themselves are walked, once a statement: they are few.
        assert_scans(db, &text, &["json_each", "newest", "constant row", "g"]).await;
    }
}

/// Tables that grow with every run, as PostgreSQL names them.
const GROWING: &[&str] = &[
    "written_results",
    "written_columns",
    "written_column_values",
    "result_sets",
    "result_rows",
    "result_contents",
    "run_tables",
];

/// Makes 8,000 runs of one, contents and all, so that PostgreSQL has a reason to choose an index.
async fn copy_a_run(db: &Database) {
    let copies = |table: &str, changed: &str| {
        format!(
            "insert into {table} select (jsonb_populate_record(t, jsonb_build_object({changed}))).* from {table} t, generate_series(1, 8000) n"
        )
    };
    for text in [
        copies("dq_profiles", "'profile_run_id', 'copy-' || n, 'run_number', 10 + n"),
        copies("run_tables", "'profile_run_id', 'copy-' || n, 'run_number', 10 + n"),
        copies("result_sets", "'profile_run_id', 'copy-' || n, 'set_key', t.set_key + 1000 * n"),
        copies(
            "result_contents",
            "'content_key', t.content_key + 1000 * n, 'content_hash', t.content_hash + n",
        ),
        copies(
            "result_rows",
            "'set_key', t.set_key + 1000 * n, 'content_key', t.content_key + 1000 * n",
        ),
        // As others write.
        "insert into dq_profile_results select * from dq_profile_results where profile_run_id like 'copy-1%'".to_owned(),
        "insert into dq_profile_columns select * from dq_profile_columns where profile_run_id like 'copy-1%'".to_owned(),
        "insert into dq_profile_column_values select distinct on (profile_run_id, attempt, table_id, ordinal_position, is_bucket, rank) *
             from dq_profile_column_values where profile_run_id like 'copy-1%'"
            .to_owned(),
        "analyze".to_owned(),
    ] {
        sql(text.leak()).execute(db).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_reads_a_table_and_a_column_by_index_too() {
    let Some(fixture) = super::fixture::postgres().await else { return };
    let db = &fixture.db;
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    let group = group_of(&connection);
    complete_run(db, &group, 100, 5.0).await;
    copy_a_run(db).await;
    db.take_statement_texts();
    read_a_column_by_name(db, &connection).await;
    let mut texts = db.take_statement_texts();
    assert!(texts.len() >= 11, "{}", texts.len());
    // The same for somebody who sees some groups only, and personal values nowhere.
    let limited = db.within(Scope::Only {
        projects: Vec::new(),
        groups: vec![group],
    });
    read_a_column_by_name(&limited.veiled(Scope::nothing()), &connection).await;
    let of_limited = db.take_statement_texts();
    assert!(of_limited.len() >= 11 && of_limited.iter().all(|text| text.starts_with("with in_scope_lists")));
    texts.extend(of_limited);
    for text in texts {
        let plan = sql(format!("explain {text}").leak()).fetch_all(db).await.unwrap();
        let lines: Vec<String> = plan.iter().map(|row| row.text("QUERY PLAN").unwrap()).collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(table) = GROWING.iter().find(|table| line.contains(&format!(" on {table} "))) else {
                continue;
            };
            // Written down, and never taken: a condition with null.
            if at > 0 && lines[at - 1].contains("One-Time Filter: false") {
                continue;
            }
            assert!(
                !line.contains("Seq Scan"),
                "{table} is read from end to end: {text}\n{}",
                lines.join("\n")
            );
            // A walk along a whole index is no better.
            let mut below = lines[at + 1..].iter().take_while(|line| !line.contains("->"));
            let by_condition = line.contains("Bitmap Heap Scan") || below.any(|line| line.contains("Index Cond:"));
            assert!(by_condition, "{table} is walked along an index: {text}\n{}", lines.join("\n"));
        }
    }
}

/// The pages of a table and a column, and the column profile up to its figures.
async fn read_a_column_by_name(db: &Database, connection: &crate::domain::connection::Connection) {
    use crate::store::{candidate_runs, column_reads};
    let (group, address) = (group_of(connection), address(connection, "orders"));
    let query = ColumnsQuery::default();
    tables::get_table_detail(db, &address, &query).await.unwrap().unwrap();
    column_profiles::get_column_detail(db, &address, "amount", &query)
        .await
        .unwrap()
        .unwrap();
    let table = column_reads::list_tables_named(db, &group, &["orders".into()])
        .await
        .unwrap()
        .remove(0)
        .table_id;
    let run = candidate_runs::list_candidate_runs(db, &group, Some(&table), candidate_runs::Candidates::Newest, 2)
        .await
        .unwrap()
        .remove(0);
    let spellings = ["amount".to_owned()];
    column_reads::find_result_column(db, &run, &table, "amount").await.unwrap().unwrap();
    column_reads::list_result_columns(db, &run, &table, &spellings).await.unwrap();
    column_reads::list_typed_columns(db, &run, &table, &spellings).await.unwrap();
}

/// Every statement of the column profile, its history, the states that merge and what goes with a run.
async fn read_columns_every_way(db: &Database, connection: &crate::domain::connection::Connection) {
    use crate::store::{api_tokens, candidate_runs, column_history, column_reads, partition_states, run_deletion};
    let group = group_of(connection);
    let named = column_reads::list_tables_named(db, &group, &["orders".into()])
        .await
        .unwrap()
        .remove(0);
    let table = named.table_id.clone();
    let spellings = ["amount".to_owned()];
    let run = candidate_runs::list_candidate_runs(db, &group, Some(&table), candidate_runs::Candidates::Newest, 2)
        .await
        .unwrap()
        .remove(0);
    for wanted in [
        candidate_runs::Candidates::OlderThan(run.number),
        candidate_runs::Candidates::WithRows,
    ] {
        candidate_runs::list_candidate_runs(db, &group, Some(&table), wanted, 2)
            .await
            .unwrap();
    }
    column_reads::find_result_column(db, &run, &table, "amount").await.unwrap().unwrap();
    column_reads::list_result_columns(db, &run, &table, &spellings).await.unwrap();
    column_reads::list_typed_columns(db, &run, &table, &spellings).await.unwrap();
    column_reads::list_column_values(db, &run, &table, 1).await.unwrap();
    column_reads::list_column_anomalies(db, &run, &named, "amount").await.unwrap();
    column_reads::list_run_anomalies(db, &run.profile_run_id).await.unwrap();
    column_reads::find_payload(db, &run.profile_run_id, 10).await.unwrap();
    column_history::list_column_history(db, &table, "amount", 9).await.unwrap();
    column_history::list_whole_columns(db, &table, &run.profile_run_id, run.attempt)
        .await
        .unwrap();
    partition_states::list_partition_states(db, &table).await.unwrap();
    run_deletion::preview_removal(db, &[run.profile_run_id]).await.unwrap();
    api_tokens::find_working_token(db, "hash").await.unwrap();
}

async fn assert_scans(db: &Database, text: &str, allowed: &[&str]) {
    let rows = crate::store::explain(db, text).await.unwrap();
    assert!(!rows.is_empty());
    for row in &rows {
        let step = step(row);
        if let Some(scanned) = step.strip_prefix("SCAN ") {
            let name = scanned
                .split(" USING ")
                .next()
                .unwrap()
                .split(" VIRTUAL")
                .next()
                .unwrap()
                .to_lowercase();
            assert!(
                allowed.contains(&name.as_str()) || name.starts_with("(subquery"),
                "{step} in {text}"
            );
        }
        assert!(!step.contains("AUTOMATIC"), "{step} in {text}");
    }
}

fn step(row: &Record) -> String {
    row.text("detail").unwrap()
}
