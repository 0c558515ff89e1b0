//! One bar a run over the last days: its height the duration, its shape and word the status; each is a link to the run.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::bar_chart::{Tick, axis};
use super::path::{length, percent};
use crate::components::format::duration;
use crate::domain::profile_run::{RunMode, RunStatus};

const HEIGHT: f64 = 52.0;
/// Fewer runs than this leave the rest of the width empty, so that few bars do not become walls.
const LEAST_SLOTS: usize = 60;

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunBar {
    /// Number.
    pub number: i64,
    /// Status.
    pub status: RunStatus,
    /// Full, skip, ...
    pub mode: RunMode,
    /// When it began (or was asked for).
    pub started_at: DateTime<Utc>,
    /// How long it took, or has taken.
    pub duration_ms: u64,
}

/// Draws the runs, oldest first. Nothing is drawn without runs.
pub fn run_bars(bars: &[RunBar], now: DateTime<Utc>) -> Option<AnyView> {
    let longest = bars.iter().map(|bar| bar.duration_ms).max()?.max(1);
    let slots = bars.len().max(LEAST_SLOTS);
    let first = slots - bars.len();
    let failed = bars.iter().filter(|bar| bar.status == RunStatus::Failed).count();
    let label = format!(
        "{} runs by duration, the longest {}; {failed} failed",
        bars.len(),
        duration(longest)
    );
    let drawn: Vec<AnyView> = bars
        .iter()
        .enumerate()
        .map(|(index, bar)| {
            let tall = (bar.duration_ms as f64 / longest as f64 * (HEIGHT - 2.0)).max(3.0);
            let (x, width) = (percent((first + index) as f64 / slots as f64), percent(0.8 / slots as f64));
            let title = format!("Run {}, {}, {}", bar.number, bar.status.word(), duration(bar.duration_ms));
            let cross = (bar.status == RunStatus::Failed)
                .then(|| view! { <rect class="cap" x=x.clone() width=width.clone() y=length(HEIGHT - tall - 3.0) height="2" /> });
            view! {
                <a href=format!("/runs/{}", bar.number) tabindex="-1" aria-label=title.clone()>
                    <rect class=class(bar) x=x.clone() width=width.clone() y=length(HEIGHT - tall) height=length(tall) />
                    {cross}
                    <rect class="hit" x=x width=percent(1.0 / slots as f64) height=length(HEIGHT)><title>{title.clone()}</title></rect>
                </a>
            }
            .into_any()
        })
        .collect();
    Some(
        view! {
            <figure class="run-bars">
                <svg class="plot" width="100%" height="72" role="group" aria-label=label>
                    {drawn}
                    <line class="ax" x1="0" x2="100%" y1="52.5" y2="52.5" />
                    {axis(&days(bars, first, slots, now), 66.0)}
                </svg>
            </figure>
        }
        .into_any(),
    )
}

/// Failed is vermilion with a cap, running is the accent, skipped and cancelled are pale.
fn class(bar: &RunBar) -> &'static str {
    match bar.status {
        RunStatus::Failed => "k hot",
        RunStatus::Running | RunStatus::Pending => "k now",
        RunStatus::Cancelled => "k soft",
        RunStatus::Completed if bar.mode == RunMode::Skip => "k soft",
        RunStatus::Completed => "k",
    }
}

/// The day at the first run of each day, where there is room.
fn days(bars: &[RunBar], first: usize, slots: usize, now: DateTime<Utc>) -> Vec<Tick> {
    let mut ticks: Vec<Tick> = Vec::new();
    let mut seen = None;
    for (index, bar) in bars.iter().enumerate() {
        let date = bar.started_at.date_naive();
        if seen == Some(date) {
            continue;
        }
        seen = Some(date);
        let position = (first + index) as f64 / slots as f64;
        let text = if date == now.date_naive() {
            "Today".to_owned()
        } else {
            date.format("%a %-d").to_string()
        };
        if ticks.last().is_some_and(|last| position - last.position < 0.06) {
            ticks.pop();
        }
        ticks.push(Tick {
            position,
            text,
            optional: ticks.len() % 2 == 1,
            ..Tick::default()
        });
    }
    ticks
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone};

    use super::*;
    use crate::components::graphics::rendered;

    fn bars(count: i64) -> Vec<RunBar> {
        let start = Utc.with_ymd_and_hms(2026, 11, 14, 1, 0, 0).unwrap();
        let status = |run: i64| if run % 5 == 0 { RunStatus::Failed } else { RunStatus::Completed };
        (0..count)
            .map(|run| RunBar {
                number: run,
                status: status(run),
                mode: RunMode::Full,
                started_at: start + Duration::hours(run * 3),
                duration_ms: 1_000 * run as u64,
            })
            .collect()
    }

    #[test]
    fn every_run_is_a_link_and_days_are_named_once() {
        let now = Utc.with_ymd_and_hms(2026, 11, 14, 12, 0, 0).unwrap();
        let html = rendered(|| run_bars(&bars(24), now).into_any());
        assert_eq!(html.matches("<a ").count(), 24);
        assert!(html.contains("href=\"/runs/7\"") && html.contains("Run 5, failed, 5 s"), "{html}");
        assert!(html.contains(">Today<") && html.contains(">Sun 15<"), "{html}");
        assert_eq!(html.matches("class=\"cap\"").count(), 5);
    }

    #[test]
    fn no_run_no_drawing_and_one_run_is_not_a_wall() {
        let now = Utc.with_ymd_and_hms(2026, 11, 20, 0, 0, 0).unwrap();
        assert!(run_bars(&[], now).is_none());
        let html = rendered(|| run_bars(&bars(1), now).into_any());
        assert!(html.contains("width=\"1.33%\""), "{html}");
    }
}
