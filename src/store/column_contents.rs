//! What was found in a column, kept once: a run that finds what an earlier one found refers to it.
//!
//! A table in one attempt of a run is a row of `result_sets`, its columns are small rows of `result_rows`, and what was found stands in
//! `result_contents`, found again by a fingerprint of everything in it. What stays while data change, the names of the metrics and the axis of the
//! histogram, stands apart in `result_texts`.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::column_rows::{cut_text, write_texts};
use super::column_values::write_distribution;
use super::statement::{rows_insert_and, sql_joined};
use super::{StoreError, Transaction, Value, rows_insert, sql};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::{RunId, TableId};
use crate::domain::table_profile::TableProfile;

/// Keys in one list of a statement.
const KEYS_A_STATEMENT: usize = 5_000;

const CONTENT_COLUMNS: &[&str] = &[
    "content_hash",
    "content_check",
    "shape_key",
    "axis_key",
    "column_name",
    "lower_name",
    "data_type",
    "general_type",
    "record_count",
    "null_count",
    "distinct_count",
    "min_value",
    "max_value",
    "avg_value",
    "stddev_value",
    "percentiles_json",
    "figures_json",
    "preview_json",
    "values_json",
    "counts_json",
];

/// The number that rows of a column are found by: the first 8 bytes of the SHA-256 of its name, as the database keeps that.
pub(super) fn name_hash(column_name: &str) -> i64 {
    fingerprint(&column_name.replace('\0', "\u{2400}")).0
}

/// Writes the columns of one table in one attempt. What another run found already is referred to.
pub(super) async fn insert_columns(
    tx: &mut Transaction,
    run_id: &RunId,
    attempt: u32,
    table_id: &TableId,
    profile: &TableProfile,
) -> Result<(), StoreError> {
    let set = sql(
        "insert into result_sets (profile_run_id, attempt, table_id, schema_name, table_name, generated_at)
         values ($1, $2, $3, $4, $5, {now}) returning set_key",
    )
    .bind(run_id.as_str())
    .bind(attempt)
    .bind(table_id.as_str())
    .bind(&profile.schema_name)
    .bind(&profile.table_name)
    .fetch_one(&mut *tx)
    .await?
    .integer("set_key")?;
    let columns: Vec<&ColumnProfile> = profile.columns.iter().collect();
    let keys = keep_columns(tx, &columns).await?;
    let rows = columns.iter().zip(keys).map(|(column, key)| {
        vec![
            set.into(),
            name_hash(&column.column_name).into(),
            column.ordinal_position.into(),
            key.into(),
        ]
    });
    let rows = rows.collect();
    for statement in rows_insert("result_rows", &["set_key", "name_hash", "ordinal_position", "content_key"], rows) {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Keeps what was found in columns, and says under which keys, in their order.
pub(super) async fn keep_columns(tx: &mut Transaction, columns: &[&ColumnProfile]) -> Result<Vec<i64>, StoreError> {
    let contents = columns.iter().map(|column| Content::of(column)).collect::<Result<Vec<_>, _>>()?;
    let prints: Vec<Fingerprint> = contents.iter().map(|content| content.print).collect();
    let keys = keep_contents(tx, contents).await?;
    prints
        .iter()
        .map(|print| {
            let key = keys.get(print).copied();
            key.ok_or_else(|| StoreError::unreadable("result_contents", "a content was not kept"))
        })
        .collect()
}

/// Removes the columns of the tables and attempts that a condition on `profile_run_id`, `attempt` and `table_id` names, whoever wrote them;
/// and the contents that nothing refers to any more.
pub(super) async fn delete_columns(tx: &mut Transaction, condition: &str, values: &[Value]) -> Result<(), StoreError> {
    let bound = |text: String| {
        values
            .iter()
            .fold(sql_joined(text), |statement, value| statement.bind(value.clone()))
    };
    let sets = format!("(select set_key from result_sets where {condition})");
    let rows = bound(format!("select distinct content_key from result_rows where set_key in {sets}"))
        .fetch_all(&mut *tx)
        .await?;
    let contents = rows.iter().map(|row| row.integer("content_key")).collect::<Result<Vec<_>, _>>()?;
    bound(format!("delete from result_rows where set_key in {sets}"))
        .execute(&mut *tx)
        .await?;
    for table in ["result_sets", "written_results", "written_columns", "written_column_values"] {
        bound(format!("delete from {table} where {condition}")).execute(&mut *tx).await?;
    }
    drop_contents(tx, &contents).await
}

/// Removes contents that nothing refers to any more, with their texts.
pub(super) async fn drop_contents(tx: &mut Transaction, contents: &[i64]) -> Result<(), StoreError> {
    for keys in contents.chunks(KEYS_A_STATEMENT) {
        let texts = sql("select shape_key as text_key from result_contents where content_key in {numbers $1}
             union select axis_key from result_contents where content_key in {numbers $1} and axis_key is not null")
        .bind(list_of_numbers(keys.iter().copied()))
        .fetch_all(&mut *tx)
        .await?;
        let texts = texts.iter().map(|row| row.integer("text_key")).collect::<Result<Vec<_>, _>>()?;
        sql("delete from result_contents where content_key in {numbers $1}
             and not exists (select 1 from result_rows r where r.content_key = result_contents.content_key)")
        .bind(list_of_numbers(keys.iter().copied()))
        .execute(&mut *tx)
        .await?;
        sql("delete from result_texts where text_key in {numbers $1}
             and not exists (select 1 from result_contents c where c.shape_key = result_texts.text_key)
             and not exists (select 1 from result_contents c where c.axis_key = result_texts.text_key)")
        .bind(list_of_numbers(texts))
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// What a content is found by: two parts of its SHA-256. The first is indexed.
type Fingerprint = (i64, i64);

fn fingerprint(text: &str) -> Fingerprint {
    let digest = Sha256::digest(text);
    let part = |at: usize| i64::from_be_bytes(std::array::from_fn(|byte| digest[at + byte]));
    (part(0), part(8))
}

/// What was found in one column, as a row.
struct Content {
    print: Fingerprint,
    texts: Vec<(i64, String)>,
    row: Vec<Value>,
}

impl Content {
    fn of(column: &ColumnProfile) -> Result<Self, StoreError> {
        let texts = write_texts(column)?;
        let distribution = write_distribution(column);
        let metrics = &column.metrics;
        let told_apart: Vec<(i64, String)> = [Some(texts.names), distribution.axis]
            .into_iter()
            .flatten()
            .map(|text| (fingerprint(&text).0, text))
            .collect();
        let name = &column.column_name;
        // What the database cannot fold alike in every place is told.
        let lower_name = (!name.is_ascii()).then(|| name.to_lowercase());
        let mut row: Vec<Value> = vec![
            told_apart[0].0.into(),
            told_apart.get(1).map(|(key, _)| *key).into(),
            name.into(),
            lower_name.into(),
            (&column.data_type).into(),
            column.general_type.letter().into(),
            column.row_count.into(),
            column.null_count.into(),
            metrics.distinct_count.into(),
            metrics.min_value.as_deref().map(cut_text).into(),
            metrics.max_value.as_deref().map(cut_text).into(),
            metrics.avg_value.into(),
            metrics.stddev_value.into(),
            texts.percentiles.into(),
            texts.figures.into(),
            distribution.preview.into(),
            distribution.values.into(),
            distribution.counts.into(),
        ];
        // Whatever distinguishes two rows distinguishes their texts: reals are written so that they are read back.
        let print = fingerprint(&format!("{row:?}"));
        row.splice(0..0, [print.0.into(), print.1.into()]);
        Ok(Self {
            print,
            texts: told_apart,
            row,
        })
    }
}

/// The keys of contents, those that are new written first.
async fn keep_contents(tx: &mut Transaction, contents: Vec<Content>) -> Result<HashMap<Fingerprint, i64>, StoreError> {
    let mut keys = HashMap::with_capacity(contents.len());
    let hashes: Vec<i64> = contents.iter().map(|content| content.print.0).collect();
    for hashes in hashes.chunks(KEYS_A_STATEMENT) {
        let rows = sql(
            "select content_key, content_hash, content_check from result_contents where content_hash in {numbers $1}
             order by content_key {for update}",
        )
        .bind(list_of_numbers(hashes.iter().copied()))
        .fetch_all(&mut *tx)
        .await?;
        for row in &rows {
            keys.insert(
                (row.integer("content_hash")?, row.integer("content_check")?),
                row.integer("content_key")?,
            );
        }
    }
    let mut texts = BTreeMap::new();
    let mut new = HashMap::new();
    for content in contents.into_iter().filter(|content| !keys.contains_key(&content.print)) {
        texts.extend(content.texts);
        new.insert(content.print, content.row);
    }
    let texts = texts.into_iter().map(|(key, body)| vec![key.into(), body.into()]).collect();
    // A text that stands is held until the contents that refer to it do, so that nobody removes it in between.
    let held = "on conflict (text_key) do update set body = excluded.body";
    for statement in rows_insert_and("result_texts", &["text_key", "body"], texts, held) {
        statement.execute(&mut *tx).await?;
    }
    let wanted = "returning content_key, content_hash, content_check";
    for statement in rows_insert_and("result_contents", CONTENT_COLUMNS, new.into_values().collect(), wanted) {
        for row in &statement.fetch_all(&mut *tx).await? {
            keys.insert(
                (row.integer("content_hash")?, row.integer("content_check")?),
                row.integer("content_key")?,
            );
        }
    }
    Ok(keys)
}

/// A list of numbers as one bound value, for `{numbers $n}`.
fn list_of_numbers(numbers: impl IntoIterator<Item = i64>) -> String {
    serde_json::Value::Array(numbers.into_iter().map(serde_json::Value::from).collect()).to_string()
}
