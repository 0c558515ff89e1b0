//! Anomalies: what the completer found, with scores and the catalogue of types; what others report beside a payload (`dq_profile_anomaly_results`);
//! and what they report over the API, as plain records (`written_anomalies`). `dq_profile_anomalies` shows a plain record of each. Ids follow from
//! what is reported, so that reporting again writes the same rows.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::alerts::{DECISION_COLUMNS, read_decision};
use super::column_reads::{finding_columns, read_anomaly};
use super::sessions::hex;
use super::statement::sql_joined;
use super::{Database, StoreError, Transaction, Value, list_of, rows_insert, sql};
use crate::domain::alert::{AlertState, Decision};
use crate::domain::anomaly::{AnomalyEvidence, ProfileAnomaly, RunFinding};
use crate::domain::identifier::{AlertId, RunId, TableId, column_id};

pub(super) const RESULT_COLUMNS: &[&str] = &[
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
    "evidence_json",
    "affected_count",
    "prevalence",
    "score_cost",
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

/// Stores what was found in a profile. Those that people dismissed stay dismissed: `dismissed` names them
/// by column and type.
pub async fn insert_found(
    tx: &mut Transaction,
    run: &RunId,
    attempt: u32,
    table_id: Option<&TableId>,
    anomalies: &[ProfileAnomaly],
    dismissed: &Dismissed,
) -> Result<(), StoreError> {
    let mut results = Vec::new();
    for anomaly in anomalies {
        let place = table_id.map_or("", TableId::as_str);
        let column = anomaly.column_name.clone().unwrap_or_default();
        let what = format!(
            "{run}\n{attempt}\n{place}\n{}.{}\n{column}\n{}",
            anomaly.schema_name, anomaly.table_name, anomaly.anomaly_type
        );
        // 96 bits tell any number of findings apart.
        let id = format!("found:{}", hex(&Sha256::digest(what)[..12]));
        let is_dismissed = table_id.is_some_and(|table_id| dismissed.holds(table_id, anomaly));
        let mut row = result_row(id, run, attempt, table_id, (&anomaly.schema_name, &anomaly.table_name), anomaly);
        row.push(is_dismissed.into());
        row.extend(evidence_values(anomaly)?);
        results.push(row);
    }
    for statement in rows_insert("dq_profile_anomaly_results", RESULT_COLUMNS, results) {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Table, column and type of a finding.
type Place = (TableId, String, String);

/// What people dismissed, or said to be expected.
#[derive(Clone, Debug, Default)]
pub struct Dismissed(HashMap<Place, Decision>);

impl Dismissed {
    /// Whether a finding is dismissed: what was expected is, up to its level.
    pub fn holds(&self, table_id: &TableId, anomaly: &ProfileAnomaly) -> bool {
        let column = anomaly.column_name.clone().unwrap_or_default();
        let Some(decision) = self.0.get(&(table_id.clone(), column, anomaly.anomaly_type.clone())) else {
            return false;
        };
        let level = anomaly.evidence.as_ref().and_then(|evidence| evidence.level);
        decision.after_sight(level, anomaly.severity()) == AlertState::Dismissed
    }
}

/// What people dismissed of these tables.
pub async fn list_dismissed(tx: &mut Transaction, tables: &[TableId]) -> Result<Dismissed, StoreError> {
    let rows = sql_joined(format!(
        "select table_id, column_name, kind, {DECISION_COLUMNS} from dq_alerts
         where table_id in {{list $1}} and (state = 'dismissed' or dismissed_for = 'expected')"
    ))
    .bind(list_of(tables.iter().map(TableId::as_str)))
    .fetch_all(tx)
    .await?;
    let mut found = Dismissed::default();
    for row in &rows {
        let place = (
            TableId(row.text("table_id")?),
            row.text_opt("column_name")?.unwrap_or_default(),
            row.text_opt("kind")?.unwrap_or_default(),
        );
        found.0.insert(place, read_decision(row)?);
    }
    Ok(found)
}

/// Keeps the catalogue of types, so that people with SQL can read what a finding means. Rows of other programs stay.
pub async fn keep_types(tx: &mut Transaction, types: &[AnomalyType]) -> Result<(), StoreError> {
    for kind in types {
        sql("insert into dq_profile_anomaly_types (anomaly_type_id, name, category, default_severity, default_likelihood, description, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, {now}, {now})
             on conflict (anomaly_type_id) do update set name = excluded.name, category = excluded.category, default_severity = excluded.default_severity,
                 default_likelihood = excluded.default_likelihood, description = excluded.description, updated_at = excluded.updated_at
             where dq_profile_anomaly_types.description is distinct from excluded.description or dq_profile_anomaly_types.name is distinct from excluded.name
                 or dq_profile_anomaly_types.default_severity is distinct from excluded.default_severity")
        .bind(kind.anomaly_type_id)
        .bind(kind.name)
        .bind(kind.category)
        .bind(kind.default_severity)
        .bind(kind.default_likelihood)
        .bind(&kind.description)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Writes the scores and counts that lists show of the tables of a run, and the run's own.
pub async fn keep_scores(
    tx: &mut Transaction,
    run: &RunId,
    run_score: Option<f64>,
    anomalies: u64,
    tables: &[TableScore],
) -> Result<(), StoreError> {
    for table in tables {
        sql(
            "update dq_data_table_chars set dq_score_profiling = $2, latest_anomaly_ct = $3, score_weight = $5
             where table_id = $1 and last_complete_profile_run_id = $4",
        )
        .bind(table.table_id.as_str())
        .bind(table.score)
        .bind(table.anomalies)
        .bind(run.as_str())
        .bind(table.weight)
        .execute(&mut *tx)
        .await?;
    }
    sql("update dq_profiles set dq_score_profiling = $2, anomaly_count = $3 where profile_run_id = $1")
        .bind(run.as_str())
        .bind(run_score)
        .bind(anomalies)
        .execute(tx)
        .await?;
    Ok(())
}

/// A type of the catalogue, as `dq_profile_anomaly_types` keeps it.
#[derive(Clone, Debug)]
pub struct AnomalyType {
    /// Name as stored.
    pub anomaly_type_id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// `hygiene`, or `pii`.
    pub category: &'static str,
    /// Severity where the figures do not say otherwise.
    pub default_severity: &'static str,
    /// Likelihood.
    pub default_likelihood: &'static str,
    /// What it is and what to do.
    pub description: String,
}

/// The score of a table in a run.
#[derive(Clone, Debug)]
pub struct TableScore {
    /// Table.
    pub table_id: TableId,
    /// 0..1; none without rows.
    pub score: Option<f64>,
    /// How much it counts beside other tables.
    pub weight: f64,
    /// Findings that nobody dismissed.
    pub anomalies: u64,
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
            plain_row(id, run, attempt, anomaly)
        })
        .collect();
    for statement in rows_insert("written_anomalies", PLAIN_COLUMNS, rows) {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

/// A row of `dq_profile_anomaly_results` up to the moment of its finding.
pub(super) fn result_row(
    id: String,
    run: &RunId,
    attempt: u32,
    table_id: Option<&TableId>,
    (schema_name, table_name): (&String, &String),
    anomaly: &ProfileAnomaly,
) -> Vec<Value> {
    let id_of_column = anomaly
        .column_name
        .as_ref()
        .zip(table_id)
        .map(|(column, table_id)| column_id(table_id.as_str(), column));
    vec![
        id.into(),
        run.as_str().into(),
        attempt.into(),
        table_id.map(TableId::as_str).into(),
        id_of_column.into(),
        schema_name.into(),
        table_name.into(),
        anomaly.column_name.as_deref().into(),
        (&anomaly.anomaly_type).into(),
        (&anomaly.severity).into(),
        anomaly.likelihood.as_deref().into(),
        (&anomaly.description).into(),
        anomaly.pii_risk.as_deref().into(),
        anomaly.dq_dimension.as_deref().into(),
        anomaly.detected_at.into(),
    ]
}

/// The last values of a row: the figures behind the finding.
pub(super) fn evidence_values(anomaly: &ProfileAnomaly) -> Result<[Value; 4], StoreError> {
    let evidence = anomaly.evidence.as_ref();
    let text = evidence
        .map(|evidence| {
            // What has a column of its own stands there alone.
            let rest = AnomalyEvidence {
                affected_count: None,
                prevalence: None,
                score_cost: None,
                ..evidence.clone()
            };
            serde_json::to_string(&rest).map_err(|error| StoreError::unreadable("evidence", error))
        })
        .transpose()?;
    Ok([
        text.into(),
        evidence.and_then(|evidence| evidence.affected_count).into(),
        evidence.and_then(|evidence| evidence.prevalence).into(),
        evidence.and_then(|evidence| evidence.score_cost).into(),
    ])
}

fn plain_row(id: String, run: &RunId, attempt: u32, anomaly: &ProfileAnomaly) -> Vec<Value> {
    vec![
        id.into(),
        run.as_str().into(),
        attempt.into(),
        (&anomaly.schema_name).into(),
        (&anomaly.table_name).into(),
        anomaly.column_name.as_deref().into(),
        (&anomaly.anomaly_type).into(),
        (&anomaly.severity).into(),
        (&anomaly.description).into(),
        anomaly.detected_at.into(),
    ]
}

/// The findings of a run's published attempt that nobody dismissed, worst first, with the alerts that stand for their causes; of one
/// table where it is given.
pub async fn list_findings(db: &Database, run: &RunId, table: Option<&TableId>, limit: u32) -> Result<Vec<RunFinding>, StoreError> {
    let found = finding_columns("r");
    let rows = sql_joined(format!(
        "select {found}, a.alert_id, a.state
         from dq_profile_anomaly_results r join dq_profiles p on p.profile_run_id = r.profile_run_id and p.attempt = r.attempt
         left join dq_alerts a on a.table_id = r.table_id and a.kind = r.anomaly_type_id and coalesce(a.column_name, '') = coalesce(r.column_name, '')
         where r.profile_run_id = $1 and ($2 is null or r.table_id = $2) and not coalesce(r.dismissed, false)
         order by case lower(coalesce(r.severity, '')) when 'critical' then 0 when 'high' then 1 when 'error' then 1 when 'low' then 3 when 'info' then 4 else 2 end,
             r.schema_name, r.table_name, r.column_name, r.anomaly_type_id
         limit $3"
    ))
    .bind(run.as_str())
    .bind(table.map(TableId::as_str))
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(RunFinding {
                anomaly: read_anomaly(row)?,
                alert_id: row.text_opt("alert_id")?.map(AlertId),
                alert_state: row.text_opt("state")?.as_deref().and_then(AlertState::from_word),
            })
        })
        .collect()
}
