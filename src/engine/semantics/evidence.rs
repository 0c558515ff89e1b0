//! What the rules ask of one column: its figures as shares of the values that say something, and the words of its name.

use super::column_name::ColumnName;
use super::vocabulary::Notion;
use crate::domain::column_profile::{ColumnProfile, GeneralType, Metrics};
use crate::engine::accumulators::text_kinds::is_dummy;

/// Fewer values than this say nothing about a meaning.
const LEAST_VALUES: u64 = 5;
/// A column is taken as a list of few values when each of them occurs so often on average.
const REPEATS: f64 = 5.0;

/// One column as evidence.
pub struct Evidence<'a> {
    /// Its profile.
    pub column: &'a ColumnProfile,
    /// The words of its name.
    pub name: ColumnName,
    /// Whether it is the column that identifies the rows of its table.
    pub is_first_key: bool,
    /// Values that are not empty, blank or a stand-in for "missing".
    pub filled: u64,
}

impl<'a> Evidence<'a> {
    /// Reads the figures once.
    pub fn of(column: &'a ColumnProfile, is_first_key: bool) -> Self {
        let metrics = &column.metrics;
        let empty: u64 = [metrics.zero_length_count, metrics.blank_count, metrics.dummy_count]
            .into_iter()
            .flatten()
            .sum();
        Self {
            column,
            name: ColumnName::read(&column.column_name),
            is_first_key,
            filled: column.non_null_count.saturating_sub(empty),
        }
    }

    /// Whether there is enough to judge by.
    pub fn is_enough(&self) -> bool {
        self.column.metrics.query_error.is_none() && self.filled >= LEAST_VALUES
    }

    /// Its figures.
    pub fn metrics(&self) -> &'a Metrics {
        &self.column.metrics
    }

    /// Whether the source holds texts.
    pub fn is_text(&self) -> bool {
        self.column.general_type == GeneralType::Text
    }

    /// Whether the source holds numbers.
    pub fn is_number(&self) -> bool {
        self.column.general_type == GeneralType::Number
    }

    /// Whether the source holds dates or times.
    pub fn is_time(&self) -> bool {
        self.column.general_type == GeneralType::Time
    }

    /// Numbers without any fraction.
    pub fn is_whole(&self) -> bool {
        self.is_number() && self.metrics().integer_valued == Some(true)
    }

    /// What the name speaks of.
    pub fn named(&self, notion: Notion) -> Option<&'static str> {
        self.name.says(notion)
    }

    /// Whether the name speaks of any of these.
    pub fn named_any(&self, notions: &[Notion]) -> Option<&'static str> {
        notions.iter().find_map(|notion| self.named(*notion))
    }

    /// Share of the rows that say something.
    pub fn filled_ratio(&self) -> f64 {
        self.filled as f64 / self.column.row_count.max(1) as f64
    }

    /// A count as a share of the values that say something; nothing known is no share.
    pub fn part(&self, count: Option<u64>) -> f64 {
        (count.unwrap_or(0) as f64 / self.filled.max(1) as f64).min(1.0)
    }

    /// Share of the values that say something which have the standard form.
    pub fn form(&self, name: &str) -> f64 {
        let metrics = self.metrics();
        if metrics.standard_pattern.as_deref() != Some(name) {
            return 0.0;
        }
        let count = metrics.standard_pattern_ratio.unwrap_or(0.0) * self.column.non_null_count as f64;
        (count / self.filled.max(1) as f64).min(1.0)
    }

    /// Share of the listed values, by rows, that pass; empties and stand-ins apart. Without listed values none does.
    pub fn listed(&self, passes: impl Fn(&str) -> bool) -> f64 {
        let (mut all, mut good) = (0, 0);
        for top in &self.column.top_values {
            if self.is_text() && (top.value.trim().is_empty() || is_dummy(&top.value)) {
                continue;
            }
            all += top.count;
            good += if passes(&top.value) { top.count } else { 0 };
        }
        good as f64 / all.max(1) as f64
    }

    /// Share of the listed shapes, by rows, that pass; the empty shape apart.
    pub fn shapes(&self, passes: impl Fn(&str) -> bool) -> f64 {
        let (mut all, mut good) = (0, 0);
        for shape in self
            .metrics()
            .patterns
            .iter()
            .flatten()
            .filter(|shape| !shape.pattern.trim().is_empty())
        {
            all += shape.count;
            good += if passes(&shape.pattern) { shape.count } else { 0 };
        }
        good as f64 / all.max(1) as f64
    }

    /// Smallest and largest number.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        let metrics = self.metrics();
        let read = |text: &Option<String>| text.as_deref()?.parse::<f64>().ok().filter(|value| value.is_finite());
        Some((read(&metrics.min_value)?, read(&metrics.max_value)?))
    }

    /// Whether all numbers lie within; false without any.
    pub fn lies_within(&self, low: f64, high: f64) -> bool {
        self.bounds().is_some_and(|(min, max)| min >= low && max <= high)
    }

    /// Different values; 0 where they are not known.
    pub fn distinct(&self) -> u64 {
        self.metrics().distinct_count.unwrap_or(0)
    }

    /// How many values are different, as people read it: `1,576`, or `≈1,576` where it is estimated.
    pub fn distinct_words(&self) -> String {
        let mark = if self.column.is_estimate("distinct_count") { "≈" } else { "" };
        format!("{mark}{}", grouped(self.distinct()))
    }

    /// Share of the values that are different from all before them.
    pub fn uniqueness(&self) -> f64 {
        self.distinct() as f64 / self.column.non_null_count.max(1) as f64
    }

    /// Few values that come again and again.
    pub fn repeats_few(&self, most: u64) -> bool {
        let distinct = self.distinct();
        (2..=most).contains(&distinct) && self.column.non_null_count as f64 >= distinct as f64 * REPEATS
    }

    /// Whole numbers of which none between the smallest and the largest is missing.
    pub fn has_no_gaps(&self) -> bool {
        let exact = |text: &Option<String>| text.as_deref()?.parse::<i128>().ok();
        let metrics = self.metrics();
        match (exact(&metrics.min_value), exact(&metrics.max_value)) {
            (Some(min), Some(max)) => {
                self.is_whole() && !self.column.is_estimate("distinct_count") && max - min + 1 == i128::from(self.distinct())
            }
            _ => false,
        }
    }

    /// Whether a share of the texts has letters or digits only in one word, as codes do.
    pub fn is_one_word(&self) -> bool {
        self.part(self.metrics().embedded_space_count) <= 0.01
    }

    /// The longest text in characters; endless where not known.
    pub fn longest(&self) -> u64 {
        self.metrics().max_length.unwrap_or(u64::MAX)
    }

    /// Whether all texts are equally long.
    pub fn has_one_length(&self) -> bool {
        let metrics = self.metrics();
        metrics.min_length.is_some() && metrics.min_length == metrics.max_length
    }
}

/// A share in words: `all`, `99.6% of the`; meant to stand before `values`.
pub fn share_words(share: f64) -> String {
    match share {
        share if share >= 1.0 => "All".to_owned(),
        share if share > 0.999 => "Over 99.9% of the".to_owned(),
        share => format!("{:.1}% of the", share * 100.0),
    }
}

/// Whole numbers with commas, as people read them.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_counts_read_as_people_write_them() {
        assert_eq!(share_words(1.0), "All");
        assert_eq!(share_words(0.99999), "Over 99.9% of the");
        assert_eq!(share_words(0.956), "95.6% of the");
        assert_eq!((grouped(7), grouped(1_234_567).as_str()), ("7".to_owned(), "1,234,567"));
    }
}
