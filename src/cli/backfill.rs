//! `limn backfill`: the payloads of old runs become rows. May be stopped at any moment and started again.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::profile::OutputFormat;
use super::serve::{StoreArgs, canonical_roots};
use super::{ERROR, FINE, Outcome, SOME_TABLES_FAILED};
use crate::components::format::counted;
use crate::domain::audit::Actor;
use crate::domain::identifier::RunId;
use crate::services::backfill::{self, BackfillPlan, BackfillReport, BackfilledRun, Outcome as RunOutcome};
use crate::services::configuration::Configuration;
use crate::startup;
use crate::store::{Database, profile_runs};

/// Runs whose payload was written before are left out, unless one run is named.
#[derive(Args, Debug)]
pub struct BackfillArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Only this run, by number or id; its rows are written anew
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// Read and count, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Folders that payload files may lie in, separated by colons [default: any]
    #[arg(long, env = "LIMN_SOURCE_ROOTS", value_name = "FOLDERS", value_delimiter = ':')]
    source_roots: Vec<PathBuf>,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    format: OutputFormat,
    /// Print no progress
    #[arg(long, short)]
    quiet: bool,
}

/// Runs the command: 0 fine, 1 nothing could be read, 3 some payloads could not be read or differ from their rows.
pub fn run(args: BackfillArgs) -> Outcome {
    startup::start_log("error")?;
    let report = startup::block_on(execute(&args))??;
    print(&report, args.format).map_err(|error| format!("the report cannot be printed: {error}"))?;
    let unreadable = report.count(RunOutcome::Unreadable);
    Ok(match (unreadable, report.runs.len()) {
        (0, _) if report.differing().next().is_none() => FINE,
        (lost, all) if lost == all => ERROR,
        _ => SOME_TABLES_FAILED,
    })
}

async fn execute(args: &BackfillArgs) -> Result<BackfillReport, String> {
    let data_dir = args.store.data_dir()?;
    let url = args.store.database_url(&data_dir);
    let db = startup::open_database(&url).await?;
    let config = Configuration::of_command(data_dir, url, canonical_roots(&args.source_roots)?);
    let plan = BackfillPlan {
        run: match &args.run {
            Some(said) => Some(find_run(&db, said).await?),
            None => None,
        },
        dry_run: args.dry_run,
    };
    let actor = Actor {
        user_id: None,
        name: "command line".into(),
    };
    let bar = progress_bar(args.quiet);
    let report = backfill::backfill(&db, &config, &plan, &actor, |run, total| {
        bar.set_length(total as u64);
        bar.inc(1);
        bar.set_message(format!("run {}", run.number));
    })
    .await
    .map_err(|error| error.to_string())?;
    bar.finish_and_clear();
    Ok(report)
}

/// A run by its short number or its id.
async fn find_run(db: &Database, said: &str) -> Result<RunId, String> {
    let Ok(number) = said.trim_start_matches('#').parse::<i64>() else {
        return Ok(RunId(said.to_owned()));
    };
    let found = profile_runs::find_run(db, number).await.map_err(|error| error.to_string())?;
    found
        .map(|run| run.profile_run_id)
        .ok_or_else(|| format!("there is no run {number}"))
}

fn progress_bar(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} runs  {msg}  {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

fn print(report: &BackfillReport, format: OutputFormat) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match format {
        OutputFormat::Json => {
            serde_json::to_writer_pretty(&mut out, report)?;
            writeln!(out)
        }
        OutputFormat::Csv => {
            let mut writer = csv::Writer::from_writer(out);
            writer.write_record([
                "run",
                "profile_run_id",
                "outcome",
                "payload_tables",
                "payload_columns",
                "payload_values",
                "payload_anomalies",
                "rows_tables",
                "rows_columns",
                "rows_values",
                "rows_anomalies",
                "remark",
            ])?;
            for run in &report.runs {
                writer.write_record(line(run))?;
            }
            writer.flush()
        }
        OutputFormat::Table => print_for_person(report, &mut out),
    }
}

fn line(run: &BackfilledRun) -> Vec<String> {
    let mut cells = vec![run.number.to_string(), run.profile_run_id.to_string(), word(run.outcome).to_owned()];
    for counts in [&run.payload, &run.rows] {
        cells.extend([counts.tables, counts.columns, counts.values, counts.anomalies].map(|count| count.to_string()));
    }
    cells.push(run.remark.clone().unwrap_or_default());
    cells
}

/// What was done, what could not be read and why, and whether tables and payloads hold the same.
fn print_for_person(report: &BackfillReport, out: &mut impl Write) -> std::io::Result<()> {
    for run in report.runs.iter().filter(|run| run.remark.is_some()) {
        let remark: String = run
            .remark
            .iter()
            .flat_map(|text| text.chars())
            .map(|ch| if ch.is_control() { '\u{fffd}' } else { ch })
            .collect();
        writeln!(out, "run {}: {}: {remark}", run.number, word(run.outcome))?;
    }
    for run in report.differing() {
        writeln!(
            out,
            "run {}: payload and tables differ: {} and {} columns, {} and {} values, {} and {} anomalies",
            run.number,
            run.payload.columns,
            run.rows.columns,
            run.payload.values,
            run.rows.values,
            run.payload.anomalies,
            run.rows.anomalies
        )?;
    }
    let count = |outcome| report.count(outcome) as u64;
    let sum: u64 = report.runs.iter().map(|run| run.payload.columns).sum();
    writeln!(
        out,
        "{} with a payload, {}: {} written, {} to write, {} done before, {} not readable, {} differ from their rows",
        counted(report.runs.len() as u64, "run"),
        counted(sum, "column"),
        count(RunOutcome::Written),
        count(RunOutcome::WouldWrite),
        count(RunOutcome::DoneBefore),
        count(RunOutcome::Unreadable),
        report.differing().count(),
    )
}

fn word(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Written => "written",
        RunOutcome::WouldWrite => "would be written",
        RunOutcome::DoneBefore => "done before",
        RunOutcome::Unreadable => "not readable",
    }
}
