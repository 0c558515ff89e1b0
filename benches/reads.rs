//! The column profile from tables against the same profile from its run's payload file, and against a bare handler with the same reads.
//!
//! `read-bench [RESULT ROWS]` (default 100,000): the sample is stored as a run, that run is copied, contents and all, until so many rows stand in
//! `dq_profile_results`, and one more run has a payload file too. Requests alternate in rounds; no socket is measured.
//! Bytes are told of runs that found the same again, of the sample as it was on the days before, and of other data altogether.
mod installation;

use std::path::Path;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use installation::{come_in, load_viewer, median, open, profile_again, profile_sample, send, store_run};
use limn::domain::anomaly::ProfileAnomaly;
use limn::domain::identifier::{RunId, TableGroupId};
use limn::domain::table_profile::TableProfile;
use limn::startup;
use limn::state::AppState;
use limn::store::candidate_runs::{Candidates, list_candidate_runs};
use limn::store::tables::GroupTable;
use limn::store::{column_reads, settings};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::{Connection, Row, SqliteConnection};

const ROUNDS: usize = 40;
const REQUESTS_A_ROUND: usize = 25;
/// Runs that are stored as runs are; the others are their copies, row by row.
const STORED_RUNS: usize = 1 + 3 * MEASURED_RUNS as usize;
/// Runs of each kind that is measured.
const MEASURED_RUNS: u64 = 4;

#[tokio::main]
async fn main() {
    let wanted: usize = std::env::args()
        .nth(1)
        .map_or(100_000, |text| text.parse().expect("a number of rows"));
    let folder = std::env::temp_dir().join(format!("limn-read-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let state = open(&folder).await;
    let (connection, profiled) = profile_sample(&state, &folder, &[]).await;
    let columns: usize = profiled.iter().map(|(_, profile)| profile.columns.len()).sum();
    let mut file = SqliteConnection::connect(&state.config.database_url).await.expect("the file opens");

    store_run(&state, &connection, &profiled).await;
    let mut stored = Vec::new();
    for (what, days, seeds) in [("the same again", 0, 0), ("a day before each", 1, 0), ("other data", 0, 1)] {
        let mut runs = Vec::new();
        for run in 1..=MEASURED_RUNS {
            runs.push(match (days, seeds) {
                (0, 0) => profiled.clone(),
                (days, seeds) => profile_again(&folder, &profiled, run * days, run * seeds),
            });
        }
        let before = bytes_in_use(&mut file).await;
        for run in &runs {
            store_run(&state, &connection, run).await;
        }
        stored.push((what, (bytes_in_use(&mut file).await - before) / MEASURED_RUNS));
    }
    copy_runs(&mut file, (wanted / columns).saturating_sub(STORED_RUNS + 1)).await;
    store_run(&state, &connection, &profiled).await;
    let payload = write_payload(&state, &mut file, &folder, &profiled).await;
    let rows: i64 = count(&mut file, "select count(*) from dq_profile_results").await;
    println!("{rows} result rows, {columns} columns a run, {REQUESTS_A_ROUND} x {ROUNDS} requests each");
    for (what, bytes) in stored {
        println!(
            "bytes a run, {what}: payload {payload}, tables with their indexes {bytes}, ratio {:.2} (aim 0.2)",
            bytes as f64 / payload as f64
        );
    }

    let server = startup::app_router(state.clone());
    let cookie = come_in(&state, &server).await;
    let bare = Router::new().route("/bare", get(bare_profile)).with_state(state.clone());
    let group = connection.groups[0].table_group_id.as_str();
    for (table, column) in [
        ("orders", "total"),
        ("customers", "email"),
        ("orders", "ordered_at"),
        ("stores", "store_id"),
    ] {
        compare(&state, &server, &bare, &cookie, group, (table, column)).await;
    }
    std::fs::remove_dir_all(&folder).expect("the temporary folder goes away");
}

/// Times the three ways to one column and prints them.
async fn compare(state: &AppState, server: &Router, bare: &Router, cookie: &str, group: &str, (table, column): (&str, &str)) {
    let ask = |source: &str| format!("/api/table-groups/{group}/column-profile?tableName={table}&columnName={column}&source={source}");
    let ways = [
        (server, ask("table")),
        (bare, format!("/bare?group={group}&table={table}&column={column}")),
        (server, ask("payload")),
    ];
    let mut statements = Vec::new();
    for (router, path) in &ways {
        let before = state.db.statement_count();
        send(router, path, cookie).await;
        statements.push(state.db.statement_count() - before);
    }
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..ROUNDS {
        for ((router, path), times) in ways.iter().zip(&mut times) {
            for _ in 0..REQUESTS_A_ROUND {
                let began = Instant::now();
                send(router, path, cookie).await;
                times.push(began.elapsed());
            }
        }
    }
    let middle = times.each_mut().map(|times| median(times).as_secs_f64());
    let late = times.each_ref().map(|times| times[times.len() * 99 / 100].as_secs_f64());
    println!(
        "{table}.{column:<12} tables p50 {:.2} ms p99 {:.2} ms, {} statements   / bare ({} statements) {:.2} {:.2}   / payload {:.3} {:.3} (p50 {:.1} ms; aim 0.1)",
        middle[0] * 1e3,
        late[0] * 1e3,
        statements[0],
        statements[1],
        middle[0] / middle[1],
        late[0] / late[1],
        middle[0] / middle[2],
        late[0] / late[2],
        middle[2] * 1e3,
    );
}

#[derive(Deserialize)]
struct Wanted {
    group: String,
    table: String,
    column: String,
}

/// The statements of the column profile itself, of the session and of the viewer; what the gate asks beyond that is the difference.
async fn bare_profile(State(state): State<AppState>, Query(wanted): Query<Wanted>, request: Request<Body>) -> Response {
    load_viewer(&state, request.headers()).await;
    settings::get(&state.db, "profile_table_reads_enabled")
        .await
        .expect("the store answers");
    let group = TableGroupId(wanted.group);
    let tables = column_reads::list_tables_named(&state.db, &group, &[wanted.table])
        .await
        .expect("tables");
    let runs = list_candidate_runs(&state.db, &group, Some(&tables[0].table_id), Candidates::Newest, 2)
        .await
        .expect("runs");
    let stored = column_reads::find_result_column(&state.db, &runs[0], &tables[0].table_id, &wanted.column)
        .await
        .expect("the store answers")
        .expect("the column");
    let anomalies = column_reads::list_column_anomalies(&state.db, &runs[0], &tables[0], &wanted.column)
        .await
        .expect("the store answers");
    Json(json!({ "column": stored.column, "anomalies": anomalies.len() })).into_response()
}

async fn count(file: &mut SqliteConnection, text: &'static str) -> i64 {
    sqlx::query(text).fetch_one(file).await.expect("a count").get(0)
}

/// Pages that hold something, in bytes.
async fn bytes_in_use(file: &mut SqliteConnection) -> u64 {
    let pages = count(file, "pragma page_count").await - count(file, "pragma freelist_count").await;
    (pages * count(file, "pragma page_size").await) as u64
}

/// Copies the first run so many times, under new ids and higher numbers. Each copy has contents of its own, as if all data had changed.
async fn copy_runs(file: &mut SqliteConnection, copies: usize) {
    for table in ["dq_profiles", "run_tables", "result_sets", "result_contents", "result_rows"] {
        let columns: Vec<String> = sqlx::query(sqlx::AssertSqlSafe(format!("select name from pragma_table_info('{table}')")))
            .fetch_all(&mut *file)
            .await
            .expect("the table's columns")
            .iter()
            .map(|row| row.get(0))
            .collect();
        let values: Vec<String> = columns
            .iter()
            .map(|column| match column.as_str() {
                "profile_run_id" => "'copy-' || n".to_owned(),
                "set_key" => "t.set_key + 1000 * n".to_owned(),
                "content_key" => "t.content_key + 100000 * n".to_owned(),
                "content_hash" => "random()".to_owned(),
                // After those that are stored; the one with the payload comes after the copies.
                "run_number" => "t.run_number + 1000 + n".to_owned(),
                other => format!("t.{other}"),
            })
            .collect();
        let first = "(select profile_run_id from dq_profiles where run_number = 1)";
        let of_first = match table {
            "result_contents" => format!(
                "t.content_key in (select r.content_key from result_rows r join result_sets s on s.set_key = r.set_key where s.profile_run_id = {first})"
            ),
            "result_rows" => format!("t.set_key in (select set_key from result_sets where profile_run_id = {first})"),
            _ => format!("t.profile_run_id = {first}"),
        };
        let text = format!(
            "with recursive copies(n) as (select 1 where {copies} > 0 union all select n + 1 from copies where n < {copies})
             insert into {table} ({}) select {} from copies join {table} t on {of_first}",
            columns.join(", "),
            values.join(", ")
        );
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(&mut *file).await.expect("copies");
    }
    // The counter goes on after them.
    sqlx::query("update counters set value = (select max(run_number) from dq_profiles) where name = 'run_number'")
        .execute(&mut *file)
        .await
        .expect("the counter");
    sqlx::query("analyze").execute(&mut *file).await.expect("statistics");
    // As SQLite does by itself between writes of usual size: what was written in one go is not read through a log as large as the database.
    sqlx::query("pragma wal_checkpoint(truncate)")
        .execute(file)
        .await
        .expect("a checkpoint");
}

/// Writes the last run as its results are told over HTTP, and names the file in the run; gives its length.
async fn write_payload(state: &AppState, file: &mut SqliteConnection, folder: &Path, profiled: &[(GroupTable, TableProfile)]) -> u64 {
    let run: String = sqlx::query("select profile_run_id from dq_profiles order by run_number desc limit 1")
        .fetch_one(&mut *file)
        .await
        .expect("the last run")
        .get(0);
    let findings = column_reads::list_run_anomalies(&state.db, &RunId(run.clone()))
        .await
        .expect("the store answers");
    let text = json!({
        "profile_run_id": run,
        "summary": { "profile_run_id": run, "status": "completed" },
        "tables": profiled.iter().map(|(table, profile)| payload_table(table, profile, &findings)).collect::<Vec<_>>(),
    })
    .to_string();
    let path = folder.join("payload.json");
    std::fs::write(&path, &text).expect("the payload is written");
    sqlx::query("update dq_profiles set payload_path = $1 where profile_run_id = $2")
        .bind(format!("file://{}", path.display()))
        .bind(&run)
        .execute(file)
        .await
        .expect("the run names it");
    text.len() as u64
}

fn payload_table(table: &GroupTable, profile: &TableProfile, findings: &[ProfileAnomaly]) -> Value {
    let of_table: Vec<&ProfileAnomaly> = findings.iter().filter(|finding| finding.table_name == profile.table_name).collect();
    let columns: Vec<Value> = profile
        .columns
        .iter()
        .map(|column| {
            let mut metrics = serde_json::to_value(column).expect("a column is JSON");
            let object = metrics.as_object_mut().expect("an object");
            let values: Vec<Value> = column
                .top_values
                .iter()
                .map(|top| json!({ "value": top.value, "count": top.count, "percentage": 100.0 * top.ratio }))
                .collect();
            let bins: Vec<Value> = column
                .histogram
                .iter()
                .map(|bin| {
                    let share = 100.0 * bin.count as f64 / column.row_count.max(1) as f64;
                    json!({ "label": bin.label, "lower": bin.lower, "upper": bin.upper, "count": bin.count, "percentage": share })
                })
                .collect();
            for told_elsewhere in ["column_name", "data_type", "general_type", "top_values", "histogram"] {
                object.remove(told_elsewhere);
            }
            json!({
                "column_id": format!("{}::{}", table.table_id, column.column_name).to_lowercase(),
                "column_name": column.column_name,
                "data_type": column.data_type,
                "general_type": column.general_type.letter(),
                "metrics": metrics,
                "top_values": values,
                "histogram": bins,
            })
        })
        .collect();
    json!({
        "table_id": table.table_id.as_str(),
        "schema_name": profile.schema_name,
        "table_name": profile.table_name,
        "metrics": { "row_count": profile.row_count, "column_count": profile.columns.len() },
        "columns": columns,
        "anomalies": of_table,
    })
}
