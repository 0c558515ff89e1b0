//! What a table page says besides its figures: being profiled, failed, inconsistent, missing, rows refused.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::components::button::Button;
use crate::components::format::{count, counted};
use crate::components::moment::moment;
use crate::components::note::{Note, NoteKind};
use crate::domain::address::{ROOT_SCHEMA, TableAddress, encode_segment};
use crate::domain::column_answer::ProfileOrigin;
use crate::domain::query::ColumnsQuery;
use crate::domain::table::TableDetail;
use crate::pages::live::live_note;

/// A new name is told until the table has a history of its own.
const RUNS_TO_TELL: usize = 30;
/// Broken invariants that are named before the rest is counted.
const NAMED: usize = 5;

/// All notes of the page, the most urgent first.
pub fn notes(detail: &TableDetail, query: &ColumnsQuery, now: DateTime<Utc>, may_configure: bool) -> AnyView {
    view! {
        {detail.active_run.as_ref().map(|run| live_note(run, now))}
        {failure(detail, now)}
        {others(detail)}
        {inconsistent(detail)}
        {rejected(detail)}
        {missing(detail, now, may_configure)}
        {renamed(detail)}
        {unknown_runs(detail, query)}
    }
    .into_any()
}

/// The newest attempt failed; the profile below is older.
fn failure(detail: &TableDetail, now: DateTime<Utc>) -> Option<AnyView> {
    let failed = detail.summary.last_failure.as_ref()?;
    let older = detail
        .run
        .as_ref()
        .map(|run| format!(" The profile below is from run {}.", run.number))
        .unwrap_or_default();
    let sentence = view! { {failed.error.clone()}" "{failed.remedy.clone()}{older}" "{moment(failed.at, now)}"." };
    let open = Button::new(format!("Open run {}", failed.run_number)).link(format!("/runs/{}", failed.run_number));
    Some(
        Note::new(NoteKind::Error, format!("Run {} could not read this table", failed.run_number))
            .sentence(sentence)
            .actions(open)
            .view(),
    )
}

/// The run shown was written by another program: what there is of it, and what is not.
fn others(detail: &TableDetail) -> Option<AnyView> {
    let run = detail.run.as_ref()?;
    let read = run.others.as_ref()?;
    let title = match read.origin {
        ProfileOrigin::Payload => format!("Read from the payload of run {}", run.number),
        ProfileOrigin::Columns => format!("Read from the typed columns of run {}", run.number),
        ProfileOrigin::Results => format!("Run {} was written by another program", run.number),
    };
    let reason = read.reason.as_ref().map(|reason| format!("{reason} ")).unwrap_or_default();
    let compared = match read.origin {
        ProfileOrigin::Payload => " It is not compared with another run until it is loaded into the tables.",
        _ => "",
    };
    let sentence = format!("{reason}Another program wrote this run. {}{compared}", super::UNKNOWN_OF_OTHERS);
    Some(Note::new(NoteKind::Info, title).sentence(sentence).view())
}

/// A profile whose figures do not fit together is shown, and says so.
fn inconsistent(detail: &TableDetail) -> Option<AnyView> {
    let broken = &detail.run.as_ref()?.broken_invariants;
    if broken.is_empty() {
        return None;
    }
    let named: Vec<String> = broken.iter().take(NAMED).cloned().collect();
    let more = broken.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    let title = format!(
        "{} of this profile {} not hold",
        counted(broken.len() as u64, "check"),
        if broken.len() == 1 { "does" } else { "do" }
    );
    let sentence = format!("{}{rest}. Do not rely on these columns; profile the table again.", named.join("; "));
    Some(Note::new(NoteKind::Warning, title).sentence(sentence).view())
}

fn rejected(detail: &TableDetail) -> Option<AnyView> {
    let rejected = detail.run.as_ref()?.rejected.as_ref().filter(|rejected| rejected.count > 0)?;
    let title = format!(
        "{} could not be read and {} left out",
        counted(rejected.count, "record"),
        if rejected.count == 1 { "is" } else { "are" }
    );
    Some(
        Note::new(NoteKind::Warning, title)
            .sentence(format!("The first: {}", rejected.first))
            .view(),
    )
}

fn missing(detail: &TableDetail, now: DateTime<Utc>, may_configure: bool) -> Option<AnyView> {
    let since = detail.summary.missing_since?;
    if detail.summary.is_left_out {
        return Some(left_out(detail, since, now, may_configure));
    }
    let renamed = detail
        .summary
        .names
        .renamed_to
        .as_ref()
        .map(|name| format!(" {name} came when it went, of the same format and size: it seems to be renamed."));
    let sentence = view! { "It was last looked for " {moment(since, now)} ". Its profiles stay; look for tables again on its connection once it is back."{renamed} };
    let note = Note::new(NoteKind::Warning, "This table is no longer there").sentence(sentence);
    Some(if may_configure {
        note.actions(Button::new("Remove it").link(removal_path(detail))).view()
    } else {
        note.view()
    })
}

/// The masks of its group leave it out, whether its source has it or not.
fn left_out(detail: &TableDetail, since: DateTime<Utc>, now: DateTime<Utc>, may_configure: bool) -> AnyView {
    let group = detail.summary.table_group_name.clone();
    let sentence = view! { "The masks of " {group} " have left it out " {moment(since, now)} ". Its profiles stay; the group takes it again once its masks do." };
    let note = Note::new(NoteKind::Info, "This table is left out").sentence(sentence);
    if !may_configure {
        return note.view();
    }
    let masks = format!("/settings/groups/{}", encode_segment(detail.summary.table_group_id.as_str()));
    let actions = view! {
        {Button::new("See the masks").link(masks)}
        {Button::new("Remove it").link(removal_path(detail))}
    };
    note.actions(actions).view()
}

/// Where a table that is not there can be removed.
fn removal_path(detail: &TableDetail) -> String {
    let tab = ColumnsQuery {
        tab: "definition".into(),
        ..ColumnsQuery::default()
    };
    format!("{}{}#remove", detail.summary.address.path(), tab.to_query())
}

/// It came when another of its group went.
fn renamed(detail: &TableDetail) -> Option<AnyView> {
    let name = detail
        .summary
        .names
        .renamed_from
        .as_ref()
        .filter(|_| detail.runs.len() <= RUNS_TO_TELL)?;
    let address = &detail.summary.address;
    let (schema, table) = name
        .split_once('.')
        .map_or((ROOT_SCHEMA, name.as_str()), |(schema, table)| (schema, table));
    let before = TableAddress {
        connection_id: address.connection_id.clone(),
        schema_name: schema.to_owned(),
        table_name: table.to_owned(),
    };
    let sentence = format!("{name} went when this table came, of the same format and size. Its own history stays with its old name.");
    Some(
        Note::new(NoteKind::Info, format!("This table seems to have been {name} before"))
            .sentence(sentence)
            .actions(Button::new("Open its history").link(before.path()))
            .view(),
    )
}

/// A run number of the address that has no profile of this table.
fn unknown_runs(detail: &TableDetail, query: &ColumnsQuery) -> Option<AnyView> {
    let shown = detail.run.as_ref().map(|run| run.number);
    let compared = detail.compared.as_ref().map(|run| run.number);
    let mut unknown = Vec::new();
    if query.run.is_some() && query.run != shown {
        unknown.push(query.run);
    }
    if query.compare.is_some_and(|compare| compare != 0) && query.compare != compared {
        unknown.push(query.compare);
    }
    let names: Vec<String> = unknown.into_iter().flatten().map(|number| format!("Run {number}")).collect();
    if names.is_empty() {
        return None;
    }
    let title = format!("{} has no profile of this table", names.join(" and "));
    let sentence = shown.map_or_else(
        || "There is no other profile.".to_owned(),
        |number| format!("Run {number} is shown instead."),
    );
    Some(Note::new(NoteKind::Info, title).sentence(sentence).view())
}

/// What a table without rows held before, if it ever held any.
pub fn rows_before(detail: &TableDetail) -> Option<(i64, String)> {
    detail
        .runs
        .iter()
        .find(|run| run.row_count > 0)
        .map(|run| (run.number, count(run.row_count)))
}
