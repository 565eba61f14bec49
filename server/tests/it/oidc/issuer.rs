//! The provider that the tests run, on loopback: describes itself, publishes keys, signs people in without asking, and
//! changes codes for tokens. It checks what a provider checks, and lies as it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use server::clock::Clock;
use tokio::net::TcpListener;
use url::Url;

use super::keys::{Keys, Signed};

pub const CLIENT: &str = "lectern";
pub const SECRET: &str = "the secret/of the:client";
pub const REDIRECT: &str = "https://kb.example/api/v1/oidc/callback";

type Fields = HashMap<String, String>;
/// Changes what is said, for a lie.
pub type Twist = Arc<dyn Fn(&mut Value) + Send + Sync>;

/// What the token endpoint does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    Honest,
    Fails,
    Silent,
    Garbage,
    Huge,
    /// Everything but who it is.
    NoIdentity,
    /// Another place that would answer.
    Elsewhere,
}

/// What the provider says next.
#[derive(Clone)]
pub struct Saying {
    pub description: Twist,
    pub claims: Twist,
    pub signed: Signed,
    pub act: Act,
    /// What the browser brings back besides what it should; an empty value takes away.
    pub answer: Vec<(&'static str, String)>,
    /// Whether there is another key now.
    pub new_key: bool,
    pub away: bool,
}

impl Default for Saying {
    fn default() -> Self {
        Self {
            description: Arc::new(|_| {}),
            claims: Arc::new(|_| {}),
            signed: Signed::Es256,
            act: Act::Honest,
            answer: Vec::new(),
            new_key: false,
            away: false,
        }
    }
}

/// What was asked at the authorize endpoint, by the code that it led to.
type Asked = HashMap<String, Fields>;

#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    keys: Arc<Keys>,
    clock: Clock,
    saying: Arc<Mutex<Saying>>,
    asked: Arc<Mutex<Asked>>,
    heard: Arc<Mutex<Vec<&'static str>>>,
}

impl Issuer {
    pub async fn new(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/realms/x", listener.local_addr().unwrap());
        let (saying, asked, heard) = (Arc::default(), Arc::default(), Arc::default());
        let issuer = Self { url, keys: Arc::new(Keys::new()), clock, saying, asked, heard };
        let routes = Router::new()
            .route("/realms/x/.well-known/openid-configuration", get(description))
            .route("/realms/x/keys", get(keys))
            .route("/realms/x/authorize", get(authorize))
            .route("/realms/x/token", post(token))
            .route("/realms/x/elsewhere", post(elsewhere))
            .route("/realms/x/userinfo", get(userinfo).post(userinfo))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        issuer
    }

    /// From now on.
    pub fn say(&self, saying: Saying) {
        *self.saying.lock().unwrap() = saying;
    }

    pub fn claims(&self, twist: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.saying.lock().unwrap().claims = Arc::new(twist);
    }

    /// Which endpoints were asked, in order.
    pub fn heard(&self) -> Vec<&'static str> {
        self.heard.lock().unwrap().clone()
    }

    fn hears(&self, endpoint: &'static str) -> Saying {
        self.heard.lock().unwrap().push(endpoint);
        self.saying.lock().unwrap().clone()
    }
}

async fn description(State(issuer): State<Issuer>) -> Response {
    let saying = issuer.hears("description");
    if saying.away {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let url = &issuer.url;
    let mut description = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // All that there are: what is believed is ours to say.
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA", "HS256", "none"],
    });
    (saying.description)(&mut description);
    Json(description).into_response()
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    let saying = issuer.hears("keys");
    Json(issuer.keys.published(saying.new_key))
}

async fn authorize(State(issuer): State<Issuer>, Query(asked): Query<Fields>) -> Redirect {
    let saying = issuer.hears("authorize");
    let is_as_agreed = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("code_challenge_method", "S256"),
        ("scope", "openid profile email"),
    ];
    for (name, value) in is_as_agreed {
        assert_eq!(asked.get(name).map(String::as_str), Some(value), "{asked:?}");
    }
    let code = format!("code-{}", issuer.asked.lock().unwrap().len());
    let mut answer = vec![("code", code.clone()), ("state", asked["state"].clone())];
    for (name, value) in saying.answer {
        answer.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            answer.push((name, value));
        }
    }
    issuer.asked.lock().unwrap().insert(code, asked.clone());
    Redirect::to(Url::parse_with_params(&asked["redirect_uri"], answer).unwrap().as_str())
}

async fn token(State(issuer): State<Issuer>, headers: HeaderMap, Form(form): Form<Fields>) -> Response {
    let saying = issuer.hears("token");
    match saying.act {
        Act::Honest | Act::NoIdentity => {}
        Act::Fails => return (StatusCode::INTERNAL_SERVER_ERROR, "panicked at main.rs:1").into_response(),
        Act::Silent => std::future::pending().await,
        Act::Garbage => return ([(header::CONTENT_TYPE, "application/json")], "<html>{\"id_token\"").into_response(),
        Act::Huge => {
            return ([(header::CONTENT_TYPE, "application/json")], " ".repeat(10 * 1024 * 1024)).into_response();
        }
        Act::Elsewhere => return Redirect::temporary(&format!("{}/elsewhere", issuer.url)).into_response(),
    }
    let Some(asked) = form.get("code").and_then(|code| issuer.asked.lock().unwrap().remove(code)) else {
        return refused("invalid_grant");
    };
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let client = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET))));
    if headers.get(header::AUTHORIZATION).and_then(|header| header.to_str().ok()) != Some(client.as_str()) {
        return refused("invalid_client");
    }
    let challenge = BASE64.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    let is_its = form["grant_type"] == "authorization_code"
        && form["redirect_uri"] == asked["redirect_uri"]
        && challenge == asked["code_challenge"];
    if !is_its {
        return refused("invalid_grant");
    }
    let token = issuer.token(&asked["nonce"], &saying);
    let identity = (saying.act == Act::Honest).then_some(token);
    Json(json!({"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": identity})).into_response()
}

impl Issuer {
    fn token(&self, nonce: &str, saying: &Saying) -> String {
        let now = self.clock.now_ms() / 1_000;
        let mut claims = json!({
            "iss": self.url,
            "sub": "1042",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "name": "Ada Lovelace",
            "email": "ada@corp.example",
            "email_verified": true,
            "groups": ["support-de", "everybody"],
        });
        (saying.claims)(&mut claims);
        self.keys.token(&claims, saying.signed, SECRET)
    }
}

fn refused(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": code, "error_description": "<b>the provider's text</b>"})))
        .into_response()
}

/// Would be believed by who follows redirects.
async fn elsewhere(State(issuer): State<Issuer>) -> StatusCode {
    issuer.hears("elsewhere");
    StatusCode::OK
}

/// Says that everybody is an admin, to whoever asks.
async fn userinfo(State(issuer): State<Issuer>) -> Json<Value> {
    issuer.hears("userinfo");
    Json(json!({"sub": "1042", "groups": ["root"], "email": "root@corp.example", "email_verified": true}))
}
