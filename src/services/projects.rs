//! Projects: made, changed, switched off and on, removed when nothing belongs to them.

use super::access;
use super::error::{AppError, require_name};
use crate::domain::identifier::ProjectKey;
use crate::domain::project::Project;
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

/// What may change of a project; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct ProjectChange {
    /// Name.
    pub name: Option<String>,
    /// In words.
    pub description: Option<String>,
    /// Whether profiling is allowed through its connections.
    pub is_active: Option<bool>,
}

/// Changes a project; says whether anything changed.
pub async fn change_project(db: &Database, viewer: &Viewer, key: &ProjectKey, change: ProjectChange) -> Result<bool, AppError> {
    access::require(viewer, Permission::Configure)?;
    let known = store::find_project(db, key).await?.ok_or(AppError::NotFound)?;
    let actor = access::actor(viewer);
    let mut tx = db.begin().await?;
    let mut changed = false;
    if change.name.is_some() || change.description.is_some() {
        let text = checked(&ProjectText {
            name: change.name.unwrap_or(known.name),
            description: change.description.unwrap_or(known.description),
        })?;
        changed |= store::update_project(&mut tx, key, &text, &actor).await?;
    }
    if let Some(is_active) = change.is_active {
        changed |= store::set_project_active(&mut tx, key, is_active, &actor).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// Why a project stays; nothing where it may go.
pub fn removal_refusal(project: &Project) -> Option<AppError> {
    (project.connection_count > 0 || project.test_suite_count > 0).then(|| {
        AppError::conflict(
            "Something belongs to this project",
            "Move its connections to another project or remove them, and remove its test suites; then remove the project.",
        )
    })
}

/// Removes a project to which nothing belongs. `typed` must be its name.
pub async fn delete_project(db: &Database, viewer: &Viewer, key: &ProjectKey, typed: &str) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    let project = store::find_project(db, key).await?.ok_or(AppError::NotFound)?;
    require_name(typed, &project.name, "remove the project")?;
    if let Some(refusal) = removal_refusal(&project) {
        return Err(refusal);
    }
    let mut tx = db.begin().await?;
    if !store::delete_project(&mut tx, key, &access::actor(viewer)).await? {
        return Err(AppError::conflict("Something was added to this project", "Look at it again."));
    }
    tx.commit().await?;
    Ok(())
}

/// The text without the blanks around it, or what is wrong with it.
fn checked(text: &ProjectText) -> Result<ProjectText, AppError> {
    let kept = ProjectText {
        name: text.name.trim().to_owned(),
        description: text.description.trim().to_owned(),
    };
    // A program's text is measured as it is sent: its description says so.
    if kept.name.is_empty() || text.name.chars().count() > LONGEST_NAME {
        return Err(AppError::refused(
            "The project needs a name",
            format!("1 to {LONGEST_NAME} characters; it can be changed later, its key cannot."),
        ));
    }
    if text.description.chars().count() > LONGEST_TEXT {
        let detail = format!("A description has up to {LONGEST_TEXT} characters.");
        return Err(AppError::refused("The description is too long", detail));
    }
    Ok(kept)
}
