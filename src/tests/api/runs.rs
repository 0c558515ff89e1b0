//! The run API: lists with their total, findings, removal in both casings.

use axum::http::Method;
use serde_json::json;

use super::tokens::{token_of, with_token};
use crate::domain::user::{Role, TokenScope};
use crate::services::run_worker::RunWorker;
use crate::tests::app::TestApp;

#[tokio::test]
async fn runs_are_listed_with_filters_and_total_and_removed_in_both_casings() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    app.profile(&connection).await;
    app.profile(&connection).await;
    let token = token_of(&app, "ada", &[Role::Admin], TokenScope::Admin).await;
    let group = &connection.groups[0].table_group_id;
    let list = with_token(&app, Method::GET, "/api/profile-runs?status=completed", &token, "")
        .await
        .json();
    assert_eq!((list["total"].as_u64(), list["runs"].as_array().unwrap().len()), (Some(3), 3));
    for run in list["runs"].as_array().unwrap() {
        let path = format!("/api/profile-runs/{}/anomalies", run["profile_run_id"].as_str().unwrap());
        let found = with_token(&app, Method::GET, &path, &token, "").await.json();
        let counted = run["anomalies_by_severity"]
            .as_object()
            .unwrap()
            .values()
            .map(|count| count.as_u64().unwrap());
        assert_eq!(counted.sum::<u64>(), found.as_array().unwrap().len() as u64, "{run}");
        assert!(run["duration_ms"].is_u64(), "{run}");
    }
    assert_eq!(
        with_token(&app, Method::GET, "/api/profile-runs?status=odd", &token, "")
            .await
            .status,
        400
    );
    let path = format!("/api/data-quality/testgen/table-groups/{group}/profile-runs?limit=2");
    let of_group = with_token(&app, Method::GET, &path, &token, "").await.json();
    assert_eq!(of_group.as_array().unwrap().len(), 2);
    assert_eq!(of_group[0]["status"], "completed");
    for (path, status) in [
        ("/api/table-groups/nothing/profile-runs".to_owned(), 404),
        (format!("/api/table-groups/{group}/profile-runs?limit=0"), 400),
        ("/api/profile-runs/nothing/anomalies".to_owned(), 404),
    ] {
        assert_eq!(
            with_token(&app, Method::GET, &path, &token, "").await.status.as_u16(),
            status,
            "{path}"
        );
    }
    let id = |place: usize| list["runs"][place]["profile_run_id"].clone();
    let found = with_token(
        &app,
        Method::GET,
        &format!("/api/profile-runs/{}/anomalies", id(0).as_str().unwrap()),
        &token,
        "",
    )
    .await;
    assert_eq!((found.status.as_u16(), found.json()), (200, json!([])));
    let removed = with_token(
        &app,
        Method::DELETE,
        "/api/profile-runs",
        &token,
        &json!({"profile_run_ids": [id(2)]}).to_string(),
    )
    .await;
    assert_eq!(removed.json(), json!({"deleted_count": 1}), "{}", removed.body);
    let seed = json!({"profileRunIds": [id(1), id(2)]}).to_string();
    let removed = with_token(&app, Method::DELETE, "/api/data-quality/profile-runs", &token, &seed).await;
    assert_eq!(removed.json(), json!({"deletedCount": 1}));
    let none = with_token(&app, Method::DELETE, "/api/profile-runs", &token, r#"{"profile_run_ids": []}"#).await;
    assert_eq!(none.status, 400);
    let analyst = token_of(&app, "bo", &[Role::Analyst], TokenScope::Admin).await;
    let refused = with_token(
        &app,
        Method::DELETE,
        "/api/profile-runs",
        &analyst,
        &json!({"profile_run_ids": [id(0)]}).to_string(),
    )
    .await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_program_outside_begins_a_run_and_ends_it_once() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Run).await;
    let group = &connection.groups[0].table_group_id;
    let base = "/api/data-quality/testgen/profile-runs";
    let post = async |path: &str, body: serde_json::Value| with_token(&app, Method::POST, path, &token, &body.to_string()).await;
    let begun = post(base, json!({"table_group_id": group})).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let id = begun.json()["profile_run_id"].as_str().unwrap().to_owned();
    assert_eq!(
        post(base, json!({"table_group_id": group})).await.status,
        409,
        "one active run a group"
    );
    for (body, status) in [
        (json!({"table_group_id": "nothing"}), 404),
        (json!({"status": "running"}), 422),
        (json!({"table_group_id": group, "status": "completed"}), 400),
    ] {
        assert_eq!(post(base, body.clone()).await.status.as_u16(), status, "{body}");
    }
    let complete = format!("{base}/{id}/complete");
    let report = json!({"status": "success", "row_count": 7, "anomalies": [
        {"table_name": "sales.orders", "column_name": "amount", "anomaly_type": "high_null_ratio", "severity": "warning", "description": "d",
         "detected_at": "2026-11-20T10:00:00Z"}]});
    assert_eq!(post(&complete, json!({"status": "splendid"})).await.status, 400);
    assert_eq!(post(&complete, json!({"status": "running"})).await.status, 400);
    for _ in 0..2 {
        assert_eq!(post(&complete, report.clone()).await.status, 204, "the same report twice is once");
    }
    assert_eq!(post(&complete, json!({"status": "failed"})).await.status, 409);
    assert_eq!(post(&format!("{base}/nothing/complete"), report.clone()).await.status, 404);
    let own = with_token(&app, Method::GET, "/api/profile-runs", &token, "").await.json();
    let own = own["runs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|run| run["engine"] == "embedded")
        .unwrap()["profile_run_id"]
        .clone();
    let refused = post(&format!("/api/profile-runs/{}/complete", own.as_str().unwrap()), report).await;
    assert_eq!(refused.status, 404, "the end of Limn's own runs is nobody's to report");
    let found = with_token(&app, Method::GET, &format!("/api/profile-runs/{id}/anomalies"), &token, "")
        .await
        .json();
    assert_eq!(
        found,
        json!([{"table_name": "orders", "column_name": "amount", "anomaly_type": "high_null_ratio", "severity": "warning", "description": "d",
                "detected_at": "2026-11-20T10:00:00+00:00"}])
    );
    let alerts = async || with_token(&app, Method::GET, "/api/alerts?state=open", &token, "").await.json()["alerts"].clone();
    let raised = alerts().await;
    let titles: Vec<&str> = raised
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| alert["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["amount: high null ratio"], "what a program reports raises an alert, once");
    let again = post(base, json!({"table_group_id": group})).await.json()["profile_run_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        post(&format!("{base}/{again}/complete"), json!({"status": "failed"})).await.status,
        204
    );
    assert_eq!(alerts().await.as_array().unwrap().len(), 2, "a failed run is a cause, too");
    let run = with_token(&app, Method::GET, &format!("/api/profile-runs/{id}"), &token, "")
        .await
        .json();
    assert_eq!((&run["run"]["status"], &run["run"]["row_count"]), (&json!("completed"), &json!(7)));
    assert_eq!(app.profile(&connection).await, 4, "the group is free again");
}

#[tokio::test]
async fn what_a_program_no_longer_reports_of_a_table_it_has_looked_at_is_resolved() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Run).await;
    let group = &connection.groups[0].table_group_id;
    let post = async |path: &str, body: serde_json::Value| with_token(&app, Method::POST, path, &token, &body.to_string()).await;
    let finding = |table: &str, column: &str| json!({"table_name": table, "column_name": column, "anomaly_type": "high_null_ratio"});
    let report = async |body: serde_json::Value| {
        let begun = post("/api/profile-runs", json!({"table_group_id": group})).await.json();
        let path = format!("/api/profile-runs/{}/complete", begun["profile_run_id"].as_str().unwrap());
        assert_eq!(post(&path, body).await.status, 204);
        let alerts = with_token(&app, Method::GET, "/api/alerts?state=open", &token, "").await.json();
        let mut open: Vec<String> = alerts["alerts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alert| {
                format!(
                    "{}.{}",
                    alert["table_name"].as_str().unwrap(),
                    alert["column_name"].as_str().unwrap()
                )
            })
            .collect();
        open.sort();
        open.join(" ")
    };
    let all = json!([
        finding("orders", "amount"),
        finding("orders", "note"),
        finding("stock.bins", "id"),
        finding("stock.shelves", "id")
    ]);
    assert_eq!(
        report(json!({"status": "completed", "anomalies": all})).await,
        "bins.id orders.amount orders.note shelves.id",
        "tables that the catalogue does not know are told apart, too"
    );
    // A report about a table replaces the last one about it; of other tables nobody knows.
    let some = json!([finding("orders", "note")]);
    assert_eq!(
        report(json!({"status": "completed", "anomaly_count": 9, "anomalies": some})).await,
        "bins.id orders.amount orders.note shelves.id",
        "more was found than is named"
    );
    assert_eq!(
        report(json!({"status": "completed", "anomalies": some})).await,
        "bins.id orders.note shelves.id"
    );
    assert_eq!(report(json!({"status": "completed"})).await, "bins.id orders.note shelves.id");
    assert_eq!(
        report(json!({"status": "completed", "tables": ["orders", "stock.bins"]})).await,
        "shelves.id"
    );
    assert_eq!(
        report(json!({"status": "cancelled", "tables": ["stock.shelves"]})).await,
        "shelves.id"
    );
    // A run of Limn's knows nothing of what programs outside look for.
    assert_eq!(
        report(json!({"status": "completed", "anomalies": some})).await,
        "orders.note shelves.id"
    );
    assert_eq!(app.profile(&connection).await, 9);
    let open = with_token(&app, Method::GET, "/api/alerts?state=open", &token, "").await.json();
    assert_eq!(open["total"], 2, "{open}");
    assert_eq!(
        report(json!({"status": "completed", "anomalies": all})).await,
        "bins.id orders.amount orders.note shelves.id"
    );
    // Another person's program knows nothing of these either.
    let other = token_of(&app, "bo", &[Role::Analyst], TokenScope::Run).await;
    let begun = with_token(
        &app,
        Method::POST,
        "/api/profile-runs",
        &other,
        &json!({"table_group_id": group}).to_string(),
    )
    .await
    .json();
    let path = format!("/api/profile-runs/{}/complete", begun["profile_run_id"].as_str().unwrap());
    let silent = json!({"status": "completed", "tables": ["orders"]}).to_string();
    assert_eq!(with_token(&app, Method::POST, &path, &other, &silent).await.status, 204);
    let open = with_token(&app, Method::GET, "/api/alerts?state=open", &token, "").await.json();
    assert_eq!(open["total"], 4, "{open}");
    let seen_again = with_token(&app, Method::GET, "/api/alerts?q=note", &token, "").await.json();
    let note = &seen_again["alerts"][0];
    assert_eq!((&note["state"], &note["seen_count"]), (&json!("open"), &json!(5)), "{note}");
}

#[tokio::test]
async fn the_catalogue_is_listed_under_both_addresses() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Read).await;
    let get = async |path: &str| with_token(&app, Method::GET, path, &token, "").await;
    for base in ["/api", "/api/data-quality/testgen"] {
        let projects = get(&format!("{base}/projects")).await.json();
        let key = projects[0]["project_key"].as_str().unwrap().to_owned();
        let connections = get(&format!("{base}/projects/{key}/connections")).await.json();
        assert_eq!(connections[0]["connection_id"], "shop");
        let groups = get(&format!("{base}/connections/shop/table-groups")).await.json();
        assert_eq!(groups[0]["table_group_id"], json!(connection.groups[0].table_group_id));
        let tables = get(&format!("{base}/table-groups/shop-all/tables")).await.json();
        assert_eq!(tables.as_array().unwrap().len(), 2);
        for path in [
            "projects/nothing/connections",
            "connections/nothing/table-groups",
            "table-groups/nothing/tables",
        ] {
            assert_eq!(get(&format!("{base}/{path}")).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn a_run_that_waited_reads_nothing_of_a_connection_that_was_switched_off() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let token = token_of(&app, "ada", &[Role::Admin], TokenScope::Admin).await;
    let start = format!("/api/table-groups/{}/profile-runs", connection.groups[0].table_group_id);
    let run = with_token(&app, Method::POST, &start, &token, "").await.json();
    let switch = json!({"is_active": false}).to_string();
    let path = format!("/api/connections/{}", connection.connection_id);
    assert_eq!(with_token(&app, Method::PATCH, &path, &token, &switch).await.status, 200);
    let stop = tokio_util::sync::CancellationToken::new();
    let worker = RunWorker {
        db: app.db().clone(),
        config: app.state.config.clone(),
        signals: app.state.signals.clone(),
        worker_id: "test".into(),
        stop: stop.clone(),
        tasks: tokio_util::task::TaskTracker::new(),
    };
    let serving = tokio::spawn(worker.serve());
    let path = format!("/api/profile-runs/{}", run["profile_run_id"].as_str().unwrap());
    let mut ended = json!(null);
    for _ in 0..200 {
        ended = with_token(&app, Method::GET, &path, &token, "").await.json()["run"].clone();
        if ended["status"] != "pending" && ended["status"] != "running" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    stop.cancel();
    serving.await.unwrap();
    assert_eq!(ended["status"], "failed", "{ended}");
    assert!(ended["error_message"].as_str().unwrap().contains("is switched off"), "{ended}");
}
