//! People, their roles and passwords, and the viewer that every page shows.

use super::sign_in::name_key;
use super::statement::{Place, sql_joined};
use super::{Database, Record, StoreError, Transaction, audit, new_id, role_scopes, sessions, sql};
use crate::domain::audit::Actor;
use crate::domain::identifier::{TableGroupId, UserId};
use crate::domain::scope::{RoleGrant, Scope};
use crate::domain::user::{COUNTED_ALERTS, Permission, Role, User, Viewer};

pub use super::sign_in::{
    FailureCounts, NewLink, SignInLink, consume_sign_in_link, count_recent_failures, create_sign_in_link, delete_old_attempts,
    find_sign_in_link, record_sign_in_attempt,
};

/// A person to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name to sign in with.
    pub name: String,
    /// As pages show it.
    pub display_name: String,
    /// Absent where the person signs in by a link first.
    pub password_hash: Option<String>,
    /// All roles; they hold everywhere.
    pub roles: Vec<Role>,
}

/// A person with what their password is checked against.
#[derive(Clone, Debug)]
pub struct UserCredentials {
    /// Who.
    pub user: User,
    /// Absent until a password is set.
    pub password_hash: Option<String>,
}

/// People known, inactive ones too.
#[expect(
    private_bounds,
    reason = "callers pass &Database or &mut Transaction; the seam stays inside the store"
)]
pub async fn count_users<P: Place>(place: P) -> Result<u64, StoreError> {
    sql("select count(*) as user_count from users")
        .fetch_one(place)
        .await?
        .count("user_count")
}

/// Adds a person.
pub async fn create_user(tx: &mut Transaction, new: NewUser, actor: &Actor) -> Result<User, StoreError> {
    let user = User {
        user_id: UserId(new_id()),
        name: new.name.trim().to_owned(),
        display_name: new.display_name.trim().to_owned(),
        roles: new.roles,
        narrowed: Vec::new(),
        is_active: true,
    };
    let added = sql(
        "insert into users (user_id, name, name_key, display_name, password_hash, is_active, created_at, updated_at)
         values ($1, $2, $3, $4, $5, true, {now}, {now}) on conflict (name_key) do nothing",
    )
    .bind(user.user_id.as_str())
    .bind(&user.name)
    .bind(name_key(&user.name))
    .bind(&user.display_name)
    .bind(new.password_hash)
    .execute(&mut *tx)
    .await?;
    if added == 0 {
        return Err(StoreError::Taken {
            what: format!("the user name {:?}", user.name),
        });
    }
    let grants: Vec<RoleGrant> = user.grants().collect();
    role_scopes::insert_grants(tx, &user.user_id, &grants).await?;
    let details = serde_json::json!({ "name": user.name, "roles": user.roles });
    audit::record(tx, actor, "user.create", &format!("user:{}", user.user_id), details).await?;
    Ok(user)
}

/// Finds a person by the name they sign in with, in any case.
pub async fn find_user_by_name(db: &Database, name: &str) -> Result<Option<UserCredentials>, StoreError> {
    let rows = sql_joined(format!(
        "select {USER_COLUMNS}, u.password_hash {USER_TABLES} where u.name_key = $1 order by {USER_ORDER}"
    ))
    .bind(name_key(name))
    .fetch_all(db)
    .await?;
    let password_hash = rows.first().map(|row| row.text_opt("password_hash")).transpose()?.flatten();
    Ok(read_users(&rows)?.pop().map(|user| UserCredentials { user, password_hash }))
}

/// Reads a person.
#[expect(
    private_bounds,
    reason = "callers pass &Database or &mut Transaction; the seam stays inside the store"
)]
pub async fn get_user<P: Place>(place: P, user_id: &UserId) -> Result<User, StoreError> {
    let rows = sql_joined(format!(
        "select {USER_COLUMNS} {USER_TABLES} where u.user_id = $1 order by {USER_ORDER}"
    ))
    .bind(user_id.as_str())
    .fetch_all(place)
    .await?;
    read_users(&rows)?
        .pop()
        .ok_or_else(|| StoreError::missing(format!("user {user_id}")))
}

/// Lists all people by name.
pub async fn list_users(db: &Database) -> Result<Vec<User>, StoreError> {
    let rows = sql_joined(format!("select {USER_COLUMNS} {USER_TABLES} order by u.name_key, {USER_ORDER}"))
        .fetch_all(db)
        .await?;
    read_users(&rows)
}

/// Sets a password and ends all sessions of the person.
pub async fn set_password(tx: &mut Transaction, user_id: &UserId, password_hash: &str, actor: &Actor) -> Result<(), StoreError> {
    let changed = sql("update users set password_hash = $2, updated_at = {now} where user_id = $1")
        .bind(user_id.as_str())
        .bind(password_hash)
        .execute(&mut *tx)
        .await?;
    expect_user(changed, user_id)?;
    sessions::delete_user_sessions(tx, user_id).await?;
    audit::record(tx, actor, "user.set_password", &format!("user:{user_id}"), serde_json::json!({})).await
}

/// Sets all roles of a person, everywhere.
pub async fn set_roles(tx: &mut Transaction, user_id: &UserId, roles: &[Role], actor: &Actor) -> Result<(), StoreError> {
    let grants: Vec<RoleGrant> = roles.iter().copied().map(RoleGrant::everywhere).collect();
    set_grants(tx, user_id, &grants, actor).await
}

/// Sets all roles of a person, each with where it holds.
pub async fn set_grants(tx: &mut Transaction, user_id: &UserId, grants: &[RoleGrant], actor: &Actor) -> Result<(), StoreError> {
    let changed = sql("update users set updated_at = {now} where user_id = $1")
        .bind(user_id.as_str())
        .execute(&mut *tx)
        .await?;
    expect_user(changed, user_id)?;
    role_scopes::replace_grants(tx, user_id, grants).await?;
    let roles: Vec<String> = grants.iter().map(RoleGrant::text).collect();
    audit::record(
        tx,
        actor,
        "user.set_roles",
        &format!("user:{user_id}"),
        serde_json::json!({ "roles": roles }),
    )
    .await
}

/// Lets a person sign in, or no longer; then all their sessions end.
pub async fn set_active(tx: &mut Transaction, user_id: &UserId, is_active: bool, actor: &Actor) -> Result<(), StoreError> {
    let changed = sql("update users set is_active = $2, updated_at = {now} where user_id = $1")
        .bind(user_id.as_str())
        .bind(is_active)
        .execute(&mut *tx)
        .await?;
    expect_user(changed, user_id)?;
    if !is_active {
        sessions::delete_user_sessions(tx, user_id).await?;
    }
    audit::record(
        tx,
        actor,
        "user.set_active",
        &format!("user:{user_id}"),
        serde_json::json!({ "is_active": is_active }),
    )
    .await
}

/// The signed-in person with what surrounds every page, in one statement; a second one counts what a narrowed person sees.
/// Nothing where they may not sign in.
pub async fn viewer(db: &Database, user_id: &UserId) -> Result<Option<Viewer>, StoreError> {
    let whole = db.within(Scope::Everything);
    let rail_counts = rail_counts();
    let rows = sql_joined(format!(
        "select {USER_COLUMNS}, {rail_counts} {USER_TABLES} where u.user_id = $1 and u.is_active order by {USER_ORDER}"
    ))
    .bind(user_id.as_str())
    .fetch_all(&whole)
    .await?;
    let (Some(user), Some(row)) = (read_users(&rows)?.pop(), rows.first()) else {
        return Ok(None);
    };
    let scope = user.scope_of(Permission::ReadProfiles);
    let run_scope = user.scope_of(Permission::RunProfiling);
    let mut viewer = if scope.is_everything() {
        read_viewer(user, row)?
    } else {
        let seen = sql_joined(format!("select {rail_counts}")).fetch_one(&db.within(scope)).await?;
        read_viewer(user, &seen)?
    };
    if viewer.user.may(Permission::RunProfiling) && !run_scope.is_everything() {
        let rows = sql("select table_group_id from dq_table_groups")
            .fetch_all(&db.within(run_scope))
            .await?;
        let groups = rows.iter().map(|row| Ok(TableGroupId(row.text("table_group_id")?)));
        viewer.run_groups = Some(groups.collect::<Result<_, StoreError>>()?);
    }
    Ok(Some(viewer))
}

/// What the rail shows of the catalogue; open alerts up to one more than [`COUNTED_ALERTS`].
fn rail_counts() -> String {
    format!(
        "(select name from dq_projects order by created_at, project_key limit 1) as project_name,
         (select count(*) from dq_projects) as project_count,
         (select count(*) from dq_tables where missing_since is null) as table_count,
         (select count(*) from dq_profiles where status in ('pending', 'running')) as active_run_count,
         (select count(*) from dq_connections) as connection_count,
         (select count(*) from (select 1 from dq_alerts where state = 'open' limit {}) counted) as open_alert_count",
        COUNTED_ALERTS + 1
    )
}

fn read_viewer(user: User, row: &Record) -> Result<Viewer, StoreError> {
    Ok(Viewer {
        user,
        project_name: match row.count("project_count")? {
            count @ 2.. => format!("{count} projects"),
            _ => row.text_opt("project_name")?.unwrap_or_else(|| "Limn".into()),
        },
        table_count: row.count("table_count")?,
        active_run_count: row.count("active_run_count")?,
        open_alert_count: row.count("open_alert_count")?,
        has_connections: row.count("connection_count")? > 0,
        token_scope: None,
        run_groups: None,
    })
}

fn expect_user(changed: u64, user_id: &UserId) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::missing(format!("user {user_id}")))
    }
}

/// What [`read_users`] reads, and from where.
const USER_COLUMNS: &str = "u.user_id, u.name, u.display_name, u.is_active, r.role, r.is_narrowed, s.kind, s.place";
const USER_TABLES: &str = "from users u left join user_roles r on r.user_id = u.user_id
     left join role_scopes s on s.user_id = r.user_id and s.role = r.role and r.is_narrowed";
const USER_ORDER: &str = "r.role, s.kind, s.place";

/// Gathers one row a place of a role to people; rows of one person stand together, and so do those of one role.
fn read_users(rows: &[Record]) -> Result<Vec<User>, StoreError> {
    let mut users: Vec<User> = Vec::new();
    for row in rows {
        let user_id = UserId(row.text("user_id")?);
        if users.last().is_none_or(|user| user.user_id != user_id) {
            users.push(User {
                user_id,
                name: row.text("name")?,
                display_name: row.text("display_name")?,
                roles: Vec::new(),
                narrowed: Vec::new(),
                is_active: row.flag("is_active")?,
            });
        }
        if let (Some(_), Some(user)) = (row.text_opt("role")?, users.last_mut()) {
            role_scopes::read_grant(row, user)?;
        }
    }
    Ok(users)
}
