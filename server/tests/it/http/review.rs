//! What askers think of their answers, who reads that, and how answers came about.

use axum::http::StatusCode;
use retrieval::access::Role;
use serde_json::{Value, json};

use super::{Holding, Reply, Served, served};

const REFUNDS: &str = "How long do refunds take?";
const ABSENT: &str = "0195d0d0-0000-7000-8000-000000000000";

/// The record of the answer. No two are of one moment: the lists go by age.
async fn asked(served: &Served, holding: &Holding, question: &str) -> String {
    served.ground.turn(1);
    let reply = served.by(holding, "POST", "/api/v1/ask", &json!({"question": question}).to_string()).await.json();
    reply["record_id"].as_str().unwrap().to_owned()
}

async fn judge(served: &Served, holding: &Holding, record: &str, body: &str) -> Reply {
    served.by(holding, "PUT", &format!("/api/v1/answers/{record}/feedback"), body).await
}

async fn feedback(served: &Served, holding: &Holding, query: &str) -> Vec<Value> {
    let reply = served.by(holding, "GET", &format!("/api/v1/feedback{query}"), "").await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()["feedback"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_asker_says_what_they_think_and_editors_see_why() {
    let served = served().await;
    let (_, editor) = served.person("ed", Role::Editor, "internal").await;
    let (_, reader) = served.person("ada", Role::Reader, "internal").await;
    for holding in [Holding::Nothing, reader, editor.clone()] {
        let record = asked(&served, &holding, REFUNDS).await;
        let body = r#"{"helpful":false,"reason":"outdated","comment":"It was five days."}"#;
        assert_eq!(judge(&served, &holding, &record, r#"{"helpful":true}"#).await.status, StatusCode::NO_CONTENT);
        assert_eq!(judge(&served, &holding, &record, body).await.status, StatusCode::NO_CONTENT);
        let line = &feedback(&served, &editor, "?helpful=false&limit=1").await[0];
        assert_eq!((&line["record_id"], &line["question"]), (&json!(record), &json!(REFUNDS)), "{line}");
        assert_eq!((&line["reason"], &line["comment"]), (&json!("outdated"), &json!("It was five days.")));
        let kept = served.by(&editor, "GET", &format!("/api/v1/answers/{record}"), "").await.json();
        assert!(kept["answer"].as_str().unwrap().contains("business days"), "{kept}");
        assert_eq!(kept["documents"][0]["title"].as_str().map(str::is_empty), Some(false), "{kept}");
        assert!(kept["trace"]["candidates"].is_array(), "{kept}");
    }
    assert_eq!(feedback(&served, &editor, "").await.len(), 3);
    assert_eq!(feedback(&served, &editor, "?helpful=true").await.len(), 0);
    let first = served.by(&editor, "GET", "/api/v1/feedback?limit=2", "").await.json();
    let behind = format!("?after={}", first["next"].as_str().unwrap());
    assert_eq!(feedback(&served, &editor, &behind).await.len(), 1);
    let record = first["feedback"][0]["record_id"].as_str().unwrap();
    let path = format!("/api/v1/answers/{record}/feedback");
    assert_eq!(served.by(&editor, "DELETE", &path, "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(feedback(&served, &editor, "").await.len(), 2);
}

#[tokio::test]
async fn nobody_judges_anothers_answer_or_reads_of_what_is_hidden() {
    let served = served().await;
    let (_, hr) = served.person("hr", Role::Reader, "internal,groups=hr").await;
    let (_, member) = served.person("member", Role::Editor, "internal,groups=hr").await;
    let record = asked(&served, &hr, "How long do refunds of wages take?").await;
    assert_eq!(judge(&served, &hr, &record, r#"{"helpful":false}"#).await.status, StatusCode::NO_CONTENT);
    assert_eq!(feedback(&served, &member, "").await.len(), 1);
    let path = format!("/api/v1/answers/{record}");
    assert!(served.by(&member, "GET", &path, "").await.body.contains("thirty business days"));
    let (_, outside) = served.person("ed", Role::Editor, "internal").await;
    assert_eq!(feedback(&served, &outside, "").await.len(), 0);
    let hidden = served.by(&outside, "GET", &path, "").await;
    let absent = served.by(&outside, "GET", &format!("/api/v1/answers/{ABSENT}"), "").await;
    assert_eq!((hidden.status, &hidden.body), (StatusCode::NOT_FOUND, &absent.body));
    for other in [&outside, &member, &Holding::Nothing] {
        let [hidden, absent] = [&record, ABSENT].map(|record| judge(&served, other, record, r#"{"helpful":true}"#));
        let (hidden, absent) = (hidden.await, absent.await);
        assert_eq!((hidden.status, &hidden.body), (StatusCode::NOT_FOUND, &absent.body));
        let gone = served.by(other, "DELETE", &format!("{path}/feedback"), "").await;
        assert_eq!((gone.status, &gone.body), (StatusCode::NOT_FOUND, &absent.body));
    }
    // Of what is gone nothing is left but the question.
    let document = served.library.store.document_by_name(&served.library.clearance, "pay.md").await.unwrap().unwrap();
    served.library.store.document_remove(served.library.workspace, document).await.unwrap();
    let kept = served.by(&member, "GET", &path, "").await;
    assert_eq!((&kept.json()["answer"], &kept.json()["trace"]), (&Value::Null, &Value::Null));
    assert!(!kept.body.contains("thirty business days") && !kept.body.contains("\"Pay\""), "{kept:?}");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let served = served().await;
    let record = asked(&served, &Holding::Nothing, REFUNDS).await;
    let long = format!(r#"{{"helpful":true,"comment":"{}"}}"#, "x".repeat(2_001));
    for body in [
        "",
        "{}",
        r#"{"helpful":null}"#,
        r#"{"helpful":"yes"}"#,
        r#"{"helpful":true,"reason":"boring"}"#,
        r#"{"helpful":true,"comment":"\u0000"}"#,
        r#"{"helpful":true,"more":1}"#,
        &long,
    ] {
        let reply = judge(&served, &Holding::Nothing, &record, body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body:.60}");
    }
    for name in ["x", "%00", "0195D0D0-0000-7000-8000-000000000000", "0195d0d000007000800000000000000"] {
        let reply = judge(&served, &Holding::Nothing, name, r#"{"helpful":true}"#).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{name}");
    }
    let (_, editor) = served.person("ed", Role::Editor, "public").await;
    for query in ["?helpful=maybe", "?after=x", "?limit=x", "?what=1"] {
        let reply = served.by(&editor, "GET", &format!("/api/v1/feedback{query}"), "").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
    }
}
