//! Coming in: links, passwords, the throttle, headers.

use axum::http::StatusCode;

use crate::domain::audit::Actor;
use crate::domain::user::Role;
use crate::services::access;
use crate::tests::app::{TestApp, session_cookie};

#[tokio::test]
async fn the_first_link_works_once_and_only_while_nobody_exists() {
    let app = TestApp::new().await;
    let old = access::create_link(app.db(), None, &Actor::limn()).await.unwrap();
    let new = access::create_link(app.db(), None, &Actor::limn()).await.unwrap();
    assert_eq!(
        app.get(&format!("/welcome/{old}"), "").await.status,
        StatusCode::GONE,
        "a newer link ends the older one"
    );
    assert_eq!(app.get(&format!("/welcome/{new}"), "").await.status, StatusCode::OK);
    let answer = app.post("/actions/accept-link", "", &format!("token={new}")).await;
    let cookie = session_cookie(&answer);
    assert_eq!(app.get("/tables", &cookie).await.status, StatusCode::OK);
    for token in [&old, &new] {
        let again = app.post("/actions/accept-link", "", &format!("token={token}")).await;
        assert_eq!(session_cookie(&again), "", "a spent link was accepted");
        assert_eq!(app.get(&format!("/welcome/{token}"), "").await.status, StatusCode::GONE);
    }
}

#[tokio::test]
async fn two_holders_of_the_first_link_make_one_administrator() {
    let app = TestApp::new().await;
    let token = access::create_link(app.db(), None, &Actor::limn()).await.unwrap();
    let form = format!("token={token}");
    let answers = futures::future::join_all((0..8).map(|_| app.post("/actions/accept-link", "", &form))).await;
    assert_eq!(answers.iter().filter(|answer| !session_cookie(answer).is_empty()).count(), 1);
    assert_eq!(crate::store::users::count_users(app.db()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_password_signs_in_and_eight_wrong_ones_make_the_name_wait() {
    let app = TestApp::new().await;
    let (_, cookie) = app.come_in("ada", &[Role::Steward]).await;
    let answer = app.post("/actions/change-password", &cookie, "password=a+lake+drawn+in+ink").await;
    assert_eq!(answer.header("location"), "/account");
    let right = "name=ada&password=a+lake+drawn+in+ink&next=%2Fruns";
    let answer = app.post("/actions/sign-in", "", right).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/runs"));
    for _ in 0..8 {
        let answer = app.post("/actions/sign-in", "", "name=ada&password=wrong").await;
        assert_eq!(session_cookie(&answer), "");
    }
    let answer = app.post("/actions/sign-in", "", right).await;
    assert_eq!(session_cookie(&answer), "", "the throttle did not hold");
}

#[tokio::test]
async fn an_inactive_person_is_out_at_once() {
    let app = TestApp::new().await;
    let (user, cookie) = app.come_in("ada", &[Role::Analyst]).await;
    assert_eq!(app.get("/tables", &cookie).await.status, StatusCode::OK);
    let mut tx = app.db().begin().await.unwrap();
    crate::store::users::set_active(&mut tx, &user.user_id, false, &Actor::limn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.get("/tables", &cookie).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_a_page_its_nonce() {
    let app = TestApp::new().await;
    let page = app.get("/login", "").await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("script-src 'nonce-") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    assert!(!page.body.contains(" style=\""), "a style attribute breaks the policy");
    for path in ["/login", "/healthz", "/tables", "/nowhere"] {
        let answer = app.get(path, "").await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(
            answer.header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn programs_get_health_at_the_root_and_nothing_else_without_signing_in() {
    let app = TestApp::new().await;
    let get = |path: &str| {
        axum::http::Request::get(path)
            .header("accept", "application/json")
            .body(axum::body::Body::empty())
            .unwrap()
    };
    let answer = app.send_request(get("/")).await;
    assert_eq!((answer.status, answer.json()["service"].clone()), (StatusCode::OK, "limn".into()));
    let answer = app.send_request(get("/runs?format=json")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(answer.json()["reference"].as_str().is_some_and(|reference| !reference.is_empty()));
}
