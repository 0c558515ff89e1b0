//! Column profiles from tables and from payloads: what answers, why, and that both say the same.

mod backfill;
pub mod fixture;
mod generated;
mod generator;
mod others;
mod reading;
