//! The description as one JSON document: the rows of the table, the types that they name, and what every route has in
//! common said once.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::rights::Rights;
use super::row::{Content, Row, Shape};
use super::table::{HEADERS, PARAMETERS, SECTIONS};
use crate::http::access::{Needs, ROUTES};

const ABOUT: &str = "Questions and answers over documents, each reader with what they may read. What somebody may not \
                     read and what is not there give the same reply. Errors have a stable code, one sentence and the \
                     id of the request.";
/// Each with its name among the responses of the document, and what it means.
const ERRORS: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "The request is not what this route takes. Nothing was done."),
    (401, "NotSignedIn", "Nothing was held out that opens, and this needs somebody who is known."),
    (403, "Forbidden", "You are known, and not let do this."),
    (404, "NotFound", "There is no such thing, or you may not know of it."),
    (409, "Conflict", "It does not go together with what there is now."),
    (412, "Changed", "It has changed since you saw it."),
    (413, "TooLarge", "More was sent than is taken."),
    (415, "Encoded", "The body came with a Content-Encoding: send it as it is."),
    (416, "NoSuchRange", "The file does not reach so far."),
    (422, "OtherBody", "This Idempotency-Key was sent with another request before."),
    (429, "TooMany", "Too many requests: come back after Retry-After seconds."),
    (503, "Unavailable", "It cannot be answered right now: try again in a moment."),
    (507, "DiskFull", "There is no room left to keep it."),
];
/// What every route may answer that asks who one is.
const OF_GUARDS: &[u16] = &[401, 403, 429, 503];

pub fn document() -> Value {
    let tags: Vec<Value> =
        SECTIONS.iter().map(|section| json!({"name": section.tag, "description": section.about})).collect();
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Lectern", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths(),
        "components": {
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-lectern",
                           "description": "What a browser holds after signing in."},
                "key": {"type": "http", "scheme": "bearer",
                        "description": "A key of a person for a program; its scopes are read, write and manage."},
            },
            "responses": responses(),
            "schemas": schemas(),
        },
    })
}

fn paths() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for section in SECTIONS {
        for row in section.rows {
            let operations = paths.entry(row.path).or_insert_with(|| json!({}));
            operations[row.method.to_lowercase()] = operation(section.tag, row);
        }
    }
    Value::Object(paths)
}

fn operation(tag: &str, row: &Row) -> Value {
    let route = ROUTES.iter().find(|route| (route.method, route.path) == (row.method, row.path));
    let needs = route.map_or(Needs::Nothing, |route| route.needs);
    let Rights { sentence, security } = Rights::of(needs);
    let mut operation = json!({
        "operationId": name(row),
        "tags": [tag],
        "summary": row.summary,
        "description": format!("{} Who may: {sentence}", row.summary),
        "x-who-may": sentence,
        "security": security,
        "responses": answers(row, needs),
    });
    let parameters = parameters(row);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(content) = &row.takes {
        operation["requestBody"] = json!({"required": true, "content": media(content)});
    }
    operation
}

/// `GET /api/v1/people/{person}/sessions` is `get_people_person_sessions`.
fn name(row: &Row) -> String {
    let path = row.path.trim_start_matches("/api/v1/");
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(row.method.to_lowercase().as_str()).chain(words).collect::<Vec<_>>().join("_")
}

fn parameters(row: &Row) -> Vec<Value> {
    let in_path = row.parameters().map(|name| {
        let about = PARAMETERS.iter().find(|(known, _)| *known == name).map(|(_, about)| *about);
        json!({"name": name, "in": "path", "required": true, "description": about, "schema": {"type": "string"}})
    });
    let in_headers = row.headers.iter().map(|name| {
        let about = HEADERS.iter().find(|(known, _)| known == name).map(|(_, about)| *about);
        json!({"name": name, "in": "header", "required": false, "description": about, "schema": {"type": "string"}})
    });
    in_path.chain(row.query.iter().flat_map(in_query)).chain(in_headers).collect()
}

/// The fields of a type as parameters of a query, where nothing can be `null`.
fn in_query(shape: &Shape) -> Vec<Value> {
    let schema = json!((shape.own)());
    let required = |name: &str| schema["required"].as_array().is_some_and(|required| required.contains(&json!(name)));
    let fields = schema["properties"].as_object().into_iter().flatten();
    let parameter = |(name, field): (&String, &Value)| {
        let mut field = field.clone();
        let about = field.as_object_mut().and_then(|field| field.remove("description"));
        if let Some(kinds) = field["type"].as_array().cloned() {
            field["type"] = kinds.into_iter().find(|kind| kind != "null").unwrap_or_default();
        }
        let mut parameter = json!({"name": name, "in": "query", "required": required(name), "schema": field});
        if let Some(about) = about {
            parameter["description"] = about;
        }
        parameter
    };
    fields.map(parameter).collect()
}

fn answers(row: &Row, needs: Needs) -> Value {
    let meaning = axum::http::StatusCode::from_u16(row.status).ok().and_then(|status| status.canonical_reason());
    let mut done = json!({"description": meaning.unwrap_or("Done")});
    if let Some(content) = &row.gives {
        done["content"] = media(content);
    }
    let mut answers = Map::from_iter([(row.status.to_string(), done)]);
    let guarded = if needs == Needs::Nothing { &[] } else { OF_GUARDS };
    let body: &[u16] = if row.takes.is_some() { &[400, 415] } else { &[] };
    let query: &[u16] = if row.query.is_some() { &[400] } else { &[] };
    let named: &[u16] = if row.parameters().next().is_some() { &[404] } else { &[] };
    for status in [guarded, body, query, named, row.also].concat() {
        let known = ERRORS.iter().find(|(known, _, _)| *known == status);
        let answer = match known {
            Some((_, name, _)) => json!({"$ref": format!("#/components/responses/{name}")}),
            None => {
                let meaning =
                    axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
                json!({"description": meaning.unwrap_or("Done")})
            }
        };
        answers.insert(status.to_string(), answer);
    }
    answers.insert("default".into(), json!({"$ref": "#/components/responses/Failed"}));
    Value::Object(answers)
}

fn media(content: &Content) -> Value {
    let schema = match &content.shape {
        Some(shape) => json!({"$ref": format!("#/components/schemas/{}", (shape.name)())}),
        // In 3.1 bytes are described by their media type alone.
        None => json!({}),
    };
    json!({content.media: {"schema": schema}})
}

fn responses() -> Value {
    let failed = (0, "Failed", "Anything else that went wrong.");
    let error = |(_, name, about): &(u16, &str, &str)| {
        let mut response = json!({
            "description": about,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        });
        if *name == "TooMany" {
            response["headers"] = json!({"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}});
        }
        ((*name).to_owned(), response)
    };
    Value::Object(ERRORS.iter().chain([&failed]).map(error).collect())
}

/// Every type that a row takes or gives, and every type within it.
fn schemas() -> Value {
    let mut found = BTreeMap::new();
    for row in SECTIONS.iter().flat_map(|section| section.rows) {
        for shape in [&row.takes, &row.gives].into_iter().flatten().filter_map(|content| content.shape.as_ref()) {
            let mut inside = vec![((shape.name)().into_owned(), (shape.own)())];
            (shape.inside)(&mut inside);
            found.extend(inside.into_iter().map(|(name, schema)| (name, json!(schema))));
        }
    }
    found.insert("Error".into(), error());
    json!(found)
}

fn error() -> Value {
    json!({
        "type": "object",
        "required": ["error"],
        "properties": {"error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "Stable: a program may go by it."},
                "message": {"type": "string", "description": "One sentence, for a person."},
                "request_id": {"type": "string", "description": "By which the log can be searched."},
            },
        }},
    })
}
