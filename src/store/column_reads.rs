//! One column of one run by name, from `dq_profile_results` or `dq_profile_columns` as they are kept, with its values and anomalies.
//!
//! Only completed runs are read, and of each the attempt that was published. Names are matched as the caller gives them
//! (`name_match` in the services decides what a name may mean).

use super::candidate_runs::CandidateRun;
use super::column_contents::name_hash;
use super::column_rows::{read_result, read_written_object};
use super::column_values::{Distribution, list_written_values, read_distribution};
use super::result_sources::{exists_in_either, from_both};
use super::statement::sql_joined;
use super::veil::{veil_column, veil_finding};
use super::{Database, Record, StoreError, list_of, sql};
use crate::domain::anomaly::{AnomalyEvidence, ProfileAnomaly};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::{RunId, TableGroupId, TableId};
use crate::domain::loose_figures;

/// A table of a group by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTable {
    /// Id.
    pub table_id: TableId,
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
}

/// A column as rows have it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredColumn {
    /// Schema as the row says it.
    pub schema_name: String,
    /// Table as the row says it.
    pub table_name: String,
    /// Figures, with the values and bars that stand beside them.
    pub column: ColumnProfile,
    /// Whether these are all values and bars; else others may have written them as rows, which win.
    pub has_values: bool,
}

/// The group's tables with one of these names; all of them for an empty list.
pub async fn list_tables_named(db: &Database, group: &TableGroupId, names: &[String]) -> Result<Vec<NamedTable>, StoreError> {
    let rows = sql("select table_id, schema_name, table_name from dq_tables
         where table_group_id = $1 and ($2 or table_name in {list $3} or lower(table_name) in {list $3}) order by schema_name, table_name")
    .bind(group.as_str())
    .bind(names.is_empty())
    .bind(list_of(names))
    .fetch_all(db)
    .await?;
    rows.iter().map(read_named_table).collect()
}

/// The group's tables whose latest completed run has a column of one of these spellings.
pub async fn list_tables_with_column(db: &Database, group: &TableGroupId, spellings: &[String]) -> Result<Vec<NamedTable>, StoreError> {
    let has_column = exists_in_either(
        "@run.table_id = t.table_id and @run.profile_run_id = ch.last_complete_profile_run_id and @run.attempt = ch.last_complete_attempt
             and (@column.column_name in {list $2} or lower(@column.column_name) in {list $2})",
    );
    let rows = sql_joined(format!(
        "select t.table_id, t.schema_name, t.table_name from dq_tables t join dq_data_table_chars ch on ch.table_id = t.table_id
         where t.table_group_id = $1 and {has_column} order by t.schema_name, t.table_name"
    ))
    .bind(group.as_str())
    .bind(list_of(spellings))
    .fetch_all(db)
    .await?;
    rows.iter().map(read_named_table).collect()
}

/// What is stored as the payload of a run: the document or its address. Nothing where it is longer than `most` characters.
pub async fn find_payload(db: &Database, run: &RunId, most: u64) -> Result<Option<String>, StoreError> {
    let row =
        sql("select case when length(payload_path) <= $2 then payload_path end as payload_path from dq_profiles where profile_run_id = $1")
            .bind(run.as_str())
            .bind(most)
            .fetch_optional(db)
            .await?;
    row.map(|row| row.text_opt("payload_path")).transpose().map(Option::flatten)
}

/// A column whole, of one table in one run.
const WHOLE_COLUMN: &str = "select @run.schema_name, @run.table_name, @figures, @column.values_json, @told, @bars from @results
     where @run.table_id = $1 and @run.profile_run_id = $2 and @run.attempt = $3";

/// The columns of `dq_profile_results` with exactly this name: by index.
pub async fn find_result_column(
    db: &Database,
    run: &CandidateRun,
    table: &TableId,
    name: &str,
) -> Result<Option<StoredColumn>, StoreError> {
    let row = sql_joined(from_both(&format!("{WHOLE_COLUMN} and @named($4, $5)")))
        .bind(table.as_str())
        .bind(run.profile_run_id.as_str())
        .bind(run.attempt)
        .bind(name)
        .bind(name_hash(name))
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read_stored).transpose()
}

/// The columns of `dq_profile_results` with one of these spellings, capitals ignored.
pub async fn list_result_columns(
    db: &Database,
    run: &CandidateRun,
    table: &TableId,
    spellings: &[String],
) -> Result<Vec<StoredColumn>, StoreError> {
    let spelled = "(@column.column_name in {list $4} or lower(@column.column_name) in {list $4})";
    let rows = sql_joined(format!(
        "{} order by ordinal_position",
        from_both(&format!("{WHOLE_COLUMN} and {spelled}"))
    ))
    .bind(table.as_str())
    .bind(run.profile_run_id.as_str())
    .bind(run.attempt)
    .bind(list_of(spellings))
    .fetch_all(db)
    .await?;
    rows.iter().map(read_stored).collect()
}

/// Why typed columns answer.
pub const NO_RESULTS: &str = "dq_profile_results has no row of this table in this run.";

/// What [`read_typed`] reads of `written_columns w`.
pub(super) const TYPED_COLUMNS: &str = "w.schema_name, w.table_name, w.column_name, w.ordinal_position, w.data_type, w.general_type, w.row_count,
     w.null_count, w.non_null_count, w.distinct_count, w.min_value, w.max_value, w.avg_value, w.stddev_value, w.median_value, w.p95_value, w.true_count,
     w.false_count, w.min_length, w.max_length, w.avg_length, w.non_ascii_ratio, cast(w.min_date as text) as min_date,
     cast(w.max_date as text) as max_date, w.date_span_days, w.metrics_json, {personal w.table_id w.column_name} as personal_word";

/// All columns that others wrote to `dq_profile_columns` of a table in a run, with their values, in their order. Two statements.
pub async fn list_typed_table(db: &Database, table: &TableId, run: &RunId, attempt: u32) -> Result<Vec<ColumnProfile>, StoreError> {
    let rows = sql_joined(format!(
        "select {TYPED_COLUMNS} from written_columns w where w.profile_run_id = $1 and w.attempt = $2 and w.table_id = $3 order by w.ordinal_position"
    ))
    .bind(run.as_str())
    .bind(attempt)
    .bind(table.as_str())
    .fetch_all(db)
    .await?;
    let mut columns = Vec::with_capacity(rows.len());
    for row in &rows {
        columns.push(read_typed(row)?.column);
    }
    let mut written = list_written_values(db, table, &[(run.as_str(), attempt)], None).await?;
    for column in &mut columns {
        if let Some(distribution) = written.remove(&(run.0.clone(), column.ordinal_position)) {
            distribution.put_into(column);
        }
    }
    Ok(columns)
}

/// The columns that others wrote to `dq_profile_columns` with one of these spellings, capitals ignored. It has fewer figures; what it
/// shows of Limn's own rows is read above.
pub async fn list_typed_columns(
    db: &Database,
    run: &CandidateRun,
    table: &TableId,
    spellings: &[String],
) -> Result<Vec<StoredColumn>, StoreError> {
    let rows = sql_joined(format!(
        "select {TYPED_COLUMNS} from written_columns w where w.profile_run_id = $1 and w.attempt = $2 and w.table_id = $3
             and (w.column_name in {{list $4}} or lower(w.column_name) in {{list $4}}) order by w.ordinal_position"
    ))
    .bind(run.profile_run_id.as_str())
    .bind(run.attempt)
    .bind(table.as_str())
    .bind(list_of(spellings))
    .fetch_all(db)
    .await?;
    rows.iter().map(read_typed).collect()
}

/// The values and bars that others wrote as rows, each by rank and label; nothing where there are none.
pub async fn list_column_values(
    db: &Database,
    run: &CandidateRun,
    table: &TableId,
    ordinal_position: u32,
) -> Result<Option<Distribution>, StoreError> {
    let place = (run.profile_run_id.as_str(), run.attempt);
    let mut found = list_written_values(db, table, &[place], Some(ordinal_position)).await?;
    Ok(found.remove(&(run.profile_run_id.0.clone(), ordinal_position)))
}

/// The anomalies of a run about one column, newest first. The plain records are read only where the first table has none.
pub async fn list_column_anomalies(
    db: &Database,
    run: &CandidateRun,
    table: &NamedTable,
    column_name: &str,
) -> Result<Vec<ProfileAnomaly>, StoreError> {
    let (found, plain) = (finding_columns("f"), plain_columns("a", "$3 $4"));
    let rows = sql_joined(format!(
        "select {found} from dq_profile_anomaly_results f where f.profile_run_id = $1 and f.attempt = $2 and f.table_id = $3 and f.column_name = $4
             and not coalesce(f.dismissed, false)
         union all
         select {plain} from written_anomalies a where a.profile_run_id = $1 and a.attempt = $2 and lower(a.table_name) = lower($5) and a.column_name = $4
             and (a.schema_name is null or a.schema_name = '' or lower(a.schema_name) = lower($6))
             and not exists (select 1 from dq_profile_anomaly_results r where r.profile_run_id = $1 and r.attempt = $2 and r.table_id = $3
                 and r.column_name = $4)
         order by 10 desc"
    ))
    .bind(run.profile_run_id.as_str())
    .bind(run.attempt)
    .bind(table.table_id.as_str())
    .bind(column_name)
    .bind(&table.table_name)
    .bind(&table.schema_name)
    .fetch_all(db)
    .await?;
    rows.iter().map(read_anomaly).collect()
}

/// All anomalies of a run's published attempt, newest first; the plain records where the first table has none.
pub async fn list_run_anomalies(db: &Database, run: &RunId) -> Result<Vec<ProfileAnomaly>, StoreError> {
    let found = finding_columns("f");
    let plain = plain_columns("a", "p.table_group_id a.schema_name a.table_name a.column_name");
    let rows = sql_joined(format!(
        "select {found} from dq_profile_anomaly_results f join dq_profiles p on p.profile_run_id = f.profile_run_id and p.attempt = f.attempt
         where f.profile_run_id = $1 and not coalesce(f.dismissed, false)
         union all
         select {plain} from written_anomalies a join dq_profiles p on p.profile_run_id = a.profile_run_id and p.attempt = a.attempt
         where a.profile_run_id = $1 and not exists (select 1 from dq_profile_anomaly_results r where r.profile_run_id = $1)
         order by 10 desc, 2, 3, 4"
    ))
    .bind(run.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(read_anomaly).collect()
}

/// The findings of a run's published attempt that people dismissed: another place that has them too is not to bring them back.
pub async fn list_dismissed_findings(db: &Database, run: &RunId) -> Result<Vec<ProfileAnomaly>, StoreError> {
    let found = finding_columns("f");
    let rows = sql_joined(format!(
        "select {found} from dq_profile_anomaly_results f join dq_profiles p on p.profile_run_id = f.profile_run_id and p.attempt = f.attempt
         where f.profile_run_id = $1 and coalesce(f.dismissed, false)"
    ))
    .bind(run.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(read_anomaly).collect()
}

/// What [`read_anomaly`] reads of a row `r` of `dq_profile_anomaly_results`.
pub(super) fn finding_columns(r: &str) -> String {
    format!(
        "{r}.schema_name, {r}.table_name, {r}.column_name, {r}.anomaly_type_id as anomaly_type, {r}.severity, {r}.likelihood, {r}.detail as description,
             {r}.pii_risk, {r}.dq_dimension, {r}.detected_at, {r}.evidence_json, {r}.affected_count, {r}.prevalence, {r}.score_cost,
             {{personal {r}.table_id {r}.column_name}} as personal_word"
    )
}

/// The same of a plain record `r`, whose column `column` names as `{personal ...}` does.
fn plain_columns(r: &str, column: &str) -> String {
    format!(
        "{r}.schema_name, {r}.table_name, {r}.column_name, {r}.anomaly_type, {r}.severity, null, {r}.description, null, null, {r}.detected_at,
             null, null, null, null, {{personal {column}}}"
    )
}

/// Reads an anomaly of either table, as the reader of its row may see it.
pub(super) fn read_anomaly(row: &Record) -> Result<ProfileAnomaly, StoreError> {
    let mut evidence: Option<AnomalyEvidence> = row.json_opt("evidence_json")?;
    if let Some(evidence) = &mut evidence {
        // Runs from before have these in the JSON as well.
        evidence.affected_count = row.count_opt("affected_count")?.or(evidence.affected_count);
        evidence.prevalence = row.real_opt("prevalence")?.or(evidence.prevalence);
        evidence.score_cost = row.real_opt("score_cost")?.or(evidence.score_cost);
    }
    let mut finding = ProfileAnomaly {
        schema_name: row.text_opt("schema_name")?.unwrap_or_default(),
        table_name: row.text_opt("table_name")?.unwrap_or_default(),
        column_name: row.text_opt("column_name")?,
        anomaly_type: row.text_opt("anomaly_type")?.unwrap_or_default(),
        severity: row.text_opt("severity")?.unwrap_or_default(),
        likelihood: row.text_opt("likelihood")?,
        description: row.text_opt("description")?.unwrap_or_default(),
        pii_risk: row.text_opt("pii_risk")?,
        dq_dimension: row.text_opt("dq_dimension")?,
        detected_at: row.time_opt("detected_at")?,
        evidence,
    };
    veil_finding(row, &mut finding)?;
    Ok(finding)
}

fn read_named_table(row: &Record) -> Result<NamedTable, StoreError> {
    Ok(NamedTable {
        table_id: TableId(row.text("table_id")?),
        schema_name: row.text("schema_name")?,
        table_name: row.text("table_name")?,
    })
}

pub(super) fn read_stored(row: &Record) -> Result<StoredColumn, StoreError> {
    let mut column = read_result(row)?;
    let (distribution, has_values) = read_distribution(row)?;
    distribution.put_into(&mut column);
    Ok(StoredColumn {
        schema_name: row.text_opt("schema_name")?.unwrap_or_default(),
        table_name: row.text_opt("table_name")?.unwrap_or_default(),
        column,
        has_values,
    })
}

/// A row of `dq_profile_columns`: typed columns win over `metrics_json`; absent counts follow from the others.
pub(super) fn read_typed(row: &Record) -> Result<StoredColumn, StoreError> {
    // A count below zero is none.
    let count = |name: &str| -> Result<Option<u64>, StoreError> { Ok(row.integer_opt(name)?.and_then(|count| u64::try_from(count).ok())) };
    let mut figures = read_written_object(row, "metrics_json")?;
    figures.shift_remove("top_values");
    figures.shift_remove("histogram");
    for name in ["data_type", "general_type"] {
        figures.insert(name.into(), row.text_opt(name)?.unwrap_or_default().into());
    }
    let mut column = loose_figures::read_column(figures).map_err(|error| StoreError::unreadable("column profile", error))?;
    column.column_name = row.text("column_name")?;
    column.ordinal_position = row.small("ordinal_position")?;
    column.row_count = count("row_count")?.unwrap_or_default();
    loose_figures::settle_counts(&mut column, count("null_count")?, count("non_null_count")?);
    if let Some(ratio) = row.real_opt("non_ascii_ratio")?.filter(|ratio| ratio.is_finite()) {
        column.keep_non_ascii_ratio(ratio);
    }
    let metrics = &mut column.metrics;
    metrics.distinct_count = count("distinct_count")?.or(metrics.distinct_count);
    metrics.min_value = row.text_opt("min_value")?.or(metrics.min_value.take());
    metrics.max_value = row.text_opt("max_value")?.or(metrics.max_value.take());
    metrics.avg_value = row.real_opt("avg_value")?.or(metrics.avg_value);
    metrics.stddev_value = row.real_opt("stddev_value")?.or(metrics.stddev_value);
    metrics.median = row.real_opt("median_value")?.or(metrics.median);
    metrics.p95 = row.real_opt("p95_value")?.or(metrics.p95);
    metrics.true_count = count("true_count")?.or(metrics.true_count);
    metrics.false_count = count("false_count")?.or(metrics.false_count);
    metrics.min_length = count("min_length")?.or(metrics.min_length);
    metrics.max_length = count("max_length")?.or(metrics.max_length);
    metrics.avg_length = row.real_opt("avg_length")?.or(metrics.avg_length);
    metrics.min_date = metrics.min_date.take().or(row.text_opt("min_date")?);
    metrics.max_date = metrics.max_date.take().or(row.text_opt("max_date")?);
    metrics.date_span_days = row.integer_opt("date_span_days")?.or(metrics.date_span_days);
    loose_figures::settle_extent(&mut column);
    veil_column(row, &mut column)?;
    Ok(StoredColumn {
        schema_name: row.text_opt("schema_name")?.unwrap_or_default(),
        table_name: row.text("table_name")?,
        column,
        has_values: false,
    })
}
