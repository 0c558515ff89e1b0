//! What people say of the column: read by everybody, changed in place by stewards.

use leptos::prelude::*;

use crate::components::button::Button;
use crate::components::form_field::FormField;
use crate::components::icon::{Icon, icon};
use crate::components::section::{SectionTitle, section};
use crate::components::tag::{Tone, tag};
use crate::domain::query::ColumnsQuery;
use crate::domain::table::ColumnDetail;
use crate::pages::table::tag_links;

/// The section; nothing where nobody has said anything and the viewer may not either.
pub fn described_section(detail: &ColumnDetail, query: &ColumnsQuery, may_describe: bool) -> Option<AnyView> {
    let said = &detail.characteristics;
    if said.is_empty() && !may_describe {
        return None;
    }
    let content = if said.is_empty() {
        view! { <p class="t2">"Nobody has described this column yet."</p> }.into_any()
    } else {
        view! {
            <dl class="kv lined">
                {(!said.description.is_empty()).then(|| view! { <dt>"What is in it"</dt><dd class="breaks">{said.description.clone()}</dd> })}
                {said.critical_data_element.then(|| view! { <dt>"Critical"</dt><dd>{tag("critical data element", Tone::Medium)}</dd> })}
                {(!said.tags.is_empty()).then(|| view! { <dt>"Tags"</dt><dd>{tag_links(&said.tags)}</dd> })}
                {(!said.pii_risk.is_empty()).then(|| view! { <dt>"Personal data"</dt><dd>{said.pii_risk.clone()}</dd> })}
                {(!said.dq_dimension.is_empty()).then(|| view! { <dt>"Quality dimension"</dt><dd>{said.dq_dimension.clone()}</dd> })}
            </dl>
        }
        .into_any()
    };
    let form = may_describe.then(|| form(detail, query));
    Some(section(
        SectionTitle::new("said", "What people say of it"),
        view! { {content}{form} },
    ))
}

fn form(detail: &ColumnDetail, query: &ColumnsQuery) -> AnyView {
    let said = &detail.characteristics;
    let name = &detail.column.column_name;
    let back = format!("{}{}", detail.table.summary.address.column_path(name), query.to_query());
    view! {
        <details class="edit">
            <summary>{icon(Icon::Right, 12)}"Describe the column"</summary>
            <form class="stack" method="post" action="/actions/describe-column">
                <input type="hidden" name="table_id" value=detail.table.summary.table_id.to_string() />
                <input type="hidden" name="column_name" value=name.clone() />
                <input type="hidden" name="back" value=back />
                {FormField::new("description", "What is in it").value(said.description.clone()).optional().longest(4_000).view()}
                {FormField::new("tags", "Tags").value(said.tags.join(", ")).optional().longest(2_000).hint("Separated by commas.").view()}
                <label class="row"><input class="check" type="checkbox" name="critical" value="1" checked=said.critical_data_element />"Critical data element"</label>
                <div class="form2">
                    {FormField::new("pii_risk", "Personal data").value(said.pii_risk.clone()).optional().hint("none or low shows its values to everybody, any other word masks them; empty leaves it to what is measured.").view()}
                    {FormField::new("dq_dimension", "Quality dimension").value(said.dq_dimension.clone()).optional().hint("For example: completeness, validity.").view()}
                </div>
                <div class="row">{Button::new("Keep the description").submit()}</div>
            </form>
        </details>
    }
    .into_any()
}
