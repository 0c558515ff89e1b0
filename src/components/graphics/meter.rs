//! Bars for one share: progress of a run, and a value against its limit.

use leptos::prelude::*;

use super::path::percent;

/// What a progress bar says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressTone {
    /// Under way.
    Running,
    /// Ended well.
    Done,
    /// Ended without results.
    Failed,
}

impl ProgressTone {
    fn class(self) -> &'static str {
        match self {
            Self::Running => "bar run",
            Self::Done => "bar",
            Self::Failed => "bar fail",
        }
    }
}

/// How far something is, 0..1, with value and label for readers. It fills the width of its cell.
pub fn progress_bar(share: f64, label: &str, tone: ProgressTone) -> AnyView {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    view! {
        <svg
            class=tone.class()
            width="100%"
            height="6"
            role="progressbar"
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=((share * 100.0).floor() as u32).to_string()
            aria-label=label.to_owned()
        >
            <rect class="ground" width="100%" height="6" />
            <rect class="fill" width=percent(share) height="6" />
        </svg>
    }
    .into_any()
}

/// A value against a limit on a stated scale: fill from the left, tick at the limit. `label` says both figures.
/// The scale runs from zero to whichever is larger, with a little room behind it.
pub fn limit_bar(value: f64, limit: Option<f64>, label: &str, tone: ProgressTone) -> AnyView {
    let largest = value.max(limit.unwrap_or(0.0));
    let scale = if largest.is_finite() && largest > 0.0 {
        largest * 1.08
    } else {
        1.0
    };
    let tick = limit.filter(|limit| limit.is_finite() && *limit > 0.0).map(|limit| {
        let x = percent(limit / scale);
        view! { <line class="tick" x1=x.clone() x2=x y1="0" y2="12" /> }
    });
    view! {
        <svg class=format!("{} limit", tone.class()) width="88" height="12" role="img" aria-label=label.to_owned()>
            <rect class="ground" y="3" width="100%" height="6" />
            <rect class="fill" y="3" width=percent(value / scale) height="6" />
            {tick}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn progress_is_never_rounded_up_to_done() {
        let drawn = rendered(|| progress_bar(0.999, "Run 7", ProgressTone::Running));
        assert!(
            drawn.contains("aria-valuenow=\"99\"") && drawn.contains("width=\"99.9%\""),
            "{drawn}"
        );
        assert!(rendered(|| progress_bar(f64::NAN, "Run 7", ProgressTone::Running)).contains("aria-valuenow=\"0\""));
    }

    #[test]
    fn without_a_limit_there_is_no_tick_and_nothing_leaves_the_bar() {
        assert!(!rendered(|| limit_bar(5.0, None, "took 5 s", ProgressTone::Done)).contains("<line"));
        let over = rendered(|| limit_bar(20.0, Some(10.0), "took 20 s, typical 10 s", ProgressTone::Failed));
        assert!(over.contains("width=\"92.59%\"") && over.contains("x1=\"46.3%\""), "{over}");
        assert!(rendered(|| limit_bar(0.0, Some(0.0), "nothing", ProgressTone::Done)).contains("width=\"0%\""));
    }
}
