//! Follows runs under way: patches bars and lines at most once a second, loads the page again when a run changes its state.
//!
//! Events come from the server; where they do not, the page asks again every ten seconds and stops after ten minutes out of sight.

use leptos::prelude::*;

/// Watches `url`. What it patches is marked with `data-run`, `data-status` and `data-live`.
#[island]
pub fn LiveRun(url: String) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let new_runs = RwSignal::new(0_u32);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| live::follow(&url, said, new_runs));
    #[cfg(not(feature = "hydrate"))]
    let _ = url;
    view! {
        <span class="vh" role="status">{move || said.get()}</span>
        <a class="new-runs" href="" hidden=move || new_runs.get() == 0>
            {move || format!("{} new run{}, show", new_runs.get(), if new_runs.get() == 1 { "" } else { "s" })}
        </a>
    }
}

#[cfg(feature = "hydrate")]
mod live {
    use std::cell::{Cell, RefCell};
    use std::collections::{HashMap, HashSet};
    use std::rc::Rc;

    use js_sys::{Date, JSON, Reflect};
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Element, EventSource, MessageEvent};

    use crate::components::live_progress::{live_text, percent_done};
    use crate::domain::progress::RunProgress;
    use crate::islands::browser;

    /// How often the page is patched at most.
    const PATCH_EVERY_MS: i32 = 1_000;
    /// How often the page is asked for again without events.
    const RELOAD_EVERY_MS: f64 = 10_000.0;
    /// How long it goes on out of sight.
    const HIDDEN_FOR_MS: f64 = 600_000.0;

    /// What an event said of a run.
    struct Heard {
        status: String,
        progress: Option<RunProgress>,
    }

    /// Runs by number, the newest word of each.
    type Waiting = Rc<RefCell<HashMap<i64, Heard>>>;

    /// Begins to follow; the page keeps it for its life.
    pub fn follow(url: &str, said: RwSignal<String>, new_runs: RwSignal<u32>) {
        let waiting: Waiting = Rc::default();
        let last_event = Rc::new(Cell::new(Date::now()));
        let source = Rc::new(RefCell::new(open(url, &waiting, &last_event)));
        let url = url.to_owned();
        let hidden_since: Cell<Option<f64>> = Cell::new(None);
        let seen: RefCell<HashSet<i64>> = RefCell::default();
        let has_events = Cell::new(false);
        let wants_reload = Cell::new(false);
        browser::every(PATCH_EVERY_MS, move || {
            let now = Date::now();
            if browser::document().is_some_and(|document| document.hidden()) {
                let since = hidden_since.get().unwrap_or(now);
                hidden_since.set(Some(since));
                if now - since > HIDDEN_FOR_MS {
                    if let Some(source) = source.borrow_mut().take() {
                        source.close();
                    }
                    return;
                }
            } else if hidden_since.take().is_some_and(|since| now - since > HIDDEN_FOR_MS) {
                // Back after a long while: what is shown is old, so it is asked for again.
                browser::reload();
            }
            let heard: Vec<(i64, Heard)> = waiting.borrow_mut().drain().collect();
            has_events.set(has_events.get() || !heard.is_empty());
            for (number, heard) in heard {
                wants_reload.set(apply(number, &heard, said, new_runs, &mut seen.borrow_mut()) || wants_reload.get());
            }
            // Nobody loses what is being typed.
            if wants_reload.get() && !browser::is_typing() {
                wants_reload.set(false);
                browser::reload();
            }
            let is_dead = source
                .borrow()
                .as_ref()
                .is_none_or(|source| source.ready_state() == EventSource::CLOSED);
            if is_dead && now - last_event.get() > RELOAD_EVERY_MS && hidden_since.get().is_none() && !browser::is_typing() {
                last_event.set(now);
                if has_events.get() {
                    // Events worked before: a new connection is tried first.
                    has_events.set(false);
                    *source.borrow_mut() = open(&url, &waiting, &last_event);
                } else {
                    browser::reload();
                }
            }
        });
    }

    fn open(url: &str, waiting: &Waiting, last_event: &Rc<Cell<f64>>) -> Option<EventSource> {
        let source = EventSource::new(url).ok()?;
        let (waiting, last_event) = (waiting.clone(), last_event.clone());
        browser::listen(&source, "run", move |event| {
            last_event.set(Date::now());
            let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
            if let Some((number, heard)) = text.and_then(|text| read(&text)) {
                waiting.borrow_mut().insert(number, heard);
            }
        });
        Some(source)
    }

    /// Reads the few fields that are shown; the browser's own parser keeps this small.
    fn read(text: &str) -> Option<(i64, Heard)> {
        let run = JSON::parse(text).ok()?;
        let number = number(&run, "number")? as i64;
        let status = field(&run, "status")?.as_string()?;
        let progress = field(&run, "progress").filter(JsValue::is_object).map(|progress| RunProgress {
            tables_total: number_or_zero(&progress, "tables_total") as u32,
            tables_done: number_or_zero(&progress, "tables_done") as u32,
            tables_failed: number_or_zero(&progress, "tables_failed") as u32,
            current_table: field(&progress, "current_table")
                .and_then(|text| text.as_string())
                .unwrap_or_default(),
            rows_read: number_or_zero(&progress, "rows_read") as u64,
            bytes_total: number_or_zero(&progress, "bytes_total") as u64,
            bytes_read: number_or_zero(&progress, "bytes_read") as u64,
            elapsed_ms: number_or_zero(&progress, "elapsed_ms") as u64,
        });
        Some((number, Heard { status, progress }))
    }

    fn field(object: &JsValue, name: &str) -> Option<JsValue> {
        Reflect::get(object, &JsValue::from_str(name))
            .ok()
            .filter(|value| !value.is_undefined() && !value.is_null())
    }

    fn number(object: &JsValue, name: &str) -> Option<f64> {
        field(object, name)?.as_f64()
    }

    fn number_or_zero(object: &JsValue, name: &str) -> f64 {
        number(object, name).unwrap_or(0.0)
    }

    /// Patches the places of one run; true when its state is another one, so that the page has to be loaded again.
    /// A run that is not on the page is counted, never pushed in front of what is read.
    fn apply(run: i64, heard: &Heard, said: RwSignal<String>, new_runs: RwSignal<u32>, seen: &mut HashSet<i64>) -> bool {
        let places = browser::all(&format!("[data-run=\"{run}\"]"));
        if places.is_empty() {
            if seen.insert(run) {
                new_runs.update(|count| *count += 1);
            }
            return false;
        }
        for place in places {
            if place.get_attribute("data-status").is_some_and(|status| status != heard.status) {
                said.set(format!("Run {run} is {}", heard.status));
                return true;
            }
            if let Some(progress) = &heard.progress {
                patch(&place, progress);
            }
        }
        false
    }

    fn patch(place: &Element, progress: &RunProgress) {
        for element in browser::all_under(place, "[data-live]") {
            let name = element.get_attribute("data-live").unwrap_or_default();
            if name == "bar" {
                if let Ok(Some(bar)) = element.query_selector("svg") {
                    let _ = bar.set_attribute("aria-valuenow", &percent_done(progress).to_string());
                }
                if let Ok(Some(fill)) = element.query_selector(".fill") {
                    let _ = fill.set_attribute("width", &format!("{:.2}%", progress.ratio() * 100.0));
                }
            } else {
                element.set_text_content(Some(&live_text(&name, progress)));
            }
        }
    }
}
