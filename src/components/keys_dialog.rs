//! The list of keys, opened by `?`.

use leptos::prelude::*;

/// Each key with what it does.
const KEYS: [(&str, &str); 16] = [
    ("/", "find tables, columns, runs and alerts"),
    ("g o", "overview"),
    ("g t", "tables"),
    ("g r", "runs"),
    ("g a", "alerts"),
    ("j", "next row or column"),
    ("k", "previous row or column"),
    ("Enter", "open the row"),
    ("u", "up: back to the list, at the same row"),
    ("[ ]", "older and newer run"),
    ("x", "tick the alert; with Shift, those of its table; * all"),
    ("e", "acknowledge the ticked alerts"),
    ("a", "assign them"),
    ("h", "snooze them"),
    ("z", "undo the last act"),
    ("?", "this list"),
];

/// The dialog; without script it stays closed.
pub fn keys_dialog() -> AnyView {
    let lines: Vec<AnyView> = KEYS
        .iter()
        .map(|(key, what)| view! { <dt><kbd>{*key}</kbd></dt><dd>{*what}</dd> }.into_any())
        .collect();
    view! {
        <dialog id="keys" class="keys" aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <dl class="kv">{lines}</dl>
            <form method="dialog"><button class="btn">"Close"</button></form>
        </dialog>
    }
    .into_any()
}
