//! What a word finds, inside the scope of whoever looks.

use super::fixture::*;
use crate::domain::find::Found;
use crate::domain::scope::Scope;
use crate::store::find::find;
use crate::store::{Database, sql};

on_both_databases!(
    a_word_finds_tables_columns_runs_and_alerts,
    exact_names_come_first_and_wildcards_are_letters,
    nothing_outside_the_scope_is_found,
);

fn tables(found: &Found) -> Vec<String> {
    found.tables.items.iter().map(|hit| hit.address.table_name.clone()).collect()
}

async fn a_word_finds_tables_columns_runs_and_alerts(db: &Database) {
    let connection = connect(db, "Shop", &["orders", "customers"]).await;
    let group = group_of(&connection);
    let run = complete_run(db, &group, 100, 5.0).await;
    complete_run(db, &group, 200, 5.0).await;
    sql("insert into dq_alerts (alert_id, state, severity, severity_rank, title, table_group_id, table_name, schema_name, created_at, first_seen_at, last_seen_at, seen_count, revision, source_type, kind)
         values ('a1', 'resolved', 'high', 3, 'amount: 60% null', $1, 'orders', 'sales', {now}, {now}, {now}, 1, 1, 'profile_anomaly', 'x')")
        .bind(group.as_str())
        .execute(db)
        .await
        .unwrap();

    let found = find(db, " ORDER", 8).await.unwrap();
    assert_eq!(tables(&found), ["orders"]);
    assert_eq!(found.tables.items[0].row_count, Some(200));
    assert!(found.columns.items.is_empty(), "a table's name alone is no name of its columns");
    assert_eq!(found.alerts.items.len(), 1);

    let found = find(db, "amount", 8).await.unwrap();
    let columns: Vec<String> = found
        .columns
        .items
        .iter()
        .map(|hit| format!("{}.{}", hit.address.table_name, hit.column_name))
        .collect();
    assert_eq!(columns, ["customers.amount", "orders.amount"], "of the latest run, once");
    assert_eq!(found.alerts.items[0].title, "amount: 60% null");
    let found = find(db, "orders.amo", 8).await.unwrap();
    assert_eq!(found.columns.items.len(), 1);

    let number = crate::store::profile_runs::find_run_by_id(db, &run.profile_run_id)
        .await
        .unwrap()
        .unwrap()
        .number;
    let found = find(db, &format!("run {number}"), 8).await.unwrap();
    assert_eq!(found.runs.items[0].number, number);
    let found = find(db, "shop", 1).await.unwrap();
    assert_eq!((found.runs.items.len(), found.runs.has_more), (1, true));
    assert!(find(db, "  ", 8).await.unwrap().is_empty());
}

async fn exact_names_come_first_and_wildcards_are_letters(db: &Database) {
    connect(db, "Shop", &["a_orders_old", "orders_2024", "orders", "ordersx"]).await;
    let found = find(db, "orders", 8).await.unwrap();
    assert_eq!(tables(&found), ["orders", "ordersx", "orders_2024", "a_orders_old"]);
    assert_eq!(tables(&find(db, "orders_", 8).await.unwrap()), ["orders_2024", "a_orders_old"]);
    assert!(find(db, "%", 8).await.unwrap().is_empty());
    assert_eq!(tables(&find(db, "sales.orders", 1).await.unwrap()), ["orders"]);
}

async fn nothing_outside_the_scope_is_found(db: &Database) {
    let shop = group_of(&connect(db, "Shop", &["orders"]).await);
    let vault = group_of(&connect(db, "Vault", &["orders"]).await);
    complete_run(db, &shop, 100, 5.0).await;
    complete_run(db, &vault, 100, 5.0).await;
    let narrow = db.within(Scope::Only {
        projects: Default::default(),
        groups: [shop.clone()].into(),
    });
    for word in ["orders", "amount", "vault", "1", "2"] {
        let found = find(&narrow, word, 8).await.unwrap();
        assert!(found.tables.items.iter().all(|hit| hit.connection_name == "Shop"), "{word}");
        assert!(found.columns.items.iter().all(|hit| hit.connection_name == "Shop"), "{word}");
        assert!(found.runs.items.iter().all(|run| run.table_group_id == shop), "{word}");
    }
    assert!(find(&narrow, "vault", 8).await.unwrap().is_empty());
}
