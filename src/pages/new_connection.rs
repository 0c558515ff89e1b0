//! A new connection of any kind, tested step by step before anything is kept.

use leptos::prelude::*;

use super::connection_form::{connection_form, words_of};
use super::{page, request, titled};
use crate::components::empty_state::empty_state;
use crate::components::format::{bytes, counted};
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::icon::{Icon, icon};
use crate::components::section::{SectionTitle, section};
use crate::domain::address::qualified_name;
use crate::domain::connection::{CheckStep, ConnectionCheck, ConnectionKind, FoundTable};
use crate::domain::connection_draft::ConnectionDraft;
use crate::domain::project::Project;
use crate::domain::user::Permission;
use crate::services::connection_checks::steps_of;
use crate::services::connections::test_connection;
use crate::store::projects::list_projects;

/// Found tables that are listed by name; more are counted.
const LISTED: usize = 12;
/// `/settings/connections/new?kind=&name=&location=&check=1`
#[component]
pub fn NewConnectionPage() -> impl IntoView {
    page(async move {
        let viewer = request::viewer_with(Permission::Configure)?;
        let state = request::state();
        let draft = ConnectionDraft::parse(&request::raw_query());
        let check = if draft.is_checked && draft.is_complete() {
            Some(test_connection(&state.db, &state.config, &viewer, &draft, None).await?)
        } else {
            None
        };
        let projects = list_projects(&state.db).await?;
        Ok(titled(
            words_of(draft.kind).title,
            new_connection_view(&draft, check.as_ref(), &projects),
        ))
    })
}

/// Draws the page.
pub fn new_connection_view(draft: &ConnectionDraft, check: Option<&ConnectionCheck>, projects: &[Project]) -> AnyView {
    let words = words_of(draft.kind);
    view! {
        {breadcrumb(vec![Crumb::new("Connections", "/settings/connections")])}
        {PageHead::new(words.title).lede(words.lede).view()}
        {kinds(draft)}
        <div class="cols lean-right">
            {section(SectionTitle::new("source", words.noun), connection_form(draft, check, projects))}
            {test_outcome(draft.kind, check)}
        </div>
    }
    .into_any()
}

/// The section of the test: its steps, and what was found.
pub fn test_outcome(kind: ConnectionKind, check: Option<&ConnectionCheck>) -> AnyView {
    section(
        SectionTitle::new("test", "Test").subtitle(said(kind, check)),
        view! { <div role="status">{outcome(kind, check)}</div> },
    )
}

/// The kinds, each with a form of its own.
fn kinds(draft: &ConnectionDraft) -> AnyView {
    let links: Vec<AnyView> = ConnectionKind::ALL
        .iter()
        .map(|kind| {
            let path = ConnectionDraft {
                kind: *kind,
                name: draft.name.clone(),
                ..ConnectionDraft::default()
            }
            .path();
            let current = (*kind == draft.kind).then_some("page");
            view! { <a href=path aria-current=current>{words_of(*kind).noun}</a> }.into_any()
        })
        .collect();
    view! { <nav class="tabs" aria-label="Kind of connection">{links}</nav> }.into_any()
}

/// How the test went, in a few words.
fn said(kind: ConnectionKind, check: Option<&ConnectionCheck>) -> String {
    match check {
        None => "not run yet".to_owned(),
        Some(check) => format!(
            "{} of {} steps passed",
            check.steps.iter().filter(|step| step.passed).count(),
            steps_of(kind).len()
        ),
    }
}

/// The steps, and the tables that were found.
fn outcome(kind: ConnectionKind, check: Option<&ConnectionCheck>) -> AnyView {
    let Some(check) = check else {
        return empty_state(
            None,
            "Nothing was tried yet",
            "The test looks at names and sizes only; no value is read and nothing is kept.",
            (),
        );
    };
    let tried = check.steps.iter().map(step_line);
    let left = steps_of(kind).iter().skip(check.steps.len()).map(|name| step_not_tried(name));
    let steps: Vec<AnyView> = tried.chain(left).collect();
    view! { <ol class="tests">{steps}</ol>{found_tables(&check.tables)} }.into_any()
}

/// A step that was tried.
fn step_line(step: &CheckStep) -> AnyView {
    let (class, mark, word) = if step.passed {
        ("st good", Icon::Check, "passed")
    } else {
        ("st fail", Icon::Fail, "failed")
    };
    view! {
        <li>
            <span class=class>{icon(mark, 16)}<span class="vh">{word}</span></span>
            <span class="strong">{step.name.clone()}</span>
            <span class="ink2">{step.message.clone()}</span>
        </li>
    }
    .into_any()
}

/// A step that an earlier failure kept from being tried.
fn step_not_tried(name: &'static str) -> AnyView {
    view! {
        <li>
            <span class="st">{icon(Icon::Wait, 16)}</span>
            <span class="strong">{name}</span>
            <span class="t2">"not tried, an earlier step failed"</span>
        </li>
    }
    .into_any()
}

/// The first tables that were found.
fn found_tables(tables: &[FoundTable]) -> AnyView {
    if tables.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = tables
        .iter()
        .take(LISTED)
        .map(|table| {
            view! {
                <tr>
                    <th scope="row" class="colname breaks">{qualified_name(&table.schema_name, &table.table_name)}</th>
                    <td>{table.format.clone()}</td>
                    <td class="num">{files(table)}</td>
                    <td class="num">{bytes(table.bytes)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let more = (tables.len() > LISTED)
        .then(|| view! { <p class="pager">{format!("and {} more", counted((tables.len() - LISTED) as u64, "table"))}</p> });
    view! {
        <table class="tbl tight rec spaced">
            <caption class="vh">"Tables found"</caption>
            <thead>
                <tr>
                    <th scope="col">"Table"</th>
                    <th scope="col">"Format"</th>
                    <th scope="col" class="num">"Files"</th>
                    <th scope="col" class="num">"Size"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {more}
    }
    .into_any()
}

/// How many files a table has; a table of a database has none.
fn files(table: &FoundTable) -> String {
    if table.files.is_empty() {
        String::new()
    } else {
        counted(table.files.len() as u64, "file")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(check: Option<ConnectionCheck>) -> String {
        let draft = ConnectionDraft::parse("name=Shop&location=%2Fdata%2F%22x%22&check=1");
        Owner::new_root(None).with(|| new_connection_view(&draft, check.as_ref(), &[]).to_html())
    }

    const STEPS: &[&str] = &["Path is absolute", "Folder exists", "Limn may read it", "Tables are found"];

    fn step(name: &str, passed: bool) -> CheckStep {
        CheckStep {
            name: name.into(),
            passed,
            message: format!("{name} said"),
        }
    }

    #[test]
    fn nothing_can_be_kept_before_the_test_has_passed() {
        let untested = html(None);
        assert!(
            !untested.contains("create-connection") && untested.contains("Test the folder"),
            "{untested}"
        );
        assert!(untested.contains("value=\"/data/&quot;x&quot;\""), "{untested}");
        let failed = html(Some(ConnectionCheck {
            steps: vec![step(STEPS[0], true), step(STEPS[1], false)],
            tables: Vec::new(),
        }));
        assert!(
            !failed.contains("create-connection") && failed.contains("1 of 4 steps passed"),
            "{failed}"
        );
        assert_eq!(failed.matches("not tried").count(), 2);
        assert!(failed.contains("aria-invalid=\"true\""), "the field says what is wrong");
    }

    #[test]
    fn a_database_has_a_form_of_its_own_whose_password_is_posted_and_never_shown() {
        let draft = ConnectionDraft::parse("kind=postgresql&host=db.example&database=shop&user=ada&tls=require&password=hunter2");
        let check = ConnectionCheck {
            steps: vec![
                step("Address is complete", true),
                step("Server is found", true),
                step("Server answers", true),
                step("Sign-in works", false),
            ],
            tables: Vec::new(),
        };
        let html = Owner::new_root(None).with(|| new_connection_view(&draft, Some(&check), &[]).to_html());
        assert!(html.contains("method=\"post\" action=\"/actions/test-connection\""), "{html}");
        assert!(html.contains("type=\"password\"") && !html.contains("hunter2"), "{html}");
        assert!(
            html.contains("3 of 6 steps passed") && html.matches("not tried").count() == 2,
            "{html}"
        );
        assert!(html.contains("value=\"require\" selected"), "{html}");
        assert!(html.contains("kind=sqlite") && html.contains("aria-current=\"page\""), "{html}");
        assert!(!html.contains("create-connection"), "{html}");
    }

    #[test]
    fn a_passed_test_names_the_tables_and_leads_on() {
        let tables = (0..14)
            .map(|n| FoundTable {
                schema_name: "-".into(),
                table_name: format!("t{n}"),
                files: vec!["a".into()],
                ..FoundTable::default()
            })
            .collect();
        let passed = html(Some(ConnectionCheck {
            steps: STEPS.iter().map(|name| step(name, true)).collect(),
            tables,
        }));
        assert!(
            passed.contains("formaction=\"/actions/create-connection\"") && passed.contains("Connect 14 tables"),
            "{passed}"
        );
        assert!(passed.contains("and 2 tables more") || passed.contains("and 2 tables"), "{passed}");
        assert_eq!(passed.matches("btn pri").count(), 1);
    }
}
