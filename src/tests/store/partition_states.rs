//! States that merge: kept byte for byte, replaced by a later reading, shown as they were.

use chrono::{DateTime, Duration, Utc};

use super::fixture::*;
use crate::domain::identifier::TableId;
use crate::domain::partition_state::{PartitionState, WHOLE_TABLE};
use crate::store::Database;
use crate::store::partition_states::*;

on_both_databases!(
    states_come_back_byte_for_byte,
    a_run_that_stores_again_replaces_its_own,
    a_later_reading_retires_the_earlier_one_and_the_past_stays,
    partitions_that_are_gone_are_retired,
    states_are_removed_by_age_and_by_table,
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

async fn table_of(db: &Database) -> TableId {
    let connection = connect(db, "Shop", &["orders"]).await;
    table_ids(db, &group_of(&connection)).await.remove(0).table_id
}

async fn put(db: &Database, table: &TableId, states: &[PartitionState]) {
    let mut tx = db.begin().await.unwrap();
    put_partition_states(&mut tx, table, states).await.unwrap();
    tx.commit().await.unwrap();
}

async fn bytes_at(db: &Database, table: &TableId, at: i64) -> Vec<Vec<u8>> {
    let states = list_partition_states_at(db, table, hour(at)).await.unwrap();
    states.into_iter().map(|state| state.bytes).collect()
}

async fn states_come_back_byte_for_byte(db: &Database) {
    let table = table_of(db).await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let states = [
        state("day=1", "a", "r1", 1, &every_byte),
        state("day=1", &"long name ".repeat(400), "r1", 1, &[]),
        state(WHOLE_TABLE, "a", "r1", 1, &[0]),
    ];
    put(db, &table, &states).await;
    let mut expected = states.to_vec();
    expected.sort_by(|a, b| (&a.partition_key, &a.column_name).cmp(&(&b.partition_key, &b.column_name)));
    assert_eq!(list_partition_states(db, &table).await.unwrap(), expected);
    assert_eq!(
        list_partition_snapshots(db, &table).await.unwrap(),
        [("", "snapshot of r1"), ("day=1", "snapshot of r1")].map(|(key, id)| (key.to_owned(), id.to_owned()))
    );
    put(db, &table, &[]).await;
    assert_eq!(list_partition_states(db, &table).await.unwrap().len(), 3);
}

async fn a_run_that_stores_again_replaces_its_own(db: &Database) {
    let table = table_of(db).await;
    for bytes in [b"first".as_slice(), b"second"] {
        put(db, &table, &[state("day=1", "a", "r1", 1, bytes)]).await;
    }
    assert_eq!(bytes_at(db, &table, 1).await, [b"second".to_vec()]);
    assert_eq!(bytes_at(db, &table, 0).await, Vec::<Vec<u8>>::new());
}

async fn a_later_reading_retires_the_earlier_one_and_the_past_stays(db: &Database) {
    let table = table_of(db).await;
    put(
        db,
        &table,
        &[
            state("day=1", "a", "r1", 1, b"1a"),
            state("day=1", "b", "r1", 1, b"1b"),
            state("day=2", "a", "r1", 1, b"2a"),
        ],
    )
    .await;
    // Day 1 is read again and has lost its column b; day 2 is left as it is.
    put(db, &table, &[state("day=1", "a", "r2", 5, b"1a again")]).await;
    assert_eq!(bytes_at(db, &table, 9).await, [b"1a again".to_vec(), b"2a".to_vec()]);
    assert_eq!(bytes_at(db, &table, 4).await, [b"1a".to_vec(), b"1b".to_vec(), b"2a".to_vec()]);
    let now: Vec<Vec<u8>> = list_partition_states(db, &table)
        .await
        .unwrap()
        .into_iter()
        .map(|state| state.bytes)
        .collect();
    assert_eq!(now, bytes_at(db, &table, 9).await);
}

async fn partitions_that_are_gone_are_retired(db: &Database) {
    let table = table_of(db).await;
    put(
        db,
        &table,
        &[
            state("day=1", "a", "r1", 1, b"1"),
            state("day=2", "a", "r1", 1, b"2"),
            state("od\0d", "a", "r1", 1, b"3"),
        ],
    )
    .await;
    let mut tx = db.begin().await.unwrap();
    let gone = retire_partitions_except(&mut tx, &table, &["day=2".into(), "od\0d".into()], hour(3))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(gone, 1);
    assert_eq!(bytes_at(db, &table, 3).await, [b"2".to_vec(), b"3".to_vec()]);
    assert_eq!(bytes_at(db, &table, 2).await.len(), 3);
}

async fn states_are_removed_by_age_and_by_table(db: &Database) {
    let table = table_of(db).await;
    for (run, at) in [("r1", 1), ("r2", 2), ("r3", 3)] {
        put(db, &table, &[state("day=1", "a", run, at, run.as_bytes())]).await;
    }
    let mut tx = db.begin().await.unwrap();
    assert_eq!(delete_retired_states(&mut tx, hour(3)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(bytes_at(db, &table, 1).await, Vec::<Vec<u8>>::new());
    assert_eq!(bytes_at(db, &table, 2).await, [b"r2".to_vec()]);
    let mut tx = db.begin().await.unwrap();
    assert_eq!(delete_partition_states(&mut tx, &table).await.unwrap(), 2);
    tx.commit().await.unwrap();
    assert!(list_partition_states(db, &table).await.unwrap().is_empty());
}
