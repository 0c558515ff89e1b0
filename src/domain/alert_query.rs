//! The address of the inbox: which alerts, in which order, and which one is looked at.

use serde::Serialize;

use super::alert::AlertState;
use super::anomaly::Severity;
use super::query::{page_number, page_text, pairs, query_string};

/// Order and grouping of the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOrder {
    /// By table, worst first within each.
    #[default]
    Table,
    /// Worst first.
    Severity,
    /// Latest first.
    Time,
}

impl AlertOrder {
    /// The word in the address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Severity => "severity",
            Self::Time => "time",
        }
    }
}

/// The address of the inbox.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlertsQuery {
    /// Where they stand; none for all of them.
    pub state: Option<AlertState>,
    /// At least this severe.
    pub severity: Option<Severity>,
    /// A type of anomaly, or `run_failed`.
    pub kind: String,
    /// `me`, `nobody`, or a person's name.
    pub assigned: String,
    /// Part of a table's or column's name, or of the title.
    pub q: String,
    /// Id of a table.
    pub table: String,
    /// Number of the run that showed them last.
    pub run: Option<i64>,
    /// Column.
    pub column: String,
    /// Order.
    pub by: AlertOrder,
    /// Id of the one that is looked at.
    pub alert: String,
    /// Page from 1.
    pub page: u32,
    /// What was ignored, in words.
    pub notes: Vec<String>,
}

impl Default for AlertsQuery {
    fn default() -> Self {
        Self {
            state: Some(AlertState::Open),
            severity: None,
            kind: String::new(),
            assigned: String::new(),
            q: String::new(),
            table: String::new(),
            run: None,
            column: String::new(),
            by: AlertOrder::Table,
            alert: String::new(),
            page: 1,
            notes: Vec::new(),
        }
    }
}

impl AlertsQuery {
    /// Reads the query string.
    pub fn parse(query: &str) -> Self {
        let mut out = Self::default();
        for (key, value) in pairs(query) {
            match key.as_str() {
                "state" if value == "all" => out.state = None,
                "state" => match AlertState::from_word(&value) {
                    Some(state) => out.state = Some(state),
                    None => out.notes.push(format!("state={value}")),
                },
                "severity" => match Severity::parse(&value) {
                    Some(severity) => out.severity = Some(severity),
                    None => out.notes.push(format!("severity={value}")),
                },
                "kind" => out.kind = value,
                "assigned" => out.assigned = value,
                "q" => out.q = value,
                "table" => out.table = value,
                "run" => match value.parse() {
                    Ok(number) => out.run = Some(number),
                    Err(_) => out.notes.push(format!("run={value}")),
                },
                "column" => out.column = value,
                "by" => match value.as_str() {
                    "table" => out.by = AlertOrder::Table,
                    "severity" => out.by = AlertOrder::Severity,
                    "time" => out.by = AlertOrder::Time,
                    other => out.notes.push(format!("by={other}")),
                },
                "alert" => out.alert = value,
                "page" => out.page = page_number(&value, &mut out.notes),
                _ => {}
            }
        }
        out
    }

    /// Writes the query string back.
    pub fn to_query(&self) -> String {
        let state = match self.state {
            Some(AlertState::Open) => "",
            Some(state) => state.word(),
            None => "all",
        };
        let run = self.run.map(|number| number.to_string()).unwrap_or_default();
        query_string(&[
            ("state", state),
            ("severity", self.severity.map_or("", Severity::word)),
            ("kind", &self.kind),
            ("assigned", &self.assigned),
            ("q", &self.q),
            ("table", &self.table),
            ("run", &run),
            ("column", &self.column),
            ("by", if self.by == AlertOrder::Table { "" } else { self.by.word() }),
            ("alert", &self.alert),
            ("page", &page_text(self.page)),
        ])
    }

    /// The address with this query.
    pub fn path(&self) -> String {
        format!("/alerts{}", self.to_query())
    }

    /// Whether anything but the state narrows the list.
    pub fn is_filtered(&self) -> bool {
        let texts = [&self.kind, &self.assigned, &self.q, &self.table, &self.column];
        texts.iter().any(|text| !text.is_empty()) || self.severity.is_some() || self.run.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_back() {
        for query in [
            "",
            "?state=snoozed&severity=high&assigned=me&by=time&alert=a1&page=2",
            "?state=all&q=a%20b&run=12",
        ] {
            assert_eq!(AlertsQuery::parse(query).to_query(), query);
        }
        let strange = AlertsQuery::parse("?state=lost&severity=WARN&by=colour&run=x");
        assert_eq!(strange.notes, ["state=lost", "by=colour", "run=x"]);
        assert_eq!(strange.severity, Some(Severity::Medium));
    }
}
