//! `/settings/groups/{id}` and `/settings/connections/{id}/new-group`: a table group, what its masks take in, and its removal.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::first_run_choice::first_run_choice;
use super::removal::{Removal, dependents_text, removal_section};
use super::settings_tabs::settings_tabs;
use super::{page, request, respond, titled};
use crate::components::button::{Button, Weight, post_form};
use crate::components::form_field::FormField;
use crate::components::format::counted;
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::section::{SectionTitle, section};
use crate::domain::address::{encode_segment, qualified_name};
use crate::domain::connection::{Connection, FoundTable, TableGroup};
use crate::domain::identifier::{ConnectionId, TableGroupId};
use crate::domain::user::Permission;
use crate::services::connection_changes::refuse_dependents;
use crate::services::table_groups::{MaskPreview, preview_masks};
use crate::store::connections::{find_connection, find_table_group};
use crate::store::table_groups::{DependentCounts, GroupText, count_dependents};

/// Tables that a preview names.
const NAMED: usize = 60;

/// `/settings/groups/:group`
#[component]
pub fn TableGroupPage() -> impl IntoView {
    let id = TableGroupId(use_params_map().get_untracked().get_str("group").unwrap_or_default().to_owned());
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let Some((connection, group)) = find_table_group(&db, &id).await? else {
            return Ok(respond::not_found());
        };
        let stored = GroupText {
            name: group.name.clone(),
            description: group.description.clone(),
            include_mask: group.include_mask.clone(),
            exclude_mask: group.exclude_mask.clone(),
            mask_before_storing: group.mask_before_storing,
        };
        let text = typed(&request::raw_query(), stored);
        let preview = preview_masks(&db, &connection, &text).await?;
        // A connection keeps one group.
        let dependents = match connection.groups.len() {
            0..=1 => None,
            _ => Some(count_dependents(&db, &id).await?),
        };
        Ok(titled(
            group.name.clone(),
            group_view(&connection, Some(&group), &text, &preview, dependents),
        ))
    })
}

/// `/settings/connections/:connection/new-group`
#[component]
pub fn NewTableGroupPage() -> impl IntoView {
    let id = ConnectionId(
        use_params_map()
            .get_untracked()
            .get_str("connection")
            .unwrap_or_default()
            .to_owned(),
    );
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let Some(connection) = find_connection(&db, &id).await? else {
            return Ok(respond::not_found());
        };
        let text = typed(&request::raw_query(), GroupText::default());
        let preview = preview_masks(&db, &connection, &text).await?;
        Ok(titled("New group", group_view(&connection, None, &text, &preview, None)))
    })
}

/// What the address says of the form, over what is stored.
fn typed(query: &str, stored: GroupText) -> GroupText {
    form_urlencoded::parse(query.as_bytes()).fold(stored, |mut text, (key, value)| {
        match key.as_ref() {
            // The first field of the form: a box without a tick says nothing of its own.
            "name" => (text.name, text.mask_before_storing) = (value.into_owned(), false),
            "description" => text.description = value.into_owned(),
            "include" => text.include_mask = value.into_owned(),
            "exclude" => text.exclude_mask = value.into_owned(),
            "mask" => text.mask_before_storing = value == "1",
            _ => {}
        }
        text
    })
}

/// Draws the page: the form, what the masks take in, and for a group that may go, its removal.
pub fn group_view(
    connection: &Connection,
    group: Option<&TableGroup>,
    text: &GroupText,
    preview: &MaskPreview,
    dependents: Option<DependentCounts>,
) -> AnyView {
    let title = group.map_or_else(
        || format!("New group of {}", connection.name),
        |group| format!("Table group {}", group.name),
    );
    let lede = format!(
        "{} of {} taken in",
        preview.inside.len(),
        counted((preview.inside.len() + preview.outside.len()) as u64, "known table")
    );
    view! {
        {breadcrumb(vec![Crumb::new("Connections", "/settings/connections")])}
        {PageHead::new(title).lede(lede).view()}
        {settings_tabs("/settings/connections/")}
        {form(connection, group.map(|group| &group.table_group_id), text)}
        {group.map(switch_view)}
        {group.filter(|group| group.mask_before_storing).map(stored_masking)}
        {tables("inside", "Taken in", &preview.inside)}
        {tables("outside", "Left out", &preview.outside)}
        {group.zip(dependents).map(|(group, dependents)| removal(group, dependents))}
    }
    .into_any()
}

/// One form: its first button asks for the preview by its address, the second stores.
fn form(connection: &Connection, group: Option<&TableGroupId>, text: &GroupText) -> AnyView {
    let (here, action, key, id) = match group {
        Some(group) => (
            format!("/settings/groups/{}", encode_segment(group.as_str())),
            "/actions/update-table-group",
            "table_group_id",
            group.to_string(),
        ),
        None => (
            format!(
                "/settings/connections/{}/new-group",
                encode_segment(connection.connection_id.as_str())
            ),
            "/actions/create-table-group",
            "connection_id",
            connection.connection_id.to_string(),
        ),
    };
    let store = if group.is_some() { "Save the group" } else { "Make the group" };
    view! {
        <form class="lone" method="get" action=here>
            <input type="hidden" name=key value=id />
            {FormField::new("name", "Name").value(text.name.clone()).longest(120).view()}
            {FormField::new("description", "Description").value(text.description.clone()).optional().longest(4_000).view()}
            {FormField::new("include", "Take in")
                .value(text.include_mask.clone())
                .optional()
                .code()
                .longest(4_000)
                .hint("Names or schema.names with * and ?, separated by commas; empty takes in everything.")
                .view()}
            {FormField::new("exclude", "Leave out").value(text.exclude_mask.clone()).optional().code().longest(4_000).hint("Wins over what is taken in.").view()}
            {masking_choice(text.mask_before_storing)}
            <div class="acts">
                {Button::new("Show what matches").submit()}
                {group.is_none().then(first_run_choice)}
                <button class="btn pri" type="submit" formmethod="post" formaction=action>{store}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Whether personal values are masked before they are stored, and what that means for what is stored already.
fn masking_choice(is_chosen: bool) -> AnyView {
    view! {
        <label class="row">
            <input class="check" type="checkbox" name="mask" value="1" checked=is_chosen aria-describedby="mask-hint" />
            "Mask personal values before they are stored"
        </label>
        <p id="mask-hint" class="t2 small">
            "New runs then keep no value of a personal column: not in profiles, states of files, findings or alerts, so that nobody has them. Such tables are read as a whole
            each time. Runs from before keep what they have until it is masked here as well."
        </p>
    }
    .into_any()
}

fn tables(id: &'static str, title: &'static str, tables: &[FoundTable]) -> AnyView {
    if tables.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = tables
        .iter()
        .take(NAMED)
        .map(|table| view! { <li><code class="breaks">{qualified_name(&table.schema_name, &table.table_name)}</code></li> }.into_any())
        .collect();
    let more = tables.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| view! { <p class="t2">{format!("and {more} more")}</p> });
    section(
        SectionTitle::new(id, title).subtitle(counted(tables.len() as u64, "table")),
        view! { <ul class="plain">{rows}</ul>{more} },
    )
}

/// The act that masks what runs from before have stored.
fn stored_masking(group: &TableGroup) -> AnyView {
    section(
        SectionTitle::new("stored", "What is stored already"),
        view! {
            <p>
                "Runs from before the group masked may keep values of personal columns. They can be masked now, in profiles, findings and alerts of all its runs; it cannot
                be undone. Backups, comments, and what other programs wrote into the database stay as they are."
            </p>
            <form class="lone" method="post" action="/actions/mask-stored-values">
                <input type="hidden" name="table_group_id" value=group.table_group_id.to_string() />
                {FormField::new("typed_name", "Name of the group").hint(format!("Type {} to be sure.", group.name)).longest(400).view()}
                {Button::new("Mask what is stored").weight(Weight::Danger).submit()}
            </form>
        },
    )
}

/// Whether it may be profiled, and the button that turns that round.
fn switch_view(group: &TableGroup) -> AnyView {
    let fields = |active: bool| [("table_group_id", group.table_group_id.to_string()), ("active", active.to_string())];
    let (said, button) = if group.is_active {
        let button = Button::new("Switch the group off")
            .weight(Weight::Danger)
            .post("set-table-group-active", &fields(false));
        ("New runs read its tables.", button)
    } else {
        let controls = view! { {first_run_choice()}{Button::new("Switch the group on").submit()} };
        (
            "It is switched off: new runs are refused, its profiles stay.",
            post_form("set-table-group-active", &fields(true), controls),
        )
    };
    section(SectionTitle::new("switch", "Profiling"), view! { <p>{said}</p>{button} })
}

fn removal(group: &TableGroup, dependents: DependentCounts) -> AnyView {
    removal_section(Removal {
        title: "Remove the group",
        label: "Name of the group",
        name: &group.name,
        action: "/actions/delete-table-group",
        id: ("table_group_id", group.table_group_id.to_string()),
        back: None,
        said: format!(
            "Removing it takes {} with it, and cannot be undone; what it reads is not touched.",
            dependents_text(&dependents)
        ),
        refusal: refuse_dependents(&dependents, "group").err(),
    })
}
