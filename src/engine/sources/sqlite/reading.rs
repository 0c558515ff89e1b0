//! The rows of a SQLite table, in the order in which they lie in the file.

use std::sync::Arc;

use futures::TryStreamExt;
use sqlx::sqlite::{SqliteRow, SqliteValueRef};
use sqlx::{AssertSqlSafe, Decode, Row, Sqlite, SqliteConnection, ValueRef};

use super::OpenTable;
use super::columns::quote;
use crate::engine::error::EngineError;
use crate::engine::limits::BATCH_ROWS;
use crate::engine::sources::cells::{Cells, RowBatch};
use crate::engine::sources::database_error::{broken_off, database_error};
use crate::engine::sources::pushed::Bound;
use crate::engine::sources::row_stream::{Report, Reports};

/// Bytes at which a batch is full.
const BATCH_BYTES: usize = 4 << 20;
/// Longest text or blob that is taken in.
const LONGEST_VALUE: usize = 64 << 20;

/// Reads every row and reports batches; the connection comes back at the end.
pub async fn read_rows(mut connection: SqliteConnection, table: Arc<OpenTable>, reports: Reports<SqliteConnection>) {
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

async fn fetch_all(connection: &mut SqliteConnection, table: &OpenTable, reports: &Reports<SqliteConnection>) -> Result<(), EngineError> {
    let failed = |error: sqlx::Error| database_error(&table.name, &error);
    let expressions: Vec<&str> = table.columns.iter().map(|column| column.expression.as_str()).collect();
    let text = format!(
        "select {} from {}{}",
        expressions.join(", "),
        quote(&table.table_name),
        table.pushed.clause
    );
    let mut batch = RowBatch::new(&table.columns).map_err(|error| broken_off(&table.name, error))?;
    let mut query = sqlx::query(AssertSqlSafe(text)).persistent(false);
    for value in &table.pushed.values {
        query = match value {
            Bound::Whole(number) => query.bind(*number),
            Bound::Real(number) => query.bind(*number),
            Bound::Text(text) => query.bind(text.as_str()),
        };
    }
    let mut stream = query.fetch(connection);
    let mut row_number = 0;
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        row_number += 1;
        let size = add_row(&mut batch, &row, table, row_number)?;
        batch.end_row(size);
        if batch.rows() >= BATCH_ROWS || batch.bytes() >= BATCH_BYTES {
            send(&mut batch, table, reports).await?;
        }
    }
    if batch.rows() > 0 {
        send(&mut batch, table, reports).await?;
    }
    Ok(())
}

/// Adds the values of a row and says how many bytes they were. A value that cannot be read fails its column.
fn add_row(batch: &mut RowBatch, row: &SqliteRow, table: &OpenTable, row_number: u64) -> Result<usize, EngineError> {
    let mut size = 0;
    for (place, cells) in batch.cells().iter_mut().enumerate() {
        let value = row.try_get_raw(place).map_err(|error| database_error(&table.name, &error))?;
        if value.is_null() {
            cells.append_null();
            size += 1;
            continue;
        }
        size += append_value(cells, value).unwrap_or_else(|reason| {
            table.failed.add(place, || format!("row {row_number}: {reason}"));
            cells.append_null();
            1
        });
    }
    Ok(size)
}

/// Adds one value and says its bytes. Fails with the reason in words.
fn append_value(cells: &mut Cells, value: SqliteValueRef) -> Result<usize, String> {
    let broken = |error: sqlx::error::BoxDynError| error.to_string();
    Ok(match cells {
        Cells::Int64(cells) => {
            cells.append_value(<i64 as Decode<Sqlite>>::decode(value).map_err(broken)?);
            8
        }
        Cells::Float64(cells) => {
            cells.append_value(<f64 as Decode<Sqlite>>::decode(value).map_err(broken)?);
            8
        }
        Cells::Boolean(cells) => {
            cells.append_value(<i64 as Decode<Sqlite>>::decode(value).map_err(broken)? != 0);
            1
        }
        Cells::Bytes(cells) => {
            let bytes = <&[u8] as Decode<Sqlite>>::decode(value).map_err(broken)?;
            if bytes.len() > LONGEST_VALUE {
                return Err(format!("a value is longer than {} MiB", LONGEST_VALUE >> 20));
            }
            // Texts of a file in UTF-16 come as UTF-8 from the driver.
            cells.append_value(bytes);
            bytes.len()
        }
        _ => return Err("it is read in a way that SQLite does not know".into()),
    })
}

async fn send(batch: &mut RowBatch, table: &OpenTable, reports: &Reports<SqliteConnection>) -> Result<(), EngineError> {
    let bytes = batch.bytes() as u64;
    let taken = batch.take().map_err(|error| broken_off(&table.name, error))?;
    // A receiver that is gone ends the task by itself.
    drop(reports.send(Report::Rows(taken, bytes)).await);
    Ok(())
}
