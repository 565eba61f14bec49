//! How often one asker may ask, by the turned clock: by person and by address, and never the operator.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use server::config::LimitConfig;
use server::http::Peer;
use server::people::{Answer, Whence};

use super::{Reply, Served, TOKEN, limited};

const LIMITS: LimitConfig = LimitConfig { questions_per_minute: 3, requests_per_minute: 12, connections: 16 };

async fn some_limits() -> Served {
    limited(true, LIMITS).await
}

/// One request from an address, with this header besides.
async fn from(served: &Served, address: &str, holding: Option<(&str, &str)>, method: &str, path: &str) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if let Some((name, value)) = holding {
        request = request.header(name, value);
    }
    let mut request = request.body(Body::from(r#"{"query":"refunds"}"#)).unwrap();
    request.extensions_mut().insert(Peer(address.to_owned()));
    served.send_request(request).await
}

async fn question(served: &Served, address: &str, holding: Option<(&str, &str)>) -> Reply {
    from(served, address, holding, "POST", "/api/v1/search").await
}

#[track_caller]
fn assert_waits(reply: &Reply, what: &str) -> i64 {
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many"), "{reply:?}");
    assert!(reply.body.contains(what), "{reply:?}");
    reply.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

/// Two stays of one admin, as cookies, and one of a reader.
async fn stays(served: &Served) -> [String; 2] {
    let people = &served.desk.people;
    let whence = Whence { address: "10.9.9.9".into(), agent: String::new() };
    let link = people.first_admin().await.unwrap().unwrap();
    let answer = Answer { login: Some("ada"), name: Some("Ada"), password: "a horse in a battery, stapled" };
    let (ada, first) = people.redeem(link.reveal(), answer, &whence).await.unwrap();
    let second = people.stay(ada, "password", &whence).await.unwrap();
    [first, second].map(|secret| format!("__Host-lectern={}", secret.reveal()))
}

#[tokio::test]
async fn an_address_asks_so_often_a_minute() {
    let served = some_limits().await;
    for _ in 0..3 {
        assert_eq!(question(&served, "10.0.0.1", None).await.status, StatusCode::OK);
    }
    let wait = assert_waits(&question(&served, "10.0.0.1", None).await, "questions");
    assert_eq!(wait, 20);
    // What is no question goes on, and so does everybody else.
    assert_eq!(from(&served, "10.0.0.1", None, "GET", "/api/v1/me").await.status, StatusCode::OK);
    assert_eq!(question(&served, "10.0.0.2", None).await.status, StatusCode::OK);
    served.ground.turn(wait * 1_000 - 1);
    assert_waits(&question(&served, "10.0.0.1", None).await, "questions");
    served.ground.turn(1);
    assert_eq!(question(&served, "10.0.0.1", None).await.status, StatusCode::OK);
    assert_waits(&question(&served, "10.0.0.1", None).await, "questions");
}

#[tokio::test]
async fn all_requests_count_but_probes() {
    let served = some_limits().await;
    for n in 0..12 {
        let path = ["/", "/ui/app.js", "/api/v1/me", "/api/v1/sources"][n % 4];
        let reply = from(&served, "10.0.0.1", None, "GET", path).await;
        assert_ne!(reply.status, StatusCode::TOO_MANY_REQUESTS, "{n}: {reply:?}");
    }
    for path in ["/", "/ui/app.js", "/api/v1/me", "/api/v1/sources"] {
        assert_waits(&from(&served, "10.0.0.1", None, "GET", path).await, "requests");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(from(&served, "10.0.0.1", None, "GET", path).await.status, StatusCode::OK, "{path}");
    }
    // Another address of the same household, and one of the next.
    for n in 0..12 {
        assert_eq!(from(&served, &format!("2001:db8::{n}"), None, "GET", "/").await.status, StatusCode::OK);
    }
    assert_waits(&from(&served, "2001:db8::ffff:1", None, "GET", "/").await, "requests");
    assert_eq!(from(&served, "2001:db8:0:1::1", None, "GET", "/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_person_is_one_wherever_they_ask_from_and_by_what() {
    let served = some_limits().await;
    let [first, second] = stays(&served).await;
    for (n, stay) in [&first, &second, &first].into_iter().enumerate() {
        let reply = question(&served, &format!("10.0.0.{n}"), Some(("cookie", stay))).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    }
    assert_waits(&question(&served, "10.0.0.7", Some(("cookie", &second))).await, "questions");
    // Whoever did not sign in at the same address is somebody else.
    assert_eq!(question(&served, "10.0.0.1", None).await.status, StatusCode::OK);
    served.ground.turn(60_000);
    assert_eq!(question(&served, "10.0.0.7", Some(("cookie", &second))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_operator_is_not_limited_and_guessing_is() {
    let served = some_limits().await;
    let operator = format!("Bearer {TOKEN}");
    for _ in 0..50 {
        let reply = question(&served, "10.0.0.1", Some(("authorization", &operator))).await;
        assert_eq!(reply.status, StatusCode::OK);
    }
    for wrong in [("authorization", "Bearer wrong"), ("cookie", "__Host-lectern=wrong")] {
        let address = if wrong.0 == "cookie" { "10.0.0.2" } else { "10.0.0.3" };
        for _ in 0..12 {
            assert_eq!(question(&served, address, Some(wrong)).await.status, StatusCode::UNAUTHORIZED);
        }
        assert_waits(&question(&served, address, Some(wrong)).await, "requests");
    }
}
