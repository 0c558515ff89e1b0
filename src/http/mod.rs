//! What is not a page: the loop that accepts connections, the layers every request passes, the API, and the same data
//! as the pages in JSON and CSV.
//!
//! A request passes, from outside in: request id and log, panic guard, security headers, suffix and format, size and
//! time limits, the same-origin check, the session, the gate. The gate denies by default: a path is public only when
//! `gate::is_public` names it.

mod alert_data;
pub mod api;
pub mod assets;
pub mod console;
pub mod cookies;
pub mod data;
pub mod events;
mod find_data;
pub mod format;
pub mod gate;
pub mod health;
pub mod problem;
pub mod router;
pub mod row_body;
mod row_data;
pub mod security;
pub mod server;
