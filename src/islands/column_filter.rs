//! Hides the lines of a list whose name does not hold what is being typed. The form around the field works without it.

use leptos::prelude::*;

/// Watches the search field of the filter row and the rows of the list. A page that the server has already filtered by name
/// does not hold the other rows: there the form asks the server again.
#[island]
pub fn ColumnFilter(is_filtered: bool) -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    if !is_filtered {
        Effect::new(move |_| watch(said));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = is_filtered;
    view! { <span class="vh" role="status">{move || said.get()}</span> }
}

#[cfg(feature = "hydrate")]
fn watch(said: RwSignal<String>) {
    use wasm_bindgen::JsCast;
    use web_sys::HtmlInputElement;

    let Some(field) = super::browser::first(".filters input[name=q]").and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) else {
        return;
    };
    let input = field.clone();
    super::browser::listen(&field, "input", move |_| {
        let wanted = input.value().trim().to_lowercase();
        let rows = super::browser::all("table[data-list] tr[data-name]");
        let mut shown = 0;
        for row in &rows {
            let is_kept = row.get_attribute("data-name").is_some_and(|name| name.contains(&wanted));
            // An attribute that cannot be set leaves the row visible, which is no harm.
            let _ = if is_kept {
                row.remove_attribute("hidden")
            } else {
                row.set_attribute("hidden", "")
            };
            shown += usize::from(is_kept);
        }
        keep_in_addresses(&wanted);
        said.set(format!("{shown} of {} shown", rows.len()));
    });
}

/// Keeps what is typed in the address of the page and of the links to columns, so that the way back shows the same list.
#[cfg(feature = "hydrate")]
fn keep_in_addresses(wanted: &str) {
    use wasm_bindgen::JsCast;
    use wasm_bindgen::JsValue;
    use web_sys::{HtmlAnchorElement, Url};

    let with_name = |address: &str| -> Option<String> {
        let url = Url::new(address).ok()?;
        if wanted.is_empty() {
            url.search_params().delete("q")
        } else {
            url.search_params().set("q", wanted)
        }
        Some(url.href())
    };
    let Some(window) = super::browser::window() else { return };
    if let (Ok(here), Ok(history)) = (window.location().href(), window.history())
        && let Some(next) = with_name(&here)
    {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&next));
    }
    for link in super::browser::all("table[data-list] th a, .tabs a") {
        if let Some(link) = link.dyn_ref::<HtmlAnchorElement>()
            && let Some(next) = with_name(&link.href())
        {
            link.set_href(&next);
        }
    }
}
