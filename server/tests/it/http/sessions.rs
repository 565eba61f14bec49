//! Coming in, staying and being let out: by password, link, cookie and key, and by what is none of them.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use retrieval::access::Role;
use serde_json::{Value, json};
use server::http::Peer;

use super::{Holding, Reply, Sender, Served, TOKEN, served};
use crate::ground::HOUR_MS;

const DAY_MS: i64 = 24 * HOUR_MS;
pub(super) const PASSWORD: &str = "a quiet harbour";

impl Served {
    /// Somebody who was invited by the operator and chose [`PASSWORD`], and what they hold then.
    pub(super) async fn member(&self, login: &str, role: &str, tier: &str) -> (String, Holding) {
        let body = json!({"login": login, "role": role, "tier": tier}).to_string();
        let invited = self.send(Sender::Operator, "POST", "/api/v1/people", &body).await;
        assert_eq!(invited.status, StatusCode::CREATED, "{invited:?}");
        let redeemed = self.redeem(invited.json()["link"].as_str().unwrap(), PASSWORD).await;
        assert_eq!(redeemed.status, StatusCode::CREATED, "{redeemed:?}");
        (redeemed.json()["id"].as_str().unwrap().to_owned(), cookie(&redeemed))
    }

    pub(super) async fn redeem(&self, link: &str, password: &str) -> Reply {
        let body = json!({"link": link, "password": password}).to_string();
        self.send(Sender::Nobody, "POST", "/api/v1/links/redeem", &body).await
    }

    pub(super) async fn sign_in(&self, login: &str, password: &str) -> Reply {
        let body = json!({"login": login, "password": password}).to_string();
        self.send(Sender::Nobody, "POST", "/api/v1/sessions", &body).await
    }

    async fn sign_in_from(&self, address: &str, login: &str, password: &str) -> Reply {
        let body = json!({"login": login, "password": password}).to_string();
        let request = Request::builder().method("POST").uri("/api/v1/sessions");
        let request = request.header(header::CONTENT_TYPE, "application/json").extension(Peer(address.into()));
        self.send_request(request.body(Body::from(body)).unwrap()).await
    }

    pub(super) async fn status(&self, holding: &Holding, method: &str, path: &str, body: &str) -> u16 {
        self.by(holding, method, path, body).await.status.as_u16()
    }

    /// Whether it opens, in the eyes of a route that needs an account.
    pub(super) async fn opens(&self, holding: &Holding) -> bool {
        let reply = self.by(holding, "GET", "/api/v1/sessions", "").await;
        assert!(reply.status == StatusCode::OK || reply.code() == "not_allowed", "{reply:?}");
        reply.status == StatusCode::OK
    }
}

/// What a browser would keep.
pub(super) fn cookie(reply: &Reply) -> Holding {
    let set = reply.headers[header::SET_COOKIE].to_str().unwrap();
    for rule in ["__Host-lectern=lsi_", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(set.contains(rule), "{set}");
    }
    let value = set.split_once('=').unwrap().1.split_once(';').unwrap().0;
    assert!(!reply.body.contains(value), "{reply:?}");
    Holding::Cookie(value.to_owned())
}

#[tokio::test]
async fn somebody_comes_in_and_goes_out() {
    let served = served().await;
    let (ada, first) = served.member("ada@example.org", "reader", "internal").await;
    served.ground.turn(1);
    let second = served.sign_in(" Ada@Example.org ", PASSWORD).await;
    assert_eq!(second.status, StatusCode::CREATED, "{second:?}");
    let second = cookie(&second);
    let me = served.by(&second, "GET", "/api/v1/me", "").await.json();
    assert_eq!((&me["person"]["id"], &me["tier"], &me["role"]), (&json!(ada), &json!("internal"), &json!("reader")));
    assert!(
        served.by(&second, "POST", "/api/v1/search", r#"{"query":"refunds"}"#).await.body.contains("four business")
    );

    let sessions = served.by(&second, "GET", "/api/v1/sessions", "").await.json()["sessions"].clone();
    let ways: Vec<_> = sessions.as_array().unwrap().iter().map(|stay| (&stay["way"], &stay["current"])).collect();
    assert_eq!(ways, [(&json!("password"), &json!(true)), (&json!("link"), &json!(false))]);
    let other = format!("/api/v1/sessions/{}", sessions[1]["id"].as_str().unwrap());
    assert_eq!(served.status(&second, "DELETE", &other, "").await, 204);
    assert_eq!(served.status(&second, "DELETE", &other, "").await, 404);
    assert!(!served.opens(&first).await && served.opens(&second).await);

    let out = served.by(&second, "DELETE", "/api/v1/sessions/current", "").await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(out.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert!(!served.opens(&second).await);
    let refused = served.by(&second, "GET", "/api/v1/me", "").await;
    assert!(refused.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"), "a dead cookie is taken away");
}

#[tokio::test]
async fn whoever_does_not_come_in_is_told_the_same() {
    let served = served().await;
    served.member("ada", "reader", "public").await;
    let (eve, _) = served.member("eve", "reader", "public").await;
    let suspend = format!("/api/v1/people/{eve}");
    served.send(Sender::Operator, "PATCH", &suspend, r#"{"state":"suspended"}"#).await;
    let body = r#"{"login":"bob","role":"reader","tier":"public"}"#;
    served.send(Sender::Operator, "POST", "/api/v1/people", body).await;
    let wrong = served.sign_in("ada", "not the harbour").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::UNAUTHORIZED, "wrong_password"));
    for (login, password) in [
        ("nobody", PASSWORD),
        ("eve", PASSWORD),
        ("bob", PASSWORD),
        ("ada", ""),
        ("", ""),
        ("", PASSWORD),
        ("a da", PASSWORD),
        ("ada\u{0}", PASSWORD),
        ("' OR 1=1 --", "x"),
        ("bob", ""),
    ] {
        let reply = served.sign_in(login, password).await;
        assert_eq!(told(&reply), told(&wrong), "{login:?} {password:?}");
    }
}

/// All that a client sees of a refusal, but for the number of the request.
pub(super) fn told(reply: &Reply) -> (StatusCode, Value, HeaderMap) {
    let (mut body, mut headers) = (reply.json(), reply.headers.clone());
    headers.remove("x-request-id");
    body.as_object_mut().map(|fields| fields.remove("request_id"));
    body["error"].as_object_mut().map(|fields| fields.remove("request_id"));
    (reply.status, body, headers)
}

/// Values that are no text, and texts that are no secret. `null` stands for a field that is left out, too.
pub(super) fn none_of_these(secret: &str) -> Vec<Value> {
    let cut = &secret[..secret.len() - 1];
    let texts =
        ["", " ", "null", "0", "undefined", "lnk_", "lak_", "lsi_", cut, &format!("{secret}A"), &secret[4..], TOKEN];
    let texts = texts.iter().map(|text| json!(text));
    [json!(null), json!([]), json!({}), json!(0), json!(true), json!([secret])].into_iter().chain(texts).collect()
}

#[tokio::test]
async fn what_is_no_link_is_refused_in_every_field() {
    let served = served().await;
    let body = r#"{"login":"ada","role":"reader","tier":"public"}"#;
    let link =
        served.send(Sender::Operator, "POST", "/api/v1/people", body).await.json()["link"].as_str().unwrap().to_owned();
    for value in none_of_these(&link) {
        for (path, body) in [
            ("/api/v1/links/inspect", json!({"link": value})),
            ("/api/v1/links/redeem", json!({"link": value, "password": PASSWORD})),
            ("/api/v1/links/redeem", json!({"link": value, "password": PASSWORD, "login": "root", "name": "Root"})),
        ] {
            let reply = served.send(Sender::Nobody, "POST", path, &body.to_string()).await;
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (StatusCode::BAD_REQUEST, "bad_request"),
                "{body}: {reply:?}"
            );
        }
        for (name, valid) in [("password", json!({"link": link})), ("login", json!({"password": PASSWORD}))] {
            let mut body = valid;
            body[name] = value.clone();
            let path = if name == "login" { "/api/v1/sessions" } else { "/api/v1/links/redeem" };
            let reply = served.send(Sender::Nobody, "POST", path, &body.to_string()).await;
            // A text may be a bad password or an unknown login; nothing else gets as far.
            let expected: &[u16] = if value.is_string() && name == "login" { &[401] } else { &[400, 201] };
            assert!(expected.contains(&reply.status.as_u16()), "{body}: {reply:?}");
            assert!(value.is_string() || reply.status == StatusCode::BAD_REQUEST, "{body}: {reply:?}");
        }
    }
    for body in ["", "null", "[]", "{}", "0", r#"{"link":1}"#, r#"{"link":"x"}"#, r#"{"password":"a quiet harbour"}"#] {
        let reply = served.send(Sender::Nobody, "POST", "/api/v1/links/redeem", body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn a_secret_for_something_else_opens_nothing() {
    let served = served().await;
    let (ada, held) = served.person("ada", Role::Admin, "restricted").await;
    let (_, key) = served.key(ada, None).await;
    let link = served.send(Sender::Operator, "POST", &format!("/api/v1/people/{ada}/link"), "").await;
    let link = link.json()["link"].as_str().unwrap().to_owned();
    let (Holding::Cookie(cookie), Holding::Bearer(key)) = (held.clone(), key.clone()) else { panic!("as made") };
    let (as_cookie, as_bearer) = (Holding::Cookie, Holding::Bearer);
    for wrong in [
        as_cookie(key.clone()),
        as_cookie(link.clone()),
        as_cookie(TOKEN.into()),
        as_bearer(cookie.clone()),
        as_bearer(link.clone()),
        as_bearer(key.replace("lak_", "lop_")),
    ] {
        assert!(!served.opens(&wrong).await, "{wrong:?}");
    }
    for secret in [&cookie, &key] {
        for value in none_of_these(secret).iter().filter_map(Value::as_str) {
            assert!(!served.opens(&as_cookie(value.into())).await, "{value:?} as a cookie");
            let is_the_operators = value == TOKEN;
            assert!(is_the_operators || !served.opens(&as_bearer(value.into())).await, "{value:?} as a key");
        }
    }
    for wrong in [&cookie, &key] {
        assert_eq!(served.redeem(wrong, PASSWORD).await.status, StatusCode::BAD_REQUEST);
    }
    assert!(served.opens(&held).await && served.opens(&as_bearer(key)).await);
    assert_eq!(served.redeem(&link, PASSWORD).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_stay_ends_unused_and_at_last() {
    let served = served().await;
    let (_, idle) = served.member("ada", "reader", "public").await;
    served.ground.turn(HOUR_MS - 1);
    assert!(served.opens(&idle).await);
    served.ground.turn(HOUR_MS + 1);
    assert!(!served.opens(&idle).await, "an hour unused");

    let used = cookie(&served.sign_in("ada", PASSWORD).await);
    for _ in 0..32 {
        assert!(served.opens(&used).await);
        served.ground.turn(HOUR_MS * 3 / 4);
    }
    served.ground.turn(1);
    assert!(!served.opens(&used).await, "a day in all");
    assert!(served.people.sweep().await.unwrap() >= 2);
    assert_eq!(served.people.sweep().await.unwrap(), 0);
}

#[tokio::test]
async fn guesses_are_slowed_for_a_name() {
    let served = served().await;
    served.member("ada", "reader", "public").await;
    for login in ["ada", "nobody"] {
        for _ in 0..5 {
            assert_eq!(served.sign_in(login, "guess").await.status, StatusCode::UNAUTHORIZED);
        }
        let waits = served.sign_in(login, PASSWORD).await;
        assert_eq!((waits.status, waits.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many"));
        assert_eq!(waits.headers[header::RETRY_AFTER], "1");
    }
    // Nobody's address is known here, and it is held against nobody else.
    served.member("eve", "reader", "public").await;
    assert_eq!(served.sign_in("eve", PASSWORD).await.status, StatusCode::CREATED);
    served.ground.turn(1_000);
    assert_eq!(served.sign_in("ada", PASSWORD).await.status, StatusCode::CREATED);
    let guesses = r#"{"present":"guess","next":"another quiet harbour"}"#;
    let held = cookie(&served.sign_in("ada", PASSWORD).await);
    for _ in 0..5 {
        assert_eq!(served.status(&held, "POST", "/api/v1/me/password", guesses).await, 401);
    }
    assert_eq!(served.status(&held, "POST", "/api/v1/me/password", guesses).await, 429);
}

#[tokio::test]
async fn guesses_are_slowed_from_an_address() {
    let served = served().await;
    served.member("ada", "reader", "public").await;
    for guess in 0..50 {
        let reply = served.sign_in_from("192.0.2.7", &format!("person{guess}"), PASSWORD).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{guess}");
    }
    let reply = served.sign_in_from("192.0.2.7", "ada", PASSWORD).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(reply.headers.contains_key(header::RETRY_AFTER));
    for elsewhere in ["192.0.2.8", "2001:db8::1", "unknown"] {
        assert_eq!(served.sign_in_from(elsewhere, "ada", PASSWORD).await.status, StatusCode::CREATED, "{elsewhere}");
    }
}

#[tokio::test]
async fn another_password_ends_every_other_stay() {
    let served = served().await;
    let (ada, first) = served.member("ada", "reader", "public").await;
    let second = cookie(&served.sign_in("ada", PASSWORD).await);
    let link = served.send(Sender::Operator, "POST", &format!("/api/v1/people/{ada}/link"), "").await;
    let link = link.json()["link"].as_str().unwrap().to_owned();
    for (present, next, status) in [
        (PASSWORD, "short", 400),
        ("wrong", "another quiet harbour", 401),
        (PASSWORD, "ada1234567", 400),
        ("", "", 401),
    ] {
        let body = json!({"present": present, "next": next}).to_string();
        assert_eq!(served.status(&second, "POST", "/api/v1/me/password", &body).await, status, "{body}");
    }
    let body = json!({"present": PASSWORD, "next": "another quiet harbour"}).to_string();
    let changed = served.by(&second, "POST", "/api/v1/me/password", &body).await;
    assert_eq!(changed.status, StatusCode::CREATED, "{changed:?}");
    assert!(!changed.body.contains("harbour"));
    let third = cookie(&changed);
    assert_eq!(
        (served.opens(&first).await, served.opens(&second).await, served.opens(&third).await),
        (false, false, true)
    );
    assert_eq!(served.sign_in("ada", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(served.redeem(&link, PASSWORD).await.status, StatusCode::BAD_REQUEST, "an older link is of no use");
    assert_eq!(served.status(&Holding::Bearer(TOKEN.into()), "POST", "/api/v1/me/password", &body).await, 403);
    assert_eq!(served.status(&Holding::Nothing, "POST", "/api/v1/me/password", &body).await, 401);
}

#[tokio::test]
async fn a_link_works_once_and_not_for_ever() {
    let served = served().await;
    let invite = async |login: &str| {
        let body = json!({"login": login, "role": "reader", "tier": "public"}).to_string();
        let reply = served.send(Sender::Operator, "POST", "/api/v1/people", &body).await;
        reply.json()["link"].as_str().unwrap().to_owned()
    };
    let link = invite("ada").await;
    let inspected =
        served.send(Sender::Nobody, "POST", "/api/v1/links/inspect", &json!({"link": link}).to_string()).await;
    assert_eq!(inspected.json(), json!({"purpose": "invitation", "login": "ada", "name": "ada"}));
    for unfit in ["", "short", "password123", "1234567890", "ada1234567", &"x".repeat(2_000)] {
        assert_eq!(served.redeem(&link, unfit).await.status, StatusCode::BAD_REQUEST, "{unfit}");
    }
    assert_eq!(served.redeem(&link, PASSWORD).await.status, StatusCode::CREATED, "a bad password does not use it up");
    let dead = served.redeem(&link, PASSWORD).await;
    assert_eq!(dead.status, StatusCode::BAD_REQUEST);
    assert!(dead.body.contains("does not work any more"), "{dead:?}");

    let late = invite("late").await;
    served.ground.turn(7 * DAY_MS);
    assert_eq!(told(&served.redeem(&late, PASSWORD).await), told(&dead));
}

#[tokio::test]
async fn only_one_becomes_the_first_admin() {
    let served = served().await;
    let first = served.people.first_admin().await.unwrap().unwrap().reveal().to_owned();
    let second = served.people.first_admin().await.unwrap().unwrap().reveal().to_owned();
    let redeem = async |link: &str, login: &str| {
        let body = json!({"link": link, "login": login, "name": "Root", "password": PASSWORD}).to_string();
        served.send(Sender::Nobody, "POST", "/api/v1/links/redeem", &body).await
    };
    assert_eq!(redeem(&first, "root").await.status, StatusCode::BAD_REQUEST, "the second link stands in its place");
    for login in ["", "ro ot", "root\u{1b}[2J"] {
        assert_eq!(redeem(&second, login).await.status, StatusCode::BAD_REQUEST, "{login:?}");
    }
    let root = redeem(&second, "root").await;
    assert_eq!((root.status, root.json()["role"].as_str()), (StatusCode::CREATED, Some("admin")));
    assert_eq!(redeem(&second, "root2").await.status, StatusCode::BAD_REQUEST);
    assert!(served.people.first_admin().await.unwrap().is_none());
    assert_eq!(served.status(&cookie(&root), "GET", "/api/v1/people", "").await, 200);
}

#[tokio::test]
async fn whoever_is_suspended_is_outside_with_all_they_hold() {
    let served = served().await;
    served.member("root", "admin", "restricted").await;
    let (ada, held) = served.member("ada", "admin", "restricted").await;
    let (_, key) = served.key(ada.parse().unwrap(), None).await;
    let path = format!("/api/v1/people/{ada}");
    let link = async || served.send(Sender::Operator, "POST", &format!("{path}/link"), "").await;
    let before = link().await.json()["link"].as_str().unwrap().to_owned();
    let set = async |state: &str| {
        let reply = served.send(Sender::Operator, "PATCH", &path, &json!({"state": state}).to_string()).await;
        assert_eq!((reply.status, &reply.json()["state"]), (StatusCode::OK, &json!(state)));
    };
    set("suspended").await;
    assert!(!served.opens(&held).await && !served.opens(&key).await);
    for path in ["/api/v1/links/inspect", "/api/v1/links/redeem"] {
        let body = json!({"link": before, "password": PASSWORD}).to_string();
        let body = if path.ends_with("inspect") { json!({"link": before}).to_string() } else { body };
        assert_eq!(served.send(Sender::Nobody, "POST", path, &body).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(served.sign_in("ada", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!((link().await.status, link().await.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    set("active").await;
    assert!(!served.opens(&held).await, "a stay that was ended is not taken up again");
    assert!(served.opens(&key).await, "a key is its owner's again");
    assert_eq!(served.redeem(&before, PASSWORD).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(served.sign_in("ada", PASSWORD).await.status, StatusCode::CREATED);
}
