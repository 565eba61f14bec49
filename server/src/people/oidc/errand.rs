//! An errand: one secret that only a browser holds while its person is away to sign in elsewhere.
//!
//! The state, the nonce and the proof key are three faces of it: none tells of another or of the secret, and each can be
//! made again from what the browser brings back. So nothing has to be kept here but the hash by which it is used once.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::config::Secret;
use crate::people::secret::{self, Minted, NoChance, Purpose, mint};

/// For finding a password, and the telephone for the second factor.
pub const LASTS: Duration = Duration::from_secs(10 * 60);

pub struct Errand {
    secret: Secret,
    hash: String,
}

impl Errand {
    pub fn begin() -> Result<Self, NoChance> {
        let Minted { text: secret, hash } = mint(Purpose::Errand)?;
        Ok(Self { secret, hash })
    }

    /// The one that a browser brings back; `None` for what cannot be one.
    pub fn brought(held: &str) -> Option<Self> {
        let hash = secret::lookup(Purpose::Errand, held)?;
        Some(Self { secret: held.to_owned().into(), hash })
    }

    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Goes there and back by way of the browser: binds the answer to it.
    pub fn state(&self) -> String {
        self.face("lectern 2026 oidc state")
    }

    /// Comes back inside the signed token: binds the token to this sign-in.
    pub fn nonce(&self) -> String {
        self.face("lectern 2026 oidc nonce")
    }

    /// Told to the provider alone, when the code is changed for the token: binds the code to us.
    pub fn proof_key(&self) -> String {
        self.face("lectern 2026 oidc proof key")
    }

    fn face(&self, context: &str) -> String {
        BASE64.encode(blake3::derive_key(context, self.secret.reveal().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_brought_back_has_the_same_faces() {
        let errand = Errand::begin().unwrap();
        let brought = Errand::brought(errand.secret().reveal()).unwrap();
        assert_eq!((errand.state(), errand.nonce()), (brought.state(), brought.nonce()));
        assert_eq!((errand.proof_key(), errand.hash()), (brought.proof_key(), brought.hash()));
        assert!(Errand::brought("").is_none() && Errand::brought(&errand.state()).is_none());
    }

    #[test]
    fn faces_differ() {
        let (one, other) = (Errand::begin().unwrap(), Errand::begin().unwrap());
        let faces = [&one, &other].map(|errand| [errand.state(), errand.nonce(), errand.proof_key()]).concat();
        let different: std::collections::BTreeSet<&String> = faces.iter().collect();
        assert_eq!(different.len(), 6);
        // A proof key has 43 letters at least.
        assert!(faces.iter().all(|face| face.len() == 43), "{faces:?}");
    }
}
