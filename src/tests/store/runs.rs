//! The run state machine: races, leases, cancellation, and the lists of runs.

use chrono::{Duration, Utc};

use super::fixture::*;
use crate::domain::identifier::RunId;
use crate::domain::profile_run::{RunMode, RunPhase, RunReason, RunStatus};
use crate::domain::progress::RunProgress;
use crate::domain::run_query::RunsQuery;
use crate::store::profile_runs::*;
use crate::store::{Database, StoreError, audit, column_profiles, outbox};

on_both_databases!(
    a_request_writes_run_message_and_trail_together,
    a_group_has_one_active_run,
    of_two_requests_at_once_one_is_refused,
    a_run_walks_from_requested_to_completed,
    of_two_finishers_at_once_one_records_and_one_is_a_replay,
    another_outcome_later_is_refused_and_kept_in_the_trail,
    a_finish_after_the_cancel_of_a_waiting_run_is_refused,
    eight_claimers_take_each_of_twenty_runs_once,
    an_ended_lease_is_taken_over_and_the_stale_attempt_is_shut_out,
    a_run_lost_three_times_fails,
    a_run_given_back_costs_no_attempt,
    a_running_run_learns_of_its_cancel_by_its_lease,
    a_cancelled_run_without_worker_is_ended_by_the_reaper,
    the_oldest_run_is_taken_first_even_behind_a_lost_one,
    nothing_moves_a_run_that_ended,
    lists_counts_bars_and_neighbours_agree,
    the_log_is_filtered_by_level,
    the_typical_duration_is_the_median_of_completed_runs,
    a_message_is_held_by_one_relay_and_delivered_once,
);

async fn cancel(db: &Database, run_id: &RunId) -> bool {
    let mut tx = db.begin().await.unwrap();
    let cancelled = request_cancel(&mut tx, run_id, &ada()).await.unwrap();
    tx.commit().await.unwrap();
    cancelled
}

async fn a_request_writes_run_message_and_trail_together(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let mut tx = db.begin().await.unwrap();
    request_run(&mut tx, new_run(&group_of(&connection)), &ada()).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(outbox::count_open(db).await.unwrap(), 0);
    assert!(find_run(db, 1).await.unwrap().is_none());

    let run = request(db, &group_of(&connection)).await;
    assert_eq!(run.number, 1, "a number that was rolled back is handed out again");
    assert_eq!(outbox::count_open(db).await.unwrap(), 1);
    let trail = audit::list_audit(db, Some(&format!("run:{}", run.profile_run_id)), 0, 10)
        .await
        .unwrap();
    assert_eq!(trail.items[0].action, "run.request");
    let stored = find_run(db, 1).await.unwrap().unwrap();
    assert_eq!(stored.profile_run_id, run.profile_run_id);
    assert_eq!(
        (stored.status, stored.phase, stored.mode),
        (RunStatus::Pending, RunPhase::Requested, RunMode::Full)
    );
    assert_eq!(stored.started_by.as_deref(), Some("ada"));
    assert_eq!(
        (stored.connection_name.as_str(), stored.table_group_name.as_str()),
        ("Shop", "Shop")
    );
    assert_eq!((stored.attempt, stored.cancel_requested, stored.progress), (1, false, None));
}

async fn a_group_has_one_active_run(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let first = request(db, &group).await;
    let mut tx = db.begin().await.unwrap();
    let second = request_run(&mut tx, new_run(&group), &ada()).await;
    assert!(
        matches!(second, Err(StoreError::AlreadyActive { number }) if number == first.number),
        "{second:?}"
    );
    tx.rollback().await.unwrap();
    assert!(cancel(db, &first.profile_run_id).await);
    assert_eq!(request(db, &group).await.number, first.number + 1);
}

async fn of_two_requests_at_once_one_is_refused(db: &Database) {
    for round in 0..10 {
        let group = group_of(&connect(db, &format!("Shop {round}"), &["orders"]).await);
        let ask = || async {
            let mut tx = db.begin().await.unwrap();
            let asked = request_run(&mut tx, new_run(&group), &ada()).await;
            match asked {
                Ok(_) => tx.commit().await.map(|()| true),
                Err(StoreError::AlreadyActive { .. }) => Ok(false),
                Err(error) => Err(error),
            }
        };
        let (one, other) = tokio::join!(ask(), ask());
        assert_ne!(one.unwrap(), other.unwrap(), "exactly one request stands");
    }
}

async fn a_run_walks_from_requested_to_completed(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let requested = request(db, &group).await;
    assert!(
        !mark_running(db, &requested.profile_run_id, 1).await.unwrap(),
        "nobody has taken it"
    );
    let run = claim_next(db, "worker", 30, 3).await.unwrap().unwrap();
    assert_eq!((run.number, run.attempt, &run.table_group_id), (requested.number, 1, &group));
    assert_eq!(outbox::count_open(db).await.unwrap(), 0, "the message is delivered by the claim");
    assert!(claim_next(db, "other", 30, 3).await.unwrap().is_none());
    assert!(!begin_finalizing(db, &run.profile_run_id, 1).await.unwrap(), "it does not run yet");
    assert!(mark_running(db, &run.profile_run_id, 1).await.unwrap());
    let progress = RunProgress {
        tables_total: 1,
        current_table: "sales.orders".into(),
        rows_read: 7,
        ..RunProgress::default()
    };
    assert!(record_progress(db, &run.profile_run_id, 1, &progress).await.unwrap());
    let running = find_run(db, run.number).await.unwrap().unwrap();
    assert_eq!((running.status, running.progress), (RunStatus::Running, Some(progress)));
    assert!(running.started_at.is_some());
    assert!(begin_finalizing(db, &run.profile_run_id, 1).await.unwrap());
    assert_eq!(finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await, Finish::Recorded);
    let ended = find_run(db, run.number).await.unwrap().unwrap();
    assert_eq!(
        (
            ended.status,
            ended.row_count,
            ended.table_count,
            ended.column_count,
            ended.bytes_scanned
        ),
        (RunStatus::Completed, Some(100), Some(1), Some(2), Some(4096))
    );
    assert!(ended.completed_at >= ended.started_at);
    assert_eq!(renew_lease(db, &run.profile_run_id, 1, "worker", 30).await.unwrap(), Lease::Lost);
}

async fn of_two_finishers_at_once_one_records_and_one_is_a_replay(db: &Database) {
    for round in 0..20 {
        let group = group_of(&connect(db, &format!("Shop {round}"), &["orders"]).await);
        let run = start(db, &group).await;
        let completed = outcome(RunPhase::Completed, "same");
        let (one, other) = tokio::join!(finish_with(db, &run, &completed), finish_with(db, &run, &completed));
        let mut both = [one, other];
        both.sort_by_key(|finish| *finish != Finish::Recorded);
        assert_eq!(both, [Finish::Recorded, Finish::AlreadySame]);
    }
}

async fn another_outcome_later_is_refused_and_kept_in_the_trail(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let run = start(db, &group).await;
    assert_eq!(finish_with(db, &run, &outcome(RunPhase::Completed, "a")).await, Finish::Recorded);
    assert_eq!(finish_with(db, &run, &outcome(RunPhase::Completed, "b")).await, Finish::Conflict);
    assert_eq!(finish_with(db, &run, &outcome(RunPhase::Failed, "a")).await, Finish::Conflict);
    assert_eq!(phase_of(db, &run.profile_run_id).await, RunPhase::Completed);
    let trail = audit::list_audit(db, Some(&format!("run:{}", run.profile_run_id)), 0, 10)
        .await
        .unwrap();
    assert_eq!(trail.items.iter().filter(|entry| entry.action == "run.late_report").count(), 2);
    let mut tx = db.begin().await.unwrap();
    let no_end = finish(&mut tx, &run.profile_run_id, 1, &outcome(RunPhase::Running, "a")).await;
    assert!(no_end.is_err(), "an outcome is an end");
}

async fn a_finish_after_the_cancel_of_a_waiting_run_is_refused(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let requested = request(db, &group).await;
    assert!(cancel(db, &requested.profile_run_id).await);
    assert!(!cancel(db, &requested.profile_run_id).await, "once");
    let stored = find_run(db, requested.number).await.unwrap().unwrap();
    assert_eq!(
        (stored.status, stored.reason),
        (RunStatus::Cancelled, Some(RunReason::CancelledByPerson))
    );
    assert_eq!(outbox::count_open(db).await.unwrap(), 0);
    let mut tx = db.begin().await.unwrap();
    for attempt in [0, 1] {
        let late = finish(&mut tx, &requested.profile_run_id, attempt, &outcome(RunPhase::Completed, "late"))
            .await
            .unwrap();
        assert_eq!(late, Finish::Conflict);
    }
    tx.commit().await.unwrap();
    assert_eq!(phase_of(db, &requested.profile_run_id).await, RunPhase::Cancelled);
    assert!(claim_next(db, "worker", 30, 3).await.unwrap().is_none());
}

async fn eight_claimers_take_each_of_twenty_runs_once(db: &Database) {
    for number in 0..20 {
        let connection = connect(db, &format!("Shop {number}"), &["orders"]).await;
        request(db, &group_of(&connection)).await;
    }
    let claimers = (0..8).map(|claimer| async move {
        let mut taken = Vec::new();
        while let Some(run) = claim_next(db, &format!("worker {claimer}"), 60, 3).await.unwrap() {
            assert_eq!(run.attempt, 1);
            taken.push(run.number);
        }
        taken
    });
    let mut taken: Vec<i64> = futures::future::join_all(claimers).await.into_iter().flatten().collect();
    taken.sort_unstable();
    assert_eq!(taken, (1..=20).collect::<Vec<i64>>());
}

async fn an_ended_lease_is_taken_over_and_the_stale_attempt_is_shut_out(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let stale = start(db, &group).await;
    let run_id = &stale.profile_run_id;
    assert!(claim_next(db, "second", 30, 3).await.unwrap().is_none(), "the lease holds");
    assert_eq!(
        renew_lease(db, run_id, 1, "worker", -1).await.unwrap(),
        Lease::Held { cancel_requested: false }
    );
    let second = claim_next(db, "second", 30, 3).await.unwrap().unwrap();
    assert_eq!((&second.profile_run_id, second.attempt), (run_id, 2));

    assert_eq!(renew_lease(db, run_id, 1, "worker", 30).await.unwrap(), Lease::Lost);
    assert_eq!(
        renew_lease(db, run_id, 2, "worker", 30).await.unwrap(),
        Lease::Lost,
        "the lease names its holder"
    );
    assert!(!mark_running(db, run_id, 1).await.unwrap());
    assert!(mark_running(db, run_id, 2).await.unwrap());
    assert!(!record_progress(db, run_id, 1, &RunProgress::default()).await.unwrap());
    assert!(!begin_finalizing(db, run_id, 1).await.unwrap());
    assert!(!release(db, run_id, 1).await.unwrap());
    let table = table_ids(db, &group).await.remove(0);
    let mut tx = db.begin().await.unwrap();
    let written = column_profiles::insert_table_profile(&mut tx, run_id, 1, &table.table_id, &profile_of("orders", 100, 1.0)).await;
    assert!(matches!(written, Err(StoreError::LostRun { attempt: 1, .. })), "{written:?}");
    tx.rollback().await.unwrap();
    assert_eq!(finish_with(db, &stale, &outcome(RunPhase::Failed, "x")).await, Finish::Conflict);
    assert_eq!(phase_of(db, run_id).await, RunPhase::Running);
    assert_eq!(find_run_by_id(db, run_id).await.unwrap().unwrap().attempt, 2);
    assert_eq!(finish_with(db, &second, &outcome(RunPhase::Completed, "x")).await, Finish::Recorded);
}

async fn a_run_lost_three_times_fails(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let requested = request(db, &group).await;
    for attempt in 1..=3 {
        assert!(fail_exhausted(db, 3).await.unwrap().is_empty());
        assert_eq!(claim_next(db, "worker", -1, 3).await.unwrap().unwrap().attempt, attempt);
    }
    assert!(claim_next(db, "worker", -1, 3).await.unwrap().is_none());
    assert_eq!(
        fail_exhausted(db, 3).await.unwrap(),
        std::slice::from_ref(&requested.profile_run_id)
    );
    let stored = find_run(db, requested.number).await.unwrap().unwrap();
    assert_eq!((stored.status, stored.reason), (RunStatus::Failed, Some(RunReason::WorkerLost)));
    assert!(stored.error_message.unwrap().contains("3 times"));
    assert!(fail_exhausted(db, 3).await.unwrap().is_empty());
    request(db, &group).await;
}

async fn a_run_given_back_costs_no_attempt(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let requested = request(db, &group).await;
    for claim in 1..=5 {
        let run = claim_next(db, "worker", 30, 3).await.unwrap().unwrap();
        assert_eq!(run.attempt, claim, "the fence grows all the same");
        assert!(mark_running(db, &run.profile_run_id, run.attempt).await.unwrap());
        assert!(release(db, &run.profile_run_id, run.attempt).await.unwrap());
        assert_eq!(phase_of(db, &run.profile_run_id).await, RunPhase::Requested);
    }
    assert!(fail_exhausted(db, 3).await.unwrap().is_empty());
    let run = claim_next(db, "worker", 30, 3).await.unwrap().unwrap();
    assert_eq!(find_run(db, requested.number).await.unwrap().unwrap().attempt, 1);
    assert!(mark_running(db, &run.profile_run_id, run.attempt).await.unwrap());
}

async fn a_running_run_learns_of_its_cancel_by_its_lease(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let run = start(db, &group).await;
    assert!(cancel(db, &run.profile_run_id).await);
    assert!(!cancel(db, &run.profile_run_id).await, "twice pressed is once recorded");
    assert_eq!(phase_of(db, &run.profile_run_id).await, RunPhase::Running);
    assert!(find_run(db, run.number).await.unwrap().unwrap().cancel_requested);
    assert_eq!(
        renew_lease(db, &run.profile_run_id, 1, "worker", 30).await.unwrap(),
        Lease::Held { cancel_requested: true }
    );
    assert_eq!(finish_with(db, &run, &outcome(RunPhase::Cancelled, "c")).await, Finish::Recorded);
    assert_eq!(finish_with(db, &run, &outcome(RunPhase::Completed, "c")).await, Finish::Conflict);
    assert_eq!(phase_of(db, &run.profile_run_id).await, RunPhase::Cancelled);
}

async fn a_cancelled_run_without_worker_is_ended_by_the_reaper(db: &Database) {
    let lost = group_of(&connect(db, "Lost", &["orders"]).await);
    let given_back = group_of(&connect(db, "Given back", &["orders"]).await);
    let lost = start(db, &lost).await;
    let given_back = start(db, &given_back).await;
    assert!(cancel(db, &lost.profile_run_id).await);
    assert!(cancel(db, &given_back.profile_run_id).await);
    assert!(fail_exhausted(db, 3).await.unwrap().is_empty(), "both workers live");
    assert!(release(db, &given_back.profile_run_id, given_back.attempt).await.unwrap());
    renew_lease(db, &lost.profile_run_id, lost.attempt, "worker", -1).await.unwrap();
    assert!(
        claim_next(db, "worker", 30, 3).await.unwrap().is_none(),
        "a cancelled run is not taken up again"
    );
    let mut ended = fail_exhausted(db, 3).await.unwrap();
    ended.sort();
    assert_eq!(ended, [lost.profile_run_id.clone(), given_back.profile_run_id.clone()]);
    for run in [lost, given_back] {
        assert_eq!(phase_of(db, &run.profile_run_id).await, RunPhase::Cancelled);
    }
}

async fn the_oldest_run_is_taken_first_even_behind_a_lost_one(db: &Database) {
    let mut runs = Vec::new();
    for number in 0..4 {
        runs.push(
            request(db, &group_of(&connect(db, &format!("Shop {number}"), &["orders"]).await))
                .await
                .number,
        );
    }
    let first = claim_next(db, "worker", -1, 3).await.unwrap().unwrap();
    assert_eq!(first.number, runs[0]);
    // The lost run is the oldest still, until its attempts are used up; then the others have their turn.
    let order = [
        claim_next(db, "w", -1, 3),
        claim_next(db, "w", -1, 3),
        claim_next(db, "w", 30, 3),
        claim_next(db, "w", 30, 3),
        claim_next(db, "w", 30, 3),
    ];
    let mut numbers = Vec::new();
    for claim in order {
        numbers.push(claim.await.unwrap().unwrap().number);
    }
    assert_eq!(numbers, [runs[0], runs[0], runs[1], runs[2], runs[3]]);
}

/// Random sequences of everything that can be done to a run: an ended one keeps its phase, attempts never fall.
async fn nothing_moves_a_run_that_ended(db: &Database) {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand::rngs::StdRng::seed_from_u64(4131);
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let mut ended: Vec<(RunId, RunPhase, String)> = Vec::new();
    let mut current = request(db, &group).await.profile_run_id;
    let mut fence = 0;
    for step in 0..250 {
        let attempt = fence - u32::from(fence > 0 && rng.random_bool(0.3));
        let target = if rng.random_bool(0.2) {
            ended.last().map_or(&current, |(run_id, ..)| run_id)
        } else {
            &current
        }
        .clone();
        match rng.random_range(0..9) {
            0 | 1 => {
                if let Some(run) = claim_next(db, "worker", if rng.random_bool(0.5) { -1 } else { 30 }, 3)
                    .await
                    .unwrap()
                {
                    assert!(run.attempt > fence, "step {step}: the fence only grows");
                    assert_eq!(run.profile_run_id, current, "step {step}: an ended run is never claimed");
                    fence = run.attempt;
                }
            }
            2 => drop(mark_running(db, &target, attempt).await.unwrap()),
            3 => drop(begin_finalizing(db, &target, attempt).await.unwrap()),
            4 => drop(release(db, &target, attempt).await.unwrap()),
            5 => drop(cancel(db, &target).await),
            6 => drop(fail_exhausted(db, 3).await.unwrap()),
            7 => drop(record_progress(db, &target, attempt, &RunProgress::default()).await.unwrap()),
            _ => {
                let phase = [RunPhase::Completed, RunPhase::Failed, RunPhase::Cancelled][rng.random_range(0..3)];
                let mut tx = db.begin().await.unwrap();
                finish(&mut tx, &target, attempt, &outcome(phase, &format!("step {step}")))
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
            }
        }
        if let Some((_, _, row)) = ended.iter().find(|(run_id, ..)| *run_id == target) {
            assert_eq!(&format!("{:?}", find_run_by_id(db, &target).await.unwrap()), row, "step {step}");
        }
        let phase = phase_of(db, &current).await;
        if phase.status().is_terminal() {
            let row = format!("{:?}", find_run_by_id(db, &current).await.unwrap());
            ended.push((current, phase, row));
            current = request(db, &group).await.profile_run_id;
            fence = 0;
        }
    }
    for (run_id, phase, row) in &ended {
        let stored = find_run_by_id(db, run_id).await.unwrap();
        assert_eq!((stored.as_ref().map(|run| run.phase), &format!("{stored:?}")), (Some(*phase), row));
    }
    assert!(ended.len() > 10, "the walk met {} ends", ended.len());
}

async fn lists_counts_bars_and_neighbours_agree(db: &Database) {
    let (shop, bank) = (connect(db, "Shop", &["orders"]).await, connect(db, "Bänk 100%", &["orders"]).await);
    let first = complete_run(db, &group_of(&shop), 100, 1.0).await;
    let failed = start(db, &group_of(&shop)).await;
    finish_with(db, &failed, &outcome(RunPhase::Failed, "f")).await;
    let cancelled = request(db, &group_of(&bank)).await;
    cancel(db, &cancelled.profile_run_id).await;
    let pending = request(db, &group_of(&bank)).await;
    let now = Utc::now();
    let numbers = |query: &str| {
        let query = RunsQuery::parse(query);
        async move {
            list_runs(db, &query, now)
                .await
                .unwrap()
                .items
                .iter()
                .map(|run| run.number)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(numbers("").await, [4, 3, 2, 1]);
    assert_eq!(numbers("status=active").await, [4]);
    assert_eq!(numbers("status=failed").await, [2]);
    assert_eq!(numbers("q=shop").await, [2, 1]);
    assert_eq!(numbers("q=100%25").await, [4, 3], "a percent sign is a letter");
    assert_eq!(numbers("q=%25%25").await, [0_i64; 0]);
    assert_eq!(numbers("q=%233").await, [3], "by number");
    assert_eq!(numbers("q=%00").await, [0_i64; 0], "a NUL finds nothing and breaks nothing");
    assert_eq!(numbers(&format!("group={}", group_of(&shop))).await, [2, 1]);
    assert_eq!(numbers("days=1").await, [4, 3, 2, 1]);
    assert_eq!(numbers("days=4000000000").await, [4, 3, 2, 1]);
    assert_eq!(
        list_runs(db, &RunsQuery::default(), now + Duration::days(3)).await.unwrap().total,
        4
    );
    let beyond = list_runs(db, &RunsQuery::parse("page=7"), now).await.unwrap();
    assert_eq!((beyond.total, beyond.items.len(), beyond.offset), (4, 0, 300));
    let counts = run_counts(db, &RunsQuery::default(), now).await.unwrap();
    assert_eq!(
        counts,
        RunCounts {
            all: 4,
            active: 1,
            completed: 1,
            failed: 1,
            cancelled: 1
        }
    );
    let bars = run_bars(db, now - Duration::days(1)).await.unwrap();
    assert_eq!(bars.iter().map(|bar| bar.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(bars[0].duration_ms.is_some() && bars[3].duration_ms.is_none());
    assert_eq!(
        run_neighbours(db, &failed.profile_run_id).await.unwrap(),
        (Some(first.number), None)
    );
    assert_eq!(
        run_neighbours(db, &cancelled.profile_run_id).await.unwrap(),
        (None, Some(pending.number))
    );
    assert_eq!(list_active_runs(db).await.unwrap().len(), 1);

    let before = db.statement_count();
    list_runs(db, &RunsQuery::default(), now).await.unwrap();
    run_counts(db, &RunsQuery::default(), now).await.unwrap();
    run_bars(db, now).await.unwrap();
    // One of them counts what all runs of the page found.
    assert_eq!(db.statement_count() - before, 4);
}

async fn the_log_is_filtered_by_level(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let run = start(db, &group).await;
    for (level, message) in [("info", "one"), ("warn", "two"), ("error", "three"), ("info", "four")] {
        append_log(db, &run.profile_run_id, 1, level, message).await.unwrap();
    }
    let mut tx = db.begin().await.unwrap();
    append_log(&mut tx, &run.profile_run_id, 1, "warn", "five").await.unwrap();
    tx.commit().await.unwrap();
    let messages = |level: &'static str, limit| {
        let run_id = run.profile_run_id.clone();
        async move {
            list_log(db, &run_id, level, limit)
                .await
                .unwrap()
                .into_iter()
                .map(|line| line.message)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(messages("info", 10).await, ["one", "two", "three", "four", "five"]);
    assert_eq!(messages("warn", 10).await, ["two", "three", "five"]);
    assert_eq!(messages("error", 10).await, ["three"]);
    assert_eq!(messages("", 2).await, ["four", "five"], "the newest, in order");
}

async fn the_typical_duration_is_the_median_of_completed_runs(db: &Database) {
    let group = group_of(&connect(db, "Shop", &["orders"]).await);
    let first = complete_run(db, &group, 100, 1.0).await;
    let mut tx = db.begin().await.unwrap();
    crate::store::sql("update dq_profiles set started_at = $1, completed_at = $2 where profile_run_id = $3")
        .bind(Utc::now() - Duration::milliseconds(4_000))
        .bind(Utc::now() - Duration::milliseconds(1_000))
        .bind(first.profile_run_id.as_str())
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let second = request(db, &group).await;
    let typical = find_run(db, second.number).await.unwrap().unwrap().typical_duration_ms.unwrap();
    assert!((2_999..=3_001).contains(&typical), "{typical}");
}

async fn a_message_is_held_by_one_relay_and_delivered_once(db: &Database) {
    let mut tx = db.begin().await.unwrap();
    let id = outbox::enqueue(&mut tx, "mail", "person:ada", &serde_json::json!({ "share": 0.1 }))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let first = outbox::claim_message(db, "relay", 30).await.unwrap().unwrap();
    assert_eq!(
        (&first.outbox_id, first.attempt, &first.payload["share"]),
        (&id, 1, &serde_json::json!(0.1))
    );
    assert!(outbox::claim_message(db, "other", 30).await.unwrap().is_none());
    // The relay was gone longer than its lease.
    crate::store::sql("update outbox set lease_expires_at = {after $1} where outbox_id = $2")
        .bind(-1)
        .bind(&id)
        .execute(db)
        .await
        .unwrap();
    let second = outbox::claim_message(db, "other", 30).await.unwrap().unwrap();
    assert_eq!(second.attempt, 2);
    assert!(!outbox::mark_delivered(db, &id, 1).await.unwrap(), "the first relay lost it");
    assert!(outbox::mark_delivered(db, &id, 2).await.unwrap());
    assert_eq!(outbox::count_open(db).await.unwrap(), 0);
}
