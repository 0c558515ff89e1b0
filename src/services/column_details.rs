//! The column page's model: from the tables, and where they have nothing of the run, from the typed columns or the payload of
//! the same run. At most six statements with that of the viewer; the page reads the findings with one more.

use super::column_profiles::{self, ColumnRequest, read_for_page};
use super::configuration::Configuration;
use super::error::AppError;
use super::switches;
use super::table_details::{named, payloads_first, put_run, shown_run};
use crate::domain::address::TableAddress;
use crate::domain::characteristics::ColumnCharacteristics;
use crate::domain::column_answer::{ProfileOrigin, WantedSource};
use crate::domain::query::ColumnsQuery;
use crate::domain::table::{ColumnDetail, ReadOfOthers, TableDetail};
use crate::store::Database;
use crate::store::table_details::{self, ColumnRead};

/// Reads one column for its page. Nothing where no place has it in the run shown.
pub async fn read_column_detail(
    db: &Database,
    config: &Configuration,
    address: &TableAddress,
    column_name: &str,
    query: &ColumnsQuery,
) -> Result<Option<ColumnDetail>, AppError> {
    let Some(found) = table_details::find_table_for_column(db, address, column_name).await? else {
        return Ok(None);
    };
    let said = found.said.clone();
    let wanted = WantedSource::from_word(&query.source).unwrap_or_default();
    let tables_on = switches::is_on(found.table_reads.as_deref());
    let table = named(&found);
    let request = ColumnRequest {
        table_group_id: found.summary().table_group_id.clone(),
        column_name: column_name.to_owned(),
        source: wanted,
        ..ColumnRequest::default()
    };
    let chosen = table_details::read_runs(db, &found, query).await?;
    let first = payloads_first(&found, &chosen, wanted, tables_on);
    if !first.is_empty() {
        match read_for_page(db, config, &request, &table, first, tables_on).await? {
            Some(answered) if answered.answer.origin == ProfileOrigin::Payload => {
                return Ok(Some(of_answer(chosen.detail_of(&found), answered, said)));
            }
            _ => {}
        }
    }
    if wanted == WantedSource::Payload {
        return Ok(None);
    }
    let shown = shown_run(&found, &chosen);
    let mut detail = match table_details::read_column(db, found, chosen, column_name, query).await? {
        ColumnRead::Found(detail) if tables_on => return Ok(Some(*detail)),
        ColumnRead::Found(detail) => {
            return Ok(Some(ColumnDetail {
                source_reason: Some("Reading from tables is switched off, but this run has no payload.".into()),
                ..*detail
            }));
        }
        ColumnRead::Missing(detail) => *detail,
    };
    let runs = shown.into_iter().collect();
    let Some(answered) = read_for_page(db, config, &request, &table, runs, tables_on).await? else {
        return Ok(None);
    };
    detail.columns.clear();
    Ok(Some(of_answer(detail, answered, said)))
}

/// A page's model of an answer: one column, no comparison, no history.
fn of_answer(mut table: TableDetail, answered: column_profiles::ColumnProfileAnswer, said: ColumnCharacteristics) -> ColumnDetail {
    let column_profiles::ColumnProfileAnswer { run, answer } = answered;
    let read = ReadOfOthers {
        origin: answer.origin,
        reason: answer.reason.clone(),
    };
    put_run(&mut table, &run, 1, Some(answer.column.row_count), read);
    if table.columns.is_empty() {
        table.columns.push(answer.column.clone());
    }
    ColumnDetail {
        table,
        column: answer.column,
        compared: None,
        history: Vec::new(),
        characteristics: said,
        source: answer.origin.word().to_owned(),
        source_reason: answer.reason,
    }
}
