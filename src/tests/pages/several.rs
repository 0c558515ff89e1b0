//! Several tables at once, several projects at once, and buttons that are there for those who may use them only.

use axum::http::Method;
use serde_json::json;

use crate::domain::audit::Actor;
use crate::domain::scope::RoleGrant;
use crate::domain::user::{Role, TokenScope};
use crate::store::{audit, seed_tree, users};
use crate::tests::api::tokens::{token_of, with_token};
use crate::tests::app::TestApp;

#[tokio::test]
async fn several_tables_are_changed_by_one_form_without_a_script() {
    let app = TestApp::new().await;
    app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Steward]).await;
    let page = app.get("/tables", &cookie).await.body;
    assert_eq!(
        page.matches("name=\"tables[]\" form=\"edit-tables\"").count(),
        2,
        "a box a line: {page}"
    );
    assert!(page.contains("action=\"/actions/edit-tables\""));
    let (_, reader) = app.come_in("bo", &[Role::Analyst]).await;
    let other = app.get("/tables", &reader).await.body;
    assert!(!other.contains("edit-tables"), "not for those who may not");
    let tables = seed_tree::list_tree_tables(app.db(), None, None).await.unwrap();
    let chosen: String = tables.iter().map(|table| format!("&tables%5B%5D={}", table.table_id)).collect();
    let edit = async |form: &str| {
        app.post("/actions/edit-tables", &cookie, &format!("{form}{chosen}&back=/tables"))
            .await
    };
    let done = edit("add_tags=gold,%20silver&line=data_steward&text=Ada&critical=true&active=").await;
    assert_eq!(done.status, 303, "{}", done.body);
    let said = async |place: usize| {
        let id = crate::domain::identifier::TableId(tables[place].table_id.clone());
        crate::store::tables::find_table(app.db(), &id).await.unwrap().unwrap()
    };
    for place in 0..2 {
        let table = said(place).await;
        assert_eq!(table.characteristics.tags, ["gold", "silver"]);
        assert_eq!(table.characteristics.data_steward, "Ada");
        assert!(table.characteristics.critical_data_element && table.is_active);
    }
    let subject = format!("table:{}", tables[0].table_id);
    edit("add_tags=gold").await;
    assert_eq!(
        audit::list_audit(app.db(), Some(&subject), 0, 9).await.unwrap().total,
        1,
        "the same twice is once"
    );
    edit("remove_tags=GOLD&active=false").await;
    let table = said(1).await;
    assert_eq!((table.characteristics.tags, table.is_active), (vec!["silver".to_owned()], false));
    assert!(app.get("/tables", &cookie).await.body.contains("switched off"));
    // All of them are off: a run has nothing to read, and says so.
    let token = token_of(&app, "cy", &[Role::Admin], TokenScope::Admin).await;
    let refused = with_token(&app, Method::POST, "/api/table-groups/shop-all/profile-runs", &token, "{}").await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let ids: Vec<&str> = tables.iter().map(|table| table.table_id.as_str()).collect();
    let on = json!({"table_ids": ids, "is_active": true, "fields": {"business_domain": "Sales"}});
    for changed in [2, 0] {
        let answer = with_token(&app, Method::POST, "/api/tables/edit", &token, &on.to_string()).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["changed_count"]),
            (200, &json!(changed)),
            "{}",
            answer.body
        );
    }
    for body in [
        json!({"table_ids": []}),
        json!({"table_ids": ids}),
        json!({"table_ids": ids, "fields": {"colour": "red"}}),
    ] {
        assert_eq!(
            with_token(&app, Method::POST, "/api/tables/edit", &token, &body.to_string())
                .await
                .status,
            422,
            "{body}"
        );
    }
    let lost = json!({"table_ids": [ids[0], "nothing"], "add_tags": ["x"]});
    assert_eq!(
        with_token(&app, Method::POST, "/api/tables/edit", &token, &lost.to_string())
            .await
            .status,
        404
    );
    assert_eq!(said(0).await.characteristics.tags, ["silver"], "all of it or nothing");
}

#[tokio::test]
async fn tables_are_narrowed_to_a_project_where_there_are_several() {
    let app = TestApp::new().await;
    let (shop, _) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let folder = app.folder.path().join("bank");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("accounts.csv"), "a\n1\n").unwrap();
    let page = app.get("/tables", &cookie).await.body;
    assert!(!page.contains("project="), "one project needs no menu");
    app.post("/actions/create-project", &cookie, "name=Bank").await;
    let bank = app.connect("Bank files", &folder.canonicalize().unwrap()).await;
    let moved = format!(
        "connection={}&name=Bank+files&location={}&project=bank",
        bank.connection_id, bank.location
    );
    assert_eq!(app.post("/actions/update-connection", &cookie, &moved).await.status, 303);
    let all = app.get("/tables", &cookie).await.body;
    assert!(all.contains("/tables?project=bank") && all.contains("2 projects"), "{all}");
    let narrowed = app.get("/tables?project=bank", &cookie).await.body;
    assert!(narrowed.contains("accounts") && !narrowed.contains(">orders<"), "{narrowed}");
    let json = app.get("/tables?project=default&format=json", &cookie).await.body;
    assert!(json.contains("orders") && !json.contains("accounts"), "{json}");
    drop(shop);
}

#[tokio::test]
async fn whoever_may_run_one_group_sees_no_button_for_another() {
    let app = TestApp::new().await;
    app.shop().await;
    let folder = app.folder.path().join("bank");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("accounts.csv"), "a\n1\n").unwrap();
    app.connect("Bank", &folder.canonicalize().unwrap()).await;
    let (user, cookie) = app.come_in("bo", &[Role::Analyst]).await;
    // Everything may be read, and runs started in the shop alone.
    let grants = ["tester", "analyst@group:shop-all"].map(|text| RoleGrant::parse(text).unwrap());
    let mut tx = app.db().begin().await.unwrap();
    users::set_grants(&mut tx, &user.user_id, &grants, &Actor::limn()).await.unwrap();
    tx.commit().await.unwrap();
    for (page, is_offered) in [
        ("/tables?group=shop-all", true),
        ("/tables?group=bank-all", false),
        ("/tables/shop/-/orders", true),
        ("/tables/bank/-/accounts", false),
    ] {
        let body = app.get(page, &cookie).await.body;
        assert_eq!(body.contains("/actions/start-run"), is_offered, "{page}: {body}");
    }
    for page in ["/", "/runs"] {
        let body = app.get(page, &cookie).await.body;
        assert!(!body.contains("value=\"bank-all\""), "{page}: {body}");
    }
    let refused = app.post("/actions/start-run", &cookie, "table_group_id=bank-all").await;
    assert!(
        refused.header("location").starts_with("/runs") && !refused.header("location").contains("/runs/"),
        "{}",
        refused.header("location")
    );
}
