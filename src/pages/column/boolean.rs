//! A boolean column: true, false and null in one bar.

use leptos::prelude::*;

use crate::components::format::{counted, points, share};
use crate::components::graphics::RunNames;
use crate::components::graphics::breakdown::{Part, split_bar};
use crate::components::section::{SectionTitle, section};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::row_condition::{RowCondition, RowFeature};
use crate::domain::statement::Panel;
use crate::domain::table::ColumnDetail;
use crate::pages::panel_sql::PanelSql;

/// Its panel.
pub fn boolean_section(detail: &ColumnDetail, runs: &RunNames, sql: &PanelSql) -> AnyView {
    let column = &detail.column;
    let before = |rows: fn(&ColumnProfile) -> Option<u64>| detail.compared.as_ref().and_then(rows);
    let links = super::row_links(detail);
    let part = |name: &str, rows: fn(&ColumnProfile) -> Option<u64>, is_missing: bool| Part {
        name: name.to_owned(),
        count: rows(column).unwrap_or(0),
        is_missing,
        compared: before(rows),
        href: links.by(if is_missing {
            RowCondition::Is(RowFeature::Null)
        } else {
            RowCondition::Value(name.to_owned())
        }),
    };
    let parts = [
        part("true", |column| column.metrics.true_count, false),
        part("false", |column| column.metrics.false_count, false),
        part("null", |column| Some(column.null_count), true),
    ];
    let words: Vec<String> = parts
        .iter()
        .map(|part| format!("{} {}", part.name, share(part.count, column.row_count).unwrap_or_default()))
        .collect();
    let label = format!("{}: {}", column.column_name, words.join(", "));
    let moved = detail
        .compared
        .as_ref()
        .and_then(|other| true_share(other).zip(true_share(column)))
        .map(|(from, to)| format!("; true {} of the values", points(from, to)));
    let title = SectionTitle::new("distribution", "Distribution").subtitle(format!(
        "of {}{}",
        counted(column.row_count, "row"),
        moved.unwrap_or_default()
    ));
    let statements = sql.under(&[Panel::Booleans], "true and false");
    section(
        title,
        view! { {split_bar(&parts, column.row_count, &label, runs.compared.as_deref())}{statements} },
    )
}

/// Share of true over the values.
fn true_share(column: &ColumnProfile) -> Option<f64> {
    (column.non_null_count > 0).then(|| column.metrics.true_count.map(|rows| rows as f64 / column.non_null_count as f64))?
}
