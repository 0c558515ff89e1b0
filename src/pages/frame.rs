//! What stands around every page: rail with navigation, the message of the last action, main column.
//!
//! Before sign-in there is only the page itself: nothing tells who or what exists.

use leptos::prelude::*;

use super::request;
use crate::components::format::{count, count_up_to, counted};
use crate::components::icon::{Icon, brand_mark, icon};
use crate::components::keys_dialog::keys_dialog;
use crate::components::note::{Note, NoteKind};
use crate::domain::user::{COUNTED_ALERTS, Permission, Viewer};
use crate::http::cookies::{Flash, Scheme};
use crate::islands::shortcuts::Shortcuts;

/// What the rail shows.
#[derive(Clone, Debug)]
pub struct Rail {
    /// Who is signed in.
    pub viewer: Viewer,
    /// Which colours are chosen.
    pub scheme: Scheme,
    /// Path of the page.
    pub path: String,
    /// Path and query, to come back to.
    pub here: String,
}

/// Puts the frame around the pages.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let flash = request::flash();
    match request::find_viewer() {
        Some(viewer) if !is_door(&request::path()) => {
            let rail = Rail {
                viewer,
                scheme: request::scheme(),
                path: request::path(),
                here: request::here(),
            };
            view! {
                <a class="skip" href="#main">"Skip to content"</a>
                <div class="app">
                    {rail_view(rail)}
                    <main id="main" tabindex="-1">
                        {flash_view(flash, &request::here())}
                        {children()}
                    </main>
                </div>
                {keys_dialog()}
                <Shortcuts />
            }
            .into_any()
        }
        _ => children().into_any(),
    }
}

/// Pages that have no rail even for somebody who is signed in; they show the message themselves.
fn is_door(path: &str) -> bool {
    path == "/login" || path.starts_with("/welcome/")
}

/// The message of the last action.
pub fn flash_view(flash: Option<Flash>, here: &str) -> AnyView {
    let Some(flash) = flash else { return ().into_any() };
    let note = Note::new(if flash.ok { NoteKind::Done } else { NoteKind::Error }, flash.title).announced();
    let note = match flash.undo {
        Some(batch) => note.actions(undo_form(batch, here)),
        None => note,
    };
    if flash.detail.is_empty() {
        note.view()
    } else {
        note.sentence(flash.detail).view()
    }
}

/// Takes the last act back.
fn undo_form(batch: String, here: &str) -> AnyView {
    view! {
        <form method="post" action="/actions/undo-alerts" data-undo="">
            <input type="hidden" name="batch" value=batch />
            <input type="hidden" name="back" value=here.to_owned() />
            <button class="btn" type="submit" data-key="z">{icon(Icon::Undo, 14)}"Undo "<kbd>"z"</kbd></button>
        </form>
    }
    .into_any()
}

/// Draws the rail; below 900 px a bar whose navigation is a popover.
pub fn rail_view(rail: Rail) -> AnyView {
    view! {
        <header class="rail">
            <a class="brand" href="/" aria-label="Limn, overview">{brand_mark(20)}"Limn"</a>
            <p class="scope clip" title=rail.viewer.project_name.clone()>{rail.viewer.project_name.clone()}</p>
            <form class="find" role="search" method="get" action="/find" aria-label="Find">
                {icon(Icon::Search, 14)}
                <label class="vh" for="find">"Find a table, column, run or alert"</label>
                <input id="find" type="search" name="q" placeholder="Find anything" maxlength="200" autocomplete="off" />
                <kbd aria-hidden="true">"/"</kbd>
            </form>
            <a class="btn sq only-narrow" href="/find" aria-label="Find a table, column, run or alert">{icon(Icon::Search, 16)}</a>
            <button class="btn sq only-narrow" type="button" popovertarget="nav" aria-label="Menu">{icon(Icon::Menu, 16)}</button>
            <div class="nav-wrap" id="nav" popover="auto">
                {navigation(&rail.viewer, &rail.path)}
                <div class="rail-foot">
                    {engine_state(rail.viewer.active_run_count)}
                    {scheme_switch(rail.scheme, &rail.here)}
                    {signed_in(&rail.viewer)}
                </div>
            </div>
        </header>
    }
    .into_any()
}

/// The navigation: what exists, and only what the person may open.
fn navigation(viewer: &Viewer, path: &str) -> AnyView {
    let runs = (viewer.active_run_count > 0).then_some((count(viewer.active_run_count), " active"));
    let tables = (viewer.table_count > 0).then_some((count(viewer.table_count), " tables"));
    let alerts = (viewer.open_alert_count > 0).then_some((count_up_to(viewer.open_alert_count, COUNTED_ALERTS), " open alerts"));
    let admin = viewer.user.may(Permission::Configure).then(|| {
        view! {
            <h2>"Admin"</h2>
            {entry("/settings/connections", "Settings", Icon::Settings, None, path.starts_with("/settings"))}
        }
    });
    view! {
        <nav class="nav" aria-label="Main">
            <h2>"Explore"</h2>
            {entry("/", "Overview", Icon::Overview, None, path == "/" || path == "/start")}
            {entry("/tables", "Tables", Icon::Table, tables, path == "/tables" || path.starts_with("/tables/"))}
            <h2>"Operate"</h2>
            {entry("/runs", "Runs", Icon::Runs, runs, path == "/runs" || path.starts_with("/runs/"))}
            {entry("/alerts", "Alerts", Icon::Alert, alerts, path == "/alerts" || path.starts_with("/alerts/"))}
            {admin}
        </nav>
    }
    .into_any()
}

/// One entry with the figure at its end.
fn entry(href: &'static str, label: &'static str, mark: Icon, figure: Option<(String, &'static str)>, is_current: bool) -> AnyView {
    let figure = figure.map(|(value, of_what)| view! { <span class="n">{value}<span class="vh">{of_what}</span></span> });
    view! { <a href=href aria-current=is_current.then_some("page")>{icon(mark, 16)}{label}{figure}</a> }.into_any()
}

/// What the engine does now.
fn engine_state(active_runs: u64) -> AnyView {
    let (class, mark, said) = match active_runs {
        0 => ("engine", Icon::Check, "ready".to_owned()),
        active => ("engine busy", Icon::Ring, format!("{} in hand", counted(active, "run"))),
    };
    view! { <div class=class>{icon(mark, 14)}<b class="strong">"Embedded engine"</b><small>{said}</small></div> }.into_any()
}

/// The colour scheme: one form, three buttons.
fn scheme_switch(scheme: Scheme, here: &str) -> AnyView {
    let button = |of: Scheme, label: &'static str| {
        let pressed = if of == scheme { "true" } else { "false" };
        view! { <button type="submit" name="scheme" value=of.word() aria-pressed=pressed>{label}</button> }.into_any()
    };
    view! {
        <form method="post" action="/actions/set-scheme" aria-label="Colour scheme">
            <input type="hidden" name="back" value=here.to_owned() />
            <div class="theme">{button(Scheme::Auto, "Auto")}{button(Scheme::Light, "Light")}{button(Scheme::Dark, "Dark")}</div>
        </form>
    }
    .into_any()
}

/// Who is signed in, with the account and the way out.
fn signed_in(viewer: &Viewer) -> AnyView {
    let role = viewer.user.leading_role().map(|role| role.label()).unwrap_or("No role");
    view! {
        <div class="who">
            <span class="ava" aria-hidden="true">{viewer.user.initials()}</span>
            <a href="/account" title=format!("Account of {}", viewer.user.display_name)><b>{viewer.user.display_name.clone()}</b><small>{role}</small></a>
            <form method="post" action="/actions/sign-out"><button class="btn bare" type="submit">"Sign out"</button></form>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::{Role, User};

    fn rail(role: Role, path: &str) -> String {
        let user = User {
            user_id: "u".into(),
            name: "mo".into(),
            display_name: "M. Okafor".into(),
            roles: vec![role],
            narrowed: Vec::new(),
            is_active: true,
        };
        let viewer = Viewer {
            user,
            project_name: "Retail".into(),
            table_count: 1_231,
            active_run_count: 2,
            open_alert_count: 0,
            has_connections: true,
            token_scope: None,
            run_groups: None,
        };
        let rail = Rail {
            viewer,
            scheme: Scheme::Dark,
            path: path.into(),
            here: format!("{path}?q=1"),
        };
        Owner::new_root(None).with(|| rail_view(rail).to_html())
    }

    #[test]
    fn the_rail_lists_what_the_role_may_open_and_marks_where_one_is() {
        let analyst = rail(Role::Analyst, "/tables/shop/-/orders");
        assert!(!analyst.contains("/settings/connections"), "{analyst}");
        assert_eq!(analyst.matches("aria-current=\"page\"").count(), 1);
        assert!(
            analyst.contains("1,231") && analyst.contains("2 runs in hand") && analyst.contains(">MO<"),
            "{analyst}"
        );
        assert!(rail(Role::Admin, "/settings/connections/new").contains("/settings/connections"));
        assert!(!rail(Role::Admin, "/account").contains("aria-current=\"page\""));
    }

    #[test]
    fn the_scheme_comes_back_to_the_same_address() {
        let html = rail(Role::Analyst, "/tables");
        assert!(
            html.contains("name=\"back\" value=\"/tables?q=1\"") || html.contains("value=\"/tables?q=1\""),
            "{html}"
        );
        assert_eq!(html.matches("aria-pressed=\"true\"").count(), 1);
    }

    #[test]
    fn the_door_has_no_rail() {
        assert!(is_door("/login") && is_door("/welcome/abc") && !is_door("/welcome") && !is_door("/"));
    }
}
