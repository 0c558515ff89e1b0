//! A connection says where tables live and how they are read; a table group says which of them are profiled together.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::address::qualified_name;
use super::identifier::{ConnectionId, ProjectKey, TableGroupId};
use super::profile_run::words;
use super::table_scope::TableScope;

words! {
    /// What a connection reads.
    pub enum ConnectionKind {
        /// A folder of files on the server.
        Folder = "folder",
        /// Tables of a PostgreSQL database.
        Postgres = "postgresql",
        /// Tables of a SQLite file on the server.
        Sqlite = "sqlite",
    }
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Immutable slug.
    pub connection_id: ConnectionId,
    /// Project it belongs to.
    pub project_key: ProjectKey,
    /// The project's name.
    pub project_name: String,
    /// An inactive project refuses profiling through all its connections.
    pub is_project_active: bool,
    /// Name, may change.
    pub name: String,
    /// Kind.
    pub kind: ConnectionKind,
    /// For a folder or a SQLite file: its canonical path on the server; for PostgreSQL: its address, without a password.
    pub location: String,
    /// An inactive connection refuses profiling.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Its groups.
    pub groups: Vec<TableGroup>,
}

impl Connection {
    /// Why nothing may be profiled through it, and who can change that; nothing where it may.
    pub fn refusal(&self) -> Option<(String, &'static str)> {
        if !self.is_active {
            let who = "An administrator can switch it on again under Settings, Connections.";
            return Some((format!("The connection {} is switched off", self.name), who));
        }
        let who = "An administrator can switch it on again under Settings, Projects.";
        (!self.is_project_active).then(|| (format!("The project {} is switched off", self.project_name), who))
    }
}

/// Tables of one connection profiled together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableGroup {
    /// Id.
    pub table_group_id: TableGroupId,
    /// Connection.
    pub connection_id: ConnectionId,
    /// Name.
    pub name: String,
    /// In words.
    pub description: String,
    /// Names or wildcards, comma separated; empty means all.
    pub include_mask: String,
    /// Names or wildcards to leave out.
    pub exclude_mask: String,
    /// Tables found by the last discovery.
    pub table_count: u64,
    /// An inactive group refuses profiling.
    pub is_active: bool,
    /// Whether values of personal columns are masked before they are stored.
    pub mask_before_storing: bool,
}

impl TableGroup {
    /// Why it may not be profiled, and who can change that; nothing where it may.
    pub fn refusal(&self) -> Option<(String, &'static str)> {
        let who = "An administrator can switch it on again on the page of the group.";
        (!self.is_active).then(|| (format!("The group {} is switched off", self.name), who))
    }
}

/// A group's name behind its connection's; said once where both are the same, as for the group that a connection begins with.
pub fn group_label(connection_name: &str, group_name: &str) -> String {
    if connection_name == group_name {
        group_name.to_owned()
    } else {
        format!("{connection_name}, {group_name}")
    }
}

/// What a test of a connection found, step by step; it stops at the first failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionCheck {
    /// In order.
    pub steps: Vec<CheckStep>,
    /// Tables found when all steps passed.
    pub tables: Vec<FoundTable>,
}

impl ConnectionCheck {
    /// A test that could not begin.
    pub fn refused(name: String, message: String) -> Self {
        let step = CheckStep {
            name,
            passed: false,
            message,
        };
        Self {
            steps: vec![step],
            tables: Vec::new(),
        }
    }

    /// Whether every step passed.
    pub fn passed(&self) -> bool {
        self.steps.iter().all(|step| step.passed)
    }
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckStep {
    /// What was tried: `Folder exists`.
    pub name: String,
    /// Whether it worked.
    pub passed: bool,
    /// What was found, or what to do.
    pub message: String,
}

impl FoundTable {
    /// `schema.table`, or the table alone in the root.
    pub fn qualified_name(&self) -> String {
        qualified_name(&self.schema_name, &self.table_name)
    }
}

/// A table that discovery found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundTable {
    /// Folder relative to the root, `-` for the root; for a database: its schema.
    pub schema_name: String,
    /// File stem, folder name, or full file name where two stems collide.
    pub table_name: String,
    /// `parquet`, `csv`, `jsonl`, `arrow`, `postgres`, `sqlite`.
    pub format: String,
    /// Files, relative to the root, sorted; none for a table of a database.
    pub files: Vec<String>,
    /// Bytes of all files.
    pub bytes: u64,
    /// How much of it a person wants profiled; discovery knows nothing of it.
    #[serde(default, skip_serializing_if = "TableScope::is_whole")]
    pub scope: TableScope,
}
