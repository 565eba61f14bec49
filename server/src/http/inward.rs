//! Requests from within: the real router, layers and guards included, asked without a line. For the canaries.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use tower::ServiceExt;

use super::{Desk, cookie, router};
use crate::canary::{self, Credential, Heard, Mouth};

pub struct Inward(Router);

impl Inward {
    pub fn new(desk: Desk) -> Self {
        Self(router(desk))
    }
}

#[async_trait::async_trait]
impl Mouth for Inward {
    async fn answer(&self, request: &canary::Request) -> Heard {
        let built = Request::builder().method(request.method).uri(&request.path);
        let built = match &request.credential {
            Credential::Nothing => built,
            Credential::Cookie(secret) => built.header(header::COOKIE, cookie::held(secret)),
            Credential::Bearer(secret) => built.header(header::AUTHORIZATION, format!("Bearer {}", secret.reveal())),
        };
        let built = match request.body.is_empty() {
            true => built,
            false => built.header(header::CONTENT_TYPE, "application/json"),
        };
        let built = if request.aloud { built.header(header::ACCEPT, "text/event-stream") } else { built };
        let Ok(request) = built.body(Body::from(request.body.clone())) else { return unheard() };
        let Ok(response) = self.0.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let mut bytes: Vec<u8> = Vec::new();
        for (name, value) in &parts.headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.push(b'\n');
        }
        match to_bytes(body, usize::MAX).await {
            Ok(body) => bytes.extend_from_slice(&body),
            Err(error) => tracing::warn!(%error, "a reply to a canary broke off"),
        }
        Heard { status: parts.status.as_u16(), bytes }
    }
}

fn unheard() -> Heard {
    Heard { status: 0, bytes: Vec::new() }
}
