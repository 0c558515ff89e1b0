//! Finding by a word: one statement for each kind of thing, exact names first.

use super::run_rows::{RUN_COLUMNS, RUN_TABLES, read_run};
use super::statement::sql_joined;
use super::{Database, Record, StoreError, alert_lists, like_anywhere, sql};
use crate::domain::address::TableAddress;
use crate::domain::alert_query::{AlertOrder, AlertsQuery};
use crate::domain::find::{ColumnHit, Found, Hits, TableHit, run_number};
use crate::domain::identifier::ConnectionId;
use crate::domain::profile_run::ProfileRun;

/// Finds up to `most` of each kind. Four statements; none for an empty word.
pub async fn find(db: &Database, word: &str, most: u32) -> Result<Found, StoreError> {
    let word = word.trim().to_lowercase();
    if word.is_empty() {
        return Ok(Found::default());
    }
    let shown = most as usize;
    let alerts = AlertsQuery {
        state: None,
        q: word.clone(),
        by: AlertOrder::Severity,
        ..AlertsQuery::default()
    };
    Ok(Found {
        tables: Hits::first(find_tables(db, &word, most + 1).await?, shown),
        columns: Hits::first(find_columns(db, &word, most + 1).await?, shown),
        runs: Hits::first(find_runs(db, &word, most + 1).await?, shown),
        alerts: Hits::first(alert_lists::list_rows(db, &alerts, None, most + 1, 0).await?, shown),
    })
}

/// Names that are the word, then those that begin with it, then those that hold it; there before gone.
async fn find_tables(db: &Database, word: &str, limit: u32) -> Result<Vec<TableHit>, StoreError> {
    let rows = sql(
        "select t.schema_name, t.table_name, t.missing_since, g.connection_id, c.name as connection_name, ch.record_count
         from dq_tables t join dq_table_groups g on g.table_group_id = t.table_group_id join dq_connections c on c.connection_id = g.connection_id
         left join dq_data_table_chars ch on ch.table_id = t.table_id
         where lower(t.schema_name || '.' || t.table_name) like $1 escape '!'
         order by case when t.missing_since is null then 0 else 1 end,
             case when lower(t.table_name) = $2 or lower(t.schema_name || '.' || t.table_name) = $2 then 0
                 when substr(lower(t.table_name), 1, length($2)) = $2 then 1 else 2 end,
             length(t.table_name), lower(t.table_name), t.table_id
         limit $3",
    )
    .bind(like_anywhere(word))
    .bind(word)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(TableHit {
                address: read_address(row)?,
                connection_name: row.text("connection_name")?,
                row_count: row.count_opt("record_count")?,
                is_missing: row.time_opt("missing_since")?.is_some(),
            })
        })
        .collect()
}

/// Columns of the latest profiles, by their name or by `table.column`.
async fn find_columns(db: &Database, word: &str, limit: u32) -> Result<Vec<ColumnHit>, StoreError> {
    let rows = sql(
        "select t.schema_name, t.table_name, g.connection_id, c.name as connection_name, f.column_name, f.data_type
         from (
             select s.table_id, s.profile_run_id, s.attempt, k.column_name, k.data_type
             from result_sets s join result_rows p on p.set_key = s.set_key join result_contents k on k.content_key = p.content_key
             where lower(s.table_name || '.' || k.column_name) like $1 escape '!'
             union all
             select w.table_id, w.profile_run_id, w.attempt, w.column_name, w.data_type from written_results w
             where lower(coalesce(w.table_name, '') || '.' || w.column_name) like $1 escape '!') f
         join dq_data_table_chars ch on ch.table_id = f.table_id and ch.last_complete_profile_run_id = f.profile_run_id and ch.last_complete_attempt = f.attempt
         join dq_tables t on t.table_id = f.table_id join dq_table_groups g on g.table_group_id = t.table_group_id
         join dq_connections c on c.connection_id = g.connection_id
         where t.missing_since is null and (lower(f.column_name) like $1 escape '!' or $4)
         order by case when lower(f.column_name) = $2 then 0 when substr(lower(f.column_name), 1, length($2)) = $2 then 1 else 2 end,
             length(f.column_name), lower(f.column_name), lower(t.table_name), t.table_id
         limit $3",
    )
    .bind(like_anywhere(word))
    .bind(word)
    .bind(limit)
    // Only a word with a dot means the table as well; otherwise every column of a table would be found by its table's name.
    .bind(word.contains('.'))
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ColumnHit {
                address: read_address(row)?,
                connection_name: row.text("connection_name")?,
                column_name: row.text("column_name")?,
                data_type: row.text_opt("data_type")?.unwrap_or_default(),
            })
        })
        .collect()
}

/// The run of that number, then the newest of groups and connections whose names hold the word.
async fn find_runs(db: &Database, word: &str, limit: u32) -> Result<Vec<ProfileRun>, StoreError> {
    let text = format!(
        "select {RUN_COLUMNS} {RUN_TABLES} where p.run_number = $1 or lower(c.name || ' ' || g.name) like $2 escape '!'
         order by case when p.run_number = $1 then 0 else 1 end, p.run_number desc limit $3"
    );
    let rows = sql_joined(text)
        .bind(run_number(word).unwrap_or(-1))
        .bind(like_anywhere(word))
        .bind(limit)
        .fetch_all(db)
        .await?;
    rows.iter().map(read_run).collect()
}

fn read_address(row: &Record) -> Result<TableAddress, StoreError> {
    Ok(TableAddress {
        connection_id: ConnectionId(row.text("connection_id")?),
        schema_name: row.text("schema_name")?,
        table_name: row.text("table_name")?,
    })
}
