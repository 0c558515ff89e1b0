//! Which tables a SQLite file holds.

use std::path::Path;

use sqlx::{Row, SqliteConnection};

use super::{MAIN_SCHEMA, session};
use crate::domain::connection::FoundTable;
use crate::engine::error::EngineError;
use crate::engine::sources::SQLITE;
use crate::engine::sources::database_error::database_error;

/// Files beyond this are not walked page by page to find out how large each table is.
const WALKED_BYTES: u64 = 1 << 30;

/// Lists the tables and views by name. Virtual tables and SQLite's own are left out. A view has no bytes of its own.
pub async fn find_tables(connection: &mut SqliteConnection, path: &Path) -> Result<Vec<FoundTable>, EngineError> {
    let name = session::file_name(path);
    let failed = |error: sqlx::Error| database_error(&name, &error);
    session::begin_reading(connection).await.map_err(failed)?;
    let size = session::stamp(path)?.size;
    let by_page = "select t.name, case t.type when 'view' then 0 else (select sum(s.pgsize) from dbstat s where s.name = t.name and s.aggregate = 1) end
        from pragma_table_list t where t.schema = 'main' and t.type in ('table', 'view') and t.name not like 'sqlite\\_%' escape '\\' order by t.name";
    let by_name = "select t.name, case t.type when 'view' then 0 end from pragma_table_list t
        where t.schema = 'main' and t.type in ('table', 'view') and t.name not like 'sqlite\\_%' escape '\\' order by t.name";
    let question = if size <= WALKED_BYTES { by_page } else { by_name };
    let rows = sqlx::query(question)
        .persistent(false)
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    let share = size / (rows.len() as u64).max(1);
    let mut tables = Vec::with_capacity(rows.len());
    for row in &rows {
        let bytes: Option<i64> = row.try_get_unchecked(1).map_err(failed)?;
        tables.push(FoundTable {
            schema_name: MAIN_SCHEMA.to_owned(),
            table_name: row.try_get(0).map_err(failed)?,
            format: SQLITE.to_owned(),
            files: Vec::new(),
            bytes: bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(share),
            scope: Default::default(),
        });
    }
    Ok(tables)
}
