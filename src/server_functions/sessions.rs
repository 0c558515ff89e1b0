//! Signing in and out, one-time links, passwords, the colour scheme.

use leptos::prelude::*;
use tower_sessions::Session;

use super::reply::{go, go_saying, parts, refuse, safe_path, set_cookie, state, viewer};
use crate::domain::address::encode_segment;
use crate::http::cookies::Scheme;
use crate::http::gate;
use crate::http::server::PeerAddress;
use crate::services::error::AppError;
use crate::services::{access, sample_data};
use crate::store::users;

/// The session of this request.
async fn session() -> Result<Session, ServerFnError> {
    Ok(leptos_axum::extract::<Session>().await?)
}

/// Signs in with name and password.
#[server(prefix = "/actions", endpoint = "sign-in")]
pub async fn sign_in(
    #[server(default)] name: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), ServerFnError> {
    let state = state()?;
    let address = parts()?
        .extensions
        .get::<PeerAddress>()
        .map(|peer| peer.0.ip().to_string())
        .unwrap_or_default();
    match access::sign_in(&state.db, &name, password, &address).await {
        Ok(user) => {
            if let Err(error) = gate::begin_session(&session().await?, &user.user_id).await {
                return refuse("/login", error);
            }
            go(&safe_path(&next, "/"));
            Ok(())
        }
        Err(error) => {
            let next = safe_path(&next, "");
            let back = if next.is_empty() {
                "/login".to_owned()
            } else {
                format!("/login?next={}", encode_segment(&next))
            };
            refuse(&back, error)
        }
    }
}

/// Signs out.
#[server(prefix = "/actions", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), ServerFnError> {
    if let Err(error) = gate::end_session(&session().await?).await {
        return refuse("/", error);
    }
    go_saying("/login", true, "You are signed out", "")
}

/// Uses a one-time link up: signs its holder in, and goes where the button said (`sample`, `connections`, or home).
#[server(prefix = "/actions", endpoint = "accept-link")]
pub async fn accept_link(token: String, #[server(default)] password: String, #[server(default)] then: String) -> Result<(), ServerFnError> {
    let state = state()?;
    let back = format!("/welcome/{}", encode_segment(&token));
    let user = match access::accept_link(&state.db, &token, Some(password)).await {
        Ok(user) => user,
        Err(error) => return refuse(&back, error),
    };
    if let Err(error) = gate::begin_session(&session().await?, &user.user_id).await {
        return refuse("/login", error);
    }
    match then.as_str() {
        "sample" => {
            let started = async {
                let viewer = users::viewer(&state.db, &user.user_id).await?.ok_or(AppError::SignedOut)?;
                let state = state.for_viewer(Some(&viewer));
                sample_data::profile_sample(&state.db, &state.config, &state.signals, &viewer).await
            };
            match started.await {
                Ok((_, address)) => go(&address.path()),
                Err(error) => return refuse("/", error),
            }
        }
        "connections" => go("/settings/connections/new"),
        _ => go("/"),
    }
    Ok(())
}

/// Sets a new password for the signed-in person.
#[server(prefix = "/actions", endpoint = "change-password")]
pub async fn change_password(#[server(default)] current: String, #[server(default)] password: String) -> Result<(), ServerFnError> {
    let state = state()?;
    let viewer = viewer()?;
    match access::change_password(&state.db, &viewer, current, password).await {
        Ok(()) => {
            // A new id for this session, so that one that was read off somewhere is worth nothing.
            if let Err(error) = gate::begin_session(&session().await?, &viewer.user.user_id).await {
                return refuse("/account", error);
            }
            go_saying("/account", true, "The password is set", "It works from the next sign-in on.")
        }
        Err(error) => refuse("/account", error),
    }
}

/// Chooses the colours.
#[server(prefix = "/actions", endpoint = "set-scheme")]
pub async fn set_scheme(scheme: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    let state = state()?;
    set_cookie(Scheme::from_word(&scheme).set_cookie(state.config.is_https()));
    go(&safe_path(&back, "/"));
    Ok(())
}
