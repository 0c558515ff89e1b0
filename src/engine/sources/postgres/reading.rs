//! The rows of a PostgreSQL table by a cursor on the server: so many at a time as fit into a few MiB.

use std::sync::Arc;

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, PgConnection, Row, ValueRef};

use super::OpenTable;
use super::columns::{LONGEST_VALUE, select_rows};
use super::session::run;
use super::values::append_value;
use crate::engine::error::EngineError;
use crate::engine::limits::BATCH_ROWS;
use crate::engine::sources::cells::RowBatch;
use crate::engine::sources::database_error::database_error;
use crate::engine::sources::row_stream::{Report, Reports};

/// Bytes that one fetch should bring.
const FETCH_BYTES: usize = 4 << 20;
/// Rows of the first fetch, when nothing is known of their size.
const FIRST_FETCH: usize = 500;

/// Reads every row and reports batches; the connection comes back at the end.
pub async fn read_rows(mut connection: PgConnection, table: Arc<OpenTable>, reports: Reports<PgConnection>) {
    let outcome = tokio::select! {
        outcome = fetch_all(&mut connection, &table, &reports) => outcome,
        // Nobody waits for the rows any more.
        () = reports.closed() => return,
    };
    let last = match outcome {
        Ok(()) => Report::End(connection),
        Err(error) => Report::Failed(error),
    };
    // A receiver that is gone needs no answer.
    drop(reports.send(last).await);
}

async fn fetch_all(connection: &mut PgConnection, table: &OpenTable, reports: &Reports<PgConnection>) -> Result<(), EngineError> {
    let failed = |error: sqlx::Error| database_error(&table.name, &error);
    let arrow = |error: arrow::error::ArrowError| malformed(table, 0, &error.to_string());
    let select = select_rows(&table.columns, &table.from);
    run(
        connection,
        format!("declare limn_rows no scroll cursor for {select}{}", table.where_clause),
    )
    .await
    .map_err(failed)?;
    let mut batch = RowBatch::new(&table.columns).map_err(arrow)?;
    let (mut wanted, mut row_number) = (FIRST_FETCH, 0_u64);
    loop {
        let fetch = sqlx::query(AssertSqlSafe(format!("fetch forward {wanted} from limn_rows"))).persistent(false);
        let (mut rows, mut bytes) = (0, 0);
        let mut stream = fetch.fetch(&mut *connection);
        while let Some(row) = stream.try_next().await.map_err(failed)? {
            row_number += 1;
            let size = add_row(&mut batch, &row, table, row_number)?;
            batch.end_row(size);
            rows += 1;
            bytes += size;
            // Rows may be much larger than those before them.
            if batch.rows() >= BATCH_ROWS || batch.bytes() >= 2 * FETCH_BYTES {
                send(&mut batch, table, reports).await?;
            }
        }
        drop(stream);
        if batch.rows() > 0 {
            send(&mut batch, table, reports).await?;
        }
        if rows < wanted {
            break;
        }
        wanted = (FETCH_BYTES / (bytes / rows).max(1)).clamp(1, BATCH_ROWS);
    }
    run(connection, "close limn_rows".into()).await.map_err(failed)
}

/// Adds the values of a row and says how many bytes they were.
fn add_row(batch: &mut RowBatch, row: &sqlx::postgres::PgRow, table: &OpenTable, row_number: u64) -> Result<usize, EngineError> {
    let raw = |place: usize| row.try_get_raw(place).map_err(|error| database_error(&table.name, &error));
    let is_too_long: bool = row
        .try_get(table.columns.len())
        .map_err(|error| database_error(&table.name, &error))?;
    if is_too_long {
        return Err(malformed(
            table,
            row_number,
            &format!("a value is longer than {} MiB", LONGEST_VALUE >> 20),
        ));
    }
    let mut size = 0;
    for (place, cells) in batch.cells().iter_mut().enumerate() {
        let value = raw(place)?;
        if value.is_null() {
            cells.append_null();
            continue;
        }
        let bytes = value.as_bytes().map_err(|error| malformed(table, row_number, &error.to_string()))?;
        size += bytes.len();
        append_value(cells, bytes).map_err(|reason| malformed(table, row_number, &format!("{}: {reason}", table.columns[place].name)))?;
    }
    Ok(size)
}

async fn send(batch: &mut RowBatch, table: &OpenTable, reports: &Reports<PgConnection>) -> Result<(), EngineError> {
    let rows = batch.rows() as u64;
    let taken = batch.take().map_err(|error| malformed(table, 0, &error.to_string()))?;
    let share = table.bytes as f64 / table.row_estimate.max(1) as f64;
    // A receiver that is gone ends the task by itself.
    drop(reports.send(Report::Rows(taken, (rows as f64 * share) as u64)).await);
    Ok(())
}

fn malformed(table: &OpenTable, row: u64, reason: &str) -> EngineError {
    EngineError::Malformed {
        path: table.name.clone(),
        row: (row > 0).then_some(row),
        byte: None,
        reason: reason.to_owned(),
    }
}
