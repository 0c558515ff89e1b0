//! One file a table: its columns, and the rows with their planted faults.

mod customers;
mod order_lines;
mod orders;
pub(super) mod payments;
mod products;
mod returns;
mod stores;
mod suppliers;

use std::path::Path;

use super::ledger::Ledger;
use super::random::Random;
use super::sheets::{Column, SheetError};

/// What every table is written from.
pub(super) struct Scene {
    /// Three years of sales.
    pub(super) ledger: Ledger,
    /// Seed of the tables' own streams.
    pub(super) seed: u64,
}

impl Scene {
    /// The table's own stream of random numbers.
    fn random(&self, table: &str) -> Random {
        Random::new(self.seed, table)
    }
}

/// A table and how it is written.
pub(super) struct TableSheet {
    pub(super) name: &'static str,
    /// File or folder in the sample's folder.
    pub(super) path: &'static str,
    pub(super) columns: &'static [Column],
    pub(super) write: fn(&Path, &Scene) -> Result<u64, SheetError>,
}

impl TableSheet {
    /// Whether the table is a folder of equal files.
    pub(super) fn is_folder(&self) -> bool {
        self.name == self.path
    }
}

/// All tables, the largest first.
pub(super) const TABLES: &[TableSheet] = &[
    TableSheet {
        name: "order_lines",
        path: "order_lines.parquet",
        columns: order_lines::COLUMNS,
        write: order_lines::write,
    },
    TableSheet {
        name: "orders",
        path: "orders.parquet",
        columns: orders::COLUMNS,
        write: orders::write,
    },
    TableSheet {
        name: "payments",
        path: "payments",
        columns: payments::COLUMNS,
        write: payments::write,
    },
    TableSheet {
        name: "customers",
        path: "customers.parquet",
        columns: customers::COLUMNS,
        write: customers::write,
    },
    TableSheet {
        name: "products",
        path: "products.parquet",
        columns: products::COLUMNS,
        write: products::write,
    },
    TableSheet {
        name: "suppliers",
        path: "suppliers.jsonl.gz",
        columns: suppliers::COLUMNS,
        write: suppliers::write,
    },
    TableSheet {
        name: "stores",
        path: "stores.csv",
        columns: stores::COLUMNS,
        write: stores::write,
    },
    TableSheet {
        name: "returns",
        path: "returns.parquet",
        columns: returns::COLUMNS,
        write: returns::write,
    },
];

/// Marks every `period`-th row, beginning at `offset`: a fault with a share that holds for every seed.
fn is_marked(row: usize, period: usize, offset: usize) -> bool {
    row % period == offset
}
