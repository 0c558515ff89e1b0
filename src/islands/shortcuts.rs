//! Keys: `/` find, `g` then a letter go to, `j k` move, `u` up, `[ ]` older and newer run, `?` this list. Off while typing.
//!
//! A page offers a key by `data-key` on a link or button; `j` and `k` otherwise move through the rows of a list, and `Enter`
//! opens the link that has the focus, as everywhere.

use leptos::prelude::*;

/// Listens for keys. It draws nothing: the list of keys is plain HTML (`components/keys_dialog.rs`).
#[island]
pub fn Shortcuts() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| keys::listen());
}

#[cfg(feature = "hydrate")]
mod keys {
    use std::cell::Cell;

    use js_sys::Date;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlDialogElement, KeyboardEvent};

    use crate::islands::browser;

    /// How long `g` waits for its letter.
    const CHORD_MS: f64 = 1_500.0;

    /// Listens for the life of the page.
    pub fn listen() {
        let Some(document) = browser::document() else { return };
        let chord: Cell<Option<f64>> = Cell::new(None);
        browser::listen(&document, "keydown", move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if event.ctrl_key() || event.meta_key() || event.alt_key() || browser::is_typing() || browser::first("dialog[open]").is_some() {
                return;
            }
            let is_chord = chord.take().is_some_and(|at| Date::now() - at < CHORD_MS);
            let key = event.key();
            if is_chord && go(&key) {
                event.prevent_default();
                return;
            }
            let was_used = match key.as_str() {
                "g" => {
                    chord.set(Some(Date::now()));
                    true
                }
                "?" => show_list(),
                "/" => find(),
                "j" => press(&key) || step(1),
                "k" => press(&key) || step(-1),
                "u" | "[" | "]" | "z" => press(&key),
                _ => false,
            };
            if was_used {
                event.prevent_default();
            }
        });
        // Islands wake when the browser is idle: whoever drives the page can see from here that keys are answered.
        if let Some(root) = document.document_element() {
            let _ = root.set_attribute("data-keys", "on");
        }
    }

    fn go(letter: &str) -> bool {
        let path = match letter {
            "o" => "/",
            "t" => "/tables",
            "r" => "/runs",
            "a" => "/alerts",
            _ => return false,
        };
        browser::window().is_some_and(|window| window.location().set_href(path).is_ok())
    }

    fn show_list() -> bool {
        browser::first("#keys")
            .and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok())
            .is_some_and(|dialog| dialog.show_modal().is_ok())
    }

    /// The field of the rail, or where it is hidden the page's own.
    fn find() -> bool {
        let is_shown = |field: &Element| field.client_width() > 0;
        let field = browser::first("#find")
            .filter(is_shown)
            .or_else(|| browser::first("main input[type=search]"));
        if let Some(field) = &field {
            browser::focus(field);
        }
        field.is_some()
    }

    /// Presses what the page offers for a key.
    fn press(key: &str) -> bool {
        let Some(target) = browser::all("[data-key]")
            .into_iter()
            .find(|element| element.get_attribute("data-key").as_deref() == Some(key))
        else {
            return false;
        };
        browser::click(&target);
        true
    }

    /// Moves the focus through the first links of the rows of a list.
    fn step(by: i32) -> bool {
        let links: Vec<Element> = browser::all("table[data-list] tbody tr:not([hidden])")
            .iter()
            .filter_map(|row| row.query_selector("a").ok().flatten())
            .collect();
        if links.is_empty() {
            return false;
        }
        let active = browser::document().and_then(|document| document.active_element());
        let row = active.and_then(|element| element.closest("tr").ok().flatten());
        let at = row.and_then(|row| links.iter().position(|link| row.contains(Some(link))));
        let next = match at {
            Some(at) => (at as i32 + by).clamp(0, links.len() as i32 - 1),
            None if by > 0 => 0,
            None => links.len() as i32 - 1,
        };
        browser::focus(&links[next as usize]);
        true
    }
}
