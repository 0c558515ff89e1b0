//! The document of the API and the API itself are one: every address is described, every described address answers.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use super::tokens::{token_of, with_token};
use crate::domain::user::{Role, TokenScope};
use crate::http::api::openapi::document;
use crate::http::api::routes;
use crate::tests::app::TestApp;

/// Method and path of everything described.
fn described() -> BTreeSet<(String, String)> {
    let paths = document()["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone())))
        .collect()
}

/// Whether this is an address of the API that older programs write without `/api`.
fn answers_without_api(path: &str) -> bool {
    path.starts_with("/data-quality/") || path.starts_with("/table-groups/")
}

/// Whether the document names this status for this address; true of addresses that it does not describe.
pub fn is_described(method: &Method, path: &str, status: StatusCode) -> bool {
    let path = if answers_without_api(path) {
        format!("/api{path}")
    } else {
        path.to_owned()
    };
    let asked: Vec<&str> = path.split('/').collect();
    // Of several that fit the one with the fewest names in braces is meant.
    let fitting = document()["paths"].as_object().unwrap().iter().filter(|(template, _)| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == asked.len() && parts.iter().zip(&asked).all(|(part, asked)| part.starts_with('{') || part == asked)
    });
    let Some((_, item)) = fitting.min_by_key(|(template, _)| template.matches('{').count()) else {
        return true;
    };
    let operation = &item[method.as_str().to_lowercase()];
    operation.is_null() || operation["responses"].get(status.as_str()).is_some()
}

#[test]
fn every_route_is_described_under_each_of_its_addresses() {
    let mut routed = BTreeSet::new();
    for route in routes::all() {
        for (path, item) in &route.paths.paths {
            let item = serde_json::to_value(item).unwrap();
            for method in item.as_object().unwrap().keys() {
                routed.insert((method.clone(), path.clone()));
                for alias in &route.aliases {
                    routed.insert((method.clone(), alias.path.to_owned()));
                }
            }
        }
    }
    assert_eq!(routed, described());
    assert!(routed.len() >= 30, "{}", routed.len());
}

/// The server's routes of the API come from the table alone.
#[test]
fn no_route_of_the_api_is_written_elsewhere() {
    let sources = crate::tests::sources::all_sources();
    let others: Vec<&str> = sources
        .iter()
        .filter(|source| source.path.starts_with("http/") && source.path != "http/api/routes.rs")
        .filter(|source| {
            source
                .code_lines()
                .any(|(_, line)| line.contains(".route(") && line.contains("/api/") && !line.contains("{*nothing}"))
        })
        .map(|source| source.path.as_str())
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn every_operation_says_who_may_what_it_answers_and_how_it_refuses() {
    let mut ids = BTreeSet::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name}");
            assert!(operation["security"][0]["token"][0].is_string(), "{name}");
            assert!(operation["x-permission"].is_string() && operation["summary"].is_string(), "{name}");
            let responses = operation["responses"].as_object().unwrap();
            for status in ["401", "406", "500", "503"] {
                assert!(responses.contains_key(status), "{name} {status}");
            }
            let good = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap();
            assert!(
                good.0 == "204" || good.1.pointer("/content/application~1json/schema").is_some(),
                "{name}"
            );
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn walk(node: &Value, schemas: &Value, lost: &mut Vec<String>) {
        match node {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let name = reference.strip_prefix("#/components/schemas/").unwrap_or(reference);
                    if schemas.get(name).is_none_or(Value::is_null) {
                        lost.push(name.to_owned());
                    }
                }
                members.values().for_each(|member| walk(member, schemas, lost));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, schemas, lost)),
            _ => {}
        }
    }
    let mut lost = Vec::new();
    walk(document(), &document()["components"]["schemas"], &mut lost);
    assert!(lost.is_empty(), "{lost:?}");
    assert!(document()["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[tokio::test]
async fn every_described_address_answers_and_unknown_ones_are_problems() {
    let app = TestApp::new().await;
    app.shop().await;
    let token = token_of(&app, "ada", &[Role::Admin], TokenScope::Admin).await;
    for (method, path) in described() {
        let path = path.replace("{table_group_id}", "nothing").replace("{profile_run_id}", "nothing");
        let path = path.replace("{project_key}", "nothing").replace("{connection_id}", "nothing");
        let path = path
            .replace("{data_definition_table_id}", "nothing")
            .replace("{data_object_id}", "nothing")
            .replace("{dataset_id}", "nothing")
            .replace("{table_id}", "nothing")
            .replace("{column_name}", "nothing");
        let answer = with_token(&app, method.to_uppercase().parse().unwrap(), &path, &token, "[]").await;
        // What is not there has a problem of its own words, unlike an address without a handler.
        assert_ne!(answer.status, 405, "{method} {path}");
        assert!(
            !answer.body.contains("for the addresses there are"),
            "{method} {path}: {}",
            answer.body
        );
        let bare = path.strip_prefix("/api").unwrap();
        if answers_without_api(bare) {
            let again = with_token(&app, method.to_uppercase().parse().unwrap(), bare, &token, "[]").await;
            assert_eq!(again.status, answer.status, "{method} {bare}");
        }
    }
    let nowhere = with_token(&app, Method::GET, "/api/nowhere", &token, "").await;
    assert_eq!((nowhere.status.as_u16(), nowhere.json()["status"].clone()), (404, json!(404)));
    assert!(with_token(&app, Method::GET, "/api/openapi.json", &token, "").await.json()["paths"].is_object());
}

#[tokio::test]
async fn every_refusal_is_one_body_with_its_status() {
    let app = TestApp::new().await;
    let (connection, _) = app.shop().await;
    let group = connection.groups[0].table_group_id.as_str();
    let token = token_of(&app, "ada", &[Role::Analyst], TokenScope::Run).await;
    let runs = "/api/profile-runs";
    let start = format!("/api/table-groups/{group}/profile-runs");
    // Known to be too large from its head alone: another layer says so than one that counts while it reads.
    let announced = Request::post(runs)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, 3 << 20)
        .body(Body::from(" ".repeat(3 << 20)))
        .unwrap();
    let refused = app.send_request(announced).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("content-type")),
        (413, "application/problem+json")
    );
    let large = format!("{{\"table_group_id\": \"{}\"}}", "x".repeat(3 << 20));
    for (method, path, accept, kind, authorised, body, status) in [
        ("GET", "/api/profile-runs?limit=x", "*/*", "", true, "", 400),
        ("GET", "/api/profile-runs?limit=0", "*/*", "", true, "", 400),
        ("GET", "/api/profile-runs?statsu=failed", "*/*", "", true, "", 400),
        ("GET", "/api/profile-runs/%FF", "*/*", "", true, "", 400),
        ("GET", runs, "*/*", "", false, "", 401),
        (
            "DELETE",
            runs,
            "*/*",
            "application/json",
            true,
            "{\"profile_run_ids\": [\"x\"]}",
            403,
        ),
        ("GET", "/api/profile-runs/nothing", "*/*", "", true, "", 404),
        ("PATCH", runs, "*/*", "application/json", true, "{}", 405),
        ("GET", runs, "application/xml", "", true, "", 406),
        ("POST", runs, "*/*", "application/json", true, &large, 413),
        ("POST", runs, "*/*", "text/plain", true, "{}", 415),
        ("POST", runs, "*/*", "application/json", true, "{", 400),
        ("POST", runs, "*/*", "application/json", true, "{\"table_group_id\": 7}", 422),
        (
            "POST",
            start.as_str(),
            "*/*",
            "application/json",
            true,
            "{\"table_ids\": [\"other\"]}",
            422,
        ),
        ("POST", start.as_str(), "*/*", "application/json", true, "{\"tables\": []}", 422),
    ] {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, accept);
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if authorised {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = app.send_request(request.body(Body::from(body.to_owned())).unwrap()).await;
        let short = &body[..body.len().min(40)];
        assert_eq!(answer.status.as_u16(), status, "{method} {path} {accept} {short}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{method} {path}");
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{method} {path}");
        for field in ["title", "detail", "reference"] {
            assert!(!problem[field].as_str().unwrap().is_empty(), "{method} {path} {field}");
        }
        if status == 405 {
            assert!(answer.header("allow").contains("GET"), "{}", answer.header("allow"));
        }
    }
}
