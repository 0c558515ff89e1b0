//! Stored payloads: the JSON documents in which older writers kept a whole run, inline or as a file.
//!
//! There are five generations of them with many spellings of every key. They are read into the same types as everything
//! else: `location` finds the text, `bounded_json` reads it within limits, `document` finds run, tables and columns, `column`
//! turns one column into a [`crate::domain::column_profile::ColumnProfile`], `findings` its anomalies. What cannot
//! be read is a reason in words, never a guess.

mod bounded_json;
mod column;
mod document;
mod findings;
pub(crate) mod keys;
mod location;
mod scalars;

pub use document::{Payload, PayloadTable};
pub use location::load_payload;

/// Why a payload cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// The run has none.
    #[error("no payload is stored with the run")]
    Absent,
    /// It is larger or deeper than is read.
    #[error("the payload is larger than Limn reads: {0}")]
    TooLarge(String),
    /// It lies where Limn cannot or may not look.
    #[error("the payload cannot be opened: {0}")]
    Unreachable(String),
    /// It is not JSON, or not a profile.
    #[error("the payload cannot be understood: {0}")]
    Unreadable(String),
    /// It says that it belongs to another run.
    #[error("the payload belongs to run {0}")]
    OtherRun(String),
}
