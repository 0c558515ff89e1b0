//! Copies the address of the view: the address is the state, so a copied link shows the same view.

use leptos::prelude::*;

use crate::components::icon::{Icon, icon};

/// The button. Without script it is not shown; the address bar says the same.
#[island]
pub fn CopyLink() -> impl IntoView {
    let said = RwSignal::new("Copy link");
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        copy_address(said);
    };
    view! {
        <button class="btn needs-script" type="button" on:click=copy>{icon(Icon::Link, 14)}<span aria-live="polite">{move || said.get()}</span></button>
    }
}

#[cfg(feature = "hydrate")]
fn copy_address(said: RwSignal<&'static str>) {
    use wasm_bindgen::closure::Closure;

    let Some(window) = super::browser::window() else { return };
    let address = window.location().href().unwrap_or_default();
    // Browsers offer the clipboard only to pages served securely or from this machine.
    if !window.is_secure_context() {
        said.set("Copy it from the address bar");
        return;
    }
    let done = Closure::once(move |_| {
        said.set("Copied");
        super::browser::after(2_000, move || said.set("Copy link"));
    });
    let refused = Closure::once(move |_| said.set("Copy it from the address bar"));
    let _ = window.navigator().clipboard().write_text(&address).then2(&done, &refused);
    done.forget();
    refused.forget();
}
