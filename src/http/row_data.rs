//! The rows behind a figure, and who has looked at rows, as data at the addresses of their pages.

use axum::extract::{Path, RawQuery, State};
use axum::response::IntoResponse;
use axum::{Extension, Json};

use super::data::{Answer, csv, text};
use super::format::Format;
use super::row_body::answer_rows;
use crate::domain::address::TableAddress;
use crate::domain::row_look::LooksQuery;
use crate::domain::user::{Permission, Viewer};
use crate::services::{access, row_looks as looks};
use crate::state::AppState;
use crate::store::row_looks;

/// The rows of a column that an address names.
pub(super) async fn rows(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path((connection, schema, table, column)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    Extension(format): Extension<Format>,
) -> Answer {
    let address = TableAddress {
        connection_id: connection.into(),
        schema_name: schema,
        table_name: table,
    };
    let look = looks::look(&state.db, &state.config, &viewer, &address, &column, &query.unwrap_or_default()).await?;
    answer_rows(look, format)
}

/// Columns of the list.
const HEADS: &[&str] = &[
    "looked_at",
    "person",
    "connection",
    "schema_name",
    "table_name",
    "column_name",
    "condition",
    "run",
    "page",
    "rows_shown",
    "columns_masked",
    "outcome",
];

/// Who has looked at rows.
pub(super) async fn list(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    RawQuery(query): RawQuery,
    Extension(format): Extension<Format>,
) -> Answer {
    access::require(&viewer, Permission::Configure)?;
    let looks = row_looks::list_looks(&state.db, &LooksQuery::parse(&query.unwrap_or_default())).await?;
    match format {
        Format::Csv => {
            let rows = looks.items.iter().map(|look| {
                vec![
                    look.looked_at.to_rfc3339(),
                    text(&look.user_name),
                    text(look.address.connection_id.as_str()),
                    text(&look.address.schema_name),
                    text(&look.address.table_name),
                    text(&look.column_name),
                    text(&look.condition),
                    look.run_number.map(|number| number.to_string()).unwrap_or_default(),
                    look.page.to_string(),
                    look.rows_shown.to_string(),
                    look.columns_masked.to_string(),
                    look.outcome.clone(),
                ]
            });
            csv("looks", HEADS, rows)
        }
        _ => Ok(Json(looks).into_response()),
    }
}
