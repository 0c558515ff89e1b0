//! `/settings/schema`: versions of the schema, what is missing, the switches, the copies.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::settings_tabs::settings_tabs;
use super::{page, request, titled};
use crate::components::button::{Button, Weight};
use crate::components::format::{count, counted};
use crate::components::head::PageHead;
use crate::components::moment::moment;
use crate::components::note::{Note, NoteKind};
use crate::components::section::{SectionTitle, section};
use crate::domain::user::Permission;
use crate::services::switches::{SWITCHES, is_on};
use crate::store::schema::{SchemaState, inspect};
use crate::store::settings;

/// Where the forms of this page come back to.
const HERE: &str = "/settings/schema";

/// `/settings/schema`
#[component]
pub fn SchemaPage() -> impl IntoView {
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let state = inspect(&db).await?;
        let mut on = Vec::new();
        for switch in SWITCHES {
            on.push(is_on(settings::get(&db, switch.key).await?.as_deref()));
        }
        let word = db.kind().word();
        Ok(titled("Schema", schema_view(&state, &on, word, request::now())))
    })
}

/// Draws the page. `on` says how each of [`SWITCHES`] stands.
pub fn schema_view(state: &SchemaState, on: &[bool], database: &str, now: DateTime<Utc>) -> AnyView {
    let newest = state
        .versions
        .iter()
        .filter(|version| version.applied_at.is_some())
        .map(|version| version.number)
        .max();
    let lede = match newest {
        Some(newest) => format!("{database}, version {newest}, {}", counted(state.tables.len() as u64, "table")),
        None => format!("{database}, {}", counted(state.tables.len() as u64, "table")),
    };
    view! {
        {PageHead::new("Schema").lede(lede).view()}
        {settings_tabs(HERE)}
        {missing_note(state)}
        {switches(on)}
        {versions(state, now)}
        {tables(state)}
        {copies(state)}
    }
    .into_any()
}

fn missing_note(state: &SchemaState) -> AnyView {
    if state.missing.is_empty() {
        return ().into_any();
    }
    Note::new(
        NoteKind::Warning,
        format!("{} missing", counted(state.missing.len() as u64, "part")),
    )
    .sentence("Somebody removed them, or another program made this schema. Adding them changes no row.")
    .code(state.missing.join("\n"))
    .actions(Button::new("Add them").post("repair-schema", &[("back", HERE.to_owned())]))
    .view()
}

fn switches(on: &[bool]) -> AnyView {
    let rows: Vec<AnyView> = SWITCHES
        .iter()
        .zip(on)
        .map(|(switch, on)| {
            let fields = [("key", switch.key.to_owned()), ("on", (!on).to_string()), ("back", HERE.to_owned())];
            let (state, label) = if *on { ("on", "Switch off") } else { ("off", "Switch on") };
            view! {
                <tr>
                    <th scope="row" class="strong">{switch.label}<br /><small class="t2">{switch.meaning}</small></th>
                    <td data-l="State">{state}</td>
                    <td class="num l">{Button::new(label).weight(Weight::Bare).post("set-switch", &fields)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    section(
        SectionTitle::new("switches", "Switches"),
        view! {
            <table class="tbl tight rec">
                <caption class="vh">"Switches"</caption>
                <thead><tr><th scope="col">"Switch"</th><th scope="col">"State"</th><th scope="col" class="num"><span class="vh">"Change"</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

fn versions(state: &SchemaState, now: DateTime<Utc>) -> AnyView {
    let rows: Vec<AnyView> = state
        .versions
        .iter()
        .rev()
        .map(|version| {
            let applied = match version.applied_at {
                Some(at) => moment(at, now),
                None => view! { "not applied" }.into_any(),
            };
            let by = version.applied_by.clone().map(|by| format!("Limn {by}")).unwrap_or_default();
            view! {
                <tr>
                    <th scope="row">{version.number}</th>
                    <td data-l="What">{version.title.clone()}</td>
                    <td data-l="Applied">{applied}</td>
                    <td data-l="By">{by}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    section(
        SectionTitle::new("versions", "Versions"),
        view! {
            <table class="tbl tight rec">
                <caption class="vh">"Versions of the schema"</caption>
                <thead><tr><th scope="col">"Version"</th><th scope="col">"What"</th><th scope="col">"Applied"</th><th scope="col">"By"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

fn tables(state: &SchemaState) -> AnyView {
    let rows: Vec<AnyView> = state
        .tables
        .iter()
        .map(|table| {
            let differing = (!table.differing.is_empty()).then(|| format!("other types: {}", table.differing.join(", ")));
            view! {
                <tr>
                    <th scope="row"><code>{table.name.clone()}</code></th>
                    <td data-l="Columns" class="num">{count(table.column_count as u64)}</td>
                    <td data-l="Key"><code class="breaks">{table.key.clone()}</code></td>
                    <td data-l="Remark">{differing}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    section(
        SectionTitle::new("tables", "Tables for people with SQL"),
        view! {
            <table class="tbl tight rec">
                <caption class="vh">"Tables"</caption>
                <thead><tr><th scope="col">"Table"</th><th scope="col" class="num">"Columns"</th><th scope="col">"Key"</th><th scope="col">"Remark"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

fn copies(state: &SchemaState) -> AnyView {
    if state.backups.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = state
        .backups
        .iter()
        .map(|copy| view! { <li><code class="breaks">{copy.clone()}</code></li> }.into_any())
        .collect();
    section(
        SectionTitle::new("copies", "Copies from before a change"),
        view! { <ul class="plain">{rows}</ul> },
    )
}
