//! `limn serve`: flags over environment over defaults.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use crate::services::configuration::{ApiLimits, Configuration, EngineSettings};
use crate::startup;

/// Longest run.
const DEADLINE_MS: u64 = 30 * 60 * 1_000;
/// Seconds that a worker may hold a run without a sign of life.
const LEASE_S: u64 = 30;

/// Where to listen, where to keep things, and how much the engine may use.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Address and port to listen on
    #[arg(long, env = "LIMN_LISTEN", default_value = "127.0.0.1:8750", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    #[command(flatten)]
    store: StoreArgs,
    /// How people reach this server, when that is not the address it listens on
    #[arg(long, env = "LIMN_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Folders that connections may read, separated by colons; any folder while listening on loopback only
    #[arg(long, env = "LIMN_SOURCE_ROOTS", value_name = "FOLDERS", value_delimiter = ':')]
    source_roots: Vec<PathBuf>,
    /// Keys for stored passwords, one a line [default: secret.key in the data folder, made when missing]
    #[arg(long, env = "LIMN_SECRET_KEY_FILE", value_name = "FILE")]
    secret_key_file: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArgs,
    /// Runs at the same time
    #[arg(long, env = "LIMN_ENGINE_RUNS", default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    engine_runs: u16,
    /// Requests to the API that each token or person may make in a minute; 0 is no limit
    #[arg(long, env = "LIMN_API_RATE", default_value_t = 1_200, value_name = "N")]
    api_rate: u32,
    /// Tokens that do not work which one address may try in a minute; 0 is no limit
    #[arg(long, env = "LIMN_API_FAILURES", default_value_t = 60, value_name = "N")]
    api_failures: u32,
    /// What is logged: error, warn, info, debug or trace; RUST_LOG says it finer
    #[arg(long, env = "LIMN_LOG", default_value = "info", value_name = "LEVEL")]
    log: String,
    #[command(flatten)]
    seed: SeedArgs,
}

/// Names under which S4 knows the same settings.
#[derive(Args, Debug)]
struct SeedArgs {
    /// Accepted for LIMN_DATABASE_URL
    #[arg(long, env = "PROFILEMESH_DB_URL", hide = true)]
    profilemesh_db_url: Option<String>,
}

/// Where the control database is.
#[derive(Args, Clone, Debug)]
pub struct StoreArgs {
    /// Folder for the control database and the sample data [default: the data folder of the user]
    #[arg(long, env = "LIMN_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// Control database: sqlite:FILE or postgres://... [default: limn.db in the data folder]
    #[arg(long, env = "LIMN_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

/// What the embedded engine may use.
#[derive(Args, Clone, Debug)]
pub struct EngineArgs {
    /// Threads of one run [default: the cores of this machine]
    #[arg(long = "threads", env = "LIMN_ENGINE_THREADS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub threads: Option<u16>,
    /// Memory of one run in MiB
    #[arg(long = "memory", env = "LIMN_ENGINE_MEMORY", default_value_t = 512, value_name = "MIB", value_parser = clap::value_parser!(u64).range(64..=1_048_576))]
    pub memory_mib: u64,
}

impl StoreArgs {
    /// The data folder, made where it is missing, readable by its owner only.
    pub fn data_dir(&self) -> Result<PathBuf, String> {
        let folder = match &self.data_dir {
            Some(folder) => folder.clone(),
            None => default_data_dir().ok_or("no home folder is known; set LIMN_DATA_DIR to a folder that this user may write")?,
        };
        let make = || -> std::io::Result<PathBuf> {
            use std::os::unix::fs::DirBuilderExt;
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            std::fs::canonicalize(&folder)
        };
        make().map_err(|error| {
            format!(
                "the data folder {} cannot be used: {error}; set LIMN_DATA_DIR to a folder that this user may write",
                folder.display()
            )
        })
    }

    /// The control database's URL.
    pub fn database_url(&self, data_dir: &std::path::Path) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("limn.db").display()))
    }
}

impl EngineArgs {
    /// Threads, given or found.
    pub fn threads(&self) -> usize {
        self.threads
            .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }

    /// Bytes of the budget.
    pub fn memory_bytes(&self) -> u64 {
        self.memory_mib << 20
    }
}

/// As the desktop standard says: `$XDG_DATA_HOME/limn` or `~/.local/share/limn`.
fn default_data_dir() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    from("XDG_DATA_HOME")
        .or_else(|| from("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("limn"))
}

/// The folders that connections may read, as the file system names them.
pub fn canonical_roots(roots: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    roots
        .iter()
        .filter(|root| !root.as_os_str().is_empty())
        .map(|root| {
            std::fs::canonicalize(root)
                .map_err(|error| format!("LIMN_SOURCE_ROOTS names {}, which cannot be read: {error}", root.display()))
        })
        .collect()
}

/// Starts the server and stays until it is told to stop.
pub fn run(mut args: ServeArgs) -> Outcome {
    startup::start_log(&args.log)?;
    if args.store.database_url.is_none() {
        args.store.database_url = args.seed.profilemesh_db_url.take();
    }
    let data_dir = args.store.data_dir()?;
    let source_roots = canonical_roots(&args.source_roots)?;
    let config = Configuration {
        listen: args.listen,
        database_url: args.store.database_url(&data_dir),
        data_dir,
        public_url: args.public_url.map(|url| url.trim_end_matches('/').to_owned()).unwrap_or_default(),
        source_roots,
        secret_key_file: args.secret_key_file,
        engine: EngineSettings {
            threads: args.engine.threads(),
            memory_bytes: args.engine.memory_bytes(),
            concurrent_runs: usize::from(args.engine_runs),
            deadline_ms: DEADLINE_MS,
            lease_s: LEASE_S,
        },
        api: ApiLimits {
            requests_a_minute: args.api_rate,
            failures_a_minute: args.api_failures,
        },
    };
    startup::block_on(startup::serve(config))??;
    Ok(super::FINE)
}
