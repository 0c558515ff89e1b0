//! Old runs whose figures are in a payload: which there are, and how the payload of one becomes rows, all of a run in one
//! transaction. The ledger knows what was done, by the payload's fingerprint.

use super::column_contents::delete_columns;
use super::column_profiles::replace_table_rows;
use super::run_completion::{insert_failed_tables, update_current_failures, update_current_figures};
use super::{Database, StoreError, Transaction, audit, new_id, payload_findings, sql};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::audit::Actor;
use crate::domain::identifier::{RunId, TableGroupId, TableId};
use crate::domain::name_match::is_same_name;
use crate::domain::table_profile::{FailedTable, TableProfile};

/// What `run_tables.engine` says of rows that came from a payload.
pub const PAYLOAD_ENGINE: &str = "payload";

/// A completed run with a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadRun {
    /// Run.
    pub profile_run_id: RunId,
    /// Its number.
    pub number: i64,
    /// Its group.
    pub table_group_id: TableGroupId,
    /// The attempt whose rows are published.
    pub attempt: u32,
    /// Fingerprint of the payload that was exploded; nothing where none was.
    pub done: Option<String>,
}

/// One table of a payload, ready to be stored.
#[derive(Clone, Debug, Default)]
pub struct PayloadRows {
    /// Figures.
    pub profile: TableProfile,
    /// Findings about the table and its columns.
    pub anomalies: Vec<ProfileAnomaly>,
    /// The writer's id of the table.
    pub source_table_id: Option<String>,
}

/// How many rows a run has, or would have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct RowCounts {
    /// Tables.
    pub tables: u64,
    /// Columns.
    pub columns: u64,
    /// Values and bars.
    pub values: u64,
    /// Anomalies.
    pub anomalies: u64,
}

/// What became of the payload of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exploded {
    /// Rows written.
    pub written: RowCounts,
    /// Tables that have rows of their own, which stay.
    pub kept: u64,
    /// Tables that the group did not know.
    pub added: u64,
}

/// Lists the completed runs that have a payload, oldest first; one of them where it is given.
pub async fn list_payload_runs(db: &Database, only: Option<&RunId>) -> Result<Vec<PayloadRun>, StoreError> {
    let rows = sql("select p.profile_run_id, p.run_number, p.table_group_id, p.attempt, l.payload_hash
         from dq_profiles p left join backfill_ledger l on l.profile_run_id = p.profile_run_id
         where p.status = 'completed' and p.payload_path is not null and p.payload_path <> '' and ($1 is null or p.profile_run_id = $1)
         order by p.run_number")
    .bind(only.map(RunId::as_str))
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(PayloadRun {
                profile_run_id: RunId(row.text("profile_run_id")?),
                number: row.integer("run_number")?,
                table_group_id: TableGroupId(row.text("table_group_id")?),
                attempt: row.small("attempt")?,
                done: row.text_opt("payload_hash")?,
            })
        })
        .collect()
}

/// Counts the rows of a run's published attempt, in one statement.
pub async fn count_rows(db: &Database, run: &PayloadRun) -> Result<RowCounts, StoreError> {
    let row = sql("select
             (select count(*) from run_tables where profile_run_id = $1 and attempt = $2 and failure_json is null) as table_count,
             (select count(*) from dq_profile_results where profile_run_id = $1 and attempt = $2) as column_count,
             (select count(*) from dq_profile_column_values where profile_run_id = $1 and attempt = $2) as value_count,
             (select count(*) from dq_profile_anomaly_results where profile_run_id = $1 and attempt = $2) as anomaly_count")
    .bind(run.profile_run_id.as_str())
    .bind(run.attempt)
    .fetch_one(db)
    .await?;
    Ok(RowCounts {
        tables: row.count("table_count")?,
        columns: row.count("column_count")?,
        values: row.count("value_count")?,
        anomalies: row.count("anomaly_count")?,
    })
}

/// Explodes the payload of one run: removes what an earlier backfill wrote and writes all of it anew. Rows of another writer stay.
pub async fn replace_payload_rows(
    tx: &mut Transaction,
    run: &PayloadRun,
    payload_hash: &str,
    tables: &[PayloadRows],
    failed: &[FailedTable],
    actor: &Actor,
) -> Result<Exploded, StoreError> {
    let (run_id, attempt) = (&run.profile_run_id, run.attempt);
    let dismissals = payload_findings::list_dismissals(tx, run_id, attempt).await?;
    delete_payload_rows(tx, run).await?;
    let others = written_by_others(tx, run).await?;
    let mut known = known_tables(tx, &run.table_group_id).await?;
    let mut done = Exploded::default();
    for table in tables {
        let (schema, name) = (&table.profile.schema_name, &table.profile.table_name);
        let (table_id, profile) = match find_known(&known, schema, name) {
            Some((id, schema_name, table_name)) => {
                // The table's own spelling, as pages look for it.
                let mut profile = table.profile.clone();
                (profile.schema_name, profile.table_name) = (schema_name.clone(), table_name.clone());
                (id.clone(), profile)
            }
            None => {
                let id = insert_table(tx, &run.table_group_id, table).await?;
                known.push((id.clone(), schema.clone(), name.clone()));
                done.added += 1;
                (id, table.profile.clone())
            }
        };
        if others.contains(&table_id) {
            done.kept += 1;
            continue;
        }
        replace_table_rows(tx, run_id, attempt, &table_id, &profile).await?;
        payload_findings::insert_of_payload(tx, run_id, attempt, &table_id, &profile, &table.anomalies, &dismissals).await?;
        done.written.tables += 1;
        done.written.columns += profile.columns.len() as u64;
        done.written.values += profile
            .columns
            .iter()
            .map(|column| (column.top_values.len() + column.histogram.len()) as u64)
            .sum::<u64>();
        done.written.anomalies += table.anomalies.len() as u64;
    }
    insert_failed_tables(tx, run_id, attempt, failed).await?;
    publish(tx, run).await?;
    record_done(tx, run, payload_hash, &done, actor).await?;
    Ok(done)
}

/// Removes the rows that came from the payload.
async fn delete_payload_rows(tx: &mut Transaction, run: &PayloadRun) -> Result<(), StoreError> {
    let ours = "(select table_id from run_tables where profile_run_id = $1 and attempt = $2 and engine = 'payload')";
    let of_payload = format!("profile_run_id = $1 and attempt = $2 and table_id in {ours}");
    delete_columns(tx, &of_payload, &[run.profile_run_id.as_str().into(), run.attempt.into()]).await?;
    super::statement::sql_joined(format!("delete from dq_profile_anomaly_results where {of_payload}"))
        .bind(run.profile_run_id.as_str())
        .bind(run.attempt)
        .execute(&mut *tx)
        .await?;
    sql("delete from run_tables where profile_run_id = $1 and attempt = $2 and engine = 'payload'")
        .bind(run.profile_run_id.as_str())
        .bind(run.attempt)
        .execute(tx)
        .await?;
    Ok(())
}

/// Tables whose rows in this run came from an engine.
async fn written_by_others(tx: &mut Transaction, run: &PayloadRun) -> Result<Vec<TableId>, StoreError> {
    let rows = sql("select table_id from run_tables where profile_run_id = $1 and attempt = $2
         union select table_id from result_sets where profile_run_id = $1 and attempt = $2
         union select table_id from written_results where profile_run_id = $1 and attempt = $2")
    .bind(run.profile_run_id.as_str())
    .bind(run.attempt)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok(TableId(row.text("table_id")?))).collect()
}

type KnownTable = (TableId, String, String);

async fn known_tables(tx: &mut Transaction, group: &TableGroupId) -> Result<Vec<KnownTable>, StoreError> {
    let rows = sql("select table_id, schema_name, table_name from dq_tables where table_group_id = $1 order by schema_name, table_name")
        .bind(group.as_str())
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| Ok((TableId(row.text("table_id")?), row.text("schema_name")?, row.text("table_name")?)))
        .collect()
}

/// The table that a payload means: the same name and schema; without a schema the only one of that name.
fn find_known<'a>(known: &'a [KnownTable], schema_name: &str, table_name: &str) -> Option<&'a KnownTable> {
    let named = |exact: bool| -> Vec<&KnownTable> {
        known
            .iter()
            .filter(|(_, schema, table)| {
                let same = |a: &str, b: &str| if exact { a == b } else { is_same_name(a, b) };
                same(table, table_name) && (schema_name.is_empty() || same(schema, schema_name))
            })
            .collect()
    };
    [named(true), named(false)].into_iter().find_map(|found| match found.as_slice() {
        [only] => Some(*only),
        _ => None,
    })
}

/// A table that only payloads know.
async fn insert_table(tx: &mut Transaction, group: &TableGroupId, table: &PayloadRows) -> Result<TableId, StoreError> {
    let id = TableId(new_id());
    sql(
        "insert into dq_tables (table_id, table_group_id, schema_name, table_name, source_table_id, created_at, format, bytes, files_json)
         values ($1, $2, $3, $4, $5, {now}, 'payload', 0, '[]')",
    )
    .bind(id.as_str())
    .bind(group.as_str())
    .bind(&table.profile.schema_name)
    .bind(&table.profile.table_name)
    .bind(table.source_table_id.as_deref())
    .execute(tx)
    .await?;
    Ok(id)
}

/// Makes the rows part of the run as its completer would have: readable, and current where no newer run has the table.
async fn publish(tx: &mut Transaction, run: &PayloadRun) -> Result<(), StoreError> {
    sql(
        "update run_tables set completed_at = (select coalesce(completed_at, requested_at) from dq_profiles where profile_run_id = $1)
         where profile_run_id = $1 and attempt = $2 and completed_at is null",
    )
    .bind(run.profile_run_id.as_str())
    .bind(run.attempt)
    .execute(&mut *tx)
    .await?;
    sql("update dq_profiles set
             table_count = coalesce(table_count, (select count(*) from run_tables rt where rt.profile_run_id = $1 and rt.attempt = $2 and rt.failure_json is null)),
             column_count = coalesce(column_count, (select count(*) from dq_profile_results r where r.profile_run_id = $1 and r.attempt = $2)),
             row_count = coalesce(row_count, (select sum(rt.row_count) from run_tables rt where rt.profile_run_id = $1 and rt.attempt = $2)),
             anomaly_count = coalesce(anomaly_count, (select count(*) from dq_profile_anomaly_results a where a.profile_run_id = $1 and a.attempt = $2)),
             row_sequence = row_sequence + 1
         where profile_run_id = $1")
    .bind(run.profile_run_id.as_str())
    .bind(run.attempt)
    .execute(&mut *tx)
    .await?;
    update_current_figures(tx, &run.profile_run_id, run.attempt).await?;
    update_current_failures(tx, &run.profile_run_id, run.attempt).await
}

async fn record_done(tx: &mut Transaction, run: &PayloadRun, payload_hash: &str, done: &Exploded, actor: &Actor) -> Result<(), StoreError> {
    sql(
        "insert into backfill_ledger (profile_run_id, payload_hash, table_count, column_count, value_count, anomaly_count, done_at)
         values ($1, $2, $3, $4, $5, $6, {now})
         on conflict (profile_run_id) do update set payload_hash = excluded.payload_hash, table_count = excluded.table_count,
             column_count = excluded.column_count, value_count = excluded.value_count, anomaly_count = excluded.anomaly_count,
             done_at = excluded.done_at",
    )
    .bind(run.profile_run_id.as_str())
    .bind(payload_hash)
    .bind(done.written.tables)
    .bind(done.written.columns)
    .bind(done.written.values)
    .bind(done.written.anomalies)
    .execute(&mut *tx)
    .await?;
    let details = serde_json::json!({ "run_number": run.number, "written": done.written, "kept": done.kept, "added": done.added });
    audit::record(tx, actor, "run.backfill", &format!("run:{}", run.profile_run_id), details).await
}
