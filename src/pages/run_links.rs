//! Addresses and menus that choose a run: which one is shown, which one it is compared with, which form it is exported in.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::components::button::Button;
use crate::components::filter_row::{Choice, menu};
use crate::components::format::counted;
use crate::components::graphics::RunNames;
use crate::components::icon::Icon;
use crate::components::moment::{clock, day};
use crate::domain::profile_run::RunMode;
use crate::domain::query::ColumnsQuery;
use crate::domain::table::{TableDetail, TableRun};

/// Most runs in a menu; the tab of runs lists them all.
const MENU_RUNS: usize = 30;

/// The same address with one thing changed.
pub fn with(query: &ColumnsQuery, change: impl FnOnce(&mut ColumnsQuery)) -> ColumnsQuery {
    let mut changed = query.clone();
    change(&mut changed);
    changed
}

/// How the runs of a page are called.
pub fn run_names(detail: &TableDetail) -> RunNames {
    let name = |run: &TableRun| format!("run {}", run.number);
    RunNames {
        shown: detail.run.as_ref().map(name).unwrap_or_default(),
        compared: detail.compared.as_ref().map(name),
    }
}

/// Chooses the run that is shown; the newest is the address without a run.
pub fn run_menu(path: &str, detail: &TableDetail, query: &ColumnsQuery, now: DateTime<Utc>) -> Option<AnyView> {
    let shown = detail.run.as_ref()?;
    let newest = detail.runs.first().map(|run| run.number);
    let choices = detail.runs.iter().take(MENU_RUNS).map(|run| {
        let next = with(query, |query| {
            query.run = (Some(run.number) != newest).then_some(run.number);
            query.compare = query.compare.filter(|compare| *compare == 0);
        });
        Choice {
            label: format!("Run {}", run.number),
            detail: run_detail(run, now),
            href: format!("{path}{}", next.to_query()),
            is_current: run.number == shown.number,
        }
    });
    let value = format!("{}, {}", shown.number, day(shown.completed_at, now));
    Some(menu("Run", &value, choices.collect()))
}

/// Chooses the run that is compared with, or none.
pub fn compare_menu(path: &str, detail: &TableDetail, query: &ColumnsQuery, now: DateTime<Utc>) -> Option<AnyView> {
    let shown = detail.run.as_ref()?;
    let compared = detail.compared.as_ref().map(|run| run.number);
    let href = |compare: i64| format!("{path}{}", with(query, |query| query.compare = Some(compare)).to_query());
    let mut choices: Vec<Choice> = detail
        .runs
        .iter()
        .filter(|run| run.number != shown.number)
        .take(MENU_RUNS)
        .map(|run| Choice {
            label: format!("Run {}", run.number),
            detail: run_detail(run, now),
            href: href(run.number),
            is_current: compared == Some(run.number),
        })
        .collect();
    choices.push(Choice {
        label: "none".into(),
        detail: String::new(),
        href: href(0),
        is_current: compared.is_none(),
    });
    let value = compared.map_or_else(|| "none".to_owned(), |number| format!("run {number}"));
    Some(menu("Compare", &value, choices))
}

fn run_detail(run: &TableRun, now: DateTime<Utc>) -> String {
    format!(
        "{} {}, {}",
        day(run.completed_at, now),
        clock(run.completed_at),
        counted(run.row_count, "row")
    )
}

/// The same data as a file.
pub fn export_link(path: &str, query: &str, format: &str) -> String {
    let joint = if query.is_empty() { '?' } else { '&' };
    format!("{path}{query}{joint}format={format}")
}

/// The button that starts a run for one table.
pub fn profile_button(detail: &TableDetail, label: &str, back: String, is_primary: bool) -> AnyView {
    let button = if is_primary { Button::primary(label) } else { Button::new(label) };
    let fields = [
        ("table_group_id", detail.summary.table_group_id.to_string()),
        ("table_id", detail.summary.table_id.to_string()),
        ("back", back),
    ];
    button.icon(Icon::Play).post("start-run", &fields)
}

/// The button that starts a run which reads every file of the table, also those that have not changed.
pub fn read_everything_button(detail: &TableDetail, back: String) -> AnyView {
    let fields = [
        ("table_group_id", detail.summary.table_group_id.to_string()),
        ("table_id", detail.summary.table_id.to_string()),
        ("mode", RunMode::Full.word().to_owned()),
        ("back", back),
    ];
    Button::new("Read all files").post("start-run", &fields)
}
