//! What handlers, server functions and pages may reach.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use tokio_util::sync::CancellationToken;

use crate::domain::scope::Scope;
use crate::domain::user::Viewer;
use crate::services::configuration::Configuration;
use crate::services::rate_limits::RateLimits;
use crate::services::run_signals::RunSignals;
use crate::store::Database;

/// Cheap to clone; one for the life of the server.
#[derive(Clone, Debug, FromRef)]
pub struct AppState {
    /// Control database.
    pub db: Database,
    /// What the administrator set from outside.
    pub config: Arc<Configuration>,
    /// How often programs may ask.
    pub limits: RateLimits,
    /// Who is told when a run changes.
    pub signals: RunSignals,
    /// Names of the browser's half, for the shell.
    pub leptos: LeptosOptions,
    /// Fires when the server shuts down; open event streams end then.
    #[from_ref(skip)]
    pub stop: CancellationToken,
}

impl AppState {
    /// The state as somebody may use it: its database shows what lies inside the person's scope, personal values where the person may
    /// see them, and nothing of the catalogue to those who are not signed in.
    pub fn for_viewer(&self, viewer: Option<&Viewer>) -> Self {
        Self {
            db: self
                .db
                .within(viewer.map_or_else(Scope::nothing, Viewer::scope))
                .veiled(viewer.map_or_else(Scope::nothing, Viewer::values_scope)),
            ..self.clone()
        }
    }
}
