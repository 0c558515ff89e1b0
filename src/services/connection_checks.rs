//! The test of a connection before it is kept: what this server can say itself, then what a child process finds at the source.

use std::path::PathBuf;

use super::configuration::Configuration;
use super::error::AppError;
use super::worker_process;
use crate::domain::connection::{CheckStep, ConnectionCheck, ConnectionKind};
use crate::domain::connection_draft::ConnectionDraft;
use crate::domain::secret::Secret;
use crate::engine::{PostgresTarget, SourceRoot};

/// What a test that passed found: where to read, and what to keep of it.
#[derive(Clone, Debug)]
pub struct Reachable {
    /// For the engine.
    pub root: SourceRoot,
    /// For the store: a path, or an address without a password.
    pub location: String,
}

/// The steps of a test by kind, in order.
pub fn steps_of(kind: ConnectionKind) -> &'static [&'static str] {
    match kind {
        ConnectionKind::Folder => &["Path is absolute", "Folder exists", "Limn may read it", "Tables are found"],
        ConnectionKind::Sqlite => &[
            "Path is absolute",
            "File exists",
            "Limn may read it",
            "It is a SQLite file",
            "Limn only reads",
            "Tables are found",
        ],
        ConnectionKind::Postgres => &[
            "Address is complete",
            "Server is found",
            "Server answers",
            "Sign-in works",
            "Limn only reads",
            "Tables are found",
        ],
    }
}

/// Tries a connection in steps that stop at the first failure.
pub async fn check_connection(
    config: &Configuration,
    draft: &ConnectionDraft,
    password: Option<Secret>,
) -> (ConnectionCheck, Option<Reachable>) {
    let mut check = ConnectionCheck {
        steps: Vec::new(),
        tables: Vec::new(),
    };
    let prepared = match draft.kind {
        ConnectionKind::Folder => prepare_path(config, draft, &mut check, true).await,
        ConnectionKind::Sqlite => prepare_path(config, draft, &mut check, false).await,
        ConnectionKind::Postgres => prepare_address(config, draft, password, &mut check),
    };
    let Some(reachable) = prepared else { return (check, None) };
    match worker_process::check_source(&reachable.root).await {
        Ok(found) => {
            check.steps.extend(found.steps);
            check.tables = found.tables;
        }
        Err(error) => {
            // A refusal tells what to do; anything else is logged where it is shown.
            let message = match &error {
                AppError::Refused { detail, .. } => detail.clone(),
                other => other.detail(),
            };
            step(&mut check, "Tables are found", Err(message));
        }
    }
    if draft.kind == ConnectionKind::Folder && check.passed() {
        let outcome = match check.tables.len() {
            0 => Err(
                "No data file lies in it: .parquet .csv .tsv .jsonl .ndjson .json .arrow .feather, texts also as .gz and .zst.".to_owned(),
            ),
            1 => Ok("1 table".to_owned()),
            count => Ok(format!("{count} tables")),
        };
        step(&mut check, "Tables are found", outcome);
    }
    let passed = check.passed();
    (check, passed.then_some(reachable))
}

/// A path on this server: absolute, there, of the right kind, and within what may be read.
async fn prepare_path(config: &Configuration, draft: &ConnectionDraft, check: &mut ConnectionCheck, is_folder: bool) -> Option<Reachable> {
    let what = if is_folder { "folder" } else { "file" };
    let exists = if is_folder { "Folder exists" } else { "File exists" };
    let path = PathBuf::from(draft.location.trim());
    let absolute = if path.is_absolute() {
        Ok(path.display().to_string())
    } else {
        Err(format!("Give the whole path of a {what} on the server, beginning with /."))
    };
    if !step(check, "Path is absolute", absolute) {
        return None;
    }
    let found = match tokio::fs::canonicalize(&path).await {
        Ok(found) if found.is_dir() == is_folder && (is_folder || found.is_file()) => Ok(found),
        Ok(_) if is_folder => Err("This is a file. Give the folder that holds it.".to_owned()),
        Ok(_) => Err("This is no regular file. Give the SQLite file itself.".to_owned()),
        Err(error) => Err(format!("{error}. Check the spelling, and that the server's user may read it.")),
    };
    let canonical = match found {
        Ok(canonical) => canonical,
        Err(message) => {
            step(check, exists, Err(message));
            return None;
        }
    };
    step(check, exists, Ok(canonical.display().to_string()));
    let folder = if is_folder { canonical.as_path() } else { canonical.parent()? };
    let allowed = if config.allows_source(folder) {
        Ok("Inside the folders that Limn may read.".to_owned())
    } else if config.source_roots.is_empty() {
        Err(format!(
            "Limn listens beyond this machine, so the folders it may read must be named: set LIMN_SOURCE_ROOTS={} and start again.",
            folder.display()
        ))
    } else {
        Err("Outside the folders named by LIMN_SOURCE_ROOTS. Add it there and start again.".to_owned())
    };
    if !step(check, "Limn may read it", allowed) {
        return None;
    }
    let Some(location) = canonical.to_str().map(str::to_owned) else {
        let message = "Its name is not valid UTF-8. Rename it, or link it under another name.";
        step(check, "Limn may read it", Err(message.to_owned()));
        return None;
    };
    let root = if is_folder {
        SourceRoot::Folder(canonical)
    } else {
        SourceRoot::Sqlite(canonical)
    };
    Some(Reachable { root, location })
}

/// An address of a server.
fn prepare_address(
    config: &Configuration,
    draft: &ConnectionDraft,
    password: Option<Secret>,
    check: &mut ConnectionCheck,
) -> Option<Reachable> {
    let name = "Address is complete";
    if draft.host.starts_with('/') && !config.listen.ip().is_loopback() {
        let message = "A socket of this machine may be named only while Limn listens on this machine alone. Name a host.";
        step(check, name, Err(message.to_owned()));
        return None;
    }
    match draft.postgres_address() {
        Ok(location) => {
            step(check, name, Ok(format!("{} on {}, as {}", draft.database, draft.host, draft.user)));
            let root = SourceRoot::Postgres(PostgresTarget::new(&location, password));
            Some(Reachable { root, location })
        }
        Err(message) => {
            step(check, name, Err(message));
            None
        }
    }
}

/// Adds a step and says whether it passed.
fn step(check: &mut ConnectionCheck, name: &str, outcome: Result<String, String>) -> bool {
    let passed = outcome.is_ok();
    check.steps.push(CheckStep {
        name: name.into(),
        passed,
        message: outcome.unwrap_or_else(|message| message),
    });
    passed
}
