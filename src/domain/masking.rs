//! Personal values behind a mask: which columns are personal, and what is left of a value, a column and a finding for whoever may not
//! see it. The only place that decides either; everything that a reader or the store gets passes through here.
//!
//! Counts, shares, lengths and shapes are not values and stay. What is measured in the unit of the values is one.

use serde_json::Value as Json;

use super::anomaly::ProfileAnomaly;
use super::column_meaning::{ColumnMeaning, PiiRisk};
use super::column_profile::{ColumnProfile, HistogramBin, Metrics, NON_ASCII_RATIO, PatternCount};
use super::row_filter::{Literal, RowFilter, Test};
use super::table_profile::Snapshot;

/// What stands for a value that is not shown. Always the same, so that it says nothing about the value, its length neither.
pub const MASK: &str = "•••";

/// Kinds of findings whose texts may quote a value of the column; personal columns get the mask instead of each quotation.
pub const QUOTING_KINDS: &[&str] = &[
    "Boolean_Value_Mismatch",
    "Char_Column_Number_Units",
    "Column_Profiling_Error",
    "Small_Divergent_Value_Ct",
    "Suggested_Type",
    "Unlikely_Date_Values",
    "Variant_Coded_Values",
];

/// Words of a steward that say that a column is not personal. Any other word says that it is.
const HARMLESS: [&str; 8] = ["none", "no", "low", "public", "not personal", "false", "c", "0"];

/// What is known of a column beside the measurement of the run at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonalWord {
    /// What a steward said of it; empty where nobody did.
    pub said: String,
    /// What any run has measured; a column that was found personal once stays so until a steward says otherwise.
    pub measured: Option<PiiRisk>,
}

impl PersonalWord {
    /// Whether the column is personal, with what this run measured. A steward's word wins.
    pub fn is_personal(&self, measured_here: Option<PiiRisk>) -> bool {
        is_personal(&self.said, measured_here.max(self.measured))
    }
}

/// Whether a column is personal: what a steward said of it decides, else the measured risk, from moderate on.
pub fn is_personal(said: &str, measured: Option<PiiRisk>) -> bool {
    let said = said.trim().to_lowercase();
    if said.is_empty() {
        measured.is_some_and(|risk| risk >= PiiRisk::Moderate)
    } else {
        !HARMLESS.contains(&said.as_str())
    }
}

/// When values were masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Masking {
    /// On the way to a reader who may not see them; the store has them.
    ForReader,
    /// Before they were stored, because the table group says so: nobody has them.
    BeforeStoring,
}

/// The text itself, or the mask.
pub fn shown(text: &str, is_masked: bool) -> &str {
    if is_masked { MASK } else { text }
}

/// Masks the values of a column. Twice is the same as once.
pub fn mask_column(column: &mut ColumnProfile, masking: Masking) {
    column.values_masked = true;
    column.masked_when_stored |= masking == Masking::BeforeStoring;
    for top in &mut column.top_values {
        MASK.clone_into(&mut top.value);
    }
    column.histogram.iter_mut().for_each(mask_bin);
    mask_metrics(&mut column.metrics);
    mask_meaning(&mut column.meaning);
    // What another writer measured under a name that is not ours may be anything, a list of values too. This share is none.
    let is_share = |name: &str, figure: &Json| name == NON_ASCII_RATIO && figure.is_number();
    let hidden = column.extensions.iter_mut().filter(|(name, figure)| !is_share(name, figure));
    hidden.for_each(|(_, figure)| *figure = Json::from(MASK));
}

fn mask_bin(bin: &mut HistogramBin) {
    MASK.clone_into(&mut bin.label);
    (bin.lower, bin.upper) = (None, None);
}

/// Every metric is named here, so that a new one does not compile before somebody has decided what it tells.
fn mask_metrics(metrics: &mut Metrics) {
    let kept = std::mem::take(metrics);
    let masked = |_: String| MASK.to_owned();
    *metrics = Metrics {
        // Values: texts get the mask.
        min_value: kept.min_value.map(masked),
        max_value: kept.max_value.map(masked),
        mode: kept.mode.map(masked),
        min_text: kept.min_text.map(masked),
        max_text: kept.max_text.map(masked),
        min_date: kept.min_date.map(masked),
        max_date: kept.max_date.map(masked),
        query_error: kept.query_error.map(masked),
        // Measured in the unit of the values: absent.
        avg_value: None,
        stddev_value: None,
        variance: None,
        sum: None,
        p01: None,
        p05: None,
        p25: None,
        median: None,
        p75: None,
        p95: None,
        p99: None,
        iqr: None,
        min_positive_value: None,
        fractional_sum: None,
        date_span_days: None,
        // Shapes: what they keep of the text is folded further.
        patterns: kept.patterns.map(fold_shapes),
        // No values: counts of rows, shares, lengths, shapes.
        distinct_count: kept.distinct_count,
        unique_count: kept.unique_count,
        null_ratio: kept.null_ratio,
        distinct_ratio: kept.distinct_ratio,
        min_length: kept.min_length,
        max_length: kept.max_length,
        avg_length: kept.avg_length,
        skewness: kept.skewness,
        kurtosis: kept.kurtosis,
        zero_count: kept.zero_count,
        negative_count: kept.negative_count,
        nan_count: kept.nan_count,
        infinite_count: kept.infinite_count,
        integer_valued: kept.integer_valued,
        outlier_low_count: kept.outlier_low_count,
        outlier_high_count: kept.outlier_high_count,
        zero_length_count: kept.zero_length_count,
        blank_count: kept.blank_count,
        dummy_count: kept.dummy_count,
        missing_count: kept.missing_count,
        lead_space_count: kept.lead_space_count,
        trail_space_count: kept.trail_space_count,
        embedded_space_count: kept.embedded_space_count,
        avg_embedded_spaces: kept.avg_embedded_spaces,
        quoted_count: kept.quoted_count,
        upper_case_count: kept.upper_case_count,
        lower_case_count: kept.lower_case_count,
        mixed_case_count: kept.mixed_case_count,
        non_alpha_count: kept.non_alpha_count,
        includes_digit_count: kept.includes_digit_count,
        numeric_count: kept.numeric_count,
        date_count: kept.date_count,
        boolean_text_count: kept.boolean_text_count,
        non_ascii_count: kept.non_ascii_count,
        non_printing_count: kept.non_printing_count,
        invalid_utf8_count: kept.invalid_utf8_count,
        standardised_distinct_count: kept.standardised_distinct_count,
        length_histogram: kept.length_histogram,
        distinct_pattern_count: kept.distinct_pattern_count,
        standard_pattern: kept.standard_pattern,
        standard_pattern_ratio: kept.standard_pattern_ratio,
        entropy_bits: kept.entropy_bits,
        before_1yr_count: kept.before_1yr_count,
        before_5yr_count: kept.before_5yr_count,
        before_20yr_count: kept.before_20yr_count,
        before_100yr_count: kept.before_100yr_count,
        within_1mo_count: kept.within_1mo_count,
        within_1yr_count: kept.within_1yr_count,
        future_count: kept.future_count,
        distant_future_count: kept.distant_future_count,
        days_present: kept.days_present,
        weeks_present: kept.weeks_present,
        months_present: kept.months_present,
        midnight_count: kept.midnight_count,
        weekday_counts: kept.weekday_counts,
        true_count: kept.true_count,
        false_count: kept.false_count,
    };
}

/// A shape keeps what is neither a cased letter nor a digit: a name in letters without case would be its own shape.
fn fold_shapes(patterns: Vec<PatternCount>) -> Vec<PatternCount> {
    let mut folded: Vec<PatternCount> = Vec::with_capacity(patterns.len());
    for shape in patterns {
        let pattern: String = shape.pattern.chars().map(|ch| if ch.is_ascii() { ch } else { '•' }).collect();
        match folded.iter_mut().find(|known| known.pattern == pattern) {
            Some(known) => known.count += shape.count,
            None => folded.push(PatternCount { pattern, ..shape }),
        }
    }
    folded.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.pattern.cmp(&b.pattern)));
    folded
}

/// Reasons name the evidence, and evidence may be a value; why it is personal stays, up to where the evidence begins.
fn mask_meaning(meaning: &mut ColumnMeaning) {
    meaning.suggested_type_reason = None;
    meaning.functional_data_type_reason = None;
    meaning.critical_data_element_reason = None;
    meaning.pii_risk_reason = meaning.pii_risk_reason.take().map(|reason| first_sentence(&reason).to_owned());
}

/// The text up to its first full stop.
pub fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// Masks the values of a finding about a personal column: its samples, and its texts where they may quote and do not hold the mask yet.
pub fn mask_finding(finding: &mut ProfileAnomaly) {
    let hides = hides_texts(&finding.anomaly_type, finding.evidence.is_some(), &finding.description);
    if hides {
        MASK.clone_into(&mut finding.description);
    }
    let Some(evidence) = &mut finding.evidence else { return };
    if hides {
        MASK.clone_into(&mut evidence.observed);
    }
    for sample in &mut evidence.samples {
        MASK.clone_into(sample);
    }
    evidence.samples.dedup();
}

/// Whether the texts of a finding or alert about a personal column are hidden whole: where another program wrote them, and where a rule of
/// ours may have quoted a value because nobody knew yet that the column is personal.
pub fn hides_texts(kind: &str, is_ours: bool, text: &str) -> bool {
    (!is_ours || QUOTING_KINDS.contains(&kind)) && !text.contains(MASK)
}

/// Masks the literals of a filter that are compared with personal columns.
pub fn mask_filter(filter: &mut RowFilter, is_personal: impl Fn(&str) -> bool) {
    for condition in &mut filter.conditions {
        if let Test::Compare(_, literal) = &mut condition.test
            && is_personal(&condition.column)
        {
            *literal = Literal::Text(MASK.to_owned());
        }
    }
}

/// Masks what a snapshot quotes: literals of its filter, also where its description repeats them, and values of columns that stand in the
/// paths of its files.
pub fn mask_snapshot(snapshot: &mut Snapshot, is_personal: impl Fn(&str) -> bool) {
    let before = snapshot.scope.words();
    if let Some(filter) = &mut snapshot.scope.row_filter {
        mask_filter(filter, &is_personal);
        snapshot.description = snapshot.description.replace(&before, &snapshot.scope.words());
    }
    let keys = snapshot.origins.partitions.iter().filter(|name| is_personal(name));
    let keys: Vec<String> = keys.map(|name| format!("{name}=")).collect();
    for file in &mut snapshot.files {
        let parts = file
            .split('/')
            .map(|part| match keys.iter().find(|key| part.starts_with(key.as_str())) {
                Some(key) => format!("{key}{MASK}"),
                None => part.to_owned(),
            });
        *file = parts.collect::<Vec<_>>().join("/");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::anomaly::AnomalyEvidence;
    use crate::domain::column_profile::TopValue;
    use crate::domain::exact_number::ExactNumber;

    #[test]
    fn a_stewards_word_wins_over_what_was_measured_and_an_unknown_word_is_a_warning() {
        let (none, low) = (Some(PiiRisk::None), Some(PiiRisk::Low));
        let (moderate, high) = (Some(PiiRisk::Moderate), Some(PiiRisk::High));
        for (said, measured, expected) in [
            ("", None, false),
            ("", none, false),
            ("", low, false),
            ("", moderate, true),
            ("", high, true),
            (" None ", high, false),
            ("low", high, false),
            ("moderate", none, true),
            ("high", None, true),
            ("names of our staff", None, true),
        ] {
            assert_eq!(is_personal(said, measured), expected, "{said:?} {measured:?}");
        }
        let word = PersonalWord {
            said: String::new(),
            measured: moderate,
        };
        assert!(word.is_personal(none), "once personal, always personal");
    }

    #[test]
    fn nothing_of_a_value_is_left_in_a_masked_column_and_counts_stay() {
        const SECRET: &str = "canary";
        let text = || Some(SECRET.to_owned());
        let mut column = ColumnProfile {
            column_name: "name".into(),
            row_count: 3,
            metrics: Metrics {
                min_value: text(),
                max_value: text(),
                mode: text(),
                min_text: text(),
                max_text: text(),
                min_date: text(),
                max_date: text(),
                query_error: text(),
                sum: Some(ExactNumber::from(424_242_i128)),
                median: Some(424_242.0),
                avg_value: Some(424_242.0),
                distinct_count: Some(2),
                patterns: Some(vec![
                    PatternCount {
                        pattern: "山田".into(),
                        count: 2,
                    },
                    PatternCount {
                        pattern: "鈴木".into(),
                        count: 3,
                    },
                ]),
                ..Metrics::default()
            },
            meaning: ColumnMeaning {
                functional_data_type_reason: text(),
                pii_risk_reason: Some(format!("It tells who a person is. From {SECRET} on.")),
                ..ColumnMeaning::default()
            },
            top_values: vec![TopValue {
                value: SECRET.into(),
                count: 2,
                ratio: 0.5,
            }],
            histogram: vec![HistogramBin {
                label: SECRET.into(),
                lower: Some(424_242.0),
                upper: None,
                count: 3,
            }],
            ..ColumnProfile::default()
        };
        column.extensions.insert("sample".into(), Json::from(vec![SECRET]));
        mask_column(&mut column, Masking::ForReader);
        let once = column.clone();
        mask_column(&mut column, Masking::ForReader);
        assert_eq!(column, once);
        let text = serde_json::to_string(&column).unwrap();
        for told in [SECRET, "424242", "山", "鈴"] {
            assert!(!text.contains(told), "{told} in {text}");
        }
        assert_eq!((column.top_values[0].value.as_str(), column.top_values[0].count), (MASK, 2));
        assert_eq!((column.metrics.distinct_count, column.row_count), (Some(2), 3));
        assert_eq!(
            column.metrics.patterns.as_deref().map(|shapes| (shapes.len(), shapes[0].count)),
            Some((1, 5))
        );
        assert!(column.values_masked && !column.masked_when_stored);
        assert!(text.contains("It tells who a person is.") && text.contains("\"values_masked\":true"));
    }

    #[test]
    fn texts_that_may_quote_are_hidden_unless_they_were_written_with_the_mask() {
        let finding = |kind: &str, text: &str, is_ours: bool| {
            let mut finding = ProfileAnomaly {
                schema_name: String::new(),
                table_name: "t".into(),
                column_name: Some("c".into()),
                anomaly_type: kind.into(),
                severity: "low".into(),
                likelihood: None,
                description: text.into(),
                pii_risk: None,
                dq_dimension: None,
                detected_at: None,
                evidence: is_ours.then(|| AnomalyEvidence {
                    observed: text.into(),
                    samples: vec!["secret".into(), "other".into()],
                    ..AnomalyEvidence::default()
                }),
            };
            mask_finding(&mut finding);
            (
                finding.description,
                finding
                    .evidence
                    .map(|evidence| (evidence.observed, evidence.samples))
                    .unwrap_or_default(),
            )
        };
        let masked = || vec![MASK.to_owned()];
        assert_eq!(
            finding("Leading_Spaces", "3 rows", true),
            ("3 rows".into(), ("3 rows".into(), masked()))
        );
        assert_eq!(
            finding("Small_Divergent_Value_Ct", "differ from secret", true),
            (MASK.into(), (MASK.into(), masked()))
        );
        let known = format!("differ from {MASK}");
        assert_eq!(
            finding("Small_Divergent_Value_Ct", &known, true),
            (known.clone(), (known.clone(), masked()))
        );
        assert_eq!(finding("Leading_Spaces", "secret leads", false).0, MASK);
    }

    #[test]
    fn a_filter_keeps_its_form_and_loses_what_personal_columns_are_compared_with() {
        let mut filter = RowFilter::parse("email = 'x@y.z' and amount > 3 and email is not null").unwrap();
        mask_filter(&mut filter, |column| column == "email");
        assert_eq!(filter.to_string(), "email = '•••' and amount > 3 and email is not null");
        let mut snapshot = Snapshot {
            description: "2 files, rows where city = 'Oslo'".into(),
            files: vec!["city=Oslo/a.csv".into(), "cityscape=Oslo/b.csv".into()],
            ..Snapshot::default()
        };
        snapshot.origins.partitions.push("city".into());
        snapshot.scope.row_filter = Some(RowFilter::parse("city = 'Oslo'").unwrap());
        mask_snapshot(&mut snapshot, |column| column == "city");
        assert_eq!(snapshot.description, "2 files, rows where city = '•••'");
        assert_eq!(snapshot.files, ["city=•••/a.csv", "cityscape=Oslo/b.csv"]);
    }
}
