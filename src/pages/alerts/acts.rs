//! What can be done with alerts, as controls of one form: the bar under the list, and the same in the pane.

use chrono::{DateTime, Duration, Utc};
use leptos::prelude::*;

use super::InboxModel;
use crate::components::format::count;
use crate::domain::alert::{AlertState, DismissReason};
use crate::domain::alert_query::AlertsQuery;
use crate::domain::user::User;
use crate::services::alerts::LONGEST_SNOOZE_DAYS;

/// The bar under the list. With script it appears when something is chosen; without it is always there.
pub fn bar(model: &InboxModel, query: &AlertsQuery, now: DateTime<Utc>) -> AnyView {
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
            {controls(&model.stewards, query.state, now)}
        </div>
    }
    .into_any()
}

/// The controls of a form about alerts in a state, or in any.
fn controls(stewards: &[User], state: Option<AlertState>, now: DateTime<Utc>) -> AnyView {
    let acknowledge = state.is_none_or(|state| state == AlertState::Open).then(|| {
        view! { <button class="btn pri" type="submit" name="act" value="acknowledge" data-key="e">"Acknowledge "<kbd>"e"</kbd></button> }
    });
    let class = if acknowledge.is_some() { "btn" } else { "btn pri" };
    let reopen = state
        .is_none_or(|state| state != AlertState::Open)
        .then(|| view! { <button class=class type="submit" name="act" value="reopen">"Open again"</button> });
    view! {
        {acknowledge}{reopen}
        <span class="pairing">
            <label class="vh" for="act-person">"Person"</label>
            <select class="in" id="act-person" name="person" data-key="a">{person_options(stewards)}</select>
            <button class="btn" type="submit" name="act" value="assign">"Assign"</button>
        </span>
        <span class="pairing">
            <label class="vh" for="act-snooze">"Until when"</label>
            <select class="in" id="act-snooze" name="snooze" data-key="h">{snooze_options()}</select>
            {until_field(now)}
            <button class="btn" type="submit" name="act" value="snooze">"Snooze"</button>
        </span>
        <span class="pairing">
            <label class="vh" for="act-reason">"Reason"</label>
            <select class="in" id="act-reason" name="reason">{reason_options()}</select>
            <button class="btn" type="submit" name="act" value="dismiss">"Dismiss"</button>
        </span>
        <span class="pairing">
            <textarea class="in" name="note" rows="1" maxlength="2000" aria-label="Comment" placeholder="Comment"></textarea>
            <button class="btn" type="submit" name="act" value="comment">"Comment"</button>
        </span>
    }
    .into_any()
}

/// The button that Enter presses in a field of a form with many acts: one that does nothing, so that nothing is done by chance.
pub fn no_default() -> AnyView {
    view! { <button type="submit" disabled hidden></button> }.into_any()
}

/// A day until which an alert may be quiet; it goes before the choice beside it.
pub fn until_field(now: DateTime<Utc>) -> AnyView {
    let day = |days: i64| (now + Duration::days(days)).date_naive().to_string();
    view! {
        <label class="until">"or until "<input class="in" type="date" name="until" min=day(1) max=day(LONGEST_SNOOZE_DAYS) /></label>
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
