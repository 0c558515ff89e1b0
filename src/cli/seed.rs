//! `limn seed`: merges a catalogue from a JSON document. The same twice is once; what people have set since stays.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;

use super::profile::OutputFormat;
use super::serve::{StoreArgs, canonical_roots};
use super::{FINE, Outcome};
use crate::domain::audit::Actor;
use crate::services::configuration::Configuration;
use crate::services::seed_document::SeedDocument;
use crate::services::seeding::{self, SeedReport};
use crate::startup;

/// The document is the body of `POST /api/catalogue/seed`.
#[derive(Args, Debug)]
pub struct SeedArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// JSON document; - reads it from stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Take away what the same source made before and no longer says
    #[arg(long)]
    prune: bool,
    /// Say what would come of it, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Folders that seeded connections may read, separated by colons [default: any]
    #[arg(long, env = "LIMN_SOURCE_ROOTS", value_name = "FOLDERS", value_delimiter = ':')]
    source_roots: Vec<PathBuf>,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    format: OutputFormat,
}

/// Runs the command: 0 fine, 1 nothing was seeded.
pub fn run(args: SeedArgs) -> Outcome {
    startup::start_log("error")?;
    let report = startup::block_on(execute(&args))??;
    print(&report, args.format).map_err(|error| format!("the report cannot be printed: {error}"))?;
    Ok(FINE)
}

async fn execute(args: &SeedArgs) -> Result<SeedReport, String> {
    let mut text = String::new();
    let read = if args.file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(&args.file).map(|read| text = read)
    };
    read.map_err(|error| format!("{} cannot be read: {error}", args.file.display()))?;
    let mut document: SeedDocument = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", args.file.display()))?;
    document.prune |= args.prune;
    document.dry_run |= args.dry_run;
    let data_dir = args.store.data_dir()?;
    let url = args.store.database_url(&data_dir);
    let db = startup::open_database(&url).await?;
    let config = Configuration::of_command(data_dir, url, canonical_roots(&args.source_roots)?);
    seeding::seed(&db, &config, &Actor::limn(), document)
        .await
        .map_err(|error| error.line())
}

fn print(report: &SeedReport, format: OutputFormat) -> Result<(), Box<dyn std::error::Error>> {
    match format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(report)?),
        OutputFormat::Csv => {
            let mut lines = csv::Writer::from_writer(std::io::stdout());
            lines.write_record(["kind", "id", "outcome", "written", "kept", "passed_over"])?;
            for line in &report.parts {
                let told = [&line.written, &line.kept, &line.passed_over].map(|columns| columns.join(" "));
                let [written, kept, passed_over] = &told;
                lines.write_record([line.kind.word(), &line.id, line.outcome.word(), written, kept, passed_over])?;
            }
            lines.flush()?;
        }
        OutputFormat::Table => {
            for line in &report.parts {
                let told = |what: &str, columns: &[String]| {
                    if columns.is_empty() {
                        String::new()
                    } else {
                        format!("  {what} {}", columns.join(", "))
                    }
                };
                let (written, kept) = (told("wrote", &line.written), told("kept", &line.kept));
                let passed_over = told("passed over", &line.passed_over);
                println!(
                    "{:<17} {:<11} {}{written}{kept}{passed_over}",
                    line.outcome.word(),
                    line.kind.word(),
                    line.id
                );
            }
            let counts: Vec<String> = report.counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
            let dry = if report.dry_run { "; nothing was written" } else { "" };
            println!("{}{dry}", counts.join(", "));
        }
    }
    Ok(())
}
