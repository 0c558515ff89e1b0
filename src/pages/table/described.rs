//! What people say of the table, and how much of it is profiled: both read by everybody, changed in place by stewards.

use leptos::prelude::*;

use crate::components::button::Button;
use crate::components::form_field::FormField;
use crate::components::format::counted;
use crate::components::icon::{Icon, icon};
use crate::components::section::{SectionTitle, section};
use crate::components::tag::{Tone, tag};
use crate::domain::query::query_string;
use crate::domain::table::TableDetail;

/// Tags as links to the tables that carry them.
pub fn tag_links(tags: &[String]) -> AnyView {
    let links: Vec<AnyView> = tags
        .iter()
        .map(|name| view! { <a class="tag" href=format!("/tables{}", query_string(&[("tag", name)]))>{name.clone()}</a>" " }.into_any())
        .collect();
    view! { <span>{links}</span> }.into_any()
}

/// The characteristics, with their form for those who may change them.
pub fn characteristics(detail: &TableDetail, may_describe: bool, back: &str) -> AnyView {
    let said = &detail.summary.characteristics;
    let lines: Vec<AnyView> = said
        .lines()
        .into_iter()
        .filter(|(_, _, text)| !text.is_empty())
        .map(|(_, label, text)| view! { <dt>{label}</dt><dd>{text.to_owned()}</dd> }.into_any())
        .collect();
    let content = if said.is_empty() {
        view! { <p class="t2">"Nobody has described this table yet."</p> }.into_any()
    } else {
        view! {
            <dl class="kv lined">
                {(!said.description.is_empty()).then(|| view! { <dt>"What is in it"</dt><dd class="breaks">{said.description.clone()}</dd> })}
                {said.critical_data_element.then(|| view! { <dt>"Critical"</dt><dd>{tag("critical data element", Tone::Medium)}</dd> })}
                {(!said.tags.is_empty()).then(|| view! { <dt>"Tags"</dt><dd>{tag_links(&said.tags)}</dd> })}
                {lines}
            </dl>
        }
        .into_any()
    };
    let form = may_describe.then(|| characteristics_form(detail, back));
    section(SectionTitle::new("said", "What people say of it"), view! { {content}{form} })
}

fn characteristics_form(detail: &TableDetail, back: &str) -> AnyView {
    let said = &detail.summary.characteristics;
    let fields: Vec<AnyView> = said
        .lines()
        .into_iter()
        .map(|(name, label, text)| FormField::new(name, label).value(text).optional().longest(200).view())
        .collect();
    view! {
        <details class="edit">
            <summary>{icon(Icon::Right, 12)}"Describe the table"</summary>
            <form class="stack" method="post" action="/actions/describe-table">
                <input type="hidden" name="table_id" value=detail.summary.table_id.to_string() />
                <input type="hidden" name="back" value=back.to_owned() />
                {FormField::new("description", "What is in it").value(said.description.clone()).optional().longest(4_000).view()}
                {FormField::new("tags", "Tags").value(said.tags.join(", ")).optional().longest(2_000).hint("Separated by commas.").view()}
                <label class="row"><input class="check" type="checkbox" name="critical" value="1" checked=said.critical_data_element />"Critical data element"</label>
                <div class="form2">{fields}</div>
                <div class="row">{Button::new("Keep the description").submit()}</div>
            </form>
        </details>
    }
    .into_any()
}

/// How much of the table is profiled, with its form for those who may change it.
pub fn scope(detail: &TableDetail, may_describe: bool, back: &str) -> AnyView {
    let scope = &detail.summary.scope;
    let words = if scope.is_whole() {
        "All rows and all columns.".to_owned()
    } else {
        format!("{}.", capitalised(&scope.words()))
    };
    let named = (!scope.left_out.is_empty()).then(|| {
        let names: Vec<AnyView> = scope
            .left_out
            .iter()
            .map(|name| view! { <li class="mono small breaks">{name.clone()}</li> }.into_any())
            .collect();
        view! { <p class="t2">"Not read at all:"</p><ul class="plain">{names}</ul> }
    });
    let differs = detail.run.as_ref().filter(|run| run.snapshot.scope != *scope).map(|run| {
        format!(
            "Run {}, which is shown, was read otherwise: {}.",
            run.number,
            words_of(&run.snapshot.scope.words())
        )
    });
    let form = may_describe.then(|| scope_form(detail, back));
    section(
        SectionTitle::new("scope", "What is profiled"),
        view! { <p class="breaks">{words}</p>{named}{differs.map(|text| view! { <p class="t2 breaks">{text}</p> })}{form} },
    )
}

fn words_of(words: &str) -> String {
    if words.is_empty() {
        "all rows and all columns".to_owned()
    } else {
        words.to_owned()
    }
}

fn scope_form(detail: &TableDetail, back: &str) -> AnyView {
    let scope = &detail.summary.scope;
    let mut names: Vec<&str> = detail.columns.iter().map(|column| column.column_name.as_str()).collect();
    names.extend(
        scope
            .left_out
            .iter()
            .map(String::as_str)
            .filter(|name| !detail.columns.iter().any(|column| column.column_name == *name)),
    );
    let boxes: Vec<AnyView> = names
        .iter()
        .map(|name| {
            view! {
                <label class="row">
                    <input class="check" type="checkbox" name="left_out[]" value=name.to_string() checked=scope.leaves_out(name) />
                    <span class="mono small breaks">{name.to_string()}</span>
                </label>
            }
            .into_any()
        })
        .collect();
    let count = counted(names.len() as u64, "known column");
    let filter = scope.row_filter.as_ref().map(ToString::to_string).unwrap_or_default();
    view! {
        <details class="edit">
            <summary>{icon(Icon::Right, 12)}"Change what is profiled"</summary>
            <form class="stack" method="post" action="/actions/set-table-scope">
                <input type="hidden" name="table_id" value=detail.summary.table_id.to_string() />
                <input type="hidden" name="back" value=back.to_owned() />
                {FormField::new("row_filter", "Only rows where")
                    .value(filter)
                    .optional()
                    .code()
                    .longest(4_000)
                    .hint("column operator value, joined by and: amount > 10 and placed >= date '2026-01-31' and note is not null. Empty takes all rows.")
                    .view()}
                <fieldset class="stack boxes">
                    <legend>"Columns to leave out "<span class="t2">{count}</span></legend>
                    {boxes}
                </fieldset>
                <div class="row">{Button::new("Keep it so").submit()}</div>
            </form>
        </details>
    }
    .into_any()
}

/// Starts a sentence.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
