//! The document of a seeding: the rows of the catalogue as other programs keep them, and whether it can be merged as it is.
//!
//! As in the plan that the seeds follow, a connection without a project belongs to `default`, and one of which no group is said
//! has one of all its tables, `NAME-default`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use utoipa::ToSchema;

use super::configuration::Configuration;
use super::error::AppError;
use crate::domain::connection::{Connection, ConnectionKind};
use crate::domain::connection_draft::ConnectionDraft;
use crate::domain::seeding::{IS_ACTIVE, SeedEntry, SeedKind, SeedValue, SeedValues};
use crate::store::{Database, connections, seeding as store};

/// Longest id, name and text (characters).
const LONGEST_ID: usize = 200;
const LONGEST_TEXT: usize = 4_000;
/// Most parts of one document.
const MOST_PARTS: usize = 100_000;
/// The project of connections that name none.
const DEFAULT_PROJECT: (&str, &str) = ("default", "Default project");

/// Declares the parts of a document: the id, what it belongs to, texts that are merged, whether it can be switched off, other switches.
macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident { $id:ident, fixed: [$($fixed:ident),*], merged: [$($text:ident),*] $(, $active:ident)? $(; $($(#[$of_flag:meta])* $flag:ident),+)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Its id.
            #[schema(min_length = 1, max_length = 200)]
            pub $id: String,
            $(
                /// What it is or belongs to: counts while it is made. Where something else stands, the report names it.
                #[serde(default)]
                pub $fixed: Option<String>,
            )*
            $(
                /// Merged; left out it stays as it is.
                #[serde(default)]
                #[schema(max_length = 4_000)]
                pub $text: Option<String>,
            )*
            $(
                /// Whether it may be profiled.
                #[serde(default)]
                pub $active: Option<bool>,
            )?
            $($(
                $(#[$of_flag])*
                #[serde(default)]
                pub $flag: Option<bool>,
            )+)?
            /// Passed over: rows that were exported have it.
            #[serde(default)]
            pub created_at: Option<String>,
            /// Passed over: rows that were exported have it.
            #[serde(default)]
            pub updated_at: Option<String>,
        }

        impl $name {
            fn entry(&self) -> SeedEntry {
                let said = |pairs: Vec<(&str, &Option<String>)>| -> SeedValues {
                    let known = pairs.into_iter().filter_map(|(column, text)| Some((column.to_owned(), SeedValue::Text(text.clone()?))));
                    known.collect()
                };
                #[allow(unused_mut, reason = "not every part can be switched off")]
                let mut values = said(vec![$((stringify!($text), &self.$text)),*]);
                $(values.insert(stringify!($active).into(), SeedValue::Flag(self.$active.unwrap_or(true)));)?
                $($(if let Some(flag) = self.$flag {
                    values.insert(stringify!($flag).into(), SeedValue::Flag(flag));
                })+)?
                SeedEntry {
                    id: self.$id.clone(),
                    fixed: said(vec![$((stringify!($fixed), &self.$fixed)),*]),
                    values,
                }
            }
        }
    )*};
}

parts! {
    /// A project.
    SeedProjectPart { project_key, fixed: [], merged: [name, description, sql_flavor, workspace_id], is_active }
    /// A connection. A new one needs `kind` (`folder`, `sqlite`, `postgresql`) and `location` (a path, or an address without a password).
    SeedConnectionPart {
        connection_id, fixed: [kind, location],
        merged: [project_key, name, catalog, schema_name, http_path, managed_credentials_ref, system_id], is_active
    }
    /// A dataset.
    SeedDatasetPart { dataset_id, fixed: [project_key], merged: [name, description, product_team, application] }
    /// A table group.
    SeedGroupPart {
        table_group_id, fixed: [connection_id],
        merged: [name, description, profiling_include_mask, profiling_exclude_mask, profiling_job_id, dataset_id], is_active;
        /// Whether values of personal columns are masked before they are stored; left out it stays as it is.
        mask_before_storing
    }
    /// A table.
    SeedTablePart { table_id, fixed: [table_group_id, schema_name, table_name], merged: [source_table_id, data_definition], is_active }
}

/// A catalogue to seed.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeedDocument {
    /// Who seeds: only what the same source made is ever taken away again.
    #[schema(min_length = 1, max_length = 200)]
    pub source: String,
    /// Whether what the source made before and no longer says is taken away.
    #[serde(default)]
    pub prune: bool,
    /// Whether to say what would come of it and write nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Projects.
    #[serde(default)]
    pub projects: Vec<SeedProjectPart>,
    /// Connections.
    #[serde(default)]
    pub connections: Vec<SeedConnectionPart>,
    /// Datasets.
    #[serde(default)]
    pub datasets: Vec<SeedDatasetPart>,
    /// Table groups.
    #[serde(default)]
    pub table_groups: Vec<SeedGroupPart>,
    /// Tables.
    #[serde(default)]
    pub tables: Vec<SeedTablePart>,
}

/// A document that can be merged.
#[derive(Debug, Default)]
pub struct SeedPlan {
    entries: BTreeMap<SeedKind, Vec<SeedEntry>>,
    known: BTreeMap<String, Connection>,
    wrong: Vec<String>,
}

impl SeedPlan {
    /// The parts of one kind.
    pub fn of(&self, kind: SeedKind) -> &[SeedEntry] {
        self.entries.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Looks through a document; refuses it with everything that is wrong.
    pub async fn check(db: &Database, config: &Configuration, document: SeedDocument) -> Result<Self, AppError> {
        let known = connections::list_connections(db).await?;
        let mut plan = Self {
            known: known.into_iter().map(|known| (known.connection_id.0.clone(), known)).collect(),
            ..Self::default()
        };
        plan.check_text("source", &document.source, LONGEST_ID, true);
        plan.add(SeedKind::Project, document.projects.iter().map(SeedProjectPart::entry).collect());
        plan.add(
            SeedKind::Connection,
            document.connections.iter().map(SeedConnectionPart::entry).collect(),
        );
        plan.add(SeedKind::Dataset, document.datasets.iter().map(SeedDatasetPart::entry).collect());
        plan.add(
            SeedKind::TableGroup,
            document.table_groups.iter().map(SeedGroupPart::entry).collect(),
        );
        plan.add(SeedKind::Table, document.tables.iter().map(SeedTablePart::entry).collect());
        plan.add_usual();
        plan.check_connections(config);
        plan.check_parents(db).await?;
        if plan.entries.values().map(Vec::len).sum::<usize>() > MOST_PARTS {
            plan.wrong.push(format!("it has more than {MOST_PARTS} parts"));
        }
        if plan.wrong.is_empty() {
            return Ok(plan);
        }
        let more = plan.wrong.len().saturating_sub(10);
        plan.wrong.truncate(10);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        Err(AppError::refused(
            "The document cannot be seeded",
            format!("Nothing was written: {}{more}.", plan.wrong.join("; ")),
        ))
    }

    fn add(&mut self, kind: SeedKind, entries: Vec<SeedEntry>) {
        let mut told = BTreeSet::new();
        for entry in &entries {
            self.check_text(&format!("the id of a {kind}"), &entry.id, LONGEST_ID, true);
            if !told.insert(entry.id.clone()) {
                self.wrong.push(format!("{kind} {:?} is said twice", entry.id));
            }
            for (column, value) in entry.fixed.iter().chain(&entry.values) {
                self.check_text(&format!("{column} of {kind} {:?}", entry.id), value.text(), LONGEST_TEXT, false);
            }
        }
        self.entries.insert(kind, entries);
    }

    fn check_text(&mut self, what: &str, text: &str, longest: usize, is_id: bool) {
        let is_long = text.chars().count() > longest;
        let is_strange = is_id && (text.trim() != text || text.is_empty() || text.chars().any(char::is_control));
        if is_long || is_strange || text.contains('\0') {
            self.wrong
                .push(format!("{what} has 1 to {longest} characters, without blanks around them"));
        }
    }

    /// The usual project and the usual groups of connections that say none.
    fn add_usual(&mut self) {
        let (default, name) = DEFAULT_PROJECT;
        let mut groups = Vec::new();
        let said: BTreeSet<String> = self
            .of(SeedKind::TableGroup)
            .iter()
            .filter_map(|group| Some(group.fixed.get("connection_id")?.text().to_owned()))
            .collect();
        let mut needs_project = false;
        let known = &self.known;
        for connection in self.entries.entry(SeedKind::Connection).or_default() {
            if !connection.values.contains_key("project_key") {
                match known.get(&connection.id) {
                    // Said each time, so that pruning does not take it for one that is said no more.
                    Some(known) => needs_project |= known.project_key.as_str() == default,
                    None => {
                        connection.values.insert("project_key".into(), SeedValue::Text(default.into()));
                        needs_project = true;
                    }
                }
            }
            let id = match connection.id.strip_prefix("conn:") {
                Some(rest) => format!("group:{rest}"),
                None => format!("{}-all", connection.id),
            };
            let standing = known.get(&connection.id).map(|known| known.groups.as_slice()).unwrap_or_default();
            if said.contains(&connection.id) || standing.iter().any(|group| group.table_group_id.as_str() != id) {
                continue;
            }
            let name = connection.values.get("name").map_or(connection.id.as_str(), SeedValue::text);
            let text = |text: &str| SeedValue::Text(text.to_owned());
            groups.push(SeedEntry {
                id,
                fixed: BTreeMap::from([("connection_id".into(), text(&connection.id))]),
                values: BTreeMap::from([
                    ("name".into(), text(&format!("{name}-default"))),
                    (IS_ACTIVE.into(), SeedValue::Flag(true)),
                ]),
            });
        }
        self.entries.entry(SeedKind::TableGroup).or_default().extend(groups);
        let is_said = self.of(SeedKind::Project).iter().any(|project| project.id == default);
        if needs_project && !is_said {
            self.entries.entry(SeedKind::Project).or_default().push(SeedEntry {
                id: default.into(),
                fixed: BTreeMap::new(),
                values: BTreeMap::from([
                    ("name".into(), SeedValue::Text(name.into())),
                    (IS_ACTIVE.into(), SeedValue::Flag(true)),
                ]),
            });
        }
    }

    /// A new connection says what it reads, where Limn may read; nobody seeds a password.
    fn check_connections(&mut self, config: &Configuration) {
        let mut wrong = Vec::new();
        for connection in self.entries.entry(SeedKind::Connection).or_default() {
            if self.known.contains_key(&connection.id) {
                // Only compared with what stands: written in the same way.
                if let Some(location) = connection.fixed.get_mut("location") {
                    *location = SeedValue::Text(as_kept(location.text()));
                }
                continue;
            }
            let said = |column: &str| connection.fixed.get(column).map_or("", SeedValue::text);
            let location = said("location").to_owned();
            let reason = match ConnectionKind::from_word(said("kind")) {
                None => Some("needs a kind (folder, sqlite or postgresql) and a location".to_owned()),
                Some(ConnectionKind::Postgres) => {
                    let draft = ConnectionDraft::of_address(&location);
                    let is_ours = draft.postgres_address().is_ok_and(|address| address == location);
                    (!is_ours).then(|| "needs an address postgres://USER@HOST:PORT/DATABASE?sslmode=MODE, without a password".to_owned())
                }
                Some(kind) => match std::fs::canonicalize(&location) {
                    Ok(path) if Path::new(&location).is_absolute() && config.allows_source(source_folder(kind, &path)) => {
                        connection
                            .fixed
                            .insert("location".into(), SeedValue::Text(path.display().to_string()));
                        None
                    }
                    Ok(_) => Some("reads outside the folders that Limn may read (LIMN_SOURCE_ROOTS), or its path is not whole".to_owned()),
                    Err(error) => Some(format!("cannot be read: {error}")),
                },
            };
            if !connection.values.contains_key("name") {
                connection.values.insert("name".into(), SeedValue::Text(connection.id.clone()));
            }
            wrong.extend(reason.map(|reason| format!("connection {:?} {reason}", connection.id)));
        }
        self.wrong.extend(wrong);
    }

    /// Everything belongs to something that is said or stands.
    async fn check_parents(&mut self, db: &Database) -> Result<(), AppError> {
        for (kind, parent, column, key) in [
            (SeedKind::Connection, SeedKind::Project, "project_key", "project_key"),
            (SeedKind::Dataset, SeedKind::Project, "project_key", "project_key"),
            (SeedKind::TableGroup, SeedKind::Connection, "connection_id", "connection_id"),
            (SeedKind::TableGroup, SeedKind::Dataset, "dataset_id", "dataset_id"),
            (SeedKind::Table, SeedKind::TableGroup, "table_group_id", "table_group_id"),
        ] {
            let said: BTreeSet<String> = self.of(parent).iter().map(|entry| entry.id.clone()).collect();
            let mut looked: BTreeMap<String, bool> = BTreeMap::new();
            let mut wrong = Vec::new();
            for entry in self.of(kind) {
                let wanted = entry
                    .fixed
                    .get(column)
                    .or_else(|| entry.values.get(column))
                    .map_or("", SeedValue::text);
                if wanted.is_empty() {
                    let stands = column == "dataset_id" || store::find_column(db, kind, &entry.id, key_of(kind)).await?.is_some();
                    if !stands {
                        wrong.push(format!("{kind} {:?} needs {column}", entry.id));
                    }
                    continue;
                }
                if !said.contains(wanted) && !looked.contains_key(wanted) {
                    let found = store::find_column(db, parent, wanted, key).await?.is_some();
                    looked.insert(wanted.to_owned(), found);
                }
                if looked.get(wanted) == Some(&false) {
                    wrong.push(format!("{kind} {:?} belongs to {parent} {wanted:?}, which is not there", entry.id));
                }
                if kind == SeedKind::Table
                    && ["schema_name", "table_name"]
                        .iter()
                        .any(|name| entry.fixed.get(*name).is_none_or(|text| text.text().is_empty()))
                {
                    wrong.push(format!("table {:?} needs schema_name and table_name", entry.id));
                }
            }
            self.wrong.extend(wrong);
        }
        for table in self.entries.entry(SeedKind::Table).or_default() {
            // What it is will be known when Limn looks at it.
            table.fixed.insert("format".into(), SeedValue::Text("unknown".into()));
        }
        Ok(())
    }
}

/// The column that a kind is known by.
fn key_of(kind: SeedKind) -> &'static str {
    match kind {
        SeedKind::Project => "project_key",
        SeedKind::Connection => "connection_id",
        SeedKind::Dataset => "dataset_id",
        SeedKind::TableGroup => "table_group_id",
        SeedKind::Table => "table_id",
    }
}

/// A location as connections keep it, as far as it can be told.
fn as_kept(location: &str) -> String {
    if location.starts_with("postgres://") {
        return ConnectionDraft::of_address(location)
            .postgres_address()
            .unwrap_or_else(|_| location.to_owned());
    }
    std::fs::canonicalize(location).map_or_else(|_| location.to_owned(), |path| path.display().to_string())
}

/// The folder that has to be one of those that may be read.
fn source_folder(kind: ConnectionKind, path: &Path) -> &Path {
    match kind {
        ConnectionKind::Folder => path,
        _ => path.parent().unwrap_or(path),
    }
}
