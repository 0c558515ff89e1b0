//! Which groups wait for their first run: switched on from top to bottom, with tables, never profiled and not about to be.

use super::{StoreError, Transaction, sql};
use crate::domain::identifier::TableGroupId;

/// Whether a group waits for its first run.
pub async fn is_due(tx: &mut Transaction, group: &TableGroupId) -> Result<bool, StoreError> {
    let row = sql("select 1 as one from dq_table_groups g join dq_connections c on c.connection_id = g.connection_id
             join dq_projects p on p.project_key = c.project_key
         where g.table_group_id = $1 and coalesce(g.is_active, true) and c.is_active and coalesce(p.is_active, true)
             and exists (select 1 from dq_tables t where t.table_group_id = g.table_group_id and t.missing_since is null and coalesce(t.is_active, true))
             and not exists (select 1 from dq_profiles r where r.table_group_id = g.table_group_id and r.status in ('completed', 'pending', 'running'))")
    .bind(group.as_str())
    .fetch_optional(tx)
    .await?;
    Ok(row.is_some())
}
