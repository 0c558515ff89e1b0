//! Personal API tokens: making and revoking them.

use leptos::prelude::*;

use super::reply::{go_saying, refuse, state, viewer};
use crate::domain::user::TokenScope;
use crate::services::api_tokens;
use crate::services::error::AppError;

/// Where the forms come back to.
const HERE: &str = "/account/tokens";

/// Makes a token and shows it, once.
#[server(prefix = "/actions", endpoint = "create-token")]
pub async fn create_token(
    #[server(default)] name: String,
    #[server(default)] scope: String,
    #[server(default)] days: String,
) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    let made = async {
        let scope =
            TokenScope::from_word(&scope).ok_or_else(|| AppError::refused("Choose what the token may do", "Read, run or everything."))?;
        let days = days.trim().parse().unwrap_or(0);
        api_tokens::create_token(&state.db, &viewer, &name, scope, days).await
    };
    match made.await {
        Ok(token) => go_saying(
            HERE,
            true,
            format!("Copy the token now: {token}"),
            "It is shown this once and kept nowhere.",
        ),
        Err(error) => refuse(HERE, error),
    }
}

/// Ends a token.
#[server(prefix = "/actions", endpoint = "revoke-token")]
pub async fn revoke_token(token_id: String) -> Result<(), ServerFnError> {
    let (state, viewer) = (state()?, viewer()?);
    match api_tokens::revoke_token(&state.db, &viewer, &token_id).await {
        Ok(true) => go_saying(HERE, true, "The token is revoked", "Whatever uses it is refused from now on."),
        Ok(false) => go_saying(HERE, false, "There was nothing to revoke", "The token had ended, or is not yours."),
        Err(error) => refuse(HERE, error),
    }
}
