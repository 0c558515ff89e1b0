//! Live runs as server-sent events: one event `run` with the whole run as JSON whenever it has changed.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::Path;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, stream};

use super::console::Console;
use super::problem::Problem;
use crate::domain::profile_run::ProfileRun;
use crate::services::error::AppError;
use crate::state::AppState;
use crate::store::profile_runs;

/// A page is told at most this often.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
/// A stream ends after so long and the browser opens it anew: whoever lost a role or his session is not told for ever.
const LONGEST_STREAM: Duration = Duration::from_secs(300);
/// Without a signal (another instance may do the work) the database is asked this often.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// One run until it has ended.
pub async fn one_run(Console { state, .. }: Console, Path(number): Path<String>) -> Result<Response, Problem> {
    let number = number.parse().map_err(|_| AppError::NotFound)?;
    let first = profile_runs::find_run(&state.db, number).await?.ok_or(AppError::NotFound)?;
    Ok(send(state, vec![first], Some(number)))
}

/// All runs that are active now, and those that become so.
pub async fn all_runs(Console { state, .. }: Console) -> Result<Response, Problem> {
    let first = active(&state).await?;
    Ok(send(state, first, None))
}

/// The active runs.
async fn active(state: &AppState) -> Result<Vec<ProfileRun>, AppError> {
    Ok(profile_runs::list_active_runs(&state.db).await?)
}

/// What one listener has been told.
struct Listener {
    state: AppState,
    number: Option<i64>,
    known: Vec<ProfileRun>,
    waiting: Vec<ProfileRun>,
    changes: tokio::sync::broadcast::Receiver<crate::domain::identifier::RunId>,
    ended: bool,
    until: tokio::time::Instant,
}

impl Listener {
    /// The next run to tell about; `None` ends the stream.
    async fn next(mut self) -> Option<(ProfileRun, Self)> {
        loop {
            if let Some(run) = self.waiting.pop() {
                self.ended = self.number.is_some() && run.status.is_terminal();
                return Some((run, self));
            }
            if self.ended || tokio::time::Instant::now() >= self.until {
                return None;
            }
            let signal = async {
                tokio::time::sleep(SHORTEST_PAUSE).await;
                // A missed or a closed signal is as good as one: the database is asked either way.
                let _ = tokio::time::timeout(LONGEST_PAUSE, self.changes.recv()).await;
            };
            tokio::select! {
                () = self.state.stop.cancelled() => return None,
                () = signal => {}
            }
            let now = match self.look().await {
                Ok(now) => now,
                Err(error) => {
                    error.log();
                    return None;
                }
            };
            self.waiting = now.iter().rev().filter(|run| !self.known.contains(run)).cloned().collect();
            self.known = now;
        }
    }

    /// The runs as they are; a run that was active and is no longer is told once more, with its end.
    async fn look(&self) -> Result<Vec<ProfileRun>, AppError> {
        if let Some(number) = self.number {
            return Ok(profile_runs::find_run(&self.state.db, number).await?.into_iter().collect());
        }
        let mut runs = active(&self.state).await?;
        for known in self.known.iter().filter(|known| !known.status.is_terminal()) {
            if !runs.iter().any(|run| run.number == known.number) {
                runs.extend(profile_runs::find_run(&self.state.db, known.number).await?);
            }
        }
        Ok(runs)
    }
}

/// Starts the stream.
fn send(state: AppState, first: Vec<ProfileRun>, number: Option<i64>) -> Response {
    let changes = state.signals.watch_changes();
    let listener = Listener {
        state,
        number,
        known: first.clone(),
        waiting: first,
        changes,
        ended: false,
        until: tokio::time::Instant::now() + LONGEST_STREAM,
    };
    let events = stream::unfold(listener, Listener::next).map(event);
    answer(events).into_response()
}

/// Keeps proxies awake.
fn answer<S: Stream<Item = Result<Event, Infallible>> + Send + 'static>(events: S) -> impl IntoResponse {
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

/// One event; a run always has a JSON form.
fn event(run: ProfileRun) -> Result<Event, Infallible> {
    let event = Event::default().event("run");
    Ok(event.data(serde_json::to_string(&run).unwrap_or_default()))
}
