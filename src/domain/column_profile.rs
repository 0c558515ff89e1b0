//! The column profile: every metric of one column in one run, named as in the database and in JSON.
//!
//! A metric that does not apply is absent, never zero. An estimate is named in `estimates`, with its method and error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::column_meaning::ColumnMeaning;
use super::exact_number::ExactNumber;

/// Texts are stored whole up to this many characters, then cut and marked.
pub const TEXT_LIMIT_CHARS: usize = 4_096;

/// The share of rows with a character outside ASCII, where another writer gave it; ours follows from a count.
pub const NON_ASCII_RATIO: &str = "non_ascii_ratio";

/// The five families of columns; the letter is what the database and JSON hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GeneralType {
    /// Text.
    #[serde(rename = "A")]
    Text,
    /// Number.
    #[serde(rename = "N")]
    Number,
    /// Date or time.
    #[serde(rename = "D")]
    Time,
    /// Boolean.
    #[serde(rename = "B")]
    Boolean,
    /// Anything else: nested, binary, unknown.
    #[default]
    #[serde(rename = "X")]
    Other,
}

impl GeneralType {
    /// The stored letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Text => "A",
            Self::Number => "N",
            Self::Time => "D",
            Self::Boolean => "B",
            Self::Other => "X",
        }
    }

    /// Reads the stored letter; anything unknown is `Other`.
    pub fn from_letter(letter: &str) -> Self {
        match letter {
            "A" => Self::Text,
            "N" => Self::Number,
            "D" => Self::Time,
            "B" => Self::Boolean,
            _ => Self::Other,
        }
    }
}

/// One of the commonest values of a column. Nulls are not a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TopValue {
    /// Canonical text, cut at [`TEXT_LIMIT_CHARS`].
    pub value: String,
    /// Rows that hold it.
    pub count: u64,
    /// Share of the rows scanned, 0..1.
    pub ratio: f64,
}

/// One bar of a histogram: `lower <= value < upper`; the last bin is closed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HistogramBin {
    /// What the axis calls it.
    pub label: String,
    /// Lower edge; for dates seconds since 1970 in UTC; absent for an open tail.
    pub lower: Option<f64>,
    /// Upper edge; absent for an open tail.
    pub upper: Option<f64>,
    /// Rows in it.
    pub count: u64,
}

/// One shape of text values: `A` upper, `a` lower, `9` digit, others literal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PatternCount {
    /// The shape.
    pub pattern: String,
    /// Rows that have it.
    pub count: u64,
}

/// How often one text length occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LengthCount {
    /// Characters.
    pub length: u64,
    /// Rows.
    pub count: u64,
}

/// How an estimated metric was found and how wide it is (95 %, relative unless the method says otherwise).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// For example `hll_lg12`, `kll_k400`, `frequent_items`.
    pub method: String,
    /// Half width of the 95 % interval: relative for counts, in ranks (0..1) for quantiles.
    pub error: f64,
}

/// Declares the metrics that may be absent: an absent one is left out of the JSON.
macro_rules! metrics {
    ($(#[$meta:meta])* pub struct $name:ident { $( $(#[$doc:meta])* $field:ident : $ty:ty ),* $(,)? }) => {
        $(#[$meta])*
        pub struct $name { $(
            $(#[$doc])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $field: Option<$ty>,
        )* }

        impl $name {
            /// The name of every metric, in order.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];
        }
    };
}

metrics! {
    /// The metrics of `spec` that depend on the type or on the data. Counts are rows, ratios 0..1.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    pub struct Metrics {
        // Every column
        /// Different values; exact up to a bound, else estimated.
        distinct_count: u64,
        /// Values that occur exactly once.
        unique_count: u64,
        /// Nulls over rows.
        null_ratio: f64,
        /// Distinct over values.
        distinct_ratio: f64,
        /// Smallest value, canonical text at full precision.
        min_value: String,
        /// Largest value, canonical text at full precision.
        max_value: String,
        /// Shortest text form in characters, empty texts apart.
        min_length: u64,
        /// Longest text form in characters.
        max_length: u64,
        /// Mean length of the text form, empty texts apart.
        avg_length: f64,
        /// Why this column failed; its neighbours are not affected.
        query_error: String,

        // Numbers (finite values unless said)
        /// Mean.
        avg_value: f64,
        /// Sample standard deviation (n - 1).
        stddev_value: f64,
        /// Sample variance.
        variance: f64,
        /// Sum, exact for integers and decimals.
        sum: ExactNumber,
        /// Population skewness.
        skewness: f64,
        /// Population excess kurtosis.
        kurtosis: f64,
        /// Discrete quantile: the smallest value whose rank is at least q times n.
        p01: f64,
        /// 5 % quantile.
        p05: f64,
        /// 25 % quantile.
        p25: f64,
        /// 50 % quantile.
        median: f64,
        /// 75 % quantile.
        p75: f64,
        /// 95 % quantile.
        p95: f64,
        /// 99 % quantile.
        p99: f64,
        /// p75 - p25.
        iqr: f64,
        /// The commonest value, canonical text.
        mode: String,
        /// Values equal to zero.
        zero_count: u64,
        /// Values below zero.
        negative_count: u64,
        /// Smallest value above zero.
        min_positive_value: f64,
        /// Not-a-number values.
        nan_count: u64,
        /// Infinite values of either sign.
        infinite_count: u64,
        /// Sum of the fractional parts.
        fractional_sum: f64,
        /// Whether no value has a fraction.
        integer_valued: bool,
        /// Values more than 1.5 IQR below p25.
        outlier_low_count: u64,
        /// Values more than 1.5 IQR above p75.
        outlier_high_count: u64,

        // Text
        /// Empty texts.
        zero_length_count: u64,
        /// Texts of white space only.
        blank_count: u64,
        /// Stand-ins for "missing" such as `n/a`, `unknown`, `---`.
        dummy_count: u64,
        /// Null + empty + blank + dummy.
        missing_count: u64,
        /// Texts that begin with a space.
        lead_space_count: u64,
        /// Texts that end with a space.
        trail_space_count: u64,
        /// Texts with a space inside.
        embedded_space_count: u64,
        /// Mean number of inner spaces over the texts.
        avg_embedded_spaces: f64,
        /// Texts whose first and last characters are quotes.
        quoted_count: u64,
        /// Texts with letters, all upper case.
        upper_case_count: u64,
        /// Texts with letters, all lower case.
        lower_case_count: u64,
        /// Texts with letters of both cases.
        mixed_case_count: u64,
        /// Non-empty texts without a letter.
        non_alpha_count: u64,
        /// Texts with a digit.
        includes_digit_count: u64,
        /// Texts that parse as a number.
        numeric_count: u64,
        /// Texts that parse wholly as a date.
        date_count: u64,
        /// Texts that say true or false, yes or no.
        boolean_text_count: u64,
        /// Texts with a character outside ASCII.
        non_ascii_count: u64,
        /// Texts with an invisible or control character.
        non_printing_count: u64,
        /// Texts whose bytes are not UTF-8.
        invalid_utf8_count: u64,
        /// Distinct after folding case, spaces, quotes and punctuation.
        standardised_distinct_count: u64,
        /// First text in byte order.
        min_text: String,
        /// Last text in byte order.
        max_text: String,
        /// Length -> rows, ascending.
        length_histogram: Vec<LengthCount>,
        /// The 25 commonest shapes.
        patterns: Vec<PatternCount>,
        /// Different shapes.
        distinct_pattern_count: u64,
        /// The standard form that most values have (`email`, `uuid`, ...).
        standard_pattern: String,
        /// Share of values that have it.
        standard_pattern_ratio: f64,
        /// Shannon entropy of the values in bits.
        entropy_bits: f64,

        // Dates and times (UTC; a source without zone is local and said so in the type)
        /// Earliest, ISO 8601.
        min_date: String,
        /// Latest, ISO 8601.
        max_date: String,
        /// Days from the earliest to the latest.
        date_span_days: i64,
        /// Values more than one year before the run's clock.
        before_1yr_count: u64,
        /// Values more than five years before.
        before_5yr_count: u64,
        /// Values more than twenty years before.
        before_20yr_count: u64,
        /// Values more than a hundred years before.
        before_100yr_count: u64,
        /// Values of the last 30 days.
        within_1mo_count: u64,
        /// Values of the last 365 days.
        within_1yr_count: u64,
        /// Values after the run's clock.
        future_count: u64,
        /// Values more than twenty years after the run's clock.
        distant_future_count: u64,
        /// Different calendar days.
        days_present: u64,
        /// Different ISO weeks.
        weeks_present: u64,
        /// Different calendar months.
        months_present: u64,
        /// Values at exactly midnight.
        midnight_count: u64,
        /// Monday to Sunday.
        weekday_counts: Vec<u64>,

        // Booleans
        /// True values.
        true_count: u64,
        /// False values.
        false_count: u64,
    }
}

/// Every metric of one column in one run (`dq_profile_results` and `dq_profile_column_values`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnProfile {
    /// Name as the source spells it.
    pub column_name: String,
    /// Place in the table, from 1.
    pub ordinal_position: u32,
    /// The source's own spelling of the type.
    pub data_type: String,
    /// Family.
    pub general_type: GeneralType,
    /// Rows scanned.
    pub row_count: u64,
    /// Rows without a value.
    pub null_count: u64,
    /// Rows with a value.
    pub non_null_count: u64,
    /// Everything that may be absent.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// What the figures say about the meaning of the column.
    #[serde(flatten)]
    pub meaning: ColumnMeaning,
    /// The 25 commonest values, by count, ties by value.
    pub top_values: Vec<TopValue>,
    /// Up to 48 bins; numbers over finite values, dates over calendar periods.
    pub histogram: Vec<HistogramBin>,
    /// Which metrics are estimates, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub estimates: BTreeMap<String, Estimate>,
    /// Invariants that this column breaks, in words; empty for a good profile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub broken_invariants: Vec<String>,
    /// Whether values are behind the mask here (`masking.rs`): for this reader, or for everybody.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub values_masked: bool,
    /// Whether they were masked before they were stored, so that nobody has them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub masked_when_stored: bool,
    /// Figures of other writers that have no name here; a name that is ours is never among them.
    #[serde(flatten)]
    pub extensions: BTreeMap<String, serde_json::Value>,
}

impl ColumnProfile {
    /// Whether the named metric is an estimate.
    pub fn is_estimate(&self, metric: &str) -> bool {
        self.estimates.contains_key(metric)
    }

    /// Keeps the share of all rows with a character outside ASCII as another writer gave it, with the count that it means.
    pub fn keep_non_ascii_ratio(&mut self, ratio: f64) {
        let rows = (ratio * self.row_count as f64).round() as u64;
        self.metrics.non_ascii_count = self.metrics.non_ascii_count.or(Some(rows));
        self.extensions.insert(NON_ASCII_RATIO.to_owned(), ratio.into());
    }

    /// Whether every value is different and none is missing: a key by the data.
    pub fn is_candidate_key(&self) -> bool {
        self.row_count > 1
            && self.null_count == 0
            && !self.is_estimate("distinct_count")
            && self.metrics.distinct_count == Some(self.row_count)
    }

    /// Whether it may be a key by the data, but is not known to be one: none is missing, and the different values are estimated to be as
    /// many as the rows, within the error of the estimate.
    pub fn may_be_candidate_key(&self) -> bool {
        let error = self.estimates.get("distinct_count").map(|estimate| estimate.error);
        let distinct = self.metrics.distinct_count.map(|distinct| distinct as f64);
        self.row_count > 1
            && self.null_count == 0
            && error
                .zip(distinct)
                .is_some_and(|(error, distinct)| distinct * (1.0 + error) >= self.row_count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_metric_is_absent_in_json_and_comes_back_absent() {
        let column = ColumnProfile {
            column_name: "amount".into(),
            general_type: GeneralType::Number,
            row_count: 3,
            non_null_count: 3,
            metrics: Metrics {
                sum: Some(ExactNumber::from(7_i128)),
                ..Metrics::default()
            },
            ..ColumnProfile::default()
        };
        let json = serde_json::to_value(&column).unwrap();
        assert_eq!(json["sum"], 7);
        assert_eq!(json["general_type"], "N");
        assert!(json.get("true_count").is_none());
        assert_eq!(serde_json::from_value::<ColumnProfile>(json).unwrap(), column);
    }
}
