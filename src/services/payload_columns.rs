//! A column among what was read: of the tables of a payload by their names, of several columns by its own.

use super::column_profiles::ColumnRequest;
use super::error::AppError;
use super::payloads::{Payload, PayloadTable};
use super::run_choice::Said;
use super::table_names::ambiguous;
use crate::domain::anomaly::ProfileAnomaly;
use crate::domain::column_answer::{ColumnAnswer, ProfileOrigin};
use crate::domain::name_match::{bare_name, is_same_name, means_name, means_table};
use crate::store::column_reads::{NamedTable, StoredColumn};

/// The column that a request means among the tables of a payload; `known` is the table as the group knows it, where it does. Two names that
/// do not mean the same table mean none.
pub(super) fn find_in_payload(
    request: &ColumnRequest,
    payload: &Payload,
    known: Option<&NamedTable>,
    reason: Option<String>,
) -> Result<Said<ColumnAnswer>, AppError> {
    let named = [request.table_name.as_deref(), request.physical_name.as_deref()];
    let names: Vec<&str> = named.into_iter().flatten().filter(|name| !name.trim().is_empty()).collect();
    let has_column = |table: &&PayloadTable| {
        table
            .columns
            .iter()
            .any(|column| means_name(&request.column_name, &column.column_name))
    };
    let meant: Vec<&PayloadTable> = payload
        .tables
        .iter()
        .filter(|table| match known {
            Some(known) => is_known(table, known),
            None if names.is_empty() => has_column(table),
            None => names.iter().all(|name| means_table(name, &table.schema_name, &table.table_name)),
        })
        .collect();
    let table = match meant.as_slice() {
        [] => return Ok(Said::NoTable(None)),
        [only] => *only,
        several => return Err(ambiguous(several.iter().map(|table| (&table.schema_name, &table.table_name)))),
    };
    let columns = table
        .columns
        .iter()
        .map(|column| StoredColumn {
            schema_name: table.schema_name.clone(),
            table_name: table.table_name.clone(),
            column: column.clone(),
            has_values: true,
        })
        .filter(|stored| means_name(&request.column_name, &stored.column.column_name))
        .collect();
    let Some(stored) = only_column(columns, &request.column_name)? else {
        return Ok(Said::NoColumn);
    };
    let is_about = |column: &Option<String>| column.as_ref() == Some(&stored.column.column_name);
    // The table's own spelling, as its rows would have it.
    let (schema_name, table_name) = known.map_or((stored.schema_name, stored.table_name), |known| {
        (known.schema_name.clone(), known.table_name.clone())
    });
    let said = table.anomalies.iter().filter(|anomaly| is_about(&anomaly.column_name)).cloned();
    let anomalies = said
        .map(|anomaly| ProfileAnomaly {
            schema_name: schema_name.clone(),
            table_name: table_name.clone(),
            ..anomaly
        })
        .collect();
    Ok(Said::Found(Box::new(ColumnAnswer {
        anomalies,
        schema_name,
        table_name,
        column: stored.column,
        origin: ProfileOrigin::Payload,
        reason,
    })))
}

/// The one table of a payload that a group knows by this name; several are told to the caller.
pub(super) fn find_table_in_payload<'a>(payload: &'a Payload, known: &NamedTable) -> Result<Option<&'a PayloadTable>, AppError> {
    let meant: Vec<&PayloadTable> = payload.tables.iter().filter(|table| is_known(table, known)).collect();
    match meant.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several => Err(ambiguous(several.iter().map(|table| (&table.schema_name, &table.table_name)))),
    }
}

/// Whether a payload means a table that its group knows; it may leave the schema out.
fn is_known(table: &PayloadTable, known: &NamedTable) -> bool {
    is_same_name(&table.table_name, &known.table_name)
        && (table.schema_name.is_empty() || is_same_name(&table.schema_name, &known.schema_name))
}

/// The column with exactly this name, else the only one that differs in capitals.
pub(super) fn only_column(mut columns: Vec<StoredColumn>, name: &str) -> Result<Option<StoredColumn>, AppError> {
    for exact in [name.to_owned(), name.trim().to_owned(), bare_name(name)] {
        if let Some(place) = columns.iter().position(|stored| stored.column.column_name == exact) {
            return Ok(Some(columns.swap_remove(place)));
        }
    }
    columns.retain(|stored| means_name(name, &stored.column.column_name));
    if columns.len() > 1 {
        let names: Vec<&str> = columns.iter().map(|stored| stored.column.column_name.as_str()).collect();
        return Err(AppError::bad_request(
            "The column's name means several columns",
            format!("They differ in capitals only: {}. Write it as the table does.", names.join(", ")),
        ));
    }
    Ok(columns.pop())
}
