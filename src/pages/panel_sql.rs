//! "SQL for ..." under a panel: the statements that find its figures again, to select or to copy.

use leptos::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::components::sql_text::sql_block;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::statement::{Panel, SqlDialect, Statement};
use crate::domain::table::TableDetail;
use crate::engine::statements::{TableContext, statements_for, table_statements};
use crate::islands::copy_text::CopyText;

/// The statements of a page.
pub struct PanelSql {
    statements: Vec<Statement>,
    snapshot: String,
}

impl PanelSql {
    /// Those of one column in the run shown.
    pub fn of_column(detail: &TableDetail, column: &ColumnProfile) -> Self {
        Self::written(detail, |context| statements_for(context, column))
    }

    /// Those of the table in the run shown.
    pub fn of_table(detail: &TableDetail) -> Self {
        Self::written(detail, table_statements)
    }

    fn written(detail: &TableDetail, write: impl FnOnce(&TableContext) -> Vec<Statement>) -> Self {
        let Some(run) = &detail.run else {
            return Self {
                statements: Vec::new(),
                snapshot: String::new(),
            };
        };
        let context = TableContext {
            schema_name: &detail.summary.address.schema_name,
            table_name: &detail.summary.address.table_name,
            snapshot: &run.snapshot,
            format: &detail.summary.format,
            root: None,
            columns: &detail.columns,
            has_rejected: run.rejected.is_some(),
        };
        Self {
            statements: write(&context),
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

/// Paths in a statement are as the connection knows them: below its folder.
fn where_to_run(dialect: SqlDialect) -> String {
    match dialect {
        SqlDialect::DuckDb => format!("for {} in the connection's folder", dialect.title()),
        _ => format!("for {}", dialect.title()),
    }
}
