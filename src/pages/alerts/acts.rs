//! What can be done with alerts, as controls of one form: the bar under the list, and the same in the pane.

use leptos::prelude::*;

use super::InboxModel;
use crate::components::format::count;
use crate::domain::alert::{AlertState, DismissReason};
use crate::domain::alert_query::AlertsQuery;
use crate::domain::user::User;

/// The bar under the list. With script it appears when something is chosen; without it is always there.
pub fn bar(model: &InboxModel, query: &AlertsQuery) -> AnyView {
    let total = model.alerts.total;
    let everything = (total > model.alerts.items.len() as u64 || total > 1).then(|| {
        view! {
            <label class="tickline"><input class="check" type="checkbox" name="everything" value="1" data-everything="" />{format!("all {} of this list", count(total))}</label>
        }
    });
    view! {
        <div class="floatbar" role="group" aria-label="With the chosen alerts">
            <span class="chosen" role="status" data-chosen="">"Chosen alerts"</span>
            {everything}
            {controls(&model.stewards, query.state)}
        </div>
    }
    .into_any()
}

/// The controls of a form about alerts in a state.
pub fn controls(stewards: &[User], state: Option<AlertState>) -> AnyView {
    let is_quiet = state.is_some_and(|state| state != AlertState::Open);
    let lead = if is_quiet {
        view! { <button class="btn pri" type="submit" name="act" value="reopen">"Open again"</button> }.into_any()
    } else {
        view! { <button class="btn pri" type="submit" name="act" value="acknowledge" data-key="e">"Acknowledge "<kbd>"e"</kbd></button> }
            .into_any()
    };
    view! {
        {lead}
        <span class="pairing">
            <label class="vh" for="act-person">"Person"</label>
            <select class="in" id="act-person" name="person" data-key="a">{person_options(stewards)}</select>
            <button class="btn" type="submit" name="act" value="assign">"Assign"</button>
        </span>
        <span class="pairing">
            <label class="vh" for="act-snooze">"Until when"</label>
            <select class="in" id="act-snooze" name="snooze" data-key="h">{snooze_options()}</select>
            <button class="btn" type="submit" name="act" value="snooze">"Snooze"</button>
        </span>
        <span class="pairing">
            <label class="vh" for="act-reason">"Reason"</label>
            <select class="in" id="act-reason" name="reason">{reason_options()}</select>
            <button class="btn" type="submit" name="act" value="dismiss">"Dismiss"</button>
        </span>
    }
    .into_any()
}

/// Who may be given an alert.
pub fn person_options(stewards: &[User]) -> AnyView {
    let people: Vec<AnyView> = stewards
        .iter()
        .map(|user| view! { <option value=user.name.clone()>{user.display_name.clone()}</option> }.into_any())
        .collect();
    view! { <option value="me">"me"</option>{people}<option value="nobody">"nobody"</option> }.into_any()
}

/// Until when an alert may be quiet.
pub fn snooze_options() -> AnyView {
    [
        ("1d", "a day"),
        ("7d", "a week"),
        ("30d", "30 days"),
        ("change", "it changes"),
        ("worse", "it worsens"),
    ]
    .map(|(value, label)| view! { <option value=value>{label}</option> }.into_any())
    .into_iter()
    .collect_view()
    .into_any()
}

/// Why an alert may be dismissed.
pub fn reason_options() -> AnyView {
    let options: Vec<AnyView> = DismissReason::ALL
        .iter()
        .map(|reason| view! { <option value=reason.word()>{reason.label()}</option> }.into_any())
        .collect();
    options.into_any()
}
