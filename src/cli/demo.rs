//! `limn demo DIR`: the sample data as files.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use super::Outcome;
use crate::demo;
use crate::services::sample_data::SAMPLE_SEED;

/// Writes the same rows for the same seed and date, on every machine.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// Folder to write to; made where it is missing, refused where it holds anything else
    dir: PathBuf,
    /// The day that "today" is in the data [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<NaiveDate>,
    /// Seed of the random numbers
    #[arg(long, default_value_t = SAMPLE_SEED, value_name = "N")]
    seed: u64,
}

/// Writes and says what was written.
pub fn run(args: DemoArgs) -> Outcome {
    let as_of = args.as_of.unwrap_or_else(|| chrono::Utc::now().date_naive());
    let report = demo::write(&args.dir, as_of, args.seed).map_err(|error| error.to_string())?;
    for table in &report.tables {
        println!("{:<14} {:>9} rows {:>3} columns", table.name, table.rows, table.columns);
    }
    Ok(super::FINE)
}
