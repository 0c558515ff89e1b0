//! Stores: a hand-kept CSV that nobody has touched for more than a year.

use std::path::Path;

use super::Scene;
use crate::demo::ledger::{FIRST_STORE_ID, STORES};
use crate::demo::random::Random;
use crate::demo::sheets::{Cell, Column, CsvSheet, Kind, Sheet, SheetError};
use crate::demo::words::people::{FIRST_NAMES, LAST_NAMES};
use crate::demo::words::places::{COUNTRIES, Country};

pub(super) const COLUMNS: &[Column] = &[
    ("store_id", Kind::Whole64),
    ("store_code", Kind::Text),
    ("store_name", Kind::Text),
    ("street", Kind::Text),
    ("city", Kind::Text),
    ("region", Kind::Text),
    ("postal_code", Kind::Text),
    ("country_code", Kind::Text),
    ("manager_name", Kind::Text),
    ("floor_area_m2", Kind::Real),
    ("employees", Kind::Whole32),
    ("has_bakery", Kind::Flag),
    ("latitude", Kind::Real),
    ("longitude", Kind::Real),
    ("opened_on", Kind::Day),
    ("refitted_on", Kind::Day),
];

/// Days since the newest date of this table.
const LAST_TOUCHED_DAYS: i64 = 412;

pub(super) fn write(path: &Path, scene: &Scene) -> Result<u64, SheetError> {
    let mut random = scene.random("stores");
    let random = &mut random;
    let mut sheet = CsvSheet::create(path, COLUMNS)?;
    for (row, country) in list_countries(scene).into_iter().enumerate() {
        let city = &country.cities[random.index(country.cities.len())];
        let opened = random.between(1_500, 9_000);
        // The first row has the newest refit, so that the last day is in the data for every seed.
        let refitted = if row == 0 {
            Some(LAST_TOUCHED_DAYS)
        } else {
            random.chance(0.58).then(|| random.between(LAST_TOUCHED_DAYS, opened))
        };
        let area = random.log_normal(920.0, 0.5);
        sheet.push(&[
            Cell::Whole(FIRST_STORE_ID + row as i64),
            store_code(country, row).into(),
            format!(
                "{} {}",
                city.name,
                random.pick(&["Central", "North", "South", "Market Hall", "Station", "Riverside"])
            )
            .into(),
            country.street(random).into(),
            city.name.into(),
            city.region.into(),
            country.postal_code(city, random).into(),
            country.code.into(),
            format!("{} {}", random.pick(FIRST_NAMES), random.pick(LAST_NAMES)).into(),
            Cell::Real((area * 10.0) as i64 as f64 / 10.0),
            Cell::Whole((area / 34.0) as i64 + 3),
            Cell::Flag(random.chance(0.43)),
            degrees(city.latitude, random),
            degrees(city.longitude, random),
            Cell::Day(scene.ledger.as_of - opened as i32),
            refitted.map_or(Cell::Null, |days| Cell::Day(scene.ledger.as_of - days as i32)),
        ])?;
    }
    sheet.finish()
}

/// The code of a store in its own table: `DE-0007`. Orders write it without the hyphen.
fn store_code(country: &Country, row: usize) -> String {
    format!("{}-{:04}", country.code, row + 1)
}

/// The country of every store, in the order of their numbers; orders need it too.
pub(super) fn list_countries(scene: &Scene) -> Vec<&'static Country> {
    let mut random = scene.random("store countries");
    (0..STORES).map(|_| random.pick_weighted(COUNTRIES)).collect()
}

/// Somewhere in the city, in ten-thousandths of a degree.
fn degrees(centre: f64, random: &mut Random) -> Cell<'static> {
    let steps = (centre * 10_000.0) as i64 + random.between(-600, 600);
    Cell::Real(steps as f64 / 10_000.0)
}
