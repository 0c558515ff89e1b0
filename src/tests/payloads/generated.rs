//! The differential test: for the same run, the tables say what the payload says, column by column, to the last digit.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::fixture::Shelf;
use super::generator;
use crate::domain::column_answer::WantedSource;
use crate::http::api::column_profile_body::ColumnProfileBody;
use crate::services::backfill::{BackfillPlan, Outcome, backfill};
use crate::services::column_profiles::{ColumnRequest, read_column_profile};
use crate::services::error::AppError;

/// Payloads in one test.
const PAYLOADS: u32 = 500;

async fn body(shelf: &Shelf, request: &ColumnRequest, source: WantedSource) -> Result<Value, AppError> {
    let request = ColumnRequest { source, ..request.clone() };
    let found = read_column_profile(shelf.db(), &shelf.app.state.config, &request).await?;
    let mut body = serde_json::to_value(ColumnProfileBody::new(shelf.group.as_str(), found)).unwrap();
    let said = body["source"].take();
    assert_eq!(said, if source == WantedSource::Payload { "payload" } else { "results" });
    body["source_reason"].take();
    Ok(body)
}

#[test]
fn tables_say_what_the_payload_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shelf = runtime.block_on(Shelf::new(&[]));
    let (runs, columns, unclear) = (Cell::new(0_u64), Cell::new(0_u64), Cell::new(0_u64));
    let mut runner = TestRunner::new_with_rng(
        Config {
            cases: PAYLOADS,
            max_shrink_iters: 200,
            failure_persistence: None,
            ..Config::default()
        },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let outcome = runner.run(&generator::payload(), |generated| {
        runs.set(runs.get() + 1);
        let run_id = format!("run-{}", runs.get());
        runtime.block_on(async {
            shelf.old_run(&run_id, Some(generated.document(&run_id).to_string())).await;
            let plan = BackfillPlan {
                run: Some(run_id.as_str().into()),
                dry_run: false,
            };
            let actor = crate::domain::audit::Actor::limn();
            let report = backfill(shelf.db(), &shelf.app.state.config, &plan, &actor, |_, _| {})
                .await
                .unwrap();
            prop_assert_eq!(report.runs[0].outcome, Outcome::Written, "{:?}", &report.runs[0]);
            prop_assert_eq!(report.runs[0].payload, report.runs[0].rows);
            for table in &generated.tables {
                for column in &table.columns {
                    let request = ColumnRequest {
                        table_group_id: shelf.group.clone(),
                        column_name: column.name.clone(),
                        table_name: Some(format!("sales.{}", table.name.trim())),
                        ..ColumnRequest::default()
                    };
                    let from_payload = body(&shelf, &request, WantedSource::Payload).await;
                    let from_tables = body(&shelf, &request, WantedSource::Table).await;
                    match (from_payload, from_tables) {
                        (Ok(payload), Ok(tables)) => {
                            columns.set(columns.get() + 1);
                            prop_assert_eq!(&payload["column_name"], column.name.trim());
                            prop_assert_eq!(&payload["profile_run_id"], &run_id);
                            prop_assert_eq!(payload, tables);
                        }
                        // Two names that differ in capitals only: both places must refuse to choose.
                        (Err(AppError::BadRequest { .. }), Err(AppError::BadRequest { .. })) => unclear.set(unclear.get() + 1),
                        (payload, tables) => prop_assert!(false, "payload {payload:?}\ntables {tables:?}"),
                    }
                }
            }
            Ok(())
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    eprintln!(
        "{} payloads, {} columns equal, {} names unclear in both",
        runs.get(),
        columns.get(),
        unclear.get()
    );
    assert!(columns.get() > u64::from(PAYLOADS), "{} columns", columns.get());
    assert!(unclear.get() * 10 < columns.get(), "{} unclear", unclear.get());
}
