//! Errors of the API: `application/problem+json` with what is wrong, what to do, and the reference in the log.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::services::error::AppError;

/// What every refusal and failure of the API is.
const MEDIA_TYPE: &str = "application/problem+json";

/// Turns any error into a problem document.
pub struct Problem(pub AppError);

/// A refusal or failure.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always `about:blank`: the status says what kind it is.
    pub r#type: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// What is wrong.
    pub title: String,
    /// What to do about it.
    pub detail: String,
    /// Under this the log has the cause.
    pub reference: String,
}

impl ProblemBody {
    /// A problem in words.
    pub fn new(status: StatusCode, title: impl Into<String>, detail: impl Into<String>, reference: String) -> Self {
        Self {
            r#type: "about:blank",
            status: status.as_u16(),
            title: title.into(),
            detail: detail.into(),
            reference,
        }
    }
}

impl IntoResponse for ProblemBody {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // Five fields of texts and a number always have a JSON form.
        let body = serde_json::to_string(&self).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
    }
}

impl<E: Into<AppError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let reference = self.0.log();
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = ProblemBody::new(status, self.0.title(), self.0.detail(), reference).into_response();
        if let AppError::Throttled { wait_s } = self.0 {
            response.headers_mut().insert(header::RETRY_AFTER, wait_s.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Bearer realm=\"limn\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Whether an answer is a problem document already.
pub fn is_problem(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE)
}
