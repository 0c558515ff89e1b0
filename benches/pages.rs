//! The column page against a bare handler: same process, same database, same statements; one draws the page, the other writes the rows as JSON.
//!
//! Requests alternate in rounds, so that whatever else the machine does falls on both. Sent straight into the routers: no socket is measured.
use std::path::Path;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::Utc;
use limn::domain::address::TableAddress;
use limn::domain::audit::Actor;
use limn::domain::identifier::UserId;
use limn::domain::profile_run::{RunMode, RunTrigger};
use limn::domain::query::ColumnsQuery;
use limn::domain::user::Role;
use limn::engine::{self, Observer, ProfileOptions};
use limn::services::configuration::{Configuration, EngineSettings};
use limn::services::run_completion::{Completion, End, complete};
use limn::services::{access, connections};
use limn::state::AppState;
use limn::store::profile_runs::{self, NewRun};
use limn::store::{column_profiles, sessions::Sessions, tables, users};
use limn::{demo, startup};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_sessions::SessionStore;

/// Runs in the history of the table: what the page's strips show.
const RUNS: usize = 10;
const ROUNDS: usize = 40;
const REQUESTS_A_ROUND: usize = 25;

struct Quiet;

impl Observer for Quiet {
    fn progress(&self, _rows: u64, _bytes: u64) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

#[tokio::main]
async fn main() {
    let folder = std::env::temp_dir().join(format!("limn-page-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let state = open(&folder).await;
    let address = profile_sample(&state, &folder).await;
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

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Sends one request and reads the whole answer; gives its length.
async fn send(router: &Router, path: &str, cookie: &str) -> usize {
    let request = Request::builder()
        .uri(path)
        .header(header::HOST, "limn.test")
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, cookie)
        .body(Body::empty())
        .expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    axum::body::to_bytes(response.into_body(), 64 << 20).await.expect("a body").len()
}

#[derive(Deserialize)]
struct Wanted {
    connection: String,
    schema: String,
    table: String,
    column: String,
}

/// What the page needs from the database, and nothing else: session, viewer, the column with its table and history.
async fn bare_column(State(state): State<AppState>, Query(wanted): Query<Wanted>, request: Request<Body>) -> Response {
    let cookie = request
        .headers()
        .get(header::COOKIE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let session = cookie.trim_start_matches("limn=").parse().expect("the session's id");
    let session = Sessions::new(state.db.clone())
        .load(&session)
        .await
        .expect("the store answers")
        .expect("signed in");
    let user_id: UserId = serde_json::from_value(session.data["user_id"].clone()).expect("a user's id");
    users::viewer(&state.db, &user_id)
        .await
        .expect("the store answers")
        .expect("a viewer");
    let address = TableAddress {
        connection_id: limn::domain::identifier::ConnectionId(wanted.connection),
        schema_name: wanted.schema,
        table_name: wanted.table,
    };
    let detail = column_profiles::get_column_detail(&state.db, &address, &wanted.column, &ColumnsQuery::default())
        .await
        .expect("the store answers");
    axum::Json(detail).into_response()
}

async fn open(folder: &Path) -> AppState {
    let config = Configuration {
        listen: ([127, 0, 0, 1], 8750).into(),
        data_dir: folder.canonicalize().expect("the folder exists"),
        database_url: format!("sqlite:{}", folder.join("limn.db").display()),
        public_url: "http://limn.test".into(),
        source_roots: Vec::new(),
        secret_key_file: None,
        engine: EngineSettings {
            threads: 1,
            memory_bytes: 512 << 20,
            concurrent_runs: 1,
            deadline_ms: 600_000,
            lease_s: 30,
        },
    };
    let db = startup::open_database(&config.database_url).await.expect("a new database");
    startup::app_state(db, config, CancellationToken::new())
}

/// Writes the sample, profiles its orders once and stores that as several runs.
async fn profile_sample(state: &AppState, folder: &Path) -> TableAddress {
    let root = folder.join("sample");
    let today = Utc::now().date_naive();
    demo::write(&root, today, demo::DEFAULT_SEED).expect("the sample is written");
    let found = engine::discover(&root).expect("the sample is found");
    let location = root.to_str().expect("a plain path");
    let connection = connections::store_connection(&state.db, "Sample", location, &found, &Actor::limn())
        .await
        .expect("a connection");
    let group = &connection.groups[0].table_group_id;
    let orders = tables::list_group_tables(&state.db, group)
        .await
        .expect("tables")
        .into_iter()
        .find(|t| t.found.table_name == "orders")
        .expect("orders");
    let options = ProfileOptions {
        threads: 1,
        memory_bytes: 512 << 20,
        deadline_ms: 600_000,
        clock: Utc::now(),
    };
    let profile = engine::profile_table(&root, &orders.found, &options, &Quiet).expect("a profile");
    for _ in 0..RUNS {
        let mut tx = state.db.begin().await.expect("a transaction");
        let new = NewRun {
            table_group_id: group.clone(),
            mode: RunMode::Full,
            trigger: RunTrigger::Person,
            only_tables: Vec::new(),
            retry_of: None,
        };
        profile_runs::request_run(&mut tx, new, &Actor::limn()).await.expect("a run");
        tx.commit().await.expect("committed");
        let claimed = profile_runs::claim_next(&state.db, "bench", 30, 3)
            .await
            .expect("the store answers")
            .expect("a run to claim");
        assert!(
            profile_runs::mark_running(&state.db, &claimed.profile_run_id, claimed.attempt)
                .await
                .expect("the store answers")
        );
        let profiles = vec![(orders.table_id.clone(), profile.clone())];
        let completion = Completion {
            profile_run_id: claimed.profile_run_id,
            attempt: claimed.attempt,
            end: End::Finished,
            profiles,
            failed: Vec::new(),
        };
        complete(&state.db, &state.signals, &completion).await.expect("the run ends");
    }
    TableAddress {
        connection_id: connection.connection_id,
        schema_name: orders.found.schema_name,
        table_name: orders.found.table_name,
    }
}

/// Signs a person in; returns the cookie.
async fn come_in(state: &AppState, server: &Router) -> String {
    let user = access::create_person(&state.db, "ada", "", vec![Role::Admin], &Actor::limn())
        .await
        .expect("a person");
    let token = access::create_link(&state.db, Some(user.user_id), &Actor::limn())
        .await
        .expect("a link");
    let request = Request::builder()
        .method(Method::POST)
        .uri("/actions/accept-link")
        .header(header::HOST, "limn.test")
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("token={token}")))
        .expect("a request");
    let response = server.clone().oneshot(request).await.expect("an answer");
    let cookies = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let cookie = cookies
        .filter(|value| value.starts_with("limn="))
        .find_map(|value| value.split(';').next())
        .map(str::to_owned);
    cookie.expect("a session's cookie")
}
