//! The description of the API: every route stands in it, everything that it names is there, and replies are what it says.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use retrieval::access::Role;
use serde_json::Value;
use server::http::openapi::document;
use server::http::{Needs, ROUTES};

use super::schema::{difference, resolved};
use super::{Holding, Sender, served};

/// Each operation of the description, with its method and path.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[test]
fn every_route_of_the_api_stands_in_it_and_nothing_else() {
    let described: BTreeSet<(String, String)> =
        operations(&document()).into_iter().map(|(method, path, _)| (method, path)).collect();
    let routes = ROUTES.iter().filter(|route| ["/api/", "/v1/"].iter().any(|begin| route.path.starts_with(begin)));
    let routes: BTreeSet<(String, String)> = routes.map(|route| (route.method.into(), route.path.into())).collect();
    assert_eq!(described, routes, "write a row in http/openapi/table.rs");
}

#[test]
fn everything_that_it_names_is_there() {
    let document = document();
    let mut open = vec![&document];
    let mut found = 0;
    while let Some(value) = open.pop() {
        if let Some(reference) = value.get("$ref") {
            assert!(resolved(&document, reference.as_str().unwrap()).is_some(), "{reference} leads nowhere");
            found += 1;
        }
        open.extend(value.as_array().into_iter().flatten());
        open.extend(value.as_object().into_iter().flatten().map(|(_, value)| value));
    }
    assert!(found > 50, "{found}");
}

#[test]
fn every_operation_is_described() {
    let document = document();
    let (mut names, tags) = (BTreeSet::new(), &document["tags"]);
    for (method, path, operation) in operations(&document) {
        let at = format!("{method} {path}");
        let text = |key: &str| operation[key].as_str().unwrap_or_default();
        assert!(names.insert(text("operationId").to_owned()), "{at}: its name is another's");
        assert!(text("summary").ends_with('.') && text("x-who-may").ends_with('.'), "{at}: {operation}");
        assert!(tags.as_array().unwrap().iter().any(|tag| tag["name"] == operation["tags"][0]), "{at}");
        let none = Vec::new();
        let parameters = operation["parameters"].as_array().unwrap_or(&none);
        let described: BTreeSet<&str> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .filter(|parameter| parameter["description"].as_str().is_some_and(|about| !about.is_empty()))
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let in_path: BTreeSet<&str> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(described, in_path, "{at}: describe it in PARAMETERS");
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "header") {
            assert!(parameter["description"].is_string(), "{at}: {parameter}: describe it in HEADERS");
        }
        let needs = ROUTES.iter().find(|route| route.method == method && route.path == path).unwrap().needs;
        let guarded = operation["responses"].get("403").is_some() && operation["responses"].get("429").is_some();
        assert_eq!(guarded && operation["security"] != serde_json::json!([]), needs != Needs::Nothing, "{at}");
    }
}

/// What it says of a reply of this route with this status.
pub fn described<'a>(document: &'a Value, method: &str, path: &str, status: StatusCode) -> &'a Value {
    let responses = &document["paths"][path][method.to_lowercase()]["responses"];
    let response = responses.get(status.as_str()).unwrap_or(&responses["default"]);
    let response = response["$ref"].as_str().map_or(response, |reference| resolved(document, reference).unwrap());
    &response["content"]["application/json"]["schema"]
}

#[tokio::test]
async fn replies_are_what_it_says() {
    let served = served().await;
    let document = served.send(Sender::Nobody, "GET", "/openapi.json", "").await.json();
    let job = served.library.intake().await.unwrap().close().await.unwrap();
    let (_, ada) = served.person("ada", Role::Reader, "internal").await;
    let (_, admin) = served.person("root", Role::Admin, "restricted").await;
    let question = r#"{"question":"How long do refunds take?"}"#;
    let checks: &[(&Holding, &str, &str, &str, &str, u16)] = &[
        (&ada, "POST", "/api/v1/search", "", r#"{"query":"refunds"}"#, 200),
        (&admin, "POST", "/api/v1/search", "", r#"{"query":"refunds","explain":true}"#, 200),
        (&ada, "POST", "/api/v1/search", "", r#"{"query":"refunds","explain":true}"#, 403),
        (&ada, "POST", "/api/v1/search", "", r#"{"query":3}"#, 400),
        (&ada, "POST", "/api/v1/ask", "", question, 200),
        (&Holding::Nothing, "POST", "/api/v1/ask", "", question, 200),
        (&admin, "POST", "/api/v1/why", "", r#"{"document":"refunds.md","question":"How long?"}"#, 200),
        (&Holding::Nothing, "POST", "/api/v1/why", "", r#"{"document":"refunds.md","question":"How long?"}"#, 401),
        (&admin, "GET", "/api/v1/documents/inspect", "/api/v1/documents/inspect?name=refunds.md", "", 200),
        (&admin, "GET", "/api/v1/documents/inspect", "/api/v1/documents/inspect?name=none.md", "", 404),
        (&admin, "POST", "/api/v1/sources", "", r#"{"url":"http://site.example/","tier":"public"}"#, 202),
        (&admin, "GET", "/api/v1/sources", "", "", 200),
        (&admin, "GET", "/api/v1/jobs/{job}", &format!("/api/v1/jobs/{job}"), "", 200),
        (&admin, "DELETE", "/api/v1/documents", "", r#"{"name":"nobody.md"}"#, 200),
        (&ada, "GET", "/api/v1/sessions", "", "", 200),
        (&ada, "GET", "/api/v1/me", "", "", 200),
        (&Holding::Nothing, "GET", "/api/v1/me", "", "", 200),
        (&Holding::Nothing, "POST", "/api/v1/sessions", "", r#"{"login":"ada","password":"wrong"}"#, 401),
    ];
    for (holding, method, route, path, body, status) in checks {
        let path = if path.is_empty() { route } else { path };
        let reply = served.by(holding, method, path, body).await;
        assert_eq!(reply.status.as_u16(), *status, "{method} {path} {body}: {reply:?}");
        let schema = described(&document, method, route, reply.status);
        assert!(!schema.is_null(), "{method} {route} {status}: nothing is said of it");
        assert_eq!(difference(&document, schema, &reply.json()), None, "{method} {path}: {reply:?}");
    }
}

#[tokio::test]
async fn it_is_sent_once() {
    let served = served().await;
    let first = served.send(Sender::Nobody, "GET", "/openapi.json", "").await;
    assert_eq!((first.status, first.headers["content-type"].as_bytes()), (StatusCode::OK, &b"application/json"[..]));
    let known = |tag: &str| {
        let request = axum::http::Request::get("/openapi.json").header("if-none-match", tag);
        served.send_request(request.body(axum::body::Body::empty()).unwrap())
    };
    let again = known(first.headers["etag"].to_str().unwrap()).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(known("\"another\"").await.status, StatusCode::OK);
    let page = served.send(Sender::Nobody, "GET", "/docs", "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("/app.js\"") && !page.body.contains("://"), "{}", page.body);
}
