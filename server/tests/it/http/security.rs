//! What every answer says to browsers, whoever asked and however wrongly, and what no other site's page can do here.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use server::http::ROUTES;

use super::{Reply, Sender, Served, served};

/// With a word where the table has a variable.
fn path_of(route: &str) -> String {
    route.replace(['{', '}'], "")
}

/// A request that is all right but for these headers.
async fn asked(served: &Served, method: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri("/api/v1/search").header("host", "lectern.example:8443");
    request = request.header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    served.send_request(request.body(Body::from(r#"{"query":"refunds"}"#)).unwrap()).await
}

/// `send` looks at the headers of every reply; here it is made to refuse everything there is.
#[tokio::test]
async fn every_refusal_of_every_route_carries_the_headers() {
    let served = served().await;
    for route in ROUTES {
        let path = path_of(route.path);
        for sender in [Sender::Nobody, Sender::With(b"Bearer wrong"), Sender::With(b"Bearer \xff"), Sender::Operator] {
            served.send(sender, route.method, &path, "{").await;
            for method in ["OPTIONS", "TRACE", "PROPFIND", "NONSENSE"] {
                let reply = served.send(sender, method, &path, "{").await;
                let expected = (StatusCode::METHOD_NOT_ALLOWED, "no_such_method".to_owned());
                assert_eq!((reply.status, reply.code()), expected, "{method} {path}");
                assert!(reply.headers["allow"].to_str().unwrap().contains(route.method), "{reply:?}");
            }
        }
    }
    for path in ["/nothing", "/api/v1/nothing", "/ui/nothing.js", "/%00", "/%ff/%fe", "//", "/api/v1/../../etc/passwd"]
    {
        let reply = served.send(Sender::Nobody, "GET", path, "").await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
    }
}

#[tokio::test]
async fn no_page_elsewhere_is_let_in_beforehand() {
    let served = served().await;
    for route in ROUTES {
        let request = Request::builder().method("OPTIONS").uri(path_of(route.path));
        let request = request.header("origin", "https://elsewhere.example");
        let request = request.header("access-control-request-method", route.method);
        let request = request.header("access-control-request-headers", "authorization");
        let reply = served.send_request(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{reply:?}");
    }
}

#[tokio::test]
async fn another_sites_page_changes_nothing_here() {
    let served = served().await;
    const OWN: &str = "https://lectern.example:8443";
    // What a browser says of the site, what of the origin, and whether it is let through.
    let cases: &[(&[&str], &[&str], bool)] = &[
        (&[], &[], true),
        (&["same-origin"], &[], true),
        (&["none"], &[], true),
        (&["same-origin"], &[OWN], true),
        (&["same-origin"], &["https://elsewhere.example"], true),
        (&["cross-site"], &[], false),
        (&["cross-site"], &[OWN], false),
        (&["same-site"], &[OWN], false),
        (&["nonsense"], &[OWN], false),
        (&[""], &[OWN], false),
        (&["Same-Origin"], &[OWN], false),
        (&["same-origin", "cross-site"], &[OWN], false),
        (&[], &[OWN], true),
        (&[], &["http://lectern.example:8443"], true),
        (&[], &["https://LECTERN.example:8443"], true),
        (&[], &["https://lectern.example"], false),
        (&[], &["https://lectern.example:8444"], false),
        (&[], &["https://elsewhere.example"], false),
        (&[], &["https://lectern.example:8443.elsewhere.example"], false),
        (&[], &["https://elsewhere.example/lectern.example:8443"], false),
        (&[], &["file://lectern.example:8443"], false),
        (&[], &["lectern.example:8443"], false),
        (&[], &["null"], false),
        (&[], &[""], false),
        (&[], &[OWN, "https://elsewhere.example"], false),
    ];
    for (sites, origins, passes) in cases {
        let headers: Vec<_> = sites.iter().map(|site| ("sec-fetch-site", *site)).collect();
        let headers: Vec<_> = headers.into_iter().chain(origins.iter().map(|origin| ("origin", *origin))).collect();
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "NONSENSE"] {
            let reply = asked(&served, method, &headers).await;
            let is_refused = (reply.status, reply.body.contains("cross_site")) == (StatusCode::FORBIDDEN, true);
            assert_eq!(is_refused, !passes, "{method} {headers:?}: {reply:?}");
            assert_eq!(reply.status == StatusCode::OK, *passes && method == "POST", "{method} {headers:?}: {reply:?}");
        }
        for method in ["GET", "HEAD", "OPTIONS"] {
            let reply = asked(&served, method, &headers).await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {headers:?}");
        }
    }
}

#[tokio::test]
async fn another_sites_page_is_refused_on_every_route_whoever_it_speaks_for() {
    let served = served().await;
    for route in ROUTES.iter().filter(|route| route.method != "GET") {
        let request = Request::builder().method(route.method).uri(path_of(route.path));
        let request = request.header("sec-fetch-site", "cross-site");
        let request = request.header("authorization", format!("Bearer {}", super::TOKEN));
        let reply = served.send_request(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::FORBIDDEN, "cross_site"), "{}", route.path);
    }
}

#[tokio::test]
async fn packed_bodies_are_not_unpacked() {
    let served = served().await;
    for encoding in ["gzip", "br", "zstd", "deflate", "gzip, gzip", "", "x"] {
        let reply = asked(&served, "POST", &[("content-encoding", encoding)]).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoded"),
            "{encoding}"
        );
    }
    let twice = asked(&served, "POST", &[("content-encoding", "identity"), ("content-encoding", "gzip")]).await;
    assert_eq!(twice.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(asked(&served, "POST", &[("content-encoding", "identity")]).await.status, StatusCode::OK);
    // Who is turned away is told that first.
    let request = Request::builder().method("POST").uri("/api/v1/documents").header("content-encoding", "gzip");
    let reply = served.send_request(request.body(Body::from("bomb")).unwrap()).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    let request = Request::builder().method("POST").uri("/api/v1/sessions").header("content-encoding", "gzip");
    let reply = served.send_request(request.body(Body::from("bomb")).unwrap()).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn every_request_has_a_name_of_our_choosing() {
    let served = served().await;
    let mut names = BTreeSet::new();
    for theirs in ["", "7", "0123456789abcdef0123456789abcdef", "a\tb"] {
        for path in ["/", "/healthz", "/nothing", "/api/v1/jobs/x"] {
            let request = Request::builder().uri(path).header("x-request-id", theirs);
            let reply = served.send_request(request.body(Body::empty()).unwrap()).await;
            let name = reply.headers["x-request-id"].to_str().unwrap().to_owned();
            assert!(name != theirs && names.insert(name), "{reply:?}");
            if reply.status.is_client_error() {
                // `send_request` has put this word where the name stood.
                assert_eq!(reply.json()["error"]["request_id"], "REQUEST", "{reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_a_browser_has_is_not_sent_again() {
    let served = served().await;
    let get = async |path: &str, tag: &str| {
        let request = Request::builder().uri(path).header("if-none-match", tag);
        served.send_request(request.body(Body::empty()).unwrap()).await
    };
    for path in ["/", "/c/x", "/ui/app.js", "/ui/style/base.css"] {
        let first = get(path, "\"other\"").await;
        assert_eq!((first.status, first.headers["cache-control"].to_str().unwrap()), (StatusCode::OK, "no-cache"));
        let again = get(path, first.headers["etag"].to_str().unwrap()).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
    }
    assert_eq!(get("/api/v1/me", "*").await.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn the_files_that_the_page_names_are_good_for_ever_and_those_of_another_build_are_not_there() {
    let served = served().await;
    let page = served.send(Sender::Nobody, "GET", "/", "").await;
    let named: Vec<&str> = page.body.split('"').filter(|word| word.starts_with("/ui/@")).collect();
    assert!(named.len() > 5, "{}", page.body);
    for path in &named {
        let file = served.send(Sender::Nobody, "GET", path, "").await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(file.headers["cache-control"].to_str().unwrap().contains("immutable"), "{path}");
    }
    for path in ["/ui/@/app.js", "/ui/@0/app.js", "/ui/@0", "/ui/@"] {
        assert_eq!(served.send(Sender::Nobody, "GET", path, "").await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
