//! The document of the API, OpenAPI 3.1: made from the descriptions beside the handlers, with what holds for all of them added
//! here (who may, and every way in which it may be refused).

use std::sync::LazyLock;

use axum::Json;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApiBuilder};

use super::casing;
use super::routes::{Alias, all};
use crate::domain::user::{Permission, TokenScope};
use crate::http::problem::ProblemBody;

/// Made once: it never changes while the program runs.
static DOCUMENT: LazyLock<Value> = LazyLock::new(build);

/// The document.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// This document
///
/// The description of the API as OpenAPI 3.1.
#[utoipa::path(
    get, path = "/api/openapi.json", operation_id = "get_openapi", tag = "Description",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
    security(("token" = ["read"]), ("session" = []))
)]
pub async fn show() -> Json<&'static Value> {
    Json(document())
}

const ABOUT: &str = "Everything that programs do with Limn. Names are snake_case; the addresses of older programs that write camelCase say so. \
    Lists that are paged take `limit` and `offset` and give `total`. A refusal or failure is `application/problem+json`: `title`, `detail` with what to \
    do, and `reference`, under which the log has the cause. What a person or token may not see is not there: 404, and left out of lists and counts. \
    Each token or person may ask so many times a minute (1,200 unless the \
    installation says otherwise): beyond that 429 with `Retry-After` in seconds. Addresses under `/api/table-groups/` and `/api/data-quality/` answer without `/api`, too.";

fn build() -> Value {
    let mut components = ComponentsBuilder::new().schema("Problem", ProblemBody::schema());
    let mut paths = utoipa::openapi::path::Paths::new();
    let mut aliases: Vec<(String, Vec<Alias>)> = Vec::new();
    for route in all() {
        components = components.schemas_from_iter(route.schemas);
        for (path, item) in route.paths.paths {
            aliases.push((path.clone(), route.aliases.clone()));
            match paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => {
                    paths.paths.insert(path, item);
                }
            }
        }
    }
    let info = InfoBuilder::new()
        .title("Limn")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    let made = OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components.build()))
        .build();
    // Texts, numbers and lists: this always has a JSON form.
    let mut document = serde_json::to_value(made).expect("a description has a JSON form");
    document["servers"] = json!([{ "url": "/" }]);
    document["components"]["securitySchemes"] = json!({
        "token": {
            "type": "http", "scheme": "bearer",
            "description": "A personal API token, made under Account, API tokens. Its scope is read, run or admin; it never does more than its person may.",
        },
        "session": { "type": "apiKey", "in": "cookie", "name": "limn", "description": "The session of a person at a browser; `__Host-limn` under https." },
    });
    complete_operations(&mut document);
    add_aliases(&mut document, &aliases);
    document
}

/// Adds to each operation who may do it and how it may be refused.
fn complete_operations(document: &mut Value) {
    let Some(Value::Object(paths)) = document.get_mut("paths") else {
        return;
    };
    for (path, item) in paths {
        let Some(item) = item.as_object_mut() else { continue };
        for (method, operation) in item {
            let scope = operation
                .pointer("/security/0/token/0")
                .and_then(Value::as_str)
                .and_then(TokenScope::from_word)
                .unwrap_or(TokenScope::Admin);
            // The few whose permission is not the one of the scope say so themselves.
            let named = operation
                .get("x-permission")
                .and_then(Value::as_str)
                .and_then(Permission::from_word);
            let permission = named.unwrap_or(match scope {
                TokenScope::Read => Permission::ReadProfiles,
                TokenScope::Run => Permission::RunProfiling,
                TokenScope::Admin => Permission::Configure,
            });
            let needs = format!(
                "Needs a token of scope `{scope}` or wider, and one of the roles {}.",
                permission.holders()
            );
            let said = operation.get("description").and_then(Value::as_str).unwrap_or_default();
            operation["description"] = format!("{said}\n\n{needs}").trim().into();
            operation["x-permission"] = permission.word().into();
            // The body of a start may be left out; of everything else it is what is asked.
            if operation["operationId"] == "start_run" {
                operation["requestBody"]["required"] = false.into();
            }
            let has_body = operation.get("requestBody").is_some();
            let is_write = method != "get";
            // Reading the source may be refused like a run.
            let reads_source = operation["x-reads-source"] == true;
            for (status, description, applies) in [
                (
                    "400",
                    "Something is missing or cannot be understood",
                    has_body || operation.get("parameters").is_some(),
                ),
                ("401", "Nobody is signed in, and no token that works was sent", true),
                (
                    "403",
                    "No role, or not the scope of the token, includes this",
                    is_write || reads_source || scope != TokenScope::Read,
                ),
                (
                    "404",
                    "It does not exist, or is not for the caller to see",
                    path.contains('{') || method == "post",
                ),
                ("406", "The caller takes no JSON", true),
                ("409", "The present state does not allow it", is_write || reads_source),
                ("413", "The body is too large", has_body),
                ("415", "The body is no JSON", has_body),
                (
                    "422",
                    "What is asked does not fit, or cannot be done",
                    is_write || reads_source || has_body,
                ),
                ("429", "Too many requests; wait as long as Retry-After says", true),
                ("500", "A fault of Limn's own", true),
                ("503", "The control database did not answer in time", true),
            ] {
                if applies {
                    operation["responses"][status] = json!({
                        "description": description,
                        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
                    });
                }
                if status == "429" {
                    operation["responses"][status]["headers"] =
                        json!({ "Retry-After": { "description": "Seconds", "schema": { "type": "integer", "minimum": 1 } } });
                }
            }
        }
    }
}

/// Describes the older addresses of each operation.
fn add_aliases(document: &mut Value, aliases: &[(String, Vec<Alias>)]) {
    let Some(mut schemas) = document.pointer("/components/schemas").and_then(Value::as_object).cloned() else {
        return;
    };
    let known = document["paths"].as_object().cloned().unwrap_or_default();
    for ((path, aliases), route) in aliases.iter().zip(all()) {
        // Of an address with several methods only the one of this handler has the older address.
        let methods: Vec<String> = route
            .paths
            .paths
            .values()
            .filter_map(|item| serde_json::to_value(item).ok())
            .filter_map(|item| item.as_object().map(|item| item.keys().cloned().collect::<Vec<_>>()))
            .flatten()
            .collect();
        for (place, alias) in aliases.iter().enumerate() {
            let mut added = Map::new();
            for (method, operation) in known.get(path).and_then(Value::as_object).into_iter().flatten() {
                if !methods.contains(method) {
                    continue;
                }
                let mut operation = operation.clone();
                if alias.is_camel {
                    casing::turn_schemas(&mut operation, &mut schemas);
                }
                let (id, summary) = (text(&operation, "operationId"), text(&operation, "summary"));
                operation["operationId"] = format!("{id}_as_{}", place + 2).into();
                operation["summary"] = format!("{summary} (older address)").into();
                operation["description"] = format!("The same as `{path}`. {}", text(&operation, "description")).into();
                added.insert(method.clone(), operation);
            }
            if let Some(Value::Object(paths)) = document.get_mut("paths") {
                match paths.entry(alias.path).or_insert_with(|| Value::Object(Map::new())) {
                    Value::Object(item) => item.extend(added),
                    other => *other = Value::Object(added),
                }
            }
        }
    }
    document["components"]["schemas"] = Value::Object(schemas);
}

fn text(operation: &Value, key: &str) -> String {
    operation.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
