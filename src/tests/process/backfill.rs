//! `limn backfill` killed at any moment: whole runs are left behind, and the next call goes on where it was.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row, SqlitePool};

use super::program::LIMN;

const RUNS: u32 = 120;
const COLUMNS: u32 = 25;
const KILLS: u32 = 50;

fn payload(run: &str) -> String {
    let columns: Vec<Value> = (0..COLUMNS)
        .map(|column| {
            json!({"column_name": format!("c{column}"), "data_type": "double", "row_count": 1000, "null_count": column, "distinct_count": 9,
                "metrics": {"min": 0, "max": column, "avg": 1.5},
                "top_values": (0..20).map(|value| json!({"value": value, "count": 40 - value})).collect::<Vec<_>>(),
                "histogram": (0..10).map(|bin| json!({"lower": bin, "upper": bin + 1, "count": 3})).collect::<Vec<_>>(),
                "anomalies": [{"anomaly_type_id": "high_null_ratio", "severity": "warning", "detail": "x"}]})
        })
        .collect();
    json!({"profile_run_id": run, "tables": [{"schema_name": "sales", "table_name": "orders", "row_count": 1000, "columns": columns}]})
        .to_string()
}

/// A control database with runs that another writer left.
async fn old_database(folder: &Path) {
    let migrated = Command::new(LIMN).args(["migrate", "--data-dir"]).arg(folder).output().unwrap();
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    let pool = open(folder).await;
    for text in [
        "insert into dq_projects (project_key, name) values ('default', 'Default')",
        "insert into dq_connections (connection_id, project_key, name, kind, location, is_active, created_at)
         values ('old', 'default', 'Old', 'folder', '/nowhere', true, '2026-01-01T00:00:00.000000Z')",
        "insert into dq_table_groups (table_group_id, connection_id, name) values ('old-all', 'old', 'Old')",
    ] {
        sqlx::query(text).execute(&pool).await.unwrap();
    }
    for run in 0..RUNS {
        let id = format!("run-{run:03}");
        sqlx::query(
            "insert into dq_profiles (profile_run_id, table_group_id, status, phase, profile_mode, run_number, trigger_source, requested_at,
                 completed_at, plan_json, is_whole_group, engine, payload_path)
             values ($1, 'old-all', 'completed', 'completed', 'full', $2, 'api', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', '{}',
                 true, 'databricks', $3)",
        )
        .bind(&id)
        .bind(run + 1)
        .bind(payload(&id))
        .execute(&pool)
        .await
        .unwrap();
    }
    pool.close().await;
}

async fn open(folder: &Path) -> SqlitePool {
    SqlitePool::connect(&format!("sqlite:{}", folder.join("limn.db").display()))
        .await
        .unwrap()
}

fn backfill(folder: &Path) -> Command {
    let mut command = Command::new(LIMN);
    command.args(["backfill", "--format", "json", "--data-dir"]).arg(folder);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Every row that a backfill writes, without ids and times that differ by nature.
async fn rows(folder: &Path) -> Vec<String> {
    let pool = open(folder).await;
    let mut found = Vec::new();
    for text in [
        "select profile_run_id || schema_name || table_name || row_count || column_count from run_tables",
        "select profile_run_id || column_name || ordinal_position || record_count || null_count || metrics_json || top_values_json from dq_profile_results",
        "select profile_run_id || column_name || null_count from dq_profile_columns",
        "select profile_run_id || column_name || is_bucket || rank || coalesce(value, bucket_label) || frequency from dq_profile_column_values",
        "select profile_run_id || column_name || anomaly_type_id from dq_profile_anomaly_results",
        "select profile_run_id || column_name || anomaly_type from dq_profile_anomalies",
        "select profile_run_id || payload_hash from backfill_ledger",
        "select table_name || record_count || last_complete_profile_run_id from dq_data_table_chars",
        "select schema_name || table_name from dq_tables",
    ] {
        let read = sqlx::query(AssertSqlSafe(text)).fetch_all(&pool).await.unwrap();
        found.extend(read.iter().map(|row| row.get::<String, _>(0)));
    }
    found.sort();
    found
}

#[tokio::test]
async fn fifty_kills_leave_the_same_rows() {
    let (killed, undisturbed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    old_database(killed.path()).await;
    std::fs::copy(killed.path().join("limn.db"), undisturbed.path().join("limn.db")).unwrap();
    let whole = backfill(undisturbed.path()).output().unwrap();
    assert_eq!(whole.status.code(), Some(0), "{}", String::from_utf8_lossy(&whole.stderr));
    let report: Value = serde_json::from_slice(&whole.stdout).unwrap();
    assert_eq!(report["runs"].as_array().unwrap().len(), RUNS as usize);

    let (mut kills, mut cut_short, mut wait) = (0, 0, 20_u64);
    while kills < KILLS {
        let mut child = backfill(killed.path()).spawn().unwrap();
        // From before the database is open to well within the work.
        tokio::time::sleep(Duration::from_millis(wait)).await;
        wait = 20 + (wait * 31 + 17) % 200;
        if child.try_wait().unwrap().is_some() {
            // It got through: take back what is written down as done, so that there is work to cut short.
            let pool = open(killed.path()).await;
            sqlx::query("delete from backfill_ledger").execute(&pool).await.unwrap();
            pool.close().await;
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        let pool = open(killed.path()).await;
        let done: i64 = sqlx::query("select count(*) from backfill_ledger")
            .fetch_one(&pool)
            .await
            .unwrap()
            .get(0);
        let tables: i64 = sqlx::query("select count(*) from run_tables")
            .fetch_one(&pool)
            .await
            .unwrap()
            .get(0);
        let columns: i64 = sqlx::query("select count(*) from dq_profile_results")
            .fetch_one(&pool)
            .await
            .unwrap()
            .get(0);
        assert_eq!(columns, tables * i64::from(COLUMNS), "a run is there as a whole or not at all");
        cut_short += u32::from(done > 0 && done < i64::from(RUNS));
        pool.close().await;
    }
    assert!(cut_short > 0, "at least one kill fell into the work");
    let last = backfill(killed.path()).output().unwrap();
    assert_eq!(last.status.code(), Some(0), "{}", String::from_utf8_lossy(&last.stderr));
    assert_eq!(rows(killed.path()).await, rows(undisturbed.path()).await);
    eprintln!("{kills} kills, {cut_short} of them within the work");
}
