//! What a profile says about meaning comes back as it was: of its columns, and of the table as a whole.

use super::fixture::*;
use super::profiles::table;
use crate::domain::column_meaning::{ColumnMeaning, PiiRisk};
use crate::domain::column_profile::Estimate;
use crate::domain::profile_run::{RunMode, RunPhase};
use crate::domain::query::ColumnsQuery;
use crate::domain::table_metrics::{PairCorrelation, TableMetrics};
use crate::store::{Database, column_profiles, sql};

on_both_databases!(
    meanings_of_columns_and_tables_come_back_whole,
    a_run_of_before_there_were_meanings_is_read_without_them,
);

async fn meanings_of_columns_and_tables_come_back_whole(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    let meaning = ColumnMeaning {
        suggested_type: Some("decimal(9,2)".into()),
        suggested_type_reason: Some("Every text is a number.".into()),
        functional_data_type: Some("amount_of_money".into()),
        functional_data_type_reason: Some("The name says \"amount\".".into()),
        pii_risk: Some(PiiRisk::Low),
        pii_risk_reason: Some("It narrows down who a person is.".into()),
        critical_data_element: Some(true),
        critical_data_element_reason: Some("It says how much.".into()),
        quality_score: Some(0.875),
    };
    let metrics = TableMetrics {
        functional_table_type: Some("transaction".into()),
        functional_table_type_reason: Some("1 date.".into()),
        candidate_keys: vec!["id".into()],
        duplicate_row_count: Some(3),
        pairwise: Some(vec![PairCorrelation {
            left: "amount".into(),
            right: "id".into(),
            coefficient: -0.25,
            row_count: 90,
        }]),
        estimates: [(
            "duplicate_row_count".to_owned(),
            Estimate {
                method: "hll_lg12".into(),
                error: 0.03,
            },
        )]
        .into(),
        unknown: [("pairwise".to_owned(), "Too many values.".to_owned())].into(),
        quality_score: Some(0.5),
    };
    let run = start(db, &group).await;
    let table_id = table_ids(db, &group).await.remove(0).table_id;
    let mut profile = profile_of("orders", 100, 1.0);
    profile.columns[0].meaning = meaning.clone();
    profile.metrics = metrics.clone();
    store_profile(db, &run, &table_id, &profile).await;
    finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;

    let read = table(db, &address, "").await;
    assert_eq!(read.columns[0].meaning, meaning);
    assert_eq!(read.columns[1].meaning, ColumnMeaning::default());
    let shown = read.run.unwrap();
    assert_eq!(
        (shown.metrics, shown.rows_scanned, shown.mode, shown.engine.as_str()),
        (metrics, 100, RunMode::Full, "limn 0.1.0")
    );
    let column = column_profiles::get_column_detail(db, &address, "amount", &ColumnsQuery::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(column.column.meaning, meaning);
    assert_eq!(column.history[0].column.meaning, meaning);
}

async fn a_run_of_before_there_were_meanings_is_read_without_them(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    complete_run(db, &group, 100, 1.0).await;
    let mut tx = db.begin().await.unwrap();
    sql("update run_tables set metrics_json = null").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(table(db, &address, "").await.run.unwrap().metrics, TableMetrics::default());
}
