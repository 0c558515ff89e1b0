//! States that merge: kept byte for byte, replaced by a later reading, gone with their partition and their run.

use chrono::{DateTime, Duration, Utc};

use super::fixture::*;
use crate::domain::identifier::{RunId, TableId};
use crate::domain::partition_state::PartitionState;
use crate::store::partition_states::*;
use crate::store::{Database, run_deletion};

on_both_databases!(
    states_come_back_byte_for_byte,
    a_later_reading_replaces_the_earlier_one_of_its_partition_alone,
    partitions_that_are_gone_are_removed,
    states_go_with_their_run,
);

fn hour(hour: i64) -> DateTime<Utc> {
    "2026-11-20T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::hours(hour)
}

fn state(partition: &str, column: &str, run: &str, at: i64, bytes: &[u8]) -> PartitionState {
    PartitionState {
        partition_key: partition.into(),
        snapshot_id: format!("snapshot of {run}"),
        column_name: column.into(),
        ordinal_position: 1,
        state_kind: "column".into(),
        parameters: serde_json::json!({ "version": 1, "lg_k": 12 }),
        bytes: bytes.to_vec(),
        row_count: 7,
        profiled_at: hour(at),
        profile_run_id: run.into(),
        attempt: 1,
    }
}

async fn put(db: &Database, table: &TableId, states: &[PartitionState]) {
    let mut tx = db.begin().await.unwrap();
    put_partition_states(&mut tx, table, states).await.unwrap();
    tx.commit().await.unwrap();
}

async fn bytes_of(db: &Database, table: &TableId) -> Vec<Vec<u8>> {
    let states = list_partition_states(db, table).await.unwrap();
    states.into_iter().map(|(state, _)| state.bytes).collect()
}

/// A table, and two runs that have ended.
async fn table_and_runs(db: &Database) -> (TableId, [RunId; 2]) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let group = group_of(&connection);
    let first = complete_run(db, &group, 10, 1.0).await.profile_run_id;
    let runs = [first, complete_run(db, &group, 20, 2.0).await.profile_run_id];
    (table_ids(db, &group).await.remove(0).table_id, runs)
}

async fn states_come_back_byte_for_byte(db: &Database) {
    let (table, [run, _]) = table_and_runs(db).await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let states = [
        state("day=1", "a", run.as_str(), 1, &every_byte),
        state("day=1", &"long name ".repeat(400), run.as_str(), 1, &[]),
        state("", "a", run.as_str(), 1, &[0]),
    ];
    put(db, &table, &states).await;
    let mut expected = states.to_vec();
    expected.sort_by(|a, b| (&a.partition_key, &a.column_name).cmp(&(&b.partition_key, &b.column_name)));
    let (found, numbers): (Vec<_>, Vec<i64>) = list_partition_states(db, &table).await.unwrap().into_iter().unzip();
    assert_eq!(found, expected);
    assert!(numbers[0] > 0 && numbers.iter().all(|number| *number == numbers[0]));
    put(db, &table, &[]).await;
    assert_eq!(bytes_of(db, &table).await.len(), 3);
}

async fn a_later_reading_replaces_the_earlier_one_of_its_partition_alone(db: &Database) {
    let (table, [first, second]) = table_and_runs(db).await;
    let of = |run: &RunId, partition: &str, column: &str, bytes: &[u8]| state(partition, column, run.as_str(), 1, bytes);
    put(
        db,
        &table,
        &[
            of(&first, "day=1", "a", b"1a"),
            of(&first, "day=1", "b", b"1b"),
            of(&first, "day=2", "a", b"2a"),
        ],
    )
    .await;
    // Day 1 is read again and has lost its column b; day 2 is left as it is.
    put(db, &table, &[of(&second, "day=1", "a", b"1a again")]).await;
    assert_eq!(bytes_of(db, &table).await, [b"1a again".to_vec(), b"2a".to_vec()]);
    // The same once more, as after a commit whose answer was lost.
    put(db, &table, &[of(&second, "day=1", "a", b"1a again")]).await;
    assert_eq!(bytes_of(db, &table).await, [b"1a again".to_vec(), b"2a".to_vec()]);
}

async fn partitions_that_are_gone_are_removed(db: &Database) {
    let (table, [run, _]) = table_and_runs(db).await;
    let of = |partition: &str, bytes: &[u8]| state(partition, "a", run.as_str(), 1, bytes);
    put(db, &table, &[of("day=1", b"1"), of("day=2", b"2"), of("od\0d", b"3")]).await;
    for (keys, left) in [(vec!["day=2".to_owned(), "od\0d".into()], 2), (Vec::new(), 0)] {
        let mut tx = db.begin().await.unwrap();
        delete_partitions_except(&mut tx, &table, &keys).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(bytes_of(db, &table).await.len(), left);
    }
}

async fn states_go_with_their_run(db: &Database) {
    let (table, [first, second]) = table_and_runs(db).await;
    put(
        db,
        &table,
        &[
            state("day=1", "a", first.as_str(), 1, b"1"),
            state("day=2", "a", second.as_str(), 1, b"2"),
        ],
    )
    .await;
    let removal = run_deletion::preview_removal(db, std::slice::from_ref(&first)).await.unwrap();
    assert_eq!(removal.rows["dq_profile_partition_states"], 1);
    let mut tx = db.begin().await.unwrap();
    run_deletion::delete_runs(&mut tx, &[first], "asked for", &ada()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bytes_of(db, &table).await, [b"2".to_vec()]);
}
