//! The schema's versions, oldest first. A new version is a new file for each database, added to the list below.
//!
//! A file that was ever released never changes: its checksum is kept where it was applied. In a script every statement
//! begins on a line of its own and ends with `;` at the end of a line, so that it can be taken apart without a parser.

use sha2::{Digest, Sha256};

use super::DatabaseKind;
use super::sessions::hex;

/// One version of the schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    /// Number, rising from 1. One that is left out was never released.
    pub number: i64,
    /// What it does.
    pub title: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Names the files of one version.
macro_rules! script {
    ($number:literal, $title:literal, $file:literal) => {
        Script {
            number: $number,
            title: $title,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../migrations/postgres/", $file)),
        }
    };
}

/// All versions.
pub(crate) const SCRIPTS: &[Script] = &[
    script!(1, "first schema", "0001_first_schema.sql"),
    script!(2, "table figures", "0002_table_figures.sql"),
    script!(3, "whole schema", "0003_whole_schema.sql"),
    script!(4, "API tokens", "0004_api_tokens.sql"),
    script!(5, "values beside columns", "0005_values_beside_columns.sql"),
    script!(6, "scopes of roles", "0006_role_scopes.sql"),
    script!(7, "catalogue", "0007_catalogue.sql"),
    script!(8, "states of a run", "0008_states_of_a_run.sql"),
    script!(9, "findings and alerts", "0009_findings_and_alerts.sql"),
    script!(10, "seeding", "0010_seeding.sql"),
    script!(11, "contents once", "0011_contents_once.sql"),
    script!(12, "masking", "0012_masking.sql"),
    script!(13, "scores", "0013_scores.sql"),
    script!(14, "looks at rows", "0014_row_looks.sql"),
    script!(15, "findings once", "0015_findings_once.sql"),
    script!(16, "decisions", "0016_decisions.sql"),
    script!(17, "rows of other programs", "0017_rows_of_others.sql"),
    script!(18, "default suites and ids of columns", "0018_default_suites_and_ids.sql"),
    script!(19, "defaults for rows of other programs", "0019_defaults_of_others.sql"),
];

/// The version that this program writes and reads.
pub(crate) fn latest_version() -> i64 {
    SCRIPTS.last().map_or(0, |script| script.number)
}

/// The numbers of all versions.
#[cfg(test)]
pub(crate) fn versions() -> impl Iterator<Item = i64> {
    SCRIPTS.iter().map(|script| script.number)
}

/// One statement of a script, and what it makes: a thing that is there already is not made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The statement.
    pub text: String,
    /// What it makes.
    pub makes: Makes,
}

impl Step {
    /// The table or view that what is made is, or stands on.
    pub(crate) fn table(&self) -> Option<&str> {
        match &self.makes {
            Makes::Table(table) | Makes::View(table) | Makes::Column(table, _) | Makes::Rule(_, table) => Some(table),
            Makes::Index(_) => {
                let (_, after) = self.text.split_once(" on ")?;
                let table = after.split([' ', '(']).next()?;
                Some(table.rsplit('.').next().unwrap_or(table))
            }
            Makes::Less(_) | Makes::NoRule(_) | Makes::Other => None,
        }
    }
}

/// What a statement makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Makes {
    /// A table.
    Table(String),
    /// An index.
    Index(String),
    /// A column: table, column.
    Column(String, String),
    /// A view, in place of a table of that name where an older version made one.
    View(String),
    /// A trigger or rule that takes what is written to a view: its name, the view.
    Rule(String, String),
    /// Nothing: a table or view of this name goes away, with what stood on it.
    Less(String),
    /// Nothing: a trigger or rule of this name goes away.
    NoRule(String),
    /// Something else, that is done once in its version's turn.
    Other,
}

impl Script {
    /// The text for one database.
    pub(crate) fn text(&self, kind: DatabaseKind) -> &'static str {
        match kind {
            DatabaseKind::Sqlite => self.sqlite,
            DatabaseKind::Postgres => self.postgres,
        }
    }

    /// The fingerprint that is kept where the script was applied.
    pub(crate) fn checksum(&self, kind: DatabaseKind) -> String {
        hex(&Sha256::digest(self.text(kind)))
    }

    /// Its statements in order.
    pub(crate) fn steps(&self, kind: DatabaseKind) -> Vec<Step> {
        split(self.text(kind))
    }
}

/// Takes a script apart; comments on lines of their own are left out.
pub(crate) fn split(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut statement = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("--") || (statement.is_empty() && line.trim().is_empty()) {
            continue;
        }
        statement.push_str(line);
        statement.push('\n');
        if line.trim_end().ends_with(';') {
            let text = statement.trim_end().trim_end_matches(';').to_owned();
            steps.push(Step {
                makes: what_it_makes(&text),
                text,
            });
            statement.clear();
        }
    }
    debug_assert!(statement.is_empty(), "a script ends with a whole statement");
    steps
}

/// Reads the first words of a statement.
fn what_it_makes(text: &str) -> Makes {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "if" | "not" | "exists"))
        .take(8)
        .collect();
    let name = |at: usize| {
        let word = words.get(at).copied().unwrap_or_default();
        let bare = word.rsplit('.').next().unwrap_or(word);
        bare.trim_matches(|ch| matches!(ch, '(' | ')' | '`' | ',')).to_owned()
    };
    match words.as_slice() {
        ["drop", "table" | "view", ..] => Makes::Less(name(2)),
        ["drop", "trigger" | "rule", ..] => Makes::NoRule(name(2)),
        ["create", "table", ..] => Makes::Table(name(2)),
        ["create", "view", ..] => Makes::View(name(2)),
        ["create", "trigger", _, "instead", "of", _, "on", ..] | ["create", "rule", _, "as", "on", _, "to", ..] => {
            Makes::Rule(name(2), name(7))
        }
        ["create", "index", ..] => Makes::Index(name(2)),
        ["create", "unique", "index", ..] => Makes::Index(name(3)),
        ["alter", "table", _, "add", "column" | "columns", ..] => Makes::Column(name(2), name(5)),
        _ => Makes::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_in_order() {
        let numbers: Vec<i64> = SCRIPTS.iter().map(|script| script.number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b) && numbers[0] == 1, "{numbers:?}");
        for folder in ["sqlite", "postgres", "databricks"] {
            let files = std::fs::read_dir(format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR")))
                .unwrap()
                .count();
            assert_eq!(files, SCRIPTS.len(), "{folder}");
        }
    }

    #[test]
    fn a_script_is_taken_apart_and_each_statement_says_what_it_makes() {
        let steps = split(
            "-- head\ncreate table limn.a (\n    x text, -- said\n    y text\n);\ncreate unique index a_x on limn.a (x);\n\nalter table limn.a add column z text;\n\
             alter table b add columns (`key` string);\ncreate table if not exists c (\n    x text\n);\ninsert into a values (1);\n\
             create view limn.v as\nselect 1;\ncreate trigger t instead of insert on v begin\n    insert into a values (1); end;\n\
             create rule r as on insert to limn.v do instead\n    insert into a values (1);\ndrop view limn.v;\n\
             drop trigger if exists t;\ndrop rule if exists r on limn.v;\n",
        );
        let made: Vec<Makes> = steps.iter().map(|step| step.makes.clone()).collect();
        assert_eq!(
            made,
            [
                Makes::Table("a".into()),
                Makes::Index("a_x".into()),
                Makes::Column("a".into(), "z".into()),
                Makes::Column("b".into(), "key".into()),
                Makes::Table("c".into()),
                Makes::Other,
                Makes::View("v".into()),
                Makes::Rule("t".into(), "v".into()),
                Makes::Rule("r".into(), "v".into()),
                Makes::Less("v".into()),
                Makes::NoRule("t".into()),
                Makes::NoRule("r".into()),
            ]
        );
        let tables: Vec<Option<&str>> = steps.iter().map(Step::table).collect();
        assert_eq!(
            tables,
            [
                Some("a"),
                Some("a"),
                Some("a"),
                Some("b"),
                Some("c"),
                None,
                Some("v"),
                Some("v"),
                Some("v"),
                None,
                None,
                None,
            ]
        );
        assert!(steps[0].text.ends_with(')') && steps[0].text.contains("y text"));
    }

    #[test]
    fn both_databases_make_the_same_things_in_every_version() {
        for script in SCRIPTS {
            let made = |kind| {
                script
                    .steps(kind)
                    .into_iter()
                    .map(|step| step.makes)
                    .filter(|makes| *makes != Makes::Other)
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                made(DatabaseKind::Sqlite),
                made(DatabaseKind::Postgres),
                "version {}",
                script.number
            );
        }
    }
}
