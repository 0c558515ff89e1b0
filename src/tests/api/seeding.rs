//! Seeding: twice is once, what a person set or removed stays, and only what a source made is taken away again.

use axum::http::Method;
use serde_json::{Value, json};

use super::tokens::{token_of, with_token};
use crate::domain::user::{Role, TokenScope};
use crate::store::{audit, sql};
use crate::tests::app::{Answer, TestApp};

struct Seeder<'a> {
    app: &'a TestApp,
    token: String,
    folder: String,
}

impl<'a> Seeder<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let token = token_of(app, "ada", &[Role::Admin], TokenScope::Admin).await;
        let folder = app.folder.path().join("warehouse");
        std::fs::create_dir_all(&folder).unwrap();
        let folder = folder.canonicalize().unwrap().to_str().unwrap().to_owned();
        Self { app, token, folder }
    }

    /// A catalogue as the seeds keep it.
    fn document(&self) -> Value {
        json!({
            "source": "platform",
            "projects": [{"project_key": "workspace:7", "name": "Retail", "description": "All shops", "sql_flavor": "databricks", "workspace_id": "7"}],
            "connections": [
                {"connection_id": "conn:1:2", "project_key": "workspace:7", "name": "Till", "kind": "folder", "location": self.folder,
                 "catalog": "main", "schema_name": "sales", "created_at": "2025-01-01T00:00:00Z"},
                {"connection_id": "conn:3:4", "project_key": "workspace:7", "name": "Stock", "kind": "folder", "location": self.folder},
            ],
            "datasets": [{"dataset_id": "object:2", "project_key": "workspace:7", "name": "Sales", "product_team": "Commerce"}],
            "table_groups": [{"table_group_id": "group:1:2", "connection_id": "conn:1:2", "name": "till-default", "dataset_id": "object:2",
                "profiling_include_mask": "sales.*"}],
            "tables": [
                {"table_id": "selection:5:2", "table_group_id": "group:1:2", "schema_name": "sales", "table_name": "orders", "source_table_id": "s5"},
                {"table_id": "selection:6:2", "table_group_id": "group:1:2", "schema_name": "sales", "table_name": "lines"},
            ],
        })
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        with_token(self.app, method, path, &self.token, &body.to_string()).await
    }

    async fn seed(&self, document: &Value) -> Value {
        let answer = self.send(Method::POST, "/api/catalogue/seed", document).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, &Value::Null).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.body);
        answer.json()
    }

    /// Every row of the catalogue with its times, as text.
    async fn rows(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (table, columns) in [
            (
                "dq_projects",
                "project_key || name || coalesce(description, '') || coalesce(is_active, 1) || updated_at",
            ),
            (
                "dq_connections",
                "connection_id || name || location || is_active || coalesce(catalog, '') || updated_at",
            ),
            ("dq_datasets", "dataset_id || name || coalesce(product_team, '') || updated_at"),
            (
                "dq_table_groups",
                "table_group_id || name || coalesce(profiling_include_mask, '') || coalesce(dataset_id, '') || coalesce(is_active, 1) || updated_at",
            ),
            (
                "dq_tables",
                "table_id || table_name || coalesce(source_table_id, '') || coalesce(missing_since, '')",
            ),
            ("seed_entries", "kind || entry_id || values_json || seeded_at"),
            ("audit_log", "audit_id || action"),
        ] {
            let text = format!("select {columns} as line from {table} order by 1");
            let rows = crate::store::sql_joined(text).fetch_all(self.app.db()).await.unwrap();
            all.extend(rows.iter().map(|row| format!("{table} {}", row.text("line").unwrap())));
        }
        all
    }
}

fn outcome_of<'a>(report: &'a Value, id: &str) -> &'a Value {
    let parts = report["parts"].as_array().unwrap();
    parts.iter().find(|part| part["id"] == id).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn seeding_twice_is_seeding_once() {
    let app = TestApp::new().await;
    let seeder = Seeder::new(&app).await;
    let mut dry = seeder.document();
    dry["dry_run"] = json!(true);
    let before = seeder.rows().await;
    assert_eq!(seeder.seed(&dry).await["counts"], json!({"created": 8}));
    assert_eq!(seeder.rows().await, before, "a dry run writes nothing");
    let first = seeder.seed(&seeder.document()).await;
    assert_eq!(first["counts"], json!({"created": 8}), "{first}");
    assert_eq!(
        outcome_of(&first, "group:3:4")["outcome"],
        "created",
        "a connection without groups has the usual one"
    );
    let rows = seeder.rows().await;
    let again = seeder.seed(&seeder.document()).await;
    assert_eq!((&again["counts"], &again["parts"]), (&json!({"unchanged": 8}), &json!([])));
    assert_eq!(seeder.rows().await, rows, "not a row, not a time, not a line of the trail");
    let project = seeder.get("/api/projects/workspace:7").await;
    assert_eq!((&project["workspace_id"], &project["connection_count"]), (&json!("7"), &json!(2)));
    let tree = seeder.get("/api/data-quality/datasets?workspaceId=7").await;
    assert_eq!(tree[0]["name"], "Commerce");
    let tables = seeder.get("/api/table-groups/group:1:2/tables").await;
    assert_eq!(
        (&tables[1]["table_id"], &tables[1]["source_table_id"]),
        (&json!("selection:5:2"), &json!("s5"))
    );
    let trail = audit::list_audit(app.db(), Some("seed:platform"), 0, 9).await.unwrap();
    assert_eq!((trail.total, trail.items[0].actor.name.as_str()), (1, "ada"));
}

#[tokio::test]
async fn what_a_person_has_set_or_removed_stays_and_is_named() {
    let app = TestApp::new().await;
    let seeder = Seeder::new(&app).await;
    seeder.seed(&seeder.document()).await;
    for (path, body) in [
        ("/api/projects/workspace:7", json!({"description": "My words"})),
        ("/api/table-groups/group:1:2", json!({"include_mask": "sales.o*"})),
        ("/api/connections/conn:3:4", json!({"is_active": false})),
    ] {
        let answer = seeder.send(Method::PATCH, path, &body).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.body);
    }
    let said = json!({"tags": ["gold"], "description": "Orders"});
    let described = seeder.send(Method::PUT, "/api/tables/selection:5:2/characteristics", &said).await;
    assert_eq!(described.status, 200, "{}", described.body);
    assert_eq!(
        seeder.send(Method::DELETE, "/api/datasets/object:2", &Value::Null).await.status,
        204
    );
    // The program says other things now.
    let mut document = seeder.document();
    document["projects"][0]["description"] = json!("Their words");
    document["projects"][0]["name"] = json!("Retail 2");
    document["table_groups"][0]["profiling_include_mask"] = json!("*");
    document["table_groups"][0]["profiling_exclude_mask"] = json!("*_tmp");
    document["tables"][0]["source_table_id"] = json!("s55");
    for _ in 0..2 {
        let report = seeder.seed(&document).await;
        assert_eq!(outcome_of(&report, "workspace:7")["kept"], json!(["description"]), "{report}");
        assert_eq!(
            outcome_of(&report, "group:1:2")["kept"],
            json!(["profiling_include_mask"]),
            "{report}"
        );
        assert_eq!(outcome_of(&report, "conn:3:4")["kept"], json!(["is_active"]));
        assert_eq!(outcome_of(&report, "object:2")["outcome"], "removed_by_person");
    }
    let project = seeder.get("/api/projects/workspace:7").await;
    assert_eq!(
        (&project["name"], &project["description"]),
        (&json!("Retail 2"), &json!("My words"))
    );
    let group = seeder.get("/api/table-groups/group:1:2").await;
    assert_eq!(
        (&group["include_mask"], &group["exclude_mask"]),
        (&json!("sales.o*"), &json!("*_tmp"))
    );
    assert_eq!(seeder.get("/api/connections/conn:3:4").await["is_active"], false);
    assert_eq!(
        seeder.get("/api/tables/selection:5:2/characteristics").await["tags"],
        json!(["gold"])
    );
    assert_eq!(seeder.send(Method::GET, "/api/datasets/object:2", &Value::Null).await.status, 404);
    // Masking was nobody's word until the program says so; then a person takes it back.
    for (wanted, person) in [(true, Some(false)), (true, None)] {
        document["table_groups"][0]["mask_before_storing"] = json!(wanted);
        let report = seeder.seed(&document).await;
        let group = seeder.get("/api/table-groups/group:1:2").await;
        let kept = json!(["mask_before_storing", "profiling_include_mask"]);
        assert_eq!(group["mask_before_storing"] == true, person.is_some(), "{report}");
        assert_eq!(outcome_of(&report, "group:1:2")["kept"] == kept, person.is_none(), "{report}");
        if let Some(said) = person {
            let body = json!({ "mask_before_storing": said });
            assert_eq!(seeder.send(Method::PATCH, "/api/table-groups/group:1:2", &body).await.status, 200);
        }
    }
    // What is left out of a row stays, masks too.
    document["table_groups"][0] = json!({"table_group_id": "group:1:2", "connection_id": "conn:1:2", "name": "till-default"});
    seeder.seed(&document).await;
    assert_eq!(seeder.get("/api/table-groups/group:1:2").await["exclude_mask"], "*_tmp");
}

#[tokio::test]
async fn pruning_takes_away_only_what_the_same_source_made_and_nobody_needs() {
    let app = TestApp::new().await;
    let (shop, _) = app.shop().await;
    let seeder = Seeder::new(&app).await;
    seeder.seed(&seeder.document()).await;
    // Another source, and a person, made rows of their own.
    let other = json!({"source": "other", "projects": [{"project_key": "workspace:9", "name": "Other"}]});
    seeder.seed(&other).await;
    assert_eq!(
        seeder
            .send(Method::PUT, "/api/tables/selection:6:2/characteristics", &json!({"tags": ["x"]}))
            .await
            .status,
        200
    );
    sql("update dq_table_groups set name = 'Mine' where table_group_id = 'group:3:4'")
        .execute(app.db())
        .await
        .unwrap();
    let mut less = seeder.document();
    less["prune"] = json!(true);
    less["tables"] = json!([]);
    less["datasets"] = json!([]);
    less["table_groups"][0].as_object_mut().unwrap().remove("dataset_id");
    less["connections"].as_array_mut().unwrap().pop();
    let report = seeder.seed(&less).await;
    assert_eq!(outcome_of(&report, "selection:5:2")["outcome"], "removed", "{report}");
    assert_eq!(
        outcome_of(&report, "selection:6:2")["outcome"],
        "switched_off",
        "somebody described it"
    );
    assert_eq!(outcome_of(&report, "group:3:4")["outcome"], "kept", "somebody named it");
    assert_eq!(outcome_of(&report, "conn:3:4")["outcome"], "switched_off", "its group stays");
    let listed = seeder.get("/api/projects").await;
    assert_eq!(listed.as_array().unwrap().len(), 3, "{listed}");
    assert_eq!(
        seeder.get(&format!("/api/connections/{}", shop.connection_id)).await["table_groups"][0]["table_count"],
        2
    );
    let rows = seeder.rows().await;
    let again = seeder.seed(&less).await;
    assert_eq!(seeder.rows().await, rows, "pruning twice is pruning once: {again}");
    // Said again, what the seeding itself switched off is switched on, and the removed table is there again.
    let back = seeder.seed(&seeder.document()).await;
    assert_eq!(outcome_of(&back, "conn:3:4")["written"], json!(["is_active"]), "{back}");
    assert_eq!(outcome_of(&back, "selection:5:2")["outcome"], "created");
    assert_eq!(seeder.get("/api/connections/conn:3:4").await["is_active"], true);
}

#[tokio::test]
async fn pruning_keeps_what_a_person_wrote_where_the_program_said_nothing() {
    let app = TestApp::new().await;
    let seeder = Seeder::new(&app).await;
    let mut document = seeder.document();
    document["datasets"] = json!([{"dataset_id": "object:2", "project_key": "workspace:7", "name": "Sales"}]);
    document["table_groups"] = json!([{"table_group_id": "group:1:2", "connection_id": "conn:1:2", "name": "till-default"}]);
    document["tables"] = json!([]);
    seeder.seed(&document).await;
    for (path, body) in [
        (
            "/api/table-groups/group:1:2",
            json!({"exclude_mask": "*_tmp", "description": "Mine"}),
        ),
        ("/api/datasets/object:2", json!({"product_team": "Commerce"})),
    ] {
        let answer = seeder.send(Method::PATCH, path, &body).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.body);
    }
    let report = seeder.seed(&json!({"source": "platform", "prune": true})).await;
    let group = outcome_of(&report, "group:1:2");
    assert_eq!(
        (&group["outcome"], &group["kept"]),
        (&json!("kept"), &json!(["description", "profiling_exclude_mask"])),
        "{report}"
    );
    assert_eq!(outcome_of(&report, "object:2")["kept"], json!(["product_team"]), "{report}");
    assert_eq!(
        outcome_of(&report, "group:3:4")["outcome"],
        "removed",
        "nobody wrote anything of it"
    );
    assert_eq!(seeder.get("/api/table-groups/group:1:2").await["exclude_mask"], "*_tmp");
    assert_eq!(seeder.get("/api/datasets/object:2").await["product_team"], "Commerce");
}

#[tokio::test]
async fn another_location_of_a_connection_is_passed_over_by_name() {
    let app = TestApp::new().await;
    let seeder = Seeder::new(&app).await;
    seeder.seed(&seeder.document()).await;
    let mut document = seeder.document();
    document["connections"][0]["location"] = json!(format!("{}/./", seeder.folder));
    assert_eq!(
        seeder.seed(&document).await["parts"],
        json!([]),
        "the same folder, written otherwise"
    );
    let elsewhere = app.folder.path().join("elsewhere");
    std::fs::create_dir_all(&elsewhere).unwrap();
    document["connections"][0]["location"] = json!(elsewhere.to_str().unwrap());
    document["table_groups"][0]["connection_id"] = json!("conn:3:4");
    let report = seeder.seed(&document).await;
    assert_eq!(outcome_of(&report, "conn:1:2")["passed_over"], json!(["location"]), "{report}");
    assert_eq!(
        outcome_of(&report, "group:1:2")["passed_over"],
        json!(["connection_id"]),
        "{report}"
    );
    let connection = seeder.get("/api/connections/conn:1:2").await;
    assert_eq!(connection["source"]["location"], seeder.folder, "{connection}");
}

#[tokio::test]
async fn datasets_go_with_the_connections_that_a_document_moves() {
    let app = TestApp::new().await;
    let seeder = Seeder::new(&app).await;
    let mut document = seeder.document();
    let group = json!({"table_group_id": "group:3:4", "connection_id": "conn:3:4", "name": "stock-default", "dataset_id": "object:2"});
    document["table_groups"].as_array_mut().unwrap().push(group);
    document["projects"]
        .as_array_mut()
        .unwrap()
        .push(json!({"project_key": "workspace:8", "name": "Trial"}));
    seeder.seed(&document).await;
    document["connections"][0]["project_key"] = json!("workspace:8");
    let refused = seeder.send(Method::POST, "/api/catalogue/seed", &document).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body.contains("out of Sales"), "{}", refused.body);
    document["connections"][1]["project_key"] = json!("workspace:8");
    seeder.seed(&document).await;
    assert_eq!(seeder.get("/api/datasets/object:2").await["project_key"], "workspace:8");
}

#[tokio::test]
async fn a_document_that_does_not_fit_writes_nothing_and_says_all_that_is_wrong() {
    let app = TestApp::new().await;
    let seeder = Seeder::new(&app).await;
    let before = seeder.rows().await;
    for (change, said) in [
        (json!({"connections": [{"connection_id": "c", "name": "No kind"}]}), "needs a kind"),
        (
            json!({"connections": [{"connection_id": "c", "kind": "folder", "location": "/nowhere/at/all"}]}),
            "cannot be read",
        ),
        (
            json!({"connections": [{"connection_id": "c", "kind": "postgresql", "location": "postgres://ada:secret@db:5432/shop?sslmode=prefer"}]}),
            "without a password",
        ),
        (
            json!({"table_groups": [{"table_group_id": "g", "connection_id": "gone", "name": "G"}]}),
            "which is not there",
        ),
        (
            json!({"tables": [{"table_id": "t", "schema_name": "a", "table_name": "b"}]}),
            "needs table_group_id",
        ),
        (json!({"projects": [{"project_key": "p"}, {"project_key": "p"}]}), "said twice"),
        (json!({"projects": [{"project_key": " p"}]}), "without blanks"),
        (json!({"colours": []}), "unknown field"),
    ] {
        let mut document = seeder.document();
        document.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = seeder.send(Method::POST, "/api/catalogue/seed", &document).await;
        assert_eq!(answer.status, 422, "{said}: {}", answer.body);
        assert!(answer.body.contains(said), "{said}: {}", answer.body);
        assert!(!answer.body.contains("secret"), "{}", answer.body);
    }
    assert_eq!(seeder.rows().await, before);
    let reader = token_of(&app, "bo", &[Role::Steward], TokenScope::Admin).await;
    let denied = with_token(&app, Method::POST, "/api/catalogue/seed", &reader, &seeder.document().to_string()).await;
    assert_eq!(denied.status, 403);
}
