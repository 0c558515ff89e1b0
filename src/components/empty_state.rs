//! An empty list: the title states the fact, the sentence the reason, and one or two ways lead on.

use leptos::prelude::*;

use super::icon::{Icon, icon};

/// What is empty, why, and what to do; `mark` only where it says more than the title (a padlock).
pub fn empty_state(
    mark: Option<Icon>,
    title: impl Into<String>,
    reason: impl IntoView + 'static,
    actions: impl IntoView + 'static,
) -> AnyView {
    view! {
        <div class="empty">
            {mark.map(|mark| icon(mark, 20))}
            <h2>{title.into()}</h2>
            <p>{reason.into_any()}</p>
            <div class="acts">{actions.into_any()}</div>
        </div>
    }
    .into_any()
}
