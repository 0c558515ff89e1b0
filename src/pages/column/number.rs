//! A number column: histogram with box plot, top values.

use leptos::prelude::*;

use super::values::top_values_section;
use super::{Panels, legend, row_links, scale_switch};
use crate::components::format::counted;
use crate::components::graphics::RunNames;
use crate::components::graphics::histogram::number_histogram;
use crate::components::graphics::masked_histogram::masked_histogram;
use crate::components::meaning::masked_line;
use crate::components::section::{SectionTitle, section};
use crate::domain::query::ColumnsQuery;
use crate::domain::statement::Panel;
use crate::domain::table::ColumnDetail;
use crate::islands::chart_readout::ChartReadout;
use crate::pages::panel_sql::PanelSql;

/// Its panels.
pub fn number_sections(detail: &ColumnDetail, query: &ColumnsQuery, runs: &RunNames, sql: &PanelSql) -> Panels {
    Panels {
        full: distribution(detail, query, runs, sql),
        left: top_values_section(detail, sql),
        right: None,
    }
}

fn distribution(detail: &ColumnDetail, query: &ColumnsQuery, runs: &RunNames, sql: &PanelSql) -> Option<AnyView> {
    let column = &detail.column;
    if column.histogram.is_empty() {
        return None;
    }
    let apart: Vec<&str> = [("zeros", column.metrics.zero_count.unwrap_or(0)), ("nulls", column.null_count)]
        .into_iter()
        .filter(|(_, rows)| *rows > 0)
        .map(|(name, _)| name)
        .collect();
    let apart = if apart.is_empty() {
        String::new()
    } else {
        format!(", {} apart", apart.join(" and "))
    };
    let moved = detail
        .compared
        .as_ref()
        .is_some_and(|other| !other.histogram.is_empty() && !has_same_edges(detail));
    let outline = if moved {
        "; the outline is laid over other bins, so it is approximate"
    } else {
        ""
    };
    if column.values_masked {
        return Some(masked_distribution(detail, query));
    }
    let title = SectionTitle::new("distribution", "Distribution")
        .subtitle(format!("{}{apart}{outline}", counted(column.histogram.len() as u64, "bin")))
        .controls(view! { {legend(column, runs)}{scale_switch(detail, query)} });
    let content = view! {
        <ChartReadout chart="chart-distribution".to_owned() hint="Point at a bar, or use the arrow keys, to read it".to_owned() />
        {number_histogram("chart-distribution", column, detail.compared.as_ref(), runs, query.log_scale, &row_links(detail))}
        {sql.under(&[Panel::Histogram, Panel::Quantiles, Panel::Outliers], "this histogram and its quantiles")}
    };
    Some(section(title, content))
}

/// The form without edges.
pub(super) fn masked_distribution(detail: &ColumnDetail, query: &ColumnsQuery) -> AnyView {
    let column = &detail.column;
    let title = SectionTitle::new("distribution", "Distribution")
        .subtitle(format!("{}, from small to large", counted(column.histogram.len() as u64, "bar")))
        .controls(scale_switch(detail, query));
    let content = view! {
        <ChartReadout chart="chart-distribution".to_owned() hint="Point at a bar, or use the arrow keys, to read it".to_owned() />
        {masked_histogram("chart-distribution", column, query.log_scale)}
        {masked_line(column)}
    };
    section(title, content)
}

fn has_same_edges(detail: &ColumnDetail) -> bool {
    detail.compared.as_ref().is_some_and(|other| {
        other.histogram.len() == detail.column.histogram.len()
            && other
                .histogram
                .iter()
                .zip(&detail.column.histogram)
                .all(|(a, b)| a.lower == b.lower && a.upper == b.upper)
    })
}
