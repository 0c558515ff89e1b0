//! Alerts: one a cause over many runs, decisions that a run does not overwrite, acts that are recorded once and undone.

use super::fixture::*;
use crate::domain::alert::{Alert, AlertAct, AlertState, DismissReason, SnoozeFor, source};
use crate::domain::alert_query::AlertsQuery;
use crate::domain::anomaly::Severity;
use crate::domain::identifier::{AlertId, RunId, TableId};
use crate::store::alert_acts::{self, ActOutcome};
use crate::store::alert_ends::resolve_unseen;
use crate::store::alerts::{SeenIn, Sight, Sighted, take_sights, wake_due};
use crate::store::{Database, alert_lists, sql};

on_both_databases!(
    the_same_cause_over_thirty_runs_is_one_alert_with_count_thirty,
    a_cause_that_is_gone_resolves_and_one_that_comes_back_reopens_with_its_history,
    an_acknowledged_alert_is_quiet_until_it_worsens,
    a_dismissal_as_expected_holds_up_to_its_level,
    a_cause_without_a_level_wakes_when_it_matters_more,
    who_has_looked_and_when_belong_together,
    an_act_is_recorded_once_and_undone_unless_somebody_acted_since,
    two_hundred_races_of_acknowledging_and_a_run_lose_nothing,
    a_snooze_ends_in_its_time,
    the_inbox_is_filtered_ordered_and_counted,
);

const STEWARDS: [&str; 2] = ["ada", "bo"];

struct Place {
    table: TableId,
    group: crate::domain::identifier::TableGroupId,
}

async fn place(db: &Database) -> Place {
    let connection = connect(db, "Shop", &["orders"]).await;
    let group = group_of(&connection);
    let table = table_ids(db, &group).await.remove(0).table_id;
    Place { table, group }
}

fn sight(place: &Place, column: &str, level: f64) -> Sight {
    Sight {
        source_type: source::ANOMALY,
        kind: "Null_Ratio_50".into(),
        table_id: Some(place.table.clone()),
        schema_name: "-".into(),
        table_name: "orders".into(),
        column_name: Some(column.into()),
        severity: Severity::Medium,
        observed: format!("{:.0}% null", level * 100.0),
        expected: "under 50%".into(),
        details: "Many rows have no value.".into(),
        level: Some(level),
    }
}

/// What a completed run does to the alerts.
async fn run(db: &Database, place: &Place, number: i64, sights: &[Sight]) -> Sighted {
    let seen_in = SeenIn {
        profile_run_id: RunId(format!("run-{number}")),
        number,
        table_group_id: place.group.clone(),
        is_whole_group: true,
        reported_by: None,
    };
    let mut tx = db.begin().await.unwrap();
    let mut done = take_sights(&mut tx, &seen_in, sights).await.unwrap();
    done.resolved = resolve_unseen(&mut tx, &seen_in, std::slice::from_ref(&place.table), sights, &[])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    done
}

async fn all(db: &Database) -> Vec<Alert> {
    let query = AlertsQuery {
        state: None,
        ..AlertsQuery::default()
    };
    alert_lists::list_alerts(db, &query, None, 100, 0).await.unwrap().items
}

async fn act(db: &Database, ids: &[AlertId], act: AlertAct, person: &str) -> ActOutcome {
    let actor = crate::domain::audit::Actor {
        user_id: Some(person.into()),
        name: person.into(),
    };
    let mut tx = db.begin().await.unwrap();
    let outcome = alert_acts::act(&mut tx, ids, &act, "", &actor).await.unwrap();
    tx.commit().await.unwrap();
    outcome
}

async fn undo(db: &Database, batch: &str, person: &str) -> ActOutcome {
    let actor = crate::domain::audit::Actor {
        user_id: Some(person.into()),
        name: person.into(),
    };
    let mut tx = db.begin().await.unwrap();
    let outcome = alert_acts::undo(&mut tx, batch, &actor).await.unwrap();
    tx.commit().await.unwrap();
    outcome
}

async fn the_same_cause_over_thirty_runs_is_one_alert_with_count_thirty(db: &Database) {
    let place = place(db).await;
    for number in 1..=30 {
        let done = run(db, &place, number, &[sight(&place, "amount", 0.6)]).await;
        assert_eq!(done.raised, u32::from(number == 1));
    }
    let alerts = all(db).await;
    assert_eq!(alerts.len(), 1);
    assert_eq!((alerts[0].seen_count, alerts[0].last_run_number), (30, Some(30)));
    assert_eq!(alerts[0].title, "amount: 60% null, expected under 50%");
}

async fn a_cause_that_is_gone_resolves_and_one_that_comes_back_reopens_with_its_history(db: &Database) {
    let place = place(db).await;
    run(db, &place, 1, &[sight(&place, "amount", 0.6), sight(&place, "status", 0.7)]).await;
    let done = run(db, &place, 2, &[sight(&place, "status", 0.7)]).await;
    assert_eq!((done.raised, done.resolved), (0, 1));
    let done = run(db, &place, 3, &[sight(&place, "amount", 0.6), sight(&place, "status", 0.7)]).await;
    assert_eq!((done.raised, done.reopened), (0, 1));
    let amount = all(db)
        .await
        .into_iter()
        .find(|alert| alert.column_name.as_deref() == Some("amount"))
        .unwrap();
    assert_eq!((amount.state, amount.seen_count, amount.reopened_count), (AlertState::Open, 2, 1));
    let trail = alert_lists::list_events(db, &amount.alert_id).await.unwrap();
    let actions: Vec<&str> = trail.iter().rev().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["raised", "resolved", "reopened"]);
}

async fn an_acknowledged_alert_is_quiet_until_it_worsens(db: &Database) {
    let place = place(db).await;
    run(db, &place, 1, &[sight(&place, "amount", 0.6)]).await;
    let id = all(db).await[0].alert_id.clone();
    act(db, std::slice::from_ref(&id), AlertAct::Acknowledge, STEWARDS[0]).await;
    run(db, &place, 2, &[sight(&place, "amount", 0.62)]).await;
    let alert = all(db).await.remove(0);
    assert_eq!(
        (alert.state, alert.seen_count, alert.state_by.as_deref()),
        (AlertState::Acknowledged, 2, Some("ada"))
    );
    run(db, &place, 3, &[sight(&place, "amount", 0.9)]).await;
    let alert = all(db).await.remove(0);
    assert_eq!((alert.state, alert.seen_count, alert.state_by), (AlertState::Open, 3, None));
}

async fn a_dismissal_as_expected_holds_up_to_its_level(db: &Database) {
    let place = place(db).await;
    run(db, &place, 1, &[sight(&place, "amount", 0.6)]).await;
    let id = all(db).await[0].alert_id.clone();
    act(
        db,
        std::slice::from_ref(&id),
        AlertAct::Dismiss(DismissReason::Expected),
        STEWARDS[0],
    )
    .await;
    run(db, &place, 2, &[sight(&place, "amount", 0.6)]).await;
    assert_eq!(all(db).await[0].state, AlertState::Dismissed);
    run(db, &place, 3, &[sight(&place, "amount", 0.95)]).await;
    assert_eq!(all(db).await[0].state, AlertState::Open);
    // What was expected once is so when it is no more than that, also after it was gone.
    run(db, &place, 4, &[sight(&place, "amount", 0.6)]).await;
    assert_eq!(all(db).await[0].state, AlertState::Dismissed);
    run(db, &place, 5, &[sight(&place, "amount", 0.95)]).await;
    run(db, &place, 6, &[]).await;
    assert_eq!(all(db).await[0].state, AlertState::Resolved);
    run(db, &place, 7, &[sight(&place, "amount", 0.6)]).await;
    let alert = all(db).await.remove(0);
    assert_eq!(
        (alert.state, alert.dismissed_for),
        (AlertState::Dismissed, Some(DismissReason::Expected))
    );
    run(db, &place, 8, &[sight(&place, "amount", 0.95)]).await;
    let alert = all(db).await.remove(0);
    assert_eq!((alert.state, alert.dismissed_for), (AlertState::Open, None));
    act(db, &[id], AlertAct::Dismiss(DismissReason::Wrong), STEWARDS[0]).await;
    run(db, &place, 9, &[sight(&place, "amount", 1.0)]).await;
    assert_eq!(all(db).await[0].state, AlertState::Dismissed, "what is wrong stays dismissed");
}

async fn a_cause_without_a_level_wakes_when_it_matters_more(db: &Database) {
    let place = place(db).await;
    let seen = |severity: Severity| Sight {
        level: None,
        severity,
        ..sight(&place, "contact", 0.0)
    };
    run(db, &place, 1, &[seen(Severity::Low)]).await;
    let id = all(db).await[0].alert_id.clone();
    act(db, &[id], AlertAct::Acknowledge, STEWARDS[0]).await;
    run(db, &place, 2, &[seen(Severity::Low)]).await;
    assert_eq!(all(db).await[0].state, AlertState::Acknowledged);
    run(db, &place, 3, &[seen(Severity::High)]).await;
    assert_eq!(all(db).await[0].state, AlertState::Open);
    // It is held against what it was when somebody decided, not against what it was last.
    let id = [all(db).await[0].alert_id.clone()];
    act(db, &id, AlertAct::Acknowledge, STEWARDS[0]).await;
    run(db, &place, 4, &[seen(Severity::Medium)]).await;
    run(db, &place, 5, &[seen(Severity::High)]).await;
    assert_eq!(all(db).await[0].state, AlertState::Acknowledged);
    act(db, &id, AlertAct::Reopen, STEWARDS[0]).await;
    run(db, &place, 6, &[seen(Severity::Low)]).await;
    act(db, &id, AlertAct::Dismiss(DismissReason::Expected), STEWARDS[0]).await;
    for number in [7, 8] {
        run(db, &place, number, &[seen(Severity::High)]).await;
        assert_eq!(
            all(db).await[0].state,
            AlertState::Open,
            "what is worse is not expected, however often it is seen"
        );
    }
    run(db, &place, 9, &[seen(Severity::Low)]).await;
    assert_eq!(all(db).await[0].state, AlertState::Dismissed);
    run(db, &place, 10, &[seen(Severity::High)]).await;
    assert_eq!(
        act(db, &id, AlertAct::Reopen, STEWARDS[0]).await.changed,
        1,
        "it is expected no more"
    );
    run(db, &place, 11, &[seen(Severity::Low)]).await;
    assert_eq!(all(db).await[0].state, AlertState::Open);
}

async fn who_has_looked_and_when_belong_together(db: &Database) {
    let place = place(db).await;
    run(db, &place, 1, &[sight(&place, "amount", 0.6)]).await;
    let id = [all(db).await[0].alert_id.clone()];
    let stored = async || {
        let row = sql("select acknowledged_by, acknowledged_at from dq_alerts")
            .fetch_one(db)
            .await
            .unwrap();
        (row.text_opt("acknowledged_by").unwrap(), row.time_opt("acknowledged_at").unwrap())
    };
    act(db, &id, AlertAct::Acknowledge, STEWARDS[0]).await;
    let first = stored().await;
    assert!(first.0.as_deref() == Some("ada") && first.1.is_some());
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let second = act(db, &id, AlertAct::Dismiss(DismissReason::WillNotFix), STEWARDS[1]).await;
    let dismissed = stored().await;
    assert!(
        dismissed.0.as_deref() == Some("bo") && dismissed.1 > first.1,
        "{first:?} {dismissed:?}"
    );
    undo(db, &second.batch_id, STEWARDS[1]).await;
    assert_eq!(stored().await, first, "undone whole");
    run(db, &place, 2, &[sight(&place, "amount", 0.95)]).await;
    assert_eq!(stored().await, (None, None), "woken: nobody has looked at that");
    let audit = crate::store::audit::list_audit(db, Some(&format!("alert:{}", id[0])), 0, 9)
        .await
        .unwrap();
    let actions: Vec<&str> = audit.items.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(
        actions,
        ["alert.undo", "alert.dismiss", "alert.acknowledge"],
        "the audit names the alert"
    );
}

async fn an_act_is_recorded_once_and_undone_unless_somebody_acted_since(db: &Database) {
    let place = place(db).await;
    run(db, &place, 1, &[sight(&place, "a", 0.6), sight(&place, "b", 0.6)]).await;
    let ids: Vec<AlertId> = all(db).await.into_iter().map(|alert| alert.alert_id).collect();
    let first = act(db, &ids, AlertAct::Acknowledge, STEWARDS[0]).await;
    assert_eq!((first.changed, first.unchanged), (2, 0));
    let second = act(db, &ids, AlertAct::Acknowledge, STEWARDS[1]).await;
    assert_eq!((second.changed, second.unchanged), (0, 2));
    for id in &ids {
        let trail = alert_lists::list_events(db, id).await.unwrap();
        assert_eq!(trail.iter().filter(|event| event.action == "acknowledge").count(), 1);
    }
    // Somebody else acts on one of them; only the other one is taken back, and by its own person alone.
    act(db, &ids[..1], AlertAct::Assign(Some(("bo".into(), "bo".into()))), STEWARDS[1]).await;
    assert_eq!(undo(db, &first.batch_id, STEWARDS[1]).await.changed, 0);
    let undone = undo(db, &first.batch_id, STEWARDS[0]).await;
    assert_eq!((undone.changed, undone.unchanged), (1, 1));
    assert_eq!(undo(db, &first.batch_id, STEWARDS[0]).await.changed, 0, "once is enough");
    let states: Vec<AlertState> = {
        let mut alerts = all(db).await;
        alerts.sort_by_key(|alert| ids.iter().position(|id| *id == alert.alert_id));
        alerts.into_iter().map(|alert| alert.state).collect()
    };
    assert_eq!(states, [AlertState::Acknowledged, AlertState::Open]);
}

async fn two_hundred_races_of_acknowledging_and_a_run_lose_nothing(db: &Database) {
    let place = place(db).await;
    run(db, &place, 1, &[sight(&place, "amount", 0.6)]).await;
    let id = all(db).await[0].alert_id.clone();
    for race in 1..=200_i64 {
        act(db, std::slice::from_ref(&id), AlertAct::Reopen, STEWARDS[1]).await;
        let sights = [sight(&place, "amount", 0.6)];
        let (_, acted) = tokio::join!(
            run(db, &place, race + 1, &sights),
            act(db, std::slice::from_ref(&id), AlertAct::Acknowledge, STEWARDS[0])
        );
        assert_eq!(acted.changed, 1, "race {race}");
        let alert = all(db).await.remove(0);
        assert_eq!(alert.state, AlertState::Acknowledged, "race {race}: the decision stays");
        assert_eq!(alert.seen_count, race as u64 + 1, "race {race}: the sight is counted");
    }
    let acknowledged = sql("select count(*) as n from alert_events where action = 'acknowledge'")
        .fetch_one(db)
        .await
        .unwrap()
        .integer("n")
        .unwrap();
    assert_eq!(acknowledged, 200);
}

async fn a_snooze_ends_in_its_time(db: &Database) {
    let place = place(db).await;
    run(db, &place, 1, &[sight(&place, "a", 0.6), sight(&place, "b", 0.6)]).await;
    let ids: Vec<AlertId> = all(db).await.into_iter().map(|alert| alert.alert_id).collect();
    let until = |seconds: i64| AlertAct::Snooze {
        until: Some(chrono::Utc::now() + chrono::Duration::seconds(seconds)),
        wakes: SnoozeFor::Date,
    };
    act(db, &ids[..1], until(-1), STEWARDS[0]).await;
    act(db, &ids[1..], until(3_600), STEWARDS[0]).await;
    assert_eq!(wake_due(db).await.unwrap(), 1);
    let counts = alert_lists::count_alerts(db, &AlertsQuery::default(), None).await.unwrap();
    assert_eq!((counts.of(AlertState::Open), counts.of(AlertState::Snoozed)), (1, 1));
    // Another program's row has no state until it is taken in; however many are counted one by one, the counts are the same.
    sql("insert into dq_alerts (alert_id, revision) values ('theirs', 0)")
        .execute(db)
        .await
        .unwrap();
    for few in [0, 1, 2] {
        assert_eq!(alert_lists::count_states(db, few).await.unwrap(), counts.by_state, "{few}");
    }
    act(db, &ids[1..], until(-1), STEWARDS[0]).await;
    wake_due(db).await.unwrap();
    for few in [0, 1, 2, 3] {
        let states = alert_lists::count_states(db, few).await.unwrap();
        assert_eq!((states.len(), states.get("open")), (1, Some(&3)), "{few}");
    }
    assert_eq!(wake_due(db).await.unwrap(), 0);
}

async fn the_inbox_is_filtered_ordered_and_counted(db: &Database) {
    let place = place(db).await;
    let mut worst = sight(&place, "worst", 0.9);
    worst.severity = Severity::Critical;
    run(
        db,
        &place,
        1,
        &[sight(&place, "amount", 0.6), worst, sight(&place, "100%_odd", 0.7)],
    )
    .await;
    let ask = async |query: &str| {
        let query = AlertsQuery::parse(query);
        let page = alert_lists::list_alerts(db, &query, Some(&"ada".into()), 2, 0).await.unwrap();
        (
            page.total,
            page.items.into_iter().filter_map(|alert| alert.column_name).collect::<Vec<_>>(),
        )
    };
    assert_eq!(ask("?by=severity").await.0, 3);
    assert_eq!(ask("?by=severity").await.1[0], "worst");
    assert_eq!(
        ask("?q=100%25_").await,
        (1, vec!["100%_odd".to_owned()]),
        "signs of patterns are letters"
    );
    assert_eq!(ask("?severity=high").await.0, 1);
    assert_eq!(ask("?state=resolved").await.0, 0);
    assert_eq!(ask("?assigned=me").await.0, 0);
    assert_eq!(ask("?kind=Null_Ratio_50&run=1").await.0, 3);
    let levels = alert_lists::list_levels(db, &all(db).await).await.unwrap();
    assert!(levels.is_empty(), "no run is stored, so there is nothing to draw: {levels:?}");
}
