//! The sales of three years before they become files: products with prices, orders with their lines, in the order of time.
//!
//! Orders, order lines and payments are written from the same ledger, so that their keys and their sums agree.

use chrono::{Datelike, NaiveDate, Weekday};

use super::random::{Draw, Random};
use super::sheets::date_of;
use super::words::goods::{CATEGORIES, Category};

/// Customers of the group.
pub(super) const CUSTOMERS: usize = 60_000;
/// Products of the assortment.
pub(super) const PRODUCTS: usize = 4_000;
/// Stores.
pub(super) const STORES: usize = 420;
/// Orders.
pub(super) const ORDERS: usize = 180_000;
/// Days of trade, the last of which is the day before `as_of`.
pub(super) const TRADING_DAYS: i32 = 1_096;
/// First numbers of the keys.
pub(super) const FIRST_CUSTOMER_ID: i64 = 100_001;
pub(super) const FIRST_PRODUCT_ID: i64 = 2_001;
pub(super) const FIRST_STORE_ID: i64 = 1;
pub(super) const FIRST_ORDER_ID: i64 = 10_000_001;

/// Microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;
const SECONDS_A_DAY: i64 = 86_400;

/// A product as far as sales need it.
pub(super) struct Product {
    pub(super) category: &'static Category,
    pub(super) price_cents: i64,
}

/// One order.
pub(super) struct Order {
    /// Index of the customer.
    pub(super) customer: u32,
    /// Index of the store; none for orders by web or app.
    pub(super) store: Option<u32>,
    /// Seconds since 1970.
    pub(super) placed_at: i64,
    /// Where its lines begin in [`Ledger::lines`].
    first_line: u32,
    /// How many lines it has.
    line_count: u32,
}

/// One line of an order.
pub(super) struct Line {
    /// Index of the product.
    pub(super) product: u32,
    pub(super) quantity: i64,
    pub(super) unit_cents: i64,
    /// Whole percents off.
    pub(super) discount: i64,
}

/// All sales.
pub(super) struct Ledger {
    /// The day that everything is relative to, counted from 1970.
    pub(super) as_of: i32,
    pub(super) products: Vec<Product>,
    pub(super) orders: Vec<Order>,
    pub(super) lines: Vec<Line>,
    /// Seconds since 1970 of each customer's first order.
    pub(super) first_order_at: Vec<Option<i64>>,
}

impl Line {
    /// What the line costs, rounded half up to cents.
    pub(super) fn total_cents(&self) -> i64 {
        (self.quantity * self.unit_cents * (100 - self.discount) + 50) / 100
    }
}

impl Order {
    /// The calendar day, counted from 1970.
    pub(super) fn day(&self) -> i32 {
        self.placed_at.div_euclid(SECONDS_A_DAY) as i32
    }
}

impl Ledger {
    /// Lets the group trade up to the day before `as_of`.
    pub(super) fn trade(as_of: NaiveDate, seed: u64) -> Self {
        let as_of = as_of.to_epoch_days();
        let mut random = Random::new(seed, "ledger");
        let products = stock_products(&mut random);
        let mut ledger = Self {
            as_of,
            products,
            orders: Vec::with_capacity(ORDERS),
            lines: Vec::with_capacity(ORDERS * 7 / 2),
            first_order_at: vec![None; CUSTOMERS],
        };
        let customers = Popularity::new(CUSTOMERS, 40.0, &mut random);
        let stores = Popularity::new(STORES, 12.0, &mut random);
        let products = Popularity::new(PRODUCTS, 15.0, &mut random);
        for placed_at in order_times(as_of, &mut random) {
            let customer = customers.draw(&mut random);
            let first = ledger.first_order_at[customer as usize].get_or_insert(placed_at);
            *first = placed_at.min(*first);
            let store = random.chance(0.64).then(|| stores.draw(&mut random));
            let first_line = ledger.lines.len() as u32;
            let line_count = random.pick_weighted(&[(1, 24), (2, 21), (3, 17), (4, 13), (5, 9), (6, 6), (7, 4), (8, 3), (10, 2), (14, 1)]);
            for _ in 0..line_count {
                let product = products.draw(&mut random);
                // Prices rose by 3 % a year.
                let years_ago = (as_of - placed_at.div_euclid(SECONDS_A_DAY) as i32) / 365;
                let unit_cents = ledger.products[product as usize].price_cents * i64::from(100 - 3 * years_ago) / 100;
                let quantity = random.pick_weighted(&[(1, 62), (2, 20), (3, 8), (4, 5), (6, 3), (10, 1), (12, 1)]);
                let discount = random.pick_weighted(&[(0, 78), (5, 8), (10, 8), (20, 4), (50, 2)]);
                ledger.lines.push(Line {
                    product,
                    quantity,
                    unit_cents: unit_cents.max(1),
                    discount,
                });
            }
            ledger.orders.push(Order {
                customer,
                store,
                placed_at,
                first_line,
                line_count,
            });
        }
        ledger
    }

    /// The lines of an order.
    pub(super) fn lines_of(&self, order: &Order) -> &[Line] {
        &self.lines[order.first_line as usize..][..order.line_count as usize]
    }

    /// What an order costs.
    pub(super) fn total_cents(&self, order: &Order) -> i64 {
        self.lines_of(order).iter().map(Line::total_cents).sum()
    }
}

/// Who or what is chosen how often: a few often, most rarely, in no order of their numbers.
struct Popularity {
    draw: Draw,
    order: Vec<u32>,
}

impl Popularity {
    fn new(length: usize, offset: f64, random: &mut Random) -> Self {
        let mut order: Vec<u32> = (0..length as u32).collect();
        random.shuffle(&mut order);
        Self {
            draw: Draw::zipf(length, offset),
            order,
        }
    }

    fn draw(&self, random: &mut Random) -> u32 {
        self.order[self.draw.draw(random)]
    }
}

fn stock_products(random: &mut Random) -> Vec<Product> {
    (0..PRODUCTS)
        .map(|_| {
            let category = random.pick_weighted(CATEGORIES);
            let cents = random.log_normal(category.median_cents, 0.55) as i64;
            // Shops like prices that end in nine.
            Product {
                category,
                price_cents: (cents / 10 * 10 + 9).max(29),
            }
        })
        .collect()
}

/// Seconds since 1970 of every order, ascending: growth over the years, weekdays, December, hours of the day.
fn order_times(as_of: i32, random: &mut Random) -> Vec<i64> {
    let first_day = as_of - TRADING_DAYS;
    let days = Draw::by_weights(
        (0..TRADING_DAYS).map(|past| day_weight(date_of(first_day + past)) * (1.0 + f64::from(past) / f64::from(TRADING_DAYS))),
    );
    let hours = Draw::by_weights([
        0.6, 0.3, 0.2, 0.1, 0.1, 0.3, 1.0, 2.4, 4.2, 5.6, 6.6, 7.2, 6.8, 6.0, 5.6, 5.8, 6.6, 7.8, 8.2, 7.0, 5.4, 3.8, 2.4, 1.2,
    ]);
    let mut times: Vec<i64> = (0..ORDERS)
        .map(|_| {
            let day = first_day + days.draw(random) as i32;
            i64::from(day) * SECONDS_A_DAY + hours.draw(random) as i64 * 3_600 + random.between(0, 3_599)
        })
        .collect();
    times.sort_unstable();
    times
}

fn day_weight(date: NaiveDate) -> f64 {
    let weekday = match date.weekday() {
        Weekday::Mon => 0.85,
        Weekday::Tue => 0.9,
        Weekday::Wed => 0.95,
        Weekday::Thu => 1.0,
        Weekday::Fri => 1.25,
        Weekday::Sat => 1.45,
        Weekday::Sun => 0.6,
    };
    let season = match date.month() {
        1 | 2 => 0.85,
        7 | 8 => 0.9,
        11 => 1.2,
        12 => 1.5,
        _ => 1.0,
    };
    weekday * season
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trade_is_in_the_order_of_time_and_stops_the_day_before() {
        let as_of = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let ledger = Ledger::trade(as_of, 1);
        assert_eq!(ledger.orders.len(), ORDERS);
        assert!(ledger.orders.is_sorted_by_key(|order| order.placed_at));
        assert_eq!(ledger.orders.last().unwrap().day(), ledger.as_of - 1);
        assert_eq!(
            ledger.orders.iter().map(|order| ledger.lines_of(order).len()).sum::<usize>(),
            ledger.lines.len()
        );
        assert!((560_000..660_000).contains(&ledger.lines.len()), "{}", ledger.lines.len());
    }
}
