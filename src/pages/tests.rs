//! Bodies of pages drawn from samples: what they say in each state, and that nothing of the data becomes markup.
//!
//! With `LIMN_DRAW_TO` set, each drawn page is also written there as a file to look at.

use leptos::prelude::*;

use super::column::column_view;
use super::samples::*;
use super::table::table_view;
use crate::components::icon::sprite;
use crate::domain::query::ColumnsQuery;

/// Renders a page and checks what holds for all of them.
fn drawn(name: &str, draw: impl FnOnce() -> AnyView) -> String {
    // Islands need an executor to be there, once a process.
    let _ = any_spawner::Executor::init_tokio();
    let html = Owner::new_root(None).with(|| draw().to_html()).replace("<!>", "").replace("<!---->", "");
    assert!(!html.contains("<script>"), "{name}: data became markup");
    assert!(!html.contains(" style="), "{name}: a style attribute");
    assert!(!html.contains("NaN%") && !html.contains("\"NaN"), "{name}: a figure that is none");
    assert_eq!(html.matches("<h1").count(), 1, "{name}");
    if let Ok(folder) = std::env::var("LIMN_DRAW_TO") {
        let symbols = Owner::new_root(None).with(|| sprite().to_html());
        let head = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><link rel=stylesheet href=all.css>";
        let page = format!("{head}{symbols}<div class=app><header class=rail></header><main id=main>{html}</main></div>");
        std::fs::write(format!("{folder}/{name}.html"), page).unwrap();
    }
    html
}

fn table(name: &str, detail: &crate::domain::table::TableDetail, query: &str) -> String {
    let query = ColumnsQuery::parse(query);
    drawn(name, || table_view(detail, &query, now(), true))
}

#[tokio::test]
async fn a_table_profile_lists_every_column_with_its_change() {
    let html = table("table", &detail(), "");
    for part in ["184,203,511", "id=\"col-net_amount\"", "zero +5.0 pp", "1 more value", "all different", "action=\"/actions/start-run\"", "Since run 4119", "no values", "not profiled"] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("class=\"fingerprint\"").count(), 10);
    assert_eq!(html.matches("aria-sort=").count(), 1);
}

#[tokio::test]
async fn links_to_columns_keep_the_filters_and_the_order() {
    let html = table("table-filtered", &detail(), "?type=N&sort=change&null=5");
    assert!(html.contains("href=\"/tables/retail/sales/order_lines/columns/store_id?type=N&amp;null=5&amp;sort=change\""), "{html}");
    assert!(!html.contains("id=\"col-order_status\""));
    let column = column_detail("store_id", 3);
    let query = ColumnsQuery::parse("?type=N&null=5&sort=change");
    let html = drawn("column-filtered", || column_view(&column, &query, now()));
    assert!(html.contains("/tables/retail/sales/order_lines?type=N&amp;null=5&amp;sort=change#col-store_id"), "{html}");
}

#[tokio::test]
async fn filters_that_hide_everything_say_so_and_can_be_cleared() {
    let html = table("table-no-match", &detail(), "?q=amout&type=N");
    assert!(html.contains("No column matches these filters") && html.contains("Clear 2 filters") && html.contains("name contains \"amout\""), "{html}");
}

#[tokio::test]
async fn a_table_that_was_never_profiled_offers_to() {
    let mut never = detail();
    never.run = None;
    never.compared = None;
    never.runs.clear();
    never.columns.clear();
    never.compared_columns.clear();
    let html = table("table-never", &never, "");
    assert!(html.contains("order_lines was never profiled") && html.contains("action=\"/actions/start-run\""));
    let query = ColumnsQuery::default();
    let reader = drawn("table-never-reader", || table_view(&never, &query, now(), false));
    assert!(!reader.contains("start-run"));
    never.active_run = Some(run(4131, crate::domain::profile_run::RunPhase::Running));
    let html = table("table-being-profiled", &never, "");
    assert!(html.contains("Run 4131 is profiling retail_sales") && html.contains("data-run=\"4131\"") && html.contains("http-equiv=\"refresh\""), "{html}");
    assert!(!html.contains("start-run"));
}

#[tokio::test]
async fn a_table_without_rows_leads_to_the_run_that_had_some() {
    let mut empty = detail();
    for column in &mut empty.columns {
        *column = crate::domain::column_profile::ColumnProfile { column_name: column.column_name.clone(), ..Default::default() };
    }
    empty.runs[0].row_count = 0;
    empty.run = Some(empty.runs[0].clone());
    let html = table("table-empty", &empty, "");
    assert!(html.contains("order_lines has no rows") && html.contains("Show run 4119") && html.contains("183") && html.contains("?run=4119"), "{html}");
}

#[tokio::test]
async fn an_inconsistent_profile_is_shown_and_says_so() {
    let mut wrong = detail();
    let broken = "store_id: bins sum to 112,920,000, values are 113,837,770".to_owned();
    wrong.run.as_mut().unwrap().broken_invariants = vec![broken.clone()];
    let html = table("table-inconsistent", &wrong, "?run=99");
    assert!(html.contains("1 check of this profile does not hold") && html.contains(&broken) && html.contains("Run 99 has no profile of this table"), "{html}");
}

#[tokio::test]
async fn the_other_tabs_list_runs_and_the_definition() {
    let html = table("table-runs", &detail(), "?tab=runs");
    assert_eq!(html.matches("href=\"/runs/").count(), 12 + 1, "twelve lines and the fact line");
    let html = table("table-definition", &detail(), "?tab=definition");
    assert!(html.contains("part-1.parquet") && html.contains("f3a9c1"));
}

#[tokio::test]
async fn each_type_of_column_shows_only_what_fits_it() {
    let draw = |name: &str| {
        let detail = column_detail(name, 30);
        drawn(&format!("column-{name}"), || column_view(&detail, &ColumnsQuery::default(), now()))
    };
    let number = draw("net_amount");
    for part in ["Box plot", "Std. deviation", "zero: 31,204,118 rows", "data-key=\"j\"", "≈12.40", "402,109 other values"] {
        assert!(number.contains(part), "{part}");
    }
    let text = draw("product_name");
    assert!(text.contains("Value shapes") && text.contains("≈46,900") && !text.contains("Std. deviation") && text.contains("''"));
    let time = draw("ordered_at");
    assert!(time.contains("Days of the week") && time.contains("2023-01") && !time.contains("Value shapes"));
    let boolean = draw("is_return");
    assert!(boolean.contains("is_return: true 3.2%") && !boolean.contains("Top values"), "{boolean}");
    let nothing = draw("legacy_source_system_reference_identifier_v2");
    assert!(nothing.contains("Every row is null"));
    let failed = draw("pin_hash");
    assert!(failed.contains("This column could not be profiled") && failed.contains("Row group 3") && !failed.contains("Distribution"));
    let wrong = draw("store_id");
    assert!(wrong.contains("1 check of this column does not hold"));
}

#[tokio::test]
async fn a_column_of_one_run_has_a_history_of_one() {
    let mut detail = column_detail("net_amount", 1);
    detail.compared = None;
    detail.table.compared = None;
    detail.table.runs.truncate(1);
    let html = drawn("column-one-run", || column_view(&detail, &ColumnsQuery::default(), now()));
    assert!(html.contains("one run so far") && !html.contains(">Change<"), "{html}");
}
