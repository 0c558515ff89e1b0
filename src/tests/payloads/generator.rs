//! Payloads as every writer might have written them: random tables in each generation, under random spellings of each key.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::domain::loose_values;
use crate::services::payloads::keys;

/// A payload to write.
#[derive(Clone, Debug)]
pub struct Generated {
    pub generation: u8,
    pub spelling: usize,
    pub tables: Vec<GeneratedTable>,
}

#[derive(Clone, Debug)]
pub struct GeneratedTable {
    pub name: String,
    pub rows: u32,
    pub columns: Vec<GeneratedColumn>,
}

#[derive(Clone, Debug)]
pub struct GeneratedColumn {
    pub name: String,
    pub kind: u8,
    pub nulls: u32,
    pub figures: Vec<Option<f64>>,
    pub counts: Vec<Option<u32>>,
    pub values: Vec<(String, u32)>,
    pub bins: Vec<(f64, f64, u32)>,
    pub findings: Vec<(String, String)>,
    pub extra: Vec<(String, f64)>,
}

fn figure() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        Just(None),
        (-1e6..1e6).prop_map(Some),
        (-1000i32..1000).prop_map(|whole| Some(f64::from(whole))),
        prop_oneof![Just(0.0), Just(-0.0), Just(1e-300), Just(1.7e308), Just(0.1 + 0.2)].prop_map(Some),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,8}", "[A-Za-z0-9 .-]{1,10}", "[äßÉ日a-b]{1,6}"].prop_filter("a name is not blank", |name| !name.trim().is_empty())
}

fn column() -> impl Strategy<Value = GeneratedColumn> {
    (
        name(),
        0u8..5,
        0u32..50,
        prop::collection::vec(figure(), 12),
        prop::collection::vec(prop::option::of(0u32..100_000), 12),
        prop::collection::vec((".{0,12}", 0u32..500), 0..5),
        prop::collection::vec((-10.0..10.0, -10.0..10.0, 0u32..90), 0..4),
        prop::collection::vec(("[a-z_]{3,9}", ".{0,20}"), 0..3),
        prop::collection::vec(("x_[a-z]{2,6}", -9.0..9.0), 0..3),
    )
        .prop_map(
            |(name, kind, nulls, figures, counts, values, bins, findings, extra)| GeneratedColumn {
                name,
                kind,
                nulls,
                figures,
                counts,
                values,
                bins,
                findings,
                extra,
            },
        )
}

pub fn payload() -> impl Strategy<Value = Generated> {
    let table = (name(), 50u32..5_000, prop::collection::vec(column(), 1..4)).prop_map(|(name, rows, columns)| GeneratedTable {
        name,
        rows,
        columns,
    });
    (0u8..5, 0usize..60, prop::collection::vec(table, 1..3)).prop_map(|(generation, spelling, tables)| Generated {
        generation,
        spelling,
        tables,
    })
}

const FIGURES: [&str; 12] = [
    "avg_value",
    "stddev_value",
    "median",
    "p25",
    "p75",
    "p95",
    "avg_length",
    "min_positive_value",
    "min_value",
    "max_value",
    "iqr",
    "skewness",
];
const COUNTS: [&str; 12] = [
    "distinct_count",
    "true_count",
    "false_count",
    "min_length",
    "max_length",
    "zero_count",
    "date_span_days",
    "unique_count",
    "blank_count",
    "dummy_count",
    "numeric_count",
    "lead_space_count",
];

impl Generated {
    /// The document, for a run of this id.
    pub fn document(&self, run_id: &str) -> Value {
        let tables: Vec<Value> = self.tables.iter().map(|table| self.table(table)).collect();
        let mut top = Map::new();
        top.insert("profile_run_id".into(), run_id.into());
        match self.generation {
            0 | 1 => {
                top.insert("status".into(), "completed".into());
                top.insert("table_profiles".into(), tables.into());
                top.insert("diagnostics".into(), json!({"tables_requested": self.tables.len()}));
            }
            2 => {
                let key = self.spelled(keys::TABLES);
                let named = self.tables.iter().map(|table| table.name.clone()).zip(tables.clone());
                let is_map = self.spelling.is_multiple_of(3) && self.tables.len() == 1;
                top.insert(key, if is_map { Value::Object(named.collect()) } else { tables.into() });
            }
            _ => {
                top.insert("summary".into(), json!({"status": "completed", "row_count": 1}));
                top.insert("tables".into(), tables.into());
            }
        }
        Value::Object(top)
    }

    fn spelled(&self, names: &[&str]) -> String {
        names[self.spelling % names.len()].to_owned()
    }

    fn table(&self, table: &GeneratedTable) -> Value {
        let columns: Vec<Value> = table.columns.iter().map(|column| self.column(table, column)).collect();
        let mut entry = Map::new();
        if self.generation < 2 {
            entry.insert("table_name".into(), format!("sales.{}", table.name).into());
            entry.insert("schema_name".into(), "sales".into());
        } else {
            entry.insert(self.spelled(&["schema_name", "schema", "schemaName"]), "sales".into());
            entry.insert(
                self.spelled(&["table_name", "name", "tableName", "physicalName"]),
                table.name.clone().into(),
            );
        }
        entry.insert(self.spelled(keys::ROW_COUNT), table.rows.into());
        match self.generation {
            0 => {
                let ratios = table
                    .columns
                    .iter()
                    .map(|column| (column.name.clone(), json!(f64::from(column.nulls) / f64::from(table.rows))));
                entry.insert("column_null_ratios".into(), Value::Object(ratios.collect()));
            }
            1 => {
                entry.insert("column_profiles".into(), columns.clone().into());
                entry.insert("columns".into(), columns.into());
            }
            2 => {
                entry.insert(self.spelled(keys::COLUMNS), columns.into());
            }
            _ => {
                entry.insert("columns".into(), columns.into());
            }
        }
        Value::Object(entry)
    }

    fn column(&self, table: &GeneratedTable, column: &GeneratedColumn) -> Value {
        let (mut entry, mut metrics) = (Map::new(), Map::new());
        let name = if self.generation == 2 {
            self.spelled(keys::COLUMN_NAME)
        } else {
            "column_name".into()
        };
        entry.insert(name, column.name.clone().into());
        let kind = usize::from(column.kind);
        entry.insert(
            "data_type".into(),
            ["decimal(9,2)", "string", "date", "boolean", "struct<a:int>"][kind].into(),
        );
        entry.insert("general_type".into(), ["numeric", "A", "datetime", "boolean", "X"][kind].into());
        let nulls = column.nulls.min(table.rows);
        if self.spelling.is_multiple_of(2) {
            entry.insert("row_count".into(), grouped(table.rows).into());
        }
        entry.insert(self.spelled(&["null_count", "nullCount"]), nulls.into());
        let all: Vec<(&str, Option<Value>)> = FIGURES
            .iter()
            .zip(&column.figures)
            .map(|(name, figure)| (*name, figure.map(Value::from)))
            .chain(
                COUNTS
                    .iter()
                    .zip(&column.counts)
                    .map(|(name, count)| (*name, count.map(Value::from))),
            )
            .collect();
        for (place, (ours, value)) in all.into_iter().enumerate() {
            let Some(value) = value else { continue };
            let theirs = keys::METRICS
                .iter()
                .find(|(known, _)| *known == ours)
                .map_or(&[][..], |(_, theirs)| theirs);
            let spellings: Vec<&str> = std::iter::once(ours).chain(theirs.iter().copied()).collect();
            let key = spellings[if self.generation == 2 {
                (self.spelling + place) % spellings.len()
            } else {
                0
            }];
            let target = if (self.spelling + place).is_multiple_of(2) {
                &mut metrics
            } else {
                &mut entry
            };
            target.insert(key.to_owned(), value);
        }
        for (name, figure) in &column.extra {
            metrics.insert(name.clone(), json!(figure));
        }
        let holder = if self.generation == 2 {
            self.spelled(keys::METRIC_OBJECTS)
        } else {
            "metrics".into()
        };
        entry.insert(holder, Value::Object(metrics));
        let values: Vec<Value> = column
            .values
            .iter()
            .map(|(value, count)| json!({"value": value, self.spelled(loose_values::COUNT): count, "percentage": 0.5}))
            .collect();
        entry.insert(
            self.spelled(keys::TOP_VALUES),
            if self.generation == 2 {
                json!({"values": values})
            } else {
                values.into()
            },
        );
        let bins: Vec<Value> = column
            .bins
            .iter()
            .map(
                |(lower, upper, count)| json!({self.spelled(loose_values::LOWER): lower, self.spelled(loose_values::UPPER): upper, "count": count}),
            )
            .collect();
        entry.insert(self.spelled(keys::HISTOGRAM), bins.into());
        let findings: Vec<Value> = column
            .findings
            .iter()
            .map(|(kind, said)| json!({self.spelled(keys::ANOMALY_TYPE): kind, "severity": "warning", self.spelled(keys::DETAIL): said, "detected_at": 1_763_644_455}))
            .collect();
        entry.insert(self.spelled(keys::ANOMALIES), findings.into());
        Value::Object(entry)
    }
}

/// `1234` as `1,234`.
fn grouped(number: u32) -> String {
    if number < 1_000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1_000, number % 1_000)
    }
}
