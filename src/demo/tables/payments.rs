//! Payments: a folder of equal Parquet files, one a month, so that the table is partitioned.

use std::fs;
use std::io;
use std::path::Path;

use super::Scene;
use crate::demo::ledger::{FIRST_ORDER_ID, Order, SECOND};
use crate::demo::random::Random;
use crate::demo::sheets::{Cell, Column, Kind, ParquetSheet, Sheet, SheetError, date_of};

pub(super) const COLUMNS: &[Column] = &[
    ("payment_id", Kind::Whole64),
    ("order_id", Kind::Whole64),
    ("paid_at", Kind::Instant),
    ("method", Kind::Text),
    ("amount", Kind::Money),
    ("card_number", Kind::Text),
    ("iban", Kind::Text),
    ("fee", Kind::Real),
    ("status", Kind::Text),
    ("is_refund", Kind::Flag),
];

const FIRST_PAYMENT_ID: i64 = 700_000_001;

/// One payment of an order.
struct Payment {
    order_id: i64,
    paid_at: i64,
    cents: i64,
    is_refund: bool,
}

pub(super) fn write(folder: &Path, scene: &Scene) -> Result<u64, SheetError> {
    let mut random = scene.random("payments");
    let random = &mut random;
    fs::create_dir(folder)?;
    let mut payments = Vec::new();
    for (order, order_id) in scene.ledger.orders.iter().zip(FIRST_ORDER_ID..) {
        pay(order, order_id, scene, &mut payments, random);
    }
    payments.sort_by_key(|payment| (payment.paid_at, payment.order_id, payment.is_refund));
    let mut rows = 0;
    let mut payment_id = FIRST_PAYMENT_ID;
    for month in payments.chunk_by(|a, b| month_of(a) == month_of(b)) {
        let mut sheet = ParquetSheet::create(&folder.join(format!("{}.parquet", month_of(&month[0]))), COLUMNS)?;
        for payment in month {
            push_payment(&mut sheet, payment_id, payment, random)?;
            payment_id += 1;
        }
        rows += sheet.finish()?;
    }
    Ok(rows)
}

/// The first thing in the folder that is not a monthly file of an earlier sample.
pub(in crate::demo) fn find_foreign_entry(folder: &Path) -> io::Result<Option<String>> {
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_ours = name
            .strip_suffix(".parquet")
            .is_some_and(|month| chrono::NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").is_ok());
        if !is_ours {
            return Ok(Some(format!("payments/{name}")));
        }
    }
    Ok(None)
}

/// One payment an order; sometimes two halves, sometimes the money goes back.
fn pay(order: &Order, order_id: i64, scene: &Scene, payments: &mut Vec<Payment>, random: &mut Random) {
    let cents = scene.ledger.total_cents(order);
    // The last minute before `as_of` is the latest: nothing of the sample lies in the future.
    let paid_at = (order.placed_at + random.between(2, 240)).min(i64::from(scene.ledger.as_of) * 86_400 - 60);
    if random.chance(0.02) && cents > 1 {
        let first = cents / 2;
        payments.push(Payment {
            order_id,
            paid_at,
            cents: first,
            is_refund: false,
        });
        payments.push(Payment {
            order_id,
            paid_at: paid_at + 31,
            cents: cents - first,
            is_refund: false,
        });
    } else {
        payments.push(Payment {
            order_id,
            paid_at,
            cents,
            is_refund: false,
        });
    }
    let refunded_at = paid_at + random.between(1, 20) * 86_400;
    if random.chance(0.03) && refunded_at < i64::from(scene.ledger.as_of) * 86_400 {
        payments.push(Payment {
            order_id,
            paid_at: refunded_at,
            cents: -cents,
            is_refund: true,
        });
    }
}

fn month_of(payment: &Payment) -> String {
    date_of(payment.paid_at.div_euclid(86_400) as i32).format("%Y-%m").to_string()
}

fn push_payment(sheet: &mut ParquetSheet, payment_id: i64, payment: &Payment, random: &mut Random) -> Result<(), SheetError> {
    let method = random.pick_weighted(&[("card", 58), ("cash", 17), ("direct debit", 12), ("wallet", 11), ("voucher", 2)]);
    let fee = if method == "card" {
        (payment.cents.abs() * 14 + 500) / 1_000
    } else {
        0
    };
    sheet.push(&[
        Cell::Whole(payment_id),
        Cell::Whole(payment.order_id),
        Cell::Instant(payment.paid_at * SECOND),
        method.into(),
        Cell::Cents(payment.cents),
        (method == "card").then(|| card_number(random)).into(),
        (method == "direct debit").then(|| german_iban(random)).into(),
        Cell::Real(fee as f64 / 100.0),
        random.pick_weighted(&[("settled", 955), ("pending", 31), ("declined", 14)]).into(),
        Cell::Flag(payment.is_refund),
    ])
}

/// Sixteen digits of a range that is used for tests only, with the right check digit (Luhn).
fn card_number(random: &mut Random) -> String {
    let digits = format!("400000{:09}", random.below(1_000_000_000));
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|digit| u32::from(digit - b'0'))
        .enumerate()
        .fold(0, |sum, (place, digit)| {
            let counted = if place % 2 == 0 { digit * 2 } else { digit };
            sum + counted / 10 + counted % 10
        });
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// An account at a bank code that no bank has, with the right check digits.
fn german_iban(random: &mut Random) -> String {
    let account = format!("00000000{:010}", random.below(10_000_000_000));
    // D is 13, E is 14; the check digits stand for 00 while the remainder is found.
    let remainder = account
        .bytes()
        .chain("131400".bytes())
        .fold(0_u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - remainder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_and_accounts_pass_their_checks() {
        let mut random = Random::new(9, "money");
        for _ in 0..200 {
            let card = card_number(&mut random);
            let luhn: u32 = card
                .bytes()
                .rev()
                .enumerate()
                .map(|(place, digit)| {
                    let digit = u32::from(digit - b'0') * if place % 2 == 1 { 2 } else { 1 };
                    digit / 10 + digit % 10
                })
                .sum();
            assert!(card.len() == 16 && luhn.is_multiple_of(10), "{card}");
            let iban = german_iban(&mut random);
            let turned = format!("{}1314{}", &iban[4..], &iban[2..4]);
            let rest = turned.bytes().fold(0_u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
            assert!(iban.len() == 22 && rest == 1, "{iban}");
        }
    }
}
