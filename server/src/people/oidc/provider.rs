//! The provider, as it describes itself: read when it is first needed, and again when that is old or a key is unknown.
//!
//! The house starts without it, and whoever has a password signs in while it is away.

use std::sync::{Arc, Mutex, PoisonError};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, DiscoveryError,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::errand::Errand;
use super::line::{Line, LineError};
use super::word::{self, Claims, Others, Token, Unheard, Word};
use super::{Answer, OidcError};
use crate::clock::Clock;
use crate::config::Secret;
use crate::config::oidc::OidcConfig;

/// So often everything is read anew: a key that was given up is not believed for longer.
const OLD_MS: i64 = 60 * 60 * 1_000;
/// And for a key that is not known yet at most so often, whatever is sent here.
const FRESH_MS: i64 = 60 * 1_000;
/// Of what a provider says went wrong; the rest is for its own log.
const MOST_CODE: usize = 60;

/// What we read of a description besides the library's own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Announced {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Announced {}

pub type Metadata = ProviderMetadata<
    Announced,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    openidconnect::core::CoreJwsSigningAlgorithm,
>;
type Us = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

#[derive(Clone)]
pub struct Provider {
    config: Arc<OidcConfig>,
    line: Line,
    clock: Clock,
    known: Arc<Mutex<Option<Arc<Known>>>>,
}

/// The provider's description and keys.
struct Known {
    metadata: Metadata,
    read_ms: i64,
}

impl Provider {
    /// Asks the provider nothing yet.
    pub fn new(config: OidcConfig, clock: Clock) -> Result<Self, LineError> {
        Ok(Self { line: Line::new(&config)?, config: Arc::new(config), clock, known: Arc::default() })
    }

    pub fn config(&self) -> &OidcConfig {
        &self.config
    }

    /// Where a browser goes to sign in.
    pub async fn address(&self, errand: &Errand) -> Result<Url, OidcError> {
        let known = self.known().await?;
        let (state, nonce) = (CsrfToken::new(errand.state()), Nonce::new(errand.nonce()));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(errand.proof_key()));
        let us = self.us(&known)?;
        let asked = us.authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce);
        let scopes = self.config.scopes.iter().cloned().map(Scope::new);
        Ok(asked.add_scopes(scopes).set_pkce_challenge(challenge).url().0)
    }

    /// What it says of whoever comes back on this errand, after everything was checked.
    pub async fn word(&self, answer: &Answer<'_>, errand: &Errand) -> Result<Word, OidcError> {
        let known = self.known().await?;
        self.is_its_own(&known, answer)?;
        let code = match (answer.code, answer.error) {
            (_, Some("access_denied")) => return Err(OidcError::Cancelled),
            (_, Some(error)) => return Err(untrue(format!("it answers {}", letters(error)))),
            (None, None) => return Err(untrue("it sends no code")),
            (Some(code), None) => code,
        };
        let token = self.token(&known, code, errand).await?;
        let claims = match self.heard(&known, &token, errand) {
            Err(Unheard::UnknownKey) => self.heard(&*self.read_again(&known).await?, &token, errand),
            heard => heard,
        };
        word::of(claims.map_err(|unheard| untrue(unheard.to_string()))?, &self.config)
    }

    /// Whether the answer is this provider's own, where it says whose it is: with two providers, one could pass on the
    /// codes of the other.
    fn is_its_own(&self, known: &Known, answer: &Answer<'_>) -> Result<(), OidcError> {
        let must_say = known.metadata.additional_metadata().authorization_response_iss_parameter_supported;
        match answer.issuer {
            Some(issuer) if issuer == self.config.issuer => Ok(()),
            Some(_) => Err(untrue("the answer names another issuer")),
            None if must_say => Err(untrue("the answer does not name its issuer")),
            None => Ok(()),
        }
    }

    /// The token for a code.
    async fn token(&self, known: &Known, code: &str, errand: &Errand) -> Result<Token, OidcError> {
        let us = self.us(known)?;
        let asked =
            us.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(|_| untrue("no token endpoint"))?;
        let asked = asked.set_pkce_verifier(PkceCodeVerifier::new(errand.proof_key()));
        let reply = asked.request_async(&self.line).await.map_err(|error| match error {
            RequestTokenError::Request(error) => OidcError::Unavailable(error.to_string()),
            RequestTokenError::ServerResponse(said) => {
                untrue(format!("it refuses the code: {}", letters(said.error().as_ref())))
            }
            // What was not understood may hold a token: not for the log.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => untrue("its token cannot be read"),
        })?;
        reply.id_token().cloned().ok_or_else(|| untrue("it sends no identity with the token"))
    }

    fn heard(&self, known: &Known, token: &Token, errand: &Errand) -> Result<Claims, Unheard> {
        word::heard(token, &self.config, known.metadata.jwks(), &Nonce::new(errand.nonce()), &self.clock)
    }

    /// Us, as the provider knows us.
    fn us(&self, known: &Known) -> Result<Us, OidcError> {
        let secret = self.config.client_secret.as_ref().map(Secret::reveal);
        let secret = secret.map(|secret| ClientSecret::new(secret.to_owned()));
        let (metadata, client_id) = (known.metadata.clone(), ClientId::new(self.config.client_id.clone()));
        let ways = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let by_post = ways.contains(&CoreClientAuthMethod::ClientSecretPost);
        let by_header = ways.is_empty() || ways.contains(&CoreClientAuthMethod::ClientSecretBasic);
        let way = if by_post && !by_header { AuthType::RequestBody } else { AuthType::BasicAuth };
        let redirect = RedirectUrl::new(self.config.redirect.to_string()).map_err(|_| untrue("our own address"))?;
        Ok(Us::from_provider_metadata(metadata, client_id, secret).set_auth_type(way).set_redirect_uri(redirect))
    }

    async fn known(&self) -> Result<Arc<Known>, OidcError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known.filter(|known| self.clock.now_ms() - known.read_ms < OLD_MS) {
            Some(known) => Ok(known),
            None => self.read().await,
        }
    }

    /// For a key that is not among those that are known.
    async fn read_again(&self, known: &Arc<Known>) -> Result<Arc<Known>, OidcError> {
        match self.clock.now_ms() - known.read_ms < FRESH_MS {
            true => Ok(Arc::clone(known)),
            false => self.read().await,
        }
    }

    async fn read(&self) -> Result<Arc<Known>, OidcError> {
        let issuer = IssuerUrl::new(self.config.issuer.clone()).map_err(|_| untrue("the issuer is no address"))?;
        let metadata = Metadata::discover_async(issuer, &self.line).await.map_err(|error| match error {
            DiscoveryError::Request(error) => OidcError::Unavailable(error.to_string()),
            DiscoveryError::Response(status, ..) => OidcError::Unavailable(format!("it answers {}", status.as_u16())),
            DiscoveryError::Validation(_) => untrue("it describes another issuer"),
            _ => untrue("its description cannot be read"),
        })?;
        if !self.line.is_safe(metadata.authorization_endpoint().url()) {
            return Err(untrue("it would have people sign in without TLS"));
        }
        let known = Arc::new(Known { metadata, read_ms: self.clock.now_ms() });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
        Ok(known)
    }
}

fn untrue(why: impl Into<String>) -> OidcError {
    OidcError::Untrue(why.into())
}

/// A code that somebody else chose, as a log may show it.
fn letters(code: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    code.chars().filter(is_plain).take(MOST_CODE).collect()
}
