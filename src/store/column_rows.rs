//! A column profile as rows and back. Each metric stands in exactly one place of `dq_profile_results`:
//!
//! its own column, where there is one · `percentiles_json` for the quantiles · `metrics_json` for all others ·
//! `dq_profile_column_values` for top values and histogram. `top_values_json` is a short preview of the latter for lists.
//! (`dq_profile_columns` repeats some figures in typed columns for people with SQL; nothing here reads it.)

use serde_json::{Map, Value as Json};

use super::{Record, StoreError};
use crate::domain::column_profile::{ColumnProfile, HistogramBin, TEXT_LIMIT_CHARS, TopValue};

/// Keys of a column profile that are columns of `dq_profile_results`, with the column's name.
const OWN_COLUMNS: [(&str, &str, Kind); 11] = [
    ("column_name", "column_name", Kind::Text),
    ("ordinal_position", "ordinal_position", Kind::Whole),
    ("data_type", "data_type", Kind::Text),
    ("general_type", "general_type", Kind::Text),
    ("row_count", "record_count", Kind::Whole),
    ("null_count", "null_count", Kind::Whole),
    ("distinct_count", "distinct_count", Kind::Whole),
    ("min_value", "min_value", Kind::Text),
    ("max_value", "max_value", Kind::Text),
    ("avg_value", "avg_value", Kind::Real),
    ("stddev_value", "stddev_value", Kind::Real),
];
/// Keys that `percentiles_json` holds.
const QUANTILES: [&str; 7] = ["p01", "p05", "p25", "median", "p75", "p95", "p99"];
/// Values in the preview, and their longest text.
const PREVIEW_VALUES: usize = 5;
const PREVIEW_CHARS: usize = 120;

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Whole,
    Real,
}

/// The three JSON texts of one row of `dq_profile_results`.
pub(super) struct ResultTexts {
    pub percentiles: Option<String>,
    pub preview: String,
    pub metrics: String,
}

/// Puts every metric that has no column of its own into its JSON text.
pub(super) fn write_texts(column: &ColumnProfile) -> Result<ResultTexts, StoreError> {
    let Json::Object(mut rest) = serde_json::to_value(column).map_err(|error| StoreError::unreadable("column profile", error))? else {
        return Err(StoreError::unreadable("column profile", "it is not an object"));
    };
    for (key, ..) in OWN_COLUMNS {
        rest.shift_remove(key);
    }
    rest.shift_remove("top_values");
    rest.shift_remove("histogram");
    let percentiles: Map<String, Json> = QUANTILES
        .iter()
        .filter_map(|key| rest.shift_remove(*key).map(|value| ((*key).to_owned(), value)))
        .collect();
    let mut metrics = Json::Object(rest);
    cut_texts(&mut metrics);
    Ok(ResultTexts {
        percentiles: (!percentiles.is_empty()).then(|| Json::Object(percentiles).to_string()),
        preview: write_preview(column),
        metrics: metrics.to_string(),
    })
}

/// Reads a row of `dq_profile_results` back. Its columns win over whatever the JSON texts say.
/// Top values and histogram are those of the preview, where the statement selected it.
pub(super) fn read_result(row: &Record, with_preview: bool) -> Result<ColumnProfile, StoreError> {
    let mut keys: Map<String, Json> = row.json_opt("metrics_json")?.unwrap_or_default();
    keys.append(&mut row.json_opt("percentiles_json")?.unwrap_or_default());
    for (key, column, kind) in OWN_COLUMNS {
        let value = match kind {
            Kind::Text => row.text_opt(column)?.map(Json::from),
            Kind::Whole => row.integer_opt(column)?.map(Json::from),
            Kind::Real => row.real_opt(column)?.map(Json::from),
        };
        match value {
            Some(value) => keys.insert(key.to_owned(), value),
            None => keys.shift_remove(key),
        };
    }
    keys.shift_remove("top_values");
    keys.shift_remove("histogram");
    let mut column: ColumnProfile =
        serde_json::from_value(Json::Object(keys)).map_err(|error| StoreError::unreadable("column profile", error))?;
    if with_preview {
        (column.top_values, column.histogram) = read_preview(row.text_opt("top_values_json")?)?;
    }
    Ok(column)
}

/// Cuts a text at [`TEXT_LIMIT_CHARS`]; the last character of a cut one is an ellipsis.
pub(super) fn cut_text(text: &str) -> String {
    cut_at(text, TEXT_LIMIT_CHARS)
}

fn cut_at(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit - 1).chain(['…']).collect(),
    }
}

/// Cuts every text inside a JSON value.
fn cut_texts(value: &mut Json) {
    match value {
        Json::String(text) if text.len() > TEXT_LIMIT_CHARS => *text = cut_text(text),
        Json::Array(items) => items.iter_mut().for_each(cut_texts),
        Json::Object(members) => members.values_mut().for_each(cut_texts),
        _ => {}
    }
}

/// `{"top_values":[{value, count, ratio}...],"histogram":[[label, lower, upper, count]...]}`, without spaces.
fn write_preview(column: &ColumnProfile) -> String {
    let top_values: Vec<Json> = column
        .top_values
        .iter()
        .take(PREVIEW_VALUES)
        .map(|top| serde_json::json!({ "value": cut_at(&top.value, PREVIEW_CHARS), "count": top.count, "ratio": top.ratio }))
        .collect();
    let histogram: Vec<Json> = column
        .histogram
        .iter()
        .map(|bin| serde_json::json!([bin.label, bin.lower, bin.upper, bin.count]))
        .collect();
    serde_json::json!({ "top_values": top_values, "histogram": histogram }).to_string()
}

fn read_preview(text: Option<String>) -> Result<(Vec<TopValue>, Vec<HistogramBin>), StoreError> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Preview {
        top_values: Vec<TopValue>,
        histogram: Vec<(String, Option<f64>, Option<f64>, u64)>,
    }
    let Some(text) = text else { return Ok(Default::default()) };
    let preview: Preview = serde_json::from_str(&text).map_err(|error| StoreError::unreadable("top_values_json", error))?;
    let histogram = preview
        .histogram
        .into_iter()
        .map(|(label, lower, upper, count)| HistogramBin {
            label,
            lower,
            upper,
            count,
        })
        .collect();
    Ok((preview.top_values, histogram))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_stands_in_one_place_only() {
        let mut column = ColumnProfile {
            column_name: "amount".into(),
            row_count: 3,
            null_count: 1,
            non_null_count: 2,
            ..ColumnProfile::default()
        };
        column.metrics.median = Some(1.5);
        column.metrics.avg_value = Some(1.25);
        column.metrics.iqr = Some(0.5);
        let texts = write_texts(&column).unwrap();
        assert_eq!(texts.percentiles.as_deref(), Some(r#"{"median":1.5}"#));
        assert_eq!(texts.metrics, r#"{"non_null_count":2,"iqr":0.5}"#);
        assert_eq!(texts.preview, r#"{"top_values":[],"histogram":[]}"#);
    }

    #[test]
    fn a_long_text_is_cut_and_marked_and_one_of_the_limit_is_not() {
        let limit = "ä".repeat(TEXT_LIMIT_CHARS);
        assert_eq!(cut_text(&limit), limit);
        let cut = cut_text(&format!("{limit}b"));
        assert_eq!(cut.chars().count(), TEXT_LIMIT_CHARS);
        assert!(cut.ends_with("ä…"));
    }
}
