//! The widget: pages of the sites that are named ask as their visitors, and nobody else's page asks anything.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use retrieval::access::Role;
use serde_json::{Value, json};
use server::config::widget::WidgetConfig;
use server::http::{Desk, Peer, Widget, router};
use tower::ServiceExt;

use super::{Holding, Served, TOKEN, served};

const SHOP: &str = "https://shop.example";
const QUESTION: &str = "How long do refunds take?";
const ALLOWED: &str = "access-control-allow-origin";

struct Reply {
    status: StatusCode,
    allowed: Option<String>,
    body: String,
}

/// With a window on the pages of a shop, and so many questions a minute in it.
async fn open(questions_per_minute: u32) -> (Served, Router) {
    let served = served().await;
    let config = WidgetConfig { origins: [SHOP.to_owned()].into(), questions_per_minute };
    let widget = Some(Widget::new(&config, served.library.store.clock().clone(), 64));
    let router = router(Desk { widget, ..served.desk.clone() });
    (served, router)
}

/// As a browser sends what a page of that site wants.
async fn from(router: &Router, origin: &str, method: &str, path: &str, given: &[(&str, &str)], body: &Value) -> Reply {
    let request = Request::builder().method(method).uri(path).extension(Peer("192.0.2.7".into()));
    let request = request.header("origin", origin).header("sec-fetch-site", "cross-site");
    let request = request.header("content-type", "application/json");
    let request = given.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let response = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let allowed = response.headers().get(ALLOWED).map(|value| value.to_str().unwrap().to_owned());
    assert!(!response.headers().contains_key("access-control-allow-credentials"));
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Reply { status, allowed, body: String::from_utf8_lossy(&body).into_owned() }
}

#[tokio::test]
async fn a_page_that_is_named_asks_as_its_visitor_whatever_it_holds() {
    let (served, router) = open(100).await;
    let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
    let Holding::Cookie(cookie) = admin else { panic!("{admin:?}") };
    let (cookie, token) = (format!("__Host-lectern={cookie}"), format!("Bearer {TOKEN}"));
    let asked = json!({"question": QUESTION});
    let bare = from(&router, SHOP, "POST", "/api/v1/ask", &[], &asked).await;
    assert_eq!((bare.status, bare.allowed.as_deref()), (StatusCode::OK, Some(SHOP)), "{}", bare.body);
    assert!(bare.body.contains("ten business days"), "{}", bare.body);
    for given in [("cookie", cookie.as_str()), ("authorization", token.as_str()), ("authorization", "Bearer wrong")] {
        let reply = from(&router, SHOP, "POST", "/api/v1/ask", &[given], &asked).await;
        assert_eq!(reply.status, StatusCode::OK, "{given:?} {}", reply.body);
        for hidden in ["four business days", "thirty business days", "ninety business days", "nine hours"] {
            assert!(!reply.body.contains(hidden), "{given:?} {}", reply.body);
        }
    }
    let higher = json!({"question": QUESTION, "as": "tier=internal"});
    let reply = from(&router, SHOP, "POST", "/api/v1/ask", &[("authorization", &token)], &higher).await;
    assert_eq!((reply.status, reply.allowed.as_deref()), (StatusCode::UNAUTHORIZED, Some(SHOP)), "{}", reply.body);
}

#[tokio::test]
async fn it_is_told_beforehand_and_of_asking_alone() {
    let (_served, router) = open(100).await;
    let before = from(&router, SHOP, "OPTIONS", "/api/v1/ask", &[], &Value::Null).await;
    assert_eq!((before.status, before.allowed.as_deref()), (StatusCode::NO_CONTENT, Some(SHOP)));
    let script = from(&router, SHOP, "GET", "/widget.js", &[], &Value::Null).await;
    assert_eq!((script.status, script.allowed.as_deref()), (StatusCode::OK, Some(SHOP)));
    assert!(script.body.len() < 20 * 1024, "{} bytes", script.body.len());
    for (method, path) in [
        ("OPTIONS", "/api/v1/documents"),
        ("GET", "/api/v1/documents"),
        ("GET", "/api/v1/me"),
        ("POST", "/api/v1/search"),
        ("POST", "/api/v1/conversations"),
        ("POST", "/api/v1/sessions"),
        ("DELETE", "/api/v1/streams/x"),
        ("GET", "/"),
    ] {
        let reply = from(&router, SHOP, method, path, &[], &Value::Null).await;
        assert_eq!(reply.allowed, None, "{method} {path}");
        assert!(method == "GET" || !reply.status.is_success(), "{method} {path}: {}", reply.status);
    }
}

#[tokio::test]
async fn nobody_elses_page_asks_anything() {
    let (served, router) = open(100).await;
    let asked = json!({"question": QUESTION});
    for origin in [
        "https://evil.example",
        "http://shop.example",
        "https://shop.example.evil.test",
        "https://shop.example:444",
        "https://SHOP.example",
        "null",
        "https://shop.example, https://evil.example",
    ] {
        let reply = from(&router, origin, "POST", "/api/v1/ask", &[], &asked).await;
        assert_eq!((reply.status, reply.allowed), (StatusCode::FORBIDDEN, None), "{origin}");
        let before = from(&router, origin, "OPTIONS", "/api/v1/ask", &[], &Value::Null).await;
        assert_eq!(before.allowed, None, "{origin}");
    }
    // Two of them are none.
    let twice = from(&router, SHOP, "POST", "/api/v1/ask", &[("origin", "https://evil.example")], &asked).await;
    assert_eq!((twice.status, twice.allowed), (StatusCode::FORBIDDEN, None));
    // Where no site is named, none asks.
    let shut = from(&served.router, SHOP, "POST", "/api/v1/ask", &[], &asked).await;
    assert_eq!((shut.status, shut.allowed), (StatusCode::FORBIDDEN, None));
}

#[tokio::test]
async fn a_visitor_asks_so_often_a_minute() {
    let (served, router) = open(3).await;
    let asked = json!({"question": QUESTION});
    for _ in 0..3 {
        assert_eq!(from(&router, SHOP, "POST", "/api/v1/ask", &[], &asked).await.status, StatusCode::OK);
    }
    let reply = from(&router, SHOP, "POST", "/api/v1/ask", &[], &asked).await;
    assert_eq!((reply.status, reply.allowed.as_deref()), (StatusCode::TOO_MANY_REQUESTS, Some(SHOP)), "{}", reply.body);
    served.ground.turn(20_001);
    assert_eq!(from(&router, SHOP, "POST", "/api/v1/ask", &[], &asked).await.status, StatusCode::OK);
}
