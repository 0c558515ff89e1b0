//! What an administrator may do to the installation itself: the schema, old runs.

use chrono::{DateTime, Utc};

use super::error::AppError;
use super::{access, retention};
use crate::domain::user::{Permission, Viewer};
use crate::store::{Database, audit};

/// Adds what is missing from the schema; says what that was.
pub async fn repair_schema(db: &Database, viewer: &Viewer) -> Result<Vec<String>, AppError> {
    access::require(viewer, Permission::Configure)?;
    let added = db.repair_schema().await?;
    if !added.is_empty() {
        let mut tx = db.begin().await?;
        audit::record(
            &mut tx,
            &access::actor(viewer),
            "schema.repair",
            "schema",
            serde_json::json!({ "added": added }),
        )
        .await?;
        tx.commit().await?;
    }
    Ok(added)
}

/// Removes old runs now rather than when the loop looks next.
pub async fn remove_old_runs(db: &Database, viewer: &Viewer, now: DateTime<Utc>) -> Result<u64, AppError> {
    access::require(viewer, Permission::Configure)?;
    retention::remove_old_runs(db, now).await
}
