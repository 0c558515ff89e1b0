//! A session with PostgreSQL: one read-only transaction on one snapshot, with limits set on the server's side too.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};

use crate::domain::table_profile::{Snapshot, WriteMark};
use crate::engine::error::EngineError;
use crate::engine::source_root::PostgresTarget;
use crate::engine::sources::database_error::database_error;
use crate::engine::sources::snapshot::identify;

/// Longest wait for a server to let us in.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// Longest wait for a lock on a table, in milliseconds.
const LOCK_WITHIN_MS: u32 = 10_000;

/// Reads the address. Nothing of it is looked up in the environment or in files of the user.
pub fn parse_target(target: &PostgresTarget) -> Result<PgConnectOptions, EngineError> {
    let mut options = PgConnectOptions::from_str(&target.url)
        // The driver's words may hold the address, and the address a password.
        .map_err(|_| unusable("it is not of the form postgres://user@host:port/database"))?
        .application_name("limn")
        .statement_cache_capacity(0)
        .disable_statement_logging();
    if let Some(password) = &target.password {
        options = options.password(password.reveal());
    }
    Ok(options)
}

fn unusable(reason: &str) -> EngineError {
    EngineError::Database {
        what: "the database's address".into(),
        reason: reason.into(),
        remedy: "Write postgres://user@host:port/database and give the password apart.",
    }
}

/// `db.example:5432/shop`, for messages.
pub fn server_name(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{}/{database}", socket.display()),
        None => format!("{}:{}/{database}", options.get_host(), options.get_port()),
    }
}

/// The addresses of the server. Those where clouds hand out credentials to whoever asks from inside are never asked.
pub async fn find_server(options: &PgConnectOptions) -> Result<Vec<SocketAddr>, EngineError> {
    let refused = |reason: String, remedy| EngineError::Database {
        what: server_name(options),
        reason,
        remedy,
    };
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((options.get_host(), options.get_port()))
        .await
        .map_err(|error| {
            refused(
                error.to_string(),
                "Check the spelling of the host, and that this machine can look it up.",
            )
        })?
        .collect();
    if addresses.iter().any(|address| is_forbidden(address.ip())) {
        return Err(refused(
            "this address is one of cloud metadata, which is never asked".into(),
            "Name the host of a database server.",
        ));
    }
    Ok(addresses)
}

/// Signs in.
pub async fn connect(target: &PostgresTarget) -> Result<PgConnection, EngineError> {
    let options = parse_target(target)?;
    let name = server_name(&options);
    if options.get_socket().is_none() {
        find_server(&options).await?;
    }
    match tokio::time::timeout(CONNECT_WITHIN, PgConnection::connect_with(&options)).await {
        Ok(connected) => connected.map_err(|error| database_error(&name, &error)),
        Err(_) => Err(EngineError::Database {
            what: name,
            reason: format!("the server did not let us in within {} s", CONNECT_WITHIN.as_secs()),
            remedy: "Check host, port and firewall, and that the server is running.",
        }),
    }
}

/// Begins the transaction: read only, one snapshot, no trigger of surprises, and the deadline known to the server.
pub async fn begin_reading(connection: &mut PgConnection, snapshot: Option<&str>, left_ms: Option<u64>) -> Result<(), sqlx::Error> {
    run(connection, "begin isolation level repeatable read read only".into()).await?;
    if let Some(snapshot) = snapshot {
        run(connection, format!("set transaction snapshot '{}'", snapshot.replace('\'', ""))).await?;
    }
    let statement_ms = left_ms.map_or(0, |left| i32::try_from(left.max(1)).unwrap_or(i32::MAX));
    // Rows hidden by a policy would make every figure wrong without a word: rather an error.
    // Settings that this server does not know are left alone.
    sqlx::query(
        "select pg_catalog.set_config(s.name, w.value, true)
         from (values ('statement_timeout', $1), ('lock_timeout', $2), ('idle_in_transaction_session_timeout', '0'),
             ('transaction_timeout', '0'), ('row_security', 'off'), ('search_path', 'pg_catalog'), ('client_connection_check_interval', '1000'),
             ('DateStyle', 'ISO, YMD'), ('IntervalStyle', 'iso_8601'), ('TimeZone', 'UTC'), ('extra_float_digits', '1'), ('bytea_output', 'hex'))
             as w (name, value) join pg_catalog.pg_settings s on s.name = w.name",
    )
    .persistent(false)
    .bind(statement_ms.to_string())
    .bind(LOCK_WITHIN_MS.to_string())
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// Runs a statement of ours that takes no values and gives no rows.
pub async fn run(connection: &mut PgConnection, text: String) -> Result<(), sqlx::Error> {
    sqlx::query(AssertSqlSafe(text)).persistent(false).execute(connection).await?;
    Ok(())
}

/// Lets other transactions read as of this one's snapshot, as long as this one lives.
pub async fn export_snapshot(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let row = sqlx::query("select pg_catalog.pg_export_snapshot()")
        .persistent(false)
        .fetch_one(connection)
        .await?;
    row.try_get(0)
}

/// What the transaction sees, as an id and in words.
pub async fn describe_snapshot(connection: &mut PgConnection) -> Result<Snapshot, sqlx::Error> {
    let row = sqlx::query(
        "select current_setting('server_version'), pg_current_snapshot()::text, pg_is_in_recovery(),
             case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end::text,
             to_char(transaction_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
             current_database()::text",
    )
    .persistent(false)
    .fetch_one(&mut *connection)
    .await?;
    let (version, seen): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let (is_standby, lsn): (bool, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
    let (at, database): (String, String) = (row.try_get(4)?, row.try_get(5)?);
    let version = version.split(' ').next().unwrap_or_default().to_owned();
    let position = lsn.as_ref().map_or_else(String::new, |lsn| format!(", log position {lsn}"));
    let standby = if is_standby { " standby" } else { "" };
    Ok(Snapshot {
        id: identify(format!("{database}\0{seen}\0{}", lsn.as_deref().unwrap_or_default()).as_bytes()),
        description: format!("PostgreSQL {version}{standby}, snapshot {seen}{position}, {at} UTC"),
        ..Snapshot::default()
    })
}

/// What the server has counted of rows written to these tables, by schema and name; tables of which it counts nothing are absent.
pub async fn mark_writes(
    connection: &mut PgConnection,
    schemas: &[&str],
    tables: &[&str],
) -> Result<HashMap<(String, String), WriteMark>, sqlx::Error> {
    let rows = sqlx::query(
        "select a.schema_name, a.table_name,
             coalesce((select d.stats_reset::text from pg_catalog.pg_stat_database d where d.datname = current_database()), ''),
             counted.parts, counted.written
         from unnest($1::text[], $2::text[]) a (schema_name, table_name)
         join pg_catalog.pg_namespace n on n.nspname = a.schema_name
         join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = a.table_name
         cross join lateral (
             select string_agg(part.oid::text, ',' order by part.oid) as parts,
                 sum(pg_stat_get_tuples_inserted(part.oid) + pg_stat_get_tuples_updated(part.oid) + pg_stat_get_tuples_deleted(part.oid))::int8 as written
             from (select c.oid union select p.relid from pg_catalog.pg_partition_tree(c.oid) p) part) counted
         where c.relkind in ('r', 'p', 'm') and current_setting('track_counts')::boolean and not pg_is_in_recovery()",
    )
    .persistent(false)
    .bind(schemas)
    .bind(tables)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let (parts, written): (String, i64) = (row.try_get(3)?, row.try_get(4)?);
            let mark = WriteMark {
                counted_since: row.try_get(2)?,
                parts: identify(parts.as_bytes()),
                rows: u64::try_from(written).unwrap_or(0),
            };
            Ok(((row.try_get(0)?, row.try_get(1)?), mark))
        })
        .collect()
}

/// The role that signed in, and whether it may do everything.
pub async fn who_reads(connection: &mut PgConnection) -> Result<(String, bool), sqlx::Error> {
    let row = sqlx::query("select current_user::text, (select rolsuper from pg_catalog.pg_roles where rolname = current_user)")
        .persistent(false)
        .fetch_one(connection)
        .await?;
    Ok((row.try_get(0)?, row.try_get::<Option<bool>, _>(1)?.unwrap_or(false)))
}

/// Link-local addresses, and those that clouds use beside them.
fn is_forbidden(address: IpAddr) -> bool {
    let is_forbidden_v4 = |address: Ipv4Addr| address.is_link_local() || address == Ipv4Addr::new(100, 100, 100, 200);
    match address {
        IpAddr::V4(address) => is_forbidden_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_forbidden_v4(address),
            None => address.is_unicast_link_local() || address.segments()[..3] == [0xfd00, 0xec2, 0],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_of_clouds_is_never_asked() {
        for (address, forbidden) in [
            ("169.254.169.254", true),
            ("::ffff:169.254.169.254", true),
            ("100.100.100.200", true),
            ("fe80::1", true),
            ("fd00:ec2::254", true),
            ("10.0.0.1", false),
            ("127.0.0.1", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_forbidden(address.parse().unwrap()), forbidden, "{address}");
        }
    }
}
