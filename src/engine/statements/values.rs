//! The expression that is a column's value as Limn counts it: stored values, texts that have a type, JSON members, columns of databases.

use super::dialect::{Spelling, quote_text};
use crate::domain::column_profile::{ColumnProfile, GeneralType};
use crate::domain::statement::SqlDialect;

/// The names under which DuckDB knows the columns; one without a name goes by its place.
pub fn distinct_names<'a>(columns: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = std::collections::HashSet::new();
    (1..)
        .zip(columns)
        .map(|(place, column)| {
            let given = if column.is_empty() {
                format!("column{place}")
            } else {
                column.to_owned()
            };
            let mut name = given.clone();
            let mut again = 1;
            while !taken.insert(name.to_lowercase()) {
                name = format!("{given}_{again}");
                again += 1;
            }
            name
        })
        .collect()
}

/// The text of a JSON member. `a.b` is a key of that name, or `b` in the object `a`; `a.length` may be the number of elements of `a`.
pub fn json_text(column: &ColumnProfile, columns: &[ColumnProfile]) -> String {
    let name = &column.column_name;
    let text = |keys: &[&str]| format!("json_extract_string(json, {})", pointer(keys));
    let inside = format!("{name}.");
    let is_opened = |other: &ColumnProfile| other.column_name.strip_prefix(&inside).is_some_and(|rest| rest != "length");
    if column.general_type == GeneralType::Other && columns.iter().any(is_opened) {
        // Of objects whose members are columns of their own, only the empty ones are left.
        let keys = pointer(&[name]);
        return format!(
            "CASE WHEN json_type(json, {keys}) <> 'OBJECT' OR json_extract_string(json, {keys}) = '{{}}' THEN {} END",
            text(&[name])
        );
    }
    let keys: Vec<&str> = name.split('.').collect();
    if keys.len() == 1 {
        return text(&keys);
    }
    let mut ways = vec![text(&[name]), text(&keys)];
    if keys.last() == Some(&"length") {
        let list = pointer(&keys[..keys.len() - 1]);
        ways.push(format!(
            "CASE WHEN json_type(json, {list}) = 'ARRAY' THEN CAST(json_array_length(json, {list}) AS VARCHAR) END"
        ));
    }
    format!("coalesce({})", ways.join(", "))
}

/// A JSON pointer, which finds any key whatever it is made of.
fn pointer(keys: &[&str]) -> String {
    let steps: Vec<String> = keys
        .iter()
        .map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1")))
        .collect();
    quote_text(&steps.concat())
}

/// A column of Parquet.
pub fn stored_value(column: &str, profile: &ColumnProfile) -> String {
    match profile.data_type.as_str() {
        "half" | "float" | "double" => format!("CAST({column} AS DOUBLE)"),
        "timestamp" => format!("{column} AT TIME ZONE 'UTC'"),
        "string" => format!("CAST({column} AS VARCHAR)"),
        // Limn shows bytes in hex.
        "binary" => format!("lower(hex(CAST({column} AS BLOB)))"),
        _ => column.to_owned(),
    }
}

/// A text that has the type that Limn found.
pub fn typed_token(token: &str, profile: &ColumnProfile) -> String {
    let sql_type = match profile.data_type.as_str() {
        "boolean" => "BOOLEAN",
        "bigint" => "BIGINT",
        "decimal(38,0)" => "DECIMAL(38, 0)",
        "double" => "DOUBLE",
        "date" => "DATE",
        "timestamp_ntz" => "TIMESTAMP",
        // DuckDB reads +01:00, but not +0100.
        "timestamp" => {
            return format!("CAST(regexp_replace({token}, '([+-][0-9]{{2}})([0-9]{{2}})$', '\\1:\\2') AS TIMESTAMPTZ) AT TIME ZONE 'UTC'");
        }
        _ => return token.to_owned(),
    };
    format!("CAST({token} AS {sql_type})")
}

/// A column of a database.
pub fn database_value(column: &str, profile: &ColumnProfile, dialect: SqlDialect) -> String {
    let data_type = profile.data_type.to_lowercase();
    let is_real = profile.metrics.nan_count.is_some();
    let has_time = profile.metrics.min_value.as_ref().is_some_and(|text| text.contains('T'));
    match (dialect, profile.general_type) {
        (SqlDialect::Postgres, GeneralType::Time) if data_type.starts_with("timestamp") && data_type.contains("with time zone") => {
            format!("{column} AT TIME ZONE 'UTC'")
        }
        (SqlDialect::Postgres, GeneralType::Other) if data_type == "bytea" => format!("encode({column}, 'hex')"),
        (SqlDialect::Sqlite, GeneralType::Other) if data_type == "blob" => {
            format!("CASE WHEN {column} IS NOT NULL THEN lower(hex({column})) END")
        }
        // SQLite keeps days and instants as texts; these are to the millisecond and in UTC.
        (SqlDialect::Sqlite, GeneralType::Time) if has_time => format!("strftime('%Y-%m-%d %H:%M:%f', {column})"),
        (SqlDialect::Sqlite, GeneralType::Time) => format!("date({column})"),
        (_, GeneralType::Number) if is_real => dialect.as_real(column),
        (_, GeneralType::Text) if data_type != "text" => dialect.as_text(column),
        _ => column.to_owned(),
    }
}
