//! Columns of a PostgreSQL table: what the catalogue says of them, and how each is read so that nothing is lost.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::failing::{fault_of_values, go_back};
use crate::domain::table_scope::TableScope;
use crate::engine::sources::cells::{Reading, TableColumn};
use crate::engine::type_inference::TokenKinds;

/// Longest text or binary value that is fetched.
pub const LONGEST_VALUE: usize = 64 << 20;
/// Digits that survive the way through a double.
const DOUBLE_DIGITS: i64 = 15;
/// Digits of the widest decimal.
const WIDEST: i64 = 38;

/// Columns in order, domains opened down to the type beneath them.
const COLUMNS: &str = "with recursive opened (place, name, spelled, type_id, modifier) as (
        select a.attnum, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid, a.atttypmod
        from pg_catalog.pg_attribute a where a.attrelid = $1::int8::oid and a.attnum > 0 and not a.attisdropped
        union all
        select o.place, o.name, o.spelled, t.typbasetype, case when o.modifier = -1 then t.typtypmod else o.modifier end
        from opened o join pg_catalog.pg_type t on t.oid = o.type_id where t.typtype = 'd')
    select o.name, o.spelled, t.typname::text as type_name, o.modifier::int4 as modifier, t.typtype::text as type_kind,
        (t.typnamespace = 'pg_catalog'::regnamespace) as is_built_in
    from opened o join pg_catalog.pg_type t on t.oid = o.type_id where t.typtype <> 'd' order by o.place";

/// What the catalogue says of a column.
struct Declared {
    name: String,
    spelled: String,
    type_name: String,
    modifier: i32,
    is_enum: bool,
    is_built_in: bool,
}

/// Reads the columns of a relation that are in scope. `from` is its quoted name, for the one look that numbers without bounds need.
pub async fn read_columns(
    connection: &mut PgConnection,
    relation: i64,
    from: &str,
    scope: &TableScope,
) -> Result<Vec<TableColumn>, sqlx::Error> {
    let rows = sqlx::query(COLUMNS)
        .persistent(false)
        .bind(relation)
        .fetch_all(&mut *connection)
        .await?;
    let mut declared = Vec::with_capacity(rows.len());
    for row in &rows {
        declared.push(Declared {
            name: row.try_get("name")?,
            spelled: row.try_get("spelled")?,
            type_name: row.try_get("type_name")?,
            modifier: row.try_get("modifier")?,
            is_enum: row.try_get::<String, _>("type_kind")? == "e",
            is_built_in: row.try_get("is_built_in")?,
        });
    }
    declared.retain(|column| scope.reads(&column.name));
    let numerics: Vec<&Declared> = declared.iter().filter(|column| column.is_numeric()).collect();
    let mut extents = look_at_all_numerics(connection, &numerics, from).await?.into_iter();
    let columns = declared.iter().map(|column| {
        let (reading, cast) = match column.is_numeric().then(|| extents.next()).flatten() {
            Some(Some(extent)) => numeric_reading(extent, numeric_bounds(column.modifier)),
            // What cannot be looked at cannot be read either, which is told then.
            Some(None) => (Reading::Text, "::text"),
            None => column.reading(),
        };
        let name = quote(&column.name);
        TableColumn {
            name: column.name.clone(),
            spelled: column.spelled.clone(),
            reading,
            expression: format!("{name}{cast}"),
        }
    });
    Ok(columns.collect())
}

impl Declared {
    fn is_numeric(&self) -> bool {
        self.is_built_in && self.type_name == "numeric"
    }

    /// How it is read, and the cast that this needs.
    fn reading(&self) -> (Reading, &'static str) {
        if self.is_enum {
            return (Reading::Text, "::text");
        }
        if !self.is_built_in {
            let is_text = self.type_name == "citext";
            return (if is_text { Reading::Text } else { OTHER }, "::text");
        }
        match self.type_name.as_str() {
            "bool" => (Reading::Boolean, ""),
            "int2" => (Reading::Int16, ""),
            "int4" => (Reading::Int32, ""),
            "int8" => (Reading::Int64, ""),
            "oid" => (Reading::UInt32, ""),
            "float4" => (Reading::Float32, ""),
            "float8" => (Reading::Float64, ""),
            "date" => (Reading::Date, ""),
            "time" => (Reading::Time, ""),
            "timestamp" => (Reading::Instant { utc: false }, ""),
            "timestamptz" => (Reading::Instant { utc: true }, ""),
            "text" | "varchar" => (Reading::Text, ""),
            // The blanks that pad a `char(n)` mean nothing, says PostgreSQL; the cast takes them away.
            "bpchar" | "char" | "name" | "json" | "jsonb" | "xml" => (Reading::Text, "::text"),
            "uuid" => (Reading::Uuid, ""),
            "bytea" => (Reading::Bytes, ""),
            _ => (OTHER, "::text"),
        }
    }
}

/// Arrays, ranges, intervals, network addresses, types of extensions: known by their text, and no text.
const OTHER: Reading = Reading::Token(TokenKinds::NESTED);

/// What a column of numbers holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Extent {
    /// Digits before the point of the longest.
    whole: i64,
    /// Digits after the point of the longest.
    fraction: i64,
    /// Whether NaN or an infinity is among them.
    has_special: bool,
}

/// Precision and scale of a declared `numeric(p, s)`.
fn numeric_bounds(modifier: i32) -> Option<(i64, i64)> {
    let packed = modifier - 4;
    // Eleven bits of scale with a sign, as PostgreSQL 15 packs it; older ones never set the sign.
    let scale = i64::from(((packed & 0x7FF) ^ 1_024) - 1_024);
    (modifier >= 4).then_some((i64::from((packed >> 16) & 0xFFFF), scale))
}

/// [`look_at_numerics`]; where a column's values cannot be read, at each column alone: nothing for those that cannot.
async fn look_at_all_numerics(
    connection: &mut PgConnection,
    columns: &[&Declared],
    from: &str,
) -> Result<Vec<Option<Extent>>, sqlx::Error> {
    match look_at_numerics(connection, columns, from).await {
        Err(error) if fault_of_values(&error).is_some() => go_back(connection).await?,
        looked => return Ok(looked?.into_iter().map(Some).collect()),
    }
    let mut extents = Vec::with_capacity(columns.len());
    for column in columns {
        match look_at_numerics(connection, &[column], from).await {
            Err(error) if fault_of_values(&error).is_some() => {
                go_back(connection).await?;
                extents.push(None);
            }
            looked => extents.extend(looked?.into_iter().map(Some)),
        }
    }
    Ok(extents)
}

/// One look at all columns of numbers: NaN and infinities have no place among decimals, and undeclared scales must be found.
async fn look_at_numerics(connection: &mut PgConnection, columns: &[&Declared], from: &str) -> Result<Vec<Extent>, sqlx::Error> {
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<String> = columns
        .iter()
        .map(|column| {
            let name = quote(&column.name);
            // The scale of NaN and of the infinities is null.
            let finite = format!("filter (where scale({name}) is not null)");
            match numeric_bounds(column.modifier) {
                // NaN is the greatest of all.
                Some(_) => format!("0::int8, 0::int8, coalesce(max({name}) = 'NaN', false)"),
                None => format!(
                    "coalesce(greatest(length(trunc(abs(max({name}) {finite}))::text), length(trunc(abs(min({name}) {finite}))::text)), 0)::int8,
                     coalesce(max(scale({name})), 0)::int8, (count({name}) > count(scale({name})))"
                ),
            }
        })
        .collect();
    let text = format!("select {} from {from}", parts.join(", "));
    let row = sqlx::query(AssertSqlSafe(text)).persistent(false).fetch_one(connection).await?;
    (0..columns.len())
        .map(|place| {
            Ok(Extent {
                whole: row.try_get(place * 3)?,
                fraction: row.try_get(place * 3 + 1)?,
                has_special: row.try_get(place * 3 + 2)?,
            })
        })
        .collect()
}

/// Decimal where every digit has a place; a double where NaN or an infinity is among numbers that it holds exactly; else text.
fn numeric_reading(extent: Extent, declared: Option<(i64, i64)>) -> (Reading, &'static str) {
    let (precision, scale) = match declared {
        Some((precision, scale)) => (precision.max(scale), scale),
        None => (extent.whole + extent.fraction, extent.fraction),
    };
    if extent.has_special {
        return if precision <= DOUBLE_DIGITS {
            (Reading::Float64, "::float8")
        } else {
            (Reading::Text, "::text")
        };
    }
    match (u8::try_from(precision), i8::try_from(scale)) {
        (Ok(precision), Ok(scale)) if i64::from(precision) <= WIDEST => {
            // Undeclared numbers get all digits, so that tomorrow's longer number is of the same type.
            let precision = if declared.is_some() { precision.max(1) } else { WIDEST as u8 };
            (Reading::Decimal { precision, scale }, "")
        }
        _ => (Reading::Text, "::text"),
    }
}

/// The statement that reads the rows: the columns, null for those that `failed`, and last the places of values that are longer than what
/// is fetched, or null.
pub fn select_rows(columns: &[TableColumn], failed: &[usize], from: &str) -> String {
    let is_long = |column: &TableColumn| matches!(column.reading, Reading::Text | Reading::Bytes) && !column.expression.ends_with("::text");
    let (mut parts, mut longer) = (Vec::new(), Vec::new());
    for (place, column) in columns.iter().enumerate() {
        let expression = &column.expression;
        parts.push(if failed.contains(&place) {
            "null".into()
        } else if is_long(column) {
            longer.push((place, format!("octet_length({expression}) > {LONGEST_VALUE}")));
            format!("case when octet_length({expression}) <= {LONGEST_VALUE} then {expression} end")
        } else {
            expression.clone()
        });
    }
    parts.push(if longer.is_empty() {
        "null::int4[]".into()
    } else {
        let any: Vec<&str> = longer.iter().map(|(_, is_longer)| is_longer.as_str()).collect();
        let places: Vec<String> = longer
            .iter()
            .map(|(place, is_longer)| format!("case when {is_longer} then {place} end"))
            .collect();
        format!(
            "case when {} then array_remove(array[{}]::int4[], null) end",
            any.join(" or "),
            places.join(", ")
        )
    });
    format!("select {} from {from}", parts.join(", "))
}

/// A name in double quotes.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numeric_is_read_so_that_no_digit_is_lost() {
        let extent = |whole, fraction, has_special| Extent {
            whole,
            fraction,
            has_special,
        };
        let decimal = |precision, scale| (Reading::Decimal { precision, scale }, "");
        for (extent, declared, expected) in [
            (extent(0, 0, false), Some((12, 2)), decimal(12, 2)),
            (extent(0, 0, false), Some((2, 5)), decimal(5, 5)),
            (extent(0, 0, false), Some((3, -2)), decimal(3, -2)),
            (extent(0, 0, true), Some((12, 2)), (Reading::Float64, "::float8")),
            (extent(0, 0, true), Some((20, 2)), (Reading::Text, "::text")),
            (extent(0, 0, false), Some((50, 2)), (Reading::Text, "::text")),
            (extent(5, 3, false), None, decimal(38, 3)),
            (extent(38, 0, false), None, decimal(38, 0)),
            (extent(30, 9, false), None, (Reading::Text, "::text")),
            (extent(3, 2, true), None, (Reading::Float64, "::float8")),
        ] {
            assert_eq!(numeric_reading(extent, declared), expected, "{extent:?} {declared:?}");
        }
        // numeric(12,2), numeric(3,-2), numeric
        assert_eq!(numeric_bounds(((12 << 16) | 2) + 4), Some((12, 2)));
        assert_eq!(numeric_bounds(((3 << 16) | (-2 & 0x7FF)) + 4), Some((3, -2)));
        assert_eq!(numeric_bounds(-1), None);
    }

    #[test]
    fn names_are_quoted_and_long_values_are_not_fetched() {
        let column = |name: &str, reading, cast: &str| TableColumn {
            name: name.into(),
            spelled: String::new(),
            reading,
            expression: format!("{}{cast}", quote(name)),
        };
        let columns = [
            column("a\"b", Reading::Text, ""),
            column("n", Reading::Int32, ""),
            column("j", Reading::Text, "::text"),
        ];
        assert_eq!(
            select_rows(&columns, &[1], "\"s\".\"t\""),
            "select case when octet_length(\"a\"\"b\") <= 67108864 then \"a\"\"b\" end, null, \"j\"::text, \
             case when octet_length(\"a\"\"b\") > 67108864 then array_remove(array[case when octet_length(\"a\"\"b\") > 67108864 then 0 end]::int4[], null) end \
             from \"s\".\"t\""
        );
    }
}
