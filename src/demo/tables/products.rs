//! Products, as an old merchandise system exported them: many texts that should be something else.

use std::path::Path;

use super::{Scene, is_marked};
use crate::demo::ledger::{FIRST_PRODUCT_ID, Product};
use crate::demo::random::Random;
use crate::demo::sheets::{Cell, Column, Kind, ParquetSheet, Sheet, SheetError};
use crate::demo::tables::suppliers::{FIRST_SUPPLIER_ID, SUPPLIERS};
use crate::demo::words::goods::{BRANDS, COLOURS, QUALITIES, TAGS};

pub(super) const COLUMNS: &[Column] = &[
    ("product_id", Kind::Whole64),
    ("sku", Kind::Text),
    ("legacy_sku", Kind::Text),
    ("product_name", Kind::Text),
    ("brand", Kind::Text),
    ("category", Kind::Text),
    ("description", Kind::Text),
    ("tags", Kind::Text),
    ("colour", Kind::Text),
    ("package_size", Kind::Text),
    ("weight_grams", Kind::Text),
    ("shelf_life_days", Kind::Text),
    ("list_price", Kind::Money),
    ("cost_price", Kind::Money),
    ("rating", Kind::Real),
    ("supplier_id", Kind::Whole64),
    ("is_perishable", Kind::Flag),
    ("launched_on", Kind::Day),
    ("price_changed_on", Kind::Day),
];

/// Days since the newest date of this table: the price feed stopped eight months ago.
const FEED_STOPPED_DAYS: i64 = 243;
/// Everything on sale was launched before the first day of trade.
const NEWEST_LAUNCH_DAYS: i64 = 1_130;

pub(super) fn write(path: &Path, scene: &Scene) -> Result<u64, SheetError> {
    let mut random = scene.random("products");
    let random = &mut random;
    let mut sheet = ParquetSheet::create(path, COLUMNS)?;
    for (row, product) in scene.ledger.products.iter().enumerate() {
        let brand = random.pick(BRANDS);
        let noun = random.pick(product.category.nouns);
        let name = format!("{brand} {} {noun}", random.pick(QUALITIES));
        let weight = random.log_normal(480.0, 0.6) as i64 + 20;
        let launched = random.between(NEWEST_LAUNCH_DAYS, 3_300);
        // The first row has the newest change, so that the feed's last day is in the data for every seed.
        let price_changed = if row == 0 {
            FEED_STOPPED_DAYS
        } else {
            random.between(FEED_STOPPED_DAYS, 900)
        };
        sheet.push(&[
            Cell::Whole(FIRST_PRODUCT_ID + row as i64),
            sku(row, random).into(),
            legacy_sku(random).into(),
            if is_marked(row, 109, 6) {
                format!(" {name}").into()
            } else {
                name.into()
            },
            brand_spelling(row, brand).into(),
            product.category.name.into(),
            description(row, noun, random).into(),
            tags(random).into(),
            colour(row, random).into(),
            random.pick_weighted(&packages(product)).into(),
            weight.to_string().into(),
            shelf_life(row, product, random).into(),
            Cell::Cents(product.price_cents),
            Cell::Cents(product.price_cents * random.between(48, 81) / 100),
            rating(random),
            Cell::Whole(FIRST_SUPPLIER_ID + random.index(SUPPLIERS) as i64),
            Cell::Flag(product.category.is_perishable),
            Cell::Day(scene.ledger.as_of - launched as i32),
            Cell::Day(scene.ledger.as_of - price_changed as i32),
        ])?;
    }
    sheet.finish()
}

/// Two letters and the number of the product, spread over five digits: unique and clean.
fn sku(row: usize, random: &mut Random) -> String {
    let letter = |random: &mut Random| char::from(b'A' + random.below(26) as u8);
    format!("{}{}-{:05}", letter(random), letter(random), row * 22 + 10_007)
}

/// A column that nobody fills any more: nulls, empty texts and stand-ins only.
fn legacy_sku(random: &mut Random) -> Option<&'static str> {
    random.pick_weighted(&[(None, 71), (Some(""), 14), (Some("n/a"), 10), (Some("---"), 5)])
}

/// One brand, several spellings.
fn brand_spelling(row: usize, brand: &str) -> String {
    if is_marked(row, 17, 3) {
        brand.to_uppercase()
    } else if is_marked(row, 29, 11) {
        brand.replace(' ', "-")
    } else {
        brand.to_owned()
    }
}

fn description(row: usize, noun: &str, random: &mut Random) -> String {
    let (quality, place) = (
        random.pick(QUALITIES).to_lowercase(),
        random.pick(&["our own kitchen", "small farms", "the coast", "the region", "family mills"]),
    );
    let noun = noun.to_lowercase();
    let text = match random.below(3) {
        0 => format!("Our {quality} choice of {noun} from {place}"),
        1 => format!("{noun} made the {quality} way in {place}, best within a week of opening"),
        _ => format!("From {place}: {noun} for every day"),
    };
    if is_marked(row, 67, 21) { format!("\"{text}\"") } else { text }
}

/// Three to five words joined by a bar: a list squeezed into one field.
fn tags(random: &mut Random) -> String {
    let count = 3 + random.index(3);
    let mut words = TAGS.to_vec();
    random.shuffle(&mut words);
    words[..count].join("|")
}

/// A colour, and now and then the number of one.
fn colour(row: usize, random: &mut Random) -> String {
    if is_marked(row, 83, 11) {
        random.between(10, 99).to_string()
    } else {
        random.pick(COLOURS).to_owned()
    }
}

/// The usual size first, the others rarely.
fn packages(product: &Product) -> Vec<(&'static str, u32)> {
    let usual = [6, 3, 2, 1, 1];
    product.category.packages.iter().copied().zip(usual).collect()
}

/// Days as text; one in fifty is words.
fn shelf_life(row: usize, product: &Product, random: &mut Random) -> String {
    if is_marked(row, 53, 30) {
        return random.pick(&["two weeks", "see label", "long"]).to_owned();
    }
    let days = if product.category.is_perishable {
        random.between(2, 21)
    } else {
        random.between(12, 144) * 7
    };
    days.to_string()
}

/// Stars from one to five with one decimal; new products have none.
fn rating(random: &mut Random) -> Cell<'static> {
    if random.chance(0.08) {
        return Cell::Null;
    }
    let tenths = (41.0 + random.normal() * 6.0).clamp(10.0, 50.0) as i64;
    Cell::Real(tenths as f64 / 10.0)
}
