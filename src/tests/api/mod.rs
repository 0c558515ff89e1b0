//! The API as programs use it: tokens, runs, columns.

mod columns;
mod runs;
mod tokens;
