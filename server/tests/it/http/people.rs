//! Looking after people and groups: by those who may, for those whom they may see, and never to the last admin's end.

use axum::http::StatusCode;
use retrieval::access::Role;
use serde_json::{Value, json};

use super::sessions::{PASSWORD, cookie, told};
use super::{Holding, Reply, Sender, Served, TOKEN, served};

const ABSENT: &str = "0195d0d0-0000-7000-8000-000000000000";

fn operator() -> Holding {
    Holding::Bearer(TOKEN.into())
}

async fn invite(served: &Served, body: Value) -> Reply {
    served.send(Sender::Operator, "POST", "/api/v1/people", &body.to_string()).await
}

fn logins(reply: &Reply) -> Vec<String> {
    let people = reply.json()["people"].as_array().cloned().unwrap_or_default();
    people.iter().map(|person| person["login"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn people_are_listed_page_by_page() {
    let served = served().await;
    for login in ["eve", "ada", "bob", "dan", "cleo"] {
        assert_eq!(invite(&served, json!({"login": login, "role": "reader", "tier": "public"})).await.status, 201);
    }
    let list = async |query: &str| served.send(Sender::Operator, "GET", &format!("/api/v1/people{query}"), "").await;
    assert_eq!(logins(&list("").await), ["ada", "bob", "cleo", "dan", "eve"]);
    assert_eq!(list("").await.json()["next"], Value::Null);
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = list(&format!("?limit=2{after}")).await;
        assert!(logins(&page).len() <= 2);
        seen.extend(logins(&page));
        let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, ["ada", "bob", "cleo", "dan", "eve"]);
    assert_eq!(logins(&list("?login=BOB").await), ["bob"]);
    assert_eq!(logins(&list("?login=nobody").await), [""; 0]);
    assert_eq!(logins(&list("?limit=0").await), ["ada"]);
    assert_eq!(logins(&list("?limit=1000000").await).len(), 5);
    for bad in ["?limit=x", "?limit=-1", "?after=%00", "?after=a%0Ab", "?login=", "?login=%00", "?what=1"] {
        assert_eq!(list(bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    for secret in ["lnk_", "lak_", "lsi_", "argon2"] {
        assert!(!list("").await.body.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_invitation_says_who_may_do_and_read_what() {
    let served = served().await;
    served.send(Sender::Operator, "POST", "/api/v1/groups", r#"{"name":"hr"}"#).await;
    let wish =
        json!({"login": "Ada@Example.org", "name": "Ada", "role": "editor", "tier": "internal", "groups": ["hr"]});
    let invited = invite(&served, wish.clone()).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{invited:?}");
    let (person, link) = (&invited.json()["person"], invited.json()["link"].as_str().unwrap().to_owned());
    for (field, expected) in [
        ("login", json!("ada@example.org")),
        ("name", json!("Ada")),
        ("role", json!("editor")),
        ("tier", json!("internal")),
        ("groups", json!(["hr"])),
        ("state", json!("invited")),
        ("has_password", json!(false)),
    ] {
        assert_eq!(person[field], expected, "{field}");
    }
    assert_eq!(invited.json()["url"], json!(format!("/join#{link}")));
    let taken = invite(&served, wish).await;
    assert_eq!((taken.status, taken.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    let held = cookie(&served.redeem(&link, PASSWORD).await);
    assert!(served.by(&held, "POST", "/api/v1/search", r#"{"query":"wages"}"#).await.body.contains("thirty business"));
}

#[tokio::test]
async fn what_is_no_invitation_is_refused() {
    let served = served().await;
    let good = json!({"login": "ada", "role": "reader", "tier": "public"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let bad = [
        with("login", json!("")),
        with("login", json!("a da")),
        with("login", json!("ada\n")).clone(),
        with("login", json!(null)),
        with("login", json!("ada\u{0}")),
        with("login", json!("ada\u{202e}")),
        with("login", json!("x".repeat(255))),
        with("login", json!(["ada"])),
        with("name", json!("")),
        with("name", json!("A\u{7}")),
        with("name", json!("A\u{2028}B")),
        with("name", json!("x".repeat(201))),
        with("role", json!("owner")),
        with("role", json!("")),
        with("role", json!(null)),
        with("tier", json!("secret")),
        with("tier", json!(0)),
        with("groups", json!(["HR"])),
        with("groups", json!([""])),
        with("groups", json!("hr")),
        with("groups", json!([null])),
        with("state", json!("active")),
        with("password", json!(PASSWORD)),
        json!([]),
        json!(null),
        json!({}),
    ];
    for body in bad.into_iter().filter(|body| body["login"] != "ada\n") {
        let reply = invite(&served, body.clone()).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "bad_request"), "{body}");
    }
    let unknown = invite(&served, with("groups", json!(["nowhere"]))).await;
    assert_eq!(unknown.status, StatusCode::CONFLICT);
    assert!(unknown.body.contains("there is no group"), "{unknown:?}");
    assert_eq!(served.send(Sender::Operator, "GET", "/api/v1/people", "").await.json()["people"], json!([]));
}

#[tokio::test]
async fn somebody_is_changed_and_removed() {
    let served = served().await;
    let (root, admin) = served.person("root", Role::Admin, "restricted").await;
    let (ada, held) = served.person("ada", Role::Reader, "internal,groups=hr").await;
    let path = format!("/api/v1/people/{ada}");
    let patch = async |body: &str| served.by(&admin, "PATCH", &path, body).await;
    let changed = patch(r#"{"name":"Ada L.","role":"editor","tier":"customer","groups":[]}"#).await.json();
    assert_eq!(
        [&changed["name"], &changed["role"], &changed["tier"], &changed["groups"], &changed["state"]],
        [&json!("Ada L."), &json!("editor"), &json!("customer"), &json!([]), &json!("active")]
    );
    assert_eq!(
        served.by(&held, "GET", "/api/v1/me", "").await.json()["tier"],
        "customer",
        "at once, in a stay that goes on"
    );
    for bad in [
        "{}",
        "",
        "[]",
        r#"{"role":"owner"}"#,
        r#"{"tier":"all"}"#,
        r#"{"groups":["A"]}"#,
        r#"{"state":"invited"}"#,
        r#"{"state":""}"#,
        r#"{"name":"a\nb"}"#,
        r#"{"login":"eve"}"#,
        r#"{"name":null}"#,
        r#"{"id":"x"}"#,
    ] {
        assert_eq!(patch(bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(patch(r#"{"groups":["nowhere"]}"#).await.status, StatusCode::CONFLICT);
    let refused = patch(r#"{"tier":"public","groups":["hr","nowhere"]}"#).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(served.by(&admin, "GET", &path, "").await.json()["tier"], "customer", "all of a change or nothing");

    assert_eq!(served.status(&admin, "DELETE", &path, "").await, 204);
    assert!(!served.opens(&held).await);
    for (method, path, body) in [("DELETE", &path, ""), ("GET", &path, ""), ("PATCH", &path, r#"{"name":"x"}"#)] {
        assert_eq!(served.status(&admin, method, path, body).await, 404, "{method}");
    }
    assert_eq!(served.status(&operator(), "DELETE", &format!("/api/v1/people/{root}"), "").await, 409);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let served = served().await;
    let (root, admin) = served.person("root", Role::Admin, "restricted").await;
    let path = format!("/api/v1/people/{root}");
    // Somebody who is invited or suspended looks after nothing.
    invite(&served, json!({"login": "invited", "role": "admin", "tier": "restricted"})).await;
    let attempts = [
        ("PATCH", r#"{"role":"editor"}"#),
        ("PATCH", r#"{"state":"suspended"}"#),
        ("PATCH", r#"{"role":"reader","name":"x"}"#),
        ("DELETE", ""),
    ];
    for (method, body) in attempts {
        for holding in [&admin, &operator()] {
            let reply = served.by(holding, method, &path, body).await;
            assert_eq!((reply.status, reply.code().as_str()), (StatusCode::CONFLICT, "conflict"), "{method} {body}");
        }
    }
    assert!(served.opens(&admin).await);
    served.person("second", Role::Admin, "restricted").await;
    assert_eq!(served.status(&admin, "PATCH", &path, r#"{"role":"reader"}"#).await, 200);
    assert_eq!(served.status(&admin, "GET", "/api/v1/people", "").await, 403, "from that moment on");
}

#[tokio::test]
async fn others_are_as_absent_as_nobody() {
    let served = served().await;
    let (ada, _) = served.person("ada", Role::Reader, "internal").await;
    for (login, role) in [("eve", Role::Reader), ("ed", Role::Editor)] {
        let (own, held) = served.person(login, role, "restricted").await;
        for (method, tail, body) in [
            ("GET", "", ""),
            ("PATCH", "", r#"{"name":"x"}"#),
            ("PATCH", "", r#"{"role":"admin"}"#),
            ("GET", "/sessions", ""),
            ("DELETE", "/sessions", ""),
        ] {
            let at = |id: &str| format!("/api/v1/people/{id}{tail}");
            let hidden = served.by(&held, method, &at(&ada.to_string()), body).await;
            assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{method} {tail}");
            for absent in [ABSENT, "x", "0", "%00", "ada", "..%2f"] {
                assert_eq!(told(&served.by(&held, method, &at(absent), body).await), told(&hidden), "{absent}");
            }
        }
        let at = format!("/api/v1/people/{own}");
        assert_eq!(served.by(&held, "GET", &at, "").await.json()["login"], login);
        assert_eq!(served.by(&held, "PATCH", &at, r#"{"name":"Own Name"}"#).await.json()["name"], "Own Name");
        for body in [
            r#"{"role":"admin"}"#,
            r#"{"tier":"restricted"}"#,
            r#"{"groups":[]}"#,
            r#"{"state":"active"}"#,
            r#"{"name":"x","role":"admin"}"#,
        ] {
            assert_eq!(served.status(&held, "PATCH", &at, body).await, 403, "{body}");
        }
        let add = r#"{"login":"mole","role":"admin","tier":"restricted"}"#;
        for (method, path, body) in [
            ("GET", "/api/v1/people", ""),
            ("POST", "/api/v1/people", add),
            ("DELETE", at.as_str(), ""),
            ("POST", &format!("{at}/link"), ""),
            ("GET", "/api/v1/groups", ""),
            ("POST", "/api/v1/groups", r#"{"name":"x"}"#),
            ("DELETE", "/api/v1/groups/hr", ""),
        ] {
            assert_eq!(served.status(&held, method, path, body).await, 403, "{method} {path}");
            assert_eq!(served.status(&Holding::Nothing, method, path, body).await, 401, "{method} {path}");
        }
    }
    assert_eq!(served.status(&operator(), "GET", &format!("/api/v1/people/{ABSENT}"), "").await, 404);
}

#[tokio::test]
async fn stays_of_others_are_seen_and_ended_by_who_looks_after_them() {
    let served = served().await;
    let (_, admin) = served.person("root", Role::Admin, "restricted").await;
    let (ada, first) = served.person("ada", Role::Reader, "public").await;
    served.ground.turn(1);
    let second = served.stay(ada).await;
    let path = format!("/api/v1/people/{ada}/sessions");
    let seen = served.by(&admin, "GET", &path, "").await;
    assert_eq!(seen.json()["sessions"].as_array().unwrap().len(), 2);
    assert!(!seen.body.contains("lsi_"));
    assert_eq!(served.by(&first, "GET", &path, "").await.json()["sessions"][1]["current"], true);
    assert_eq!(served.by(&admin, "DELETE", &path, "").await.json(), json!({"ended": 2}));
    assert!(!served.opens(&first).await && !served.opens(&second).await && served.opens(&admin).await);
    let own = served.stay(ada).await;
    assert_eq!(served.by(&own, "DELETE", &path, "").await.json(), json!({"ended": 1}));
    assert!(!served.opens(&own).await, "everywhere is here, too");
    assert_eq!(served.status(&admin, "DELETE", &format!("/api/v1/people/{ABSENT}/sessions"), "").await, 404);
}

#[tokio::test]
async fn a_new_link_takes_the_place_of_the_one_before() {
    let served = served().await;
    let invited = invite(&served, json!({"login": "ada", "role": "reader", "tier": "public"})).await.json();
    let path = format!("/api/v1/people/{}/link", invited["person"]["id"].as_str().unwrap());
    let link =
        async || served.send(Sender::Operator, "POST", &path, "").await.json()["link"].as_str().unwrap().to_owned();
    let again = link().await;
    assert_eq!(served.redeem(invited["link"].as_str().unwrap(), PASSWORD).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(served.redeem(&again, PASSWORD).await.status, StatusCode::CREATED);
    let (first, second) = (link().await, link().await);
    assert_eq!(served.redeem(&first, "another quiet harbour").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(served.sign_in("ada", PASSWORD).await.status, StatusCode::CREATED, "a link alone changes nothing");
    assert_eq!(served.redeem(&second, "another quiet harbour").await.status, StatusCode::CREATED);
    assert_eq!(served.sign_in("ada", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(served.status(&operator(), "POST", &format!("/api/v1/people/{ABSENT}/link"), "").await, 404);
}

#[tokio::test]
async fn groups_come_and_go_and_take_rights_with_them() {
    let served = served().await;
    let (_, admin) = served.person("root", Role::Admin, "restricted").await;
    let (_, held) = served.person("ada", Role::Reader, "internal,groups=hr").await;
    let made = served.by(&admin, "POST", "/api/v1/groups", r#"{"name":"billing"}"#).await;
    assert_eq!(
        (made.status, made.json()),
        (StatusCode::CREATED, json!({"name": "billing", "members": 0, "documents": 0}))
    );
    assert_eq!(served.status(&admin, "POST", "/api/v1/groups", r#"{"name":"billing"}"#).await, 409);
    let groups = served.by(&admin, "GET", "/api/v1/groups", "").await.json();
    let hr = json!({"name": "hr", "members": 1, "documents": 1});
    assert_eq!(groups, json!({"groups": [{"name": "billing", "members": 0, "documents": 0}, hr]}));
    for bad in
        [r#"{"name":""}"#, r#"{"name":"HR"}"#, r#"{"name":"a b"}"#, r#"{"name":null}"#, r#"{"name":["hr"]}"#, "{}", ""]
    {
        assert_eq!(served.status(&admin, "POST", "/api/v1/groups", bad).await, 400, "{bad}");
    }
    let reads = async || {
        served.by(&held, "POST", "/api/v1/search", r#"{"query":"wages"}"#).await.body.contains("thirty business")
    };
    assert!(reads().await);
    assert_eq!(served.status(&admin, "DELETE", "/api/v1/groups/hr", "").await, 204);
    assert!(!reads().await);
    for absent in ["hr", "nowhere", "HR", "%00", "a%20b"] {
        assert_eq!(served.status(&admin, "DELETE", &format!("/api/v1/groups/{absent}"), "").await, 404, "{absent}");
    }
}
