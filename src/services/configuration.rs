//! What an administrator sets from outside: one struct, filled by `limn serve` from flags and environment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Everything the server needs to know.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Holds the control database, the sample data and later the keys.
    pub data_dir: PathBuf,
    /// `sqlite:` or `postgres:` URL of the control database.
    pub database_url: String,
    /// How people reach the server, without a trailing slash.
    pub public_url: String,
    /// Folders that connections may read; empty means any folder, which is allowed only while listening on loopback.
    pub source_roots: Vec<PathBuf>,
    /// Keys for stored passwords; nothing means `secret.key` in the data folder.
    pub secret_key_file: Option<PathBuf>,
    /// The embedded engine.
    pub engine: EngineSettings,
    /// How often programs may ask.
    pub api: ApiLimits,
}

/// Limits of the API; 0 is none.
#[derive(Clone, Copy, Debug)]
pub struct ApiLimits {
    /// Requests a minute of each token or person.
    pub requests_a_minute: u32,
    /// Tokens that do not work, a minute from each address.
    pub failures_a_minute: u32,
}

impl ApiLimits {
    /// No limits: for commands and for tests of something else.
    pub const NONE: Self = Self {
        requests_a_minute: 0,
        failures_a_minute: 0,
    };
}

/// Limits of the embedded engine.
#[derive(Clone, Copy, Debug)]
pub struct EngineSettings {
    /// Threads of one run.
    pub threads: usize,
    /// Memory budget of one run in bytes; its child process may use this and 1 GiB of address space.
    pub memory_bytes: u64,
    /// Runs at the same time.
    pub concurrent_runs: usize,
    /// Longest run in milliseconds.
    pub deadline_ms: u64,
    /// Seconds that a worker may hold a run without renewing its lease.
    pub lease_s: u64,
}

impl Configuration {
    /// What a command that serves nothing and profiles nothing works with.
    pub fn of_command(data_dir: PathBuf, database_url: String, source_roots: Vec<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data_dir,
            database_url,
            public_url: String::new(),
            source_roots,
            secret_key_file: None,
            engine: EngineSettings {
                threads: 1,
                memory_bytes: 64 << 20,
                concurrent_runs: 1,
                deadline_ms: 60_000,
                lease_s: 30,
            },
            api: ApiLimits::NONE,
        }
    }

    /// Whether cookies and links are for https.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Whether a canonical folder may be read by a connection.
    pub fn allows_source(&self, folder: &Path) -> bool {
        if folder.starts_with(self.sample_folder()) {
            return true;
        }
        if self.source_roots.is_empty() {
            return self.listen.ip().is_loopback();
        }
        self.source_roots.iter().any(|root| folder.starts_with(root))
    }

    /// Where the sample data lie.
    pub fn sample_folder(&self) -> PathBuf {
        self.data_dir.join("sample")
    }
}
