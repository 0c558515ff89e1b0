//! Messages to the world outside this database, written in the transaction of what they tell, delivered at least once.
//!
//! A relay holds a lease on a message while it delivers it. The consumer gets a stable id and takes each only once.

use serde_json::Value;

use super::{Database, Record, StoreError, Transaction, new_id, sql};

/// A message to deliver.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Stable id: the same at every delivery.
    pub outbox_id: String,
    /// `run.requested`.
    pub kind: String,
    /// What it is about: an id.
    pub subject: String,
    /// Everything the consumer needs.
    pub payload: Value,
    /// Number of this delivery, from 1.
    pub attempt: u32,
}

/// Adds a message to the transaction.
pub async fn enqueue(tx: &mut Transaction, kind: &str, subject: &str, payload: &Value) -> Result<String, StoreError> {
    let outbox_id = new_id();
    sql("insert into outbox (outbox_id, kind, subject, payload_json, created_at, available_at) values ($1, $2, $3, $4, {now}, {now})")
        .bind(&outbox_id)
        .bind(kind)
        .bind(subject)
        .bind(payload.to_string())
        .execute(tx)
        .await?;
    Ok(outbox_id)
}

/// Takes the oldest message that is due and that nobody holds.
pub async fn claim_message(db: &Database, owner: &str, lease_s: i64) -> Result<Option<Message>, StoreError> {
    let mut tx = db.begin().await?;
    let row = sql(
        "update outbox set attempt = attempt + 1, lease_owner = $1, lease_expires_at = {after $2}
         where outbox_id = (
             select outbox_id from outbox
             where done_at is null and available_at <= {now} and (lease_expires_at is null or lease_expires_at < {now})
             order by available_at, outbox_id limit 1 {skip locked})
         returning outbox_id, kind, subject, payload_json, attempt",
    )
    .bind(owner)
    .bind(lease_s)
    .fetch_optional(&mut tx)
    .await?;
    tx.commit().await?;
    row.as_ref().map(read_message).transpose()
}

/// Marks a message as delivered; false where another delivery has it now.
pub async fn mark_delivered(db: &Database, outbox_id: &str, attempt: u32) -> Result<bool, StoreError> {
    let changed = sql(
        "update outbox set done_at = {now}, lease_owner = null, lease_expires_at = null, last_error = null
         where outbox_id = $1 and attempt = $2 and done_at is null",
    )
    .bind(outbox_id)
    .bind(attempt)
    .execute(db)
    .await?;
    Ok(changed == 1)
}

/// Marks the open messages about a subject as done inside the transaction that made them so.
pub(crate) async fn settle(tx: &mut Transaction, kind: &str, subject: &str) -> Result<(), StoreError> {
    sql("update outbox set done_at = {now}, lease_owner = null, lease_expires_at = null where kind = $1 and subject = $2 and done_at is null")
        .bind(kind)
        .bind(subject)
        .execute(tx)
        .await?;
    Ok(())
}

/// Messages that wait.
pub async fn count_open(db: &Database) -> Result<u64, StoreError> {
    sql("select count(*) as open_count from outbox where done_at is null")
        .fetch_one(db)
        .await?
        .count("open_count")
}

fn read_message(row: &Record) -> Result<Message, StoreError> {
    Ok(Message {
        outbox_id: row.text("outbox_id")?,
        kind: row.text("kind")?,
        subject: row.text("subject")?,
        payload: row.json_opt("payload_json")?.unwrap_or_default(),
        attempt: row.small("attempt")?,
    })
}
