//! Small views of domain values, for server and browser alike: no router, no I/O, no clock.
//!
//! Each is a function that takes what it shows and returns a view; each has a partial of the same name in `style/`.

pub mod format;
pub mod graphics;
pub mod icon;
pub mod moment;
pub mod section;
pub mod tag;
