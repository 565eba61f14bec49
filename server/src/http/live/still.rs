//! Whether somebody who reads along still may: looked at anew, by the same door, every few seconds.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use retrieval::access::{Fingerprint, Origin, Principal};
use retrieval::model::DocumentId;

use crate::http::wire::parse_eyes;
use crate::http::{Desk, who};
use crate::people::eyes;
use crate::people::policy::{self, Kind, Verb};

/// Between two looks.
pub const EVERY: Duration = Duration::from_secs(3);

/// What somebody was let in with, and the eyes that something was told to.
pub struct Still {
    desk: Desk,
    held: HeaderMap,
    eyes: SeenWith,
}

/// Whose eyes, and what they could read.
#[derive(Clone)]
pub struct SeenWith {
    origin: Origin,
    as_label: Option<String>,
    read: Option<Fingerprint>,
}

impl SeenWith {
    /// The eyes of whoever asks, or those that they named.
    pub fn new(eyes: &Principal, as_label: Option<&str>) -> Self {
        let read = eyes.clearance().ok().map(|clearance| clearance.fingerprint());
        Self { origin: eyes.origin(), as_label: as_label.map(str::to_owned), read }
    }
}

impl Still {
    pub fn new(desk: &Desk, headers: &HeaderMap, eyes: SeenWith) -> Self {
        let mut held = HeaderMap::new();
        for name in [header::AUTHORIZATION, header::COOKIE] {
            for value in headers.get_all(&name) {
                held.append(&name, value.clone());
            }
        }
        Self { desk: desk.clone(), held, eyes }
    }

    /// The same asker, reading exactly as much as then, and every one of these documents. What cannot be looked at is no
    /// reason to go on.
    pub async fn holds(&self, documents: &[DocumentId]) -> bool {
        let Some(principal) = self.principal().await else { return false };
        let Ok(clearance) = principal.clearance() else { return false };
        let as_then = Some(clearance.fingerprint()) == self.eyes.read;
        as_then && self.desk.answerer.store.all_readable(&clearance, documents).await.unwrap_or(false)
    }

    async fn principal(&self) -> Option<Principal> {
        let asker = who::entered(&self.desk, &self.held).await.ok()?.principal;
        let is_let = asker.origin() == self.eyes.origin && policy::may_some(&asker, Verb::Read, Kind::Passage);
        match self.eyes.as_label.as_deref().filter(|_| is_let) {
            Some(text) => {
                let eyes = parse_eyes(text).ok()?;
                Some(eyes::through(&self.desk.people.door.store, &asker, eyes).await.ok()?.0)
            }
            None => is_let.then_some(asker),
        }
    }
}
