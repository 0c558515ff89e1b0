//! The first run of what is switched on: once, by choice, and told by its trigger and the trail.

use axum::http::Method;
use serde_json::{Value, json};

use super::tokens::{token_of, with_token};
use crate::domain::user::{Role, TokenScope};
use crate::store::audit;
use crate::tests::app::TestApp;

/// A server with a connection that was never profiled.
async fn never_profiled(app: &TestApp) -> crate::domain::connection::Connection {
    let folder = app.folder.path().join("own");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("stock.csv"), "item,count\n1,2\n").unwrap();
    std::fs::write(folder.join("sales.csv"), "a,b\n1,2\n").unwrap();
    app.connect("Own", &folder.canonicalize().unwrap()).await
}

async fn runs(app: &TestApp, token: &str) -> Vec<Value> {
    let listed = with_token(app, Method::GET, "/api/profile-runs", token, "").await.json();
    listed["runs"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_connection_that_is_switched_on_is_profiled_once_where_somebody_wants_it() {
    let app = TestApp::new().await;
    never_profiled(&app).await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let token = token_of(&app, "bo", &[Role::Admin], TokenScope::Admin).await;
    let switch = async |form: &str| {
        app.post("/actions/set-connection-active", &cookie, &format!("connection_id=own&{form}"))
            .await
    };
    switch("active=false").await;
    let page = app.get("/settings/connections", &cookie).await.body;
    assert!(
        page.contains("name=\"first_run\"") && page.contains("checked"),
        "the choice is on: {page}"
    );
    switch("active=true").await;
    assert!(runs(&app, &token).await.is_empty(), "nobody wanted it");
    switch("active=false").await;
    switch("active=true&first_run=1").await;
    let started = runs(&app, &token).await;
    assert_eq!(
        (started.len(), &started[0]["trigger"], &started[0]["started_by"]),
        (1, &json!("activation"), &json!("ada")),
        "{started:?}"
    );
    let id = started[0]["profile_run_id"].as_str().unwrap();
    let trail = audit::list_audit(app.db(), Some(&format!("run:{id}")), 0, 5).await.unwrap();
    assert_eq!(
        (trail.items[0].action.as_str(), &trail.items[0].details["trigger"]),
        ("run.request", &json!("activation"))
    );
    // Switched round while it waits, and once more after it ended: never a second one.
    switch("active=false").await;
    switch("active=true&first_run=1").await;
    assert_eq!(runs(&app, &token).await.len(), 1);
}

#[tokio::test]
async fn what_was_profiled_before_is_not_profiled_for_being_switched_on() {
    let app = TestApp::new().await;
    app.shop().await;
    let token = token_of(&app, "ada", &[Role::Admin], TokenScope::Admin).await;
    let patch = async |path: &str, body: Value| with_token(&app, Method::PATCH, path, &token, &body.to_string()).await;
    for is_active in [false, true] {
        assert_eq!(
            patch("/api/connections/shop", json!({"is_active": is_active})).await.json()["is_active"],
            is_active
        );
    }
    assert_eq!(runs(&app, &token).await.len(), 1);
}

#[tokio::test]
async fn a_group_is_profiled_when_it_is_made_and_refuses_while_it_is_off() {
    let app = TestApp::new().await;
    let connection = never_profiled(&app).await;
    let token = token_of(&app, "ada", &[Role::Admin], TokenScope::Admin).await;
    let send = async |method: Method, path: &str, body: Value| with_token(&app, method, path, &token, &body.to_string()).await;
    let made = send(
        Method::POST,
        "/api/connections/own/table-groups",
        json!({"name": "Stock", "include_mask": "stock"}),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let quiet = json!({"name": "Sales", "include_mask": "sales", "first_run": false});
    assert_eq!(send(Method::POST, "/api/connections/own/table-groups", quiet).await.status, 201);
    let started = runs(&app, &token).await;
    assert_eq!(
        (started.len(), &started[0]["table_group_id"]),
        (1, &json!("own-stock")),
        "{started:?}"
    );
    let here = "/api/table-groups/own-sales";
    assert_eq!(
        send(Method::PATCH, here, json!({"is_active": false})).await.json()["is_active"],
        false
    );
    let refused = send(Method::POST, &format!("{here}/profile-runs"), json!({})).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("The group Sales is switched off"), "{}", refused.body);
    let outside = send(Method::POST, "/api/profile-runs", json!({"table_group_id": "own-sales"})).await;
    assert_eq!(outside.status, 409, "nor from outside: {}", outside.body);
    assert_eq!(
        send(Method::PATCH, here, json!({"is_active": true})).await.json()["is_active"],
        true
    );
    assert_eq!(runs(&app, &token).await.len(), 2, "switched on, its first run starts");
    let trail = audit::list_audit(app.db(), Some("table_group:own-sales"), 0, 9).await.unwrap();
    let actions: Vec<&str> = trail.items.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(
        actions.iter().filter(|action| **action == "table_group.set_active").count(),
        2,
        "{actions:?}"
    );
    drop(connection);
}
