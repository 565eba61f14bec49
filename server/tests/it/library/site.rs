//! A site on this machine, which a test writes page by page and which counts who asks for what.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// What is served at a path.
#[derive(Clone)]
pub struct Page {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

#[derive(Default)]
struct Shown {
    pages: BTreeMap<String, Page>,
    asked: Vec<String>,
    /// Requests that were answered with "not modified".
    unmodified: usize,
}

pub struct Site {
    pub address: String,
    shown: Arc<Mutex<Shown>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Site {
    pub async fn open() -> Self {
        let shown: Arc<Mutex<Shown>> = Arc::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shown));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shown, serving }
    }

    /// Serve an article of these words, with links to these paths, in the furniture that all pages have.
    pub fn article(&self, path: &str, title: &str, words: &str, links: &[&str]) {
        let links: String = links.iter().map(|link| format!("<li><a href=\"{link}\">{link}</a></li>")).collect();
        let body = format!(
            "<!doctype html><html lang=en><head><title>{title} | Acme</title></head><body>\
             <nav><a href=/>Home</a></nav><main><h1>{title}</h1><p>{words}</p><ul>{links}</ul></main></body></html>"
        );
        self.put(path, "text/html; charset=utf-8", body.into_bytes());
    }

    pub fn put(&self, path: &str, content_type: &'static str, body: Vec<u8>) {
        self.show(path, Page { status: 200, content_type, headers: Vec::new(), body });
    }

    pub fn show(&self, path: &str, page: Page) {
        self.shown.lock().unwrap().pages.insert(path.to_owned(), page);
    }

    pub fn take_down(&self, path: &str) {
        self.shown.lock().unwrap().pages.remove(path);
    }

    /// The paths that were asked for since the last call, sorted.
    pub fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut self.shown.lock().unwrap().asked);
        asked.sort();
        asked
    }

    /// How many requests were answered with "not modified" so far.
    pub fn unmodified(&self) -> usize {
        self.shown.lock().unwrap().unmodified
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(State(shown): State<Arc<Mutex<Shown>>>, uri: Uri, headers: HeaderMap) -> Response {
    let mut shown = shown.lock().unwrap();
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    shown.asked.push(path.clone());
    let Some(page) = shown.pages.get(&path).cloned() else { return StatusCode::NOT_FOUND.into_response() };
    let etag = format!("\"{}\"", blake3::hash(&page.body).to_hex());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        shown.unmodified += 1;
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let mut response = (StatusCode::from_u16(page.status).unwrap(), page.body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, page.content_type.parse().unwrap());
    if page.status == 200 {
        response.headers_mut().insert(header::ETAG, etag.parse().unwrap());
    }
    for (name, value) in page.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
