//! Acts on alerts by API: what is unknown is named, an act is undone by its name, and nobody is given what he does not see.

use axum::http::Method;
use serde_json::{Value, json};

use super::scope::person;
use super::tokens::{token_of, with_token};
use crate::domain::user::{Role, TokenScope};
use crate::tests::app::TestApp;

/// Raises an alert of a group, or of none, and gives its id.
async fn raise(app: &TestApp, admin: &str, reference: &str, group: Option<&str>) -> String {
    let body = json!({"source_type": "loader", "source_ref": reference, "title": format!("{reference} is late"), "table_group_id": group});
    let raised = with_token(app, Method::POST, "/api/alerts", admin, &body.to_string()).await;
    assert_eq!(raised.status, 201, "{}", raised.body);
    raised.json()["alert_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_act_names_what_it_does_not_know_and_is_undone_by_its_name() {
    let app = TestApp::new().await;
    let admin = token_of(&app, "ada", &[Role::Admin], TokenScope::Admin).await;
    let other = token_of(&app, "stew", &[Role::Steward], TokenScope::Admin).await;
    let id = raise(&app, &admin, "night", None).await;
    let post = async |path: &str, token: &str, body: Value| with_token(&app, Method::POST, path, token, &body.to_string()).await;
    let shown = async || with_token(&app, Method::GET, &format!("/api/alerts/{id}"), &admin, "").await.json();
    let act = json!({"alert_ids": [id, "nope"], "act": "snooze", "until": "worse", "note": "after the release"});
    let done = post("/api/alerts/act", &admin, act).await.json();
    assert_eq!(
        (&done["changed"], &done["unchanged"], &done["unknown"]),
        (&json!(1), &json!(0), &json!(["nope"]))
    );
    let alert = shown().await;
    assert_eq!(alert["state"], "snoozed");
    assert_eq!(
        alert["trail"][0]["note"], "until it worsens: after the release",
        "what was decided stands beside what was said"
    );
    let batch = json!({"batch_id": done["batch_id"]});
    assert_eq!(
        post("/api/alerts/undo", &other, batch.clone()).await.json()["changed"],
        0,
        "somebody else's act"
    );
    assert_eq!(post("/api/alerts/undo", &admin, batch.clone()).await.json()["changed"], 1);
    assert_eq!(shown().await["state"], "open");
    assert_eq!(post("/api/alerts/undo", &admin, batch).await.json()["changed"], 0, "once");
    let none = post("/api/alerts/act", &admin, json!({"alert_ids": ["nope"], "act": "acknowledge"})).await;
    assert_eq!(none.status, 422, "{}", none.body);
}

#[tokio::test]
async fn an_alert_is_given_only_to_whoever_sees_it() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let group = connection.groups[0].table_group_id.as_str();
    let admin = token_of(&app, "ada", &[Role::Admin], TokenScope::Admin).await;
    person(&app, "nearby", &["steward@group:elsewhere".into()]).await;
    person(&app, "stew", &[format!("steward@group:{group}")]).await;
    let id = raise(&app, &admin, "night", Some(group)).await;
    let assign = async |name: &str| {
        let body = json!({"alert_ids": [id], "act": "assign", "person": name}).to_string();
        with_token(&app, Method::POST, "/api/alerts/act", &admin, &body).await
    };
    let refused = assign("nearby").await;
    assert!(
        refused.status == 422 && refused.body.contains("nearby does not see 1 alert"),
        "{}",
        refused.body
    );
    assert_eq!(assign("stew").await.json()["changed"], 1);
    let trail = with_token(&app, Method::GET, &format!("/api/alerts/{id}"), &admin, "").await.json()["trail"].clone();
    assert_eq!((&trail[0]["action"], &trail[0]["note"]), (&json!("assign"), &json!("to stew")));
}
