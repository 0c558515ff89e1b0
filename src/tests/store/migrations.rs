//! The scripts: equal to the registry in three dialects, applied once, resumed when cut off, refused when newer.

use std::collections::BTreeMap;

use super::fixture::*;
use crate::store::{
    Catalogue, ColumnKind, Database, DatabaseKind, Makes, StoreError, all_tables, cut_off_after, latest_version, list_copies, migrate_to,
    settings, split, sql, versions,
};

on_both_databases!(
    the_catalogue_is_the_registry,
    a_newer_schema_is_refused_in_one_line,
    a_changed_script_is_refused,
    what_was_lost_is_added_again,
);

/// Both databases without a schema, as many as a test wants.
async fn empty_databases() -> Vec<Fixture> {
    let mut databases = vec![empty_sqlite().await];
    databases.extend(empty_postgres().await);
    databases
}

async fn catalogue(db: &Database) -> Catalogue {
    Catalogue::of(db).await.unwrap()
}

/// The columns of each primary key, in its order.
async fn keys(db: &Database) -> BTreeMap<String, Vec<String>> {
    let text = match db.kind() {
        DatabaseKind::Sqlite => {
            "select t.name as table_name, c.name as column_name from sqlite_master t, pragma_table_info(t.name) c
             where t.type = 'table' and c.pk > 0 order by t.name, c.pk"
        }
        DatabaseKind::Postgres => {
            "select c.table_name::text as table_name, k.column_name::text as column_name from information_schema.table_constraints c
             join information_schema.key_column_usage k on k.constraint_schema = c.constraint_schema and k.constraint_name = c.constraint_name
             where c.constraint_type = 'PRIMARY KEY' order by c.table_name, k.ordinal_position"
        }
    };
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in sql(text).fetch_all(db).await.unwrap() {
        let table = row.text("table_name").unwrap();
        keys.entry(table).or_default().push(row.text("column_name").unwrap());
    }
    keys
}

async fn the_catalogue_is_the_registry(db: &Database) {
    let found = catalogue(db).await;
    let keys = keys(db).await;
    for table in all_tables() {
        let columns = found.tables.get(table.name).unwrap_or_else(|| panic!("{} is missing", table.name));
        // A view has no key of its own, and nothing that is required.
        let is_view = found.views.contains(table.name);
        assert_eq!(!keys.contains_key(table.name), is_view, "{}", table.name);
        assert!(is_view || keys[table.name] == table.key, "key of {}", table.name);
        for column in table.columns {
            let it = format!("{}.{}", table.name, column.name);
            let stands = columns.get(column.name).unwrap_or_else(|| panic!("{it} is missing"));
            // SQLite names no type for a column that a view computes.
            let has_no_type = is_view && db.kind() == DatabaseKind::Sqlite;
            assert!(has_no_type || stands.has_type_of(column, db.kind()), "{it} is {}", stands.type_name);
            assert!(is_view || stands.is_required == column.is_required, "{it}");
        }
        assert_eq!(
            columns.len(),
            table.columns.len(),
            "{} has a column that the registry lacks",
            table.name
        );
    }
    for table in found.tables.keys().filter(|table| table.starts_with("dq_")) {
        assert!(all_tables().any(|known| known.name == table), "{table} is not in the registry");
    }
}

/// Table, column: type and whether it is required; and the key of each table, as the Databricks scripts say it.
type DeltaColumns = BTreeMap<String, BTreeMap<String, (String, bool)>>;

fn delta_scripts() -> (DeltaColumns, BTreeMap<String, String>) {
    let folder = format!("{}/migrations/databricks", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut columns, mut keys): (DeltaColumns, BTreeMap<String, String>) = Default::default();
    for step in files.iter().flat_map(|file| split(&std::fs::read_to_string(file).unwrap())) {
        match step.makes {
            Makes::Table(table) => {
                for line in step.text.lines().skip(1).map(str::trim) {
                    if let Some(key) = line.strip_prefix(&format!("constraint {table}_key primary key (")) {
                        keys.insert(table.clone(), key.trim_end_matches(')').replace('`', ""));
                    } else if !line.starts_with(')') {
                        let mut words = line.trim_end_matches(',').split_whitespace();
                        let name = words.next().unwrap().replace('`', "");
                        let kind = words.next().unwrap().to_owned();
                        columns
                            .entry(table.clone())
                            .or_default()
                            .insert(name, (kind, line.contains(" not null")));
                    }
                }
            }
            Makes::Column(table, _) => {
                let (_, added) = step.text.split_once("add columns (").expect("columns are added in brackets");
                for column in added.trim_end_matches(')').split(',') {
                    let (name, kind) = column.trim().split_once(' ').unwrap();
                    columns
                        .get_mut(&table)
                        .unwrap()
                        .insert(name.replace('`', ""), (kind.to_owned(), false));
                }
            }
            other => panic!("a Databricks script makes tables and columns only: {other:?}"),
        }
    }
    (columns, keys)
}

#[test]
fn the_databricks_scripts_are_the_registry() {
    let (columns, keys) = delta_scripts();
    assert_eq!(columns.len(), all_tables().count());
    for table in all_tables() {
        assert_eq!(keys[table.name], table.key.join(", "), "{}", table.name);
        let declared: BTreeMap<String, (String, bool)> = table
            .columns
            .iter()
            .map(|column| {
                (
                    column.name.to_owned(),
                    (column.kind.delta_type_name().to_owned(), column.is_required),
                )
            })
            .collect();
        assert_eq!(columns[table.name], declared, "{}", table.name);
    }
    assert!(all_tables().any(|table| table.columns.iter().any(|column| column.kind == ColumnKind::Bytes)));
}

/// A result as the first version could hold it: today's code writes more.
async fn insert_result(db: &Database, group: &str) {
    for (text, first) in [
        (
            "insert into dq_profiles (profile_run_id, table_group_id, status, phase, run_number, trigger_source, requested_at, plan_json,
                 is_whole_group, engine) values ($1, $2, 'completed', 'completed', 1, 'person', {now}, '{}', true, 'embedded')",
            "run",
        ),
        (
            "insert into dq_profile_results (result_id, profile_run_id, table_id, column_id, column_name, attempt, ordinal_position)
             values ($1, 'run', $2, 'c', 'amount', 1, 1)",
            "result",
        ),
    ] {
        sql(text).bind(first).bind(group).execute(db).await.unwrap();
    }
}

async fn count_results(db: &Database) -> i64 {
    let row = sql("select count(*) as n from dq_profile_results").fetch_one(db).await.unwrap();
    row.integer("n").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_database_keeps_its_rows_and_is_copied_first() {
    for fixture in empty_databases().await {
        let db = &fixture.db;
        migrate_to(db, 1).await.unwrap();
        let (group, _) = connect_of_old(db).await;
        insert_result(db, group.as_str()).await;
        db.migrate().await.unwrap();
        assert_eq!(count_results(db).await, 1);
        let whole = sqlite().await;
        if db.kind() == DatabaseKind::Sqlite {
            assert_eq!(catalogue(db).await, catalogue(&whole.db).await);
        }
        let Some(folder) = fixture.path() else { continue };
        let copies = list_copies(&folder.join("backups"));
        assert_eq!(copies.len(), 1, "{copies:?}");
        assert!(copies[0].file_name().unwrap().to_str().unwrap().starts_with("limn-v1-"));
        let copy = Database::connect(&format!("sqlite:{}", copies[0].display())).await.unwrap();
        assert_eq!(settings::get(&copy, "schema_version").await.unwrap().as_deref(), Some("1"));
        assert!(!catalogue(&copy).await.has_table("dq_alerts"));
        assert_eq!(count_results(&copy).await, 1);
        db.migrate().await.unwrap();
        assert_eq!(
            list_copies(&folder.join("backups")).len(),
            1,
            "a database that is up to date is not copied"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_of_older_versions_get_their_test_suite_and_columns_the_ids_of_results() {
    for fixture in empty_databases().await {
        let db = &fixture.db;
        migrate_to(db, 17).await.unwrap();
        connect_of_old(db).await;
        for (id, name) in [
            ("t::Amount", "Amount"),
            ("t::Both", "Both"),
            ("t::both", "both"),
            ("t::paid", "paid"),
        ] {
            sql("insert into dq_data_column_chars (column_id, table_id, column_name) values ($1, 't', $2)")
                .bind(id)
                .bind(name)
                .execute(db)
                .await
                .unwrap();
        }
        db.migrate().await.unwrap();
        let rows =
            sql("select column_id from dq_data_column_chars order by lower(column_name), length(column_name), column_id = 't::both'")
                .fetch_all(db)
                .await
                .unwrap();
        let ids: Vec<String> = rows.iter().map(|row| row.text("column_id").unwrap()).collect();
        assert_eq!(ids, ["t::amount", "t::Both", "t::both", "t::paid"]);
        let row = sql("select test_suite_key, project_key from dq_test_suites")
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(
            (row.text("test_suite_key").unwrap(), row.text("project_key").unwrap()),
            ("default_suite:shop".to_owned(), "old".to_owned())
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_plain_record_is_shown_once_after_findings_became_a_view() {
    for fixture in empty_databases().await {
        let db = &fixture.db;
        migrate_to(db, 1).await.unwrap();
        let (group, _) = connect_of_old(db).await;
        insert_result(db, group.as_str()).await;
        migrate_to(db, 14).await.unwrap();
        // Limn's own finding with its record, a program's with its record under one id, and a record alone.
        for (id, is_plain_alone) in [("found:a", false), ("theirs", false), ("alone", true)] {
            if !is_plain_alone {
                sql("insert into dq_profile_anomaly_results (anomaly_result_id, profile_run_id, anomaly_type_id, detail, attempt) values ($1, 'run', 'Odd', 'finding', 1)")
                    .bind(id)
                    .execute(db)
                    .await
                    .unwrap();
            }
            sql("insert into dq_profile_anomalies (anomaly_id, profile_run_id, anomaly_type, description, attempt) values ($1, 'run', 'Odd', 'record', 1)")
                .bind(id)
                .execute(db)
                .await
                .unwrap();
        }
        db.migrate().await.unwrap();
        let rows = sql("select anomaly_id, description from dq_profile_anomalies order by anomaly_id")
            .fetch_all(db)
            .await
            .unwrap();
        let shown: Vec<(String, String)> = rows
            .iter()
            .map(|row| (row.text("anomaly_id").unwrap(), row.text("description").unwrap()))
            .collect();
        let wanted = [("alone", "record"), ("found:a", "finding"), ("theirs", "record")];
        assert_eq!(shown, wanted.map(|(id, said)| (id.to_owned(), said.to_owned())));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_cut_off_after_any_statement_is_done_again() {
    for version in versions() {
        for (fixture, fresh) in empty_databases().await.iter().zip(empty_databases().await) {
            fresh.db.migrate().await.unwrap();
            let mut statements = 0;
            migrate_to(&fixture.db, version - 1).await.unwrap();
            let before = catalogue(&fixture.db).await;
            while cut_off_after(&fixture.db, version, statements).await.unwrap() {
                assert_eq!(catalogue(&fixture.db).await, before, "version {version}, {statements} statements");
                statements += 1;
            }
            assert!(statements > 0);
            fixture.db.migrate().await.unwrap();
            assert_eq!(catalogue(&fixture.db).await, catalogue(&fresh.db).await);
        }
    }
}

async fn a_newer_schema_is_refused_in_one_line(db: &Database) {
    sql("update dq_settings set value = '77' where key = 'schema_version'")
        .execute(db)
        .await
        .unwrap();
    let before = catalogue(db).await;
    let refused = db.migrate().await.unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { found: 77, .. }), "{refused}");
    let said = refused.to_string();
    assert!(
        said.contains("77") && said.contains(&latest_version().to_string()) && said.lines().count() == 1,
        "{said}"
    );
    // `limn migrate --check` asks this.
    assert_eq!(db.refuse_newer().await.unwrap_err().to_string(), said);
    assert_eq!(catalogue(db).await, before);
    sql("update dq_settings set value = 'seven' where key = 'schema_version'")
        .execute(db)
        .await
        .unwrap();
    assert!(matches!(db.migrate().await, Err(StoreError::Migration { .. })));
}

async fn a_changed_script_is_refused(db: &Database) {
    sql("update schema_versions set checksum = 'other' where number = 1")
        .execute(db)
        .await
        .unwrap();
    let refused = db.migrate().await.unwrap_err().to_string();
    assert!(refused.contains("version 1"), "{refused}");
}

async fn what_was_lost_is_added_again(db: &Database) {
    let whole = catalogue(db).await;
    for text in [
        "alter table dq_connections drop column system_id",
        "alter table run_tables drop column metrics_json",
        "drop index written_results_of_run",
        "drop table dq_test_results",
        "drop view dq_profile_column_values",
    ] {
        sql(text).execute(db).await.unwrap();
    }
    let mut added = db.repair_schema().await.unwrap();
    added.sort();
    assert_eq!(
        added,
        [
            "column dq_connections.system_id",
            "column run_tables.metrics_json",
            "index dq_test_results_of_run",
            "index written_results_of_run",
            "rule dq_profile_column_values_delete",
            "rule dq_profile_column_values_insert",
            "rule dq_profile_column_values_update",
            "table dq_test_results",
            "view dq_profile_column_values",
        ]
    );
    assert_eq!(catalogue(db).await, whole);
    assert!(db.repair_schema().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_table_that_views_stand_on_is_made_again_at_the_next_start() {
    let fixture = sqlite().await;
    let db = &fixture.db;
    let whole = catalogue(db).await;
    sql("drop table written_results").execute(db).await.unwrap();
    let lost = catalogue(db).await;
    assert!(lost.broken_views.contains("dq_profile_results") && !lost.views.contains("dq_profile_results"));
    db.migrate().await.unwrap();
    assert_eq!(catalogue(db).await, whole);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_was_added_by_hand_is_left_as_it_is() {
    for fixture in empty_databases().await {
        let db = &fixture.db;
        migrate_to(db, 1).await.unwrap();
        connect_of_old(db).await;
        sql("alter table dq_connections add column system_id text")
            .execute(db)
            .await
            .unwrap();
        sql("update dq_connections set system_id = 'crm'").execute(db).await.unwrap();
        db.migrate().await.unwrap();
        let kept = sql("select system_id from dq_connections where connection_id = 'shop'")
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!(kept.text("system_id").unwrap(), "crm");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_newest_copies_are_kept() {
    let fixture = empty_sqlite().await;
    let folder = fixture.path().unwrap().join("backups");
    std::fs::create_dir_all(&folder).unwrap();
    for day in 1..=9 {
        std::fs::write(folder.join(format!("limn-v1-2026010{day}T000000000000Z.db")), "old").unwrap();
    }
    std::fs::write(folder.join("mine.db"), "not ours").unwrap();
    migrate_to(&fixture.db, 1).await.unwrap();
    fixture.db.migrate().await.unwrap();
    let copies = list_copies(&folder);
    assert_eq!(copies.len(), 5);
    assert!(
        std::fs::metadata(&copies[0]).unwrap().len() > 4096,
        "the newest is the one just made"
    );
    assert!(copies[4].ends_with("limn-v1-20260106T000000000000Z.db"), "{copies:?}");
    assert!(folder.join("mine.db").exists());
}
