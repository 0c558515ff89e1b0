//! Where the roles of people hold: everywhere, or only in the projects and groups that are listed.
//!
//! A narrowed role without a place holds nowhere: removing a group never widens anybody's role.

use super::{Record, StoreError, Transaction, Value, rows_insert, sql};
use crate::domain::identifier::{ProjectKey, TableGroupId, UserId};
use crate::domain::scope::{NarrowedRole, RoleGrant, Scope};
use crate::domain::user::{Role, User};

const PROJECT: &str = "project";
const GROUP: &str = "group";

/// Replaces all roles of a person.
pub(super) async fn replace_grants(tx: &mut Transaction, user_id: &UserId, grants: &[RoleGrant]) -> Result<(), StoreError> {
    for statement in [
        "delete from role_scopes where user_id = $1",
        "delete from user_roles where user_id = $1",
    ] {
        sql(statement).bind(user_id.as_str()).execute(&mut *tx).await?;
    }
    insert_grants(tx, user_id, grants).await
}

/// Adds roles. One role named twice holds where either says.
pub(super) async fn insert_grants(tx: &mut Transaction, user_id: &UserId, grants: &[RoleGrant]) -> Result<(), StoreError> {
    let (mut roles, mut places) = (Vec::new(), Vec::new());
    for role in Role::ALL {
        let Some(scope) = grants
            .iter()
            .filter(|grant| grant.role == *role)
            .map(|grant| grant.scope.clone())
            .reduce(Scope::or)
        else {
            continue;
        };
        roles.push(vec![
            Value::from(user_id.as_str()),
            Value::from(role.word()),
            Value::from(!scope.is_everything()),
        ]);
        let Scope::Only { projects, groups } = scope.clone().or(Scope::nothing()) else {
            continue;
        };
        let projects = projects.iter().map(|key| (PROJECT, key.as_str()));
        for (kind, place) in projects.chain(groups.iter().map(|id| (GROUP, id.as_str()))) {
            places.push([user_id.as_str(), role.word(), kind, place].map(Value::from).to_vec());
        }
    }
    for statement in rows_insert("user_roles", &["user_id", "role", "is_narrowed"], roles) {
        statement.execute(&mut *tx).await?;
    }
    for statement in rows_insert("role_scopes", &["user_id", "role", "kind", "place"], places) {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Forgets a group in everybody's roles.
pub(super) async fn forget_group(tx: &mut Transaction, group: &TableGroupId) -> Result<(), StoreError> {
    sql("delete from role_scopes where kind = 'group' and place = $1")
        .bind(group.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes one row of a person's roles in: the role, and one place of it.
pub(super) fn read_grant(row: &Record, user: &mut User) -> Result<(), StoreError> {
    let role = row.word("role", Role::from_word)?;
    if !user.roles.contains(&role) {
        user.roles.push(role);
    }
    if !row.flag("is_narrowed")? {
        return Ok(());
    }
    if user.narrowed.last().is_none_or(|narrowed| narrowed.role != role) {
        user.narrowed.push(NarrowedRole {
            role,
            projects: Vec::new(),
            groups: Vec::new(),
        });
    }
    let (Some(kind), Some(narrowed)) = (row.text_opt("kind")?, user.narrowed.last_mut()) else {
        return Ok(());
    };
    let place = row.text("place")?;
    if kind == PROJECT {
        narrowed.projects.push(ProjectKey(place));
    } else {
        narrowed.groups.push(TableGroupId(place));
    }
    Ok(())
}
