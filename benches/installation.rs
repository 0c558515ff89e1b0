//! What both benchmarks begin with: a server over a new database, the sample profiled once and stored as several runs, and somebody signed in.
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::Utc;
use limn::domain::audit::Actor;
use limn::domain::connection::Connection;
use limn::domain::identifier::UserId;
use limn::domain::profile_run::{RunMode, RunTrigger};
use limn::domain::table_profile::TableProfile;
use limn::domain::user::Role;
use limn::engine::{self, Observer, ProfileOptions};
use limn::services::configuration::{ApiLimits, Configuration, EngineSettings};
use limn::services::run_completion::{Completion, End, complete};
use limn::services::{access, connections};
use limn::state::AppState;
use limn::store::profile_runs::{self, NewRun};
use limn::store::sessions::Sessions;
use limn::store::tables::{self, GroupTable};
use limn::store::users;
use limn::{demo, startup};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_sessions::SessionStore;

struct Quiet;

impl Observer for Quiet {
    fn progress(&self, _rows: u64, _bytes: u64) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// The median of some times, which are sorted on the way.
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Sends one request and reads the whole answer; gives its length.
pub async fn send(router: &Router, path: &str, cookie: &str) -> usize {
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

/// A server's state over a new SQLite database in the folder.
pub async fn open(folder: &Path) -> AppState {
    let config = Configuration {
        listen: ([127, 0, 0, 1], 8750).into(),
        data_dir: folder.canonicalize().expect("the folder exists"),
        database_url: format!("sqlite:{}", folder.join("limn.db").display()),
        public_url: "http://limn.test".into(),
        source_roots: Vec::new(),
        secret_key_file: None,
        api: ApiLimits::NONE,
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

/// Writes the sample and profiles the tables of these names; all of them for an empty list. Nothing is stored of it yet.
pub async fn profile_sample(state: &AppState, folder: &Path, names: &[&str]) -> (Connection, Vec<(GroupTable, TableProfile)>) {
    let root = folder.join("sample");
    let today = Utc::now().date_naive();
    demo::write(&root, today, demo::DEFAULT_SEED).expect("the sample is written");
    let found = engine::discover(&root).expect("the sample is found");
    let location = root.to_str().expect("a plain path");
    let connection = connections::store_connection(&state.db, "Sample", location, &found, &Actor::limn())
        .await
        .expect("a connection");
    let options = profile_options();
    let tables = tables::list_group_tables(&state.db, &connection.groups[0].table_group_id)
        .await
        .expect("tables");
    let profiled = tables
        .into_iter()
        .filter(|table| names.is_empty() || names.contains(&table.found.table_name.as_str()))
        .map(|table| {
            let profile = engine::profile_table(&root, &table.found, &options, &Quiet).expect("a profile");
            (table, profile)
        })
        .collect();
    (connection, profiled)
}

/// Profiles the same tables in another sample: of some days before, or of other chances. Nothing is stored of it yet.
#[allow(dead_code, reason = "one of the two benchmarks measures what is stored")]
pub fn profile_again(
    folder: &Path,
    profiled: &[(GroupTable, TableProfile)],
    days_before: u64,
    seed_after: u64,
) -> Vec<(GroupTable, TableProfile)> {
    let root = folder.join("again");
    let day = Utc::now().date_naive() - chrono::Days::new(days_before);
    demo::write(&root, day, demo::DEFAULT_SEED + seed_after).expect("the sample is written");
    let profiles = profiled.iter().map(|(table, _)| {
        let profile = engine::profile_table(&root, &table.found, &profile_options(), &Quiet).expect("a profile");
        (table.clone(), profile)
    });
    profiles.collect()
}

fn profile_options() -> ProfileOptions {
    ProfileOptions {
        threads: 1,
        memory_bytes: 512 << 20,
        deadline_ms: 600_000,
        clock: Utc::now(),
    }
}

/// Stores the profiles as one more completed run of the connection's group.
pub async fn store_run(state: &AppState, connection: &Connection, profiled: &[(GroupTable, TableProfile)]) {
    let mut tx = state.db.begin().await.expect("a transaction");
    let new = NewRun {
        table_group_id: connection.groups[0].table_group_id.clone(),
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
    let completion = Completion {
        profile_run_id: claimed.profile_run_id,
        attempt: claimed.attempt,
        end: End::Finished,
        profiles: profiled
            .iter()
            .map(|(table, profile)| (table.table_id.clone(), profile.clone()))
            .collect(),
        failed: Vec::new(),
        states: Default::default(),
    };
    complete(&state.db, &state.signals, &completion).await.expect("the run ends");
}

/// Signs a person in; returns the cookie.
pub async fn come_in(state: &AppState, server: &Router) -> String {
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

/// What the gate reads of whoever asks, in its statements: the session and the person.
pub async fn load_viewer(state: &AppState, headers: &HeaderMap) {
    let cookie = headers
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
}
