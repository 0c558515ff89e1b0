//! Every page, its data and every endpoint as somebody whose roles name one group: nothing of the other group is anywhere.

use axum::http::Method;
use serde_json::json;

use super::tokens::with_token;
use crate::app::App;
use crate::domain::audit::Actor;
use crate::domain::connection::Connection;
use crate::domain::scope::RoleGrant;
use crate::domain::user::{Role, TokenScope};
use crate::http::api::openapi::document;
use crate::services::api_tokens::create_token;
use crate::store::{profile_runs, users};
use crate::tests::app::TestApp;

/// Names and values that only the other group has.
const HIDDEN: &[&str] = &["Vault", "zz_ledger", "hidden_margin", "forbidden-value"];

/// A shop that is seen, and a vault that is not; each was profiled once.
async fn two_groups() -> (TestApp, Connection, Connection) {
    let app = TestApp::new().await;
    let (shop, _) = app.shop().await;
    let folder = app.folder.path().join("vault");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("zz_ledger.csv"),
        "hidden_margin,note\n1,forbidden-value\n2,forbidden-value\n",
    )
    .unwrap();
    let vault = app.connect("Vault", &folder.canonicalize().unwrap()).await;
    assert_eq!(app.profile(&vault).await, 2);
    (app, shop, vault)
}

/// A person with these roles: the session's cookie and a token for everything that they may do.
pub(super) async fn person(app: &TestApp, name: &str, grants: &[String]) -> (String, String) {
    let (user, cookie) = app.come_in(name, &[Role::Analyst]).await;
    let grants: Vec<RoleGrant> = grants.iter().map(|text| RoleGrant::parse(text).unwrap()).collect();
    let mut tx = app.db().begin().await.unwrap();
    users::set_grants(&mut tx, &user.user_id, &grants, &Actor::limn()).await.unwrap();
    tx.commit().await.unwrap();
    let viewer = users::viewer(app.db(), &user.user_id).await.unwrap().unwrap();
    let token = create_token(app.db(), &viewer, "test", TokenScope::Admin, 30).await.unwrap();
    (cookie, token)
}

pub(super) fn analyst_of(connection: &Connection) -> Vec<String> {
    vec![format!("analyst@group:{}", connection.groups[0].table_group_id)]
}

/// The pages' addresses with the parts of one group.
pub(super) fn pages(connection: &str, group: &str, table: &str, column: &str, number: &str) -> Vec<String> {
    let parts = [
        (":connection", connection),
        (":schema", "-"),
        (":table", table),
        (":column", column),
        (":number", number),
        (":group", group),
        (":token", "none"),
        (":project", "default"),
        (":dataset", "none"),
        (":name", "admin"),
        (":alert", "none"),
    ];
    let listed = leptos_axum::generate_route_list(App);
    let routes = listed.iter().map(|listing| listing.path().replace('{', ":").replace('}', ""));
    routes
        .map(|route| {
            let segments = route.split('/').map(|segment| match segment.strip_prefix(':') {
                None => segment.to_owned(),
                Some(_) => {
                    let known = parts.iter().find(|(name, _)| *name == segment);
                    known
                        .unwrap_or_else(|| panic!("{route}: say what stands for {segment}"))
                        .1
                        .to_owned()
                }
            });
            segments.collect::<Vec<_>>().join("/")
        })
        .collect()
}

fn assert_hidden(what: &str, body: &str, hidden: &[&str]) {
    for word in hidden {
        let at = body.find(word);
        let around = at.map(|at| body[at.saturating_sub(120)..(at + 120).min(body.len())].to_owned());
        assert!(at.is_none(), "{what} tells of {word}: {around:?}");
    }
}

#[tokio::test]
async fn no_page_and_no_data_of_a_page_tells_of_a_group_outside_the_scope() {
    let (app, shop, vault) = two_groups().await;
    let (cookie, _) = person(&app, "bo", &analyst_of(&shop)).await;
    let mut opened = 0;
    for page in pages("shop", "shop-all", "orders", "amount", "1") {
        for suffix in [
            "",
            "?format=json",
            "?format=csv",
            "?q=hidden_margin",
            "?q=Vault",
            "?group=vault-all",
            "?connection=vault",
        ] {
            let address = format!("{page}{suffix}");
            let answer = app.get(&address, &cookie).await;
            opened += u32::from(answer.status == 200);
            // A form may repeat what was searched for.
            let hidden: Vec<&str> = HIDDEN.iter().copied().filter(|word| !suffix.contains(word)).collect();
            assert_hidden(&address, &answer.body, &hidden);
        }
    }
    assert!(opened > 40, "{opened} pages were open");
    for page in pages("vault", "vault-all", "zz_ledger", "hidden_margin", "2") {
        let names_it = ["vault", "/2"].iter().any(|part| page.contains(part));
        for suffix in ["", "?format=json", "?format=csv", "?tab=runs", "?run=2"] {
            let answer = app.get(&format!("{page}{suffix}"), &cookie).await;
            if names_it {
                assert!(matches!(answer.status.as_u16(), 403 | 404), "{page}{suffix}: {}", answer.status);
            }
            // The address itself may be repeated on a page that says that nothing is there.
            assert_hidden(&page, &answer.body, &["Vault", "forbidden-value"]);
        }
    }
    assert_eq!(app.get("/runs/2/events", &cookie).await.status, 404);
    let (everything, _) = person(&app, "al", &["analyst".into()]).await;
    assert!(
        app.get("/tables", &everything).await.body.contains("zz_ledger"),
        "it is there for others"
    );
    let (of_vault, _) = person(&app, "cy", &analyst_of(&vault)).await;
    let home = app.get("/tables", &of_vault).await.body;
    assert!(home.contains("zz_ledger") && !home.contains("orders"));
    let (nobody, _) = person(&app, "di", &["analyst@group:gone".into()]).await;
    for page in ["/", "/tables", "/runs", "/?format=json", "/tables?format=json"] {
        let answer = app.get(page, &nobody).await;
        assert_eq!(answer.status, 200, "{page}");
        assert_hidden(page, &answer.body, &["Vault", "zz_ledger", "orders", "Shop"]);
    }
}

#[tokio::test]
async fn no_endpoint_tells_of_a_group_outside_the_scope() {
    let (app, shop, _) = two_groups().await;
    let (_, token) = person(&app, "bo", &analyst_of(&shop)).await;
    let id = async |number| profile_runs::find_run(app.db(), number).await.unwrap().unwrap().profile_run_id.0;
    let (seen, unseen) = (id(1).await, id(2).await);
    let mut answered = 0;
    for (path, item) in document()["paths"].as_object().unwrap() {
        if item.get("get").is_none() {
            continue;
        }
        for (run, group, connection, table, column, is_seen) in [
            (&seen, "shop-all", "shop", "orders", "amount", true),
            (&unseen, "vault-all", "vault", "zz_ledger", "hidden_margin", false),
        ] {
            let filled = path
                .replace("{profile_run_id}", run)
                .replace("{table_group_id}", group)
                .replace("{connection_id}", connection)
                .replace("{project_key}", "default")
                .replace("{data_definition_table_id}", &id_of(&app, table).await)
                .replace("{table_id}", &id_of(&app, table).await)
                .replace("{column_name}", column);
            if filled.contains('{') {
                continue;
            }
            let address = if path.contains("column-profile") || path.contains("column-history") {
                format!("{filled}?tableName={table}&columnName={column}")
            } else if path.ends_with("/rows") {
                format!("{filled}?tableName={table}&columnName={column}&is=null")
            } else {
                filled.clone()
            };
            let answer = with_token(&app, Method::GET, &address, &token, "").await;
            answered += u32::from(answer.status == 200);
            let names_it = filled != *path && !filled.contains("/default");
            if names_it && !is_seen {
                assert_eq!(answer.status, 404, "{address}");
            }
            // A preview of a removal is for those who remove.
            let is_for_reading = item["get"]["x-permission"] == "read_profiles";
            if names_it && is_seen && !is_for_reading {
                assert_eq!(answer.status, 403, "{address}: {}", answer.body);
            } else if names_it && is_seen {
                assert_eq!(answer.status, 200, "{address}: {}", answer.body);
            }
            assert_hidden(&address, &answer.body, HIDDEN);
        }
    }
    assert!(answered >= 20, "{answered} endpoints answered");
    let total = with_token(&app, Method::GET, "/api/profile-runs?limit=1", &token, "").await.json()["total"].clone();
    assert_eq!(total, 1, "totals count what is seen");
}

#[tokio::test]
async fn nothing_outside_the_scope_is_changed() {
    let (app, shop, vault) = two_groups().await;
    let (cookie, token) = person(&app, "bo", &analyst_of(&shop)).await;
    let run = profile_runs::find_run(app.db(), 2).await.unwrap().unwrap().profile_run_id;
    let before = audit_rows(&app).await;
    for (action, form) in [
        ("start-run", "table_group_id=vault-all".to_owned()),
        ("cancel-run", format!("profile_run_id={run}")),
        ("retry-run", format!("profile_run_id={run}")),
    ] {
        app.post(&format!("/actions/{action}"), &cookie, &form).await;
    }
    let post =
        async |token: &str, path: &str, body: serde_json::Value| with_token(&app, Method::POST, path, token, &body.to_string()).await;
    for (path, body) in [
        ("/api/table-groups/vault-all/profile-runs".to_owned(), json!({})),
        (format!("/api/profile-runs/{run}/cancel"), json!({})),
        ("/api/data-quality/datasets/vault-all/profile-runs".to_owned(), json!({})),
        (format!("/api/profile-runs/{run}/retry"), json!({})),
        ("/api/profile-runs".to_owned(), json!({"table_group_id": "vault-all"})),
        (format!("/api/profile-runs/{run}/complete"), json!({"status": "failed"})),
    ] {
        assert_eq!(post(&token, &path, body).await.status, 404, "{path}");
    }
    let removed = with_token(
        &app,
        Method::DELETE,
        "/api/profile-runs",
        &token,
        &json!({"profile_run_ids": [run]}).to_string(),
    )
    .await;
    assert_eq!(removed.status, 403);
    assert_eq!(audit_rows(&app).await, before, "nothing happened");
    // A role that may only read there does not lend the other role's permission.
    let mixed = [analyst_of(&shop), vec![format!("tester@group:{}", vault.groups[0].table_group_id)]].concat();
    let (_, token) = person(&app, "mo", &mixed).await;
    assert_eq!(
        with_token(&app, Method::GET, &format!("/api/profile-runs/{run}"), &token, "")
            .await
            .status,
        200
    );
    assert_eq!(
        post(&token, "/api/table-groups/vault-all/profile-runs", json!({})).await.status,
        403
    );
    assert_eq!(post(&token, &format!("/api/profile-runs/{run}/retry"), json!({})).await.status, 403);
    assert_eq!(post(&token, "/api/table-groups/shop-all/profile-runs", json!({})).await.status, 202);
}

/// The id of a table by its name.
pub(super) async fn id_of(app: &TestApp, table: &str) -> String {
    let tables = crate::store::seed_tree::list_tree_tables(app.db(), None, None).await.unwrap();
    tables.into_iter().find(|known| known.table_name == table).unwrap().table_id
}

async fn audit_rows(app: &TestApp) -> u64 {
    crate::store::audit::list_audit(app.db(), None, 0, 1).await.unwrap().total
}

/// Handlers take the state through `Console`, which knows the scope; the few that do not are named.
#[test]
fn no_handler_takes_the_whole_state() {
    let free = [
        "http/health.rs",
        "http/gate.rs",
        "http/data.rs",
        "http/alert_data.rs",
        "http/row_data.rs",
        "http/find_data.rs",
        "http/console.rs",
        "http/router.rs",
    ];
    let sources = crate::tests::sources::all_sources();
    let others: Vec<&str> = sources
        .iter()
        .filter(|source| source.path.starts_with("http/") && !free.contains(&source.path.as_str()))
        .filter(|source| {
            source
                .code_lines()
                .any(|(_, line)| line.contains("State(") || line.contains("State<AppState>"))
        })
        .map(|source| source.path.as_str())
        .collect();
    assert!(others.is_empty(), "{others:?}");
}
