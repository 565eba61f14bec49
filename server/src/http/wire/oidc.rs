//! Signing in with a provider, as it crosses the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a provider sends a browser back with; what else it may add is its own.
#[derive(Deserialize, ToSchema)]
pub struct OidcAnswer {
    pub code: Option<String>,
    pub state: Option<String>,
    pub error: Option<String>,
    pub iss: Option<String>,
}

/// How one can sign in here, for the page that offers it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SignInWays {
    pub password: bool,
    pub oidc: Option<OidcWay>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct OidcWay {
    /// What the button says.
    pub name: String,
}
