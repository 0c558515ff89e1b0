//! The rooms of the settings, at the head of each of them.

use leptos::prelude::*;

/// Room and address.
const ROOMS: &[(&str, &str)] = &[
    ("Connections", "/settings/connections"),
    ("People", "/settings/people"),
    ("Schema", "/settings/schema"),
    ("Retention", "/settings/retention"),
];

/// Draws the tabs; `here` is the address of the room that is shown.
pub fn settings_tabs(here: &str) -> AnyView {
    let links: Vec<AnyView> = ROOMS
        .iter()
        .map(|(name, href)| {
            let current = (*href == here).then_some("page");
            view! { <a href=*href aria-current=current>{*name}</a> }.into_any()
        })
        .collect();
    view! { <nav class="tabs" aria-label="Settings">{links}</nav> }.into_any()
}
