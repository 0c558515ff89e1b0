//! Looks at rows of sources: where a table is read from, and who has looked at what. Entries are added and never touched again.

use std::collections::HashMap;

use super::characteristics::read_scope;
use super::veil::personal_columns;
use super::{Database, Record, StoreError, new_id, sql};
use crate::domain::address::TableAddress;
use crate::domain::connection::{ConnectionKind, FoundTable};
use crate::domain::identifier::{ConnectionId, TableId, UserId};
use crate::domain::masking::PersonalWord;
use crate::domain::paging::{PAGE_SIZE, Page};
use crate::domain::row_look::{LooksQuery, RowLookEntry};

/// Where a table is read from, in one statement.
#[derive(Clone, Debug)]
pub struct LookPlace {
    /// The table as the last discovery found it, with what is profiled of it now.
    pub table: FoundTable,
    /// Connection.
    pub connection_id: ConnectionId,
    /// What kind of place it is.
    pub kind: ConnectionKind,
    /// A canonical path, or an address without a password.
    pub location: String,
    /// Whether the connection may be read.
    pub is_active: bool,
    /// The sealed password, if one is kept.
    pub sealed_password: Option<String>,
    /// The setting of countries for postal codes; empty where nobody has set it.
    pub countries: String,
    /// Whether the last search for tables no longer found it.
    pub is_missing: bool,
    /// What is known of the columns where the reader of the handle may not see personal values; nothing where he may.
    pub personal: Option<HashMap<String, PersonalWord>>,
}

/// Finds where a table is read from.
pub async fn find_look_place(db: &Database, table_id: &TableId) -> Result<Option<LookPlace>, StoreError> {
    let row = sql(
        "select t.schema_name, t.table_name, t.format, t.files_json, t.bytes, t.left_out_json, t.row_filter, t.missing_since, c.connection_id, c.kind,
             c.location, c.is_active, {personal_columns t.table_id} as personal_columns,
             (select value from dq_settings where key = 'connection_password:' || c.connection_id) as sealed_password,
             (select value from dq_settings where key = 'hygiene_countries') as countries
         from dq_tables t
         join dq_table_groups g on g.table_group_id = t.table_group_id
         join dq_connections c on c.connection_id = g.connection_id
         where t.table_id = $1",
    )
    .bind(table_id.as_str())
    .fetch_optional(db)
    .await?;
    row.as_ref().map(read_place).transpose()
}

fn read_place(row: &Record) -> Result<LookPlace, StoreError> {
    Ok(LookPlace {
        table: FoundTable {
            schema_name: row.text("schema_name")?,
            table_name: row.text("table_name")?,
            format: row.text("format")?,
            files: row.json_opt("files_json")?.unwrap_or_default(),
            bytes: row.count("bytes")?,
            scope: read_scope(row)?,
        },
        connection_id: row.text("connection_id")?.into(),
        kind: row.word("kind", ConnectionKind::from_word)?,
        location: row.text("location")?,
        is_active: row.flag("is_active")?,
        sealed_password: row.text_opt("sealed_password")?.filter(|sealed| !sealed.is_empty()),
        countries: row.text_opt("countries")?.unwrap_or_default(),
        is_missing: row.time_opt("missing_since")?.is_some(),
        personal: personal_columns(row)?,
    })
}

/// Adds one look.
pub async fn record_look(
    db: &Database,
    user_id: &UserId,
    table_id: &TableId,
    address: &TableAddress,
    look: &RowLookEntry,
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    sql(
        "insert into row_looks (look_id, looked_at, user_id, user_name, table_id, connection_id, schema_name, table_name, column_name,
             condition_words, run_number, page, rows_shown, columns_masked, outcome)
         values ($1, {now}, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(new_id())
    .bind(user_id.as_str())
    .bind(&look.user_name)
    .bind(table_id.as_str())
    .bind(address.connection_id.as_str())
    .bind(&address.schema_name)
    .bind(&address.table_name)
    .bind(&look.column_name)
    .bind(&look.condition)
    .bind(look.run_number)
    .bind(look.page)
    .bind(look.rows_shown)
    .bind(look.columns_masked)
    .bind(&look.outcome)
    .execute(&mut tx)
    .await?;
    tx.commit().await
}

/// Lists looks, newest first.
pub async fn list_looks(db: &Database, asked: &LooksQuery) -> Result<Page<RowLookEntry>, StoreError> {
    let offset = asked.offset();
    let rows = sql(
        "select looked_at, user_name, connection_id, schema_name, table_name, column_name, condition_words, run_number, page, rows_shown,
             columns_masked, outcome, count(*) over () as total
         from row_looks where $1 is null or user_name = $1 order by looked_at desc, look_id desc limit $2 offset $3",
    )
    .bind(asked.person.as_deref())
    .bind(PAGE_SIZE)
    .bind(offset)
    .fetch_all(db)
    .await?;
    Ok(Page {
        total: rows.first().map_or(Ok(offset), |row| row.count("total"))?,
        items: rows.iter().map(read_look).collect::<Result<_, _>>()?,
        offset,
        limit: PAGE_SIZE,
    })
}

fn read_look(row: &Record) -> Result<RowLookEntry, StoreError> {
    let address = TableAddress {
        connection_id: row.text("connection_id")?.into(),
        schema_name: row.text("schema_name")?,
        table_name: row.text("table_name")?,
    };
    Ok(RowLookEntry {
        looked_at: row.time("looked_at")?,
        user_name: row.text("user_name")?,
        address,
        column_name: row.text("column_name")?,
        condition: row.text("condition_words")?,
        run_number: row.integer_opt("run_number")?,
        page: row.small("page")?,
        rows_shown: row.count("rows_shown")?,
        columns_masked: row.count("columns_masked")?,
        outcome: row.text("outcome")?,
    })
}
