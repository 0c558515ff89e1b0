//! One table, or one of its columns, in one run beside another: at most four statements each, all by index.
//!
//! The run shown is `?run=`, else the latest completed one that has the table; the run compared with is `?compare=`, else
//! the one before, none for 0. A number that has no such profile counts as not given. Columns are never filtered here.

use super::characteristics::{self, COLUMN_CHARACTERISTICS, read_column_characteristics};
use super::column_contents::name_hash;
use super::column_history::{list_typed_history, select_history};
use super::column_reads::list_typed_table;
use super::column_rows::read_result;
use super::column_values::{list_written_values, read_distribution, read_preview};
use super::result_sources::from_both;
use super::run_rows::{RUN_COLUMNS, read_run};
use super::statement::sql_joined;
use super::table_rows::{PublishedRun, SUMMARY_COLUMNS, SUMMARY_TABLES, read_summary};
use super::table_runs::{ChosenRuns, choose_runs};
use super::tables::HISTORY_RUNS;
use super::{Database, Record, StoreError};
use crate::domain::address::TableAddress;
use crate::domain::characteristics::ColumnCharacteristics;
use crate::domain::column_answer::ProfileOrigin;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::TableId;
use crate::domain::profile_run::ProfileRun;
use crate::domain::query::ColumnsQuery;
use crate::domain::table::{ColumnDetail, ColumnPoint, TableDetail, TableSummary};

/// A history of up to so many runs has the bars and the few values of each.
const DRAWN_RUNS: u32 = 90;
/// What "all" means for a history.
const ALL_RUNS: u32 = 100_000;

/// Reads a table with the columns of the run shown and of the one compared with, from the tables. Four statements.
pub async fn get_table_detail(db: &Database, address: &TableAddress, query: &ColumnsQuery) -> Result<Option<TableDetail>, StoreError> {
    let Some(found) = find_table(db, address, None).await? else {
        return Ok(None);
    };
    let chosen = read_runs(db, &found, query).await?;
    read_table(db, found, chosen).await.map(Some)
}

/// Reads the columns of a table that was found, in both runs. Two statements; more where other programs wrote a run.
pub async fn read_table(db: &Database, found: TableForColumn, chosen: ChosenRuns) -> Result<TableDetail, StoreError> {
    let TableForColumn { summary, active_run, .. } = found;
    let parts = read_columns(db, &summary.table_id, &chosen, None).await?;
    let said_of_columns = characteristics::list_columns(db, &summary.table_id).await?;
    Ok(TableDetail {
        said_of_columns,
        ..chosen.into_detail(summary, active_run, parts)
    })
}

/// A table whose column is wanted, with the switch that says where columns are read.
#[derive(Clone, Debug)]
pub struct TableForColumn {
    summary: TableSummary,
    /// The active run of its group.
    pub active_run: Option<ProfileRun>,
    /// What people say of the column.
    pub said: ColumnCharacteristics,
    /// The setting `profile_table_reads_enabled` as it stands.
    pub table_reads: Option<String>,
    /// Whether any run of its group has a payload.
    pub has_payloads: bool,
}

impl TableForColumn {
    /// Its group, its id and its names.
    pub fn summary(&self) -> &TableSummary {
        &self.summary
    }
}

/// What the tables say of a column.
#[derive(Clone, Debug)]
pub enum ColumnRead {
    /// All of it.
    Found(Box<ColumnDetail>),
    /// The run shown has no row for it, or there is none.
    Missing(Box<TableDetail>),
}

/// Reads one column whole, beside the compared run and its history. Three statements, four where others wrote values as rows. Nothing where the run shown lacks it.
pub async fn get_column_detail(
    db: &Database,
    address: &TableAddress,
    column_name: &str,
    query: &ColumnsQuery,
) -> Result<Option<ColumnDetail>, StoreError> {
    let Some(found) = find_table_for_column(db, address, column_name).await? else {
        return Ok(None);
    };
    let runs = read_runs(db, &found, query).await?;
    Ok(match read_column(db, found, runs, column_name, query).await? {
        ColumnRead::Found(detail) => Some(*detail),
        ColumnRead::Missing(..) => None,
    })
}

/// Finds a table without a column, else as [`find_table_for_column`].
pub async fn find_table_alone(db: &Database, address: &TableAddress) -> Result<Option<TableForColumn>, StoreError> {
    find_table(db, address, None).await
}

/// Finds a table, the active run of its group, and the switch, in one statement.
pub async fn find_table_for_column(db: &Database, address: &TableAddress, column_name: &str) -> Result<Option<TableForColumn>, StoreError> {
    find_table(db, address, Some(column_name)).await
}

/// The runs of a table that was found, and which of them are shown. One statement.
pub async fn read_runs(db: &Database, found: &TableForColumn, query: &ColumnsQuery) -> Result<ChosenRuns, StoreError> {
    choose_runs(db, &found.summary.table_id, query).await
}

/// Reads one column of a table that was found. One statement; two where others wrote values as rows.
pub async fn read_column(
    db: &Database,
    found: TableForColumn,
    chosen: ChosenRuns,
    column_name: &str,
    query: &ColumnsQuery,
) -> Result<ColumnRead, StoreError> {
    let TableForColumn {
        summary, active_run, said, ..
    } = found;
    let table_id = summary.table_id.clone();
    let history_runs = match query.runs {
        None => HISTORY_RUNS,
        Some(0) => ALL_RUNS,
        Some(runs) => runs,
    };
    let mut parts = read_columns(db, &table_id, &chosen, Some((column_name, history_runs))).await?;
    let Some(mut column) = parts.whole.take() else {
        return Ok(ColumnRead::Missing(Box::new(chosen.into_detail(summary, active_run, parts))));
    };
    let mut compared = parts.whole_compared.take();
    add_written_values(db, &table_id, &chosen, &mut column, compared.as_mut()).await?;
    let history = std::mem::take(&mut parts.history);
    let others = chosen.shown.as_ref().and_then(|shown| shown.run.others.clone());
    Ok(ColumnRead::Found(Box::new(ColumnDetail {
        table: chosen.into_detail(summary, active_run, parts),
        column: column.column,
        compared: compared.map(|compared| compared.column),
        history,
        characteristics: said,
        source: others
            .as_ref()
            .map_or(ProfileOrigin::Results, |others| others.origin)
            .word()
            .to_owned(),
        source_reason: others.and_then(|others| others.reason),
    })))
}

/// Finds the table, the active run of its group and the switch, in one statement.
async fn find_table(db: &Database, address: &TableAddress, column_name: Option<&str>) -> Result<Option<TableForColumn>, StoreError> {
    let text = format!(
        "select {SUMMARY_COLUMNS}, {RUN_COLUMNS}, {COLUMN_CHARACTERISTICS}, (select value from dq_settings where key = 'profile_table_reads_enabled') as table_reads,
             case when exists (select 1 from dq_profiles pp where pp.table_group_id = t.table_group_id and pp.payload_path is not null) then 1 else 0 end
                 as has_payloads
         {SUMMARY_TABLES}
         left join dq_data_column_chars cc on cc.table_id = t.table_id and cc.column_name = $4
         left join dq_profiles p on p.table_group_id = t.table_group_id and p.status in ('pending', 'running')
         where g.connection_id = $1 and t.schema_name = $2 and t.table_name = $3
         order by case when t.missing_since is null then 0 else 1 end, t.created_at limit 1"
    );
    let row = sql_joined(text)
        .bind(address.connection_id.as_str())
        .bind(&address.schema_name)
        .bind(&address.table_name)
        .bind(column_name)
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let active_run = if row.text_opt("run_id")?.is_some() {
        Some(read_run(&row)?)
    } else {
        None
    };
    Ok(Some(TableForColumn {
        summary: read_summary(&row)?,
        active_run,
        said: read_column_characteristics(&row)?,
        table_reads: row.text_opt("table_reads")?,
        has_payloads: row.integer("has_payloads")? == 1,
    }))
}

/// What one statement reads of the results.
#[derive(Default)]
pub(super) struct ColumnParts {
    pub(super) columns: Vec<ColumnProfile>,
    pub(super) compared_columns: Vec<ColumnProfile>,
    history: Vec<ColumnPoint>,
    /// The column that was asked for, in both runs.
    whole: Option<WholeColumn>,
    whole_compared: Option<WholeColumn>,
}

/// A column with all its values and bars; where others wrote these as rows, they are not here yet.
struct WholeColumn {
    column: ColumnProfile,
    has_values: bool,
}

/// Reads the columns of both runs, and where asked one column's history, in one statement.
async fn read_columns(
    db: &Database,
    table_id: &TableId,
    chosen: &ChosenRuns,
    history: Option<(&str, u32)>,
) -> Result<ColumnParts, StoreError> {
    let mut parts = ColumnParts::default();
    let Some(shown) = &chosen.shown else { return Ok(parts) };
    let of_run = |part: &str, run: &str| {
        from_both(&format!(
            "select '{part}' as part, @figures, @few, @bars, case when @column.column_name = $2 then @column.values_json end as values_json,
                 0 as run_number, @run.generated_at as completed_at
             from @results where @run.table_id = $1 and {run}"
        ))
    };
    let mut text = of_run("shown", "@run.profile_run_id = $5 and @run.attempt = $6");
    text.push_str(" union all ");
    text.push_str(&of_run("compared", "@run.profile_run_id = $7 and @run.attempt = $8"));
    // A history of very many runs has figures only.
    let few = match history {
        Some((_, runs)) if runs > DRAWN_RUNS => {
            "null as top_values_json, null as few_json, null as histogram_json, null as axis_json, null as counts_json"
        }
        _ => "@few, @bars",
    };
    if history.is_some() {
        text.push_str(" union all ");
        let columns = format!("'history', @figures, {few}, null as values_json, newest.run_number, newest.completed_at");
        text.push_str(&select_history(&columns));
    }
    let compared = chosen.compared.as_ref();
    let (column_name, runs) = history.unwrap_or(("", 0));
    let statement = sql_joined(text)
        .bind(table_id.as_str())
        .bind(column_name)
        .bind(name_hash(column_name))
        .bind(runs)
        .bind(shown.run.profile_run_id.as_str())
        .bind(shown.attempt)
        .bind(compared.map(|run| run.run.profile_run_id.as_str()))
        .bind(compared.map(|run| run.attempt));
    for row in &statement.fetch_all(db).await? {
        let part = row.text("part")?;
        match part.as_str() {
            "shown" | "compared" => {
                let column = read_listed(row)?;
                let is_whole = history.is_some() && column.column_name == column_name;
                let whole = if is_whole { Some(read_whole(row, column.clone())?) } else { None };
                if part == "shown" {
                    parts.whole = whole.or(parts.whole);
                    parts.columns.push(column);
                } else {
                    parts.whole_compared = whole.or(parts.whole_compared);
                    parts.compared_columns.push(column);
                }
            }
            _ => parts.history.push(ColumnPoint {
                number: row.integer("run_number")?,
                completed_at: row.time("completed_at")?,
                column: read_listed(row)?,
            }),
        }
    }
    if chosen.has_typed() {
        add_typed(db, table_id, chosen, history, &mut parts).await?;
    }
    parts.columns.sort_by_key(|column| column.ordinal_position);
    parts.compared_columns.sort_by_key(|column| column.ordinal_position);
    parts.history.sort_by_key(|point| point.number);
    let surplus = parts.history.len().saturating_sub(runs as usize);
    parts.history.drain(..surplus);
    Ok(parts)
}

/// What runs have of which other programs wrote typed columns alone. Up to two statements a run, and one for the history.
async fn add_typed(
    db: &Database,
    table_id: &TableId,
    chosen: &ChosenRuns,
    history: Option<(&str, u32)>,
    parts: &mut ColumnParts,
) -> Result<(), StoreError> {
    let typed = |run: &Option<PublishedRun>| run.clone().filter(|run| run.run.is_typed());
    let whole = |columns: &[ColumnProfile]| {
        let (name, _) = history?;
        let column = columns.iter().find(|column| column.column_name == name)?.clone();
        Some(WholeColumn { column, has_values: true })
    };
    if let Some(shown) = typed(&chosen.shown) {
        parts.columns = list_typed_table(db, table_id, &shown.run.profile_run_id, shown.attempt).await?;
        parts.whole = whole(&parts.columns);
    }
    if let Some(compared) = typed(&chosen.compared) {
        parts.compared_columns = list_typed_table(db, table_id, &compared.run.profile_run_id, compared.attempt).await?;
        parts.whole_compared = whole(&parts.compared_columns);
    }
    if let Some((column_name, limit)) = history {
        let points = list_typed_history(db, table_id, column_name, limit).await?;
        parts.history.extend(points.into_iter().filter_map(|point| {
            Some(ColumnPoint {
                number: point.run_number,
                completed_at: point.completed_at?,
                column: point.column,
            })
        }));
    }
    Ok(())
}

/// A column with the few values of lists, and its bars.
fn read_listed(row: &Record) -> Result<ColumnProfile, StoreError> {
    let mut column = read_result(row)?;
    read_preview(row)?.put_into(&mut column);
    Ok(column)
}

fn read_whole(row: &Record, mut column: ColumnProfile) -> Result<WholeColumn, StoreError> {
    let (distribution, has_values) = read_distribution(row)?;
    distribution.put_into(&mut column);
    Ok(WholeColumn { column, has_values })
}

/// The values that others wrote as rows, where the run shown or the one compared with has them so. One statement, or none.
async fn add_written_values(
    db: &Database,
    table_id: &TableId,
    chosen: &ChosenRuns,
    column: &mut WholeColumn,
    compared: Option<&mut WholeColumn>,
) -> Result<(), StoreError> {
    let mut bare: Vec<(&PublishedRun, &mut WholeColumn)> = Vec::new();
    for (run, column) in [(chosen.shown.as_ref(), Some(column)), (chosen.compared.as_ref(), compared)] {
        bare.extend(run.zip(column).filter(|(_, column)| !column.has_values));
    }
    let runs: Vec<(&str, u32)> = bare.iter().map(|(run, _)| (run.run.profile_run_id.as_str(), run.attempt)).collect();
    let mut written = list_written_values(db, table_id, &runs, None).await?;
    for (run, WholeColumn { column, .. }) in bare {
        let place = (run.run.profile_run_id.0.clone(), column.ordinal_position);
        if let Some(distribution) = written.remove(&place) {
            distribution.put_into(column);
        }
    }
    Ok(())
}
