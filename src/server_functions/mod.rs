//! The forms' surface: every change that a person can make, one folder to audit.
//!
//! Each function is a public POST address under `/actions/`. It checks who asks (the gate has found the person, the
//! service checks the permission), calls one service, and answers with a redirect and a message for the next page:
//! an expected refusal is a message, not an error page. They work the same with and without script.

pub mod alerts;
pub mod api_tokens;
pub mod bulk_edits;
pub mod characteristics;
pub mod connections;
pub mod datasets;
pub mod people;
pub mod projects;
pub mod reply;
pub mod runs;
pub mod sessions;
pub mod settings;
pub mod table_groups;
pub mod tables;
