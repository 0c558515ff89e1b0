//! Every page, its data and every endpoint as each role: values of personal columns are nowhere for those who may not see them, and are
//! there for those who may. Routes are enumerated, so that a new one is covered by itself.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::json;

use super::scope::{id_of, pages, person};
use super::tokens::with_token;
use crate::domain::connection::Connection;
use crate::domain::masking::MASK;
use crate::domain::user::{Role, TokenScope};
use crate::http::api::openapi::document;
use crate::services::api_tokens::create_token;
use crate::store::{sql, users};
use crate::tests::app::TestApp;
use crate::tests::canaries::{COLUMNS, Canaries};

/// The group with personal data, profiled, with a steward's words: `agreed` is none though it holds addresses, `code_word` is secret though
/// nothing shows it.
async fn clinic() -> (TestApp, Connection, Canaries, String) {
    let app = TestApp::new().await;
    let canaries = Canaries::new(200);
    let folder = app.folder.path().join("clinic");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("people.csv"), canaries.csv()).unwrap();
    let connection = app.connect("Clinic", &folder.canonicalize().unwrap()).await;
    let (_, admin) = person(&app, "root", &["admin".into()]).await;
    let table = id_of(&app, "people").await;
    app.profile(&connection).await;
    for (column, word) in [("code_word", "secret of the house"), ("agreed", "none")] {
        let body = json!({ "pii_risk": word }).to_string();
        let path = format!("/api/tables/{table}/columns/{column}/characteristics");
        let answer = with_token(&app, Method::PUT, &path, &admin, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let filter = json!({ "left_out": [], "row_filter": format!("email <> '{}' and id >= 0", canaries.filtered()) }).to_string();
    let answer = with_token(&app, Method::PUT, &format!("/api/tables/{table}/scope"), &admin, &filter).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // A second run, with the filter in its snapshot and the steward's words known; and the first one's payload, as an older program left it.
    app.profile(&connection).await;
    sql("update dq_profiles set payload_path = $1 where run_number = 1")
        .bind(canaries.payload())
        .execute(app.db())
        .await
        .unwrap();
    (app, connection, canaries, table)
}

/// Every address that a person may open, with the name of its surface.
async fn addresses(app: &TestApp) -> BTreeSet<String> {
    let alerts = sql("select alert_id from dq_alerts").fetch_all(app.db()).await.unwrap();
    let alerts: Vec<String> = alerts.iter().map(|row| row.text("alert_id").unwrap()).collect();
    assert!(alerts.len() > 3, "the canaries raise alerts");
    let mut all = BTreeSet::new();
    for column in COLUMNS {
        for page in pages("clinic", "clinic-all", "people", column, "2") {
            for suffix in [
                "",
                "?format=json",
                "?format=csv",
                "?run=1&format=json",
                "?runs=0",
                "?compare=1",
                "?q=canary",
                "?tab=definition",
            ] {
                all.insert(format!("{page}{suffix}"));
            }
        }
    }
    for alert in &alerts {
        all.insert(format!("/alerts/{alert}"));
        all.insert(format!("/alerts/{alert}?format=json"));
        all.insert(format!("/alerts?alert={alert}"));
    }
    all
}

/// Every endpoint that reads, filled in for each column.
async fn endpoints(app: &TestApp, table: &str) -> BTreeSet<String> {
    let runs = sql("select profile_run_id from dq_profiles").fetch_all(app.db()).await.unwrap();
    let alerts = sql("select alert_id from dq_alerts").fetch_all(app.db()).await.unwrap();
    let mut all = BTreeSet::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        if item.get("get").is_none() {
            continue;
        }
        for run in &runs {
            for column in COLUMNS {
                for alert in &alerts {
                    let filled = path
                        .replace("{profile_run_id}", &run.text("profile_run_id").unwrap())
                        .replace("{alert_id}", &alert.text("alert_id").unwrap())
                        .replace("{table_group_id}", "clinic-all")
                        .replace("{connection_id}", "clinic")
                        .replace("{project_key}", "default")
                        .replace("{dataset_id}", "none")
                        .replace("{data_definition_table_id}", table)
                        .replace("{table_id}", table)
                        .replace("{column_name}", column);
                    assert!(!filled.contains('{'), "{path}: say what stands there");
                    if path.contains("column-profile") || path.contains("column-history") {
                        for source in ["auto", "table", "payload"] {
                            all.insert(format!("{filled}?tableName=people&columnName={column}&source={source}"));
                        }
                        all.insert(format!("{filled}?tableName=people&columnName={column}"));
                    } else if path.ends_with("/results") {
                        all.insert(format!("{filled}?source=payload"));
                    }
                    all.insert(filled);
                }
            }
        }
    }
    all
}

#[tokio::test]
async fn a_value_of_a_personal_column_is_nowhere_for_analysts_and_report_owners_and_there_for_the_others() {
    let (app, _, canaries, table) = clinic().await;
    let (pages, endpoints) = (addresses(&app).await, endpoints(&app, &table).await);
    for role in Role::ALL {
        let may_see = matches!(role, Role::Steward | Role::Tester | Role::Admin);
        let (cookie, token) = person(&app, role.word(), &[role.word().to_owned()]).await;
        let mut told = BTreeSet::new();
        for page in &pages {
            let answer = app.get(page, &cookie).await;
            assert_ne!(answer.status.as_u16(), 500, "{page}: {}", answer.body);
            if let Some(found) = canaries.find_in(&answer.body) {
                assert!(may_see, "{page} tells {role} of {found}");
                told.insert(page.clone());
            }
        }
        for endpoint in &endpoints {
            let answer = with_token(&app, Method::GET, endpoint, &token, "").await;
            assert_ne!(answer.status.as_u16(), 500, "{endpoint}: {}", answer.body);
            if let Some(found) = canaries.find_in(&answer.body) {
                assert!(may_see, "{endpoint} tells {role} of {found}");
                told.insert(endpoint.clone());
            }
        }
        // So that the test can fail: who may see is told in every kind of place.
        for surface in [
            "/tables/clinic/-/people",
            "/tables/clinic/-/people?format=json",
            "/tables/clinic/-/people?format=csv",
            "/tables/clinic/-/people/columns/email",
            "/tables/clinic/-/people/columns/email?format=json",
            "/tables/clinic/-/people/columns/email?format=csv",
            "/tables/clinic/-/people/columns/code_word",
            "/api/table-groups/clinic-all/column-profile?tableName=people&columnName=email",
            "/api/table-groups/clinic-all/column-profile?tableName=people&columnName=email&source=payload",
            "/api/table-groups/clinic-all/column-history?tableName=people&columnName=email",
            "/tables/clinic/-/people?tab=definition",
        ] {
            assert_eq!(told.iter().any(|place| place == surface), may_see, "{surface} for {role}");
        }
        assert!(told.len() > 60 || !may_see, "{} places", told.len());
        let open = app.get("/tables/clinic/-/people/columns/agreed", &cookie).await.body;
        assert!(
            open.contains("open0@agreed.example"),
            "a steward's word opens the column for {role}"
        );
        let page = app.get("/tables/clinic/-/people/columns/email", &cookie).await.body;
        assert_eq!(
            page.contains("Personal values are masked. Who sees them: Data steward"),
            !may_see,
            "{role}"
        );
    }
}

#[tokio::test]
async fn a_role_sees_values_only_where_it_holds_and_a_token_of_any_scope_what_its_person_sees() {
    let (app, _, canaries, _) = clinic().await;
    let grants = ["analyst".to_owned(), "steward@group:clinic-all".to_owned()];
    let elsewhere = ["analyst".to_owned(), "steward@group:another".to_owned()];
    let column = "/api/table-groups/clinic-all/column-profile?tableName=people&columnName=email";
    for (name, grants, may_see) in [("here", &grants, true), ("elsewhere", &elsewhere, false)] {
        let (cookie, token) = person(&app, name, grants).await;
        for source in ["auto", "payload"] {
            let body = with_token(&app, Method::GET, &format!("{column}&source={source}"), &token, "")
                .await
                .body;
            assert_eq!(canaries.find_in(&body).is_some(), may_see, "{name}, {source}: {body}");
            assert_eq!(body.contains(MASK), !may_see, "{name}: {body}");
        }
        let page = app.get("/tables/clinic/-/people?tab=definition", &cookie).await.body;
        assert_eq!(
            page.contains(&canaries.filtered()),
            may_see,
            "the filter for {name}: {:?}",
            canaries.find_in(&page)
        );
        let viewer = users::viewer(
            app.db(),
            &users::find_user_by_name(app.db(), name).await.unwrap().unwrap().user.user_id,
        )
        .await
        .unwrap()
        .unwrap();
        for scope in TokenScope::ALL {
            let token = create_token(app.db(), &viewer, scope.word(), *scope, 30).await.unwrap();
            let body = with_token(&app, Method::GET, column, &token, "").await.body;
            assert_eq!(canaries.find_in(&body).is_some(), may_see, "{name} with {scope}");
        }
    }
}

#[tokio::test]
async fn the_inbox_finds_nothing_by_a_value_that_its_reader_may_not_see() {
    let (app, _, canaries, table) = clinic().await;
    // Titles from before anybody knew that the column is personal.
    let old = format!("code_word: 1.0% differ from {}, expected one value", canaries.secret());
    sql(
        "update dq_alerts set title = $1, details = $1, kind = 'Small_Divergent_Value_Ct', column_name = 'code_word' where alert_id in
         (select alert_id from dq_alerts where table_id = $2 and column_name is not null order by alert_id limit 1)",
    )
    .bind(&old)
    .bind(&table)
    .execute(app.db())
    .await
    .unwrap();
    let asked = format!("/api/alerts?q={}", canaries.secret());
    for (role, finds) in [(Role::Analyst, 0), (Role::Steward, 1)] {
        let (cookie, token) = person(&app, role.word(), &[role.word().to_owned()]).await;
        let found = with_token(&app, Method::GET, &asked, &token, "").await.json();
        assert_eq!(found["total"], finds, "{role}: {found}");
        let by_place = with_token(&app, Method::GET, "/api/alerts?q=people", &token, "").await.json();
        assert!(by_place["total"].as_u64() > Some(0), "{role} still finds it by its place");
        let inbox = app.get("/alerts", &cookie).await.body;
        assert_eq!(inbox.contains(canaries.secret()), finds == 1, "{role}");
    }
}

#[tokio::test]
async fn what_a_program_reports_of_a_personal_column_is_told_to_those_alone_who_may_see_it() {
    let (app, _, canaries, table) = clinic().await;
    let (_, root) = person(&app, "reporter", &["admin".into()]).await;
    let said = format!("Twice: {}", canaries.filtered());
    let begun = with_token(
        &app,
        Method::POST,
        "/api/profile-runs",
        &root,
        r#"{"table_group_id": "clinic-all"}"#,
    )
    .await;
    let path = format!("/api/profile-runs/{}/complete", begun.json()["profile_run_id"].as_str().unwrap());
    let finding = |kind: &str| json!({"table_name": "people", "column_name": "email", "anomaly_type": kind, "severity": "critical", "description": said});
    let report = json!({"status": "completed", "anomalies": [finding("odd_mail"), finding("Potential_PII")]}).to_string();
    assert_eq!(with_token(&app, Method::POST, &path, &root, &report).await.status, 204);
    for (name, may_see) in [("analyst", false), ("report_owner", false), ("steward", true)] {
        let (cookie, token) = person(&app, &format!("one-{name}"), &[name.to_owned()]).await;
        let alerts = with_token(
            &app,
            Method::GET,
            &format!("/api/alerts?state=all&table_id={table}&limit=200"),
            &token,
            "",
        )
        .await;
        let mut answers = vec![alerts.body.clone(), app.get("/alerts?state=all&format=csv", &cookie).await.body];
        for alert in alerts.json()["alerts"].as_array().unwrap() {
            answers.push(
                app.get(&format!("/alerts/{}", alert["alert_id"].as_str().unwrap()), &cookie)
                    .await
                    .body,
            );
        }
        let told = answers.iter().filter(|text| canaries.find_in(text).is_some()).count();
        assert_eq!(told > 0, may_see, "{name}: {told} of {}", answers.len());
        // What Limn has found keeps its own words.
        let of_kind = |kind: &str| {
            let alerts = alerts.json()["alerts"].as_array().unwrap().clone();
            alerts
                .into_iter()
                .find(|alert| alert["kind"] == kind && alert["column_name"] == "email")
                .unwrap()
        };
        assert_eq!(of_kind("odd_mail")["severity"], "critical");
        let own = of_kind("Potential_PII");
        assert!(
            own["severity"] == "low" && !own["details"].as_str().unwrap().contains("Twice"),
            "{own}"
        );
    }
}
