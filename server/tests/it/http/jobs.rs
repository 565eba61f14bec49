//! Jobs and schedules over HTTP: listed, watched, stopped, planned, by those who may.

use std::sync::Arc;

use axum::http::StatusCode;
use retrieval::access::{AccessTier, Role};
use serde_json::{Value, json};
use server::library::{JobKind, Plan, Scope, Upload};
use server::people::PersonChange;

use super::{Holding, Sender, Served, served};
use crate::ground::label;

/// The names of events and what they tell.
fn events(body: &str) -> Vec<(String, Value)> {
    let field = |block: &str, name: &str| block.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
    let blocks = body.split("\n\n").filter(|block| block.contains("data: "));
    let event = |block: &str| {
        let data = field(block, "data: ").unwrap();
        (field(block, "event: ").unwrap(), serde_json::from_str(&data).unwrap())
    };
    blocks.map(event).collect()
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

async fn accepted(served: &Served, files: usize, who: &str) -> String {
    let mut intake = served.library.intake().await.unwrap();
    let upload = |n| Upload {
        origin: format!("{who}/{n}.md"),
        bytes: format!("# File {n}\n\nText of {who} number {n}.").into_bytes(),
        label: label(who),
    };
    intake.add((0..files).map(upload).collect()).await.unwrap();
    served.ground.turn(1);
    intake.close().await.unwrap().to_string()
}

async fn get(served: &Served, holding: &Holding, path: &str) -> Value {
    let reply = served.by(holding, "GET", path, "").await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_are_listed_by_kind_and_state_and_read_page_by_page() {
    let served = served().await;
    let (_, admin) = served.person("chief", Role::Admin, "restricted").await;
    let job = accepted(&served, 120, "public").await;
    served.library.reconcile_soon().await.unwrap();
    let listed = async |query: &str| {
        let jobs = get(&served, &admin, &format!("/api/v1/jobs{query}")).await["jobs"].take();
        jobs.as_array().unwrap().iter().map(|job| job["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("?state=queued").await.len(), 2);
    assert_eq!(listed("?kind=reconcile").await, ["reconcile"]);
    assert_eq!(listed("?kind=ingest&state=queued").await, ["ingest"]);
    assert_eq!(listed("?kind=crawl").await, [""; 0]);
    for wrong in ["?kind=sleep", "?state=over", "?limit=0", "?sort=x"] {
        let reply = served.by(&admin, "GET", &format!("/api/v1/jobs{wrong}"), "").await;
        assert_eq!(reply.code(), "bad_request", "{wrong}");
    }
    served.library.work(&|_, _| {}).await.unwrap();
    let (mut path, mut read) = (format!("/api/v1/jobs/{job}"), Vec::new());
    let first = get(&served, &admin, &path).await;
    assert_eq!((&first["counts"], &first["state"]), (&json!({"indexed": 120}), &json!("done")));
    loop {
        let page = get(&served, &admin, &path).await;
        read.extend(page["items"].as_array().unwrap().iter().map(|item| item["path"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/jobs/{job}?after={next}");
    }
    assert_eq!(read, (0..120).map(|n| format!("public/{n}.md")).collect::<Vec<_>>());
    let other = accepted(&served, 1, "public").await;
    let foreign = path.replace(&job, &other);
    assert_eq!(served.by(&admin, "GET", &foreign, "").await.code(), "bad_request", "a cursor is of one job");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_watches_hears_how_it_goes_and_that_it_ended() {
    let served = served().await;
    let (_, admin) = served.person("chief", Role::Admin, "restricted").await;
    let job = accepted(&served, 40, "public").await;
    let path = format!("/api/v1/jobs/{job}/events");
    let now = events(&served.by(&admin, "GET", &format!("{path}?for_seconds=0"), "").await.body);
    assert_eq!(names(&now), ["progress", "later"]);
    assert_eq!(now[0].1["state"], "queued");
    assert_eq!(served.by(&admin, "GET", &format!("{path}?for_seconds=3601"), "").await.code(), "bad_request");

    let library = Arc::clone(&served.library);
    let working = tokio::spawn(async move { library.run(JobKind::Ingest).await.unwrap() });
    let reply = served.by(&admin, "GET", &path, "").await;
    assert_eq!(reply.headers["content-type"], "text/event-stream");
    let told = events(&reply.body);
    working.await.unwrap();
    assert_eq!(told.iter().filter(|(name, _)| name == "ended").count(), 1);
    let (last, rest) = told.split_last().unwrap();
    assert_eq!(
        (last.0.as_str(), &last.1["state"], &last.1["items"]),
        ("ended", &json!("done"), &json!({"indexed": 40}))
    );
    assert!(rest.iter().all(|(name, _)| name == "progress"), "{told:?}");
    // What is over is told at once.
    assert_eq!(names(&events(&served.by(&admin, "GET", &path, "").await.body)), ["ended"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_no_longer_know_is_told_no_more() {
    let served = served().await;
    let (person, editor) = served.person("editor", Role::Editor, "internal").await;
    let job = accepted(&served, 1, "internal").await;
    let path = format!("/api/v1/jobs/{job}/events");
    let demoting = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let change = PersonChange { role: Some(Role::Reader), ..PersonChange::default() };
        assert!(served.people.change(person, change).await.unwrap());
    };
    let (reply, ()) = tokio::join!(served.by(&editor, "GET", &path, ""), demoting);
    let told = events(&reply.body);
    assert_eq!(names(&told), ["progress", "failed"]);
    assert_eq!(told[1].1["error"]["code"], "revoked");

    let (person, editor) = served.person("another", Role::Editor, "internal").await;
    let lowering = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let change = PersonChange { tier: Some(AccessTier::Public), ..PersonChange::default() };
        assert!(served.people.change(person, change).await.unwrap());
    };
    let (reply, ()) = tokio::join!(served.by(&editor, "GET", &path, ""), lowering);
    assert_eq!(names(&events(&reply.body)), ["progress", "failed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_watches_is_told_that_the_house_closes() {
    let served = served().await;
    let (_, admin) = served.person("chief", Role::Admin, "restricted").await;
    let job = accepted(&served, 1, "public").await;
    let path = format!("/api/v1/jobs/{job}/events");
    let closing = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        served.desk.streams.ended().await;
    };
    let (reply, ()) = tokio::join!(served.by(&admin, "GET", &path, ""), closing);
    assert_eq!(names(&events(&reply.body)), ["progress", "later"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_stopped_by_whoever_began_it_or_looks_after_the_house() {
    let served = served().await;
    let (_, admin) = served.person("chief", Role::Admin, "restricted").await;
    let (_, editor) = served.person("editor", Role::Editor, "internal").await;
    let (_, other) = served.person("other", Role::Editor, "internal").await;
    let body = json!({"documents": [{"origin": "n.md", "tier": "public", "content": "TmV3Lg=="}]}).to_string();
    let begin = async || {
        served.ground.turn(1);
        served.by(&editor, "POST", "/api/v1/documents", &body).await.json()["job"].as_str().unwrap().to_owned()
    };
    let cancel =
        async |who: &Holding, job: &str| served.by(who, "POST", &format!("/api/v1/jobs/{job}/cancel"), "").await;
    let job = begin().await;
    assert_eq!(cancel(&other, &job).await.code(), "forbidden", "it is somebody else's");
    let reply = cancel(&editor, &job).await;
    assert_eq!((reply.status, &reply.json()["state"]), (StatusCode::ACCEPTED, &json!("cancelled")));
    assert_eq!(cancel(&editor, &job).await.code(), "conflict");
    assert_eq!(cancel(&admin, &begin().await).await.status, StatusCode::ACCEPTED);
    // What comes from a source belongs to all who look after it.
    let plan = Plan::new("http://127.0.0.1:1/".parse().unwrap(), Scope::Page);
    let crawl = async |who: &str| {
        let (_, job) = served.library.crawl_later(&served.library.clearance, &plan, &label(who)).await.unwrap();
        job.to_string()
    };
    assert_eq!(cancel(&other, &crawl("internal").await).await.status, StatusCode::ACCEPTED);
    assert_eq!(cancel(&other, &crawl("restricted").await).await.code(), "not_found");
    let told = served.by(&admin, "GET", "/api/v1/audit?what=job_cancelled", "").await.json();
    assert_eq!(told.to_string().matches("job_cancelled").count(), 3, "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedules_are_set_shown_and_taken_away() {
    let served = served().await;
    let (_, editor) = served.person("editor", Role::Editor, "internal").await;
    served.library.ensure_schedules().await.unwrap();
    let plan = Plan::new("http://site.example/".parse().unwrap(), Scope::Page);
    let (source, _) = served.library.crawl_later(&served.library.clearance, &plan, &label("internal")).await.unwrap();
    let path = format!("/api/v1/schedules/{}", source.id);
    let put = async |who: &Holding, path: &str, body: Value| served.by(who, "PUT", path, &body.to_string()).await;
    let set = put(&editor, &path, json!({"expression": "30 3 * * mon-fri"})).await.json();
    assert_eq!(
        (&set["enabled"], &set["kind"], &set["address"]),
        (&json!(true), &json!("crawl"), &json!("http://site.example/"))
    );
    let next = set["next_ms"].as_i64().unwrap();
    assert!(next > served.library.store.clock().now_ms() && next % 60_000 == 0);
    for (wrong, part) in [
        ("30 25 * * *", "hour: \"25\""),
        ("0 0 31 feb *", "never comes"),
        ("every blue moon", "\"bluemoon\""),
        ("", "nothing says when"),
    ] {
        let refused = put(&editor, &path, json!({"expression": wrong})).await;
        assert_eq!(refused.code(), "bad_request");
        assert!(refused.body.contains(&part.replace('"', "\\\"")), "{refused:?}");
    }
    let off = put(&editor, &path, json!({"expression": "every 2 d", "enabled": false})).await.json();
    assert_eq!((&off["next_ms"], &off["enabled"]), (&Value::Null, &json!(false)));
    assert_eq!(
        put(&editor, "/api/v1/schedules/reconcile", json!({"expression": "every 1 d"})).await.code(),
        "forbidden"
    );
    let seen = get(&served, &editor, "/api/v1/schedules").await;
    assert_eq!(seen["schedules"].as_array().unwrap().len(), 1);

    let all = served.send(Sender::Operator, "GET", "/api/v1/schedules", "").await.json();
    assert_eq!(all["schedules"].as_array().unwrap().len(), 3);
    let house = json!({"expression": "every 2 h"}).to_string();
    let set = served.send(Sender::Operator, "PUT", "/api/v1/schedules/reconcile", &house).await.json();
    assert_eq!((&set["expression"], &set["address"]), (&json!("every 2 h"), &Value::Null));
    let kept = served.send(Sender::Operator, "DELETE", "/api/v1/schedules/reconcile", "").await;
    assert_eq!(kept.code(), "conflict");
    assert_eq!(served.send(Sender::Operator, "PUT", "/api/v1/schedules/ingest", &house).await.code(), "not_found");

    assert_eq!(served.by(&editor, "DELETE", &path, "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(served.by(&editor, "DELETE", &path, "").await.code(), "not_found");
}
