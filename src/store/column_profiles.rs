//! Column profiles: written table by table by the attempt that owns the run, read only after the run was completed.

use chrono::NaiveDate;

use super::column_rows::{cut_text, write_texts};
use super::column_values::write_distribution;
use super::{StoreError, Transaction, Value, new_id, rows_insert, run_transitions, sql};
use crate::domain::address::qualified_name;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::{RunId, TableId};
use crate::domain::table_profile::TableProfile;

pub use super::table_details::get_column_detail;

/// Stores the profile of one table for a running attempt. Storing it again replaces it; a lost attempt is refused.
/// Nobody sees it before the run is finished as completed.
pub async fn insert_table_profile(
    tx: &mut Transaction,
    run_id: &RunId,
    attempt: u32,
    table_id: &TableId,
    profile: &TableProfile,
) -> Result<(), StoreError> {
    run_transitions::hold_run(tx, run_id, attempt).await?;
    replace_table_rows(tx, run_id, attempt, table_id, profile).await
}

/// Replaces all rows of one table in one attempt. Whoever calls this knows that the attempt is his to write.
pub(super) async fn replace_table_rows(
    tx: &mut Transaction,
    run_id: &RunId,
    attempt: u32,
    table_id: &TableId,
    profile: &TableProfile,
) -> Result<(), StoreError> {
    for text in [
        "delete from run_tables where profile_run_id = $1 and attempt = $2 and table_id = $3",
        "delete from dq_profile_results where profile_run_id = $1 and attempt = $2 and table_id = $3",
        "delete from dq_profile_columns where profile_run_id = $1 and attempt = $2 and table_id = $3",
        "delete from written_column_values where profile_run_id = $1 and attempt = $2 and table_id = $3",
    ] {
        sql(text)
            .bind(run_id.as_str())
            .bind(attempt)
            .bind(table_id.as_str())
            .execute(&mut *tx)
            .await?;
    }
    insert_run_table(tx, run_id, attempt, table_id, profile).await?;
    let generated_at: Value = sql("select {now} as generated_at")
        .fetch_one(&mut *tx)
        .await?
        .time("generated_at")?
        .into();
    let shared = TableRows {
        run_id,
        attempt,
        table_id,
        profile,
        generated_at,
    };
    let mut results = Vec::new();
    let mut columns = Vec::new();
    for column in &profile.columns {
        results.push(shared.result_row(column)?);
        columns.push(shared.column_row(column));
    }
    let statements = [
        rows_insert("dq_profile_results", RESULT_COLUMNS, results),
        rows_insert("dq_profile_columns", COLUMN_COLUMNS, columns),
    ];
    for statement in statements.into_iter().flatten() {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

const RESULT_COLUMNS: &[&str] = &[
    "result_id",
    "profile_run_id",
    "attempt",
    "table_id",
    "column_id",
    "schema_name",
    "table_name",
    "column_name",
    "ordinal_position",
    "data_type",
    "general_type",
    "record_count",
    "null_count",
    "distinct_count",
    "min_value",
    "max_value",
    "avg_value",
    "stddev_value",
    "percentiles_json",
    "top_values_json",
    "metrics_json",
    "generated_at",
    "values_json",
    "histogram_json",
];

const COLUMN_COLUMNS: &[&str] = &[
    "profile_run_id",
    "attempt",
    "table_id",
    "schema_name",
    "table_name",
    "column_name",
    "qualified_name",
    "data_type",
    "general_type",
    "ordinal_position",
    "row_count",
    "null_count",
    "non_null_count",
    "distinct_count",
    "min_value",
    "max_value",
    "avg_value",
    "stddev_value",
    "median_value",
    "p95_value",
    "true_count",
    "false_count",
    "min_length",
    "max_length",
    "avg_length",
    "non_ascii_ratio",
    "min_date",
    "max_date",
    "date_span_days",
    "generated_at",
];

/// What all rows of one table in one attempt share.
struct TableRows<'a> {
    run_id: &'a RunId,
    attempt: u32,
    table_id: &'a TableId,
    profile: &'a TableProfile,
    generated_at: Value,
}

impl TableRows<'_> {
    fn result_row(&self, column: &ColumnProfile) -> Result<Vec<Value>, StoreError> {
        let texts = write_texts(column)?;
        let distribution = write_distribution(column);
        let metrics = &column.metrics;
        Ok(vec![
            new_id().into(),
            self.run_id.as_str().into(),
            self.attempt.into(),
            self.table_id.as_str().into(),
            format!("{}::{}", self.table_id, column.column_name).to_lowercase().into(),
            (&self.profile.schema_name).into(),
            (&self.profile.table_name).into(),
            (&column.column_name).into(),
            column.ordinal_position.into(),
            (&column.data_type).into(),
            column.general_type.letter().into(),
            column.row_count.into(),
            column.null_count.into(),
            metrics.distinct_count.into(),
            metrics.min_value.as_deref().map(cut_text).into(),
            metrics.max_value.as_deref().map(cut_text).into(),
            metrics.avg_value.into(),
            metrics.stddev_value.into(),
            texts.percentiles.into(),
            distribution.preview.into(),
            texts.metrics.into(),
            self.generated_at.clone(),
            distribution.values.into(),
            distribution.histogram.into(),
        ])
    }

    fn column_row(&self, column: &ColumnProfile) -> Vec<Value> {
        let metrics = &column.metrics;
        let narrow = |value: Option<u64>| value.map(|value| i64::try_from(value).unwrap_or(i64::MAX).min(i64::from(i32::MAX)));
        let non_ascii_ratio = metrics
            .non_ascii_count
            .filter(|_| column.non_null_count > 0)
            .map(|count| count as f64 / column.non_null_count as f64);
        let table_name = qualified_name(&self.profile.schema_name, &self.profile.table_name);
        vec![
            self.run_id.as_str().into(),
            self.attempt.into(),
            self.table_id.as_str().into(),
            (&self.profile.schema_name).into(),
            (&self.profile.table_name).into(),
            (&column.column_name).into(),
            format!("{table_name}.{}", column.column_name).into(),
            (&column.data_type).into(),
            column.general_type.letter().into(),
            column.ordinal_position.into(),
            column.row_count.into(),
            column.null_count.into(),
            column.non_null_count.into(),
            metrics.distinct_count.into(),
            metrics.min_value.as_deref().map(cut_text).into(),
            metrics.max_value.as_deref().map(cut_text).into(),
            metrics.avg_value.into(),
            metrics.stddev_value.into(),
            metrics.median.into(),
            metrics.p95.into(),
            metrics.true_count.into(),
            metrics.false_count.into(),
            narrow(metrics.min_length).into(),
            narrow(metrics.max_length).into(),
            metrics.avg_length.into(),
            non_ascii_ratio.into(),
            metrics.min_date.as_deref().and_then(read_day).into(),
            metrics.max_date.as_deref().and_then(read_day).into(),
            metrics
                .date_span_days
                .map(|days| days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)))
                .into(),
            self.generated_at.clone(),
        ]
    }
}

async fn insert_run_table(
    tx: &mut Transaction,
    run_id: &RunId,
    attempt: u32,
    table_id: &TableId,
    profile: &TableProfile,
) -> Result<(), StoreError> {
    let write = |value: Result<String, serde_json::Error>| value.map_err(|error| StoreError::unreadable("table profile", error));
    let broken = profile.broken_invariants();
    sql("insert into run_tables (profile_run_id, attempt, table_id, run_number, schema_name, table_name, row_count, column_count, rows_scanned,
             bytes_scanned, null_cell_count, started_after_ms, duration_ms, format, profile_mode, engine, engine_version, snapshot_json, rejected_json,
             broken_invariants_json, metrics_json)
         values ($1, $2, $3, (select run_number from dq_profiles where profile_run_id = $1), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
             $20)")
    .bind(run_id.as_str())
    .bind(attempt)
    .bind(table_id.as_str())
    .bind(&profile.schema_name)
    .bind(&profile.table_name)
    .bind(profile.row_count)
    .bind(profile.columns.len() as u64)
    .bind(profile.rows_scanned)
    .bind(profile.bytes_scanned)
    .bind(profile.columns.iter().fold(0_u64, |sum, column| sum.saturating_add(column.null_count)))
    .bind(profile.started_after_ms)
    .bind(profile.duration_ms)
    .bind(&profile.format)
    .bind(profile.mode.word())
    .bind(&profile.engine)
    .bind(&profile.engine_version)
    .bind(write(serde_json::to_string(&profile.snapshot))?)
    .bind(profile.rejected.as_ref().map(|rejected| write(serde_json::to_string(rejected))).transpose()?)
    .bind(if broken.is_empty() { None } else { Some(write(serde_json::to_string(&broken))?) })
    .bind(write(serde_json::to_string(&profile.metrics))?)
    .execute(tx)
    .await?;
    Ok(())
}

/// The day of an ISO 8601 text; nothing where it is none (a year beyond four digits, for example).
fn read_day(text: &str) -> Option<NaiveDate> {
    text.get(..10).and_then(|day| day.parse().ok())
}
