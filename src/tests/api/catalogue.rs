//! The catalogue over the API: the same services, permissions and trail as the forms.

use axum::http::Method;
use serde_json::{Value, json};

use super::tokens::{token_of, with_token};
use crate::domain::address::encode_segment;
use crate::domain::user::{Role, TokenScope};
use crate::store::{audit, sql, tables};
use crate::tests::app::{Answer, TestApp};

/// A program with an administrator's token.
struct Program<'a> {
    app: &'a TestApp,
    token: String,
}

impl<'a> Program<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let token = token_of(app, "ada", &[Role::Admin], TokenScope::Admin).await;
        Self { app, token }
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        with_token(self.app, method, path, &self.token, &body).await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// Actions of the trail about one subject, newest first.
    async fn trail(&self, subject: &str) -> Vec<String> {
        let found = audit::list_audit(self.app.db(), Some(subject), 0, 50).await.unwrap();
        assert!(
            found
                .items
                .iter()
                .all(|entry| entry.actor.name == "ada" || entry.actor.name == "limn")
        );
        found.items.into_iter().map(|entry| entry.action).collect()
    }
}

#[tokio::test]
async fn a_project_is_made_changed_once_and_goes_when_nothing_belongs_to_it() {
    let app = TestApp::new().await;
    app.shop().await;
    let program = Program::new(&app).await;
    let made = program
        .send(
            Method::POST,
            "/api/projects",
            json!({"name": " Staging & Test ", "description": "Trial"}),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    assert_eq!(
        (&made["project_key"], &made["name"]),
        (&json!("staging-test"), &json!("Staging & Test"))
    );
    let here = "/api/projects/staging-test";
    for _ in 0..2 {
        let changed = program
            .send(Method::PATCH, here, json!({"description": "Later", "is_active": false}))
            .await
            .json();
        assert_eq!((&changed["description"], &changed["is_active"]), (&json!("Later"), &json!(false)));
        assert_eq!(changed["name"], "Staging & Test", "what is not named stays");
    }
    let trail = program.trail("project:staging-test").await;
    assert_eq!(
        trail,
        ["project.set_active", "project.change", "project.create"],
        "the same twice is once"
    );
    assert_eq!(program.get("/api/projects").await.as_array().unwrap().len(), 2);
    assert_eq!(
        program.get("/api/data-quality/testgen/projects").await,
        program.get("/api/projects").await,
        "one list under both addresses"
    );
    let kept = program.get("/api/projects/default/dependents").await;
    assert_eq!((&kept["connections"], &kept["is_removable"]), (&json!(1), &json!(false)));
    assert_eq!(
        (&kept["table_groups"], &kept["tables"], &kept["runs"]),
        (&json!(1), &json!(2), &json!(1)),
        "all that its connections hold: {kept}"
    );
    assert_eq!(kept["alerts"], program.get("/api/connections/shop/dependents").await["alerts"]);
    assert!(kept["reason"].as_str().unwrap().contains("belongs to this project"), "{kept}");
    for (path, status) in [
        ("/api/projects/default?confirm=Default+project", 409),
        ("/api/projects/staging-test?confirm=Staging", 422),
        ("/api/projects/staging-test", 400),
        ("/api/projects/staging-test?confirm=Staging+%26+Test", 204),
        ("/api/projects/staging-test?confirm=Staging+%26+Test", 404),
    ] {
        let answer = program.send(Method::DELETE, path, Value::Null).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn bodies_that_do_not_fit_are_refused_and_nothing_is_written() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let program = Program::new(&app).await;
    let before = audit::list_audit(app.db(), None, 0, 1).await.unwrap().total;
    for (method, path, body) in [
        (Method::POST, "/api/projects", json!({})),
        (Method::POST, "/api/projects", json!({"name": "  "})),
        (Method::POST, "/api/projects", json!({"name": "x", "colour": "red"})),
        (Method::PATCH, "/api/projects/default", json!({"name": 7})),
        (Method::PATCH, "/api/projects/default", json!({"is_active": "yes"})),
        (Method::PATCH, "/api/connections/shop", json!({"kind": "sqlite"})),
        (Method::PATCH, "/api/connections/shop", json!({"location": "/nowhere/at/all"})),
        (Method::POST, "/api/connections", json!({"name": "x", "kind": "tape"})),
        (
            Method::POST,
            "/api/connections",
            json!({"name": "x", "kind": "folder", "location": "relative"}),
        ),
        (
            Method::POST,
            "/api/connections",
            json!({"name": "x", "kind": "folder", "location": connection.location, "project_key": "nowhere"}),
        ),
        (Method::PATCH, "/api/table-groups/shop-all", json!({"name": ""})),
        (Method::POST, "/api/datasets", json!({"name": "x", "project_key": "nowhere"})),
    ] {
        let answer = program.send(method.clone(), path, body.clone()).await;
        assert_eq!(answer.status, 422, "{method} {path} {body}: {}", answer.body);
    }
    for path in ["/api/projects/default", "/api/connections/shop", "/api/table-groups/shop-all"] {
        let list = with_token(&app, Method::PATCH, path, &program.token, "[]").await;
        assert_eq!(list.status, 422, "a list is no object: {path}");
    }
    assert_eq!(audit::list_audit(app.db(), None, 0, 1).await.unwrap().total, before);
}

#[tokio::test]
async fn a_connection_is_tried_made_changed_switched_off_and_removed_after_a_preview() {
    let app = TestApp::new().await;
    let (shop, _) = app.shop().await;
    let program = Program::new(&app).await;
    // Files are looked for by the program itself: `scripts/check-api` makes its connection this way.
    let failed = json!({"name": "Second", "kind": "folder", "location": "/nowhere/at/all"});
    let tried = program.send(Method::POST, "/api/connection-checks", failed).await;
    assert_eq!((tried.status.as_u16(), &tried.json()["passed"]), (200, &json!(false)));
    assert_eq!(tried.json()["steps"][1]["name"], "Folder exists");
    assert_eq!(
        program.get("/api/connections").await.as_array().unwrap().len(),
        1,
        "a test keeps nothing"
    );
    app.connect("Second", std::path::Path::new(&shop.location)).await;
    let here = "/api/connections/second";
    for _ in 0..2 {
        let off = program
            .send(Method::PATCH, here, json!({"is_active": false, "name": "Second hand"}))
            .await;
        assert_eq!(
            (off.json()["is_active"].clone(), off.json()["name"].clone()),
            (json!(false), json!("Second hand"))
        );
    }
    let refused = program
        .send(Method::POST, "/api/table-groups/second-all/profile-runs", json!({}))
        .await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("switched off"), "{}", refused.body);
    assert_eq!(
        program.trail("connection:second").await,
        ["connection.set_active", "connection.change", "connection.create"]
    );
    let preview = program.get("/api/connections/shop/dependents").await;
    assert_eq!(
        (&preview["tables"], &preview["runs"], &preview["is_removable"]),
        (&json!(2), &json!(1), &json!(true))
    );
    let gone = program
        .send(Method::DELETE, "/api/connections/shop?confirm=Shop", Value::Null)
        .await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(program.send(Method::GET, "/api/connections/shop", Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_password_goes_in_and_never_comes_out() {
    use crate::domain::audit::Actor;
    use crate::domain::connection::ConnectionKind;
    use crate::domain::secret::Secret;
    use crate::services::connection_secrets::keep_password;
    use crate::store::connections::{NewConnection, create_connection};
    let app = TestApp::new().await;
    let program = Program::new(&app).await;
    let address = "postgres://ada@127.0.0.1:9/shop?sslmode=disable";
    let mut tx = app.db().begin().await.unwrap();
    let new = NewConnection {
        project_key: None,
        name: "Shop".into(),
        kind: ConnectionKind::Postgres,
        location: address.into(),
    };
    let made = create_connection(&mut tx, new, &Actor::limn()).await.unwrap();
    let secret = Secret::new("hunter2-canary").unwrap();
    keep_password(&mut tx, &app.state.config, &made.connection_id, address, &secret, &Actor::limn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let shown = program.send(Method::GET, "/api/connections/shop", Value::Null).await;
    assert!(!shown.body.contains("hunter2"), "{}", shown.body);
    let source = shown.json()["source"].clone();
    assert_eq!(
        (
            &source["host"],
            &source["port"],
            &source["user"],
            &source["tls"],
            &source["has_password"]
        ),
        (&json!("127.0.0.1"), &json!("9"), &json!("ada"), &json!("disable"), &json!(true))
    );
    // Another server: the kept password is not sent there.
    let moved = program.send(Method::PATCH, "/api/connections/shop", json!({"port": 10})).await;
    assert_eq!(moved.status, 422);
    assert!(moved.body.contains("given for another server"), "{}", moved.body);
    // One that is typed is tried, and kept only where it works.
    let typed = program
        .send(Method::PATCH, "/api/connections/shop", json!({"password": "typed-canary"}))
        .await;
    assert_eq!(typed.status, 422);
    assert!(!typed.body.contains("canary"), "{}", typed.body);
    let renamed = program.send(Method::PATCH, "/api/connections/shop", json!({"name": "Store"})).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    // Whoever may only read is not told where it reads.
    let reader = token_of(&app, "bo", &[Role::Analyst], TokenScope::Read).await;
    let seen = with_token(&app, Method::GET, "/api/connections", &reader, "").await;
    assert_eq!(seen.status, 200);
    assert!(
        seen.body.contains("Store") && !seen.body.contains("127.0.0.1") && !seen.body.contains("has_password"),
        "{}",
        seen.body
    );
}

#[tokio::test]
async fn masks_are_tried_before_a_group_is_made_of_them() {
    let app = TestApp::new().await;
    app.shop().await;
    let program = Program::new(&app).await;
    let long = format!("/api/connections/shop/mask-preview?exclude_mask={}", "x".repeat(4_001));
    let long = program.send(Method::GET, &long, Value::Null).await;
    assert_eq!(long.status, 400, "{}", long.body);
    let tried = program.get("/api/connections/shop/mask-preview?include_mask=ord*").await;
    assert_eq!(tried["inside"][0]["table_name"], "orders");
    assert_eq!(
        (
            tried["inside"].as_array().unwrap().len(),
            tried["outside"].as_array().unwrap().len()
        ),
        (1, 1)
    );
    // A group that leaves a table out knows it still: nobody has to search the source to take it in again.
    let whole = "/api/table-groups/shop-all";
    let id = program.get("/api/tables?q=%3Cb%3E").await["tables"][0]["table_id"].clone();
    for (mask, is_left_out, outside) in [("a *", json!(true), 1), ("", Value::Null, 0)] {
        program.send(Method::PATCH, whole, json!({"exclude_mask": mask})).await;
        let table = program.get(&format!("/api/tables/{}", id.as_str().unwrap())).await;
        assert_eq!(table["is_left_out"], is_left_out, "{table}");
        let tried = program.get("/api/connections/shop/mask-preview").await;
        assert_eq!(tried["inside"].as_array().unwrap().len(), 2, "{tried}");
        let again = program
            .get(&format!(
                "/api/connections/shop/mask-preview?exclude_mask={}",
                mask.replace(' ', "%20")
            ))
            .await;
        assert_eq!(again["outside"].as_array().unwrap().len(), outside, "{again}");
    }
    let new = json!({"name": "Orders", "include_mask": "ord*", "first_run": false});
    let made = program.send(Method::POST, "/api/connections/shop/table-groups", new).await;
    assert_eq!(
        (made.status.as_u16(), &made.json()["table_count"]),
        (201, &json!(1)),
        "{}",
        made.body
    );
    let here = "/api/table-groups/shop-orders";
    for _ in 0..2 {
        let changed = program
            .send(Method::PATCH, here, json!({"include_mask": "", "exclude_mask": "ord*"}))
            .await
            .json();
        assert_eq!((&changed["table_count"], &changed["name"]), (&json!(1), &json!("Orders")));
    }
    let trail = program.trail("table_group:shop-orders").await;
    assert_eq!(trail.iter().filter(|action| *action == "table_group.change").count(), 1);
    assert_eq!(program.get(&format!("{here}/dependents")).await["is_removable"], true);
    let gone = program.send(Method::DELETE, &format!("{here}?confirm=Orders"), Value::Null).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    let last = program.get("/api/table-groups/shop-all/dependents").await;
    assert!(last["reason"].as_str().unwrap().contains("keeps one group"), "{last}");
}

#[tokio::test]
async fn a_dataset_holds_groups_of_its_project() {
    let app = TestApp::new().await;
    app.shop().await;
    let program = Program::new(&app).await;
    let new = json!({"name": "Sales", "product_team": "Commerce", "application": "Till"});
    let made = program.send(Method::POST, "/api/datasets", new).await;
    assert_eq!(
        (made.status.as_u16(), &made.json()["dataset_id"]),
        (201, &json!("sales")),
        "{}",
        made.body
    );
    for _ in 0..2 {
        let changed = program
            .send(Method::PATCH, "/api/datasets/sales", json!({"table_groups": ["shop-all"]}))
            .await;
        assert_eq!(
            (&changed.json()["table_groups"], &changed.json()["application"]),
            (&json!(["shop-all"]), &json!("Till"))
        );
    }
    assert_eq!(program.trail("dataset:sales").await, ["dataset.change", "dataset.create"]);
    assert_eq!(
        program
            .send(Method::PATCH, "/api/datasets/sales", json!({"table_groups": ["x"]}))
            .await
            .status,
        422
    );
    assert_eq!(
        program.get("/api/datasets?product_team=Commerce").await.as_array().unwrap().len(),
        1
    );
    assert_eq!(program.get("/api/datasets?product_team=Other").await, json!([]));
    assert_eq!(program.get("/api/datasets/sales/dependents").await["tables"], 2);
    assert_eq!(program.send(Method::DELETE, "/api/datasets/sales", Value::Null).await.status, 204);
    assert_eq!(program.get("/api/table-groups/shop-all").await["table_count"], 2, "its groups stay");
}

#[tokio::test]
async fn a_connection_takes_the_dataset_of_its_groups_along_into_another_project() {
    let app = TestApp::new().await;
    let (shop, _) = app.shop().await;
    app.connect("Second", std::path::Path::new(&shop.location)).await;
    let program = Program::new(&app).await;
    program.send(Method::POST, "/api/projects", json!({"name": "Trial"})).await;
    program.send(Method::POST, "/api/datasets", json!({"name": "Sales"})).await;
    let hold = async |groups: Value| {
        let body = json!({ "table_groups": groups });
        program.send(Method::PATCH, "/api/datasets/sales", body).await.status.as_u16()
    };
    assert_eq!(hold(json!(["shop-all", "second-all"])).await, 200);
    let to_trial = json!({"project_key": "trial"});
    let refused = program.send(Method::PATCH, "/api/connections/shop", to_trial.clone()).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body.contains("out of Sales"), "{}", refused.body);
    assert_eq!(program.get("/api/connections/shop").await["project_key"], "default");
    assert_eq!(hold(json!(["shop-all"])).await, 200);
    let moved = program.send(Method::PATCH, "/api/connections/shop", to_trial).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    let dataset = program.get("/api/datasets/sales").await;
    assert_eq!(
        (&dataset["project_key"], &dataset["table_groups"]),
        (&json!("trial"), &json!(["shop-all"]))
    );
    let named = program
        .send(Method::PATCH, "/api/datasets/sales", json!({"description": "Later"}))
        .await;
    assert_eq!(named.status, 200, "{}", named.body);
}

#[tokio::test]
async fn tables_are_listed_by_their_open_alerts() {
    let app = TestApp::new().await;
    app.shop().await;
    let program = Program::new(&app).await;
    let id = program.get("/api/tables?q=orders").await["tables"][0]["table_id"].clone();
    app.raise_alert().await;
    for (state, total) in [("open", 1), ("resolved", 0)] {
        sql("update dq_alerts set state = $1, table_id = $2")
            .bind(state)
            .bind(id.as_str().unwrap())
            .execute(app.db())
            .await
            .unwrap();
        let found = program.get("/api/tables?alerts=true").await;
        assert_eq!(found["total"], total, "{found}");
        assert_eq!(program.get("/api/tables?alerts=false").await["total"], 2);
    }
}

#[tokio::test]
async fn a_filter_and_left_out_columns_name_columns_of_the_table() {
    let app = TestApp::new().await;
    app.shop().await;
    let program = Program::new(&app).await;
    let id = program.get("/api/tables?q=orders").await["tables"][0]["table_id"].clone();
    let here = format!("/api/tables/{}/scope", id.as_str().unwrap());
    for (body, column) in [
        (json!({"row_filter": "amuont > 10"}), "amuont"),
        (json!({"row_filter": "amount > 10 and Status = 'new'"}), "Status"),
        (json!({"left_out": ["paid", "payed"]}), "payed"),
    ] {
        let refused = program.send(Method::PUT, &here, body).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        let title = refused.json()["title"].clone();
        assert_eq!(title, format!("The table has no column {column}"));
    }
    let said = program
        .send(Method::PUT, &here, json!({"left_out": ["paid"], "row_filter": "amount > 10"}))
        .await;
    assert_eq!(said.status, 200, "{}", said.body);
    // What was never read is not known: it may be anything, and what is left out since then may stay and come back.
    let fresh = app.folder.path().join("fresh");
    std::fs::create_dir_all(&fresh).unwrap();
    std::fs::write(fresh.join("visits.csv"), "id,secret\n1,a\n2,b\n").unwrap();
    let connection = app.connect("Fresh", &fresh.canonicalize().unwrap()).await;
    let id = program.get("/api/tables?q=visits").await["tables"][0]["table_id"].clone();
    let here = format!("/api/tables/{}/scope", id.as_str().unwrap());
    let said = program.send(Method::PUT, &here, json!({"left_out": ["secret"]})).await;
    assert_eq!(said.status, 200, "{}", said.body);
    app.profile(&connection).await;
    for _ in 0..2 {
        let said = program.send(Method::PUT, &here, json!({"row_filter": "secret is not null"})).await;
        assert_eq!(said.status, 200, "{}", said.body);
    }
    let refused = program.send(Method::PUT, &here, json!({"row_filter": "secrte is not null"})).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
}

#[tokio::test]
async fn a_steward_describes_tables_and_columns_and_says_how_much_is_profiled() {
    let app = TestApp::new().await;
    app.shop().await;
    let program = Program {
        app: &app,
        token: token_of(&app, "ada", &[Role::Steward], TokenScope::Admin).await,
    };
    let tables = program.get("/api/tables?q=orders").await;
    assert_eq!(
        (&tables["total"], &tables["tables"][0]["profile"]["row_count"]),
        (&json!(1), &json!(500))
    );
    let id = tables["tables"][0]["table_id"].as_str().unwrap().to_owned();
    let here = format!("/api/tables/{id}");
    for _ in 0..2 {
        let said = json!({"description": " Every order ", "tags": ["gold", "Gold", "a,b"], "critical_data_element": true});
        let said = program.send(Method::PUT, &format!("{here}/characteristics"), said).await;
        assert_eq!(said.status, 200, "{}", said.body);
        assert_eq!(
            (&said.json()["tags"], &said.json()["description"]),
            (&json!(["a", "b", "gold"]), &json!("Every order"))
        );
        let column = json!({"pii_risk": "low", "tags": ["money"]});
        let said = program
            .send(Method::PUT, &format!("{here}/columns/amount/characteristics"), column)
            .await;
        assert_eq!(
            (said.status.as_u16(), &said.json()["pii_risk"]),
            (200, &json!("low")),
            "{}",
            said.body
        );
        let scope = json!({"left_out": ["status"], "row_filter": "amount > 10"});
        let said = program.send(Method::PUT, &format!("{here}/scope"), scope.clone()).await;
        assert_eq!((said.status.as_u16(), said.json()), (200, scope), "{}", said.body);
    }
    assert_eq!(
        program.trail(&format!("table:{id}")).await,
        ["table.scope", "column.describe", "table.describe"]
    );
    assert_eq!(program.get(&here).await["characteristics"]["tags"], json!(["a", "b", "gold"]));
    assert_eq!(program.get("/api/tables?tag=money").await["total"], 1);
    assert_eq!(
        program.get(&format!("{here}/columns/placed%20on/characteristics")).await["tags"],
        json!([])
    );
    let unknown = format!("{here}/columns/nothing/characteristics");
    assert_eq!(program.send(Method::GET, &unknown, Value::Null).await.status, 404);
    assert_eq!(program.send(Method::PUT, &unknown, json!({"tags": ["x"]})).await.status, 404);
    let wrong = program
        .send(Method::PUT, &format!("{here}/scope"), json!({"row_filter": "amount >"}))
        .await;
    assert_eq!(wrong.status, 422);
    // A steward describes and no more.
    assert_eq!(program.send(Method::POST, "/api/projects", json!({"name": "x"})).await.status, 403);
    assert_eq!(
        program
            .send(Method::GET, "/api/connections/shop/dependents", Value::Null)
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn no_token_of_a_narrower_scope_changes_the_catalogue() {
    let app = TestApp::new().await;
    app.shop().await;
    let table = crate::store::seed_tree::list_tree_tables(app.db(), None, None)
        .await
        .unwrap()
        .remove(0)
        .table_id;
    let read = token_of(&app, "reader", &[Role::Admin], TokenScope::Read).await;
    let run = token_of(&app, "runner", &[Role::Admin], TokenScope::Run).await;
    let before = audit::list_audit(app.db(), None, 0, 1).await.unwrap().total;
    for token in [&read, &run] {
        for (method, path, body) in [
            (Method::POST, "/api/projects".to_owned(), json!({"name": "x"})),
            (Method::PATCH, "/api/projects/default".to_owned(), json!({"name": "x"})),
            (Method::DELETE, "/api/projects/default?confirm=x".to_owned(), Value::Null),
            (
                Method::POST,
                "/api/connections".to_owned(),
                json!({"name": "x", "kind": "folder", "location": "/tmp"}),
            ),
            (
                Method::POST,
                "/api/connection-checks".to_owned(),
                json!({"name": "x", "kind": "folder", "location": "/tmp"}),
            ),
            (Method::PATCH, "/api/connections/shop".to_owned(), json!({"is_active": false})),
            (Method::POST, "/api/connections/shop/find-tables".to_owned(), Value::Null),
            (Method::DELETE, "/api/connections/shop?confirm=Shop".to_owned(), Value::Null),
            (Method::POST, "/api/connections/shop/table-groups".to_owned(), json!({"name": "x"})),
            (Method::PATCH, "/api/table-groups/shop-all".to_owned(), json!({"name": "x"})),
            (Method::DELETE, "/api/table-groups/shop-all?confirm=Shop".to_owned(), Value::Null),
            (Method::POST, "/api/datasets".to_owned(), json!({"name": "x"})),
            (Method::DELETE, format!("/api/tables/{table}?confirm=orders"), Value::Null),
            (Method::PUT, format!("/api/tables/{table}/scope"), json!({})),
            (Method::PUT, format!("/api/tables/{table}/characteristics"), json!({"tags": ["x"]})),
            (
                Method::PUT,
                format!("/api/tables/{table}/columns/amount/characteristics"),
                json!({"tags": ["x"]}),
            ),
        ] {
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let answer = with_token(&app, method.clone(), &path, token, &body).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.body);
        }
    }
    assert_eq!(audit::list_audit(app.db(), None, 0, 1).await.unwrap().total, before);
}

#[tokio::test]
async fn a_table_is_removed_only_where_its_source_no_longer_has_it() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let token = token_of(&app, "admin2", &[Role::Admin], TokenScope::Admin).await;
    let group = &connection.groups[0].table_group_id;
    let table = tables::list_group_tables(app.db(), group).await.unwrap().remove(0);
    let name = &table.found.table_name;
    let path = format!("/api/tables/{}", table.table_id);
    let depends = || async {
        with_token(&app, Method::GET, &format!("{path}/dependents"), &token, "")
            .await
            .json()
    };
    let remove = |confirm: String| {
        let path = format!("{path}?confirm={}", encode_segment(&confirm));
        let (app, token) = (&app, &token);
        async move { with_token(app, Method::DELETE, &path, token, "").await.status }
    };
    assert_eq!(depends().await["is_removable"], false);
    assert_eq!(remove(name.clone()).await, 409);
    sql("update dq_tables set missing_since = {now} where table_id = $1")
        .bind(table.table_id.as_str())
        .execute(app.db())
        .await
        .unwrap();
    let told = depends().await;
    assert!(told["is_removable"] == true && told["runs"].as_u64() > Some(0), "{told}");
    assert_eq!(remove("another".into()).await, 422);
    assert_eq!(remove(name.clone()).await, 204);
    assert_eq!(remove(name.clone()).await, 404);
}
