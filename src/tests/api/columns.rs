//! All columns in one answer, a column over its runs, and one column: all say the same.

use axum::http::Method;
use serde_json::json;

use super::tokens::{token_of, with_token};
use crate::domain::user::{Role, TokenScope};
use crate::tests::app::TestApp;

#[tokio::test]
async fn bulk_history_and_single_answer_say_the_same() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    app.profile(&connection).await;
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Read).await;
    let base = format!("/api/table-groups/{}", connection.groups[0].table_group_id);
    let get = async |path: &str| with_token(&app, Method::GET, &format!("{base}{path}"), &token, "").await;
    let all = get("/column-profiles?tableName=Orders").await.json();
    assert_eq!(all["columns"].as_array().unwrap().len(), 5);
    assert_eq!((&all["run_number"], &all["schema_name"]), (&json!(2), &json!("-")));
    for column in all["columns"].as_array().unwrap() {
        let name = crate::domain::address::encode_segment(column["column_name"].as_str().unwrap());
        let one = get(&format!("/column-profile?tableName=orders&columnName={name}")).await.json();
        assert_eq!(one["source"], "results");
        for part in ["metrics", "top_values", "histogram", "data_type"] {
            assert_eq!(one[part], column[part], "{name} {part}");
        }
        let history = get(&format!("/column-history?tableName=orders&columnName={name}")).await.json();
        assert_eq!(history["runs"].as_array().unwrap().len(), 2);
        assert_eq!(&history["runs"][0]["column"], column);
        assert_eq!(history["runs"][1]["run_number"], 1);
        assert_eq!(
            history["runs"][1]["column"]["top_values"], column["top_values"],
            "the same file was read twice"
        );
    }
    let limited = get("/column-history?tableName=orders&columnName=AMOUNT&limit=1").await.json();
    assert_eq!(
        (limited["runs"].as_array().unwrap().len(), &limited["column_name"]),
        (1, &json!("amount"))
    );
    for (path, status) in [
        ("/column-profiles", 400),
        ("/column-profiles?tableName=nothing", 404),
        ("/column-history?tableName=orders", 400),
        ("/column-history?tableName=orders&columnName=nothing", 404),
        ("/column-history?tableName=orders&columnName=amount&limit=0", 400),
    ] {
        assert_eq!(get(path).await.status.as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn a_wide_table_takes_as_many_statements_as_a_narrow_one() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Read).await;
    let base = format!("/api/table-groups/{}", connection.groups[0].table_group_id);
    let before = app.db().statement_count();
    let answer = with_token(&app, Method::GET, &format!("{base}/column-profiles?tableName=orders"), &token, "").await;
    assert_eq!(answer.status, 200);
    let statements = app.db().statement_count() - before;
    // Three find the token and its person, three the table and its run, two read.
    assert!(statements <= 8, "{statements}");
}
