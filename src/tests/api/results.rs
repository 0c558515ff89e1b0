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
async fn the_tree_of_datasets_has_every_level_with_its_figures() {
    let app = TestApp::new().await;
    app.shop().await;
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Run).await;
    let get = async |path: &str| with_token(&app, Method::GET, &format!("/api/data-quality/datasets{path}"), &token, "").await;
    let tree = get("").await.json();
    let object = &tree[0]["applications"][0]["dataObjects"][0];
    assert_eq!(
        (&tree[0]["productTeamId"], &object["dataObjectId"]),
        (&"default".into(), &"shop-all".into())
    );
    let tables = object["dataDefinitions"][0]["tables"].as_array().unwrap();
    let orders = tables.iter().find(|table| table["tableName"] == "orders").unwrap();
    assert_eq!((tables.len(), orders["fields"].as_array().unwrap().len()), (2, 5));
    assert_eq!(
        (&orders["fields"][0]["name"], &orders["fields"][0]["isUnique"]),
        (&"order_id".into(), &true.into())
    );
    let stats = get("/profiling-stats").await.json();
    for figures in [
        &stats["productTeams"]["default"],
        &stats["applications"]["shop"],
        &stats["dataObjects"]["shop-all"],
    ] {
        assert_eq!(
            (&figures["tableCount"], &figures["rowCount"], &figures["columnCount"]),
            (&2.into(), &502.into(), &7.into())
        );
    }
    let id = orders["tableId"].as_str().unwrap();
    assert_eq!(
        (&stats["tables"][id]["rowCount"], &stats["tables"][id]["tableGroupId"]),
        (&500.into(), &"shop-all".into())
    );
    let context = get(&format!("/tables/{id}/context")).await.json();
    assert_eq!(
        (&context["dataObjectId"], &context["tableName"]),
        (&"shop-all".into(), &"orders".into())
    );
    assert_eq!(get("/tables/nothing/context").await.status, 404);
    assert_eq!(get("?workspaceId=elsewhere").await.json(), serde_json::json!([]));
    let start = async |object: &str| {
        let path = format!("/api/data-quality/datasets/{object}/profile-runs");
        with_token(&app, Method::POST, &path, &token, "").await
    };
    let started = start("shop-all").await;
    assert_eq!(started.status, 202, "{}", started.body);
    assert_eq!(started.json()["profileRuns"][0]["tableGroupId"], "shop-all");
    let again = start("shop-all").await.json();
    assert_eq!(
        again["skippedTableIds"].as_array().unwrap().len(),
        2,
        "a run is active already: {again}"
    );
    assert_eq!(start("nothing").await.status, 404);
}

#[tokio::test]
async fn datasets_are_the_data_objects_of_the_tree_and_name_team_and_application() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let folder = app.folder.path().join("second");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("stock.csv"), "a,b\n1,2\n").unwrap();
    let second = app.connect("Second", &folder.canonicalize().unwrap()).await;
    let token = token_of(&app, "ada", &[Role::Admin], TokenScope::Admin).await;
    let send = async |method: Method, path: &str, body: serde_json::Value| with_token(&app, method, path, &token, &body.to_string()).await;
    let new = serde_json::json!({"name": "Sales", "product_team": "Commerce", "application": "Till"});
    assert_eq!(send(Method::POST, "/api/datasets", new).await.status, 201);
    let groups = serde_json::json!({"table_groups": [connection.groups[0].table_group_id, second.groups[0].table_group_id]});
    assert_eq!(send(Method::PATCH, "/api/datasets/sales", groups).await.status, 200);
    let get = async |path: &str| send(Method::GET, path, serde_json::Value::Null).await.json();
    let tree = get("/api/data-quality/datasets").await;
    let object = &tree[0]["applications"][0]["dataObjects"][0];
    assert_eq!(
        (&tree[0]["name"], &tree[0]["productTeamId"]),
        (&"Commerce".into(), &"team:Commerce".into())
    );
    assert_eq!(
        (&tree[0]["applications"][0]["name"], &object["dataObjectId"], &object["name"]),
        (&"Till".into(), &"sales".into(), &"Sales".into())
    );
    assert_eq!(
        (tree.as_array().unwrap().len(), object["dataDefinitions"].as_array().unwrap().len()),
        (1, 2)
    );
    // A definition that people name takes the tables of both groups that say it.
    let tables = get("/api/tables").await;
    for table in tables["tables"].as_array().unwrap() {
        let path = format!("/api/tables/{}/characteristics", table["table_id"].as_str().unwrap());
        let said = serde_json::json!({"data_definition": "Till data", "description": "From the till"});
        assert_eq!(send(Method::PUT, &path, said).await.status, 200);
    }
    let tree = get("/api/data-quality/datasets?dataObjectId=sales&productTeamId=team:Commerce").await;
    let definitions = &tree[0]["applications"][0]["dataObjects"][0]["dataDefinitions"];
    assert_eq!(
        (definitions.as_array().unwrap().len(), &definitions[0]["description"]),
        (1, &"Till data".into())
    );
    assert_eq!(definitions[0]["tables"].as_array().unwrap().len(), 3);
    assert_eq!(definitions[0]["tables"][0]["description"], "From the till");
    assert_eq!(get("/api/data-quality/datasets?applicationId=other").await, serde_json::json!([]));
    let stats = get("/api/data-quality/datasets/profiling-stats").await;
    for figures in [&stats["productTeams"]["team:Commerce"], &stats["dataObjects"]["sales"]] {
        assert_eq!(
            (&figures["tableCount"], &figures["profiledTableCount"], &figures["rowCount"]),
            (&3.into(), &2.into(), &502.into())
        );
    }
    let run = &get("/api/data-quality/profile-runs").await["runs"][0];
    assert_eq!(
        (&run["dataObjectId"], &run["applicationName"], &run["productTeamName"]),
        (&"sales".into(), &"Till".into(), &"Commerce".into())
    );
    let started = send(Method::POST, "/api/data-quality/datasets/sales/profile-runs", serde_json::json!({}))
        .await
        .json();
    assert_eq!(
        (&started["targetedTableGroupCount"], &started["requestedTableCount"]),
        (&2.into(), &3.into()),
        "{started}"
    );
    let again = send(
        Method::POST,
        "/api/data-quality/datasets/second-all/profile-runs",
        serde_json::json!({}),
    )
    .await
    .json();
    assert_eq!(
        again["skippedTableIds"].as_array().unwrap().len(),
        1,
        "a group by its own id: {again}"
    );
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
