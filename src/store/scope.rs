//! The rows that somebody may see, enforced in the statement itself: every read of a handle that is limited to a scope begins
//! with `with TABLE as (the rows of TABLE inside the scope), ...`, and these names stand before the tables of the same name.
//!
//! So no query can forget the scope: pages, API, counts and exports are written once and read whatever their handle lets
//! through. The handle without a scope (the worker, the command line, somebody who sees everything) sends the plain text.

use super::{DatabaseKind, list_of};
use crate::domain::scope::Scope;

/// How the rows of a table belong to groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belonging {
    /// Everybody may read it.
    Nobodys,
    /// A project: seen where it is named, or a group below it.
    Project,
    /// A connection: the same.
    Connection,
    /// A dataset: seen where its project is named, or one of its groups.
    Dataset,
    /// Rows name their group.
    Group,
    /// Rows name their table.
    Table,
    /// Rows name their run.
    Run,
    /// Nothing reads it yet on behalf of a person: nobody who is limited sees a row.
    Unread,
}

/// Every table with figures or names of the catalogue. A test holds it complete.
const TABLES: &[(&str, Belonging)] = &[
    ("dq_settings", Belonging::Nobodys),
    ("dq_profile_anomaly_types", Belonging::Nobodys),
    ("dq_projects", Belonging::Project),
    ("dq_datasets", Belonging::Dataset),
    ("dq_connections", Belonging::Connection),
    ("dq_table_groups", Belonging::Group),
    ("dq_tables", Belonging::Group),
    ("dq_profiles", Belonging::Group),
    ("dq_tests", Belonging::Group),
    ("dq_data_table_chars", Belonging::Table),
    ("dq_data_column_chars", Belonging::Table),
    ("dq_profile_partition_states", Belonging::Table),
    ("dq_profile_results", Belonging::Run),
    ("dq_profile_columns", Belonging::Run),
    ("dq_profile_column_values", Belonging::Run),
    ("written_column_values", Belonging::Run),
    ("written_results", Belonging::Run),
    ("written_columns", Belonging::Run),
    // Its rows and their contents are reached through it only.
    ("result_sets", Belonging::Run),
    ("dq_profile_anomaly_results", Belonging::Run),
    ("dq_profile_anomalies", Belonging::Run),
    ("written_anomalies", Belonging::Run),
    ("dq_profile_operations", Belonging::Run),
    ("row_looks", Belonging::Table),
    ("run_tables", Belonging::Run),
    ("run_log", Belonging::Run),
    ("backfill_ledger", Belonging::Run),
    ("dq_test_suites", Belonging::Unread),
    ("dq_test_runs", Belonging::Unread),
    ("dq_test_results", Belonging::Unread),
    ("dq_alerts", Belonging::Group),
];

/// Whether a table is one of those that are limited or named as everybody's.
#[cfg(test)]
pub(crate) fn is_known(table: &str) -> bool {
    TABLES.iter().any(|(known, _)| *known == table)
}

/// A statement that reads only inside a scope, with the two lists that it needs bound as `$next` and `$next + 1`.
pub(super) struct Narrowed {
    /// The text.
    pub text: String,
    /// Projects and groups, as `{list}` takes them; nothing where no table of the catalogue is read.
    pub lists: Vec<String>,
}

/// Limits a statement to a scope; `values` is how many it binds already.
pub(super) fn narrow(text: &str, scope: &Scope, kind: DatabaseKind, values: usize) -> Narrowed {
    let plain = || Narrowed {
        text: text.to_owned(),
        lists: Vec::new(),
    };
    let Scope::Only { projects, groups } = scope else { return plain() };
    let words: Vec<&str> = text.split(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').collect();
    let marks = Marks::new(kind, values);
    let views: Vec<String> = TABLES
        .iter()
        .filter(|(table, _)| words.contains(table))
        .filter_map(|(table, belonging)| {
            let rows = marks.rows_of(*belonging)?;
            Some(format!(
                "{table} as not materialized (select * from {} s where {rows})",
                marks.base(table)
            ))
        })
        .collect();
    if views.is_empty() {
        return plain();
    }
    let views = views.join(", ");
    let text = text.trim_start();
    // Both lists are always read once, because PostgreSQL wants to know the type of whatever is bound.
    let lists = format!(
        "in_scope_lists as (select 1 as one where '' in {} or '' in {})",
        marks.projects, marks.groups
    );
    let text = match text.strip_prefix("with ") {
        Some(rest) => format!("with {lists}, {views}, {rest}"),
        None => format!("with {lists}, {views} {text}"),
    };
    Narrowed {
        text,
        lists: vec![
            list_of(projects.iter().map(|key| key.as_str())),
            list_of(groups.iter().map(|id| id.as_str())),
        ],
    }
}

/// The table itself, whatever stands before its name.
pub(super) fn base_table(kind: DatabaseKind, table: &str) -> String {
    match kind {
        DatabaseKind::Sqlite => format!("main.{table}"),
        DatabaseKind::Postgres if table.starts_with("dq_") || table == "run_tables" => format!("dq_metadata.{table}"),
        DatabaseKind::Postgres => format!("limn.{table}"),
    }
}

/// The names that a narrowed statement is written with.
pub(super) struct Marks {
    kind: DatabaseKind,
    projects: String,
    groups: String,
}

impl Marks {
    /// Of a statement that binds so many values already; projects and groups are the next two.
    pub(super) fn new(kind: DatabaseKind, values: usize) -> Self {
        Self {
            kind,
            projects: format!("{{list ${}}}", values + 1),
            groups: format!("{{list ${}}}", values + 2),
        }
    }

    fn base(&self, table: &str) -> String {
        base_table(self.kind, table)
    }

    /// The groups of the two lists, as a list in brackets.
    pub(super) fn seen_groups(&self) -> String {
        let (projects, groups) = (&self.projects, &self.groups);
        let (all_groups, connections) = (self.base("dq_table_groups"), self.base("dq_connections"));
        format!(
            "(select g.table_group_id from {all_groups} g join {connections} c on c.connection_id = g.connection_id
                 where g.table_group_id in {groups} or c.project_key in {projects})"
        )
    }

    /// Whether a group is one of the two lists. PostgreSQL gets an array: it would plan `in` and `exists` as joins, and its guess of how many
    /// rows those leave makes it read what is joined next from end to end.
    fn is_seen(&self, group: &str) -> String {
        let seen = self.seen_groups();
        match self.kind {
            DatabaseKind::Sqlite => format!("{group} in {seen}"),
            DatabaseKind::Postgres => format!("{group} = any(array{seen})"),
        }
    }

    /// The condition on the rows of a table, or nothing where all are everybody's.
    fn rows_of(&self, belonging: Belonging) -> Option<String> {
        let (tables, runs) = (self.base("dq_tables"), self.base("dq_profiles"));
        let connections = self.base("dq_connections");
        let (projects, groups) = (&self.projects, &self.groups);
        let all_groups = self.base("dq_table_groups");
        Some(match belonging {
            Belonging::Nobodys => return None,
            Belonging::Unread => "1 = 0".to_owned(),
            Belonging::Project => format!(
                "(s.project_key in {projects} or s.project_key in (select c.project_key from {all_groups} g
                     join {connections} c on c.connection_id = g.connection_id where g.table_group_id in {groups}))"
            ),
            Belonging::Connection => format!(
                "(s.project_key in {projects} or s.connection_id in (select g.connection_id from {all_groups} g where g.table_group_id in {groups}))"
            ),
            Belonging::Dataset => format!(
                "(s.project_key in {projects} or s.dataset_id in (select g.dataset_id from {all_groups} g where g.table_group_id in {groups}))"
            ),
            Belonging::Group => self.is_seen("s.table_group_id"),
            Belonging::Table => self.is_seen(&format!("(select t.table_group_id from {tables} t where t.table_id = s.table_id)")),
            Belonging::Run => self.is_seen(&format!(
                "(select p.table_group_id from {runs} p where p.profile_run_id = s.profile_run_id)"
            )),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::registry::all_tables;

    #[test]
    fn every_table_of_the_registry_says_whose_its_rows_are() {
        for table in all_tables() {
            let known = TABLES.iter().find(|(name, _)| *name == table.name);
            let Some((_, belonging)) = known else {
                panic!("{} needs a line in TABLES", table.name)
            };
            let has = |column: &str| table.columns.iter().any(|known| known.name == column);
            match belonging {
                Belonging::Group => assert!(has("table_group_id"), "{}", table.name),
                Belonging::Table => assert!(has("table_id"), "{}", table.name),
                Belonging::Run => assert!(has("profile_run_id"), "{}", table.name),
                _ => {}
            }
        }
    }

    #[test]
    fn a_statement_without_the_catalogue_stays_as_it_is() {
        let narrowed = |text: &str, scope: &Scope| narrow(text, scope, DatabaseKind::Sqlite, 1).text;
        for text in [
            "select 1",
            "select * from users where user_id = $1",
            "select value from dq_settings where key = $1",
        ] {
            assert_eq!(narrowed(text, &Scope::nothing()), text);
        }
        let text = "select * from dq_tables where table_id = $1";
        assert_eq!(narrowed(text, &Scope::Everything), text);
        assert!(narrowed(text, &Scope::nothing()).contains("{list $3}"));
    }
}
