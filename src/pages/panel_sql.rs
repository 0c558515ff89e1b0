//! "SQL for ..." under a panel: the statements that find its figures again, to select or to copy; and what SQL cannot say of them.

use leptos::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::components::sql_text::sql_block;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::statement::{Panel, SqlDialect, Statement};
use crate::domain::table::TableDetail;
use crate::domain::table_metrics::PairCorrelation;
use crate::engine::statements::{TableContext, Unsaid, statements_for, table_statements, unsaid_for, unsaid_of_table};
use crate::islands::copy_text::CopyText;

/// Pairs that are drawn; the others follow in the data of the page.
const DRAWN_PAIRS: usize = 12;

/// The statements of a page.
pub struct PanelSql {
    statements: Vec<Statement>,
    /// Figures that are there, and that no statement finds.
    unsaid: Vec<Unsaid>,
    snapshot: String,
}

impl PanelSql {
    /// Those of one column in the run shown.
    pub fn of_column(detail: &TableDetail, column: &ColumnProfile) -> Self {
        let shown = figures_of(&serde_json::json!(column));
        Self::written(detail, shown, |context| {
            (statements_for(context, column), unsaid_for(context, column))
        })
    }

    /// Those of the table in the run shown.
    pub fn of_table(detail: &TableDetail) -> Self {
        let shown = detail.run.as_ref().map(|run| figures_of(&serde_json::json!(run.metrics)));
        Self::written(detail, shown.unwrap_or_default(), |context| {
            (table_statements(context), unsaid_of_table(context))
        })
    }

    fn written(detail: &TableDetail, shown: Vec<String>, write: impl FnOnce(&TableContext) -> (Vec<Statement>, Vec<Unsaid>)) -> Self {
        // What another program read, and when, it did not say.
        let Some(run) = detail.run.as_ref().filter(|run| run.others.is_none()) else {
            return Self {
                statements: Vec::new(),
                unsaid: Vec::new(),
                snapshot: String::new(),
            };
        };
        let (statements, mut unsaid) = write(&TableContext::of_run(detail, run, drawn_pairs(detail)));
        unsaid.retain(|entry| entry.metric == "*" || shown.iter().any(|metric| metric == entry.metric));
        Self {
            statements,
            unsaid,
            // Enough to tell versions apart; the whole is on the definition tab.
            snapshot: format!("snapshot {}", run.snapshot.id.chars().take(8).collect::<String>()),
        }
    }

    /// A line that opens the statements of these panels; nothing where there are none.
    pub fn under(&self, panels: &[Panel], title: &str) -> Option<AnyView> {
        let found: Vec<&Statement> = self
            .statements
            .iter()
            .filter(|statement| panels.contains(&statement.panel))
            .collect();
        if found.is_empty() {
            return None;
        }
        let blocks: Vec<AnyView> = found
            .iter()
            .enumerate()
            .map(|(at, statement)| {
                let id = format!("sql-{}-{at}", statement.panel.word());
                let words = statement.panel.word().replace('_', " ");
                let note = (!statement.note.is_empty()).then(|| view! { <p class="t2">{statement.note.clone()}</p> });
                view! {
                    <div class="cap"><span>{format!("{words}, {}", where_to_run(statement.dialect))}</span><span class="more"><CopyText target=id.clone() /></span></div>
                    {sql_block(&id, &statement.sql)}
                    {note}
                }
                .into_any()
            })
            .collect();
        let title = format!("SQL for {title}");
        Some(
            view! {
                <details class="sql">
                    <summary>{icon(Icon::Right, 12)}{title}<span class="end">{self.snapshot.clone()}</span></summary>
                    {blocks}
                </details>
            }
            .into_any(),
        )
    }
}

impl PanelSql {
    /// A line that opens the figures that no statement finds, by reason; nothing where there are none.
    pub fn unsaid(&self) -> Option<AnyView> {
        let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
        for entry in &self.unsaid {
            match by_reason.iter_mut().find(|(why, _)| *why == entry.why) {
                Some((_, metrics)) => metrics.push(entry.metric),
                None => by_reason.push((entry.why, vec![entry.metric])),
            }
        }
        if by_reason.is_empty() {
            return None;
        }
        let reasons: Vec<AnyView> = by_reason
            .into_iter()
            .map(|(why, metrics)| {
                let metrics = match metrics.as_slice() {
                    ["*"] => "all figures".to_owned(),
                    metrics => metrics.join(", "),
                };
                view! { <dt class="mono">{metrics}</dt><dd>{why}</dd> }.into_any()
            })
            .collect();
        Some(
            view! {
                <details class="sql unsaid">
                    <summary>{icon(Icon::Right, 12)}"What SQL cannot say"</summary>
                    <dl>{reasons}</dl>
                </details>
            }
            .into_any(),
        )
    }
}

/// The figures that are there, by name.
fn figures_of(shown: &serde_json::Value) -> Vec<String> {
    let is_there = |value: &serde_json::Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    let figures = shown.as_object().into_iter().flatten();
    figures.filter(|(_, value)| is_there(value)).map(|(name, _)| name.clone()).collect()
}

/// The pairs of number columns that the table page draws: the strongest.
pub fn drawn_pairs(detail: &TableDetail) -> &[PairCorrelation] {
    let run = detail.run.as_ref();
    let pairs = run.and_then(|run| run.metrics.pairwise.as_deref()).unwrap_or_default();
    &pairs[..pairs.len().min(DRAWN_PAIRS)]
}

/// Paths in a statement are as the connection knows them: below its folder.
fn where_to_run(dialect: SqlDialect) -> String {
    match dialect {
        SqlDialect::DuckDb => format!("for {} in the connection's folder", dialect.title()),
        _ => format!("for {}", dialect.title()),
    }
}
