//! One page of a longer list.

use serde::{Deserialize, Serialize};

/// Rows on a page unless asked otherwise.
pub const PAGE_SIZE: u32 = 50;

/// A page of items with the total behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// All items that match.
    pub total: u64,
    /// Items left out before the first.
    pub offset: u64,
    /// Most items on a page.
    pub limit: u32,
}

impl<T> Page<T> {
    /// Number of this page, from 1.
    pub fn number(&self) -> u64 {
        self.offset / u64::from(self.limit.max(1)) + 1
    }

    /// Whether a later page has items.
    pub fn has_next(&self) -> bool {
        self.offset + (self.items.len() as u64) < self.total
    }
}
