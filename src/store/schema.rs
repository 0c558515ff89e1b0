//! How the schema stands: which versions were applied when, what is missing, what is stored where.

use chrono::{DateTime, Utc};

use super::backup::list_copies;
use super::catalogue::Catalogue;
use super::migrations::missing_names;
use super::registry::all_tables;
use super::scripts::SCRIPTS;
use super::{Database, StoreError, sql};

/// The schema of a control database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SchemaState {
    /// Every version that this Limn knows or that was applied.
    pub versions: Vec<SchemaVersion>,
    /// Tables, columns and indexes that should be there and are not.
    pub missing: Vec<String>,
    /// The tables that people with SQL may read.
    pub tables: Vec<SchemaTable>,
    /// Copies that were made before a change, newest first.
    pub backups: Vec<String>,
}

/// One version.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaVersion {
    /// Number.
    pub number: i64,
    /// What it does.
    pub title: String,
    /// When it was applied; nothing where it was not.
    pub applied_at: Option<DateTime<Utc>>,
    /// The version of Limn that applied it.
    pub applied_by: Option<String>,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaTable {
    /// Name.
    pub name: String,
    /// The columns of its key.
    pub key: String,
    /// Columns that it has.
    pub column_count: usize,
    /// Columns that it should have and has in another type.
    pub differing: Vec<String>,
}

impl SchemaState {
    /// Whether every version was applied and nothing is missing.
    pub fn is_current(&self) -> bool {
        self.missing.is_empty()
            && self
                .versions
                .iter()
                .all(|version| version.applied_at.is_some() && version.number <= newest_known())
    }
}

fn newest_known() -> i64 {
    super::scripts::latest_version()
}

/// Looks at the schema.
pub async fn inspect(db: &Database) -> Result<SchemaState, StoreError> {
    let kind = db.kind();
    let catalogue = Catalogue::of(db).await?;
    let mut versions: Vec<SchemaVersion> = Vec::new();
    if catalogue.has_table("schema_versions") {
        for row in sql("select number, title, applied_at, applied_by from schema_versions order by number")
            .fetch_all(db)
            .await?
        {
            versions.push(SchemaVersion {
                number: row.integer("number")?,
                title: row.text("title")?,
                applied_at: row.time_opt("applied_at")?,
                applied_by: row.text_opt("applied_by")?,
            });
        }
    }
    for script in SCRIPTS {
        if !versions.iter().any(|version| version.number == script.number) {
            versions.push(SchemaVersion {
                number: script.number,
                title: script.title.to_owned(),
                applied_at: None,
                applied_by: None,
            });
        }
    }
    let tables = all_tables().map(|table| {
        let found = catalogue.tables.get(table.name);
        SchemaTable {
            name: table.name.to_owned(),
            key: table.key.join(", "),
            column_count: found.map_or(0, |columns| columns.len()),
            differing: table
                .columns
                .iter()
                .filter(|column| {
                    // SQLite names no type for a column that a view computes.
                    !catalogue.views.contains(table.name)
                        && found
                            .and_then(|columns| columns.get(column.name))
                            .is_some_and(|stands| !stands.has_type_of(column, kind))
                })
                .map(|column| column.name.to_owned())
                .collect(),
        }
    });
    Ok(SchemaState {
        versions,
        missing: missing_names(&catalogue, kind),
        tables: tables.collect(),
        backups: db
            .file()
            .and_then(|file| file.parent())
            .map(|folder| list_copies(&folder.join("backups")))
            .unwrap_or_default()
            .iter()
            .map(|copy| copy.display().to_string())
            .collect(),
    })
}
