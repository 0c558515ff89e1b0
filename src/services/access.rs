//! Who may come in: sign-in with a throttle, one-time links, passwords, and the check of a permission.

use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};

use super::error::AppError;
use super::passwords;
use crate::domain::audit::Actor;
use crate::domain::identifier::{TableGroupId, UserId};
use crate::domain::user::{Permission, Role, TokenScope, User, Viewer};
use crate::store::{Database, audit, connections, sign_in as links, users};

/// Failed sign-ins are counted over this many seconds.
const THROTTLE_WINDOW_S: i64 = 900;
/// Failures of one name before it has to wait.
const FAILURES_BY_NAME: u64 = 8;
/// Failures from one address before it has to wait.
const FAILURES_BY_ADDRESS: u64 = 40;
/// How long a one-time link works, in seconds.
pub const LINK_LIFETIME_S: i64 = 24 * 3600;
/// Longest name to sign in with (characters).
const LONGEST_NAME: usize = 80;

/// 256 random bits from the operating system as 64 hexadecimal digits.
pub fn random_token() -> String {
    let mut bytes = [0_u8; 32];
    SysRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system has a random number generator");
    hex(&bytes)
}

/// What is stored of a token: its SHA-256, so that a stolen database opens nothing.
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Lower-case hexadecimal text.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The person acting, for the audit.
pub fn actor(viewer: &Viewer) -> Actor {
    Actor {
        user_id: Some(viewer.user.user_id.clone()),
        name: viewer.user.name.clone(),
    }
}

/// Refuses unless the person holds the permission.
pub fn require(viewer: &Viewer, permission: Permission) -> Result<(), AppError> {
    if viewer.may(permission) {
        return Ok(());
    }
    // The person may do it, the token may not: another role would not help.
    match viewer.token_scope.filter(|_| viewer.user.may(permission)) {
        Some(scope) => Err(AppError::Narrow {
            scope,
            needed: TokenScope::least_for(permission),
        }),
        None => Err(AppError::Denied(permission)),
    }
}

/// Refuses unless one of the person's roles carries the permission for this group. What the person does not see is not there.
pub async fn require_on_group(db: &Database, viewer: &Viewer, permission: Permission, group: &TableGroupId) -> Result<(), AppError> {
    require(viewer, permission)?;
    let scope = viewer.user.scope_of(permission);
    if scope.is_everything() || connections::find_table_group(&db.within(scope), group).await?.is_some() {
        return Ok(());
    }
    let seen = connections::find_table_group(&db.within(viewer.scope()), group).await?;
    Err(seen.map_or(AppError::NotFound, |_| AppError::Denied(permission)))
}

/// Checks name and password. The answer never says which of the two was wrong, nor whether the name exists.
pub async fn sign_in(db: &Database, name: &str, password: String, address: &str) -> Result<User, AppError> {
    let name = name.trim();
    let failures = links::count_recent_failures(db, name, address, THROTTLE_WINDOW_S).await?;
    if failures.by_name >= FAILURES_BY_NAME || failures.by_address >= FAILURES_BY_ADDRESS {
        return Err(AppError::Throttled {
            wait_s: THROTTLE_WINDOW_S.unsigned_abs() / 3,
        });
    }
    let found = users::find_user_by_name(db, name).await?;
    let hash = found.as_ref().and_then(|credentials| credentials.password_hash.clone());
    let fits = passwords::verify(password, hash).await?;
    links::record_sign_in_attempt(db, name, address, fits).await?;
    match found {
        Some(credentials) if fits && credentials.user.is_active => Ok(credentials.user),
        _ => Err(AppError::refused(
            "Name or password is wrong",
            "Try again, or ask an administrator for a one-time link (limn user link NAME).",
        )),
    }
}

/// Makes a one-time link for a person, or, while nobody exists, for the first administrator. Returns the token.
pub async fn create_link(db: &Database, user_id: Option<UserId>, actor: &Actor) -> Result<String, AppError> {
    let token = random_token();
    let mut tx = db.begin().await?;
    let link = links::NewLink {
        user_id,
        token_hash: token_hash(&token),
        expires_in_s: LINK_LIFETIME_S,
    };
    links::create_sign_in_link(&mut tx, link, actor).await?;
    tx.commit().await?;
    Ok(token)
}

/// What the holder of a link meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Nobody exists yet: the holder becomes the first administrator.
    FirstPerson,
    /// The way back in for a known person.
    Recovery,
}

/// Looks at a link without using it up; `None` when it is unknown, used, expired, or the first link after somebody exists.
pub async fn inspect_link(db: &Database, token: &str) -> Result<Option<LinkKind>, AppError> {
    let Some(link) = links::find_sign_in_link(db, &token_hash(token)).await? else {
        return Ok(None);
    };
    if link.user_id.is_some() {
        return Ok(Some(LinkKind::Recovery));
    }
    Ok((users::count_users(db).await? == 0).then_some(LinkKind::FirstPerson))
}

/// Uses a link up and says who is signed in now. The first person becomes administrator.
pub async fn accept_link(db: &Database, token: &str, password: Option<String>) -> Result<User, AppError> {
    let spent = || {
        AppError::refused(
            "This link does not work any more",
            "Links work once and for a day. Make a new one: limn user link NAME.",
        )
    };
    let password = password.filter(|text| !text.is_empty());
    if let Some(text) = &password {
        passwords::check_strength(text, "")?;
    }
    let hash = match password {
        Some(text) => Some(passwords::hash(text).await?),
        None => None,
    };
    let mut tx = db.begin().await?;
    let link = links::consume_sign_in_link(&mut tx, &token_hash(token)).await?.ok_or_else(spent)?;
    let user = match link.user_id {
        Some(user_id) => {
            let user = users::get_user(&mut tx, &user_id).await?;
            if !user.is_active {
                return Err(spent());
            }
            if let Some(hash) = hash {
                users::set_password(
                    &mut tx,
                    &user_id,
                    &hash,
                    &Actor {
                        user_id: Some(user_id.clone()),
                        name: user.name.clone(),
                    },
                )
                .await?;
            }
            user
        }
        None => {
            if users::count_users(&mut tx).await? > 0 {
                return Err(spent());
            }
            let first = users::NewUser {
                name: "admin".into(),
                display_name: "Admin".into(),
                password_hash: hash,
                roles: vec![Role::Admin],
            };
            users::create_user(&mut tx, first, &Actor::limn()).await?
        }
    };
    let actor = Actor {
        user_id: Some(user.user_id.clone()),
        name: user.name.clone(),
    };
    audit::record(
        &mut tx,
        &actor,
        "session.link",
        &format!("user:{}", user.user_id),
        serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(user)
}

/// A new password for the signed-in person; the present one is asked for where there is one. All sessions of the person
/// end with the old password; the caller begins a new one.
pub async fn change_password(db: &Database, viewer: &Viewer, current: String, password: String) -> Result<(), AppError> {
    passwords::check_strength(&password, &viewer.user.name)?;
    let known = users::find_user_by_name(db, &viewer.user.name)
        .await?
        .and_then(|credentials| credentials.password_hash);
    if known.is_some() && !passwords::verify(current, known).await? {
        return Err(AppError::refused(
            "The present password is wrong",
            "Try again, or use a one-time link: limn user link NAME.",
        ));
    }
    let hash = passwords::hash(password).await?;
    let mut tx = db.begin().await?;
    users::set_password(&mut tx, &viewer.user.user_id, &hash, &actor(viewer)).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes a person from the command line. Returns the person; a link or password is made apart.
pub async fn create_person(db: &Database, name: &str, display_name: &str, roles: Vec<Role>, actor: &Actor) -> Result<User, AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(|ch| ch.is_control() || ch.is_whitespace()) {
        return Err(AppError::refused(
            "The name cannot be used",
            format!("Use 1 to {LONGEST_NAME} characters without spaces."),
        ));
    }
    if users::find_user_by_name(db, name).await?.is_some() {
        return Err(AppError::conflict(
            format!("{name} exists already"),
            "Choose another name, or change that person.",
        ));
    }
    if roles.is_empty() {
        return Err(AppError::refused(
            "A person needs a role",
            "Name one or more of analyst, steward, tester, report_owner, admin.",
        ));
    }
    let display_name = if display_name.trim().is_empty() {
        name
    } else {
        display_name.trim()
    };
    let mut tx = db.begin().await?;
    let person = users::NewUser {
        name: name.into(),
        display_name: display_name.into(),
        password_hash: None,
        roles,
    };
    let user = users::create_user(&mut tx, person, actor).await?;
    tx.commit().await?;
    Ok(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_only_their_hash_is_stored() {
        let (one, two) = (random_token(), random_token());
        assert_eq!(one.len(), 64);
        assert_ne!(one, two);
        assert_eq!(
            token_hash("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
