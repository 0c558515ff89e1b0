//! The account of the signed-in person: who one is, what one may do, and the password.

use leptos::prelude::*;

use super::request;
use super::{page, titled};
use crate::components::button::Button;
use crate::components::form_field::FormField;
use crate::components::head::PageHead;
use crate::components::section::{SectionTitle, section};
use crate::domain::user::{Permission, Viewer};

/// `/account`
#[component]
pub fn AccountPage() -> impl IntoView {
    page(async move { Ok(titled("Account", account_view(&request::viewer()?))) })
}

/// What each permission allows, in words.
const ALLOWED: [(Permission, &str); 4] = [
    (Permission::ReadProfiles, "Read profiles and runs"),
    (Permission::RunProfiling, "Start, cancel and retry runs"),
    (Permission::SeePersonalValues, "See values of columns marked as personal"),
    (Permission::Configure, "Connect folders and configure Limn"),
];

/// Draws the page.
pub fn account_view(viewer: &Viewer) -> AnyView {
    let roles = viewer.user.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join(", ");
    let allowed: Vec<AnyView> = ALLOWED
        .iter()
        .filter(|(permission, _)| viewer.user.may(*permission))
        .map(|(_, words)| view! { <li>{*words}</li> }.into_any())
        .collect();
    view! {
        {PageHead::new("Account").lede(viewer.user.display_name.clone()).view()}
        <div class="cols">
            {section(
                SectionTitle::new("who", "Who you are"),
                view! {
                    <dl class="kv lined">
                        <dt>"Name to sign in"</dt><dd class="mono">{viewer.user.name.clone()}</dd>
                        <dt>"Roles"</dt><dd>{roles}</dd>
                        <dt>"You may"</dt><dd><ul>{allowed}</ul></dd>
                    </dl>
                },
            )}
            {section(
                SectionTitle::new("programs", "Programs"),
                view! { <p><a href="/account/tokens">"API tokens"</a>" let programs act for you, as far as you allow."</p> },
            )}
            {section(
                SectionTitle::new("password", "Password"),
                view! {
                    <form class="lone" method="post" action="/actions/change-password">
                        <input class="vh" type="text" name="username" value=viewer.user.name.clone() autocomplete="username" tabindex="-1" aria-hidden="true" readonly />
                        {FormField::password("current", "Present password", "current-password")
                            .optional()
                            .hint("Empty if you have none yet and came in by a one-time link.")
                            .view()}
                        {FormField::password("password", "New password", "new-password").shortest(12).hint("12 characters or more; a few unrelated words are easy to keep.").view()}
                        {Button::primary("Set the password").submit()}
                    </form>
                },
            )}
        </div>
    }
    .into_any()
}
