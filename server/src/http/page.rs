//! The page and its files, from inside the binary.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::error::ApiError;

#[derive(RustEmbed)]
#[folder = "ui/"]
struct Files;

pub async fn index() -> Response {
    serve("index.html")
}

pub async fn file(file: Result<Path<String>, PathRejection>) -> Response {
    file.map_or_else(|_| ApiError::not_found().into_response(), |Path(file)| serve(&file))
}

fn serve(file: &str) -> Response {
    match Files::get(file) {
        Some(found) => {
            let kind = found.metadata.mimetype().to_owned();
            ([(CONTENT_TYPE, kind)], found.data).into_response()
        }
        None => ApiError::not_found().into_response(),
    }
}
