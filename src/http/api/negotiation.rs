//! What holds for every address of the API: it answers JSON, and every refusal is a problem document, whoever refused.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::problem::{ProblemBody, is_problem};
use crate::services::error::AppError;

/// Longest text of another layer's refusal that is passed on.
const LONGEST_REASON: usize = 4_096;

/// Addresses that are not for pages.
pub fn is_api(path: &str) -> bool {
    let api = ["/api/", "/data-quality/", "/table-groups/"];
    api.iter().any(|prefix| path.starts_with(prefix)) && path != "/api/docs"
}

/// Refuses callers that take no JSON, and gives every refusal the one form.
pub async fn answer_as_api(request: Request, next: Next) -> Response {
    if !is_api(request.uri().path()) {
        return next.run(request).await;
    }
    if !takes_json(request.headers()) {
        let detail = "The API answers application/json. Send Accept: application/json, or none.";
        return ProblemBody::new(
            StatusCode::NOT_ACCEPTABLE,
            "This form cannot be had",
            detail,
            AppError::new_reference(),
        )
        .into_response();
    }
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_problem(&response) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let reason = match to_bytes(body, LONGEST_REASON).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).trim().to_owned(),
        // Longer than a refusal is: not meant for the caller.
        Err(_) => String::new(),
    };
    let (title, advice) = words(status);
    let detail = if reason.is_empty() || status.is_server_error() {
        advice.to_owned()
    } else {
        format!("{}. {advice}", reason.trim_end_matches('.'))
    };
    let reference = AppError::new_reference();
    tracing::debug!(reference, %status, reason, "A request to the API was refused");
    let mut problem = ProblemBody::new(status, title, detail, reference).into_response();
    for name in [header::ALLOW, header::RETRY_AFTER, header::ACCEPT] {
        if let Some(value) = parts.headers.get(&name) {
            problem.headers_mut().insert(name, value.clone());
        }
    }
    problem
}

/// What the statuses say that other layers answer with.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::BAD_REQUEST => ("The request cannot be understood", "See /api/docs for what this address takes."),
        StatusCode::NOT_FOUND => ("There is nothing at this address", "See /api/docs for the addresses there are."),
        StatusCode::METHOD_NOT_ALLOWED => ("This cannot be done here", "The header Allow names what can."),
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => ("This took too long", "Try again, or ask for less."),
        StatusCode::PAYLOAD_TOO_LARGE => ("The body is too large", "Send less at once."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("The body is of another kind", "Send JSON and say Content-Type: application/json."),
        StatusCode::UNPROCESSABLE_ENTITY => ("The body does not fit", "See /api/docs for what this address takes."),
        StatusCode::INTERNAL_SERVER_ERROR => (
            "Limn could not finish this",
            "Try again; if it stays, send the reference to an administrator.",
        ),
        _ => ("The request was refused", "See /api/docs for what this address takes."),
    }
}

/// Whether the caller takes JSON, or CSV where it asks for that by its parameter.
fn takes_json(headers: &HeaderMap) -> bool {
    let mut accepts = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .peekable();
    if accepts.peek().is_none() {
        return true;
    }
    let kinds = accepts.flat_map(|line| line.split(',')).map(|kind| {
        let mut parts = kind.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        (name, is_refused)
    });
    let known = [
        "",
        "*/*",
        "application/*",
        "application/json",
        "application/problem+json",
        "text/csv",
        "text/*",
        "text/html",
    ];
    kinds
        .into_iter()
        .any(|(name, is_refused)| !is_refused && known.contains(&name.as_str()))
}

/// The answer to an address of the API that does not exist.
pub async fn nothing_here() -> Response {
    (StatusCode::NOT_FOUND, Body::empty()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn callers_that_take_no_json_are_told() {
        for (accept, taken) in [
            (None, true),
            (Some("*/*"), true),
            (Some("application/json"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("image/png, application/*;q=0.5"), true),
            (Some("application/json;q=0"), false),
            (Some("application/xml"), false),
            (Some("image/png"), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            assert_eq!(takes_json(&headers), taken, "{accept:?}");
        }
    }
}
