//! Connections: make one whose test passes, find its tables, and which of them a group takes in.

use super::configuration::Configuration;
use super::connection_checks::check_connection;
use super::error::AppError;
use super::first_runs::{self, Activation};
use super::run_signals::RunSignals;
use super::{access, connection_changes, connection_secrets, worker_process};
use crate::domain::audit::Actor;
use crate::domain::connection::{Connection, ConnectionCheck, ConnectionKind, FoundTable, TableGroup};
use crate::domain::connection_draft::ConnectionDraft;
use crate::domain::group_mask::is_in_masks;
use crate::domain::identifier::{ConnectionId, ProjectKey};
use crate::domain::secret::Secret;
use crate::domain::user::{Permission, Viewer};
use crate::engine::SourceRoot;
use crate::store::{Database, Transaction, connections, projects, tables};

/// Longest name (characters).
const LONGEST_NAME: usize = 120;

/// Lists the tables of a source, in a child process. What stands in the way is a refusal in its words.
pub async fn discover(root: &SourceRoot) -> Result<Vec<FoundTable>, AppError> {
    let check = worker_process::check_source(root).await?;
    match check.steps.into_iter().find(|step| !step.passed) {
        Some(failed) => Err(AppError::refused(format!("{}: no", failed.name), failed.message)),
        None => Ok(check.tables),
    }
}

/// Makes a connection whose test passes, with one group of all its tables. Without a password the draft's is taken. Where
/// `first_run` tells whom to wake, its tables are profiled at once.
pub async fn create_connection(
    db: &Database,
    config: &Configuration,
    viewer: &Viewer,
    draft: &ConnectionDraft,
    password: Option<Secret>,
    first_run: Option<&RunSignals>,
) -> Result<(Connection, Activation), AppError> {
    access::require(viewer, Permission::Configure)?;
    check_name(draft)?;
    let project_key = find_project_of(db, draft).await?;
    let password = match password {
        Some(password) => Some(password),
        None => draft_password(db, config, viewer, draft).await?,
    };
    let (check, reachable) = check_connection(config, draft, password.clone()).await;
    let Some(reachable) = reachable else {
        return Err(refused_by(check));
    };
    let actor = access::actor(viewer);
    let mut tx = db.begin().await?;
    let new = connections::NewConnection {
        project_key,
        name: draft.name.clone(),
        kind: draft.kind,
        location: reachable.location,
    };
    let connection = insert_connection(&mut tx, new, &check.tables, &actor).await?;
    if let Some(password) = password {
        connection_secrets::keep_password(&mut tx, config, &connection.connection_id, &connection.location, &password, &actor).await?;
        connection_secrets::forget_draft(&mut tx, viewer, &actor).await?;
    }
    let mut activation = Activation {
        changed: true,
        runs: Vec::new(),
    };
    if first_run.is_some() {
        let groups: Vec<_> = connection.groups.iter().map(|group| group.table_group_id.clone()).collect();
        activation.runs = first_runs::request(&mut tx, viewer, &groups).await?;
    }
    tx.commit().await?;
    if let Some(signals) = first_run {
        first_runs::tell(signals, &activation.runs);
    }
    Ok((connection, activation))
}

/// Refuses a draft without a name that can be kept.
pub(super) fn check_name(draft: &ConnectionDraft) -> Result<(), AppError> {
    if draft.name.is_empty() || draft.name.chars().count() > LONGEST_NAME {
        return Err(AppError::refused(
            "The connection needs a name",
            format!("1 to {LONGEST_NAME} characters; it can be changed later, its address cannot."),
        ));
    }
    Ok(())
}

/// The project that a draft names; nothing where it names none.
pub(super) async fn find_project_of(db: &Database, draft: &ConnectionDraft) -> Result<Option<ProjectKey>, AppError> {
    if draft.project.is_empty() {
        return Ok(None);
    }
    let key = ProjectKey(draft.project.clone());
    match projects::find_project(db, &key).await? {
        Some(project) => Ok(Some(project.project_key)),
        None => Err(AppError::refused("There is no such project", "Choose one of those listed.")),
    }
}

/// The step at which a test stopped, as a refusal.
pub(super) fn refused_by(check: ConnectionCheck) -> AppError {
    let failed = check.steps.into_iter().find(|step| !step.passed);
    let (title, detail) = failed.map_or_else(
        || ("The test failed".to_owned(), String::new()),
        |step| (format!("{}: no", step.name), step.message),
    );
    AppError::refused(title, detail)
}

/// Tests what somebody filled in; nothing is kept. Without a password the draft's is taken, or the one that is kept.
pub async fn test_connection(
    db: &Database,
    config: &Configuration,
    viewer: &Viewer,
    draft: &ConnectionDraft,
    password: Option<Secret>,
) -> Result<ConnectionCheck, AppError> {
    access::require(viewer, Permission::Configure)?;
    let password = match password {
        Some(password) => Some(password),
        None => draft_password(db, config, viewer, draft).await?,
    };
    let password = match password {
        Some(password) => Some(password),
        None => connection_changes::find_kept_password(db, config, draft).await?,
    };
    Ok(check_connection(config, draft, password).await.0)
}

/// Keeps a typed password for the test and the connection that follow; an empty one leaves what was typed before.
pub async fn keep_draft_password(
    db: &Database,
    config: &Configuration,
    viewer: &Viewer,
    draft: &ConnectionDraft,
    password: Option<Secret>,
) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    let (Some(password), Ok(address)) = (password, draft.postgres_address()) else {
        return Ok(());
    };
    let mut tx = db.begin().await?;
    connection_secrets::keep_draft(&mut tx, config, viewer, &address, &password, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn draft_password(
    db: &Database,
    config: &Configuration,
    viewer: &Viewer,
    draft: &ConnectionDraft,
) -> Result<Option<Secret>, AppError> {
    match (draft.kind, draft.postgres_address()) {
        (ConnectionKind::Postgres, Ok(address)) => connection_secrets::find_draft(db, config, viewer, &address).await,
        _ => Ok(None),
    }
}

/// Writes a connection to a folder, its group and its tables in one transaction.
pub async fn store_connection(
    db: &Database,
    name: &str,
    location: &str,
    found: &[FoundTable],
    actor: &Actor,
) -> Result<Connection, AppError> {
    let mut tx = db.begin().await?;
    let new = connections::NewConnection {
        project_key: None,
        name: name.into(),
        kind: ConnectionKind::Folder,
        location: location.into(),
    };
    let connection = insert_connection(&mut tx, new, found, actor).await?;
    tx.commit().await?;
    Ok(connection)
}

async fn insert_connection(
    tx: &mut Transaction,
    new: connections::NewConnection,
    found: &[FoundTable],
    actor: &Actor,
) -> Result<Connection, AppError> {
    let connection = connections::create_connection(tx, new, actor).await?;
    if let Some(group) = connection.groups.first() {
        tables::replace_found_tables(tx, &group.table_group_id, found, actor).await?;
    }
    Ok(connection)
}

/// Looks for tables again and says what changed, in words.
pub async fn find_tables(db: &Database, config: &Configuration, viewer: &Viewer, id: &ConnectionId) -> Result<String, AppError> {
    access::require(viewer, Permission::Configure)?;
    let connection = connections::find_connection(db, id).await?.ok_or(AppError::NotFound)?;
    let found = discover(&connection_secrets::open_root(db, config, &connection).await?).await?;
    let mut said = Vec::new();
    for group in &connection.groups {
        let inside = in_group(group, &found);
        let mut tx = db.begin().await?;
        let difference = tables::replace_found_tables(&mut tx, &group.table_group_id, &inside, &access::actor(viewer)).await?;
        tx.commit().await?;
        said.push(format!(
            "{} tables, {} new, {} missing",
            inside.len(),
            difference.added + difference.returned,
            difference.missing
        ));
    }
    Ok(said.join("; "))
}

/// The tables that a group's masks let through.
pub fn in_group(group: &TableGroup, found: &[FoundTable]) -> Vec<FoundTable> {
    found
        .iter()
        .filter(|table| is_in_masks(&group.include_mask, &group.exclude_mask, &table.schema_name, &table.table_name))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusion_wins_over_inclusion() {
        let table = |schema: &str, name: &str| FoundTable {
            schema_name: schema.into(),
            table_name: name.into(),
            ..FoundTable::default()
        };
        let group = TableGroup {
            table_group_id: "g".into(),
            connection_id: "c".into(),
            name: "g".into(),
            description: String::new(),
            include_mask: "sales.*, crm.people".into(),
            exclude_mask: "*_tmp".into(),
            table_count: 0,
            is_active: true,
            mask_before_storing: false,
        };
        let found = [
            table("sales", "orders"),
            table("sales", "x_tmp"),
            table("crm", "people"),
            table("crm", "other"),
        ];
        let names: Vec<String> = in_group(&group, &found).into_iter().map(|table| table.table_name).collect();
        assert_eq!(names, ["orders", "people"]);
    }
}
