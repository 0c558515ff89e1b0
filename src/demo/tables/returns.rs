//! Returns: the feed broke before the first row. An empty table with all its columns.

use std::path::Path;

use super::Scene;
use crate::demo::sheets::{Column, Kind, ParquetSheet, Sheet, SheetError};

pub(super) const COLUMNS: &[Column] = &[
    ("return_id", Kind::Whole64),
    ("order_id", Kind::Whole64),
    ("product_id", Kind::Whole64),
    ("returned_on", Kind::Day),
    ("reason", Kind::Text),
    ("refund", Kind::Money),
];

pub(super) fn write(path: &Path, _scene: &Scene) -> Result<u64, SheetError> {
    ParquetSheet::create(path, COLUMNS)?.finish()
}
