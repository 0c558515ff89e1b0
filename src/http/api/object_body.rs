//! The members of a JSON object as a type of ours. A struct would also be read from a list of its values: an object is asked for.

use axum::Json;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::problem::Problem;
use crate::services::error::AppError;

/// What the object said.
pub struct ObjectBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ObjectBody<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let Json(members) = Json::<Map<String, Value>>::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        read(members).map(Self).map_err(|error| Problem(error).into_response())
    }
}

/// Reads the members.
pub fn read<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, AppError> {
    serde_json::from_value(Value::Object(members))
        .map_err(|error| AppError::refused("The body does not fit", format!("{error}. See /api/docs.")))
}
