//! Documents, sources and jobs over HTTP: each asker sees theirs, and cannot tell what is hidden from what is not there.

mod changing;
mod keeping;
mod originals;
mod reading;
mod repeating;
mod uploading;
mod versions;

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use retrieval::access::Role;
use retrieval::model::DocumentId;
use server::library::Upload;

use super::{Holding, Reply, Served, TEXTS, served};
use crate::ground::label;

/// An id that nothing has.
pub const ABSENT: &str = "0199a5d0-0000-7000-8000-000000000000";

/// Everybody who may send a request, the least first: what they are called, what they hold, what they read.
pub struct Crowd {
    pub served: Served,
    pub askers: Vec<(&'static str, Holding, &'static [&'static str])>,
}

pub async fn crowd() -> Crowd {
    let served = served().await;
    let mut askers = vec![("visitor", Holding::Nothing, &["refunds.md"][..])];
    for (name, role, who, reads) in [
        ("outside", Role::Reader, "public", &["refunds.md"][..]),
        ("inside", Role::Reader, "internal", &["refunds.md", "sla.md", "desk.md"]),
        ("member", Role::Reader, "internal,groups=hr", &["refunds.md", "sla.md", "desk.md", "pay.md"]),
        ("narrow", Role::Editor, "public", &["refunds.md"]),
        ("editor", Role::Editor, "internal,groups=hr", &["refunds.md", "sla.md", "desk.md", "pay.md"]),
        ("admin", Role::Admin, "public", &["refunds.md", "sla.md", "desk.md", "pay.md", "deal.md"]),
    ] {
        let (_, holding) = served.person(name, role, who).await;
        askers.push((name, holding, reads));
    }
    Crowd { served, askers }
}

impl Crowd {
    pub fn holding(&self, name: &str) -> &Holding {
        let found = self.askers.iter().find(|(known, ..)| *known == name);
        &found.unwrap_or_else(|| panic!("nobody is called {name}")).1
    }

    pub async fn by(&self, name: &str, method: &str, path: &str, body: &str) -> Reply {
        self.served.by(self.holding(name), method, path, body).await
    }

    pub async fn with(&self, name: &str, method: &str, path: &str, given: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        request = match self.holding(name) {
            Holding::Nothing => request,
            Holding::Cookie(cookie) => request.header(header::COOKIE, format!("__Host-lectern={cookie}")),
            Holding::Bearer(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        };
        let request = given.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.served.send_request(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn id(&self, origin: &str) -> String {
        id(&self.served, origin).await.to_string()
    }
}

pub async fn id(served: &Served, origin: &str) -> DocumentId {
    let store = &served.library.store;
    store.document_by_name(&served.library.clearance, origin).await.unwrap().unwrap()
}

/// Take this in and work it off.
pub async fn add(served: &Served, origin: &str, who: &str, bytes: &[u8]) {
    let mut intake = served.library.intake().await.unwrap();
    let upload = Upload { origin: origin.to_owned(), bytes: bytes.to_vec(), label: label(who) };
    intake.add(vec![upload]).await.unwrap();
    intake.close().await.unwrap();
    work(served).await;
}

/// Until nothing waits.
pub async fn work(served: &Served) {
    while served.library.work(&|_, _| {}).await.unwrap().is_some() {}
}

/// Everything of a reply that a client can see, but for the moment it was sent.
pub fn seen(reply: &Reply) -> (u16, HeaderMap, String) {
    let mut headers = reply.headers.clone();
    for name in ["date", "x-request-id"] {
        headers.remove(name);
    }
    let mut body = reply.body.clone();
    if let Ok(mut json) = serde_json::from_str::<serde_json::Value>(&body)
        && let Some(error) = json.get_mut("error").and_then(|error| error.as_object_mut())
    {
        error.remove("request_id");
        body = json.to_string();
    }
    (reply.status.as_u16(), headers, body)
}

/// `(origin, id)` of every document that there is.
pub async fn all(crowd: &Crowd) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for (origin, ..) in TEXTS {
        all.push((origin, crowd.id(origin).await));
    }
    all
}

/// A form: fields, and files with their names.
pub fn form(boundary: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, value) in fields {
        form.extend(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    for (name, bytes) in files {
        let head = format!("Content-Disposition: form-data; name=\"files\"; filename=\"{name}\"");
        form.extend(format!("--{boundary}\r\n{head}\r\nContent-Type: text/html\r\n\r\n").bytes());
        form.extend(*bytes);
        form.extend(b"\r\n");
    }
    form.extend(format!("--{boundary}--\r\n").bytes());
    form
}

pub const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=cut");
