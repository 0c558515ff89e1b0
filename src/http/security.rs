//! Headers on every answer, and the check that a write comes from our own pages.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::gate::bearer_token;
use super::problem::Problem;
use crate::services::error::AppError;

/// Where Fetch Metadata says a request comes from.
static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Headers that hold for every answer; pages set their own content policy with a nonce before this runs.
pub async fn set_headers(request: Request, next: Next, https: bool) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    if !is_asset {
        set(header::CACHE_CONTROL, "no-store");
    }
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    response
}

/// The content policy of a page: scripts and wasm by nonce, nothing inline, nothing from elsewhere.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; \
         manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Refuses writes that another site could have caused.
pub async fn require_same_origin(request: Request, next: Next) -> Response {
    // No browser adds a token by itself: a request that has one was not caused by another site.
    if request.method().is_safe() || is_same_origin(request.headers()) || bearer_token(request.headers()).is_some() {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "A write from another site was refused");
    Problem(AppError::Forbidden {
        title: "This request came from another site".into(),
        detail: "Open Limn itself and do it there. Programs send the header Origin of this server, or a token.".into(),
    })
    .into_response()
}

/// Browsers say where a request comes from; the older ones at least name the origin.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match text(&SEC_FETCH_SITE) {
        Some("same-origin" | "none") => return true,
        Some(_) => return false,
        None => {}
    }
    let Some(host) = text(&header::HOST) else { return false };
    let of = |url: &str| {
        url.split_once("://")
            .map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned())
    };
    match text(&header::ORIGIN).or_else(|| text(&header::REFERER)) {
        Some(origin) => of(origin).as_deref() == Some(host),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_write() {
        for (pairs, allowed) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "none")], true),
            (
                vec![
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "http://limn.example"),
                    ("host", "limn.example"),
                ],
                false,
            ),
            (vec![("sec-fetch-site", "same-site"), ("host", "limn.example")], false),
            (vec![("origin", "http://limn.example"), ("host", "limn.example")], true),
            (vec![("origin", "http://evil.example"), ("host", "limn.example")], false),
            (vec![("origin", "null"), ("host", "limn.example")], false),
            (vec![("referer", "http://limn.example/login"), ("host", "limn.example")], true),
            (vec![("host", "limn.example")], false),
        ] {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            assert_eq!(is_same_origin(&headers), allowed, "{pairs:?}");
        }
    }
}
