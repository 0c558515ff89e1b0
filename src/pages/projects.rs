//! `/settings/projects` and `/settings/projects/{key}`: the projects with what is in them, and one of them to change.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::removal::dependents_text;
use super::rollup_cells::{rollup_cells, rollup_table, rollup_words};
use super::settings_tabs::settings_tabs;
use super::{page, request, respond, titled};
use crate::components::button::{Button, Weight};
use crate::components::form_field::FormField;
use crate::components::format::counted;
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::section::{SectionTitle, section};
use crate::components::tag::{Tone, tag};
use crate::domain::address::encode_segment;
use crate::domain::connection::Connection;
use crate::domain::identifier::{ProjectKey, TableGroupId};
use crate::domain::project::{Project, Rollup};
use crate::domain::user::Permission;
use crate::store::connections::list_connections;
use crate::store::projects::{ProjectText, find_project, list_projects};
use crate::store::rollups::list_rollups;
use crate::store::table_groups::{DependentCounts, count_dependents_of};

/// The list.
const HERE: &str = "/settings/projects";

/// `/settings/projects`
#[component]
pub fn ProjectsPage() -> impl IntoView {
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let (projects, connections, rollups) = (list_projects(&db).await?, list_connections(&db).await?, list_rollups(&db).await?);
        let lines = projects
            .into_iter()
            .map(|project| {
                let own = connections
                    .iter()
                    .filter(|connection| connection.project_key == project.project_key);
                let rollup = rollups.of_connections(own);
                (project, rollup)
            })
            .collect();
        let typed = typed(&request::raw_query());
        Ok(titled("Projects", projects_view(lines, &typed, request::now())))
    })
}

/// `/settings/projects/:project`
#[component]
pub fn ProjectPage() -> impl IntoView {
    let key = ProjectKey(use_params_map().get_untracked().get_str("project").unwrap_or_default().to_owned());
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let Some(project) = find_project(&db, &key).await? else {
            return Ok(respond::not_found());
        };
        let connections = list_connections(&db).await?;
        let own: Vec<&Connection> = connections.iter().filter(|connection| connection.project_key == key).collect();
        let rollup = list_rollups(&db).await?.of_connections(own.iter().copied());
        let groups: Vec<TableGroupId> = own
            .iter()
            .flat_map(|connection| connection.groups.iter().map(|group| group.table_group_id.clone()))
            .collect();
        let dependents = count_dependents_of(&db, &groups).await?;
        let view = project_view(&project, &own, &dependents, &rollup, request::now());
        Ok(titled(project.name.clone(), view))
    })
}

/// What was typed before a refusal.
fn typed(query: &str) -> ProjectText {
    form_urlencoded::parse(query.as_bytes()).fold(ProjectText::default(), |mut text, (key, value)| {
        match key.as_ref() {
            "name" => text.name = value.into_owned(),
            "description" => text.description = value.into_owned(),
            _ => {}
        }
        text
    })
}

/// Draws the list.
pub fn projects_view(lines: Vec<(Project, Rollup)>, typed: &ProjectText, now: DateTime<Utc>) -> AnyView {
    let lede = format!(
        "{}. A project is a tenant or an environment; it owns connections.",
        counted(lines.len() as u64, "project")
    );
    let rows: Vec<AnyView> = lines.iter().map(|(project, rollup)| project_row(project, rollup, now)).collect();
    view! {
        {PageHead::new("Projects").lede(lede).view()}
        {settings_tabs(HERE)}
        {rollup_table("Projects", [("Project", ""), ("Connections", "num")], rows)}
        {section(SectionTitle::new("new", "New project"), form(None, typed))}
    }
    .into_any()
}

fn project_row(project: &Project, rollup: &Rollup, now: DateTime<Utc>) -> AnyView {
    let href = format!("{HERE}/{}", encode_segment(project.project_key.as_str()));
    let off = (!project.is_active).then(|| tag("off", Tone::Medium));
    view! {
        <tr>
            <th scope="row" class="strong"><a href=href>{project.name.clone()}</a>" "{off}<br /><small class="t2">{project.description.clone()}</small></th>
            <td class="num l" data-l="connections">{project.connection_count}</td>
            {rollup_cells(rollup, now)}
        </tr>
    }
    .into_any()
}

/// Draws one project.
pub fn project_view(
    project: &Project,
    connections: &[&Connection],
    dependents: &DependentCounts,
    rollup: &Rollup,
    now: DateTime<Utc>,
) -> AnyView {
    let key = [("project_key", project.project_key.to_string())];
    let switch = if project.is_active {
        Button::new("Switch off")
            .weight(Weight::Danger)
            .post("set-project-active", &[key[0].clone(), ("active", "false".to_owned())])
    } else {
        Button::new("Switch on").post("set-project-active", &[key[0].clone(), ("active", "true".to_owned())])
    };
    let state = if project.is_active {
        ""
    } else {
        "Switched off: nothing is profiled. "
    };
    let lede = view! { {state}{rollup_words(rollup, now)} };
    let text = ProjectText {
        name: project.name.clone(),
        description: project.description.clone(),
    };
    view! {
        {breadcrumb(vec![Crumb::new("Projects", HERE)])}
        {PageHead::new(project.name.clone()).lede(lede).actions(switch).view()}
        {settings_tabs(&format!("{HERE}/"))}
        <div class="cols halves">
            {section(SectionTitle::new("text", "What it is").subtitle(format!("key {}", project.project_key)), form(Some(&project.project_key), &text))}
            <div>{belongs(project, connections, dependents)}{removal(project)}</div>
        </div>
    }
    .into_any()
}

fn form(key: Option<&ProjectKey>, text: &ProjectText) -> AnyView {
    let (action, label) = match key {
        Some(_) => ("/actions/update-project", "Save the project"),
        None => ("/actions/create-project", "Make the project"),
    };
    view! {
        <form class="lone" method="post" action=action>
            {key.map(|key| view! { <input type="hidden" name="project_key" value=key.to_string() /> })}
            {FormField::new("name", "Name").value(text.name.clone()).longest(120).hint("The key is made from the first name and stays.").view()}
            {FormField::new("description", "What it is").value(text.description.clone()).optional().longest(4_000).view()}
            {Button::primary(label).submit()}
        </form>
    }
    .into_any()
}

/// What depends on the project.
fn belongs(project: &Project, connections: &[&Connection], dependents: &DependentCounts) -> AnyView {
    let mut rows: Vec<AnyView> = connections
        .iter()
        .map(|connection| {
            let href = format!("/settings/connections/{}", encode_segment(connection.connection_id.as_str()));
            let tables: u64 = connection.groups.iter().map(|group| group.table_count).sum();
            view! { <li><a href=href>{connection.name.clone()}</a>" "<span class="t2">{counted(tables, "table")}</span></li> }.into_any()
        })
        .collect();
    if project.dataset_count > 0 {
        rows.push(view! { <li>{counted(project.dataset_count, "dataset")}</li> }.into_any());
    }
    if !connections.is_empty() {
        let groups: usize = connections.iter().map(|connection| connection.groups.len()).sum();
        let tests = (dependents.tests > 0).then(|| format!("; {}", counted(dependents.tests, "test")));
        let held = format!("{} with {}", counted(groups as u64, "table group"), dependents_text(dependents));
        rows.push(view! { <li>{held}{tests}</li> }.into_any());
    }
    if project.test_suite_count > 0 {
        rows.push(view! { <li>{counted(project.test_suite_count, "test suite")}</li> }.into_any());
    }
    let content = if rows.is_empty() {
        view! { <p class="t2">"Nothing belongs to it yet."</p> }.into_any()
    } else {
        view! { <ul class="plain">{rows}</ul> }.into_any()
    };
    let count = counted(project.connection_count, "connection");
    section(SectionTitle::new("belongs", "What belongs to it").subtitle(count), content)
}

/// Only a project to which nothing belongs can go.
fn removal(project: &Project) -> AnyView {
    let content = if project.connection_count > 0 || project.test_suite_count > 0 {
        view! { <p class="t2">"It can be removed when nothing belongs to it: move its connections to another project on their own pages, or remove them."</p> }
            .into_any()
    } else {
        let said = if project.dataset_count > 0 {
            format!("Goes with it: {}. ", counted(project.dataset_count, "dataset"))
        } else {
            "Nothing depends on it. ".to_owned()
        };
        view! {
            <p>{said}"Removing it cannot be undone."</p>
            <form class="lone" method="post" action="/actions/delete-project">
                <input type="hidden" name="project_key" value=project.project_key.to_string() />
                {FormField::new("typed_name", "Name of the project").hint(format!("Type {} to be sure.", project.name)).longest(120).view()}
                {Button::new("Remove the project").weight(Weight::Danger).submit()}
            </form>
        }
        .into_any()
    };
    section(SectionTitle::new("remove", "Remove the project"), content)
}
