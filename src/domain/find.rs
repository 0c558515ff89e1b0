//! What somebody finds by a word: tables, columns, runs and alerts.

use serde::{Deserialize, Serialize};

use super::address::TableAddress;
use super::alert::Alert;
use super::profile_run::ProfileRun;
use super::query::query_string;

/// The address of the page that finds.
pub const FIND_PATH: &str = "/find";

/// Reads the word from a query string.
pub fn wanted(query: &str) -> String {
    super::query::pairs(query)
        .into_iter()
        .rfind(|(key, _)| key == "q")
        .map(|(_, value)| value.chars().take(LONGEST).collect())
        .unwrap_or_default()
}

/// Longest word that is looked for (characters).
pub const LONGEST: usize = 200;

/// The first hits of one kind, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hits<T> {
    /// Those shown.
    pub items: Vec<T>,
    /// Whether there are others.
    pub has_more: bool,
}

impl<T> Default for Hits<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            has_more: false,
        }
    }
}

impl<T> Hits<T> {
    /// The first `most` of what was read; one more than that says that there are others.
    pub fn first(mut items: Vec<T>, most: usize) -> Self {
        let has_more = items.len() > most;
        items.truncate(most);
        Self { items, has_more }
    }
}

/// A table by its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableHit {
    /// Where it is.
    pub address: TableAddress,
    /// The connection's name.
    pub connection_name: String,
    /// Rows of its latest profile.
    pub row_count: Option<u64>,
    /// Whether the source has it no longer.
    pub is_missing: bool,
}

/// A column of a table's latest profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnHit {
    /// Its table.
    pub address: TableAddress,
    /// The connection's name.
    pub connection_name: String,
    /// Name.
    pub column_name: String,
    /// Type as the source says it.
    pub data_type: String,
}

/// Everything that was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Tables.
    pub tables: Hits<TableHit>,
    /// Columns.
    pub columns: Hits<ColumnHit>,
    /// Runs.
    pub runs: Hits<ProfileRun>,
    /// Alerts in any state.
    pub alerts: Hits<Alert>,
}

impl Found {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.tables.items.is_empty() && self.columns.items.is_empty() && self.runs.items.is_empty() && self.alerts.items.is_empty()
    }
}

/// The number of a run that the word means: `4127`, `#4127` or `run 4127`.
pub fn run_number(word: &str) -> Option<i64> {
    let word = word.trim().to_lowercase();
    word.strip_prefix("run")
        .unwrap_or(&word)
        .trim()
        .trim_start_matches('#')
        .parse()
        .ok()
}

/// The address that finds a word.
pub fn find_path(word: &str) -> String {
    format!("{FIND_PATH}{}", query_string(&[("q", word)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_meant_by_its_number_and_nothing_else() {
        for (word, number) in [
            ("4127", Some(4127)),
            (" Run 7", Some(7)),
            ("#12", Some(12)),
            ("run", None),
            ("orders 7", None),
        ] {
            assert_eq!(run_number(word), number, "{word}");
        }
    }

    #[test]
    fn one_hit_more_than_shown_says_that_there_are_others() {
        assert_eq!(
            Hits::first(vec![1, 2, 3], 2),
            Hits {
                items: vec![1, 2],
                has_more: true
            }
        );
        assert!(!Hits::first(vec![1, 2], 2).has_more);
        assert_eq!(wanted("q=a&q=%20orders%20&x=1"), "orders");
    }
}
