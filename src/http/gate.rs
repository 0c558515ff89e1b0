//! The gate: who is it, and may he come in? Everything is closed unless `is_public` names it.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;

use super::api::negotiation::is_api;
use super::cookies::{Flash, Scheme};
use super::format::Format;
use super::problem::Problem;
use super::server::PeerAddress;
use crate::domain::address::encode_segment;
use crate::domain::identifier::UserId;
use crate::domain::user::Viewer;
use crate::services::access::token_hash;
use crate::services::api_tokens;
use crate::services::error::AppError;
use crate::state::AppState;
use crate::store::sessions::USER_KEY;
use crate::store::users;

/// Paths that need nobody to be signed in.
fn is_public(path: &str) -> bool {
    matches!(
        path,
        "/login"
            | "/healthz"
            | "/readyz"
            | "/favicon.ico"
            | "/robots.txt"
            | "/actions/sign-in"
            | "/actions/accept-link"
            | "/actions/set-scheme"
    ) || path.starts_with("/assets/")
        || path.starts_with("/welcome/")
}

/// Finds the signed-in person, hands him to what comes after, and turns everybody else away.
pub async fn require_viewer(State(state): State<AppState>, session: Session, mut request: Request, next: Next) -> Response {
    let scheme = Scheme::of(request.headers());
    let flash = Flash::of(request.headers());
    let wants_page = accepts_html(&request);
    let path = request.uri().path().to_owned();
    if path.starts_with("/assets/") || path == "/healthz" || path == "/readyz" {
        return next.run(request).await;
    }
    if path == "/"
        && request.method().is_safe()
        && Format::of(request.uri().query().unwrap_or_default()) == Format::Html
        && asks_for_json(&request)
    {
        // The health document of S4; it tells nothing about data or people.
        return super::health::describe().await.into_response();
    }
    // A request with a token is the token's alone: a cookie beside it counts nothing.
    let token = bearer_token(request.headers());
    let found = match &token {
        Some(token) if is_for_programs(&request) => api_tokens::viewer_of_token(&state.db, token).await,
        Some(_) => Ok(None),
        None => find_viewer(&state, &session).await,
    };
    let viewer = match found {
        Ok(viewer) => viewer,
        Err(error) => return Problem(error).into_response(),
    };
    if let (Some(_), None) = (&token, &viewer) {
        let address = request.extensions().get::<PeerAddress>().map(|peer| peer.0.ip().to_string());
        let counted = state.limits.note_failure(&address.unwrap_or_default());
        return Problem(counted.err().unwrap_or(AppError::SignedOut)).into_response();
    }
    if let Some(viewer) = viewer.as_ref().filter(|_| token.is_some() || is_api(&path)) {
        let caller = token.as_deref().map_or_else(|| viewer.user.user_id.0.clone(), token_hash);
        if let Err(refused) = state.limits.admit(&caller) {
            return Problem(refused).into_response();
        }
    }
    if viewer.is_none() && !is_public(&path) {
        if !wants_page || !request.method().is_safe() {
            return Problem(AppError::SignedOut).into_response();
        }
        let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
        let next = if wanted == "/" {
            String::new()
        } else {
            format!("?next={}", encode_segment(wanted))
        };
        return Redirect::to(&format!("/login{next}")).into_response();
    }
    let had_flash = flash.is_some();
    let extensions = request.extensions_mut();
    extensions.insert(scheme);
    extensions.insert(flash);
    if let Some(viewer) = viewer {
        extensions.insert(viewer);
    }
    let is_page = wants_page && request.method().is_safe();
    let mut response = next.run(request).await;
    if had_flash && is_page && response.status().as_u16() < 300 {
        response
            .headers_mut()
            .append(header::SET_COOKIE, Flash::forget(state.config.is_https()));
    }
    response
}

/// The token that a program sends.
pub fn bearer_token(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (kind, token) = said.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Whether an address is one that tokens open: the API and the data of the pages, never the pages or their forms.
fn is_for_programs(request: &Request) -> bool {
    let path = request.uri().path();
    is_api(path) || (request.method().is_safe() && Format::of(request.uri().query().unwrap_or_default()) != Format::Html)
}

/// Whether a browser asks for a page.
pub fn accepts_html(request: &Request) -> bool {
    request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Whether a program asks for JSON.
fn asks_for_json(request: &Request) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
}

/// The person of the session, as he is now: roles and activity are read anew for each request.
async fn find_viewer(state: &AppState, session: &Session) -> Result<Option<Viewer>, AppError> {
    let Some(user_id) = session.get::<UserId>(USER_KEY).await.map_err(AppError::internal)? else {
        return Ok(None);
    };
    let viewer = users::viewer(&state.db, &user_id).await?;
    if viewer.is_none() {
        session.flush().await.map_err(AppError::internal)?;
    }
    Ok(viewer)
}

/// Signs a person in: a new session id, so that an id known before is worth nothing.
pub async fn begin_session(session: &Session, user_id: &UserId) -> Result<(), AppError> {
    session.cycle_id().await.map_err(AppError::internal)?;
    session.insert(USER_KEY, user_id).await.map_err(AppError::internal)
}

/// Signs out: the session is gone from the database.
pub async fn end_session(session: &Session) -> Result<(), AppError> {
    session.flush().await.map_err(AppError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_closed_unless_named() {
        for path in [
            "/",
            "/tables",
            "/runs/1",
            "/settings/connections",
            "/actions/start-run",
            "/api/runs",
            "/login/x",
            "/assetsx",
            "/healthz/x",
            "//login",
        ] {
            assert!(!is_public(path), "{path}");
        }
        for path in ["/login", "/welcome/abc", "/assets/1/main.css", "/readyz", "/actions/sign-in"] {
            assert!(is_public(path), "{path}");
        }
    }
}
