//! `limn migrate`: the schema, without starting a server.

use clap::Args;

use super::Outcome;
use super::serve::StoreArgs;
use crate::startup;
use crate::store::{Database, schema, sqlite_file};

/// Works on the control database directly. A SQLite file is copied before it changes.
#[derive(Args, Debug)]
pub struct MigrateArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Change nothing, only say how the schema stands
    #[arg(long)]
    check: bool,
}

/// Brings the schema up to date, or says how it stands. A schema that is behind, or newer, is an error of `--check`.
pub fn run(args: MigrateArgs) -> Outcome {
    startup::start_log("info")?;
    startup::block_on(async move {
        let data_dir = args.store.data_dir()?;
        let url = args.store.database_url(&data_dir);
        let db = if args.check {
            open_as_it_is(&url).await?
        } else {
            startup::open_database(&url).await?
        };
        let state = schema::inspect(&db).await.map_err(|error| error.to_string())?;
        for version in &state.versions {
            let applied = version.applied_at.map_or_else(|| "not applied".to_owned(), |at| at.to_rfc3339());
            println!("{}\t{}\t{applied}", version.number, version.title);
        }
        for missing in &state.missing {
            println!("missing\t{missing}");
        }
        Ok(if state.is_current() { super::FINE } else { super::ERROR })
    })?
}

/// Opens what is there. A file is not made: that would be a change.
async fn open_as_it_is(url: &str) -> Result<Database, String> {
    if let Some(file) = sqlite_file(url)
        && !file.exists()
    {
        return Err(format!("there is no database at {}; `limn migrate` makes it", file.display()));
    }
    let db = Database::connect(url).await.map_err(|error| error.to_string())?;
    db.refuse_newer().await.map_err(|error| error.to_string())?;
    Ok(db)
}
