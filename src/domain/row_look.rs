//! Rows as they were found in the source: what one look at it brought, and what was said of it afterwards.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::address::TableAddress;
use super::paging::PAGE_SIZE;
use super::profile_run::words;
use super::query::{pairs, query_string};
use super::table_profile::WriteMark;

/// One value of a row, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowCell {
    /// Its text; none for null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether the text goes on.
    #[serde(skip_serializing_if = "is_false")]
    pub is_cut: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

words! {
    /// Why a look ended before the end of the table.
    pub enum LookEnd {
        /// The page is full, and counting the rest would have taken too long.
        PageFull = "page_full",
        /// The time was over before the page was full.
        TimedOut = "timed_out",
    }
}

/// What a look at a source brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LookedRows {
    /// Names of the columns, in the order of the table.
    pub columns: Vec<String>,
    /// The rows of the page; each has a cell for every column.
    pub rows: Vec<Vec<RowCell>>,
    /// The file that each row stands in, where the table has several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Rows that were found, those of other pages too.
    pub found: u64,
    /// Rows that were looked at.
    pub searched: u64,
    /// Why not all of them were; none where the whole table was looked through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<LookEnd>,
    /// Which version of the data was looked at.
    pub snapshot_id: String,
    /// The same in words.
    pub snapshot: String,
    /// What a database server had counted by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writes: Option<WriteMark>,
}

impl LookedRows {
    /// Whether there are rows behind this page, as far as is known.
    pub fn has_more(&self, skip: u64) -> bool {
        self.found > skip + self.rows.len() as u64
    }
}

/// Which looks a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LooksQuery {
    /// Of one person, by name; of everybody where there is none.
    pub person: Option<String>,
    /// Page from 1.
    pub page: u32,
}

impl LooksQuery {
    /// Reads a query string; what cannot be read is as if it were not there.
    pub fn parse(query: &str) -> Self {
        let mut asked = Self { person: None, page: 1 };
        for (key, value) in pairs(query) {
            match key.as_str() {
                "person" if !value.is_empty() => asked.person = Some(value),
                "page" => asked.page = value.parse().ok().filter(|page| *page > 0).unwrap_or(1),
                _ => {}
            }
        }
        asked
    }

    /// Writes the query string of a page.
    pub fn at_page(&self, page: u32) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        query_string(&[("person", self.person.as_deref().unwrap_or_default()), ("page", &page)])
    }

    /// Looks before the page.
    pub fn offset(&self) -> u64 {
        u64::from(self.page - 1) * u64::from(PAGE_SIZE)
    }
}

/// One look at rows, as it is kept: who looked at what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RowLookEntry {
    /// When.
    pub looked_at: DateTime<Utc>,
    /// Who, by the name of that time.
    pub user_name: String,
    /// Table.
    pub address: TableAddress,
    /// Column whose rows they are.
    pub column_name: String,
    /// Which rows; without values where the column is personal.
    pub condition: String,
    /// Run whose figure led there.
    pub run_number: Option<i64>,
    /// Page.
    pub page: u32,
    /// Rows that were shown.
    pub rows_shown: u64,
    /// Columns whose values were masked.
    pub columns_masked: u64,
    /// How it ended: `shown`, `refused`, `failed`.
    pub outcome: String,
}
