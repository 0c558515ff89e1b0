//! A retail table for the tests of pages: figures that add up, names that hurt, every kind of column.

use chrono::{DateTime, Duration, TimeZone, Utc};

use crate::domain::address::TableAddress;
use crate::domain::column_meaning::{ColumnMeaning, PiiRisk};
use crate::domain::column_profile::{ColumnProfile, Estimate, GeneralType, HistogramBin, LengthCount, Metrics, PatternCount, TopValue};
use crate::domain::exact_number::ExactNumber;
use crate::domain::profile_run::{ProfileRun, RunMode, RunPhase, RunStatus, RunTrigger};
use crate::domain::progress::RunProgress;
use crate::domain::table::{ColumnDetail, ColumnPoint, TableDetail, TableFigures, TableRun, TableSummary};
use crate::domain::table_metrics::{PairCorrelation, TableMetrics};
use crate::domain::table_profile::{FailedTable, Snapshot};

pub const ROWS: u64 = 184_203_511;

pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 14, 32, 0).unwrap()
}

pub fn address() -> TableAddress {
    TableAddress {
        connection_id: "retail".into(),
        schema_name: "sales".into(),
        table_name: "order_lines".into(),
    }
}

fn column(at: u32, name: &str, data_type: &str, kind: GeneralType, nulls: u64, distinct: u64) -> ColumnProfile {
    ColumnProfile {
        column_name: name.into(),
        ordinal_position: at,
        data_type: data_type.into(),
        general_type: kind,
        row_count: ROWS,
        null_count: nulls,
        non_null_count: ROWS - nulls,
        metrics: Metrics {
            distinct_count: Some(distinct),
            null_ratio: Some(nulls as f64 / ROWS as f64),
            ..Metrics::default()
        },
        ..ColumnProfile::default()
    }
}

fn tops(values: &[(&str, u64)]) -> Vec<TopValue> {
    values
        .iter()
        .map(|(value, count)| TopValue {
            value: (*value).into(),
            count: *count,
            ratio: *count as f64 / ROWS as f64,
        })
        .collect()
}

pub fn net_amount(nulls: u64, zeros: u64) -> ColumnProfile {
    let mut out = column(3, "net_amount", "decimal(14,2)", GeneralType::Number, nulls, 402_117);
    let mut left = ROWS - nulls - zeros;
    let mut histogram: Vec<HistogramBin> = (-3..45)
        .map(|at| {
            let share = if at < 0 {
                0.004 * f64::from(at + 4)
            } else {
                0.27 * (-0.28 * f64::from(at)).exp()
            };
            let count = ((ROWS as f64 * share) as u64).min(left);
            left -= count;
            HistogramBin {
                label: format!("{}", at * 10),
                lower: Some(f64::from(at) * 10.0),
                upper: Some(f64::from(at + 1) * 10.0),
                count: if at == 0 { count + zeros } else { count },
            }
        })
        .collect();
    histogram.push(HistogramBin {
        label: "450+".into(),
        lower: Some(450.0),
        upper: None,
        count: left,
    });
    out.histogram = histogram;
    out.top_values = tops(&[
        ("0.00", zeros),
        ("9.90", 5_120_334),
        ("4.95", 4_881_020),
        ("19.90", 4_310_887),
        ("14.90", 3_902_114),
        ("7.90", 3_540_201),
        ("2.50", 2_998_310),
        ("29.90", 2_710_556),
    ]);
    out.metrics = Metrics {
        unique_count: Some(31_204),
        min_value: Some("-412.00".into()),
        max_value: Some("9996.00".into()),
        p01: Some(-24.9),
        p05: Some(0.0),
        p25: Some(2.3),
        median: Some(12.4),
        p75: Some(38.0),
        p95: Some(164.9),
        p99: Some(431.0),
        iqr: Some(35.7),
        avg_value: Some(38.06),
        stddev_value: Some(74.3),
        skewness: Some(6.81),
        kurtosis: Some(91.2),
        sum: Some(ExactNumber::from_canonical("6741209318.42")),
        mode: Some("0.00".into()),
        zero_count: Some(zeros),
        negative_count: Some(4_310_220),
        integer_valued: Some(false),
        min_positive_value: Some(0.01),
        nan_count: Some(0),
        infinite_count: Some(0),
        ..out.metrics
    };
    for name in ["p01", "p05", "p25", "median", "p75", "p95", "p99"] {
        out.estimates.insert(
            name.into(),
            Estimate {
                method: "kll_k400".into(),
                error: 0.0065,
            },
        );
    }
    out
}

pub fn product_name() -> ColumnProfile {
    let mut out = column(4, "product_name", "string", GeneralType::Text, 36_841, 46_900);
    let lengths: Vec<LengthCount> = (3..=118)
        .map(|length| LengthCount {
            length,
            count: (2.0e6 * (-((length as f64 - 31.0) / 14.0).powi(2)).exp()) as u64 + 10,
        })
        .collect();
    out.top_values = tops(&[
        ("Glass bowl, small", 402_118),
        ("", 120_004),
        ("  Mug <b>blue</b>", 88_204),
        ("n/a", 12_000),
    ]);
    out.metrics = Metrics {
        min_length: Some(3),
        max_length: Some(118),
        avg_length: Some(31.42),
        length_histogram: Some(lengths),
        patterns: Some(vec![
            PatternCount {
                pattern: "Aaaaa aaaa".into(),
                count: 41_000_000,
            },
            PatternCount {
                pattern: "Aaa aaa, aaaaa".into(),
                count: 30_100_000,
            },
        ]),
        distinct_pattern_count: Some(912),
        zero_length_count: Some(120_004),
        blank_count: Some(0),
        dummy_count: Some(12_000),
        missing_count: Some(36_841 + 120_004 + 12_000),
        upper_case_count: Some(40),
        lower_case_count: Some(1_204),
        mixed_case_count: Some(180_000_000),
        non_alpha_count: Some(12),
        lead_space_count: Some(88_204),
        includes_digit_count: Some(9_120_000),
        non_ascii_count: Some(4_120),
        standardised_distinct_count: Some(46_120),
        entropy_bits: Some(14.2),
        min_text: Some("".into()),
        max_text: Some("Zebra rug".into()),
        ..out.metrics
    };
    out.estimates.insert(
        "distinct_count".into(),
        Estimate {
            method: "hll_lg12".into(),
            error: 0.0325,
        },
    );
    out
}

pub fn ordered_at() -> ColumnProfile {
    let mut out = column(6, "ordered_at", "timestamp", GeneralType::Time, 0, 150_000_000);
    let mut left = ROWS;
    let histogram = (0..47).map(|month| {
        let count = (ROWS / 60 + u64::from(month as u32) * 20_000).min(left);
        left -= count;
        let start = Utc
            .with_ymd_and_hms(2023 + month / 12, (month % 12 + 1) as u32, 1, 0, 0, 0)
            .unwrap();
        HistogramBin {
            label: start.format("%Y-%m").to_string(),
            lower: Some(start.timestamp() as f64),
            upper: Some((start + Duration::days(30)).timestamp() as f64),
            count,
        }
    });
    let mut bins: Vec<HistogramBin> = histogram.collect();
    bins.last_mut().unwrap().count += left;
    out.histogram = bins;
    out.metrics = Metrics {
        min_date: Some("2023-01-01T00:00:04Z".into()),
        max_date: Some("2026-11-20T23:59:58Z".into()),
        date_span_days: Some(1_419),
        within_1mo_count: Some(9_120_000),
        within_1yr_count: Some(61_000_000),
        before_1yr_count: Some(ROWS - 61_000_000),
        before_5yr_count: Some(0),
        before_20yr_count: Some(0),
        before_100yr_count: Some(0),
        future_count: Some(0),
        distant_future_count: Some(0),
        days_present: Some(1_420),
        weeks_present: Some(203),
        months_present: Some(47),
        midnight_count: Some(2_104),
        weekday_counts: Some(vec![
            26_000_000,
            25_000_000,
            24_500_000,
            25_500_000,
            29_000_000,
            31_000_000,
            ROWS - 161_000_000,
        ]),
        ..out.metrics
    };
    out.estimates.insert(
        "distinct_count".into(),
        Estimate {
            method: "hll_lg12".into(),
            error: 0.0325,
        },
    );
    out
}

pub fn is_return() -> ColumnProfile {
    let mut out = column(5, "is_return", "boolean", GeneralType::Boolean, 1_204_000, 2);
    out.top_values = tops(&[("false", ROWS - 1_204_000 - 5_900_000), ("true", 5_900_000)]);
    out.metrics.true_count = Some(5_900_000);
    out.metrics.false_count = Some(ROWS - 1_204_000 - 5_900_000);
    out
}

/// What is said of the table as a whole, with figures that an engine may add.
pub fn table_metrics() -> TableMetrics {
    let pair = |left: &str, right: &str, coefficient| PairCorrelation {
        left: left.into(),
        right: right.into(),
        coefficient,
        row_count: ROWS - 7_073_414,
    };
    TableMetrics {
        functional_table_type: Some("transaction".into()),
        functional_table_type_reason: Some("1 date of a regular series, 1 reference and 1 figure.".into()),
        candidate_keys: vec!["order_line_id".into()],
        duplicate_row_count: Some(1_204),
        pairwise: Some(vec![
            pair("net_amount", "store_id", 0.41),
            pair("order_line_id", "net_amount", -0.08),
        ]),
        ..TableMetrics::default()
    }
}

/// Meanings as the engine derives them, by column.
fn meaning_of(name: &str) -> ColumnMeaning {
    let said = |kind: &str, reason: &str| ColumnMeaning {
        functional_data_type: Some(kind.into()),
        functional_data_type_reason: Some(reason.into()),
        pii_risk: Some(PiiRisk::None),
        ..ColumnMeaning::default()
    };
    match name {
        "order_line_id" => ColumnMeaning {
            critical_data_element: Some(true),
            critical_data_element_reason: Some("It identifies what happened.".into()),
            ..said(
                "row_identifier",
                "All 184,203,511 values are different, none is missing, and the name says \"id\".",
            )
        },
        "net_amount" => said(
            "amount_of_money",
            "The name says \"amount\", and the values are 402,117 different numbers.",
        ),
        "product_name" => ColumnMeaning {
            pii_risk: Some(PiiRisk::Moderate),
            pii_risk_reason: Some("It tells who a <b>person</b> is.".into()),
            suggested_type: Some("varchar(250)".into()),
            suggested_type_reason: Some("The longest text has 118 characters.".into()),
            ..said("entity_name", "The name says \"name\".")
        },
        _ => ColumnMeaning::default(),
    }
}

pub fn columns() -> Vec<ColumnProfile> {
    let mut key = column(1, "order_line_id", "bigint", GeneralType::Number, 0, ROWS);
    key.metrics.min_value = Some("1".into());
    key.metrics.max_value = Some("184203511".into());
    key.metrics.unique_count = Some(ROWS);
    let mut status = column(2, "order_status", "string", GeneralType::Text, 0, 7);
    status.top_values = tops(&[
        ("delivered", 162_000_000),
        ("shipped", 9_600_000),
        ("returned", 5_700_000),
        ("<script>alert(1)</script>", 3_000_000),
    ]);
    let mut failed = column(8, "pin_hash", "string", GeneralType::Text, 0, 0);
    failed.metrics = Metrics {
        query_error: Some("Row group 3 of part-2.parquet ends after 812 of 1,204 values.".into()),
        ..Metrics::default()
    };
    let empty = column(
        7,
        "legacy_source_system_reference_identifier_v2",
        "string",
        GeneralType::Text,
        ROWS,
        0,
    );
    let mut constant = column(9, "etl_batch_hash", "string", GeneralType::Text, 0, 1);
    constant.top_values = tops(&[("9f3ac1e07", ROWS)]);
    let mut store = column(10, "store_id", "int", GeneralType::Number, 70_365_741, 1_204);
    store.histogram = (0..48)
        .map(|at| HistogramBin {
            label: at.to_string(),
            lower: Some(f64::from(at) * 25.0),
            upper: Some(f64::from(at + 1) * 25.0),
            count: 2_000_000 + u64::from(at as u32) * 15_000,
        })
        .collect();
    store.broken_invariants = vec!["bins sum to 112,920,000, values are 113,837,770".into()];
    store.metrics.min_value = Some("1".into());
    store.metrics.max_value = Some("1219".into());
    store.metrics.median = Some(688.0);
    let mut all = vec![
        key,
        status,
        net_amount(7_073_414, 31_204_118),
        product_name(),
        is_return(),
        ordered_at(),
        empty,
        failed,
        constant,
        store,
    ];
    for column in &mut all {
        column.meaning = meaning_of(&column.column_name);
    }
    all
}

pub fn table_run(number: i64, days_ago: i64) -> TableRun {
    TableRun {
        profile_run_id: format!("run-{number}").into(),
        number,
        completed_at: now() - Duration::minutes(38) - Duration::days(days_ago),
        row_count: ROWS - days_ago as u64 * 141_000,
        column_count: 10,
        duration_ms: 531_000,
        bytes_scanned: 41_200_000_000,
        rows_scanned: ROWS - days_ago as u64 * 141_000,
        mode: RunMode::Full,
        engine: "limn 0.1.0".into(),
        snapshot: Snapshot {
            id: "f3a9c1".into(),
            description: "3 files, 41.2 GB, newest 2026-11-21 13:41 UTC".into(),
            files: vec!["sales/order_lines/part-1.parquet".into()],
            ..Snapshot::default()
        },
        rejected: None,
        broken_invariants: Vec::new(),
        metrics: table_metrics(),
        others: None,
    }
}

pub fn detail() -> TableDetail {
    let runs: Vec<TableRun> = (0..12).map(|day| table_run(4127 - day * 8, day)).collect();
    let columns = columns();
    let mut compared_columns = columns.clone();
    compared_columns[2] = net_amount(239_280, 22_008_400);
    compared_columns[1].metrics.distinct_count = Some(6);
    TableDetail {
        summary: TableSummary {
            is_active: true,
            table_id: "t1".into(),
            address: address(),
            connection_name: "Retail (sample)".into(),
            table_group_id: "g1".into(),
            table_group_name: "retail_sales".into(),
            format: "parquet".into(),
            bytes: 41_200_000_000,
            created_at: now() - Duration::days(40),
            missing_since: None,
            is_left_out: false,
            profile: Some(TableFigures {
                score: Some(0.94),
                profile_run_id: "run-4127".into(),
                run_number: 4127,
                profiled_at: runs[0].completed_at,
                row_count: ROWS,
                column_count: 10,
                null_cell_ratio: Some(0.1),
            }),
            scope: Default::default(),
            characteristics: Default::default(),
            names: Default::default(),
            row_history: runs.iter().rev().map(|run| run.row_count).collect(),
            last_failure: None,
            open_alerts: None,
        },
        run: Some(runs[0].clone()),
        compared: Some(runs[1].clone()),
        runs,
        active_run: None,
        columns,
        compared_columns,
        said_of_columns: Default::default(),
        findings: Default::default(),
    }
}

pub fn column_detail(name: &str, runs: i64) -> ColumnDetail {
    let table = detail();
    let named = |columns: &[ColumnProfile]| columns.iter().find(|column| column.column_name == name).cloned();
    let column = named(&table.columns).unwrap();
    let history = (0..runs)
        .rev()
        .map(|day| {
            let mut point = column.clone();
            if day > 0 && point.column_name == "net_amount" {
                point.null_count = 239_280 + day as u64 * 1_000;
                point.metrics.avg_value = Some(41.9 + (day % 3) as f64 * 0.2);
            }
            ColumnPoint {
                number: 4127 - day * 8,
                completed_at: now() - Duration::minutes(38) - Duration::days(day),
                column: point,
            }
        })
        .collect();
    ColumnDetail {
        characteristics: Default::default(),
        compared: named(&table.compared_columns),
        column,
        history,
        source: "results".into(),
        source_reason: None,
        table,
    }
}

pub fn run(number: i64, phase: RunPhase) -> ProfileRun {
    let started = now() - Duration::minutes(51);
    let is_active = !phase.status().is_terminal();
    ProfileRun {
        profile_run_id: format!("run-{number}").into(),
        number,
        table_group_id: "g1".into(),
        table_group_name: "retail_sales".into(),
        connection_id: "retail".into(),
        connection_name: "Retail (sample)".into(),
        status: phase.status(),
        phase,
        reason: None,
        error_message: None,
        mode: RunMode::Full,
        trigger: RunTrigger::Person,
        started_by: Some("M. Okafor".into()),
        requested_at: started - Duration::seconds(2),
        started_at: (phase.status() != RunStatus::Pending).then_some(started),
        completed_at: (!is_active).then_some(started + Duration::seconds(785)),
        row_count: (!is_active).then_some(412_000_000),
        table_count: (!is_active).then_some(28),
        failed_table_count: 0,
        column_count: (!is_active).then_some(812),
        bytes_scanned: (!is_active).then_some(118_000_000_000),
        attempt: 1,
        cancel_requested: false,
        progress: (phase.status() == RunStatus::Running).then(|| RunProgress {
            tables_total: 41,
            tables_done: 6,
            tables_failed: 0,
            current_table: "sales.card_transactions".into(),
            rows_read: 212_400_000,
            bytes_total: 100_000_000_000,
            bytes_read: 22_000_000_000,
            elapsed_ms: 252_000,
        }),
        typical_duration_ms: Some(690_000),
        engine: "embedded".into(),
        quality_score: (phase == RunPhase::Completed).then_some(0.9412),
        anomalies_by_severity: None,
    }
}

pub fn failed_table() -> FailedTable {
    FailedTable {
        schema_name: "sales".into(),
        table_name: "gift_cards_legacy".into(),
        error: "part-2.parquet: the footer is cut off at byte 81,204.".into(),
        remedy: "Copy the file again, then retry this run.".into(),
    }
}
