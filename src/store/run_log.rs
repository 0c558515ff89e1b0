//! The log of a run: sentences for people, never cell values.

use super::statement::Place;
use super::{Database, Record, StoreError, list_of, sql};
use crate::domain::identifier::RunId;
use crate::domain::profile_run::RunLogLine;

/// Levels, least first.
const LEVELS: [&str; 3] = ["info", "warn", "error"];

/// Adds a line, inside a transaction or by itself.
#[expect(
    private_bounds,
    reason = "callers pass &Database or &mut Transaction; the seam stays inside the store"
)]
pub async fn append_log<P: Place>(place: P, run_id: &RunId, attempt: u32, level: &str, message: &str) -> Result<(), StoreError> {
    sql("insert into run_log (profile_run_id, attempt, logged_at, level, message) values ($1, $2, {now}, $3, $4)")
        .bind(run_id.as_str())
        .bind(attempt)
        .bind(level)
        .bind(message)
        .execute(place)
        .await?;
    Ok(())
}

/// Lists the newest lines of at least a level, oldest first. An unknown level means all.
pub async fn list_log(db: &Database, run_id: &RunId, min_level: &str, limit: u32) -> Result<Vec<RunLogLine>, StoreError> {
    let first = LEVELS.iter().position(|level| *level == min_level).unwrap_or(0);
    let rows = sql(
        "select logged_at, level, message from run_log where profile_run_id = $1 and level in {list $2} order by line_id desc limit $3",
    )
    .bind(run_id.as_str())
    .bind(list_of(&LEVELS[first..]))
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter().rev().map(read_line).collect()
}

fn read_line(row: &Record) -> Result<RunLogLine, StoreError> {
    Ok(RunLogLine {
        at: row.time("logged_at")?,
        level: row.text("level")?,
        message: row.text("message")?,
    })
}
