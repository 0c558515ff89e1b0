//! The list of tables: filters, sort and paging in the address, by schema or flat.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::tables_edit::edit_form;
use super::tables_list::{no_match, table_list};
use super::{page, request, titled};
use crate::components::button::Button;
use crate::components::empty_state::empty_state;
use crate::components::filter_row::{Choice, Segment, chip_off, chip_on, menu, search_form, segmented};
use crate::components::format::counted;
use crate::components::head::PageHead;
use crate::components::icon::Icon;
use crate::components::note::ignored_note;
use crate::components::pagination::Pager;
use crate::domain::connection::{Connection, TableGroup};
use crate::domain::dataset::Dataset;
use crate::domain::paging::Page;
use crate::domain::query::TablesQuery;
use crate::domain::table::TableSummary;
use crate::domain::user::{Permission, Viewer};
use crate::store::characteristics::list_filters;
use crate::store::connections::list_connections;
use crate::store::tables::list_tables;

/// What the page shows.
pub struct TablesModel {
    /// Who looks.
    pub viewer: Viewer,
    /// What the address asks for.
    pub query: TablesQuery,
    /// One page of tables.
    pub tables: Page<TableSummary>,
    /// All connections with their groups, for the menus.
    pub connections: Vec<Connection>,
    /// Every tag of a table or column.
    pub tags: Vec<String>,
    /// All datasets.
    pub datasets: Vec<Dataset>,
    /// The page's clock.
    pub now: DateTime<Utc>,
}

/// `/tables`
#[component]
pub fn TablesPage() -> impl IntoView {
    page(async move {
        let viewer = request::viewer()?;
        let query = TablesQuery::parse(&request::raw_query());
        let (state, now) = (request::state(), request::now());
        let tables = list_tables(&state.db, &query, now).await?;
        let connections = list_connections(&state.db).await?;
        let (tags, datasets) = list_filters(&state.db).await?;
        Ok(titled(
            "Tables",
            tables_view(&TablesModel {
                viewer,
                query,
                tables,
                connections,
                tags,
                datasets,
                now,
            }),
        ))
    })
}

/// Draws the page.
pub fn tables_view(model: &TablesModel) -> AnyView {
    let is_filtered = model.query.is_filtered();
    let total = counted(model.tables.total, "table");
    let lede = if is_filtered {
        format!("{total} of {} match the filters", model.viewer.table_count.max(model.tables.total))
    } else {
        format!("{total} in {}", counted(model.connections.len() as u64, "connection"))
    };
    let list = match (model.tables.items.is_empty(), is_filtered, model.tables.total) {
        (false, ..) => view! { {table_list(model)}{pager(model)} }.into_any(),
        (true, _, total) if total > 0 => empty_state(
            None,
            "This page is behind the last one",
            format!("The list has {}.", counted(total, "table")),
            Button::new("First page").link(with(&model.query, |query| query.page = 1)),
        ),
        (true, true, _) => no_match(model),
        (true, false, _) => no_table(&model.viewer),
    };
    view! {
        {PageHead::new("Tables").lede(lede).actions(actions(model)).view()}
        {ignored_note(&model.query.notes)}
        {filters(model)}
        {list}
        {edit_form(model, with(&model.query, |query| query.page = model.query.page))}
    }
    .into_any()
}

/// The address of the list after a change of its query; every change starts again at the first page.
pub fn with(query: &TablesQuery, change: impl FnOnce(&mut TablesQuery)) -> String {
    let mut changed = TablesQuery { page: 1, ..query.clone() };
    change(&mut changed);
    format!("/tables{}", changed.to_query())
}

/// Export, and profiling of the one group that is shown.
fn actions(model: &TablesModel) -> AnyView {
    let export = |format: &str| {
        let address = with(&model.query, |query| query.page = model.query.page);
        format!("{address}{}format={format}", if address.contains('?') { '&' } else { '?' })
    };
    let choice = |label: &str, format: &str| Choice {
        label: label.into(),
        detail: String::new(),
        href: export(format),
        is_current: false,
    };
    let group = group_shown(model).filter(|group| !model.tables.items.is_empty() && model.viewer.may_run(&group.table_group_id));
    let start = group.map(|group| {
        Button::primary("Profile now")
            .icon(Icon::Play)
            .post("start-run", &[("table_group_id", group.table_group_id.to_string())])
    });
    view! { {menu("Export", "", vec![choice("CSV", "csv"), choice("JSON", "json")])}{start} }.into_any()
}

/// The one group that the list shows: the chosen one, or the only one. Nothing of an inactive connection.
fn group_shown(model: &TablesModel) -> Option<&TableGroup> {
    let mut groups = model
        .connections
        .iter()
        .filter(|connection| connection.refusal().is_none() && is_of_project(model, connection))
        .filter(|connection| model.query.connection.is_empty() || connection.connection_id.as_str() == model.query.connection)
        .flat_map(|connection| &connection.groups)
        .filter(|group| {
            group.is_active && group.table_count > 0 && (model.query.group.is_empty() || group.table_group_id.as_str() == model.query.group)
        });
    let first = groups.next()?;
    groups.next().is_none().then_some(first)
}

/// Search box, menus, suggested and applied filters, grouping.
fn filters(model: &TablesModel) -> AnyView {
    let query = &model.query;
    let flag = |is_on: bool| if is_on { "1".to_owned() } else { String::new() };
    let kept = [
        ("connection", query.connection.clone()),
        ("group", query.group.clone()),
        ("tag", query.tag.clone()),
        ("dataset", query.dataset.clone()),
        ("project", query.project.clone()),
        ("stale", flag(query.stale)),
        ("never", flag(query.never)),
        ("empty", flag(query.empty)),
        ("alerts", flag(query.alerts)),
        ("by", if query.flat { "flat".to_owned() } else { String::new() }),
        ("sort", query.sort_word().to_owned()),
    ];
    let chip = |is_on: bool, name: &'static str, toggle: fn(&mut TablesQuery)| {
        let href = with(query, toggle);
        if is_on {
            chip_on(name, "", href)
        } else {
            chip_off(name, None, href)
        }
    };
    let searched = (!query.q.is_empty()).then(|| chip_on("name", &query.q, with(query, |query| query.q.clear())));
    let segment = |label: &'static str, flat: bool| Segment {
        label,
        count: None,
        href: with(query, |query| query.flat = flat),
        is_current: query.flat == flat,
    };
    view! {
        <div class="filters">
            {search_form("/tables", "Table or column name", &query.q, &kept)}
            {project_menu(model)}
            {connection_menu(model)}
            {group_menu(model)}
            {dataset_menu(model)}
            {tag_menu(model)}
            {searched}
            {chip(query.alerts, "With alerts", |query| query.alerts = !query.alerts)}
            {chip(query.stale, "Older than 24 h", |query| query.stale = !query.stale)}
            {chip(query.never, "Never profiled", |query| query.never = !query.never)}
            {chip(query.empty, "No rows", |query| query.empty = !query.empty)}
            <div class="sp">{segmented("Arrange", vec![segment("By schema", false), segment("Flat", true)])}</div>
        </div>
    }
    .into_any()
}

/// Whether a connection is of the chosen project.
fn is_of_project(model: &TablesModel, connection: &Connection) -> bool {
    model.query.project.is_empty() || connection.project_key.as_str() == model.query.project
}

/// Narrows the list to one project, where there are several.
fn project_menu(model: &TablesModel) -> AnyView {
    let mut projects: Vec<(&str, &str)> = model
        .connections
        .iter()
        .map(|connection| (connection.project_name.as_str(), connection.project_key.as_str()))
        .collect();
    projects.sort_unstable();
    projects.dedup();
    if projects.len() < 2 && model.query.project.is_empty() {
        return ().into_any();
    }
    let choose = |key: &str| {
        with(&model.query, |query| {
            key.clone_into(&mut query.project);
            query.connection.clear();
            query.group.clear();
        })
    };
    let any = Choice {
        label: "any".into(),
        detail: String::new(),
        href: choose(""),
        is_current: model.query.project.is_empty(),
    };
    let choices = projects.iter().map(|(name, key)| Choice {
        label: (*name).to_owned(),
        detail: (*key).to_owned(),
        href: choose(key),
        is_current: *key == model.query.project,
    });
    let choices: Vec<Choice> = std::iter::once(any).chain(choices).collect();
    menu("Project", &shown(&choices), choices)
}

/// Narrows the list to one connection.
fn connection_menu(model: &TablesModel) -> AnyView {
    if model.connections.len() < 2 && model.query.connection.is_empty() {
        return ().into_any();
    }
    let any = Choice {
        label: "any".into(),
        detail: String::new(),
        href: with(&model.query, |query| {
            query.connection.clear();
            query.group.clear();
        }),
        is_current: model.query.connection.is_empty(),
    };
    let listed = model.connections.iter().filter(|connection| is_of_project(model, connection));
    let choices = listed.map(|connection| Choice {
        label: connection.name.clone(),
        detail: counted(connection.groups.iter().map(|group| group.table_count).sum(), "table"),
        href: with(&model.query, |query| {
            query.connection = connection.connection_id.to_string();
            query.group.clear();
        }),
        is_current: connection.connection_id.as_str() == model.query.connection,
    });
    let choices: Vec<Choice> = std::iter::once(any).chain(choices).collect();
    menu("Connection", &shown(&choices), choices)
}

/// Narrows the list to one table group.
fn group_menu(model: &TablesModel) -> AnyView {
    let groups: Vec<(&Connection, &TableGroup)> = model
        .connections
        .iter()
        .filter(|connection| is_of_project(model, connection))
        .filter(|connection| model.query.connection.is_empty() || connection.connection_id.as_str() == model.query.connection)
        .flat_map(|connection| connection.groups.iter().map(move |group| (connection, group)))
        .collect();
    if groups.len() < 2 && model.query.group.is_empty() {
        return ().into_any();
    }
    let any = Choice {
        label: "any".into(),
        detail: String::new(),
        href: with(&model.query, |query| query.group.clear()),
        is_current: model.query.group.is_empty(),
    };
    let choices = groups.iter().map(|(connection, group)| Choice {
        label: group.name.clone(),
        detail: connection.name.clone(),
        href: with(&model.query, |query| query.group = group.table_group_id.to_string()),
        is_current: group.table_group_id.as_str() == model.query.group,
    });
    let choices: Vec<Choice> = std::iter::once(any).chain(choices).collect();
    menu("Group", &shown(&choices), choices)
}

/// Narrows the list to one dataset.
fn dataset_menu(model: &TablesModel) -> AnyView {
    if model.datasets.is_empty() && model.query.dataset.is_empty() {
        return ().into_any();
    }
    let any = Choice {
        label: "any".into(),
        detail: String::new(),
        href: with(&model.query, |query| query.dataset.clear()),
        is_current: model.query.dataset.is_empty(),
    };
    let choices = model.datasets.iter().map(|dataset| Choice {
        label: dataset.text.name.clone(),
        detail: dataset.text.product_team.clone(),
        href: with(&model.query, |query| query.dataset.clone_from(&dataset.dataset_id)),
        is_current: dataset.dataset_id == model.query.dataset,
    });
    let choices: Vec<Choice> = std::iter::once(any).chain(choices).collect();
    menu("Dataset", &shown(&choices), choices)
}

/// Narrows the list to tables that carry a tag, or a column of which does.
fn tag_menu(model: &TablesModel) -> AnyView {
    if model.tags.is_empty() && model.query.tag.is_empty() {
        return ().into_any();
    }
    let any = Choice {
        label: "any".into(),
        detail: String::new(),
        href: with(&model.query, |query| query.tag.clear()),
        is_current: model.query.tag.is_empty(),
    };
    let choices = model.tags.iter().map(|tag| Choice {
        label: tag.clone(),
        detail: String::new(),
        href: with(&model.query, |query| query.tag.clone_from(tag)),
        is_current: *tag == model.query.tag,
    });
    let choices: Vec<Choice> = std::iter::once(any).chain(choices).collect();
    menu("Tag", &shown(&choices), choices)
}

/// What a menu says while it is closed.
fn shown(choices: &[Choice]) -> String {
    choices
        .iter()
        .find(|choice| choice.is_current)
        .map_or_else(|| "unknown".to_owned(), |choice| choice.label.clone())
}

/// The foot of the list.
fn pager(model: &TablesModel) -> AnyView {
    Pager::of(&model.tables, |number| with(&model.query, |query| query.page = number)).view()
}

/// Nothing was found anywhere.
fn no_table(viewer: &Viewer) -> AnyView {
    let way = viewer
        .user
        .may(Permission::Configure)
        .then(|| Button::primary("Add a connection").link("/settings/connections/new"));
    empty_state(
        Some(Icon::Table),
        "No table yet",
        "Tables are listed as soon as a folder of files or a database is connected.",
        way,
    )
}
