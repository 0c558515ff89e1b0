//! Connections, groups, runs and tables for the tests of the lists: states that are rare, and names that are long.

use chrono::{DateTime, Duration, Utc};

use super::samples::now;
use crate::domain::address::TableAddress;
use crate::domain::connection::{Connection, ConnectionKind, TableGroup};
use crate::domain::overview::{GroupFreshness, GroupPoint, Overview, Scored};
use crate::domain::paging::Page;
use crate::domain::profile_run::{ProfileRun, RunMode, RunPhase, RunReason, RunTrigger};
use crate::domain::progress::RunProgress;
use crate::domain::query::TablesQuery;
use crate::domain::table::{TableFailure, TableFigures, TableSummary};
use crate::domain::user::{Role, User, Viewer};
use crate::pages::tables::TablesModel;

/// Somebody with one role.
pub fn viewer(role: Role) -> Viewer {
    let user = User {
        user_id: "u".into(),
        name: "t.nakamura".into(),
        display_name: "T. Nakamura-Delacroix".into(),
        roles: vec![role],
        narrowed: Vec::new(),
        is_active: true,
    };
    Viewer {
        user,
        project_name: "Retail group".into(),
        table_count: 8,
        active_run_count: 1,
        open_alert_count: 0,
        has_connections: true,
        token_scope: None,
        run_groups: None,
    }
}

/// A run in a phase, as many steps back as its number is below 4131.
fn run(number: i64, phase: RunPhase, group: &str) -> ProfileRun {
    let asked = now() - Duration::minutes((4131 - number) * 40 + 4);
    let is_over = phase.status().is_terminal();
    ProfileRun {
        profile_run_id: format!("run-{number}").into(),
        number,
        table_group_id: group.into(),
        table_group_name: group.into(),
        connection_id: "retail-sample".into(),
        connection_name: "Retail sample".into(),
        status: phase.status(),
        phase,
        reason: None,
        error_message: None,
        mode: RunMode::Full,
        trigger: RunTrigger::Person,
        started_by: None,
        requested_at: asked,
        started_at: (phase != RunPhase::Requested).then_some(asked),
        completed_at: is_over.then(|| asked + Duration::seconds(785)),
        row_count: is_over.then_some(1_204_118),
        table_count: is_over.then_some(27),
        failed_table_count: 0,
        column_count: is_over.then_some(412),
        bytes_scanned: is_over.then_some(41_200_000),
        attempt: 1,
        cancel_requested: false,
        progress: None,
        typical_duration_ms: None,
        engine: "embedded".into(),
        quality_score: is_over.then_some(0.9412),
        anomalies_by_severity: None,
    }
}

/// A group; number 0 was never profiled.
fn group(name: &str, rows: u64, hours: i64, number: i64) -> GroupFreshness {
    let is_profiled = number > 0;
    GroupFreshness {
        table_group_id: name.into(),
        name: name.into(),
        dataset: None,
        connection_id: "retail-sample".into(),
        connection_name: "Retail sample".into(),
        is_active: true,
        table_count: 6,
        profiled_table_count: if is_profiled { 6 } else { 0 },
        row_count: rows,
        score: Scored {
            sum: 0.94 * rows as f64,
            weight: rows as f64,
        },
        last_completed_at: is_profiled.then(|| now() - Duration::hours(hours)),
        last_run_number: is_profiled.then_some(number),
        history: (60..78)
            .filter(|_| is_profiled)
            .map(|step| GroupPoint {
                run_number: number - 78 + step,
                row_count: rows * step as u64 / 80,
                score: Some(if step < 77 { 0.93 } else { 0.94 }),
            })
            .collect(),
    }
}

/// An overview with a run in hand, a failed one, and a group that was never profiled.
pub fn overview() -> Overview {
    let progress = RunProgress {
        tables_total: 41,
        tables_done: 7,
        bytes_total: 100,
        bytes_read: 22,
        elapsed_ms: 240_000,
        ..RunProgress::default()
    };
    let running = ProfileRun {
        progress: Some(progress),
        ..run(4131, RunPhase::Running, "payments_ledger")
    };
    let failed = ProfileRun {
        error_message: Some("The folder could not be opened: permission denied".into()),
        ..run(4129, RunPhase::Failed, "risk_models")
    };
    let partly = ProfileRun {
        failed_table_count: 1,
        reason: Some(RunReason::SomeTablesFailed),
        ..run(4127, RunPhase::Completed, "retail_sales")
    };
    Overview {
        table_count: 231,
        profiled_table_count: 214,
        fresh_table_count: 196,
        column_count: 6_118,
        row_count: 1_317_204_118,
        failing_table_count: 0,
        completed_runs_7d: 108,
        failed_runs_7d: 4,
        runs: vec![
            running,
            run(4130, RunPhase::Requested, "clinical_lab"),
            failed,
            partly,
            run(4125, RunPhase::Cancelled, "store_exports"),
        ],
        groups: vec![
            group("never_profiled_group_with_a_long_name_that_goes_on", 0, 0, 0),
            group("retail_sales", 184_203_511, 61, 4127),
            group("payments_ledger", 26_000_000, 1, 4120),
        ],
        costliest: Vec::new(),
    }
}

/// A profiled table.
fn table(schema: &str, name: &str, row_count: u64, null_cells: f64, days: i64) -> TableSummary {
    let profiled_at: DateTime<Utc> = now() - Duration::minutes(38) - Duration::days(days);
    let figures = TableFigures {
        score: Some(0.94),
        profile_run_id: "r".into(),
        run_number: 4127 - days,
        profiled_at,
        row_count,
        column_count: 14,
        null_cell_ratio: (row_count > 0).then_some(null_cells),
    };
    TableSummary {
        is_active: true,
        table_id: format!("id-{name}").into(),
        address: TableAddress {
            connection_id: "retail-sample".into(),
            schema_name: schema.into(),
            table_name: name.into(),
        },
        connection_name: "Retail sample".into(),
        table_group_id: "retail".into(),
        table_group_name: "retail".into(),
        format: "parquet".into(),
        bytes: 41_200_000,
        created_at: now() - Duration::days(3),
        missing_since: None,
        is_left_out: false,
        profile: Some(figures),
        scope: Default::default(),
        characteristics: Default::default(),
        names: Default::default(),
        row_history: (100..120).map(|step| row_count * step / 120).collect(),
        last_failure: None,
        open_alerts: None,
    }
}

/// Every state of a line of the list.
pub fn tables() -> Vec<TableSummary> {
    let failure = TableFailure {
        run_number: 4127,
        at: now(),
        error: "row group 4 of <gift_cards>.parquet ends 1,204 bytes early".into(),
        remedy: "Write the file again".into(),
    };
    vec![
        table("sales", "order_lines", 184_203_511, 0.108, 0),
        table(
            "sales",
            "carts_abandoned_by_visit_and_device_daily_with_a_very_long_name",
            826_000_000,
            0.42,
            2,
        ),
        TableSummary {
            last_failure: Some(failure),
            ..table("sales", "gift_cards_legacy", 1_800_000, 0.006, 3)
        },
        table("-", "products", 3_300, 0.0, 4),
        TableSummary {
            scope: Default::default(),
            characteristics: Default::default(),
            names: Default::default(),
            row_history: vec![41_208, 41_208, 0],
            ..table("-", "fx_rates", 0, 0.0, 5)
        },
        TableSummary {
            profile: None,
            scope: Default::default(),
            characteristics: Default::default(),
            names: Default::default(),
            row_history: Vec::new(),
            ..table("-", "budget_2026", 0, 0.0, 6)
        },
        TableSummary {
            missing_since: Some(now() - Duration::days(2)),
            ..table("-", "gone", 12_000, 1.0, 7)
        },
    ]
}

/// A connection with one group of six tables.
pub fn connection(id: &str, name: &str, is_active: bool) -> Connection {
    let group = TableGroup {
        table_group_id: format!("group-{id}").into(),
        connection_id: id.into(),
        name: name.to_lowercase(),
        description: String::new(),
        include_mask: String::new(),
        exclude_mask: "*_tmp".into(),
        table_count: 6,
        is_active: true,
        mask_before_storing: false,
    };
    Connection {
        connection_id: id.into(),
        project_key: "retail".into(),
        project_name: "Retail".into(),
        is_project_active: true,
        name: name.into(),
        kind: ConnectionKind::Folder,
        location: "/srv/data/retail/exports/2026".into(),
        is_active,
        created_at: now(),
        groups: vec![group],
    }
}

/// The list as an address asks for it.
pub fn tables_model(role: Role, query: &str, items: Vec<TableSummary>, total: u64) -> TablesModel {
    let query = TablesQuery::parse(query);
    let offset = u64::from(query.page - 1) * 50;
    let connections = vec![
        connection("retail-sample", "Retail sample", true),
        connection("flights", "Flights", false),
    ];
    TablesModel {
        viewer: viewer(role),
        query,
        tables: Page {
            items,
            total,
            offset,
            limit: 50,
        },
        connections,
        tags: Vec::new(),
        datasets: Vec::new(),
        now: now(),
    }
}
