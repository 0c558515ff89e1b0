//! `limn rows PATH COLUMN ROWS`: the rows behind a figure of a column, found as the console finds them, printed.

use clap::{Args, ValueEnum};
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde_json::json;

use super::Outcome;
use super::profile::{plan, profile_quietly};
use crate::anomalies::{HygieneSettings, rows_of_finding};
use crate::components::format::{count, counted};
use crate::components::graphics::frequency_list::visible;
use crate::domain::connection::FoundTable;
use crate::domain::row_condition::RowCondition;
use crate::domain::row_look::{LookedRows, RowCell};
use crate::domain::row_query::{ROWS_A_PAGE, RowsQuery};
use crate::engine::rows::{LookPlan, LookedColumn};
use crate::engine::statements::{RowSql, TableContext, row_statement};
use crate::engine::{ProfileOptions, SourceRoot};
use crate::services::look_process::look_at_rows;
use crate::services::row_looks::resolve;
use crate::startup;

/// Characters of a value in a cell of the terminal.
const CELL: usize = 40;

/// The table is profiled first: what a value is depends on all of them.
#[derive(Args, Debug)]
pub struct RowsArgs {
    /// A file, a folder, a SQLite file, or postgres://user@host/database
    path: String,
    /// The column that the rows are about
    column: String,
    /// Which rows: is=null, value=open, not=open, 'from=10&to=20', length=5-9, shape=Aa9, top=1, finding=Leading_Spaces
    rows: String,
    /// The table, where there are several
    #[arg(long)]
    table: Option<String>,
    /// Page of 50 rows
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=200))]
    page: u32,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = RowsFormat::Table)]
    format: RowsFormat,
}

/// How rows are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowsFormat {
    /// For a person at a terminal
    Table,
    /// Everything, for programs
    Json,
    /// One line a row
    Csv,
}

/// Profiles the table, finds the rows and prints them.
pub fn run(args: RowsArgs) -> Outcome {
    let query = RowsQuery::parse(&args.rows)?.at_page(args.page);
    let (root, table) = chosen_table(&args)?;
    let options = ProfileOptions {
        clock: chrono::Utc::now(),
        ..ProfileOptions::default()
    };
    let profile = startup::block_on(profile_quietly(&root, table.clone(), options.clone()))??;
    let column = profile
        .columns
        .iter()
        .find(|column| column.column_name == args.column)
        .ok_or_else(|| format!("the table has no column {}", args.column))?;
    let (condition, figure) = resolve(column, &query.choice, |kind| {
        rows_of_finding(&profile, &column.column_name, kind, &HygieneSettings::default(), options.clock)
    })
    .map_err(|error| error.line())?;
    let is_of_file = !table.files.is_empty();
    let look = LookPlan {
        root,
        column: LookedColumn::of(column, is_of_file),
        condition: condition.clone(),
        columns: profile.columns.iter().map(|column| column.column_name.clone()).collect(),
        hidden: Vec::new(),
        skip: query.skip(),
        limit: ROWS_A_PAGE,
        counting_ms: options.deadline_ms,
        table,
        options,
    };
    let looked = startup::block_on(look_at_rows(&look))?
        .map_err(|error| error.to_string())?
        .map_err(|refusal| format!("{}. {}", refusal.reason, refusal.remedy))?;
    let found = FoundRows {
        condition,
        figure: figure.map(|figure| figure.rows),
        sql: row_statement(&TableContext::of_profile(&profile, None), column, &look.condition).ok(),
        looked,
    };
    print(&args, &found).map_err(|error| format!("the rows cannot be printed: {error}"))?;
    Ok(super::FINE)
}

fn chosen_table(args: &RowsArgs) -> Result<(SourceRoot, FoundTable), String> {
    let (root, mut tables) = plan(&args.path)?;
    if let Some(wanted) = &args.table {
        tables.retain(|table| table.table_name == *wanted || table.qualified_name() == *wanted);
    }
    match tables.len() {
        1 => Ok((root, tables.remove(0))),
        0 => Err("there is no such table".to_owned()),
        _ => {
            let names: Vec<String> = tables.iter().map(FoundTable::qualified_name).collect();
            Err(format!("there are several tables; say which with --table: {}", names.join(", ")))
        }
    }
}

/// What is printed.
struct FoundRows {
    condition: RowCondition,
    /// Rows that the profile counts.
    figure: Option<u64>,
    sql: Option<RowSql>,
    looked: LookedRows,
}

fn print(args: &RowsArgs, found: &FoundRows) -> std::io::Result<()> {
    use std::io::Write;

    let FoundRows {
        condition, figure, looked, ..
    } = found;
    let sql = found.sql.as_ref().map(|statement| &statement.sql);
    let mut out = std::io::stdout().lock();
    let text = |cell: &RowCell| cell.text.clone();
    match args.format {
        RowsFormat::Json => {
            let rows: Vec<Vec<Option<String>>> = looked.rows.iter().map(|row| row.iter().map(text).collect()).collect();
            let body = json!({
                "column_name": args.column, "condition": condition.phrase(), "figure": figure, "found": looked.found, "searched": looked.searched,
                "page": args.page, "columns": looked.columns, "rows": rows, "files": looked.files, "sql": sql,
            });
            serde_json::to_writer_pretty(&mut out, &body)?;
            writeln!(out)
        }
        RowsFormat::Csv => {
            let mut writer = csv::Writer::from_writer(out);
            writer.write_record(&looked.columns)?;
            for row in &looked.rows {
                writer.write_record(row.iter().map(|cell| cell.text.as_deref().unwrap_or_default()))?;
            }
            writer.flush()
        }
        RowsFormat::Table => {
            let told = figure.map(|rows| format!(", {} in the profile", count(rows))).unwrap_or_default();
            writeln!(
                out,
                "{} {}: {}{told}",
                args.column,
                visible(&condition.phrase()),
                counted(looked.found, "row")
            )?;
            let mut table = Table::new();
            table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
            table.set_header(looked.columns.iter().map(|name| visible(name)));
            for row in &looked.rows {
                table.add_row(row.iter().map(|cell| match &cell.text {
                    None => "null".to_owned(),
                    Some(text) if text.is_empty() => "''".to_owned(),
                    Some(text) => visible(&text.chars().take(CELL).collect::<String>()),
                }));
            }
            writeln!(out, "{table}")?;
            sql.map_or(Ok(()), |sql| writeln!(out, "\n{sql}"))
        }
    }
}
