//! The columns of the table at the side, filtered and ordered as the list was, with the one before and the one after.

use leptos::prelude::*;

use crate::components::graphics::null_bar::null_bar;
use crate::components::icon::{Icon, icon};
use crate::domain::column_list::{ListedColumn, listed_columns};
use crate::domain::query::ColumnsQuery;
use crate::domain::table::ColumnDetail;

/// The list with its head.
pub fn picker(detail: &ColumnDetail, query: &ColumnsQuery) -> AnyView {
    let listed = listed_columns(&detail.table, query);
    let name = &detail.column.column_name;
    let at = listed.iter().position(|listed| listed.column.column_name == *name);
    let href = |listed: &ListedColumn| {
        format!(
            "{}{}",
            detail.table.summary.address.column_path(&listed.column.column_name),
            query.to_query()
        )
    };
    let step = |mark: Icon, word: &'static str, key: &'static str, target: Option<&ListedColumn>| {
        match target {
        Some(target) => {
            let label = format!("{word} column, {}", target.column.column_name);
            view! { <a class="btn sq" data-key=key href=href(target) aria-label=label.clone() title=label.clone()>{icon(mark, 14)}</a> }.into_any()
        }
        None => view! { <span class="btn sq" aria-disabled="true">{icon(mark, 14)}<span class="vh">{format!("No {} column", word.to_lowercase())}</span></span> }.into_any(),
    }
    };
    // A column that the filter leaves out starts before the first.
    let previous = at.and_then(|at| at.checked_sub(1)).and_then(|at| listed.get(at));
    let next = listed.get(at.map_or(0, |at| at + 1));
    let place = match at {
        Some(at) => view! { "column " <b class="ink">{at + 1}</b> " of " {listed.len()} }.into_any(),
        None => view! { "not in the " {listed.len()} " filtered" }.into_any(),
    };
    let lines: Vec<AnyView> = listed
        .iter()
        .map(|listed| {
            let column = listed.column;
            let current = (column.column_name == *name).then_some("page");
            let nulls = (column.null_count > 0).then(|| null_bar(column.null_count, column.row_count));
            view! {
                <li><a href=href(listed) aria-current=current title=column.column_name.clone()><span>{column.column_name.clone()}</span>{nulls}</a></li>
            }
            .into_any()
        })
        .collect();
    view! {
        <nav class="picker" aria-label=format!("Columns of {}", detail.table.summary.address.table_name)>
            <div class="hd">
                <span>{place}</span>
                <span class="steps2">{step(Icon::Left, "Previous", "k", previous)}{step(Icon::Right, "Next", "j", next)}</span>
            </div>
            <ol>{lines}</ol>
        </nav>
    }
    .into_any()
}
