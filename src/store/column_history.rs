//! A column over the runs that have it, with the values and bars of each; and all columns of a table in one run, whole.

use chrono::{DateTime, Utc};

use super::candidate_runs::NOT_NOTED;
use super::column_contents::name_hash;
use super::column_reads::{TYPED_COLUMNS, read_typed};
use super::column_rows::read_result;
use super::column_values::{list_written_values, read_distribution};
use super::result_sources::{exists_in_either, from_both, from_written};
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

/// The newest `$4` runs of table `$1` that have a column named `$2`, hash `$3`, with some `columns` of it and of the run `newest`: found before
/// anything is read of them. Up to `$4` that Limn noted, and as many of which others left rows, among them or newer.
pub(super) fn select_history(columns: &str) -> String {
    let (is_column, has_column) = (column_of_run("newest"), exists_in_either(&column_of_run("rt")));
    let noted = "rt.table_id = $1 and rt.completed_at is not null and rt.failure_json is null";
    let of_limn = format!(
        "(select rt.profile_run_id, rt.attempt, rt.table_id, rt.run_number, rt.completed_at from run_tables rt
             where {noted} and {has_column} order by rt.run_number desc limit $4)"
    );
    let left = from_written(
        "exists (select 1 from @results where @run.table_id = $1 and @run.profile_run_id = p.profile_run_id and @run.attempt = p.attempt and @named($2, $3) limit 1 offset 0)",
    );
    let of_others = format!(
        "(select p.profile_run_id, p.attempt, $1 as table_id, p.run_number, coalesce(p.completed_at, p.started_at, p.requested_at) as completed_at
             from dq_profiles p where p.table_group_id = (select t.table_group_id from dq_tables t where t.table_id = $1) and p.status = 'completed'
                 and p.run_number >= coalesce((select rt.run_number from run_tables rt where {noted} order by rt.run_number desc limit 1 offset $4), 0)
                 and {NOT_NOTED} and {left} order by p.run_number desc limit $4)"
    );
    let select = |runs: &str| format!("select {columns} from {runs} newest, @results where {is_column}");
    format!("{} union all {}", from_both(&select(&of_limn)), from_written(&select(&of_others)))
}

/// The column `$2` with hash `$3` of a table in its run.
fn column_of_run(run: &str) -> String {
    format!(
        "@run.table_id = {run}.table_id and @run.profile_run_id = {run}.profile_run_id and @run.attempt = {run}.attempt and @named($2, $3)"
    )
}

/// The newest `limit` completed runs of a column, newest first, whoever wrote them. Two statements; more where others wrote values as rows.
pub async fn list_column_history(db: &Database, table: &TableId, column_name: &str, limit: u32) -> Result<Vec<ColumnInRun>, StoreError> {
    let columns = "@run.profile_run_id, @run.attempt, newest.run_number, newest.completed_at, @figures, @column.values_json, @told, @bars";
    let rows = sql_joined(format!("{} order by run_number desc", select_history(columns)))
        .bind(table.as_str())
        .bind(column_name)
        .bind(name_hash(column_name))
        .bind(limit)
        .fetch_all(db)
        .await?;
    let mut points = rows.iter().map(read_point).collect::<Result<Vec<_>, _>>()?;
    add_written_values(db, table, &mut points).await?;
    let typed = list_typed_history(db, table, column_name, limit).await?;
    let mut points: Vec<ColumnInRun> = points.into_iter().map(|point| point.in_run).chain(typed).collect();
    points.sort_by_key(|point| std::cmp::Reverse(point.run_number));
    points.truncate(limit as usize);
    Ok(points)
}

/// The newest `limit` completed runs of a column of which others left typed columns alone, newest first. One statement; two where they wrote
/// values as rows.
pub(super) async fn list_typed_history(
    db: &Database,
    table: &TableId,
    column_name: &str,
    limit: u32,
) -> Result<Vec<ColumnInRun>, StoreError> {
    let rows = sql_joined(format!(
        "select {TYPED_COLUMNS}, w.profile_run_id, w.attempt, p.run_number, coalesce(p.completed_at, p.started_at, p.requested_at) as completed_at
         from written_columns w join dq_profiles p on p.profile_run_id = w.profile_run_id and p.attempt = w.attempt
         where w.table_id = $1 and substr(w.column_name, 1, 400) = substr($2, 1, 400) and w.column_name = $2 and p.status = 'completed'
             and {NOT_NOTED}
             and not exists (select 1 from written_results r where r.table_id = $1 and r.profile_run_id = w.profile_run_id and r.attempt = w.attempt
                 limit 1 offset 0)
         order by p.run_number desc limit $3"
    ))
    .bind(table.as_str())
    .bind(column_name)
    .bind(limit)
    .fetch_all(db)
    .await?;
    let mut points = Vec::with_capacity(rows.len());
    for row in &rows {
        points.push(StoredPoint {
            in_run: ColumnInRun {
                profile_run_id: RunId(row.text("profile_run_id")?),
                run_number: row.integer("run_number")?,
                completed_at: row.time_opt("completed_at")?,
                column: read_typed(row)?.column,
            },
            attempt: row.small("attempt")?,
            has_values: false,
        });
    }
    add_written_values(db, table, &mut points).await?;
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

/// The values that others wrote as rows, of the points that have none beside their figures. One statement, or none.
async fn add_written_values(db: &Database, table: &TableId, points: &mut [StoredPoint]) -> Result<(), StoreError> {
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
    Ok(())
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
