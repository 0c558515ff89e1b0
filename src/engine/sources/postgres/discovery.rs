//! Which tables a PostgreSQL database holds, as far as the role may read them.

use sqlx::{PgConnection, Row};

use crate::domain::connection::FoundTable;
use crate::engine::sources::POSTGRES;

/// Ordinary, partitioned and foreign tables and materialised views. The parts of a partitioned table are not tables of their own.
const TABLES: &str = "select n.nspname::text as schema_name, c.relname::text as table_name,
        has_table_privilege(c.oid, 'select') and has_schema_privilege(n.oid, 'usage') as is_readable,
        (case when c.relkind = 'p' then (select coalesce(sum(pg_table_size(p.relid)), 0) from pg_partition_tree(c.oid) p where p.isleaf)
            else pg_table_size(c.oid) end)::int8 as bytes,
        (case when c.relkind = 'p' then (select coalesce(sum(greatest(l.reltuples, 0)), 0)
                from pg_partition_tree(c.oid) p join pg_catalog.pg_class l on l.oid = p.relid where p.isleaf)
            else greatest(c.reltuples, 0) end)::float8 as row_estimate
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm', 'f') and not c.relispartition and c.relpersistence <> 't'
        and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
    order by 1, 2";

/// What a database holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundInDatabase {
    /// Tables that may be read, by schema and name.
    pub tables: Vec<FoundTable>,
    /// Tables that the role may not read.
    pub unreadable: usize,
    /// Rows that the server believes there are in all of them.
    pub row_estimate: u64,
}

/// Lists the tables.
pub async fn find_tables(connection: &mut PgConnection) -> Result<FoundInDatabase, sqlx::Error> {
    let rows = sqlx::query(TABLES).persistent(false).fetch_all(connection).await?;
    let mut found = FoundInDatabase::default();
    for row in &rows {
        if !row.try_get::<bool, _>("is_readable")? {
            found.unreadable += 1;
            continue;
        }
        found.row_estimate += row.try_get::<f64, _>("row_estimate")? as u64;
        found.tables.push(FoundTable {
            schema_name: row.try_get("schema_name")?,
            table_name: row.try_get("table_name")?,
            format: POSTGRES.to_owned(),
            files: Vec::new(),
            bytes: u64::try_from(row.try_get::<Option<i64>, _>("bytes")?.unwrap_or(0)).unwrap_or(0),
            scope: Default::default(),
        });
    }
    Ok(found)
}
