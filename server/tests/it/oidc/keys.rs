//! Keys of the provider that the tests run: honest signatures of every kind, and the dishonest ones.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use serde_json::{Value, json};

/// Made for these tests; it opens nothing.
const RSA: &str = include_str!("rsa_key.b64");

/// How a token is signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signed {
    Es256,
    EdDsa,
    Rs256,
    Ps256,
    /// `alg: none`, without a signature.
    Not,
    /// `alg: none` behind a signature that would hold.
    NotSaid,
    /// As ES256, by a key that nobody knows, under the name of one that is known.
    ByAnother,
    /// By a key that nobody knows under its own name.
    Unknown,
    /// HS256, with the published key of RSA as the secret.
    WithPublicKey,
    /// HS256, with the secret of the client.
    WithSecret,
    /// RS256, said to be of the EC key.
    Mixed,
    /// ES256, with a byte of what it says changed afterwards.
    Changed,
    /// ES256, with a key of its own in the header.
    BringsItsKey,
    /// ES256, with a header that must be understood and is not.
    Critical,
}

pub struct Keys {
    ec: EcdsaKeyPair,
    other: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    rsa: RsaKeyPair,
    chance: SystemRandom,
}

impl Keys {
    pub fn new() -> Self {
        let chance = SystemRandom::new();
        let ec = || {
            let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance).unwrap();
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &chance).unwrap()
        };
        let (ec, other) = (ec(), ec());
        let ed = Ed25519KeyPair::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&chance).unwrap().as_ref()).unwrap();
        let rsa = RsaKeyPair::from_der(&STANDARD.decode(RSA.replace('\n', "")).unwrap()).unwrap();
        Self { ec, other, ed, rsa, chance }
    }

    /// What the provider publishes; `other` under the name `later`, for one that changes its keys.
    pub fn published(&self, with_other: bool) -> Value {
        let mut keys = vec![
            point("ec", &self.ec),
            json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "use": "sig", "x": text(self.ed.public_key().as_ref())}),
            json!({"kty": "RSA", "kid": "rsa", "use": "sig", "n": text(self.rsa().n), "e": text(self.rsa().e)}),
            // What nobody understands does no harm.
            json!({"kty": "new", "kid": "new", "use": "sig"}),
        ];
        if with_other {
            keys.push(point("later", &self.other));
        }
        json!({"keys": keys})
    }

    fn rsa(&self) -> PublicKeyComponents<Vec<u8>> {
        self.rsa.public().into()
    }

    pub fn token(&self, claims: &Value, signed: Signed, secret: &str) -> String {
        let header = match signed {
            Signed::Es256 | Signed::ByAnother | Signed::Changed => json!({"alg": "ES256", "kid": "ec"}),
            Signed::EdDsa => json!({"alg": "EdDSA", "kid": "ed"}),
            Signed::Rs256 => json!({"alg": "RS256", "kid": "rsa", "typ": "JWT"}),
            Signed::Ps256 => json!({"alg": "PS256", "kid": "rsa"}),
            Signed::Not | Signed::NotSaid => json!({"alg": "none"}),
            Signed::Unknown => json!({"alg": "ES256", "kid": "later"}),
            Signed::WithPublicKey => json!({"alg": "HS256", "kid": "rsa"}),
            Signed::WithSecret => json!({"alg": "HS256"}),
            Signed::Mixed => json!({"alg": "RS256", "kid": "ec"}),
            Signed::BringsItsKey => json!({"alg": "ES256", "kid": "mine", "jwk": point("mine", &self.other)}),
            Signed::Critical => json!({"alg": "ES256", "kid": "ec", "crit": ["x"], "x": 1}),
        };
        let mut said = format!("{}.{}", text(header.to_string()), text(claims.to_string()));
        let signature = self.signature(&said, signed, secret);
        if signed == Signed::Changed {
            let mut claims = claims.clone();
            claims["groups"] = json!(["root"]);
            said = format!("{}.{}", text(header.to_string()), text(claims.to_string()));
        }
        format!("{said}.{}", text(signature))
    }

    fn signature(&self, said: &str, signed: Signed, secret: &str) -> Vec<u8> {
        let said = said.as_bytes();
        let ec = |key: &EcdsaKeyPair| key.sign(&self.chance, said).unwrap().as_ref().to_vec();
        let rsa = |padding| {
            let mut signature = vec![0; self.rsa.public().modulus_len()];
            self.rsa.sign(padding, &self.chance, said, &mut signature).unwrap();
            signature
        };
        let shared = |key: &[u8]| {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key);
            ring::hmac::sign(&key, said).as_ref().to_vec()
        };
        match signed {
            Signed::Es256 | Signed::Changed | Signed::NotSaid | Signed::Critical => ec(&self.ec),
            Signed::ByAnother | Signed::Unknown | Signed::BringsItsKey => ec(&self.other),
            Signed::EdDsa => self.ed.sign(said).as_ref().to_vec(),
            Signed::Rs256 | Signed::Mixed => rsa(&RSA_PKCS1_SHA256),
            Signed::Ps256 => rsa(&RSA_PSS_SHA256),
            Signed::Not => Vec::new(),
            Signed::WithPublicKey => shared(&self.rsa().n),
            Signed::WithSecret => shared(secret.as_bytes()),
        }
    }
}

fn point(kid: &str, key: &EcdsaKeyPair) -> Value {
    // 4, and the two halves.
    let (x, y) = key.public_key().as_ref()[1..].split_at(32);
    json!({"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": text(x), "y": text(y)})
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    BASE64.encode(bytes)
}
