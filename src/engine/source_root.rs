//! Where tables are read from: a folder of files, a SQLite file, or a PostgreSQL database.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::secret::{Secret, in_the_open};
use crate::domain::table_profile::WriteMark;

/// Where tables are read from. It travels on the worker's stdin only, for it may carry a password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceRoot {
    /// A folder beneath which every file lies.
    Folder(PathBuf),
    /// A SQLite file, by its canonical path.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(PostgresTarget),
}

/// A PostgreSQL database and who signs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostgresTarget {
    /// `postgres://user@host:port/database?sslmode=...`; a password in it counts where `password` is absent.
    pub url: String,
    /// The password, apart from the address that is stored and shown.
    #[serde(with = "in_the_open", default)]
    pub password: Option<Secret>,
    /// A snapshot that another transaction exported and holds: all tables of a run are read as of it.
    #[serde(default)]
    pub snapshot: Option<String>,
    /// What the server had counted of each table, by schema and name, when that snapshot was taken.
    #[serde(skip)]
    pub writes: HashMap<(String, String), WriteMark>,
}

impl SourceRoot {
    /// The folder, where files lie beneath one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Sqlite(_) | Self::Postgres(_) => None,
        }
    }
}

impl PostgresTarget {
    /// A target without a snapshot of somebody else's.
    pub fn new(url: impl Into<String>, password: Option<Secret>) -> Self {
        Self {
            url: url.into(),
            password,
            snapshot: None,
            writes: HashMap::new(),
        }
    }
}

impl From<&Path> for SourceRoot {
    fn from(folder: &Path) -> Self {
        Self::Folder(folder.to_owned())
    }
}

impl From<PathBuf> for SourceRoot {
    fn from(folder: PathBuf) -> Self {
        Self::Folder(folder)
    }
}

impl From<&PathBuf> for SourceRoot {
    fn from(folder: &PathBuf) -> Self {
        Self::Folder(folder.clone())
    }
}

impl From<&SourceRoot> for SourceRoot {
    fn from(root: &SourceRoot) -> Self {
        root.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_comes_back_from_its_line_with_its_password_but_does_not_show_it() {
        let root = SourceRoot::Postgres(PostgresTarget::new("postgres://ada@db/shop", Secret::new("hunter2")));
        let line = serde_json::to_string(&root).unwrap();
        assert_eq!(serde_json::from_str::<SourceRoot>(&line).unwrap(), root);
        assert!(!format!("{root:?}").contains("hunter2"));
        let folder = SourceRoot::from(Path::new("/data"));
        assert_eq!(serde_json::to_string(&folder).unwrap(), r#"{"folder":"/data"}"#);
    }
}
