//! What is asked: every route that could tell of a document, about each that is hidden, and with words that all share.
//!
//! Routes that this house does not have answer that there is no such thing, which is a probe as well.

use serde_json::json;

use super::flock::Bird;
use super::leavings::Left;
use super::marks::{COMMON, Marked, Planted};
use super::{Credential, Request};

const MOST: usize = 100;

/// The search that shows everything somebody may read of what was planted.
pub fn everything(bird: &Bird) -> Request {
    post(&bird.credential, "/api/v1/search", json!({"query": COMMON, "limit": MOST}).to_string())
}

/// Where questions of others are listed.
pub fn of_what_was_asked(bird: &Bird) -> Vec<Request> {
    ["/api/v1/insight/questions"].map(|path| get(&bird.credential, path, path.to_owned())).into()
}

/// All that this bird asks.
pub fn all(bird: &Bird, marked: &Marked, left: &Left) -> Vec<Request> {
    let hidden = marked.documents.iter().filter(|planted| !bird.may_read(&planted.label));
    let mut requests: Vec<Request> = hidden.flat_map(|planted| about(&bird.credential, planted)).collect();
    requests.extend(around(&bird.credential, marked));
    requests.extend(left.sought_by(bird));
    requests
}

/// By every name that a document has.
fn about(who: &Credential, planted: &Planted) -> Vec<Request> {
    let id = planted.document.map_or(String::new(), |document| document.to_string());
    let (origin, question) = (&planted.origin, format!("What is written of {}?", planted.body));
    let document = |route, rest: &str| get(who, route, format!("/api/v1/documents/{id}{rest}"));
    let mut requests = vec![
        post(who, "/api/v1/search", json!({"query": planted.body, "limit": MOST}).to_string()),
        post(who, "/api/v1/search", json!({"query": planted.title, "limit": MOST, "explain": true}).to_string()),
        post(who, "/api/v1/ask", json!({"question": question}).to_string()),
        post(who, "/api/v1/why", json!({"document": id, "question": question}).to_string()),
        post(who, "/api/v1/why", json!({"document": origin, "question": question}).to_string()),
        post(who, "/api/v1/access/explain", json!({"person": "nobody", "document": id}).to_string()),
        get(who, "/api/v1/documents/inspect", format!("/api/v1/documents/inspect?name={id}")),
        get(who, "/api/v1/documents/inspect", format!("/api/v1/documents/inspect?name={origin}")),
        get(who, "/api/v1/documents", format!("/api/v1/documents?q={}", planted.title)),
        document("/api/v1/documents/{document}", ""),
        document("/api/v1/documents/{document}/chunks", "/chunks"),
        document("/api/v1/documents/{document}/text", "/text"),
        document("/api/v1/documents/{document}/original", "/original"),
    ];
    requests.extend(aloud(who, &question));
    requests
}

/// With words that all of them share, with no words, with eyes that are not theirs, and wherever there are lists.
fn around(who: &Credential, marked: &Marked) -> Vec<Request> {
    let ask = |body: serde_json::Value| post(who, "/api/v1/ask", body.to_string());
    let search = |body: serde_json::Value| post(who, "/api/v1/search", body.to_string());
    let groups: Vec<&str> = marked.groups.iter().map(|group| group.as_str()).collect();
    let mut requests = vec![
        search(json!({"query": COMMON, "limit": MOST, "explain": true})),
        ask(json!({"question": format!("Where are the {COMMON} counted?")})),
        // Nobody knows: the reply offers titles.
        ask(json!({"question": format!("What does a clerk at the gate think of {}?", marked.nowhere())})),
        ask(json!({"question": "And then?", "history": [{"question": COMMON, "answer": "They are counted."}]})),
        search(json!({"query": COMMON, "as": "tier=restricted"})),
        search(json!({"query": COMMON, "as": format!("tier=restricted,groups={}", groups.join("+"))})),
        ask(json!({"question": COMMON, "as": "person:nobody"})),
        post(
            who,
            "/api/v1/simulate/compare",
            json!({"query": COMMON, "left": "tier=public", "right": "tier=restricted"}).to_string(),
        ),
        post(who, "/api/v1/backup", json!({}).to_string()),
        // Errors.
        post(who, "/api/v1/search", "{".into()),
        search(json!({"query": ""})),
        post(who, "/api/v1/why", json!({"document": marked.nowhere(), "question": COMMON}).to_string()),
    ];
    let lists = [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/v1/me",
        "/api/v1/suggestions",
        "/api/v1/spending",
        "/api/v1/settings",
        "/api/v1/house",
        "/api/v1/documents",
        "/api/v1/receipts",
        "/api/v1/groups",
        "/api/v1/people",
        "/api/v1/keys",
        "/api/v1/sources",
        "/api/v1/jobs",
        "/api/v1/schedules",
        "/api/v1/generations",
        "/api/v1/conversations",
        "/api/v1/inbox",
        "/api/v1/inbox?state=resolved",
        "/api/v1/feedback",
        "/api/v1/insight",
        "/api/v1/insight/problems",
        "/api/v1/insight/reliability",
        "/api/v1/insight/unused",
        "/api/v1/audit",
        "/api/v1/audit/export",
        "/api/v1/sessions",
        "/openapi.json",
        "/v1/models",
        "/nowhere",
    ];
    requests.extend(aloud(who, COMMON));
    requests.extend(lists.map(|path| get(who, path, path.to_owned())));
    let job = format!("/api/v1/jobs/{}", marked.job);
    requests.push(get(who, "/api/v1/jobs/{job}/events", format!("{job}/events?for_seconds=0")));
    requests.push(get(who, "/api/v1/jobs/{job}", job));
    requests
}

/// Answered in events, which tell more than the answer does.
fn aloud(who: &Credential, question: &str) -> [Request; 2] {
    let said = json!([{"role": "user", "content": question}]);
    let completion = json!({"model": "lectern", "messages": said, "stream": true});
    [
        Request { aloud: true, ..post(who, "/api/v1/ask", json!({"question": question}).to_string()) },
        post(who, "/v1/chat/completions", completion.to_string()),
    ]
}

pub fn post(who: &Credential, route: &'static str, body: String) -> Request {
    send(who, "POST", route, route.to_owned(), body)
}

pub fn get(who: &Credential, route: &'static str, path: String) -> Request {
    send(who, "GET", route, path, String::new())
}

pub fn send(who: &Credential, method: &'static str, route: &'static str, path: String, body: String) -> Request {
    Request { credential: who.clone(), method, route, path, body, aloud: false }
}
