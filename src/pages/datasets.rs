//! `/settings/datasets` and `/settings/datasets/{id}`: what people think of as one thing, with the groups that are counted to it.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::rollup_cells::{rollup_cells, rollup_table};
use super::settings_tabs::settings_tabs;
use super::{page, request, respond, titled};
use crate::components::button::{Button, Weight};
use crate::components::form_field::FormField;
use crate::components::format::counted;
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::section::{SectionTitle, section};
use crate::domain::address::encode_segment;
use crate::domain::connection::{Connection, group_label};
use crate::domain::dataset::{Dataset, DatasetText};
use crate::domain::project::{Project, Rollup};
use crate::domain::query::query_string;
use crate::domain::user::Permission;
use crate::store::connections::list_connections;
use crate::store::datasets::{find_dataset, list_datasets};
use crate::store::projects::list_projects;
use crate::store::rollups::{Rollups, list_rollups};

/// The list.
const HERE: &str = "/settings/datasets";

/// `/settings/datasets`
#[component]
pub fn DatasetsPage() -> impl IntoView {
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let (datasets, projects, rollups) = (list_datasets(&db).await?, list_projects(&db).await?, list_rollups(&db).await?);
        Ok(titled("Datasets", datasets_view(&datasets, &projects, &rollups, request::now())))
    })
}

/// `/settings/datasets/:dataset`
#[component]
pub fn DatasetPage() -> impl IntoView {
    let id = use_params_map().get_untracked().get_str("dataset").unwrap_or_default().to_owned();
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let Some(dataset) = find_dataset(&db, &id).await? else {
            return Ok(respond::not_found());
        };
        let connections = list_connections(&db).await?;
        Ok(titled(dataset.text.name.clone(), dataset_view(&dataset, &connections)))
    })
}

/// Draws the list.
pub fn datasets_view(datasets: &[Dataset], projects: &[Project], rollups: &Rollups, now: DateTime<Utc>) -> AnyView {
    let lede = format!(
        "{}. A dataset is a set of table groups that people think of as one thing.",
        counted(datasets.len() as u64, "dataset")
    );
    let rows: Vec<AnyView> = datasets
        .iter()
        .map(|dataset| {
            let rollup = dataset
                .groups
                .iter()
                .fold(Rollup::default(), |sum, group| sum.with(&rollups.of_group(group)));
            row(dataset, &rollup, now)
        })
        .collect();
    view! {
        {PageHead::new("Datasets").lede(lede).view()}
        {settings_tabs(HERE)}
        {rollup_table("Datasets", [("Dataset", ""), ("Team and application", "")], rows)}
        {section(SectionTitle::new("new", "New dataset"), new_form(projects))}
    }
    .into_any()
}

fn row(dataset: &Dataset, rollup: &Rollup, now: DateTime<Utc>) -> AnyView {
    let text = &dataset.text;
    let made = [&text.product_team, &text.application];
    let made: Vec<&str> = made.iter().filter(|part| !part.is_empty()).map(|part| part.as_str()).collect();
    view! {
        <tr>
            <th scope="row" class="strong">
                <a href=format!("{HERE}/{}", encode_segment(&dataset.dataset_id))>{text.name.clone()}</a>
                <br /><small class="t2">{text.description.clone()}</small>
            </th>
            <td class="ink2 breaks">{made.join(", ")}</td>
            {rollup_cells(rollup, now)}
        </tr>
    }
    .into_any()
}

fn fields(text: &DatasetText) -> AnyView {
    view! {
        {FormField::new("name", "Name").value(text.name.clone()).longest(120).view()}
        {FormField::new("description", "What it is").value(text.description.clone()).optional().longest(4_000).view()}
        {FormField::new("product_team", "Product team").value(text.product_team.clone()).optional().longest(120).view()}
        {FormField::new("application", "Application").value(text.application.clone()).optional().longest(120).view()}
    }
    .into_any()
}

fn new_form(projects: &[Project]) -> AnyView {
    let options: Vec<AnyView> = projects
        .iter()
        .map(|project| view! { <option value=project.project_key.to_string()>{project.name.clone()}</option> }.into_any())
        .collect();
    let choice = (projects.len() > 1).then(|| {
        view! {
            <div class="field">
                <label for="field-project">"Project"</label>
                <select class="in" id="field-project" name="project">{options}</select>
            </div>
        }
    });
    view! {
        <form class="lone" method="post" action="/actions/create-dataset">
            {fields(&DatasetText::default())}
            {choice}
            {Button::primary("Make the dataset").submit()}
        </form>
    }
    .into_any()
}

/// Draws one dataset.
pub fn dataset_view(dataset: &Dataset, connections: &[Connection]) -> AnyView {
    let own = connections
        .iter()
        .filter(|connection| connection.project_key == dataset.project_key);
    let boxes: Vec<AnyView> = own
        .flat_map(|connection| connection.groups.iter().map(move |group| (connection, group)))
        .map(|(connection, group)| {
            let is_in = dataset.groups.contains(&group.table_group_id);
            view! {
                <label class="row">
                    <input class="check" type="checkbox" name="groups[]" value=group.table_group_id.to_string() checked=is_in />
                    {group_label(&connection.name, &group.name)}" "<span class="t2">{counted(group.table_count, "table")}</span>
                </label>
            }
            .into_any()
        })
        .collect();
    let tables = Button::new("Show its tables").link(format!("/tables{}", query_string(&[("dataset", &dataset.dataset_id)])));
    view! {
        {breadcrumb(vec![Crumb::new("Datasets", HERE)])}
        {PageHead::new(dataset.text.name.clone()).lede(format!("{} of project {}", counted(dataset.groups.len() as u64, "table group"), dataset.project_key)).actions(tables).view()}
        {settings_tabs(&format!("{HERE}/"))}
        <form class="stack" method="post" action="/actions/update-dataset">
            <input type="hidden" name="dataset_id" value=dataset.dataset_id.clone() />
            <div class="cols halves">
                {section(SectionTitle::new("text", "What it is").subtitle(format!("id {}", dataset.dataset_id)), view! { <div class="lone">{fields(&dataset.text)}</div> })}
                {section(SectionTitle::new("groups", "Its table groups"), view! { <fieldset class="stack boxes"><legend class="vh">"Table groups"</legend>{boxes}</fieldset> })}
            </div>
            <div class="row">{Button::primary("Save the dataset").submit()}</div>
        </form>
        {section(
            SectionTitle::new("remove", "Remove the dataset"),
            view! {
                <p>"Its groups and their profiles stay; they belong to no dataset then."</p>
                {Button::new("Remove the dataset").weight(Weight::Danger).post("delete-dataset", &[("dataset_id", dataset.dataset_id.clone())])}
            },
        )}
    }
    .into_any()
}
