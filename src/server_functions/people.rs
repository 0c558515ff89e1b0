//! People: made, given roles and places, let in and kept out.

use leptos::prelude::*;

use super::reply::{go_saying, refuse, state, viewer};
use crate::domain::address::encode_segment;
use crate::domain::scope::RoleGrant;
use crate::services::error::AppError;
use crate::services::people;

/// Where the forms come back to.
const HERE: &str = "/settings/people";

/// Makes a person and shows the one-time link, once.
#[server(prefix = "/actions", endpoint = "create-person")]
pub async fn create_person(
    #[server(default)] name: String,
    #[server(default)] display_name: String,
    #[server(default)] grants: Vec<String>,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let made = async {
        let grants = read_grants(&grants)?;
        people::create_person(&state.db, &viewer, &name, &display_name, &grants).await
    };
    match made.await {
        Ok((user, token)) => say_link(HERE, &format!("{} can come in", user.display_name), &token),
        Err(error) => refuse(HERE, error),
    }
}

/// Gives a person exactly the roles that are ticked.
#[server(prefix = "/actions", endpoint = "set-grants")]
pub async fn set_grants(#[server(default)] name: String, #[server(default)] grants: Vec<String>) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = page_of(&name);
    let set = async { people::set_grants(&state.db, &viewer, &name, &read_grants(&grants)?).await };
    match set.await {
        Ok(()) => go_saying(&back, true, "The roles are set", "They hold from the next page on."),
        Err(error) => refuse(&back, error),
    }
}

/// Lets a person sign in, or no longer.
#[server(prefix = "/actions", endpoint = "set-person-active")]
pub async fn set_person_active(#[server(default)] name: String, #[server(default)] active: bool) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = page_of(&name);
    match people::set_active(&state.db, &viewer, &name, active).await {
        Ok(()) if active => go_saying(&back, true, format!("{name} may sign in again"), ""),
        Ok(()) => go_saying(&back, true, format!("{name} is signed out and stays out"), "The history stays."),
        Err(error) => refuse(&back, error),
    }
}

/// Makes a one-time link for a person and shows it, once.
#[server(prefix = "/actions", endpoint = "link-person")]
pub async fn link_person(#[server(default)] name: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let back = page_of(&name);
    match people::create_link(&state.db, &viewer, &name).await {
        Ok(token) => say_link(&back, "The link is made", &token),
        Err(error) => refuse(&back, error),
    }
}

fn page_of(name: &str) -> String {
    if name.is_empty() {
        return HERE.to_owned();
    }
    format!("{HERE}/{}", encode_segment(name))
}

fn say_link(back: &str, title: &str, token: &str) -> Result<(), ServerFnError> {
    let public_url = state()?.config.public_url.clone();
    let link = format!("{}/welcome/{token}", public_url.trim_end_matches('/'));
    go_saying(
        back,
        true,
        title,
        format!("Hand over this link; it works once, for 24 hours, and is shown this once: {link}"),
    )
}

/// Reads what was ticked: one role with one place each.
fn read_grants(grants: &[String]) -> Result<Vec<RoleGrant>, AppError> {
    grants
        .iter()
        .map(|text| RoleGrant::parse(text).map_err(|reason| AppError::refused(format!("{text:?} is no role"), reason)))
        .collect()
}
