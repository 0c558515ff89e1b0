//! A date or time column: calendar histogram, how recent the values are, days of the week, top values.

use leptos::prelude::*;

use super::number::masked_distribution;
use super::values::top_values_section;
use super::{Panels, legend, row_links, scale_switch};
use crate::components::format::counted;
use crate::components::graphics::RunNames;
use crate::components::graphics::breakdown::{Part, breakdown};
use crate::components::graphics::time_histogram::time_histogram;
use crate::components::section::{SectionTitle, section};
use crate::domain::column_profile::ColumnProfile;
use crate::domain::query::ColumnsQuery;
use crate::domain::row_condition::{DayRange, RowCondition};
use crate::domain::statement::Panel;
use crate::domain::table::ColumnDetail;
use crate::engine::calendar::minus_months;
use crate::islands::chart_readout::ChartReadout;
use crate::pages::panel_sql::PanelSql;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Its panels.
pub fn time_sections(detail: &ColumnDetail, query: &ColumnsQuery, runs: &RunNames, sql: &PanelSql) -> Panels {
    let left = view! { {recency(detail, sql)}{top_values_section(detail, sql)} };
    Panels {
        full: distribution(detail, query, runs, sql),
        left: Some(left.into_any()),
        right: weekdays(&detail.column),
    }
}

fn distribution(detail: &ColumnDetail, query: &ColumnsQuery, runs: &RunNames, sql: &PanelSql) -> Option<AnyView> {
    let column = &detail.column;
    if column.histogram.is_empty() {
        return None;
    }
    if column.values_masked {
        return Some(masked_distribution(detail, query));
    }
    let title = SectionTitle::new("distribution", "Distribution")
        .subtitle(format!(
            "{}, UTC unless the source says otherwise",
            counted(column.histogram.len() as u64, "calendar period")
        ))
        .controls(view! { {legend(column, runs)}{scale_switch(detail, query)} });
    let content = view! {
        <ChartReadout chart="chart-distribution".to_owned() hint="Point at a bar, or use the arrow keys, to read it".to_owned() />
        {time_histogram("chart-distribution", column, detail.compared.as_ref(), runs, query.log_scale, &row_links(detail))}
        {sql.under(&[Panel::Histogram], "this histogram")}
    };
    Some(section(title, content))
}

/// How old or how far ahead the values are, against the clock of the run. The lines contain each other.
fn recency(detail: &ColumnDetail, sql: &PanelSql) -> Option<AnyView> {
    let column = &detail.column;
    let metrics = &column.metrics;
    let (links, days) = (row_links(detail), recent_days(detail));
    let lines = [
        ("in the last 30 days", metrics.within_1mo_count),
        ("in the last year", metrics.within_1yr_count),
        ("over 1 year ago", metrics.before_1yr_count),
        ("over 5 years ago", metrics.before_5yr_count),
        ("over 20 years ago", metrics.before_20yr_count),
        ("over 100 years ago", metrics.before_100yr_count),
        ("in the future", metrics.future_count),
        ("over 20 years ahead", metrics.distant_future_count),
        ("at midnight", metrics.midnight_count),
    ];
    let parts: Vec<Part> = lines
        .into_iter()
        .enumerate()
        .filter_map(|(place, (name, rows))| {
            let range = days.as_ref().and_then(|days| days.get(place)).copied();
            rows.map(|count| Part {
                href: range.and_then(|range| links.by(RowCondition::Days(range))),
                ..Part::of(name, count)
            })
        })
        .collect();
    if parts.is_empty() {
        return None;
    }
    let title = SectionTitle::new("recency", "How recent").subtitle(format!(
        "of {}, against the clock of the run",
        counted(column.non_null_count, "value")
    ));
    let statements = sql.under(&[Panel::Dates], "ages and days of the week");
    Some(section(title, view! { {breakdown(&parts, column.non_null_count)}{statements} }))
}

/// The days that the lines of the panel count, but for the last: against the clock of the run, as the engine counts them.
fn recent_days(detail: &ColumnDetail) -> Option<Vec<DayRange>> {
    let clock = detail.table.run.as_ref()?.snapshot.clock?;
    let today = clock.timestamp().div_euclid(86_400);
    let range = |from: Option<i64>, to: Option<i64>| DayRange { from, to };
    let within = |days: i64| range(Some(today - days), Some(today + 1));
    let before = |months: i64| range(None, Some(minus_months(today, months)));
    Some(vec![
        within(30),
        within(365),
        before(12),
        before(60),
        before(240),
        before(1_200),
        range(Some(today + 1), None),
        range(Some(minus_months(today, -240) + 1), None),
    ])
}

fn weekdays(column: &ColumnProfile) -> Option<AnyView> {
    let counts = column
        .metrics
        .weekday_counts
        .as_ref()
        .filter(|counts| counts.len() == WEEKDAYS.len())?;
    let parts: Vec<Part> = WEEKDAYS.iter().zip(counts).map(|(name, count)| Part::of(name, *count)).collect();
    let title = SectionTitle::new("weekdays", "Days of the week").subtitle(format!("of {}", counted(column.non_null_count, "value")));
    Some(section(title, breakdown(&parts, column.non_null_count)))
}
