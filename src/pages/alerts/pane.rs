//! One alert: what was seen and expected, how it went, what it means and what to do, its trail, and the acts.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::acts;
use crate::anomalies::{get_rule, title_of};
use crate::components::button::{Button, Weight};
use crate::components::format::counted;
use crate::components::graphics::level_strip::level_strip;
use crate::components::icon::{Icon, icon};
use crate::components::moment::{day, moment};
use crate::components::severity::severity_mark;
use crate::domain::alert::{Alert, AlertEvent, AlertState, source};
use crate::domain::user::User;
use crate::pages::rows::rows_of_column;
use crate::store::alert_lists::LevelPoint;

/// The strip of the pane, in pixels.
const STRIP: (u32, u32) = (344, 72);

/// What the pane shows.
pub struct Looked<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// Its trail, latest first.
    pub events: &'a [AlertEvent],
    /// Its levels, oldest first.
    pub levels: &'a [LevelPoint],
    /// Who may be given it.
    pub stewards: &'a [User],
    /// Whether the person may clear it.
    pub may_clear: bool,
    /// Whether the person may remove it.
    pub may_delete: bool,
    /// Whether the person may see personal values everywhere.
    pub sees_values: bool,
    /// Where forms come back to.
    pub back: &'a str,
    /// Whether the title stands here, or above it.
    pub has_title: bool,
}

/// Draws it.
pub fn pane(looked: &Looked, now: DateTime<Utc>) -> AnyView {
    let alert = looked.alert;
    let rule = get_rule(&alert.kind);
    let kind = title_of(&alert.kind);
    let place = alert.table.as_ref().map(|table| {
        let column = alert.column_name.as_ref();
        let href = column.map_or_else(|| table.path(), |column| table.column_path(column));
        let name = table.qualified_name();
        view! { <p><a class="path" href=href>{name}{column.map(|column| view! { "."<b>{column.clone()}</b> })}</a></p> }
    });
    let meaning = rule.map(|rule| {
        view! {
            <h3>"What it means"</h3>
            <p>{rule.explanation}</p>
            <h3>"What to do"</h3>
            <p>{rule.remedy}</p>
        }
    });
    view! {
        <div class="meta">{severity_mark(alert.severity)}<span>{kind}</span><span class="tag">{alert.state.label()}</span></div>
        {looked.has_title.then(|| view! { <h2>{alert.title.clone()}</h2> })}
        {place}
        <p>{alert.details.clone()}</p>
        {rows(looked)}
        {strip(looked, now)}
        {standing(alert, now)}
        {meaning}
        {looked.may_clear.then(|| forms(looked, now))}
        <h3>"Trail"</h3>
        {trail(looked.events, now)}
    }
    .into_any()
}

/// The way to the rows that the finding is about, in the latest run that showed it.
fn rows(looked: &Looked) -> Option<AnyView> {
    let alert = looked.alert;
    let (table, column) = (alert.table.as_ref()?, alert.column_name.as_ref()?);
    let is_finding = alert.source_type == source::ANOMALY;
    let href = is_finding.then(|| rows_of_column(table, column, &alert.kind, looked.sees_values, alert.last_run_number))??;
    Some(view! { <p><a class="btn" href=href>"See the rows"</a></p> }.into_any())
}

fn strip(looked: &Looked, now: DateTime<Utc>) -> AnyView {
    let levels: Vec<f64> = looked.levels.iter().map(|point| point.level).collect();
    let (Some(first), Some(last)) = (looked.levels.first(), looked.levels.last()) else {
        return ().into_any();
    };
    let runs = counted(levels.len() as u64, "run");
    let label = format!("Level over {runs}, from zero");
    view! {
        <figure class="strip">
            {level_strip(&levels, looked.alert.severity, STRIP, &label)}
            <figcaption><span>{day(first.at, now)}</span><span>{runs}</span><span>{day(last.at, now)}</span></figcaption>
        </figure>
    }
    .into_any()
}

/// Where it stands, since when, and what wakes it.
fn standing(alert: &Alert, now: DateTime<Utc>) -> AnyView {
    let by = alert.state_by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
    let wakes = match (alert.state, alert.snoozed_until, alert.snoozed_for) {
        (AlertState::Snoozed, Some(until), _) => format!(" until {}", day(until, now)),
        (AlertState::Snoozed, None, Some(wakes)) => format!(" until it {}", if wakes.word() == "worse" { "worsens" } else { "changes" }),
        _ => String::new(),
    };
    let reason = alert
        .dismissed_for
        .map(|reason| format!(": {}", reason.label().to_lowercase()))
        .unwrap_or_default();
    let since = alert.state_at.map(|at| view! { " since "{moment(at, now)} });
    let assigned = alert.assigned_name.as_ref().map(|name| format!(" Assigned to {name}."));
    let run = alert
        .last_run_number
        .map(|number| view! { " in "<a href=format!("/runs/{number}")>{format!("run {number}")}</a> });
    view! {
        <p class="small t2">
            {alert.state.label()}{reason}{wakes}{by}{since}". Seen in "{counted(alert.seen_count, "run")}", last "{moment(alert.last_seen_at, now)}{run}"."{assigned}
        </p>
    }
    .into_any()
}

fn forms(looked: &Looked, now: DateTime<Utc>) -> AnyView {
    let alert = looked.alert;
    let delete = looked.may_delete.then(|| {
        view! {
            <details class="edit removal">
                <summary>{icon(Icon::Right, 12)}"Remove for good"</summary>
                <form class="lone" method="post" action="/actions/delete-alert">
                    <input type="hidden" name="alert_id" value=alert.alert_id.0.clone() />
                    <input type="hidden" name="back" value="/alerts" />
                    <input type="hidden" name="asked_at" value=looked.back.to_owned() />
                    <p>"The alert goes with its trail and everything that was said and decided about it. It comes back as a new one when a run shows its cause again. This cannot be undone."</p>
                    <label class="check-line"><input class="check" type="checkbox" name="sure" value="1" required /><span>"Remove it with its trail"</span></label>
                    {Button::new("Remove the alert").weight(Weight::Danger).submit()}
                </form>
            </details>
        }
    });
    view! {
        <form class="clearing" method="post" action="/actions/act-on-alerts">
            {acts::no_default()}
            <input type="hidden" name="alerts[]" value=alert.alert_id.0.clone() />
            <input type="hidden" name="back" value=looked.back.to_owned() />
            <label class="field"><span class="lab">"Comment"</span><textarea class="in" name="note" rows="2" maxlength="2000"></textarea></label>
            <div class="row">{pane_controls(looked, now)}</div>
            <p class="small t2">"Acknowledged alerts stay quiet until the level worsens or the cause comes back. What is expected trains the rule here. An act can be undone from the message that confirms it."</p>
        </form>
        {delete}
    }
    .into_any()
}

/// The bar's controls without its keys and ids, which stand in the list already.
fn pane_controls(looked: &Looked, now: DateTime<Utc>) -> AnyView {
    let state = looked.alert.state;
    let lead = if state == AlertState::Open {
        view! { <button class="btn pri" type="submit" name="act" value="acknowledge">"Acknowledge"</button> }.into_any()
    } else {
        view! { <button class="btn pri" type="submit" name="act" value="reopen">"Open again"</button> }.into_any()
    };
    view! {
        {lead}
        <button class="btn" type="submit" name="act" value="comment">"Comment"</button>
        <span class="pairing"><select class="in" name="person" aria-label="Person">{acts::person_options(looked.stewards)}</select><button class="btn" type="submit" name="act" value="assign">"Assign"</button></span>
        <span class="pairing"><select class="in" name="snooze" aria-label="Until when">{acts::snooze_options()}</select>{acts::until_field(now)}<button class="btn" type="submit" name="act" value="snooze">"Snooze"</button></span>
        <span class="pairing"><select class="in" name="reason" aria-label="Reason">{acts::reason_options()}</select><button class="btn" type="submit" name="act" value="dismiss">"Dismiss"</button></span>
    }
    .into_any()
}

fn trail(events: &[AlertEvent], now: DateTime<Utc>) -> AnyView {
    let lines: Vec<AnyView> = events
        .iter()
        .map(|event| {
            let run = event
                .run_number
                .map(|number| view! { " by "<a href=format!("/runs/{number}")>{format!("run {number}")}</a> });
            let who = event.run_number.is_none().then(|| format!(" by {}", event.actor_name));
            let note = event.note.as_ref().map(|note| view! { <q class="said">{note.clone()}</q> });
            view! { <li>{moment(event.at, now)}<span>{verb(&event.action)}{run}{who}{note}</span></li> }.into_any()
        })
        .collect();
    view! { <ol class="trail">{lines}</ol> }.into_any()
}

/// An action in the past tense.
fn verb(action: &str) -> String {
    match action {
        "acknowledge" => "acknowledged".to_owned(),
        "assign" => "assigned".to_owned(),
        "snooze" => "snoozed".to_owned(),
        "dismiss" => "dismissed".to_owned(),
        "comment" => "commented".to_owned(),
        "reopen" => "opened again".to_owned(),
        "undo" => "taken back".to_owned(),
        "woke" => "quiet time is over".to_owned(),
        other => other.to_owned(),
    }
}
