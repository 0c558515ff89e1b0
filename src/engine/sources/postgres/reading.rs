//! The rows of a PostgreSQL table by a cursor on the server: so many at a time as fit into a few MiB.

use std::sync::Arc;

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, PgConnection, Row, ValueRef};

use super::OpenTable;
use super::columns::{LONGEST_VALUE, select_rows};
use super::failing::{fault_of_values, find_failing};
use super::session::run;
use super::values::append_value;
use crate::engine::error::EngineError;
use crate::engine::limits::BATCH_ROWS;
use crate::engine::sources::cells::RowBatch;
use crate::engine::sources::database_error::{broken_off, database_error};
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
        Err(Fault::Other(error)) => Report::Failed(error),
        Err(Fault::Server(error)) if fault_of_values(&error).is_none() => Report::Failed(database_error(&table.name, &error)),
        Err(Fault::Server(error)) => {
            let found = tokio::select! {
                found = find_failing(&mut connection, &table) => found,
                () = reports.closed() => return,
            };
            match found {
                Ok(true) => Report::ColumnsFailed(connection),
                Ok(false) => Report::Failed(database_error(&table.name, &error)),
                Err(error) => Report::Failed(database_error(&table.name, &error)),
            }
        }
    };
    // A receiver that is gone needs no answer.
    drop(reports.send(last).await);
}

/// Why reading ended early.
enum Fault {
    /// The server's words.
    Server(sqlx::Error),
    Other(EngineError),
}

async fn fetch_all(connection: &mut PgConnection, table: &OpenTable, reports: &Reports<PgConnection>) -> Result<(), Fault> {
    let failed = Fault::Server;
    let select = select_rows(&table.columns, &table.failed.places(), &table.from);
    run(
        connection,
        format!("declare limn_rows no scroll cursor for {select}{}", table.where_clause),
    )
    .await
    .map_err(failed)?;
    let mut batch = RowBatch::new(&table.columns).map_err(|error| Fault::Other(broken_off(&table.name, error)))?;
    let (mut wanted, mut row_number) = (FIRST_FETCH, 0_u64);
    loop {
        let fetch = sqlx::query(AssertSqlSafe(format!("fetch forward {wanted} from limn_rows"))).persistent(false);
        let (mut rows, mut bytes) = (0, 0);
        let mut stream = fetch.fetch(&mut *connection);
        while let Some(row) = stream.try_next().await.map_err(failed)? {
            row_number += 1;
            let size = add_row(&mut batch, &row, table, row_number).map_err(failed)?;
            batch.end_row(size);
            rows += 1;
            bytes += size;
            // Rows may be much larger than those before them.
            if batch.rows() >= BATCH_ROWS || batch.bytes() >= 2 * FETCH_BYTES {
                send(&mut batch, table, reports).await.map_err(Fault::Other)?;
            }
        }
        drop(stream);
        if batch.rows() > 0 {
            send(&mut batch, table, reports).await.map_err(Fault::Other)?;
        }
        if rows < wanted {
            break;
        }
        wanted = (FETCH_BYTES / (bytes / rows).max(1)).clamp(1, BATCH_ROWS);
    }
    run(connection, "close limn_rows".into()).await.map_err(failed)
}

/// Adds the values of a row and says how many bytes they were. A value that cannot be read fails its column.
fn add_row(batch: &mut RowBatch, row: &sqlx::postgres::PgRow, table: &OpenTable, row_number: u64) -> Result<usize, sqlx::Error> {
    let mut size = 0;
    for (place, cells) in batch.cells().iter_mut().enumerate() {
        let value = row.try_get_raw(place)?;
        if value.is_null() {
            cells.append_null();
            continue;
        }
        let bytes = value.as_bytes().map_err(sqlx::Error::Decode)?;
        size += bytes.len();
        if let Err(reason) = append_value(cells, bytes) {
            table.failed.add(place, || format!("row {row_number}: {reason}"));
            cells.append_null();
        }
    }
    let too_long: Option<Vec<i32>> = row.try_get(table.columns.len())?;
    for place in too_long.into_iter().flatten() {
        let reason = || format!("row {row_number}: a value is longer than {} MiB", LONGEST_VALUE >> 20);
        table.failed.add(place as usize, reason);
    }
    Ok(size)
}

async fn send(batch: &mut RowBatch, table: &OpenTable, reports: &Reports<PgConnection>) -> Result<(), EngineError> {
    let rows = batch.rows() as u64;
    let taken = batch.take().map_err(|error| broken_off(&table.name, error))?;
    let share = table.bytes as f64 / table.row_estimate.max(1) as f64;
    // A receiver that is gone ends the task by itself.
    drop(reports.send(Report::Rows(taken, (rows as f64 * share) as u64)).await);
    Ok(())
}
