//! Passwords of connections: sealed in the store, opened only on the way to the engine's child process.
//!
//! While a connection is being made its password waits as a draft, bound to the person and the address it was typed for:
//! sent to another address it does not open.

use std::collections::BTreeSet;

use super::configuration::Configuration;
use super::error::AppError;
use super::secrets::{SecretError, SecretKeys};
use crate::domain::audit::Actor;
use crate::domain::connection::{Connection, ConnectionKind};
use crate::domain::identifier::ConnectionId;
use crate::domain::secret::Secret;
use crate::domain::user::Viewer;
use crate::engine::{PostgresTarget, SourceRoot};
use crate::store::{Database, Transaction, settings};

/// Keeps a typed password until its connection is made.
pub async fn keep_draft(
    tx: &mut Transaction,
    config: &Configuration,
    viewer: &Viewer,
    address: &str,
    secret: &Secret,
    actor: &Actor,
) -> Result<(), AppError> {
    let sealed = keys(config)?
        .seal(&draft_place(viewer, address), secret)
        .map_err(AppError::internal)?;
    settings::set(tx, &draft_key(viewer), &sealed, actor).await?;
    Ok(())
}

/// The password that this person typed for this address, if any.
pub async fn find_draft(db: &Database, config: &Configuration, viewer: &Viewer, address: &str) -> Result<Option<Secret>, AppError> {
    let Some(sealed) = settings::get(db, &draft_key(viewer)).await?.filter(|sealed| !sealed.is_empty()) else {
        return Ok(None);
    };
    // One that was typed for another address does not open, and is as good as none.
    Ok(keys(config)?.open(&draft_place(viewer, address), &sealed).ok())
}

/// Forgets the draft.
pub async fn forget_draft(tx: &mut Transaction, viewer: &Viewer, actor: &Actor) -> Result<(), AppError> {
    settings::set(tx, &draft_key(viewer), "", actor).await?;
    Ok(())
}

/// Keeps the password of a connection.
pub async fn keep_password(
    tx: &mut Transaction,
    config: &Configuration,
    id: &ConnectionId,
    address: &str,
    secret: &Secret,
    actor: &Actor,
) -> Result<(), AppError> {
    let sealed = keys(config)?
        .seal(&connection_place(id, address), secret)
        .map_err(AppError::internal)?;
    settings::set(tx, &connection_key(id), &sealed, actor).await?;
    Ok(())
}

/// Forgets the password of a connection that is removed, or whose address needs none.
pub async fn forget_password(tx: &mut Transaction, id: &ConnectionId, actor: &Actor) -> Result<(), AppError> {
    settings::remove(tx, &connection_key(id), actor).await?;
    Ok(())
}

/// The connections for which a password is kept.
pub async fn list_kept(db: &Database) -> Result<BTreeSet<ConnectionId>, AppError> {
    let prefix = connection_key(&ConnectionId::default());
    let keys = settings::list_keys(db, &prefix).await?;
    Ok(keys
        .iter()
        .filter_map(|key| key.strip_prefix(&prefix))
        .map(ConnectionId::from)
        .collect())
}

/// Where a connection's tables are read from, its password included.
pub async fn open_root(db: &Database, config: &Configuration, connection: &Connection) -> Result<SourceRoot, AppError> {
    let sealed = match connection.kind {
        ConnectionKind::Postgres => settings::get(db, &connection_key(&connection.connection_id)).await?,
        ConnectionKind::Folder | ConnectionKind::Sqlite => None,
    };
    let sealed = sealed.filter(|sealed| !sealed.is_empty());
    root_of(
        config,
        &connection.connection_id,
        connection.kind,
        &connection.location,
        sealed.as_deref(),
    )
}

/// The same where the sealed password has been read already.
pub fn root_of(
    config: &Configuration,
    id: &ConnectionId,
    kind: ConnectionKind,
    location: &str,
    sealed: Option<&str>,
) -> Result<SourceRoot, AppError> {
    Ok(match kind {
        ConnectionKind::Folder => SourceRoot::Folder(location.into()),
        ConnectionKind::Sqlite => SourceRoot::Sqlite(location.into()),
        ConnectionKind::Postgres => {
            let opened = sealed.map(|sealed| keys(config)?.open(&connection_place(id, location), sealed).map_err(unopened));
            SourceRoot::Postgres(PostgresTarget::new(location, opened.transpose()?))
        }
    })
}

fn unopened(error: SecretError) -> AppError {
    AppError::refused("The connection's password cannot be opened", error.to_string())
}

fn keys(config: &Configuration) -> Result<SecretKeys, AppError> {
    SecretKeys::load(config).map_err(|error| AppError::refused("Passwords cannot be kept", error.to_string()))
}

fn draft_key(viewer: &Viewer) -> String {
    format!("connection_draft_password:{}", viewer.user.user_id)
}

fn draft_place(viewer: &Viewer, address: &str) -> String {
    format!("draft:{}:{address}", viewer.user.user_id)
}

fn connection_key(id: &ConnectionId) -> String {
    format!("connection_password:{id}")
}

/// Bound to the address too: a password opens for the server that it was given for, and for no other.
fn connection_place(id: &ConnectionId, address: &str) -> String {
    format!("connection:{id}:{address}")
}
