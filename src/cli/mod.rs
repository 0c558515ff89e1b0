//! The commands: `limn serve | profile | rows | demo | user | backfill | seed | migrate`, and the hidden `profile-worker` that runs the engine.
//!
//! Results go to stdout, progress and log to stderr. Exit codes: 0 fine, 1 error, 2 usage, 3 some tables failed.

pub mod backfill;
pub mod demo;
pub mod migrate;
pub mod print;
pub mod profile;
pub mod rows;
pub mod seed;
pub mod serve;
pub mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::engine::rows::{LookPlan, look_at_rows};
use crate::engine::{EngineError, Unobserved};

/// Everything went well.
pub const FINE: u8 = 0;
/// It could not be done.
pub const ERROR: u8 = 1;
/// The command was not understood.
pub const USAGE: u8 = 2;
/// Memory of the process that looks through a folder.
const FINDING_MEMORY_BYTES: u64 = 256 << 20;

/// Some tables failed; the others are printed.
pub const SOME_TABLES_FAILED: u8 = 3;

/// Limn draws the profile of every table: what is in each column, how much of it, and in which shape.
#[derive(Debug, Parser)]
#[command(
    name = "limn",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 fine, 1 error, 2 usage, 3 some tables failed (the others are printed)."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the console and print its address
    Serve(serve::ServeArgs),
    /// Profile files or folders and print what is in them
    Profile(profile::ProfileArgs),
    /// Print the rows behind a figure of a column
    Rows(rows::RowsArgs),
    /// Write the sample data: a small retail group with planted faults
    Demo(demo::DemoArgs),
    /// People: list, create, one-time links
    User(user::UserArgs),
    /// Write the payloads of old runs into the tables
    Backfill(backfill::BackfillArgs),
    /// Merge a catalogue of projects, connections, groups and tables from a JSON document
    Seed(seed::SeedArgs),
    /// Bring the schema of the control database up to date and say how it stands
    Migrate(migrate::MigrateArgs),
    /// Read a plan on stdin, profile, report on stdout
    #[command(hide = true)]
    ProfileWorker,
    /// Read a source on stdin, test it, print what was found as JSON
    #[command(hide = true)]
    FindTables,
    /// Read a plan on stdin, look for rows, print them as JSON
    #[command(hide = true)]
    FindRows,
}

/// Reads `.env` beside the start, then the command line, and runs the command.
pub fn run() -> ExitCode {
    let cli = {
        let arguments: Vec<_> = std::env::args_os().collect();
        if arguments.get(1).is_some_and(|command| command == "profile-worker") {
            return worker();
        }
        // Only the file beside the start, never one of a folder above.
        if let Err(error) = dotenvy::from_path(".env")
            && !error.not_found()
        {
            eprintln!("limn: the file .env cannot be read: {error}");
            return ExitCode::from(ERROR);
        }
        Cli::parse_from(arguments)
    };
    let outcome = match cli.command {
        Command::Serve(args) => serve::run(args),
        Command::Profile(args) => profile::run(args),
        Command::Rows(args) => rows::run(args),
        Command::Demo(args) => demo::run(args),
        Command::User(args) => user::run(args),
        Command::Backfill(args) => backfill::run(args),
        Command::Seed(args) => seed::run(args),
        Command::Migrate(args) => migrate::run(args),
        Command::ProfileWorker => return worker(),
        Command::FindTables => find_tables(),
        Command::FindRows => return find_rows(),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            eprintln!("limn: {message}");
            ExitCode::from(ERROR)
        }
    }
}

/// The child process that tests a source: heads of hostile files and answers of servers are read here, not in the server.
fn find_tables() -> Outcome {
    crate::engine::guard_process(FINDING_MEMORY_BYTES).map_err(|error| error.to_string())?;
    let root: crate::engine::SourceRoot =
        serde_json::from_reader(std::io::stdin().lock()).map_err(|_| "the source on stdin is not readable".to_owned())?;
    let check = crate::engine::check_source(&root).map_err(|error| format!("{error}. {}", error.remedy()))?;
    serde_json::to_writer(std::io::stdout().lock(), &check).map_err(|error| error.to_string())?;
    Ok(FINE)
}

/// The child process that looks for rows: one line with a plan comes in, and the rows go out.
fn find_rows() -> ExitCode {
    let look = || -> Result<(), EngineError> {
        let failed = |reason: String| EngineError::Protocol { reason };
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map_err(|error| failed(error.to_string()))?;
        let plan: LookPlan = serde_json::from_str(&line).map_err(|error| failed(error.to_string()))?;
        crate::engine::guard_process(plan.options.memory_bytes)?;
        let looked = look_at_rows(&plan, &Unobserved)?;
        serde_json::to_writer(std::io::stdout().lock(), &looked).map_err(|error| failed(error.to_string()))
    };
    ended(look())
}

/// The engine's child process.
fn worker() -> ExitCode {
    ended(crate::engine::run_worker(
        std::io::BufReader::new(std::io::stdin()),
        std::io::stdout(),
    ))
}

/// How a child process of the engine ends.
fn ended(outcome: Result<(), EngineError>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::from(FINE),
        Err(error) => {
            // Two lines, which the parent reads: why, and what to do.
            eprintln!("{error}\n{}", error.remedy());
            ExitCode::from(ERROR)
        }
    }
}

/// A sentence for the person at the terminal.
type Outcome = Result<u8, String>;
