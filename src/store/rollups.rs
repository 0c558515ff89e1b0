//! What the tables of each group come to together, as of their latest completed runs: one statement for all groups.

use std::collections::HashMap;

use super::{Database, StoreError, sql};
use crate::domain::connection::Connection;
use crate::domain::identifier::TableGroupId;
use crate::domain::overview::Scored;
use crate::domain::project::Rollup;

/// Figures by group; what connections and projects come to is made of them.
#[derive(Clone, Debug, Default)]
pub struct Rollups(HashMap<TableGroupId, Rollup>);

impl Rollups {
    /// Those of one group.
    pub fn of_group(&self, group: &TableGroupId) -> Rollup {
        self.0.get(group).cloned().unwrap_or_default()
    }

    /// Those of all groups of some connections. A table of two groups counts in each.
    pub fn of_connections<'a>(&self, connections: impl IntoIterator<Item = &'a Connection>) -> Rollup {
        connections
            .into_iter()
            .flat_map(|connection| &connection.groups)
            .filter_map(|group| self.0.get(&group.table_group_id))
            .fold(Rollup::default(), Rollup::with)
    }
}

/// Reads the figures of all groups.
pub async fn list_rollups(db: &Database) -> Result<Rollups, StoreError> {
    let rows = sql("select t.table_group_id, count(*) as table_count, count(ch.last_complete_profile_run_id) as profiled_table_count,
             count(case when ch.last_failed_run_number > coalesce(ch.last_complete_run_number, 0) then 1 end) as failing_table_count,
             cast(coalesce(sum(ch.record_count), 0) as bigint) as row_count, cast(coalesce(sum(ch.column_count), 0) as bigint) as column_count,
             coalesce(sum(ch.dq_score_profiling * ch.score_weight), 0.0) as score_sum,
             coalesce(sum(case when ch.dq_score_profiling is not null then ch.score_weight end), 0.0) as score_weight,
             max(ch.last_complete_run_number) as last_run_number, max(ch.latest_run_completed_at) as last_completed_at
         from dq_tables t left join dq_data_table_chars ch on ch.table_id = t.table_id
         where t.missing_since is null group by t.table_group_id")
    .fetch_all(db)
    .await?;
    let figures = rows.iter().map(|row| {
        Ok((
            TableGroupId(row.text("table_group_id")?),
            Rollup {
                table_count: row.count("table_count")?,
                profiled_table_count: row.count("profiled_table_count")?,
                failing_table_count: row.count("failing_table_count")?,
                row_count: row.count("row_count")?,
                column_count: row.count("column_count")?,
                score: Scored {
                    sum: row.real_opt("score_sum")?.unwrap_or(0.0),
                    weight: row.real_opt("score_weight")?.unwrap_or(0.0),
                },
                last_run_number: row.integer_opt("last_run_number")?,
                last_completed_at: row.time_opt("last_completed_at")?,
            },
        ))
    });
    Ok(Rollups(figures.collect::<Result<_, StoreError>>()?))
}
