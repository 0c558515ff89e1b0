//! What a page costs: at most seven statements, however wide the table: what it shows, and what was found about it.

use crate::domain::user::Role;
use crate::store::sql;
use crate::tests::app::TestApp;

#[tokio::test]
async fn no_page_needs_more_than_seven_statements() {
    let app = TestApp::new().await;
    let (connection, orders) = app.shop().await;
    for _ in 0..3 {
        app.profile(&connection).await;
    }
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let table = orders.path();
    app.post("/actions/create-dataset", &cookie, "name=Sales").await;
    let pages = [
        "/".to_owned(),
        "/tables".into(),
        "/tables?q=amount&stale=1&sort=rows".into(),
        table.clone(),
        format!("{table}?compare=1&changed=1"),
        format!("{table}?tab=runs"),
        format!("{table}/columns/amount"),
        format!("{table}/columns/status?runs=all"),
        "/runs".into(),
        "/runs?status=failed&q=shop".into(),
        "/runs/2".into(),
        "/alerts".into(),
        "/alerts?q=amount&state=all".into(),
        app.raise_alert().await,
        "/find?q=amount".into(),
        "/settings/quality".into(),
        "/settings/projects".into(),
        "/settings/projects/default".into(),
        "/settings/datasets".into(),
        "/settings/datasets/sales".into(),
        "/tables?tag=gold&dataset=sales".into(),
        format!("{table}?tab=definition"),
        "/settings/connections".into(),
        "/settings/connections/shop?location=%2Fnowhere&check=1".into(),
        "/settings/groups/shop-all?include=o*".into(),
        "/settings/connections/shop/new-group?include=o*".into(),
        "/settings/schema".into(),
        "/settings/retention?days=1".into(),
        format!("{table}/columns/amount?source=payload"),
        "/settings/people".into(),
        "/settings/people/ada".into(),
        "/api/docs".into(),
        "/account".into(),
        "/account/tokens".into(),
    ];
    for page in pages {
        let before = app.db().statement_count();
        let answer = app.get(&page, &cookie).await;
        // This run has no payload: that is said, at no greater cost.
        let expected = if page.contains("source=payload") { 404 } else { 200 };
        assert_eq!(answer.status, expected, "{page}");
        let statements = app.db().statement_count() - before;
        assert!(statements <= 7, "{page} took {statements} statements");
    }
}

#[tokio::test]
async fn a_payload_that_is_asked_first_and_cannot_be_read_costs_no_more() {
    let app = TestApp::new().await;
    let (connection, orders) = app.shop().await;
    for _ in 0..2 {
        app.profile(&connection).await;
    }
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    for text in [
        "insert into dq_settings (key, value, updated_at) values ('profile_table_reads_enabled', 'false', {now})",
        "update dq_profiles set payload_path = 'nowhere.json'",
    ] {
        sql(text).execute(app.db()).await.unwrap();
    }
    let before = app.db().statement_count();
    let answer = app.get(&format!("{}/columns/amount", orders.path()), &cookie).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.body.contains("Reading from tables is switched off"),
        "the payload was asked first"
    );
    let statements = app.db().statement_count() - before;
    assert!(statements <= 7, "{statements} statements");
}

#[tokio::test]
async fn a_table_of_two_hundred_columns_takes_as_many_statements_as_one_of_two() {
    let app = TestApp::new().await;
    let folder = app.folder.path().join("wide");
    std::fs::create_dir_all(&folder).unwrap();
    let line = |cell: &dyn Fn(usize) -> String| (0..200).map(cell).collect::<Vec<_>>().join(",") + "\n";
    let mut text = line(&|column| format!("c{column}"));
    for row in 0..50 {
        text += &line(&|column| format!("{}", row * column));
    }
    std::fs::write(folder.join("wide.csv"), text).unwrap();
    std::fs::write(folder.join("narrow.csv"), "a,b\n1,2\n").unwrap();
    let connection = app.connect("Wide", &folder.canonicalize().unwrap()).await;
    app.profile(&connection).await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let mut counts = Vec::new();
    for table in ["wide", "narrow"] {
        let before = app.db().statement_count();
        let answer = app.get(&format!("/tables/wide/-/{table}"), &cookie).await;
        assert_eq!(answer.status, 200, "{table}");
        counts.push(app.db().statement_count() - before);
    }
    assert_eq!(counts[0], counts[1]);
}
