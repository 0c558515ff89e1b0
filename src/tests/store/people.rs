//! Users, links, sessions and the trail.

use tower_sessions::SessionStore;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};

use super::fixture::*;
use crate::domain::audit::Actor;
use crate::domain::identifier::UserId;
use crate::domain::user::{Role, User};
use crate::store::sessions::{Sessions, delete_expired};
use crate::store::users::*;
use crate::store::{Database, StoreError, audit, settings};

on_both_databases!(
    names_that_differ_only_in_case_are_one_person,
    a_person_is_read_back_with_all_roles,
    a_new_password_ends_every_session_of_that_person,
    somebody_inactive_is_no_viewer_and_has_no_session,
    the_viewer_costs_one_statement,
    a_link_is_used_once_however_many_try_at_once,
    an_ended_link_is_not_found,
    only_recent_failures_count,
    a_session_lives_until_it_ends,
    a_session_never_takes_the_id_of_another,
    a_late_save_does_not_bring_a_deleted_session_back,
    the_trail_is_only_added_to,
    a_rolled_back_change_leaves_no_trail,
    a_setting_is_replaced,
);

async fn add(db: &Database, name: &str, roles: &[Role]) -> User {
    let mut tx = db.begin().await.unwrap();
    let new = NewUser {
        name: name.into(),
        display_name: format!("{name} L."),
        password_hash: Some("hash".into()),
        roles: roles.to_vec(),
    };
    let user = create_user(&mut tx, new, &ada()).await.unwrap();
    tx.commit().await.unwrap();
    user
}

async fn names_that_differ_only_in_case_are_one_person(db: &Database) {
    add(db, "Ada", &[Role::Admin]).await;
    let mut tx = db.begin().await.unwrap();
    let again = create_user(
        &mut tx,
        NewUser {
            name: " aDA ".into(),
            display_name: "x".into(),
            password_hash: None,
            roles: vec![],
        },
        &ada(),
    )
    .await;
    assert!(matches!(again, Err(StoreError::Taken { .. })), "{again:?}");
    tx.rollback().await.unwrap();
    assert_eq!(find_user_by_name(db, "ADA").await.unwrap().unwrap().user.name, "Ada");
    assert_eq!(count_users(db).await.unwrap(), 1);
    assert!(find_user_by_name(db, "bob").await.unwrap().is_none());
}

async fn a_person_is_read_back_with_all_roles(db: &Database) {
    let ada = add(db, "ada", &[Role::Steward, Role::Admin, Role::Admin]).await;
    let bob = add(db, "bob", &[]).await;
    let roles = |user: &User| user.roles.clone();
    assert_eq!(roles(&get_user(db, &ada.user_id).await.unwrap()), [Role::Admin, Role::Steward]);
    let mut tx = db.begin().await.unwrap();
    set_roles(&mut tx, &bob.user_id, &[Role::Tester], &super::fixture::ada())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let all = list_users(db).await.unwrap();
    assert_eq!(all.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["ada", "bob"]);
    assert_eq!(roles(&all[1]), [Role::Tester]);
    assert!(matches!(
        get_user(db, &UserId("nobody".into())).await,
        Err(StoreError::Missing { .. })
    ));
}

fn session(user: &User, seconds: i64) -> Record {
    Record {
        id: Id::default(),
        data: [("user_id".to_owned(), user.user_id.as_str().into())].into(),
        expiry_date: OffsetDateTime::now_utc() + Duration::seconds(seconds),
    }
}

async fn a_new_password_ends_every_session_of_that_person(db: &Database) {
    let (ada, bob) = (add(db, "ada", &[]).await, add(db, "bob", &[]).await);
    let sessions = Sessions::new(db.clone());
    let (mut of_ada, mut of_bob) = (session(&ada, 60), session(&bob, 60));
    sessions.create(&mut of_ada).await.unwrap();
    sessions.create(&mut of_bob).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    set_password(&mut tx, &ada.user_id, "other", &Actor::limn()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(sessions.load(&of_ada.id).await.unwrap().is_none());
    assert!(sessions.load(&of_bob.id).await.unwrap().is_some());
    assert_eq!(
        find_user_by_name(db, "ada").await.unwrap().unwrap().password_hash.as_deref(),
        Some("other")
    );
}

async fn somebody_inactive_is_no_viewer_and_has_no_session(db: &Database) {
    let ada = add(db, "ada", &[Role::Admin]).await;
    let sessions = Sessions::new(db.clone());
    let mut of_ada = session(&ada, 60);
    sessions.create(&mut of_ada).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    set_active(&mut tx, &ada.user_id, false, &Actor::limn()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(viewer(db, &ada.user_id).await.unwrap().is_none());
    assert!(sessions.load(&of_ada.id).await.unwrap().is_none());
    assert!(!get_user(db, &ada.user_id).await.unwrap().is_active);
}

async fn the_viewer_costs_one_statement(db: &Database) {
    let ada = add(db, "ada", &[Role::Analyst, Role::Admin]).await;
    let empty = viewer(db, &ada.user_id).await.unwrap().unwrap();
    assert!(!empty.has_connections);
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    request(db, &group_of(&connection)).await;
    let before = db.statement_count();
    let viewer = viewer(db, &ada.user_id).await.unwrap().unwrap();
    assert_eq!(db.statement_count() - before, 1);
    assert_eq!((viewer.table_count, viewer.active_run_count, viewer.has_connections), (2, 1, true));
    assert_eq!(viewer.user.roles, [Role::Admin, Role::Analyst]);
    assert_eq!(viewer.project_name, "Default project");
}

async fn a_link_is_used_once_however_many_try_at_once(db: &Database) {
    let user = add(db, "ada", &[]).await;
    let mut tx = db.begin().await.unwrap();
    let link = NewLink {
        user_id: Some(user.user_id.clone()),
        token_hash: "t".into(),
        expires_in_s: 60,
    };
    create_sign_in_link(&mut tx, link, &Actor::limn()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(find_sign_in_link(db, "t").await.unwrap().unwrap().user_id, Some(user.user_id));
    let tries = (0..8).map(|_| async {
        let mut tx = db.begin().await.unwrap();
        let link = consume_sign_in_link(&mut tx, "t").await.unwrap();
        tx.commit().await.unwrap();
        link
    });
    let used = futures::future::join_all(tries).await.into_iter().flatten().count();
    assert_eq!(used, 1);
    assert!(find_sign_in_link(db, "t").await.unwrap().is_none());
}

async fn an_ended_link_is_not_found(db: &Database) {
    let mut tx = db.begin().await.unwrap();
    create_sign_in_link(
        &mut tx,
        NewLink {
            user_id: None,
            token_hash: "old".into(),
            expires_in_s: 60,
        },
        &Actor::limn(),
    )
    .await
    .unwrap();
    // A newer link for the same (first) person ends the older one; this one is born ended.
    create_sign_in_link(
        &mut tx,
        NewLink {
            user_id: None,
            token_hash: "ended".into(),
            expires_in_s: -1,
        },
        &Actor::limn(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    for token_hash in ["old", "ended", "unknown"] {
        assert!(find_sign_in_link(db, token_hash).await.unwrap().is_none(), "{token_hash}");
        let mut tx = db.begin().await.unwrap();
        assert!(consume_sign_in_link(&mut tx, token_hash).await.unwrap().is_none(), "{token_hash}");
    }
}

async fn only_recent_failures_count(db: &Database) {
    record_sign_in_attempt(db, &"x\0ü".repeat(50_000), "10.0.0.9", false).await.unwrap();
    for (name, address, succeeded) in [
        ("ada", "10.0.0.1", false),
        ("Ada ", "10.0.0.2", false),
        ("bob", "10.0.0.1", false),
        ("ada", "10.0.0.1", true),
    ] {
        record_sign_in_attempt(db, name, address, succeeded).await.unwrap();
    }
    assert_eq!(
        count_recent_failures(db, "ADA", "10.0.0.1", 60).await.unwrap(),
        FailureCounts { by_name: 2, by_address: 2 }
    );
    assert_eq!(
        count_recent_failures(db, "ada", "10.0.0.1", -60).await.unwrap(),
        FailureCounts::default()
    );
    assert_eq!(delete_old_attempts(db, 60).await.unwrap(), 0);
    assert_eq!(delete_old_attempts(db, -60).await.unwrap(), 5);
}

async fn a_session_lives_until_it_ends(db: &Database) {
    let user = add(db, "ada", &[]).await;
    let sessions = Sessions::new(db.clone());
    let mut lasting = session(&user, 60);
    let mut ended = session(&user, -1);
    sessions.create(&mut lasting).await.unwrap();
    sessions.create(&mut ended).await.unwrap();
    lasting.data.insert("share".into(), serde_json::json!(0.1));
    sessions.save(&lasting).await.unwrap();
    let loaded = sessions.load(&lasting.id).await.unwrap().unwrap();
    assert_eq!(loaded.data, lasting.data);
    assert!((loaded.expiry_date - lasting.expiry_date).abs() < Duration::milliseconds(1));
    assert!(sessions.load(&ended.id).await.unwrap().is_none());
    assert_eq!(delete_expired(db).await.unwrap(), 1);
    sessions.delete(&lasting.id).await.unwrap();
    assert!(sessions.load(&lasting.id).await.unwrap().is_none());
}

async fn a_session_never_takes_the_id_of_another(db: &Database) {
    let user = add(db, "ada", &[]).await;
    let sessions = Sessions::new(db.clone());
    let mut first = session(&user, 60);
    let mut second = session(&user, 60);
    second.id = first.id;
    sessions.create(&mut first).await.unwrap();
    sessions.create(&mut second).await.unwrap();
    assert_ne!(first.id, second.id);
}

async fn a_late_save_does_not_bring_a_deleted_session_back(db: &Database) {
    let user = add(db, "ada", &[]).await;
    let sessions = Sessions::new(db.clone());
    let mut session = session(&user, 60);
    sessions.create(&mut session).await.unwrap();
    let loaded = sessions.load(&session.id).await.unwrap().unwrap();
    sessions.delete(&session.id).await.unwrap();
    sessions.save(&loaded).await.unwrap();
    assert!(sessions.load(&session.id).await.unwrap().is_none());
}

async fn the_trail_is_only_added_to(db: &Database) {
    let user = add(db, "ada", &[Role::Admin]).await;
    let subject = format!("user:{}", user.user_id);
    let trail = audit::list_audit(db, Some(&subject), 0, 10).await.unwrap();
    assert_eq!(
        (trail.total, trail.items[0].action.as_str(), &trail.items[0].actor),
        (1, "user.create", &ada())
    );
    assert_eq!(trail.items[0].details["name"], "ada");
    for text in ["update audit_log set actor_name = 'eve'", "delete from audit_log"] {
        let mut tx = db.begin().await.unwrap();
        let changed = crate::store::sql(text).execute(&mut tx).await;
        assert!(matches!(changed, Err(StoreError::Refused { .. })), "{text}: {changed:?}");
    }
    assert_eq!(audit::list_audit(db, None, 0, 10).await.unwrap().total, 1);
}

async fn a_rolled_back_change_leaves_no_trail(db: &Database) {
    let mut tx = db.begin().await.unwrap();
    settings::set(&mut tx, "theme", "dark", &ada()).await.unwrap();
    drop(tx);
    assert_eq!(settings::get(db, "theme").await.unwrap(), None);
    assert_eq!(audit::list_audit(db, None, 0, 10).await.unwrap().total, 0);
}

async fn a_setting_is_replaced(db: &Database) {
    assert_eq!(settings::get(db, "theme").await.unwrap(), None);
    for value in ["dark", "light"] {
        let mut tx = db.begin().await.unwrap();
        settings::set(&mut tx, "theme", value, &ada()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(settings::get(db, "theme").await.unwrap().as_deref(), Some(value));
    }
    let trail = audit::list_audit(db, Some("setting:theme"), 1, 1).await.unwrap();
    assert_eq!((trail.total, trail.items.len()), (2, 1));
    assert!(!format!("{trail:?}").contains("dark"), "the trail never holds a setting's value");
}
