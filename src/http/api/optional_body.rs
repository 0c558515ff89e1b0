//! The members of a body that may be left out: nothing at all is as good as an object without members.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// The members of the object that was sent, or none.
pub struct OptionalObject(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for OptionalObject {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let read = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
        let bytes = read.map_err(IntoResponse::into_response)?;
        if bytes.is_empty() {
            return Ok(Self(Map::new()));
        }
        let whole = Request::from_parts(parts, Body::from(bytes));
        let Json(members) = Json::<Map<String, Value>>::from_request(whole, state)
            .await
            .map_err(IntoResponse::into_response)?;
        Ok(Self(members))
    }
}
