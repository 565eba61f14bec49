//! Lists, one document, its chunks and its text: whose they are, page by page, and nothing told of the rest.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::Value;

use super::{ABSENT, Crowd, add, all, crowd, seen};
use crate::http::{Reply, TEXTS};

fn titles(reply: &Reply) -> Vec<String> {
    let documents = reply.json()["documents"].as_array().cloned().unwrap_or_else(|| panic!("{reply:?}"));
    documents.iter().map(|document| document["title"].as_str().unwrap().to_owned()).collect()
}

async fn list(crowd: &Crowd, name: &str, query: &str) -> Vec<String> {
    titles(&crowd.by(name, "GET", &format!("/api/v1/documents{query}"), "").await)
}

#[tokio::test]
async fn each_reads_their_own_and_hidden_is_absent() {
    let crowd = crowd().await;
    let documents = all(&crowd).await;
    for (name, holding, reads) in &crowd.askers {
        for part in ["", "/chunks", "/text", "/original", "/chunks?limit=1", "/chunks?after=AAAA"] {
            let path = |id: &str| format!("/api/v1/documents/{id}{part}");
            let absent = crowd.served.by(holding, "GET", &path(ABSENT), "").await;
            assert_eq!((absent.status, absent.code().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{name} {part}");
            for (at, (origin, id)) in documents.iter().enumerate() {
                let reply = crowd.served.by(holding, "GET", &path(id), "").await;
                if !reads.contains(origin) {
                    assert_eq!(seen(&reply), seen(&absent), "{name} {origin} {part}");
                } else if part == "/chunks?after=AAAA" {
                    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{name} {origin}");
                } else {
                    assert_eq!(reply.status, StatusCode::OK, "{name} {origin} {part}");
                    let text = TEXTS[at].2.rsplit("\n\n").next().unwrap();
                    assert_eq!(reply.body.contains(text), !part.is_empty(), "{name} {origin} {part}: {}", reply.body);
                }
            }
        }
        for odd in ["nothing", "..%2f..%2fetc%2fpasswd", "%00", "' OR 1=1", &ABSENT.to_uppercase()] {
            let path = format!("/api/v1/documents/{}", odd.replace(' ', "%20"));
            assert_eq!(crowd.served.by(holding, "GET", &path, "").await.status, StatusCode::NOT_FOUND, "{odd}");
        }
    }
}

#[tokio::test]
async fn what_is_for_editors_is_for_editors() {
    let crowd = crowd().await;
    add(&crowd.served, "/srv/secret-plan/open.md", "public", b"# Open\n\nFor all.").await;
    let path = format!("/api/v1/documents/{}", crowd.id("/srv/secret-plan/open.md").await);
    for (name, is_editor) in [("visitor", false), ("member", false), ("narrow", true), ("admin", true)] {
        let reply = crowd.by(name, "GET", &path, "").await;
        let json = reply.json();
        assert_eq!(json["chunks"].is_number(), is_editor, "{name}");
        assert_eq!(json["problems"].is_array(), is_editor, "{name}");
        for query in ["problems=true", "problem=hidden", "state=ready"] {
            let status = crowd.by(name, "GET", &format!("/api/v1/documents?{query}"), "").await.status;
            assert_eq!(status == StatusCode::OK, is_editor, "{name} {query}: {status}");
        }
        let status = crowd.by(name, "GET", "/api/v1/documents?state=lost", "").await.status;
        // Visitors list nothing at all.
        assert_eq!(status == StatusCode::UNAUTHORIZED, name == "visitor", "{name}: {status}");
        assert_eq!(status == StatusCode::BAD_REQUEST, name != "visitor", "{name}: {status}");
        assert_eq!(reply.body.contains("secret-plan"), is_editor, "{name}: {}", reply.body);
        assert!(json["origins"][0].as_str().unwrap().ends_with("open.md"));
    }
    // What a reader is not shown, they cannot feel their way to.
    for (name, words, expected) in [
        ("member", "secret-plan", 0),
        ("member", "srv", 0),
        ("member", "OPEN.MD", 1),
        ("member", "open", 1),
        ("member", "%", 0),
        ("member", "_pen", 0),
        ("narrow", "secret-plan", 1),
        ("narrow", "wages", 0),
        ("narrow", "pay", 0),
        ("member", "pay", 1),
    ] {
        let found = list(&crowd, name, &format!("?q={}", words.replace('%', "%25"))).await;
        assert_eq!(found.len(), expected, "{name} {words}: {found:?}");
    }
}

#[tokio::test]
async fn a_list_is_of_what_its_reader_reads() {
    let crowd = crowd().await;
    let visitor = crowd.by("visitor", "GET", "/api/v1/documents", "").await;
    assert_eq!(visitor.status, StatusCode::UNAUTHORIZED);
    for (name, _, reads) in crowd.askers.iter().skip(1) {
        let reply = crowd.by(name, "GET", "/api/v1/documents?sort=title", "").await;
        let expected: Vec<&str> =
            TEXTS.iter().filter(|(origin, ..)| reads.contains(origin)).map(|text| text.0).collect();
        let found: BTreeSet<String> = reply.json()["documents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["url"].as_str().unwrap().into())
            .collect();
        assert_eq!(found, expected.iter().map(|origin| (*origin).to_owned()).collect(), "{name}");
        assert!(titles(&reply).is_sorted());
        let total = match *name {
            "narrow" | "editor" | "admin" => Value::from(expected.len()),
            _ => Value::Null,
        };
        assert_eq!(reply.json()["total"], total, "{name}");
        assert!(reply.json()["next"].is_null());
    }
    for (name, query, expected) in [
        ("editor", "?tier=internal&sort=title", &["Pay", "Refunds inside"][..]),
        ("editor", "?group=hr", &["Pay"]),
        ("inside", "?group=hr", &[]),
        ("inside", "?tier=restricted", &[]),
        ("admin", "?tier=restricted", &["Deal"]),
        ("admin", "?source=nothing", &[]),
        ("admin", "?q=refunds&sort=title&tier=public", &["Refunds"]),
    ] {
        assert_eq!(list(&crowd, name, query).await, expected, "{name} {query}");
    }
}

/// Pages of one put together are the whole, without a gap and without a word of what is left out.
#[tokio::test]
async fn pages_join() {
    let crowd = crowd().await;
    for number in 0..7 {
        add(&crowd.served, &format!("n{number}.md"), "internal,groups=hr", format!("# Same\n\n{number}.").as_bytes())
            .await;
    }
    for (name, _, _) in crowd.askers.iter().skip(1) {
        for sort in ["newest", "title"] {
            let whole = list(&crowd, name, &format!("?sort={sort}")).await;
            for limit in [1, 2, 3] {
                let (mut joined, mut after) = (Vec::new(), String::new());
                loop {
                    let query = format!("/api/v1/documents?sort={sort}&limit={limit}{after}");
                    let page = crowd.by(name, "GET", &query, "").await;
                    joined.extend(titles(&page));
                    let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { break };
                    assert_eq!(titles(&page).len(), limit);
                    after = format!("&after={next}");
                }
                assert_eq!(joined, whole, "{name} {sort} {limit}");
            }
        }
    }
}

#[tokio::test]
async fn a_query_that_means_nothing_is_told_so() {
    let crowd = crowd().await;
    let page = crowd.by("admin", "GET", "/api/v1/documents?limit=1", "").await;
    let cursor = page.json()["next"].as_str().unwrap().to_owned();
    let other_list = format!("?sort=title&after={cursor}");
    let cut = format!("?after={}", &cursor[..cursor.len() - 1]);
    let (long, most) = (format!("?q={}", "x".repeat(201)), format!("?after={}", "A".repeat(20_000)));
    for query in [
        "?limit=0",
        "?limit=201",
        "?limit=-1",
        "?limit=all",
        "?sort=size",
        "?tier=secret",
        "?group=HR",
        "?group=",
        "?after=",
        "?after=AAAA",
        "?after=%00",
        "?all=true",
        "?q=%00",
        &long,
        &most,
        &cut,
        &other_list,
    ] {
        let reply = crowd.by("admin", "GET", &format!("/api/v1/documents{query}"), "").await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::BAD_REQUEST, "bad_request"),
            "{query}: {reply:?}"
        );
    }
    for path in ["/api/v1/jobs?after=AAAA", "/api/v1/jobs?limit=0", "/api/v1/jobs?all=1"] {
        assert_eq!(crowd.by("admin", "GET", path, "").await.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let crowd = crowd().await;
    let id = crowd.id("refunds.md").await;
    for part in ["", "/text", "/original"] {
        let path = format!("/api/v1/documents/{id}{part}");
        let first = crowd.by("editor", "GET", &path, "").await;
        let etag = first.headers["etag"].to_str().unwrap().to_owned();
        let again = crowd.with("editor", "GET", &path, &[("if-none-match", &etag)], Vec::new()).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{part}");
        let other = crowd.with("editor", "GET", &path, &[("if-none-match", "\"x\"")], Vec::new()).await;
        assert_eq!(other.status, StatusCode::OK);
        // The mark of what is hidden opens nothing.
        let hidden = format!("/api/v1/documents/{}{part}", crowd.id("deal.md").await);
        let hidden = crowd.with("editor", "GET", &hidden, &[("if-none-match", "*")], Vec::new()).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    }
}
