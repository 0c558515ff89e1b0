//! The catalogue as programs seed it and as people change it: what a person set stays, and what belongs together moves together.

use super::fixture::*;
use crate::domain::characteristics::ColumnCharacteristics;
use crate::domain::column_meaning::PiiRisk;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::identifier::ProjectKey;
use crate::domain::scope::{RoleGrant, Scope};
use crate::domain::seeding::{SeedEntry, SeedKind, SeedLine, SeedOutcome, SeedValue, SeedValues};
use crate::domain::user::Role;
use crate::store::characteristics::{list_columns, update_column};
use crate::store::connections::{ConnectionText, delete_connection, list_groups_of_project, update_connection};
use crate::store::datasets::{create_dataset, find_dataset, follow_connection, update_dataset};
use crate::store::masking::keep_measured;
use crate::store::projects::{ProjectText, create_project};
use crate::store::table_groups::{GroupText, update_group};
use crate::store::users::{NewUser, create_user, set_grants};
use crate::store::{Database, audit, seeding, sql};

on_both_databases!(
    what_a_person_wrote_where_a_seeding_said_nothing_is_the_persons,
    a_part_that_a_role_names_has_something_that_depends_on_it,
    what_is_said_otherwise_of_what_counts_only_while_a_part_is_made_is_named,
    a_column_has_one_id_wherever_it_is_named,
    a_connection_has_a_test_suite_from_the_start,
    a_dataset_goes_with_its_only_connection_and_stays_with_several,
);

fn values(pairs: &[(&str, &str)]) -> SeedValues {
    let pairs = pairs
        .iter()
        .map(|(column, text)| ((*column).to_owned(), SeedValue::Text((*text).to_owned())));
    pairs.collect()
}

async fn merge(db: &Database, kind: SeedKind, entry: &SeedEntry) -> SeedLine {
    let mut tx = db.begin().await.unwrap();
    let line = seeding::merge(&mut tx, "platform", kind, entry).await.unwrap();
    tx.commit().await.unwrap();
    line
}

/// A group of Shop that says its name alone.
async fn seed_group(db: &Database) -> SeedEntry {
    let shop = connect(db, "Shop", &[]).await;
    let entry = SeedEntry {
        id: "group:1:2".into(),
        fixed: values(&[("connection_id", shop.connection_id.as_str())]),
        values: values(&[("name", "till-default")]),
    };
    assert_eq!(merge(db, SeedKind::TableGroup, &entry).await.outcome, SeedOutcome::Created);
    entry
}

async fn what_a_person_wrote_where_a_seeding_said_nothing_is_the_persons(db: &Database) {
    let entry = seed_group(db).await;
    let mut tx = db.begin().await.unwrap();
    let set = seeding::list_set_by_people(&mut tx, SeedKind::TableGroup, &entry.id, &entry.values)
        .await
        .unwrap();
    assert_eq!(set.unwrap(), Vec::<String>::new());
    let text = GroupText {
        name: "till-default".into(),
        description: "Mine".into(),
        exclude_mask: "*_tmp".into(),
        mask_before_storing: true,
        ..GroupText::default()
    };
    update_group(&mut tx, &entry.id.as_str().into(), &text, &ada()).await.unwrap();
    let set = seeding::list_set_by_people(&mut tx, SeedKind::TableGroup, &entry.id, &entry.values)
        .await
        .unwrap();
    assert_eq!(
        set.unwrap(),
        ["description", "mask_before_storing", "profiling_exclude_mask"],
        "none of which was seeded"
    );
    tx.commit().await.unwrap();
    let project = SeedEntry {
        id: "workspace:7".into(),
        values: values(&[("name", "Retail")]),
        ..SeedEntry::default()
    };
    merge(db, SeedKind::Project, &project).await;
    sql("update dq_projects set description = 'Mine' where project_key = 'workspace:7'")
        .execute(db)
        .await
        .unwrap();
    let mut tx = db.begin().await.unwrap();
    let set = seeding::list_set_by_people(&mut tx, SeedKind::Project, "workspace:7", &project.values)
        .await
        .unwrap();
    assert_eq!(set.unwrap(), ["description"]);
}

async fn a_part_that_a_role_names_has_something_that_depends_on_it(db: &Database) {
    let entry = seed_group(db).await;
    let count = async || {
        let mut tx = db.begin().await.unwrap();
        seeding::count_dependents(&mut tx, SeedKind::TableGroup, &entry.id).await.unwrap()
    };
    assert_eq!(count().await, 0);
    let user = NewUser {
        name: "bo".into(),
        display_name: "Bo".into(),
        password_hash: None,
        roles: Vec::new(),
    };
    let grant = RoleGrant {
        role: Role::Analyst,
        scope: Scope::Only {
            projects: Vec::new(),
            groups: vec![entry.id.as_str().into()],
        },
    };
    let mut tx = db.begin().await.unwrap();
    let user = create_user(&mut tx, user, &ada()).await.unwrap();
    set_grants(&mut tx, &user.user_id, &[grant], &ada()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count().await, 1, "a role would hold for less");
}

async fn what_is_said_otherwise_of_what_counts_only_while_a_part_is_made_is_named(db: &Database) {
    let shop = connect(db, "Shop", &[]).await;
    let mut entry = SeedEntry {
        id: "conn:1:2".into(),
        fixed: values(&[("kind", "folder"), ("location", "/data/till")]),
        values: values(&[("project_key", shop.project_key.as_str()), ("name", "Till")]),
    };
    entry.values.insert("is_active".into(), SeedValue::Flag(true));
    assert_eq!(merge(db, SeedKind::Connection, &entry).await.outcome, SeedOutcome::Created);
    assert_eq!(merge(db, SeedKind::Connection, &entry).await.passed_over, Vec::<String>::new());
    entry.fixed = values(&[("location", "/data/elsewhere")]);
    let line = merge(db, SeedKind::Connection, &entry).await;
    assert_eq!(
        (line.outcome, line.passed_over),
        (SeedOutcome::Unchanged, vec!["location".to_owned()])
    );
    entry.fixed = SeedValues::new();
    assert_eq!(merge(db, SeedKind::Connection, &entry).await.passed_over, Vec::<String>::new());
    let row = sql("select location from dq_connections where connection_id = 'conn:1:2'")
        .fetch_one(db)
        .await
        .unwrap();
    assert_eq!(row.text("location").unwrap(), "/data/till");
}

async fn a_column_has_one_id_wherever_it_is_named(db: &Database) {
    let shop = connect(db, "Shop", &["orders"]).await;
    let table = table_ids(db, &group_of(&shop)).await.remove(0).table_id;
    let said = |text: &str| ColumnCharacteristics {
        description: text.into(),
        ..ColumnCharacteristics::default()
    };
    // What a run has measured stands in the same row.
    let mut personal = ColumnProfile {
        column_name: "E-Mail".into(),
        ..ColumnProfile::default()
    };
    personal.meaning.pii_risk = Some(PiiRisk::High);
    let mut tx = db.begin().await.unwrap();
    for _ in 0..2 {
        keep_measured(&mut tx, &table, std::slice::from_ref(&personal)).await.unwrap();
        for (name, text) in [("E-Mail", "Who"), ("Amount", "Net"), ("amount", "Gross"), ("AMOUNT", "Tax")] {
            assert!(update_column(&mut tx, &table, name, &said(text), &ada()).await.unwrap());
        }
    }
    tx.commit().await.unwrap();
    let rows = sql("select column_id, column_name, coalesce(measured_pii_risk, '') as risk from dq_data_column_chars")
        .fetch_all(db)
        .await
        .unwrap();
    let mut ids: Vec<String> = rows
        .iter()
        .map(|row| {
            let (id, name) = (row.text("column_id").unwrap(), row.text("column_name").unwrap());
            format!("{} {name} {}", id.replace(table.as_str(), "t"), row.text("risk").unwrap())
        })
        .collect();
    ids.sort();
    assert_eq!(
        ids,
        [
            "t::amount Amount ",
            "t::amount#2 amount ",
            "t::amount#3 AMOUNT ",
            "t::e-mail E-Mail high"
        ],
        "small letters, as in results; of those that capitals alone tell apart each has its own"
    );
    let known = list_columns(db, &table).await.unwrap();
    assert_eq!(
        (known["amount"].description.as_str(), known["AMOUNT"].description.as_str()),
        ("Gross", "Tax")
    );
}

async fn a_connection_has_a_test_suite_from_the_start(db: &Database) {
    let suites = async || {
        let rows = sql("select test_suite_key, project_key, severity from dq_test_suites order by test_suite_key")
            .fetch_all(db)
            .await
            .unwrap();
        let lines = rows.iter().map(|row| {
            let (key, project) = (row.text("test_suite_key").unwrap(), row.text("project_key").unwrap());
            format!("{key} in {project}, {}", row.text("severity").unwrap())
        });
        lines.collect::<Vec<_>>()
    };
    let shop = connect(db, "Shop", &[]).await;
    let mut till = SeedEntry {
        id: "conn:1:2".into(),
        fixed: values(&[("kind", "folder"), ("location", "/data/till")]),
        values: values(&[("project_key", "default"), ("name", "Till")]),
    };
    till.values.insert("is_active".into(), SeedValue::Flag(true));
    merge(db, SeedKind::Connection, &till).await;
    assert_eq!(
        suites().await,
        ["default_suite:conn:1:2 in default, medium", "default_suite:shop in default, medium"]
    );
    let mut tx = db.begin().await.unwrap();
    let trial = ProjectText {
        name: "Trial".into(),
        ..ProjectText::default()
    };
    let trial = create_project(&mut tx, &trial, &ada()).await.unwrap();
    let text = ConnectionText {
        name: "Shop".into(),
        project_key: trial.clone(),
        location: shop.location.clone(),
    };
    update_connection(&mut tx, &shop.connection_id, &text, &ada()).await.unwrap();
    tx.commit().await.unwrap();
    till.values.insert("project_key".into(), SeedValue::Text(trial.to_string()));
    merge(db, SeedKind::Connection, &till).await;
    assert_eq!(
        suites().await,
        ["default_suite:conn:1:2 in trial, medium", "default_suite:shop in trial, medium"],
        "it goes with its connection"
    );
    let mut tx = db.begin().await.unwrap();
    delete_connection(&mut tx, &shop, &ada()).await.unwrap();
    seeding::remove(&mut tx, SeedKind::Connection, &till.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(suites().await, Vec::<String>::new());
}

async fn a_dataset_goes_with_its_only_connection_and_stays_with_several(db: &Database) {
    let (shop, bank) = (connect(db, "Shop", &["orders"]).await, connect(db, "Bank", &["accounts"]).await);
    let mut tx = db.begin().await.unwrap();
    let text = |name: &str| crate::domain::dataset::DatasetText {
        name: name.into(),
        ..Default::default()
    };
    let sales = create_dataset(&mut tx, &shop.project_key, &text("Sales"), &ada()).await.unwrap();
    let both = [group_of(&shop), group_of(&bank)];
    update_dataset(&mut tx, &sales, &text("Sales"), &both, &ada()).await.unwrap();
    let trial = ProjectText {
        name: "Trial".into(),
        ..ProjectText::default()
    };
    let trial = create_project(&mut tx, &trial, &ada()).await.unwrap();
    tx.commit().await.unwrap();
    let moved = |name: &str, project: &ProjectKey| ConnectionText {
        name: name.into(),
        project_key: project.clone(),
        location: format!("/data/{name}"),
    };
    // Refused: nothing of it is kept.
    let mut tx = db.begin().await.unwrap();
    update_connection(&mut tx, &shop.connection_id, &moved("Shop", &trial), &ada())
        .await
        .unwrap();
    assert_eq!(follow_connection(&mut tx, &shop.connection_id, &ada()).await.unwrap(), ["Sales"]);
    drop(tx);
    let mut tx = db.begin().await.unwrap();
    update_dataset(&mut tx, &sales, &text("Sales"), &both[..1], &ada()).await.unwrap();
    update_connection(&mut tx, &shop.connection_id, &moved("Shop", &trial), &ada())
        .await
        .unwrap();
    assert_eq!(
        follow_connection(&mut tx, &shop.connection_id, &ada()).await.unwrap(),
        Vec::<String>::new()
    );
    tx.commit().await.unwrap();
    assert_eq!(find_dataset(db, &sales).await.unwrap().unwrap().project_key, trial);
    let trail = audit::list_audit(db, Some(&format!("dataset:{sales}")), 0, 1).await.unwrap();
    assert_eq!(trail.items[0].action, "dataset.change");
    assert_eq!(list_groups_of_project(db, &trial).await.unwrap(), [group_of(&shop)]);
    assert_eq!(list_groups_of_project(db, &shop.project_key).await.unwrap(), [group_of(&bank)]);
}
