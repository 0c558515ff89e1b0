//! The table as a whole, below its columns: what kind of table it is, its candidate keys, duplicate rows, and which number
//! columns move together. What the run does not know is left out.

use leptos::prelude::*;

use crate::components::format::{count, counted, decimal, share};
use crate::components::graphics::correlation::coefficient_bar;
use crate::components::graphics::figure::{estimate_sentence, figure};
use crate::components::meaning::title_of;
use crate::components::section::{SectionTitle, section};
use crate::domain::query::ColumnsQuery;
use crate::domain::statement::Panel;
use crate::domain::table::{TableDetail, TableRun};
use crate::domain::table_metrics::{CANDIDATE_KEYS, PairCorrelation};
use crate::pages::panel_sql::{PanelSql, drawn_pairs};
use crate::pages::run_links::with;

/// Both sections; nothing before there is a run.
pub fn whole_section(detail: &TableDetail, query: &ColumnsQuery) -> Option<AnyView> {
    let run = detail.run.as_ref()?;
    let pairs = run.metrics.pairwise.as_deref().filter(|pairs| !pairs.is_empty());
    let class = if pairs.is_some() { "whole cols" } else { "whole" };
    let sql = PanelSql::of_table(detail);
    Some(
        view! { <div class=class>{figures(detail, run, query, &sql)}{pairs.map(|pairs| together(detail, pairs, query, &sql))}</div> }
            .into_any(),
    )
}

fn column_link(detail: &TableDetail, name: &str, query: &ColumnsQuery) -> AnyView {
    let href = format!(
        "{}{}",
        detail.summary.address.column_path(name),
        with(query, |query| query.tab.clear()).to_query()
    );
    view! { <a class="mono" href=href>{name.to_owned()}</a> }.into_any()
}

fn figures(detail: &TableDetail, run: &TableRun, query: &ColumnsQuery, sql: &PanelSql) -> AnyView {
    let metrics = &run.metrics;
    let kind = metrics.functional_table_type.as_deref().map(|kind| {
        let reason = metrics.functional_table_type_reason.clone();
        view! { <dt>"Kind"</dt><dd><b>{title_of(kind)}</b>" "<span class="t2">{reason}</span></dd> }
    });
    // Older runs did not store the keys; the figures of their columns say the same.
    let proven = detail.columns.iter().filter(|column| column.is_candidate_key());
    let names: Vec<String> = match metrics.candidate_keys.is_empty() {
        true => proven.map(|column| column.column_name.clone()).collect(),
        false => metrics.candidate_keys.clone(),
    };
    let possible = metrics.unknown.get(CANDIDATE_KEYS);
    let keys = match names.is_empty() {
        true => match possible {
            Some(why) => view! { <span class="t2">{format!("not known. {why}")}</span> }.into_any(),
            None => view! { <span class="t2">"none: no single column is unique and without nulls"</span> }.into_any(),
        },
        false => {
            let links: Vec<AnyView> = names
                .iter()
                .enumerate()
                .map(|(at, name)| view! { {(at > 0).then_some(", ")}{column_link(detail, name, query)} }.into_any())
                .collect();
            let are = if names.len() == 1 {
                "unique and without nulls, counted exactly"
            } else {
                "each unique and without nulls, counted exactly"
            };
            let others = possible.map(|why| format!("; of others it is not known. {why}"));
            view! { {links}" "<span class="t2">{are}{others}</span> }.into_any()
        }
    };
    let found = metrics.estimates.get("duplicate_row_count");
    let duplicates = metrics.duplicate_row_count.map(|rows| {
        let said = found.map(|found| format!(" ≈ {}", estimate_sentence(found)));
        view! {
            <dt>"Duplicate rows"</dt>
            <dd>{figure(count(rows), found)}" "<span class="t2">{share(rows, run.row_count)}" of the rows repeat another in all columns, in this run"{said}</span></dd>
        }
    });
    let unknown: Vec<AnyView> = metrics
        .unknown
        .iter()
        .filter(|(name, _)| name.as_str() != CANDIDATE_KEYS)
        .map(|(name, why)| {
            view! { <dt>{unknown_title(name)}</dt><dd><span class="t2">{format!("not counted. {why}")}</span></dd> }.into_any()
        })
        .collect();
    // A statement stands only beside the figure that it finds.
    let panels: &[Panel] = match metrics.duplicate_row_count {
        Some(_) => &[Panel::Rows, Panel::DuplicateRows],
        None => &[Panel::Rows],
    };
    let cells = run.row_count.saturating_mul(u64::from(run.column_count));
    let nulls: u64 = detail.columns.iter().fold(0, |sum, column| sum.saturating_add(column.null_count));
    let content = view! {
        <dl class="kv lined">
            {kind}
            <dt>"Candidate keys"</dt>
            <dd>{keys}</dd>
            {duplicates}
            {unknown}
            <dt>"Cells"</dt>
            <dd>{count(cells)}" "<span class="t2">{share(nulls, cells).map(|text| format!("{text} of them null"))}</span></dd>
        </dl>
        {sql.under(panels, "rows of the table")}
        {sql.unsaid()}
    };
    section(SectionTitle::new("whole", "The table as a whole"), content)
}

/// A correlation below this says little.
const WEAK: f64 = 0.3;

/// A figure that is missing, in the words of the others.
fn unknown_title(name: &str) -> String {
    match name {
        "duplicate_row_count" => "Duplicate rows".to_owned(),
        "pairwise" => "Columns that move together".to_owned(),
        other => title_of(other),
    }
}

fn together(detail: &TableDetail, pairs: &[PairCorrelation], query: &ColumnsQuery, sql: &PanelSql) -> AnyView {
    let rows: Vec<AnyView> = drawn_pairs(detail)
        .iter()
        .map(|pair| {
            view! {
                <tr>
                    <th scope="row">{column_link(detail, &pair.left, query)}" "<span class="t2">"and"</span>" "{column_link(detail, &pair.right, query)}</th>
                    <td>{coefficient_bar(pair.coefficient)}</td>
                    <td class="num t2">{counted(pair.row_count, "row")}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let strongest = pairs.first().map_or(0.0, |pair| pair.coefficient);
    let found = if strongest.abs() < WEAK {
        "none does, the strongest is"
    } else {
        "strongest"
    };
    let subtitle = format!(
        "Pearson, {} of numbers, {found} {}, in this run",
        counted(pairs.len() as u64, "pair"),
        decimal(strongest, 2)
    );
    let table = view! {
        <div class="scroll">
            <table class="tbl tight">
                <caption class="vh">"Pairs of number columns by their correlation, strongest first"</caption>
                <thead><tr><th scope="col">"Columns"</th><th scope="col">"Correlation"</th><th scope="col" class="num">"Over"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {sql.under(&[Panel::Correlations], "these correlations")}
    };
    section(
        SectionTitle::new("together", "Columns that move together").subtitle(subtitle),
        table,
    )
}
