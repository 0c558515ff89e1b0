//! The choice beside everything that switches something on: whether its first run starts at once.

use leptos::prelude::*;

/// A box that is ticked until somebody takes the tick away.
pub fn first_run_choice() -> AnyView {
    view! { <label class="row"><input class="check" type="checkbox" name="first_run" value="1" checked />"Profile its tables at once, if no run has"</label> }
        .into_any()
}
