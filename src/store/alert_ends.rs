//! Causes that are gone: what a run looked for and did not see is resolved, in the transaction that ends the run.

use std::collections::HashSet;

use super::alerts::{EVENT_COLUMNS, SeenIn, Sight, clock, event};
use super::{Record, StoreError, Transaction, list_of, rows_insert, sql};
use crate::domain::alert::source;
use crate::domain::identifier::TableId;

/// Resolves the causes of these tables that the run looked for and did not see; of kinds that it did not ask for it knows nothing, nor of what
/// programs outside alone have reported.
pub async fn resolve_unseen(
    tx: &mut Transaction,
    seen_in: &SeenIn,
    tables: &[TableId],
    sights: &[Sight],
    unasked: &[&str],
) -> Result<u32, StoreError> {
    let rows = sql(
        "select fingerprint, alert_id from dq_alerts where table_id in {list $1} and source_type = $2 and kind not in {list $3}
             and state in ('open', 'acknowledged', 'snoozed') and fingerprint is not null and reported_by is null order by fingerprint {for update}",
    )
    .bind(list_of(tables.iter().map(TableId::as_str)))
    .bind(source::ANOMALY)
    .bind(list_of(unasked))
    .fetch_all(&mut *tx)
    .await?;
    resolve(tx, &unseen(&rows, seen_in, sights)?, seen_in.number).await
}

/// Resolves the causes that the programs of this run's person alone have reported, in tables that this one has looked at without naming
/// them; tables by schema and name, a schema that is empty stands for any.
pub async fn resolve_unreported(
    tx: &mut Transaction,
    seen_in: &SeenIn,
    tables: &[(String, String)],
    sights: &[Sight],
) -> Result<u32, StoreError> {
    let rows = sql(
        "select fingerprint, alert_id, schema_name, table_name from dq_alerts where table_group_id = $1 and source_type = $2
             and state in ('open', 'acknowledged', 'snoozed') and fingerprint is not null and table_name in {list $3}
             and reported_by = $4 order by fingerprint {for update}",
    )
    .bind(seen_in.table_group_id.as_str())
    .bind(source::ANOMALY)
    .bind(list_of(tables.iter().map(|(_, table)| table)))
    .bind(seen_in.reported_by.as_deref())
    .fetch_all(&mut *tx)
    .await?;
    let mut of_tables = Vec::new();
    for row in rows {
        let (schema, table) = (row.text_opt("schema_name")?.unwrap_or_default(), row.text("table_name")?);
        let is_same = |named: &str| named == schema || named.is_empty() || schema.is_empty();
        if tables.iter().any(|(named, name)| *name == table && is_same(named)) {
            of_tables.push(row);
        }
    }
    resolve(tx, &unseen(&of_tables, seen_in, sights)?, seen_in.number).await
}

/// The alerts among these whose cause the run has not seen.
fn unseen(rows: &[Record], seen_in: &SeenIn, sights: &[Sight]) -> Result<Vec<String>, StoreError> {
    let seen: HashSet<String> = sights.iter().map(|sight| sight.fingerprint(&seen_in.table_group_id)).collect();
    let mut gone = Vec::new();
    for row in rows {
        if !seen.contains(&row.text("fingerprint")?) {
            gone.push(row.text("alert_id")?);
        }
    }
    Ok(gone)
}

/// Resolves the alerts about failed runs of a group, because one has completed.
pub async fn resolve_failed_runs(tx: &mut Transaction, seen_in: &SeenIn) -> Result<u32, StoreError> {
    let rows = sql("select alert_id from dq_alerts where table_group_id = $1 and source_type = $2
             and state in ('open', 'acknowledged', 'snoozed') and fingerprint is not null order by fingerprint {for update}")
    .bind(seen_in.table_group_id.as_str())
    .bind(source::RUN)
    .fetch_all(&mut *tx)
    .await?;
    let gone: Vec<String> = rows.iter().map(|row| row.text("alert_id")).collect::<Result<_, _>>()?;
    resolve(tx, &gone, seen_in.number).await
}

async fn resolve(tx: &mut Transaction, gone: &[String], run_number: i64) -> Result<u32, StoreError> {
    if gone.is_empty() {
        return Ok(0);
    }
    let at = clock(tx).await?;
    sql("update dq_alerts set state_before = state, state = 'resolved', state_at = $2, state_by = null, updated_at = $2, revision = revision + 1,
             snoozed_until = null, snoozed_for = null
         where alert_id in {list $1}")
    .bind(list_of(gone))
    .bind(at)
    .execute(&mut *tx)
    .await?;
    let events = gone.iter().map(|id| event(id, at, "resolved", None, Some(run_number))).collect();
    for statement in rows_insert("alert_events", EVENT_COLUMNS, events) {
        statement.execute(&mut *tx).await?;
    }
    Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
}
