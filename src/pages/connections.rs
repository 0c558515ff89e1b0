//! The connections: where tables live, their groups, and what may be done with them.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::first_run_choice::first_run_choice;
use super::rollup_cells::{ROLLUP_HEADS, rollup_cells, rollup_words};
use super::settings_tabs::settings_tabs;
use super::{page, request, titled};
use crate::components::button::{Button, Weight, post_form};
use crate::components::empty_state::empty_state;
use crate::components::format::counted;
use crate::components::head::PageHead;
use crate::components::icon::{Icon, icon};
use crate::components::tag::{Tone, status, tag};
use crate::domain::address::encode_segment;
use crate::domain::connection::{Connection, ConnectionKind, TableGroup};
use crate::domain::project::Rollup;
use crate::domain::query::query_string;
use crate::domain::user::Permission;
use crate::store::connections::list_connections;
use crate::store::rollups::{Rollups, list_rollups};

/// Where the forms of this page come back to.
const HERE: &str = "/settings/connections";

/// `/settings/connections`
#[component]
pub fn ConnectionsPage() -> impl IntoView {
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let (connections, rollups) = (list_connections(&db).await?, list_rollups(&db).await?);
        Ok(titled("Connections", connections_view(&connections, &rollups, request::now())))
    })
}

/// Draws the page.
pub fn connections_view(connections: &[Connection], rollups: &Rollups, now: DateTime<Utc>) -> AnyView {
    let add = Button::primary("Add a connection")
        .icon(Icon::Plus)
        .link("/settings/connections/new");
    if connections.is_empty() {
        return view! {
            {PageHead::new("Connections").view()}
            {settings_tabs(HERE)}
            {empty_state(Some(Icon::Folder), "Nothing is connected yet", "A connection is a folder on this server whose files are tables, a PostgreSQL database, or a SQLite file.", add)}
        }
        .into_any();
    }
    let tables: u64 = connections
        .iter()
        .flat_map(|connection| &connection.groups)
        .map(|group| group.table_count)
        .sum();
    let lede = format!(
        "{} with {}",
        counted(connections.len() as u64, "connection"),
        counted(tables, "table")
    );
    let sections: Vec<AnyView> = connections
        .iter()
        .enumerate()
        .map(|(position, connection)| connection_section(position, connection, rollups, now))
        .collect();
    view! { {PageHead::new("Connections").lede(lede).actions(add).view()}{settings_tabs(HERE)}{sections} }.into_any()
}

/// One connection.
fn connection_section(position: usize, connection: &Connection, rollups: &Rollups, now: DateTime<Utc>) -> AnyView {
    let id = connection.connection_id.to_string();
    let heading = format!("connection-{position}");
    let state = if connection.is_active {
        status(Icon::Check, "st", "on")
    } else {
        tag("off", Tone::Medium)
    };
    let (switch_label, switch_to, switch_weight) = if connection.is_active {
        ("Switch off", "false", Weight::Danger)
    } else {
        ("Switch on", "true", Weight::Standard)
    };
    let groups: Vec<AnyView> = connection
        .groups
        .iter()
        .map(|group| group_row(connection, group, &rollups.of_group(&group.table_group_id), now))
        .collect();
    let whole = rollups.of_connections([connection]);
    let project = format!("project {}", connection.project_name);
    let heads: Vec<AnyView> = ROLLUP_HEADS
        .iter()
        .map(|(name, class)| view! { <th scope="col" class=*class>{*name}</th> }.into_any())
        .collect();
    let fields = |more: Option<(&'static str, String)>| -> Vec<(&'static str, String)> {
        [("connection_id", id.clone()), ("back", HERE.to_owned())]
            .into_iter()
            .chain(more)
            .collect()
    };
    view! {
        <section class="sec connection" aria-labelledby=heading.clone()>
            <header>
                <h2 id=heading.clone()>{connection.name.clone()}</h2>
                {state}
                <div class="more acts">
                    {Button::new("Edit").link(format!("/settings/connections/{}", encode_segment(&id)))}
                    {Button::new("New group").icon(Icon::Plus).link(format!("/settings/connections/{}/new-group", encode_segment(&id)))}
                    {Button::new("Find tables again").icon(Icon::Search).post("find-tables", &fields(None))}
                    {post_form(
                        "set-connection-active",
                        &fields(Some(("active", switch_to.to_owned()))),
                        view! { {(!connection.is_active).then(first_run_choice)}{Button::new(switch_label).weight(switch_weight).submit()} },
                    )}
                </div>
            </header>
            <p class="place row">{icon(icon_of(connection.kind), 14)}<code class="breaks">{connection.location.clone()}</code><span class="t2">{project}</span></p>
            <p class="t2">{rollup_words(&whole, now)}</p>
            <table class="tbl tight rec">
                <caption class="vh">{format!("Table groups of {}", connection.name)}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Table group"</th>
                        <th scope="col">"Takes in"</th>
                        {heads}
                        <th scope="col" class="num"><span class="vh">"Next"</span></th>
                    </tr>
                </thead>
                <tbody>{groups}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// The mark of a kind.
fn icon_of(kind: ConnectionKind) -> Icon {
    match kind {
        ConnectionKind::Folder => Icon::Folder,
        ConnectionKind::Postgres | ConnectionKind::Sqlite => Icon::Table,
    }
}

/// One group.
fn group_row(connection: &Connection, group: &TableGroup, rollup: &Rollup, now: DateTime<Utc>) -> AnyView {
    let tables = format!("/tables{}", query_string(&[("group", group.table_group_id.as_str())]));
    let refusal = connection.refusal().or_else(|| group.refusal());
    let next = if refusal.is_none() && group.table_count > 0 {
        Button::new("Profile now")
            .weight(Weight::Bare)
            .icon(Icon::Play)
            .post("start-run", &[("table_group_id", group.table_group_id.to_string())])
    } else {
        let why = match (connection.is_active, connection.is_project_active, group.is_active) {
            (false, ..) => "switch the connection on to profile",
            (true, false, _) => "switch the project on to profile",
            (true, true, false) => "switch the group on to profile",
            (true, true, true) => "no table to profile",
        };
        view! { <span class="t2 small">{why}</span> }.into_any()
    };
    let edit = Button::new("Edit")
        .weight(Weight::Bare)
        .link(format!("/settings/groups/{}", encode_segment(group.table_group_id.as_str())));
    view! {
        <tr>
            <th scope="row" class="strong"><a href=tables>{group.name.clone()}</a><br /><small class="t2">{group.description.clone()}</small></th>
            <td class="w ink2 breaks">{masks(group)}</td>
            {rollup_cells(rollup, now)}
            <td class="num l w"><span class="row">{edit}{next}</span></td>
        </tr>
    }
    .into_any()
}

/// Which tables a group takes in, in words.
fn masks(group: &TableGroup) -> String {
    let taken = if group.include_mask.trim().is_empty() {
        "all tables".to_owned()
    } else {
        group.include_mask.clone()
    };
    if group.exclude_mask.trim().is_empty() {
        taken
    } else {
        format!("{taken}, without {}", group.exclude_mask)
    }
}
