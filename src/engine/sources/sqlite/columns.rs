//! Columns of a SQLite table: declared types are a wish there, so what is stored is counted before the rows are read.

use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::engine::sources::cells::{Reading, TableColumn};
use crate::engine::type_inference::TokenKinds;

/// Texts of a column that stays text whatever they look like.
const TEXT: Reading = Reading::Token(TokenKinds::STRING.with(TokenKinds::NUMBER));
/// Texts that are dates if all of them are.
const DATES: Reading = Reading::Token(TokenKinds::STRING);

/// How many values of each kind a column stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    integers: i64,
    reals: i64,
    texts: i64,
    blobs: i64,
    /// Integers that are neither 0 nor 1.
    other_than_bits: i64,
}

/// Reads the columns that `is_read` names: generated ones too, hidden ones of virtual tables not. Nothing where there is no
/// such table.
pub async fn read_columns(
    connection: &mut SqliteConnection,
    table: &str,
    is_read: impl Fn(&str) -> bool,
) -> Result<Option<Vec<TableColumn>>, sqlx::Error> {
    let rows = sqlx::query("select name, type from pragma_table_xinfo(?) where hidden <> 1 order by cid")
        .persistent(false)
        .bind(table)
        .fetch_all(&mut *connection)
        .await?;
    let declared: Vec<(String, String)> = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get::<Option<String>, _>(1)?.unwrap_or_default())))
        .collect::<Result<_, sqlx::Error>>()?;
    if declared.is_empty() {
        return Ok(None);
    }
    let declared: Vec<_> = declared.into_iter().filter(|(name, _)| is_read(name)).collect();
    let mut columns = Vec::with_capacity(declared.len());
    // SQLite evaluates so many expressions at once; wide tables are looked at in groups.
    for group in declared.chunks(200) {
        let stored = count_stored(connection, table, group).await?;
        columns.extend(group.iter().zip(stored).map(|((name, wish), stored)| column(name, wish, stored)));
    }
    Ok(Some(columns))
}

async fn count_stored(connection: &mut SqliteConnection, table: &str, columns: &[(String, String)]) -> Result<Vec<Stored>, sqlx::Error> {
    let parts: Vec<String> = columns
        .iter()
        .map(|(name, _)| {
            let name = quote(name);
            format!(
                "total(typeof({name}) = 'integer'), total(typeof({name}) = 'real'), total(typeof({name}) = 'text'), total(typeof({name}) = 'blob'),
                 total(typeof({name}) = 'integer' and {name} not in (0, 1))"
            )
        })
        .collect();
    let text = format!("select {} from {}", parts.join(", "), quote(table));
    let row = sqlx::query(AssertSqlSafe(text)).persistent(false).fetch_one(connection).await?;
    let count = |place: usize| row.try_get::<f64, _>(place).map(|count| count as i64);
    (0..columns.len())
        .map(|column| {
            Ok(Stored {
                integers: count(column * 5)?,
                reals: count(column * 5 + 1)?,
                texts: count(column * 5 + 2)?,
                blobs: count(column * 5 + 3)?,
                other_than_bits: count(column * 5 + 4)?,
            })
        })
        .collect()
}

/// What a column is, from what it stores; from what it is declared as, only where it stores nothing or two ways are open.
fn column(name: &str, wish: &str, stored: Stored) -> TableColumn {
    let upper = wish.to_ascii_uppercase();
    let is_date = upper.contains("DATE") || upper.contains("TIME");
    let mut spelled = wish.to_ascii_lowercase();
    let quoted = quote(name);
    let mut expression = quoted.clone();
    let numbers = stored.integers + stored.reals;
    let reading = match (numbers, stored.texts, stored.blobs) {
        (0, 0, 0) => wished(&upper, is_date),
        (_, 0, 0) if stored.reals > 0 => Reading::Float64,
        (_, 0, 0) if upper.contains("BOOL") && stored.other_than_bits == 0 => Reading::Boolean,
        (_, 0, 0) => Reading::Int64,
        (0, _, 0) if is_date => DATES,
        (0, _, 0) => TEXT,
        (0, 0, _) => Reading::Bytes,
        _ => {
            spelled = mixture(&spelled, stored);
            expression = format!("case typeof({quoted}) when 'blob' then 'x''' || hex({quoted}) || '''' else cast({quoted} as text) end");
            TEXT
        }
    };
    if spelled.is_empty() {
        spelled = match reading {
            Reading::Int64 => "integer",
            Reading::Float64 => "real",
            Reading::Bytes => "blob",
            _ => "text",
        }
        .to_owned();
    }
    TableColumn {
        name: name.to_owned(),
        spelled,
        reading,
        expression,
    }
}

/// What a column without values is declared to hold, by SQLite's own rules of affinity.
fn wished(upper: &str, is_date: bool) -> Reading {
    if upper.contains("INT") {
        Reading::Int64
    } else if ["CHAR", "CLOB", "TEXT"].iter().any(|word| upper.contains(word)) {
        TEXT
    } else if upper.contains("BLOB") {
        Reading::Bytes
    } else if upper.contains("BOOL") {
        Reading::Boolean
    } else if is_date {
        DATES
    } else if upper.is_empty() {
        TEXT
    } else {
        Reading::Float64
    }
}

/// `integer, stored as 97 integers, 3 texts`: the column is read as text, and says why.
fn mixture(spelled: &str, stored: Stored) -> String {
    let parts: Vec<String> = [
        (stored.integers, "integers"),
        (stored.reals, "reals"),
        (stored.texts, "texts"),
        (stored.blobs, "blobs"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, kind)| format!("{count} {kind}"))
    .collect();
    let declared = if spelled.is_empty() { "no type" } else { spelled };
    format!("{declared}, stored as {}", parts.join(", "))
}

/// A name in double quotes.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_decides_and_a_mixture_says_so() {
        let stored = |integers, reals, texts, blobs| Stored {
            integers,
            reals,
            texts,
            blobs,
            other_than_bits: 0,
        };
        for (wish, stored, reading, spelled) in [
            ("INTEGER", stored(3, 0, 0, 0), Reading::Int64, "integer"),
            ("BOOLEAN", stored(3, 0, 0, 0), Reading::Boolean, "boolean"),
            ("DECIMAL(10,2)", stored(3, 1, 0, 0), Reading::Float64, "decimal(10,2)"),
            ("TEXT", stored(0, 0, 2, 0), TEXT, "text"),
            ("DATETIME", stored(0, 0, 2, 0), DATES, "datetime"),
            ("", stored(0, 0, 0, 2), Reading::Bytes, "blob"),
            ("", stored(2, 0, 0, 0), Reading::Int64, "integer"),
            ("INTEGER", stored(97, 0, 3, 0), TEXT, "integer, stored as 97 integers, 3 texts"),
            ("VARCHAR(9)", stored(0, 0, 0, 0), TEXT, "varchar(9)"),
            ("DOUBLE", stored(0, 0, 0, 0), Reading::Float64, "double"),
            ("BIGINT", stored(0, 0, 0, 0), Reading::Int64, "bigint"),
        ] {
            let column = column("c", wish, stored);
            assert_eq!((column.reading, column.spelled.as_str()), (reading, spelled), "{wish}");
        }
    }
}
