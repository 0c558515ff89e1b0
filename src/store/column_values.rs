//! Top values and bars of a column: how Limn keeps them beside the column in `dq_profile_results`, and how rows that others wrote are read.
//!
//! `values_json` is `[[value, count]...]` by rank, with the ratio as a third member where it is not count / rows, and the hash of the whole
//! text as a fourth where the value was cut. `histogram_json` is `[[label, lower, upper, count]...]`, kept as an axis and counts. Lists show the first few values, from
//! `preview_json` where all are long. `dq_profile_column_values` shows all of them as rows; what others insert there is kept in `written_column_values`.

use std::collections::HashMap;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::sessions::hex;
use super::{Database, Record, StoreError, list_of, sql};
use crate::domain::column_profile::{ColumnProfile, HistogramBin, TEXT_LIMIT_CHARS, TopValue};
use crate::domain::identifier::TableId;
use crate::domain::loose_values::read_both;
use crate::domain::masking::{Masking, mask_column};

/// Values in lists, and their longest text.
const PREVIEW_VALUES: usize = 5;
const PREVIEW_CHARS: usize = 120;
/// Values that are longer than this are not read where a list shows a few of them.
const LONG_VALUES_BYTES: usize = 4_096;

/// Top values and bars. They leave only into their column, behind the mask where that is.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    values: Vec<TopValue>,
    bins: Vec<HistogramBin>,
}

impl Distribution {
    /// Puts them into their column.
    pub fn put_into(self, column: &mut ColumnProfile) {
        (column.top_values, column.histogram) = (self.values, self.bins);
        if column.values_masked {
            mask_column(column, Masking::ForReader);
        }
    }
}

/// What is stored of them.
pub(super) struct DistributionTexts {
    /// The first few, cut, where the values are long.
    pub preview: Option<String>,
    pub values: String,
    /// Label and edges of each bar; nothing where there is none.
    pub axis: Option<String>,
    /// Rows in each.
    pub counts: String,
}

/// Writes the three texts of a column.
pub(super) fn write_distribution(column: &ColumnProfile) -> DistributionTexts {
    let values: Vec<Json> = column.top_values.iter().map(|top| value_entry(top, column.row_count)).collect();
    let values = Json::Array(values).to_string();
    let preview = || {
        let few = column.top_values.iter().take(PREVIEW_VALUES).map(|top| {
            let value = cut_at(&top.value, PREVIEW_CHARS);
            value_entry(&TopValue { value, ..top.clone() }, column.row_count)
        });
        Json::Array(few.collect()).to_string()
    };
    let (axis, counts): (Vec<Json>, Vec<Json>) = column
        .histogram
        .iter()
        .map(|bin| {
            (
                serde_json::json!([without_nul(&bin.label), bin.lower, bin.upper]),
                Json::from(bin.count),
            )
        })
        .unzip();
    DistributionTexts {
        preview: (values.len() > LONG_VALUES_BYTES).then(preview),
        values,
        axis: (!axis.is_empty()).then(|| Json::Array(axis).to_string()),
        counts: Json::Array(counts).to_string(),
    }
}

fn value_entry(top: &TopValue, rows: u64) -> Json {
    let mut entry = vec![Json::from(write_value(&top.value, TEXT_LIMIT_CHARS)), Json::from(top.count)];
    let is_cut = top.value.chars().nth(TEXT_LIMIT_CHARS).is_some();
    let has_own_ratio = top.ratio.to_bits() != ratio_of(top.count, rows).to_bits();
    if has_own_ratio || is_cut {
        entry.push(if has_own_ratio { Json::from(top.ratio) } else { Json::Null });
    }
    if is_cut {
        entry.push(Json::from(hex(&Sha256::digest(&top.value))));
    }
    Json::Array(entry)
}

fn ratio_of(count: u64, rows: u64) -> f64 {
    if rows == 0 { 0.0 } else { count as f64 / rows as f64 }
}

/// A value as it is kept: cut at a limit, and without the character that PostgreSQL takes in no text.
fn write_value(text: &str, limit: usize) -> String {
    without_nul(&cut_at(text, limit))
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{2400}")
}

/// Cuts a text; the last character of a cut one is an ellipsis.
pub(super) fn cut_at(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit - 1).chain(['…']).collect(),
    }
}

/// The few values of lists, and the bars, of a row that `@few` selected.
pub(super) fn read_preview(row: &Record) -> Result<Distribution, StoreError> {
    if let Some(entries) = row.json_opt::<Vec<ValueEntry>>("few_json")? {
        let rows = row.count_opt("record_count")?.unwrap_or_default();
        let few = entries.into_iter().take(PREVIEW_VALUES).map(|entry| {
            let top = entry.into_top_value(rows);
            TopValue {
                value: cut_at(&top.value, PREVIEW_CHARS),
                ..top
            }
        });
        return Ok(Distribution {
            values: few.collect(),
            bins: read_histogram(row)?.unwrap_or_default(),
        });
    }
    let mut told = read_told(row)?;
    told.values.truncate(PREVIEW_VALUES);
    for top in &mut told.values {
        top.value = cut_at(&top.value, PREVIEW_CHARS);
    }
    Ok(told)
}

/// The values and bars that another writer left beside the column, in any of their shapes. What is no list of values there is none.
fn read_told(row: &Record) -> Result<Distribution, StoreError> {
    let told: Option<Json> = row.text_opt("top_values_json")?.and_then(|text| serde_json::from_str(&text).ok());
    // A count below zero is none.
    let rows = row
        .integer_opt("record_count")?
        .and_then(|rows| u64::try_from(rows).ok())
        .unwrap_or_default();
    let (values, bins) = told.map(|told| read_both(&told, rows)).unwrap_or_default();
    Ok(Distribution {
        values,
        bins: read_histogram(row)?.unwrap_or(bins),
    })
}

/// All values and bars of a row that Limn wrote, and that these are all; where others wrote it, what they left beside it: theirs may be rows.
pub(super) fn read_distribution(row: &Record) -> Result<(Distribution, bool), StoreError> {
    let Some(entries) = row.json_opt::<Vec<ValueEntry>>("values_json")? else {
        return Ok((read_told(row)?, false));
    };
    let rows = row.count_opt("record_count")?.unwrap_or_default();
    let values = entries.into_iter().map(|entry| entry.into_top_value(rows)).collect();
    let bins = read_histogram(row)?.unwrap_or_default();
    Ok((Distribution { values, bins }, true))
}

/// The bars of a row that `@bars` selected.
fn read_histogram(row: &Record) -> Result<Option<Vec<HistogramBin>>, StoreError> {
    if let Some(axis) = row.json_opt::<Vec<AxisEntry>>("axis_json")? {
        let counts: Vec<u64> = row.json_opt("counts_json")?.unwrap_or_default();
        if counts.len() != axis.len() {
            return Err(StoreError::unreadable("counts_json", "there is not one count a bar"));
        }
        let bars = axis
            .into_iter()
            .zip(counts)
            .map(|(AxisEntry(label, lower, upper), count)| HistogramBin {
                label,
                lower,
                upper,
                count,
            });
        return Ok(Some(bars.collect()));
    }
    let bins: Option<Vec<BinEntry>> = row.json_opt("histogram_json")?;
    let read = |BinEntry(label, lower, upper, count)| HistogramBin {
        label,
        lower,
        upper,
        count,
    };
    Ok(bins.map(|bins| bins.into_iter().map(read).collect()))
}

/// `[label, lower, upper]`
#[derive(serde::Deserialize)]
struct AxisEntry(String, Option<f64>, Option<f64>);

/// `[label, lower, upper, count]`
#[derive(serde::Deserialize)]
struct BinEntry(String, Option<f64>, Option<f64>, u64);

/// `[value, count, ratio?, hash?]`; the hash is for people with SQL.
struct ValueEntry(String, u64, Option<f64>);

impl ValueEntry {
    fn into_top_value(self, rows: u64) -> TopValue {
        let Self(value, count, ratio) = self;
        TopValue {
            value,
            count,
            ratio: ratio.unwrap_or_else(|| ratio_of(count, rows)),
        }
    }
}

impl<'de> serde::Deserialize<'de> for ValueEntry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members: Vec<Json> = Vec::deserialize(deserializer)?;
        let mut members = members.into_iter();
        let wrong = |what: &str| serde::de::Error::custom(format!("a value without {what}"));
        let value = members.next().and_then(|value| value.as_str().map(str::to_owned));
        let count = members.next().and_then(|count| count.as_u64());
        Ok(Self(
            value.ok_or_else(|| wrong("its text"))?,
            count.ok_or_else(|| wrong("its count"))?,
            members.next().and_then(|ratio| ratio.as_f64()),
        ))
    }
}

/// Where rows of values are of: the run and the place of the column.
pub(super) type ColumnPlace = (String, u32);

/// The values that others wrote as rows, of one table in some runs. Columns that Limn wrote have none here.
pub(super) async fn list_written_values(
    db: &Database,
    table: &TableId,
    runs: &[(&str, u32)],
    ordinal_position: Option<u32>,
) -> Result<HashMap<ColumnPlace, Distribution>, StoreError> {
    let mut found: HashMap<ColumnPlace, Distribution> = HashMap::new();
    if runs.is_empty() {
        return Ok(found);
    }
    let rows = sql(
        "select profile_run_id, attempt, ordinal_position, is_bucket, value, frequency, relative_freq, bucket_label, bucket_lower_bound,
             bucket_upper_bound
         from written_column_values where profile_run_id in {list $1} and table_id = $2 and ($3 is null or ordinal_position = $3)
         order by profile_run_id, ordinal_position, is_bucket, rank, bucket_label",
    )
    .bind(list_of(runs.iter().map(|(run, _)| *run)))
    .bind(table.as_str())
    .bind(ordinal_position)
    .fetch_all(db)
    .await?;
    for row in &rows {
        let (run, attempt) = (row.text("profile_run_id")?, row.small("attempt")?);
        if runs.contains(&(run.as_str(), attempt)) {
            read_written_value(row, found.entry((run, row.small("ordinal_position")?)).or_default())?;
        }
    }
    Ok(found)
}

/// Sorts one row out: a label or an edge makes it a bar.
fn read_written_value(row: &Record, Distribution { values, bins }: &mut Distribution) -> Result<(), StoreError> {
    let (lower, upper) = (row.real_opt("bucket_lower_bound")?, row.real_opt("bucket_upper_bound")?);
    let label = row.text_opt("bucket_label")?;
    // A count below zero is none.
    let count = row
        .integer_opt("frequency")?
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or_default();
    if row.flag("is_bucket")? || label.is_some() || lower.is_some() || upper.is_some() {
        bins.push(HistogramBin {
            label: label.unwrap_or_default(),
            lower,
            upper,
            count,
        });
    } else if let Some(value) = row.text_opt("value")? {
        let ratio = row.real_opt("relative_freq")?.unwrap_or_default();
        values.push(TopValue { value, count, ratio });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(value: &str, count: u64, ratio: f64) -> TopValue {
        TopValue {
            value: value.into(),
            count,
            ratio,
        }
    }

    #[test]
    fn a_ratio_is_kept_only_where_it_does_not_follow_and_a_hash_only_where_the_value_was_cut() {
        let long = "x".repeat(TEXT_LIMIT_CHARS + 1);
        let column = ColumnProfile {
            row_count: 4,
            top_values: vec![top("a", 1, 0.25), top("b\0", 1, 0.5), top(&long, 2, 0.5)],
            ..ColumnProfile::default()
        };
        let entries: Vec<Vec<Json>> = serde_json::from_str(&write_distribution(&column).values).unwrap();
        assert_eq!(entries[0], [Json::from("a"), Json::from(1)]);
        assert_eq!(entries[1], [Json::from("b\u{2400}"), Json::from(1), Json::from(0.5)]);
        assert_eq!(entries[2][2], Json::Null);
        assert_eq!(entries[2][3], Json::from(hex(&Sha256::digest(&long))));
    }

    #[test]
    fn a_long_text_is_cut_and_marked_and_one_of_the_limit_is_not() {
        let limit = "ä".repeat(TEXT_LIMIT_CHARS);
        assert_eq!(cut_at(&limit, TEXT_LIMIT_CHARS), limit);
        let cut = cut_at(&format!("{limit}b"), TEXT_LIMIT_CHARS);
        assert_eq!(cut.chars().count(), TEXT_LIMIT_CHARS);
        assert!(cut.ends_with("ä…"));
    }
}
