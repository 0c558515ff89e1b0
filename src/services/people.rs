//! People as an administrator keeps them: made, given roles with the places where these hold, let in and kept out.

use super::access;
use super::error::AppError;
use crate::domain::scope::{RoleGrant, Scope};
use crate::domain::user::{Permission, Role, User, Viewer};
use crate::store::{Database, connections, projects, users};

/// A place that a role may be limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As a grant writes it: `project:KEY` or `group:ID`.
    pub word: String,
    /// As people call it.
    pub name: String,
}

/// Lists the projects, then the groups of each connection.
pub async fn list_places(db: &Database, viewer: &Viewer) -> Result<Vec<Place>, AppError> {
    access::require(viewer, Permission::Configure)?;
    let mut places: Vec<Place> = projects::list_projects(db)
        .await?
        .into_iter()
        .map(|project| Place {
            name: format!("{}, all groups", project.name),
            word: format!("project:{}", project.project_key),
        })
        .collect();
    for connection in connections::list_connections(db).await? {
        places.extend(connection.groups.iter().map(|group| Place {
            name: format!("{}: {}", connection.name, group.name),
            word: format!("group:{}", group.table_group_id),
        }));
    }
    Ok(places)
}

/// Makes a person with these roles and a one-time link for the first sign-in; gives the link's token.
pub async fn create_person(
    db: &Database,
    viewer: &Viewer,
    name: &str,
    display_name: &str,
    grants: &[RoleGrant],
) -> Result<(User, String), AppError> {
    access::require(viewer, Permission::Configure)?;
    check_grants(db, grants).await?;
    let actor = access::actor(viewer);
    let roles: Vec<Role> = grants.iter().map(|grant| grant.role).collect();
    let user = access::create_person(db, name, display_name, roles, &actor).await?;
    let mut tx = db.begin().await?;
    users::set_grants(&mut tx, &user.user_id, grants, &actor).await?;
    tx.commit().await?;
    let token = access::create_link(db, Some(user.user_id.clone()), &actor).await?;
    Ok((user, token))
}

/// Gives a person exactly these roles. Somebody who may administer always remains.
pub async fn set_grants(db: &Database, viewer: &Viewer, name: &str, grants: &[RoleGrant]) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    check_grants(db, grants).await?;
    let user = find(db, name).await?;
    if !grants.iter().any(|grant| grant.role == Role::Admin) {
        keep_an_administrator(db, &user).await?;
    }
    let mut tx = db.begin().await?;
    users::set_grants(&mut tx, &user.user_id, grants, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets a person sign in, or no longer. Somebody who may administer always remains.
pub async fn set_active(db: &Database, viewer: &Viewer, name: &str, is_active: bool) -> Result<(), AppError> {
    access::require(viewer, Permission::Configure)?;
    let user = find(db, name).await?;
    if !is_active {
        keep_an_administrator(db, &user).await?;
    }
    let mut tx = db.begin().await?;
    users::set_active(&mut tx, &user.user_id, is_active, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes a one-time link for a person who lost the way in; gives its token.
pub async fn create_link(db: &Database, viewer: &Viewer, name: &str) -> Result<String, AppError> {
    access::require(viewer, Permission::Configure)?;
    let user = find(db, name).await?;
    access::create_link(db, Some(user.user_id), &access::actor(viewer)).await
}

/// Finds a person by the name that he signs in with.
pub async fn find(db: &Database, name: &str) -> Result<User, AppError> {
    Ok(users::find_user_by_name(db, name).await?.ok_or(AppError::NotFound)?.user)
}

/// Refuses grants that mean nothing: no role, a place that is not there, an administrator of a part.
pub async fn check_grants(db: &Database, grants: &[RoleGrant]) -> Result<(), AppError> {
    if grants.is_empty() {
        return Err(AppError::refused(
            "A person needs a role",
            "Choose at least one role and where it holds.",
        ));
    }
    let whole = db.within(Scope::Everything);
    for grant in grants {
        let Scope::Only { projects, groups } = &grant.scope else { continue };
        if grant.role == Role::Admin {
            return Err(AppError::refused(
                "An administrator administers everything",
                "Limit the other roles; the administrator's holds everywhere.",
            ));
        }
        let known = projects::list_projects(&whole).await?;
        if let Some(lost) = projects.iter().find(|key| known.iter().all(|project| project.project_key != **key)) {
            return Err(AppError::refused(format!("There is no project {lost}"), "Name it by its key."));
        }
        for group in groups {
            if connections::find_table_group(&whole, group).await?.is_none() {
                return Err(AppError::refused(format!("There is no table group {group}"), "Name it by its id."));
            }
        }
    }
    Ok(())
}

async fn keep_an_administrator(db: &Database, user: &User) -> Result<(), AppError> {
    let others = users::list_users(db).await?;
    let remains = others
        .iter()
        .any(|other| other.user_id != user.user_id && other.is_active && other.may(Permission::Configure));
    if remains || !user.may(Permission::Configure) {
        return Ok(());
    }
    Err(AppError::conflict(
        "Nobody would be left to administer Limn",
        "Make somebody else administrator first.",
    ))
}
