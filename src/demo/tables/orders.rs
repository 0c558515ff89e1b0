//! Orders of stores, web and app: one row an order, in the order of time.

use std::path::Path;

use super::{Scene, is_marked, stores};
use crate::demo::ledger::{FIRST_CUSTOMER_ID, FIRST_ORDER_ID, FIRST_STORE_ID, Order, SECOND};
use crate::demo::random::Random;
use crate::demo::sheets::{Cell, Column, Kind, ParquetSheet, Sheet, SheetError, day_text};
use crate::demo::words::places::{COUNTRIES, Country};

pub(super) const COLUMNS: &[Column] = &[
    ("order_id", Kind::Whole64),
    ("order_number", Kind::Text),
    ("customer_id", Kind::Whole64),
    ("store_id", Kind::Whole64),
    ("store_code", Kind::Text),
    ("channel", Kind::Text),
    ("order_type", Kind::Text),
    ("status", Kind::Text),
    ("ordered_at", Kind::Instant),
    ("promised_date", Kind::Text),
    ("delivered_on", Kind::Day),
    ("shipping_method", Kind::Text),
    ("ship_zip3", Kind::Text),
    ("delivery_km", Kind::Real),
    ("item_count", Kind::Whole32),
    ("total", Kind::Money),
    ("currency", Kind::Text),
    ("loyalty_points", Kind::Whole32),
    ("is_gift", Kind::Flag),
];

pub(super) fn write(path: &Path, scene: &Scene) -> Result<u64, SheetError> {
    let mut random = scene.random("orders");
    let random = &mut random;
    let store_countries = stores::list_countries(scene);
    let mut sheet = ParquetSheet::create(path, COLUMNS)?;
    for (row, order) in scene.ledger.orders.iter().enumerate() {
        let country = order
            .store
            .map_or_else(|| random.pick_weighted(COUNTRIES), |store| store_countries[store as usize]);
        let is_delivered = order.store.is_none();
        let days = random.pick_weighted(&[(1, 30), (2, 40), (3, 18), (5, 8), (9, 4)]);
        let lines = scene.ledger.lines_of(order);
        let total = scene.ledger.total_cents(order);
        sheet.push(&[
            Cell::Whole(FIRST_ORDER_ID + row as i64),
            order_number(row).into(),
            Cell::Whole(FIRST_CUSTOMER_ID + i64::from(order.customer)),
            order
                .store
                .map_or(Cell::Null, |store| Cell::Whole(FIRST_STORE_ID + i64::from(store))),
            order.store.map(|store| format!("{}{:04}", country.code, store + 1)).into(),
            if !is_delivered {
                "store".into()
            } else {
                random.pick_weighted(&[("web", 6), ("app", 5)]).into()
            },
            order_type(row).into(),
            status(order, scene.ledger.as_of, random).into(),
            Cell::Instant(order.placed_at * SECOND),
            promised_date(row, order, days).into(),
            delivered_on(order, days, scene.ledger.as_of, is_delivered),
            shipping_method(row, is_delivered, random).into(),
            ship_zip3(row, country, is_delivered, random).into(),
            if is_delivered {
                Cell::Real((random.log_normal(6.5, 0.9) * 100.0) as i64 as f64 / 100.0)
            } else {
                Cell::Null
            },
            Cell::Whole(lines.iter().map(|line| line.quantity).sum()),
            Cell::Cents(total),
            country.currency.into(),
            Cell::Whole(total / 100),
            Cell::Flag(random.chance(0.07)),
        ])?;
    }
    sheet.finish()
}

/// `SO-10000001`; one import left the hyphen out.
fn order_number(row: usize) -> String {
    let number = FIRST_ORDER_ID + row as i64;
    if is_marked(row, 83, 50) {
        format!("SO{number}")
    } else {
        format!("SO-{number}")
    }
}

/// Nearly always the same.
fn order_type(row: usize) -> &'static str {
    match () {
        () if is_marked(row, 97, 1) => "exchange",
        () if is_marked(row, 211, 80) => "gift card",
        () => "sale",
    }
}

/// Both spellings of one state occur; the newest orders are still open.
fn status(order: &Order, as_of: i32, random: &mut Random) -> &'static str {
    if order.day() > as_of - 4 {
        return random.pick_weighted(&[("open", 5), ("shipped", 4)]);
    }
    random.pick_weighted(&[("completed", 900), ("cancelled", 40), ("canceled", 13), ("returned", 27)])
}

/// A date as text, with a word now and then.
fn promised_date(row: usize, order: &Order, days: i32) -> String {
    if is_marked(row, 59, 23) {
        "asap".to_owned()
    } else if is_marked(row, 401, 100) {
        "next week".to_owned()
    } else {
        day_text(order.day() + days)
    }
}

/// The day of arrival, never later than the day before `as_of`.
fn delivered_on(order: &Order, days: i32, as_of: i32, is_delivered: bool) -> Cell<'static> {
    let day = if is_delivered { order.day() + days } else { order.day() };
    if day < as_of { Cell::Day(day) } else { Cell::Null }
}

/// Filled, but for a handful.
fn shipping_method(row: usize, is_delivered: bool, random: &mut Random) -> Option<&'static str> {
    if is_marked(row, 241, 7) {
        None
    } else if is_delivered {
        Some(random.pick_weighted(&[("parcel", 7), ("courier", 3), ("locker", 4)]))
    } else {
        Some("pick-up")
    }
}

/// The first three digits of the ZIP code of deliveries in the United States; sometimes all five, sometimes two.
fn ship_zip3(row: usize, country: &Country, is_delivered: bool, random: &mut Random) -> Option<String> {
    if country.code != "US" || !is_delivered {
        return None;
    }
    let city = &country.cities[random.index(country.cities.len())];
    let zip = country.postal_code(city, random);
    let length = match row % 41 {
        2 => 5,
        19 => 2,
        _ => 3,
    };
    Some(zip[..length].to_owned())
}
