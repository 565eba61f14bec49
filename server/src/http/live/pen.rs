//! What an answer is told with: lines, and how it ended.

use std::sync::Arc;
use std::time::Instant;

use retrieval::model::DocumentId;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::Stream;
use crate::http::error::ApiError;

pub const DONE: &str = "done";
pub const FAILED: &str = "failed";

/// Writes the lines of one stream.
#[derive(Clone)]
pub struct Pen(Arc<Stream>);

/// The last line of a stream.
pub struct Ending {
    name: &'static str,
    data: String,
}

impl Pen {
    pub(super) fn new(stream: Arc<Stream>) -> Self {
        Self(stream)
    }

    /// The name of the stream, for whoever comes back.
    pub fn stream(&self) -> String {
        self.0.id.to_string()
    }

    /// Cancelled when the rest is for nobody.
    pub fn enough(&self) -> CancellationToken {
        self.0.enough.clone()
    }

    /// What everything that is told from here on rests on.
    pub fn rests_on(&self, documents: Vec<DocumentId>) {
        self.0.told().rests_on = documents;
    }

    /// Nothing is added to what ended.
    pub fn say(&self, name: &'static str, data: &impl Serialize) {
        let mut told = self.0.told();
        if told.ended.is_none() {
            self.0.push(&mut told, name, spelt(data).into());
        }
    }
}

impl Ending {
    pub fn done(data: &impl Serialize) -> Self {
        Self { name: DONE, data: spelt(data) }
    }

    pub fn failed(error: ApiError) -> Self {
        error.log();
        Self { name: FAILED, data: error.told().to_string() }
    }
}

/// Ends a stream, also when whoever tells it panics: a reader must not wait for what never comes.
pub(super) struct Shut(Arc<Stream>, Option<Ending>);

impl Shut {
    pub(super) fn at_last(stream: Arc<Stream>) -> Self {
        Self(stream, None)
    }

    pub(super) fn with(mut self, ending: Ending) {
        self.1 = Some(ending);
    }
}

impl Drop for Shut {
    fn drop(&mut self) {
        let broken = || Ending::failed(ApiError::internal("an answer ended without an end"));
        let Ending { name, data } = self.1.take().unwrap_or_else(broken);
        let mut told = self.0.told();
        if told.ended.is_none() {
            told.ended = Some(Instant::now());
            self.0.push(&mut told, name, data.into());
        }
    }
}

/// What crosses the wire are our own shapes, which all can be spelt.
fn spelt(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned())
}
