//! A column's profile as a reader gets it: which run, which of the three places it was read from, and why not from the first.

use serde::{Deserialize, Serialize};

use super::anomaly::ProfileAnomaly;
use super::column_profile::ColumnProfile;
use super::profile_run::words;

words! {
    /// Where the figures were read.
    pub enum ProfileOrigin {
        /// `dq_profile_results`.
        Results = "results",
        /// `dq_profile_columns`.
        Columns = "columns",
        /// The document that is stored with the run.
        Payload = "payload",
    }
}

words! {
    /// Where a reader wants the figures from.
    #[derive(Default)]
    pub enum WantedSource {
        /// Tables first, the payload where they have nothing.
        #[default]
        Auto = "auto",
        /// Tables only.
        Table = "table",
        /// The payload only.
        Payload = "payload",
    }
}

/// One column in one run with everything that is told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnAnswer {
    /// Schema of the table.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
    /// Its figures, values and bars.
    pub column: ColumnProfile,
    /// Findings of this run about this column.
    pub anomalies: Vec<ProfileAnomaly>,
    /// Where all this was read.
    pub origin: ProfileOrigin,
    /// Why it was not read from the first place, in a sentence; none where it was.
    pub reason: Option<String>,
}
