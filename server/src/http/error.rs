//! Errors on the wire: a stable code and one public sentence; the cause stays in the log.

use std::any::Any;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use retrieval::access::AccessError;
use retrieval::ports::IndexError;
use retrieval::search::SearchError;
use serde_json::json;

use super::wire::HistoryError;
use crate::answer::{AnswerError, QuestionError, WhyError};
use crate::library::{LibraryError, StoreError};

/// What a client is told, and what only the log is.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    sentence: String,
    cause: Option<String>,
}

impl ApiError {
    pub fn bad_request(sentence: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "bad_request", sentence: sentence.into(), cause: None }
    }

    /// No credentials, or none that suffice: the same words for both.
    pub fn not_allowed() -> Self {
        let sentence = "this needs the operator's token".into();
        Self { status: StatusCode::UNAUTHORIZED, code: "not_allowed", sentence, cause: None }
    }

    /// Absent and hidden look the same.
    pub fn not_found() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: "not_found",
            sentence: "there is no such thing".into(),
            cause: None,
        }
    }

    /// An answer now would miss what is not back in the index yet.
    pub fn not_ready(sentence: &str) -> Self {
        let sentence = format!("{sentence}: try again in a moment");
        Self { status: StatusCode::SERVICE_UNAVAILABLE, code: "unavailable", sentence, cause: None }
    }

    fn unavailable(cause: impl ToString) -> Self {
        let sentence = "the knowledge base cannot answer right now: try again in a moment".into();
        let cause = Some(cause.to_string());
        Self { status: StatusCode::SERVICE_UNAVAILABLE, code: "unavailable", sentence, cause }
    }

    pub fn internal(cause: impl ToString) -> Self {
        let sentence = "something went wrong on our side; it was logged".into();
        let cause = Some(cause.to_string());
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "internal", sentence, cause }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(cause) = self.cause {
            tracing::error!(code = self.code, %cause, "a request failed");
        }
        (self.status, Json(json!({"error": {"code": self.code, "message": self.sentence}}))).into_response()
    }
}

impl From<QuestionError> for ApiError {
    fn from(error: QuestionError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<HistoryError> for ApiError {
    fn from(error: HistoryError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::UnknownTier(_) | AccessError::BadGroup(_) => Self::bad_request(error.to_string()),
            AccessError::NothingReadable | AccessError::Widening => Self::not_allowed(),
        }
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match &error {
            SearchError::Index(IndexError::Refused(_) | IndexError::OtherWorkspace) => Self::internal(error),
            SearchError::Index(_) | SearchError::Embed(_) | SearchError::Shelf(_) => Self::unavailable(error),
        }
    }
}

impl From<AnswerError> for ApiError {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Access(error) => error.into(),
            AnswerError::Search(error) => error.into(),
            AnswerError::Embed(error) => Self::unavailable(error),
            AnswerError::Template(error) => Self::internal(error),
        }
    }
}

impl From<WhyError> for ApiError {
    fn from(error: WhyError) -> Self {
        match error {
            WhyError::Access(error) => error.into(),
            WhyError::Search(error) => error.into(),
            WhyError::Store(error) => Self::unavailable(error),
            WhyError::Nameless | WhyError::Several(_) => Self::bad_request(error.to_string()),
        }
    }
}

impl From<LibraryError> for ApiError {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::Store(StoreError::DiskFull) | LibraryError::Index(IndexError::DiskFull) => {
                let sentence = StoreError::DiskFull.to_string();
                Self { status: StatusCode::INSUFFICIENT_STORAGE, code: "disk_full", sentence, cause: None }
            }
            LibraryError::Plan(sentence) => Self::bad_request(sentence),
            other => Self::unavailable(other),
        }
    }
}

pub async fn no_such_route() -> ApiError {
    ApiError::not_found()
}

/// A panic never reaches a client.
pub fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let words = panic.downcast_ref::<String>().cloned();
    let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
    ApiError::internal(words.unwrap_or_else(|| "a panic without words".into())).into_response()
}
