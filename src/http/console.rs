//! What a handler works with: who asks, and the state as that person may use it. Handlers take nothing else of the state, so
//! that none of them reads beyond the scope of whoever asks.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::problem::Problem;
use crate::domain::user::Viewer;
use crate::services::error::AppError;
use crate::state::AppState;

/// Who asks, and what he may reach.
pub struct Console {
    /// The person, or the person behind the token.
    pub viewer: Viewer,
    /// The state within the person's scope.
    pub state: AppState,
}

impl FromRequestParts<AppState> for Console {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        // The gate has let nobody through without this.
        let viewer = parts.extensions.get::<Viewer>().cloned().ok_or(AppError::SignedOut)?;
        Ok(Self {
            state: state.for_viewer(Some(&viewer)),
            viewer,
        })
    }
}
