//! The files themselves: something to keep, never something that runs.

use axum::http::StatusCode;

use super::{Crowd, add, crowd};
use crate::http::Reply;

async fn original(crowd: &Crowd, origin: &str, given: &[(&str, &str)]) -> Reply {
    let path = format!("/api/v1/documents/{}/original", crowd.id(origin).await);
    crowd.with("visitor", "GET", &path, given, Vec::new()).await
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn no_file_runs_in_a_browser() {
    let crowd = crowd().await;
    let page = b"<html><title>Page</title><body><p>Words of a page.</p><script>alert(1)</script></body></html>";
    for (origin, bytes, kind) in [
        ("plain.txt", &b"Plain words stand here."[..], "text/plain; charset=utf-8"),
        ("page.html", page, "application/octet-stream"),
        ("page.txt", b"<html><p>Another page, by the name of a text.</p></html>", "application/octet-stream"),
        ("table.csv", b"name,days\nLeave,20\nCare,5\n", "application/octet-stream"),
    ] {
        add(&crowd.served, origin, "public", bytes).await;
        let reply = original(&crowd, origin, &[]).await;
        assert_eq!((reply.status, reply.body.as_bytes()), (StatusCode::OK, bytes), "{origin}");
        assert_eq!(header(&reply, "content-type"), kind, "{origin}");
        assert_eq!(header(&reply, "content-length"), bytes.len().to_string());
        assert_eq!(
            header(&reply, "content-disposition"),
            format!("attachment; filename=\"{origin}\"; filename*=UTF-8''{origin}")
        );
        let policies: Vec<&str> =
            reply.headers.get_all("content-security-policy").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(policies.iter().any(|policy| policy.contains("sandbox")), "{policies:?}");
    }
}

#[tokio::test]
async fn a_part_of_a_file_is_a_part() {
    let crowd = crowd().await;
    add(&crowd.served, "digits.txt", "public", b"0123456789 digits").await;
    let whole = original(&crowd, "digits.txt", &[]).await;
    let etag = header(&whole, "etag").to_owned();
    for (given, status, body, range) in [
        (vec![("range", "bytes=0-3")], 206, "0123", "bytes 0-3/17"),
        (vec![("range", "bytes=-6")], 206, "digits", "bytes 11-16/17"),
        (vec![("range", "bytes=8-2000")], 206, "89 digits", "bytes 8-16/17"),
        (vec![("range", "bytes=17-")], 416, "", "bytes */17"),
        (vec![("range", "bytes=0-1,4-5")], 200, "0123456789 digits", ""),
        (vec![("range", "letters=0-1")], 200, "0123456789 digits", ""),
        (vec![("range", "bytes=0-3"), ("if-range", etag.as_str())], 206, "0123", "bytes 0-3/17"),
        (vec![("range", "bytes=0-3"), ("if-range", "\"other\"")], 200, "0123456789 digits", ""),
    ] {
        let reply = original(&crowd, "digits.txt", &given).await;
        assert_eq!((reply.status.as_u16(), reply.body.as_str()), (status, body), "{given:?}");
        assert_eq!(header(&reply, "content-range"), range, "{given:?}");
    }
}

#[tokio::test]
async fn of_several_origins_the_newest_is_sent() {
    let crowd = crowd().await;
    add(&crowd.served, "first.txt", "public", b"The very same words.").await;
    add(&crowd.served, "a/second (copy).txt", "public", b"The very same words.").await;
    let reply = original(&crowd, "first.txt", &[]).await;
    assert!(header(&reply, "content-disposition").contains("filename=\"second (copy).txt\""), "{reply:?}");
}

#[tokio::test]
async fn a_file_that_is_lost_is_not_there() {
    let crowd = crowd().await;
    let path = format!("/api/v1/documents/{}/original", crowd.id("refunds.md").await);
    let everything = crowd.served.library.clearance.clone();
    let id = super::id(&crowd.served, "refunds.md").await;
    let name = crowd.served.library.store.document_original(&everything, id).await.unwrap().unwrap();
    crowd.served.library.store.originals().remove(&name.original).unwrap();
    assert_eq!(crowd.by("visitor", "GET", &path, "").await.status, StatusCode::NOT_FOUND);
}
