//! Sources and jobs: an editor keeps those that they read, gives labels that they read under, and knows of no other.

use axum::http::StatusCode;
use serde_json::Value;
use server::library::{Plan, Scope};

use super::{ABSENT, Crowd, add, crowd, seen, work};
use crate::ground::label;

async fn source(crowd: &Crowd, host: &str, who: &str) -> (String, String) {
    let plan = Plan::new(format!("http://{host}/").parse().unwrap(), Scope::Page);
    let (source, job) =
        crowd.served.library.crawl_later(&crowd.served.library.clearance, &plan, &label(who)).await.unwrap();
    (source.id.to_string(), job.to_string())
}

#[tokio::test]
async fn a_hidden_source_is_absent_on_every_route() {
    let crowd = crowd().await;
    let (shown, shown_job) = source(&crowd, "shown.example", "public").await;
    let (hidden, hidden_job) = source(&crowd, "hidden.example", "restricted").await;
    for (method, part, body) in [
        ("GET", "", ""),
        ("GET", "/pages", ""),
        ("POST", "/confirm", ""),
        ("POST", "/explain", r#"{"url":"http://hidden.example/x"}"#),
        ("DELETE", "", ""),
    ] {
        let path = |name: &str| format!("/api/v1/sources/{name}{part}");
        for name in ["narrow", "editor"] {
            let absent = crowd.by(name, method, &path(ABSENT), body).await;
            assert_eq!(absent.status, StatusCode::NOT_FOUND);
            for named in [hidden.as_str(), "http:%2F%2Fhidden.example%2F"] {
                let reply = crowd.by(name, method, &path(named), body).await;
                assert_eq!(seen(&reply), seen(&absent), "{name} {method} {part}");
            }
        }
    }
    for (name, expected) in [("narrow", 1), ("editor", 1), ("admin", 2)] {
        let sources = crowd.by(name, "GET", "/api/v1/sources", "").await;
        assert_eq!(sources.json()["sources"].as_array().unwrap().len(), expected, "{name}");
        assert_eq!(sources.body.contains("hidden.example"), name == "admin");
        for (job, visible) in [(&shown_job, true), (&hidden_job, name == "admin")] {
            let reply = crowd.by(name, "GET", &format!("/api/v1/jobs/{job}"), "").await;
            assert_eq!(reply.status == StatusCode::OK, visible, "{name}");
        }
    }
    assert_eq!(crowd.by("narrow", "GET", &format!("/api/v1/sources/{shown}"), "").await.status, StatusCode::OK);
    assert_eq!(crowd.by("admin", "GET", &format!("/api/v1/sources/{hidden}"), "").await.status, StatusCode::OK);
    for name in ["visitor", "member"] {
        let expected = if name == "visitor" { 401 } else { 403 };
        assert_eq!(crowd.by(name, "GET", "/api/v1/sources", "").await.status.as_u16(), expected);
        assert_eq!(crowd.by(name, "GET", "/api/v1/jobs", "").await.status.as_u16(), expected);
    }
}

#[tokio::test]
async fn a_source_is_made_with_labels_of_ones_own_and_beside_what_one_does_not_see() {
    let crowd = crowd().await;
    source(&crowd, "hidden.example", "restricted").await;
    let make = async |name: &str, host: &str, tier: &str| {
        let body = format!(r#"{{"url":"http://{host}/","tier":"{tier}"}}"#);
        crowd.by(name, "POST", "/api/v1/sources", &body).await
    };
    assert_eq!(make("narrow", "mine.example", "internal").await.status, StatusCode::FORBIDDEN);
    assert_eq!(make("narrow", "mine.example", "public").await.status, StatusCode::ACCEPTED);
    assert_eq!(make("editor", "mine.example", "internal").await.status, StatusCode::ACCEPTED);
    // By now it is not theirs any more, nor there for them, as the other never was: they get ones of their own.
    for host in ["mine.example", "hidden.example"] {
        let own = make("narrow", host, "public").await;
        assert_eq!(own.status, StatusCode::ACCEPTED, "{}", own.body);
        assert_eq!(make("narrow", host, "public").await.json(), own.json(), "set up twice");
    }
    let sources = async |name: &str| {
        let told = crowd.by(name, "GET", "/api/v1/sources", "").await.json();
        let line =
            |source: &Value| format!("{} {}", source["address"].as_str().unwrap(), source["tier"].as_str().unwrap());
        told["sources"].as_array().unwrap().iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(sources("narrow").await, ["http://hidden.example/ public", "http://mine.example/ public"]);
    let internal = "http://mine.example/ internal";
    assert_eq!(sources("editor").await, ["http://hidden.example/ public", internal, "http://mine.example/ public"]);
    // Who sees several means the one of that label, else the first.
    assert_eq!(make("admin", "hidden.example", "public").await.status, StatusCode::ACCEPTED);
    assert_eq!(sources("admin").await.len(), 4);
    assert_eq!(make("admin", "hidden.example", "internal").await.status, StatusCode::ACCEPTED);
    assert_eq!(sources("editor").await[0], "http://hidden.example/ internal");
}

#[tokio::test]
async fn a_job_is_seen_as_far_as_its_items_are() {
    let crowd = crowd().await;
    let mut intake = crowd.served.library.intake().await.unwrap();
    let upload = |origin: &str, who: &str| server::library::Upload {
        origin: origin.into(),
        bytes: format!("# {origin}\n\nWords of {origin}.").into_bytes(),
        label: label(who),
    };
    intake.add(vec![upload("open.md", "public"), upload("secret.md", "restricted")]).await.unwrap();
    let mixed = intake.close().await.unwrap().to_string();
    add(&crowd.served, "deep.md", "restricted", b"# Deep\n\nDeep words.").await;
    work(&crowd.served).await;
    for (name, expected) in [("narrow", 1), ("editor", 1), ("admin", 2)] {
        let job = crowd.by(name, "GET", &format!("/api/v1/jobs/{mixed}"), "").await;
        assert_eq!(job.json()["items"].as_array().unwrap().len(), expected, "{name}");
        assert_eq!(job.body.contains("secret.md"), name == "admin", "{name}");
    }
    // That of `deep.md` alone is there for nobody but the admin; that of the house's documents is seen in part.
    for (name, expected) in [("narrow", 2), ("editor", 2), ("admin", 3)] {
        let jobs = crowd.by(name, "GET", "/api/v1/jobs", "").await.json();
        assert_eq!(jobs["jobs"].as_array().unwrap().len(), expected, "{name}: {jobs}");
        let mut paged = Vec::new();
        let mut after = String::new();
        loop {
            let page = crowd.by(name, "GET", &format!("/api/v1/jobs?limit=1{after}"), "").await.json();
            paged.extend(page["jobs"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(&paged, jobs["jobs"].as_array().unwrap(), "{name}");
    }
    // A document that is hidden later takes its line in every job with it.
    let path = format!("/api/v1/documents/{}", crowd.id("open.md").await);
    assert_eq!(crowd.by("admin", "PATCH", &path, r#"{"tier":"restricted"}"#).await.status, StatusCode::OK);
    let absent = crowd.by("narrow", "GET", &format!("/api/v1/jobs/{ABSENT}"), "").await;
    let hidden = crowd.by("narrow", "GET", &format!("/api/v1/jobs/{mixed}"), "").await;
    assert_eq!((hidden.status, seen(&hidden)), (StatusCode::NOT_FOUND, seen(&absent)));
}

#[tokio::test]
async fn ones_own_job_stays_ones_own_without_what_is_hidden_in_it() {
    let crowd = crowd().await;
    let body = r#"{"documents":[{"origin":"own.md","tier":"internal","content":"IyBPd24KCk93biB3b3Jkcy4="}]}"#;
    let accepted = crowd.by("editor", "POST", "/api/v1/documents", body).await;
    let job = format!("/api/v1/jobs/{}", accepted.json()["job"].as_str().unwrap());
    work(&crowd.served).await;
    let path = format!("/api/v1/documents/{}", crowd.id("own.md").await);
    assert_eq!(crowd.by("admin", "PATCH", &path, r#"{"tier":"restricted"}"#).await.status, StatusCode::OK);
    let reply = crowd.by("editor", "GET", &job, "").await;
    assert_eq!((reply.status, reply.json()["items"].clone()), (StatusCode::OK, serde_json::json!([])));
    let jobs = crowd.by("editor", "GET", "/api/v1/jobs", "").await.json();
    let own: Vec<_> = jobs["jobs"].as_array().unwrap().iter().filter(|job| job["own"] == true).collect();
    assert_eq!((own.len(), own[0]["items"].clone()), (1, serde_json::json!({})));
}
