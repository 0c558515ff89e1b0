//! Rows and findings that other programs wrote, in their own words: read where they are, never a failure.

use serde_json::{Value, json};

use super::fixture::*;
use crate::store::sql;

/// A row of `dq_profile_results` of another program about `sales.orders`.
async fn written_result(shelf: &Shelf, run: &str, column: &str, family: &str, [percentiles, top, metrics]: [Option<&str>; 3]) {
    sql(
        "insert into dq_profile_results (result_id, profile_run_id, table_id, column_id, schema_name, table_name, column_name, attempt,
             ordinal_position, record_count, null_count, general_type, percentiles_json, top_values_json, metrics_json)
         select $1 || $2, $1, table_id, $2, 'sales', 'orders', $2, 0, 1, 400, 40, $3, $4, $5, $6 from dq_tables where table_name = 'orders'",
    )
    .bind(run)
    .bind(column)
    .bind(family)
    .bind(percentiles)
    .bind(top)
    .bind(metrics)
    .execute(shelf.db())
    .await
    .unwrap();
}

/// A row of `dq_profile_columns` of another program.
async fn written_column(shelf: &Shelf, run: &str, family: &str) {
    sql(
        "insert into dq_profile_columns (profile_run_id, table_id, schema_name, table_name, column_name, attempt, ordinal_position, row_count,
             null_count, general_type, non_ascii_ratio, metrics_json)
         select $1, table_id, 'sales', 'orders', 'amount', 0, 1, 3, 1, $2, 0.2, '[1, 2]' from dq_tables where table_name = 'orders'",
    )
    .bind(run)
    .bind(family)
    .execute(shelf.db())
    .await
    .unwrap();
}

async fn asked(shelf: &Shelf, query: &str) -> Value {
    let answer = shelf.ask(query).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    answer.json()
}

#[tokio::test]
async fn rows_answer_however_many_newer_payloads_have_other_tables_or_cannot_be_read() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("rows", None).await;
    written_result(&shelf, "rows", "amount", "N", [None; 3]).await;
    for number in 0..40 {
        let stored = if number % 2 == 0 {
            "{broken".to_owned()
        } else {
            json!({"tables": [{"schema_name": "sales", "table_name": "clients", "columns": [{"name": "amount"}]}]}).to_string()
        };
        shelf.old_run(&format!("p{number}"), Some(stored)).await;
        for query in [
            "columnName=amount&tableName=orders",
            "columnName=amount&tableName=orders&source=table",
        ] {
            if [0, 9, 10, 39].contains(&number) {
                let body = asked(&shelf, query).await;
                assert_eq!(
                    (&body["profile_run_id"], &body["source"]),
                    (&json!("rows"), &json!("results")),
                    "{number} {query}"
                );
                let said = body["source_reason"].to_string();
                let stopped = number >= 10 && !query.contains("source");
                assert_eq!(said.contains("no payload was opened"), stopped, "{number} {query}: {said}");
            }
        }
    }
    assert_eq!(shelf.ask("columnName=amount&tableName=orders&source=payload").await.status, 404);
}

#[tokio::test]
async fn rows_in_the_words_of_other_programs_are_read_and_what_cannot_be_is_left_out() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    let texts = [
        (None, None, None),
        (Some("null"), Some("null"), Some("null")),
        (Some("[1,2]"), Some("[1,2]"), Some("[1,2]")),
        (
            Some("{\"p25\":\"1.5\",\"p50\":2.5,\"p75\":[3]}"),
            None,
            Some(r#"{"min_length":"3","max_length":3.0}"#),
        ),
        (Some("{broken"), Some("{broken"), Some("{broken")),
        (None, None, Some(r#"{"estimates":["median"],"min_length":"short","score":7}"#)),
    ];
    for (at, (percentiles, top, metrics)) in texts.into_iter().enumerate() {
        for (family, letter) in [("numeric", "N"), ("boolean", "B"), ("string", "A"), ("datetime", "D")] {
            let run = format!("r{at}{family}");
            shelf.old_run(&run, None).await;
            written_result(&shelf, &run, "amount", family, [percentiles, top, metrics]).await;
            let body = asked(&shelf, "columnName=amount&tableName=orders").await;
            assert_eq!((&body["profile_run_id"], &body["source"]), (&json!(run), &json!("results")));
            assert_eq!(
                (
                    metric(&body, "null_ratio")["value"].clone(),
                    metric(&body, "non_null_count")["value"].clone()
                ),
                (json!(0.1), json!(360))
            );
            assert_eq!(
                (body["numeric_profile"].is_object(), body["text_profile"].is_object()),
                (letter == "N", letter == "A"),
                "{body}"
            );
            if letter == "N" {
                assert_eq!(body["numeric_profile"]["stats"]["value_count"], 360);
            }
            if at == 3 {
                let lengths = ["min_length", "max_length"].map(|key| metric(&body, key)["value"].clone());
                assert_eq!(lengths, [json!(3), json!(3)]);
                let quantiles = ["p25", "median_value", "p75"].map(|key| metric(&body, key)["value"].clone());
                assert_eq!(quantiles, [json!(1.5), json!(2.5), Value::Null]);
            }
            if at == 5 {
                assert_eq!(
                    (metric(&body, "score")["value"].clone(), metric(&body, "min_length")),
                    (json!(7), Value::Null)
                );
            }
            let results = shelf.get(&format!("/api/profile-runs/{run}/results")).await;
            assert_eq!(
                results.json()["tables"][0]["columns"][0]["general_type"],
                letter,
                "{}",
                results.body
            );
        }
    }
    shelf.old_run("typed", None).await;
    written_column(&shelf, "typed", "string").await;
    let body = asked(&shelf, "columnName=amount&tableName=orders").await;
    assert_eq!(
        (&body["source"], body["text_profile"].is_object()),
        (&json!("columns"), true),
        "{body}"
    );
}

#[tokio::test]
async fn a_share_of_all_rows_stays_as_it_was_given() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    let ratio = async || metric(&asked(&shelf, "columnName=amount&tableName=orders").await, "non_ascii_ratio")["value"].clone();
    let payload = json!({"tables": [{"schema_name": "sales", "table_name": "orders", "columns": [
        {"name": "amount", "type": "string", "row_count": 100, "null_count": 80, "non_ascii_ratio": 0.2}]}]});
    shelf.old_run("r1", Some(payload.to_string())).await;
    assert_eq!(ratio().await, 0.2);
    super::backfill::backfill_all(&shelf).await;
    assert_eq!(ratio().await, 0.2);
    shelf.old_run("r2", None).await;
    written_column(&shelf, "r2", "string").await;
    assert_eq!(ratio().await, 0.2);
}

#[tokio::test]
async fn two_names_that_do_not_mean_one_table_mean_none() {
    let shelf = Shelf::new(&[("sales", "orders"), ("sales", "clients"), ("crm", "clients")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    for round in ["payload", "results"] {
        for (tables, status) in [
            ("tableName=orders&physicalName=sales.orders", 200),
            ("tableName=sales.orders&physicalName=ORDERS", 200),
            ("tableName=orders&physicalName=main.sales.orders", 200),
            ("tableName=&physicalName=orders", 200),
            ("tableName=orders&physicalName=clients", 404),
            ("tableName=orders&physicalName=sales.clients", 404),
            ("tableName=nope&physicalName=orders", 404),
            ("tableName=orders&physicalName=zzz", 404),
            ("tableName=sales.orders&physicalName=crm.orders", 404),
        ] {
            let answer = shelf.ask(&format!("columnName=amount&{tables}")).await;
            assert_eq!(answer.status.as_u16(), status, "{round} {tables}: {}", answer.body);
        }
        super::backfill::backfill_all(&shelf).await;
    }
}

#[tokio::test]
async fn findings_in_rows_are_told_when_the_payload_answers_and_dismissed_ones_stay_away() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    let mut bare = p3("r1", 100);
    bare["tables"][0]["anomalies"] = json!([]);
    bare["tables"][0]["columns"][0]["anomalies"] = json!([]);
    shelf.old_run("r1", Some(bare.to_string())).await;
    sql("insert into dq_profile_anomalies (anomaly_id, profile_run_id, attempt, table_name, column_name, anomaly_type, severity, description)
         values ('a1', 'r1', 0, 'orders', 'amount', 'null_ratio', 'high', 'theirs')")
    .execute(shelf.db())
    .await
    .unwrap();
    let kinds = async |run: &str| {
        let body = asked(&shelf, "columnName=amount&tableName=orders").await;
        let results = shelf.get(&format!("/api/profile-runs/{run}/results")).await.json();
        assert_eq!((&body["source"], &results["source"]), (&json!("payload"), &json!("payload")));
        let columns = results["tables"][0]["columns"].as_array().unwrap().clone();
        let column = columns.into_iter().find(|column| column["column_name"] == "amount").unwrap();
        let list = |found: &Value, key: &str| -> Vec<String> {
            let found = found.as_array().unwrap().iter();
            found.map(|found| found[key].as_str().unwrap().to_owned()).collect()
        };
        let (mut one, mut all) = (
            list(&body["anomalies"], "anomaly_type"),
            list(&column["anomalies"], "anomaly_type_id"),
        );
        one.sort();
        all.sort();
        assert_eq!(one, all);
        one
    };
    assert_eq!(kinds("r1").await, ["null_ratio"]);
    shelf.old_run("r2", Some(p3("r2", 100).to_string())).await;
    assert_eq!(kinds("r2").await, ["high_null_ratio"]);
    sql("insert into dq_profile_anomaly_results (anomaly_result_id, profile_run_id, attempt, table_id, schema_name, table_name, column_name,
             anomaly_type_id, severity, detail, dismissed)
         select 'x', 'r2', 0, table_id, 'sales', 'orders', 'amount', 'high_null_ratio', 'warning', 'theirs', true from dq_tables")
    .execute(shelf.db())
    .await
    .unwrap();
    assert_eq!(kinds("r2").await, Vec::<String>::new());
}

#[tokio::test]
async fn values_that_stand_beside_the_column_are_read_and_rows_of_values_win() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    let both = r#"{"top_values":[{"value":"a","count":100},{"value":null,"count":40}],"histogram":[{"lower":0,"upper":5,"count":360}]}"#;
    for (run, top, bars) in [("r1", both, 1), ("r2", r#"[{"value":"a","frequency":100}]"#, 0)] {
        shelf.old_run(run, None).await;
        written_result(&shelf, run, "amount", "numeric", [None, Some(top), None]).await;
        let body = asked(&shelf, "columnName=amount&tableName=orders").await;
        assert_eq!(
            body["top_values"],
            json!([{"value": "a", "count": 100, "percentage": 25.0}]),
            "{run}"
        );
        assert_eq!(body["histogram"].as_array().unwrap().len(), bars, "{run}");
        let results = shelf.get(&format!("/api/profile-runs/{run}/results")).await.json();
        assert_eq!(results["tables"][0]["columns"][0]["top_values"], body["top_values"], "{run}");
    }
    sql("insert into dq_profile_column_values (profile_run_id, attempt, table_id, ordinal_position, is_bucket, rank, schema_name, table_name,
             column_name, value, frequency, relative_freq) select 'r2', 0, table_id, 1, false, 1, 'sales', 'orders', 'amount', 'row', 8, 0.02 from dq_tables")
    .execute(shelf.db())
    .await
    .unwrap();
    let body = asked(&shelf, "columnName=amount&tableName=orders").await;
    assert_eq!(body["top_values"], json!([{"value": "row", "count": 8, "percentage": 2.0}]));
}

/// What the API, the bulk read, both pages and the history say of `sales.orders`: run and source of each, and the runs of the history.
async fn told_everywhere(shelf: &Shelf) -> (Vec<(String, String)>, Vec<String>) {
    let connection = sql("select connection_id from dq_connections")
        .fetch_one(shelf.db())
        .await
        .unwrap()
        .text("connection_id")
        .unwrap();
    let one = asked(shelf, "columnName=amount&tableName=orders").await;
    let group = &shelf.group;
    let all = shelf
        .get(&format!("/api/table-groups/{group}/column-profiles?tableName=orders"))
        .await
        .json();
    let table = shelf.get(&format!("/tables/{connection}/sales/orders?format=json")).await.json();
    let column = shelf
        .get(&format!("/tables/{connection}/sales/orders/columns/amount?format=json"))
        .await
        .json();
    let history = shelf
        .get(&format!(
            "/api/table-groups/{group}/column-history?tableName=orders&columnName=amount"
        ))
        .await
        .json();
    let rows = metric(&one, "row_count")["value"].clone();
    for column in [&all["columns"][0], &table["columns"][0], &column["column"]] {
        let count = match &column["metrics"] {
            Value::Array(_) => metric(column, "row_count")["value"].clone(),
            _ => column["row_count"].clone(),
        };
        assert_eq!(count, rows, "{column}");
    }
    let place = |run: &Value, source: &Value| (run.as_str().unwrap().to_owned(), source.as_str().unwrap_or("results").to_owned());
    let places = vec![
        place(&one["profile_run_id"], &one["source"]),
        place(&all["profile_run_id"], &all["source"]),
        place(&table["run"]["profile_run_id"], &table["run"]["others"]["origin"]),
        place(&column["table"]["run"]["profile_run_id"], &column["source"]),
    ];
    let runs = history["runs"].as_array().unwrap().iter();
    let runs = runs.map(|run| run["profile_run_id"].as_str().unwrap().to_owned()).collect();
    (places, runs)
}

#[tokio::test]
async fn a_newer_run_of_another_program_is_chosen_by_every_reader_wherever_it_stands() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    super::backfill::backfill_all(&shelf).await;
    let every = |run: &str, source: &str| vec![(run.to_owned(), source.to_owned()); 4];
    assert_eq!(told_everywhere(&shelf).await, (every("r1", "results"), vec!["r1".to_owned()]));
    shelf.old_run("r2", None).await;
    written_result(&shelf, "r2", "amount", "numeric", [None; 3]).await;
    let runs = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(told_everywhere(&shelf).await, (every("r2", "results"), runs(&["r2", "r1"])));
    shelf.old_run("r3", None).await;
    written_column(&shelf, "r3", "numeric").await;
    assert_eq!(told_everywhere(&shelf).await, (every("r3", "columns"), runs(&["r3", "r2", "r1"])));
    shelf.old_run("r4", Some(p3("r4", 500).to_string())).await;
    assert_eq!(told_everywhere(&shelf).await, (every("r4", "payload"), runs(&["r3", "r2", "r1"])));
    // One that has another table, and one that cannot be read, are no runs of this table.
    let other = json!({"tables": [{"schema_name": "sales", "table_name": "clients", "columns": [{"name": "amount"}]}]});
    shelf.old_run("r5", Some(other.to_string())).await;
    shelf.old_run("r6", Some("{broken".into())).await;
    assert_eq!(told_everywhere(&shelf).await.0, every("r4", "payload"));
}

#[tokio::test]
async fn pages_of_another_programs_run_say_what_is_not_known_of_it() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    super::backfill::backfill_all(&shelf).await;
    shelf.old_run("r2", None).await;
    written_result(&shelf, "r2", "amount", "numeric", [None; 3]).await;
    shelf.old_run("r3", Some(p3("r3", 500).to_string())).await;
    let table = "/tables/old/sales/orders";
    let (written, payload) = ("Run 2 was written by another program", "Read from the payload of run 3");
    for (path, said) in [
        (format!("{table}?run=2"), written),
        (format!("{table}/columns/amount?run=2"), written),
        (format!("{table}?tab=runs"), "not known: written by another program"),
        (format!("{table}?tab=definition"), payload),
        (table.to_owned(), payload),
        (format!("{table}/columns/amount"), payload),
        (format!("{table}?run=3"), payload),
    ] {
        let answer = shelf.app.get(&path, &shelf.cookie).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains(said), "{path}");
        let is_named = path.contains("tab=") || answer.body.contains("How long it took, what it read");
        assert!(is_named, "{path}");
    }
    let first = shelf.app.get(&format!("{table}?run=1"), &shelf.cookie).await;
    assert!(
        !first.body.contains("another program wrote"),
        "its rows stand in the tables as Limn's own"
    );
}
