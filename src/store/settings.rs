//! Named settings of the installation (`dq_settings`), `schema_version` among them.

use super::{Database, StoreError, Transaction, audit, sql};
use crate::domain::audit::Actor;

/// Reads one setting.
pub async fn get(db: &Database, key: &str) -> Result<Option<String>, StoreError> {
    let row = sql("select value from dq_settings where key = $1")
        .bind(key)
        .fetch_optional(db)
        .await?;
    row.map(|row| row.text_opt("value")).transpose().map(Option::flatten)
}

/// Lists the keys of settings that begin so and are not empty.
pub async fn list_keys(db: &Database, prefix: &str) -> Result<Vec<String>, StoreError> {
    let rows = sql("select key from dq_settings where substr(key, 1, length($1)) = $1 and coalesce(value, '') <> '' order by key")
        .bind(prefix)
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| row.text("key")).collect()
}

/// Removes one setting, if it is there. The trail names the key.
pub async fn remove(tx: &mut Transaction, key: &str, actor: &Actor) -> Result<(), StoreError> {
    let removed = sql("delete from dq_settings where key = $1").bind(key).execute(&mut *tx).await?;
    if removed == 0 {
        return Ok(());
    }
    audit::record(tx, actor, "setting.remove", &format!("setting:{key}"), serde_json::json!({})).await
}

/// Writes one setting. The trail names the key, never the value.
pub async fn set(tx: &mut Transaction, key: &str, value: &str, actor: &Actor) -> Result<(), StoreError> {
    sql("insert into dq_settings (key, value, updated_at) values ($1, $2, {now})
         on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at")
    .bind(key)
    .bind(value)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, actor, "setting.change", &format!("setting:{key}"), serde_json::json!({})).await
}
