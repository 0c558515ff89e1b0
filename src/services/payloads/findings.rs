//! The anomalies of a payload, of a column or of a table.

use serde_json::Value;

use super::keys::{self, Object, pick, pick_name, pick_text};
use super::scalars;
use crate::domain::anomaly::ProfileAnomaly;

/// Reads the list of anomalies of an object. One without a type is none.
pub fn read_anomalies(holder: &Object, schema_name: &str, table_name: &str, column_name: Option<&str>) -> Vec<ProfileAnomaly> {
    let list = pick(holder, keys::ANOMALIES).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .filter_map(|finding| {
            Some(ProfileAnomaly {
                schema_name: schema_name.to_owned(),
                table_name: table_name.to_owned(),
                column_name: column_name
                    .map(str::to_owned)
                    .or_else(|| pick_name(finding, &["column_name", "columnName", "column"])),
                anomaly_type: pick_text(finding, keys::ANOMALY_TYPE)?,
                severity: pick_text(finding, keys::SEVERITY).unwrap_or_default(),
                likelihood: pick_text(finding, keys::LIKELIHOOD),
                description: pick_text(finding, keys::DETAIL).unwrap_or_default(),
                pii_risk: pick_text(finding, keys::PII_RISK),
                dq_dimension: pick_text(finding, keys::DIMENSION),
                detected_at: pick(finding, keys::DETECTED_AT).and_then(scalars::moment),
                evidence: None,
            })
        })
        .collect()
}

/// The table that a finding at the top of a payload names, as schema and table; split at the last dot.
pub fn named_table(finding: &Object) -> Option<(String, String)> {
    let name = pick_name(finding, &["table_name", "tableName", "table"])?;
    Some(match pick_name(finding, keys::SCHEMA_NAME) {
        Some(schema) => (schema, name),
        None => split_name(&name),
    })
}

/// `schema.table`, split at the last dot; back-quotes are taken off.
pub fn split_name(name: &str) -> (String, String) {
    let bare = name.replace('`', "");
    match bare.rsplit_once('.') {
        Some((schema, table)) if !schema.is_empty() && !table.is_empty() => (schema.trim().to_owned(), table.trim().to_owned()),
        _ => (String::new(), bare),
    }
}
