//! Connections, discovery, the list of tables and the overview.

use chrono::{Duration, Utc};

use super::fixture::*;
use crate::domain::connection::ConnectionKind;
use crate::domain::identifier::{ConnectionId, TableGroupId};
use crate::domain::overview::FreshnessLine;
use crate::domain::profile_run::RunPhase;
use crate::domain::query::TablesQuery;
use crate::store::connections::*;
use crate::store::overview::get_overview;
use crate::store::profile_runs::request_cancel;
use crate::store::tables::*;
use crate::store::{Database, StoreError, audit};

on_both_databases!(
    two_connections_of_one_name_have_two_ids_and_one_project,
    a_connection_is_found_with_its_groups,
    switching_a_connection_off_is_recorded_once,
    a_vanished_table_keeps_its_id_and_its_profiles,
    discovery_of_many_tables_is_one_change,
    the_list_is_filtered_sorted_and_paged,
    a_table_is_found_by_a_column_of_its_latest_run,
    the_list_is_two_statements,
    the_overview_counts_what_the_lists_show_in_three_statements,
    an_empty_installation_has_an_empty_overview,
);

async fn two_connections_of_one_name_have_two_ids_and_one_project(db: &Database) {
    let ids = [
        connect(db, "Retail (sample)", &[]).await,
        connect(db, "Retail (sample)", &[]).await,
        connect(db, "Retail sample", &[]).await,
    ];
    let ids: Vec<&str> = ids.iter().map(|connection| connection.connection_id.as_str()).collect();
    assert_eq!(ids, ["retail-sample", "retail-sample-2", "retail-sample-3"]);
    let all = list_connections(db).await.unwrap();
    assert_eq!(all.len(), 3);
    assert!(
        all.iter()
            .all(|connection| connection.project_key == all[0].project_key && connection.groups.len() == 1)
    );
    assert_eq!(list_table_groups(db).await.unwrap().len(), 3);
}

async fn a_connection_is_found_with_its_groups(db: &Database) {
    let made = connect(db, "Shop", &["orders", "stores"]).await;
    let connection = find_connection(db, &made.connection_id).await.unwrap().unwrap();
    assert_eq!(
        (connection.kind, connection.location.as_str(), connection.is_active),
        (ConnectionKind::Folder, "/data/Shop", true)
    );
    assert_eq!((connection.groups[0].name.as_str(), connection.groups[0].table_count), ("Shop", 2));
    let (found, group) = find_table_group(db, &group_of(&made)).await.unwrap().unwrap();
    assert_eq!((&found, &group), (&connection, &connection.groups[0]));
    assert!(find_connection(db, &ConnectionId("x".into())).await.unwrap().is_none());
    assert!(find_table_group(db, &TableGroupId("x".into())).await.unwrap().is_none());
    let trail = audit::list_audit(db, Some("connection:shop"), 0, 10).await.unwrap();
    assert_eq!(
        (trail.items[0].action.as_str(), &trail.items[0].actor),
        ("connection.create", &ada())
    );
}

async fn switching_a_connection_off_is_recorded_once(db: &Database) {
    let connection_id = connect(db, "Shop", &[]).await.connection_id;
    for expected in [true, false] {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(
            set_connection_active(&mut tx, &connection_id, false, &ada()).await.unwrap(),
            expected
        );
        tx.commit().await.unwrap();
    }
    assert!(!find_connection(db, &connection_id).await.unwrap().unwrap().is_active);
    let trail = audit::list_audit(db, Some("connection:shop"), 0, 10).await.unwrap();
    assert_eq!(trail.total, 2, "made, and switched off once");
    let mut tx = db.begin().await.unwrap();
    let unknown = set_connection_active(&mut tx, &ConnectionId("x".into()), true, &ada()).await;
    assert!(matches!(unknown, Err(StoreError::Missing { .. })));
}

pub(super) async fn find_tables(db: &Database, group: &TableGroupId, names: &[&str]) -> FoundDifference {
    let found: Vec<_> = names.iter().map(|name| found("sales", name)).collect();
    let mut tx = db.begin().await.unwrap();
    let difference = replace_found_tables(&mut tx, group, &found, &ada()).await.unwrap();
    tx.commit().await.unwrap();
    difference
}

async fn a_vanished_table_keeps_its_id_and_its_profiles(db: &Database) {
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    let group = group_of(&connection);
    complete_run(db, &group, 100, 1.0).await;
    let before = table_ids(db, &group).await;
    assert_eq!(find_tables(db, &group, &["orders", "stores"]).await, FoundDifference::default());
    assert_eq!(
        find_tables(db, &group, &["stores", "payments"]).await,
        FoundDifference {
            added: 1,
            missing: 1,
            vanished: vec!["sales.orders".into()],
            ..FoundDifference::default()
        }
    );
    assert_eq!(
        table_ids(db, &group)
            .await
            .iter()
            .map(|table| table.found.table_name.as_str())
            .collect::<Vec<_>>(),
        ["payments", "stores"]
    );
    let gone = super::profiles::table(db, &address(&connection, "orders"), "").await;
    assert!(gone.summary.missing_since.is_some() && gone.run.is_some(), "its page stays");
    let list = |query: &'static str| async move { list_tables(db, &TablesQuery::parse(query), Utc::now()).await.unwrap().total };
    assert_eq!(
        (list("").await, list("q=orders").await),
        (2, 1),
        "the list shows it only to who asks for it"
    );
    assert_eq!(
        find_tables(db, &group, &["stores"]).await,
        FoundDifference {
            missing: 1,
            vanished: vec!["sales.payments".into()],
            ..FoundDifference::default()
        }
    );
    assert_eq!(
        find_tables(db, &group, &["orders", "stores"]).await,
        FoundDifference {
            returned: 1,
            ..FoundDifference::default()
        }
    );
    assert_eq!(table_ids(db, &group).await, before);
    let trail = audit::list_audit(db, Some(&format!("table_group:{group}")), 0, 10).await.unwrap();
    assert_eq!(trail.items[0].details["returned"], 1);
}

async fn discovery_of_many_tables_is_one_change(db: &Database) {
    let group = group_of(&connect(db, "Shop", &[]).await);
    let names: Vec<String> = (0..4_000).map(|number| format!("table {number:04} %_'\"")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let before = db.statement_count();
    assert_eq!(find_tables(db, &group, &names).await.added, 4_000);
    assert!(db.statement_count() - before < 100, "many rows a statement");
    let page = list_tables(db, &TablesQuery::parse("page=80"), Utc::now()).await.unwrap();
    assert_eq!(
        (page.total, page.items.len(), page.items[49].address.table_name.as_str()),
        (4_000, 50, "table 3999 %_'\"")
    );
    let beyond = list_tables(db, &TablesQuery::parse("page=999"), Utc::now()).await.unwrap();
    assert_eq!((beyond.total, beyond.items.len()), (4_000, 0));
    assert_eq!(
        list_tables(db, &TablesQuery::parse("q=%25_'"), Utc::now()).await.unwrap().total,
        4_000
    );
    assert_eq!(list_tables(db, &TablesQuery::parse("q=%25%25"), Utc::now()).await.unwrap().total, 0);
}

async fn the_list_is_filtered_sorted_and_paged(db: &Database) {
    let (shop, bank) = (
        connect(db, "Shop", &["orders", "stores"]).await,
        connect(db, "Bank", &["accounts", "Orders"]).await,
    );
    complete_run(db, &group_of(&shop), 100, 1.0).await;
    let tables = table_ids(db, &group_of(&bank)).await;
    let run = start(db, &group_of(&bank)).await;
    let accounts = tables.iter().find(|table| table.found.table_name == "accounts").unwrap();
    let mut empty = profile_of("accounts", 10, 1.0);
    empty.row_count = 0;
    empty.columns.clear();
    store_profile(db, &run, &accounts.table_id, &empty).await;
    finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    let now = Utc::now();
    let names = |query: String| async move {
        let page = list_tables(db, &TablesQuery::parse(&query), now).await.unwrap();
        assert_eq!(page.total, page.items.len() as u64, "{query}");
        page.items
            .iter()
            .map(|table| format!("{}/{}", table.address.connection_id, table.address.table_name))
            .collect::<Vec<_>>()
            .join(" ")
    };
    for (query, expected) in [
        ("", "bank/accounts bank/Orders shop/orders shop/stores"),
        ("q=ORDER", "bank/Orders shop/orders"),
        ("q=sales.st", "shop/stores"),
        ("connection=shop", "shop/orders shop/stores"),
        ("group=bank-all", "bank/accounts bank/Orders"),
        ("never=1", "bank/Orders"),
        ("empty=1", "bank/accounts"),
        ("stale=1", ""),
        ("q=%00", ""),
    ] {
        let mut sorted: Vec<String> = names(query.to_owned()).await.split_whitespace().map(str::to_owned).collect();
        sorted.sort_by_key(|name| name.to_lowercase());
        assert_eq!(sorted.join(" "), expected, "{query}");
    }
    let by = |query: &str| names(query.to_owned());
    assert!(
        by("sort=rows").await.ends_with("bank/accounts bank/Orders"),
        "most rows first, never profiled last"
    );
    assert!(by("sort=profiled").await.starts_with("bank/Orders"), "never profiled first");
    assert!(by("sort=null").await.starts_with("shop/"), "most nulls first");
    let later = now + Duration::hours(25);
    assert_eq!(list_tables(db, &TablesQuery::parse("stale=1"), later).await.unwrap().total, 3);
}

async fn a_table_is_found_by_a_column_of_its_latest_run(db: &Database) {
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    let group = group_of(&connection);
    complete_run(db, &group, 100, 1.0).await;
    let stores = table_ids(db, &group).await.remove(1);
    let run = start(db, &group).await;
    let mut profile = profile_of("stores", 100, 1.0);
    profile.columns.truncate(1);
    store_profile(db, &run, &stores.table_id, &profile).await;
    finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    let names = |query: &'static str| async move {
        let page = list_tables(db, &TablesQuery::parse(query), Utc::now()).await.unwrap();
        page.items.into_iter().map(|table| table.address.table_name).collect::<Vec<_>>()
    };
    assert_eq!(names("q=AMOUN").await, ["orders", "stores"]);
    assert_eq!(names("q=id").await, ["orders"], "stores has no such column any more");
}

async fn the_list_is_two_statements(db: &Database) {
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    complete_run(db, &group_of(&connection), 100, 1.0).await;
    complete_run(db, &group_of(&connection), 200, 2.0).await;
    let before = db.statement_count();
    let page = list_tables(db, &TablesQuery::default(), Utc::now()).await.unwrap();
    assert_eq!(db.statement_count() - before, 2);
    assert!(page.items.iter().all(|table| table.row_history == [100, 200]));
    let figures = page.items[0].profile.as_ref().unwrap();
    assert_eq!((figures.run_number, figures.row_count), (2, 200));
}

async fn the_overview_counts_what_the_lists_show_in_three_statements(db: &Database) {
    let (shop, bank) = (
        connect(db, "Shop", &["orders", "stores"]).await,
        connect(db, "Bank", &["accounts"]).await,
    );
    complete_run(db, &group_of(&shop), 100, 1.0).await;
    complete_run(db, &group_of(&shop), 200, 2.0).await;
    let failed_run = start(db, &group_of(&bank)).await;
    let mut fails = outcome(RunPhase::Failed, "f");
    fails.failed_tables = vec![failed("accounts")];
    finish_with(db, &failed_run, &fails).await;
    let waiting = request(db, &group_of(&bank)).await;
    let now = Utc::now();
    let before = db.statement_count();
    let overview = get_overview(db, None, now).await.unwrap();
    assert_eq!(db.statement_count() - before, 3);
    assert_eq!(
        (
            overview.table_count,
            overview.profiled_table_count,
            overview.fresh_table_count,
            overview.failing_table_count
        ),
        (3, 2, 2, 1)
    );
    assert_eq!(
        (
            overview.column_count,
            overview.row_count,
            overview.completed_runs_7d,
            overview.failed_runs_7d
        ),
        (4, 400, 2, 1)
    );
    assert_eq!(
        overview.runs.iter().map(|run| run.number).collect::<Vec<_>>(),
        [waiting.number, 3, 2, 1],
        "active ones first"
    );
    let groups: Vec<_> = overview
        .groups
        .iter()
        .map(|group| {
            (
                group.connection_name.as_str(),
                group.table_count,
                group.profiled_table_count,
                group.last_run_number,
            )
        })
        .collect();
    assert_eq!(groups, [("Bank", 1, 0, None), ("Shop", 2, 2, Some(2))], "never profiled first");
    assert_eq!(
        (overview.groups[1].row_count, FreshnessLine::of(&overview.groups)[1].row_history()),
        (400, vec![100, 100])
    );
    let one = get_overview(db, Some(&group_of(&bank)), now).await.unwrap();
    assert_eq!(
        (one.table_count, one.groups.len(), one.runs.len(), one.completed_runs_7d),
        (1, 1, 2, 0)
    );
    let later = get_overview(db, None, now + Duration::days(8)).await.unwrap();
    assert_eq!((later.fresh_table_count, later.completed_runs_7d, later.failed_runs_7d), (0, 0, 0));
    let mut tx = db.begin().await.unwrap();
    assert!(request_cancel(&mut tx, &waiting.profile_run_id, &ada()).await.unwrap());
}

async fn an_empty_installation_has_an_empty_overview(db: &Database) {
    let overview = get_overview(db, None, Utc::now()).await.unwrap();
    assert_eq!(
        (overview.table_count, overview.row_count, overview.runs.len(), overview.groups.len()),
        (0, 0, 0, 0)
    );
    assert_eq!(list_tables(db, &TablesQuery::default(), Utc::now()).await.unwrap().total, 0);
}
