//! API tokens: what they open, what they never open, and when they stop.

use axum::body::Body;
use axum::http::{Method, Request, header};

use crate::domain::user::{Role, TokenScope};
use crate::services::api_tokens::{create_token, revoke_token, viewer_of_token};
use crate::store::{api_tokens, sql, users};
use crate::tests::app::{Answer, TestApp};

pub async fn with_token(app: &TestApp, method: Method, path: &str, token: &str, body: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "limn.test")
        .header(header::ACCEPT, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap();
    app.send_request(request).await
}

/// A person with these roles and a token of theirs.
pub async fn token_of(app: &TestApp, name: &str, roles: &[Role], scope: TokenScope) -> String {
    let (user, _) = app.come_in(name, roles).await;
    let viewer = users::viewer(app.db(), &user.user_id).await.unwrap().unwrap();
    create_token(app.db(), &viewer, "test", scope, 30).await.unwrap()
}

#[tokio::test]
async fn a_token_opens_the_api_within_its_scope_and_its_persons_roles() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let start = format!("/api/table-groups/{}/profile-runs", connection.groups[0].table_group_id);
    let read = token_of(&app, "reader", &[Role::Admin], TokenScope::Read).await;
    let run = token_of(&app, "runner", &[Role::Analyst], TokenScope::Run).await;
    let weak = token_of(&app, "owner", &[Role::ReportOwner], TokenScope::Admin).await;
    for (token, status) in [(&read, 403), (&weak, 403), (&run, 202)] {
        assert_eq!(with_token(&app, Method::POST, &start, token, "{}").await.status.as_u16(), status);
    }
    for token in [&read, &run, &weak] {
        assert_eq!(with_token(&app, Method::GET, "/api/profile-runs", token, "").await.status, 200);
        assert_eq!(with_token(&app, Method::GET, "/tables?format=json", token, "").await.status, 200);
    }
    assert_eq!(
        with_token(&app, Method::GET, "/settings/connections?format=json", &read, "")
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn a_token_that_is_too_narrow_for_what_its_person_may_do_names_the_scope_that_is_enough() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let start = format!("/api/table-groups/{}/profile-runs", connection.groups[0].table_group_id);
    let read = token_of(&app, "ada", &[Role::Admin], TokenScope::Read).await;
    for (path, body, needed) in [("/api/projects", "{\"name\": \"x\"}", "admin"), (start.as_str(), "{}", "run")] {
        let answer = with_token(&app, Method::POST, path, &read, body).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
        let problem = answer.json();
        assert_eq!(problem["title"], "A token of the scope read may not do this");
        let said = problem["detail"].as_str().unwrap();
        assert!(
            said.contains(&format!("a token of the scope {needed}")) && !said.contains("role"),
            "{said}"
        );
    }
    // Where the person may not do it either, another token would not help.
    let weak = token_of(&app, "bo", &[Role::ReportOwner], TokenScope::Read).await;
    let answer = with_token(&app, Method::POST, "/api/projects", &weak, "{\"name\": \"x\"}").await;
    assert_eq!(answer.json()["title"], "Your role does not include this");
}

#[tokio::test]
async fn a_token_opens_no_page_and_no_form_and_makes_no_token() {
    let app = TestApp::new().await;
    let token = token_of(&app, "ada", &[Role::Admin], TokenScope::Admin).await;
    for page in ["/tables", "/api/docs"] {
        assert_eq!(with_token(&app, Method::GET, page, &token, "").await.status, 401, "{page}");
    }
    assert_eq!(
        with_token(&app, Method::POST, "/actions/create-token", &token, "").await.status,
        401
    );
    let viewer = viewer_of_token(app.db(), &token).await.unwrap().unwrap();
    assert!(create_token(app.db(), &viewer, "more", TokenScope::Read, 1).await.is_err());
    assert_eq!(
        with_token(&app, Method::GET, "/api/profile-runs", "limn_nothing", "").await.status,
        401
    );
    assert_eq!(with_token(&app, Method::GET, "/healthz", "limn_nothing", "").await.status, 200);
}

#[tokio::test]
async fn a_token_that_ended_was_revoked_or_lost_its_person_is_refused() {
    let app = TestApp::new().await;
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Read).await;
    let works = async || with_token(&app, Method::GET, "/api/profile-runs", &token, "").await.status == 200;
    assert!(works().await);
    sql("update api_tokens set expires_at = {after -1}")
        .execute(app.db())
        .await
        .unwrap();
    assert!(!works().await);
    sql("update api_tokens set expires_at = {after 60}")
        .execute(app.db())
        .await
        .unwrap();
    sql("update users set is_active = $1").bind(false).execute(app.db()).await.unwrap();
    assert!(!works().await);
    sql("update users set is_active = $1").bind(true).execute(app.db()).await.unwrap();
    assert!(works().await);
    let user = users::find_user_by_name(app.db(), "ada").await.unwrap().unwrap().user;
    let viewer = users::viewer(app.db(), &user.user_id).await.unwrap().unwrap();
    let listed = api_tokens::list_tokens(app.db(), &user.user_id).await.unwrap();
    assert!(listed[0].last_used_at.is_some());
    assert!(revoke_token(app.db(), &viewer, &listed[0].token_id).await.unwrap());
    assert!(!revoke_token(app.db(), &viewer, &listed[0].token_id).await.unwrap());
    assert!(!works().await);
}

#[tokio::test]
async fn the_page_shows_a_token_once_and_the_database_never_holds_it() {
    let app = TestApp::new().await;
    let (_, cookie) = app.come_in("ada", &[Role::Analyst]).await;
    let made = app.post("/actions/create-token", &cookie, "name=nightly&scope=read&days=30").await;
    assert_eq!(made.status, 303);
    let flash = made
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find(|value| value.starts_with("limn_flash="))
        .and_then(|value| value.split(';').next())
        .unwrap()
        .to_owned();
    let page = app.get("/account/tokens", &format!("{cookie}; {flash}")).await;
    let token = page
        .body
        .split("limn_")
        .nth(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_hexdigit).collect::<String>())
        .unwrap();
    assert_eq!(token.len(), 64);
    assert!(page.body.contains("nightly") && page.body.contains("Read what you may read"));
    assert!(!app.get("/account/tokens", &cookie).await.body.contains(&token));
    let kept = sql("select token_hash from api_tokens")
        .fetch_one(app.db())
        .await
        .unwrap()
        .text("token_hash")
        .unwrap();
    assert!(kept != token && kept.len() == 64);
    assert_eq!(
        with_token(&app, Method::GET, "/api/profile-runs", &format!("limn_{token}"), "")
            .await
            .status,
        200
    );
}
