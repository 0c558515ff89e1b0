//! A run under way as pages show it: a bar and a line that the browser patches, and the way it refreshes without script.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::look_again_without_script;
use crate::components::button::Button;
use crate::components::format::duration;
use crate::components::graphics::meter::{ProgressTone, progress_bar};
use crate::components::live_progress::progress_line;
use crate::components::tag::run_status;
use crate::domain::profile_run::{ProfileRun, RunStatus};
use crate::islands::live_run::LiveRun;

/// Bar and line of one run; the browser finds them by `data-run` and `data-live`.
pub fn live_progress(run: &ProfileRun, now: DateTime<Utc>) -> AnyView {
    let share = run.progress.as_ref().map_or(0.0, |progress| progress.ratio());
    let bar = progress_bar(share, &format!("Run {}", run.number), ProgressTone::Running);
    view! { <div class="live-progress"><span data-live="bar">{bar}</span><small data-live="line">{live_line(run, now)}</small></div> }
        .into_any()
}

/// What a run under way does, in a line.
pub fn live_line(run: &ProfileRun, now: DateTime<Utc>) -> String {
    match (run.status, &run.progress) {
        _ if run.cancel_requested => "Being cancelled".to_owned(),
        (RunStatus::Pending, _) => {
            let waited = u64::try_from((now - run.requested_at).num_milliseconds()).unwrap_or(0);
            format!("Waiting for a place, for {}", duration(waited / 1_000 * 1_000))
        }
        (_, Some(progress)) => progress_line(progress),
        (_, None) => "Starting".to_owned(),
    }
}

/// The note of a table page whose group is being profiled.
pub fn live_note(run: &ProfileRun, now: DateTime<Utc>) -> AnyView {
    let open = Button::new(format!("Open run {}", run.number)).link(format!("/runs/{}", run.number));
    view! {
        <div class="note live" role="note" data-run=run.number.to_string() data-status=run.status.word()>
            {run_status(run)}
            <div><b>{format!("Run {} is profiling {}", run.number, run.table_group_name)}</b>{live_progress(run, now)}</div>
            <div class="acts">{open}</div>
        </div>
        <LiveRun url=format!("/runs/{}/events", run.number) />
        {look_again_without_script(true)}
    }
    .into_any()
}
