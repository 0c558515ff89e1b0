//! The log of a run: sentences with their level, filtered by the address.

use leptos::prelude::*;

use super::{LOG_LINES, RunModel};
use crate::components::filter_row::{Segment, segmented};
use crate::components::format::count;
use crate::components::moment::stamp;
use crate::components::section::{SectionTitle, section};
use crate::domain::profile_run::RunLogLine;
use crate::domain::query::query_string;

/// The panel.
pub fn log_section(model: &RunModel) -> AnyView {
    let at_least = |level: &str| model.log.iter().filter(|line| weight(&line.level) >= weight(level)).count() as u64;
    let sort = if model.by_duration { "took" } else { "" };
    let segment = |label: &'static str, level: &'static str| Segment {
        label,
        count: Some(at_least(level)),
        href: format!("/runs/{}{}#log", model.run.number, query_string(&[("sort", sort), ("log", level)])),
        is_current: if level.is_empty() {
            weight(&model.log_level) == 0
        } else {
            model.log_level == level
        },
    };
    let switch = segmented(
        "Level of the log",
        vec![segment("All", ""), segment("Warnings", "warn"), segment("Errors", "error")],
    );
    let shown: Vec<&RunLogLine> = model
        .log
        .iter()
        .filter(|line| weight(&line.level) >= weight(&model.log_level))
        .collect();
    let cut = if model.log.len() as u32 >= LOG_LINES {
        ", the newest ones"
    } else {
        ""
    };
    let subtitle = format!("{} of {} lines{cut}, UTC", count(shown.len() as u64), count(model.log.len() as u64));
    let lines: Vec<AnyView> = shown.into_iter().map(line).collect();
    let content = if lines.is_empty() {
        let why = if model.log.is_empty() {
            "Nothing was logged yet."
        } else {
            "No line of this level."
        };
        view! { <p class="t2">{why}</p> }.into_any()
    } else {
        view! { <ol class="log" tabindex="0" aria-label="Log lines">{lines}</ol> }.into_any()
    };
    section(SectionTitle::new("log", "Log").subtitle(subtitle).controls(switch), content)
}

fn line(line: &RunLogLine) -> AnyView {
    let class = match line.level.as_str() {
        "error" => "e",
        "warn" => "w",
        _ => "",
    };
    view! {
        <li class=class>
            <time datetime=line.at.to_rfc3339() title=stamp(line.at)>{line.at.format("%H:%M:%S").to_string()}</time>
            <span class="lv">{line.level.clone()}</span>
            <span class="m">{line.message.clone()}</span>
        </li>
    }
    .into_any()
}

fn weight(level: &str) -> u8 {
    match level {
        "error" => 2,
        "warn" => 1,
        _ => 0,
    }
}
