//! Backfill: what is written, that it may be done twice, stopped anywhere, and what it says of what it cannot read.

use serde_json::json;

use super::fixture::*;
use crate::domain::audit::Actor;
use crate::services::backfill::{BackfillPlan, BackfillReport, Outcome, backfill};
use crate::store::{Database, audit, sql};

pub async fn backfill_all(shelf: &Shelf) -> BackfillReport {
    with_plan(shelf, BackfillPlan::default()).await
}

async fn with_plan(shelf: &Shelf, plan: BackfillPlan) -> BackfillReport {
    backfill(shelf.db(), &shelf.app.state.config, &plan, &Actor::limn(), |_, _| {})
        .await
        .unwrap()
}

/// Everything that a backfill writes, as text, without the ids and times that differ by nature.
pub async fn all_rows(db: &Database) -> Vec<String> {
    let mut rows = Vec::new();
    for text in [
        "select profile_run_id || '|' || attempt || '|' || schema_name || '|' || table_name || '|' || row_count || '|' || column_count as line from run_tables",
        "select profile_run_id || '|' || column_name || '|' || ordinal_position || '|' || coalesce(record_count, -1) || '|' || coalesce(metrics_json, '')
             || '|' || coalesce(percentiles_json, '') || '|' || coalesce(top_values_json, '') as line from dq_profile_results",
        "select profile_run_id || '|' || column_name || '|' || coalesce(median_value, -1) as line from dq_profile_columns",
        "select profile_run_id || '|' || column_name || '|' || is_bucket || '|' || rank || '|' || coalesce(value, bucket_label) || '|' || frequency as line
             from dq_profile_column_values",
        "select anomaly_result_id || '|' || coalesce(column_name, '') || '|' || anomaly_type_id as line from dq_profile_anomaly_results",
        "select anomaly_id || '|' || coalesce(column_name, '') || '|' || anomaly_type as line from dq_profile_anomalies",
        "select profile_run_id || '|' || payload_hash || '|' || column_count as line from backfill_ledger",
    ] {
        rows.extend(sql(text).fetch_all(db).await.unwrap().iter().map(|row| row.text("line").unwrap()));
    }
    rows.sort();
    // Ids of anomalies hold that of the table, which is new in each database.
    rows.iter()
        .map(|row| {
            row.split_once("payload:")
                .map_or(row.clone(), |(_, rest)| rest.split_once('|').unwrap().1.to_owned())
        })
        .collect()
}

#[tokio::test]
async fn a_dry_run_counts_and_writes_nothing_and_a_second_backfill_changes_nothing() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    let dry = with_plan(&shelf, BackfillPlan { dry_run: true, run: None }).await;
    assert_eq!((dry.runs[0].outcome, dry.runs[0].payload.columns), (Outcome::WouldWrite, 2));
    assert!(all_rows(shelf.db()).await.is_empty());
    let first = backfill_all(&shelf).await;
    assert_eq!(first.runs[0].outcome, Outcome::Written);
    assert_eq!(first.runs[0].payload, first.runs[0].rows, "what was read is what is stored");
    assert_eq!((first.runs[0].rows.values, first.runs[0].rows.anomalies), (3, 1));
    let rows = all_rows(shelf.db()).await;
    let again = backfill_all(&shelf).await;
    assert_eq!(again.runs[0].outcome, Outcome::DoneBefore);
    assert_eq!(again.differing().count(), 0);
    let replayed = with_plan(
        &shelf,
        BackfillPlan {
            dry_run: false,
            run: Some("r1".into()),
        },
    )
    .await;
    assert_eq!(replayed.runs[0].outcome, Outcome::Written);
    assert_eq!(all_rows(shelf.db()).await, rows);
    let trail = audit::list_audit(shelf.db(), Some("run:r1"), 0, 10).await.unwrap();
    assert_eq!(trail.items.iter().filter(|entry| entry.action == "run.backfill").count(), 2);
}

#[tokio::test]
async fn lost_rows_are_replayed_and_rows_of_an_engine_stay() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    backfill_all(&shelf).await;
    sql("delete from dq_profile_results").execute(shelf.db()).await.unwrap();
    let lost = backfill_all(&shelf).await;
    assert_eq!(lost.differing().count(), 1, "the comparison tells");
    with_plan(
        &shelf,
        BackfillPlan {
            dry_run: false,
            run: Some("r1".into()),
        },
    )
    .await;
    assert_eq!(backfill_all(&shelf).await.differing().count(), 0);

    sql("update run_tables set engine = 'limn'").execute(shelf.db()).await.unwrap();
    sql("update result_contents set record_count = 7")
        .execute(shelf.db())
        .await
        .unwrap();
    let kept = with_plan(
        &shelf,
        BackfillPlan {
            dry_run: false,
            run: Some("r1".into()),
        },
    )
    .await;
    assert!(
        kept.runs[0].remark.as_ref().unwrap().contains("1 tables have rows of their own"),
        "{kept:?}"
    );
    let body = shelf.ask("columnName=amount&tableName=orders").await.json();
    assert_eq!(metric(&body, "row_count")["value"], 7);
}

#[tokio::test]
async fn what_somebody_dismissed_stays_dismissed() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    let again = BackfillPlan {
        dry_run: false,
        run: Some("r1".into()),
    };
    let said = async || {
        let rows = sql("select dismissed, dismissed_by from dq_profile_anomaly_results where anomaly_result_id <> 'theirs'")
            .fetch_all(shelf.db())
            .await
            .unwrap();
        let said = |row: &crate::store::Record| (row.flag("dismissed").unwrap(), row.text_opt("dismissed_by").unwrap());
        rows.iter().map(said).collect::<Vec<_>>()
    };
    with_plan(&shelf, again.clone()).await;
    assert_eq!(said().await, [(false, None)]);
    sql("update dq_profile_anomaly_results set dismissed = true, dismissed_by = 'ann', dismissed_at = {now}")
        .execute(shelf.db())
        .await
        .unwrap();
    with_plan(&shelf, again.clone()).await;
    assert_eq!(said().await, [(true, Some("ann".into()))]);
    // A row under the id of another program, about the same finding.
    sql("update dq_profile_anomaly_results set anomaly_result_id = 'theirs', dismissed_at = null")
        .execute(shelf.db())
        .await
        .unwrap();
    with_plan(&shelf, again).await;
    assert_eq!(said().await, [(true, Some("ann".into()))]);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_holds_up_nothing() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    for (run, stored) in [
        ("broken", "{".to_owned()),
        ("remote", "dbfs:/x.json".to_owned()),
        ("other", p3("r9", 10).to_string()),
        ("empty", "{}".to_owned()),
        ("good", p3("good", 100).to_string()),
    ] {
        shelf.old_run(run, Some(stored)).await;
    }
    let report = backfill_all(&shelf).await;
    assert_eq!((report.count(Outcome::Unreadable), report.count(Outcome::Written)), (4, 1));
    for (run, said) in report
        .runs
        .iter()
        .zip(["cannot be understood", "dbfs:", "belongs to run r9", "no table"])
    {
        assert!(run.remark.as_ref().unwrap().contains(said), "{run:?}");
    }
}

#[tokio::test]
async fn tables_that_the_group_does_not_know_and_tables_that_failed_are_kept() {
    let shelf = Shelf::new(&[]).await;
    let payload = json!({"table_profiles": [
        {"table_name": "sales.orders", "row_count": 10, "column_null_ratios": {"a": 0.5, "b": 0}},
        {"table_name": "sales.lost", "error": "permission denied", "profiled_columns": []},
    ]});
    shelf.old_run("r1", Some(payload.to_string())).await;
    let report = backfill_all(&shelf).await;
    assert_eq!(report.runs[0].rows.columns, 2, "{report:?}");
    let body = shelf.ask("columnName=a&tableName=sales.orders").await.json();
    assert_eq!(
        (&body["source"], &metric(&body, "null_count")["value"]),
        (&json!("results"), &json!(5))
    );
    assert_eq!(shelf.ask("columnName=a&tableName=lost").await.status, 404);
}

#[tokio::test]
async fn a_newer_run_stays_the_current_one() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    shelf.old_run("r2", Some(p3("r2", 200).to_string())).await;
    with_plan(
        &shelf,
        BackfillPlan {
            dry_run: false,
            run: Some("r2".into()),
        },
    )
    .await;
    backfill_all(&shelf).await;
    let current = sql("select last_complete_profile_run_id as run, record_count from dq_data_table_chars")
        .fetch_one(shelf.db())
        .await
        .unwrap();
    assert_eq!(
        (current.text("run").unwrap().as_str(), current.integer("record_count").unwrap()),
        ("r2", 200)
    );
    let rows = sql("select record_count from dq_profile_results where profile_run_id = 'r1' and column_name = 'amount'")
        .fetch_all(shelf.db())
        .await
        .unwrap();
    assert_eq!(
        rows.iter().map(|row| row.integer("record_count").unwrap()).collect::<Vec<_>>(),
        [100]
    );
}

/// Stopped at any moment, a backfill leaves whole runs behind and goes on where it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_leave_the_same_rows() {
    const RUNS: u64 = 40;
    let shelves = [Shelf::new(&[("sales", "orders")]).await, Shelf::new(&[("sales", "orders")]).await];
    for shelf in &shelves {
        for run in 0..RUNS {
            let id = format!("r{run:02}");
            shelf.old_run(&id, Some(p3(&id, 100 + run).to_string())).await;
        }
    }
    let [undisturbed, killed] = &shelves;
    backfill_all(undisturbed).await;
    let mut kills = 0;
    let mut micros = 300;
    while kills < 50 {
        let plan = BackfillPlan::default();
        let actor = Actor::limn();
        let going = backfill(killed.db(), &killed.app.state.config, &plan, &actor, |_, _| {});
        if tokio::time::timeout(std::time::Duration::from_micros(micros), going).await.is_err() {
            kills += 1;
        } else {
            // It got through: forget what was done and go on killing.
            sql("delete from backfill_ledger").execute(killed.db()).await.unwrap();
        }
        micros = 300 + (micros * 7919) % 40_000;
    }
    backfill_all(killed).await;
    assert_eq!(all_rows(killed.db()).await, all_rows(undisturbed.db()).await);
}
