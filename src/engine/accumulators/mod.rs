//! Accumulators: one metric family, one file, each with update (by value and by weighted value), merge and finish.
//!
//! A column starts with an exact map (value -> count). What can be told from the map is told at the end, once a
//! different value; a column that outgrows its share of memory turns the map into sketches and goes on by streaming.

pub mod arrow_values;
mod ascii_texts;
pub mod booleans;
pub mod column;
pub mod date_texts;
pub mod day_counts;
pub mod distance_moments;
pub mod distinct;
pub mod grid;
pub mod hash_list;
pub mod kll;
pub mod lanes;
pub mod lengths;
pub mod moments;
pub mod number_counts;
pub mod numbers;
pub mod quantiles;
pub mod recent_shapes;
pub mod registers;
pub mod scalar_column;
pub mod shape_checks;
pub mod shapes;
pub mod sketch_error;
pub mod spans;
pub mod standard_patterns;
pub mod street_addresses;
pub mod sums;
pub mod text_column;
pub mod text_kinds;
mod text_place;
mod text_scan;
pub mod text_tally;
pub mod text_values;
pub mod texts;
pub mod times;
pub mod token_column;
pub mod top_values;

#[cfg(test)]
mod exactness_tests;
#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod merge_tests;
