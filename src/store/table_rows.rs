//! How rows become the table types of the domain: the summary of lists, and one table of one run.

use super::characteristics::{read_scope, read_table_characteristics};
use super::column_reads::NO_RESULTS;
use super::veil::veil_snapshot;
use super::{Record, StoreError};
use crate::domain::address::TableAddress;
use crate::domain::column_answer::ProfileOrigin;
use crate::domain::group_mask::is_in_masks;
use crate::domain::identifier::{ConnectionId, RunId, TableGroupId, TableId};
use crate::domain::profile_run::RunMode;
use crate::domain::table::{ReadOfOthers, TableFailure, TableFigures, TableNames, TableRun, TableSummary};
use crate::domain::table_profile::FailedTable;

/// What a summary reads; `t` is the table, `g` its group, `c` its connection, `ch` its current figures.
pub(super) const SUMMARY_COLUMNS: &str = "coalesce(t.is_active, true) as is_table_active, t.data_definition, t.left_out_json, t.row_filter, t.renamed_from, t.renamed_to, ch.critical_data_element,
     ch.description as table_description, ch.data_steward, ch.data_source, ch.source_system, ch.source_process, ch.business_domain,
     ch.stakeholder_group, ch.transform_level, ch.data_product, ch.tags_json, t.table_id, t.table_group_id, t.schema_name, t.table_name, t.format, t.bytes, t.created_at, t.missing_since,
     g.name as table_group_name, g.profiling_include_mask, g.profiling_exclude_mask, g.connection_id, c.name as connection_name,
     ch.last_complete_profile_run_id, ch.last_complete_run_number, ch.latest_run_completed_at, ch.record_count, ch.column_count, ch.data_point_count,
     ch.null_cell_count, ch.dq_score_profiling, ch.last_failed_run_number, ch.last_failed_at, ch.last_failure_json, {personal_columns t.table_id} as personal_columns";

/// Where it reads from.
pub(super) const SUMMARY_TABLES: &str = "from dq_tables t join dq_table_groups g on g.table_group_id = t.table_group_id
     join dq_connections c on c.connection_id = g.connection_id left join dq_data_table_chars ch on ch.table_id = t.table_id";

/// Reads a summary; its history comes from elsewhere.
pub(super) fn read_summary(row: &Record) -> Result<TableSummary, StoreError> {
    let profile = read_figures(row)?;
    let last_failure = read_failure(row)?.filter(|failure| profile.as_ref().is_none_or(|profile| failure.run_number > profile.run_number));
    let address = TableAddress {
        connection_id: ConnectionId(row.text("connection_id")?),
        schema_name: row.text("schema_name")?,
        table_name: row.text("table_name")?,
    };
    let missing_since = row.time_opt("missing_since")?;
    let include = row.text_opt("profiling_include_mask")?.unwrap_or_default();
    let exclude = row.text_opt("profiling_exclude_mask")?.unwrap_or_default();
    Ok(TableSummary {
        table_id: TableId(row.text("table_id")?),
        is_left_out: missing_since.is_some() && !is_in_masks(&include, &exclude, &address.schema_name, &address.table_name),
        address,
        connection_name: row.text("connection_name")?,
        table_group_id: TableGroupId(row.text("table_group_id")?),
        table_group_name: row.text("table_group_name")?,
        format: row.text("format")?,
        bytes: row.count("bytes")?,
        created_at: row.time("created_at")?,
        missing_since,
        profile,
        is_active: row.flag("is_table_active")?,
        scope: read_scope(row)?,
        characteristics: read_table_characteristics(row)?,
        names: TableNames {
            renamed_from: row.text_opt("renamed_from")?,
            renamed_to: row.text_opt("renamed_to")?,
        },
        row_history: Vec::new(),
        last_failure,
        open_alerts: None,
    })
}

fn read_figures(row: &Record) -> Result<Option<TableFigures>, StoreError> {
    let Some(profile_run_id) = row.text_opt("last_complete_profile_run_id")? else {
        return Ok(None);
    };
    let cells = row.count("data_point_count")?;
    Ok(Some(TableFigures {
        profile_run_id: RunId(profile_run_id),
        run_number: row.integer("last_complete_run_number")?,
        profiled_at: row.time("latest_run_completed_at")?,
        row_count: row.count("record_count")?,
        column_count: row.small("column_count")?,
        null_cell_ratio: if cells == 0 {
            None
        } else {
            Some(row.count("null_cell_count")? as f64 / cells as f64)
        },
        score: row.real_opt("dq_score_profiling")?,
    }))
}

fn read_failure(row: &Record) -> Result<Option<TableFailure>, StoreError> {
    let Some(run_number) = row.integer_opt("last_failed_run_number")? else {
        return Ok(None);
    };
    let failure: FailedTable = row.json_opt("last_failure_json")?.unwrap_or_default();
    Ok(Some(TableFailure {
        run_number,
        at: row.time("last_failed_at")?,
        error: failure.error,
        remedy: failure.remedy,
    }))
}

/// A run that has a table, with the attempt whose rows are the published ones.
#[derive(Clone)]
pub(super) struct PublishedRun {
    pub run: TableRun,
    pub attempt: u32,
}

/// What [`read_published_run`] reads of `run_tables`, beside `others_place`: where rows stand of a run that is not noted there.
pub(super) const PUBLISHED_COLUMNS: &str =
    "rt.profile_run_id, rt.attempt, rt.run_number, rt.completed_at, rt.row_count, rt.column_count, rt.duration_ms,
     rt.bytes_scanned, rt.snapshot_json, rt.rejected_json, rt.broken_invariants_json, rt.metrics_json,
     rt.rows_scanned, rt.profile_mode, rt.engine, rt.engine_version, {personal_columns rt.table_id} as personal_columns";

/// Reads one published run of a table.
pub(super) fn read_published_run(row: &Record) -> Result<PublishedRun, StoreError> {
    let others = row.text_opt("others_place")?.as_deref().and_then(ProfileOrigin::from_word);
    let mut published = PublishedRun {
        run: TableRun {
            profile_run_id: RunId(row.text("profile_run_id")?),
            number: row.integer("run_number")?,
            completed_at: row.time("completed_at")?,
            row_count: row.count("row_count")?,
            column_count: row.small("column_count")?,
            duration_ms: row.count("duration_ms")?,
            bytes_scanned: row.count("bytes_scanned")?,
            rows_scanned: row.count("rows_scanned")?,
            mode: row.word("profile_mode", RunMode::from_word)?,
            engine: format!("{} {}", row.text("engine")?, row.text("engine_version")?).trim().to_owned(),
            snapshot: row.json_opt("snapshot_json")?.unwrap_or_default(),
            rejected: row.json_opt("rejected_json")?,
            broken_invariants: row.json_opt("broken_invariants_json")?.unwrap_or_default(),
            metrics: row.json_opt("metrics_json")?.unwrap_or_default(),
            others: others.map(|origin| ReadOfOthers {
                origin,
                reason: (origin == ProfileOrigin::Columns).then(|| NO_RESULTS.to_owned()),
            }),
        },
        attempt: row.small("attempt")?,
    };
    veil_snapshot(row, &mut published.run.snapshot)?;
    Ok(published)
}
