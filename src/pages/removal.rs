//! The end of a page about a part of the catalogue: what goes with it when it is removed, and the form that removes it, or what stands in the way.

use leptos::prelude::*;

use crate::components::button::{Button, Weight};
use crate::components::form_field::FormField;
use crate::components::format::counted;
use crate::components::section::{SectionTitle, section};
use crate::services::error::AppError;
use crate::store::table_groups::DependentCounts;

/// What can be removed.
pub struct Removal<'a> {
    /// Title of the section and of its button.
    pub title: &'static str,
    /// What the field asks for: the name, typed once more.
    pub label: &'static str,
    /// The name that must be typed.
    pub name: &'a str,
    /// Where the form is sent.
    pub action: &'static str,
    /// The field of the id there, and the id.
    pub id: (&'static str, String),
    /// The page to come back to when it is refused, for an action that does not know it by the id.
    pub back: Option<&'a str>,
    /// What goes with it.
    pub said: String,
    /// What stands in the way.
    pub refusal: Option<AppError>,
}

/// Draws the section.
pub fn removal_section(removal: Removal<'_>) -> AnyView {
    let (id_field, id) = removal.id;
    let back = removal
        .back
        .map(|back| view! { <input type="hidden" name="back" value=back.to_owned() /> });
    let form = match removal.refusal {
        Some(refusal) => view! { <p class="t2">{refusal.line()}</p> }.into_any(),
        None => view! {
            <form class="lone" method="post" action=removal.action>
                <input type="hidden" name=id_field value=id />
                {back}
                {FormField::new("typed_name", removal.label).hint(format!("Type {} to be sure.", removal.name)).longest(400).view()}
                {Button::new(removal.title).weight(Weight::Danger).submit()}
            </form>
        }
        .into_any(),
    };
    section(SectionTitle::new("remove", removal.title), view! { <p>{removal.said}</p>{form} })
}

/// `12 tables, 3 runs and 1 alert`.
pub fn dependents_text(found: &DependentCounts) -> String {
    format!(
        "{}, {} and {}",
        counted(found.tables, "table"),
        counted(found.runs + found.active_runs, "run"),
        counted(found.alerts, "alert")
    )
}
