//! What is not a page: the loop that accepts connections, the layers every request passes, the API, and the same data
//! as the pages in JSON and CSV.
//!
//! A request passes, from outside in: request id and log, panic guard, security headers, suffix and format, size and
//! time limits, the same-origin check, the session, the gate. The gate denies by default: a path is public only when
//! `gate::is_public` names it.

pub mod assets;
pub mod catalogue_api;
pub mod column_profile_api;
pub mod column_profile_body;
pub mod column_profile_parts;
pub mod columns_api;
pub mod cookies;
pub mod data;
pub mod events;
pub mod external_runs_api;
pub mod format;
pub mod gate;
pub mod health;
pub mod problem;
pub mod router;
pub mod runs_api;
pub mod security;
pub mod server;
