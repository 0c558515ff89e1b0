//! The column page against a bare handler: same process, same database, same statements; one draws the page, the other writes the rows as JSON.
//!
//! Requests alternate in rounds, so that whatever else the machine does falls on both. Sent straight into the routers: no socket is measured.
mod installation;

use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use installation::{come_in, load_viewer, median, open, profile_sample, send, store_run};
use limn::domain::address::TableAddress;
use limn::domain::query::ColumnsQuery;
use limn::startup;
use limn::state::AppState;
use limn::store::anomalies::list_findings;
use limn::store::column_profiles;
use serde::Deserialize;

/// Runs in the history of the table: what the page's strips show.
const RUNS: usize = 10;
const ROUNDS: usize = 40;
const REQUESTS_A_ROUND: usize = 25;

#[tokio::main]
async fn main() {
    let folder = std::env::temp_dir().join(format!("limn-page-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let state = open(&folder).await;
    let (connection, profiled) = profile_sample(&state, &folder, &["orders"]).await;
    for _ in 0..RUNS {
        store_run(&state, &connection, &profiled).await;
    }
    let orders = profiled[0].0.found.clone();
    let address = TableAddress {
        connection_id: connection.connection_id,
        schema_name: orders.schema_name,
        table_name: orders.table_name,
    };
    let server = startup::app_router(state.clone());
    let cookie = come_in(&state, &server).await;
    let bare = Router::new().route("/bare", get(bare_column)).with_state(state.clone());

    println!(
        "column page against a bare handler, {} requests each, {RUNS} runs of history",
        ROUNDS * REQUESTS_A_ROUND
    );
    let mut worst: f64 = 0.0;
    for column in ["order_id", "status", "ordered_at", "total", "is_gift"] {
        if let Some(ratio) = compare(&state, &server, &bare, &cookie, &address, column).await {
            worst = worst.max(ratio);
        }
    }
    std::fs::remove_dir_all(&folder).expect("the temporary folder goes away");
    assert!(worst > 0.0, "none of the columns is in the sample");
    println!("worst ratio {worst:.2}, aim under 2");
}

/// Times both handlers for one column and prints the ratio; `None` where the sample has no such column.
async fn compare(state: &AppState, server: &Router, bare: &Router, cookie: &str, address: &TableAddress, column: &str) -> Option<f64> {
    let found = column_profiles::get_column_detail(&state.db, address, column, &ColumnsQuery::default())
        .await
        .expect("the store answers");
    found.as_ref()?;
    let page = format!("{}/columns/{column}", address.path());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("connection", address.connection_id.as_str())
        .append_pair("schema", &address.schema_name)
        .append_pair("table", &address.table_name)
        .append_pair("column", column)
        .finish();
    let rows = format!("/bare?{query}");

    let statements = |before: u64| state.db.statement_count() - before;
    let before = state.db.statement_count();
    let page_bytes = send(server, &page, cookie).await;
    let page_statements = statements(before);
    let before = state.db.statement_count();
    let row_bytes = send(bare, &rows, cookie).await;
    let bare_statements = statements(before);
    assert_eq!(page_statements, bare_statements, "both run the same statements");

    let (mut drawn, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (router, path, times) in [(server, &page, &mut drawn), (bare, &rows, &mut plain)] {
            for _ in 0..REQUESTS_A_ROUND {
                let began = Instant::now();
                send(router, path, cookie).await;
                times.push(began.elapsed());
            }
        }
    }
    let (drawn, plain) = (median(&mut drawn), median(&mut plain));
    let ratio = drawn.as_secs_f64() / plain.as_secs_f64();
    println!(
        "{column:<14} page {drawn:>9.1?} ({page_bytes} bytes)   bare {plain:>9.1?} ({row_bytes} bytes)   {page_statements} statements   ratio {ratio:.2}"
    );
    Some(ratio)
}

#[derive(Deserialize)]
struct Wanted {
    connection: String,
    schema: String,
    table: String,
    column: String,
}

/// What the page needs from the database, and nothing else: session, viewer, the column with its table and history, what was found.
async fn bare_column(State(state): State<AppState>, Query(wanted): Query<Wanted>, request: Request<Body>) -> Response {
    load_viewer(&state, request.headers()).await;
    let address = TableAddress {
        connection_id: limn::domain::identifier::ConnectionId(wanted.connection),
        schema_name: wanted.schema,
        table_name: wanted.table,
    };
    let detail = column_profiles::get_column_detail(&state.db, &address, &wanted.column, &ColumnsQuery::default())
        .await
        .expect("the store answers");
    let shown = detail
        .as_ref()
        .and_then(|detail| Some((&detail.table.run.as_ref()?.profile_run_id, &detail.table.summary.table_id)));
    let findings = match shown {
        Some((run, table)) => list_findings(&state.db, run, Some(table), 500).await.expect("the store answers"),
        None => Vec::new(),
    };
    axum::Json((detail, findings)).into_response()
}
