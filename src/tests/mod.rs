//! Tests of the crate as a whole: the rules of the house, and what needs more than one floor.
mod api;
mod app;
mod canaries;
mod configuration_table;
mod databases;
mod layers;
mod pages;
pub mod payloads;
mod rows;
mod sample_findings;
mod sample_meaning;
mod secrets_of_connections;
mod sources;
mod store;
