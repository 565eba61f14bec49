//! Keys: told once, never for more than their owner, and gone when they are revoked or over.

use axum::http::{StatusCode, header};
use retrieval::access::Role;
use serde_json::{Value, json};

use super::sessions::told;
use super::{Holding, Reply, Served, TOKEN, served};
use crate::ground::HOUR_MS;

const ABSENT: &str = "0195d0d0-0000-7000-8000-000000000000";
const SEARCH: (&str, &str, &str) = ("POST", "/api/v1/search", r#"{"query":"refunds of wages"}"#);

async fn make(served: &Served, holding: &Holding, body: Value) -> Reply {
    served.by(holding, "POST", "/api/v1/keys", &body.to_string()).await
}

fn secret(reply: &Reply) -> Holding {
    assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
    Holding::Bearer(reply.json()["secret"].as_str().unwrap().to_owned())
}

/// The titles that it finds.
async fn found(served: &Served, holding: &Holding) -> Vec<String> {
    let reply = served.by(holding, SEARCH.0, SEARCH.1, SEARCH.2).await;
    let hits = reply.json()["hits"].as_array().cloned().unwrap_or_else(|| panic!("{reply:?}"));
    let mut titles: Vec<_> = hits.iter().map(|hit| hit["title"].as_str().unwrap().to_owned()).collect();
    titles.sort_unstable();
    titles
}

#[tokio::test]
async fn a_key_is_told_once_and_revoked_for_ever() {
    let served = served().await;
    let (ada, held) = served.person("ada", Role::Reader, "internal,groups=hr").await;
    let made = make(&served, &held, json!({"name": "bot", "scopes": ["read"], "expires_in_days": 30})).await;
    let key = secret(&made);
    let Holding::Bearer(text) = &key else { panic!("as made") };
    let listed = served.by(&held, "GET", "/api/v1/keys", "").await;
    assert!(!listed.body.contains(&text[12..]) && !listed.body.contains("hash"), "{listed:?}");
    let line = &listed.json()["keys"][0];
    assert_eq!(
        [
            &line["name"],
            &line["prefix"],
            &line["scopes"],
            &line["owner"],
            &line["owner_login"],
            &line["tier"],
            &line["used_ms"]
        ],
        [
            &json!("bot"),
            &json!(text[..12]),
            &json!(["read"]),
            &json!(ada.to_string()),
            &json!("ada"),
            &Value::Null,
            &Value::Null
        ]
    );
    assert_eq!(found(&served, &key).await, found(&served, &held).await, "it reads as its owner");
    assert_eq!(served.by(&key, "GET", "/api/v1/me", "").await.json()["scopes"], json!(["read"]));
    assert!(served.by(&held, "GET", "/api/v1/keys", "").await.json()["keys"][0]["used_ms"].is_number());
    let path = format!("/api/v1/keys/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(served.status(&held, "DELETE", &path, "").await, 204);
    assert_eq!(served.status(&key, SEARCH.0, SEARCH.1, SEARCH.2).await, 401);
    assert_eq!(served.status(&held, "DELETE", &path, "").await, 404);
    assert_eq!(served.by(&held, "GET", "/api/v1/keys", "").await.json()["keys"], json!([]));
}

#[tokio::test]
async fn a_key_never_reads_more_than_its_owner() {
    let served = served().await;
    let (ada, held) = served.person("ada", Role::Reader, "internal").await;
    for wider in [
        json!({"name": "k", "scopes": ["read", "write"], "tier": "restricted", "groups": ["hr"]}),
        json!({"name": "k", "scopes": ["read"], "tier": "restricted"}),
        json!({"name": "k", "scopes": ["read", "write", "manage"]}),
    ] {
        let key = secret(&make(&served, &held, wider).await);
        assert_eq!(found(&served, &key).await, ["Refunds", "Refunds inside", "Service"]);
        for (method, path) in [("GET", "/api/v1/people"), ("POST", "/api/v1/documents"), ("GET", "/api/v1/sources")] {
            assert_eq!(served.status(&key, method, path, "").await, 403, "{path}");
        }
    }
    let narrow = secret(&make(&served, &held, json!({"name": "k", "scopes": ["read"], "tier": "customer"})).await);
    assert_eq!(found(&served, &narrow).await, ["Refunds", "Service"]);
    let lowered = Holding::Bearer(TOKEN.into());
    served.by(&lowered, "PATCH", &format!("/api/v1/people/{ada}"), r#"{"tier":"public"}"#).await;
    assert_eq!(found(&served, &narrow).await, ["Refunds"], "it sinks with its owner");

    // An admin reads everything; a key of theirs with a label does not, and nothing widens it again.
    let (_, admin) = served.person("root", Role::Admin, "restricted").await;
    let forced = json!({"name": "k", "scopes": ["read", "write"], "tier": "internal", "groups": ["hr"]});
    let forced = secret(&make(&served, &admin, forced).await);
    assert_eq!(found(&served, &forced).await, ["Pay", "Refunds", "Refunds inside", "Service"]);
    for (method, path, body) in [
        ("POST", "/api/v1/keys", r#"{"name":"wider","scopes":["read"]}"#),
        ("POST", "/api/v1/people", r#"{"login":"mole","role":"admin","tier":"restricted"}"#),
        ("GET", "/api/v1/people", ""),
        ("POST", "/api/v1/search", r#"{"query":"x","as":"tier=restricted"}"#),
    ] {
        assert_eq!(served.status(&forced, method, path, body).await, 403, "{path}");
    }
    let both = make(&served, &admin, json!({"name": "k", "scopes": ["read", "manage"], "tier": "public"})).await;
    assert_eq!(both.status, StatusCode::BAD_REQUEST, "{both:?}");
}

#[tokio::test]
async fn a_key_that_reads_a_part_does_not_manage_whatever_its_row_says() {
    let served = served().await;
    let (root, _) = served.person("root", Role::Admin, "restricted").await;
    let (_, key) = served.key(root, Some("public")).await;
    assert_eq!(served.by(&key, "GET", "/api/v1/me", "").await.json()["scopes"], json!(["read", "write"]));
    assert_eq!(served.status(&key, "GET", "/api/v1/people", "").await, 403);
}

#[tokio::test]
async fn a_key_makes_no_key_for_more() {
    let served = served().await;
    let (_, held) = served.person("ada", Role::Reader, "internal").await;
    let manager = secret(&make(&served, &held, json!({"name": "m", "scopes": ["manage"]})).await);
    assert_eq!(make(&served, &manager, json!({"name": "r", "scopes": ["read"]})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(served.status(&manager, SEARCH.0, SEARCH.1, SEARCH.2).await, 403);
    secret(&make(&served, &manager, json!({"name": "m2", "scopes": ["manage"]})).await);
    let reader = secret(&make(&served, &held, json!({"name": "r", "scopes": ["read"]})).await);
    for (method, path) in [("GET", "/api/v1/keys"), ("POST", "/api/v1/keys"), ("GET", "/api/v1/sessions")] {
        assert_eq!(served.status(&reader, method, path, "").await, 403, "{path}");
    }
}

#[tokio::test]
async fn somebody_elses_key_is_absent_but_for_an_admin() {
    let served = served().await;
    let (ada, held) = served.person("ada", Role::Reader, "internal").await;
    let (id, key) = served.key(ada, None).await;
    let (_, eve) = served.person("eve", Role::Editor, "restricted").await;
    let at = |id: &str| format!("/api/v1/keys/{id}");
    let hidden = served.by(&eve, "DELETE", &at(&id.to_string()), "").await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    for absent in [ABSENT, "x", "0", "%00", "null"] {
        assert_eq!(told(&served.by(&eve, "DELETE", &at(absent), "").await), told(&hidden), "{absent}");
    }
    for owner in [ada.to_string(), ABSENT.into(), "x".into(), String::new()] {
        assert_eq!(
            told(&served.by(&eve, "GET", &format!("/api/v1/keys?owner={owner}"), "").await),
            told(&hidden),
            "{owner}"
        );
        let body = json!({"name": "k", "scopes": ["read"], "owner": owner});
        let refused = make(&served, &eve, body).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(served.status(&eve, "GET", "/api/v1/keys?owner=all", "").await, 403);
    assert_eq!(
        served.by(&held, "GET", &format!("/api/v1/keys?owner={ada}"), "").await.json()["keys"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(served.status(&Holding::Nothing, "GET", "/api/v1/keys", "").await, 401);

    let (_, admin) = served.person("root", Role::Admin, "restricted").await;
    let all = served.by(&admin, "GET", "/api/v1/keys?owner=all", "").await.json();
    assert_eq!((all["keys"].as_array().unwrap().len(), &all["keys"][0]["owner_login"]), (1, &json!("ada")));
    assert_eq!(served.by(&admin, "GET", "/api/v1/keys", "").await.json()["keys"], json!([]));
    let for_ada =
        secret(&make(&served, &admin, json!({"name": "k", "scopes": ["read"], "owner": ada.to_string()})).await);
    assert_eq!(found(&served, &for_ada).await, found(&served, &held).await, "with the owner's rights, not the maker's");
    assert_eq!(served.status(&admin, "DELETE", &at(&id.to_string()), "").await, 204);
    assert!(!served.opens(&key).await);
    let operator = Holding::Bearer(TOKEN.into());
    assert_eq!(served.status(&operator, "GET", "/api/v1/keys", "").await, 400, "the operator has none");
    assert_eq!(
        make(&served, &operator, json!({"name": "k", "scopes": ["read"]})).await.status,
        StatusCode::BAD_REQUEST
    );
    secret(&make(&served, &operator, json!({"name": "k", "scopes": ["manage"], "owner": ada.to_string()})).await);
}

#[tokio::test]
async fn what_is_no_wish_for_a_key_is_refused() {
    let served = served().await;
    let (_, held) = served.person("ada", Role::Admin, "restricted").await;
    let good = json!({"name": "k", "scopes": ["read"]});
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(null)),
        ("name", json!("a\u{0}b")),
        ("name", json!("a\u{1b}[31m")),
        ("name", json!("x".repeat(201))),
        ("scopes", json!([])),
        ("scopes", json!(["all"])),
        ("scopes", json!("read")),
        ("scopes", json!(null)),
        ("scopes", json!([""])),
        ("scopes", json!(["read", 0])),
        ("tier", json!("secret")),
        ("tier", json!("")),
        ("tier", json!([])),
        ("groups", json!(["hr"])),
        ("groups", json!([""])),
        ("expires_in_days", json!(0)),
        ("expires_in_days", json!(-1)),
        ("expires_in_days", json!(3_651)),
        ("expires_in_days", json!("30")),
        ("expires_in_days", json!(1.5)),
        ("expires_in_days", json!(4_294_967_296_u64)),
        ("secret", json!("lak_x")),
        ("owner", json!(0)),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let reply = make(&served, &held, body.clone()).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::BAD_REQUEST, "bad_request"),
            "{body}: {reply:?}"
        );
    }
    assert_eq!(served.by(&held, "GET", "/api/v1/keys", "").await.json()["keys"], json!([]));
    for bad in ["?owner", "?who=ada", "?owner=%ff"] {
        assert!(matches!(served.status(&held, "GET", &format!("/api/v1/keys{bad}"), "").await, 400 | 404), "{bad}");
    }
    let mut made = 0;
    while made <= 100 && make(&served, &held, good.clone()).await.status == StatusCode::CREATED {
        made += 1;
    }
    assert_eq!(made, 100, "there is an end to them");
}

#[tokio::test]
async fn a_key_ends_when_it_was_said_to() {
    let served = served().await;
    let (ada, held) = served.person("ada", Role::Reader, "internal").await;
    let day = secret(&make(&served, &held, json!({"name": "k", "scopes": ["manage"], "expires_in_days": 1})).await);
    let (_, endless) = served.key(ada, None).await;
    served.ground.turn(24 * HOUR_MS - 1);
    assert!(served.opens(&day).await);
    served.ground.turn(1);
    assert!(!served.opens(&day).await && served.opens(&endless).await);
    let refused = served.by(&day, "GET", "/api/v1/me", "").await;
    assert_eq!(
        (refused.status, refused.headers.contains_key(header::WWW_AUTHENTICATE)),
        (StatusCode::UNAUTHORIZED, true)
    );
}

#[tokio::test]
async fn nobody_who_does_not_come_in_gets_a_key() {
    let served = served().await;
    let operator = Holding::Bearer(TOKEN.into());
    let invited =
        served.by(&operator, "POST", "/api/v1/people", r#"{"login":"bot","role":"reader","tier":"public"}"#).await;
    let id = invited.json()["person"]["id"].as_str().unwrap().to_owned();
    let wish = json!({"name": "k", "scopes": ["manage"], "owner": id});
    assert_eq!(make(&served, &operator, wish.clone()).await.status, StatusCode::CONFLICT);
    // Somebody without a password, for programs alone.
    served.by(&operator, "PATCH", &format!("/api/v1/people/{id}"), r#"{"state":"active"}"#).await;
    let key = secret(&make(&served, &operator, wish).await);
    assert!(served.opens(&key).await);
    assert_eq!(served.sign_in("bot", "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(served.sign_in("bot", "nobody's").await.status, StatusCode::UNAUTHORIZED);
}
