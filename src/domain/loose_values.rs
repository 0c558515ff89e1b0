//! The values and bars of one column, in every form that other writers have given them, in payloads and in rows.

use serde_json::{Map, Value};

use super::column_profile::{HistogramBin, TopValue};
use super::loose_figures::{count, real, text};

type Object = Map<String, Value>;

/// Lists of values may lie one level deeper.
const LISTS: &[&str] = &["values", "buckets"];
const VALUE: &[&str] = &["value", "label"];
/// What the rows of a value or bar are called.
pub const COUNT: &[&str] = &["count", "frequency", "value_count"];
const SHARE: &[&str] = &["relative_freq", "ratio"];
const PERCENT: &[&str] = &["percentage", "percent"];
const LABEL: &[&str] = &["label", "bucket_label", "bucketLabel"];
/// What a bar's lower edge is called.
pub const LOWER: &[&str] = &["lower", "bucket_lower", "bucketLower", "bucket_lower_bound", "start", "min"];
/// What a bar's upper edge is called.
pub const UPPER: &[&str] = &["upper", "bucket_upper", "bucketUpper", "bucket_upper_bound", "end", "max"];

/// Shares that sum to more than this are percentages.
const LARGEST_SUM_OF_RATIOS: f64 = 1.000_001;

/// The commonest values. Null is not a value and left out; a share is counted where count and rows are known.
pub fn read_top_values(list: Option<&Value>, rows: u64) -> Vec<TopValue> {
    let items = items(list);
    let as_ratio = if share_sum(&items) > LARGEST_SUM_OF_RATIOS { 0.01 } else { 1.0 };
    items
        .iter()
        .filter_map(|item| {
            let value = text(pick(item, VALUE)?).or_else(|| item.get("value")?.as_str().map(str::to_owned))?;
            let given = given_ratio(item, as_ratio);
            let Some(count) = pick(item, COUNT).and_then(count) else {
                // Only its share is known.
                let ratio = given.filter(|ratio| (0.0..=1.0).contains(ratio))?;
                let count = (ratio * rows as f64).round() as u64;
                return Some(TopValue { value, count, ratio });
            };
            let ratio = if rows > 0 {
                count as f64 / rows as f64
            } else {
                given.unwrap_or_default()
            };
            Some(TopValue { value, count, ratio })
        })
        .collect()
}

/// The bars. One without a name is named by its edges.
pub fn read_histogram(list: Option<&Value>) -> Vec<HistogramBin> {
    items(list)
        .iter()
        .filter_map(|item| {
            let lower = pick(item, LOWER).and_then(real);
            let upper = pick(item, UPPER).and_then(real);
            let label = LABEL.iter().find_map(|name| item.get(*name).and_then(text));
            if label.is_none() && lower.is_none() && upper.is_none() {
                return None;
            }
            Some(HistogramBin {
                label: label.unwrap_or_else(|| edges(lower, upper)),
                lower,
                upper,
                count: pick(item, COUNT).and_then(count)?,
            })
        })
        .collect()
}

/// The values and bars of `top_values_json` as other writers fill it: an object with both lists, or the list of values.
pub fn read_both(told: &Value, rows: u64) -> (Vec<TopValue>, Vec<HistogramBin>) {
    match told {
        Value::Object(both) if both.contains_key("top_values") || both.contains_key("histogram") => {
            (read_top_values(both.get("top_values"), rows), read_histogram(both.get("histogram")))
        }
        list => (read_top_values(Some(list), rows), Vec::new()),
    }
}

/// What a bar without a name is called.
pub fn edges(lower: Option<f64>, upper: Option<f64>) -> String {
    let said = |edge: Option<f64>| edge.map(|edge| edge.to_string()).unwrap_or_default();
    format!("{} – {}", said(lower), said(upper))
}

/// The first of the spellings that holds something.
fn pick<'a>(object: &'a Object, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| object.get(*name).filter(|value| !value.is_null()))
}

/// The objects of a list, which may lie one level deeper.
fn items(list: Option<&Value>) -> Vec<&Object> {
    let list = match list {
        Some(Value::Object(object)) => pick(object, LISTS),
        other => other,
    };
    list.and_then(Value::as_array)
        .map(|items| items.iter().filter_map(Value::as_object).collect())
        .unwrap_or_default()
}

fn given_ratio(item: &Object, percent: f64) -> Option<f64> {
    pick(item, SHARE)
        .and_then(real)
        .or_else(|| Some(pick(item, PERCENT).and_then(real)? * percent))
}

/// The writers disagreed whether `percentage` is a share of 1 or of 100; all values of a list together tell.
fn share_sum(items: &[&Object]) -> f64 {
    items.iter().filter_map(|item| pick(item, PERCENT).and_then(real)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_read_in_every_form() {
        for list in [
            json!([{"value": "a", "count": 3}, {"value": null, "count": 2}, {"value": 7, "count": 1}]),
            json!({"values": [{"label": "a", "frequency": "3"}, {"value": "7", "value_count": 1}]}),
        ] {
            let values = read_top_values(Some(&list), 6);
            assert_eq!(
                values,
                [("a", 3, 0.5), ("7", 1, 1.0 / 6.0)].map(|(value, count, ratio)| TopValue {
                    value: value.into(),
                    count,
                    ratio
                })
            );
        }
        let ratios = |key: &str, shares: [f64; 2]| -> Vec<f64> {
            let list = json!([{"value": "a", "count": 1, key: shares[0]}, {"value": "b", "count": 1, key: shares[1]}]);
            read_top_values(Some(&list), 0).into_iter().map(|top| top.ratio).collect()
        };
        assert_eq!(ratios("percentage", [50.0, 0.5]), [0.5, 0.005]);
        assert_eq!(ratios("percent", [0.5, 0.005]), [0.5, 0.005]);
        assert_eq!(ratios("relative_freq", [0.5, 0.005]), [0.5, 0.005]);
        assert_eq!(read_top_values(None, 1), []);
    }

    #[test]
    fn a_value_of_which_only_the_share_is_known_is_kept() {
        for (key, shares) in [
            ("percentage", [50.0, 12.5]),
            ("percent", [0.5, 0.125]),
            ("relative_freq", [0.5, 0.125]),
            ("ratio", [0.5, 0.125]),
        ] {
            let list = json!([{"value": "a", key: shares[0]}, {"value": "b", key: shares[1]}, {"value": "c"}]);
            let read = |rows: u64| -> Vec<(u64, f64)> {
                read_top_values(Some(&list), rows)
                    .iter()
                    .map(|top| (top.count, top.ratio))
                    .collect()
            };
            assert_eq!(read(8), [(4, 0.5), (1, 0.125)], "{key}");
            assert_eq!(read(0), [(0, 0.5), (0, 0.125)], "{key}");
        }
    }

    #[test]
    fn both_shapes_of_the_stored_list_are_read() {
        let both = json!({"top_values": [{"value": "a", "count": 3}], "histogram": [{"lower": 0, "upper": 1, "count": 3}]});
        let (values, bins) = read_both(&both, 6);
        assert_eq!((values[0].value.as_str(), values[0].ratio, bins[0].count), ("a", 0.5, 3));
        let (values, bins) = read_both(&json!([{"value": "b", "frequency": 2}]), 4);
        assert_eq!((values[0].value.as_str(), values[0].count, bins.len()), ("b", 2, 0));
        assert_eq!(read_both(&json!({"theirs": 1}), 4), (Vec::new(), Vec::new()));
    }

    #[test]
    fn an_edge_of_zero_is_an_edge_and_an_empty_text_is_a_value() {
        let bins = read_histogram(Some(
            &json!([{"lower": 0, "upper": 1.5, "count": 4}, {"bucketLabel": "rest", "count": 1}, {"count": 9}]),
        ));
        assert_eq!(bins.len(), 2);
        assert_eq!((bins[0].lower, bins[0].label.as_str()), (Some(0.0), "0 – 1.5"));
        assert_eq!((bins[1].label.as_str(), bins[1].lower), ("rest", None));
        assert_eq!(read_top_values(Some(&json!([{"value": "", "count": 4}])), 4)[0].value, "");
    }
}
