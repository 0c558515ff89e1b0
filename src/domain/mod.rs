//! Facts and rules of the business: what the words of the glossary are, and what may happen to them.
//!
//! Everything here compiles for the server and for the browser: serde only, no I/O, no clock, no SQL, no views.
//! The same noun names the file in every layer above: `domain/connection.rs`, `store/connections.rs`,
//! `services/connections.rs`, `server_functions/connections.rs`, `pages/connections.rs`.

pub mod address;
pub mod alert;
pub mod alert_query;
pub mod anomaly;
pub mod audit;
pub mod characteristics;
pub mod column_answer;
pub mod column_change;
pub mod column_list;
pub mod column_meaning;
pub mod column_profile;
pub mod connection;
pub mod connection_draft;
pub mod dataset;
pub mod exact_number;
pub mod find;
pub mod group_mask;
pub mod identifier;
pub mod loose_figures;
pub mod loose_values;
pub mod masking;
pub mod name_match;
pub mod overview;
pub mod paging;
pub mod partition_state;
pub mod profile_run;
pub mod progress;
pub mod project;
pub mod query;
pub mod row_condition;
pub mod row_filter;
pub mod row_look;
pub mod row_query;
pub mod run_query;
pub mod scope;
pub mod secret;
pub mod seeding;
pub mod statement;
pub mod table;
pub mod table_metrics;
pub mod table_profile;
pub mod table_scope;
pub mod user;
