//! What the suite's tests begin with: a database with a schema, people, connections, tables and finished runs.

use crate::domain::address::TableAddress;
use crate::domain::audit::Actor;
use crate::domain::column_profile::{ColumnProfile, GeneralType, HistogramBin, Metrics, TopValue};
use crate::domain::connection::{Connection, ConnectionKind, FoundTable};
use crate::domain::identifier::{RunId, TableGroupId, TableId};
use crate::domain::profile_run::{RunMode, RunPhase, RunReason, RunTrigger};
use crate::domain::table_profile::{FailedTable, Snapshot, TableProfile};
use crate::store::connections::{NewConnection, create_connection};
use crate::store::profile_runs::*;
use crate::store::tables::{GroupTable, list_group_tables, replace_found_tables};
use crate::store::{Database, column_profiles};

/// A database of its own, with its folder where it is a file.
pub struct Fixture {
    pub db: Database,
    folder: Option<tempfile::TempDir>,
}

/// A new SQLite file with the schema.
pub async fn sqlite() -> Fixture {
    let fixture = empty_sqlite().await;
    fixture.db.migrate().await.unwrap();
    fixture
}

/// A new SQLite file without a schema.
pub async fn empty_sqlite() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let db = Database::connect(&format!("sqlite:{}", folder.path().join("limn.db").display()))
        .await
        .unwrap();
    Fixture { db, folder: Some(folder) }
}

/// A new PostgreSQL database with the schema; nothing where PostgreSQL is not installed.
pub async fn postgres() -> Option<Fixture> {
    let fixture = empty_postgres().await?;
    fixture.db.migrate().await.unwrap();
    Some(fixture)
}

/// A new PostgreSQL database without a schema; nothing where PostgreSQL is not installed.
pub async fn empty_postgres() -> Option<Fixture> {
    let url = super::postgres::new_database_url().await?;
    let db = Database::connect(&url).await.unwrap();
    Some(Fixture { db, folder: None })
}

impl Fixture {
    /// The folder of a SQLite file.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(tempfile::TempDir::path)
    }
}

/// Runs every listed test on both databases.
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let fixture = crate::tests::store::fixture::sqlite().await;
                super::$name(&fixture.db).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(fixture) = crate::tests::store::fixture::postgres().await {
                    super::$name(&fixture.db).await;
                    fixture.db.close().await;
                }
            })*
        }
    };
}
pub(super) use on_both_databases;

pub fn ada() -> Actor {
    Actor {
        user_id: Some("user-ada".into()),
        name: "ada".into(),
    }
}

pub fn found(schema_name: &str, table_name: &str) -> FoundTable {
    FoundTable {
        schema_name: schema_name.into(),
        table_name: table_name.into(),
        format: "parquet".into(),
        files: vec![format!("{schema_name}/{table_name}.parquet")],
        bytes: 4096,
        scope: Default::default(),
    }
}

/// Makes a connection whose group has the named tables of schema `sales`.
pub async fn connect(db: &Database, name: &str, tables: &[&str]) -> Connection {
    let mut tx = db.begin().await.unwrap();
    let new = NewConnection {
        project_key: None,
        name: name.into(),
        kind: ConnectionKind::Folder,
        location: format!("/data/{name}"),
    };
    let connection = create_connection(&mut tx, new, &ada()).await.unwrap();
    let tables: Vec<FoundTable> = tables.iter().map(|table| found("sales", table)).collect();
    replace_found_tables(&mut tx, &connection.groups[0].table_group_id, &tables, &ada())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    connection
}

/// A group `g` with the table `t` (sales.orders), as the first version of the schema has them: today's code asks for more.
pub async fn connect_of_old(db: &Database) -> (TableGroupId, TableId) {
    for text in [
        "insert into dq_projects (project_key, name, created_at, updated_at) values ('old', 'Old', {now}, {now})",
        "insert into dq_connections (connection_id, project_key, name, is_active, created_at, updated_at, kind, location)
         values ('shop', 'old', 'Shop', true, {now}, {now}, 'folder', '/data/shop')",
        "insert into dq_table_groups (table_group_id, connection_id, name, created_at, updated_at) values ('g', 'shop', 'Shop', {now}, {now})",
        "insert into dq_tables (table_id, table_group_id, schema_name, table_name, created_at, format, bytes, files_json)
         values ('t', 'g', 'sales', 'orders', {now}, 'csv', 9, '[]')",
    ] {
        crate::store::sql(text).execute(db).await.unwrap();
    }
    (TableGroupId("g".into()), TableId("t".into()))
}

pub fn group_of(connection: &Connection) -> TableGroupId {
    connection.groups[0].table_group_id.clone()
}

pub fn address(connection: &Connection, table_name: &str) -> TableAddress {
    TableAddress {
        connection_id: connection.connection_id.clone(),
        schema_name: "sales".into(),
        table_name: table_name.into(),
    }
}

pub async fn table_ids(db: &Database, group: &TableGroupId) -> Vec<GroupTable> {
    list_group_tables(db, group).await.unwrap()
}

pub fn new_run(group: &TableGroupId) -> NewRun {
    NewRun {
        table_group_id: group.clone(),
        mode: RunMode::Full,
        trigger: RunTrigger::Person,
        only_tables: Vec::new(),
        retry_of: None,
    }
}

pub async fn request(db: &Database, group: &TableGroupId) -> RequestedRun {
    let mut tx = db.begin().await.unwrap();
    let run = request_run(&mut tx, new_run(group), &ada()).await.unwrap();
    tx.commit().await.unwrap();
    run
}

/// Asks for a run, takes it and marks it as running.
pub async fn start(db: &Database, group: &TableGroupId) -> ClaimedRun {
    request(db, group).await;
    let claimed = claim_next(db, "worker", 30, 3).await.unwrap().unwrap();
    assert!(mark_running(db, &claimed.profile_run_id, claimed.attempt).await.unwrap());
    claimed
}

pub fn outcome(phase: RunPhase, digest: &str) -> RunOutcome {
    RunOutcome {
        phase,
        reason: (phase == RunPhase::Failed).then_some(RunReason::AllTablesFailed),
        error_message: None,
        row_count: Some(100),
        table_count: Some(1),
        column_count: Some(2),
        bytes_scanned: Some(4096),
        mode: None,
        failed_tables: Vec::new(),
        digest: digest.into(),
    }
}

pub fn failed(table_name: &str) -> FailedTable {
    FailedTable {
        schema_name: "sales".into(),
        table_name: table_name.into(),
        error: "byte 7: not Parquet".into(),
        remedy: "Write it again.".into(),
    }
}

pub async fn finish_with(db: &Database, run: &ClaimedRun, outcome: &RunOutcome) -> Finish {
    let mut tx = db.begin().await.unwrap();
    let finish = finish(&mut tx, &run.profile_run_id, run.attempt, outcome).await.unwrap();
    tx.commit().await.unwrap();
    finish
}

pub async fn store_profile(db: &Database, run: &ClaimedRun, table_id: &TableId, profile: &TableProfile) {
    let mut tx = db.begin().await.unwrap();
    column_profiles::insert_table_profile(&mut tx, &run.profile_run_id, run.attempt, table_id, profile)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// A number column: `rows` rows (10 at least), 10 of them null.
pub fn amount_column(rows: u64, median: f64) -> ColumnProfile {
    ColumnProfile {
        column_name: "amount".into(),
        ordinal_position: 1,
        data_type: "DOUBLE".into(),
        general_type: GeneralType::Number,
        row_count: rows,
        null_count: 10,
        non_null_count: rows - 10,
        metrics: Metrics {
            distinct_count: Some(7),
            median: Some(median),
            avg_value: Some(median),
            min_value: Some("0.5".into()),
            ..Metrics::default()
        },
        top_values: (1..=25)
            .map(|rank| TopValue {
                value: format!("value {rank}"),
                count: 26 - rank,
                ratio: 0.01,
            })
            .collect(),
        histogram: (0..12)
            .map(|bin| HistogramBin {
                label: format!("{bin}"),
                lower: Some(f64::from(bin)),
                upper: Some(f64::from(bin + 1)),
                count: 3,
            })
            .collect(),
        ..ColumnProfile::default()
    }
}

/// A profile of two columns.
pub fn profile_of(table_name: &str, rows: u64, median: f64) -> TableProfile {
    let mut id = ColumnProfile {
        column_name: "id".into(),
        ordinal_position: 2,
        row_count: rows,
        non_null_count: rows,
        ..ColumnProfile::default()
    };
    id.metrics.distinct_count = Some(rows);
    TableProfile {
        schema_name: "sales".into(),
        table_name: table_name.into(),
        row_count: rows,
        column_count: 2,
        rows_scanned: rows,
        format: "parquet".into(),
        snapshot: Snapshot {
            id: "f00".into(),
            description: "1 file".into(),
            files: vec!["a.parquet".into()],
            ..Snapshot::default()
        },
        duration_ms: 12,
        bytes_scanned: 4096,
        engine: "limn".into(),
        engine_version: "0.1.0".into(),
        columns: vec![amount_column(rows, median), id],
        ..TableProfile::default()
    }
}

/// A whole completed run over all tables of the group, each with `rows` rows.
pub async fn complete_run(db: &Database, group: &TableGroupId, rows: u64, median: f64) -> ClaimedRun {
    let run = start(db, group).await;
    for table in table_ids(db, group).await {
        store_profile(db, &run, &table.table_id, &profile_of(&table.found.table_name, rows, median)).await;
    }
    assert_eq!(
        finish_with(db, &run, &outcome(RunPhase::Completed, "digest")).await,
        Finish::Recorded
    );
    run
}

pub async fn phase_of(db: &Database, run_id: &RunId) -> RunPhase {
    find_run_by_id(db, run_id).await.unwrap().unwrap().phase
}
