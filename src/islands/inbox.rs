//! Keys of the inbox: `x` ticks, `Shift x` ticks the table, `*` ticks all, `e` acts on what is ticked or has the focus, `a` and `h`
//! go to their choices. The form works without it.

use leptos::prelude::*;

/// Watches the form of the inbox. It draws nothing.
#[island]
pub fn InboxKeys() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| keys::watch());
}

#[cfg(feature = "hydrate")]
mod keys {
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlInputElement, KeyboardEvent, MouseEvent};

    use crate::islands::browser;

    /// Watches for the life of the page.
    pub fn watch() {
        let (Some(document), Some(form)) = (browser::document(), browser::first("form[data-inbox]")) else {
            return;
        };
        for group in browser::all("input[data-group]") {
            // Ticking a table needs script: without it the box is not there.
            let _ = group.remove_attribute("hidden");
        }
        show_chosen();
        browser::listen(&form, "click", |event| {
            if let Some(event) = event.dyn_ref::<MouseEvent>() {
                range(event);
            }
        });
        browser::listen(&form, "change", |event| {
            if let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
                if let Some(group) = input.get_attribute("data-group") {
                    tick_group(&group, input.checked());
                }
                show_chosen();
            }
        });
        browser::listen(&document, "keydown", |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            let is_elsewhere = event.ctrl_key() || event.meta_key() || event.alt_key();
            if is_elsewhere || browser::is_typing() || browser::first("dialog[open]").is_some() {
                return;
            }
            if answer(&event.key()) {
                event.prevent_default();
            }
        });
    }

    fn answer(key: &str) -> bool {
        match key {
            "x" => focused_box().is_some_and(|input| {
                input.set_checked(!input.checked());
                show_chosen();
                true
            }),
            "X" => focused_box().is_some_and(|input| {
                tick_group(&input.get_attribute("data-of").unwrap_or_default(), !input.checked());
                show_chosen();
                true
            }),
            "*" => {
                let all = boxes();
                let wanted = !all.iter().all(HtmlInputElement::checked);
                all.iter().for_each(|input| input.set_checked(wanted));
                show_chosen();
                true
            }
            "e" => {
                tick_focused();
                press("button[data-key=e]")
            }
            "a" => {
                tick_focused();
                focus("select[data-key=a]")
            }
            "h" => {
                tick_focused();
                focus("select[data-key=h]")
            }
            _ => false,
        }
    }

    fn press(selector: &str) -> bool {
        browser::first(selector).is_some_and(|button| {
            browser::click(&button);
            true
        })
    }

    fn focus(selector: &str) -> bool {
        browser::first(selector).is_some_and(|select| {
            browser::focus(&select);
            true
        })
    }

    /// Acts are about what is ticked; where nothing is, about the line that has the focus.
    fn tick_focused() {
        if !boxes().iter().any(HtmlInputElement::checked)
            && let Some(input) = focused_box()
        {
            input.set_checked(true);
            show_chosen();
        }
    }

    fn boxes() -> Vec<HtmlInputElement> {
        browser::all("form[data-inbox] input[name='alerts[]']")
            .into_iter()
            .filter_map(|input| input.dyn_into().ok())
            .collect()
    }

    /// The box of the line that has the focus, else of the one that is looked at, else the first.
    fn focused_box() -> Option<HtmlInputElement> {
        let active = browser::document().and_then(|document| document.active_element());
        let row = active
            .and_then(|element| element.closest("tr[data-alert]").ok().flatten())
            .or_else(|| browser::first("tr.focus[data-alert]"))
            .or_else(|| browser::first("tr[data-alert]"))?;
        box_of(&row)
    }

    fn box_of(row: &Element) -> Option<HtmlInputElement> {
        row.query_selector("input[name='alerts[]']").ok().flatten()?.dyn_into().ok()
    }

    fn tick_group(group: &str, wanted: bool) {
        for input in boxes() {
            if input.get_attribute("data-of").as_deref() == Some(group) {
                input.set_checked(wanted);
            }
        }
    }

    /// A click with Shift ticks everything since the last click.
    fn range(event: &MouseEvent) {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        let all = boxes();
        let Some(at) = all.iter().position(|known| known == &input) else {
            return;
        };
        let last = browser::all("input[data-last]").into_iter().next();
        if event.shift_key()
            && let Some(from) = last
                .as_ref()
                .and_then(|last| all.iter().position(|known| known.unchecked_ref::<Element>() == last))
        {
            for between in &all[from.min(at)..=from.max(at)] {
                between.set_checked(input.checked());
            }
        }
        if let Some(last) = last {
            let _ = last.remove_attribute("data-last");
        }
        let _ = input.set_attribute("data-last", "");
        show_chosen();
    }

    /// Says how many are ticked, and gives groups their half state.
    fn show_chosen() {
        let all = boxes();
        let chosen = all.iter().filter(|input| input.checked()).count();
        if let Some(said) = browser::first("[data-chosen]") {
            said.set_text_content(Some(&format!("{chosen} selected")));
        }
        for group in browser::all("input[data-group]")
            .into_iter()
            .filter_map(|group| group.dyn_into::<HtmlInputElement>().ok())
        {
            let name = group.get_attribute("data-group");
            let of_group: Vec<&HtmlInputElement> = all.iter().filter(|input| input.get_attribute("data-of") == name).collect();
            let ticked = of_group.iter().filter(|input| input.checked()).count();
            group.set_checked(!of_group.is_empty() && ticked == of_group.len());
            group.set_indeterminate(ticked > 0 && ticked < of_group.len());
        }
        for input in &all {
            let row = input.closest("tr").ok().flatten();
            if let Some(row) = row {
                let _ = row.class_list().toggle_with_force("sel", input.checked());
            }
        }
    }
}
