//! Limn: a data-profiling and data-quality console in one binary.
//!
//! This file is the map. Modules stand in the order in which they may import each other: a floor may use the floors
//! above it in this list, never those below (`tests/layers.rs` reads the sources and fails on a breach).
//! `domain`, `components` and `islands` are compiled for the browser too; everything else is the server's alone.
#![recursion_limit = "512"]

// Facts and rules of the business.
pub mod domain;

// Small views of domain values; the engine; the sample data; the embedded files.
#[cfg(feature = "ssr")]
pub mod assets;
pub mod components;
#[cfg(feature = "ssr")]
pub mod demo;
#[cfg(feature = "ssr")]
pub mod engine;

// The hygiene catalogue: findings from profiles.
#[cfg(feature = "ssr")]
pub mod anomalies;

// The only SQL in the crate.
#[cfg(feature = "ssr")]
pub mod store;

// Verbs: access, connections, runs from launch to completion.
#[cfg(feature = "ssr")]
pub mod services;

// What handlers may reach.
#[cfg(feature = "ssr")]
pub mod state;

// What is not a page: layers, API, events, data.
#[cfg(feature = "ssr")]
pub mod http;

// The forms' surface.
#[cfg(feature = "ssr")]
pub mod server_functions;

// What moves in the browser.
pub mod islands;

// One file a screen.
#[cfg(feature = "ssr")]
pub mod pages;

// Shell and routes; wiring.
#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod startup;

// The commands.
#[cfg(feature = "ssr")]
pub mod cli;

#[cfg(all(test, feature = "ssr"))]
mod tests;

/// Wakes the islands of the page; the browser's half begins here.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
