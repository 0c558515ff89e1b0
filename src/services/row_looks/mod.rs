//! The rows behind a figure, for a person: which rows an address means, whether this person may look by it, the look itself in a child
//! process, values masked by role before anything else sees them, and the entry that says who has looked.
//!
//! - `figures`: the condition that an address means in a run, and how many rows the figure counts.
//! - `personal`: which columns hold personal data, and what is masked of them for this reader.
//! - `notes`: what a reader must know: the source has changed, fewer rows than the figure, a look that was cut off.

mod figures;
mod notes;
mod personal;

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::access;
use super::column_details::read_column_detail;
use super::configuration::Configuration;
use super::connection_secrets::root_of;
use super::error::AppError;
use super::look_process::{Refusal, look_at_rows};
use crate::domain::address::TableAddress;
use crate::domain::connection::FoundTable;
use crate::domain::masking::MASK;
use crate::domain::query::ColumnsQuery;
use crate::domain::row_condition::RowCondition;
use crate::domain::row_filter::RowFilter;
use crate::domain::row_look::{LookedRows, RowCell, RowLookEntry};
use crate::domain::row_query::{ROWS_A_PAGE, RowsQuery};
use crate::domain::scope::Scope;
use crate::domain::table::{ColumnDetail, TableRun};
use crate::domain::table_scope::TableScope;
use crate::domain::user::{Permission, Viewer};
use crate::engine::ProfileOptions;
use crate::engine::rows::{LookPlan, LookedColumn};
use crate::engine::statements::{RowSql, TableContext, row_statement};
use crate::store::row_looks::{self, LookPlace};
use crate::store::{Database, StoreError};

pub use figures::{Figure, resolve};
pub use notes::{LookNote, Weight};
use personal::PersonalColumns;

/// Longest look.
const DEADLINE: Duration = Duration::from_secs(20);
/// How long a look goes on counting once its page is full.
const COUNTING: Duration = Duration::from_millis(1_500);
/// Memory of a look beside its process.
const MOST_MEMORY: u64 = 256 << 20;
/// Looks at the same time; others wait.
static PLACES: Semaphore = Semaphore::const_new(2);
/// How long one waits for a place.
const PATIENCE: Duration = Duration::from_secs(10);

/// Rows behind a figure, or why there are none.
#[derive(Clone, Debug)]
pub struct RowLook {
    /// The table and the column in the run whose figure it is.
    pub detail: ColumnDetail,
    /// Which rows and which page.
    pub query: RowsQuery,
    /// The rows in words: `status is “open”`.
    pub words: String,
    /// How many the figure counts, where it is known.
    pub figure: Option<Figure>,
    /// What was found; nothing where the look failed, which a note then says.
    pub looked: Option<LookedRows>,
    /// Columns whose values are masked for this reader.
    pub masked: Vec<String>,
    /// What a reader must know, most important first.
    pub notes: Vec<LookNote>,
    /// The statement that finds the rows, or why there is none.
    pub statement: Result<RowSql, &'static str>,
}

/// Looks at the rows that an address names. Every look is recorded, a refused one too.
pub async fn look(
    db: &Database,
    config: &Configuration,
    viewer: &Viewer,
    address: &TableAddress,
    column_name: &str,
    raw_query: &str,
) -> Result<RowLook, AppError> {
    access::require(viewer, Permission::ReadProfiles)?;
    let parsed = RowsQuery::parse(raw_query);
    let columns = ColumnsQuery {
        run: parsed.as_ref().ok().and_then(|query| query.run),
        ..ColumnsQuery::default()
    };
    // The look needs the true figures and paths of the run; what a reader may not see of them is masked on the way out.
    let detail = read_column_detail(&db.veiled(Scope::Everything), config, address, column_name, &columns)
        .await?
        .ok_or(AppError::NotFound)?;
    let run = detail.table.run.clone().ok_or(AppError::NotFound)?;
    // What is not there for this reader is not there, whatever is asked of it.
    let query = parsed.map_err(|wrong| AppError::refused("The address names no rows", wrong))?;
    if query.run.is_some_and(|number| number != run.number) {
        return Err(AppError::NotFound);
    }
    let place = row_looks::find_look_place(db, &detail.table.summary.table_id)
        .await?
        .ok_or(AppError::NotFound)?;
    let (condition, figure) = resolve(&detail.column, &query.choice, |kind| {
        figures::find_rows(&detail, kind, &place.countries)
    })?;
    let personal = PersonalColumns::of(&detail, &place);
    let is_hidden = personal.hides(column_name);
    let mut look = RowLook {
        words: words_of(column_name, &condition, is_hidden),
        statement: row_statement(&TableContext::of_run(&detail.table, &run, &[]), &detail.column, &condition),
        figure,
        looked: None,
        masked: Vec::new(),
        notes: Vec::new(),
        query,
        detail,
    };
    if is_hidden && condition.tells_values() {
        record(db, viewer, &look, &condition, true, "refused").await?;
        let who = match place.personal {
            Some(_) => format!("{} may", Permission::SeePersonalValues.holders()),
            None => "Nobody may where values are masked before they are stored".to_owned(),
        };
        return Err(AppError::Forbidden {
            title: format!("{column_name} holds personal data"),
            detail: format!(
                "Choosing rows by a value would reveal it. {who}; nulls, blanks and other kinds of values can be looked at by everybody."
            ),
        });
    }
    match run_look(config, &place, &look, &run, &condition).await? {
        Ok(mut looked) => {
            look.masked = looked.columns.iter().filter(|name| personal.hides(name)).cloned().collect();
            mask(&mut looked, &look.masked);
            // The filter of the run stands in words of both versions.
            let told = personal.told_run(&run);
            looked.snapshot = looked.snapshot.replace(&run.snapshot.scope.words(), &told.snapshot.scope.words());
            look.notes = notes::of(&look, &looked, &told, &place, &condition);
            look.looked = Some(looked);
        }
        Err(refusal) => look.notes = vec![LookNote::failed(&personal.told(&run.snapshot, refusal))],
    }
    personal.veil(&mut look);
    let outcome = if look.looked.is_some() { "shown" } else { "failed" };
    record(db, viewer, &look, &condition, personal.is_personal(column_name), outcome).await?;
    Ok(look)
}

/// The rows in words; without values where the reader may not have them.
fn words_of(column_name: &str, condition: &RowCondition, is_hidden: bool) -> String {
    if is_hidden && condition.tells_values() {
        format!("{column_name}: {}", condition.kind())
    } else {
        format!("{column_name} {}", condition.phrase())
    }
}

/// Waits for a place, then looks in a child process.
async fn run_look(
    config: &Configuration,
    place: &LookPlace,
    look: &RowLook,
    run: &TableRun,
    condition: &RowCondition,
) -> Result<Result<LookedRows, Refusal>, AppError> {
    if run.others.is_some() {
        return Ok(Err(Refusal {
            reason: format!("Run {} was written by another program, which did not say what it read", run.number),
            remedy: "Choose a run of Limn's, or profile the table now.".to_owned(),
        }));
    }
    if place.is_missing {
        return Ok(Err(Refusal {
            reason: "The table is no longer there".to_owned(),
            remedy: "The last search for tables did not find it. Its profiles stay; find the tables again when it is back.".to_owned(),
        }));
    }
    if !place.is_active {
        return Err(AppError::conflict(
            "The connection is switched off",
            "Its sources are not read until an administrator switches it on again.",
        ));
    }
    let hidden = newly_left_out(place, run);
    if hidden.contains(&look.detail.column.column_name) {
        return Err(AppError::conflict(
            "The column is left out",
            "It was profiled in this run and is left out since, so its rows are not shown. The definition tab of the table says what is profiled.",
        ));
    }
    let is_of_file = !place.table.files.is_empty();
    let scope = scope_of(place, run)?;
    let plan = LookPlan {
        root: root_of(
            config,
            &place.connection_id,
            place.kind,
            &place.location,
            place.sealed_password.as_deref(),
        )?,
        table: FoundTable {
            files: files_of(place, run),
            scope,
            ..place.table.clone()
        },
        column: LookedColumn::of(&look.detail.column, is_of_file),
        condition: condition.clone(),
        columns: look.detail.table.columns.iter().map(|column| column.column_name.clone()).collect(),
        hidden,
        skip: look.query.skip(),
        limit: ROWS_A_PAGE,
        counting_ms: COUNTING.as_millis() as u64,
        options: ProfileOptions {
            threads: 1,
            memory_bytes: config.engine.memory_bytes.min(MOST_MEMORY),
            deadline_ms: DEADLINE.as_millis() as u64,
            clock: run.snapshot.clock.unwrap_or(run.completed_at),
        },
    };
    let _place = wait_for_place().await?;
    look_at_rows(&plan).await
}

async fn wait_for_place() -> Result<SemaphorePermit<'static>, AppError> {
    let waited = tokio::time::timeout(PATIENCE, PLACES.acquire()).await;
    let place = waited.map_err(|_| {
        AppError::conflict(
            "Others are looking at rows",
            "Two looks at a time read a source. Try again in a few seconds; the SQL of the page needs no place.",
        )
    })?;
    place.map_err(AppError::internal)
}

/// The files that the run read. Where the values in their paths were masked before they were stored, those of now.
fn files_of(place: &LookPlace, run: &TableRun) -> Vec<String> {
    let files = &run.snapshot.files;
    if place.table.files.is_empty() || files.is_empty() || files.iter().any(|file| file.contains(MASK)) {
        place.table.files.clone()
    } else {
        files.clone()
    }
}

/// What the run read of the table. Where the literals of its filter were masked before they were stored, the filter of now stands for it.
fn scope_of(place: &LookPlace, run: &TableRun) -> Result<TableScope, AppError> {
    let mut scope = run.snapshot.scope.clone();
    let is_masked = |filter: &RowFilter| filter.to_string().contains(MASK);
    if scope.row_filter.as_ref().is_some_and(is_masked) {
        scope.row_filter.clone_from(&place.table.scope.row_filter);
        if scope.row_filter.as_ref().is_none_or(is_masked) {
            return Err(AppError::conflict(
                "The filter of the run is not known",
                "Its values are personal and were masked before they were stored, so its rows cannot be chosen again.",
            ));
        }
    }
    Ok(scope)
}

/// Columns that the run read and that somebody has left out since: what must not be read is not shown.
fn newly_left_out(place: &LookPlace, run: &TableRun) -> Vec<String> {
    let left_out = place.table.scope.left_out.iter();
    left_out.filter(|name| !run.snapshot.scope.leaves_out(name)).cloned().collect()
}

/// Puts the mask over the values of personal columns. Null stays null: that is no value.
fn mask(looked: &mut LookedRows, masked: &[String]) {
    for (place, name) in looked.columns.iter().enumerate() {
        if !masked.contains(name) {
            continue;
        }
        for row in &mut looked.rows {
            if row[place].text.is_some() {
                row[place] = RowCell {
                    text: Some(MASK.to_owned()),
                    is_cut: false,
                };
            }
        }
    }
}

/// Keeps who looked at what.
async fn record(
    db: &Database,
    viewer: &Viewer,
    look: &RowLook,
    condition: &RowCondition,
    is_personal: bool,
    outcome: &str,
) -> Result<(), StoreError> {
    let summary = &look.detail.table.summary;
    let entry = RowLookEntry {
        looked_at: chrono::Utc::now(),
        user_name: viewer.user.name.clone(),
        address: summary.address.clone(),
        column_name: look.detail.column.column_name.clone(),
        condition: if is_personal && condition.tells_values() {
            format!("{} {MASK}", condition.kind())
        } else {
            condition.phrase()
        },
        run_number: look.detail.table.run.as_ref().map(|run| run.number),
        page: look.query.page,
        rows_shown: look.looked.as_ref().map_or(0, |looked| looked.rows.len() as u64),
        columns_masked: look.masked.len() as u64,
        outcome: outcome.to_owned(),
    };
    row_looks::record_look(db, &viewer.user.user_id, &summary.table_id, &summary.address, &entry).await
}
