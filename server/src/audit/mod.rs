//! The audit log: what was done, by whom, to what, from where. Only ever added to, and chained, so that it can be verified.
//!
//! A deed tells of changes, credentials and borrowed eyes; never of a question's text, a passage or a secret. Knows no SQL
//! and no HTTP.

mod chain;
mod deed;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use retrieval::access::{Origin, Principal};
use retrieval::model::{KeyId, WorkspaceId};

use crate::store::{NewAudit, Store, StoreError};

pub use crate::store::{AuditFilter, AuditHead, AuditRow};
pub use chain::{Broken, Verified};
pub use deed::{Deed, Occasion, Thing, What};

const DAY_MS: i64 = 24 * 3_600_000;
/// Rows that are read at once where all are walked through.
pub const PAGE: usize = 500;

/// Notes deeds, and tells of them.
#[derive(Clone)]
pub struct Audit {
    store: Store,
    workspace: WorkspaceId,
    /// The day on which the use of a key was noted last, as far as this process knows.
    keys: Arc<Mutex<HashMap<KeyId, i64>>>,
}

impl Audit {
    pub fn new(store: Store, workspace: WorkspaceId) -> Self {
        Self { store, workspace, keys: Arc::default() }
    }

    /// Note what somebody did. Whoever changes rights does not do it where this fails.
    pub async fn note(&self, actor: &Principal, deed: Deed) -> Result<(), StoreError> {
        let Deed { what, object, detail, occasion } = deed;
        let (object_kind, object_id) = object.map_or(("", String::new()), |(kind, id)| (kind.as_str(), id));
        let new = NewAudit {
            actor: &label(actor.origin()),
            person_id: &actor.whose().map_or(String::new(), |person| person.to_string()),
            what: what.as_str(),
            object_kind,
            object_id: &object_id,
            detail: &deed::small(&detail),
            address: &occasion.address,
            request_id: &occasion.request,
        };
        self.store.audit_append(self.workspace, &new).await.map(|_| ())
    }

    /// The first use of a key on a day. More would make a writer of every reader.
    pub async fn note_use(&self, actor: &Principal, key: KeyId, occasion: Occasion) -> Result<(), StoreError> {
        let today = self.store.clock().now_ms().div_euclid(DAY_MS);
        let known = self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key, today);
        if known == Some(today) {
            return Ok(());
        }
        let (what, key) = (What::KeyUsed, key.to_string());
        // Another server, or this one before it was started anew, may have noted it.
        if self.store.audit_holds(self.workspace, what.as_str(), &key, today * DAY_MS).await? {
            return Ok(());
        }
        self.note(actor, Deed::new(what, occasion).to(Thing::Key, key)).await
    }

    /// The newest first, below a number; at most so many.
    pub async fn newest(&self, filter: &AuditFilter, below: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        self.store.audit_newest(self.workspace, filter, below, limit).await
    }

    /// In their order, above a number; a page of them.
    pub async fn onward(&self, filter: &AuditFilter, above: i64) -> Result<Vec<AuditRow>, StoreError> {
        self.store.audit_onward(self.workspace, filter, above, PAGE).await
    }

    pub async fn head(&self) -> Result<Option<AuditHead>, StoreError> {
        self.store.audit_head(self.workspace).await
    }
}

/// Who it was, as a label and never as a credential.
fn label(origin: Origin) -> String {
    match origin {
        Origin::Anonymous => "visitor".to_owned(),
        Origin::Guest(_) => "guest".to_owned(),
        Origin::Person(_) => "person".to_owned(),
        Origin::Key(key, _) => format!("key {key}"),
        Origin::Operator => "operator".to_owned(),
        Origin::Upkeep(_) => "house".to_owned(),
    }
}
