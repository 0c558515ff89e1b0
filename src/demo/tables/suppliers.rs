//! Suppliers, all of the United States, from a directory service that speaks JSON: shifted and squeezed fields.

use std::path::Path;

use super::{Scene, is_marked};
use crate::demo::random::Random;
use crate::demo::sheets::{Cell, Column, JsonLinesSheet, Kind, Sheet, SheetError};
use crate::demo::words::goods::{BRANDS, COMPANY_FORMS};
use crate::demo::words::people::{FIRST_NAMES, LAST_NAMES, mail_address};
use crate::demo::words::places::UNITED_STATES;

/// Suppliers.
pub(super) const SUPPLIERS: usize = 1_200;
/// First number of the key; here it is text, in `products` a number.
pub(super) const FIRST_SUPPLIER_ID: i64 = 5_001;

pub(super) const COLUMNS: &[Column] = &[
    ("supplier_id", Kind::Text),
    ("supplier_name", Kind::Text),
    ("contact_name", Kind::Text),
    ("account_manager", Kind::Text),
    ("street", Kind::Text),
    ("city", Kind::Text),
    ("state", Kind::Text),
    ("zip", Kind::Text),
    ("hub_code", Kind::Text),
    ("website", Kind::Text),
    ("payment_days", Kind::Whole64),
    ("quality_rating", Kind::Real),
    ("is_active", Kind::Flag),
    ("onboarded_on", Kind::Day),
];

pub(super) fn write(path: &Path, scene: &Scene) -> Result<u64, SheetError> {
    let mut random = scene.random("suppliers");
    let random = &mut random;
    let mut sheet = JsonLinesSheet::create(path, COLUMNS)?;
    for row in 0..SUPPLIERS {
        let cities = UNITED_STATES.cities;
        let city = &cities[random.index(cities.len())];
        let hub = &cities[random.index(cities.len())];
        let family = random.pick(LAST_NAMES);
        let name = format!("{} {} {}", family, random.pick(BRANDS), random.pick(COMPANY_FORMS));
        let (first, last) = (random.pick(FIRST_NAMES), random.pick(LAST_NAMES));
        let manager = mail_address(random, first, last, row);
        let zip = UNITED_STATES.postal_code(city, random);
        sheet.push(&[
            (FIRST_SUPPLIER_ID + row as i64).to_string().into(),
            name.into(),
            format!("{first} {last}").into(),
            if is_marked(row, 40, 13) { Cell::Null } else { manager.into() },
            UNITED_STATES.street(random).into(),
            city.name.into(),
            city.region.into(),
            zip_with_faults(row, zip, random).into(),
            hub.region.into(),
            format!("https://supplier-{row}.example/").into(),
            Cell::Whole(random.pick_weighted(&[(14, 2), (30, 6), (45, 1), (60, 2)])),
            Cell::Real(random.between(20, 100) as f64 / 20.0),
            Cell::Flag(random.chance(0.87)),
            Cell::Day(scene.ledger.as_of - random.between(5, 4_000) as i32),
        ])?;
    }
    sheet.finish()
}

/// A spreadsheet once took the zero from the front; one in four has the longer form, which is right.
fn zip_with_faults(row: usize, zip: String, random: &mut Random) -> String {
    if is_marked(row, 61, 5) {
        "N/A".to_owned()
    } else if zip.starts_with('0') && random.chance(0.3) {
        zip[1..].to_owned()
    } else if random.chance(0.25) {
        format!("{zip}-{:04}", random.below(10_000))
    } else {
        zip
    }
}
