//! Looking through other eyes: whose, by whom, and what is said of it.

use axum::http::StatusCode;
use retrieval::access::Role;
use serde_json::{Value, json};
use server::people::PersonChange;
use server::people::PersonState;

use super::access::{above, assert_nothing_of};
use super::audit::{deeds, from, joined};
use super::{Reply, Sender, Served, served};

const QUESTION: &str = "How long do refunds take?";

fn titles(reply: &Value) -> Vec<String> {
    let mut titles: Vec<String> =
        reply["hits"].as_array().unwrap().iter().map(|hit| hit["title"].as_str().unwrap().to_owned()).collect();
    titles.sort_unstable();
    titles
}

async fn compare(served: &Served, body: Value) -> Reply {
    served.send(Sender::Operator, "POST", "/api/v1/simulate/compare", &body.to_string()).await
}

async fn explained(served: &Served, person: &str, document: &str) -> Value {
    let body = json!({"person": person, "document": document}).to_string();
    let reply = served.send(Sender::Operator, "POST", "/api/v1/access/explain", &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()
}

async fn id_of(served: &Served, login: &str) -> retrieval::model::PersonId {
    let (store, workspace) = (&served.library.store, served.library.workspace);
    store.person_by_login(workspace, login).await.unwrap().unwrap().0.id
}

#[tokio::test]
async fn an_admin_sees_what_somebody_sees() {
    let served = served().await;
    let ada = joined(&served, "ada", Role::Reader, "internal,groups=hr").await;
    let admin = joined(&served, "eve", Role::Admin, "public").await;
    let id = id_of(&served, "ada").await;
    for name in ["person:ada".to_owned(), "person:ADA".into(), format!("person:{id}")] {
        let body = json!({"query": "refunds", "as": name}).to_string();
        let own = from(&served, &ada, "POST", "/api/v1/search", r#"{"query":"refunds"}"#).await;
        for seen in [
            served.search(Sender::Operator, "refunds", Some(&name)).await,
            from(&served, &admin, "POST", "/api/v1/search", &body).await,
        ] {
            assert_eq!(titles(&seen.json()), titles(&own.json()));
            assert_eq!(titles(&seen.json()), ["Pay", "Refunds", "Refunds inside", "Service"].map(str::to_owned));
            assert_nothing_of(&seen, &above(4));
        }
    }
    let noted = deeds(&served, "simulated").await;
    assert_eq!(noted.len(), 6);
    assert_eq!(noted[0]["person"], json!(id_of(&served, "eve").await.to_string()));
    assert_eq!((&noted[0]["object_kind"], &noted[0]["object_id"]), (&json!("person"), &json!(id.to_string())));
    assert!(!noted.iter().any(|deed| deed.to_string().contains("refunds")), "{noted:?}");
    // Eyes are as they are now.
    let change = PersonChange { groups: Some(Default::default()), ..PersonChange::default() };
    served.people.change(id, change).await.unwrap();
    let seen = served.search(Sender::Operator, "refunds", Some("person:ada")).await;
    assert_eq!(titles(&seen.json()), ["Refunds", "Refunds inside", "Service"].map(str::to_owned));
}

#[tokio::test]
async fn the_record_of_an_answer_says_who_really_asked() {
    let served = served().await;
    joined(&served, "ada", Role::Reader, "customer").await;
    let admin = joined(&served, "eve", Role::Admin, "public").await;
    let body = json!({"question": QUESTION, "as": "person:ada"}).to_string();
    let reply = from(&served, &admin, "POST", "/api/v1/ask", &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let path = served.ground.folder.path().join("lectern.db");
    let mut connection =
        <sqlx::AnyConnection as sqlx::Connection>::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let (asker,): (String,) =
        sqlx::query_as("SELECT asker FROM answer_records").fetch_one(&mut connection).await.unwrap();
    assert_eq!(asker, format!("person {} as tier=customer groups=", id_of(&served, "eve").await));
}

#[tokio::test]
async fn nobody_else_borrows_a_persons_eyes() {
    let served = served().await;
    let reader = joined(&served, "ada", Role::Reader, "internal").await;
    let editor = joined(&served, "bob", Role::Editor, "restricted,groups=hr").await;
    for eyes in ["person:ada", "person:bob", "person:nobody", "person:", "tier=restricted,groups=web"] {
        for path in ["/api/v1/search", "/api/v1/ask"] {
            let body = match path {
                "/api/v1/ask" => json!({"question": QUESTION, "as": eyes}),
                _ => json!({"query": "refunds", "as": eyes}),
            };
            let body = body.to_string();
            for cookie in [&reader, &editor] {
                let reply = from(&served, cookie, "POST", path, &body).await;
                assert_eq!((reply.status, reply.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{eyes}");
            }
            let reply = served.send(Sender::Nobody, "POST", path, &body).await;
            assert_eq!((reply.status, reply.code().as_str()), (StatusCode::UNAUTHORIZED, "not_allowed"), "{eyes}");
        }
    }
    // Through less than their own anybody may look, and that is nobody's business.
    let narrower = from(&served, &editor, "POST", "/api/v1/search", r#"{"query":"refunds","as":"tier=public"}"#).await;
    assert_eq!(titles(&narrower.json()), ["Refunds".to_owned()]);
    assert!(deeds(&served, "simulated").await.is_empty());
}

#[tokio::test]
async fn whoever_cannot_come_in_lends_no_eyes() {
    let served = served().await;
    joined(&served, "ada", Role::Reader, "internal").await;
    let change = PersonChange { state: Some(PersonState::Suspended), ..PersonChange::default() };
    served.people.change(id_of(&served, "ada").await, change).await.unwrap();
    for (eyes, words) in
        [("person:ada", "suspended"), ("person:nobody", "nobody"), ("person:", "nobody"), ("person:a\u{0}b", "nobody")]
    {
        let reply = served.search(Sender::Operator, "refunds", Some(eyes)).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{eyes:?}: {reply:?}");
        assert!(reply.body.contains(words), "{eyes:?}: {reply:?}");
    }
}

#[tokio::test]
async fn two_are_seen_side_by_side() {
    let served = served().await;
    joined(&served, "ada", Role::Reader, "internal,groups=hr").await;
    let only = |side: &Value| -> Vec<String> {
        let mut titles: Vec<String> =
            side["only_here"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect();
        titles.sort_unstable();
        titles
    };
    let reply =
        compare(&served, json!({"query": "refunds", "left": "person:ada", "right": "tier=restricted"})).await.json();
    assert_eq!(only(&reply["left"]), ["Pay"]);
    assert_eq!(only(&reply["right"]), ["Deal"]);
    assert_eq!(titles(&reply["left"]), ["Pay", "Refunds", "Refunds inside", "Service"].map(str::to_owned));
    assert!(reply["left"]["answer"].is_null());
    let reply =
        compare(&served, json!({"question": QUESTION, "left": "tier=public", "right": "tier=public"})).await.json();
    assert!(only(&reply["left"]).is_empty() && only(&reply["right"]).is_empty());
    assert!(reply["left"]["answer"]["answer"].as_str().unwrap().contains("ten business days"), "{reply}");
    assert_eq!(deeds(&served, "simulated").await.len(), 4);
    for bad in [
        json!({"query": "x", "question": "y", "left": "tier=public", "right": "tier=public"}),
        json!({"left": "tier=public", "right": "tier=public"}),
        json!({"query": "", "left": "tier=public", "right": "tier=public"}),
        json!({"query": "x", "left": "", "right": "tier=public"}),
        json!({"query": "x", "left": null, "right": "tier=public"}),
        json!({"query": "x", "left": "tier=public", "right": "person:nobody"}),
        json!({"query": "x", "left": "tier=public", "right": "tier=public", "more": 1}),
        json!([]),
    ] {
        let reply = compare(&served, bad.clone()).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "bad_request"), "{bad}");
    }
}

#[tokio::test]
async fn which_rule_decides_is_told() {
    let served = served().await;
    joined(&served, "ada", Role::Reader, "internal").await;
    let check = async |document: &str, reads: bool, rule: &str| {
        let told = explained(&served, "ada", document).await;
        assert_eq!(told["reads"], json!(reads), "{told}");
        let refusing: Vec<&str> = told["grounds"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["holds"] == json!(false))
            .map(|one| one["rule"].as_str().unwrap())
            .collect();
        assert_eq!(refusing.join(","), rule, "{told}");
    };
    check("refunds.md", true, "").await;
    check("pay.md", false, "groups").await;
    check("deal.md", false, "tier").await;
    assert_eq!(deeds(&served, "access_explained").await.len(), 3);
    let change = PersonChange { state: Some(PersonState::Suspended), ..PersonChange::default() };
    served.people.change(id_of(&served, "ada").await, change).await.unwrap();
    check("refunds.md", false, "state").await;
    for (person, document, words) in [
        ("nobody", "refunds.md", "no such person"),
        ("", "refunds.md", "no such person"),
        ("ada", "nothing.md", "no such document"),
        ("ada", "", "no such document"),
    ] {
        let told = explained(&served, person, document).await;
        assert!(told["verdict"].as_str().unwrap().contains(words) && told["reads"] == json!(false), "{told}");
    }
    for bad in ["{}", "[]", r#"{"person":null,"document":"x"}"#, r#"{"person":"a","document":"b","more":1}"#] {
        let reply = served.send(Sender::Operator, "POST", "/api/v1/access/explain", bad).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}
