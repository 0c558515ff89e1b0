//! The API as programs use it: tokens, runs, columns.

mod catalogue;
mod columns;
mod description;
mod first_runs;
mod limits;
mod masking;
mod results;
mod runs;
mod scope;
mod seeding;
pub mod tokens;
