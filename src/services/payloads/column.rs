//! One column of a payload as a column profile.

use serde_json::{Map, Value, json};

use super::keys::{self, Object, pick};
use super::scalars;
use crate::domain::column_meaning::ColumnMeaning;
use crate::domain::column_profile::{ColumnProfile, Metrics};
use crate::domain::{loose_figures, loose_values};

/// Reads a column. `table_rows` counts where the column says nothing; a column without a name is none.
pub fn read_column(entry: &Object, name: Option<&str>, place: usize, table_rows: Option<u64>) -> Option<ColumnProfile> {
    let column_name = keys::pick_name(entry, keys::COLUMN_NAME).or_else(|| name.map(|name| name.trim().to_owned()))?;
    let sources = metric_sources(entry);
    let find = |names: &[&str]| sources.iter().find_map(|source| pick(source, names));
    let data_type = find(keys::DATA_TYPE).and_then(scalars::text).unwrap_or_default();
    let general_type = loose_figures::general_type(find(keys::GENERAL_TYPE).and_then(Value::as_str), &data_type);
    let row_count = find(keys::ROW_COUNT).and_then(scalars::count).or(table_rows).unwrap_or_default();
    let null_count = find(keys::NULL_COUNT)
        .and_then(scalars::count)
        .or_else(|| {
            find(keys::NON_NULL_COUNT)
                .and_then(scalars::count)
                .map(|values| row_count.saturating_sub(values))
        })
        .or_else(|| null_ratio(&find).map(|ratio| (ratio * row_count as f64).round() as u64))
        .unwrap_or_default()
        .min(row_count);
    let mut column = ColumnProfile {
        ordinal_position: find(keys::ORDINAL)
            .and_then(scalars::count)
            .and_then(|place| u32::try_from(place).ok())
            .filter(|place| *place > 0)
            .unwrap_or(place as u32 + 1),
        general_type,
        row_count,
        null_count,
        non_null_count: row_count - null_count,
        metrics: read_metrics(&find),
        meaning: read_meaning(&find),
        top_values: loose_values::read_top_values(find(keys::TOP_VALUES), row_count),
        histogram: loose_values::read_histogram(find(keys::HISTOGRAM)),
        column_name,
        data_type,
        ..ColumnProfile::default()
    };
    column.metrics.null_ratio = (row_count > 0).then(|| null_count as f64 / row_count as f64);
    loose_figures::settle_extent(&mut column);
    column.extensions = extensions(&sources);
    // The writers' mean over all rows: it stays as they gave it, for no count gives it back.
    let ratio = find(keys::NON_ASCII_RATIO).and_then(scalars::real);
    let percent = || find(keys::NON_ASCII_PERCENT).and_then(scalars::real).map(|percent| percent / 100.0);
    if let Some(ratio) = ratio.or_else(percent) {
        column.keep_non_ascii_ratio(ratio);
    }
    Some(column)
}

/// A column of which only the share of nulls is known (the first generation of payloads).
pub fn column_of_null_ratio(name: &str, ratio: &Value, place: usize, table_rows: u64) -> Option<ColumnProfile> {
    let entry = Map::from_iter([("null_ratio".to_owned(), ratio.clone())]);
    read_column(&entry, Some(name), place, Some(table_rows))
}

/// The column itself and the objects inside it that hold more of its metrics; the first that has a key wins.
fn metric_sources(entry: &Object) -> Vec<&Object> {
    let mut sources = vec![entry];
    sources.extend(keys::METRIC_OBJECTS.iter().filter_map(|name| entry.get(*name)?.as_object()));
    let inner: Vec<&Object> = sources
        .iter()
        .flat_map(|source| {
            let text = source
                .get("text_profile")
                .or_else(|| source.get("textProfile"))
                .and_then(Value::as_object);
            let numeric = source
                .get("numeric_profile")
                .or_else(|| source.get("numericProfile"))
                .and_then(Value::as_object);
            [
                source.get("percentiles").and_then(Value::as_object),
                numeric.and_then(|numeric| numeric.get("stats")).and_then(Value::as_object),
                text.and_then(|text| text.get("stats")).and_then(Value::as_object),
                text,
            ]
        })
        .flatten()
        .collect();
    sources.extend(inner);
    sources
}

fn null_ratio<'a>(find: &impl Fn(&[&str]) -> Option<&'a Value>) -> Option<f64> {
    let ratio = find(keys::NULL_RATIO).and_then(scalars::real);
    ratio
        .or_else(|| find(keys::NULL_PERCENT).and_then(scalars::real).map(|percent| percent / 100.0))
        .filter(|ratio| (0.0..=1.0).contains(ratio))
}

/// Reads every metric that has a name here. One that cannot be what its name says is left out alone.
fn read_metrics<'a>(find: &impl Fn(&[&str]) -> Option<&'a Value>) -> Metrics {
    let mut read = Map::new();
    for name in Metrics::NAMES {
        let aliases = keys::METRICS
            .iter()
            .find(|(ours, _)| ours == name)
            .map_or(&[][..], |(_, theirs)| *theirs);
        let Some(value) = find(&[*name]).or_else(|| find(aliases)) else {
            continue;
        };
        if let Some(value) = loose_figures::fitting(name, value) {
            read.insert((*name).to_owned(), value);
        }
    }
    serde_json::from_value(Value::Object(read)).unwrap_or_default()
}

/// Reads what was found of the meaning, in our words; anything else that stands under our names is left out.
fn read_meaning<'a>(find: &impl Fn(&[&str]) -> Option<&'a Value>) -> ColumnMeaning {
    let mut read = Map::new();
    for name in ColumnMeaning::NAMES {
        let value = find(&[*name]).filter(|value| serde_json::from_value::<ColumnMeaning>(json!({ *name: value })).is_ok());
        if let Some(value) = value {
            read.insert((*name).to_owned(), value.clone());
        }
    }
    serde_json::from_value(Value::Object(read)).unwrap_or_default()
}

/// Single figures that have no name here. Names that are ours, or spellings of them, are left out.
fn extensions(sources: &[&Object]) -> std::collections::BTreeMap<String, Value> {
    let known = |key: &str| {
        let lists = [
            keys::COLUMN_NAME,
            keys::DATA_TYPE,
            keys::GENERAL_TYPE,
            keys::ORDINAL,
            keys::ROW_COUNT,
            keys::NULL_COUNT,
            keys::NON_NULL_COUNT,
            keys::NULL_RATIO,
            keys::NULL_PERCENT,
            keys::NON_ASCII_RATIO,
            keys::NON_ASCII_PERCENT,
            keys::TABLE_NAME,
            keys::SCHEMA_NAME,
            &[
                "column_id",
                "columnId",
                "table_id",
                "tableId",
                "table_group_id",
                "value_count",
                "generated_at",
                "record_id",
            ],
            &["zero_length_count", "estimates", "broken_invariants"],
        ];
        Metrics::NAMES.contains(&key)
            || ColumnMeaning::NAMES.contains(&key)
            || lists.iter().any(|list| list.contains(&key))
            || keys::METRICS.iter().any(|(_, theirs)| theirs.contains(&key))
    };
    let mut found = std::collections::BTreeMap::new();
    for (key, value) in sources.iter().flat_map(|source| source.iter()) {
        let is_single = value.is_number() || value.is_boolean() || value.is_string();
        if is_single && !known(key) && !found.contains_key(key) {
            found.insert(key.clone(), value.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::column_profile::GeneralType;

    fn read(value: Value) -> ColumnProfile {
        read_column(value.as_object().unwrap(), None, 0, Some(10)).unwrap()
    }

    #[test]
    fn a_key_outside_wins_and_nested_ones_fill_in() {
        let column = read(json!({
            "column": "Amount", "dataType": "DECIMAL(10,2)", "row_count": "1,000", "nullCount": 10,
            "metrics": {"row_count": 7, "min": 1.5, "max": "9", "mean": 3, "percentiles": {"p25": 2, "median": 3, "p75": 4}, "zscore": 1.25},
            "summary": {"stddev": 0.5}, "unique_count": 40,
        }));
        assert_eq!((column.row_count, column.null_count, column.non_null_count), (1000, 10, 990));
        assert_eq!(column.metrics.min_value.as_deref(), Some("1.5"));
        assert_eq!(column.metrics.avg_value, Some(3.0));
        assert_eq!(
            (column.metrics.p25, column.metrics.median, column.metrics.p75),
            (Some(2.0), Some(3.0), Some(4.0))
        );
        assert_eq!(column.metrics.null_ratio, Some(0.01));
        assert_eq!(column.general_type, GeneralType::Number);
        assert_eq!(column.extensions, [("zscore".to_owned(), json!(1.25))].into());
    }

    #[test]
    fn a_metric_that_cannot_be_read_is_left_out_alone() {
        let column = read(json!({"name": "a", "metrics": {"min_length": "short", "max_length": "12", "avg": "x", "true_count": -3}}));
        assert_eq!((column.metrics.min_length, column.metrics.max_length), (None, Some(12)));
        assert_eq!((column.metrics.avg_value, column.metrics.true_count), (None, None));
    }

    #[test]
    fn the_figures_of_a_numeric_profile_are_read_and_its_extremes_are_numbers() {
        let stats = json!({"average": 3.5, "minimum": "-1,234.5", "maximum": "2,000"});
        let column = read(json!({"name": "a", "general_type": "numeric", "numeric_profile": {"stats": stats}}));
        assert_eq!(column.metrics.avg_value, Some(3.5));
        assert_eq!(column.metrics.min_value.as_deref(), Some("-1234.5"));
        assert_eq!(column.metrics.max_value.as_deref(), Some("2000"));
    }

    #[test]
    fn shares_become_counts() {
        let column = read(json!({"name": "a", "null_percent": 20, "nonAsciiRatio": 0.1, "type": "string"}));
        assert_eq!((column.null_count, column.metrics.non_ascii_count), (2, Some(1)));
        assert_eq!(column_of_null_ratio("b", &json!(0.5), 3, 10).unwrap().null_count, 5);
        assert_eq!(column_of_null_ratio("b", &json!(0.5), 3, 10).unwrap().ordinal_position, 4);
    }

    #[test]
    fn a_meaning_in_our_words_is_read_and_one_in_others_is_left_out_alone() {
        let entry = json!({ "column_name": "c", "pii_risk": "A", "functional_data_type": "email_address", "critical_data_element": "yes" });
        let column = read_column(entry.as_object().unwrap(), None, 0, Some(3)).unwrap();
        assert_eq!(column.meaning.functional_data_type.as_deref(), Some("email_address"));
        assert_eq!((column.meaning.pii_risk, column.meaning.critical_data_element), (None, None));
        assert!(
            column.extensions.is_empty(),
            "what stands under our names would not be read back: {:?}",
            column.extensions
        );
        let stored = serde_json::to_value(&column).unwrap();
        assert_eq!(serde_json::from_value::<ColumnProfile>(stored).unwrap(), column);
    }
}
