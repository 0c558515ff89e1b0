//! Limn: a data-profiling and data-quality console in one binary.
//!
//! This file is the map. Modules stand in the order in which they may import each other: a floor may use the floors
//! above it in this list, never those below (`tests/layers.rs` reads the sources and fails on a breach).
#![recursion_limit = "256"]

// 0: facts and rules of the business, for server and browser.
pub mod domain;

// 1: reads sources and turns them into profiles. No HTTP, no database.
#[cfg(feature = "ssr")]
pub mod engine;
