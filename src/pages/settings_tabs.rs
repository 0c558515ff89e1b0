//! The rooms of the settings, at the head of each of them.

use leptos::prelude::*;

/// Room and address.
const ROOMS: &[(&str, &str)] = &[
    ("Projects", "/settings/projects"),
    ("Connections", "/settings/connections"),
    ("Datasets", "/settings/datasets"),
    ("People", "/settings/people"),
    ("Quality", "/settings/quality"),
    ("Schema", "/settings/schema"),
    ("Retention", "/settings/retention"),
    ("Looks", "/settings/looks"),
];

/// Draws the tabs; `here` is the address of the room that is shown, or of something in it.
pub fn settings_tabs(here: &str) -> AnyView {
    let links: Vec<AnyView> = ROOMS
        .iter()
        .map(|(name, href)| {
            let current = match here.strip_prefix(href) {
                Some("") => Some("page"),
                Some(below) if below.starts_with('/') => Some("true"),
                _ => None,
            };
            view! { <a href=*href aria-current=current>{*name}</a> }.into_any()
        })
        .collect();
    view! { <nav class="tabs" aria-label="Settings">{links}</nav> }.into_any()
}
