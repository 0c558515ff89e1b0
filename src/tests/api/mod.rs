//! The API as programs use it: tokens, runs, columns.

mod catalogue;
mod columns;
mod description;
mod limits;
mod results;
mod runs;
mod scope;
mod tokens;
