//! What a line of columns says in words: type, nulls, distinct values, range or leading value, change since the compared run.

use leptos::prelude::*;

use super::format::{count, decimal, estimate, percent, points, share, short_count, size_change};
use super::graphics::figure::{canonical_text, estimate_sentence, value_text};
use super::graphics::frequency_list::visible;
use super::graphics::null_bar::null_bar;
use super::graphics::shape::{ColumnShape, column_shape};
use super::icon::{Icon, icon};
use crate::domain::column_change::{ChangeKind, ColumnChange};
use crate::domain::column_profile::{ColumnProfile, GeneralType};

/// The family of a type in a word.
pub fn type_word(kind: GeneralType) -> &'static str {
    match kind {
        GeneralType::Text => "Text",
        GeneralType::Number => "Number",
        GeneralType::Time => "Time",
        GeneralType::Boolean => "Boolean",
        GeneralType::Other => "Other",
    }
}

/// Glyph and the source's own spelling of the type.
pub fn type_mark(column: &ColumnProfile) -> AnyView {
    let mark = match column.general_type {
        GeneralType::Text => Icon::TypeText,
        GeneralType::Number => Icon::TypeNumber,
        GeneralType::Time => Icon::TypeTime,
        GeneralType::Boolean => Icon::TypeBoolean,
        GeneralType::Other => Icon::TypeOther,
    };
    let name = column.data_type.clone();
    view! { <span class="ty" title=name.clone()>{icon(mark, 13)}<span class="clip">{name.clone()}</span></span> }.into_any()
}

/// Bar and share of nulls.
pub fn null_cell(column: &ColumnProfile) -> AnyView {
    // A column that failed has no count of nulls: what was seen before it failed says nothing.
    if column.metrics.query_error.is_some() {
        return ().into_any();
    }
    let Some(text) = share(column.null_count, column.row_count) else {
        return view! { <span class="t2">"no rows"</span> }.into_any();
    };
    let class = if column.null_count == 0 { "t2" } else { "" };
    let title = format!("{} of {} rows", count(column.null_count), count(column.row_count));
    view! { <span class="nulls" title=title>{null_bar(column.null_count, column.row_count)}<span class=class>{text}</span></span> }
        .into_any()
}

/// Number of different values, and what follows from it.
pub fn distinct_cell(column: &ColumnProfile) -> AnyView {
    let Some(distinct) = column.metrics.distinct_count else {
        return ().into_any();
    };
    let found = column.estimates.get("distinct_count");
    let text = estimate(short_count(distinct), found.is_some());
    let title = match found {
        Some(found) => format!("≈{}. {}", count(distinct), estimate_sentence(found)),
        None => count(distinct),
    };
    let note = match column.metrics.unique_count {
        _ if column.is_candidate_key() => "all different".to_owned(),
        _ if distinct == 1 => "constant".to_owned(),
        Some(unique) if unique > 0 && distinct > 100 && column.non_null_count > 0 => {
            format!("{} unique", percent(unique as f64 / column.non_null_count as f64))
        }
        _ => String::new(),
    };
    let note = (!note.is_empty()).then(|| view! { <small>{note}</small> });
    view! { <span title=title>{text}</span>{note} }.into_any()
}

/// What the fingerprint shows, in words: the range, the leading value, the leading shape or the lengths.
pub fn range_words(column: &ColumnProfile) -> AnyView {
    let metrics = &column.metrics;
    let of_values = |rows: u64| share(rows, column.non_null_count).unwrap_or_default();
    match column_shape(column) {
        ColumnShape::Failed => {
            let error = metrics.query_error.clone().unwrap_or_default();
            view! { <span class="bad">"not profiled"</span>" "<span class="t2 clip why" title=error.clone()>{error.clone()}</span> }
                .into_any()
        }
        ColumnShape::NoRows => view! { <span class="t2">"no rows"</span> }.into_any(),
        ColumnShape::AllNull => view! { <span class="t2">"no values"</span> }.into_any(),
        ColumnShape::Constant => {
            let value = column
                .top_values
                .first()
                .map(|value| value.value.clone())
                .or_else(|| metrics.min_value.clone())
                .unwrap_or_default();
            view! { "constant " {code(&value)} }.into_any()
        }
        ColumnShape::Values => match column.top_values.first() {
            Some(value) => view! { {code(&value.value)} " " {of_values(value.count)} }.into_any(),
            None => ().into_any(),
        },
        ColumnShape::Patterns => match metrics.patterns.iter().flatten().next() {
            Some(pattern) => view! { "shape " {code(&pattern.pattern)} " " {of_values(pattern.count)} }.into_any(),
            None => ().into_any(),
        },
        ColumnShape::Lengths => {
            let parts = [
                metrics.min_length.map(count),
                metrics.avg_length.map(|length| decimal(length, 1)),
                metrics.max_length.map(count),
            ];
            view! { "length " {dotted(parts)} }.into_any()
        }
        _ if column.general_type == GeneralType::Time => dotted([
            metrics.min_date.as_deref().map(date_only),
            None,
            metrics.max_date.as_deref().map(date_only),
        ]),
        _ if column.general_type == GeneralType::Number => dotted([
            metrics.min_value.as_deref().map(|text| canonical_text(column, text)),
            metrics
                .median
                .map(|value| estimate(value_text(column, value), column.is_estimate("median"))),
            metrics.max_value.as_deref().map(|text| canonical_text(column, text)),
        ]),
        _ => dotted([metrics.min_value.clone(), None, metrics.max_value.clone()]),
    }
}

/// The change in words, weak where it is not worth a look.
pub fn change_cell(change: Option<&ColumnChange>) -> AnyView {
    let Some(change) = change else {
        return ().into_any();
    };
    let class = if change.is_notable() { "worse" } else { "quiet" };
    let text = change_words(change);
    view! { <span class=class title=text.clone()>{text.clone()}</span> }.into_any()
}

/// The change in a few words.
pub fn change_words(change: &ColumnChange) -> String {
    let moved = points(change.before, change.after);
    let sized = || size_change(change.before, change.after).unwrap_or_else(|| "moved".to_owned());
    match &change.kind {
        ChangeKind::New => "new column".to_owned(),
        ChangeKind::DataType(before) => format!("was {before}"),
        ChangeKind::Nulls => format!("null {moved}"),
        ChangeKind::Missing => format!("missing {moved}"),
        ChangeKind::Zeros => format!("zero {moved}"),
        ChangeKind::Future => format!("future {moved}"),
        ChangeKind::True => format!("true {moved}"),
        ChangeKind::Distinct if change.before.max(change.after) <= 50.0 => {
            let more = change.after - change.before;
            let word = if more > 0.0 { "more" } else { "fewer" };
            format!("{} {word} value{}", more.abs(), if more.abs() == 1.0 { "" } else { "s" })
        }
        ChangeKind::Distinct => format!("distinct {}", sized()),
        ChangeKind::Mean => format!("mean {}", sized()),
        ChangeKind::Largest => format!("max {}", sized()),
        ChangeKind::Smallest => format!("min {}", sized()),
        ChangeKind::Length => format!("length {}", sized()),
    }
}

/// The day of an ISO 8601 stamp, where space is short.
fn date_only(stamp: &str) -> String {
    stamp.split(['T', ' ']).next().unwrap_or(stamp).to_owned()
}

/// A value of the data in its own face; the empty text is visible.
fn code(value: &str) -> AnyView {
    let shown = if value.is_empty() { "''".to_owned() } else { visible(value) };
    view! { <span class="mono ink2" title=value.to_owned()>{shown}</span> }.into_any()
}

/// Figures with dots between them; absent ones are left out.
fn dotted(parts: [Option<String>; 3]) -> AnyView {
    let shown: Vec<String> = parts.into_iter().flatten().filter(|text| !text.is_empty()).collect();
    let whole = shown.join(" … ");
    view! { <span class="mono ink2" title=whole.clone()>{whole.clone()}</span> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;
    use crate::domain::column_profile::{Estimate, Metrics, TopValue};

    fn column(rows: u64, nulls: u64) -> ColumnProfile {
        ColumnProfile {
            column_name: "c".into(),
            row_count: rows,
            null_count: nulls,
            non_null_count: rows - nulls,
            ..ColumnProfile::default()
        }
    }

    #[test]
    fn a_value_of_the_data_is_never_markup() {
        let top = TopValue {
            value: "<script>x</script>".into(),
            count: 9,
            ratio: 0.9,
        };
        let column = ColumnProfile {
            top_values: vec![top],
            general_type: GeneralType::Text,
            metrics: Metrics {
                distinct_count: Some(2),
                ..Metrics::default()
            },
            ..column(10, 0)
        };
        let html = rendered(|| range_words(&column));
        assert!(!html.contains("<script>") && html.contains("90.0%"), "{html}");
    }

    #[test]
    fn an_estimate_says_so_in_its_cell() {
        let mut column = column(5_000_000, 0);
        column.metrics.distinct_count = Some(4_900_000);
        assert!(!rendered(|| distinct_cell(&column)).contains('≈'));
        column.estimates.insert(
            "distinct_count".into(),
            Estimate {
                method: "hll_lg12".into(),
                error: 0.03,
            },
        );
        let html = rendered(|| distinct_cell(&column));
        assert!(
            html.contains("≈4.9") && html.contains("≈4,900,000. Estimated with HyperLogLog"),
            "{html}"
        );
    }

    #[test]
    fn changes_speak_in_points_and_times() {
        let change = |kind, before, after| {
            change_words(&ColumnChange {
                kind,
                before,
                after,
                weight: 1.0,
            })
        };
        assert_eq!(change(ChangeKind::Nulls, 0.001, 0.038), "null +3.7 pp");
        assert_eq!(change(ChangeKind::Distinct, 9.0, 10.0), "1 more value");
        assert_eq!(change(ChangeKind::Largest, 500.0, 2_400.0), "max ×4.8");
        assert_eq!(change(ChangeKind::DataType("text".into()), 0.0, 0.0), "was text");
    }
}
