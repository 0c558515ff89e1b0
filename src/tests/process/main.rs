//! The program as it is started: real processes, real sockets, real kills.
//!
//! Every test starts its own server on a free port with its own data folder and ends it; nothing is shared.

mod backfill;
#[expect(dead_code, reason = "the tests of roles ask for more of it")]
#[path = "../canaries.rs"]
mod canaries;
mod crash;
mod databases;
mod masking;
mod partitions;
#[expect(dead_code, reason = "only the tests of databases ask for the encrypted server")]
#[path = "../store/postgres.rs"]
mod postgres;
mod program;
mod seed;
mod sockets;
