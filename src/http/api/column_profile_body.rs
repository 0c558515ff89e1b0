//! The contract of the column profile: keys, labels, order and formats as programs that were written for the seed expect them.
//!
//! This is the one map from our names of metrics to the old keys. Shares are 0..1 everywhere but in `percentage`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::column_profile_parts::{NumericProfile, TextProfile};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::column_profile::{ColumnProfile, HistogramBin, NON_ASCII_RATIO, TopValue};
use crate::services::column_profiles::ColumnProfileAnswer;

/// The answer of `GET .../column-profile`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ColumnProfileBody {
    /// Group.
    pub table_group_id: String,
    /// The run that the figures are of.
    pub profile_run_id: String,
    /// Its status.
    pub status: String,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub completed_at: Option<String>,
    /// Rows of the whole run.
    pub row_count: Option<u64>,
    /// Table.
    pub table_name: String,
    /// Column as the source spells it.
    pub column_name: String,
    /// Type as the source spells it.
    pub data_type: Option<String>,
    /// Figures.
    pub metrics: Vec<MetricBody>,
    /// The commonest values.
    pub top_values: Vec<TopValueBody>,
    /// Bars.
    pub histogram: Vec<BinBody>,
    /// Findings about this column in this run, newest first.
    pub anomalies: Vec<AnomalyBody>,
    /// Derived figures of a number.
    pub numeric_profile: Option<NumericProfile>,
    /// Derived figures of a text.
    pub text_profile: Option<TextProfile>,
    /// Schema of the table.
    pub schema_name: String,
    /// Where the figures were read: `results`, `columns`, `payload`.
    pub source: &'static str,
    /// Why they were not read from the first place.
    pub source_reason: Option<String>,
}

/// One figure.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MetricBody {
    /// Key.
    pub key: String,
    /// As a person reads it.
    pub label: String,
    /// The figure: a number or a text.
    pub value: Value,
    /// The figure as a person reads it.
    pub formatted: String,
    /// `%` for a share, whose value is 0..1.
    pub unit: Option<&'static str>,
}

/// One of the commonest values.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TopValueBody {
    /// Value.
    pub value: String,
    /// Rows.
    pub count: u64,
    /// Share of the rows, 0..100.
    pub percentage: f64,
}

/// One bar.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BinBody {
    /// What the axis calls it.
    pub label: String,
    /// Rows.
    pub count: u64,
    /// Lower edge.
    pub lower: Option<f64>,
    /// Upper edge.
    pub upper: Option<f64>,
}

/// One finding.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AnomalyBody {
    /// Table.
    pub table_name: String,
    /// Column.
    pub column_name: Option<String>,
    /// Type of the catalogue.
    pub anomaly_type: String,
    /// Severity in the writer's word.
    pub severity: String,
    /// In words.
    pub description: String,
    /// When it was found.
    pub detected_at: Option<String>,
}

impl ColumnProfileBody {
    /// Writes an answer in the contract's words.
    pub fn new(table_group_id: &str, found: ColumnProfileAnswer) -> Self {
        let ColumnProfileAnswer { run, answer } = found;
        let column = &answer.column;
        Self {
            table_group_id: table_group_id.to_owned(),
            profile_run_id: run.profile_run_id.0,
            status: run.status,
            started_at: run.started_at.map(|at| at.to_rfc3339()),
            completed_at: run.completed_at.map(|at| at.to_rfc3339()),
            row_count: run.row_count,
            column_name: column.column_name.clone(),
            data_type: Some(column.data_type.clone()).filter(|name| !name.is_empty()),
            metrics: metrics(column),
            top_values: column.top_values.iter().map(TopValueBody::from).collect(),
            histogram: column.histogram.iter().map(BinBody::from).collect(),
            anomalies: answer.anomalies.iter().map(AnomalyBody::from).collect(),
            numeric_profile: NumericProfile::of(column),
            text_profile: TextProfile::of(column),
            table_name: answer.table_name,
            schema_name: answer.schema_name,
            source: answer.origin.word(),
            source_reason: answer.reason,
        }
    }
}

impl From<&TopValue> for TopValueBody {
    fn from(top: &TopValue) -> Self {
        Self {
            value: top.value.clone(),
            count: top.count,
            percentage: top.ratio * 100.0,
        }
    }
}

impl From<&HistogramBin> for BinBody {
    fn from(bin: &HistogramBin) -> Self {
        let edge = |edge: Option<f64>| edge.map(|edge| edge.to_string()).unwrap_or_default();
        let label = if bin.label.is_empty() && (bin.lower.is_some() || bin.upper.is_some()) {
            format!("{} – {}", edge(bin.lower), edge(bin.upper))
        } else {
            bin.label.clone()
        };
        Self {
            label,
            count: bin.count,
            lower: bin.lower,
            upper: bin.upper,
        }
    }
}

impl From<&ProfileAnomaly> for AnomalyBody {
    fn from(anomaly: &ProfileAnomaly) -> Self {
        Self {
            table_name: anomaly.table_name.clone(),
            column_name: anomaly.column_name.clone(),
            anomaly_type: anomaly.anomaly_type.clone(),
            severity: anomaly.severity.clone(),
            description: anomaly.description.clone(),
            detected_at: anomaly.detected_at.map(|at| at.to_rfc3339()),
        }
    }
}

/// Keys that come first, in this order, with their labels; all others follow in the order of [`OLD_KEYS`] and of our metrics.
const FIRST: &[(&str, &str)] = &[
    ("row_count", "Row count"),
    ("distinct_count", "Distinct values"),
    ("null_count", "Null values"),
    ("null_ratio", "Null percentage"),
    ("p25", "25th percentile"),
    ("p75", "75th percentile"),
    ("zero_count", "Zero values"),
    ("negative_count", "Negative values"),
];
/// Ours and theirs, where they differ, and the order of what follows.
const OLD_KEYS: &[(&str, &str)] = &[
    ("non_null_count", "non_null_count"),
    ("min_value", "min_value"),
    ("max_value", "max_value"),
    ("avg_value", "avg_value"),
    ("stddev_value", "stddev_value"),
    ("median", "median_value"),
    ("p95", "p95_value"),
    ("true_count", "true_count"),
    ("false_count", "false_count"),
    ("min_length", "min_length"),
    ("max_length", "max_length"),
    ("avg_length", "avg_length"),
    ("non_ascii_ratio", "non_ascii_ratio"),
    ("min_date", "min_date"),
    ("max_date", "max_date"),
    ("date_span_days", "date_span_days"),
    ("record_count", "record_count"),
];

/// All figures that are one number or one text.
pub fn metrics(column: &ColumnProfile) -> Vec<MetricBody> {
    let mut left = figures(column);
    let mut metrics = Vec::new();
    for (key, label) in FIRST {
        if let Some(value) = left.shift_remove(*key) {
            metrics.push(metric(key, (*label).to_owned(), value));
        }
    }
    for (ours, theirs) in OLD_KEYS {
        if let Some(value) = left.shift_remove(*ours) {
            metrics.push(metric(theirs, titled(theirs), value));
        }
    }
    metrics.extend(left.into_iter().map(|(key, value)| metric(&key, titled(&key), value)));
    metrics
}

/// Our figures by name, single ones only, with those that follow from others.
fn figures(column: &ColumnProfile) -> Map<String, Value> {
    let Ok(Value::Object(all)) = serde_json::to_value(column) else {
        return Map::new();
    };
    let mut found: Map<String, Value> = all
        .into_iter()
        .filter(|(key, value)| !matches!(value, Value::Null | Value::Array(_) | Value::Object(_)) && !is_identity(key))
        .collect();
    found.insert("record_count".into(), column.row_count.into());
    if column.row_count > 0 {
        found.insert("null_ratio".into(), (column.null_count as f64 / column.row_count as f64).into());
    }
    if let Some(count) = column.metrics.non_ascii_count
        && column.non_null_count > 0
        && !found.contains_key(NON_ASCII_RATIO)
    {
        found.insert(NON_ASCII_RATIO.into(), (count as f64 / column.non_null_count as f64).into());
    }
    found
}

fn is_identity(key: &str) -> bool {
    matches!(key, "column_name" | "ordinal_position" | "data_type" | "general_type")
}

fn metric(key: &str, label: String, value: Value) -> MetricBody {
    let unit = (key == "null_ratio").then_some("%");
    MetricBody {
        key: key.to_owned(),
        formatted: formatted(&value, unit.is_some()),
        label,
        value,
        unit,
    }
}

/// `non_null_count` is `Non Null Count`.
fn titled(key: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        first + letters.as_str()
    };
    key.split('_').map(word).collect::<Vec<_>>().join(" ")
}

/// Whole numbers with thousands commas, others with up to four decimals, a share as a percentage with two.
fn formatted(value: &Value, is_share: bool) -> String {
    if let (Some(number), true) = (value.as_f64(), is_share) {
        return format!("{:.2}%", number * 100.0);
    }
    match value {
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), ..) => grouped(&whole.to_string()),
            (_, Some(whole), _) => grouped(&whole.to_string()),
            (.., Some(real)) if real.fract() == 0.0 => grouped(&format!("{real:.0}")),
            (.., Some(real)) => grouped(format!("{real:.4}").trim_end_matches('0').trim_end_matches('.')),
            _ => number.to_string(),
        },
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Commas between thousands of the whole part.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_written_as_the_contract_writes_them() {
        for (value, share, text) in [
            (json!(1_234_567), false, "1,234,567"),
            (json!(-1234), false, "-1,234"),
            (json!(999), false, "999"),
            (json!(1234.0), false, "1,234"),
            (json!(1_234.567_891), false, "1,234.5679"),
            (json!(0.5), false, "0.5"),
            (json!(-0.00001), false, "-0"),
            (json!(0.005), true, "0.50%"),
            (json!(1.0), true, "100.00%"),
            (json!("a, b"), false, "a, b"),
            (json!(true), false, "true"),
            (json!(18_446_744_073_709_551_615_u64), false, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(formatted(&value, share), text, "{value}");
        }
    }

    #[test]
    fn the_old_keys_come_in_the_old_order() {
        let mut column = ColumnProfile {
            column_name: "amount".into(),
            row_count: 1000,
            null_count: 5,
            non_null_count: 995,
            ..ColumnProfile::default()
        };
        column.metrics.median = Some(2.5);
        column.metrics.p25 = Some(1.0);
        column.metrics.zero_count = Some(7);
        column.metrics.non_ascii_count = Some(199);
        column.extensions.insert("zscore".into(), json!(3));
        let metrics = metrics(&column);
        let keys: Vec<&str> = metrics.iter().map(|metric| metric.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "row_count",
                "null_count",
                "null_ratio",
                "p25",
                "zero_count",
                "non_null_count",
                "median_value",
                "non_ascii_ratio",
                "record_count",
                "non_ascii_count",
                "zscore"
            ]
        );
        let share = metrics.iter().find(|metric| metric.key == "null_ratio").unwrap();
        assert_eq!(
            (share.formatted.as_str(), share.unit, &share.value),
            ("0.50%", Some("%"), &json!(0.005))
        );
        assert_eq!(metrics[0].label, "Row count");
        assert_eq!(metrics[6].label, "Median Value");
        assert_eq!(metrics[7].value, json!(0.2));
    }
}
