//! A column profile as rows and back. Each metric stands in exactly one place of `dq_profile_results`:
//!
//! its own column, where there is one · `percentiles_json` for the quantiles · `metrics_json` for all others ·
//! `values_json` and `histogram_json` for top values and bars (`column_values.rs`).
//! Limn keeps the names and the values of `metrics_json` apart, and what is a list of pairs as pairs; its view puts them together.

use serde_json::{Map, Value as Json};

use super::column_values::cut_at;
use super::veil::veil_column;
use super::{Record, StoreError};
use crate::domain::column_profile::{ColumnProfile, TEXT_LIMIT_CHARS};
use crate::domain::loose_figures::{self, quantile_name};

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

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Whole,
    Real,
}

/// Metrics that are lists of two members each, with the names of these.
const PAIRS: [(&str, [&str; 2]); 2] = [("patterns", ["pattern", "count"]), ("length_histogram", ["length", "count"])];

/// The JSON texts of the figures of one column.
pub(super) struct ResultTexts {
    pub percentiles: Option<String>,
    /// Names of the metrics that have no column of their own.
    pub names: String,
    /// Their values, in the order of the names.
    pub figures: String,
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
    let (names, mut figures): (Vec<Json>, Vec<Json>) = rest
        .into_iter()
        .map(|(name, figure)| (Json::from(name.as_str()), without_names(&name, figure)))
        .unzip();
    figures.iter_mut().for_each(cut_texts);
    Ok(ResultTexts {
        percentiles: (!percentiles.is_empty()).then(|| Json::Object(percentiles).to_string()),
        names: Json::Array(names).to_string(),
        figures: Json::Array(figures).to_string(),
    })
}

fn pair_of(metric: &str) -> Option<[&'static str; 2]> {
    PAIRS.iter().find(|(name, _)| *name == metric).map(|(_, pair)| *pair)
}

/// A list of objects with two members as a list of pairs; everything else as it is.
fn without_names(metric: &str, mut figure: Json) -> Json {
    if let (Some(names), Json::Array(items)) = (pair_of(metric), &mut figure) {
        for item in items {
            *item = names.iter().map(|name| item[*name].take()).collect();
        }
    }
    figure
}

fn with_names(metric: &str, mut figure: Json) -> Json {
    if let (Some(names), Json::Array(items)) = (pair_of(metric), &mut figure) {
        for item in items {
            let members = names.iter().enumerate().map(|(at, name)| ((*name).to_owned(), item[at].take()));
            *item = Json::Object(members.collect());
        }
    }
    figure
}

/// An object that another writer left as text. Anything else there says nothing, and the log says so.
pub(super) fn read_written_object(row: &Record, name: &str) -> Result<Map<String, Json>, StoreError> {
    let Some(text) = row.text_opt(name)? else { return Ok(Map::new()) };
    match serde_json::from_str(&text) {
        Ok(Json::Object(members)) => return Ok(members),
        Ok(Json::Null) => {}
        Ok(_) => tracing::warn!(name, "What another writer stored is no JSON object; it is left out"),
        Err(error) => tracing::warn!(name, %error, "What another writer stored is no JSON; it is left out"),
    }
    Ok(Map::new())
}

/// The metrics and quantiles of a row that another writer left, by our names.
fn read_written_metrics(row: &Record) -> Result<Map<String, Json>, StoreError> {
    let mut found = read_written_object(row, "metrics_json")?;
    for (name, value) in read_written_object(row, "percentiles_json")? {
        found.insert(quantile_name(&name).map_or(name, str::to_owned), value);
    }
    Ok(found)
}

/// The metrics and quantiles of a row that Limn wrote: their names and values. Nothing where another wrote it.
fn read_own_metrics(row: &Record) -> Result<Option<Map<String, Json>>, StoreError> {
    let Some(figures) = row.json_opt::<Vec<Json>>("figures_json")? else {
        return Ok(None);
    };
    let names: Vec<String> = row.json_opt("names_json")?.unwrap_or_default();
    if names.len() != figures.len() {
        return Err(StoreError::unreadable("figures_json", "there is not one figure a name"));
    }
    let named = names.into_iter().zip(figures).map(|(name, figure)| {
        let figure = with_names(&name, figure);
        (name, figure)
    });
    let mut found: Map<String, Json> = named.collect();
    found.append(&mut row.json_opt("percentiles_json")?.unwrap_or_default());
    Ok(Some(found))
}

/// Reads the figures of a row that `@figures` selected back. Its columns win over whatever the JSON texts say.
pub(super) fn read_result(row: &Record) -> Result<ColumnProfile, StoreError> {
    let own = read_own_metrics(row)?;
    let is_own = own.is_some();
    let mut keys = match own {
        Some(keys) => keys,
        None => read_written_metrics(row)?,
    };
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
    let read = if is_own {
        serde_json::from_value(Json::Object(keys))
    } else {
        loose_figures::read_column(keys)
    };
    let mut column = read.map_err(|error| StoreError::unreadable("column profile", error))?;
    veil_column(row, &mut column)?;
    Ok(column)
}

/// Cuts a text at [`TEXT_LIMIT_CHARS`]; the last character of a cut one is an ellipsis.
pub(super) fn cut_text(text: &str) -> String {
    cut_at(text, TEXT_LIMIT_CHARS)
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
        assert_eq!(
            (texts.names.as_str(), texts.figures.as_str()),
            (r#"["non_null_count","iqr"]"#, "[2,0.5]")
        );
    }

    #[test]
    fn a_list_of_pairs_loses_its_names_and_gets_them_back() {
        let whole = serde_json::json!([{ "pattern": "Aa-9", "count": 7 }, { "pattern": "", "count": 1 }]);
        let pairs = without_names("patterns", whole.clone());
        assert_eq!(pairs.to_string(), r#"[["Aa-9",7],["",1]]"#);
        assert_eq!(with_names("patterns", pairs), whole);
        assert_eq!(without_names("weekday_counts", serde_json::json!([1, 2])).to_string(), "[1,2]");
    }
}
