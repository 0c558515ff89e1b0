//! The seed writes some bodies in camelCase: the one place where ours are turned into that and back.
//!
//! Maps whose keys are names of figures (`metrics` and the derived profiles) keep their keys, as the seed keeps them.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::http::problem::{Problem, is_problem};
use crate::services::error::AppError;

/// Keys below which nothing is renamed.
const KEPT: &[&str] = &["metrics", "text_profile", "numeric_profile"];
/// Largest answer that is turned.
const LARGEST: usize = 512 << 20;
/// Largest body of a request; the server's own limit is lower.
const LARGEST_REQUEST: usize = 16 << 20;

/// Takes camelCase in and gives camelCase out.
pub async fn speak_camel(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_REQUEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    // What is no JSON goes on as it is: the handler says what is wrong with it.
    let bytes = match serde_json::from_slice::<Value>(&bytes) {
        Ok(value) if is_json(&parts.headers) => renamed(value, &snake).to_string().into(),
        _ => bytes,
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if is_problem(&response) || !is_json(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let read = to_bytes(body, LARGEST).await.map_err(AppError::internal);
    match read.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).map_err(AppError::internal)) {
        Ok(value) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(renamed(value, &camel).to_string()))
        }
        Err(error) => Problem(error).into_response(),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

/// The value with its keys renamed.
fn renamed(value: Value, rename: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(key, value)| {
                    let value = if KEPT.contains(&snake(&key).as_str()) {
                        value
                    } else {
                        renamed(value, rename)
                    };
                    (rename(&key), value)
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| renamed(item, rename)).collect()),
        other => other,
    }
}

/// `table_group_id` is `tableGroupId`.
pub fn camel(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    let mut is_next = false;
    for ch in key.chars() {
        if ch == '_' {
            is_next = !out.is_empty();
        } else if is_next {
            out.extend(ch.to_uppercase());
            is_next = false;
        } else {
            out.push(ch);
        }
    }
    out
}

/// `tableGroupId` is `table_group_id`.
fn snake(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    for ch in key.chars() {
        if ch.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(ch.to_ascii_lowercase());
    }
    out
}

/// Turns the schemas that `node` refers to, and those that they refer to, into camelCase ones beside the others.
pub fn turn_schemas(node: &mut Value, schemas: &mut Map<String, Value>) {
    match node {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                if let Some(name) = reference.strip_prefix("#/components/schemas/").map(str::to_owned)
                    && let Some(turned) = turn_schema(&name, schemas)
                {
                    *reference = format!("#/components/schemas/{turned}");
                }
                return;
            }
            members.values_mut().for_each(|member| turn_schemas(member, schemas));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| turn_schemas(item, schemas)),
        _ => {}
    }
}

/// Makes the camelCase schema of a name; nothing where it has no members to rename.
fn turn_schema(name: &str, schemas: &mut Map<String, Value>) -> Option<String> {
    let turned_name = format!("{name}Camel");
    if schemas.contains_key(&turned_name) {
        return Some(turned_name);
    }
    let mut schema = schemas.get(name)?.clone();
    let members = schema.get_mut("properties")?.as_object_mut()?;
    schemas.insert(turned_name.clone(), Value::Null);
    let mut renamed_members = Map::new();
    for (key, mut member) in std::mem::take(members) {
        if !KEPT.contains(&key.as_str()) {
            turn_schemas(&mut member, schemas);
        }
        renamed_members.insert(camel(&key), member);
    }
    *members = renamed_members;
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        for key in required {
            if let Value::String(text) = key {
                *text = camel(text);
            }
        }
    }
    schemas.insert(turned_name.clone(), schema);
    Some(turned_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_turned_both_ways_and_names_of_figures_are_kept() {
        let ours = json!({"table_group_id": "g", "tables": [{"row_count": 1, "metrics": {"row_count": 1}}]});
        let theirs = json!({"tableGroupId": "g", "tables": [{"rowCount": 1, "metrics": {"row_count": 1}}]});
        assert_eq!(renamed(ours.clone(), &camel), theirs);
        assert_eq!(renamed(theirs, &snake), ours);
    }

    #[test]
    fn schemas_are_turned_with_those_that_they_refer_to() {
        let mut schemas = json!({
            "Outer": {"required": ["inner_one"], "properties": {"inner_one": {"$ref": "#/components/schemas/Inner"}, "plain": {"$ref": "#/components/schemas/Id"}}},
            "Inner": {"properties": {"row_count": {"type": "integer"}}},
            "Id": {"type": "string"},
        })
        .as_object()
        .cloned()
        .unwrap();
        let mut node = json!({"schema": {"$ref": "#/components/schemas/Outer"}});
        turn_schemas(&mut node, &mut schemas);
        assert_eq!(node, json!({"schema": {"$ref": "#/components/schemas/OuterCamel"}}));
        assert_eq!(schemas["OuterCamel"]["required"], json!(["innerOne"]));
        assert_eq!(
            schemas["OuterCamel"]["properties"]["innerOne"],
            json!({"$ref": "#/components/schemas/InnerCamel"})
        );
        assert_eq!(schemas["InnerCamel"]["properties"], json!({"rowCount": {"type": "integer"}}));
        assert_eq!(
            schemas["OuterCamel"]["properties"]["plain"],
            json!({"$ref": "#/components/schemas/Id"})
        );
    }
}
