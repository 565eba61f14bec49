//! The provider's word: what a token says of somebody, once it is proven whose it is, for whom, about which sign-in, and
//! that it is of now.
//!
//! The token alone is believed; what the provider would tell besides, unsigned, is not asked for.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, UNIX_EPOCH};

use openidconnect::core::{
    CoreGenderClaim, CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, ClientId, IdToken, IdTokenClaims, IdTokenVerifier, IssuerUrl, Nonce,
    SignatureVerificationError,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::OidcError;
use crate::clock::Clock;
use crate::config::oidc::OidcConfig;

/// Signatures by keys that only the provider has. Never one by a secret that both have, and never none.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// Clocks differ.
const LEEWAY_MS: i64 = 60_000;
/// What OpenID Connect allows a subject.
const LONGEST_SUBJECT: usize = 255;

/// What a token says besides the library's own claims: groups, by whatever name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Others {
    #[serde(flatten)]
    claims: HashMap<String, Value>,
}

impl AdditionalClaims for Others {}

pub type Claims = IdTokenClaims<Others, CoreGenderClaim>;
pub type Token = IdToken<Others, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// Why a token is not believed.
#[derive(Debug, thiserror::Error)]
pub enum Unheard {
    #[error("its token is signed with a key that it does not publish")]
    UnknownKey,
    #[error("its token does not hold: {0}")]
    Untrue(&'static str),
}

/// What is believed of somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// The name by which the provider knows them for good.
    pub subject: String,
    /// Only if the provider says that it is theirs.
    pub verified_email: Option<String>,
    pub name: Option<String>,
    pub groups: BTreeSet<String>,
}

/// The claims of a token that holds now.
pub fn heard(
    token: &Token,
    config: &OidcConfig,
    keys: &CoreJsonWebKeySet,
    nonce: &Nonce,
    clock: &Clock,
) -> Result<Claims, Unheard> {
    let now = clock.now_ms();
    let issuer = IssuerUrl::new(config.issuer.clone()).map_err(|_| Unheard::Untrue("the issuer is no address"))?;
    // As if we had no secret: whoever else knows it must not sign with it.
    let verifier: IdTokenVerifier<'_, CoreJsonWebKey> =
        IdTokenVerifier::new_public_client(ClientId::new(config.client_id.clone()), issuer, keys.clone())
            .set_allowed_algs(ALGORITHMS)
            // Whether others among its audiences matter is for `azp` to say, below.
            .set_other_audience_verifier_fn(|_| true)
            .set_time_fn(|| (UNIX_EPOCH + Duration::from_millis((now - LEEWAY_MS).try_into().unwrap_or(0))).into())
            .set_issue_time_verifier_fn(|issued| match issued.timestamp_millis() <= now + LEEWAY_MS {
                true => Ok(()),
                false => Err("issued in the future".into()),
            });
    let claims = token.claims(&verifier, nonce).map_err(unheard)?;
    match claims.authorized_party() {
        Some(party) if party.as_str() == config.client_id => {}
        Some(_) => return Err(Unheard::Untrue("it was made for another")),
        None if claims.audiences().len() > 1 => return Err(Unheard::Untrue("it has several audiences")),
        None => {}
    }
    Ok(claims.clone())
}

/// Words of ours: those of the library repeat what the token says.
fn unheard(error: ClaimsVerificationError) -> Unheard {
    use SignatureVerificationError::{DisallowedAlg, NoMatchingKey, NoSignature};
    Unheard::Untrue(match error {
        ClaimsVerificationError::SignatureVerification(NoMatchingKey) => return Unheard::UnknownKey,
        ClaimsVerificationError::SignatureVerification(NoSignature) => "it is not signed",
        ClaimsVerificationError::SignatureVerification(DisallowedAlg(_)) => "its algorithm is not one of ours",
        ClaimsVerificationError::SignatureVerification(_) => "its signature is wrong",
        ClaimsVerificationError::Expired(_) => "it is not of now",
        ClaimsVerificationError::InvalidAudience(_) => "it is for another audience",
        ClaimsVerificationError::InvalidIssuer(_) => "it is of another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "it is of another sign-in",
        _ => "it is of a kind that is not understood",
    })
}

pub fn of(claims: Claims, config: &OidcConfig) -> Result<Word, OidcError> {
    let subject = claims.subject().as_str().to_owned();
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT || subject.chars().any(char::is_control) {
        return Err(OidcError::Untrue("its subject is no name".into()));
    }
    let is_verified = claims.email_verified() == Some(true);
    let name = claims.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned());
    let username = claims.preferred_username().map(|name| name.as_str().to_owned());
    Ok(Word {
        subject,
        verified_email: claims.email().filter(|_| is_verified).map(|email| email.as_str().to_owned()),
        name: name.or(username),
        groups: groups(claims.additional_claims().claims.get(&config.groups_claim)),
    })
}

/// Names alone: what else may stand there means nothing here.
fn groups(claim: Option<&Value>) -> BTreeSet<String> {
    match claim {
        Some(Value::String(one)) => [one.clone()].into(),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}
