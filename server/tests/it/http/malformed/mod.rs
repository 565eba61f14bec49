//! Ten thousand requests that are forged by the description of the API, most of them malformed: none breaks the server, each
//! refusal is one of ours, and whatever is answered is what the description says.

mod forge;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode};
use retrieval::access::Role;
use retrieval::model::PersonId;
use serde_json::{Value, json};
use server::http::openapi::document;
use server::http::{Needs, ROUTES};
use server::library::{Plan, Scope};
use server::people::{Answer, Invitation, Login, Whence};

use super::openapi::{described, operations};
use super::schema::difference;
use super::{Holding, Reply, Sender, Served, serve_home};
use crate::ground::{Ground, label, on_both};
use crate::library::{Home, IndexKind};
use crate::oracle::dice::Dice;
use forge::{Forge, Forged, Tokens};
use values::Known;

on_both!(nothing_breaks);

const SEED: u64 = 20_261_121;
/// On each of the two databases.
const REQUESTS: usize = 10_000;
/// After so many, what was removed or changed is made anew.
const PER_SCENE: usize = 500;

/// Who sends, and what they hold.
struct Crowd {
    senders: Vec<(&'static str, Option<PersonId>, Holding)>,
    tokens: Tokens,
    known: Known,
}

async fn nothing_breaks(ground: Ground) {
    let (served, documents) = filled(ground).await;
    let (document, mut dice) = (document(), Dice(SEED));
    let operations = operations(&document);
    let mut seen = Seen::default();
    let mut crowd = gather(&served, 0, &documents[0]).await;
    for number in 0..REQUESTS {
        if number > 0 && number % PER_SCENE == 0 {
            let scene = number / PER_SCENE;
            crowd = gather(&served, scene, &documents[scene]).await;
        }
        let (method, path, operation) = &operations[number % operations.len()];
        let Crowd { senders, tokens, known } = &crowd;
        let (who, _, holding) = dice.one_of(senders);
        let forged = Forge { document: &document, known, tokens, dice: &mut dice }.forge(method, path, operation);
        let reply = sent(&served, &holding, &forged).await;
        let at = || format!("{number}: {who} {} {:.300} {:?}", forged.method, forged.uri, shortened(&forged));
        // Without a cage there is nothing else to be said.
        let is_cageless = reply.status == StatusCode::SERVICE_UNAVAILABLE && format!("{method} {path}") == CANARIES;
        let verdict = match reply.status.is_server_error() && !is_cageless {
            true => Err(format!("{} from {method} {path}", reply.status)),
            false => {
                judge(&document, method, path, &forged, &reply).map_err(|wrong| format!("{wrong} ({method} {path})"))
            }
        };
        if let Err(wrong) = verdict {
            seen.wrong.entry(wrong).or_insert_with(|| format!("{} -> {:.300}", at(), reply.body));
        }
        seen.note(method, path, &forged, &reply);
        if reply.status.is_success() && (path.contains("session") || path.contains("password")) {
            crowd.come_in_again(&served).await;
        }
    }
    let alive = served.send(Sender::Nobody, "GET", "/readyz", "").await;
    assert_eq!(alive.status, StatusCode::OK, "{alive:?}");
    let answer = served.ask(Sender::Operator, "How long do refunds take?", None).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    seen.report(&operations);
}

/// What is wrong with a reply.
fn judge(document: &Value, method: &str, path: &str, forged: &Forged, reply: &Reply) -> Result<(), String> {
    let is_ours = forged.method == method;
    if reply.status.is_client_error() {
        let json: Value =
            serde_json::from_str(&reply.body).map_err(|error| format!("an error without JSON: {error}"))?;
        let told = |key: &str| json["error"][key].as_str().is_some_and(|text| !text.is_empty());
        if !told("code") || !told("message") {
            return Err("an error without code and message".into());
        }
        // What every route may say of a request that is none, whatever the route.
        let general = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND, StatusCode::UNSUPPORTED_MEDIA_TYPE];
        let of_browsers = reply.status == StatusCode::FORBIDDEN && json["error"]["code"] == "cross_site";
        let is_described = document["paths"][path][method.to_lowercase()]["responses"].get(reply.status.as_str());
        return match is_ours && !of_browsers && !general.contains(&reply.status) && is_described.is_none() {
            true => Err(format!("{} is not described for {method} {path}", reply.status)),
            false => Ok(()),
        };
    }
    let responses = &document["paths"][path][method.to_lowercase()]["responses"];
    if is_ours && responses.get(reply.status.as_str()).is_none() {
        return Err(format!("{} is not described for {method} {path}", reply.status));
    }
    let schema = described(document, method, path, reply.status);
    // What was asked to be told as it is worked out comes in lines, each of them JSON.
    let is_told = reply.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
    let wrong =
        (is_ours && !is_told && schema.is_object()).then(|| difference(document, schema, &reply.json())).flatten();
    wrong.map_or(Ok(()), Err)
}

/// What became of the requests of each operation.
#[derive(Default)]
struct Seen {
    reached: BTreeSet<(String, String)>,
    done: BTreeSet<(String, String)>,
    /// What is wrong, with the first request that showed it.
    wrong: BTreeMap<String, String>,
}

impl Seen {
    fn note(&mut self, method: &str, path: &str, forged: &Forged, reply: &Reply) {
        let at = (method.to_owned(), path.to_owned());
        let guarded =
            ROUTES.iter().any(|route| (route.method, route.path) == (method, path) && route.needs != Needs::Nothing);
        // A wrong password is refused behind the guard.
        let turned_away = [401, 403, 429].contains(&reply.status.as_u16()) && reply.code() != "wrong_password";
        if forged.is_fitting && !(guarded && turned_away) {
            self.reached.insert(at.clone());
        }
        if reply.status.is_success() && forged.method == method {
            self.done.insert(at);
        }
    }

    fn report(self, operations: &[(String, String, Value)]) {
        let all: BTreeSet<_> = operations.iter().map(|(method, path, _)| (method.clone(), path.clone())).collect();
        let wrong: Vec<_> = self.wrong.iter().map(|(wrong, first)| format!("{wrong}\n    {first}")).collect();
        assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
        let unreached: Vec<_> = all.difference(&self.reached).filter(|(_, path)| path != OPERATORS).collect();
        assert!(unreached.is_empty(), "never got past their guard: {unreached:?}");
        let (done, all) = (self.done.len(), all.len());
        assert!(done * 10 >= all * 8, "only {done} of {all} operations were ever answered with success");
    }
}

/// What nobody is let do who comes with an account.
const OPERATORS: &str = "/api/v1/backup";

/// There is no cage for canaries in this house.
const CANARIES: &str = "POST /api/v1/self-check";

/// With a document to spoil for each scene.
async fn filled(ground: Ground) -> (Served, Vec<String>) {
    let home = Home::new(ground, IndexKind::Memory);
    home.ingest(&super::TEXTS).await;
    let mut documents = Vec::new();
    for scene in 0..REQUESTS.div_ceil(PER_SCENE) {
        let (origin, text) = (format!("doc{scene}.md"), format!("# Scene {scene}\n\nOne is {scene}.\n\nTwo is more."));
        home.ingest(&[(origin.as_str(), "public", text.as_str())]).await;
        documents.push(home.document(&origin).await.unwrap().to_string());
    }
    let answerer = home.answerer();
    (serve_home(home, answerer, true), documents)
}

/// Everybody, signed in, and something of everything.
async fn gather(served: &Served, scene: usize, document: &str) -> Crowd {
    let people = [
        ("reader", Role::Reader, "internal"),
        ("editor", Role::Editor, "internal,groups=hr"),
        ("admin", Role::Admin, "restricted"),
        ("victim", Role::Reader, "public"),
    ];
    let mut known = Known::new();
    let mut senders = vec![("visitor", None, Holding::Nothing)];
    let mut tokens = Tokens { cookie: String::new(), key: String::new(), link: String::new() };
    for (name, role, who) in people {
        let login = format!("{name}{scene}");
        let (person, holding) = served.person(&login, role, who).await;
        if let Holding::Cookie(cookie) = &holding {
            tokens.cookie = cookie.clone();
        }
        let (key, by_key) = served.key(person, None).await;
        if let Holding::Bearer(text) = &by_key {
            tokens.key = text.clone();
        }
        if name == "victim" {
            known.insert("person", vec![person.to_string()]);
            known.insert("owner", vec![person.to_string(), "all".into()]);
            known.insert("login", vec![login.clone(), format!("new{scene}")]);
            known.insert("key", vec![key.to_string()]);
        } else {
            senders.push((name, Some(person), holding));
        }
    }
    let link = invited(served, &format!("guest{scene}")).await;
    let password = "a sentence that nobody guesses";
    let answer = Answer { login: None, name: None, password };
    let whence = Whence { address: "here".into(), agent: "test".into() };
    served.people.redeem(&link, answer, &whence).await.unwrap();
    known.insert("password", vec![password.into()]);
    known.get_mut("login").unwrap().push(format!("guest{scene}"));
    tokens.link = invited(served, &format!("late{scene}")).await;
    known.insert("link", vec![tokens.link.clone()]);
    things(served, scene, document, &mut known).await;
    for (_, person, holding) in &senders {
        let made = served.by(holding, "POST", "/api/v1/conversations", "").await.json();
        known.entry("conversation").or_default().push(made["id"].as_str().unwrap().to_owned());
        if let Some(person) = person {
            let asked = json!({"question": "human please", "conversation": made["id"]}).to_string();
            let told = served.by(holding, "POST", "/api/v1/ask", &asked).await.json();
            known.entry("handoff").or_default().push(told["handoff"]["id"].as_str().unwrap().to_owned());
            known.entry("answer").or_default().push(told["record_id"].as_str().unwrap().to_owned());
            served.stay(*person).await;
            let sessions = served.by(holding, "GET", "/api/v1/sessions", "").await.json();
            let others = sessions["sessions"].as_array().unwrap().iter().filter(|session| session["current"] == false);
            let ids = others.map(|session| session["id"].as_str().unwrap().to_owned());
            known.entry("session").or_default().extend(ids);
        }
    }
    Crowd { senders, tokens, known }
}

async fn invited(served: &Served, login: &str) -> String {
    let label = label("public");
    let wish = Invitation { login: Login::parse(login).unwrap(), name: None, role: Role::Reader, label };
    served.people.invite(wish).await.unwrap().1.reveal().to_owned()
}

impl Crowd {
    /// One of them may have signed out.
    async fn come_in_again(&mut self, served: &Served) {
        for (_, person, holding) in &mut self.senders {
            if let Some(person) = person {
                *holding = served.stay(*person).await;
            }
        }
    }
}

async fn things(served: &Served, scene: usize, document: &str, known: &mut Known) {
    let job = served.library.intake().await.unwrap().close().await.unwrap().to_string();
    // Who watches one that nobody works on watches for long.
    while served.library.work(&|_, _| {}).await.unwrap().is_some() {}
    let plan = Plan::new(format!("http://site{scene}.example/").parse().unwrap(), Scope::Page);
    let (source, _) = served.library.crawl_later(&served.library.clearance, &plan, &label("public")).await.unwrap();
    let source = source.id.to_string();
    let group = format!("doomed{scene}");
    served.library.store.group_insert(served.library.workspace, &group.parse().unwrap()).await.unwrap();
    let (fresh, victim) = (format!("new{scene}.md"), format!("person:victim{scene}"));
    let told = served.ask_aloud(&Holding::Nothing, "How long do refunds take?").await;
    let stream = told[0].data["stream"].as_str().unwrap().to_owned();
    let generation = served.library.live().generation.id.to_string();
    let texts: [(&'static str, &[&str]); 33] = [
        ("stream", &[&stream]),
        ("model", &["lectern"]),
        ("job", &[&job]),
        ("source", &[&source]),
        ("schedule", &[&source, "reconcile", "expire", "reindex", "backup"]),
        ("expression", &["every 6 h", "30 3 * * mon-fri"]),
        ("kind", &["ingest", "crawl", "reconcile", "expire", "reindex", "backup"]),
        ("generation", &[&generation]),
        ("receipt", &[document]),
        ("document", &[document]),
        ("group", &[&group, "hr", "billing"]),
        ("name", &[document, "refunds.md", "somebody", &group, "team"]),
        ("query", &["refunds", "How long do refunds take?"]),
        ("question", &["How long do refunds take?"]),
        ("tier", &["public", "internal"]),
        ("groups", &["hr"]),
        ("role", &["reader", "editor", "user", "assistant"]),
        ("as", &["tier=public", "tier=internal,groups=hr", &victim]),
        ("left", &["tier=public", &victim]),
        ("right", &["tier=restricted", "tier=internal,groups=hr"]),
        ("url", &["http://site.example/docs/"]),
        ("origin", &[&fresh]),
        ("content", &["TmV3Lg=="]),
        ("scope", &["page", "site"]),
        ("scopes", &["read", "write", "manage"]),
        ("state", &["active", "suspended", "queued", "done", "ready", "failed"]),
        ("sort", &["newest", "title"]),
        ("what", &["signed_in", "simulated"]),
        ("since", &["2026-01-01"]),
        ("accent", &["#2148b5"]),
        ("persona", &["plain", "customer-support"]),
        ("problem", &["hidden elements left out"]),
        ("until", &["2027-01-01T00:00:00Z"]),
    ];
    for (name, all) in texts {
        known.entry(name).or_default().extend(all.iter().map(|text| (*text).to_owned()));
    }
}

fn shortened(forged: &Forged) -> (Vec<(&'static str, String)>, String) {
    let short = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(400).collect::<String>();
    let headers = forged.headers.iter().map(|(name, value)| (*name, short(value))).collect();
    (headers, short(&forged.body))
}

async fn sent(served: &Served, holding: &Holding, forged: &Forged) -> Reply {
    let mut request = Request::builder().method(forged.method.as_str()).uri(&forged.uri);
    request = match holding {
        Holding::Nothing => request,
        Holding::Cookie(cookie) => request.header("cookie", format!("__Host-lectern={cookie}")),
        Holding::Bearer(token) => request.header("authorization", format!("Bearer {token}")),
    };
    for (name, value) in &forged.headers {
        request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
    }
    served.send_request(request.body(Body::from(forged.body.clone())).unwrap()).await
}
