//! Every route, and the layers around them.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Redirect, Response};
use axum::routing::{any, get, post};
use leptos::prelude::*;
use leptos_axum::{AxumRouteListing, LeptosRoutes};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::CompressionLevel;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::map_response_body::MapResponseBodyLayer;
use tower_http::timeout::TimeoutLayer;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration as CookieDuration;
use tower_sessions::{Expiry, SessionManagerLayer};

use super::{api, assets, data, events, format, gate, health, security};
use crate::domain::user::Viewer;
use crate::state::AppState;
use crate::store::sessions::Sessions;

/// Largest body of a form or of the API.
const LARGEST_BODY: usize = 2 << 20;
/// Longest time until an answer begins.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// A session ends after so many days.
const SESSION_DAYS: i64 = 14;

/// The pages' routes and the shell that draws them; handed in from the floor above.
pub struct Pages<F> {
    /// All routes, listed once for the process.
    pub routes: Vec<AxumRouteListing>,
    /// Draws the document.
    pub shell: F,
}

/// The whole server as one service.
pub fn build<F, V>(state: AppState, pages: Pages<F>) -> Router
where
    F: Fn(LeptosOptions) -> V + Clone + Copy + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let Pages { routes, shell } = pages;
    let context_state = state.clone();
    let context = move || {
        provide_context(scoped(&context_state));
        set_page_policy();
    };
    let not_found = leptos_axum::render_app_async_with_context(context.clone(), {
        let options = state.leptos.clone();
        move || shell(options.clone())
    });
    let actions = {
        let state = state.clone();
        move |request: Request| {
            let state = state.clone();
            leptos_axum::handle_server_fns_with_context(move || provide_context(scoped(&state)), request)
        }
    };
    let https = state.config.is_https();
    let routed = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/favicon.ico", get(assets::favicon))
        .route("/robots.txt", get(assets::robots))
        .route("/assets/{*path}", get(assets::serve))
        .route("/runs/events", get(events::all_runs))
        .route("/runs/{number}/events", get(events::one_run))
        .merge(api::routes::router())
        .route("/api/{*nothing}", any(api::negotiation::nothing_here))
        .route("/api", get(async || Redirect::permanent("/api/docs")))
        .route("/docs", get(async || Redirect::permanent("/api/docs")))
        .route("/redoc", get(async || Redirect::permanent("/api/docs")))
        .route("/actions/{name}", post(actions))
        .leptos_routes_with_context(&state, routes, context, {
            let options = state.leptos.clone();
            move || shell(options.clone())
        })
        .fallback(not_found)
        .with_state(state.clone());
    // Around the routing, not inside it: these look at the whole address, and some answer instead of the route.
    Router::new()
        .fallback_service(routed)
        .layer(middleware::from_fn_with_state(state.clone(), data::answer_data))
        .layer(middleware::from_fn_with_state(state.clone(), gate::require_viewer))
        .layer(session_layer(&state))
        .layer(middleware::from_fn(security::require_same_origin))
        .layer(middleware::from_fn(api::negotiation::answer_as_api))
        .layer(
            ServiceBuilder::new()
                .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
                .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
                .layer(MapResponseBodyLayer::new(Body::new))
                .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN)),
        )
        .layer(middleware::from_fn(log_request))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            security::set_headers(request, next, https)
        }))
        .layer(middleware::map_request(async |request: Request| format::normalise(request)))
        .layer(CatchPanicLayer::new())
}

/// Sessions: ours in the control database, a cookie that scripts cannot read.
fn session_layer(state: &AppState) -> SessionManagerLayer<Sessions> {
    let https = state.config.is_https();
    SessionManagerLayer::new(Sessions::new(state.db.clone()))
        .with_name(if https { "__Host-limn" } else { "limn" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(CookieDuration::days(SESSION_DAYS)))
}

/// The state as whoever sends this request may use it.
fn scoped(state: &AppState) -> AppState {
    let viewer = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Viewer>().cloned());
    state.for_viewer(viewer.as_ref())
}

/// Pages say which scripts are theirs.
fn set_page_policy() {
    if let (Some(nonce), Some(options)) = (leptos::nonce::use_nonce(), use_context::<leptos_axum::ResponseOptions>())
        && let Ok(value) = security::page_policy(&nonce).parse()
    {
        options.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}

/// One line for each request that is not an asset; a form's answer becomes 303, so that a reload never repeats it.
async fn log_request(request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    if response.status() == StatusCode::FOUND && !method.is_safe() {
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    if !path.starts_with("/assets/") {
        // Links are secrets until they are used.
        let path = if path.starts_with("/welcome/") {
            "/welcome/"
        } else {
            path.as_str()
        };
        let ms = started.elapsed().as_millis();
        tracing::debug!(%method, path, status = response.status().as_u16(), ms, "A request was answered");
    }
    response
}
