//! The form of a connection, new or to be changed, by kind: a folder, a SQLite file, a PostgreSQL database.

use leptos::prelude::*;

use super::first_run_choice::first_run_choice;
use crate::components::form_field::FormField;
use crate::components::format::counted;
use crate::components::icon::{Icon, icon};
use crate::domain::connection::{ConnectionCheck, ConnectionKind};
use crate::domain::connection_draft::{ConnectionDraft, POSTGRES_PORT, TLS_MODES};
use crate::domain::project::Project;

/// How a kind is spoken of.
pub struct KindWords {
    /// Title of the page.
    pub title: &'static str,
    /// What it is.
    pub noun: &'static str,
    /// What becomes a table.
    pub lede: &'static str,
    /// Label of the button that runs the test.
    test: &'static str,
}

/// The words of a kind.
pub fn words_of(kind: ConnectionKind) -> KindWords {
    match kind {
        ConnectionKind::Folder => KindWords {
            title: "Connect a folder",
            noun: "Folder",
            lede: "Each Parquet, CSV, JSON-lines or Arrow file below the folder is a table, and so is a folder of equal files. Limn only reads.",
            test: "Test the folder",
        },
        ConnectionKind::Postgres => KindWords {
            title: "Connect a PostgreSQL database",
            noun: "PostgreSQL",
            lede: "Every table that the role may read. All tables of a run are read as of one moment, in read-only transactions.",
            test: "Test the database",
        },
        ConnectionKind::Sqlite => KindWords {
            title: "Connect a SQLite file",
            noun: "SQLite",
            lede: "Every table of the file. It is opened read only, and each table is read as of one moment.",
            test: "Test the file",
        },
    }
}

/// One form, two buttons: test shows this page again, connect keeps what passed. The likely next one is primary.
pub fn connection_form(draft: &ConnectionDraft, check: Option<&ConnectionCheck>, projects: &[Project]) -> AnyView {
    let passed = check.is_some_and(ConnectionCheck::passed);
    let test = words_of(draft.kind).test;
    // A password must not stand in an address, so that form is posted; the others are asked for by address.
    let (method, action) = match draft.kind {
        ConnectionKind::Postgres => ("post", "/actions/test-connection".to_owned()),
        ConnectionKind::Folder | ConnectionKind::Sqlite => ("get", draft.page()),
    };
    let is_kept = !draft.connection.is_empty();
    let buttons = if is_kept {
        view! {
            <button class="btn pri big" type="submit" formmethod="post" formaction="/actions/update-connection">"Save the connection"</button>
            <button class="btn big" type="submit" name="check" value="1">{icon(Icon::Play, 14)}{test}</button>
        }
        .into_any()
    } else if passed {
        let label = check.map_or_else(String::new, |check| {
            format!("Connect {}", counted(check.tables.len() as u64, "table"))
        });
        view! {
            {first_run_choice()}
            <button class="btn pri big" type="submit" formmethod="post" formaction="/actions/create-connection">{label}</button>
            <button class="btn big" type="submit" name="check" value="1">"Test again"</button>
        }
        .into_any()
    } else {
        view! { <button class="btn pri big" type="submit" name="check" value="1">{icon(Icon::Play, 14)}{test}</button> }.into_any()
    };
    let failure = check.and_then(|check| check.steps.iter().find(|step| !step.passed));
    let failed = |steps: &[&str]| {
        failure
            .filter(|step| steps.is_empty() || steps.contains(&step.name.as_str()))
            .map(|step| step.message.clone())
    };
    let fields = match draft.kind {
        ConnectionKind::Folder => path_field(draft, "Folder on the server", "The whole path, beginning with /.", failed(&[])),
        ConnectionKind::Sqlite => path_field(
            draft,
            "File on the server",
            "The whole path of the .db or .sqlite file.",
            failed(&[]),
        ),
        ConnectionKind::Postgres => postgres_fields(draft, check.is_some(), &failed),
    };
    view! {
        <form class="stack" method=method action=action>
            <input type="hidden" name="kind" value=draft.kind.word() />
            {is_kept.then(|| view! { <input type="hidden" name="connection" value=draft.connection.clone() /> })}
            {fields}
            {FormField::new("name", "Name")
                .longest(120)
                .value(draft.name.clone())
                .hint("Its address is made from the first name and stays; the name may change.")
                .view()}
            {project_field(draft, projects)}
            <div class="row">{buttons}<a class="btn big bare" href="/settings/connections">"Cancel"</a></div>
        </form>
    }
    .into_any()
}

/// The project that the connection belongs to, where there is a choice.
fn project_field(draft: &ConnectionDraft, projects: &[Project]) -> Option<AnyView> {
    if projects.len() < 2 {
        return None;
    }
    let options: Vec<AnyView> = projects
        .iter()
        .map(|project| {
            let key = project.project_key.to_string();
            view! { <option value=key.clone() selected=key == draft.project>{project.name.clone()}</option> }.into_any()
        })
        .collect();
    let view = view! {
        <div class="field">
            <label for="field-project">"Project"</label>
            <select class="in" id="field-project" name="project">{options}</select>
        </div>
    };
    Some(view.into_any())
}

/// A path on the server.
fn path_field(draft: &ConnectionDraft, label: &'static str, hint: &'static str, error: Option<String>) -> AnyView {
    FormField::new("location", label)
        .code()
        .longest(4_000)
        .value(draft.location.clone())
        .hint(hint)
        .error(error)
        .view()
}

/// Host, port, database, role, password, TLS. The password is never written back into the page.
fn postgres_fields(draft: &ConnectionDraft, was_tested: bool, failed: &dyn Fn(&[&str]) -> Option<String>) -> AnyView {
    let password_hint = if !draft.connection.is_empty() {
        "Empty keeps the one that is kept, for the same server and role. It is never shown."
    } else if was_tested {
        "Leave it empty to use the one that was just tested."
    } else {
        "It is kept sealed, never shown again, and may stay empty where the server asks for none."
    };
    let chosen = if draft.tls.is_empty() { TLS_MODES[0].0 } else { draft.tls.as_str() };
    let modes: Vec<AnyView> = TLS_MODES
        .iter()
        .map(|(mode, words)| view! { <option value=*mode selected=*mode == chosen>{*words}</option> }.into_any())
        .collect();
    view! {
        {FormField::new("host", "Host")
            .code()
            .longest(255)
            .value(draft.host.clone())
            .hint("A name or an address.")
            .error(failed(&["Address is complete", "Server is found", "Server answers"]))
            .view()}
        {FormField::new("port", "Port").code().optional().longest(5).value(draft.port.clone()).hint(format!("Empty means {POSTGRES_PORT}.")).view()}
        {FormField::new("database", "Database").code().longest(63).value(draft.database.clone()).view()}
        {FormField::new("user", "User")
            .code()
            .longest(63)
            .value(draft.user.clone())
            .hint("A role that may SELECT, and nothing else, is best.")
            .error(failed(&["Sign-in works", "Limn only reads", "Tables are found"]))
            .view()}
        {FormField::password("password", "Password", "off").optional().hint(password_hint).view()}
        <div class="field">
            <label for="field-tls">"Encryption"</label>
            <select class="in" id="field-tls" name="tls">{modes}</select>
        </div>
    }
    .into_any()
}
