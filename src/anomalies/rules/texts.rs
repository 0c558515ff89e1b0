//! Characters that do not belong to a value.

use crate::anomalies::rule::{AnomalyRule, Check, Found, Rows};
use crate::anomalies::subject::{ColumnSubject, LEAST_VALUES};
use crate::components::format::counted;
use crate::domain::anomaly::{Likelihood, QualityDimension, Severity};
use crate::domain::row_condition::RowFeature;
use crate::engine::accumulators::text_kinds::is_quoted;

/// A finding about every value that has a mark.
fn marked(subject: &ColumnSubject, count: u64, observed: &str, expected: &str, has_mark: impl Fn(&str) -> bool) -> Option<Found> {
    (subject.is_text_of(LEAST_VALUES) && count > 0).then(|| {
        Found::new(
            format!("{} {observed}", subject.share(count)),
            expected,
            format!("{} {observed}.", subject.rows_in_words(count)),
        )
        .in_rows(count, subject.rows())
        .with_samples(subject.samples(has_mark))
    })
}

pub(super) const RULES: &[AnomalyRule] = &[
    AnomalyRule {
        name: "Leading_Spaces",
        title: "Spaces in front",
        severity: Severity::Medium,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "Some values begin with a space: they sort before all others and match nothing they should.",
        remedy: "Take the spaces off when the data is loaded.",
        rows: Rows::Are(RowFeature::LeadingSpaceSaid),
        check: Check::Column(|subject| {
            let metrics = subject.metrics();
            let count = metrics
                .lead_space_count
                .unwrap_or(0)
                .saturating_sub(metrics.blank_count.unwrap_or(0));
            marked(subject, count, "begin with a space", "none", |value| {
                value.starts_with(' ') && !value.trim().is_empty()
            })
        }),
    },
    AnomalyRule {
        name: "Quoted_Values",
        title: "Values in quotes",
        severity: Severity::Medium,
        likelihood: Likelihood::Likely,
        dimension: QualityDimension::Validity,
        explanation: "Some values stand between quotation marks, which belong to the file that they came from.",
        remedy: "Mend delimiter, quote and escape of the load that brings them.",
        rows: Rows::Are(RowFeature::Quoted),
        check: Check::Column(|subject| {
            let count = subject.metrics().quoted_count.unwrap_or(0);
            // Documents may well begin and end with a quote.
            let is_document = subject.means(&["json_document"]);
            marked(subject, if is_document { 0 } else { count }, "stand in quotes", "none", |value| {
                is_quoted(value.as_bytes())
            })
        }),
    },
    AnomalyRule {
        name: "Non_Printing_Chars",
        title: "Invisible characters",
        severity: Severity::Medium,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Validity,
        explanation: "Some values hold characters that nobody sees: no-break and zero-width spaces, marks of direction, control characters. They look like others and do not match them.",
        remedy: "Replace them by plain spaces or nothing when the data is loaded.",
        rows: Rows::Are(RowFeature::Invisible),
        check: Check::Column(|subject| {
            let count = subject.metrics().non_printing_count.unwrap_or(0);
            marked(subject, count, "hold an invisible character", "none", |_| false)
        }),
    },
    AnomalyRule {
        name: "Column_Profiling_Error",
        title: "Column could not be profiled",
        severity: Severity::High,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Accuracy,
        explanation: "The values could not be read. The other columns and tables were.",
        remedy: "Do what the reason says, then profile again.",
        rows: Rows::Unsaid,
        check: Check::Column(|subject| {
            let error = subject.metrics().query_error.as_deref()?;
            Some(Found::new(
                "could not be read",
                "figures",
                format!("The column failed: {}", subject.quoted(error)),
            ))
        }),
    },
    AnomalyRule {
        name: "Inconsistent_Profile",
        title: "Figures contradict each other",
        severity: Severity::High,
        likelihood: Likelihood::Definite,
        dimension: QualityDimension::Accuracy,
        explanation: "A check that holds for every true profile does not hold for this one. Its figures are not to be relied upon.",
        remedy: "Read all files again. If it stays, report it with the run's number: it is a fault of the profiler.",
        rows: Rows::Unsaid,
        check: Check::Column(|subject| {
            let broken = &subject.column().broken_invariants;
            let count = counted(broken.len() as u64, "check");
            (!broken.is_empty()).then(|| Found::new(format!("{count} broken"), "none", broken.join("; ")))
        }),
    },
];
