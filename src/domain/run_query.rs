//! The address of the list of runs.

use serde::Serialize;

use super::profile_run::{RunStatus, RunTrigger};
use super::query::{number, page_number, page_text, pairs, query_string};

/// The address of the list of runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RunsQuery {
    /// Only runs of this status.
    pub status: Option<RunStatus>,
    /// Only pending and running ones.
    pub active: bool,
    /// Group id.
    pub group: String,
    /// Connection slug.
    pub connection: String,
    /// Project key.
    pub project: String,
    /// Only those that this started.
    pub trigger: Option<RunTrigger>,
    /// Number, or part of a group or connection name.
    pub q: String,
    /// Only the last so many days.
    pub days: Option<u32>,
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

impl RunsQuery {
    /// Reads the query string.
    pub fn parse(query: &str) -> Self {
        let mut out = Self {
            page: 1,
            ..Self::default()
        };
        for (key, value) in pairs(query) {
            match key.as_str() {
                "status" if value == "active" => out.active = true,
                "status" => match RunStatus::parse(&value) {
                    Some(status) => out.status = Some(status),
                    None => out.notes.push(format!("status={value}")),
                },
                "group" => out.group = value,
                "connection" => out.connection = value,
                "project" => out.project = value,
                "trigger" => match RunTrigger::from_word(&value) {
                    Some(trigger) => out.trigger = Some(trigger),
                    None => out.notes.push(format!("trigger={value}")),
                },
                "q" => out.q = value,
                "days" => out.days = number(&key, &value, &mut out.notes).and_then(|value| u32::try_from(value).ok()),
                "page" => out.page = page_number(&value, &mut out.notes),
                _ => {}
            }
        }
        out
    }

    /// Writes the query string back.
    pub fn to_query(&self) -> String {
        let status = if self.active {
            "active"
        } else {
            self.status.map(RunStatus::word).unwrap_or_default()
        };
        query_string(&[
            ("q", &self.q),
            ("status", status),
            ("group", &self.group),
            ("connection", &self.connection),
            ("project", &self.project),
            ("trigger", self.trigger.map(RunTrigger::word).unwrap_or_default()),
            ("days", &self.days.map(|days| days.to_string()).unwrap_or_default()),
            ("page", &page_text(self.page)),
        ])
    }

    /// Whether anything narrows the list.
    pub fn is_filtered(&self) -> bool {
        let texts = [&self.group, &self.connection, &self.project, &self.q];
        self.status.is_some() || self.active || self.trigger.is_some() || self.days.is_some() || texts.iter().any(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_back() {
        for query in ["?q=4131&status=failed&days=7", "?status=active&page=2"] {
            assert_eq!(RunsQuery::parse(query).to_query(), query);
        }
    }

    #[test]
    fn unknown_values_are_ignored_and_named() {
        let query = RunsQuery::parse("?status=splendid&page=-1");
        assert_eq!((query.status, query.page), (None, 1));
        assert_eq!(query.notes, ["status=splendid", "page=-1"]);
    }
}
