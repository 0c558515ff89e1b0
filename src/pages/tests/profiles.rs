//! Bodies of pages drawn from samples: what they say in each state, and that nothing of the data becomes markup.
//!
//! With `LIMN_DRAW_TO` set, each drawn page is also written there as a file to look at.

use leptos::prelude::*;

use super::samples::*;
use crate::components::icon::sprite;
use crate::domain::query::ColumnsQuery;
use crate::pages::column::column_view;
use crate::pages::table::{TableRights, table_view};

/// Renders a page and checks what holds for all of them.
fn drawn(name: &str, draw: impl FnOnce() -> AnyView) -> String {
    // Islands need an executor to be there, once a process.
    let _ = any_spawner::Executor::init_tokio();
    let html = Owner::new_root(None)
        .with(|| draw().to_html())
        .replace("<!>", "")
        .replace("<!---->", "");
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
    let may = TableRights {
        run: true,
        describe: true,
        configure: true,
        removal: None,
    };
    drawn(name, || table_view(detail, &query, now(), may))
}

#[tokio::test]
async fn a_table_profile_lists_every_column_with_its_change() {
    let html = table("table", &detail(), "");
    for part in [
        "184,203,511",
        "id=\"col-net_amount\"",
        "zero +5.0 pp",
        "1 more value",
        "all different",
        "action=\"/actions/start-run\"",
        "Since run 4119",
        "no values",
        "not profiled",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("class=\"fingerprint\"").count(), 10);
    assert_eq!(html.matches("aria-sort=").count(), 1);
}

#[tokio::test]
async fn links_to_columns_keep_the_filters_and_the_order() {
    let html = table("table-filtered", &detail(), "?type=N&sort=change&null=5");
    assert!(
        html.contains("href=\"/tables/retail/sales/order_lines/columns/store_id?type=N&amp;null=5&amp;sort=change\""),
        "{html}"
    );
    assert!(!html.contains("id=\"col-order_status\""));
    let column = column_detail("store_id", 3);
    let query = ColumnsQuery::parse("?type=N&null=5&sort=change");
    let html = drawn("column-filtered", || column_view(&column, &query, now(), true, true));
    assert!(
        html.contains("/tables/retail/sales/order_lines?type=N&amp;null=5&amp;sort=change#col-store_id"),
        "{html}"
    );
}

#[tokio::test]
async fn filters_that_hide_everything_say_so_and_can_be_cleared() {
    let html = table("table-no-match", &detail(), "?q=amout&type=N");
    assert!(
        html.contains("No column matches these filters") && html.contains("Clear 2 filters") && html.contains("name contains \"amout\""),
        "{html}"
    );
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
    let reader = drawn("table-never-reader", || table_view(&never, &query, now(), TableRights::default()));
    assert!(!reader.contains("start-run"));
    never.active_run = Some(run(4131, crate::domain::profile_run::RunPhase::Running));
    let html = table("table-being-profiled", &never, "");
    assert!(
        html.contains("Run 4131 is profiling retail_sales")
            && html.contains("data-run=\"4131\"")
            && html.contains("http-equiv=\"refresh\""),
        "{html}"
    );
    assert!(!html.contains("start-run"));
}

#[tokio::test]
async fn a_table_without_rows_leads_to_the_run_that_had_some() {
    let mut empty = detail();
    for column in &mut empty.columns {
        *column = crate::domain::column_profile::ColumnProfile {
            column_name: column.column_name.clone(),
            ..Default::default()
        };
    }
    empty.runs[0].row_count = 0;
    empty.run = Some(empty.runs[0].clone());
    let html = table("table-empty", &empty, "");
    assert!(
        html.contains("order_lines has no rows") && html.contains("Show run 4119") && html.contains("183") && html.contains("?run=4119"),
        "{html}"
    );
}

#[tokio::test]
async fn an_inconsistent_profile_is_shown_and_says_so() {
    let mut wrong = detail();
    let broken = "store_id: bins sum to 112,920,000, values are 113,837,770".to_owned();
    wrong.run.as_mut().unwrap().broken_invariants = vec![broken.clone()];
    let html = table("table-inconsistent", &wrong, "?run=99");
    assert!(
        html.contains("1 check of this profile does not hold")
            && html.contains(&broken)
            && html.contains("Run 99 has no profile of this table"),
        "{html}"
    );
}

#[tokio::test]
async fn the_other_tabs_list_runs_and_the_definition() {
    let html = table("table-runs", &detail(), "?tab=runs");
    assert_eq!(html.matches("href=\"/runs/").count(), 12 + 1, "twelve lines and the fact line");
    let html = table("table-definition", &detail(), "?tab=definition");
    assert!(
        html.contains("href=\"/tables/retail/sales/order_lines#whole\""),
        "the kind leads to its reason"
    );
    assert!(html.contains("part-1.parquet") && html.contains("f3a9c1"));
}

#[tokio::test]
async fn each_type_of_column_shows_only_what_fits_it() {
    let draw = |name: &str| {
        let detail = column_detail(name, 30);
        drawn(&format!("column-{name}"), || {
            column_view(&detail, &ColumnsQuery::default(), now(), true, true)
        })
    };
    let number = draw("net_amount");
    for part in [
        "Box plot",
        "Std. deviation",
        "zero: 31,204,118 rows",
        "data-key=\"j\"",
        "≈12.40",
        "402,109 other values",
    ] {
        assert!(number.contains(part), "{part}");
    }
    let text = draw("product_name");
    assert!(text.contains("Value shapes") && text.contains("≈46,900") && !text.contains("Std. deviation") && text.contains("''"));
    let time = draw("ordered_at");
    assert!(time.contains("Days of the week") && time.contains("2023-01") && !time.contains("Value shapes"));
    let boolean = draw("is_return");
    assert!(
        boolean.contains("is_return: true 3.2%") && !boolean.contains("Top values"),
        "{boolean}"
    );
    let nothing = draw("legacy_source_system_reference_identifier_v2");
    assert!(nothing.contains("Every row is null"));
    let failed = draw("pin_hash");
    assert!(failed.contains("This column could not be profiled") && failed.contains("Row group 3") && !failed.contains("Distribution"));
    let wrong = draw("store_id");
    assert!(wrong.contains("1 check of this column does not hold"));
}

#[tokio::test]
async fn the_meaning_of_a_column_stands_with_its_reasons() {
    let draw = |name: &str| {
        let detail = column_detail(name, 3);
        drawn(&format!("meaning-{name}"), || {
            column_view(&detail, &ColumnsQuery::default(), now(), true, true)
        })
    };
    let name = draw("product_name");
    for part in [
        "Entity name",
        "Moderate risk",
        "It tells who a &lt;b&gt;person&lt;/b&gt; is.",
        "varchar(250)",
        "PII <b>moderate</b>",
        // An estimate says how wide it is without a pointer.
        "Estimated with HyperLogLog (hll_lg12): within 3.2% in 95 of 100 cases.",
    ] {
        assert!(name.contains(part), "{part}");
    }
    let amount = draw("net_amount");
    assert!(
        amount.contains("none found") && !amount.contains("class=\"tag pii\" title=\"It"),
        "{amount}"
    );
    assert!(amount.contains("Moves with") && amount.contains("columns/order_line_id") && amount.contains("−0.08"));
    assert!(!draw("ordered_at").contains("Moves with"));
    assert!(!draw("store_id").contains("id=\"meaning\""), "nothing was derived");
}

#[tokio::test]
async fn every_panel_has_the_statement_of_its_figures_to_select_and_none_stands_twice() {
    let draw = |name: &str| {
        let detail = column_detail(name, 3);
        drawn(&format!("sql-{name}"), || {
            column_view(&detail, &ColumnsQuery::default(), now(), true, true)
        })
    };
    let panels = [
        (
            "net_amount",
            vec!["SQL for this histogram and its quantiles", "SQL for top values", "SQL for metrics"],
        ),
        (
            "product_name",
            vec![
                "SQL for top values",
                "SQL for value shapes",
                "SQL for lengths",
                "SQL for these counts",
            ],
        ),
        ("ordered_at", vec!["SQL for this histogram", "SQL for ages and days of the week"]),
        ("is_return", vec!["SQL for true and false", "SQL for metrics"]),
    ];
    for (name, titles) in panels {
        let html = draw(name);
        for title in titles {
            assert!(html.contains(title), "{name}: {title}");
        }
        assert!(html.contains("part-1.parquet") && html.contains("snapshot f3a9c1"), "{name}");
        let ids: Vec<&str> = html.split("<pre id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let different: std::collections::BTreeSet<&&str> = ids.iter().collect();
        assert!(ids.len() >= 3 && ids.len() == different.len(), "{name}: {ids:?}");
    }
    assert!(
        !draw("pin_hash").contains("SQL for"),
        "a failed column has no figures to find again"
    );
    let whole = table("table-sql", &detail(), "");
    assert!(whole.contains("SQL for rows of the table") && whole.contains("SQL for these correlations"));
    // What no statement says is listed by its reason, and only what the column has.
    let unsaid = draw("product_name");
    assert!(unsaid.contains("What SQL cannot say") && unsaid.contains("it is a rule over the figures"));
    assert!(!unsaid.contains("valid UTF-8 always"));
}

#[tokio::test]
async fn a_failed_column_shows_no_figures_and_says_what_to_do() {
    let detail = column_detail("pin_hash", 3);
    let html = drawn("column-failed", || {
        column_view(&detail, &ColumnsQuery::default(), now(), true, true)
    });
    assert!(
        html.contains("of 1,204 values. The other columns of the table are complete. Mend or replace the file"),
        "{html}"
    );
    assert!(!html.contains("id=\"metrics\"") && !html.contains("id=\"meaning\"") && !html.contains("id=\"history\""));
    let mut of_database = detail.clone();
    of_database.table.summary.format = "postgres".into();
    let html = drawn("column-failed-in-database", || {
        column_view(&of_database, &ColumnsQuery::default(), now(), true, true)
    });
    assert!(
        html.contains("the definition of the view, in the database") && !html.contains("the file,"),
        "{html}"
    );
    let list = table("table-failed-column", &detail.table, "");
    let at = list.find("id=\"col-pin_hash\"").unwrap();
    let line = &list[at..at + list[at..].find("</tr>").unwrap()];
    assert!(
        line.contains("not profiled") && line.contains("Row group 3") && !line.contains("0%"),
        "{line}"
    );
}

#[tokio::test]
async fn the_table_as_a_whole_is_said_below_its_columns() {
    let html = table("table-whole", &detail(), "?sort=null");
    for part in [
        "The table as a whole",
        "1 reference and 1 figure.",
        "columns/order_line_id?sort=null",
        "Duplicate rows",
        "1,204",
        "Columns that move together",
        "0.41",
        "1,842,035,110",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let mut bare = detail();
    bare.run.as_mut().unwrap().metrics = Default::default();
    let html = table("table-bare", &bare, "");
    assert!(
        !html.contains("Duplicate rows") && !html.contains("move together") && !html.contains("<dt>Kind"),
        "{html}"
    );
    assert!(
        html.contains("columns/order_line_id"),
        "the key is proven by the figures of its column"
    );
    bare.columns.retain(|column| !column.is_candidate_key());
    assert!(table("table-keyless", &bare, "").contains("no single column is unique and without nulls"));
}

#[tokio::test]
async fn a_column_of_one_run_has_a_history_of_one() {
    let mut detail = column_detail("net_amount", 1);
    detail.compared = None;
    detail.table.compared = None;
    detail.table.runs.truncate(1);
    let html = drawn("column-one-run", || {
        column_view(&detail, &ColumnsQuery::default(), now(), true, true)
    });
    assert!(html.contains("one run so far") && !html.contains(">Change<"), "{html}");
}

use crate::domain::paging::Page;
use crate::domain::profile_run::{ProfileRun, RunLogLine, RunMode, RunPhase, RunReason, RunTable};
use crate::domain::run_query::RunsQuery;
use crate::pages::run::{RunModel, cancel_view, run_view};
use crate::pages::runs::{RunsModel, runs_view};
use crate::store::profile_runs::{RunBar, RunCounts};

fn several_runs() -> Vec<ProfileRun> {
    let mut failed = run(4129, RunPhase::Failed);
    failed.reason = Some(RunReason::TimedOut);
    failed.error_message = Some("sales.orders <script> was read for 10 minutes.".into());
    failed.row_count = None;
    let mut partly = run(4127, RunPhase::Completed);
    partly.failed_table_count = 1;
    partly.table_count = Some(27);
    partly.reason = Some(RunReason::SomeTablesFailed);
    vec![
        run(4131, RunPhase::Running),
        run(4130, RunPhase::Requested),
        failed,
        partly,
        run(4126, RunPhase::Completed),
        run(4123, RunPhase::Cancelled),
    ]
}

fn runs_model(runs: Vec<ProfileRun>) -> RunsModel {
    let bars = (0..30)
        .map(|at| RunBar {
            number: 4_100 + at,
            status: if at == 20 {
                crate::domain::profile_run::RunStatus::Failed
            } else {
                crate::domain::profile_run::RunStatus::Completed
            },
            mode: RunMode::Full,
            started_at: now() - chrono::Duration::hours(6 * (30 - at)),
            duration_ms: Some(60_000 + 20_000 * (at as u64 % 7)),
        })
        .collect();
    let total = runs.len() as u64;
    RunsModel {
        run_groups: None,
        runs: Page {
            items: runs,
            total,
            offset: 0,
            limit: 50,
        },
        counts: RunCounts {
            all: total,
            active: 2,
            completed: 2,
            failed: 1,
            cancelled: 1,
        },
        bars,
        groups: Vec::new(),
        may_run: true,
    }
}

#[tokio::test]
async fn the_list_of_runs_says_what_each_did_and_offers_what_fits() {
    let html = drawn("runs", || {
        runs_view(&runs_model(several_runs()), &RunsQuery::parse("?days=7"), now())
    });
    for part in [
        "22%, table 7 of 41: sales.card_transactions, about 15 min left",
        "27 of 28 tables",
        "was read for 10 minutes",
        "typical 11 m 30 s",
        "href=\"/runs/4131/cancel\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("action=\"/actions/retry-run\"").count(), 2, "failed and cancelled");
    assert!(html.contains("http-equiv=\"refresh\"") && html.contains("data-run=\"4130\""));
    let reader = RunsModel {
        may_run: false,
        ..runs_model(several_runs())
    };
    let html = drawn("runs-reader", || runs_view(&reader, &RunsQuery::parse(""), now()));
    assert!(!html.contains("/actions/") && !html.contains("/cancel"));
}

#[tokio::test]
async fn no_run_and_no_match_are_told_apart() {
    let mut none = runs_model(Vec::new());
    assert!(
        drawn("runs-no-match", || runs_view(&none, &RunsQuery::parse("?status=failed"), now())).contains("No run matches these filters")
    );
    none.bars.clear();
    none.counts = RunCounts::default();
    let html = drawn("runs-none", || runs_view(&none, &RunsQuery::parse(""), now()));
    assert!(
        html.contains("No run yet") && html.contains("None in 7 days.") && !html.contains("http-equiv"),
        "{html}"
    );
}

fn run_model(run: ProfileRun) -> RunModel {
    let table = |name: &str, start: u64, took: u64| RunTable {
        schema_name: "sales".into(),
        table_name: name.into(),
        row_count: 1_204_000,
        column_count: 12,
        bytes_scanned: 41_000_000,
        started_after_ms: start,
        duration_ms: took,
        mode: RunMode::Full,
        broken_invariants: Vec::new(),
        failure: None,
    };
    let mut failed = table("gift_cards_legacy", 300_000, 20_000);
    failed.failure = Some(failed_table());
    let mut wrong = table("store_dim", 340_000, 31_000);
    wrong.broken_invariants = vec!["store_id: bins sum to 5, values are 6".into()];
    let line = |level: &str, message: &str| RunLogLine {
        at: now(),
        level: level.into(),
        message: message.into(),
    };
    RunModel {
        tables: if run.status.is_terminal() {
            vec![table("order_lines", 0, 531_000), table("orders", 200, 265_000), failed, wrong]
        } else {
            Vec::new()
        },
        log: vec![
            line("info", "run 4127 requested by M. Okafor"),
            line("warn", "<script>"),
            line("error", "gift_cards_legacy: the footer is cut off"),
        ],
        run,
        older: Some(4122),
        newer: None,
        log_level: String::new(),
        by_duration: false,
        may_run: true,
        findings: Default::default(),
        sees_values: true,
    }
}

#[tokio::test]
async fn a_run_that_lost_a_table_says_which_and_what_to_do_first() {
    let mut partly = several_runs().remove(3);
    partly.attempt = 2;
    let html = drawn("run-partly", || run_view(&run_model(partly), now()));
    for part in [
        "Partly",
        "sales.gift_cards_legacy was not profiled",
        "Copy the file again",
        "k hot",
        "bins sum to 5",
        "attempt 2",
        "href=\"/runs/4122\"",
        "Run again",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(html.find("was not profiled").unwrap() < html.find("Tables of run").unwrap());
    assert!(!html.contains("http-equiv") && !html.contains("/events"));
}

#[tokio::test]
async fn a_running_run_shows_figures_that_the_browser_patches() {
    let html = drawn("run-running", || run_view(&run_model(run(4131, RunPhase::Running)), now()));
    for part in [
        "data-live=\"rows\"",
        "212,400,000",
        "22 GB of 100 GB",
        "about 15 min",
        "/runs/4131/cancel",
        "/runs/4131/events",
        "aria-current=\"step\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[tokio::test]
async fn failed_and_cancelled_runs_say_why_and_can_be_retried() {
    let mut failed = run_model(several_runs().remove(2));
    failed.tables.clear();
    failed.log_level = "error".into();
    let html = drawn("run-failed", || run_view(&failed, now()));
    assert!(
        html.contains("The run took too long")
            && html.contains("was read for 10 minutes. It ran past its deadline")
            && html.contains("Retry"),
        "{html}"
    );
    assert!(!html.contains("requested by M. Okafor") && html.contains("1 of 3 lines"));
    let mut cancelled = run_model(run(4123, RunPhase::Cancelled));
    cancelled.tables.clear();
    let html = drawn("run-cancelled", || run_view(&cancelled, now()));
    assert!(html.contains("The run was cancelled") && html.contains("a cancelled run stores nothing"));
}

#[tokio::test]
async fn cancelling_is_asked_for_and_says_what_is_lost() {
    let html = drawn("run-cancel", || cancel_view(&run(4131, RunPhase::Running), now()));
    assert!(
        html.contains("Cancel run 4131?") && html.contains("action=\"/actions/cancel-run\"") && html.contains("Let it run"),
        "{html}"
    );
    let html = drawn("run-cancel-ended", || cancel_view(&run(4127, RunPhase::Completed), now()));
    assert!(!html.contains("/actions/cancel-run"));
}
