//! Wiring: log, database, worker, background loops, routes; and the orderly end.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use leptos::config::LeptosOptions;
use leptos_axum::{AxumRouteListing, generate_route_list};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing_subscriber::EnvFilter;

use crate::app::{App, shell};
use crate::domain::audit::Actor;
use crate::http::router::{self, Pages};
use crate::http::server;
use crate::services::configuration::Configuration;
use crate::services::rate_limits::RateLimits;
use crate::services::run_signals::RunSignals;
use crate::services::run_worker::RunWorker;
use crate::services::{access, background, retention};
use crate::state::AppState;
use crate::store::{Database, users};

/// Listed once, before anything is served: listing while a page is drawn makes that page hang.
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// Runs in hand may take this long to hand themselves back.
const RELEASE_WITHIN: Duration = Duration::from_secs(10);

/// Starts the log on stderr.
pub fn start_log(level: &str) -> Result<(), String> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(text) if !text.is_empty() => EnvFilter::try_new(text),
        _ => EnvFilter::try_new(format!("warn,limn={level}")),
    };
    let filter = filter.map_err(|error| format!("LIMN_LOG or RUST_LOG cannot be read: {error}"))?;
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init()
        .map_err(|error| error.to_string())
}

/// Runs a future on a runtime of its own.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime cannot start: {error}"))?;
    let output = runtime.block_on(future);
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(output)
}

/// Opens the control database and brings its schema up to date.
pub async fn open_database(url: &str) -> Result<Database, String> {
    let db = Database::connect(url)
        .await
        .map_err(|error| format!("the control database cannot be opened: {error}"))?;
    db.migrate()
        .await
        .map_err(|error| format!("the control database cannot be brought up to date: {error}"))?;
    Ok(db)
}

/// The state of a server, for the program and for tests.
pub fn app_state(db: Database, config: Configuration, stop: CancellationToken) -> AppState {
    let leptos = LeptosOptions::builder()
        .output_name("limn")
        .site_pkg_dir(crate::assets::folder())
        .site_addr(config.listen)
        .build();
    AppState {
        db,
        limits: RateLimits::new(config.api),
        config: Arc::new(config),
        signals: RunSignals::default(),
        leptos,
        stop,
    }
}

/// All routes with their layers.
pub fn app_router(state: AppState) -> axum::Router {
    router::build(
        state,
        Pages {
            routes: ROUTES.clone(),
            shell,
        },
    )
}

/// Serves until a signal says stop.
pub async fn serve(mut config: Configuration) -> Result<(), String> {
    let db = open_database(&config.database_url).await?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        format!(
            "{} cannot be listened on: {error}; choose another with --listen or LIMN_LISTEN",
            config.listen
        )
    })?;
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    config.listen = bound;
    if config.public_url.is_empty() {
        config.public_url = format!("http://{}", reachable(bound));
    }
    let stop = CancellationToken::new();
    let state = app_state(db.clone(), config, stop.clone());
    let router = app_router(state.clone());
    let runs = TaskTracker::new();
    let worker = RunWorker {
        db: db.clone(),
        config: state.config.clone(),
        signals: state.signals.clone(),
        worker_id: uuid::Uuid::now_v7().to_string(),
        stop: stop.clone(),
        tasks: runs.clone(),
    };
    let background = TaskTracker::new();
    background.spawn(worker.serve());
    background.spawn(background::relay_outbox(db.clone(), state.signals.clone(), stop.clone()));
    background.spawn(background::sweep_sessions(db.clone(), stop.clone()));
    background.spawn(retention::sweep_old_runs(db.clone(), stop.clone()));
    announce(&db, &state.config.public_url).await?;
    tokio::spawn(stop_on_signal(stop.clone()));
    server::serve(listener, router, stop).await;
    runs.close();
    background.close();
    let handed_back = async {
        background.wait().await;
        runs.wait().await;
    };
    if tokio::time::timeout(RELEASE_WITHIN, handed_back).await.is_err() {
        tracing::warn!("A run could not be handed back in time; its lease will run out");
    }
    tracing::info!("Limn has stopped");
    Ok(())
}

/// Prints the one address; while nobody exists it carries the one-time link of the first administrator.
async fn announce(db: &Database, public_url: &str) -> Result<(), String> {
    let nobody = users::count_users(db).await.map_err(|error| error.to_string())? == 0;
    if nobody {
        let token = access::create_link(db, None, &Actor::limn())
            .await
            .map_err(|error| error.to_string())?;
        println!(
            "Limn is ready. Open this one-time link (it works once, for 24 hours):\n\n  {}\n",
            link_url(public_url, &token)
        );
    } else {
        println!("Limn is ready: {public_url}/");
    }
    Ok(())
}

/// The address of a one-time link.
pub fn link_url(public_url: &str, token: &str) -> String {
    format!("{}/welcome/{token}", public_url.trim_end_matches('/'))
}

/// An address that a browser on this machine can open.
fn reachable(bound: SocketAddr) -> SocketAddr {
    if bound.ip().is_unspecified() {
        SocketAddr::from(([127, 0, 0, 1], bound.port()))
    } else {
        bound
    }
}

/// Waits for Ctrl-C or a polite end.
async fn stop_on_signal(stop: CancellationToken) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM cannot be heard");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    tracing::info!("Limn is stopping");
    stop.cancel();
}
