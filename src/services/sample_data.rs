//! The first click of a newcomer: write the sample data, connect their folder, start a run.

use tokio::sync::Mutex;

use super::access;
use super::configuration::Configuration;
use super::connections::{discover, store_connection};
use super::error::AppError;
use super::run_launch::{LaunchRequest, LaunchedRun, launch};
use super::run_signals::RunSignals;
use crate::demo;
use crate::domain::address::{ROOT_SCHEMA, TableAddress};
use crate::domain::connection::Connection;
use crate::domain::profile_run::{RunMode, RunTrigger};
use crate::domain::user::{Permission, Viewer};
use crate::engine::SourceRoot;
use crate::store::{Database, connections};

/// Name of the connection that holds the sample data.
pub const SAMPLE_CONNECTION: &str = "Retail sample";
/// The table that a newcomer sees first.
const FIRST_TABLE: &str = "orders";
/// Rows are the same on every machine.
pub const SAMPLE_SEED: u64 = 1;

/// Writing takes seconds; a second click waits for the first and finds what it made.
static WRITING: Mutex<()> = Mutex::const_new(());

/// Writes the data once, connects them once, and starts a run. Goes on when the browser that asked has gone away.
pub async fn profile_sample(
    db: &Database,
    config: &Configuration,
    signals: &RunSignals,
    viewer: &Viewer,
) -> Result<(LaunchedRun, TableAddress), AppError> {
    access::require(viewer, Permission::Configure)?;
    let (db, config, signals, viewer) = (db.clone(), config.clone(), signals.clone(), viewer.clone());
    tokio::spawn(async move { make_and_launch(&db, &config, &signals, &viewer).await })
        .await
        .map_err(AppError::internal)?
}

/// Everything behind the click.
async fn make_and_launch(
    db: &Database,
    config: &Configuration,
    signals: &RunSignals,
    viewer: &Viewer,
) -> Result<(LaunchedRun, TableAddress), AppError> {
    let writing = WRITING.lock().await;
    let connection = match find_sample(db, config).await? {
        Some(connection) => connection,
        None => make_sample(db, config, viewer).await?,
    };
    drop(writing);
    let group = connection
        .groups
        .first()
        .ok_or_else(|| AppError::internal("the sample connection has no group"))?;
    let request = LaunchRequest {
        table_group_id: group.table_group_id.clone(),
        only_tables: Vec::new(),
        trigger: RunTrigger::Person,
        mode: RunMode::Partial,
        retry_of: None,
    };
    let run = launch(db, signals, viewer, request).await?;
    let address = TableAddress {
        connection_id: connection.connection_id,
        schema_name: ROOT_SCHEMA.into(),
        table_name: FIRST_TABLE.into(),
    };
    Ok((run, address))
}

/// The connection to the sample folder, if it exists.
async fn find_sample(db: &Database, config: &Configuration) -> Result<Option<Connection>, AppError> {
    let folder = config.sample_folder();
    Ok(connections::list_connections(db)
        .await?
        .into_iter()
        .find(|connection| std::path::Path::new(&connection.location) == folder))
}

/// Writes files into a folder beside the final one, and moves it when it is whole; what a crash left there is written over.
async fn make_sample(db: &Database, config: &Configuration, viewer: &Viewer) -> Result<Connection, AppError> {
    let folder = config.sample_folder();
    if !tokio::fs::try_exists(&folder).await.map_err(AppError::internal)? {
        let unfinished = config.data_dir.join("sample.unfinished");
        let target = unfinished.clone();
        let today = chrono::Utc::now().date_naive();
        tokio::task::spawn_blocking(move || demo::write(&target, today, SAMPLE_SEED))
            .await
            .map_err(AppError::internal)?
            .map_err(AppError::internal)?;
        tokio::fs::rename(&unfinished, &folder).await.map_err(AppError::internal)?;
    }
    let found = discover(&SourceRoot::from(&folder)).await?;
    let location = folder.to_str().ok_or_else(|| {
        AppError::refused(
            "The data folder cannot be used",
            "Its path is not valid UTF-8; set LIMN_DATA_DIR to another.",
        )
    })?;
    store_connection(db, SAMPLE_CONNECTION, location, &found, &access::actor(viewer)).await
}
