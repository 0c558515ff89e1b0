//! How often programs may ask, and how they are told to wait.

use axum::body::Body;
use axum::http::{Method, Request, header};
use tower::ServiceExt;

use super::tokens::{token_of, with_token};
use crate::domain::user::{Role, TokenScope};
use crate::http::api::openapi::document;
use crate::services::configuration::ApiLimits;
use crate::services::rate_limits::RateLimits;
use crate::startup;
use crate::tests::app::TestApp;

/// A server that lets 3 requests and 2 wrong tokens a minute through.
async fn strict() -> TestApp {
    let mut app = TestApp::new().await;
    app.state.limits = RateLimits::new(ApiLimits {
        requests_a_minute: 3,
        failures_a_minute: 2,
    });
    app.router = startup::app_router(app.state.clone());
    app
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_how_long_to_wait_and_others_are_not() {
    let app = strict().await;
    let ada = token_of(&app, "ada", &[Role::Analyst], TokenScope::Read).await;
    let bo = token_of(&app, "bo", &[Role::Analyst], TokenScope::Read).await;
    for path in ["/api/projects", "/tables?format=json", "/data-quality/datasets"] {
        assert_eq!(with_token(&app, Method::GET, path, &ada, "").await.status, 200, "{path}");
    }
    for path in ["/api/projects", "/tables?format=json"] {
        let refused = with_token(&app, Method::GET, path, &ada, "").await;
        assert_eq!(
            (refused.status.as_u16(), refused.header("content-type")),
            (429, "application/problem+json")
        );
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=21).contains(&wait), "{wait}");
        assert_eq!(refused.json()["status"], 429);
    }
    assert_eq!(with_token(&app, Method::GET, "/api/projects", &bo, "").await.status, 200);
}

#[tokio::test]
async fn a_person_at_a_browser_is_counted_for_the_api_and_not_for_pages() {
    let app = strict().await;
    let (_, cookie) = app.come_in("ada", &[Role::Analyst]).await;
    let api = async || {
        let request = Request::get("/api/projects")
            .header(header::COOKIE, &cookie)
            .body(Body::empty())
            .unwrap();
        app.send_request(request).await.status.as_u16()
    };
    assert_eq!([api().await, api().await, api().await, api().await], [200, 200, 200, 429]);
    for _ in 0..5 {
        assert_eq!(app.get("/tables", &cookie).await.status, 200);
    }
}

#[tokio::test]
async fn tokens_that_do_not_work_are_counted_and_never_stop_one_that_does() {
    let app = strict().await;
    let good = token_of(&app, "ada", &[Role::Analyst], TokenScope::Read).await;
    let wrong = format!("limn_{}", "0".repeat(64));
    let mut said = Vec::new();
    for _ in 0..4 {
        let answer = with_token(&app, Method::GET, "/api/projects", &wrong, "").await;
        said.push(answer.status.as_u16());
        if answer.status == 429 {
            assert!(!answer.header("retry-after").is_empty());
        }
    }
    assert_eq!(said, [401, 401, 429, 429]);
    assert_eq!(with_token(&app, Method::GET, "/api/projects", &good, "").await.status, 200);
    // Nobody at all is not a try.
    let nobody = Request::get("/api/projects").body(Body::empty()).unwrap();
    assert_eq!(app.router.clone().oneshot(nobody).await.unwrap().status(), 401);
}

#[test]
fn every_operation_says_that_it_may_ask_to_wait() {
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let refused = &operation["responses"]["429"];
            assert_eq!(refused["headers"]["Retry-After"]["schema"]["type"], "integer", "{method} {path}");
            assert!(refused["content"]["application/problem+json"].is_object(), "{method} {path}");
        }
    }
}
