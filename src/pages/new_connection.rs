//! A new connection: name and folder, tested step by step before anything is kept.

use leptos::prelude::*;

use super::{page, request, titled};
use crate::components::empty_state::empty_state;
use crate::components::form_field::FormField;
use crate::components::format::{bytes, counted};
use crate::components::head::{Crumb, PageHead, breadcrumb};
use crate::components::icon::{Icon, icon};
use crate::components::section::{SectionTitle, section};
use crate::domain::address::qualified_name;
use crate::domain::connection::{CheckStep, ConnectionCheck, FoundTable};
use crate::domain::user::Permission;
use crate::services::connections::check_folder;

/// Found tables that are listed by name; more are counted.
const LISTED: usize = 12;
/// The steps of a test, for those that an earlier failure kept from being tried.
const STEPS: [&str; 4] = ["Path is absolute", "Folder exists", "Limn may read it", "Tables are found"];

/// What the form holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Name of the connection.
    pub name: String,
    /// Folder on the server.
    pub location: String,
    /// Whether a test was asked for.
    pub is_checked: bool,
}

impl Draft {
    /// Reads the query string.
    pub fn parse(query: &str) -> Self {
        let mut draft = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "name" => draft.name = value.trim().to_owned(),
                "location" => draft.location = value.trim().to_owned(),
                "check" => draft.is_checked = value == "1",
                _ => {}
            }
        }
        draft
    }
}

/// `/settings/connections/new?name=&location=&check=1`
#[component]
pub fn NewConnectionPage() -> impl IntoView {
    page(async move {
        request::viewer_with(Permission::Configure)?;
        let draft = Draft::parse(&request::raw_query());
        let check = if draft.is_checked && !draft.location.is_empty() {
            Some(check_folder(&request::state().config, &draft.location).await.0)
        } else {
            None
        };
        Ok(titled("Connect a folder", new_connection_view(&draft, check.as_ref())))
    })
}

/// Draws the page.
pub fn new_connection_view(draft: &Draft, check: Option<&ConnectionCheck>) -> AnyView {
    let lede = "Each Parquet, CSV or JSON-lines file below the folder is a table, and so is a folder of equal files. Limn only reads.";
    view! {
        {breadcrumb(vec![Crumb::new("Connections", "/settings/connections")])}
        {PageHead::new("Connect a folder").lede(lede).view()}
        <div class="cols lean-right">
            {section(SectionTitle::new("folder", "Folder"), form(draft, check))}
            {section(SectionTitle::new("test", "Test").subtitle(said(check)), view! { <div role="status">{outcome(check)}</div> })}
        </div>
    }
    .into_any()
}

/// One form, two buttons: test asks this page again, connect keeps what passed. The likely next one is primary.
fn form(draft: &Draft, check: Option<&ConnectionCheck>) -> AnyView {
    let passed = check.is_some_and(ConnectionCheck::passed);
    let failed = check
        .and_then(|check| check.steps.iter().find(|step| !step.passed))
        .map(|step| step.message.clone());
    let buttons = if passed {
        let label = check.map_or_else(String::new, |check| {
            format!("Connect {}", counted(check.tables.len() as u64, "table"))
        });
        view! {
            <button class="btn pri big" type="submit" formmethod="post" formaction="/actions/create-connection">{label}</button>
            <button class="btn big" type="submit" name="check" value="1">"Test again"</button>
        }
        .into_any()
    } else {
        view! { <button class="btn pri big" type="submit" name="check" value="1">{icon(Icon::Play, 14)}"Test the folder"</button> }
            .into_any()
    };
    view! {
        <form class="stack" method="get" action="/settings/connections/new">
            {FormField::new("location", "Folder on the server")
                .code()
                .longest(4_000)
                .value(draft.location.clone())
                .hint("The whole path, beginning with /.")
                .error(failed)
                .view()}
            {FormField::new("name", "Name")
                .longest(120)
                .value(draft.name.clone())
                .hint("Its address is made from the first name and stays; the name may change.")
                .view()}
            <div class="row">{buttons}<a class="btn big bare" href="/settings/connections">"Cancel"</a></div>
        </form>
    }
    .into_any()
}

/// How the test went, in a few words.
fn said(check: Option<&ConnectionCheck>) -> String {
    match check {
        None => "not run yet".to_owned(),
        Some(check) => format!(
            "{} of {} steps passed",
            check.steps.iter().filter(|step| step.passed).count(),
            STEPS.len()
        ),
    }
}

/// The steps, and the tables that were found.
fn outcome(check: Option<&ConnectionCheck>) -> AnyView {
    let Some(check) = check else {
        return empty_state(
            None,
            "Nothing was tried yet",
            "The test looks at names and sizes only; no value is read and nothing is kept.",
            (),
        );
    };
    let tried = check.steps.iter().map(step_line);
    let left = STEPS.iter().skip(check.steps.len()).map(|name| step_not_tried(name));
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
                    <td class="num">{counted(table.files.len() as u64, "file")}</td>
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

#[cfg(test)]
mod tests {
    use super::*;

    fn html(check: Option<ConnectionCheck>) -> String {
        let draft = Draft::parse("name=Shop&location=%2Fdata%2F%22x%22&check=1");
        Owner::new_root(None).with(|| new_connection_view(&draft, check.as_ref()).to_html())
    }

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
