//! What a run found, in both casings and as lines; it is read back by the reader of payloads.

use axum::http::Method;

use super::tokens::{token_of, with_token};
use crate::domain::user::{Role, TokenScope};
use crate::services::payloads::Payload;
use crate::tests::app::TestApp;

#[tokio::test]
async fn results_are_everything_that_a_run_found() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Read).await;
    let get = async |path: String| with_token(&app, Method::GET, &path, &token, "").await;
    let list = get("/api/data-quality/profile-runs".into()).await.json();
    let (run, group) = (&list["runs"][0], &list["tableGroups"][0]);
    assert_eq!(run["tableGroupId"], connection.groups[0].table_group_id.as_str());
    assert_eq!(
        (&run["status"], &run["tableCount"], &group["fieldCount"]),
        (&"completed".into(), &2.into(), &7.into())
    );
    assert!(run["durationMs"].is_u64() && run["anomaliesBySeverity"].is_object(), "{run}");
    let none = get("/api/data-quality/profile-runs?includeGroups=false&workspaceId=elsewhere".into())
        .await
        .json();
    assert_eq!(
        (
            none["runs"].as_array().unwrap().len(),
            none["tableGroups"].as_array().unwrap().len()
        ),
        (0, 0)
    );
    let id = run["profileRunId"].as_str().unwrap();
    let ours = get(format!("/api/profile-runs/{id}/results")).await;
    let payload = Payload::read(ours.body.as_bytes()).unwrap();
    assert_eq!((payload.status.as_deref(), payload.tables.len()), (Some("completed"), 2));
    let orders = payload.tables.iter().find(|table| table.table_name == "orders").unwrap();
    let amount = orders.columns.iter().find(|column| column.column_name == "amount").unwrap();
    assert_eq!((orders.row_count, amount.null_count), (Some(500), 50));
    assert!(!amount.top_values.is_empty() && !amount.histogram.is_empty());
    let theirs = get(format!(
        "/api/data-quality/profile-runs/{id}/results?tableGroupId={}",
        connection.groups[0].table_group_id
    ))
    .await;
    let body = theirs.json();
    assert_eq!(body["profileRunId"], id);
    assert_eq!(body["tables"][1]["tableName"], "orders");
    assert_eq!(
        body["tables"][1]["columns"][1]["metrics"]["null_count"], 50,
        "names of figures stay"
    );
    assert!(body["tables"][1]["columns"][1]["topValues"][0]["percentage"].is_number());
    assert_eq!(get(format!("/data-quality/profile-runs/{id}/results")).await.json(), body);
    assert_eq!(get(format!("/api/profile-runs/{id}/results?tableGroupId=other")).await.status, 404);
    let lines = get(format!("/api/profile-runs/{id}/results?format=csv")).await;
    assert_eq!(lines.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(lines.body.lines().count(), 8, "{}", lines.body);
    assert!(lines.body.starts_with("schema_name,table_name,ordinal_position,column_name"));
}

#[tokio::test]
async fn runs_are_paged_and_filtered() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    for _ in 0..2 {
        app.profile(&connection).await;
    }
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Read).await;
    for (query, total, listed) in [
        ("", 3, 3),
        ("limit=2", 3, 2),
        ("limit=2&offset=2", 3, 1),
        ("offset=5", 3, 0),
        ("connection_id=shop", 3, 3),
        ("connection_id=other", 0, 0),
        ("project_key=default&trigger=person", 3, 3),
        ("trigger=api", 0, 0),
        ("project_key=other", 0, 0),
        ("status=active", 0, 0),
        ("status=completed&q=Shop&days=1&table_group_id=shop-all", 3, 3),
    ] {
        let page = with_token(&app, Method::GET, &format!("/api/profile-runs?{query}"), &token, "")
            .await
            .json();
        let found = (page["total"].as_u64().unwrap(), page["runs"].as_array().unwrap().len());
        assert_eq!(found, (total, listed), "{query}");
    }
}
