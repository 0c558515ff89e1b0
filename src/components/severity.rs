//! How much a finding matters: a shape and a word, never a colour alone.

use leptos::prelude::*;

use super::icon::{Icon, icon};
use crate::domain::anomaly::Severity;

/// Shape and class of a severity.
fn parts(severity: Severity) -> (&'static str, Icon) {
    match severity {
        Severity::Critical | Severity::High => ("sv high", Icon::High),
        Severity::Medium => ("sv med", Icon::Medium),
        Severity::Low | Severity::Info => ("sv low", Icon::Low),
    }
}

/// The word as the interface says it.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

/// Shape and word.
pub fn severity_mark(severity: Severity) -> AnyView {
    let (class, mark) = parts(severity);
    view! { <span class=class>{icon(mark, 10)}{severity_word(severity)}</span> }.into_any()
}

/// Shape and count, for dense lists; critical always has its word.
pub fn severity_count(severity: Severity, count: u64, what: &str) -> AnyView {
    let (class, mark) = parts(severity);
    let word = (severity == Severity::Critical).then_some("critical ");
    let said = format!(" {what}, the worst {}", severity.word());
    view! { <span class=class>{icon(mark, 10)}{word}{super::format::count(count)}<span class="vh">{said}</span></span> }.into_any()
}
