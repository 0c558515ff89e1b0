//! The same data as the pages, by the same query: `?format=json` the model, `?format=csv` its list.

use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use chrono::Utc;
use serde_json::json;
use tower::ServiceExt;

use super::format::Format;
use super::problem::Problem;
use super::{alert_data, find_data, row_data};
use crate::domain::address::TableAddress;
use crate::domain::column_meaning::PiiRisk;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::query::{ColumnsQuery, TablesQuery};
use crate::domain::run_query::RunsQuery;
use crate::domain::user::{Permission, Viewer};
use crate::services::access;
use crate::services::column_details::read_column_detail;
use crate::services::error::AppError;
use crate::services::findings;
use crate::services::table_details::read_table_detail;
use crate::state::AppState;
use crate::store::{connections, overview, profile_runs, run_tables, tables};

/// Answers data requests; everything else goes on to the pages.
pub async fn answer_data(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let wanted = Format::of(request.uri().query().unwrap_or_default());
    let Some(viewer) = request.extensions().get::<Viewer>().cloned() else {
        return next.run(request).await;
    };
    if wanted == Format::Html || !request.method().is_safe() || request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let routes = Router::new()
        .route("/", get(overview_data))
        .route("/tables", get(tables_data))
        .route("/tables/{connection}/{schema}/{table}", get(table_data))
        .route("/tables/{connection}/{schema}/{table}/columns/{column}", get(column_data))
        .route("/tables/{connection}/{schema}/{table}/columns/{column}/rows", get(row_data::rows))
        .route("/find", get(find_data::list))
        .route("/runs", get(runs_data))
        .route("/runs/{number}", get(run_data))
        .route("/alerts", get(alert_data::list))
        .route("/alerts/{alert}", get(alert_data::show))
        .route("/settings/connections", get(connections_data))
        .route("/settings/looks", get(row_data::list))
        .fallback(async || Problem(AppError::NotFound))
        .layer(Extension(wanted))
        .layer(Extension(viewer.clone()))
        .with_state(state.for_viewer(Some(&viewer)));
    routes.oneshot(request).await.into_response()
}

/// What a data route answers.
pub(super) type Answer = Result<Response, Problem>;

async fn overview_data(State(state): State<AppState>, Extension(format): Extension<Format>) -> Answer {
    let model = overview::get_overview(&state.db, None, Utc::now()).await?;
    match format {
        Format::Csv => {
            let rows = model.groups.iter().map(|group| {
                vec![
                    text(&group.name),
                    text(&group.connection_name),
                    group.table_count.to_string(),
                    group.profiled_table_count.to_string(),
                    group.row_count.to_string(),
                    group.last_completed_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
                ]
            });
            csv(
                "groups",
                &["group", "connection", "tables", "profiled_tables", "rows", "last_completed_at"],
                rows,
            )
        }
        _ => Ok(Json(model).into_response()),
    }
}

async fn tables_data(State(state): State<AppState>, RawQuery(query): RawQuery, Extension(format): Extension<Format>) -> Answer {
    let query = TablesQuery::parse(&query.unwrap_or_default());
    let page = tables::list_tables(&state.db, &query, Utc::now()).await?;
    match format {
        Format::Csv => {
            let rows = page.items.iter().map(|table| {
                let figures = table.profile.as_ref();
                vec![
                    text(table.address.connection_id.as_str()),
                    text(&table.address.schema_name),
                    text(&table.address.table_name),
                    text(&table.table_group_name),
                    text(&table.format),
                    table.bytes.to_string(),
                    optional(figures.map(|figures| figures.row_count)),
                    optional(figures.map(|figures| figures.column_count)),
                    optional(figures.and_then(|figures| figures.null_cell_ratio)),
                    optional(figures.and_then(|figures| figures.score)),
                    figures.map(|figures| figures.profiled_at.to_rfc3339()).unwrap_or_default(),
                    optional(figures.map(|figures| figures.run_number)),
                    optional(table.open_alerts.map(|open| open.count)),
                    optional(table.open_alerts.and_then(|open| open.worst)),
                ]
            });
            let heads = [
                "connection",
                "schema_name",
                "table_name",
                "table_group",
                "format",
                "bytes",
                "row_count",
                "column_count",
                "null_cell_ratio",
                "score",
                "profiled_at",
                "run",
                "open_alerts",
                "worst_alert",
            ];
            csv("tables", &heads, rows)
        }
        _ => Ok(Json(json!({ "query": query, "tables": page })).into_response()),
    }
}

async fn table_data(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path((connection, schema, table)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    Extension(format): Extension<Format>,
) -> Answer {
    let query = ColumnsQuery::parse(&query.unwrap_or_default());
    let address = TableAddress {
        connection_id: connection.into(),
        schema_name: schema,
        table_name: table,
    };
    let mut detail = read_table_detail(&state.db, &state.config, &address, &query)
        .await?
        .ok_or(AppError::NotFound)?;
    detail.findings = findings::of_table(&state.db, &viewer, &detail).await?;
    match format {
        Format::Csv => csv(&address.table_name, COLUMN_HEADS, detail.columns.iter().map(column_row)),
        _ => Ok(Json(detail).into_response()),
    }
}

async fn column_data(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path((connection, schema, table, column)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    Extension(format): Extension<Format>,
) -> Answer {
    let query = ColumnsQuery::parse(&query.unwrap_or_default());
    let address = TableAddress {
        connection_id: connection.into(),
        schema_name: schema,
        table_name: table,
    };
    let mut detail = read_column_detail(&state.db, &state.config, &address, &column, &query)
        .await?
        .ok_or(AppError::NotFound)?;
    detail.table.findings = findings::of_table(&state.db, &viewer, &detail.table).await?;
    match format {
        Format::Csv => {
            let value = |kind: &str, label: &str, lower: Option<f64>, upper: Option<f64>, count: u64| {
                vec![kind.to_owned(), text(label), optional(lower), optional(upper), count.to_string()]
            };
            let tops = detail
                .column
                .top_values
                .iter()
                .map(|top| value("top_value", &top.value, None, None, top.count));
            let bins = detail
                .column
                .histogram
                .iter()
                .map(|bin| value("histogram", &bin.label, bin.lower, bin.upper, bin.count));
            csv(&column, &["kind", "value", "lower", "upper", "count"], tops.chain(bins))
        }
        _ => Ok(Json(detail).into_response()),
    }
}

async fn runs_data(State(state): State<AppState>, RawQuery(query): RawQuery, Extension(format): Extension<Format>) -> Answer {
    let query = RunsQuery::parse(&query.unwrap_or_default());
    let now = Utc::now();
    let page = profile_runs::list_runs(&state.db, &query, now).await?;
    match format {
        Format::Csv => {
            let rows = page.items.iter().map(|run| {
                vec![
                    run.number.to_string(),
                    run.profile_run_id.to_string(),
                    run.status.to_string(),
                    run.reason.map(|reason| reason.to_string()).unwrap_or_default(),
                    text(&run.table_group_name),
                    text(&run.connection_name),
                    run.mode.to_string(),
                    run.trigger.to_string(),
                    text(run.started_by.as_deref().unwrap_or_default()),
                    run.requested_at.to_rfc3339(),
                    optional(run.duration_ms(now)),
                    optional(run.row_count),
                    optional(run.table_count),
                    run.failed_table_count.to_string(),
                    optional(run.quality_score),
                    text(&run.found_words()),
                ]
            });
            let heads = [
                "run",
                "profile_run_id",
                "status",
                "reason",
                "table_group",
                "connection",
                "mode",
                "trigger",
                "started_by",
                "requested_at",
                "duration_ms",
                "row_count",
                "table_count",
                "failed_table_count",
                "quality_score",
                "anomalies",
            ];
            csv("runs", &heads, rows)
        }
        _ => Ok(Json(json!({ "query": query, "runs": page })).into_response()),
    }
}

async fn run_data(State(state): State<AppState>, Path(number): Path<String>, Extension(format): Extension<Format>) -> Answer {
    let number = number.parse().map_err(|_| AppError::NotFound)?;
    let run = profile_runs::find_run(&state.db, number).await?.ok_or(AppError::NotFound)?;
    let tables = run_tables::list_run_tables(&state.db, &run.profile_run_id).await?;
    match format {
        Format::Csv => {
            let rows = tables.iter().map(|table| {
                vec![
                    text(&table.schema_name),
                    text(&table.table_name),
                    table.row_count.to_string(),
                    table.column_count.to_string(),
                    table.bytes_scanned.to_string(),
                    table.duration_ms.to_string(),
                    table.mode.to_string(),
                    text(table.failure.as_ref().map(|failure| failure.error.as_str()).unwrap_or_default()),
                ]
            });
            csv(
                &format!("run-{number}"),
                &[
                    "schema_name",
                    "table_name",
                    "row_count",
                    "column_count",
                    "bytes_scanned",
                    "duration_ms",
                    "mode",
                    "error",
                ],
                rows,
            )
        }
        _ => Ok(Json(json!({ "run": run, "tables": tables })).into_response()),
    }
}

async fn connections_data(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Extension(format): Extension<Format>,
) -> Answer {
    access::require(&viewer, Permission::Configure)?;
    let list = connections::list_connections(&state.db).await?;
    match format {
        Format::Csv => {
            let rows = list.iter().map(|connection| {
                vec![
                    text(connection.connection_id.as_str()),
                    text(&connection.name),
                    connection.kind.to_string(),
                    text(&connection.location),
                    connection.is_active.to_string(),
                ]
            });
            csv("connections", &["connection", "name", "kind", "location", "is_active"], rows)
        }
        _ => Ok(Json(list).into_response()),
    }
}

/// Heads of a list of columns.
pub(super) const COLUMN_HEADS: &[&str] = &[
    "ordinal_position",
    "column_name",
    "data_type",
    "general_type",
    "row_count",
    "null_count",
    "distinct_count",
    "unique_count",
    "min_value",
    "max_value",
    "avg_value",
    "stddev_value",
    "median",
    "min_length",
    "max_length",
    "functional_data_type",
    "suggested_type",
    "pii_risk",
    "critical_data_element",
    "quality_score",
    "estimates",
];

/// One column as a line.
pub(super) fn column_row(column: &ColumnProfile) -> Vec<String> {
    let (metrics, meaning) = (&column.metrics, &column.meaning);
    vec![
        column.ordinal_position.to_string(),
        text(&column.column_name),
        text(&column.data_type),
        column.general_type.letter().to_owned(),
        column.row_count.to_string(),
        column.null_count.to_string(),
        optional(metrics.distinct_count),
        optional(metrics.unique_count),
        text(metrics.min_value.as_deref().unwrap_or_default()),
        text(metrics.max_value.as_deref().unwrap_or_default()),
        optional(metrics.avg_value),
        optional(metrics.stddev_value),
        optional(metrics.median),
        optional(metrics.min_length),
        optional(metrics.max_length),
        text(meaning.functional_data_type.as_deref().unwrap_or_default()),
        text(meaning.suggested_type.as_deref().unwrap_or_default()),
        meaning.pii_risk.map(PiiRisk::word).unwrap_or_default().to_owned(),
        optional(meaning.critical_data_element),
        optional(meaning.quality_score),
        column.estimates.keys().cloned().collect::<Vec<_>>().join(" "),
    ]
}

/// An absent figure is an empty cell.
fn optional<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Text that a spreadsheet will not take for a formula. Numbers are left as they are.
pub(super) fn text(value: &str) -> String {
    let risky = value.starts_with(['=', '+', '-', '@', '\t', '\r']) && value.parse::<f64>().is_err();
    if risky { format!("'{value}") } else { value.to_owned() }
}

/// Writes a CSV file with a head.
pub(super) fn csv(name: &str, heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Answer {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(heads).map_err(AppError::internal)?;
    for row in rows {
        writer.write_record(&row).map_err(AppError::internal)?;
    }
    let body = writer.into_inner().map_err(|error| AppError::internal(error.to_string()))?;
    let safe: String = name
        .chars()
        .map(|ch| {
            if ch.is_ascii_alphanumeric() || ch == '-' || ch == '_' {
                ch
            } else {
                '_'
            }
        })
        .collect();
    let disposition = format!("attachment; filename=\"{safe}.csv\"");
    Ok((
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        body,
    )
        .into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_finds_no_formula() {
        for (value, written) in [
            ("=1+1", "'=1+1"),
            ("-12.5", "-12.5"),
            ("-x", "'-x"),
            ("@a", "'@a"),
            ("plain", "plain"),
            ("\tx", "'\tx"),
        ] {
            assert_eq!(text(value), written);
        }
    }
}
