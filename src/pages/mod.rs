//! The screens: one file or folder a route, named as the route.
//!
//! The body of a page is a pure function from its model to a view, so that it can be drawn and tested without a server.

pub mod column;
pub mod live;
mod run_links;
pub mod table;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
