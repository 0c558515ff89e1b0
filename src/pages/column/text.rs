//! A text column: shapes, values, lengths, what the texts consist of, and how many say nothing.

use leptos::prelude::*;

use super::Panels;
use super::values::top_values_section;
use crate::components::format::{count, counted, estimate, percent};
use crate::components::graphics::RunNames;
use crate::components::graphics::breakdown::{Part, breakdown};
use crate::components::graphics::frequency_list::{Frequency, Rest, frequency_list};
use crate::components::graphics::length_histogram::length_histogram;
use crate::components::graphics::row_links::RowLinks;
use crate::components::meaning::words_of;
use crate::components::section::{SectionTitle, section};
use crate::domain::column_profile::{ColumnProfile, Metrics};
use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::domain::statement::Panel;
use crate::domain::table::ColumnDetail;
use crate::islands::chart_readout::ChartReadout;
use crate::pages::panel_sql::PanelSql;

/// Its panels.
pub fn text_sections(detail: &ColumnDetail, runs: &RunNames, sql: &PanelSql, links: &RowLinks) -> Panels {
    let left = view! { {top_values_section(detail, sql)}{shapes(detail, sql, links)}{length_section(detail, runs, sql, links)} };
    let right = view! { {missing(&detail.column, sql, links)}{contents(&detail.column, sql, links)} };
    Panels {
        full: None,
        left: Some(left.into_any()),
        right: Some(right.into_any()),
    }
}

fn shapes(detail: &ColumnDetail, sql: &PanelSql, links: &RowLinks) -> Option<AnyView> {
    let column = &detail.column;
    let patterns = column.metrics.patterns.as_ref().filter(|patterns| !patterns.is_empty())?;
    let before = detail
        .compared
        .as_ref()
        .and_then(|other| other.metrics.patterns.as_ref().map(|patterns| (other, patterns)));
    // A shape is new only where the compared run lists every shape that it has.
    let is_new = |pattern: &str| {
        before.is_some_and(|(other, known)| {
            other.metrics.distinct_pattern_count == Some(known.len() as u64) && known.iter().all(|entry| entry.pattern != pattern)
        })
    };
    let items: Vec<Frequency> = patterns
        .iter()
        .map(|entry| Frequency {
            value: entry.pattern.clone(),
            count: entry.count,
            change: if is_new(&entry.pattern) { "new".into() } else { String::new() },
            href: links.by(RowCondition::Shape(entry.pattern.clone())),
        })
        .collect();
    let whole = column.non_null_count;
    let listed = patterns.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.count));
    let distinct = column.metrics.distinct_pattern_count;
    let others = distinct
        .map(|distinct| distinct.saturating_sub(patterns.len() as u64))
        .filter(|others| *others > 0);
    let name = match others {
        Some(others) => format!(
            "{} other {}",
            estimate(count(others), column.is_estimate("distinct_pattern_count")),
            if others == 1 { "shape" } else { "shapes" }
        ),
        None => "other shapes".to_owned(),
    };
    let rest = Rest {
        name,
        count: whole.saturating_sub(listed),
    };
    let standard = column.metrics.standard_pattern.as_ref().map(|pattern| {
        let ratio = column
            .metrics
            .standard_pattern_ratio
            .map(|ratio| format!(", {} of the values", percent(ratio)))
            .unwrap_or_default();
        view! { <p class="t2 small">{format!("Looks like: {}{ratio}", words_of(pattern))}</p> }
    });
    let title = SectionTitle::new("shapes", "Value shapes").subtitle("A upper, a lower, 9 digit");
    Some(section(
        title,
        view! { {frequency_list(&items, Some(rest), whole, column.is_estimate("patterns"))}{standard}{sql.under(&[Panel::Shapes, Panel::StandardPattern], "value shapes")} },
    ))
}

/// How long the texts are.
pub fn length_section(detail: &ColumnDetail, runs: &RunNames, sql: &PanelSql, links: &RowLinks) -> Option<AnyView> {
    let chart = length_histogram("chart-length", &detail.column, runs, links)?;
    let title = SectionTitle::new("length", "Length").subtitle("characters");
    let content = view! { <ChartReadout chart="chart-length".to_owned() hint="Point at a bar, or use the arrow keys, to read it".to_owned() />{chart}{sql.under(&[Panel::Lengths], "lengths")} };
    Some(section(title, content))
}

/// What says nothing: null, empty, blank, stand-ins. They add up to the missing ones.
fn missing(column: &ColumnProfile, sql: &PanelSql, links: &RowLinks) -> Option<AnyView> {
    let metrics = &column.metrics;
    let missing = metrics.missing_count?;
    let part = |name: &str, count: u64, feature: RowFeature| Part {
        is_missing: true,
        href: links.of(feature),
        ..Part::of(name, count)
    };
    let parts = [
        part("null", column.null_count, RowFeature::Null),
        part("empty text", metrics.zero_length_count.unwrap_or(0), RowFeature::Empty),
        part("white space only", metrics.blank_count.unwrap_or(0), RowFeature::Blank),
        part("stand-ins like n/a", metrics.dummy_count.unwrap_or(0), RowFeature::MissingWord),
        part("missing altogether", missing, RowFeature::Missing),
    ];
    let title = SectionTitle::new("missing", "Missing").subtitle(format!("share of {}", counted(column.row_count, "row")));
    // The same statement counts what the next panel shows; where that is absent, it stands here.
    let alone = (!has_contents(metrics)).then(|| sql.under(&[Panel::TextFigures], "these counts"));
    Some(section(title, view! { {breakdown(&parts, column.row_count)}{alone} }))
}

/// What the texts consist of. A text may be counted in several lines.
fn contents(column: &ColumnProfile, sql: &PanelSql, links: &RowLinks) -> Option<AnyView> {
    let all = contents_of(&column.metrics);
    let parts: Vec<Part> = all
        .into_iter()
        .filter_map(|(name, rows, feature)| {
            rows.filter(|rows| *rows > 0).map(|count| Part {
                href: links.of(feature),
                ..Part::of(name, count)
            })
        })
        .collect();
    if parts.is_empty() {
        return None;
    }
    let title = SectionTitle::new("contents", "What the texts are").subtitle(format!(
        "share of {}; a text may be in several lines",
        counted(column.non_null_count, "value")
    ));
    let statements = sql.under(&[Panel::TextFigures], "these counts");
    Some(section(title, view! { {breakdown(&parts, column.non_null_count)}{statements} }))
}

/// The lines of the panel with their counts.
fn contents_of(metrics: &Metrics) -> [(&'static str, Option<u64>, RowFeature); 15] {
    [
        ("all upper case", metrics.upper_case_count, RowFeature::UpperCase),
        ("all lower case", metrics.lower_case_count, RowFeature::LowerCase),
        ("mixed case", metrics.mixed_case_count, RowFeature::MixedCase),
        ("without a letter", metrics.non_alpha_count, RowFeature::NoLetter),
        ("with a digit", metrics.includes_digit_count, RowFeature::Digit),
        ("a number", metrics.numeric_count, RowFeature::NumberText),
        ("a date", metrics.date_count, RowFeature::DateText),
        ("a yes or no", metrics.boolean_text_count, RowFeature::TruthText),
        ("beginning with a space", metrics.lead_space_count, RowFeature::LeadingSpace),
        ("ending with a space", metrics.trail_space_count, RowFeature::TrailingSpace),
        ("with an inner space", metrics.embedded_space_count, RowFeature::InnerSpace),
        ("in quotes", metrics.quoted_count, RowFeature::Quoted),
        ("outside ASCII", metrics.non_ascii_count, RowFeature::NonAscii),
        ("with invisible characters", metrics.non_printing_count, RowFeature::Invisible),
        ("not valid UTF-8", metrics.invalid_utf8_count, RowFeature::InvalidUtf8),
    ]
}

/// Whether there is anything to say of the texts.
fn has_contents(metrics: &Metrics) -> bool {
    contents_of(metrics).iter().any(|(_, rows, _)| rows.is_some_and(|rows| rows > 0))
}
