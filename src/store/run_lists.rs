//! Runs and groups with the names around them, as the seed's pages list them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::run_rows::{SeedRun, read_seed_run};
use super::seed_levels::{LEVEL_COLUMNS, LEVEL_TABLES, Levels, read_levels};
use super::statement::sql_joined;
use super::{Database, Record, StoreError, list_of, sql};
use crate::domain::identifier::RunId;

/// A group with the names around it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeedGroupLine {
    /// Group.
    pub table_group_id: String,
    /// Its name.
    pub table_group_name: Option<String>,
    /// Its connection.
    pub connection_id: Option<String>,
    /// The connection's name.
    pub connection_name: Option<String>,
    /// Catalog.
    pub catalog: Option<String>,
    /// Schema.
    pub schema_name: Option<String>,
    /// Job in Databricks.
    pub profiling_job_id: Option<String>,
    /// Tables that are there.
    pub table_count: u64,
    /// Columns of these tables, as far as they were profiled.
    pub field_count: u64,
    /// Team, application and data object.
    pub levels: Levels,
}

/// A run with the names around it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeedRunLine {
    /// Run.
    pub profile_run_id: String,
    /// Its group.
    pub group: SeedGroupLine,
    /// Status.
    pub status: String,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// Rows.
    pub row_count: Option<u64>,
    /// Findings.
    pub anomaly_count: Option<u64>,
    /// The run in Databricks.
    pub databricks_run_id: Option<String>,
    /// Findings by severity.
    pub anomalies_by_severity: BTreeMap<String, u64>,
    /// Score.
    pub profiling_score: Option<f64>,
}

const GROUP_COLUMNS: &str =
    "g.table_group_id, g.name as group_name, g.profiling_job_id, c.connection_id, c.name as connection_name, c.catalog, c.schema_name,
     (select count(*) from dq_tables t where t.table_group_id = g.table_group_id and t.missing_since is null) as group_tables,
     (select cast(coalesce(sum(ch.column_count), 0) as bigint) from dq_tables t join dq_data_table_chars ch on ch.table_id = t.table_id
         where t.table_group_id = g.table_group_id and t.missing_since is null) as group_fields";
/// A workspace is the seed's name of a project, or of what a project belongs to.
const GROUP_CONDITION: &str = "($1 is null or g.table_group_id = $1) and ($2 is null or pr.workspace_id = $2 or pr.project_key = $2)";

/// Lists groups by connection and name.
pub async fn list_seed_groups(db: &Database, group: Option<&str>, workspace: Option<&str>) -> Result<Vec<SeedGroupLine>, StoreError> {
    let text = format!(
        "select {GROUP_COLUMNS}, {LEVEL_COLUMNS} from dq_table_groups g {LEVEL_TABLES} where {GROUP_CONDITION} order by c.name, g.name, g.table_group_id"
    );
    let rows = sql_joined(text).bind(group).bind(workspace).fetch_all(db).await?;
    rows.iter().map(read_group).collect()
}

/// Lists the newest runs. Two statements.
pub async fn list_seed_runs(
    db: &Database,
    group: Option<&str>,
    workspace: Option<&str>,
    limit: u32,
) -> Result<Vec<SeedRunLine>, StoreError> {
    let text = format!(
        "select p.profile_run_id, p.status, p.started_at, p.completed_at, p.row_count, p.anomaly_count, p.databricks_run_id,
             p.dq_score_profiling, {GROUP_COLUMNS}, {LEVEL_COLUMNS}
         from dq_profiles p join dq_table_groups g on g.table_group_id = p.table_group_id {LEVEL_TABLES} where {GROUP_CONDITION}
         order by p.run_number desc limit $3"
    );
    let rows = sql_joined(text).bind(group).bind(workspace).bind(limit).fetch_all(db).await?;
    let mut runs = rows.iter().map(read_run).collect::<Result<Vec<_>, _>>()?;
    let mut severities = count_severities(db, runs.iter().map(|run| run.profile_run_id.as_str())).await?;
    for run in &mut runs {
        run.anomalies_by_severity = severities.remove(&run.profile_run_id).unwrap_or_default();
    }
    Ok(runs)
}

/// Finds one run in the words of the seed's lists.
pub async fn find_seed_run(db: &Database, run: &RunId) -> Result<Option<SeedRun>, StoreError> {
    let row = sql(
        "select profile_run_id, table_group_id, status, started_at, completed_at, row_count, anomaly_count, databricks_run_id
         from dq_profiles where profile_run_id = $1",
    )
    .bind(run.as_str())
    .fetch_optional(db)
    .await?;
    row.as_ref().map(read_seed_run).transpose()
}

/// Findings of each run by severity; the plain records are counted only where the first table has none.
pub(super) async fn count_severities(
    db: &Database,
    runs: impl IntoIterator<Item = &str>,
) -> Result<BTreeMap<String, BTreeMap<String, u64>>, StoreError> {
    let rows = sql(
        "select a.profile_run_id, coalesce(a.severity, '') as severity, count(*) as found from dq_profile_anomaly_results a
         where a.profile_run_id in {list $1} and not coalesce(a.dismissed, false) group by a.profile_run_id, coalesce(a.severity, '')
         union all select b.profile_run_id, coalesce(b.severity, ''), count(*) from written_anomalies b
         where b.profile_run_id in {list $1} and not exists (
             select 1 from dq_profile_anomaly_results r where r.profile_run_id = b.profile_run_id)
         group by b.profile_run_id, coalesce(b.severity, '')",
    )
    .bind(list_of(runs))
    .fetch_all(db)
    .await?;
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for row in &rows {
        let of_run = counts.entry(row.text("profile_run_id")?).or_default();
        *of_run.entry(row.text("severity")?).or_default() += row.count("found")?;
    }
    Ok(counts)
}

fn read_group(row: &Record) -> Result<SeedGroupLine, StoreError> {
    Ok(SeedGroupLine {
        table_group_id: row.text("table_group_id")?,
        table_group_name: row.text_opt("group_name")?,
        connection_id: row.text_opt("connection_id")?,
        connection_name: row.text_opt("connection_name")?,
        catalog: row.text_opt("catalog")?,
        schema_name: row.text_opt("schema_name")?,
        profiling_job_id: row.text_opt("profiling_job_id")?,
        table_count: row.count("group_tables")?,
        field_count: row.count("group_fields")?,
        levels: read_levels(row)?,
    })
}

fn read_run(row: &Record) -> Result<SeedRunLine, StoreError> {
    Ok(SeedRunLine {
        profile_run_id: row.text("profile_run_id")?,
        group: read_group(row)?,
        status: row.text("status")?,
        started_at: row.time_opt("started_at")?,
        completed_at: row.time_opt("completed_at")?,
        row_count: row.count_opt("row_count")?,
        anomaly_count: row.count_opt("anomaly_count")?,
        databricks_run_id: row.text_opt("databricks_run_id")?,
        anomalies_by_severity: BTreeMap::new(),
        profiling_score: row.real_opt("dq_score_profiling")?,
    })
}
