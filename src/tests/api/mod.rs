//! The API as programs use it: tokens, runs, columns.

mod alerts;
mod catalogue;
mod columns;
pub mod description;
mod first_runs;
mod limits;
mod masking;
mod results;
mod runs;
mod scope;
mod seeding;
pub mod tokens;
