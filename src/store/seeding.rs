//! What programs seed: each part is made once, and merged afterwards column by column. Beside it stands what was seeded last, so
//! that a column in which something else stands is known to be a person's, and stays.

use super::statement::{Value, sql_joined};
use super::{Database, Record, StoreError, Transaction, masking, role_scopes, sql, test_suites};
use crate::domain::identifier::TableGroupId;
use crate::domain::seeding::{IS_ACTIVE, SeedEntry, SeedKind, SeedLine, SeedOutcome, SeedValue, SeedValues};

/// The switch of a group after which no value of a personal column is kept, in states neither.
const MASKING: &str = "mask_before_storing";

/// Where a kind is kept.
struct Shape {
    table: &'static str,
    key: &'static str,
    /// Columns of a new row that nobody says: written as they stand here.
    usual: &'static [(&'static str, &'static str)],
}

fn shape(kind: SeedKind) -> Shape {
    let (table, key, usual): (_, _, &'static [_]) = match kind {
        SeedKind::Project => ("dq_projects", "project_key", &[("created_at", "{now}"), ("updated_at", "{now}")]),
        SeedKind::Connection => (
            "dq_connections",
            "connection_id",
            &[("created_at", "{now}"), ("updated_at", "{now}")],
        ),
        SeedKind::Dataset => ("dq_datasets", "dataset_id", &[("created_at", "{now}"), ("updated_at", "{now}")]),
        SeedKind::TableGroup => (
            "dq_table_groups",
            "table_group_id",
            &[("created_at", "{now}"), ("updated_at", "{now}")],
        ),
        SeedKind::Table => (
            "dq_tables",
            "table_id",
            &[("created_at", "{now}"), ("bytes", "0"), ("files_json", "'[]'")],
        ),
    };
    Shape { table, key, usual }
}

/// What a person may write of a part, with what stands there while nobody has said anything.
fn unsaid_columns(kind: SeedKind) -> Vec<(&'static str, SeedValue)> {
    let texts: &[&str] = match kind {
        SeedKind::Project => &["name", "description"],
        SeedKind::Connection => &["name"],
        SeedKind::Dataset => &["name", "description", "product_team", "application"],
        SeedKind::TableGroup => &[
            "name",
            "description",
            "profiling_include_mask",
            "profiling_exclude_mask",
            "dataset_id",
        ],
        // What is said of a table is counted as depending on it.
        SeedKind::Table => &[],
    };
    let mut all: Vec<_> = texts.iter().map(|column| (*column, SeedValue::Text(String::new()))).collect();
    if kind == SeedKind::TableGroup {
        all.push((MASKING, SeedValue::Flag(false)));
    }
    all
}

/// Makes or merges one part, and notes what was seeded.
pub async fn merge(tx: &mut Transaction, source: &str, kind: SeedKind, entry: &SeedEntry) -> Result<SeedLine, StoreError> {
    let seeded = find_seeded(tx, source, kind, &entry.id).await?;
    let standing = read_standing(tx, kind, &entry.id, &entry.values).await?;
    let mut line = SeedLine {
        kind,
        id: entry.id.clone(),
        outcome: SeedOutcome::Unchanged,
        written: Vec::new(),
        kept: Vec::new(),
        passed_over: Vec::new(),
    };
    let noted = match (&standing, &seeded) {
        (None, Some(_)) => {
            line.outcome = SeedOutcome::RemovedByPerson;
            return Ok(line);
        }
        (None, None) => {
            insert(tx, kind, entry).await?;
            keep_suite(tx, kind, &entry.id).await?;
            line.outcome = SeedOutcome::Created;
            entry.values.clone()
        }
        (Some(standing), _) => {
            line.passed_over = list_passed_over(tx, kind, entry).await?;
            let mut noted = seeded.clone().unwrap_or_default();
            for (column, wanted) in &entry.values {
                let stands = standing.get(column).map_or("", SeedValue::text);
                // Without a note the row is somebody else's: only what nobody has said is filled in.
                let before = seeded.as_ref().and_then(|seeded| seeded.get(column));
                let is_ours = before.map_or(wanted.unsaid(column), SeedValue::text) == stands;
                noted.insert(column.clone(), wanted.clone());
                if stands == wanted.text() {
                    continue;
                }
                if is_ours {
                    line.written.push(column.clone());
                } else {
                    line.kept.push(column.clone());
                }
            }
            if !line.written.is_empty() {
                update(tx, kind, entry, &line.written).await?;
                keep_suite(tx, kind, &entry.id).await?;
                if entry.values.get(MASKING) == Some(&SeedValue::Flag(true)) && line.written.iter().any(|column| column == MASKING) {
                    masking::forget_states(tx, &TableGroupId(entry.id.clone())).await?;
                }
                line.outcome = SeedOutcome::Changed;
            }
            if seeded.is_none() {
                return Ok(line);
            }
            noted
        }
    };
    if seeded.as_ref() != Some(&noted) {
        note(tx, source, kind, &entry.id, &noted).await?;
    }
    Ok(line)
}

/// A connection has a test suite from the start, in its project.
async fn keep_suite(tx: &mut Transaction, kind: SeedKind, id: &str) -> Result<(), StoreError> {
    if kind == SeedKind::Connection {
        test_suites::keep_default(tx, id).await?;
    }
    Ok(())
}

/// What counts only while a part is made, and is said otherwise now than it stands.
async fn list_passed_over(tx: &mut Transaction, kind: SeedKind, entry: &SeedEntry) -> Result<Vec<String>, StoreError> {
    let mut said = entry.fixed.clone();
    // Nobody says the format: a table without files is made with it.
    said.retain(|column, value| column != "format" && !value.text().is_empty());
    let standing = read_standing(tx, kind, &entry.id, &said).await?.unwrap_or_default();
    said.retain(|column, value| standing.get(column).map_or("", SeedValue::text) != value.text());
    Ok(said.into_keys().collect())
}

/// The parts that a program seeded, with what it said last.
pub async fn list_seeded(tx: &mut Transaction, source: &str, kind: SeedKind) -> Result<Vec<(String, SeedValues)>, StoreError> {
    let rows = sql("select entry_id, values_json from seed_entries where source = $1 and kind = $2 order by entry_id")
        .bind(source)
        .bind(kind.word())
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| Ok((row.text("entry_id")?, row.json_opt("values_json")?.unwrap_or_default())))
        .collect()
}

/// The columns of a part in which something else stands than what was seeded, or something of which the seeding said nothing;
/// nothing where the part is gone.
pub async fn list_set_by_people(
    tx: &mut Transaction,
    kind: SeedKind,
    id: &str,
    seeded: &SeedValues,
) -> Result<Option<Vec<String>>, StoreError> {
    let mut expected = seeded.clone();
    for (column, unsaid) in unsaid_columns(kind) {
        expected.entry(column.to_owned()).or_insert(unsaid);
    }
    let Some(standing) = read_standing(tx, kind, id, &expected).await? else {
        return Ok(None);
    };
    let others = expected
        .iter()
        .filter(|(column, value)| standing.get(*column).map_or("", SeedValue::text) != value.text());
    Ok(Some(others.map(|(column, _)| column.clone()).collect()))
}

/// Forgets that a part was seeded.
pub async fn forget(tx: &mut Transaction, source: &str, kind: SeedKind, id: &str) -> Result<(), StoreError> {
    sql("delete from seed_entries where source = $1 and kind = $2 and entry_id = $3")
        .bind(source)
        .bind(kind.word())
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// What keeps a part from being removed: how many rows belong to it that no seeding wrote.
pub async fn count_dependents(tx: &mut Transaction, kind: SeedKind, id: &str) -> Result<u64, StoreError> {
    let text = match kind {
        SeedKind::Project => {
            "select (select count(*) from dq_connections where project_key = $1) + (select count(*) from dq_datasets where project_key = $1)
                 + (select count(*) from dq_test_suites where project_key = $1)
                 + (select count(*) from role_scopes where kind = 'project' and place = $1) as dependents"
        }
        SeedKind::Connection => "select count(*) as dependents from dq_table_groups where connection_id = $1",
        SeedKind::Dataset => "select count(*) as dependents from dq_table_groups where dataset_id = $1",
        SeedKind::TableGroup => {
            "select (select count(*) from dq_profiles where table_group_id = $1) + (select count(*) from dq_tables where table_group_id = $1)
                 + (select count(*) from dq_tests where table_group_id = $1) + (select count(*) from dq_alerts where table_group_id = $1)
                 + (select count(*) from role_scopes where kind = 'group' and place = $1) as dependents"
        }
        SeedKind::Table => {
            "select (select count(*) from run_tables where table_id = $1) + (select count(*) from dq_profile_results where table_id = $1)
                 + (select count(*) from dq_profile_columns where table_id = $1) + (select count(*) from dq_data_table_chars where table_id = $1)
                 + (select count(*) from dq_data_column_chars where table_id = $1) + (select count(*) from dq_alerts where table_id = $1)
                 + (select count(*) from dq_profile_anomaly_results where table_id = $1)
                 + (select count(*) from dq_tables where table_id = $1 and (coalesce(row_filter, '') <> '' or coalesce(left_out_json, '[]') <> '[]'))
                 as dependents"
        }
    };
    sql(text).bind(id).fetch_one(tx).await?.count("dependents")
}

/// Removes the row of a part on which nothing depends.
pub async fn remove(tx: &mut Transaction, kind: SeedKind, id: &str) -> Result<(), StoreError> {
    let Shape { table, key, .. } = shape(kind);
    if kind == SeedKind::Connection {
        test_suites::delete_default(tx, id).await?;
    }
    if kind == SeedKind::TableGroup {
        role_scopes::forget_group(tx, &TableGroupId(id.to_owned())).await?;
    }
    sql_joined(format!("delete from {table} where {key} = $1"))
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Switches a part off that stays because something depends on it; a table is marked as no longer there. False where it stood so.
pub async fn switch_off(tx: &mut Transaction, kind: SeedKind, id: &str) -> Result<bool, StoreError> {
    let text = match kind {
        SeedKind::Project => {
            "update dq_projects set is_active = false, updated_at = {now} where project_key = $1 and coalesce(is_active, true)"
        }
        SeedKind::Connection => "update dq_connections set is_active = false, updated_at = {now} where connection_id = $1 and is_active",
        SeedKind::TableGroup => {
            "update dq_table_groups set is_active = false, updated_at = {now} where table_group_id = $1 and coalesce(is_active, true)"
        }
        SeedKind::Table => "update dq_tables set missing_since = {now} where table_id = $1 and missing_since is null",
        SeedKind::Dataset => return Ok(false),
    };
    Ok(sql(text).bind(id).execute(tx).await? > 0)
}

/// The id under which a group knows a table of this name, whoever found it.
pub async fn find_table_named(tx: &mut Transaction, group: &str, schema: &str, table: &str) -> Result<Option<String>, StoreError> {
    let row = sql("select table_id from dq_tables where table_group_id = $1 and schema_name = $2 and table_name = $3")
        .bind(group)
        .bind(schema)
        .bind(table)
        .fetch_optional(tx)
        .await?;
    row.map(|row| row.text("table_id")).transpose()
}

/// Whether a part is there, with one of its columns.
pub async fn find_column(db: &Database, kind: SeedKind, id: &str, column: &'static str) -> Result<Option<String>, StoreError> {
    let Shape { table, key, .. } = shape(kind);
    let row = sql_joined(format!("select {column} as found from {table} where {key} = $1"))
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.map(|row| Ok(row.text_opt("found")?.unwrap_or_default())).transpose()
}

async fn find_seeded(tx: &mut Transaction, source: &str, kind: SeedKind, id: &str) -> Result<Option<SeedValues>, StoreError> {
    let row = sql("select values_json from seed_entries where source = $1 and kind = $2 and entry_id = $3")
        .bind(source)
        .bind(kind.word())
        .bind(id)
        .fetch_optional(tx)
        .await?;
    row.map(|row| Ok(row.json_opt("values_json")?.unwrap_or_default())).transpose()
}

/// The columns of a part as they stand; nothing where there is no such part.
async fn read_standing(tx: &mut Transaction, kind: SeedKind, id: &str, asked: &SeedValues) -> Result<Option<SeedValues>, StoreError> {
    let Shape { table, key, .. } = shape(kind);
    let columns: String = asked.keys().map(|column| format!(", {column}")).collect();
    let row = sql_joined(format!("select {key}{columns} from {table} where {key} = $1"))
        .bind(id)
        .fetch_optional(tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let read = |column: &String, asked: &SeedValue, row: &Record| {
        Ok::<_, StoreError>(match asked {
            // A part is active until somebody says that it is not; of other switches nobody has said that they are on.
            SeedValue::Flag(_) => SeedValue::Flag(row.flag_opt(column)?.unwrap_or(column == IS_ACTIVE)),
            SeedValue::Text(_) => SeedValue::Text(row.text_opt(column)?.unwrap_or_default()),
        })
    };
    asked
        .iter()
        .map(|(column, asked)| Ok((column.clone(), read(column, asked, &row)?)))
        .collect::<Result<_, _>>()
        .map(Some)
}

async fn insert(tx: &mut Transaction, kind: SeedKind, entry: &SeedEntry) -> Result<(), StoreError> {
    let Shape { table, key, usual } = shape(kind);
    let said: Vec<(&String, &SeedValue)> = entry.fixed.iter().chain(&entry.values).collect();
    let columns: Vec<&str> = std::iter::once(key)
        .chain(said.iter().map(|(column, _)| column.as_str()))
        .chain(usual.iter().map(|(column, _)| *column))
        .collect();
    let values: Vec<String> = (1..=said.len() + 1)
        .map(|place| format!("${place}"))
        .chain(usual.iter().map(|(_, value)| (*value).to_owned()))
        .collect();
    let mut statement = sql_joined(format!(
        "insert into {table} ({}) values ({})",
        columns.join(", "),
        values.join(", ")
    ))
    .bind(&entry.id);
    for (_, value) in said {
        statement = statement.bind(bound(value));
    }
    statement.execute(tx).await?;
    Ok(())
}

async fn update(tx: &mut Transaction, kind: SeedKind, entry: &SeedEntry, columns: &[String]) -> Result<(), StoreError> {
    let Shape { table, key, .. } = shape(kind);
    let set: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(place, column)| format!("{column} = ${}", place + 2))
        .collect();
    let touched = if kind == SeedKind::Table { "" } else { ", updated_at = {now}" };
    let mut statement = sql_joined(format!("update {table} set {}{touched} where {key} = $1", set.join(", "))).bind(&entry.id);
    for value in columns.iter().filter_map(|column| entry.values.get(column)) {
        statement = statement.bind(bound(value));
    }
    statement.execute(tx).await?;
    Ok(())
}

/// Notes what was seeded of a part.
pub async fn note(tx: &mut Transaction, source: &str, kind: SeedKind, id: &str, values: &SeedValues) -> Result<(), StoreError> {
    sql(
        "insert into seed_entries (source, kind, entry_id, values_json, seeded_at) values ($1, $2, $3, $4, {now})
         on conflict (source, kind, entry_id) do update set values_json = excluded.values_json, seeded_at = excluded.seeded_at",
    )
    .bind(source)
    .bind(kind.word())
    .bind(id)
    .bind(serde_json::json!(values).to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// A reference to nothing is no reference.
fn bound(value: &SeedValue) -> Value {
    match value {
        SeedValue::Flag(flag) => Value::from(*flag),
        SeedValue::Text(text) if text.is_empty() => Value::Text(None),
        SeedValue::Text(text) => Value::from(text.as_str()),
    }
}
