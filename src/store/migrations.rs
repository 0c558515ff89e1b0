//! Bringing a schema up to date: version by version, each in one transaction, decided by the catalogue.
//!
//! A version that was cut off leaves nothing behind and is done again. What a statement makes and is there already is not
//! made again, so that columns may be added by hand, by an older Limn, or twice.

use std::collections::BTreeSet;

use super::backup::copy_database;
use super::catalogue::Catalogue;
use super::registry::{self, Table};
use super::scripts::{Makes, SCRIPTS, Script, Step, latest_version};
use super::statement::{sql, sql_joined};
use super::{Database, DatabaseKind, Record, StoreError, Transaction};

/// Where the applied versions are kept; made before the first of them.
const VERSIONS_SQLITE: &str =
    "create table if not exists schema_versions (number bigint not null primary key, title text not null, checksum text not null,
     applied_at text not null, applied_by text not null)";
const VERSIONS_POSTGRES: &str =
    "create table if not exists limn.schema_versions (number bigint not null primary key, title text not null, checksum text not null,
     applied_at timestamptz not null, applied_by text not null)";
const VERSION: &str = "select value from dq_settings where key = 'schema_version'";
/// Held on PostgreSQL while a version is applied, so that servers that start together wait for each other.
const LOCK: &str = "select pg_advisory_xact_lock(7310579013287640941)::text as held";

/// Brings the schema to the latest version. May be called twice, and by several servers at once.
pub(super) async fn migrate(db: &Database) -> Result<(), StoreError> {
    let found = find_version(db).await?;
    refuse_newer(found)?;
    check_applied(db).await?;
    if found.is_some_and(|found| found < latest_version())
        && let Some(file) = db.file()
    {
        copy_database(db, file, found.unwrap_or_default()).await?;
    }
    for script in SCRIPTS {
        if found.is_none_or(|found| found < script.number) {
            apply(db, script).await?;
        }
    }
    let added = add_missing(db).await?;
    if !added.is_empty() {
        tracing::warn!(added = added.join(", "), "Parts of the schema were missing and were added");
    }
    Ok(())
}

/// Adds the tables, indexes and columns that should be there and are not; says which.
pub(super) async fn add_missing(db: &Database) -> Result<Vec<String>, StoreError> {
    let kind = db.kind();
    // Nothing is missing but for accidents: look first without holding up writers.
    if missing_parts(&Catalogue::of(db).await?, kind).is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = begin_change(db).await?;
    let found = Catalogue::within(&mut tx).await?;
    let missing = missing_parts(&found, kind);
    // They are made anew, on what they stand on.
    for view in &found.broken_views {
        sql_joined(format!("drop view {view}")).execute(&mut tx).await?;
    }
    let mut added = Vec::new();
    for (what, text) in missing {
        sql_joined(text).execute(&mut tx).await?;
        added.push(what);
    }
    tx.commit().await?;
    Ok(added)
}

/// What the scripts and the registry name and the catalogue lacks, in words.
pub(super) fn missing_names(catalogue: &Catalogue, kind: DatabaseKind) -> Vec<String> {
    missing_parts(catalogue, kind).into_iter().map(|(what, _)| what).collect()
}

/// What the scripts and the registry name and the catalogue lacks, with the statement that makes it.
fn missing_parts(catalogue: &Catalogue, kind: DatabaseKind) -> Vec<(String, String)> {
    let mut steps = Vec::new();
    for step in SCRIPTS.iter().flat_map(|script| script.steps(kind)) {
        match &step.makes {
            Makes::Other => {}
            // What stood on it went with it; a later step may make it anew, as something else.
            Makes::NoRule(rule) => steps.retain(|step: &Step| !matches!(&step.makes, Makes::Rule(known, _) if known == rule)),
            Makes::Less(table) => steps.retain(|step: &Step| step.table() != Some(table.as_str())),
            _ => steps.push(step),
        }
    }
    let mut missing = Vec::new();
    let mut made = catalogue.clone();
    for step in steps {
        let is_there = match &step.makes {
            Makes::Rule(..) => catalogue.has(&step.makes),
            other => made.has(other),
        };
        if is_there {
            continue;
        }
        let what = match &step.makes {
            Makes::Table(table) => {
                made.tables.entry(table.clone()).or_default();
                format!("table {table}")
            }
            Makes::View(view) => {
                made.views.insert(view.clone());
                format!("view {view}")
            }
            Makes::Rule(rule, _) => format!("rule {rule}"),
            Makes::Index(index) => format!("index {index}"),
            Makes::Column(table, column) => format!("column {table}.{column}"),
            Makes::Less(_) | Makes::NoRule(_) | Makes::Other => continue,
        };
        missing.push((what, step.text));
    }
    for table in registry::all_tables() {
        missing.extend(missing_columns(table, catalogue, kind));
    }
    let order = |what: &str| {
        ["table ", "column ", "index ", "view ", "rule "]
            .iter()
            .position(|kind| what.starts_with(kind))
    };
    missing.sort_by_key(|(what, _)| order(what));
    let mut told = BTreeSet::new();
    missing.retain(|(what, _)| told.insert(what.clone()));
    missing
}

/// Columns of a table that stands. They are added without `not null`: rows may be there.
fn missing_columns(table: &Table, catalogue: &Catalogue, kind: DatabaseKind) -> Vec<(String, String)> {
    let Some(found) = catalogue.tables.get(table.name).filter(|_| !catalogue.views.contains(table.name)) else {
        return Vec::new();
    };
    table
        .columns
        .iter()
        .filter(|column| !found.contains_key(column.name))
        .map(|column| {
            let statement = format!(
                "alter table {} add column {} {}",
                table.name,
                column.name,
                column.kind.type_name(kind)
            );
            (format!("column {}.{}", table.name, column.name), statement)
        })
        .collect()
}

/// Applies one version, unless another server did so meanwhile.
async fn apply(db: &Database, script: &Script) -> Result<(), StoreError> {
    let mut tx = begin_change(db).await?;
    let found = find_version_in(&mut tx).await?;
    refuse_newer(found)?;
    if found.unwrap_or_default() >= script.number {
        return tx.rollback().await;
    }
    run_steps(&mut tx, script, usize::MAX).await?;
    record_version(&mut tx, script).await?;
    tx.commit().await?;
    tracing::info!(
        version = script.number,
        title = script.title,
        "The schema was brought up to a new version"
    );
    Ok(())
}

/// Runs the first `count` statements of a version; what they make and is there is left as it is.
async fn run_steps(tx: &mut Transaction, script: &Script, count: usize) -> Result<(), StoreError> {
    let kind = tx.kind();
    let mut catalogue = Catalogue::within(tx).await?;
    for step in script.steps(kind).into_iter().take(count) {
        if !catalogue.has(&step.makes) {
            sql_joined(step.text).execute(&mut *tx).await?;
        }
        if matches!(step.makes, Makes::Less(_) | Makes::NoRule(_)) {
            catalogue = Catalogue::within(tx).await?;
        }
    }
    Ok(())
}

/// Begins a transaction that changes the schema: alone, and with all the time it needs.
async fn begin_change(db: &Database) -> Result<Transaction, StoreError> {
    let mut tx = db.begin().await?;
    if db.kind() == DatabaseKind::Postgres {
        sql("set local statement_timeout = 0").execute(&mut tx).await?;
        sql(LOCK).fetch_one(&mut tx).await?;
    }
    Ok(tx)
}

async fn record_version(tx: &mut Transaction, script: &Script) -> Result<(), StoreError> {
    let kind = tx.kind();
    sql(match kind {
        DatabaseKind::Sqlite => VERSIONS_SQLITE,
        DatabaseKind::Postgres => VERSIONS_POSTGRES,
    })
    .execute(&mut *tx)
    .await?;
    // The first databases kept their version elsewhere: what stood before is written down too.
    sql("drop table if exists _sqlx_migrations").execute(&mut *tx).await?;
    for applied in SCRIPTS.iter().filter(|applied| applied.number <= script.number) {
        sql(
            "insert into schema_versions (number, title, checksum, applied_at, applied_by) values ($1, $2, $3, {now}, $4)
             on conflict (number) do nothing",
        )
        .bind(applied.number)
        .bind(applied.title)
        .bind(applied.checksum(kind))
        .bind(env!("CARGO_PKG_VERSION"))
        .execute(&mut *tx)
        .await?;
    }
    sql(
        "insert into dq_settings (key, value, updated_at) values ('schema_version', $1, {now})
         on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at",
    )
    .bind(script.number.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// The version that stands; nothing in an empty database.
pub(super) async fn find_version(db: &Database) -> Result<Option<i64>, StoreError> {
    if !Catalogue::of(db).await?.has_table("dq_settings") {
        return Ok(None);
    }
    read_version(sql(VERSION).fetch_optional(db).await?)
}

/// The same, inside a transaction.
async fn find_version_in(tx: &mut Transaction) -> Result<Option<i64>, StoreError> {
    if !Catalogue::within(tx).await?.has_table("dq_settings") {
        return Ok(None);
    }
    read_version(sql(VERSION).fetch_optional(tx).await?)
}

fn read_version(row: Option<Record>) -> Result<Option<i64>, StoreError> {
    let Some(text) = row.map(|row| row.text_opt("value")).transpose()?.flatten() else {
        return Ok(None);
    };
    match text.parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(StoreError::Migration {
            reason: format!("dq_settings says schema_version {text:?}, which is no number; restore the backup, or set it right"),
        }),
    }
}

pub(super) fn refuse_newer(found: Option<i64>) -> Result<(), StoreError> {
    match found {
        Some(found) if found > latest_version() => Err(StoreError::NewerSchema {
            found,
            known: latest_version(),
        }),
        _ => Ok(()),
    }
}

/// A script that was applied and is another one now would leave two kinds of databases under one number.
async fn check_applied(db: &Database) -> Result<(), StoreError> {
    if !Catalogue::of(db).await?.has_table("schema_versions") {
        return Ok(());
    }
    for row in sql("select number, checksum from schema_versions order by number")
        .fetch_all(db)
        .await?
    {
        let (number, checksum) = (row.integer("number")?, row.text("checksum")?);
        let script = SCRIPTS.iter().find(|script| script.number == number);
        if script.is_some_and(|script| script.checksum(db.kind()) != checksum) {
            return Err(StoreError::Migration {
                reason: format!(
                    "the script of version {number} is not the one that was applied here. Start the Limn that made this database"
                ),
            });
        }
    }
    Ok(())
}

/// A database as an older Limn left it: the versions up to `number`.
#[cfg(test)]
pub(crate) async fn migrate_to(db: &Database, number: i64) -> Result<(), StoreError> {
    db.make_schemas().await?;
    for script in SCRIPTS.iter().filter(|script| script.number <= number) {
        apply(db, script).await?;
    }
    Ok(())
}

/// Begins a version and is cut off after some statements; false where it has no more of them.
#[cfg(test)]
pub(crate) async fn cut_off_after(db: &Database, number: i64, statements: usize) -> Result<bool, StoreError> {
    let Some(script) = SCRIPTS.iter().find(|script| script.number == number) else {
        return Ok(false);
    };
    let mut tx = begin_change(db).await?;
    run_steps(&mut tx, script, statements).await?;
    tx.rollback().await?;
    Ok(statements < script.steps(db.kind()).len())
}
