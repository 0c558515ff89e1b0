//! First run of somebody who is signed in while nothing is connected yet.

use leptos::prelude::*;

use super::first_run::{FirstRunForm, first_run_view};
use super::request;
use super::{page, titled};
use crate::components::empty_state::empty_state;
use crate::components::icon::Icon;
use crate::domain::user::{Permission, Viewer};

/// `/start`
#[component]
pub fn StartPage() -> impl IntoView {
    page(async move {
        let viewer = request::viewer_with(Permission::Configure)?;
        Ok(titled("First run", start_view(&viewer)))
    })
}

/// For an administrator the first run; for everybody else what it waits for.
pub fn start_view(viewer: &Viewer) -> AnyView {
    if viewer.user.may(Permission::Configure) {
        return first_run_view(FirstRunForm::SignedIn);
    }
    view! {
        <h1 class="vh">"First run"</h1>
        {empty_state(
            Some(Icon::Folder),
            "Nothing is connected yet",
            format!("Profiles appear here as soon as a folder of tables is connected. {} can do that.", Permission::Configure.holders()),
            (),
        )}
    }
    .into_any()
}
