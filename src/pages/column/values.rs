//! The commonest values with their change, closed to the whole by the others.

use leptos::prelude::*;

use crate::components::format::{count, counted, estimate, points};
use crate::components::graphics::figure::{canonical_text, estimate_sentence};
use crate::components::graphics::frequency_list::{Frequency, Rest, frequency_list};
use crate::components::meaning::masked_line;
use crate::components::section::{SectionTitle, section};
use crate::domain::column_profile::{ColumnProfile, TEXT_LIMIT_CHARS, TopValue};
use crate::domain::statement::Panel;
use crate::domain::table::ColumnDetail;
use crate::pages::panel_sql::PanelSql;

/// The panel; absent where no value is known.
pub fn top_values_section(detail: &ColumnDetail, sql: &PanelSql) -> Option<AnyView> {
    let column = &detail.column;
    if column.top_values.is_empty() {
        return None;
    }
    let found = column.estimates.get("top_values");
    let links = super::row_links(detail);
    let items: Vec<Frequency> = column
        .top_values
        .iter()
        .enumerate()
        .map(|(place, top)| Frequency {
            value: shown(column, top),
            count: top.count,
            change: change(column, detail.compared.as_ref(), top),
            href: links.of_top(place, top),
        })
        .collect();
    let listed = column.top_values.iter().fold(0_u64, |sum, top| sum.saturating_add(top.count));
    let distinct = column.metrics.distinct_count;
    let others = distinct.map(|distinct| distinct.saturating_sub(items.len() as u64));
    let rest = Rest {
        name: match others {
            Some(others) => format!(
                "{} other {}",
                estimate(count(others), column.is_estimate("distinct_count")),
                if others == 1 { "value" } else { "values" }
            ),
            None => "other values".to_owned(),
        },
        count: column.non_null_count.saturating_sub(listed),
    };
    let of = distinct
        .map(|distinct| format!(" of {}", estimate(count(distinct), column.is_estimate("distinct_count"))))
        .unwrap_or_default();
    let title = SectionTitle::new("top-values", "Top values").subtitle(format!(
        "{}{of}, share of {}",
        items.len(),
        counted(column.non_null_count, "value")
    ));
    let note = found.map(|found| view! { <p class="t2 small">{format!("≈ {}", estimate_sentence(found))}</p> });
    Some(section(
        title,
        view! { {frequency_list(&items, Some(rest), column.non_null_count, found.is_some())}{note}{masked_line(column)}{sql.under(&[Panel::TopValues], "top values")} },
    ))
}

/// A value as the list shows it; one that was cut says so.
fn shown(column: &ColumnProfile, top: &TopValue) -> String {
    let text = canonical_text(column, &top.value);
    if top.value.chars().count() >= TEXT_LIMIT_CHARS {
        format!("{text} (cut)")
    } else {
        text
    }
}

/// Change of the share, in points; `new` only where the compared run lists every value that it has.
fn change(column: &ColumnProfile, compared: Option<&ColumnProfile>, top: &TopValue) -> String {
    // Masked values are all the same text: which is which nobody can say.
    let can_tell = |other: &&ColumnProfile| !column.values_masked && !other.values_masked;
    let Some(other) = compared
        .filter(can_tell)
        .filter(|other| other.non_null_count > 0 && column.non_null_count > 0)
    else {
        return String::new();
    };
    let share = |rows: u64, column: &ColumnProfile| rows as f64 / column.non_null_count as f64;
    match other.top_values.iter().find(|value| value.value == top.value) {
        Some(value) if share(value.count, other) == share(top.count, column) => String::new(),
        Some(value) => points(share(value.count, other), share(top.count, column)),
        None if other.metrics.distinct_count == Some(other.top_values.len() as u64) => "new".to_owned(),
        None => String::new(),
    }
}
