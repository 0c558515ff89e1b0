//! A whole payload: its run, its tables, their columns and anomalies.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::column::{column_of_null_ratio, read_column};
use super::findings::{named_table, read_anomalies, split_name};
use super::keys::{self, Object, pick, pick_name, pick_text};
use super::{PayloadError, bounded_json, scalars};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::name_match::is_same_name;

/// A payload as it was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Payload {
    /// The run that it says it is of.
    pub profile_run_id: Option<String>,
    /// Status in the writer's word.
    pub status: Option<String>,
    /// When the run began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// Tables.
    pub tables: Vec<PayloadTable>,
}

/// One table of a payload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PayloadTable {
    /// Schema; empty where the writer did not say.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// The writer's id of it.
    pub table_id: Option<String>,
    /// Rows, where the writer counted them.
    pub row_count: Option<u64>,
    /// Columns in the writer's order.
    pub columns: Vec<ColumnProfile>,
    /// Findings about it and its columns, each once.
    pub anomalies: Vec<ProfileAnomaly>,
    /// Why the writer could not read the table.
    pub error: Option<String>,
}

impl Payload {
    /// Reads a payload. Nothing that looks like a table is a reason, never an empty profile.
    pub fn read(text: &[u8]) -> Result<Self, PayloadError> {
        let document = bounded_json::read_json(text)?;
        let nothing = Object::new();
        let top = document.as_object().unwrap_or(&nothing);
        let run = pick(top, keys::RUN_OBJECTS).and_then(Value::as_object).unwrap_or(top);
        let find = |names: &[&str]| pick(run, names).or_else(|| pick(top, names));
        let mut payload = Self {
            profile_run_id: find(keys::RUN_ID).and_then(scalars::text),
            status: find(keys::STATUS).and_then(scalars::text),
            started_at: find(keys::STARTED_AT).and_then(scalars::moment),
            completed_at: find(keys::COMPLETED_AT).and_then(scalars::moment),
            tables: find_tables(&document),
        };
        if payload.tables.is_empty() && !holds_tables(&document) {
            return Err(PayloadError::Unreadable("it holds no table".into()));
        }
        if holds_tables(&document) {
            payload.add_run_anomalies(top);
        }
        payload.settle();
        Ok(payload)
    }

    /// A table or column that is told twice counts as it was told first; findings name columns as the columns do.
    fn settle(&mut self) {
        let mut told = HashSet::new();
        self.tables
            .retain(|table| told.insert((table.schema_name.clone(), table.table_name.clone())));
        for table in &mut self.tables {
            let mut told = HashSet::new();
            table.columns.retain(|column| told.insert(column.column_name.clone()));
            for anomaly in &mut table.anomalies {
                let Some(name) = &anomaly.column_name else { continue };
                let is_exact = table.columns.iter().any(|column| column.column_name == *name);
                if let Some(same) = table
                    .columns
                    .iter()
                    .find(|column| !is_exact && is_same_name(&column.column_name, name))
                {
                    anomaly.column_name = Some(same.column_name.clone());
                }
            }
            let found = std::mem::take(&mut table.anomalies);
            table.add_anomalies(found);
        }
    }

    /// Findings that stand beside the tables go to the table that they name; a finding is kept once.
    fn add_run_anomalies(&mut self, top: &Object) {
        for finding in pick(top, keys::ANOMALIES).and_then(Value::as_array).into_iter().flatten() {
            let Some((schema, table)) = finding.as_object().and_then(named_table) else {
                continue;
            };
            let named = self.tables.iter_mut().find(|known| {
                known.table_name.eq_ignore_ascii_case(&table) && (schema.is_empty() || known.schema_name.eq_ignore_ascii_case(&schema))
            });
            let Some(known) = named else { continue };
            let holder = Object::from_iter([("anomalies".to_owned(), Value::Array(vec![finding.clone()]))]);
            let found = read_anomalies(&holder, &known.schema_name, &known.table_name, None);
            known.add_anomalies(found);
        }
    }
}

impl PayloadTable {
    fn add_anomalies(&mut self, found: Vec<ProfileAnomaly>) {
        for anomaly in found {
            let same = |known: &ProfileAnomaly| {
                known.anomaly_type == anomaly.anomaly_type
                    && known.column_name == anomaly.column_name
                    && known.description == anomaly.description
            };
            if !self.anomalies.iter().any(same) {
                self.anomalies.push(anomaly);
            }
        }
    }
}

/// The list or map of tables, wherever it is; else the document itself is a table.
fn find_tables(document: &Value) -> Vec<PayloadTable> {
    match document {
        Value::Array(list) => list.iter().filter_map(|entry| read_table(entry.as_object()?, None)).collect(),
        Value::Object(top) => match pick(top, keys::TABLES) {
            Some(Value::Array(list)) => list.iter().filter_map(|entry| read_table(entry.as_object()?, None)).collect(),
            Some(Value::Object(map)) => map
                .iter()
                .filter_map(|(name, entry)| read_table(entry.as_object()?, Some(name)))
                .collect(),
            _ => {
                let single = top.get("table").and_then(Value::as_object).unwrap_or(top);
                read_table(single, None)
                    .filter(|table| !table.columns.is_empty())
                    .into_iter()
                    .collect()
            }
        },
        _ => Vec::new(),
    }
}

/// Whether the document has a place for tables, though it may be empty.
fn holds_tables(document: &Value) -> bool {
    match document {
        Value::Array(_) => true,
        Value::Object(top) => matches!(pick(top, keys::TABLES), Some(Value::Array(_) | Value::Object(_))),
        _ => false,
    }
}

fn read_table(entry: &Object, key: Option<&str>) -> Option<PayloadTable> {
    let said = pick_name(entry, keys::TABLE_NAME).or_else(|| key.map(str::to_owned))?;
    let (schema_name, table_name) = match pick_name(entry, keys::SCHEMA_NAME) {
        Some(schema) => {
            let prefix = format!("{schema}.");
            let bare = said.replace('`', "");
            let table = bare.strip_prefix(&prefix).unwrap_or(&bare).trim().to_owned();
            (schema, table)
        }
        None => split_name(&said),
    };
    let metrics = pick(entry, keys::METRIC_OBJECTS).and_then(Value::as_object);
    let row_count = pick(entry, keys::ROW_COUNT)
        .or_else(|| pick(metrics?, keys::ROW_COUNT))
        .and_then(scalars::count);
    let mut table = PayloadTable {
        table_id: pick_text(entry, &["table_id", "tableId", "id"]),
        error: pick_text(entry, &["error"]),
        row_count,
        schema_name,
        table_name,
        ..PayloadTable::default()
    };
    read_columns(entry, &mut table);
    let found = read_anomalies(entry, &table.schema_name, &table.table_name, None);
    table.add_anomalies(found);
    Some(table)
}

fn read_columns(entry: &Object, table: &mut PayloadTable) {
    let columns: Vec<(Option<&str>, &Object)> = match pick(entry, keys::COLUMNS) {
        Some(Value::Array(list)) => list.iter().filter_map(|column| Some((None, column.as_object()?))).collect(),
        Some(Value::Object(map)) => map
            .iter()
            .filter_map(|(name, column)| Some((Some(name.as_str()), column.as_object()?)))
            .collect(),
        _ => Vec::new(),
    };
    for (place, (name, column)) in columns.into_iter().enumerate() {
        let Some(read) = read_column(column, name, place, table.row_count) else {
            continue;
        };
        let found = read_anomalies(column, &table.schema_name, &table.table_name, Some(&read.column_name));
        table.add_anomalies(found);
        table.columns.push(read);
    }
    if table.columns.is_empty()
        && let Some(ratios) = entry.get("column_null_ratios").and_then(Value::as_object)
    {
        let rows = table.row_count.unwrap_or_default();
        table.columns = ratios
            .iter()
            .enumerate()
            .filter_map(|(place, (name, ratio))| column_of_null_ratio(name, ratio, place, rows))
            .collect();
    }
    settle_positions(&mut table.columns);
}

/// Every column has a place of its own, from 1; where the writer gave one twice, the order of the list decides.
fn settle_positions(columns: &mut [ColumnProfile]) {
    let mut places: Vec<u32> = columns.iter().map(|column| column.ordinal_position).collect();
    places.sort_unstable();
    places.dedup();
    if places.len() != columns.len() {
        for (place, column) in columns.iter_mut().enumerate() {
            column.ordinal_position = place as u32 + 1;
        }
    }
}
