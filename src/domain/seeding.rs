//! A catalogue that another program seeds: what it says of each part, and what came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::profile_run::words;

words! {
    /// What can be seeded, from the top.
    #[derive(PartialOrd, Ord)]
    pub enum SeedKind {
        /// A project.
        Project = "project",
        /// A connection.
        Connection = "connection",
        /// A dataset.
        Dataset = "dataset",
        /// A table group.
        TableGroup = "table_group",
        /// A table.
        Table = "table",
    }
}

/// The column that says whether a part may be profiled: it may until somebody says otherwise.
pub const IS_ACTIVE: &str = "is_active";

/// One value that is seeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SeedValue {
    /// A flag.
    Flag(bool),
    /// A text.
    Text(String),
}

impl SeedValue {
    /// As text.
    pub fn text(&self) -> &str {
        match self {
            Self::Flag(true) => "true",
            Self::Flag(false) => "false",
            Self::Text(text) => text,
        }
    }

    /// What stands, as text, where nobody has said anything of the column that this value is for. Whether a part is active is always somebody's word.
    pub fn unsaid(&self, column: &str) -> &'static str {
        match self {
            Self::Flag(_) if column != IS_ACTIVE => "false",
            _ => "",
        }
    }
}

/// Values by column.
pub type SeedValues = BTreeMap<String, SeedValue>;

/// One part of the catalogue as a program says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedEntry {
    /// Its id.
    pub id: String,
    /// What it belongs to and what it is: counts only while it is made.
    pub fixed: SeedValues,
    /// What is merged.
    pub values: SeedValues,
}

words! {
    /// What came of one part.
    #[derive(PartialOrd, Ord)]
    pub enum SeedOutcome {
        /// It was made.
        Created = "created",
        /// Some of its values changed.
        Changed = "changed",
        /// It stood so already.
        Unchanged = "unchanged",
        /// A person removed it since: it stays removed, and so does what belongs to it.
        RemovedByPerson = "removed_by_person",
        /// The program no longer says it, and it went.
        Removed = "removed",
        /// The program no longer says it, but something depends on it: it was switched off, or marked as no longer there.
        SwitchedOff = "switched_off",
        /// The program no longer says it, but a person has set something of it: it stays.
        Kept = "kept",
    }
}

/// What came of one part, with the columns that a person has set and that stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SeedLine {
    /// What it is.
    pub kind: SeedKind,
    /// Its id.
    pub id: String,
    /// What came of it.
    pub outcome: SeedOutcome,
    /// Columns that were written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<String>,
    /// Columns that a person has set and that stay as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// Columns that count only while the part is made (what a connection reads, what a part belongs to), and in which the program
    /// says something else now: they stay as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<String>,
}
