//! A backup over the wire: for whoever has the data directory, whole, and noted.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use retrieval::access::Role;
use serde_json::json;
use server::backup::{Contents, check};
use tower::ServiceExt;

use super::{Sender, Served, TEXTS, TOKEN, served};
use crate::backup::on_disk;

const ROUTE: &str = "/api/v1/backup";

async fn asked(served: &Served, body: &str) -> Response {
    let request = Request::post(ROUTE).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_owned()));
    served.router.clone().oneshot(request.unwrap()).await.unwrap()
}

async fn given(response: Response) -> Contents {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/octet-stream");
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    check(on_disk(&bytes).path(), None).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_comes_whole_and_is_noted() {
    let served = served().await;
    let contents = given(asked(&served, "{}").await).await;
    assert_eq!(contents.trailer.rows["documents"] as usize, TEXTS.len());
    assert_eq!((contents.trailer.originals as usize, contents.lost.len()), (TEXTS.len(), 0));
    assert!(contents.trailer.rows.contains_key("vectors"));
    let rankings = contents.rankings.unwrap();
    assert!(rankings.is_exact && rankings.rankings.iter().any(|ranking| ranking.question == "Refunds"));
    let small = given(asked(&served, r#"{"without_vectors": true}"#).await).await;
    assert!(!small.trailer.rows.contains_key("vectors"));
    // In the log before it begins, and so in the backup itself.
    let log = served.send(Sender::Operator, "GET", "/api/v1/audit?what=backup_taken", "").await.json();
    let details: Vec<_> = log["deeds"].as_array().unwrap().iter().map(|deed| deed["detail"].clone()).collect();
    assert_eq!(details, [json!({"without_vectors": true}), json!({"without_vectors": false})]);
    assert_eq!(small.trailer.rows["audit"], contents.trailer.rows["audit"] + 1);
}

/// An admin reads every document, and still not what others' passwords are proved by.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_with_an_account_is_given_one() {
    let served = served().await;
    let (admin, holding) = served.person("admin", Role::Admin, "restricted").await;
    let (_, key) = served.key(admin, None).await;
    for holding in [&holding, &key] {
        let refused = served.by(holding, "POST", ROUTE, "{}").await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"));
    }
    assert_eq!(served.send(Sender::Nobody, "POST", ROUTE, "{}").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(asked(&served, r#"{"without": 1}"#).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_hangs_up_leaves_the_way_free() {
    let served = served().await;
    drop(asked(&served, "{}").await);
    assert_eq!(given(asked(&served, "{}").await).await.lost, [""; 0]);
    let document = served.library.find(&served.library.clearance, "refunds.md").await.unwrap();
    served.library.remove(&document).await.unwrap();
    assert_eq!(served.library.store.originals().names().unwrap().len(), TEXTS.len() - 1, "nothing is held on to");
}
