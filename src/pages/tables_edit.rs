//! The form below the list of tables, folded until it is wanted, that changes all those that are ticked: it works without scripts, because the
//! boxes in the lines belong to it by name.

use leptos::prelude::*;

use super::tables::TablesModel;
use crate::components::button::Button;
use crate::components::form_field::FormField;
use crate::components::icon::{Icon, icon};
use crate::components::section::{SectionTitle, section};
use crate::domain::characteristics::TableCharacteristics;
use crate::domain::table::TableSummary;
use crate::domain::user::Permission;

/// The form's id: the boxes name it.
const FORM: &str = "edit-tables";

/// The box of a line, for those who may describe tables.
pub fn choice(model: &TablesModel, table: &TableSummary) -> Option<AnyView> {
    if !model.viewer.may(Permission::Describe) {
        return None;
    }
    let label = format!("Choose {}", table.address.qualified_name());
    let id = table.table_id.to_string();
    Some(view! { <input class="check" type="checkbox" name="tables[]" form=FORM value=id aria-label=label /> }.into_any())
}

/// The form.
pub fn edit_form(model: &TablesModel, back: String) -> Option<AnyView> {
    if !model.viewer.may(Permission::Describe) || model.tables.items.is_empty() {
        return None;
    }
    let fields = TableCharacteristics::default();
    let options: Vec<AnyView> = fields
        .lines()
        .iter()
        .map(|(name, label, _)| view! { <option value=*name>{*label}</option> }.into_any())
        .collect();
    let switch = |name: &'static str, label: &'static str, yes: &'static str, no: &'static str| {
        let id = format!("field-{name}");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <select class="in" id=id name=name>
                    <option value="">"Leave as it is"</option>
                    <option value="true">{yes}</option>
                    <option value="false">{no}</option>
                </select>
            </div>
        }
    };
    let form = view! {
        <form class="lone" id=FORM method="post" action="/actions/edit-tables">
            <input type="hidden" name="back" value=back />
            {FormField::new("add_tags", "Add tags").optional().longest(2_000).hint("Separated by commas.").view()}
            {FormField::new("remove_tags", "Remove tags").optional().longest(2_000).view()}
            <div class="field">
                <label for="field-line">"Set a field"</label>
                <select class="in" id="field-line" name="line"><option value="">"None"</option>{options}</select>
            </div>
            {FormField::new("text", "New value").optional().longest(200).hint("Leave empty to clear it.").view()}
            {switch("critical", "Critical data element", "Yes", "No")}
            {switch("active", "Profiling", "Switch on", "Switch off: runs leave them out")}
            {Button::new("Change them").submit()}
        </form>
    };
    Some(section(
        SectionTitle::new("edit", "Several tables").subtitle("tick them in the list".to_owned()),
        view! { <details class="edit"><summary>{icon(Icon::Right, 12)}"Change the chosen tables"</summary>{form}</details> },
    ))
}
