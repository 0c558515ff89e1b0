//! Removing runs: all their rows go, others' stay, and each table shows the newest run that is left.

use chrono::{Duration, Utc};

use super::fixture::*;
use super::tables::find_tables;
use crate::domain::identifier::RunId;
use crate::domain::query::ColumnsQuery;
use crate::store::run_deletion::*;
use crate::store::table_groups::DependentCounts;
use crate::store::table_removal::{count_table_dependents, delete_missing_table};
use crate::store::{Database, audit, sql, tables};

on_both_databases!(
    a_removed_run_leaves_nothing_behind_and_the_one_before_is_shown,
    a_run_that_has_not_ended_stays,
    old_runs_go_but_never_the_one_that_is_shown,
    what_repeats_is_kept_once_and_goes_with_the_last_run_that_found_it,
    a_table_that_is_gone_goes_with_all_that_was_told_of_it,
    alerts_and_scores_are_of_the_newest_run_that_is_left,
);

async fn remove(db: &Database, runs: &[RunId]) -> u64 {
    let mut tx = db.begin().await.unwrap();
    let count = delete_runs(&mut tx, runs, "asked for", &ada()).await.unwrap();
    tx.commit().await.unwrap();
    count
}

async fn a_removed_run_leaves_nothing_behind_and_the_one_before_is_shown(db: &Database) {
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    let group = group_of(&connection);
    let first = complete_run(db, &group, 100, 1.0).await.profile_run_id;
    let second = complete_run(db, &group, 200, 2.0).await.profile_run_id;
    let preview = preview_removal(db, &[second.clone(), "unknown".into()]).await.unwrap();
    assert_eq!(preview.runs.len(), 1);
    assert_eq!((preview.rows["dq_profile_results"], preview.rows["run_tables"]), (4, 2));
    assert_eq!(remove(db, &[second.clone(), "unknown".into()]).await, 1);
    for (table, rows) in preview_removal(db, std::slice::from_ref(&first)).await.unwrap().rows {
        let left = sql_count(db, &table, second.as_str()).await;
        assert_eq!(left, 0, "{table}");
        assert_eq!(sql_count(db, &table, first.as_str()).await, rows, "{table}");
    }
    let shown = async || {
        tables::get_table_detail(db, &address(&connection, "orders"), &ColumnsQuery::default())
            .await
            .unwrap()
            .unwrap()
    };
    let detail = shown().await;
    assert_eq!(detail.run.unwrap().row_count, 100);
    assert_eq!(detail.summary.profile.unwrap().profile_run_id, first);
    assert_eq!(remove(db, &[first]).await, 1);
    let detail = shown().await;
    assert!(detail.run.is_none() && detail.summary.profile.is_none());
    let trail = audit::list_audit(db, Some(&format!("run:{second}")), 0, 9).await.unwrap();
    assert_eq!(trail.items[0].action, "run.delete");
}

async fn what_repeats_is_kept_once_and_goes_with_the_last_run_that_found_it(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let group = group_of(&connection);
    let count = async |table: &str| {
        let text: &'static str = format!("select count(*) as n from {table}").leak();
        sql(text).fetch_one(db).await.unwrap().count("n").unwrap()
    };
    let mut runs = Vec::new();
    for (rows, kept) in [(100, 2), (100, 2), (200, 4), (100, 4)] {
        runs.push(complete_run(db, &group, rows, 1.0).await.profile_run_id);
        assert_eq!(count("result_contents").await, kept);
    }
    assert_eq!((count("result_rows").await, count("dq_profile_results").await), (8, 8));
    remove(db, &runs[..2]).await;
    assert_eq!((count("result_contents").await, count("result_sets").await), (4, 2));
    let detail = tables::get_table_detail(db, &address(&connection, "orders"), &ColumnsQuery::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((detail.columns.len(), detail.columns[0].row_count), (2, 100));
    remove(db, &runs[3..]).await;
    assert_eq!(count("result_contents").await, 2);
    remove(db, &runs[2..3]).await;
    assert_eq!(
        (
            count("result_contents").await,
            count("result_rows").await,
            count("result_sets").await
        ),
        (0, 0, 0)
    );
    assert_eq!(count("result_texts").await, 0);
}

async fn sql_count(db: &Database, table: &str, run: &str) -> u64 {
    let text: &'static str = format!("select count(*) as n from {table} where profile_run_id = $1").leak();
    sql(text).bind(run).fetch_one(db).await.unwrap().count("n").unwrap()
}

async fn a_run_that_has_not_ended_stays(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let running = start(db, &group_of(&connection)).await;
    assert_eq!(remove(db, std::slice::from_ref(&running.profile_run_id)).await, 0);
    assert!(preview_removal(db, &[running.profile_run_id]).await.unwrap().runs.is_empty());
}

async fn old_runs_go_but_never_the_one_that_is_shown(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let group = group_of(&connection);
    let first = complete_run(db, &group, 100, 1.0).await.profile_run_id;
    let second = complete_run(db, &group, 200, 2.0).await.profile_run_id;
    let later = Utc::now() + Duration::days(1);
    assert_eq!(list_runs_before(db, later).await.unwrap(), [first]);
    assert!(list_runs_before(db, Utc::now() - Duration::days(1)).await.unwrap().is_empty());
    assert!(preview_removal(db, &[second]).await.unwrap().rows["dq_profile_column_values"] > 0);
}

async fn a_table_that_is_gone_goes_with_all_that_was_told_of_it(db: &Database) {
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    let group = group_of(&connection);
    for rows in [100, 200] {
        complete_run(db, &group, rows, 1.0).await;
    }
    let detail = async |table: &str| {
        tables::get_table_detail(db, &address(&connection, table), &ColumnsQuery::default())
            .await
            .unwrap()
    };
    let (orders, stores) = (detail("orders").await.unwrap(), detail("stores").await.unwrap());
    let id = orders.summary.table_id.clone();
    for text in [
        "insert into dq_alerts (alert_id, table_id, table_group_id, state, revision, created_at) select 'a', table_id, table_group_id, 'open', 0, {now} from dq_tables where table_id = $1",
        "insert into alert_events (event_id, alert_id, at, actor_name, action) select 'e', 'a', {now}, 'Limn', 'raised' from dq_tables where table_id = $1",
        "insert into dq_profile_anomaly_results (anomaly_result_id, profile_run_id, table_id, attempt) select 'r', profile_run_id, table_id, 1 from run_tables where table_id = $1 and run_number = 2",
        "insert into dq_profile_anomalies (anomaly_id, profile_run_id, schema_name, table_name, attempt) select 'p', profile_run_id, schema_name, table_name, 1 from run_tables where table_id = $1 and run_number = 2",
    ] {
        sql(text).bind(id.as_str()).execute(db).await.unwrap();
    }
    // What is written through a view is counted by what is there.
    let count = async |text: &'static str| sql(text).fetch_one(db).await.unwrap().count("n").unwrap();
    let (events, records) = (
        "select count(*) as n from alert_events",
        "select count(*) as n from dq_profile_anomalies",
    );
    assert_eq!((count(events).await, count(records).await), (1, 1));
    let remove = async || {
        let mut tx = db.begin().await.unwrap();
        let is_gone = delete_missing_table(&mut tx, &id, &ada()).await.unwrap();
        tx.commit().await.unwrap();
        is_gone
    };
    assert!(!remove().await, "it is there");
    find_tables(db, &group, &["stores"]).await;
    assert_eq!(
        count_table_dependents(db, &id).await.unwrap(),
        DependentCounts {
            tables: 1,
            runs: 2,
            alerts: 1,
            ..DependentCounts::default()
        }
    );
    assert!(remove().await);
    assert!(!remove().await, "once");
    assert!(detail("orders").await.is_none());
    for table in crate::store::all_tables() {
        let has_table = table.columns.iter().any(|column| column.name == "table_id");
        if has_table {
            let text: &'static str = format!("select count(*) as n from {} where table_id = $1", table.name).leak();
            let left = sql(text).bind(id.as_str()).fetch_one(db).await.unwrap();
            assert_eq!(left.count("n").unwrap(), 0, "{}", table.name);
        }
    }
    assert_eq!((count(events).await, count(records).await), (0, 0));
    let after = detail("stores").await.unwrap();
    assert_eq!((after.columns, after.runs.len()), (stores.columns, 2));
    let trail = audit::list_audit(db, Some(&format!("table:{id}")), 0, 9).await.unwrap();
    assert_eq!(trail.items[0].action, "table.delete");
    assert_eq!(
        find_tables(db, &group, &["orders", "stores"]).await.added,
        1,
        "what comes back is new"
    );
}

async fn alerts_and_scores_are_of_the_newest_run_that_is_left(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let group = group_of(&connection);
    let table = table_ids(db, &group).await.remove(0).table_id;
    let mut runs = Vec::new();
    for number in [1_i64, 2] {
        let run = complete_run(db, &group, 100, 1.0).await.profile_run_id;
        let found = crate::domain::anomaly::ProfileAnomaly {
            schema_name: "-".into(),
            table_name: "orders".into(),
            column_name: Some("amount".into()),
            anomaly_type: "Null_Ratio_50".into(),
            severity: "medium".into(),
            likelihood: None,
            description: String::new(),
            pii_risk: None,
            dq_dimension: None,
            detected_at: None,
            evidence: None,
        };
        let seen_in = crate::store::alerts::SeenIn {
            profile_run_id: run.clone(),
            number,
            table_group_id: group.clone(),
            is_whole_group: true,
            reported_by: None,
        };
        let sight = crate::store::alerts::Sight {
            source_type: crate::domain::alert::source::ANOMALY,
            kind: "Null_Ratio_50".into(),
            table_id: Some(table.clone()),
            schema_name: "-".into(),
            table_name: "orders".into(),
            column_name: Some("amount".into()),
            severity: crate::domain::anomaly::Severity::Medium,
            observed: "60 % null".into(),
            expected: String::new(),
            details: String::new(),
            level: Some(0.6),
        };
        let mut tx = db.begin().await.unwrap();
        crate::store::anomalies::insert_found(&mut tx, &run, 1, Some(&table), &[found], &Default::default())
            .await
            .unwrap();
        crate::store::alerts::take_sights(&mut tx, &seen_in, &[sight]).await.unwrap();
        tx.commit().await.unwrap();
        runs.push(run);
    }
    let refers = async || {
        let row = sql("select source_ref, last_run_number from dq_alerts")
            .fetch_one(db)
            .await
            .unwrap();
        (row.text("source_ref").unwrap(), row.integer_opt("last_run_number").unwrap())
    };
    let scored = async || {
        let row = sql("select dq_score_profiling, latest_anomaly_ct from dq_data_table_chars")
            .fetch_one(db)
            .await
            .unwrap();
        (
            row.real_opt("dq_score_profiling").unwrap(),
            row.integer_opt("latest_anomaly_ct").unwrap(),
        )
    };
    let mut tx = db.begin().await.unwrap();
    sql("update run_tables set metrics_json = '{\"table_quality_score\": 0.5}' where run_number = 1")
        .execute(&mut tx)
        .await
        .unwrap();
    sql("update dq_data_table_chars set dq_score_profiling = 0.9, latest_anomaly_ct = 7")
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(refers().await, (runs[1].to_string(), Some(2)));
    remove(db, &runs[1..]).await;
    assert_eq!(refers().await, (runs[0].to_string(), Some(1)));
    assert_eq!(scored().await, (Some(0.5), Some(1)), "of the run that is shown now");
    remove(db, &runs[..1]).await;
    assert_eq!(refers().await, (String::new(), None));
    assert_eq!(scored().await, (None, Some(0)));
}
