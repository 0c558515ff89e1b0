//! What somebody sees whose roles name only some groups: on every read, without the statements knowing.

use chrono::Utc;

use super::fixture::*;
use crate::domain::connection::Connection;
use crate::domain::identifier::UserId;
use crate::domain::query::{ColumnsQuery, TablesQuery};
use crate::domain::run_query::RunsQuery;
use crate::domain::scope::{RoleGrant, Scope};
use crate::domain::user::Role;
use crate::store::users::{NewUser, create_user, get_user, list_users, set_grants, viewer};
use crate::store::{
    Database, column_reads, connections, overview, profile_runs, projects, run_tables, table_details, table_groups, tables,
};

on_both_databases!(
    a_limited_handle_reads_only_its_groups,
    a_project_means_all_its_groups,
    grants_are_read_back_and_a_lost_group_widens_nothing,
    the_rail_counts_what_is_seen,
    every_table_that_names_a_part_of_the_catalogue_is_limited,
);

fn only(groups: &[&str], projects: &[&str]) -> Scope {
    Scope::Only {
        projects: projects.iter().map(|key| (*key).into()).collect(),
        groups: groups.iter().map(|id| (*id).into()).collect(),
    }
}

async fn a_limited_handle_reads_only_its_groups(db: &Database) {
    let (shop, bank) = (
        connect(db, "Shop", &["orders"]).await,
        connect(db, "Bank", &["accounts", "entries"]).await,
    );
    complete_run(db, &group_of(&shop), 100, 5.0).await;
    let of_bank = complete_run(db, &group_of(&bank), 200, 7.0).await;
    let seen = db.within(only(&[group_of(&shop).as_str()], &[]));
    let nothing = db.within(Scope::nothing());
    let now = Utc::now();
    for (handle, runs, table_count) in [(db, 2, 3), (&seen, 1, 1), (&nothing, 0, 0)] {
        let query = RunsQuery::default();
        assert_eq!(profile_runs::list_runs(handle, &query, now).await.unwrap().total, runs);
        assert_eq!(profile_runs::run_counts(handle, &query, now).await.unwrap().all, runs);
        assert_eq!(
            profile_runs::run_bars(handle, now - chrono::Duration::days(1)).await.unwrap().len() as u64,
            runs
        );
        assert_eq!(
            tables::list_tables(handle, &TablesQuery::parse(""), now).await.unwrap().total,
            table_count
        );
        let model = overview::get_overview(handle, None, now).await.unwrap();
        assert_eq!((model.table_count, model.runs.len() as u64), (table_count, runs));
        assert_eq!(model.groups.len() as u64, runs);
        assert_eq!(connections::list_connections(handle).await.unwrap().len() as u64, runs);
        assert_eq!(projects::list_projects(handle).await.unwrap().len() as u64, runs.min(1));
    }
    let other = of_bank.profile_run_id;
    assert!(profile_runs::find_run(&seen, 1).await.unwrap().is_some());
    assert!(profile_runs::find_run(&seen, 2).await.unwrap().is_none());
    assert!(profile_runs::find_run_by_id(&seen, &other).await.unwrap().is_none());
    assert!(run_tables::list_result_tables(&seen, &other).await.unwrap().is_empty());
    assert!(profile_runs::list_log(&seen, &other, "info", 10).await.unwrap().is_empty());
    assert!(connections::find_table_group(&seen, &group_of(&bank)).await.unwrap().is_none());
    assert!(
        column_reads::list_tables_named(&seen, &group_of(&bank), &[])
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(columns_of(&seen, &shop, "orders").await, Some(2));
    assert_eq!(columns_of(&seen, &bank, "accounts").await, None);
    assert_eq!(columns_of(db, &bank, "accounts").await, Some(2));
}

async fn columns_of(db: &Database, connection: &Connection, table: &str) -> Option<usize> {
    let query = ColumnsQuery::parse("");
    let detail = table_details::get_table_detail(db, &address(connection, table), &query)
        .await
        .unwrap();
    detail.map(|detail| detail.columns.len())
}

async fn a_project_means_all_its_groups(db: &Database) {
    let shop = connect(db, "Shop", &["orders"]).await;
    connect(db, "Bank", &["accounts"]).await;
    let seen = db.within(only(&[], &["default"]));
    assert_eq!(connections::list_connections(&seen).await.unwrap().len(), 2);
    let seen = db.within(only(&[group_of(&shop).as_str()], &["elsewhere"]));
    assert_eq!(connections::list_connections(&seen).await.unwrap().len(), 1);
}

async fn add(db: &Database, name: &str, grants: &[&str]) -> UserId {
    let mut tx = db.begin().await.unwrap();
    let new = NewUser {
        name: name.into(),
        display_name: name.into(),
        password_hash: None,
        roles: vec![Role::Analyst],
    };
    let user = create_user(&mut tx, new, &ada()).await.unwrap();
    let grants: Vec<RoleGrant> = grants.iter().map(|text| RoleGrant::parse(text).unwrap()).collect();
    set_grants(&mut tx, &user.user_id, &grants, &ada()).await.unwrap();
    tx.commit().await.unwrap();
    user.user_id
}

async fn grants_are_read_back_and_a_lost_group_widens_nothing(db: &Database) {
    let shop = connect(db, "Shop", &["orders"]).await;
    let group = group_of(&shop);
    let bo = add(
        db,
        "bo",
        &[
            &format!("analyst@group:{group}"),
            "steward@project:p,group:x",
            "tester",
            "steward@group:a",
        ],
    )
    .await;
    add(db, "al", &["admin"]).await;
    let texts = |user: crate::domain::user::User| user.grants().map(|grant| grant.text()).collect::<Vec<_>>();
    let expected = [
        format!("analyst@group:{group}"),
        "steward@project:p,group:a,group:x".to_owned(),
        "tester".to_owned(),
    ];
    assert_eq!(texts(get_user(db, &bo).await.unwrap()), expected);
    assert_eq!(texts(list_users(db).await.unwrap().remove(1)), expected);
    let mut tx = db.begin().await.unwrap();
    table_groups::delete_group(&mut tx, &group, &ada()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        texts(get_user(db, &bo).await.unwrap())[0],
        "analyst@",
        "it holds nowhere, not everywhere"
    );
}

async fn every_table_that_names_a_part_of_the_catalogue_is_limited(db: &Database) {
    let catalogue = crate::store::Catalogue::of(db).await.unwrap();
    let parts = ["profile_run_id", "table_id", "table_group_id", "connection_id", "project_key"];
    let names_a_part = |columns: &std::collections::BTreeMap<String, _>| parts.iter().any(|part| columns.contains_key(*part));
    let unknown: Vec<&String> = catalogue
        .tables
        .iter()
        .filter(|(table, columns)| names_a_part(columns) && !crate::store::is_known(table))
        .map(|(table, _)| table)
        .collect();
    assert!(unknown.is_empty(), "{unknown:?} need a line in store/scope.rs");
}

async fn the_rail_counts_what_is_seen(db: &Database) {
    let (shop, bank) = (
        connect(db, "Shop", &["orders"]).await,
        connect(db, "Bank", &["accounts", "entries"]).await,
    );
    request(db, &group_of(&bank)).await;
    let of = async |grant: &str, name: &str| {
        let user = add(db, name, &[grant]).await;
        let seen = viewer(&db.within(Scope::nothing()), &user).await.unwrap().unwrap();
        (seen.table_count, seen.active_run_count, seen.has_connections)
    };
    assert_eq!(of("analyst", "a").await, (3, 1, true));
    assert_eq!(of(&format!("analyst@group:{}", group_of(&shop)), "b").await, (1, 0, true));
    assert_eq!(of(&format!("analyst@group:{}", group_of(&bank)), "c").await, (2, 1, true));
    assert_eq!(of("analyst@group:nothing", "d").await, (0, 0, false));
}
