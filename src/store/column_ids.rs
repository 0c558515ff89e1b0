//! The ids under which what is said of columns is kept: those that results and findings name their columns by.

use std::collections::{HashMap, HashSet};

use super::{StoreError, Transaction, sql};
use crate::domain::identifier::{TableId, column_id};

/// The ids under which what is said of columns of a table is kept: of two that differ by capitals alone, the later one's has a number
/// behind it, since each has characteristics of its own.
pub(super) async fn ids_of_characteristics(tx: &mut Transaction, table: &TableId, names: &[&str]) -> Result<Vec<String>, StoreError> {
    let rows = sql("select column_id, column_name from dq_data_column_chars where table_id = $1")
        .bind(table.as_str())
        .fetch_all(tx)
        .await?;
    let mut by_name = HashMap::new();
    for row in &rows {
        by_name.insert(row.text_opt("column_name")?.unwrap_or_default(), row.text("column_id")?);
    }
    let mut taken: HashSet<String> = by_name.values().cloned().collect();
    let mut id_of = |name: &str| {
        if let Some(known) = by_name.get(name) {
            return known.clone();
        }
        let plain = column_id(table.as_str(), name);
        let mut id = plain.clone();
        for number in 2_u32.. {
            if taken.insert(id.clone()) {
                break;
            }
            id = format!("{plain}#{number}");
        }
        by_name.insert(name.to_owned(), id.clone());
        id
    };
    Ok(names.iter().map(|name| id_of(name)).collect())
}
