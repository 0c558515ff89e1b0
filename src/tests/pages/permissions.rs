//! Every route and every action, for every role, against the written table. A route that is missing here fails.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use crate::app::App;
use crate::domain::user::Role;
use crate::tests::app::TestApp;

const EVERYBODY: &[Role] = &[Role::Analyst, Role::Steward, Role::Tester, Role::ReportOwner, Role::Admin];
const RUNNERS: &[Role] = &[Role::Analyst, Role::Steward, Role::Admin];
const STEWARDS: &[Role] = &[Role::Steward, Role::Admin];
const ADMINS: &[Role] = &[Role::Admin];

/// Pages that need somebody to be signed in: route, an address, who may open it.
fn pages(table: &str, alert: &str) -> Vec<(&'static str, String, &'static [Role])> {
    vec![
        ("/", "/".into(), EVERYBODY),
        ("/start", "/start".into(), ADMINS),
        ("/tables", "/tables".into(), EVERYBODY),
        ("/tables/:connection/:schema/:table", table.into(), EVERYBODY),
        (
            "/tables/:connection/:schema/:table/columns/:column",
            format!("{table}/columns/amount"),
            EVERYBODY,
        ),
        (
            "/tables/:connection/:schema/:table/columns/:column/rows",
            format!("{table}/columns/amount/rows?is=null"),
            EVERYBODY,
        ),
        ("/runs", "/runs".into(), EVERYBODY),
        ("/runs/:number", "/runs/1".into(), EVERYBODY),
        ("/runs/:number/cancel", "/runs/1/cancel".into(), RUNNERS),
        ("/alerts", "/alerts".into(), EVERYBODY),
        ("/find", "/find?q=orders".into(), EVERYBODY),
        ("/alerts/:alert", alert.to_owned(), EVERYBODY),
        ("/settings/projects", "/settings/projects".into(), ADMINS),
        ("/settings/projects/:project", "/settings/projects/default".into(), ADMINS),
        ("/settings/connections", "/settings/connections".into(), ADMINS),
        ("/settings/connections/:connection", "/settings/connections/shop".into(), ADMINS),
        ("/settings/connections/new", "/settings/connections/new".into(), ADMINS),
        (
            "/settings/connections/:connection/new-group",
            "/settings/connections/shop/new-group".into(),
            ADMINS,
        ),
        ("/settings/groups/:group", "/settings/groups/shop-all".into(), ADMINS),
        ("/settings/datasets", "/settings/datasets".into(), ADMINS),
        ("/settings/datasets/:dataset", "/settings/datasets/sales".into(), ADMINS),
        ("/settings/schema", "/settings/schema".into(), ADMINS),
        ("/settings/quality", "/settings/quality".into(), ADMINS),
        ("/settings/retention", "/settings/retention?days=30".into(), ADMINS),
        ("/settings/looks", "/settings/looks".into(), ADMINS),
        ("/settings/people", "/settings/people".into(), ADMINS),
        ("/settings/people/:name", "/settings/people/analyst".into(), ADMINS),
        ("/api/docs", "/api/docs".into(), EVERYBODY),
        ("/account", "/account".into(), EVERYBODY),
        ("/account/tokens", "/account/tokens".into(), EVERYBODY),
    ]
}

/// Pages for people who are not signed in.
const DOORWAY: &[&str] = &["/login", "/welcome/:token"];

#[tokio::test]
async fn every_page_opens_for_exactly_the_roles_that_may_see_it() {
    let app = TestApp::new().await;
    let (_, orders) = app.shop().await;
    let (_, maker) = app.come_in("maker", &[Role::Admin]).await;
    app.post("/actions/create-dataset", &maker, "name=Sales").await;
    let alert = app.raise_alert().await;
    let pages = pages(&orders.path(), &alert);
    for role in Role::ALL {
        let (_, cookie) = app.come_in(role.word(), &[*role]).await;
        for (route, address, allowed) in &pages {
            let answer = app.get(address, &cookie).await;
            let expected = if allowed.contains(role) {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(
                answer.status,
                expected,
                "{route} for {role}: {}",
                &answer.body[..answer.body.len().min(2_000)]
            );
        }
    }
    for (route, address, _) in &pages {
        let answer = app.get(address, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{route} signed out");
        assert!(
            answer.header("location").starts_with("/login"),
            "{route} leads to {}",
            answer.header("location")
        );
    }
}

#[test]
fn the_table_of_pages_is_complete() {
    let known: BTreeSet<String> = pages("", "")
        .iter()
        .map(|(route, _, _)| *route)
        .chain(DOORWAY.iter().copied())
        .map(str::to_owned)
        .collect();
    let routed: BTreeSet<String> = leptos_axum::generate_route_list(App)
        .iter()
        .map(|listing| listing.path().replace('{', ":").replace('}', ""))
        .collect();
    assert_eq!(routed, known);
}

/// Actions: endpoint, a form, who may do it. Refusals come back as a redirect with a message that says who may.
fn actions(run: &str, group: &str, connection: &str) -> Vec<(&'static str, String, &'static [Role])> {
    vec![
        ("start-run", format!("table_group_id={group}"), RUNNERS),
        ("cancel-run", format!("profile_run_id={run}"), RUNNERS),
        ("retry-run", format!("profile_run_id={run}"), RUNNERS),
        ("profile-sample", String::new(), ADMINS),
        ("create-connection", "name=x&location=%2Fnowhere".into(), ADMINS),
        ("test-connection", "kind=postgresql&name=x&host=h&database=d&user=u".into(), ADMINS),
        ("find-tables", format!("connection_id={connection}"), ADMINS),
        ("update-connection", format!("connection={connection}&name=x"), ADMINS),
        ("delete-connection", format!("connection_id={connection}&typed_name=x"), ADMINS),
        ("act-on-alerts", "act=acknowledge&alerts[0]=none".into(), STEWARDS),
        ("undo-alerts", "batch=none".into(), STEWARDS),
        ("delete-alert", "alert_id=none".into(), ADMINS),
        ("describe-table", format!("table_id=none&x={run}"), STEWARDS),
        ("edit-tables", "tables%5B%5D=none&add_tags=x".into(), STEWARDS),
        ("describe-column", "table_id=none&column_name=x".into(), STEWARDS),
        ("set-table-scope", "table_id=none".into(), STEWARDS),
        ("create-dataset", "name=x".into(), ADMINS),
        ("update-dataset", "dataset_id=x&name=x".into(), ADMINS),
        ("delete-dataset", "dataset_id=x".into(), ADMINS),
        ("create-project", "name=x".into(), ADMINS),
        ("update-project", "project_key=default&name=x".into(), ADMINS),
        ("set-project-active", "project_key=default&active=true".into(), ADMINS),
        ("delete-project", "project_key=default&typed_name=x".into(), ADMINS),
        ("set-connection-active", format!("connection_id={connection}&active=true"), ADMINS),
        ("set-table-group-active", format!("table_group_id={group}&active=true"), ADMINS),
        ("create-table-group", format!("connection_id={connection}&name=x"), ADMINS),
        ("update-table-group", format!("table_group_id={group}&name=x"), ADMINS),
        ("mask-stored-values", format!("table_group_id={group}&typed_name=x"), ADMINS),
        ("delete-table-group", format!("table_group_id={group}"), ADMINS),
        ("delete-table", "table_id=none&typed_name=x".into(), ADMINS),
        ("set-switch", "key=profile_table_reads_enabled&on=true".into(), ADMINS),
        ("repair-schema", String::new(), ADMINS),
        ("backfill-run", format!("profile_run_id={run}"), ADMINS),
        ("set-retention", "days=30".into(), ADMINS),
        (
            "set-finding-settings",
            "threshold=3&cool_down_hours=24&columns[row_identifier]=2".into(),
            ADMINS,
        ),
        ("remove-old-runs", String::new(), ADMINS),
        ("create-person", "name=x&grants%5B%5D=analyst".into(), ADMINS),
        ("set-grants", "name=admin&grants%5B%5D=analyst".into(), ADMINS),
        ("set-person-active", "name=admin&active=true".into(), ADMINS),
        ("link-person", "name=admin".into(), ADMINS),
        ("change-password", "current=&password=short".into(), EVERYBODY),
        ("create-token", "name=&scope=read&days=1".into(), EVERYBODY),
        ("revoke-token", "token_id=none".into(), EVERYBODY),
    ]
}

/// Actions that need nobody to be signed in, or only end a session.
const OPEN_ACTIONS: &[&str] = &["sign-in", "sign-out", "accept-link", "set-scheme"];

#[tokio::test]
async fn every_action_is_refused_to_the_roles_that_may_not_do_it() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let run = app.db();
    let run = crate::store::profile_runs::find_run(run, 1).await.unwrap().unwrap();
    let actions = actions(
        run.profile_run_id.as_str(),
        connection.groups[0].table_group_id.as_str(),
        connection.connection_id.as_str(),
    );
    for role in Role::ALL.iter().filter(|role| **role != Role::Admin) {
        let (_, cookie) = app.come_in(role.word(), &[*role]).await;
        for (action, form, allowed) in actions.iter().filter(|(_, _, allowed)| !allowed.contains(role)) {
            let answer = app.post(&format!("/actions/{action}"), &cookie, form).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{action} for {role}");
            let said = answer
                .headers
                .get_all("set-cookie")
                .iter()
                .filter_map(|value| value.to_str().ok())
                .collect::<String>();
            assert!(
                said.contains("Your%20role%20does%20not%20include%20this"),
                "{action} for {role}, allowed {allowed:?}: {said}"
            );
        }
    }
    for (action, form, _) in &actions {
        let answer = app.post(&format!("/actions/{action}"), "", form).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{action} signed out");
    }
}

#[tokio::test]
async fn a_program_reads_a_refusal_in_the_status() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let (_, cookie) = app.come_in("owner", &[Role::ReportOwner]).await;
    let form = format!("table_group_id={}", connection.groups[0].table_group_id);
    let request = axum::http::Request::post("/actions/start-run")
        .header("host", "limn.test")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", &cookie)
        .body(axum::body::Body::from(form))
        .unwrap();
    assert_eq!(app.send_request(request).await.status, StatusCode::FORBIDDEN);
}

#[test]
fn the_table_of_actions_is_complete() {
    let known: BTreeSet<String> = actions("", "", "")
        .iter()
        .map(|(action, _, _)| *action)
        .chain(OPEN_ACTIONS.iter().copied())
        .map(|action| format!("/actions/{action}"))
        .collect();
    let served: BTreeSet<String> = server_fn_paths();
    assert_eq!(served, known);
}

fn server_fn_paths() -> BTreeSet<String> {
    leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.to_owned())
        .collect()
}

#[tokio::test]
async fn a_write_from_another_site_is_refused_everywhere() {
    let app = TestApp::new().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    for path in server_fn_paths().into_iter().chain([
        "/api/table-groups/x/profile-runs".to_owned(),
        "/api/profile-runs/x/cancel".to_owned(),
    ]) {
        let request = axum::http::Request::post(&path)
            .header("host", "limn.test")
            .header("origin", "http://evil.test")
            .header("sec-fetch-site", "cross-site")
            .header("cookie", &cookie)
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = app.send_request(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}
