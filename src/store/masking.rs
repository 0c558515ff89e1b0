//! Personal values on the way into the store: what is known of the columns of a group, what a run has measured, and what is masked before
//! it is stored where the group says so. `veil.rs` has the way out.

use std::collections::HashMap;

use super::column_ids::ids_of_characteristics;
use super::statement::rows_insert_and;
use super::{Database, Record, StoreError, Transaction, sql};
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::column_meaning::PiiRisk;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::{RunId, TableGroupId, TableId};
use crate::domain::masking::{Masking, PersonalWord, mask_column, mask_finding, mask_snapshot};
use crate::domain::table_profile::TableProfile;

/// What is known of the columns of a group, for what is no row.
#[derive(Clone, Debug, Default)]
pub struct GroupWords {
    /// Whether the reader may see values in the group.
    pub is_open: bool,
    by_name: HashMap<(String, String), Vec<PersonalWord>>,
}

impl GroupWords {
    /// Whether a column is personal; tables are told apart by name alone, and one that is personal anywhere is so everywhere.
    pub fn is_personal(&self, table_name: &str, column_name: &str, measured: Option<PiiRisk>) -> bool {
        let of = |table: &str| self.by_name.get(&(table.to_lowercase(), column_name.to_lowercase()));
        // A name may stand behind its schema, and may have a dot of its own.
        let bare = table_name.rsplit('.').next().unwrap_or(table_name);
        match of(table_name).or_else(|| of(bare)) {
            Some(words) => words.iter().any(|word| word.is_personal(measured)),
            None => PersonalWord::default().is_personal(measured),
        }
    }
}

const GROUP_WORDS: &str =
    "select lower(t.table_name) as table_name, lower(cc.column_name) as column_name, cc.pii_risk, cc.measured_pii_risk
     from dq_tables t join dq_data_column_chars cc on cc.table_id = t.table_id
     where t.table_group_id = (select p.table_group_id from dq_profiles p where p.profile_run_id = $1)";

fn read_group_words(rows: &[Record]) -> Result<GroupWords, StoreError> {
    let mut words = GroupWords::default();
    for row in rows {
        let key = (
            row.text_opt("table_name")?.unwrap_or_default(),
            row.text_opt("column_name")?.unwrap_or_default(),
        );
        words.by_name.entry(key).or_default().push(PersonalWord {
            said: row.text_opt("pii_risk")?.unwrap_or_default(),
            measured: row.text_opt("measured_pii_risk")?.as_deref().and_then(PiiRisk::from_word),
        });
    }
    Ok(words)
}

/// Masks the personal columns of a table and the findings about them; says which columns that are.
pub fn mask_columns(
    table_name: &str,
    columns: &mut [ColumnProfile],
    findings: &mut [ProfileAnomaly],
    words: &GroupWords,
    masking: Masking,
) -> Vec<String> {
    let mut personal = Vec::new();
    for column in columns {
        if words.is_personal(table_name, &column.column_name, column.meaning.pii_risk) {
            mask_column(column, masking);
            personal.push(column.column_name.clone());
        }
    }
    for finding in findings {
        let measured = finding.pii_risk.as_deref().and_then(PiiRisk::from_word);
        let column = finding.column_name.as_deref().unwrap_or_default();
        let is_known = personal.iter().any(|name| name.eq_ignore_ascii_case(column));
        if !column.is_empty() && (is_known || words.is_personal(table_name, column, measured)) {
            mask_finding(finding);
        }
    }
    personal
}

/// Masks a profile and the findings about it before they are stored; says whether it has a personal column.
pub fn mask_table(profile: &mut TableProfile, findings: &mut [ProfileAnomaly], words: &GroupWords) -> bool {
    let personal = mask_columns(&profile.table_name, &mut profile.columns, findings, words, Masking::BeforeStoring);
    let left_out = profile.snapshot.scope.left_out.clone();
    let is_hidden = |column: &str| personal.iter().any(|name| name == column) || left_out.iter().any(|name| name == column);
    mask_snapshot(&mut profile.snapshot, is_hidden);
    !personal.is_empty()
}

/// Masks what a program reports of personal columns before it is stored.
pub fn mask_reported(findings: &mut [ProfileAnomaly], words: &GroupWords) {
    for finding in findings {
        let table_name = finding.table_name.clone();
        mask_columns(&table_name, &mut [], std::slice::from_mut(finding), words, Masking::BeforeStoring);
    }
}

/// What a handle's reader may see of a run's payload; nothing where that is everything.
pub async fn find_payload_veil(db: &Database, run: &RunId) -> Result<Option<GroupWords>, StoreError> {
    let Some(veil) = db.veil() else { return Ok(None) };
    let seen = sql("select 1 as one from dq_profiles where profile_run_id = $1")
        .bind(run.as_str())
        .fetch_optional(&db.within(veil))
        .await?;
    if seen.is_some() {
        return Ok(None);
    }
    let rows = sql(GROUP_WORDS).bind(run.as_str()).fetch_all(db).await?;
    read_group_words(&rows).map(Some)
}

/// What a group says of storing: nothing where values are stored as they are, else what is known of its columns.
pub async fn find_storing_veil(tx: &mut Transaction, run: &RunId) -> Result<Option<GroupWords>, StoreError> {
    let asked = sql(
        "select 1 as one from dq_profiles p join dq_table_groups g on g.table_group_id = p.table_group_id
         where p.profile_run_id = $1 and coalesce(g.mask_before_storing, false)",
    )
    .bind(run.as_str())
    .fetch_optional(&mut *tx)
    .await?;
    if asked.is_none() {
        return Ok(None);
    }
    let rows = sql(GROUP_WORDS).bind(run.as_str()).fetch_all(tx).await?;
    read_group_words(&rows).map(Some)
}

/// What is known of the columns of a run's group.
pub async fn list_group_words(tx: &mut Transaction, run: &RunId) -> Result<GroupWords, StoreError> {
    let rows = sql(GROUP_WORDS).bind(run.as_str()).fetch_all(tx).await?;
    read_group_words(&rows)
}

/// Keeps which columns a run measured as personal: they stay so for every reader of every run until a steward says otherwise.
pub async fn keep_measured(tx: &mut Transaction, table: &TableId, columns: &[ColumnProfile]) -> Result<(), StoreError> {
    let measured: Vec<(&str, PiiRisk)> = columns
        .iter()
        .filter_map(|column| {
            let risk = column.meaning.pii_risk.filter(|risk| *risk >= PiiRisk::Moderate)?;
            Some((column.column_name.as_str(), risk))
        })
        .collect();
    if measured.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = measured.iter().map(|(name, _)| *name).collect();
    let ids = ids_of_characteristics(tx, table, &names).await?;
    let rows = ids
        .into_iter()
        .zip(measured)
        .map(|(id, (name, risk))| vec![id.into(), table.as_str().into(), name.into(), risk.word().into()])
        .collect();
    let columns = &["column_id", "table_id", "column_name", "measured_pii_risk"];
    for statement in rows_insert_and(
        "dq_data_column_chars",
        columns,
        rows,
        "on conflict (column_id) do update set measured_pii_risk = excluded.measured_pii_risk
             where coalesce(dq_data_column_chars.measured_pii_risk, '') not in ('high', excluded.measured_pii_risk)",
    ) {
        statement.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Forgets the states of a group's partitions: sketches hold values.
pub async fn forget_states(tx: &mut Transaction, group: &TableGroupId) -> Result<(), StoreError> {
    sql("delete from dq_profile_partition_states where table_id in (select table_id from dq_tables where table_group_id = $1)")
        .bind(group.as_str())
        .execute(tx)
        .await?;
    Ok(())
}
