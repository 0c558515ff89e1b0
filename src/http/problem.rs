//! Errors of the API: `application/problem+json` with what is wrong, what to do, and the reference in the log.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::services::error::AppError;

/// Turns any error into a problem document.
pub struct Problem(pub AppError);

impl<E: Into<AppError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let reference = self.0.log();
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::json!({
            "type": "about:blank",
            "status": status.as_u16(),
            "title": self.0.title(),
            "detail": self.0.detail(),
            "reference": reference,
        });
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
        if let AppError::Throttled { wait_s } = self.0 {
            response.headers_mut().insert(header::RETRY_AFTER, wait_s.into());
        }
        response
    }
}
