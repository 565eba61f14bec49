//! Signing in with a provider, as a browser meets it: a real house, a real provider on loopback, and one that lies.

mod answers;
mod honest;
mod issuer;
mod keys;
mod lies;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use metrics_exporter_prometheus::PrometheusBuilder;
use retrieval::access::{AccessTier, Role};
use retrieval::cache::Caches;
use serde_json::Value;
use server::audit::Audit;
use server::canary::{NoCages, Watch};
use server::config::oidc::{OidcConfig, OidcRule};
use server::http::{Desk, Readiness, ReadyState, Streams, router};
use server::people::door::{Door, Stay};
use server::people::oidc::Provider;
use server::people::{People, Person};
use tower::ServiceExt;

use crate::ground::Ground;
use crate::http::{PLENTY, front, till};
use crate::library::{Home, IndexKind};
use issuer::{CLIENT, Issuer, REDIRECT, SECRET};

const START: &str = "/api/v1/oidc/start";
const STAY: &str = "__Host-lectern";
const ERRAND: &str = "__Host-lectern-errand";

/// A served house with a provider to sign in with.
struct House {
    router: Router,
    people: People,
    issuer: Issuer,
    ground: Ground,
}

/// A reply, read to its end.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map(|to| to.to_str().unwrap()).unwrap_or_default()
    }

    fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect()
    }
}

fn rule(when: &str, role: Role, tier: AccessTier, groups: &[&str]) -> OidcRule {
    let groups = groups.iter().map(|group| group.parse().unwrap()).collect();
    OidcRule { when: when.into(), role, tier, groups }
}

fn config(issuer: &str) -> OidcConfig {
    OidcConfig {
        issuer: issuer.to_owned(),
        client_id: CLIENT.into(),
        client_secret: Some(SECRET.to_owned().into()),
        name: "Corp".into(),
        redirect: REDIRECT.parse().unwrap(),
        scopes: vec!["profile".into(), "email".into()],
        groups_claim: "groups".into(),
        create: true,
        link_by_email: false,
        default_tier: None,
        rules: vec![
            rule("support-*", Role::Editor, AccessTier::Internal, &["billing"]),
            rule("hr", Role::Reader, AccessTier::Restricted, &["hr"]),
            rule("root", Role::Admin, AccessTier::Restricted, &[]),
        ],
        timeout: Duration::from_secs(60),
    }
}

impl House {
    async fn new(ground: Ground) -> Self {
        Self::with(ground, |_| {}).await
    }

    async fn with(ground: Ground, change: impl FnOnce(&mut OidcConfig)) -> Self {
        let home = Home::new(ground, IndexKind::Memory);
        let clock = home.library.store.clock().clone();
        let issuer = Issuer::new(clock.clone()).await;
        let mut config = config(&issuer.url);
        change(&mut config);
        let (answerer, library) = (home.answerer(), Arc::new(home.library));
        let people = People::new(Door {
            store: library.store.clone(),
            workspace: library.workspace,
            operator: "the-operators-own-token".to_owned().into(),
            visitors: true,
            stay: Stay { idle: Duration::from_secs(3_600), longest: Duration::from_secs(24 * 3_600) },
        });
        let desk = Desk {
            people: people.clone(),
            oidc: Some(Provider::new(config, clock).unwrap()),
            audit: Audit::new(library.store.clone(), library.workspace),
            watch: Watch::new(Arc::new(NoCages), library.store.clone(), library.workspace),
            front: front(&library, PLENTY),
            till: till(&library),
            settings: Arc::default(),
            branding: Arc::default(),
            widget: None,
            answerer,
            streams: Streams::default(),
            library,
            readiness: Readiness::new(ReadyState::Ready),
            caches: Caches::default(),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
        };
        Self { router: router(desk), people, issuer, ground: home.ground }
    }

    async fn everybody(&self) -> Vec<Person> {
        self.people.door.store.people(self.people.door.workspace, "", 100).await.unwrap()
    }

    async fn by_login(&self, login: &str) -> Option<Person> {
        self.everybody().await.into_iter().find(|person| person.login == login)
    }

    async fn stays(&self) -> usize {
        self.ground.texts("SELECT id FROM sign_ins").await.len()
    }

    /// Signs in by way of the provider, in a browser of its own.
    async fn signs_in(&self) -> (Browser, Reply) {
        let mut browser = Browser::default();
        let reply = browser.signs_in(self).await;
        (browser, reply)
    }

    /// Signs in, and is somebody then.
    async fn lets_in(&self) -> Browser {
        let (browser, reply) = self.signs_in().await;
        assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/"), "{reply:?}");
        browser
    }

    /// Everybody who is refused sees the same, whatever the provider did: no account, no stay, no cookie, no word of it.
    async fn refuses(&self, code: &str, why: &str) {
        let before = (self.everybody().await, self.stays().await);
        let (_, reply) = self.signs_in().await;
        assert_refused(&reply, code, why);
        assert_eq!((self.everybody().await, self.stays().await), before, "{why}");
    }
}

fn assert_refused(reply: &Reply, code: &str, why: &str) {
    let expected = format!("/sign-in#oidc={code}");
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, expected.as_str()), "{why}: {reply:?}");
    assert_eq!((reply.cookies(), reply.body.as_str()), (Vec::new(), ""), "{why}");
}

/// Follows, and keeps cookies as it is told.
#[derive(Clone, Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    async fn get(&mut self, house: &House, path: &str) -> Reply {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::get(path).header(header::COOKIE, cookies.join("; ")).body(Body::empty()).unwrap();
        let (parts, body) = house.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        let reply = Reply { status: parts.status, headers: parts.headers, body };
        for cookie in reply.cookies() {
            assert!(cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age="), "{cookie}");
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match cookie.ends_with("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        reply
    }

    /// To the provider; the path by which it sends back, or the reply if it does not come so far.
    async fn goes(&mut self, house: &House) -> Result<String, Reply> {
        let reply = self.get(house, START).await;
        if !reply.location().starts_with(&house.issuer.url) {
            return Err(reply);
        }
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let sent_back = client.get(reply.location()).send().await.unwrap();
        let to = sent_back.headers()[header::LOCATION].to_str().unwrap().to_owned();
        Ok(to.strip_prefix("https://kb.example").unwrap().to_owned())
    }

    async fn signs_in(&mut self, house: &House) -> Reply {
        match self.goes(house).await {
            Ok(path) => self.get(house, &path).await,
            Err(reply) => reply,
        }
    }

    async fn me(&mut self, house: &House) -> Value {
        let reply = self.get(house, "/api/v1/me").await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        serde_json::from_str(&reply.body).unwrap()
    }
}
