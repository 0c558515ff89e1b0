//! What the end of a run finds: tables that it did not read keep what compares them, masks are no loss, and what worsened is no
//! longer dismissed.

use super::fixture::*;
use crate::domain::alert::{AlertAct, AlertState, DismissReason};
use crate::domain::alert_query::AlertsQuery;
use crate::domain::audit::Actor;
use crate::domain::column_profile::GeneralType;
use crate::domain::identifier::TableGroupId;
use crate::domain::table_profile::TableProfile;
use crate::services::run_completion::{Completed, Completion, End, complete};
use crate::services::run_signals::RunSignals;
use crate::store::profile_runs::{ClaimedRun, NewRun, claim_next, mark_running, request_run};
use crate::store::tables::replace_found_tables;
use crate::store::{Database, alert_acts, alert_lists, anomalies, sql};

on_both_databases!(
    a_run_of_one_table_resolves_nothing_that_compares_tables,
    a_table_behind_the_masks_or_switched_off_is_not_missing,
    a_dismissed_finding_that_worsened_counts_again_in_the_same_run,
    plain_records_are_shown_once_whoever_wrote_them,
);

/// A run of these tables (all of the group where none is named) that ends with these profiles.
async fn run(db: &Database, group: &TableGroupId, only: &[&str], profiles: &[TableProfile]) -> ClaimedRun {
    let tables = table_ids(db, group).await;
    let id_of = |name: &str| tables.iter().find(|table| table.found.table_name == name).unwrap().table_id.clone();
    let new = NewRun {
        only_tables: only.iter().map(|name| id_of(name)).collect(),
        ..new_run(group)
    };
    let mut tx = db.begin().await.unwrap();
    request_run(&mut tx, new, &ada()).await.unwrap();
    tx.commit().await.unwrap();
    let claimed = claim_next(db, "worker", 30, 3).await.unwrap().unwrap();
    assert!(mark_running(db, &claimed.profile_run_id, claimed.attempt).await.unwrap());
    let mut completion = Completion {
        profile_run_id: claimed.profile_run_id.clone(),
        attempt: claimed.attempt,
        end: End::Finished,
        profiles: profiles
            .iter()
            .map(|profile| (id_of(&profile.table_name), profile.clone()))
            .collect(),
        states: Vec::new(),
        failed: Vec::new(),
    };
    assert_eq!(
        complete(db, &RunSignals::default(), &mut completion).await.unwrap(),
        Completed::Recorded
    );
    claimed
}

/// Table, kind and state of the alerts of one kind.
async fn of_kind(db: &Database, kind: &str) -> Vec<(String, AlertState)> {
    let query = AlertsQuery {
        state: None,
        kind: kind.into(),
        ..AlertsQuery::default()
    };
    let mut found: Vec<_> = alert_lists::list_rows(db, &query, None, 100, 0)
        .await
        .unwrap()
        .into_iter()
        .map(|alert| (alert.table.map(|table| table.table_name).unwrap_or_default(), alert.state))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

async fn a_run_of_one_table_resolves_nothing_that_compares_tables(db: &Database) {
    const KIND: &str = "Multiple_Types_Major";
    let group = group_of(&connect(db, "Shop", &["orders", "returns"]).await);
    let orders = profile_of("orders", 100, 5.0);
    let mut returns = profile_of("returns", 100, 5.0);
    returns.columns[0].general_type = GeneralType::Text;
    returns.columns[0].data_type = "VARCHAR".into();
    run(db, &group, &[], &[orders.clone(), returns.clone()]).await;
    let both = vec![("orders".to_owned(), AlertState::Open), ("returns".to_owned(), AlertState::Open)];
    assert_eq!(of_kind(db, KIND).await, both);
    run(db, &group, &["orders"], std::slice::from_ref(&orders)).await;
    assert_eq!(of_kind(db, KIND).await, both, "nobody has compared");
    run(db, &group, &[], &[orders, profile_of("returns", 100, 5.0)]).await;
    assert!(of_kind(db, KIND).await.iter().all(|(_, state)| *state == AlertState::Resolved));
}

async fn a_table_behind_the_masks_or_switched_off_is_not_missing(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders", "tmp_a", "lost", "off"]).await);
    for text in [
        "update dq_table_groups set profiling_exclude_mask = 'tmp_*' where table_group_id = $1",
        "update dq_tables set is_active = false where table_name = 'off' and table_group_id = $1",
    ] {
        sql(text).bind(group.as_str()).execute(db).await.unwrap();
    }
    let mut tx = db.begin().await.unwrap();
    replace_found_tables(&mut tx, &group, &[found("sales", "orders")], &ada())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    run(db, &group, &[], &[profile_of("orders", 100, 5.0)]).await;
    assert_eq!(of_kind(db, "Missing_Table").await, [("lost".to_owned(), AlertState::Open)]);
}

async fn a_dismissed_finding_that_worsened_counts_again_in_the_same_run(db: &Database) {
    const KIND: &str = "Null_Ratio_50";
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let missing = |nulls: u64| {
        let mut profile = profile_of("orders", 100, 5.0);
        profile.columns[0].null_count = nulls;
        profile.columns[0].non_null_count = 100 - nulls;
        profile
    };
    run(db, &group, &[], &[missing(60)]).await;
    let query = AlertsQuery {
        kind: KIND.into(),
        ..AlertsQuery::default()
    };
    let alerts = alert_lists::list_rows(db, &query, None, 9, 0).await.unwrap();
    let ids: Vec<_> = alerts.into_iter().map(|alert| alert.alert_id).collect();
    assert_eq!(ids.len(), 1);
    let mut tx = db.begin().await.unwrap();
    let actor: Actor = ada();
    alert_acts::act(&mut tx, &ids, &AlertAct::Dismiss(DismissReason::Expected), "", &actor)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for (nulls, is_dismissed) in [(60, true), (85, false)] {
        let run = run(db, &group, &[], &[missing(nulls)]).await;
        let rows = sql("select dismissed from dq_profile_anomaly_results where profile_run_id = $1 and anomaly_type_id = $2")
            .bind(run.profile_run_id.as_str())
            .bind(KIND)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].flag("dismissed").unwrap(), is_dismissed, "{nulls} of 100");
        let findings = anomalies::list_findings(db, &run.profile_run_id, None, 50).await.unwrap();
        let is_listed = findings.iter().any(|finding| finding.anomaly.anomaly_type == KIND);
        assert_eq!(is_listed, !is_dismissed, "{nulls} of 100");
    }
}

async fn plain_records_are_shown_once_whoever_wrote_them(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders", "returns"]).await);
    let orders = profile_of("orders", 100, 5.0);
    let mut returns = profile_of("returns", 100, 5.0);
    returns.columns[0].general_type = GeneralType::Text;
    let claimed = run(db, &group, &[], &[orders, returns]).await;
    let plain = async || {
        let rows = sql("select anomaly_id, table_name, anomaly_type, description from dq_profile_anomalies where profile_run_id = $1 order by anomaly_id")
            .bind(claimed.profile_run_id.as_str())
            .fetch_all(db)
            .await
            .unwrap();
        rows.iter()
            .map(|row| {
                (
                    row.text("anomaly_id").unwrap(),
                    row.text("anomaly_type").unwrap(),
                    row.text("description").unwrap(),
                )
            })
            .collect::<Vec<_>>()
    };
    let found = anomalies::list_findings(db, &claimed.profile_run_id, None, 100).await.unwrap();
    let ours = plain().await;
    assert!(!ours.is_empty() && ours.len() == found.len(), "{ours:?}");
    assert!(
        ours.iter()
            .all(|(id, kind, _)| id.starts_with("found:") && found.iter().any(|finding| finding.anomaly.anomaly_type == *kind))
    );
    for (text, seen) in [
        (
            "insert into dq_profile_anomalies (anomaly_id, profile_run_id, table_name, anomaly_type, description, attempt) values ('theirs', $1, 'orders', 'Odd', 'x', 1)",
            Some("x"),
        ),
        (
            "update dq_profile_anomalies set description = 'y' where anomaly_id = 'theirs' and profile_run_id = $1",
            Some("y"),
        ),
        (
            "delete from dq_profile_anomalies where anomaly_id = 'theirs' and profile_run_id = $1",
            None,
        ),
    ] {
        sql(text).bind(claimed.profile_run_id.as_str()).execute(db).await.unwrap();
        let theirs = plain().await.into_iter().find(|(id, ..)| id == "theirs").map(|(_, _, said)| said);
        assert_eq!(theirs.as_deref(), seen, "{text}");
    }
    assert_eq!(plain().await, ours);
}
