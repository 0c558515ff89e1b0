//! Everything that a run found: from the tables where they have it, else from the payload of the very same run. The answer and
//! the log say which place answered, and why not the first one.

use super::configuration::Configuration;
use super::error::AppError;
use super::payloads::{Payload, PayloadTable};
use super::run_payloads::{add_findings, read_payload};
use super::switches::{AUTO_MANAGE, TABLE_READS, is_switched_on};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::column_answer::{ProfileOrigin, WantedSource};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::{TableGroupId, TableId};
use crate::domain::name_match::is_same_name;
use crate::domain::profile_run::{ProfileRun, RunStatus};
use crate::store::column_reads;
use crate::store::run_tables::{self, ResultTable};
use crate::store::{Database, column_history, tables};

/// What a run found.
#[derive(Debug, Default)]
pub struct FoundInRun {
    /// Tables with their columns, by name.
    pub tables: Vec<(ResultTable, Vec<ColumnProfile>)>,
    /// Findings.
    pub findings: Vec<ProfileAnomaly>,
    /// The place that answered; none where no place has anything.
    pub origin: Option<ProfileOrigin>,
    /// Why it was not the first one, in a sentence.
    pub reason: Option<String>,
}

/// Reads all of a run. One that has not completed has no tables.
pub async fn read_run_results(
    db: &Database,
    config: &Configuration,
    run: &ProfileRun,
    source: WantedSource,
) -> Result<FoundInRun, AppError> {
    let findings = column_reads::list_run_anomalies(db, &run.profile_run_id).await?;
    if run.status != RunStatus::Completed {
        return Ok(FoundInRun {
            findings,
            ..FoundInRun::default()
        });
    }
    let has_payload = run_tables::has_payload(db, &run.profile_run_id).await?;
    let tables_on = is_switched_on(db, TABLE_READS).await?;
    let (wants_tables, wants_payload) = match source {
        WantedSource::Auto => (tables_on || !has_payload, has_payload),
        WantedSource::Table => (true, false),
        WantedSource::Payload => (false, true),
    };
    let mut reason = match source {
        WantedSource::Payload => Some("The payload was asked for.".to_owned()),
        WantedSource::Auto if !tables_on && has_payload => Some("Reading from tables is switched off.".to_owned()),
        WantedSource::Auto if !tables_on => Some("Reading from tables is switched off, but this run has no payload.".to_owned()),
        _ => None,
    };
    let mut found = FoundInRun {
        findings,
        ..FoundInRun::default()
    };
    if wants_tables {
        match read_tables(db, run).await {
            Ok((tables, origin)) if !tables.is_empty() => {
                if origin == ProfileOrigin::Columns {
                    reason = reason.or(Some("dq_profile_results has no row of this run.".into()));
                }
                (found.tables, found.origin, found.reason) = (tables, Some(origin), reason);
                return Ok(told(run, found));
            }
            Ok(_) => reason = Some("The tables have no rows of this run.".into()),
            Err(AppError::Internal(error)) if wants_payload => {
                tracing::error!(run.id = %run.profile_run_id, %error, "The tables could not be read for a run; its payload is asked");
                reason = Some("The tables could not be read; the log says why.".into());
            }
            Err(error) => return Err(error),
        }
    }
    if wants_payload {
        match read_payload(db, config, &run.profile_run_id, has_payload).await? {
            Ok(payload) => {
                let told;
                (found.tables, told) = of_payload(db, &run.table_group_id, payload).await?;
                let dismissed = column_reads::list_dismissed_findings(db, &run.profile_run_id).await?;
                found.findings = add_findings(found.findings, &dismissed, told);
                found.origin = Some(ProfileOrigin::Payload);
            }
            Err(error) => {
                let said = reason.map(|reason| format!("{reason} ")).unwrap_or_default();
                reason = Some(format!("{said}Its payload gives nothing: {error}."));
            }
        }
    }
    found.reason = reason;
    Ok(told(run, found))
}

/// Says in the log where the answer was read.
fn told(run: &ProfileRun, found: FoundInRun) -> FoundInRun {
    let (source, reason) = (
        found.origin.map_or("none", ProfileOrigin::word),
        found.reason.as_deref().unwrap_or("-"),
    );
    tracing::info!(run.id = %run.profile_run_id, source, reason, "The results of a run were read");
    found
}

/// The tables of a run. A part of the schema that is missing is added once, where Limn may do so.
async fn read_tables(db: &Database, run: &ProfileRun) -> Result<(Vec<(ResultTable, Vec<ColumnProfile>)>, ProfileOrigin), AppError> {
    match read_rows(db, run).await {
        Err(AppError::Internal(error)) if is_switched_on(db, AUTO_MANAGE).await? => {
            let added = db.repair_schema().await?;
            if added.is_empty() {
                return Err(AppError::Internal(error));
            }
            tracing::warn!(
                added = added.join(", "),
                "Parts of the schema were missing and were added; reading again"
            );
            read_rows(db, run).await
        }
        other => other,
    }
}

async fn read_rows(db: &Database, run: &ProfileRun) -> Result<(Vec<(ResultTable, Vec<ColumnProfile>)>, ProfileOrigin), AppError> {
    let mut read = Vec::new();
    let mut origin = ProfileOrigin::Columns;
    for table in run_tables::list_result_tables(db, &run.profile_run_id).await? {
        let columns = if table.has_results {
            origin = ProfileOrigin::Results;
            column_history::list_whole_columns(db, &table.table_id, &run.profile_run_id, table.attempt).await?
        } else {
            column_reads::list_typed_table(db, &table.table_id, &run.profile_run_id, table.attempt).await?
        };
        read.push((table, columns));
    }
    Ok((read, origin))
}

/// The tables of a payload, with the names and ids by which the group knows them.
async fn of_payload(
    db: &Database,
    group: &TableGroupId,
    payload: Payload,
) -> Result<(Vec<(ResultTable, Vec<ColumnProfile>)>, Vec<ProfileAnomaly>), AppError> {
    let known = tables::list_group_tables(db, group).await?;
    let (mut read, mut findings) = (Vec::new(), Vec::new());
    for told in payload
        .tables
        .into_iter()
        .filter(|table| table.error.is_none() || !table.columns.is_empty())
    {
        let is_meant = |found: &&tables::GroupTable| {
            let schema = told.schema_name.is_empty() || is_same_name(&told.schema_name, &found.found.schema_name);
            schema && is_same_name(&told.table_name, &found.found.table_name)
        };
        let mut meant = known.iter().filter(is_meant);
        let own = meant.next().filter(|_| meant.next().is_none());
        let PayloadTable {
            schema_name,
            table_name,
            table_id,
            row_count,
            columns,
            anomalies,
            ..
        } = told;
        let table = ResultTable {
            table_id: own.map_or_else(|| TableId(table_id.unwrap_or_default()), |own| own.table_id.clone()),
            attempt: 0,
            schema_name: own.map_or(schema_name, |own| own.found.schema_name.clone()),
            table_name: own.map_or(table_name, |own| own.found.table_name.clone()),
            row_count: row_count
                .or_else(|| columns.iter().map(|column| column.row_count).max())
                .unwrap_or_default(),
            column_count: u32::try_from(columns.len()).unwrap_or(u32::MAX),
            has_results: false,
        };
        findings.extend(anomalies.into_iter().map(|anomaly| ProfileAnomaly {
            schema_name: table.schema_name.clone(),
            table_name: table.table_name.clone(),
            ..anomaly
        }));
        read.push((table, columns));
    }
    read.sort_by(|(a, _), (b, _)| (&a.schema_name, &a.table_name).cmp(&(&b.schema_name, &b.table_name)));
    Ok((read, findings))
}
