//! Sends the embedded files.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::assets::{self, Asset};

/// A file of this build; it never changes under its address.
pub async fn serve(request: Request) -> Response {
    match assets::find(request.uri().path(), accepted(&request)) {
        Some(asset) => answer(asset, "public, max-age=31536000, immutable"),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The icon that browsers ask for unasked.
pub async fn favicon(request: Request) -> Response {
    fixed("favicon.svg", &request)
}

/// Tells crawlers to stay away.
pub async fn robots(request: Request) -> Response {
    fixed("robots.txt", &request)
}

/// A file at a fixed address: kept for a day.
fn fixed(name: &str, request: &Request) -> Response {
    match assets::get(name, accepted(request)) {
        Some(asset) => answer(asset, "public, max-age=86400"),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The encodings that the browser takes.
fn accepted(request: &Request) -> &str {
    request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Writes bytes and headers.
fn answer(asset: Asset, cache: &'static str) -> Response {
    let mut response = asset.file.data.into_owned().into_response();
    let headers = response.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(&asset.media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = asset.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
