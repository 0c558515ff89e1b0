//! Every spelling of every key that payloads have had, in one place.

use serde_json::{Map, Value};

/// An object of a payload.
pub type Object = Map<String, Value>;

pub const TABLES: &[&str] = &[
    "tables",
    "table_profiles",
    "tablesProfiled",
    "tableProfiles",
    "tables_profiled",
    "profiles",
];
pub const TABLE_NAME: &[&str] = &["table_name", "table", "name", "tableName", "physical_name", "physicalName"];
pub const SCHEMA_NAME: &[&str] = &["schema_name", "schema", "schemaName"];
pub const COLUMNS: &[&str] = &[
    "columns",
    "column_profiles",
    "columnsProfiled",
    "columnProfiles",
    "columns_profiled",
];
pub const COLUMN_NAME: &[&str] = &["column_name", "column", "name", "columnName"];
pub const DATA_TYPE: &[&str] = &["data_type", "dataType", "column_type", "columnType", "type"];
pub const GENERAL_TYPE: &[&str] = &["general_type", "generalType", "type_category", "typeCategory"];
pub const ORDINAL: &[&str] = &["ordinal_position", "ordinalPosition", "position", "index", "ordinal"];
pub const ROW_COUNT: &[&str] = &["row_count", "record_count", "rows", "rowCount", "recordCount", "total_rows"];
pub const NULL_COUNT: &[&str] = &["null_count", "nullCount"];
pub const NON_NULL_COUNT: &[&str] = &["non_null_count", "nonNullCount", "nonnull_count", "valid_count"];
pub const NULL_RATIO: &[&str] = &["null_ratio", "nullRatio"];
pub const NULL_PERCENT: &[&str] = &["null_percent", "null_percentage", "nullPercent", "nullPercentage"];
pub const NON_ASCII_RATIO: &[&str] = &["non_ascii_ratio", "nonAsciiRatio"];
pub const NON_ASCII_PERCENT: &[&str] = &["non_ascii_percent", "nonAsciiPercent"];
/// Objects inside a column that hold more of its metrics; a key outside them wins.
pub const METRIC_OBJECTS: &[&str] = &["metrics", "summary", "stats"];
pub const TOP_VALUES: &[&str] = &["top_values", "topValues", "frequencies"];
pub const HISTOGRAM: &[&str] = &["histogram", "value_distribution", "distribution", "bins"];
pub const ANOMALIES: &[&str] = &["anomalies", "anomaly_results", "anomalyResults", "findings"];
pub const ANOMALY_TYPE: &[&str] = &["anomaly_type_id", "anomaly_type", "anomalyTypeId", "anomalyType", "type", "code"];
pub const SEVERITY: &[&str] = &["severity", "level"];
pub const LIKELIHOOD: &[&str] = &["likelihood", "probability"];
pub const DETAIL: &[&str] = &["detail", "description", "message"];
pub const DIMENSION: &[&str] = &["dq_dimension", "dqDimension", "dimension"];
pub const PII_RISK: &[&str] = &["pii_risk", "piiRisk"];
pub const DETECTED_AT: &[&str] = &["detected_at", "detectedAt"];
pub const RUN_OBJECTS: &[&str] = &["summary", "profile_summary", "profileSummary", "metadata", "run"];
pub const RUN_ID: &[&str] = &["profile_run_id", "profileRunId"];
pub const STATUS: &[&str] = &["status", "state"];
pub const STARTED_AT: &[&str] = &["started_at", "startedAt"];
pub const COMPLETED_AT: &[&str] = &["completed_at", "completedAt", "finished_at", "finishedAt"];

/// Our name of a metric, and what payloads called it besides.
pub const METRICS: &[(&str, &[&str])] = &[
    ("distinct_count", &["distinctCount", "unique_count", "uniqueCount", "cardinality"]),
    ("min_value", &["minValue", "min", "minimum"]),
    ("max_value", &["maxValue", "max", "maximum"]),
    ("avg_value", &["avg", "avgValue", "mean", "average"]),
    ("stddev_value", &["stddev", "stdDev", "std_dev", "stdDeviation"]),
    ("median", &["median_value", "p50", "percentile_50"]),
    ("p25", &["percentile_25", "p25_value"]),
    ("p75", &["percentile_75", "p75_value"]),
    ("p95", &["p95_value", "percentile_95", "upper_95"]),
    ("true_count", &["trueCount", "trues"]),
    ("false_count", &["falseCount", "falses"]),
    ("min_length", &["minLength", "length_min"]),
    ("max_length", &["maxLength", "length_max"]),
    ("avg_length", &["avgLength", "length_avg"]),
    ("min_date", &["minDate"]),
    ("max_date", &["maxDate"]),
    ("date_span_days", &["dateSpanDays"]),
    ("zero_count", &["zeros_count"]),
    ("min_positive_value", &["minimum_positive", "min_positive"]),
    ("dummy_count", &["dummy_value_count"]),
    ("numeric_count", &["numeric_only_count"]),
    ("lead_space_count", &["leading_space_count"]),
    ("date_count", &["date_value_count"]),
    ("avg_embedded_spaces", &["average_embedded_spaces"]),
    ("distinct_pattern_count", &["distinct_patterns"]),
    ("includes_digit_count", &["includes_digit"]),
];

/// The first of the spellings that holds something.
pub fn pick<'a>(object: &'a Object, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| object.get(*name).filter(|value| !value.is_null()))
}

/// A name: a text without the blanks around it.
pub fn pick_name(object: &Object, names: &[&str]) -> Option<String> {
    pick_text(object, names).map(|name| name.trim().to_owned())
}

/// The first of the spellings that holds a text with something in it, or a number as text.
pub fn pick_text(object: &Object, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| object.get(*name).and_then(super::scalars::text))
}
