//! Personal API tokens: made for a purpose and a time, shown once, revoked at any moment.

use super::access;
use super::error::AppError;
use crate::domain::user::{TokenScope, Viewer};
use crate::store::api_tokens::{self, NewApiToken};
use crate::store::{Database, users};

/// What every token begins with, so that a leaked one is recognised.
const PREFIX: &str = "limn_";
/// Longest life in days.
const MOST_DAYS: i64 = 366;
/// Longest name (characters).
const LONGEST_NAME: usize = 80;

/// Makes a token for the person; the answer is the only time its text is known.
pub async fn create_token(db: &Database, viewer: &Viewer, name: &str, scope: TokenScope, days: i64) -> Result<String, AppError> {
    refuse_token(viewer)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(AppError::refused(
            "The token needs a name",
            format!("1 to {LONGEST_NAME} characters that say what uses it, so that you know later which one to revoke."),
        ));
    }
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(AppError::refused(
            "The token needs an end",
            format!("It works for 1 to {MOST_DAYS} days; make a new one before it ends."),
        ));
    }
    let token = format!("{PREFIX}{}", access::random_token());
    let mut tx = db.begin().await?;
    let new = NewApiToken {
        user_id: viewer.user.user_id.clone(),
        name: name.to_owned(),
        token_hash: access::token_hash(&token),
        scope,
        expires_in_s: days * 86_400,
    };
    api_tokens::create_token(&mut tx, new, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(token)
}

/// Ends a token of the person.
pub async fn revoke_token(db: &Database, viewer: &Viewer, token_id: &str) -> Result<bool, AppError> {
    refuse_token(viewer)?;
    let mut tx = db.begin().await?;
    let ended = api_tokens::revoke_token(&mut tx, &viewer.user.user_id, token_id, &access::actor(viewer)).await?;
    tx.commit().await?;
    Ok(ended)
}

/// The person behind a token, as far as its scope goes; nothing where it does not work or its person may not sign in.
pub async fn viewer_of_token(db: &Database, token: &str) -> Result<Option<Viewer>, AppError> {
    if !token.starts_with(PREFIX) || token.len() > 200 {
        return Ok(None);
    }
    let Some(found) = api_tokens::find_working_token(db, &access::token_hash(token)).await? else {
        return Ok(None);
    };
    let Some(viewer) = users::viewer(db, &found.user_id).await? else {
        return Ok(None);
    };
    api_tokens::note_use(db, &found.token_id).await?;
    Ok(Some(Viewer {
        token_scope: Some(found.scope),
        ..viewer
    }))
}

/// A token makes no tokens: whoever finds one cannot make it last.
fn refuse_token(viewer: &Viewer) -> Result<(), AppError> {
    match viewer.token_scope {
        None => Ok(()),
        Some(_) => Err(AppError::refused(
            "Tokens are made and revoked by people",
            "Sign in at the console and do it there.",
        )),
    }
}
