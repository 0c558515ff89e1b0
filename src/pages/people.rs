//! `/settings/people`: who may come in, and as what; `/settings/people/NAME`: one person's roles and where each holds.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::settings_tabs::settings_tabs;
use super::{page, request, titled};
use crate::components::button::{Button, Weight};
use crate::components::form_field::FormField;
use crate::components::format::counted;
use crate::components::head::PageHead;
use crate::components::section::{SectionTitle, section};
use crate::domain::address::encode_segment;
use crate::domain::scope::{RoleGrant, Scope};
use crate::domain::user::{Permission, Role, User};
use crate::services::people::{self, Place};
use crate::store::users;

const HERE: &str = "/settings/people";

/// `/settings/people`
#[component]
pub fn PeoplePage() -> impl IntoView {
    page(async move {
        let viewer = request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let places = people::list_places(&db, &viewer).await?;
        Ok(titled("People", people_view(&users::list_users(&db).await?, &places)))
    })
}

/// `/settings/people/:name`
#[component]
pub fn PersonPage() -> impl IntoView {
    let name = use_params_map().get_untracked().get("name").unwrap_or_default();
    page(async move {
        let viewer = request::viewer_with(Permission::Configure)?;
        let db = request::state().db;
        let user = people::find(&db, &name).await?;
        let places = people::list_places(&db, &viewer).await?;
        Ok(titled(user.display_name.clone(), person_view(&user, &places)))
    })
}

/// Draws everybody.
pub fn people_view(users: &[User], places: &[Place]) -> AnyView {
    let active = users.iter().filter(|user| user.is_active).count();
    let rows: Vec<AnyView> = users.iter().map(|user| row(user, places)).collect();
    view! {
        {PageHead::new("People").lede(format!("{} may sign in", counted(active as u64, "person"))).view()}
        {settings_tabs(HERE)}
        {section(
            SectionTitle::new("people", "Everybody"),
            view! {
                <table class="tbl tight rec">
                    <caption class="vh">"People"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Signs in as"</th>
                            <th scope="col">"Roles"</th>
                            <th scope="col">"State"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            },
        )}
        {section(
            SectionTitle::new("new-person", "New person"),
            view! {
                <form method="post" action="/actions/create-person">
                    {FormField::new("name", "Name to sign in with").longest(80).hint("Without spaces; it cannot be changed later.").view()}
                    {FormField::new("display_name", "Name as pages show it").optional().longest(120).view()}
                    {grants_table(&[RoleGrant::everywhere(Role::Analyst)], places)}
                    {Button::primary("Make the person and a one-time link").submit()}
                </form>
            },
        )}
    }
    .into_any()
}

fn row(user: &User, places: &[Place]) -> AnyView {
    let roles = user
        .grants()
        .map(|grant| grant_words(&grant, places))
        .collect::<Vec<_>>()
        .join("; ");
    view! {
        <tr>
            <th scope="row" class="strong"><a href=format!("{HERE}/{}", encode_segment(&user.name))>{user.display_name.clone()}</a></th>
            <td data-l="Signs in as" class="mono">{user.name.clone()}</td>
            <td data-l="Roles">{roles}</td>
            <td data-l="State">{if user.is_active { "may sign in" } else { "kept out" }}</td>
        </tr>
    }
    .into_any()
}

/// A role with where it holds, in words.
fn grant_words(grant: &RoleGrant, places: &[Place]) -> String {
    let Scope::Only { projects, groups } = &grant.scope else {
        return grant.role.label().to_owned();
    };
    let words = projects
        .iter()
        .map(|key| format!("project:{key}"))
        .chain(groups.iter().map(|id| format!("group:{id}")));
    let names: Vec<String> = words
        .map(|word| {
            places
                .iter()
                .find(|place| place.word == word)
                .map_or(word, |place| place.name.clone())
        })
        .collect();
    if names.is_empty() {
        format!("{} nowhere: the place is gone", grant.role.label())
    } else {
        format!("{} of {}", grant.role.label(), names.join(", "))
    }
}

/// Draws one person.
pub fn person_view(user: &User, places: &[Place]) -> AnyView {
    let grants: Vec<RoleGrant> = user.grants().collect();
    let name = [("name", user.name.clone())];
    let (label, active) = if user.is_active {
        ("Keep out", "false")
    } else {
        ("Let in again", "true")
    };
    view! {
        {PageHead::new(user.display_name.clone()).lede(format!("Signs in as {}", user.name)).view()}
        {settings_tabs(HERE)}
        {section(
            SectionTitle::new("roles", "Roles and where they hold"),
            view! {
                <form method="post" action="/actions/set-grants">
                    <input type="hidden" name="name" value=user.name.clone() />
                    {grants_table(&grants, places)}
                    {Button::primary("Set the roles").submit()}
                </form>
            },
        )}
        {section(
            SectionTitle::new("door", "The way in"),
            view! {
                <p>"A one-time link signs the person in without the password, once, for 24 hours."</p>
                <div class="acts">
                    {Button::new("Make a one-time link").post("link-person", &name)}
                    {Button::new(label).weight(Weight::Danger).post("set-person-active", &[("name", user.name.clone()), ("active", active.to_owned())])}
                </div>
            },
        )}
    }
    .into_any()
}

/// One row a place, one column a role; what is ticked holds.
fn grants_table(grants: &[RoleGrant], places: &[Place]) -> AnyView {
    let held: Vec<String> = grants.iter().flat_map(single_texts).collect();
    let heads: Vec<AnyView> = Role::ALL
        .iter()
        .map(|role| view! { <th scope="col">{role.label()}</th> }.into_any())
        .collect();
    let everywhere = ("Everywhere".to_owned(), String::new());
    let rows: Vec<AnyView> = std::iter::once(everywhere)
        .chain(places.iter().map(|place| (place.name.clone(), format!("@{}", place.word))))
        .map(|(name, suffix)| {
            let cells: Vec<AnyView> = Role::ALL
                .iter()
                .map(|role| {
                    // An administrator administers everything.
                    if *role == Role::Admin && !suffix.is_empty() {
                        return view! { <td data-l=role.label()></td> }.into_any();
                    }
                    let value = format!("{role}{suffix}");
                    let checked = held.contains(&value);
                    let said = format!("{} of {name}", role.label());
                    view! {
                        <td data-l=role.label()>
                            <label><input type="checkbox" name="grants[]" value=value checked=checked aria-label=said /></label>
                        </td>
                    }
                    .into_any()
                })
                .collect();
            view! { <tr><th scope="row">{name}</th>{cells}</tr> }.into_any()
        })
        .collect();
    view! {
        <div class="scroll">
            <table class="tbl tight rec grants">
                <caption class="vh">"Roles by place"</caption>
                <thead><tr><th scope="col">"Where"</th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="t2 small">"A role that holds everywhere needs no other tick. A project means all its groups, those to come too."</p>
    }
    .into_any()
}

/// A grant as single ticks.
fn single_texts(grant: &RoleGrant) -> Vec<String> {
    match &grant.scope {
        Scope::Everything => vec![grant.role.word().to_owned()],
        Scope::Only { projects, groups } => {
            let projects = projects.iter().map(|key| format!("{}@project:{key}", grant.role));
            projects
                .chain(groups.iter().map(|id| format!("{}@group:{id}", grant.role)))
                .collect()
        }
    }
}
