//! Tags name key facts in a word; a status is a glyph and a word; neither is ever told by colour alone.

use leptos::prelude::*;

use super::icon::{Icon, icon};
use crate::domain::profile_run::{ProfileRun, RunMode, RunReason, RunStatus};

/// What colour a tag has; the word says what it means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// No colour.
    #[default]
    Plain,
    /// Needs a person.
    High,
    /// Warns.
    Medium,
    /// Notes.
    Low,
    /// A decision or test that passed.
    Good,
    /// Selected, changed.
    Accent,
}

impl Tone {
    /// Class of a tag in this tone.
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "tag",
            Self::High => "tag hi",
            Self::Medium => "tag me",
            Self::Low => "tag lo",
            Self::Good => "tag ok",
            Self::Accent => "tag ac",
        }
    }
}

/// A word in a small frame: `key`, `new`, `inconsistent`.
pub fn tag(word: impl Into<String>, tone: Tone) -> AnyView {
    view! { <span class=tone.class()>{word.into()}</span> }.into_any()
}

/// Where figures come from: `source results`. A payload is dashed, because it is a way back, not the place.
pub fn source_tag(source: &str) -> AnyView {
    let class = if source == "payload" { "tag src pay" } else { "tag src" };
    view! { <span class=class>"source "<b>{source.to_owned()}</b></span> }.into_any()
}

/// The status of a run. A completed run that lost tables is `Partly`: still completed, and says so.
pub fn run_status(run: &ProfileRun) -> AnyView {
    let (mark, class, word) = match run.status {
        RunStatus::Running if run.cancel_requested => (Icon::Ring, "st run", "Cancelling"),
        RunStatus::Completed if run.mode == RunMode::Skip => (Icon::Skip, "st", "Skipped"),
        RunStatus::Completed if run.reason == Some(RunReason::SomeTablesFailed) || run.failed_table_count > 0 => {
            (Icon::Half, "st warn", "Partly")
        }
        RunStatus::Failed if run.reason == Some(RunReason::TimedOut) => (Icon::Fail, "st fail", "Timed out"),
        other => status_mark(other),
    };
    status(mark, class, word)
}

/// A glyph and a word in a class of `style/tag.css`: `st`, `st run`, `st fail`, `st warn`, `st good`.
pub fn status(mark: Icon, class: &'static str, word: impl Into<String>) -> AnyView {
    view! { <span class=class>{icon(mark, 14)}{word.into()}</span> }.into_any()
}

/// Glyph, class and word of a status.
fn status_mark(status: RunStatus) -> (Icon, &'static str, &'static str) {
    match status {
        RunStatus::Pending => (Icon::Wait, "st", "Queued"),
        RunStatus::Running => (Icon::Ring, "st run", "Running"),
        RunStatus::Completed => (Icon::Check, "st", "Completed"),
        RunStatus::Failed => (Icon::Fail, "st fail", "Failed"),
        RunStatus::Cancelled => (Icon::Cross, "st", "Cancelled"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_glyph_and_a_word_of_its_own() {
        let seen: Vec<_> = RunStatus::ALL.iter().map(|status| status_mark(*status)).collect();
        for (position, (mark, _, word)) in seen.iter().enumerate() {
            assert!(
                seen[..position].iter().all(|(other, _, text)| other != mark && text != word),
                "{word}"
            );
        }
    }

    #[test]
    fn a_payload_is_marked_as_a_way_back() {
        let html = |source: &'static str| Owner::new_root(None).with(|| source_tag(source).to_html());
        assert!(html("payload").contains("class=\"tag src pay\""));
        assert!(html("results").contains("<span class=\"tag src\">source <b>results"));
    }
}
