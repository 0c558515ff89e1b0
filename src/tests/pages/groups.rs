//! Groups: masks are tried before they are stored, a group goes with everything, and only when it is named.

use crate::domain::user::Role;
use crate::store::connections::find_connection;
use crate::tests::app::TestApp;

#[tokio::test]
async fn masks_are_tried_on_the_page_and_stored_by_the_same_form() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let tried = app.get("/settings/groups/shop-all?include=ord*", &cookie).await;
    assert_eq!(tried.status, 200, "{}", tried.body);
    assert!(
        tried.body.contains("1 of 2 known tables taken in") && tried.body.contains("Left out"),
        "{}",
        tried.body
    );
    assert!(tried.body.contains("formaction=\"/actions/update-table-group\""));
    let still = find_connection(app.db(), &connection.connection_id).await.unwrap().unwrap();
    assert_eq!(
        (still.groups[0].table_count, still.groups[0].include_mask.as_str()),
        (2, ""),
        "a preview stores nothing"
    );
    let form = "table_group_id=shop-all&name=Orders&description=&include=ord*&exclude=";
    assert_eq!(app.post("/actions/update-table-group", &cookie, form).await.status, 303);
    let stored = find_connection(app.db(), &connection.connection_id).await.unwrap().unwrap();
    assert_eq!((stored.groups[0].table_count, stored.groups[0].name.as_str()), (1, "Orders"));
}

#[tokio::test]
async fn a_group_is_made_and_goes_with_its_runs_when_its_name_is_typed() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let last = app
        .post("/actions/delete-table-group", &cookie, "table_group_id=shop-all&typed_name=Shop")
        .await;
    assert_eq!(last.status, 303);
    let form = "connection_id=shop&name=Only+orders&description=&include=orders&exclude=";
    let made = app.post("/actions/create-table-group", &cookie, form).await;
    assert_eq!(made.header("location"), "/settings/groups/shop-only-orders");
    let groups = async || find_connection(app.db(), &connection.connection_id).await.unwrap().unwrap().groups;
    assert_eq!(groups().await.len(), 2);
    let page = app.get("/settings/groups/shop-all", &cookie).await;
    assert!(page.body.contains("takes 2 tables, 1 run and 0 alerts with it"), "{}", page.body);
    app.post("/actions/delete-table-group", &cookie, "table_group_id=shop-all&typed_name=shop")
        .await;
    assert_eq!(groups().await.len(), 2, "the name was not typed as it is");
    app.post("/actions/delete-table-group", &cookie, "table_group_id=shop-all&typed_name=Shop")
        .await;
    assert_eq!(groups().await.len(), 1);
    assert_eq!(app.get("/runs/1", &cookie).await.status, 404);
    assert_eq!(
        app.get("/tables/shop/-/orders", &cookie).await.status,
        200,
        "the other group has the table"
    );
}
