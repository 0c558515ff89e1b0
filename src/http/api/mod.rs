//! The API: one handler a thing that programs do, with its description beside it.
//!
//! `routes` is the table: each entry is a handler and the older addresses under which the seeds' programs know it. The server
//! is built from it, and so is the document (`openapi`): neither can name what the other lacks. Where the seed writes
//! camelCase, `casing` turns the answer and the body of a request at the edge.

pub mod alert_bodies;
mod alerts;
mod casing;
pub mod catalogue;
pub mod column_profile;
pub mod column_profile_body;
pub mod column_profile_parts;
pub mod columns;
pub mod external_runs;
pub mod negotiation;
pub mod object_body;
pub mod openapi;
mod optional_body;
pub mod results;
pub mod results_body;
pub mod routes;
pub mod rows;
pub mod run_lists;
pub mod runs;
pub mod seed_tree;
pub mod seed_tree_body;
