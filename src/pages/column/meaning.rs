//! What the figures say about the column: its meaning with the evidence, and the number columns that it moves with.

use leptos::prelude::*;

use crate::components::format::counted;
use crate::components::graphics::correlation::coefficient_bar;
use crate::components::meaning::meaning_list;
use crate::components::section::{SectionTitle, section};
use crate::domain::query::ColumnsQuery;
use crate::domain::table::ColumnDetail;

/// Other columns that are listed.
const LISTED_OTHERS: usize = 10;

/// Semantic type, better type, personal data, importance; absent where nothing was derived.
pub fn meaning_section(detail: &ColumnDetail) -> Option<AnyView> {
    let list = meaning_list(&detail.column)?;
    let title = SectionTitle::new("meaning", "Meaning").subtitle("derived from the figures and the name; a suggestion, not a decision");
    Some(section(title, list))
}

/// Correlations of this column; absent where the run has none.
pub fn together_section(detail: &ColumnDetail, query: &ColumnsQuery) -> Option<AnyView> {
    let name = &detail.column.column_name;
    let pairs = detail.table.run.as_ref()?.metrics.pairwise.as_deref()?;
    let others: Vec<(&str, f64, u64)> = pairs
        .iter()
        .filter_map(|pair| match (&pair.left == name, &pair.right == name) {
            (true, _) => Some((pair.right.as_str(), pair.coefficient, pair.row_count)),
            (_, true) => Some((pair.left.as_str(), pair.coefficient, pair.row_count)),
            _ => None,
        })
        .take(LISTED_OTHERS)
        .collect();
    if others.is_empty() {
        return None;
    }
    let rows: Vec<AnyView> = others
        .iter()
        .map(|(other, coefficient, rows)| {
            let href = format!("{}{}", detail.table.summary.address.column_path(other), query.to_query());
            view! {
                <tr>
                    <th scope="row"><a class="mono" href=href>{(*other).to_owned()}</a></th>
                    <td>{coefficient_bar(*coefficient)}</td>
                    <td class="num t2" data-l="over">{counted(*rows, "row")}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let title = SectionTitle::new("together", "Moves with").subtitle("Pearson correlation, in this run");
    let table = view! {
        <table class="tbl tight rec">
            <caption class="vh">{format!("Number columns by their correlation with {name}, strongest first")}</caption>
            <thead><tr><th scope="col">"Column"</th><th scope="col">"Correlation"</th><th scope="col" class="num">"Over"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    };
    Some(section(title, table))
}
