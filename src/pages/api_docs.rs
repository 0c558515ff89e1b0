//! `/api/docs`: the document of the API as a page to read. Everything on it comes from the document.

use leptos::prelude::*;
use serde_json::Value;

use super::{page, request, titled};
use crate::components::button::Button;
use crate::components::head::PageHead;
use crate::components::section::{SectionTitle, section};
use crate::http::api::openapi::document;

/// `/api/docs`
#[component]
pub fn ApiDocsPage() -> impl IntoView {
    page(async move {
        request::viewer()?;
        Ok(titled("API", docs_view(document())))
    })
}

/// Sections of the page: id and the tag of the operations.
const ROOMS: &[(&str, &str)] = &[
    ("runs", "Runs"),
    ("profiles", "Profiles"),
    ("alerts", "Alerts"),
    ("catalogue", "Catalogue"),
    ("description", "Description"),
];

/// Draws the page.
pub fn docs_view(document: &Value) -> AnyView {
    let version = text(&document["info"], "version");
    let sections: Vec<AnyView> = ROOMS.iter().map(|(id, tag)| room(document, id, tag)).collect();
    let schemas: Vec<AnyView> = document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| schema_view(name, schema))
        .collect();
    view! {
        {PageHead::new("API").lede(format!("Limn {version}, OpenAPI 3.1")).view()}
        <div class="about">
            <p>{prose(&text(&document["info"], "description"))}</p>
            <p>"A program sends "<code>"Authorization: Bearer TOKEN"</code>"; tokens are made under "<a href="/account/tokens">"Account, API tokens"</a>"."</p>
            {Button::new("The document").link("/api/openapi.json")}
        </div>
        {sections}
        {section(SectionTitle::new("schemas", "Bodies"), schemas)}
    }
    .into_any()
}

/// The operations of one tag; older addresses stand with the operation that they mean.
fn room(document: &Value, id: &'static str, tag: &'static str) -> AnyView {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation["tags"][0] == tag && !is_older(operation) {
                operations.push(operation_view(document, path, method, operation));
            }
        }
    }
    section(SectionTitle::new(id, tag), operations)
}

/// Whether an operation is another's under an older address.
fn is_older(operation: &Value) -> bool {
    text(operation, "summary").ends_with("(older address)")
}

fn operation_view(document: &Value, path: &str, method: &str, operation: &Value) -> AnyView {
    let id = text(operation, "operationId");
    let older: Vec<String> = document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, item)| {
            let other = &item[method];
            is_older(other) && text(other, "operationId").starts_with(&format!("{id}_as_"))
        })
        .map(|(path, _)| path.clone())
        .collect();
    let paragraphs: Vec<AnyView> = text(operation, "description")
        .split("\n\n")
        .map(|part| view! { <p>{prose(part)}</p> }.into_any())
        .collect();
    let parameters: Vec<AnyView> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(parameter_row)
        .collect();
    let responses: Vec<AnyView> = operation["responses"].as_object().into_iter().flatten().map(response_row).collect();
    let body = operation.pointer("/requestBody/content/application~1json/schema").map(type_view);
    view! {
        <article class="operation" id=id.clone() aria-labelledby=format!("{id}-title")>
            <h3 id=format!("{id}-title")>{text(operation, "summary")}</h3>
            <p class="address"><b>{method.to_uppercase()}</b>" "<code>{path.to_owned()}</code></p>
            {paragraphs}
            {(!parameters.is_empty()).then(|| view! {
                <table class="tbl tight rec">
                    <caption class="vh">"Parameters"</caption>
                    <thead><tr><th scope="col">"Parameter"</th><th scope="col">"Where"</th><th scope="col">"Type"</th><th scope="col">"Meaning"</th></tr></thead>
                    <tbody>{parameters}</tbody>
                </table>
            })}
            {body.map(|body| view! { <p>"Body: "{body}</p> })}
            <details>
                <summary>"Answers"</summary>
                <table class="tbl tight rec">
                    <caption class="vh">"Answers"</caption>
                    <thead><tr><th scope="col">"Status"</th><th scope="col">"Meaning"</th><th scope="col">"Body"</th></tr></thead>
                    <tbody>{responses}</tbody>
                </table>
            </details>
            {(!older.is_empty()).then(|| view! {
                <p class="t2 small">"Older address: "{older.into_iter().map(|path| view! { <code>{path}</code>" " }).collect_view()}</p>
            })}
        </article>
    }
    .into_any()
}

fn parameter_row(parameter: &Value) -> AnyView {
    let required = if parameter["required"] == true { ", required" } else { "" };
    view! {
        <tr>
            <th scope="row"><code>{text(parameter, "name")}</code></th>
            <td data-l="Where">{format!("{}{required}", text(parameter, "in"))}</td>
            <td data-l="Type">{type_view(&parameter["schema"])}</td>
            <td data-l="Meaning">{prose(&text(parameter, "description"))}</td>
        </tr>
    }
    .into_any()
}

fn response_row((status, response): (&String, &Value)) -> AnyView {
    let bodies: Vec<AnyView> = response["content"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(kind, content)| view! { {type_view(&content["schema"])}" "<small class="t2">{kind.clone()}</small>" " }.into_any())
        .collect();
    view! {
        <tr>
            <th scope="row" class="num">{status.clone()}</th>
            <td data-l="Meaning">{text(response, "description")}</td>
            <td data-l="Body">{bodies}</td>
        </tr>
    }
    .into_any()
}

fn schema_view(name: &str, schema: &Value) -> AnyView {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let members: Vec<AnyView> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(member, of)| {
            let may_lack = if required.contains(&member.as_str()) {
                ""
            } else {
                " (may be absent)"
            };
            view! {
                <tr>
                    <th scope="row"><code>{member.clone()}</code></th>
                    <td data-l="Type">{type_view(of)}</td>
                    <td data-l="Meaning">{prose(&format!("{}{may_lack}", text(of, "description")))}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <article class="operation" id=format!("schema-{name}")>
            <h3><code>{name.to_owned()}</code></h3>
            <p>{prose(&text(schema, "description"))}</p>
            {if members.is_empty() {
                view! { <p>{type_view(schema)}</p> }.into_any()
            } else {
                view! {
                    <table class="tbl tight rec">
                        <caption class="vh">{name.to_owned()}</caption>
                        <thead><tr><th scope="col">"Member"</th><th scope="col">"Type"</th><th scope="col">"Meaning"</th></tr></thead>
                        <tbody>{members}</tbody>
                    </table>
                }.into_any()
            }}
        </article>
    }
    .into_any()
}

/// A schema in a few words, with links to those that have a name.
fn type_view(schema: &Value) -> AnyView {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return view! { <a href=format!("#schema-{name}")><code>{name.to_owned()}</code></a> }.into_any();
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["allOf"].as_array()) {
        let parts: Vec<AnyView> = choices.iter().filter(|choice| choice["type"] != "null").map(type_view).collect();
        return parts.into_any();
    }
    if !schema["items"].is_null() {
        return view! { "list of "{type_view(&schema["items"])} }.into_any();
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return view! { {words.join(", ")} }.into_any();
    }
    let kind = match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "anything".to_owned(),
    };
    let mut limits: Vec<String> = Vec::new();
    for (key, word) in [
        ("format", ""),
        ("pattern", "like "),
        ("minimum", "from "),
        ("maximum", "to "),
        ("default", "else "),
    ] {
        match &schema[key] {
            Value::Null => {}
            Value::String(said) => limits.push(format!("{word}{said}")),
            said => limits.push(format!("{word}{said}")),
        }
    }
    let limits = if limits.is_empty() {
        String::new()
    } else {
        format!(" ({})", limits.join(", "))
    };
    view! { {kind}<small class="t2">{limits}</small> }.into_any()
}

/// A description with what stands between backquotes as code.
fn prose(text: &str) -> AnyView {
    let parts = text.split('`').enumerate().map(|(place, part)| {
        let part = part.to_owned();
        if place % 2 == 1 {
            view! { <code>{part}</code> }.into_any()
        } else {
            part.into_any()
        }
    });
    parts.collect::<Vec<_>>().into_any()
}

fn text(node: &Value, key: &str) -> String {
    node[key].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_every_body_is_on_the_page() {
        let html = Owner::new_root(None).with(|| docs_view(document()).to_html());
        let mut shown = 0;
        for item in document()["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                if !is_older(operation) {
                    shown += 1;
                    assert!(html.contains(&format!("id=\"{}\"", text(operation, "operationId"))), "{operation}");
                }
            }
        }
        assert!(shown >= 15);
        for (path, name) in document()["paths"]
            .as_object()
            .unwrap()
            .keys()
            .zip(document()["components"]["schemas"].as_object().unwrap().keys())
        {
            assert!(html.contains(path.as_str()), "{path}");
            assert!(html.contains(&format!("id=\"schema-{name}\"")), "{name}");
        }
        assert!(!html.contains("<script"));
    }
}
