//! Every table with what it belongs to, as the seed's tree of datasets wants it (`seed_levels.rs` says what stands for which level),
//! and the columns of each. A definition is what people say that a table belongs to, else its schema in its group.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::result_sources::from_both;
use super::seed_levels::{LEVEL_COLUMNS, LEVEL_TABLES, read_levels};
pub use super::seed_levels::{Level, Levels};
use super::statement::sql_joined;
use super::{Database, Record, StoreError};

/// A table with everything above it.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeTable {
    /// Team, application and data object.
    pub levels: Levels,
    /// The seed's workspace; the project where it says none.
    pub workspace_id: Option<String>,
    /// The catalog that its connection reads.
    pub catalog: Option<String>,
    /// Group.
    pub table_group_id: String,
    /// The definition that it belongs to: its id.
    pub definition_id: String,
    /// The definition in words.
    pub definition: String,
    /// What people say of it.
    pub description: Option<String>,
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
    /// How much it counts beside other tables.
    pub score_weight: Option<f64>,
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
    /// What people say of it.
    pub description: Option<String>,
}

/// Lists the tables that are there, level by level. `workspace` is a project's key or what it belongs to.
pub async fn list_tree_tables(db: &Database, workspace: Option<&str>, table: Option<&str>) -> Result<Vec<TreeTable>, StoreError> {
    let rows = sql_joined(format!(
        "select {LEVEL_COLUMNS}, pr.workspace_id, c.catalog, t.table_group_id, t.data_definition,
             t.table_id, t.source_table_id, t.schema_name, t.table_name, ch.description, ch.record_count, ch.column_count, ch.dq_score_profiling, ch.score_weight,
             ch.latest_run_completed_at,
             (select count(*) from dq_profile_anomaly_results a where a.table_id = t.table_id
                 and a.profile_run_id = ch.last_complete_profile_run_id and not coalesce(a.dismissed, false)) as anomaly_count
         from dq_tables t join dq_table_groups g on g.table_group_id = t.table_group_id {LEVEL_TABLES}
         left join dq_data_table_chars ch on ch.table_id = t.table_id
         where t.missing_since is null and ($1 is null or pr.workspace_id = $1 or pr.project_key = $1)
             and ($2 is null or t.table_id = $2 or t.source_table_id = $2)"
    ))
    .bind(workspace)
    .bind(table)
    .fetch_all(db)
    .await?;
    let mut tables = rows.iter().map(read_table).collect::<Result<Vec<_>, _>>()?;
    // By the names that are shown, whatever stands for a level.
    tables.sort_by(|a, b| {
        let place = |table: &TreeTable| (table.levels.clone(), table.definition_id.clone());
        (place(a), &a.schema_name, &a.table_name).cmp(&(place(b), &b.schema_name, &b.table_name))
    });
    Ok(tables)
}

/// The columns of each table's latest completed run.
pub async fn list_tree_columns(db: &Database) -> Result<HashMap<String, Vec<TreeColumn>>, StoreError> {
    let columns = from_both(
        "select @run.table_id, @column.column_name, @place.ordinal_position, @column.data_type, @column.record_count, @column.distinct_count,
             cc.description
         from dq_data_table_chars ch, @results
             left join dq_data_column_chars cc on cc.table_id = @run.table_id and cc.column_name = @column.column_name
         where @run.table_id = ch.table_id and @run.profile_run_id = ch.last_complete_profile_run_id and @run.attempt = ch.last_complete_attempt",
    );
    let rows = sql_joined(format!("{columns} order by 1, 3")).fetch_all(db).await?;
    let mut columns: HashMap<String, Vec<TreeColumn>> = HashMap::new();
    for row in &rows {
        let (records, distinct) = (row.count_opt("record_count")?, row.count_opt("distinct_count")?);
        columns.entry(row.text("table_id")?).or_default().push(TreeColumn {
            column_name: row.text("column_name")?,
            ordinal_position: row.small("ordinal_position")?,
            data_type: row.text_opt("data_type")?,
            description: row.text_opt("description")?.filter(|text| !text.is_empty()),
            is_unique: records.is_some_and(|records| records > 0) && records == distinct,
        });
    }
    Ok(columns)
}

fn read_table(row: &Record) -> Result<TreeTable, StoreError> {
    let levels = read_levels(row)?;
    let (group, schema) = (row.text("table_group_id")?, row.text("schema_name")?);
    let said = row.text_opt("data_definition")?.filter(|text| !text.is_empty());
    Ok(TreeTable {
        definition_id: match &said {
            Some(name) => format!("{}:{name}", levels.object.id),
            None => format!("{group}:{schema}"),
        },
        definition: said.unwrap_or_else(|| format!("Schema {schema}")),
        levels,
        workspace_id: row.text_opt("workspace_id")?,
        catalog: row.text_opt("catalog")?,
        description: row.text_opt("description")?.filter(|text| !text.is_empty()),
        table_group_id: group,
        table_id: row.text("table_id")?,
        source_table_id: row.text_opt("source_table_id")?,
        schema_name: schema,
        table_name: row.text("table_name")?,
        row_count: row.count_opt("record_count")?,
        column_count: row.count_opt("column_count")?,
        anomaly_count: row.count("anomaly_count")?,
        dq_score: row.real_opt("dq_score_profiling")?,
        score_weight: row.real_opt("score_weight")?,
        last_completed_at: row.time_opt("latest_run_completed_at")?,
    })
}
