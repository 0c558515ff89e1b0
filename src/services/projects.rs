//! Projects: made, changed, switched off and on, removed when nothing belongs to them.

use super::access;
use super::error::AppError;
use crate::domain::identifier::ProjectKey;
use crate::domain::user::{Permission, Viewer};
use crate::store::Database;
use crate::store::projects::{self as store, ProjectText};

/// Longest name and description (characters).
const LONGEST_NAME: usize = 120;
const LONGEST_TEXT: usize = 4_000;

/// Makes a project.
pub async fn create_project(db: &Database, viewer: &Viewer, text: &ProjectText) -> Result<ProjectKey, AppError> {
    access::require(viewer, Permission::Configure)?;
    let text = checked(text)?;
    let mut tx = db.begin().await?;
    let key = store::create_project(&mut tx, &text, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(key)
}

/// Changes a project; says whether anything changed.
pub async fn update_project(db: &Database, viewer: &Viewer, key: &ProjectKey, text: &ProjectText) -> Result<bool, AppError> {
    access::require(viewer, Permission::Configure)?;
    let text = checked(text)?;
    store::find_project(db, key).await?.ok_or(AppError::NotFound)?;
    let mut tx = db.begin().await?;
    let changed = store::update_project(&mut tx, key, &text, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Allows or refuses profiling through all connections of a project.
pub async fn set_project_active(db: &Database, viewer: &Viewer, key: &ProjectKey, is_active: bool) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    store::find_project(db, key).await?.ok_or(AppError::NotFound)?;
    let mut tx = db.begin().await?;
    store::set_project_active(&mut tx, key, is_active, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes a project to which nothing belongs. `typed` must be its name.
pub async fn delete_project(db: &Database, viewer: &Viewer, key: &ProjectKey, typed: &str) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    let project = store::find_project(db, key).await?.ok_or(AppError::NotFound)?;
    if typed.trim() != project.name.trim() {
        return Err(AppError::refused(
            "The name does not match",
            format!("Type {:?} to remove the project.", project.name),
        ));
    }
    let kept = || {
        AppError::conflict(
            "Something belongs to this project",
            "Move its connections to another project or remove them, and remove its test suites; then remove the project.",
        )
    };
    if project.connection_count > 0 || project.test_suite_count > 0 {
        return Err(kept());
    }
    let mut tx = db.begin().await?;
    if !store::delete_project(&mut tx, key, &access::actor(viewer)).await? {
        return Err(kept());
    }
    tx.commit().await?;
    Ok(())
}

/// The text without the blanks around it, or what is wrong with it.
fn checked(text: &ProjectText) -> Result<ProjectText, AppError> {
    let text = ProjectText {
        name: text.name.trim().to_owned(),
        description: text.description.trim().to_owned(),
    };
    if text.name.is_empty() || text.name.chars().count() > LONGEST_NAME {
        return Err(AppError::refused(
            "The project needs a name",
            format!("1 to {LONGEST_NAME} characters; it can be changed later, its key cannot."),
        ));
    }
    if text.description.chars().count() > LONGEST_TEXT {
        let detail = format!("A description has up to {LONGEST_TEXT} characters.");
        return Err(AppError::refused("The description is too long", detail));
    }
    Ok(text)
}
