//! Copies the text of an element, a statement for example. Without script the text can be selected.

use leptos::prelude::*;

use crate::components::icon::{Icon, icon};

/// The button; `target` is the id of the element.
#[island]
pub fn CopyText(target: String) -> impl IntoView {
    let said = RwSignal::new("Copy");
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        copy_element(&target, said);
        #[cfg(not(feature = "hydrate"))]
        let _ = &target;
    };
    view! {
        <button class="btn bare needs-script" type="button" on:click=copy>{icon(Icon::Copy, 14)}<span aria-live="polite">{move || said.get()}</span></button>
    }
}

#[cfg(feature = "hydrate")]
fn copy_element(target: &str, said: RwSignal<&'static str>) {
    use wasm_bindgen::closure::Closure;

    let Some(window) = super::browser::window() else { return };
    let text = window
        .document()
        .and_then(|document| document.get_element_by_id(target))
        .and_then(|element| element.text_content())
        .unwrap_or_default();
    // Browsers offer the clipboard only to pages served securely or from this machine.
    if !window.is_secure_context() {
        said.set("Select it to copy");
        return;
    }
    let done = Closure::once(move |_| {
        said.set("Copied");
        super::browser::after(2_000, move || said.set("Copy"));
    });
    let refused = Closure::once(move |_| said.set("Select it to copy"));
    let _ = window.navigator().clipboard().write_text(&text).then2(&done, &refused);
    done.forget();
    refused.forget();
}
