//! Personal API tokens: only the hash of each is kept. A token that was revoked stays in the list, so that nobody wonders.

use chrono::{DateTime, Utc};

use super::{Database, Record, StoreError, Transaction, audit, new_id, sql};
use crate::domain::audit::Actor;
use crate::domain::identifier::UserId;
use crate::domain::user::TokenScope;

/// A token of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiToken {
    /// Id.
    pub token_id: String,
    /// Whose.
    pub user_id: UserId,
    /// What it is for, in the person's words.
    pub name: String,
    /// What it may be used for.
    pub scope: TokenScope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token to keep.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// Whose.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// Hash of its text.
    pub token_hash: String,
    /// What it may be used for.
    pub scope: TokenScope,
    /// How long it works, in seconds.
    pub expires_in_s: i64,
}

/// Keeps a token; gives its id.
pub async fn create_token(tx: &mut Transaction, new: NewApiToken, actor: &Actor) -> Result<String, StoreError> {
    let token_id = new_id();
    sql("insert into api_tokens (token_id, user_id, name, token_hash, scope, created_at, expires_at) values ($1, $2, $3, $4, $5, {now}, {after $6})")
        .bind(&token_id)
        .bind(new.user_id.as_str())
        .bind(&new.name)
        .bind(&new.token_hash)
        .bind(new.scope.word())
        .bind(new.expires_in_s)
        .execute(&mut *tx)
        .await?;
    let details = serde_json::json!({ "name": new.name, "scope": new.scope, "user_id": new.user_id });
    audit::record(tx, actor, "token.create", &format!("token:{token_id}"), details).await?;
    Ok(token_id)
}

/// Lists a person's tokens, newest first.
pub async fn list_tokens(db: &Database, user_id: &UserId) -> Result<Vec<ApiToken>, StoreError> {
    let rows = sql(
        "select token_id, user_id, name, scope, created_at, expires_at, last_used_at, revoked_at from api_tokens
         where user_id = $1 order by created_at desc, token_id desc",
    )
    .bind(user_id.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(read_token).collect()
}

/// Finds the token that works now, by the hash of its text.
pub async fn find_working_token(db: &Database, token_hash: &str) -> Result<Option<ApiToken>, StoreError> {
    let row = sql(
        "select token_id, user_id, name, scope, created_at, expires_at, last_used_at, revoked_at from api_tokens
         where token_hash = $1 and revoked_at is null and expires_at > {now}",
    )
    .bind(token_hash)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(read_token).transpose()
}

/// Notes that a token was used, at most once a minute.
pub async fn note_use(db: &Database, token_id: &str) -> Result<(), StoreError> {
    sql("update api_tokens set last_used_at = {now} where token_id = $1 and (last_used_at is null or last_used_at < {after -60})")
        .bind(token_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends a token of a person; false where it is not theirs or had ended.
pub async fn revoke_token(tx: &mut Transaction, user_id: &UserId, token_id: &str, actor: &Actor) -> Result<bool, StoreError> {
    let changed = sql("update api_tokens set revoked_at = {now} where token_id = $1 and user_id = $2 and revoked_at is null")
        .bind(token_id)
        .bind(user_id.as_str())
        .execute(&mut *tx)
        .await?;
    if changed == 1 {
        audit::record(tx, actor, "token.revoke", &format!("token:{token_id}"), serde_json::json!({})).await?;
    }
    Ok(changed == 1)
}

fn read_token(row: &Record) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        token_id: row.text("token_id")?,
        user_id: UserId(row.text("user_id")?),
        name: row.text("name")?,
        scope: row.word("scope", TokenScope::from_word)?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        last_used_at: row.time_opt("last_used_at")?,
        revoked_at: row.time_opt("revoked_at")?,
    })
}
