//! Who asks, and for what: read from the request that the gate has let through.

use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::domain::user::{Permission, Viewer};
use crate::http::cookies::{Flash, Scheme};
use crate::services::access;
use crate::services::error::AppError;
use crate::state::AppState;

/// The server's state.
pub fn state() -> AppState {
    expect_context::<AppState>()
}

/// The signed-in person; an error on a page that the gate leaves open.
pub fn viewer() -> Result<Viewer, AppError> {
    find_viewer().ok_or(AppError::SignedOut)
}

/// The signed-in person, who must hold the permission.
pub fn viewer_with(permission: Permission) -> Result<Viewer, AppError> {
    let viewer = viewer()?;
    access::require(&viewer, permission)?;
    Ok(viewer)
}

/// The signed-in person, if there is one.
pub fn find_viewer() -> Option<Viewer> {
    extension::<Viewer>()
}

/// The colours that the person chose.
pub fn scheme() -> Scheme {
    extension::<Scheme>().unwrap_or_default()
}

/// What was just done, said once.
pub fn flash() -> Option<Flash> {
    extension::<Option<Flash>>().flatten()
}

/// The path of the page.
pub fn path() -> String {
    use_context::<Parts>().map(|parts| parts.uri.path().to_owned()).unwrap_or_default()
}

/// The query string without its question mark.
pub fn raw_query() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.uri.query().map(str::to_owned))
        .unwrap_or_default()
}

/// Path and query: where a form comes back to.
pub fn here() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.uri.path_and_query().map(|here| here.as_str().to_owned()))
        .unwrap_or_else(|| "/".to_owned())
}

/// The clock of this page.
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// One segment of the path, from 0, decoded once: the router decodes its parameters twice, which other names of columns do not survive.
pub fn segment(place: usize) -> String {
    let parts = use_context::<Parts>();
    let path = parts.as_ref().map(|parts| parts.uri.path()).unwrap_or_default();
    let segment = path.split('/').skip(1).nth(place).unwrap_or_default();
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// Something that a layer put into the request.
fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>()?.extensions.get::<T>().cloned()
}
