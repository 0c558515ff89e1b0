//! Small views of domain values, for server and browser alike: no router, no I/O, no clock.
//!
//! Each is a function or a small builder that takes what it shows and gives a view; each has a partial of the same name
//! in `style/components/`. Figures become text in `format`, points in time in `moment`, and nowhere else.

pub mod button;
pub mod column_cells;
pub mod empty_state;
pub mod filter_row;
pub mod form_field;
pub mod format;
pub mod graphics;
pub mod head;
pub mod icon;
pub mod keys_dialog;
pub mod live_progress;
pub mod meaning;
pub mod moment;
pub mod note;
pub mod pagination;
pub mod section;
pub mod severity;
pub mod sql_text;
pub mod tag;
