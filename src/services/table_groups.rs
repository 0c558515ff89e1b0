//! Table groups: made and changed with masks that are tried on the known tables first, removed after a preview.

use super::access;
use super::connection_changes::refuse_dependents;
use super::connections::in_group;
use super::error::{AppError, require_name};
use super::first_runs::{self, Activation};
use super::run_signals::RunSignals;
use crate::domain::connection::{Connection, FoundTable, TableGroup};
use crate::domain::identifier::{ConnectionId, TableGroupId};
use crate::domain::user::{Permission, Viewer};
use crate::store::masking::{self, GroupWords};
use crate::store::stored_masking::{self, MaskedStore};
use crate::store::table_groups::{self, GroupText};
use crate::store::{Database, audit, connections as store, tables};

/// Longest name, description and mask (characters).
const LONGEST_NAME: usize = 120;
const LONGEST_TEXT: usize = 4_000;

/// What masks take in and leave out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MaskPreview {
    /// Tables that they take in.
    pub inside: Vec<FoundTable>,
    /// Tables that they leave out.
    pub outside: Vec<FoundTable>,
}

/// Tries masks on the tables that the connection's groups know.
pub async fn preview_masks(db: &Database, connection: &Connection, text: &GroupText) -> Result<MaskPreview, AppError> {
    let known = table_groups::list_known_tables(db, &connection.connection_id).await?;
    let inside = in_group(&group_of(connection, text), &known);
    let outside = known.into_iter().filter(|table| !inside.contains(table)).collect();
    Ok(MaskPreview { inside, outside })
}

/// Makes a group with the known tables that its masks take in. Where `first_run` tells whom to wake, they are profiled at once.
pub async fn create_group(
    db: &Database,
    viewer: &Viewer,
    connection: &ConnectionId,
    text: &GroupText,
    first_run: Option<&RunSignals>,
) -> Result<(TableGroupId, Activation), AppError> {
    access::require(viewer, Permission::Configure)?;
    let text = checked(text)?;
    let connection = store::find_connection(db, connection).await?.ok_or(AppError::NotFound)?;
    let inside = preview_masks(db, &connection, &text).await?.inside;
    let mut tx = db.begin().await?;
    let group = table_groups::create_group(&mut tx, &connection.connection_id, &text, &access::actor(viewer)).await?;
    tables::replace_found_tables(&mut tx, &group, &inside, &access::actor(viewer)).await?;
    let mut activation = Activation {
        changed: true,
        runs: Vec::new(),
    };
    if first_run.is_some() {
        activation.runs = first_runs::request(&mut tx, viewer, std::slice::from_ref(&group)).await?;
    }
    tx.commit().await?;
    if let Some(signals) = first_run {
        first_runs::tell(signals, &activation.runs);
    }
    Ok((group, activation))
}

/// Switches a group off or on. Where `first_run` tells whom to wake, one that was never profiled is so at once.
pub async fn set_group_active(
    db: &Database,
    viewer: &Viewer,
    group: &TableGroupId,
    is_active: bool,
    first_run: Option<&RunSignals>,
) -> Result<Activation, AppError> {
    access::require(viewer, Permission::Configure)?;
    store::find_table_group(db, group).await?.ok_or(AppError::NotFound)?;
    let mut tx = db.begin().await?;
    let mut activation = Activation {
        changed: table_groups::set_group_active(&mut tx, group, is_active, &access::actor(viewer)).await?,
        runs: Vec::new(),
    };
    let signals = first_run.filter(|_| activation.changed && is_active);
    if signals.is_some() {
        activation.runs = first_runs::request(&mut tx, viewer, std::slice::from_ref(group)).await?;
    }
    tx.commit().await?;
    if let Some(signals) = signals {
        first_runs::tell(signals, &activation.runs);
    }
    Ok(activation)
}

/// Changes a group. Tables that its masks no longer take in are marked; those that they newly take in are added as far as
/// they are known. Says whether anything changed.
pub async fn update_group(db: &Database, viewer: &Viewer, group: &TableGroupId, text: &GroupText) -> Result<bool, AppError> {
    access::require(viewer, Permission::Configure)?;
    let text = checked(text)?;
    let (connection, old) = store::find_table_group(db, group).await?.ok_or(AppError::NotFound)?;
    let masks_changed = old.include_mask != text.include_mask || old.exclude_mask != text.exclude_mask;
    let inside = preview_masks(db, &connection, &text).await?.inside;
    let mut tx = db.begin().await?;
    let changed = table_groups::update_group(&mut tx, group, &text, &access::actor(viewer)).await?;
    if masks_changed {
        tables::replace_found_tables(&mut tx, group, &inside, &access::actor(viewer)).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// Masks what runs from before have stored of the group's personal columns, where it masks before storing. It cannot be undone: `typed` must be
/// the group's name. Doing it again masks what is left.
pub async fn mask_stored(db: &Database, viewer: &Viewer, group: &TableGroupId, typed: &str) -> Result<MaskedStore, AppError> {
    access::require(viewer, Permission::Configure)?;
    let (_, known) = store::find_table_group(db, group).await?.ok_or(AppError::NotFound)?;
    if !known.mask_before_storing {
        return Err(AppError::conflict(
            "The group stores values as they are",
            "Let it mask personal values before they are stored first; else the next run stores them again.",
        ));
    }
    require_name(typed, &known.name, "mask what is stored; it cannot be undone")?;
    let mut all = MaskedStore::default();
    let mut words = GroupWords::default();
    // A run at a time: who is stopped in between begins again and finds the rest.
    for run in stored_masking::list_ended_runs(db, group).await? {
        let mut tx = db.begin().await?;
        words = masking::list_group_words(&mut tx, &run).await?;
        let done = stored_masking::mask_run(&mut tx, &run, &words).await?;
        tx.commit().await?;
        all.columns += done.columns;
        all.findings += done.findings;
    }
    let mut tx = db.begin().await?;
    all.alerts = stored_masking::mask_alerts(&mut tx, group, &words).await?;
    let details = serde_json::json!(all);
    audit::record(
        &mut tx,
        &access::actor(viewer),
        "table_group.mask_stored",
        &format!("table_group:{group}"),
        details,
    )
    .await?;
    tx.commit().await?;
    stored_masking::give_room_back(db).await?;
    Ok(all)
}

/// Removes a group with all its tables and runs. `typed` must be its name.
pub async fn delete_group(db: &Database, viewer: &Viewer, group: &TableGroupId, typed: &str) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    let (connection, known) = store::find_table_group(db, group).await?.ok_or(AppError::NotFound)?;
    require_name(typed, &known.name, "remove the group, its tables and all their profiles")?;
    if let Some(refusal) = removal_refusal(&connection) {
        return Err(refusal);
    }
    let dependents = table_groups::count_dependents(db, group).await?;
    refuse_dependents(&dependents, "group")?;
    let mut tx = db.begin().await?;
    table_groups::delete_group(&mut tx, group, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(())
}

/// Why no group of a connection may go; nothing where one may.
pub fn removal_refusal(connection: &Connection) -> Option<AppError> {
    (connection.groups.len() == 1).then(|| {
        AppError::conflict(
            "A connection keeps one group",
            "Make another group first, or switch the connection off.",
        )
    })
}

/// A group as its masks would be.
fn group_of(connection: &Connection, text: &GroupText) -> TableGroup {
    TableGroup {
        table_group_id: TableGroupId::default(),
        connection_id: connection.connection_id.clone(),
        name: text.name.clone(),
        description: text.description.clone(),
        include_mask: text.include_mask.clone(),
        exclude_mask: text.exclude_mask.clone(),
        table_count: 0,
        is_active: true,
        mask_before_storing: text.mask_before_storing,
    }
}

/// The text without the blanks around it, or what is wrong with it.
fn checked(text: &GroupText) -> Result<GroupText, AppError> {
    let kept = GroupText {
        name: text.name.trim().to_owned(),
        description: text.description.trim().to_owned(),
        include_mask: text.include_mask.trim().to_owned(),
        exclude_mask: text.exclude_mask.trim().to_owned(),
        mask_before_storing: text.mask_before_storing,
    };
    // A program's text is measured as it is sent: its description says so.
    if kept.name.is_empty() || text.name.chars().count() > LONGEST_NAME {
        return Err(AppError::refused(
            "The group needs a name",
            format!("1 to {LONGEST_NAME} characters; it can be changed later, its id cannot."),
        ));
    }
    refuse_long(text)?;
    Ok(kept)
}

/// Refuses a description or masks that are longer than what is kept.
pub fn refuse_long(text: &GroupText) -> Result<(), AppError> {
    if [&text.description, &text.include_mask, &text.exclude_mask]
        .iter()
        .any(|part| part.chars().count() > LONGEST_TEXT)
    {
        return Err(AppError::refused(
            "A text is too long",
            format!("Description and masks have up to {LONGEST_TEXT} characters."),
        ));
    }
    Ok(())
}
