//! The page and its files, from inside the binary.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rust_embed::RustEmbed;

use super::error::ApiError;

#[derive(RustEmbed)]
#[folder = "ui/"]
struct Files;

pub async fn index() -> Response {
    serve("index.html")
}

/// What the API takes and gives, for people.
pub async fn docs() -> Response {
    serve("docs.html")
}

/// Where whoever holds a link chooses a password.
pub async fn join() -> Response {
    serve("join.html")
}

pub async fn sign_in() -> Response {
    serve("sign-in.html")
}

pub async fn file(file: Result<Path<String>, PathRejection>) -> Response {
    file.map_or_else(|_| ApiError::not_found().into_response(), |Path(file)| serve(&file))
}

fn serve(file: &str) -> Response {
    match Files::get(file) {
        Some(found) => {
            let kind = found.metadata.mimetype().to_owned();
            // By what it holds, so that a browser asks whether it changed and is not sent it again if not.
            let tag = format!("\"{}\"", BASE64.encode(found.metadata.sha256_hash()));
            ([(CONTENT_TYPE, kind), (ETAG, tag)], found.data).into_response()
        }
        None => ApiError::not_found().into_response(),
    }
}
