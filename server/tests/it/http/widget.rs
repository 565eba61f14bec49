//! The widget: pages of the sites that are named ask as their visitors, and nobody else's page asks anything.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use retrieval::access::{AccessLabel, AccessTier, Role};
use ring::hmac;
use serde_json::{Value, json};
use server::config::widget::{Vouching, WidgetConfig};
use server::http::{Desk, Peer, Widget, router};
use tower::ServiceExt;

use super::{Holding, Served, TOKEN, served};

const SHOP: &str = "https://shop.example";
const QUESTION: &str = "How long do refunds take?";
const SECRET: &str = "what the shop and the house share";
const ALLOWED: &str = "access-control-allow-origin";

struct Reply {
    status: StatusCode,
    allowed: Option<String>,
    body: String,
}

/// With a window on the pages of a shop, and so many questions a minute in it.
async fn open(questions_per_minute: u32) -> (Served, Router) {
    let served = served().await;
    let most = AccessLabel { tier: AccessTier::Internal, groups: ["hr".parse().unwrap()].into() };
    let vouching = Some(Vouching { secrets: vec![SECRET.to_owned().into()], most });
    let config = WidgetConfig { origins: [SHOP.to_owned()].into(), questions_per_minute, vouching };
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
        ("GET", "/api/v1/conversations"),
        ("DELETE", "/api/v1/conversations/x"),
        ("GET", "/api/v1/conversations/x/export"),
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

/// As the shop would sign it.
fn token(served: &Served, claims: Value) -> String {
    let mut all = json!({"sub": "ada", "exp": served.library.store.clock().now_ms() / 1_000 + 300});
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    let signed = format!("{}.{}", BASE64.encode(r#"{"alg":"HS256"}"#), BASE64.encode(all.to_string()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    format!("{signed}.{}", BASE64.encode(hmac::sign(&key, signed.as_bytes())))
}

#[tokio::test]
async fn whom_their_site_vouches_for_reads_as_far_as_it_says() {
    let (served, router) = open(100).await;
    let asked = json!({"question": "How long do refunds of wages take for real?"});
    for (claims, reads) in [
        (json!({}), [false, false]),
        (json!({"tier": "internal"}), [true, false]),
        (json!({"tier": "internal", "groups": ["hr"]}), [true, true]),
    ] {
        let token = token(&served, claims.clone());
        let reply = from(&router, SHOP, "POST", "/api/v1/ask", &[("lectern-visitor", &token)], &asked).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let read = ["Refunds inside", "Pay"].map(|title| reply.body.contains(&format!("\"title\":\"{title}\"")));
        assert_eq!(read, reads, "{claims} {}", reply.body);
    }
    for (claims, why) in [(json!({"tier": "restricted"}), "beyond"), (json!({"exp": 1}), "over")] {
        let token = token(&served, claims);
        let reply = from(&router, SHOP, "POST", "/api/v1/ask", &[("lectern-visitor", &token)], &asked).await;
        assert_eq!((reply.status, reply.allowed.as_deref()), (StatusCode::UNAUTHORIZED, Some(SHOP)));
        assert!(reply.body.contains("not_vouched") && reply.body.contains(why), "{}", reply.body);
    }
    let token = token(&served, json!({"tier": "internal"}));
    let two = [("lectern-visitor", token.as_str()), ("lectern-visitor", token.as_str())];
    assert_eq!(from(&router, SHOP, "POST", "/api/v1/ask", &two, &asked).await.status, StatusCode::UNAUTHORIZED);
    // From anywhere else the token is nothing but a header that nobody reads.
    let mut request = Request::builder().method("POST").uri("/api/v1/ask").header("lectern-visitor", &token);
    request = request.header("content-type", "application/json").extension(Peer("192.0.2.7".into()));
    let response = router.clone().oneshot(request.body(Body::from(asked.to_string())).unwrap()).await.unwrap();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(!String::from_utf8_lossy(&body).contains("Refunds inside"));
}

#[tokio::test]
async fn a_conversation_is_kept_for_whoever_had_it() {
    let (served, router) = open(100).await;
    let [ada, bob] = ["ada", "bob"].map(|sub| token(&served, json!({"sub": sub, "tier": "internal"})));
    for (begins, other) in [(Some(&ada), Some(&bob)), (Some(&ada), None), (None, Some(&ada)), (None, None)] {
        let held = |token: Option<&String>| {
            token.map(|token| ("lectern-visitor", token.clone())).into_iter().collect::<Vec<_>>()
        };
        let send = async |token: Option<&String>, secret: Option<&str>, method: &str, path: &str, body: &Value| {
            let mut given = held(token);
            given.extend(secret.map(|secret| ("x-conversation-secret", secret.to_owned())));
            let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
            from(&router, SHOP, method, path, &given, body).await
        };
        let begun = send(begins, None, "POST", "/api/v1/conversations", &json!({})).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        let begun: Value = serde_json::from_str(&begun.body).unwrap();
        let (id, secret) = (begun["id"].as_str().unwrap(), begun["secret"].as_str());
        assert_eq!(secret.is_some(), begins.is_none(), "only who has no name of their own needs a secret");
        let asked = json!({"question": QUESTION, "conversation": id, "conversation_secret": secret});
        assert_eq!(send(begins, None, "POST", "/api/v1/ask", &asked).await.status, StatusCode::OK);
        let at = format!("/api/v1/conversations/{id}");
        let read = send(begins, secret, "GET", &at, &Value::Null).await;
        assert!(read.status == StatusCode::OK && read.body.contains(QUESTION), "{}", read.body);
        assert_eq!(read.allowed.as_deref(), Some(SHOP));
        let theirs = send(other, None, "GET", &at, &Value::Null).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{}", theirs.body);
    }
}
