//! Guests: visitors of another site whom that site vouches for, by a short token that it signs with a secret it shares with
//! the house.
//!
//! A token is a JWT (RFC 7519) signed with HS256, and nothing else is one: no other algorithm, none that lasts, none that
//! claims more than the configuration lets the site give. What a guest reads is what the token says, each time anew; the
//! house keeps nothing of them but an id made from their name.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use retrieval::access::AccessLabel;
use retrieval::model::{GuestId, WorkspaceId};
use ring::hmac;
use serde::Deserialize;
use uuid::Uuid;

use crate::config::Secret;

/// A token is good for an hour at most: whoever is let go at the other site is so here, soon.
const LONGEST_SECONDS: i64 = 3_600;
/// Clocks differ.
const SKEW_SECONDS: i64 = 60;
const LONGEST_TOKEN: usize = 4_096;
const LONGEST_NAME: usize = 200;

/// Somebody whom another site vouched for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guest {
    pub id: GuestId,
    pub label: AccessLabel,
}

/// Why a token is none; for whoever wrote the other site.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoGuest {
    #[error("no [widget] secret_file is set, so nobody can be vouched for")]
    NobodyVouches,
    #[error("the visitor's token is no JWT with alg HS256, sub, exp, and if wanted tier and groups")]
    Malformed,
    #[error("the visitor's token is not signed with the secret of [widget]")]
    Forged,
    #[error("the visitor's token is over, or has not begun")]
    Over,
    #[error("the visitor's token is good for more than an hour: give a shorter exp")]
    TooLong,
    #[error("the visitor's token asks for a tier or groups beyond those of [widget]")]
    Beyond,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    /// What has to be understood, and is not.
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    nbf: Option<i64>,
    tier: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
}

/// Knows whose word counts, and how far.
#[derive(Clone)]
pub struct Guests {
    keys: Vec<hmac::Key>,
    most: AccessLabel,
}

impl Guests {
    /// Whoever knows one of the secrets may vouch, for no more than this.
    pub fn new(secrets: &[Secret], most: AccessLabel) -> Self {
        let key = |secret: &Secret| hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
        Self { keys: secrets.iter().map(key).collect(), most }
    }

    pub fn vouched(&self, token: &str, workspace: WorkspaceId, now_ms: i64) -> Result<Guest, NoGuest> {
        let (signed, signature) = token.rsplit_once('.').ok_or(NoGuest::Malformed)?;
        let (head, claims) = signed.split_once('.').ok_or(NoGuest::Malformed)?;
        if token.len() > LONGEST_TOKEN {
            return Err(NoGuest::Malformed);
        }
        let head: Head = part(head)?;
        if head.alg != "HS256" || head.crit.is_some() {
            return Err(NoGuest::Malformed);
        }
        let signature = BASE64.decode(signature).map_err(|_| NoGuest::Malformed)?;
        if !self.keys.iter().any(|key| hmac::verify(key, signed.as_bytes(), &signature).is_ok()) {
            return Err(NoGuest::Forged);
        }
        self.guest(part(claims)?, workspace, now_ms / 1_000)
    }

    fn guest(&self, claims: Claims, workspace: WorkspaceId, now: i64) -> Result<Guest, NoGuest> {
        if claims.exp <= now || claims.nbf.is_some_and(|begins| begins > now.saturating_add(SKEW_SECONDS)) {
            return Err(NoGuest::Over);
        }
        if claims.exp > now.saturating_add(LONGEST_SECONDS + SKEW_SECONDS) {
            return Err(NoGuest::TooLong);
        }
        if claims.sub.is_empty() || claims.sub.chars().count() > LONGEST_NAME {
            return Err(NoGuest::Malformed);
        }
        let tier = claims.tier.as_deref().unwrap_or("public").parse().map_err(|_| NoGuest::Malformed)?;
        let groups = claims.groups.iter().map(|group| group.parse()).collect::<Result<_, _>>();
        let label = AccessLabel { tier, groups: groups.map_err(|_| NoGuest::Malformed)? };
        if label.tier > self.most.tier || !label.groups.is_subset(&self.most.groups) {
            return Err(NoGuest::Beyond);
        }
        Ok(Guest { id: GuestId(Uuid::new_v5(&workspace.0, format!("guest/{}", claims.sub).as_bytes())), label })
    }
}

fn part<T: for<'a> Deserialize<'a>>(part: &str) -> Result<T, NoGuest> {
    let bytes = BASE64.decode(part).map_err(|_| NoGuest::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| NoGuest::Malformed)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const NOW: i64 = 1_800_000_000;
    const SECRET: &str = "a secret of at least 32 letters!";

    fn guests() -> Guests {
        let most = AccessLabel { tier: "customer".parse().unwrap(), groups: ["gold".parse().unwrap()].into() };
        Guests::new(&["another, that is older".to_owned().into(), SECRET.to_owned().into()], most)
    }

    fn signed(head: &Value, claims: &Value, secret: &str) -> String {
        let signed = format!("{}.{}", BASE64.encode(head.to_string()), BASE64.encode(claims.to_string()));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        format!("{signed}.{}", BASE64.encode(hmac::sign(&key, signed.as_bytes())))
    }

    fn read(claims: Value) -> Result<Guest, NoGuest> {
        guests().vouched(&signed(&json!({"alg": "HS256", "typ": "JWT"}), &claims, SECRET), HERE, NOW * 1_000)
    }

    #[test]
    fn whoever_is_vouched_for_reads_what_the_site_says() {
        let ada = read(json!({"sub": "ada", "exp": NOW + 300})).unwrap();
        assert_eq!(ada.label, AccessLabel::tier("public".parse().unwrap()));
        let gold = read(json!({"sub": "ada", "exp": NOW + 300, "tier": "customer", "groups": ["gold"]})).unwrap();
        assert_eq!((gold.id, gold.label.tier.as_str(), gold.label.groups.len()), (ada.id, "customer", 1));
        assert_ne!(read(json!({"sub": "bob", "exp": NOW + 300})).unwrap().id, ada.id);
        let old = signed(&json!({"alg": "HS256"}), &json!({"sub": "ada", "exp": NOW + 9}), "another, that is older");
        assert_eq!(guests().vouched(&old, HERE, NOW * 1_000).unwrap().id, ada.id, "secrets are changed one by one");
    }

    #[test]
    fn nobody_claims_more_or_for_longer() {
        let claims = |more: Value| {
            let mut claims = json!({"sub": "ada", "exp": NOW + 300});
            claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            read(claims)
        };
        assert_eq!(claims(json!({"tier": "internal"})), Err(NoGuest::Beyond));
        assert_eq!(claims(json!({"groups": ["hr"]})), Err(NoGuest::Beyond));
        assert_eq!(claims(json!({"exp": NOW})), Err(NoGuest::Over));
        assert_eq!(claims(json!({"nbf": NOW + 300})), Err(NoGuest::Over));
        assert_eq!(claims(json!({"exp": NOW + 7_200})), Err(NoGuest::TooLong));
        assert_eq!(claims(json!({"exp": i64::MAX})), Err(NoGuest::TooLong));
        for odd in [
            json!({"sub": ""}),
            json!({"sub": 7}),
            json!({"tier": "all"}),
            json!({"groups": "gold"}),
            json!({"exp": "soon"}),
        ] {
            assert_eq!(claims(odd.clone()), Err(NoGuest::Malformed), "{odd}");
        }
        assert_eq!(read(json!({"sub": "ada"})), Err(NoGuest::Malformed), "it has to end");
    }

    #[test]
    fn what_is_not_signed_so_is_no_token() {
        let claims = json!({"sub": "ada", "exp": NOW + 300});
        let good = signed(&json!({"alg": "HS256"}), &claims, SECRET);
        let vouched = |token: &str| guests().vouched(token, HERE, NOW * 1_000);
        assert!(vouched(&good).is_ok());
        assert_eq!(vouched(&signed(&json!({"alg": "HS256"}), &claims, "guessed")), Err(NoGuest::Forged));
        for head in
            [json!({"alg": "none"}), json!({"alg": "HS512"}), json!({"alg": "HS256", "crit": ["b64"]}), json!({})]
        {
            assert_eq!(vouched(&signed(&head, &claims, SECRET)), Err(NoGuest::Malformed), "{head}");
        }
        let unsigned = &good[..=good.rfind('.').unwrap()];
        assert_eq!(vouched(unsigned), Err(NoGuest::Forged));
        for odd in ["", ".", "..", "a.b.c", "a.b", &"x".repeat(5_000), &format!("{good}.{good}")] {
            assert!(vouched(odd).is_err(), "{odd}");
        }
        // Any byte that is changed.
        for at in (0..good.len()).step_by(3) {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(vouched(std::str::from_utf8(&bytes).unwrap()).is_err(), "{at}");
        }
    }
}
