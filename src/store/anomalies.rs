//! Anomalies as others report them: beside a payload (`dq_profile_anomaly_results`, with a plain record of each), or over the API (the plain
//! record in `dq_profile_anomalies` alone). Ids follow from what is reported, so that reporting again writes the same rows.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::sessions::hex;
use super::{StoreError, Transaction, Value, rows_insert};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::identifier::{RunId, TableId};
use crate::domain::table_profile::TableProfile;

const RESULT_COLUMNS: &[&str] = &[
    "anomaly_result_id",
    "profile_run_id",
    "attempt",
    "table_id",
    "column_id",
    "schema_name",
    "table_name",
    "column_name",
    "anomaly_type_id",
    "severity",
    "likelihood",
    "detail",
    "pii_risk",
    "dq_dimension",
    "detected_at",
    "dismissed",
];
const PLAIN_COLUMNS: &[&str] = &[
    "anomaly_id",
    "profile_run_id",
    "attempt",
    "schema_name",
    "table_name",
    "column_name",
    "anomaly_type",
    "severity",
    "description",
    "detected_at",
];

/// Stores the anomalies of one table of a payload, with their plain records.
pub(super) async fn insert_of_payload(
    tx: &mut Transaction,
    run: &RunId,
    attempt: u32,
    table_id: &TableId,
    profile: &TableProfile,
    anomalies: &[ProfileAnomaly],
) -> Result<(), StoreError> {
    let mut places: HashMap<String, u32> = HashMap::new();
    let (mut results, mut plain) = (Vec::new(), Vec::new());
    for anomaly in anomalies {
        let what = format!("{run}\n{table_id}\n{:?}\n{}", anomaly.column_name, anomaly.anomaly_type);
        let place = places.entry(what.clone()).and_modify(|place| *place += 1).or_insert(0);
        let id = format!("payload:{}", hex(&Sha256::digest(format!("{what}\n{place}"))));
        let column_id = anomaly
            .column_name
            .as_ref()
            .map(|column| format!("{table_id}::{column}").to_lowercase());
        results.push(vec![
            id.clone().into(),
            run.as_str().into(),
            attempt.into(),
            table_id.as_str().into(),
            column_id.into(),
            (&profile.schema_name).into(),
            (&profile.table_name).into(),
            anomaly.column_name.as_deref().into(),
            (&anomaly.anomaly_type).into(),
            (&anomaly.severity).into(),
            anomaly.likelihood.as_deref().into(),
            (&anomaly.description).into(),
            anomaly.pii_risk.as_deref().into(),
            anomaly.dq_dimension.as_deref().into(),
            anomaly.detected_at.into(),
            false.into(),
        ]);
        plain.push(plain_row(id, run, attempt, (&profile.schema_name, &profile.table_name), anomaly));
    }
    let statements = [
        rows_insert("dq_profile_anomaly_results", RESULT_COLUMNS, results),
        rows_insert("dq_profile_anomalies", PLAIN_COLUMNS, plain),
    ];
    for statement in statements.into_iter().flatten() {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Stores what a program reports of its run.
pub(super) async fn insert_reported(
    tx: &mut Transaction,
    run: &RunId,
    attempt: u32,
    anomalies: &[ProfileAnomaly],
) -> Result<(), StoreError> {
    let rows = (0..)
        .zip(anomalies)
        .map(|(place, anomaly): (usize, _)| {
            let id = format!("report:{}", hex(&Sha256::digest(format!("{run}\n{attempt}\n{place}"))));
            plain_row(id, run, attempt, (&anomaly.schema_name, &anomaly.table_name), anomaly)
        })
        .collect();
    for statement in rows_insert("dq_profile_anomalies", PLAIN_COLUMNS, rows) {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

fn plain_row(id: String, run: &RunId, attempt: u32, (schema_name, table_name): (&String, &String), anomaly: &ProfileAnomaly) -> Vec<Value> {
    vec![
        id.into(),
        run.as_str().into(),
        attempt.into(),
        schema_name.into(),
        table_name.into(),
        anomaly.column_name.as_deref().into(),
        (&anomaly.anomaly_type).into(),
        (&anomaly.severity).into(),
        (&anomaly.description).into(),
        anomaly.detected_at.into(),
    ]
}
