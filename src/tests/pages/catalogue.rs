//! Projects and connections: made, changed, switched off, removed after a preview of what depends on them.

use crate::domain::user::Role;
use crate::services::connection_secrets::open_root;
use crate::store::connections::find_connection;
use crate::store::{audit, settings};
use crate::tests::app::TestApp;

#[tokio::test]
async fn a_project_is_made_owns_connections_and_goes_only_when_it_is_empty() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let made = app
        .post("/actions/create-project", &cookie, "name=Staging+%26+Test&description=Trial")
        .await;
    assert_eq!(made.header("location"), "/settings/projects/staging-test");
    let moved = format!("connection=shop&name=Shop&location={}&project=staging-test", connection.location);
    assert_eq!(app.post("/actions/update-connection", &cookie, &moved).await.status, 303);
    let page = app.get("/settings/projects/staging-test", &cookie).await;
    assert!(
        page.body.contains("Staging &amp; Test") && page.body.contains("2 tables with 502 rows"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("/actions/delete-project"), "a connection belongs to it");
    assert!(page.body.contains("1 table group with 2 tables, 1 run and"), "{}", page.body);
    app.post(
        "/actions/delete-project",
        &cookie,
        "project_key=staging-test&typed_name=Staging+%26+Test",
    )
    .await;
    assert_eq!(app.get("/settings/projects/staging-test", &cookie).await.status, 200);
    app.post("/actions/delete-project", &cookie, "project_key=default&typed_name=Default+project")
        .await;
    assert_eq!(
        app.get("/settings/projects/default", &cookie).await.status,
        404,
        "nothing belonged to it"
    );
    let list = app.get("/settings/projects", &cookie).await.body;
    assert!(list.contains("502") && !list.contains("Default project"), "{list}");
}

#[tokio::test]
async fn an_inactive_project_refuses_profiling_and_says_why() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    app.post("/actions/set-project-active", &cookie, "project_key=default&active=false")
        .await;
    let form = format!("table_group_id={}", connection.groups[0].table_group_id);
    let refused = app.post("/actions/start-run", &cookie, &form).await;
    let said: String = refused
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    assert!(said.contains("The%20project%20Default%20project%20is%20switched%20off"), "{said}");
    assert_eq!(app.get("/runs/2", &cookie).await.status, 404, "no row was written");
    let page = app.get("/settings/connections", &cookie).await.body;
    assert!(page.contains("switch the project on to profile"), "{page}");
    app.post("/actions/set-project-active", &cookie, "project_key=default&active=true")
        .await;
    app.post("/actions/start-run", &cookie, &form).await;
    assert_eq!(app.get("/runs/2", &cookie).await.status, 200);
}

#[tokio::test]
async fn another_folder_is_tested_before_it_is_kept_and_a_name_is_not() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let now = async || find_connection(app.db(), &connection.connection_id).await.unwrap().unwrap();
    let form = |name: &str, location: &str| format!("connection=shop&name={name}&location={location}");
    app.post("/actions/update-connection", &cookie, &form("Shop+2", &connection.location))
        .await;
    assert_eq!(now().await.name, "Shop 2");
    let refused = app
        .post("/actions/update-connection", &cookie, &form("Shop+3", "/nowhere/at/all"))
        .await;
    assert!(
        refused.header("location").contains("location=%2Fnowhere"),
        "what was typed stands in the form again"
    );
    assert_eq!(
        (now().await.name.as_str(), now().await.location),
        ("Shop 2", connection.location.clone())
    );
    let page = app
        .get("/settings/connections/shop?location=%2Fnowhere&check=1", &cookie)
        .await
        .body;
    assert!(
        page.contains("1 of 4 steps passed") && page.contains("/actions/update-connection"),
        "{page}"
    );
    let trail = audit::list_audit(app.db(), Some("connection:shop"), 0, 10).await.unwrap();
    assert_eq!(trail.items[0].action, "connection.change");
}

#[tokio::test]
async fn a_kept_password_stays_for_its_server_and_is_never_sent_to_another() {
    use crate::domain::connection::ConnectionKind;
    use crate::domain::secret::Secret;
    use crate::store::connections::{NewConnection, create_connection};
    let app = TestApp::new().await;
    let (user, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let actor = crate::domain::audit::Actor {
        user_id: Some(user.user_id.clone()),
        name: user.name.clone(),
    };
    let address = "postgres://ada@127.0.0.1:9/shop?sslmode=disable";
    let mut tx = app.db().begin().await.unwrap();
    let new = NewConnection {
        project_key: None,
        name: "Shop".into(),
        kind: ConnectionKind::Postgres,
        location: address.into(),
    };
    let connection = create_connection(&mut tx, new, &actor).await.unwrap();
    let secret = Secret::new("hunter2-canary").unwrap();
    crate::services::connection_secrets::keep_password(&mut tx, &app.state.config, &connection.connection_id, address, &secret, &actor)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let page = app.get("/settings/connections/shop", &cookie).await.body;
    assert!(
        page.contains("value=\"127.0.0.1\"") && page.contains("value=\"9\"") && !page.contains("hunter2"),
        "{page}"
    );
    let other = "/settings/connections/shop?kind=postgresql&host=localhost&check=1";
    let page = app.get(other, &cookie).await.body;
    assert!(page.contains("The password was given for another server or role"), "{page}");
    // A name alone changes nothing of it.
    let form = "connection=shop&kind=postgresql&name=Store&host=127.0.0.1&port=9&database=shop&user=ada&tls=disable&password=";
    app.post("/actions/update-connection", &cookie, form).await;
    let stored = find_connection(app.db(), &connection.connection_id).await.unwrap().unwrap();
    assert_eq!((stored.name.as_str(), stored.location.as_str()), ("Store", address));
    assert!(open_root(app.db(), &app.state.config, &stored).await.is_ok());
    // It goes with its connection.
    app.post("/actions/delete-connection", &cookie, "connection_id=shop&typed_name=Store")
        .await;
    assert_eq!(settings::get(app.db(), "connection_password:shop").await.unwrap(), None);
    assert_eq!(app.get("/settings/connections/shop", &cookie).await.status, 404);
}

#[tokio::test]
async fn a_connection_goes_with_its_groups_and_runs_when_its_name_is_typed() {
    let app = TestApp::new().await;
    let (connection, orders) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let page = app.get("/settings/connections/shop", &cookie).await.body;
    assert!(page.contains("takes 1 table group, 2 tables, 1 run and 0 alerts with it"), "{page}");
    app.post("/actions/delete-connection", &cookie, "connection_id=shop&typed_name=shop")
        .await;
    assert!(
        find_connection(app.db(), &connection.connection_id).await.unwrap().is_some(),
        "the name was not typed as it is"
    );
    app.post("/actions/start-run", &cookie, "table_group_id=shop-all").await;
    app.post("/actions/delete-connection", &cookie, "connection_id=shop&typed_name=Shop")
        .await;
    assert!(
        find_connection(app.db(), &connection.connection_id).await.unwrap().is_some(),
        "a run is active"
    );
    let run = crate::store::profile_runs::find_run(app.db(), 2).await.unwrap().unwrap();
    app.post("/actions/cancel-run", &cookie, &format!("profile_run_id={}", run.profile_run_id))
        .await;
    app.post("/actions/delete-connection", &cookie, "connection_id=shop&typed_name=Shop")
        .await;
    assert!(find_connection(app.db(), &connection.connection_id).await.unwrap().is_none());
    assert_eq!(app.get(&orders.path(), &cookie).await.status, 404);
    assert_eq!(app.get("/runs/1", &cookie).await.status, 404);
    assert!(
        std::path::Path::new(&connection.location).join("orders.csv").is_file(),
        "what it read is not touched"
    );
}

#[tokio::test]
async fn what_people_say_stays_through_runs_and_searches_and_finds_the_table() {
    let app = TestApp::new().await;
    let (connection, orders) = app.shop().await;
    let (_, cookie) = app.come_in("stew", &[Role::Steward]).await;
    let (_, reader) = app.come_in("reader", &[Role::Analyst]).await;
    let tables = crate::store::tables::list_group_tables(app.db(), &connection.groups[0].table_group_id)
        .await
        .unwrap();
    let id = tables
        .iter()
        .find(|table| table.found.table_name == "orders")
        .unwrap()
        .table_id
        .clone();
    let form =
        format!("table_id={id}&description=All+orders&tags=gold,+Finance&critical=1&data_steward=M.+Okafor&source_system=ERP&back=/tables");
    assert_eq!(app.post("/actions/describe-table", &cookie, &form).await.status, 303);
    let form = format!("table_id={id}&column_name=amount&description=Net&tags=money&pii_risk=none&back=/tables");
    assert_eq!(app.post("/actions/describe-column", &cookie, &form).await.status, 303);
    // A run looks for tables again.
    app.profile(&connection).await;
    let page = app.get(&format!("{}?tab=definition", orders.path()), &reader).await.body;
    for said in ["All orders", "M. Okafor", "ERP", "critical data element", "/tables?tag=gold"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("/actions/describe-table"), "a reader changes nothing");
    let column = app.get(&format!("{}/columns/amount", orders.path()), &cookie).await.body;
    assert!(
        column.contains("Net") && column.contains("/tables?tag=money") && column.contains("/actions/describe-column"),
        "{column}"
    );
    let other = app.get(&format!("{}/columns/status", orders.path()), &reader).await.body;
    assert!(!other.contains("What people say of it"), "{other}");
    for (tag, tables) in [("gold", 1), ("money", 1), ("nothing", 0)] {
        let list = app.get(&format!("/tables?tag={tag}"), &reader).await.body;
        assert!(list.contains(&format!("{tables} table")), "{tag}: {list}");
    }
    let trail = audit::list_audit(app.db(), Some(&format!("table:{id}")), 0, 10).await.unwrap();
    assert_eq!(trail.total, 2);
}

#[tokio::test]
async fn a_scope_is_kept_read_by_the_next_run_and_said_on_the_page() {
    let app = TestApp::new().await;
    let (connection, orders) = app.shop().await;
    let (_, cookie) = app.come_in("stew", &[Role::Steward]).await;
    let tables = crate::store::tables::list_group_tables(app.db(), &connection.groups[0].table_group_id)
        .await
        .unwrap();
    let id = tables
        .iter()
        .find(|table| table.found.table_name == "orders")
        .unwrap()
        .table_id
        .clone();
    let refused = format!("table_id={id}&left_out%5B%5D=amount&row_filter=amount+%3E+10&back=/tables");
    let answer = app.post("/actions/set-table-scope", &cookie, &refused).await;
    let said: String = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    assert!(said.contains("The%20filter%20looks%20at%20amount"), "{said}");
    let form = format!("table_id={id}&left_out%5B%5D=paid&left_out%5B%5D=placed+on&row_filter=order_id+%3C+100&back=/tables");
    app.post("/actions/set-table-scope", &cookie, &form).await;
    let page = app.get(&format!("{}?tab=definition", orders.path()), &cookie).await.body;
    assert!(
        page.contains("Rows where order_id &lt; 100, 2 columns left out") && page.contains("was read otherwise"),
        "{page}"
    );
    app.profile(&connection).await;
    let page = app.get(&orders.path(), &cookie).await.body;
    assert!(
        page.contains("<b>100<") && page.contains("rows where order_id &lt; 100, 2 columns left out"),
        "{page}"
    );
    let page = app.get(&format!("{}?tab=definition", orders.path()), &cookie).await.body;
    assert!(
        !page.contains("was read otherwise") && page.contains("value=\"placed on\""),
        "{page}"
    );
    let column = app.get(&format!("{}/columns/amount", orders.path()), &cookie).await.body;
    assert!(column.contains("TRY_CAST"), "the statements read the same rows: {column}");
}

#[tokio::test]
async fn a_table_that_is_renamed_or_gone_is_named() {
    let app = TestApp::new().await;
    let (connection, orders) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let folder = std::path::Path::new(&connection.location);
    std::fs::rename(folder.join("orders.csv"), folder.join("sales.csv")).unwrap();
    app.profile(&connection).await;
    let old = app.get(&orders.path(), &cookie).await.body;
    assert!(old.contains("sales came when it went, of the same format and size"), "{old}");
    let new = app.get("/tables/shop/-/sales", &cookie).await.body;
    assert!(
        new.contains("This table seems to have been orders before") && new.contains("/tables/shop/-/orders"),
        "{new}"
    );
}

#[tokio::test]
async fn a_dataset_holds_groups_and_narrows_the_list() {
    let app = TestApp::new().await;
    app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let made = app
        .post("/actions/create-dataset", &cookie, "name=Sales&product_team=Lake&application=ERP")
        .await;
    assert_eq!(made.header("location"), "/settings/datasets/sales");
    assert!(app.get("/tables?dataset=sales", &cookie).await.body.contains("No table matches"));
    let form = "dataset_id=sales&name=Sales&product_team=Lake&groups%5B%5D=shop-all";
    app.post("/actions/update-dataset", &cookie, form).await;
    assert!(app.get("/tables?dataset=sales", &cookie).await.body.contains("2 tables of 2 match"));
    let list = app.get("/settings/datasets", &cookie).await.body;
    assert!(list.contains("Lake") && list.contains("502"), "{list}");
    app.post(
        "/actions/update-dataset",
        &cookie,
        "dataset_id=sales&name=Sales&groups%5B%5D=elsewhere",
    )
    .await;
    assert!(
        app.get("/settings/datasets/sales", &cookie).await.body.contains("checked"),
        "a group of nobody is refused"
    );
    app.post("/actions/delete-dataset", &cookie, "dataset_id=sales").await;
    assert_eq!(app.get("/settings/datasets/sales", &cookie).await.status, 404);
    assert!(app.get("/tables", &cookie).await.body.contains("2 tables"));
}
