//! `limn profile PATH...`: the same engine, in the same guarded child process, printed.

use std::io::IsTerminal;
use std::path::Path;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;

use super::serve::EngineArgs;
use super::{Outcome, print};
use crate::anomalies::{Country, HygieneSettings};
use crate::domain::connection::FoundTable;
use crate::domain::progress::RunProgress;
use crate::domain::row_filter::RowFilter;
use crate::domain::secret::Secret;
use crate::domain::table_profile::{FailedTable, TableProfile};
use crate::domain::table_scope::TableScope;
use crate::engine::protocol::WorkerEvent;
use crate::engine::{self, PostgresTarget, ProfileOptions, SourceRoot};
use crate::services::finding_settings::FindingSettings;
use crate::services::findings;
use crate::services::worker_process::{REPORTS_WAITING, run_children};
use crate::startup;

/// A file is one table; folders and databases are looked through for tables.
#[derive(Args, Debug)]
pub struct ProfileArgs {
    /// Parquet, CSV, JSON-lines or Arrow files (texts also as .gz and .zst), folders of them, quoted wildcards, SQLite files,
    /// or postgres://user@host/database (password in PGPASSWORD)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// How the profile is printed
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    format: OutputFormat,
    /// With --format json: beside each column, the SQL that finds its figures again
    #[arg(long)]
    sql: bool,
    /// Profile only the rows that meet a filter: "amount > 10 and placed >= date '2026-01-31'"
    #[arg(long = "where", value_name = "FILTER", value_parser = RowFilter::parse)]
    row_filter: Option<RowFilter>,
    /// Leave a column out; may be given more than once
    #[arg(long, value_name = "COLUMN")]
    leave_out: Vec<String>,
    /// Countries whose postal codes and regions are looked for, such as US,DE; all that are known unless said
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    country: Vec<String>,
    /// Print no progress
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    engine: EngineArgs,
    /// Stop after so many seconds
    #[arg(long, default_value_t = 1_800, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    deadline: u64,
}

/// How a profile is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For a person at a terminal
    Table,
    /// Everything, for programs
    Json,
    /// One line a column
    Csv,
}

/// Profiles and prints. Tables that fail are named on stderr, and the others are printed.
pub fn run(args: ProfileArgs) -> Outcome {
    let mut plans = Vec::new();
    for path in &args.paths {
        let (root, mut tables) = plan(path)?;
        for table in &mut tables {
            table.scope = TableScope {
                left_out: args.leave_out.clone(),
                row_filter: args.row_filter.clone(),
            };
        }
        plans.push((root, tables));
    }
    let options = ProfileOptions {
        threads: args.engine.threads(),
        memory_bytes: args.engine.memory_bytes(),
        deadline_ms: args.deadline * 1_000,
        clock: chrono::Utc::now(),
    };
    let bar = progress_bar(args.quiet);
    let (mut profiles, mut failed) = (Vec::new(), Vec::new());
    let mut roots = Vec::new();
    for (root, tables) in plans {
        let (read, lost) = startup::block_on(profile(&root, tables, options.clone(), &bar))??;
        roots.extend(
            read.iter()
                .map(|_| root.folder().map_or_else(String::new, |folder| folder.display().to_string())),
        );
        profiles.extend(read);
        failed.extend(lost);
    }
    bar.finish_and_clear();
    let settings = FindingSettings {
        hygiene: HygieneSettings {
            countries: countries(&args.country)?,
            ..HygieneSettings::default()
        },
        ..FindingSettings::default()
    };
    let mut found = findings::find(&profiles.iter().collect::<Vec<_>>(), &failed, &settings, options.clock);
    findings::score(
        &mut profiles.iter_mut().collect::<Vec<_>>(),
        &mut found,
        &settings.weights,
        |_, _| true,
    );
    match args.format {
        OutputFormat::Table => print::tables(&profiles, &found),
        OutputFormat::Json => print::json(&profiles, args.sql.then_some(roots.as_slice()), &found, &failed),
        OutputFormat::Csv => print::csv(&profiles),
    }
    .map_err(|error| format!("the profile cannot be printed: {error}"))?;
    for table in &failed {
        eprintln!("limn: {}: {}. {}", table.table_name, table.error, table.remedy);
    }
    match (profiles.is_empty(), failed.is_empty()) {
        (_, true) => Ok(super::FINE),
        (true, false) => Ok(super::ERROR),
        (false, false) => Ok(super::SOME_TABLES_FAILED),
    }
}

/// The countries of codes; all that are known for none.
fn countries(codes: &[String]) -> Result<Vec<Country>, String> {
    if codes.is_empty() {
        return Ok(Country::all().to_vec());
    }
    let find = |code: &String| {
        Country::of_code(code).ok_or_else(|| {
            let known: Vec<&str> = Country::all().iter().map(|country| country.code).collect();
            format!("{code} is no country that Limn knows the codes of: {}", known.join(", "))
        })
    };
    codes.iter().map(find).collect()
}

/// The source and the tables behind a path or an address.
pub(super) fn plan(path: &str) -> Result<(SourceRoot, Vec<FoundTable>), String> {
    let shown = without_password(path);
    let (root, tables) = if ["postgres://", "postgresql://"].iter().any(|scheme| path.starts_with(scheme)) {
        let password = std::env::var("PGPASSWORD").ok().and_then(Secret::new);
        listed(SourceRoot::Postgres(PostgresTarget::new(path, password)))?
    } else if is_glob(path) && !Path::new(path).exists() {
        let (root, tables) = engine::discover_glob(path).map_err(|error| format!("{error}. {}", error.remedy()))?;
        (SourceRoot::Folder(root), tables)
    } else {
        let canonical = std::fs::canonicalize(path).map_err(|error| format!("{path}: {error}"))?;
        if canonical.is_dir() {
            let tables = engine::discover(&canonical).map_err(|error| error.to_string())?;
            (SourceRoot::Folder(canonical), tables)
        } else if engine::is_sqlite_file(&canonical) {
            listed(SourceRoot::Sqlite(canonical))?
        } else {
            let root = canonical.parent().map(Path::to_path_buf).unwrap_or_default();
            let table = engine::discover_file(&canonical).map_err(|error| format!("{error}. {}", error.remedy()))?;
            (SourceRoot::Folder(root), vec![table])
        }
    };
    if tables.is_empty() {
        return Err(format!(
            "{shown} holds no table (.parquet .csv .tsv .jsonl .ndjson .json .arrow .feather, texts also as .gz and .zst; SQLite .db .sqlite; postgres://...)"
        ));
    }
    Ok((root, tables))
}

/// The tables of a database; a test that fails says at which step.
fn listed(root: SourceRoot) -> Result<(SourceRoot, Vec<FoundTable>), String> {
    let check = engine::check_source(&root).map_err(|error| format!("{error}. {}", error.remedy()))?;
    match check.steps.into_iter().find(|step| !step.passed) {
        Some(failed) => Err(format!("{}: no. {}", failed.name, failed.message)),
        None => Ok((root, check.tables)),
    }
}

/// Whether a path has wildcards, which a shell may have left to us.
fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// An address with its password left out, for messages.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let authority = match authority.rsplit_once('@') {
        Some((who, host)) => format!("{}@{host}", who.split(':').next().unwrap_or_default()),
        None => authority.to_owned(),
    };
    format!("{scheme}://{authority}/{}", path.split('?').next().unwrap_or_default())
}

/// Runs the engine over the tables of one root.
async fn profile(
    root: &SourceRoot,
    tables: Vec<FoundTable>,
    options: ProfileOptions,
    bar: &ProgressBar,
) -> Result<(Vec<TableProfile>, Vec<FailedTable>), String> {
    let total = tables.iter().map(|table| table.bytes).sum();
    bar.set_length(total);
    let (sender, mut reports) = mpsc::channel(REPORTS_WAITING);
    let (mut profiles, mut failed) = (Vec::new(), Vec::new());
    let planned = tables.into_iter().map(|table| (table, Vec::new())).collect();
    let collect = async {
        while let Some(event) = reports.recv().await {
            match event {
                WorkerEvent::Progress(progress) => show(bar, &progress),
                WorkerEvent::Table(profile) => profiles.push(*profile),
                WorkerEvent::Failed(table) => failed.push(table),
                // What failed is told at the end, with its remedy.
                WorkerEvent::Log { level, message } if level == "warn" => bar.suspend(|| eprintln!("limn: {message}")),
                WorkerEvent::Log { .. } | WorkerEvent::Partition(_) | WorkerEvent::Done => {}
            }
        }
    };
    let (outcome, ()) = tokio::join!(run_children(root, planned, options, false, sender), collect);
    outcome.map_err(|error| match error {
        crate::services::error::AppError::Internal(source) => source.to_string(),
        other => other.to_string(),
    })?;
    Ok((profiles, failed))
}

/// Runs the engine over one table without a word.
pub(super) async fn profile_quietly(root: &SourceRoot, table: FoundTable, options: ProfileOptions) -> Result<TableProfile, String> {
    let (mut profiles, failed) = profile(root, vec![table], options, &ProgressBar::hidden()).await?;
    let reason = failed.first().map(|table| format!("{}. {}", table.error, table.remedy));
    profiles
        .pop()
        .ok_or_else(|| reason.unwrap_or_else(|| "the table could not be profiled".to_owned()))
}

/// A bar on stderr, only for a person.
fn progress_bar(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {percent:>3}% {bytes}/{total_bytes} {eta} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

/// Moves the bar.
fn show(bar: &ProgressBar, progress: &RunProgress) {
    bar.set_position(progress.bytes_read);
    bar.set_message(progress.current_table.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (address, shown) in [
            (
                "postgres://ada:secret@db:5432/shop?sslmode=require&password=x",
                "postgres://ada@db:5432/shop",
            ),
            ("postgres://db/shop", "postgres://db/shop"),
            ("data/*.csv", "data/*.csv"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }
}
