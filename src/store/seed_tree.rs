//! Every table with what it belongs to, as the seed's tree of datasets wants it, and the columns of each.
//!
//! The seed's hierarchy is product team, application, data object, definition, table, field. A table group is a data object of its
//! connection, the connection its application, the project its team.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::result_sources::from_both;
use super::statement::sql_joined;
use super::{Database, Record, StoreError, sql};

/// A table with everything above it.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeTable {
    /// Project.
    pub project_key: String,
    /// Its name.
    pub project_name: Option<String>,
    /// The project in words.
    pub project_description: Option<String>,
    /// The seed's workspace.
    pub workspace_id: Option<String>,
    /// Connection.
    pub connection_id: String,
    /// Its name.
    pub connection_name: Option<String>,
    /// The catalog that it reads.
    pub catalog: Option<String>,
    /// Group.
    pub table_group_id: String,
    /// Its name.
    pub group_name: Option<String>,
    /// The group in words.
    pub group_description: Option<String>,
    /// Table.
    pub table_id: String,
    /// The writer's own id of it.
    pub source_table_id: Option<String>,
    /// Schema.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Rows of the latest completed run.
    pub row_count: Option<u64>,
    /// Columns of the latest completed run.
    pub column_count: Option<u64>,
    /// Findings of the latest completed run.
    pub anomaly_count: u64,
    /// Score.
    pub dq_score: Option<f64>,
    /// When the latest completed run ended.
    pub last_completed_at: Option<DateTime<Utc>>,
}

/// A column of a table's latest completed run.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeColumn {
    /// Column.
    pub column_name: String,
    /// Place in the table, from 1.
    pub ordinal_position: u32,
    /// Type as the source spells it.
    pub data_type: Option<String>,
    /// Whether every row has its own value.
    pub is_unique: bool,
}

/// Lists the tables that are there, by project, connection, group and name. `workspace` is a project's key or what it belongs to.
pub async fn list_tree_tables(db: &Database, workspace: Option<&str>, table: Option<&str>) -> Result<Vec<TreeTable>, StoreError> {
    let rows = sql(
        "select p.project_key, p.name as project_name, p.description as project_description, p.workspace_id, c.connection_id,
             c.name as connection_name, c.catalog, g.table_group_id, g.name as group_name, g.description as group_description,
             t.table_id, t.source_table_id, t.schema_name, t.table_name, ch.record_count, ch.column_count, ch.dq_score_profiling,
             ch.latest_run_completed_at,
             (select count(*) from dq_profile_anomaly_results a where a.table_id = t.table_id
                 and a.profile_run_id = ch.last_complete_profile_run_id and not coalesce(a.dismissed, false)) as anomaly_count
         from dq_tables t join dq_table_groups g on g.table_group_id = t.table_group_id
         join dq_connections c on c.connection_id = g.connection_id join dq_projects p on p.project_key = c.project_key
         left join dq_data_table_chars ch on ch.table_id = t.table_id
         where t.missing_since is null and ($1 is null or p.workspace_id = $1 or p.project_key = $1)
             and ($2 is null or t.table_id = $2 or t.source_table_id = $2)
         order by p.name, p.project_key, c.name, c.connection_id, g.name, g.table_group_id, t.schema_name, t.table_name",
    )
    .bind(workspace)
    .bind(table)
    .fetch_all(db)
    .await?;
    rows.iter().map(read_table).collect()
}

/// The columns of each table's latest completed run.
pub async fn list_tree_columns(db: &Database) -> Result<HashMap<String, Vec<TreeColumn>>, StoreError> {
    let columns = from_both(
        "select @run.table_id, @column.column_name, @place.ordinal_position, @column.data_type, @column.record_count, @column.distinct_count
         from dq_data_table_chars ch, @results where @run.table_id = ch.table_id
             and @run.profile_run_id = ch.last_complete_profile_run_id and @run.attempt = ch.last_complete_attempt",
    );
    let rows = sql_joined(format!("{columns} order by 1, 3")).fetch_all(db).await?;
    let mut columns: HashMap<String, Vec<TreeColumn>> = HashMap::new();
    for row in &rows {
        let (records, distinct) = (row.count_opt("record_count")?, row.count_opt("distinct_count")?);
        columns.entry(row.text("table_id")?).or_default().push(TreeColumn {
            column_name: row.text("column_name")?,
            ordinal_position: row.small("ordinal_position")?,
            data_type: row.text_opt("data_type")?,
            is_unique: records.is_some_and(|records| records > 0) && records == distinct,
        });
    }
    Ok(columns)
}

fn read_table(row: &Record) -> Result<TreeTable, StoreError> {
    Ok(TreeTable {
        project_key: row.text("project_key")?,
        project_name: row.text_opt("project_name")?,
        project_description: row.text_opt("project_description")?,
        workspace_id: row.text_opt("workspace_id")?,
        connection_id: row.text("connection_id")?,
        connection_name: row.text_opt("connection_name")?,
        catalog: row.text_opt("catalog")?,
        table_group_id: row.text("table_group_id")?,
        group_name: row.text_opt("group_name")?,
        group_description: row.text_opt("group_description")?,
        table_id: row.text("table_id")?,
        source_table_id: row.text_opt("source_table_id")?,
        schema_name: row.text("schema_name")?,
        table_name: row.text("table_name")?,
        row_count: row.count_opt("record_count")?,
        column_count: row.count_opt("column_count")?,
        anomaly_count: row.count("anomaly_count")?,
        dq_score: row.real_opt("dq_score_profiling")?,
        last_completed_at: row.time_opt("latest_run_completed_at")?,
    })
}
