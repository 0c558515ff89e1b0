//! What pages say: the same figures as their data, hostile names as text, addresses that keep their state.

use axum::http::StatusCode;
use scraper::{Html, Selector};

use crate::domain::user::Role;
use crate::tests::app::TestApp;

fn text_of(html: &Html, selector: &str) -> Vec<String> {
    html.select(&Selector::parse(selector).unwrap())
        .map(|element| element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[tokio::test]
async fn a_page_and_its_data_say_the_same() {
    let app = TestApp::new().await;
    let (_, orders) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Analyst]).await;
    let table = orders.path();
    let page = app.get(&table, &cookie).await;
    let html = Html::parse_document(&page.body);
    assert_eq!(text_of(&html, "h1").len(), 1);
    let json = app.get(&format!("{table}.json"), &cookie).await.json();
    let names: Vec<&str> = json["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["column_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["order_id", "amount", "status", "placed on", "paid"]);
    for name in names {
        assert!(page.body.contains(name), "{name} is not on the page");
    }
    let amount = &json["columns"][1];
    assert_eq!((amount["row_count"].as_u64(), amount["null_count"].as_u64()), (Some(500), Some(50)));
    let csv = app.get(&format!("{table}.csv"), &cookie).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.body.lines().count(), 6);
}

#[tokio::test]
async fn hostile_names_and_values_are_text_on_every_page() {
    let app = TestApp::new().await;
    app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    let table = "/tables/shop/-/a%20%3Cb%3E%20%26%20%27c%27";
    let column = format!("{table}/columns/%3Cscript%3Ealert%281%29%3C%2Fscript%3E");
    for path in ["/tables", "/runs/1", table, column.as_str()] {
        let answer = app.get(path, &cookie).await;
        assert_eq!(
            answer.status,
            StatusCode::OK,
            "{path}: {}",
            &answer.body[..answer.body.len().min(1_500)]
        );
        assert!(!answer.body.contains("<script>alert"), "{path}");
        assert!(!answer.body.contains("<img src=x>"), "{path}");
    }
    let html = Html::parse_document(&app.get(&column, &cookie).await.body);
    assert!(
        text_of(&html, "h1")
            .iter()
            .any(|heading| heading.contains("<script>alert(1)</script>"))
    );
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_and_unknown_filters_are_named() {
    let app = TestApp::new().await;
    let (_, orders) = app.shop().await;
    let (_, cookie) = app.come_in("ada", &[Role::Admin]).await;
    for path in [
        "/nowhere",
        "/runs/99",
        "/runs/x",
        "/tables/shop/-/none",
        // Decoded once it is `ord%65rs`, twice it would be `orders`.
        "/tables/shop/-/ord%2565rs",
        "/tables/none/-/orders",
        &format!("{}/columns/none", orders.path()),
    ] {
        let answer = app.get(path, &cookie).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("<h1"), "{path} has no page");
    }
    let answer = app.get("/tables?sort=sideways", &cookie).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("sort=sideways"), "the ignored filter is not named");
}
