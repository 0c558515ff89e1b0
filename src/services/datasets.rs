//! Datasets: made, changed with the groups that are counted to them, removed.

use super::access;
use super::error::AppError;
use crate::domain::audit::Actor;
use crate::domain::dataset::DatasetText;
use crate::domain::identifier::{ConnectionId, ProjectKey, TableGroupId};
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, Transaction, connections, datasets as store, projects};

/// Longest name and attribute, longest description (characters).
const LONGEST_NAME: usize = 120;
const LONGEST_TEXT: usize = 4_000;

/// Makes a dataset in a project; in the first one where none is named.
pub async fn create_dataset(db: &Database, viewer: &Viewer, project: &str, text: &DatasetText) -> Result<String, AppError> {
    access::require(viewer, Permission::Configure)?;
    let text = checked(text)?;
    let all = projects::list_projects(db).await?;
    let found = all.iter().find(|known| project.is_empty() || known.project_key.as_str() == project);
    let Some(found) = found else {
        return Err(AppError::refused(
            "There is no such project",
            "Make a project or a connection first.",
        ));
    };
    let mut tx = db.begin().await?;
    let id = store::create_dataset(&mut tx, &found.project_key, &text, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a dataset; says whether anything changed. Its groups must be of its project.
pub async fn update_dataset(
    db: &Database,
    viewer: &Viewer,
    id: &str,
    text: &DatasetText,
    groups: &[TableGroupId],
) -> Result<bool, AppError> {
    access::require(viewer, Permission::Configure)?;
    let text = checked(text)?;
    let dataset = store::find_dataset(db, id).await?.ok_or(AppError::NotFound)?;
    let known = groups_of(&connections::list_connections(db).await?, &dataset.project_key);
    // One that is in it already was left behind when its connection moved, in older versions: it is no reason to refuse a name.
    if groups.iter().any(|group| !known.contains(group) && !dataset.groups.contains(group)) {
        return Err(AppError::refused(
            "A group is of another project",
            "A dataset holds groups of the connections of its own project.",
        ));
    }
    let mut groups = groups.to_vec();
    groups.sort();
    groups.dedup();
    if text == dataset.text && groups == dataset.groups {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    store::update_dataset(&mut tx, id, &text, &groups, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Removes a dataset; its groups stay.
pub async fn delete_dataset(db: &Database, viewer: &Viewer, id: &str) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    store::find_dataset(db, id).await?.ok_or(AppError::NotFound)?;
    let mut tx = db.begin().await?;
    if !store::delete_dataset(&mut tx, id, &access::actor(viewer)).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await?;
    Ok(())
}

/// Takes the datasets of a connection that moved to another project along; refuses the move where they hold groups of other
/// connections too.
pub(super) async fn follow_connection(tx: &mut Transaction, connection: &ConnectionId, actor: &Actor) -> Result<(), AppError> {
    let staying = store::follow_connection(tx, connection, actor).await?;
    if staying.is_empty() {
        return Ok(());
    }
    Err(AppError::conflict(
        "Its groups are in datasets with groups of other connections",
        format!(
            "A dataset belongs to one project: take the groups of this connection out of {}, then move it.",
            staying.join(", ")
        ),
    ))
}

fn groups_of(connections: &[crate::domain::connection::Connection], project: &ProjectKey) -> Vec<TableGroupId> {
    let own = connections.iter().filter(|connection| connection.project_key == *project);
    own.flat_map(|connection| connection.groups.iter().map(|group| group.table_group_id.clone()))
        .collect()
}

/// The text without the blanks around it, or what is wrong with it.
fn checked(text: &DatasetText) -> Result<DatasetText, AppError> {
    let kept = DatasetText {
        name: text.name.trim().to_owned(),
        description: text.description.trim().to_owned(),
        product_team: text.product_team.trim().to_owned(),
        application: text.application.trim().to_owned(),
    };
    // A program's text is measured as it is sent: its description says so.
    if kept.name.is_empty()
        || [&text.name, &text.product_team, &text.application]
            .iter()
            .any(|line| line.chars().count() > LONGEST_NAME)
    {
        return Err(AppError::refused(
            "The dataset needs a name",
            format!("1 to {LONGEST_NAME} characters, team and application too; its id is made from the first name and stays."),
        ));
    }
    if text.description.chars().count() > LONGEST_TEXT {
        let detail = format!("A description has up to {LONGEST_TEXT} characters.");
        return Err(AppError::refused("The description is too long", detail));
    }
    Ok(kept)
}
