//! The page of people: made with a role and a place, changed, never without an administrator.

use axum::http::StatusCode;

use crate::domain::user::Role;
use crate::store::users;
use crate::tests::app::{Answer, TestApp};

fn said(answer: &Answer) -> String {
    let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    percent_encoding::percent_decode_str(&cookies.collect::<String>())
        .decode_utf8_lossy()
        .into_owned()
}

async fn grants(app: &TestApp, name: &str) -> Vec<String> {
    let user = users::find_user_by_name(app.db(), name).await.unwrap().unwrap().user;
    user.grants().map(|grant| grant.text()).collect()
}

#[tokio::test]
async fn an_administrator_gives_roles_on_groups_and_one_always_remains() {
    let app = TestApp::new().await;
    app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let made = app
        .post(
            "/actions/create-person",
            &cookie,
            "name=bo&display_name=Bo+B&grants%5B%5D=analyst%40group%3Ashop-all&grants%5B%5D=tester",
        )
        .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
    assert!(said(&made).contains("/welcome/"), "{}", said(&made));
    assert_eq!(grants(&app, "bo").await, ["analyst@group:shop-all", "tester"]);
    let page = app.get("/settings/people", &cookie).await.body;
    assert!(page.contains("Analyst of Shop: Shop; Tester") && page.contains("Bo B"), "{page}");
    let page = app.get("/settings/people/bo", &cookie).await.body;
    assert_eq!(page.matches("checked").count(), 2, "{page}");
    let set = async |name: &str, grants: &str| {
        let form = format!("name={name}&{grants}");
        said(&app.post("/actions/set-grants", &cookie, &form).await)
    };
    assert!(
        set("bo", "grants%5B%5D=steward%40project%3Adefault")
            .await
            .contains("The roles are set")
    );
    assert_eq!(grants(&app, "bo").await, ["steward@project:default"]);
    for (name, form, reason) in [
        ("bo", "", "needs a role"),
        ("bo", "grants%5B%5D=king", "is no role"),
        ("bo", "grants%5B%5D=analyst%40group%3Anowhere", "There is no table group nowhere"),
        ("bo", "grants%5B%5D=analyst%40project%3Anowhere", "There is no project nowhere"),
        ("bo", "grants%5B%5D=admin%40group%3Ashop-all", "administers everything"),
        ("ada", "grants%5B%5D=analyst", "Nobody would be left"),
        ("nobody", "grants%5B%5D=analyst", "There is nothing"),
    ] {
        let message = set(name, form).await;
        assert!(message.contains(reason), "{name} {form}: {message}");
    }
    assert_eq!(grants(&app, "bo").await, ["steward@project:default"]);
    let out = app.post("/actions/set-person-active", &cookie, "name=ada&active=false").await;
    assert!(said(&out).contains("Nobody would be left"));
    set("bo", "grants%5B%5D=admin").await;
    assert!(set("ada", "grants%5B%5D=analyst").await.contains("The roles are set"));
    assert_eq!(
        app.get("/settings/people", &cookie).await.status,
        StatusCode::FORBIDDEN,
        "it holds at once"
    );
}

#[tokio::test]
async fn the_addresses_of_older_descriptions_lead_to_the_page() {
    let app = TestApp::new().await;
    let (_, cookie) = app.come_in("ada", &[Role::Analyst]).await;
    for path in ["/api", "/docs", "/redoc"] {
        assert_eq!(app.get(path, &cookie).await.header("location"), "/api/docs", "{path}");
    }
    let page = app.get("/api/docs", &cookie).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("/api/profile-runs/{profile_run_id}/results") && !page.body.contains("src=\"http"));
}
