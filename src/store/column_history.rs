//! A column over the runs that have it, with the values and bars of each; and all columns of a table in one run, whole.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::column_reads::read_value_row;
use super::column_rows::read_result;
use super::{Database, Record, StoreError, sql};
use crate::domain::column_profile::{ColumnProfile, HistogramBin, TopValue};
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

/// The newest `limit` completed runs of a column, newest first. Two statements.
pub async fn list_column_history(db: &Database, table: &TableId, column_name: &str, limit: u32) -> Result<Vec<ColumnInRun>, StoreError> {
    let rows = sql("select r.profile_run_id, rt.run_number, rt.completed_at, r.column_name, r.ordinal_position, r.data_type, r.general_type, r.record_count,
             r.null_count, r.distinct_count, r.min_value, r.max_value, r.avg_value, r.stddev_value, r.percentiles_json, r.metrics_json
         from run_tables rt join dq_profile_results r on r.table_id = rt.table_id and substr(r.column_name, 1, 400) = substr($2, 1, 400)
             and r.column_name = $2 and r.profile_run_id = rt.profile_run_id and r.attempt = rt.attempt
         where rt.table_id = $1 and rt.completed_at is not null and rt.failure_json is null order by rt.run_number desc limit $3")
    .bind(table.as_str())
    .bind(column_name)
    .bind(limit)
    .fetch_all(db)
    .await?;
    let mut points = rows.iter().map(read_point).collect::<Result<Vec<_>, _>>()?;
    let Some(oldest) = points.last().map(|point| point.run_number) else {
        return Ok(points);
    };
    let rows = sql("select v.profile_run_id, v.ordinal_position, v.is_bucket, v.value, v.frequency, v.relative_freq, v.bucket_label, v.bucket_lower_bound,
             v.bucket_upper_bound
         from run_tables rt join dq_profile_results r on r.table_id = rt.table_id and substr(r.column_name, 1, 400) = substr($2, 1, 400)
             and r.column_name = $2 and r.profile_run_id = rt.profile_run_id and r.attempt = rt.attempt
         join dq_profile_column_values v on v.profile_run_id = r.profile_run_id and v.attempt = r.attempt and v.table_id = r.table_id
             and v.ordinal_position = r.ordinal_position
         where rt.table_id = $1 and rt.completed_at is not null and rt.failure_json is null and rt.run_number >= $3
         order by v.profile_run_id, v.is_bucket, v.rank, v.bucket_label")
    .bind(table.as_str())
    .bind(column_name)
    .bind(oldest)
    .fetch_all(db)
    .await?;
    let mut values = gather_values(&rows)?;
    for point in &mut points {
        let key = (point.profile_run_id.0.clone(), point.column.ordinal_position);
        (point.column.top_values, point.column.histogram) = values.remove(&key).unwrap_or_default();
    }
    Ok(points)
}

/// All columns of a table in one published run, whole, in their order. Two statements.
pub async fn list_whole_columns(db: &Database, table: &TableId, run: &RunId, attempt: u32) -> Result<Vec<ColumnProfile>, StoreError> {
    let rows = sql("select column_name, ordinal_position, data_type, general_type, record_count, null_count, distinct_count, min_value, max_value, avg_value,
             stddev_value, percentiles_json, metrics_json
         from dq_profile_results where table_id = $1 and profile_run_id = $2 and attempt = $3 order by ordinal_position")
    .bind(table.as_str())
    .bind(run.as_str())
    .bind(attempt)
    .fetch_all(db)
    .await?;
    let mut columns = rows.iter().map(|row| read_result(row, false)).collect::<Result<Vec<_>, _>>()?;
    let rows = sql("select profile_run_id, ordinal_position, is_bucket, value, frequency, relative_freq, bucket_label, bucket_lower_bound, bucket_upper_bound
         from dq_profile_column_values where profile_run_id = $1 and attempt = $2 and table_id = $3
         order by ordinal_position, is_bucket, rank, bucket_label")
    .bind(run.as_str())
    .bind(attempt)
    .bind(table.as_str())
    .fetch_all(db)
    .await?;
    let mut values = gather_values(&rows)?;
    for column in &mut columns {
        let key = (run.0.clone(), column.ordinal_position);
        (column.top_values, column.histogram) = values.remove(&key).unwrap_or_default();
    }
    Ok(columns)
}

/// By run and place of the column.
type ValuesByColumn = HashMap<(String, u32), (Vec<TopValue>, Vec<HistogramBin>)>;

fn gather_values(rows: &[Record]) -> Result<ValuesByColumn, StoreError> {
    let mut values: ValuesByColumn = HashMap::new();
    for row in rows {
        let key = (row.text("profile_run_id")?, row.small("ordinal_position")?);
        let (tops, bins) = values.entry(key).or_default();
        read_value_row(row, tops, bins)?;
    }
    Ok(values)
}

fn read_point(row: &Record) -> Result<ColumnInRun, StoreError> {
    Ok(ColumnInRun {
        profile_run_id: RunId(row.text("profile_run_id")?),
        run_number: row.integer("run_number")?,
        completed_at: row.time_opt("completed_at")?,
        column: read_result(row, false)?,
    })
}
