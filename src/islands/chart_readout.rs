//! Reads a chart aloud while a pointer or the arrow keys move over it: one fixed line, nothing floats.

use leptos::prelude::*;

/// The line above a chart. `chart` is the id of the element whose slots carry the texts; `hint` stands there at rest.
#[island]
pub fn ChartReadout(chart: String, hint: String) -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| watch(&chart, said));
    #[cfg(not(feature = "hydrate"))]
    let _ = chart;
    let class = move || {
        if said.with(String::is_empty) {
            "readout idle needs-script"
        } else {
            "readout needs-script"
        }
    };
    view! { <p class=class role="status">{move || if said.with(String::is_empty) { hint.clone() } else { said.get() }}</p> }
}

#[cfg(feature = "hydrate")]
fn watch(chart: &str, said: RwSignal<String>) {
    use std::cell::Cell;
    use std::rc::Rc;

    use wasm_bindgen::JsCast;
    use web_sys::{Element, KeyboardEvent};

    let Some(root) = super::browser::document().and_then(|document| document.get_element_by_id(chart)) else {
        return;
    };
    let slots: Rc<Vec<Element>> = Rc::new(super::browser::all_under(&root, ".hit"));
    if slots.is_empty() {
        return;
    }
    // The texts move from the native tooltips to the line, so that nothing is said twice.
    let texts: Rc<Vec<String>> = Rc::new(
        slots
            .iter()
            .map(|slot| {
                let title = slot.query_selector("title").ok().flatten();
                let text = title.as_ref().and_then(|title| title.text_content()).unwrap_or_default();
                if let Some(title) = title {
                    title.remove();
                }
                text
            })
            .collect(),
    );
    let _ = root.set_attribute("tabindex", "0");
    let at: Rc<Cell<Option<usize>>> = Rc::new(Cell::new(None));
    let show = {
        let (slots, texts, at) = (slots.clone(), texts.clone(), at.clone());
        Rc::new(move |next: Option<usize>| {
            if let Some(slot) = at.get().and_then(|index| slots.get(index)) {
                let _ = slot.class_list().remove_1("at");
            }
            if let Some(slot) = next.and_then(|index| slots.get(index)) {
                let _ = slot.class_list().add_1("at");
            }
            at.set(next);
            said.set(next.and_then(|index| texts.get(index).cloned()).unwrap_or_default());
        })
    };
    for (index, slot) in slots.iter().enumerate() {
        let show = show.clone();
        super::browser::listen(slot, "pointerenter", move |_| show(Some(index)));
    }
    let leave = show.clone();
    super::browser::listen(&root, "pointerleave", move |_| leave(None));
    let blur = show.clone();
    super::browser::listen(&root, "blur", move |_| blur(None));
    super::browser::listen(&root, "keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        let last = slots.len() - 1;
        let next = match (event.key().as_str(), at.get()) {
            ("ArrowRight", at) => Some(at.map_or(0, |at| (at + 1).min(last))),
            ("ArrowLeft", at) => Some(at.map_or(last, |at| at.saturating_sub(1))),
            ("Home", _) => Some(0),
            ("End", _) => Some(last),
            ("Escape", _) => None,
            ("Enter", Some(at)) => {
                // The rows behind the bar, where it has a link.
                let link = slots.get(at).and_then(|slot| slot.closest("a").ok().flatten());
                if let Some(href) = link.and_then(|link| link.get_attribute("href")) {
                    super::browser::go_to(&href);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        show(next);
    });
}
