//! What moves in the browser. Everything here adds to a page that already works without it.
//!
//! Islands find their places on the page by `data-` attributes, so that pages stay plain HTML and little is sent twice.

#[cfg(feature = "hydrate")]
mod browser;
pub mod chart_readout;
pub mod column_filter;
pub mod copy_link;
pub mod copy_text;
pub mod inbox;
pub mod live_run;
pub mod shortcuts;
