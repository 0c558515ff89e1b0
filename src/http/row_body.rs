//! Rows behind a figure as data: the same for the page's address with `?format=` and for the API.

use axum::Json;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::data::{Answer, csv, text};
use super::format::Format;
use crate::domain::address::TableAddress;
use crate::domain::row_query::MOST_PAGES;
use crate::services::error::AppError;
use crate::services::row_looks::{LookNote, RowLook};

/// Rows behind a figure
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rows)]
pub struct RowsBody {
    /// Table.
    pub table: TableAddress,
    /// Column that the condition is about.
    pub column_name: String,
    /// The condition in words; without values where they are personal and hidden.
    pub condition: String,
    /// Number of the run whose figure it is.
    pub run_number: Option<i64>,
    /// Rows that the run counted; null where no figure counts them.
    pub figure: Option<u64>,
    /// Whether that is an estimate, or the least that the profile proves.
    pub figure_is_estimate: bool,
    /// Rows that were found, other pages too; null where the source could not be read.
    pub found: Option<u64>,
    /// Rows that were looked at.
    pub searched: u64,
    /// Why not the whole table: `page_full`, `timed_out`; null where it was.
    pub ended: Option<&'static str>,
    /// Which version of the source was read, in words.
    pub snapshot: String,
    /// Page, from 1.
    pub page: u32,
    /// Whether another page follows.
    pub has_more: bool,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Those whose values are masked for whoever asks.
    pub masked_columns: Vec<String>,
    /// The rows; null is null, everything else its text.
    pub rows: Vec<Vec<Option<String>>>,
    /// Row and column (from 0) of texts that were cut.
    pub cut_cells: Vec<[u64; 2]>,
    /// The file of each row, where the table has several and no value is masked.
    pub files: Vec<String>,
    /// What to know before relying on them.
    pub notes: Vec<LookNote>,
    /// The statement that finds the rows; null where none does.
    pub sql: Option<String>,
    /// What it is written for, or why there is none.
    pub sql_dialect: String,
}

impl From<RowLook> for RowsBody {
    fn from(look: RowLook) -> Self {
        let looked = look.looked.clone().unwrap_or_default();
        let (sql, sql_dialect) = match look.statement {
            Ok(statement) => (Some(statement.sql), statement.dialect.word().to_owned()),
            Err(why) => (None, why.to_owned()),
        };
        let mut cut_cells = Vec::new();
        for (row, cells) in (0..).zip(&looked.rows) {
            cut_cells.extend((0..).zip(cells).filter(|(_, cell)| cell.is_cut).map(|(column, _)| [row, column]));
        }
        Self {
            table: look.detail.table.summary.address.clone(),
            column_name: look.detail.column.column_name.clone(),
            condition: look.words,
            run_number: look.detail.table.run.as_ref().map(|run| run.number),
            figure: look.figure.map(|figure| figure.rows),
            figure_is_estimate: look.figure.is_some_and(|figure| figure.is_estimate),
            found: look.looked.as_ref().map(|looked| looked.found),
            searched: looked.searched,
            ended: looked.ended.map(|ended| ended.word()),
            has_more: looked.has_more(look.query.skip()) && look.query.page < MOST_PAGES,
            snapshot: looked.snapshot,
            page: look.query.page,
            rows: looked
                .rows
                .into_iter()
                .map(|row| row.into_iter().map(|cell| cell.text).collect())
                .collect(),
            columns: looked.columns,
            masked_columns: look.masked,
            cut_cells,
            files: looked.files,
            notes: look.notes,
            sql,
            sql_dialect,
        }
    }
}

/// The rows in the format that was asked for.
pub fn answer_rows(look: RowLook, format: Format) -> Answer {
    if format != Format::Csv {
        return Ok(Json(RowsBody::from(look)).into_response());
    }
    let name = format!("{}-rows", look.detail.column.column_name);
    // CSV has no place for a reason: what failed must not look like a table without rows.
    let Some(looked) = look.looked else {
        let why = look.notes.into_iter().next();
        let (title, detail) = why.map(|note| (note.title, note.detail)).unwrap_or_default();
        return Err(AppError::conflict(title, detail).into());
    };
    let heads: Vec<String> = looked.columns.iter().map(|name| text(name)).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows = looked.rows.iter().map(|row| {
        let cells = row.iter().map(|cell| text(cell.text.as_deref().unwrap_or_default()));
        cells.collect::<Vec<_>>()
    });
    csv(&name, &heads, rows)
}
