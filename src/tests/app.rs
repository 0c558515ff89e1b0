//! A server in this process: the real router over a fresh database, and people who knock at it.

use std::path::Path;
use std::sync::Once;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use chrono::Utc;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::domain::address::{ROOT_SCHEMA, TableAddress};
use crate::domain::audit::Actor;
use crate::domain::connection::Connection;
use crate::domain::profile_run::{RunMode, RunTrigger};
use crate::domain::user::{Role, User};
use crate::engine::{self, Observer, ProfileOptions};
use crate::services::configuration::{ApiLimits, Configuration, EngineSettings};
use crate::services::run_completion::{Completion, End, complete};
use crate::services::{access, connections};
use crate::startup;
use crate::state::AppState;
use crate::store::profile_runs::{self, NewRun};
use crate::store::{Database, run_transitions, tables};
use crate::tests::api::description::is_described;

static EXECUTOR: Once = Once::new();

/// The server under test.
pub struct TestApp {
    pub state: AppState,
    pub router: Router,
    pub folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A reader that nobody watches.
struct Quiet;

impl Observer for Quiet {
    fn progress(&self, _rows: u64, _bytes: u64) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

impl TestApp {
    pub async fn new() -> Self {
        EXECUTOR.call_once(|| {
            let _ = any_spawner::Executor::init_tokio();
        });
        let folder = tempfile::tempdir().unwrap();
        let config = Configuration {
            listen: ([127, 0, 0, 1], 8750).into(),
            data_dir: folder.path().canonicalize().unwrap(),
            database_url: format!("sqlite:{}", folder.path().join("limn.db").display()),
            public_url: "http://limn.test".into(),
            source_roots: Vec::new(),
            secret_key_file: None,
            engine: EngineSettings {
                threads: 1,
                memory_bytes: 256 << 20,
                concurrent_runs: 1,
                deadline_ms: 60_000,
                lease_s: 30,
            },
            api: ApiLimits::NONE,
        };
        let db = startup::open_database(&config.database_url).await.unwrap();
        let state = startup::app_state(db, config, CancellationToken::new());
        let router = startup::app_router(state.clone());
        Self { state, router, folder }
    }

    pub fn db(&self) -> &Database {
        &self.state.db
    }

    /// Sends a request as a browser would.
    pub async fn send(&self, method: Method, path: &str, cookie: &str, form: Option<&str>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "limn.test")
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookie);
        if form.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        self.send_request(request.body(Body::from(form.unwrap_or_default().to_owned())).unwrap())
            .await
    }

    /// Sends any request. Whatever the API answers, its document has to say that it may.
    pub async fn send_request(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert!(
            is_described(&method, &path, response.status()),
            "{method} {path} answers {}, which the document of the API does not say",
            response.status()
        );
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Method::GET, path, cookie, None).await
    }

    pub async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        self.send(Method::POST, path, cookie, Some(form)).await
    }

    /// Raises an alert as another program does; gives the address of its page.
    pub async fn raise_alert(&self) -> String {
        let mut tx = self.db().begin().await.unwrap();
        let raised = crate::store::alert_raises::Raised {
            source_type: "loader",
            source_ref: "night",
            severity: crate::domain::anomaly::Severity::High,
            title: "The load is late",
            details: "It should have ended at six.",
            table_group_id: None,
        };
        let id = crate::store::alert_raises::raise(&mut tx, &raised, &Actor::limn()).await.unwrap();
        tx.commit().await.unwrap();
        format!("/alerts/{id}")
    }

    /// Makes a person and signs him in by a one-time link; returns his cookie.
    pub async fn come_in(&self, name: &str, roles: &[Role]) -> (User, String) {
        let user = access::create_person(self.db(), name, "", roles.to_vec(), &Actor::limn())
            .await
            .unwrap();
        let token = access::create_link(self.db(), Some(user.user_id.clone()), &Actor::limn())
            .await
            .unwrap();
        let answer = self.post("/actions/accept-link", "", &format!("token={token}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        (user, session_cookie(&answer))
    }

    /// Connects a folder.
    pub async fn connect(&self, name: &str, folder: &Path) -> Connection {
        let found = engine::discover(folder).unwrap();
        connections::store_connection(self.db(), name, folder.to_str().unwrap(), &found, &Actor::limn())
            .await
            .unwrap()
    }

    /// Profiles all tables of a connection in this process, ended by the completer; returns the run's number.
    pub async fn profile(&self, connection: &Connection) -> i64 {
        let group = &connection.groups[0].table_group_id;
        let mut tx = self.db().begin().await.unwrap();
        let new = NewRun {
            table_group_id: group.clone(),
            mode: RunMode::Full,
            trigger: RunTrigger::Person,
            only_tables: Vec::new(),
            retry_of: None,
        };
        let requested = profile_runs::request_run(&mut tx, new, &Actor::limn()).await.unwrap();
        tx.commit().await.unwrap();
        let claimed = run_transitions::claim_next(self.db(), "test", 30, 3).await.unwrap().unwrap();
        assert!(
            run_transitions::mark_running(self.db(), &claimed.profile_run_id, claimed.attempt)
                .await
                .unwrap()
        );
        let root = Path::new(&connection.location);
        let found = engine::discover(root).unwrap();
        let mut tx = self.db().begin().await.unwrap();
        tables::replace_found_tables(&mut tx, group, &found, &Actor::limn()).await.unwrap();
        tx.commit().await.unwrap();
        let options = ProfileOptions {
            threads: 1,
            memory_bytes: 256 << 20,
            deadline_ms: 60_000,
            clock: Utc::now(),
        };
        let planned = tables::list_group_tables(self.db(), group).await.unwrap();
        let profiles = planned
            .into_iter()
            .map(|table| (table.table_id, engine::profile_table(root, &table.found, &options, &Quiet).unwrap()))
            .collect();
        let mut completion = Completion {
            profile_run_id: claimed.profile_run_id,
            attempt: claimed.attempt,
            end: End::Finished,
            profiles,
            states: Vec::new(),
            failed: Vec::new(),
        };
        complete(self.db(), &self.state.signals, &mut completion).await.unwrap();
        requested.number
    }

    /// A small shop: two tables, one with odd names.
    pub async fn shop(&self) -> (Connection, TableAddress) {
        let folder = self.folder.path().join("shop");
        std::fs::create_dir_all(&folder).unwrap();
        let mut orders = String::from("order_id,amount,status,placed on,paid\n");
        for id in 0..500 {
            let amount = if id % 10 == 0 {
                String::new()
            } else {
                format!("{}.{:02}", id % 97, id % 100)
            };
            orders += &format!(
                "{id},{amount},{},2026-{:02}-{:02},{}\n",
                ["new", "sent", "Done"][id % 3],
                id % 12 + 1,
                id % 28 + 1,
                id % 2 == 0
            );
        }
        std::fs::write(folder.join("orders.csv"), orders).unwrap();
        std::fs::write(
            folder.join("a <b> & 'c'.csv"),
            "\"<script>alert(1)</script>\",x\n\"</script><img src=x>\",1\nplain,2\n",
        )
        .unwrap();
        let connection = self.connect("Shop", &folder.canonicalize().unwrap()).await;
        self.profile(&connection).await;
        let address = TableAddress {
            connection_id: connection.connection_id.clone(),
            schema_name: ROOT_SCHEMA.into(),
            table_name: "orders".into(),
        };
        (connection, address)
    }
}

/// The session's cookie of an answer.
pub fn session_cookie(answer: &Answer) -> String {
    answer
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find(|value| value.starts_with("limn="))
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .to_owned()
}
