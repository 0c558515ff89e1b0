//! The values and bars of one column, in every form that payloads have had.

use serde_json::Value;

use super::keys::{self, Object, pick};
use super::scalars;
use crate::domain::column_profile::{HistogramBin, TopValue};

/// Shares that sum to more than this are percentages.
const LARGEST_SUM_OF_RATIOS: f64 = 1.000_001;

/// The commonest values. Null is not a value and left out; a share is counted where count and rows are known.
pub fn read_top_values(list: Option<&Value>, rows: u64) -> Vec<TopValue> {
    let items = items(list);
    let as_ratio = if share_sum(&items) > LARGEST_SUM_OF_RATIOS { 0.01 } else { 1.0 };
    items
        .iter()
        .filter_map(|item| {
            let value = scalars::text(pick(item, keys::VALUE)?).or_else(|| item.get("value")?.as_str().map(str::to_owned))?;
            let count = pick(item, keys::VALUE_COUNT).and_then(scalars::count)?;
            let ratio = if rows > 0 {
                count as f64 / rows as f64
            } else {
                given_ratio(item, as_ratio).unwrap_or_default()
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
            let lower = pick(item, keys::BIN_LOWER).and_then(scalars::real);
            let upper = pick(item, keys::BIN_UPPER).and_then(scalars::real);
            let label = keys::pick_text(item, keys::BIN_LABEL);
            if label.is_none() && lower.is_none() && upper.is_none() {
                return None;
            }
            Some(HistogramBin {
                label: label.unwrap_or_else(|| edges(lower, upper)),
                lower,
                upper,
                count: pick(item, keys::VALUE_COUNT).and_then(scalars::count)?,
            })
        })
        .collect()
}

/// What a bar without a name is called.
pub fn edges(lower: Option<f64>, upper: Option<f64>) -> String {
    let said = |edge: Option<f64>| edge.map(|edge| edge.to_string()).unwrap_or_default();
    format!("{} – {}", said(lower), said(upper))
}

/// The objects of a list, which may lie one level deeper.
fn items(list: Option<&Value>) -> Vec<&Object> {
    let list = match list {
        Some(Value::Object(object)) => pick(object, keys::VALUE_LISTS),
        other => other,
    };
    list.and_then(Value::as_array)
        .map(|items| items.iter().filter_map(Value::as_object).collect())
        .unwrap_or_default()
}

fn given_ratio(item: &Object, percent: f64) -> Option<f64> {
    pick(item, &["relative_freq", "ratio"])
        .and_then(scalars::real)
        .or_else(|| Some(pick(item, &["percentage", "percent"]).and_then(scalars::real)? * percent))
}

/// The writers disagreed whether `percentage` is a share of 1 or of 100; all values of a list together tell.
fn share_sum(items: &[&Object]) -> f64 {
    items
        .iter()
        .filter_map(|item| pick(item, &["percentage", "percent"]).and_then(scalars::real))
        .sum()
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
