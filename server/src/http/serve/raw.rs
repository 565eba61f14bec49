//! A connection that goes on as something else than HTTP.

use axum::extract::Request;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;

pub type Raw = TokioIo<Upgraded>;

/// What is left of a request's connection once its reply is sent; `None` when the other end is gone before.
pub async fn raw(request: Request) -> Option<Raw> {
    hyper::upgrade::on(request).await.ok().map(TokioIo::new)
}
