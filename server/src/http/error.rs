//! Errors on the wire: a stable code and one public sentence; the cause stays in the log.

use std::any::Any;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use retrieval::access::AccessError;
use retrieval::ports::IndexError;
use retrieval::search::SearchError;
use serde_json::{Value, json};

use super::request_id;
use super::wire::HistoryError;
use crate::answer::{AnswerError, QuestionError, WhyError};
use crate::conversation::{ConversationError, TitleError};
use crate::insight::InsightError;
use crate::library::{LibraryError, StoreError};
use crate::people::{PeopleError, PersonError};

/// What a client is told, and what only the log is.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    sentence: String,
    cause: Option<String>,
    /// Seconds, for whoever is to come back.
    retry_after: Option<u64>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> Self {
        Self { status, code, sentence: sentence.into(), cause: None, retry_after: None }
    }

    pub fn bad_request(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", sentence)
    }

    /// No credentials, or none that open.
    pub fn not_allowed() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_allowed", "sign in first, or send a key that works")
    }

    /// Another site's word about its visitor does not count.
    pub fn not_vouched(why: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_vouched", why)
    }

    /// Known, and not let do this, whatever it would be done to.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "you are not let do this: ask an admin")
    }

    /// A label that its giver could not read under.
    pub fn label_beyond() -> Self {
        let sentence = "you cannot give a label that you do not read under: use a tier up to yours and groups of yours";
        Self::new(StatusCode::FORBIDDEN, "forbidden", sentence)
    }

    /// A page of somebody else's had a browser send it.
    pub fn cross_site() -> Self {
        let sentence = "this was asked for by a page of another site: ask on a page of this one";
        Self::new(StatusCode::FORBIDDEN, "cross_site", sentence)
    }

    pub fn encoded() -> Self {
        let sentence = "bodies are taken as they are: send it without a Content-Encoding";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoded", sentence)
    }

    pub fn no_such_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "no_such_method", "this cannot be done here: see Allow for what can")
    }

    pub fn too_many(sentence: impl Into<String>, seconds: u64) -> Self {
        let retry_after = Some(seconds);
        Self { retry_after, ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", sentence) }
    }

    pub fn conflict(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", sentence)
    }

    /// More than there is room for, by rule.
    pub fn too_large(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", sentence)
    }

    /// Another request was sent under a key before.
    pub fn other_body() -> Self {
        let sentence = "this Idempotency-Key was sent with another request: use a new one";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "conflict", sentence)
    }

    /// What the client saw is not what there is.
    pub fn changed_meanwhile() -> Self {
        let sentence = "it has changed since you saw it: get it again, and decide anew";
        Self::new(StatusCode::PRECONDITION_FAILED, "changed", sentence)
    }

    /// Absent and hidden look the same.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such thing")
    }

    /// What was being told is no longer the asker's to read, or they are no longer let in.
    pub fn revoked() -> Self {
        Self::new(StatusCode::FORBIDDEN, "revoked", "what you may read has changed: ask again")
    }

    /// An answer now would miss what is not back in the index yet.
    pub fn not_ready(sentence: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", format!("{sentence}: try again in a moment"))
    }

    pub fn unavailable(cause: impl ToString) -> Self {
        let sentence = "the knowledge base cannot answer right now: try again in a moment";
        let cause = Some(cause.to_string());
        Self { cause, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", sentence) }
    }

    pub fn internal(cause: impl ToString) -> Self {
        let sentence = "something went wrong on our side; it was logged";
        let cause = Some(cause.to_string());
        Self { cause, ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", sentence) }
    }
}

impl ApiError {
    /// What only the log is told.
    pub fn log(&self) {
        if let Some(cause) = &self.cause {
            tracing::error!(code = self.code, %cause, "a request failed");
        }
    }

    /// What a client is told.
    pub fn told(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.sentence});
        if let Some(request_id) = request_id::current() {
            error["request_id"] = request_id.into();
        }
        json!({"error": error})
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let mut response = (self.status, Json(self.told())).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<QuestionError> for ApiError {
    fn from(error: QuestionError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<TitleError> for ApiError {
    fn from(error: TitleError) -> Self {
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
            AccessError::UnknownTier(_)
            | AccessError::BadGroup(_)
            | AccessError::UnknownRole(_)
            | AccessError::UnknownScope(_) => Self::bad_request(error.to_string()),
            AccessError::NothingReadable => Self::not_allowed(),
            AccessError::Widening => Self::forbidden(),
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
            AnswerError::Prompt(error) => Self::internal(error),
            AnswerError::Store(error) => error.into(),
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
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_full", StoreError::DiskFull.to_string())
            }
            LibraryError::LowDisk => Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_low", error.to_string()),
            LibraryError::Store(StoreError::Unkeepable) => Self::bad_request(StoreError::Unkeepable.to_string()),
            LibraryError::Plan(sentence) => Self::bad_request(sentence),
            LibraryError::Refused(sentence) => Self::conflict(sentence),
            LibraryError::NoBuild => Self::not_found(),
            other => Self::unavailable(other),
        }
    }
}

impl From<ConversationError> for ApiError {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::Absent => Self::not_found(),
            ConversationError::Nobody => Self::conflict(error.to_string()),
            ConversationError::Access(error) => error.into(),
            ConversationError::NoChance(_) => Self::internal(error),
            ConversationError::Store(error) => error.into(),
        }
    }
}

impl From<InsightError> for ApiError {
    fn from(error: InsightError) -> Self {
        match error {
            InsightError::Store(error) => error.into(),
            InsightError::Embed(error) => AnswerError::Embed(error).into(),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        LibraryError::Store(error).into()
    }
}

impl From<PeopleError> for ApiError {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Malformed(_) | PeopleError::Unfit(_) | PeopleError::DeadLink => {
                Self::bad_request(error.to_string())
            }
            PeopleError::WrongPassword => Self::new(StatusCode::UNAUTHORIZED, "wrong_password", error.to_string()),
            PeopleError::Wait(wait) => Self::too_many(error.to_string(), wait.seconds),
            PeopleError::Person(PersonError::Store(error)) => error.into(),
            PeopleError::Person(error) => Self::conflict(error.to_string()),
            PeopleError::Password(_) | PeopleError::NoChance(_) => Self::internal(error),
        }
    }
}

pub async fn no_such_route() -> ApiError {
    ApiError::not_found()
}

pub async fn no_such_method() -> ApiError {
    ApiError::no_such_method()
}

/// A panic never reaches a client.
pub fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let words = panic.downcast_ref::<String>().cloned();
    let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
    ApiError::internal(words.unwrap_or_else(|| "a panic without words".into())).into_response()
}
