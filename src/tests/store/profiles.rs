//! Profiles: written and read back to the last bit, published by the completer only, compared by run.

use std::collections::BTreeMap;

use chrono::{Duration, Utc};

use super::fixture::*;
use crate::domain::address::TableAddress;
use crate::domain::column_profile::TEXT_LIMIT_CHARS;
use crate::domain::profile_run::{RunPhase, RunReason};
use crate::domain::query::{ColumnsQuery, TablesQuery};
use crate::domain::table::{ColumnDetail, TableDetail};
use crate::domain::table_profile::{RejectedRows, TableProfile};
use crate::store::candidate_runs::{Candidates, list_candidate_runs};
use crate::store::profile_runs::*;
use crate::store::tables::{get_table_detail, list_tables};
use crate::store::{Database, column_profiles, sql};

on_both_databases!(
    nothing_is_seen_before_the_run_is_finished,
    a_failed_or_cancelled_run_leaves_no_figures_and_hides_none,
    the_second_attempt_is_read_and_the_first_is_gone,
    storing_a_table_again_replaces_it,
    the_run_and_the_one_compared_with_are_chosen_by_number,
    runs_that_may_have_a_table_are_found_from_any_place,
    a_run_older_than_the_menu_is_still_shown_with_the_one_before,
    a_column_is_read_whole_with_its_history,
    a_run_of_one_table_leaves_the_others_as_they_were,
    a_failed_table_says_why_until_it_is_read_again,
    texts_are_cut_and_nul_is_made_visible,
    a_column_of_any_name_has_a_history,
    the_table_page_of_200_columns_is_four_statements,
    figures_of_a_run_are_kept_with_the_table,
    typed_columns_are_written_for_people_with_sql,
);

pub async fn table(db: &Database, address: &TableAddress, query: &str) -> TableDetail {
    get_table_detail(db, address, &ColumnsQuery::parse(query)).await.unwrap().unwrap()
}

async fn column(db: &Database, address: &TableAddress, query: &str) -> ColumnDetail {
    column_profiles::get_column_detail(db, address, "amount", &ColumnsQuery::parse(query))
        .await
        .unwrap()
        .unwrap()
}

fn medians(detail: &TableDetail) -> (Option<f64>, Option<f64>) {
    (
        detail.columns.first().and_then(|column| column.metrics.median),
        detail.compared_columns.first().and_then(|column| column.metrics.median),
    )
}

async fn count_rows(db: &Database, text: &'static str) -> i64 {
    sql(text).fetch_one(db).await.unwrap().integer("n").unwrap()
}

async fn runs_that_may_have_a_table_are_found_from_any_place(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, orders) = (group_of(&connection), address(&connection, "orders"));
    for rows in [100, 200, 300, 400] {
        complete_run(db, &group, rows, 1.0).await;
    }
    let table_id = table(db, &orders, "").await.summary.table_id;
    for (what, wanted, found) in [
        ("the newest", Candidates::Newest, [4, 3].as_slice()),
        ("those before", Candidates::OlderThan(3), &[2, 1]),
        ("with rows", Candidates::WithRows, &[4, 3]),
        ("none before the first", Candidates::OlderThan(1), &[]),
    ] {
        let listed = list_candidate_runs(db, &group, Some(&table_id), wanted, 2).await.unwrap();
        let numbers: Vec<i64> = listed.iter().map(|run| run.number).collect();
        assert_eq!(numbers, found, "{what}");
        assert!(listed.iter().all(|run| run.has_rows && !run.has_payload), "{what}");
    }
}

async fn nothing_is_seen_before_the_run_is_finished(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    let run = start(db, &group).await;
    let table_id = table_ids(db, &group).await.remove(0).table_id;
    store_profile(db, &run, &table_id, &profile_of("orders", 100, 1.0)).await;
    let before = table(db, &address, "").await;
    assert!(before.run.is_none() && before.columns.is_empty() && before.summary.profile.is_none());
    assert_eq!(before.active_run.as_ref().map(|run| run.number), Some(run.number));
    assert!(
        column_profiles::get_column_detail(db, &address, "amount", &ColumnsQuery::default())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        list_run_tables(db, &run.profile_run_id).await.unwrap().len(),
        1,
        "the page of the run itself shows what is done"
    );

    finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    let after = table(db, &address, "").await;
    assert_eq!(after.run.unwrap().number, run.number);
    assert_eq!(after.columns.len(), 2);
    assert!(after.active_run.is_none());
    let unknown = TableAddress {
        table_name: "nothing".into(),
        ..address
    };
    assert!(get_table_detail(db, &unknown, &ColumnsQuery::default()).await.unwrap().is_none());
}

async fn a_failed_or_cancelled_run_leaves_no_figures_and_hides_none(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    let good = complete_run(db, &group, 100, 1.0).await;
    for phase in [RunPhase::Failed, RunPhase::Cancelled] {
        let run = start(db, &group).await;
        let table_id = table_ids(db, &group).await.remove(0).table_id;
        store_profile(db, &run, &table_id, &profile_of("orders", 999, 9.0)).await;
        finish_with(db, &run, &outcome(phase, "d")).await;
        let detail = table(db, &address, &format!("run={}", run.number)).await;
        assert_eq!(detail.run.as_ref().unwrap().number, good.number, "{phase}");
        assert_eq!(detail.runs.len(), 1);
        assert_eq!(detail.summary.profile.unwrap().row_count, 100);
    }
    let running = start(db, &group).await;
    assert_eq!(table(db, &address, "").await.run.unwrap().number, good.number);
    assert_eq!(count_rows(db, "select count(*) as n from dq_profile_results").await, 2);
    finish_with(db, &running, &outcome(RunPhase::Failed, "d")).await;
}

async fn the_second_attempt_is_read_and_the_first_is_gone(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    let table_id = table_ids(db, &group).await.remove(0).table_id;
    let first = start(db, &group).await;
    store_profile(db, &first, &table_id, &profile_of("orders", 100, 1.0)).await;
    renew_lease(db, &first.profile_run_id, 1, "worker", -1).await.unwrap();
    let second = claim_next(db, "second", 30, 3).await.unwrap().unwrap();
    mark_running(db, &second.profile_run_id, 2).await.unwrap();
    store_profile(db, &second, &table_id, &profile_of("orders", 200, 2.0)).await;
    finish_with(db, &second, &outcome(RunPhase::Completed, "d")).await;
    let detail = table(db, &address, "").await;
    assert_eq!((detail.columns.len(), medians(&detail).0), (2, Some(2.0)));
    assert_eq!(column(db, &address, "").await.column.top_values.len(), 25);
    for text in [
        "select count(*) as n from dq_profile_results where attempt = 1",
        "select count(*) as n from dq_profile_columns where attempt = 1",
        "select count(*) as n from dq_profile_column_values where attempt = 1",
    ] {
        assert_eq!(count_rows(db, text).await, 0, "{text}");
    }
}

async fn storing_a_table_again_replaces_it(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let group = group_of(&connection);
    let table_id = table_ids(db, &group).await.remove(0).table_id;
    let run = start(db, &group).await;
    store_profile(db, &run, &table_id, &profile_of("orders", 100, 1.0)).await;
    store_profile(db, &run, &table_id, &profile_of("orders", 200, 2.0)).await;
    finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    let detail = table(db, &address(&connection, "orders"), "").await;
    assert_eq!((detail.columns.len(), medians(&detail).0), (2, Some(2.0)));
    let mut tx = db.begin().await.unwrap();
    let late = column_profiles::insert_table_profile(&mut tx, &run.profile_run_id, 1, &table_id, &profile_of("orders", 10, 1.0)).await;
    assert!(late.is_err(), "an ended run takes nothing");
}

async fn the_run_and_the_one_compared_with_are_chosen_by_number(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    for number in 1..=4_u32 {
        complete_run(db, &group, 100 + u64::from(number), f64::from(number)).await;
    }
    for (query, run, compared) in [
        ("", 4, Some(3)),
        ("run=2", 2, Some(1)),
        ("run=1", 1, None),
        ("run=2&compare=4", 2, Some(4)),
        ("compare=none", 4, None),
        ("compare=1", 4, Some(1)),
        ("run=99", 4, Some(3)),
        ("compare=99", 4, Some(3)),
    ] {
        let detail = table(db, &address, query).await;
        let shown = detail.run.as_ref().map(|run| run.number);
        assert_eq!(
            (shown, detail.compared.as_ref().map(|run| run.number)),
            (Some(run), compared),
            "{query}"
        );
        assert_eq!(medians(&detail), (Some(run as f64), compared.map(|run| run as f64)), "{query}");
        let whole = column(db, &address, query).await;
        assert_eq!(whole.column.metrics.median, Some(run as f64), "{query}");
        assert_eq!(
            whole.compared.and_then(|column| column.metrics.median),
            compared.map(|run| run as f64),
            "{query}"
        );
    }
    let detail = table(db, &address, "").await;
    assert_eq!(detail.runs.iter().map(|run| run.number).collect::<Vec<_>>(), [4, 3, 2, 1]);
    assert_eq!(detail.summary.row_history, [101, 102, 103, 104]);
}

async fn a_run_older_than_the_menu_is_still_shown_with_the_one_before(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    for number in 1..=104_u32 {
        complete_run(db, &group, 100, f64::from(number)).await;
    }
    let detail = table(db, &address, "run=3").await;
    assert_eq!((detail.run.unwrap().number, detail.compared.unwrap().number), (3, 2));
    assert_eq!((detail.runs.len(), detail.runs[0].number, detail.runs[99].number), (100, 104, 5));
    assert_eq!(detail.summary.row_history.len(), 30);
    for (query, points, first) in [("", 30, 75), ("runs=90", 90, 15), ("runs=all", 104, 1)] {
        let history = column(db, &address, query).await.history;
        assert_eq!(
            (history.len(), history[0].number, history[points - 1].number),
            (points, first, 104),
            "{query}"
        );
    }
    let list = list_tables(db, &TablesQuery::default(), Utc::now()).await.unwrap();
    assert_eq!(list.items[0].row_history.len(), 30);
}

async fn a_column_is_read_whole_with_its_history(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    complete_run(db, &group, 100, 1.0).await;
    complete_run(db, &group, 200, 2.0).await;
    let before = db.statement_count();
    let detail = column(db, &address, "").await;
    assert_eq!(db.statement_count() - before, 3);
    assert_eq!(detail.column, amount_column(200, 2.0));
    assert_eq!(detail.compared, Some(amount_column(100, 1.0)));
    assert_eq!(
        detail
            .history
            .iter()
            .map(|point| (point.number, point.column.metrics.median))
            .collect::<Vec<_>>(),
        [(1, Some(1.0)), (2, Some(2.0))]
    );
    assert!(detail.history[0].completed_at <= detail.history[1].completed_at);
    assert!(!detail.history[0].column.histogram.is_empty(), "each run of a history is drawn");
    let all = column(db, &address, "runs=all").await;
    assert!(all.history[0].column.histogram.is_empty(), "a history of all runs has figures only");
    assert_eq!(detail.source, "results");
    let listed = &detail.table.columns[0];
    assert_eq!((listed.top_values.len(), listed.histogram.len()), (5, 12), "a list has a preview");
    assert_eq!(listed.histogram, amount_column(200, 2.0).histogram);
    assert!(
        column_profiles::get_column_detail(db, &address, "Amount", &ColumnsQuery::default())
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_run_of_one_table_leaves_the_others_as_they_were(db: &Database) {
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    let group = group_of(&connection);
    complete_run(db, &group, 100, 1.0).await;
    let stores = table_ids(db, &group)
        .await
        .into_iter()
        .find(|table| table.found.table_name == "stores")
        .unwrap();
    let mut tx = db.begin().await.unwrap();
    let only = NewRun {
        only_tables: vec![stores.table_id.clone()],
        ..new_run(&group)
    };
    let asked = request_run(&mut tx, only, &ada()).await.unwrap();
    tx.commit().await.unwrap();
    let run = claim_next(db, "worker", 30, 3).await.unwrap().unwrap();
    assert_eq!(run.plan.only_tables, std::slice::from_ref(&stores.table_id));
    assert_eq!(get_run_plan(db, &asked.profile_run_id).await.unwrap(), run.plan);
    mark_running(db, &run.profile_run_id, run.attempt).await.unwrap();
    store_profile(db, &run, &stores.table_id, &profile_of("stores", 17, 2.0)).await;
    finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    assert_eq!(table(db, &address(&connection, "orders"), "").await.run.unwrap().number, 1);
    assert_eq!(table(db, &address(&connection, "stores"), "").await.run.unwrap().number, 2);
    let overview = crate::store::overview::get_overview(db, None, Utc::now()).await.unwrap();
    let rows: Vec<u64> = overview.groups[0].history.iter().map(|point| point.row_count).collect();
    assert_eq!(rows, [100], "a run of one table is no total of the group");
    assert_eq!(overview.row_count, 117);
}

async fn a_failed_table_says_why_until_it_is_read_again(db: &Database) {
    let connection = connect(db, "Shop", &["orders", "stores"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "stores"));
    let tables = table_ids(db, &group).await;
    let run = start(db, &group).await;
    store_profile(db, &run, &tables[0].table_id, &profile_of("orders", 100, 1.0)).await;
    let mut partly = outcome(RunPhase::Completed, "d");
    partly.reason = Some(RunReason::SomeTablesFailed);
    partly.failed_tables = vec![failed("stores")];
    finish_with(db, &run, &partly).await;
    let detail = table(db, &address, "").await;
    assert!(detail.run.is_none());
    let failure = detail.summary.last_failure.unwrap();
    assert_eq!(
        (failure.run_number, failure.error.as_str(), failure.remedy.as_str()),
        (run.number, "byte 7: not Parquet", "Write it again.")
    );
    let run_tables = list_run_tables(db, &run.profile_run_id).await.unwrap();
    assert_eq!(
        run_tables.iter().map(|table| table.failure.is_some()).collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(find_run(db, run.number).await.unwrap().unwrap().failed_table_count, 1);
    let overview = crate::store::overview::get_overview(db, None, Utc::now()).await.unwrap();
    assert_eq!((overview.failing_table_count, overview.profiled_table_count), (1, 1));

    complete_run(db, &group, 100, 1.0).await;
    let detail = table(db, &address, "").await;
    assert!(detail.summary.last_failure.is_none() && detail.run.is_some());

    let all_failed = start(db, &group).await;
    let mut none = outcome(RunPhase::Failed, "d");
    none.failed_tables = vec![failed("orders"), failed("stores"), failed("unknown")];
    finish_with(db, &all_failed, &none).await;
    let detail = table(db, &address, "").await;
    assert_eq!(
        (detail.run.unwrap().number, detail.summary.last_failure.unwrap().run_number),
        (2, 3),
        "a failed run says so and hides nothing"
    );
}

async fn texts_are_cut_and_nul_is_made_visible(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    let long = "ß".repeat(TEXT_LIMIT_CHARS + 5);
    let mut profile = profile_of("orders", 100, 1.0);
    let amount = &mut profile.columns[0];
    amount.top_values[0].value = long.clone();
    amount.top_values[1].value = "a\0b".into();
    amount.metrics.max_value = Some(long.clone());
    amount.metrics.min_value = Some("\0".into());
    amount.metrics.max_text = Some(long.clone());
    amount.metrics.min_text = Some("\0".into());
    let run = start(db, &group).await;
    store_profile(db, &run, &table_ids(db, &group).await[0].table_id, &profile).await;
    finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    let read = column(db, &address, "").await.column;
    let cut = format!("{}…", "ß".repeat(TEXT_LIMIT_CHARS - 1));
    assert_eq!(read.top_values[0].value, cut);
    assert_eq!(read.top_values[1].value, "a\u{2400}b");
    assert_eq!(
        (read.metrics.max_value.as_ref(), read.metrics.max_text.as_ref()),
        (Some(&cut), Some(&cut))
    );
    assert_eq!(
        (read.metrics.min_value.as_deref(), read.metrics.min_text.as_deref()),
        (Some("\u{2400}"), Some("\0"))
    );
    let preview = &table(db, &address, "").await.columns[0].top_values[0];
    assert_eq!(preview.value.chars().count(), 120);
    let hash = sql("select value_hash from dq_profile_column_values where rank = 1 and not is_bucket and column_name = 'amount'")
        .fetch_one(db)
        .await
        .unwrap();
    let whole = <sha2::Sha256 as sha2::Digest>::digest(&long)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    assert_eq!(hash.text("value_hash").unwrap(), whole, "the hash is that of the whole text");
}

async fn a_column_of_any_name_has_a_history(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    // Incompressible, so that no database can squeeze it into an index entry; two that differ only at the end.
    let long: String = (0..9_000_u32)
        .map(|place| char::from_u32(0x4e00 + place.wrapping_mul(7_919) % 20_000).unwrap())
        .collect();
    let names = [format!("{long}1"), format!("{long}2"), "a.b/c?#%'\"".to_owned(), String::new()];
    for _ in 0..2 {
        let mut profile = profile_of("orders", 100, 1.0);
        profile.columns = (1..)
            .zip(&names)
            .map(|(position, name)| {
                let mut column = amount_column(100, f64::from(position));
                column.ordinal_position = position;
                column.column_name = name.clone();
                column
            })
            .collect();
        let run = start(db, &group).await;
        store_profile(db, &run, &table_ids(db, &group).await[0].table_id, &profile).await;
        finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    }
    for (position, name) in (1..).zip(&names) {
        let detail = column_profiles::get_column_detail(db, &address, name, &ColumnsQuery::default())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            detail.history.iter().map(|point| point.column.metrics.median).collect::<Vec<_>>(),
            [Some(f64::from(position)); 2]
        );
    }
}

async fn the_table_page_of_200_columns_is_four_statements(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    let mut profile = profile_of("orders", 100, 1.0);
    profile.columns = (1..=200)
        .map(|position| {
            let mut column = amount_column(100, f64::from(position));
            column.ordinal_position = position;
            column.column_name = format!("c{position}");
            column
        })
        .collect();
    for _ in 0..2 {
        let run = start(db, &group).await;
        store_profile(db, &run, &table_ids(db, &group).await[0].table_id, &profile).await;
        finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    }
    let before = db.statement_count();
    let detail = table(db, &address, "").await;
    assert_eq!(db.statement_count() - before, 4);
    assert_eq!((detail.columns.len(), detail.compared_columns.len()), (200, 200));
    assert!(
        detail
            .columns
            .windows(2)
            .all(|pair| pair[0].ordinal_position < pair[1].ordinal_position)
    );
    assert_eq!(
        count_rows(db, "select count(*) as n from dq_profile_column_values").await,
        2 * 200 * (25 + 12)
    );
}

async fn figures_of_a_run_are_kept_with_the_table(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let (group, address) = (group_of(&connection), address(&connection, "orders"));
    let mut profile = profile_of("orders", 100, 1.0);
    profile.rejected = Some(RejectedRows {
        count: 2,
        first: "line 7".into(),
    });
    profile.columns[0].broken_invariants = vec!["nulls + values = rows".into()];
    profile.columns[0].non_null_count = 91;
    let run = start(db, &group).await;
    store_profile(db, &run, &table_ids(db, &group).await[0].table_id, &profile).await;
    finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    let detail = table(db, &address, "").await;
    let shown = detail.run.unwrap();
    assert_eq!(
        (shown.snapshot, shown.rejected, shown.duration_ms, shown.bytes_scanned),
        (profile.snapshot, profile.rejected, 12, 4096)
    );
    assert_eq!(shown.broken_invariants, ["amount: nulls + values = rows"]);
    assert_eq!(
        (detail.columns[0].non_null_count, detail.columns[0].broken_invariants.len()),
        (91, 1),
        "an inconsistent profile is shown as it is"
    );
    let figures = detail.summary.profile.unwrap();
    assert_eq!(
        (figures.row_count, figures.column_count, figures.null_cell_ratio),
        (100, 2, Some(10.0 / 200.0))
    );
    assert!(figures.profiled_at > Utc::now() - Duration::minutes(5));
}

async fn typed_columns_are_written_for_people_with_sql(db: &Database) {
    let connection = connect(db, "Shop", &["orders"]).await;
    let group = group_of(&connection);
    let mut profile = profile_of("orders", 100, 1.5);
    profile.columns[0].metrics.min_date = Some("2026-02-28T10:00:00Z".into());
    profile.columns[0].metrics.max_date = Some("+12026-02-28".into());
    profile.columns[0].metrics.min_length = Some(u64::MAX);
    profile.columns[0].metrics.non_ascii_count = Some(9);
    // Another program gave a share of all rows: it is not counted anew over the values.
    profile.columns[1].null_count = 60;
    profile.columns[1].non_null_count = 40;
    profile.columns[1].keep_non_ascii_ratio(0.2);
    let run = start(db, &group).await;
    store_profile(db, &run, &table_ids(db, &group).await[0].table_id, &profile).await;
    finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
    let row = sql("select qualified_name, median_value, cast(min_date as text) as min_date, cast(max_date as text) as max_date, min_length, non_ascii_ratio,
             metrics_json from dq_profile_columns where column_name = 'amount'")
    .fetch_one(db)
    .await
    .unwrap();
    assert_eq!(row.text("qualified_name").unwrap(), "sales.orders.amount");
    assert_eq!(row.real_opt("median_value").unwrap(), Some(1.5));
    assert_eq!(
        (row.text("min_date").unwrap().as_str(), row.text_opt("max_date").unwrap()),
        ("2026-02-28", None)
    );
    assert_eq!(
        (row.integer("min_length").unwrap(), row.real_opt("non_ascii_ratio").unwrap()),
        (i64::from(i32::MAX), Some(0.1))
    );
    assert_eq!(row.text_opt("metrics_json").unwrap(), None, "a metric is stored once");
    let given = sql("select non_ascii_ratio from dq_profile_columns where column_name <> 'amount'")
        .fetch_one(db)
        .await
        .unwrap();
    assert_eq!(given.real_opt("non_ascii_ratio").unwrap(), Some(0.2));
}

/// Any profile at all comes back as it was: generated columns, through both databases.
mod round_trip {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    use serde_json::{Map, Value};

    use super::*;
    use crate::domain::column_profile::ColumnProfile;

    super::on_both_databases!(every_generated_profile_comes_back_as_it_was);

    /// A value of the kind that the sample has: generated profiles fill in every metric that the type knows.
    fn like(sample: &Value, name: &str) -> BoxedStrategy<Value> {
        let real = any::<f64>().prop_filter("finite", |value| value.is_finite());
        match sample {
            Value::Bool(_) => any::<bool>().prop_map(Value::from).boxed(),
            Value::Number(number) if number.is_f64() => real.prop_map(Value::from).boxed(),
            Value::Number(_) if name == "date_span_days" => any::<i64>().prop_map(Value::from).boxed(),
            Value::Number(_) => (0..=i64::MAX as u64).prop_map(Value::from).boxed(),
            Value::String(_) if name == "sum" => any::<i128>()
                .prop_map(|sum| serde_json::to_value(crate::domain::exact_number::ExactNumber::from(sum)).unwrap())
                .boxed(),
            Value::String(_) => "[^\\x00]{0,12}".prop_map(Value::from).boxed(),
            Value::Array(items) => {
                let item = like(items.first().expect("a sample has an item"), name);
                prop::collection::vec(item, 0..4).prop_map(Value::from).boxed()
            }
            Value::Object(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, sample)| {
                        like(sample, name).prop_map({
                            let name = name.clone();
                            move |value| (name.clone(), value)
                        })
                    })
                    .collect();
                members.prop_map(|members| Value::Object(members.into_iter().collect())).boxed()
            }
            Value::Null => Just(Value::Null).boxed(),
        }
    }

    /// Every metric once, found by asking the type itself: an unknown key is ignored, a wrong kind is an error.
    fn sample() -> Map<String, Value> {
        let names = include_str!("../../domain/column_profile.rs");
        let metrics = names
            .split("pub struct Metrics {")
            .nth(1)
            .unwrap()
            .split("\n    }\n")
            .next()
            .unwrap();
        let mut sample = Map::new();
        for line in metrics
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("//") && line.contains(": "))
        {
            let (name, kind) = line.trim_end_matches(',').split_once(": ").unwrap();
            let value = match kind {
                "u64" | "i64" => Value::from(1),
                "f64" => Value::from(0.5),
                "bool" => Value::from(true),
                "String" | "ExactNumber" => Value::from("x"),
                "Vec<u64>" => Value::from(vec![1]),
                "Vec<PatternCount>" => serde_json::json!([{ "pattern": "A", "count": 1 }]),
                "Vec<LengthCount>" => serde_json::json!([{ "length": 1, "count": 1 }]),
                other => panic!("a metric of a kind that this test does not know: {name}: {other}"),
            };
            sample.insert(name.to_owned(), value);
        }
        assert!(sample.len() > 70, "{} metrics found", sample.len());
        sample
    }

    fn columns(count: u32) -> Vec<ColumnProfile> {
        let mut runner = TestRunner::deterministic();
        let metrics: Vec<_> = sample()
            .into_iter()
            .map(|(name, sample)| {
                let value = prop::option::of(like(&sample, &name));
                value.prop_map(move |value| (name.clone(), value))
            })
            .collect();
        let rest = like(
            &serde_json::json!({
                "data_type": "x", "row_count": 1, "null_count": 1, "non_null_count": 1, "broken_invariants": ["x"],
                "top_values": [{ "value": "x", "count": 1, "ratio": 0.5 }],
                "histogram": [{ "label": "x", "lower": 0.5, "upper": 0.5, "count": 1 }],
            }),
            "",
        );
        let estimates = prop::collection::btree_map("[a-z]{1,6}", like(&serde_json::json!({ "method": "x", "error": 0.5 }), ""), 0..3);
        (1..=count)
            .map(|position| {
                let mut profile = rest.new_tree(&mut runner).unwrap().current();
                let members = profile.as_object_mut().unwrap();
                members.extend(
                    metrics
                        .new_tree(&mut runner)
                        .unwrap()
                        .current()
                        .into_iter()
                        .filter_map(|(name, value)| value.map(|value| (name, value))),
                );
                let estimates: BTreeMap<String, Value> = estimates.new_tree(&mut runner).unwrap().current();
                members.insert("estimates".into(), serde_json::to_value(estimates).unwrap());
                members.insert("general_type".into(), ["A", "N", "D", "B", "X"][position as usize % 5].into());
                members.insert("ordinal_position".into(), position.into());
                members.insert("column_name".into(), format!("{position} '\"%_{{now}}; drop table ü").into());
                serde_json::from_value(profile).unwrap()
            })
            .collect()
    }

    async fn every_generated_profile_comes_back_as_it_was(db: &Database) {
        let connection = connect(db, "Shop", &["orders"]).await;
        let (group, address) = (group_of(&connection), address(&connection, "orders"));
        let written = TableProfile {
            columns: columns(120),
            ..profile_of("orders", 100, 1.0)
        };
        let run = start(db, &group).await;
        store_profile(db, &run, &table_ids(db, &group).await[0].table_id, &written).await;
        finish_with(db, &run, &outcome(RunPhase::Completed, "d")).await;
        let listed = table(db, &address, "").await.columns;
        assert_eq!(listed.len(), written.columns.len());
        for (column, listed) in written.columns.iter().zip(listed) {
            let read = column_profiles::get_column_detail(db, &address, &column.column_name, &ColumnsQuery::default())
                .await
                .unwrap()
                .unwrap()
                .column;
            assert_eq!(&read, column);
            assert_eq!(
                ColumnProfile {
                    top_values: column.top_values.clone(),
                    ..listed
                },
                *column
            );
        }
        the_views_say_the_same(db, &written.columns).await;
    }

    /// What people with SQL read is put together by the database, and is what was written.
    async fn the_views_say_the_same(db: &Database, written: &[ColumnProfile]) {
        let rows = sql("select metrics_json, top_values_json from dq_profile_results order by ordinal_position")
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(rows.len(), written.len());
        for (row, column) in rows.iter().zip(written) {
            let Value::Object(mut metrics) = serde_json::to_value(column).unwrap() else {
                panic!()
            };
            for elsewhere in [
                "column_name",
                "ordinal_position",
                "data_type",
                "general_type",
                "row_count",
                "null_count",
                "distinct_count",
                "min_value",
                "max_value",
                "avg_value",
                "stddev_value",
                "p01",
                "p05",
                "p25",
                "median",
                "p75",
                "p95",
                "p99",
                "top_values",
                "histogram",
            ] {
                metrics.remove(elsewhere);
            }
            let shown: Map<String, Value> = serde_json::from_str(&row.text("metrics_json").unwrap()).unwrap();
            assert_eq!(shown, metrics);
            let few: Vec<Value> = serde_json::from_str(&row.text("top_values_json").unwrap()).unwrap();
            let counts = |values: &[Value]| {
                values
                    .iter()
                    .map(|top| (top["value"].clone(), top["count"].clone()))
                    .collect::<Vec<_>>()
            };
            let wanted: Vec<Value> = column
                .top_values
                .iter()
                .take(5)
                .map(|top| serde_json::to_value(top).unwrap())
                .collect();
            assert_eq!(counts(&few), counts(&wanted));
        }
        let rows = sql("select median_value, true_count, avg_length from dq_profile_columns order by ordinal_position")
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(rows.len(), written.len());
        for (row, column) in rows.iter().zip(written) {
            assert_eq!(row.count_opt("true_count").unwrap(), column.metrics.true_count);
            for (name, figure) in [("median_value", column.metrics.median), ("avg_length", column.metrics.avg_length)] {
                let shown = row.real_opt(name).unwrap();
                // SQLite before 3.47 reads a real in a JSON text to within its last digit.
                let is_near = shown
                    .zip(figure)
                    .is_some_and(|(shown, figure)| (shown - figure).abs() <= figure.abs() * 1e-15);
                assert!(shown == figure || is_near, "{name}: {shown:?} for {figure:?}");
            }
        }
    }
}
