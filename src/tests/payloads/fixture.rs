//! What these tests begin with: a server, a group with tables, and runs that other writers left behind.

use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use crate::domain::connection::{Connection, FoundTable};
use crate::domain::identifier::{RunId, TableGroupId};
use crate::domain::user::Role;
use crate::store::{Database, connections, sql, tables};
use crate::tests::app::{Answer, TestApp};

/// A server with one group of tables and somebody who reads.
pub struct Shelf {
    pub app: TestApp,
    pub group: TableGroupId,
    pub cookie: String,
}

pub fn found(schema_name: &str, table_name: &str) -> FoundTable {
    FoundTable {
        schema_name: schema_name.into(),
        table_name: table_name.into(),
        format: "parquet".into(),
        files: Vec::new(),
        bytes: 0,
        scope: Default::default(),
    }
}

impl Shelf {
    pub async fn new(named: &[(&str, &str)]) -> Self {
        let app = TestApp::new().await;
        let connection = connect(app.db(), named).await;
        let (_, cookie) = app.come_in("ada", &[Role::Analyst]).await;
        Self {
            group: connection.groups[0].table_group_id.clone(),
            app,
            cookie,
        }
    }

    pub fn db(&self) -> &Database {
        self.app.db()
    }

    /// A completed run that another writer left, with its payload as `stored`.
    pub async fn old_run(&self, run_id: &str, stored: Option<String>) -> RunId {
        old_run(self.db(), &self.group, run_id, stored).await
    }

    /// Asks the API.
    pub async fn ask(&self, query: &str) -> Answer {
        let path = format!("/api/table-groups/{}/column-profile?{query}", self.group);
        self.get(&path).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::builder()
            .method(Method::GET)
            .uri(path)
            .header(header::HOST, "limn.test")
            .header(header::ACCEPT, "application/json")
            .header(header::COOKIE, &self.cookie)
            .body(axum::body::Body::empty())
            .unwrap();
        self.app.send_request(request).await
    }

    /// Sets a switch among the settings, as the settings page does.
    pub async fn switch(&self, key: &str, on: bool) {
        let mut tx = self.db().begin().await.unwrap();
        crate::store::settings::set(
            &mut tx,
            key,
            if on { "true" } else { "false" },
            &crate::domain::audit::Actor::limn(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
}

pub async fn connect(db: &Database, named: &[(&str, &str)]) -> Connection {
    let mut tx = db.begin().await.unwrap();
    let new = connections::NewConnection {
        project_key: None,
        name: "Old".into(),
        kind: crate::domain::connection::ConnectionKind::Folder,
        location: "/nowhere".into(),
    };
    let actor = crate::domain::audit::Actor::limn();
    let connection = connections::create_connection(&mut tx, new, &actor).await.unwrap();
    let found: Vec<FoundTable> = named.iter().map(|(schema, table)| found(schema, table)).collect();
    tables::replace_found_tables(&mut tx, &connection.groups[0].table_group_id, &found, &actor)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    connection
}

/// A completed run that another writer left, with its payload as `stored`.
pub async fn old_run(db: &Database, group: &TableGroupId, run_id: &str, stored: Option<String>) -> RunId {
    let mut tx = db.begin().await.unwrap();
    let number = sql("update counters set value = value + 1 where name = 'run_number' returning value")
        .fetch_one(&mut tx)
        .await
        .unwrap()
        .integer("value")
        .unwrap();
    sql(
        "insert into dq_profiles (profile_run_id, table_group_id, status, phase, profile_mode, run_number, trigger_source, requested_at,
             started_at, completed_at, plan_json, is_whole_group, engine, payload_path)
         values ($1, $2, 'completed', 'completed', 'full', $3, 'api', {now}, {now}, {now}, '{}', true, 'databricks', $4)",
    )
    .bind(run_id)
    .bind(group.as_str())
    .bind(number)
    .bind(stored)
    .execute(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    RunId(run_id.into())
}

/// A payload of the third generation with one table of two columns.
pub fn p3(run_id: &str, rows: u64) -> Value {
    json!({
        "table_group_id": "old-all", "profile_run_id": run_id,
        "summary": {"status": "completed", "row_count": rows, "table_count": 1, "column_count": 2, "profile_mode": "catalog", "profile_version": "catalog_v1"},
        "tables": [{
            "table_id": "selection:1", "schema_name": "sales", "table_name": "orders", "row_count": rows, "column_count": 2,
            "columns": [
                {"column_name": "amount", "data_type": "double", "general_type": "numeric", "ordinal_position": 1, "row_count": rows, "null_count": 4,
                 "non_null_count": rows.saturating_sub(4), "distinct_count": 90, "min_value": 0.5, "max_value": 99.25, "avg_value": 12.125, "stddev_value": 3.5,
                 "p25_value": 1.0, "median_value": 2.0, "p75_value": 3.0, "p95_value": 9.5, "zero_count": 2, "min_positive_value": 0.5,
                 "metrics": {"percentiles": {"p25": 1.0, "median": 2.0, "p75": 3.0, "p95": 9.5}, "top_values": [{"value": 1.5, "count": 7}, {"value": null, "count": 4}],
                             "row_count": rows, "zscore_max": 4.5},
                 "histogram": [{"lower": 0, "upper": 50, "count": rows.saturating_sub(14)}, {"lower": 50, "upper": 100, "count": 10}],
                 "anomalies": [{"anomaly_type_id": "high_null_ratio", "severity": "warning", "detail": "4 of 100 are null", "detected_at": "2025-11-25T10:00:00Z"}]},
                {"column_name": "Status", "data_type": "string", "general_type": "string", "ordinal_position": 2, "row_count": rows, "null_count": 0,
                 "distinct_count": 2, "min_length": 3, "max_length": 4, "avg_length": 3.5, "non_ascii_ratio": 0.25}
            ],
            "anomalies": [{"anomaly_type_id": "high_null_ratio", "severity": "warning", "detail": "4 of 100 are null", "column_name": "AMOUNT", "detected_at": "2025-11-25T10:00:00Z"}],
            "metrics": {"record_count": rows, "column_count": 2}
        }]
    })
}

/// A metric of an answer.
pub fn metric(body: &Value, key: &str) -> Value {
    body["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|metric| metric["key"] == key)
        .cloned()
        .unwrap_or(Value::Null)
}
