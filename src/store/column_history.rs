//! A column over the runs that have it, with the values and bars of each; and all columns of a table in one run, whole.

use chrono::{DateTime, Utc};

use super::column_contents::name_hash;
use super::column_rows::read_result;
use super::column_values::{list_written_values, read_distribution};
use super::result_sources::{exists_in_either, from_both};
use super::statement::sql_joined;
use super::{Database, Record, StoreError};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::{RunId, TableId};

/// A column in one run.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ColumnInRun {
    /// Run.
    pub profile_run_id: RunId,
    /// Its number.
    pub run_number: i64,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// All figures, values and bars.
    pub column: ColumnProfile,
}

/// The newest `$4` published runs of table `$1` that have a column named `$2`, hash `$3`, as a table in brackets: found before anything is read of them.
pub(super) fn newest_runs_with_column() -> String {
    let has_column = exists_in_either(&column_of_run("rt"));
    format!(
        "(select rt.profile_run_id, rt.attempt, rt.table_id, rt.run_number, rt.completed_at from run_tables rt
         where rt.table_id = $1 and rt.completed_at is not null and rt.failure_json is null and {has_column}
         order by rt.run_number desc limit $4)"
    )
}

/// The column `$2` with hash `$3` of a table in its run.
pub(super) fn column_of_run(run: &str) -> String {
    format!(
        "@run.table_id = {run}.table_id and @run.profile_run_id = {run}.profile_run_id and @run.attempt = {run}.attempt and @named($2, $3)"
    )
}

/// The newest `limit` completed runs of a column, newest first. One statement; two where others wrote values as rows.
pub async fn list_column_history(db: &Database, table: &TableId, column_name: &str, limit: u32) -> Result<Vec<ColumnInRun>, StoreError> {
    let newest = newest_runs_with_column();
    let rows = sql_joined(format!(
        "{} order by run_number desc",
        from_both(&format!(
            "select @run.profile_run_id, @run.attempt, newest.run_number, newest.completed_at, @figures, @column.values_json, @told, @bars
             from {newest} newest, @results where {}",
            column_of_run("newest")
        ))
    ))
    .bind(table.as_str())
    .bind(column_name)
    .bind(name_hash(column_name))
    .bind(limit)
    .fetch_all(db)
    .await?;
    let mut points = rows.iter().map(read_point).collect::<Result<Vec<_>, _>>()?;
    let bare: Vec<(&str, u32)> = points
        .iter()
        .filter(|point| !point.has_values)
        .map(|point| (point.in_run.profile_run_id.as_str(), point.attempt))
        .collect();
    let mut written = list_written_values(db, table, &bare, None).await?;
    for StoredPoint { in_run, .. } in points.iter_mut().filter(|point| !point.has_values) {
        let place = (in_run.profile_run_id.0.clone(), in_run.column.ordinal_position);
        if let Some(distribution) = written.remove(&place) {
            distribution.put_into(&mut in_run.column);
        }
    }
    Ok(points.into_iter().map(|point| point.in_run).collect())
}

/// All columns of a table in one published run, whole, in their order. One statement; two where others wrote values as rows.
pub async fn list_whole_columns(db: &Database, table: &TableId, run: &RunId, attempt: u32) -> Result<Vec<ColumnProfile>, StoreError> {
    let rows = sql_joined(format!(
        "{} order by ordinal_position",
        from_both(
            "select @figures, @column.values_json, @told, @bars from @results
             where @run.table_id = $1 and @run.profile_run_id = $2 and @run.attempt = $3"
        )
    ))
    .bind(table.as_str())
    .bind(run.as_str())
    .bind(attempt)
    .fetch_all(db)
    .await?;
    let mut columns = Vec::with_capacity(rows.len());
    let mut bare = Vec::new();
    for row in &rows {
        let mut column = read_result(row)?;
        let (distribution, has_values) = read_distribution(row)?;
        distribution.put_into(&mut column);
        if !has_values {
            bare.push(columns.len());
        }
        columns.push(column);
    }
    let runs: &[(&str, u32)] = if bare.is_empty() { &[] } else { &[(run.as_str(), attempt)] };
    let mut written = list_written_values(db, table, runs, None).await?;
    for at in bare {
        let column: &mut ColumnProfile = &mut columns[at];
        let place = (run.0.clone(), column.ordinal_position);
        if let Some(distribution) = written.remove(&place) {
            distribution.put_into(column);
        }
    }
    Ok(columns)
}

/// A point of the history, and whether its values stood beside its figures.
struct StoredPoint {
    in_run: ColumnInRun,
    attempt: u32,
    has_values: bool,
}

fn read_point(row: &Record) -> Result<StoredPoint, StoreError> {
    let mut column = read_result(row)?;
    let (distribution, has_values) = read_distribution(row)?;
    distribution.put_into(&mut column);
    Ok(StoredPoint {
        in_run: ColumnInRun {
            profile_run_id: RunId(row.text("profile_run_id")?),
            run_number: row.integer("run_number")?,
            completed_at: row.time_opt("completed_at")?,
            column,
        },
        attempt: row.small("attempt")?,
        has_values,
    })
}
