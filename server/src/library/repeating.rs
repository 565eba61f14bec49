//! Requests that may come twice: what the store keeps of them.

use super::{Library, LibraryError};
use crate::store::{Claimed, RepeatKey};

impl Library {
    pub async fn claim(&self, key: &RepeatKey) -> Result<Claimed, LibraryError> {
        Ok(self.store.repeat_claim(key).await?)
    }

    pub async fn answered(
        &self,
        key: &RepeatKey,
        claim: &str,
        body_hash: &str,
        answer: (u16, &str),
    ) -> Result<(), LibraryError> {
        Ok(self.store.repeat_answer(key, claim, body_hash, answer).await?)
    }

    pub async fn give_up(&self, key: &RepeatKey, claim: &str) -> Result<(), LibraryError> {
        Ok(self.store.repeat_give_up(key, claim).await?)
    }
}
