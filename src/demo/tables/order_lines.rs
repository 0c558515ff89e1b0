//! Order lines: the large and clean table. No finding may name it.

use std::path::Path;

use super::Scene;
use crate::demo::ledger::{FIRST_ORDER_ID, FIRST_PRODUCT_ID};
use crate::demo::sheets::{Cell, Column, Kind, ParquetSheet, Sheet, SheetError};

pub(super) const COLUMNS: &[Column] = &[
    ("order_line_id", Kind::Whole64),
    ("order_id", Kind::Whole64),
    ("line_number", Kind::Whole32),
    ("product_id", Kind::Whole64),
    ("quantity", Kind::Whole32),
    ("unit_price", Kind::Money),
    ("discount_percent", Kind::Whole32),
    ("line_total", Kind::Money),
    ("sold_on", Kind::Day),
];

pub(super) fn write(path: &Path, scene: &Scene) -> Result<u64, SheetError> {
    let mut sheet = ParquetSheet::create(path, COLUMNS)?;
    let mut order_line_id = 0;
    for (order, order_id) in scene.ledger.orders.iter().zip(FIRST_ORDER_ID..) {
        for (line, line_number) in scene.ledger.lines_of(order).iter().zip(1..) {
            order_line_id += 1;
            sheet.push(&[
                Cell::Whole(order_line_id),
                Cell::Whole(order_id),
                Cell::Whole(line_number),
                Cell::Whole(FIRST_PRODUCT_ID + i64::from(line.product)),
                Cell::Whole(line.quantity),
                Cell::Cents(line.unit_cents),
                Cell::Whole(line.discount),
                Cell::Cents(line.total_cents()),
                Cell::Day(order.day()),
            ])?;
        }
    }
    sheet.finish()
}
