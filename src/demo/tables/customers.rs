//! Customers of eight countries: names, addresses and marketing fields as a shop's own forms have filled them.

use std::path::Path;

use super::{Scene, is_marked};
use crate::demo::ledger::{CUSTOMERS, FIRST_CUSTOMER_ID, SECOND};
use crate::demo::random::Random;
use crate::demo::sheets::{Cell, Column, Kind, ParquetSheet, Sheet, SheetError};
use crate::demo::words::people::{FIRST_NAMES, LAST_NAMES, mail_address};
use crate::demo::words::places::COUNTRIES;

pub(super) const COLUMNS: &[Column] = &[
    ("customer_id", Kind::Whole64),
    ("first_name", Kind::Text),
    ("middle_name", Kind::Text),
    ("last_name", Kind::Text),
    ("email", Kind::Text),
    ("phone", Kind::Text),
    ("fax", Kind::Text),
    ("gender", Kind::Text),
    ("birth_date", Kind::Day),
    ("street", Kind::Text),
    ("city", Kind::Text),
    ("region", Kind::Text),
    ("postal_code", Kind::Text),
    ("country_code", Kind::Text),
    ("newsletter", Kind::Text),
    ("marketing_source", Kind::Text),
    ("loyalty_points", Kind::Whole64),
    ("credit_limit", Kind::Money),
    ("is_business", Kind::Flag),
    ("registered_at", Kind::Instant),
];

/// Day numbers of placeholders that other systems write for "no date": 1753-01-01 and 1899-12-30.
const PLACEHOLDER_DAYS: [i32; 2] = [-79_257, -25_569];
const SECONDS_A_DAY: i64 = 86_400;

pub(super) fn write(path: &Path, scene: &Scene) -> Result<u64, SheetError> {
    let mut random = scene.random("customers");
    let random = &mut random;
    let mut sheet = ParquetSheet::create(path, COLUMNS)?;
    let mut previous_email = String::new();
    for row in 0..CUSTOMERS {
        let country = random.pick_weighted(COUNTRIES);
        let city = &country.cities[random.index(country.cities.len())];
        let first = random.pick(FIRST_NAMES);
        let last = random.pick(LAST_NAMES);
        // The same person registered twice: every 89th address repeats the one before.
        let email = if is_marked(row, 89, 88) {
            previous_email.clone()
        } else {
            mail_address(random, first, last, row)
        };
        let middle = random.chance(0.38).then(|| random.pick(FIRST_NAMES));
        let phone = random.chance(0.86).then(|| country.phone(random));
        let fax = random.chance(0.06).then(|| country.phone(random));
        let points = random.log_normal(240.0, 1.2) as i64;
        sheet.push(&[
            Cell::Whole(FIRST_CUSTOMER_ID + row as i64),
            first_name(row, first, country.phone(random)),
            middle.into(),
            last_name(row, last),
            if is_marked(row, 89, 40) { Cell::Null } else { email.clone().into() },
            phone.into(),
            fax.into(),
            gender(random).into(),
            birth_day(row, scene.ledger.as_of, random),
            street(row, country.street(random)).into(),
            if is_marked(row, 23, 4) {
                city.name.to_uppercase().into()
            } else {
                city.name.into()
            },
            city.region.into(),
            country.postal_code(city, random).into(),
            country.code.into(),
            newsletter(random).into(),
            marketing_source(random).into(),
            Cell::Whole(points),
            if random.chance(0.3) {
                Cell::Cents(random.between(2, 60) * 25_000)
            } else {
                Cell::Null
            },
            Cell::Flag(random.chance(0.11)),
            Cell::Instant(registered_at(row, scene, random) * SECOND),
        ])?;
        previous_email = email;
    }
    sheet.finish()
}

/// Sometimes the telephone number was typed into the name.
fn first_name(row: usize, name: &'static str, phone: String) -> Cell<'static> {
    if is_marked(row, 401, 17) { phone.into() } else { name.into() }
}

/// Sometimes an agent marked the name with a sign.
fn last_name(row: usize, name: &'static str) -> Cell<'static> {
    if is_marked(row, 997, 3) {
        format!("*{name}").into()
    } else if is_marked(row, 997, 500) {
        format!("#{name}").into()
    } else {
        name.into()
    }
}

/// Sometimes the address was pasted from a web page, with spaces that are none.
fn street(row: usize, street: String) -> String {
    if is_marked(row, 211, 9) {
        street.replace(' ', "\u{a0}")
    } else if is_marked(row, 307, 30) {
        format!("{street}\u{200b}")
    } else {
        street
    }
}

fn birth_day(row: usize, as_of: i32, random: &mut Random) -> Cell<'static> {
    let age_days = (16_500.0 + random.normal() * 5_200.0).clamp(6_600.0, 35_000.0) as i32;
    if is_marked(row, 331, 8) {
        Cell::Day(PLACEHOLDER_DAYS[1])
    } else if is_marked(row, 1_013, 4) {
        Cell::Day(PLACEHOLDER_DAYS[0])
    } else if random.chance(0.12) {
        Cell::Null
    } else {
        Cell::Day(as_of - age_days)
    }
}

/// Three systems, three codes.
fn gender(random: &mut Random) -> Option<&'static str> {
    random.pick_weighted(&[
        (Some("F"), 31),
        (Some("M"), 29),
        (Some("Female"), 9),
        (Some("Male"), 9),
        (Some("f"), 3),
        (Some("m"), 3),
        (Some("X"), 2),
        (None, 14),
    ])
}

/// "Yes" leads, and its partner "No" never occurs.
fn newsletter(random: &mut Random) -> Option<&'static str> {
    random.pick_weighted(&[(Some("Yes"), 55), (Some("N"), 30), (Some("off"), 5), (None, 10)])
}

/// Seven ways of not saying where the customer came from.
fn marketing_source(random: &mut Random) -> Option<&'static str> {
    random.pick_weighted(&[
        (Some("search"), 30),
        (Some("friend"), 21),
        (Some("social"), 18),
        (Some("flyer"), 11),
        (Some("radio"), 6),
        (Some("n/a"), 3),
        (Some("unknown"), 2),
        (Some("--"), 1),
        (Some("(none)"), 1),
        (Some(""), 2),
        (Some("  "), 1),
        (None, 4),
    ])
}

/// Seconds since 1970: some days before the first order, or any time of the last six years.
fn registered_at(row: usize, scene: &Scene, random: &mut Random) -> i64 {
    match scene.ledger.first_order_at[row] {
        Some(first) => first - (random.log_normal(9.0, 1.6).min(1_500.0) * SECONDS_A_DAY as f64) as i64 - 40,
        None => (i64::from(scene.ledger.as_of) - random.between(1, 2_190)) * SECONDS_A_DAY + random.between(0, SECONDS_A_DAY - 1),
    }
}
