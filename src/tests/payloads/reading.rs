//! Which place answers: results, columns, payload; never another run, never another table.

use serde_json::{Value, json};

use super::fixture::*;
use crate::services::switches::{AUTO_MANAGE, TABLE_READS};
use crate::store::sql;

#[tokio::test]
async fn a_payload_answers_where_the_tables_have_nothing_and_the_answer_says_so() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    let answer = shelf.ask("columnName=%20AMOUNT%20&tableName=Orders").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    assert_eq!((&body["source"], &body["profile_run_id"]), (&json!("payload"), &json!("r1")));
    assert!(body["source_reason"].as_str().unwrap().contains("no rows"), "{body}");
    assert_eq!(
        (&body["column_name"], &body["table_name"], &body["data_type"]),
        (&json!("amount"), &json!("orders"), &json!("double"))
    );
    assert_eq!(metric(&body, "row_count")["value"], 100);
    assert_eq!(
        metric(&body, "null_ratio"),
        json!({"key": "null_ratio", "label": "Null percentage", "value": 0.04, "formatted": "4.00%", "unit": "%"})
    );
    assert_eq!(metric(&body, "median_value")["value"], 2.0);
    assert_eq!(metric(&body, "zscore_max")["formatted"], "4.5");
    assert_eq!(
        body["top_values"],
        json!([{"value": "1.5", "count": 7, "percentage": 7.000000000000001}])
    );
    assert_eq!(
        body["histogram"][0],
        json!({"label": "0 – 50", "count": 86, "lower": 0.0, "upper": 50.0})
    );
    assert_eq!(
        body["anomalies"],
        json!([{"table_name": "orders", "column_name": "amount", "anomaly_type": "high_null_ratio", "severity": "warning",
                "description": "4 of 100 are null", "detected_at": "2025-11-25T10:00:00+00:00"}])
    );
    assert_eq!(body["numeric_profile"]["box_plot"]["p75"], 3.0);
}

#[tokio::test]
async fn every_address_of_the_seed_answers_the_same() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    let query = "columnName=amount&tableName=orders";
    let first = shelf.ask(query).await;
    assert_eq!(first.status, 200);
    for path in [
        "/table-groups",
        "/api/data-quality/testgen/table-groups",
        "/data-quality/testgen/table-groups",
    ] {
        let answer = shelf.get(&format!("{path}/{}/column-profile?{query}", shelf.group)).await;
        assert_eq!((answer.status, answer.body), (first.status, first.body.clone()), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_is_unclear_is_400() {
    let shelf = Shelf::new(&[("sales", "orders"), ("crm", "orders"), ("crm", "people")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    for (query, status) in [
        ("columnName=amount&tableName=sales.orders", 200),
        ("columnName=amount&tableName=orders&physicalName=main.sales.orders", 200),
        ("columnName=amount", 200),
        ("columnName=%20&tableName=orders", 400),
        ("tableName=orders", 400),
        ("columnName=amount&tableName=orders", 400),
        ("columnName=amount&source=guess", 400),
        ("columnName=amount&tableName=people", 404),
        ("columnName=amount&tableName=crm.orders", 404),
        ("columnName=amount&tableName=nothing", 404),
        ("columnName=nothing&tableName=sales.orders", 404),
        ("columnName=nothing", 404),
        ("columnName=amount&tableName=sales.orders&source=table", 404),
    ] {
        let answer = shelf.ask(query).await;
        assert_eq!(answer.status.as_u16(), status, "{query}: {}", answer.body);
        if status != 200 {
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
    let nowhere = shelf.get("/api/table-groups/nothing/column-profile?columnName=a").await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test]
async fn a_payload_of_another_run_never_stands_in() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    shelf.old_run("r2", Some(p3("r1", 100).to_string())).await;
    let body = shelf.ask("columnName=amount&tableName=orders").await.json();
    assert_eq!(body["profile_run_id"], "r1");
    let reason = body["source_reason"].as_str().unwrap();
    assert!(
        reason.contains("Run 2 is newer") && reason.contains("belongs to run r1"),
        "{reason}"
    );
}

#[tokio::test]
async fn failed_and_running_runs_hide_nothing() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    for status in ["failed", "running", "cancelled", "pending"] {
        let run = shelf.old_run(status, Some(p3(status, 7).to_string())).await;
        sql("update dq_profiles set status = $2, phase = $2 where profile_run_id = $1")
            .bind(run.as_str())
            .bind(if status == "pending" { "requested" } else { status })
            .execute(shelf.db())
            .await
            .ok();
        sql("update dq_profiles set status = 'failed' where profile_run_id = $1 and status = 'requested'")
            .bind(run.as_str())
            .execute(shelf.db())
            .await
            .unwrap();
    }
    let body = shelf.ask("columnName=amount&tableName=orders").await.json();
    assert_eq!(
        (&body["profile_run_id"], &metric(&body, "row_count")["value"]),
        (&json!("r1"), &json!(100))
    );
}

/// Every state of the rows against every state of the payload, and what must answer.
#[tokio::test]
async fn the_matrix_of_places_has_no_silent_answer() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    let table_id = sql("select table_id from dq_tables")
        .fetch_one(shelf.db())
        .await
        .unwrap()
        .text("table_id")
        .unwrap();
    let payloads: [(&str, Option<Value>); 4] = [
        ("none", None),
        ("good", Some(json!("good"))),
        (
            "without the column",
            Some(json!({"tables": [{"schema_name": "sales", "table_name": "orders", "columns": [{"name": "x"}]}]})),
        ),
        ("broken", Some(json!("{broken"))),
    ];
    for rows in ["none", "results", "columns", "other column"] {
        for (payload_name, payload) in &payloads {
            let run = format!("{rows}/{payload_name}");
            let stored = payload.as_ref().map(|payload| match payload.as_str() {
                Some("good") => p3(&run, 100).to_string(),
                Some(broken) => broken.to_owned(),
                None => payload.to_string(),
            });
            shelf.old_run(&run, stored).await;
            let statement = match rows {
                "results" | "other column" => Some(
                    "insert into dq_profile_results (result_id, profile_run_id, table_id, column_id, schema_name, table_name, column_name, attempt,
                         ordinal_position, record_count, null_count, general_type)
                     values ($1, $1, $2, 'c', 'sales', 'orders', $3, 0, 1, 55, 5, 'N')",
                ),
                "columns" => Some(
                    "insert into dq_profile_columns (profile_run_id, table_id, schema_name, table_name, column_name, attempt, ordinal_position,
                         row_count, null_count, median_value, non_ascii_ratio, general_type)
                     select $1, $2, 'sales', 'orders', $3, 0, 1, 55, 5, 2.5, 0.1, 'N'",
                ),
                _ => None,
            };
            if let Some(statement) = statement {
                sql(statement)
                    .bind(&run)
                    .bind(&table_id)
                    .bind(if rows == "other column" { "other" } else { "Amount" })
                    .execute(shelf.db())
                    .await
                    .unwrap();
            }
            let answer = shelf.ask("columnName=amount&tableName=orders").await;
            let expected = match (rows, *payload_name) {
                ("results", _) => Some(("results", 55)),
                ("columns", _) => Some(("columns", 55)),
                (_, "good") => Some(("payload", 100)),
                _ => None,
            };
            match expected {
                Some((source, count)) => {
                    let body = answer.json();
                    assert_eq!((&body["source"], &body["profile_run_id"]), (&json!(source), &json!(run)), "{body}");
                    assert_eq!(metric(&body, "row_count")["value"], count);
                    assert_eq!(body["source_reason"].is_null(), source == "results", "{body}");
                }
                None => assert_eq!(answer.status, 404, "{run}: {}", answer.body),
            }
            sql("update dq_profiles set status = 'failed' where profile_run_id = $1")
                .bind(&run)
                .execute(shelf.db())
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn the_switch_works_without_a_restart_and_the_payload_is_served_while_it_is_off() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    super::backfill::backfill_all(&shelf).await;
    let source = async || shelf.ask("columnName=amount&tableName=orders").await.json();
    assert_eq!(source().await["source"], "results");
    shelf.switch(TABLE_READS, false).await;
    let off = source().await;
    assert_eq!(off["source"], "payload");
    assert!(off["source_reason"].as_str().unwrap().contains("switched off"));
    assert_eq!(
        shelf.ask("columnName=amount&tableName=orders&source=table").await.json()["source"],
        "results"
    );
    shelf.switch(TABLE_READS, true).await;
    assert_eq!(source().await["source"], "results");
}

#[tokio::test]
async fn a_missing_part_of_the_schema_is_added_once_or_the_payload_answers() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    super::backfill::backfill_all(&shelf).await;
    let drop = async || {
        sql("drop table dq_profile_anomaly_results").execute(shelf.db()).await.unwrap();
    };
    shelf.switch(AUTO_MANAGE, false).await;
    drop().await;
    let without = shelf.ask("columnName=amount&tableName=orders").await.json();
    assert_eq!(without["source"], "payload");
    assert!(
        without["source_reason"].as_str().unwrap().contains("could not be read"),
        "{without}"
    );
    shelf.switch(AUTO_MANAGE, true).await;
    let with = shelf.ask("columnName=amount&tableName=orders").await.json();
    assert_eq!(with["source"], "results", "{with}");
    assert!(shelf.db().repair_schema().await.unwrap().is_empty());
}

#[tokio::test]
async fn payload_files_are_read_only_from_folders_that_may_be_read() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    let folder = shelf.app.folder.path().canonicalize().unwrap();
    let file = folder.join("my run.json");
    std::fs::write(&file, p3("r1", 100).to_string()).unwrap();
    let address = format!("file://{}", file.display().to_string().replace(' ', "%20"));
    shelf.old_run("r1", Some(address)).await;
    let answer = shelf.ask("columnName=amount&tableName=orders").await;
    assert_eq!(answer.json()["source"], "payload", "{}", answer.body);
    for (run, address) in [
        ("r2", "dbfs:/tmp/profiles/x.json".to_owned()),
        ("r3", "s3://bucket/x.json".to_owned()),
        ("r4", "file:///dev/zero".to_owned()),
        ("r5", format!("file://{}", folder.join("nothing.json").display())),
        ("r6", "/etc/passwd".to_owned()),
    ] {
        shelf.old_run(run, Some(address.clone())).await;
        let body = shelf.ask("columnName=amount&tableName=orders").await.json();
        assert_eq!(body["profile_run_id"], "r1", "{address}");
        assert!(
            body["source_reason"].as_str().unwrap().contains("is newer, but cannot be read"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_column_is_found_in_any_capitals_but_never_guessed_between_two() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    let payload = json!({"tables": [{"schema_name": "SALES", "table_name": "Orders", "row_count": 3,
        "columns": [{"name": "Id"}, {"name": "ID"}, {"name": "Größe"}]}]});
    shelf.old_run("r1", Some(payload.to_string())).await;
    for round in ["payload", "results"] {
        for (column, status) in [("Id", 200), ("ID", 200), ("id", 400), ("GRÖßE", 200), ("Größe", 200)] {
            let query = format!("columnName={}&tableName=orders", crate::domain::address::encode_segment(column));
            let answer = shelf.ask(&query).await;
            assert_eq!(answer.status.as_u16(), status, "{round} {column}: {}", answer.body);
            if status == 200 {
                assert_eq!(answer.json()["source"], round);
            }
        }
        super::backfill::backfill_all(&shelf).await;
    }
}

#[tokio::test]
async fn the_results_of_a_run_come_from_the_tables_else_from_its_payload_and_say_so() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r1", Some(p3("r1", 100).to_string())).await;
    let results = async |query: &str| shelf.get(&format!("/api/profile-runs/r1/results{query}")).await.json();
    let of_payload = results("").await;
    assert_eq!(
        (&of_payload["source"], &of_payload["summary"]["status"]),
        (&json!("payload"), &json!("completed"))
    );
    assert!(
        of_payload["source_reason"].as_str().unwrap().contains("no rows of this run"),
        "{of_payload}"
    );
    let table = &of_payload["tables"][0];
    assert_eq!(
        (&table["table_name"], &table["metrics"]["row_count"]),
        (&json!("orders"), &json!(100))
    );
    assert!(!table["table_id"].as_str().unwrap().is_empty(), "the group's own id of it");
    let amount = table["columns"]
        .as_array()
        .unwrap()
        .iter()
        .find(|column| column["column_name"] == "amount")
        .unwrap();
    assert_eq!(
        (&amount["metrics"]["null_count"], amount["anomalies"].as_array().unwrap().len()),
        (&json!(4), 1)
    );
    assert_eq!(results("?source=table").await["tables"], json!([]));
    assert_eq!(results("?source=table").await["source"], "none");
    // Once the payload was exploded the tables answer, with the same figures.
    super::backfill::backfill_all(&shelf).await;
    let of_tables = results("").await;
    assert_eq!(
        (&of_tables["source"], &of_tables["source_reason"]),
        (&json!("results"), &Value::Null),
        "{of_tables}"
    );
    assert_eq!(of_tables["tables"][0]["columns"], of_payload["tables"][0]["columns"]);
    let asked = results("?source=payload").await;
    assert_eq!((&asked["source"], &asked["tables"]), (&json!("payload"), &of_payload["tables"]));
    shelf.switch(TABLE_READS, false).await;
    let off = results("").await;
    assert_eq!(off["source"], "payload");
    assert!(off["source_reason"].as_str().unwrap().contains("switched off"), "{off}");
    // Where only the typed rows are left, that somebody wrote, they answer.
    shelf.switch(TABLE_READS, true).await;
    for text in [
        "insert into dq_profile_columns (profile_run_id, attempt, table_id, ordinal_position, schema_name, table_name, column_name, row_count, null_count)
         select profile_run_id, attempt, table_id, ordinal_position, schema_name, table_name, column_name, row_count, null_count from dq_profile_columns",
        "delete from dq_profile_results",
    ] {
        sql(text).execute(shelf.db()).await.unwrap();
    }
    let typed = results("").await;
    assert_eq!(
        (&typed["source"], &typed["tables"][0]["columns"][0]["column_name"]),
        (&json!("columns"), &table["columns"][0]["column_name"])
    );
    assert!(shelf.get("/api/profile-runs/r1/results?source=moon").await.status == 400);
}

#[tokio::test]
async fn a_payload_of_another_run_is_never_taken_for_the_results_of_a_run() {
    let shelf = Shelf::new(&[("sales", "orders")]).await;
    shelf.old_run("r2", Some(p3("r1", 100).to_string())).await;
    let found = shelf.get("/api/profile-runs/r2/results").await.json();
    assert_eq!((&found["source"], &found["tables"]), (&json!("none"), &json!([])));
    assert!(found["source_reason"].as_str().unwrap().contains("belongs to run r1"), "{found}");
}
