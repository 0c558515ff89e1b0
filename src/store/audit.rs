//! The trail: who changed what. Rows are added in the transaction of the change and never touched again.

use serde_json::Value;

use super::{Database, Record, StoreError, Transaction, sql};
use crate::domain::audit::{Actor, AuditEntry};
use crate::domain::identifier::UserId;
use crate::domain::paging::Page;

/// Adds one entry. `details` never holds a secret or a cell value.
pub async fn record(tx: &mut Transaction, actor: &Actor, action: &str, subject: &str, details: Value) -> Result<(), StoreError> {
    sql("insert into audit_log (recorded_at, actor_id, actor_name, action, subject, details_json) values ({now}, $1, $2, $3, $4, $5)")
        .bind(actor.user_id.as_ref().map(UserId::as_str))
        .bind(&actor.name)
        .bind(action)
        .bind(subject)
        .bind(details.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// Lists the trail, newest first; of one subject (`run:0190...`) where it is given.
pub async fn list_audit(db: &Database, subject: Option<&str>, offset: u64, limit: u32) -> Result<Page<AuditEntry>, StoreError> {
    let total = sql("select count(*) as total from audit_log where $1 is null or subject = $1")
        .bind(subject)
        .fetch_one(db)
        .await?
        .count("total")?;
    let rows = sql(
        "select recorded_at, actor_id, actor_name, action, subject, details_json from audit_log
         where $1 is null or subject = $1 order by audit_id desc limit $2 offset $3",
    )
    .bind(subject)
    .bind(limit)
    .bind(offset)
    .fetch_all(db)
    .await?;
    Ok(Page {
        items: rows.iter().map(read_entry).collect::<Result<_, _>>()?,
        total,
        offset,
        limit,
    })
}

fn read_entry(row: &Record) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        at: row.time("recorded_at")?,
        actor: Actor {
            user_id: row.text_opt("actor_id")?.map(UserId),
            name: row.text("actor_name")?,
        },
        action: row.text("action")?,
        subject: row.text("subject")?,
        details: row.json_opt("details_json")?.unwrap_or_default(),
    })
}
