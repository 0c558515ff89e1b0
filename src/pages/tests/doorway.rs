//! The doorway and the lists drawn from samples: what each state says, to whom, and with how many primary actions.
//!
//! With `LIMN_DRAW_TO` set, each page is also written there, light and dark, as a file to look at.

use leptos::prelude::*;

use super::doorway_samples::*;
use super::samples::now;
use crate::components::icon::sprite;
use crate::domain::connection::{CheckStep, ConnectionCheck, FoundTable};
use crate::domain::connection_draft::ConnectionDraft;
use crate::domain::user::Role;
use crate::http::cookies::{Flash, Scheme};
use crate::pages::errors::{ErrorPage, error_view};
use crate::pages::frame::{Rail, flash_view, rail_view};
use crate::pages::{account, connections, login, new_connection, overview, start, tables, welcome};

/// Draws a page, checks what holds for all of them, and writes it where a folder is named. A path puts the rail around it.
fn drawn(name: &str, path: &str, draw: impl Fn() -> AnyView) -> String {
    // Islands need an executor to be there, once a process.
    let _ = any_spawner::Executor::init_tokio();
    let html = Owner::new_root(None)
        .with(|| draw().to_html())
        .replace("<!>", "")
        .replace("<!---->", "");
    assert!(!html.contains(" style="), "{name}: a style attribute");
    assert!(!html.contains("<gift_cards>"), "{name}: data became markup");
    assert!(html.matches("btn pri").count() <= 1, "{name}: more than one primary action");
    assert_eq!(html.matches("<h1").count(), 1, "{name}");
    if let Ok(folder) = std::env::var("LIMN_DRAW_TO") {
        for scheme in [Scheme::Light, Scheme::Dark] {
            let symbols = Owner::new_root(None).with(|| sprite().to_html());
            let body = if path.is_empty() {
                html.clone()
            } else {
                framed(path, scheme, &html)
            };
            let head =
                "<meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'><link rel=stylesheet href=main.css>";
            let page = format!(
                "<!DOCTYPE html><html lang=en data-theme={0}><head>{head}<title>{name}</title></head><body>{symbols}{body}</body></html>",
                scheme.word()
            );
            std::fs::write(format!("{folder}/{name}-{}.html", scheme.word()), page).unwrap();
        }
    }
    html
}

fn framed(path: &str, scheme: Scheme, html: &str) -> String {
    let rail = Rail {
        viewer: viewer(Role::Admin),
        scheme,
        path: path.into(),
        here: path.into(),
    };
    let rail = Owner::new_root(None).with(|| rail_view(rail).to_html());
    format!("<div class=app>{rail}<main id=main>{html}</main></div>")
}

#[tokio::test]
async fn the_overview_gives_each_group_its_next_action() {
    let draw = |role: Role| {
        drawn("overview", "/", || {
            overview::overview_view(&overview(), (&[], &Default::default()), &viewer(role), None, now())
        })
    };
    let html = draw(Role::Admin);
    for part in [
        "17 never profiled",
        "84.8%",
        "18 older",
        "96.4%",
        "108 of 112, 4 failed",
        "Watch run 4131",
        "1 running, 1 queued",
        "27 of 28 tables, 1 failed",
        "http-equiv=\"refresh\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
    // Two of three groups can be profiled; the third is being profiled now.
    assert_eq!(html.matches("/actions/start-run").count(), 2);
    assert_eq!(draw(Role::ReportOwner).matches("/actions/start-run").count(), 0);
}

#[tokio::test]
async fn a_dataset_of_two_groups_has_one_history() {
    let mut model = overview();
    model.groups.truncate(3);
    for group in &mut model.groups[1..] {
        group.dataset = Some(("sales".into(), "Sales".into()));
    }
    let html = drawn("overview-dataset", "/", || {
        overview::overview_view(&model, (&[], &Default::default()), &viewer(Role::Admin), None, now())
    });
    let line = html.split("/tables?dataset=sales").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(line.contains("Rows over ") && line.contains(" pp"), "{line}");
}

#[tokio::test]
async fn a_quiet_overview_asks_for_nothing_again() {
    let mut quiet = overview();
    quiet.runs.retain(|run| run.status.is_terminal());
    let html = drawn("overview-quiet", "/", || {
        overview::overview_view(&quiet, (&[], &Default::default()), &viewer(Role::Admin), None, now())
    });
    assert!(!html.contains("refresh") && html.contains("none running"), "{html}");
}

#[tokio::test]
async fn the_list_of_tables_says_the_trouble_of_each_line() {
    let html = drawn("tables", "/tables", || {
        tables::tables_view(&tables_model(Role::Admin, "", tables(), 231))
    });
    for part in [
        "not profiled by run 4127: row group 4 of &lt;gift_cards&gt;.parquet",
        "no rows now, 41,208 before",
        "not found since 19 Nov; its profiles stay",
        "new since 18 Nov",
        "184.2\u{202f}M",
        "0.60%",
        "3 tables on this page",
        "aria-sort=\"ascending\"",
        "href=\"/tables?page=2\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(
        html.matches("name=\"table_id\" value=\"id-budget_2026\"").count(),
        1,
        "only a table that was never read offers it"
    );
    let reader = drawn("tables-reader", "/tables", || {
        tables::tables_view(&tables_model(Role::ReportOwner, "", tables(), 231))
    });
    assert!(!reader.contains("/actions/start-run"));
}

#[tokio::test]
async fn filters_stay_in_the_address_and_can_be_taken_off() {
    let model = tables_model(Role::Admin, "q=a&connection=flights&stale=1&by=flat&sort=rows&page=x", tables(), 7);
    let html = drawn("tables-flat", "/tables", || tables::tables_view(&model));
    for part in [
        "Not understood: page=x",
        "sales.order_lines",
        "aria-sort=\"descending\"",
        "href=\"/tables?connection=flights&amp;stale=1&amp;by=flat&amp;sort=rows\"",
        "href=\"/tables?q=a&amp;connection=flights&amp;by=flat&amp;sort=rows\"",
        "name=\"sort\" value=\"rows\"",
        "format=csv",
    ] {
        assert!(
            html.contains(part) || html.contains(&part.replace("name=\"sort\" value=\"rows\"", "value=\"rows\" name=\"sort\"")),
            "{part}\n{html}"
        );
    }
}

#[tokio::test]
async fn an_empty_list_says_why_and_leads_on() {
    let html = drawn("tables-none", "/tables", || {
        tables::tables_view(&tables_model(Role::Analyst, "q=amout&never=1", Vec::new(), 0))
    });
    for part in [
        "No table matches these filters",
        "Table or column name contains amout, never profiled. 8 tables are hidden.",
        "Clear 2 filters",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let html = drawn("tables-behind", "/tables", || {
        tables::tables_view(&tables_model(Role::Analyst, "page=9", Vec::new(), 70))
    });
    assert!(
        html.contains("This page is behind the last one") && html.contains("href=\"/tables\""),
        "{html}"
    );
    let html = drawn("tables-first", "/tables", || {
        tables::tables_view(&tables_model(Role::Admin, "", Vec::new(), 0))
    });
    assert!(html.contains("href=\"/settings/connections/new\""), "{html}");
}

#[tokio::test]
async fn a_connection_that_is_off_is_not_profiled_from_here() {
    let list = [
        connection("retail-sample", "Retail sample", true),
        connection("flights", "Flights", false),
    ];
    let html = drawn("connections", "/settings/connections", || {
        connections::connections_view(&list, &Default::default(), now())
    });
    assert_eq!(html.matches("/actions/start-run").count(), 1);
    for part in [
        "switch the connection on to profile",
        "all tables, without *_tmp",
        "2 connections with 12 tables",
        "Switch off",
        "Switch on",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(
        drawn("connections-none", "/settings/connections", || connections::connections_view(
            &[],
            &Default::default(),
            now()
        ))
        .contains("Nothing is connected yet")
    );
}

#[tokio::test]
async fn a_new_connection_is_tested_in_steps() {
    let step = |name: &str, passed: bool, message: &str| CheckStep {
        name: name.into(),
        passed,
        message: message.into(),
    };
    let draft = ConnectionDraft {
        name: "Shop".into(),
        location: "/srv/data".into(),
        is_checked: true,
        ..ConnectionDraft::default()
    };
    let tables = (0..5).map(|n| FoundTable {
        schema_name: "sales".into(),
        table_name: format!("table_{n}"),
        format: "csv.gz".into(),
        files: vec!["a".into(); n + 1],
        bytes: 120_394 << n,
        scope: Default::default(),
    });
    let steps =
        ["Path is absolute", "Folder exists", "Limn may read it", "Tables are found"].map(|name| step(name, true, "as it should be"));
    let passed = ConnectionCheck {
        steps: steps.to_vec(),
        tables: tables.collect(),
    };
    let html = drawn("new-connection", "/settings/connections/new", || {
        new_connection::new_connection_view(&draft, Some(&passed), &[])
    });
    assert!(html.contains("Connect 5 tables") && html.contains("963 kB"), "{html}");
    let failed = ConnectionCheck {
        steps: vec![
            steps[0].clone(),
            step("Folder exists", false, "No such file or directory. Check the spelling."),
        ],
        tables: Vec::new(),
    };
    drawn("new-connection-failed", "/settings/connections/new", || {
        new_connection::new_connection_view(&draft, Some(&failed), &[])
    });
    let draft = ConnectionDraft::parse("kind=postgresql&name=Shop&host=db.example&database=shop&user=reader&tls=verify-full");
    let refused = ConnectionCheck {
        steps: vec![
            step("Address is complete", true, "shop on db.example, as reader"),
            step("Server is found", true, "203.0.113.7"),
            step("Server answers", true, "203.0.113.7:5432"),
            step(
                "Sign-in works",
                false,
                "password authentication failed. Check user name and password.",
            ),
        ],
        tables: Vec::new(),
    };
    let html = drawn("new-database", "/settings/connections/new", || {
        new_connection::new_connection_view(&draft, Some(&refused), &[])
    });
    assert!(
        html.contains("Connect a PostgreSQL database") && html.contains("3 of 6 steps passed"),
        "{html}"
    );
}

#[tokio::test]
async fn the_first_run_has_one_primary_action_for_who_may_use_it() {
    let html = drawn("start", "/start", || start::start_view(&viewer(Role::Admin)));
    assert!(
        html.contains("action=\"/actions/profile-sample\"") && html.contains("clean, for comparison"),
        "{html}"
    );
    let html = drawn("start-analyst", "/start", || start::start_view(&viewer(Role::Analyst)));
    assert!(!html.contains("<form") && html.contains("Administrator can do that"), "{html}");
    drawn("welcome", "", || welcome::welcome_view("abc", ().into_any()));
}

#[tokio::test]
async fn the_account_lists_what_its_holder_may_do() {
    let html = drawn("account", "/account", || account::account_view(&viewer(Role::Steward)));
    assert!(
        html.contains("Start, cancel and retry runs") && !html.contains("Connect folders"),
        "{html}"
    );
}

#[tokio::test]
async fn a_refusal_is_read_out() {
    let refusal = || {
        flash_view(
            Some(Flash {
                ok: false,
                title: "Name or password is wrong".into(),
                detail: "Try again.".into(),
                undo: None,
            }),
            "/",
        )
    };
    let html = drawn("login", "", || login::login_view("/tables", refusal()));
    assert!(
        html.contains("role=\"alert\"") && html.contains("Name or password is wrong"),
        "{html}"
    );
    let fault = ErrorPage {
        status: 500,
        title: "Limn could not finish this".into(),
        detail: "Nothing was changed.".into(),
        reference: Some("7f2c19d0ab12".into()),
        is_signed_in: true,
        path: "/".into(),
    };
    assert!(drawn("error", "/x", || error_view(fault.clone())).contains("7f2c19d0ab12"));
}
