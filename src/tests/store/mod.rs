//! The store's contract suite: every test runs on SQLite, and on a PostgreSQL server that the suite starts itself.
//! Without PostgreSQL's programs those tests say SKIPPED; with `LIMN_REQUIRE_POSTGRES=1` they fail instead.

mod alerts;
mod catalogue;
mod find;
mod findings;
mod fixture;
mod meanings;
mod migrations;
mod partition_states;
mod people;
pub mod postgres;
mod profiles;
mod removal;
mod runs;
mod schema;
mod scope;
mod tables;
mod values;
