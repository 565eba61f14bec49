//! Cursors: where a list goes on. Opaque to clients, and of one list only.
//!
//! A cursor says where, never what: whoever follows one is shown what their clearance admits then. Its sum is a guard
//! against typing and mixing up, not a secret: there is nothing to be gained from making one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ApiError;

const SUM_BYTES: usize = 8;
const LONGEST: usize = 8 * 1024;

/// The cursor of this list that goes on after `place`.
pub fn seal(list: &str, place: &impl Serialize) -> Result<String, ApiError> {
    let place = serde_json::to_vec(place).map_err(ApiError::internal)?;
    let mut sealed = sum(list, &place).to_vec();
    sealed.extend(place);
    Ok(BASE64.encode(sealed))
}

/// Where this list goes on.
pub fn open<T: DeserializeOwned>(list: &str, cursor: &str) -> Result<T, ApiError> {
    let foreign = || ApiError::bad_request("after is not a cursor of this list as it is now: begin again without it");
    let sealed = (cursor.len() <= LONGEST).then(|| BASE64.decode(cursor).ok()).flatten().ok_or_else(foreign)?;
    let (found, place) = sealed.split_at_checked(SUM_BYTES).ok_or_else(foreign)?;
    if found != sum(list, place) {
        return Err(foreign());
    }
    serde_json::from_slice(place).map_err(|_| foreign())
}

fn sum(list: &str, place: &[u8]) -> [u8; SUM_BYTES] {
    let mut hasher = blake3::Hasher::new_derive_key("lectern: where a list goes on");
    hasher.update(list.as_bytes()).update(&[0]).update(place);
    let mut sum = [0; SUM_BYTES];
    sum.copy_from_slice(&hasher.finalize().as_bytes()[..SUM_BYTES]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_of_one_list_and_whole() {
        let cursor = seal("documents", &("a", 1)).unwrap();
        assert_eq!(open::<(String, i64)>("documents", &cursor).unwrap(), ("a".to_owned(), 1));
        assert!(open::<(String, i64)>("jobs", &cursor).is_err());
        assert!(open::<(String, String)>("documents", &cursor).is_err());
        for at in 0..cursor.len() {
            let mut other = cursor.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert!(open::<(String, i64)>("documents", &other).is_err(), "{other}");
            assert!(open::<(String, i64)>("documents", &cursor[..at]).is_err());
        }
        for cursor in ["", "AAAA", "zebra", "../..", "null", &"A".repeat(20_000)] {
            assert!(open::<(String, i64)>("documents", cursor).is_err());
        }
    }
}
