//! One-time sign-in links, and the record of attempts that the throttle counts.

use super::{Database, Record, StoreError, Transaction, audit, new_id, sql};
use crate::domain::audit::Actor;
use crate::domain::identifier::UserId;

/// Longest key of a name.
const NAME_KEY_CHARS: usize = 200;

/// A link to make. Only the hash of its token is kept.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// For whom; `None` for the first person of an installation.
    pub user_id: Option<UserId>,
    /// Hash of the token.
    pub token_hash: String,
    /// Seconds until it ends.
    pub expires_in_s: i64,
}

/// A link that may still be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInLink {
    /// Id.
    pub link_id: String,
    /// For whom; `None` for the first person of an installation.
    pub user_id: Option<UserId>,
}

/// Failed attempts of late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailureCounts {
    /// With the same name.
    pub by_name: u64,
    /// From the same address.
    pub by_address: u64,
}

/// Makes a link; earlier unused ones for the same person stop working.
pub async fn create_sign_in_link(tx: &mut Transaction, link: NewLink, actor: &Actor) -> Result<(), StoreError> {
    let user_id = link.user_id.as_ref().map(UserId::as_str);
    sql("update sign_in_links set expires_at = {now} where used_at is null and (user_id = $1 or (user_id is null and $1 is null)) and expires_at > {now}")
        .bind(user_id)
        .execute(&mut *tx)
        .await?;
    sql("insert into sign_in_links (link_id, token_hash, user_id, created_by, created_at, expires_at) values ($1, $2, $3, $4, {now}, {after $5})")
        .bind(new_id())
        .bind(link.token_hash)
        .bind(user_id)
        .bind(&actor.name)
        .bind(link.expires_in_s)
        .execute(&mut *tx)
        .await?;
    audit::record(
        tx,
        actor,
        "sign_in_link.create",
        &format!("user:{}", user_id.unwrap_or("first")),
        serde_json::json!({}),
    )
    .await
}

/// Finds a link that may still be used, without using it.
pub async fn find_sign_in_link(db: &Database, token_hash: &str) -> Result<Option<SignInLink>, StoreError> {
    let row = sql("select link_id, user_id from sign_in_links where token_hash = $1 and used_at is null and expires_at > {now}")
        .bind(token_hash)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read_link).transpose()
}

/// Uses a link: the first caller gets it, every later one gets nothing.
pub async fn consume_sign_in_link(tx: &mut Transaction, token_hash: &str) -> Result<Option<SignInLink>, StoreError> {
    let row = sql("update sign_in_links set used_at = {now} where token_hash = $1 and used_at is null and expires_at > {now} returning link_id, user_id")
        .bind(token_hash)
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(read_link).transpose()
}

/// Notes an attempt to sign in.
pub async fn record_sign_in_attempt(db: &Database, name: &str, address: &str, succeeded: bool) -> Result<(), StoreError> {
    sql("insert into sign_in_attempts (name_key, address, succeeded, attempted_at) values ($1, $2, $3, {now})")
        .bind(name_key(name))
        .bind(address)
        .bind(succeeded)
        .execute(db)
        .await?;
    Ok(())
}

/// Counts the failures of the last `window_s` seconds.
pub async fn count_recent_failures(db: &Database, name: &str, address: &str, window_s: i64) -> Result<FailureCounts, StoreError> {
    let row = sql("select
             (select count(*) from sign_in_attempts where name_key = $1 and not succeeded and attempted_at > {after $3}) as by_name,
             (select count(*) from sign_in_attempts where address = $2 and not succeeded and attempted_at > {after $3}) as by_address")
    .bind(name_key(name))
    .bind(address)
    .bind(-window_s)
    .fetch_one(db)
    .await?;
    Ok(FailureCounts {
        by_name: row.count("by_name")?,
        by_address: row.count("by_address")?,
    })
}

/// Forgets attempts older than `age_s` seconds.
pub async fn delete_old_attempts(db: &Database, age_s: i64) -> Result<u64, StoreError> {
    sql("delete from sign_in_attempts where attempted_at < {after $1}")
        .bind(-age_s)
        .execute(db)
        .await
}

/// Two names that differ only in case or outer spaces are one. Whatever is typed as a name fits an index entry.
pub(super) fn name_key(name: &str) -> String {
    name.trim().to_lowercase().chars().take(NAME_KEY_CHARS).collect()
}

fn read_link(row: &Record) -> Result<SignInLink, StoreError> {
    Ok(SignInLink {
        link_id: row.text("link_id")?,
        user_id: row.text_opt("user_id")?.map(UserId),
    })
}
