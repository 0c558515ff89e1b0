//! Refusals and failures: they set the status of the answer and give the page that says what to do.

use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::errors::{ErrorPage, error_view};
use super::request;
use super::titled;
use crate::services::error::AppError;

/// Nothing is here, or this person may not know that it is.
pub fn not_found() -> AnyView {
    failed(AppError::NotFound)
}

/// Logs the cause once, sets the status and shows title, what to do, and the reference.
pub fn failed(error: AppError) -> AnyView {
    let reference = error.log();
    let status = error.status();
    set_status(status);
    let page = ErrorPage {
        status,
        title: error.title(),
        detail: error.detail(),
        reference: (status >= 500).then_some(reference),
        is_signed_in: request::find_viewer().is_some(),
        path: request::path(),
    };
    titled(page.title.clone(), error_view(page))
}

/// Sets the status of the answer.
pub fn set_status(status: u16) {
    if let (Some(options), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        options.set_status(status);
    }
}
