//! How every form is answered: somewhere to go, and a message for when one is there.

use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::domain::user::Viewer;
use crate::http::cookies::Flash;
use crate::services::error::AppError;
use crate::state::AppState;

/// The server's state.
pub fn state() -> Result<AppState, ServerFnError> {
    use_context::<AppState>().ok_or_else(|| ServerFnError::new("the server's state is missing"))
}

/// The request's head.
pub fn parts() -> Result<Parts, ServerFnError> {
    use_context::<Parts>().ok_or_else(|| ServerFnError::new("the request is missing"))
}

/// The signed-in person; the gate lets nobody else through to an action that is not public.
pub fn viewer() -> Result<Viewer, ServerFnError> {
    parts()?
        .extensions
        .get::<Viewer>()
        .cloned()
        .ok_or_else(|| ServerFnError::new("nobody is signed in"))
}

/// Only a path of this server is followed: one leading slash, no backslash, no control character.
pub fn safe_path(path: &str, otherwise: &str) -> String {
    let local = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.chars().any(char::is_control);
    let ascii = path.is_ascii();
    if local && ascii { path.to_owned() } else { otherwise.to_owned() }
}

/// Sends the browser on.
pub fn go(path: &str) {
    leptos_axum::redirect(&safe_path(path, "/"));
}

/// Keeps a message for the next page and sends the browser on.
pub fn go_saying(path: &str, ok: bool, title: impl Into<String>, detail: impl Into<String>) -> Result<(), ServerFnError> {
    go_telling(
        path,
        Flash {
            ok,
            title: title.into(),
            detail: detail.into(),
            undo: None,
        },
    )
}

/// The same with a message that can be taken back.
pub fn go_telling(path: &str, flash: Flash) -> Result<(), ServerFnError> {
    let state = state()?;
    set_cookie(flash.set_cookie(state.config.is_https()));
    go(path);
    Ok(())
}

/// Says what stood in the way and sends the browser back.
pub fn refuse(path: &str, error: AppError) -> Result<(), ServerFnError> {
    let reference = error.log();
    // A browser follows the redirect to the message; a program reads the status.
    if !accepts_html()? {
        set_status(error.status());
    }
    let detail = match error {
        AppError::Internal(_) | AppError::Unavailable(_) => format!("{} Reference {reference}.", error.detail()),
        _ => error.detail(),
    };
    go_saying(path, false, error.title(), detail)
}

/// Whether the answer is for a browser.
fn accepts_html() -> Result<bool, ServerFnError> {
    let parts = parts()?;
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    Ok(accept.is_some_and(|accept| accept.contains("text/html")))
}

/// Sets the status of the answer.
fn set_status(status: u16) {
    if let (Some(options), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        options.set_status(status);
    }
}

/// Adds a cookie to the answer.
pub fn set_cookie(value: HeaderValue) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.append_header(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for (path, followed) in [
            ("/tables?q=a", "/tables?q=a"),
            ("//evil.example/x", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(safe_path(path, "/"), followed, "{path:?}");
        }
    }
}
