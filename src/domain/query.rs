//! What an address asks for: filters, sort and paging, read leniently and written back canonically.
//!
//! An unknown parameter value is ignored and named in `notes`, never an error page.

use serde::{Deserialize, Serialize};

use super::address::encode_segment;
use super::profile_run::words;

/// Reads `key=value` pairs of a query string, decoded, blanks left out.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.trim_start_matches('?').as_bytes())
        .map(|(key, value)| (key.into_owned(), value.trim().to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// Joins the given pairs to a query string with its question mark; empty values are left out.
pub fn query_string(pairs: &[(&str, &str)]) -> String {
    let parts: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", encode_segment(value)))
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("?{}", parts.join("&"))
    }
}

words! {
    /// Order of the list of tables.
    #[derive(Default)]
    pub enum TableSort {
        /// By name.
        #[default]
        Name = "name",
        /// Most rows first.
        Rows = "rows",
        /// Most null cells first.
        Null = "null",
        /// Lowest score first.
        Score = "score",
        /// Longest unprofiled first.
        Profiled = "profiled",
    }
}

/// The address of the list of tables.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TablesQuery {
    /// Part of a table or column name.
    pub q: String,
    /// Connection slug.
    pub connection: String,
    /// Group id.
    pub group: String,
    /// A tag of the table or of one of its columns.
    pub tag: String,
    /// Id of a dataset.
    pub dataset: String,
    /// Key of a project.
    pub project: String,
    /// Only tables profiled longer than 24 h ago.
    pub stale: bool,
    /// Only tables never profiled.
    pub never: bool,
    /// Only tables without rows.
    pub empty: bool,
    /// Only tables with open alerts.
    pub alerts: bool,
    /// Whether the list is flat rather than by schema.
    pub flat: bool,
    /// Order.
    pub sort: TableSort,
    /// Most items on a page, where it is not the usual number.
    #[serde(skip)]
    pub limit: Option<u32>,
    /// Items left out before the first, where the page does not say.
    #[serde(skip)]
    pub offset: Option<u64>,
    /// Page from 1.
    pub page: u32,
    /// What was ignored, in words.
    pub notes: Vec<String>,
}

impl TablesQuery {
    /// Reads the query string.
    pub fn parse(query: &str) -> Self {
        let mut out = Self {
            page: 1,
            ..Self::default()
        };
        for (key, value) in pairs(query) {
            match key.as_str() {
                "q" => out.q = value,
                "connection" => out.connection = value,
                "group" => out.group = value,
                "tag" => out.tag = value,
                "dataset" => out.dataset = value,
                "project" => out.project = value,
                "stale" => out.stale = value == "1",
                "never" => out.never = value == "1",
                "empty" => out.empty = value == "1",
                "alerts" => out.alerts = value == "1",
                "by" => match value.as_str() {
                    "flat" => out.flat = true,
                    "schema" => out.flat = false,
                    other => out.notes.push(format!("by={other}")),
                },
                "sort" => match TableSort::from_word(&value) {
                    Some(sort) => out.sort = sort,
                    None => out.notes.push(format!("sort={value}")),
                },
                "page" => out.page = page_number(&value, &mut out.notes),
                _ => {}
            }
        }
        out
    }

    /// The word of the order in the address; empty for the usual one.
    pub fn sort_word(&self) -> &'static str {
        if self.sort == TableSort::Name { "" } else { self.sort.word() }
    }

    /// Writes the query string back.
    pub fn to_query(&self) -> String {
        let flag = |on: bool| if on { "1" } else { "" };
        query_string(&[
            ("q", &self.q),
            ("connection", &self.connection),
            ("group", &self.group),
            ("tag", &self.tag),
            ("dataset", &self.dataset),
            ("project", &self.project),
            ("stale", flag(self.stale)),
            ("never", flag(self.never)),
            ("empty", flag(self.empty)),
            ("alerts", flag(self.alerts)),
            ("by", if self.flat { "flat" } else { "" }),
            ("sort", self.sort_word()),
            ("page", &page_text(self.page)),
        ])
    }

    /// Whether anything narrows the list.
    pub fn is_filtered(&self) -> bool {
        let texts = [&self.q, &self.connection, &self.group, &self.tag, &self.dataset, &self.project];
        texts.iter().any(|text| !text.is_empty()) || self.stale || self.never || self.empty || self.alerts
    }
}

/// Order of the columns of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnSort {
    /// As in the table.
    #[default]
    Position,
    /// By name.
    Name,
    /// Most nulls first.
    Null,
    /// Most distinct first.
    Distinct,
    /// Largest change since the compared run first.
    Change,
    /// Lowest score first.
    Score,
}

/// The address of a table profile or of a column; the column page keeps the list's filters.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ColumnsQuery {
    /// Run number; latest completed when absent.
    pub run: Option<i64>,
    /// Run number to compare with; the one before when absent; 0 for none.
    pub compare: Option<i64>,
    /// Part of a column name.
    pub q: String,
    /// Letter of a general type, or empty.
    pub kind: String,
    /// Only columns that changed since the compared run.
    pub changed: bool,
    /// Only columns with at least this share of nulls, in percent.
    pub null: Option<u32>,
    /// Order.
    pub sort: ColumnSort,
    /// `log` for a logarithmic count axis.
    pub log_scale: bool,
    /// Runs in the history: 30, 90, or 0 for all.
    pub runs: Option<u32>,
    /// Which tab of the table page.
    pub tab: String,
    /// Where the figures of a column are wanted from: `table`, `payload`, or empty.
    pub source: String,
    /// What was ignored, in words.
    pub notes: Vec<String>,
}

impl ColumnsQuery {
    /// Reads the query string.
    pub fn parse(query: &str) -> Self {
        let mut out = Self::default();
        for (key, value) in pairs(query) {
            match key.as_str() {
                "run" => out.run = number(&key, &value, &mut out.notes),
                "compare" if value == "none" => out.compare = Some(0),
                "compare" => out.compare = number(&key, &value, &mut out.notes),
                "q" => out.q = value,
                "type" => match value.as_str() {
                    "A" | "N" | "D" | "B" | "X" => out.kind = value,
                    other => out.notes.push(format!("type={other}")),
                },
                "changed" => out.changed = value == "1",
                "null" => out.null = number(&key, &value, &mut out.notes).and_then(|value| u32::try_from(value).ok()),
                "sort" => match value.as_str() {
                    "position" => out.sort = ColumnSort::Position,
                    "name" => out.sort = ColumnSort::Name,
                    "null" => out.sort = ColumnSort::Null,
                    "distinct" => out.sort = ColumnSort::Distinct,
                    "change" => out.sort = ColumnSort::Change,
                    "score" => out.sort = ColumnSort::Score,
                    other => out.notes.push(format!("sort={other}")),
                },
                "scale" => match value.as_str() {
                    "log" => out.log_scale = true,
                    "linear" => out.log_scale = false,
                    other => out.notes.push(format!("scale={other}")),
                },
                "runs" if value == "all" => out.runs = Some(0),
                "runs" => out.runs = number(&key, &value, &mut out.notes).and_then(|value| u32::try_from(value).ok()),
                "tab" => match value.as_str() {
                    "columns" => out.tab.clear(),
                    "alerts" | "runs" | "definition" => out.tab = value,
                    other => out.notes.push(format!("tab={other}")),
                },
                "source" => match value.as_str() {
                    "table" | "payload" => out.source = value,
                    "auto" => out.source.clear(),
                    other => out.notes.push(format!("source={other}")),
                },
                _ => {}
            }
        }
        out
    }

    /// Writes the query string back.
    pub fn to_query(&self) -> String {
        let text = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let sort = match self.sort {
            ColumnSort::Position => "",
            ColumnSort::Name => "name",
            ColumnSort::Null => "null",
            ColumnSort::Distinct => "distinct",
            ColumnSort::Change => "change",
            ColumnSort::Score => "score",
        };
        let compare = if self.compare == Some(0) {
            "none".to_owned()
        } else {
            text(self.compare)
        };
        let runs = match self.runs {
            Some(0) => "all".to_owned(),
            other => text(other.map(i64::from)),
        };
        query_string(&[
            ("tab", &self.tab),
            ("source", &self.source),
            ("run", &text(self.run)),
            ("compare", &compare),
            ("q", &self.q),
            ("type", &self.kind),
            ("changed", if self.changed { "1" } else { "" }),
            ("null", &text(self.null.map(i64::from))),
            ("sort", sort),
            ("scale", if self.log_scale { "log" } else { "" }),
            ("runs", &runs),
        ])
    }

    /// How many filters narrow the list.
    pub fn filter_count(&self) -> usize {
        usize::from(!self.q.is_empty()) + usize::from(!self.kind.is_empty()) + usize::from(self.changed) + usize::from(self.null.is_some())
    }
}

/// Reads a number that is not negative, or notes that it was ignored.
pub(super) fn number(key: &str, value: &str, notes: &mut Vec<String>) -> Option<i64> {
    match value.parse::<i64>() {
        Ok(number) if number >= 0 => Some(number),
        _ => {
            notes.push(format!("{key}={value}"));
            None
        }
    }
}

/// Reads a page number from 1.
pub(super) fn page_number(value: &str, notes: &mut Vec<String>) -> u32 {
    match value.parse::<u32>() {
        Ok(page) if (1..=1_000_000).contains(&page) => page,
        _ => {
            notes.push(format!("page={value}"));
            1
        }
    }
}

/// The first page needs no parameter.
pub(super) fn page_text(page: u32) -> String {
    if page > 1 { page.to_string() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_back() {
        for query in ["", "?q=a%26b&stale=1&by=flat&sort=rows&page=3", "?connection=shop&never=1&alerts=1"] {
            assert_eq!(TablesQuery::parse(query).to_query(), query);
        }
        for query in [
            "?run=7&compare=none&q=amount&type=N&changed=1&null=5&sort=change&scale=log&runs=all",
            "?tab=runs",
            "?sort=score",
            "?source=payload&run=7",
        ] {
            assert_eq!(ColumnsQuery::parse(query).to_query(), query);
        }
    }

    #[test]
    fn unknown_values_are_ignored_and_named() {
        let query = TablesQuery::parse("?sort=splendid&page=-1");
        assert_eq!((query.sort, query.page), (TableSort::Name, 1));
        assert_eq!(query.notes, ["sort=splendid", "page=-1"]);
    }
}
