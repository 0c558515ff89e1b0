//! The figures of a chart as a table, behind a line that opens it.

use leptos::prelude::*;

use crate::components::icon::{Icon, icon};

/// Rows of text, with the links of the first of them, if there are any: the first cell names the row, the others are figures. `words` of the heads stand left, the rest right.
pub fn bins_table(caption: &str, heads: &[String], words: usize, rows: Vec<Vec<String>>, hrefs: &[Option<String>]) -> AnyView {
    linked_table("Show the bins as a table", caption, heads, words, rows, hrefs)
}

/// The same for figures that are no bins; `summary` is the line that opens them.
pub fn figures_table(summary: &str, caption: &str, heads: &[String], words: usize, rows: Vec<Vec<String>>) -> AnyView {
    linked_table(summary, caption, heads, words, rows, &[])
}

/// The first cell of a row leads where its link says.
fn linked_table(summary: &str, caption: &str, heads: &[String], words: usize, rows: Vec<Vec<String>>, hrefs: &[Option<String>]) -> AnyView {
    let count = crate::components::format::counted(rows.len() as u64, "row");
    let class = move |index: usize| if index < words { "" } else { "num" };
    let head: Vec<AnyView> = heads
        .iter()
        .enumerate()
        .map(|(index, head)| view! { <th scope="col" class=class(index)>{head.clone()}</th> }.into_any())
        .collect();
    let body: Vec<AnyView> = rows
        .into_iter()
        .enumerate()
        .map(|(at, row)| {
            let cells: Vec<AnyView> = row
                .into_iter()
                .enumerate()
                .map(|(index, text)| {
                    if index == 0 {
                        let name = match hrefs.get(at).cloned().flatten() {
                            Some(href) => view! { <a href=href>{text}</a> }.into_any(),
                            None => text.into_any(),
                        };
                        view! { <th scope="row">{name}</th> }.into_any()
                    } else {
                        view! { <td class=class(index)>{text}</td> }.into_any()
                    }
                })
                .collect();
            view! { <tr>{cells}</tr> }.into_any()
        })
        .collect();
    view! {
        <details class="sql bins">
            <summary>{icon(Icon::Right, 12)}{summary.to_owned()}<span class="end">{count}</span></summary>
            <div class="scroll" tabindex="0" role="region" aria-label=caption.to_owned()>
                <table class="tbl tight"><caption class="vh">{caption.to_owned()}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>
            </div>
        </details>
    }
    .into_any()
}
