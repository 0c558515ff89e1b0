//! The hygiene catalogue: what is odd about tables, found from their finished profiles. No pass over the data, no I/O.
//!
//! [`rules`] is the catalogue: one entry a kind of finding, with name, severity, likelihood, dimension, what it means, what to do
//! about it, which rows it is about, and the condition. To add a kind, add its entry to the list of its room there; everything else
//! (stored rows, pages, API, command line, scores) follows from the entry. [`find_anomalies`] asks all rules of a run's profiles,
//! [`find_failures`] those about tables that could not be read, [`rows_of_finding`] says which rows one is about. [`score`] turns findings into scores.

mod countries;
pub mod finding;
pub mod rule;
pub mod rules;
pub mod score;
mod subject;
mod synonyms;

#[cfg(test)]
mod tests;

pub use countries::Country;
pub use finding::{FindingRows, HygieneSettings, find_anomalies, find_failures, rows_of_finding};
pub use rule::AnomalyRule;
pub use rules::tables::GONE;
pub use rules::{all_rules, get_rule, title_of};
