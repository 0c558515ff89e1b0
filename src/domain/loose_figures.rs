//! Figures as other programs spell them, in payloads and in rows: numbers as texts, words for families, names of quantiles.
//! What cannot be what its name says is left out alone; nothing is guessed from the size of a number.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::column_profile::{ColumnProfile, GeneralType, Metrics};

/// A number: itself, or a text of one with thousands commas. Not finite is none.
pub fn real(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().replace(',', "").parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// A whole number that is not negative. A fraction is none.
pub fn count(value: &Value) -> Option<u64> {
    let exact = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().replace(',', "").parse().ok(),
        _ => None,
    };
    let count = exact.or_else(|| {
        let number = real(value)?;
        (number >= 0.0 && number.fract() == 0.0 && number <= 9e18).then_some(number as u64)
    });
    // What the store can keep.
    count.map(|count| count.min(i64::MAX as u64))
}

/// A text that is not blank; a number or a truth value in JSON's spelling.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// The family of a column: our letter or a writer's word for it, else what its type is in the source.
pub fn general_type(word: Option<&str>, data_type: &str) -> GeneralType {
    word.and_then(family_of_word).unwrap_or_else(|| family_of_type(data_type))
}

/// A family as the writers named it: our letters, or a word.
fn family_of_word(word: &str) -> Option<GeneralType> {
    Some(match word.trim().to_lowercase().as_str() {
        "a" | "string" | "text" | "character" => GeneralType::Text,
        "n" | "numeric" | "number" => GeneralType::Number,
        "d" | "datetime" | "date" | "timestamp" => GeneralType::Time,
        "b" | "boolean" => GeneralType::Boolean,
        "x" => GeneralType::Other,
        _ => return None,
    })
}

/// The family of a type as the source spells it.
fn family_of_type(data_type: &str) -> GeneralType {
    let bare = data_type.trim().to_lowercase();
    let head: String = bare.chars().take_while(|ch| ch.is_ascii_alphabetic()).collect();
    match head.as_str() {
        "int" | "integer" | "bigint" | "smallint" | "tinyint" | "long" | "short" | "byte" | "decimal" | "numeric" | "number" | "double"
        | "float" | "real" => GeneralType::Number,
        "string" | "varchar" | "char" | "text" | "character" | "uuid" => GeneralType::Text,
        "date" | "timestamp" | "timestamptz" | "datetime" | "time" => GeneralType::Time,
        "boolean" | "bool" => GeneralType::Boolean,
        _ => GeneralType::Other,
    }
}

/// Our name of a quantile that a writer called `p50`, `p5_value`, `percentile_25`, `median_value` or `75`.
pub fn quantile_name(name: &str) -> Option<&'static str> {
    let bare = name.trim().to_lowercase();
    let bare = bare.strip_suffix("_value").unwrap_or(&bare);
    if bare == "median" {
        return Some("median");
    }
    let number = ["percentile_", "percentile", "p"]
        .iter()
        .find_map(|prefix| bare.strip_prefix(prefix));
    Some(match number.unwrap_or(bare).parse::<u8>().ok()? {
        1 => "p01",
        5 => "p05",
        25 => "p25",
        50 => "median",
        75 => "p75",
        95 => "p95",
        99 => "p99",
        _ => return None,
    })
}

/// The value, or what it says in another spelling, where the figure of this name can hold it.
pub fn fitting(name: &str, value: &Value) -> Option<Value> {
    let is_metric = Metrics::NAMES.contains(&name);
    let holds = |value: &Value| {
        let figure = json!({ name: value });
        if is_metric {
            Metrics::deserialize(figure).is_ok()
        } else {
            ColumnProfile::deserialize(figure).is_ok()
        }
    };
    let candidates = [
        count(value).map(Value::from).filter(|_| !value.is_string()),
        Some(value.clone()),
        count(value).map(Value::from),
        real(value).map(Value::from),
        text(value).map(Value::from),
    ];
    candidates.into_iter().flatten().find(holds)
}

/// The column that another writer's figures tell. Most are what they should be; else each is fitted or left out alone.
pub fn read_column(mut figures: Map<String, Value>) -> Result<ColumnProfile, serde_json::Error> {
    let word = figures.get("general_type").and_then(Value::as_str);
    let data_type = figures.get("data_type").and_then(Value::as_str).unwrap_or_default();
    let family = general_type(word, data_type);
    figures.insert("general_type".into(), family.letter().into());
    let whole = Value::Object(figures);
    let mut column = match ColumnProfile::deserialize(&whole) {
        Ok(column) => column,
        Err(_) => {
            let fitted = whole.as_object().into_iter().flatten();
            let fitted = fitted.filter_map(|(name, value)| Some((name.clone(), fitting(name, value)?)));
            ColumnProfile::deserialize(Value::Object(fitted.collect()))?
        }
    };
    let said = |name: &str| whole.get(name).and_then(count);
    settle_counts(&mut column, said("null_count"), said("non_null_count"));
    settle_extent(&mut column);
    Ok(column)
}

/// The smallest and largest number, as texts, lose their thousands commas.
pub fn settle_extent(column: &mut ColumnProfile) {
    if column.general_type != GeneralType::Number {
        return;
    }
    for extreme in [&mut column.metrics.min_value, &mut column.metrics.max_value].into_iter().flatten() {
        if extreme.contains(',') && real(&Value::from(extreme.as_str())).is_some() {
            *extreme = extreme.trim().replace(',', "");
        }
    }
}

/// Counts that a writer left out follow from the others.
pub fn settle_counts(column: &mut ColumnProfile, nulls: Option<u64>, values: Option<u64>) {
    let rows = column.row_count;
    column.null_count = nulls.or_else(|| Some(rows.saturating_sub(values?))).unwrap_or_default();
    column.non_null_count = values.unwrap_or(rows.saturating_sub(column.null_count));
    if rows > 0 {
        column.metrics.null_ratio = Some(column.null_count as f64 / rows as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(figures: Value) -> ColumnProfile {
        let Value::Object(figures) = figures else {
            panic!("no object: {figures}")
        };
        read_column(figures).unwrap()
    }

    #[test]
    fn a_figure_that_cannot_be_read_is_left_out_alone() {
        let column = read(json!({
            "column_name": "a", "general_type": "numeric", "row_count": 400, "null_count": 40, "min_length": "3", "max_length": 7.0,
            "estimates": ["median"], "broken_invariants": null, "avg_length": "long", "true_count": -1, "values_masked": "no", "zscore": 2
        }));
        assert_eq!(column.general_type, GeneralType::Number);
        assert_eq!((column.metrics.min_length, column.metrics.max_length), (Some(3), Some(7)));
        assert_eq!((column.metrics.avg_length, column.metrics.true_count), (None, None));
        assert!(column.estimates.is_empty() && column.broken_invariants.is_empty() && !column.values_masked);
        assert_eq!((column.non_null_count, column.metrics.null_ratio), (360, Some(0.1)));
        assert_eq!(column.extensions, [("zscore".to_owned(), json!(2))].into());
    }

    #[test]
    fn only_the_extremes_of_a_number_lose_their_commas() {
        let extremes = |family: &str, min: &str| read(json!({ "general_type": family, "min_value": min })).metrics.min_value.unwrap();
        assert_eq!(extremes("N", " -1,234.50"), "-1234.50");
        assert_eq!(extremes("N", "a,b"), "a,b");
        assert_eq!(extremes("A", "1,234"), "1,234");
    }

    #[test]
    fn a_family_is_known_by_its_letter_its_word_or_the_type() {
        for (word, data_type, family) in [
            (Some("A"), "", "A"),
            (Some("string"), "", "A"),
            (Some(" Numeric "), "", "N"),
            (Some("boolean"), "", "B"),
            (Some("datetime"), "", "D"),
            (Some("X"), "int", "X"),
            (Some("decimal(10,2)"), "decimal(10,2)", "N"),
            (Some("array<int>"), "array<int>", "X"),
            (None, "timestamp_ntz", "D"),
            (None, "", "X"),
        ] {
            assert_eq!(general_type(word, data_type).letter(), family, "{word:?} {data_type}");
        }
    }

    #[test]
    fn counts_follow_from_one_another() {
        let counts = |figures: Value| {
            let column = read(figures);
            (column.null_count, column.non_null_count)
        };
        assert_eq!(counts(json!({ "row_count": 10, "null_count": 4 })), (4, 6));
        assert_eq!(counts(json!({ "row_count": 10, "non_null_count": "6" })), (4, 6));
        assert_eq!(counts(json!({ "row_count": 10 })), (0, 10));
        assert_eq!(counts(json!({ "row_count": 10, "null_count": -4, "non_null_count": 5.0 })), (5, 5));
    }

    #[test]
    fn quantiles_are_known_by_every_name() {
        for (name, ours) in [
            ("p50", Some("median")),
            ("P5", Some("p05")),
            ("p05_value", Some("p05")),
            ("percentile_25", Some("p25")),
            ("75", Some("p75")),
            ("median_value", Some("median")),
            ("p99", Some("p99")),
            ("p33", None),
            ("pace", None),
        ] {
            assert_eq!(quantile_name(name), ours, "{name}");
        }
    }
}
