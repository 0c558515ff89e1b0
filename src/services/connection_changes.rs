//! Changing and removing a connection. Another address or password is tested first; a kept password stays only for the
//! server and role that it was given for.

use super::configuration::Configuration;
use super::connection_checks::check_connection;
use super::connections::{check_name, draft_password, find_project_of, in_group, refused_by};
use super::error::{AppError, require_name};
use super::first_runs::{self, Activation};
use super::run_signals::RunSignals;
use super::{access, connection_secrets, datasets};
use crate::components::format::counted;
use crate::domain::audit::Actor;
use crate::domain::connection::{Connection, ConnectionKind};
use crate::domain::connection_draft::ConnectionDraft;
use crate::domain::identifier::{ConnectionId, TableGroupId};
use crate::domain::secret::Secret;
use crate::domain::user::{Permission, Viewer};
use crate::engine::SourceRoot;
use crate::store::connections::{self as store, ConnectionText};
use crate::store::table_groups::{DependentCounts, count_dependents_of};
use crate::store::{Database, Transaction, tables};

/// Changes a connection. Says in words what came of it; nothing where it stood so already.
pub async fn update_connection(
    db: &Database,
    config: &Configuration,
    viewer: &Viewer,
    draft: &ConnectionDraft,
    typed: Option<Secret>,
) -> Result<Option<String>, AppError> {
    access::require(viewer, Permission::Configure)?;
    check_name(draft)?;
    let id = ConnectionId(draft.connection.clone());
    let connection = store::find_connection(db, &id).await?.ok_or(AppError::NotFound)?;
    let old = ConnectionDraft::of(&connection);
    let draft = ConnectionDraft {
        kind: connection.kind,
        ..draft.clone()
    };
    let project_key = find_project_of(db, &draft).await?.unwrap_or(connection.project_key.clone());
    let actor = access::actor(viewer);
    let typed = match typed {
        Some(typed) => Some(typed),
        None => draft_password(db, config, viewer, &draft).await?,
    };
    let is_elsewhere = !reads_the_same(&draft, &old);
    if !is_elsewhere && typed.is_none() {
        let text = ConnectionText {
            name: draft.name.clone(),
            project_key,
            location: connection.location.clone(),
        };
        let mut tx = db.begin().await?;
        let changed = store::update_connection(&mut tx, &id, &text, &actor).await?;
        follow_into_project(&mut tx, &connection, &text, &actor).await?;
        tx.commit().await?;
        return Ok(changed.then(|| "Its address and its password stay as they are.".to_owned()));
    }
    let password = match &typed {
        Some(typed) => Some(typed.clone()),
        None => find_kept_password(db, config, &draft).await?,
    };
    let (check, reachable) = check_connection(config, &draft, password.clone()).await;
    let Some(reachable) = reachable else {
        return Err(refused_by(check));
    };
    let text = ConnectionText {
        name: draft.name.clone(),
        project_key,
        location: reachable.location,
    };
    let mut tx = db.begin().await?;
    store::update_connection(&mut tx, &id, &text, &actor).await?;
    follow_into_project(&mut tx, &connection, &text, &actor).await?;
    match &password {
        // Sealed anew: a password is bound to its address.
        Some(password) => connection_secrets::keep_password(&mut tx, config, &id, &text.location, password, &actor).await?,
        None => connection_secrets::forget_password(&mut tx, &id, &actor).await?,
    }
    if typed.is_some() {
        connection_secrets::forget_draft(&mut tx, viewer, &actor).await?;
    }
    for group in &connection.groups {
        let inside = in_group(group, &check.tables);
        tables::replace_found_tables(&mut tx, &group.table_group_id, &inside, &actor).await?;
    }
    tx.commit().await?;
    Ok(Some(format!("The test passed; {} tables are there.", check.tables.len())))
}

/// What belongs to the groups of a connection goes with it where it moves to another project.
async fn follow_into_project(tx: &mut Transaction, old: &Connection, text: &ConnectionText, actor: &Actor) -> Result<(), AppError> {
    if old.project_key == text.project_key {
        return Ok(());
    }
    datasets::follow_connection(tx, &old.connection_id, actor).await
}

/// Whether two drafts lead to the same data by the same way.
fn reads_the_same(draft: &ConnectionDraft, old: &ConnectionDraft) -> bool {
    match draft.kind {
        ConnectionKind::Folder | ConnectionKind::Sqlite => draft.location == old.location,
        ConnectionKind::Postgres => draft.database == old.database && draft.has_same_door(old),
    }
}

/// The password that the changed connection keeps: only for the server and role that it was given for.
pub(super) async fn find_kept_password(db: &Database, config: &Configuration, draft: &ConnectionDraft) -> Result<Option<Secret>, AppError> {
    if draft.connection.is_empty() || draft.kind != ConnectionKind::Postgres {
        return Ok(None);
    }
    let id = ConnectionId(draft.connection.clone());
    let Some(connection) = store::find_connection(db, &id).await? else {
        return Ok(None);
    };
    let SourceRoot::Postgres(target) = connection_secrets::open_root(db, config, &connection).await? else {
        return Ok(None);
    };
    let is_for_it = draft.has_same_door(&ConnectionDraft::of(&connection));
    match target.password {
        Some(_) if !is_for_it => Err(AppError::refused(
            "The password was given for another server or role",
            "Type it again: a kept password is never sent anywhere else.",
        )),
        password => Ok(password),
    }
}

/// Switches a connection off or on. Where `first_run` tells whom to wake, groups that were never profiled are so at once.
pub async fn set_connection_active(
    db: &Database,
    viewer: &Viewer,
    id: &ConnectionId,
    is_active: bool,
    first_run: Option<&RunSignals>,
) -> Result<Activation, AppError> {
    access::require(viewer, Permission::Configure)?;
    let connection = store::find_connection(db, id).await?.ok_or(AppError::NotFound)?;
    let mut tx = db.begin().await?;
    let mut activation = Activation {
        changed: store::set_connection_active(&mut tx, id, is_active, &access::actor(viewer)).await?,
        runs: Vec::new(),
    };
    let signals = first_run.filter(|_| activation.changed && is_active);
    if signals.is_some() {
        let groups: Vec<_> = connection.groups.iter().map(|group| group.table_group_id.clone()).collect();
        activation.runs = first_runs::request(&mut tx, viewer, &groups).await?;
    }
    tx.commit().await?;
    if let Some(signals) = signals {
        first_runs::tell(signals, &activation.runs);
    }
    Ok(activation)
}

/// What depends on a connection.
pub async fn count_dependents(db: &Database, connection: &Connection) -> Result<DependentCounts, AppError> {
    let groups: Vec<TableGroupId> = connection.groups.iter().map(|group| group.table_group_id.clone()).collect();
    Ok(count_dependents_of(db, &groups).await?)
}

/// Removes a connection with its groups, tables, runs and password. `typed` must be its name.
pub async fn delete_connection(db: &Database, viewer: &Viewer, id: &ConnectionId, typed: &str) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    let connection = store::find_connection(db, id).await?.ok_or(AppError::NotFound)?;
    require_name(
        typed,
        &connection.name,
        "remove the connection, its groups, tables and all their profiles",
    )?;
    refuse_dependents(&count_dependents(db, &connection).await?, "connection")?;
    let actor = access::actor(viewer);
    let mut tx = db.begin().await?;
    store::delete_connection(&mut tx, &connection, &actor).await?;
    connection_secrets::forget_password(&mut tx, id, &actor).await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses a removal while a run is active or tests belong to what would go.
pub fn refuse_dependents(dependents: &DependentCounts, noun: &str) -> Result<(), AppError> {
    if dependents.active_runs > 0 {
        return Err(AppError::conflict(
            format!("A run of this {noun} has not ended"),
            format!("Cancel it, or wait until it ends, then remove the {noun}."),
        ));
    }
    if dependents.tests > 0 {
        return Err(AppError::conflict(
            format!("{} of this {noun}", counted(dependents.tests, "test")),
            "Remove them first, or switch the connection off.",
        ));
    }
    Ok(())
}
