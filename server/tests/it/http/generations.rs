//! Builds of the index over HTTP: begun, compared, made live, taken back, discarded, and noted in the log.

use axum::http::StatusCode;
use retrieval::access::Role;
use serde_json::{Value, json};
use server::library::{Ending, JobKind};

use super::{Holding, Served, served};

const AT: &str = "/api/v1/generations";

async fn sent(served: &Served, holding: &Holding, method: &str, path: &str, status: u16) -> Value {
    let body = if method == "POST" && path == AT { r#"{"hold": true}"# } else { "" };
    let reply = served.by(holding, method, path, body).await;
    assert_eq!(reply.status.as_u16(), status, "{method} {path}: {reply:?}");
    reply.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_builds_compares_promotes_goes_back_and_discards() {
    let served = served().await;
    let (_, admin) = served.person("chief", Role::Admin, "restricted").await;
    let listed = sent(&served, &admin, "GET", AT, 200).await;
    let former = listed["generations"][0]["generation"].as_str().unwrap().to_owned();
    assert_eq!((&listed["generations"][0]["state"], &listed["behind"]), (&json!("live"), &json!(false)));
    sent(&served, &admin, "POST", &format!("{AT}/rollback"), 409).await;
    served.ground.turn(1);
    let begun = sent(&served, &admin, "POST", AT, 202).await;
    let built = format!("{AT}/{}", begun["generation"].as_str().unwrap());
    let refused = sent(&served, &admin, "POST", &format!("{built}/promote"), 409).await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("being built"), "{refused}");
    sent(&served, &admin, "DELETE", &built, 409).await;
    let (job, ending) = served.library.run(JobKind::Reindex).await.unwrap().unwrap();
    assert_eq!((json!(job.to_string()), ending), (begun["job"].clone(), Ending::Done(())));
    let listed = sent(&served, &admin, "GET", AT, 200).await;
    let held = &listed["generations"][0];
    assert_eq!((&held["generation"], &held["state"]), (&begun["generation"], &json!("ready")));
    assert_eq!((&held["verdict"]["passes"], &held["verdict"]["wrong_points"]), (&json!(true), &json!(0)), "{held}");
    served.ground.turn(1);
    assert_eq!(sent(&served, &admin, "POST", &format!("{built}/promote"), 200).await["state"], "live");
    sent(&served, &admin, "DELETE", &built, 409).await;
    served.ground.turn(1);
    let back = sent(&served, &admin, "POST", &format!("{AT}/rollback"), 200).await;
    assert_eq!((&back["generation"], &back["state"]), (&json!(former), &json!("live")));
    let discarded = sent(&served, &admin, "DELETE", &built, 200).await;
    assert_eq!((&discarded["state"], &discarded["receipt"]["index"]), (&json!("discarded"), &json!("removed")));
    sent(&served, &admin, "DELETE", &format!("{AT}/{}", uuid::Uuid::from_u128(9)), 404).await;
    let log = served.by(&admin, "GET", "/api/v1/audit?limit=100", "").await.json().to_string();
    for what in ["index_begun", "index_promoted", "index_discarded"] {
        assert!(log.contains(what), "{what}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_says_in_which_index_was_searched() {
    let served = served().await;
    let (_, admin) = served.person("chief", Role::Admin, "restricted").await;
    let begun = sent(&served, &admin, "POST", AT, 202).await;
    served.library.run(JobKind::Reindex).await.unwrap().unwrap();
    let asked = json!({"question": "How long do refunds take?"}).to_string();
    let before = served.by(&admin, "POST", "/api/v1/ask", &asked).await.json();
    sent(&served, &admin, "POST", &format!("{AT}/{}/promote", begun["generation"].as_str().unwrap()), 200).await;
    let after = served.by(&admin, "POST", "/api/v1/ask", &asked).await.json();
    assert_eq!(before["answer"], after["answer"]);
    for (told, is_live) in [(before, false), (after, true)] {
        let path = format!("/api/v1/answers/{}", told["record_id"].as_str().unwrap());
        let reply = served.by(&admin, "GET", &path, "").await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        let record = reply.json();
        assert_eq!(record["generation_id"] == record["live_generation_id"], is_live, "{record}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_kept_is_asked_by_editors_and_recorded_as_such() {
    let served = served().await;
    let (_, admin) = served.person("chief", Role::Admin, "restricted").await;
    let (_, reader) = served.person("reader", Role::Reader, "restricted").await;
    let former = sent(&served, &admin, "GET", AT, 200).await["generations"][0]["generation"].clone();
    let begun = sent(&served, &admin, "POST", AT, 202).await;
    served.library.run(JobKind::Reindex).await.unwrap().unwrap();
    sent(&served, &admin, "POST", &format!("{AT}/{}/promote", begun["generation"].as_str().unwrap()), 200).await;
    let asked = |of: &Value| json!({"question": "How long do refunds take?", "generation": of}).to_string();
    let told = served.by(&admin, "POST", "/api/v1/ask", &asked(&former)).await.json();
    let record_at = format!("/api/v1/answers/{}", told["record_id"].as_str().unwrap());
    assert_eq!(sent(&served, &admin, "GET", &record_at, 200).await["generation_id"], former, "{told}");
    assert_eq!(served.by(&reader, "POST", "/api/v1/ask", &asked(&former)).await.status, StatusCode::FORBIDDEN);
    for nobodys in [json!(uuid::Uuid::from_u128(9)), json!("nothing")] {
        assert_eq!(served.by(&admin, "POST", "/api/v1/ask", &asked(&nobodys)).await.status, StatusCode::NOT_FOUND);
    }
}
