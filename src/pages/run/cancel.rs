//! `/runs/{number}/cancel`: asks before a run is cancelled; works without script.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::run_number;
use crate::components::button::{Button, Weight};
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::tag::run_status;
use crate::domain::profile_run::{ProfileRun, RunStatus};
use crate::domain::user::Permission;
use crate::pages::live::live_line;
use crate::pages::{page, request, respond, titled};
use crate::store::profile_runs::find_run;

/// `/runs/:number/cancel`
#[component]
pub fn CancelRunPage() -> impl IntoView {
    let number = run_number();
    page(async move {
        request::viewer_with(Permission::RunProfiling)?;
        let db = request::state().db;
        let Some(run) = (match number {
            Some(number) => find_run(&db, number).await?,
            None => None,
        }) else {
            return Ok(respond::not_found());
        };
        Ok(titled(format!("Cancel run {}", run.number), cancel_view(&run, request::now())))
    })
}

/// The question, with what is lost and what stays.
pub fn cancel_view(run: &ProfileRun, now: DateTime<Utc>) -> AnyView {
    let here = format!("/runs/{}", run.number);
    let way = breadcrumb(vec![
        Crumb::new("Runs", "/runs"),
        Crumb::new(format!("Run {}", run.number), here.clone()),
    ]);
    if run.status.is_terminal() || run.cancel_requested {
        let why = if run.status.is_terminal() {
            "It has ended; there is nothing to cancel."
        } else {
            "It is already being cancelled."
        };
        let head = PageHead::name(format!("Run {}", run.number), run_status(run)).lede(why).view();
        return view! { {way}{head}<div class="confirm">{Button::primary("Open the run").link(here)}</div> }.into_any();
    }
    let lost = match run.status {
        RunStatus::Pending => "It has not started, so nothing is lost.",
        _ => "What it has read so far is not stored. The profiles of earlier runs stay as they are.",
    };
    let fields = [("profile_run_id", run.profile_run_id.to_string()), ("back", here.clone())];
    view! {
        {way}
        {PageHead::new(format!("Cancel run {}?", run.number)).lede(format!("{}. {}", run.table_group_name, live_line(run, now))).view()}
        <div class="confirm">
            <p>{lost}</p>
            <div class="acts">
                {Button::new("Cancel the run").weight(Weight::Danger).post("cancel-run", &fields)}
                {Button::new("Let it run").link(here)}
            </div>
        </div>
    }
    .into_any()
}
