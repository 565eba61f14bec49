//! A house with everybody and everything in it: what the lines of the table are about.

use std::collections::BTreeMap;

use retrieval::access::Role;
use retrieval::model::PersonId;
use serde_json::json;
use server::library::{Plan, Scope, Wish};
use server::people::{PersonChange, PersonState};

use crate::ground::label;
use crate::http::{Holding, Reply, Served, serve_home, served};
use crate::library::{Home, IndexKind};

pub const WHO: [&str; 8] = ["visitor", "public", "internal", "hr", "editor", "admin", "key", "suspended"];

/// Every kind of object, and how it may stand to whoever asks.
pub const KINDS: [(&str, &[&str]); 14] = [
    ("document", &["shared", "inside", "hidden", "elsewhere", "absent"]),
    ("receipt", &["shared", "hidden", "elsewhere", "absent"]),
    ("source", &["shared", "hidden", "elsewhere", "absent"]),
    ("job", &["shared", "hidden", "house", "elsewhere", "absent"]),
    ("schedule", &["shared", "hidden", "house", "elsewhere", "absent"]),
    ("person", &["own", "others", "elsewhere", "absent"]),
    ("session", &["own", "others", "elsewhere", "absent"]),
    ("key", &["own", "others", "elsewhere", "absent"]),
    ("conversation", &["own", "others", "elsewhere", "absent"]),
    ("stream", &["own", "others", "absent"]),
    ("answer", &["own", "hidden", "elsewhere", "absent"]),
    ("handoff", &["shared", "hidden", "elsewhere", "absent"]),
    ("group", &["others", "absent"]),
    ("generation", &["house", "absent"]),
];
const ABSENT: &str = "0192f000-0000-7000-8000-000000000000";

pub struct Scene {
    served: Served,
    people: BTreeMap<&'static str, (Option<PersonId>, Holding)>,
    /// By kind and standing, and for what is somebody's own by who.
    objects: BTreeMap<(&'static str, &'static str, &'static str), String>,
}

impl Scene {
    pub async fn new() -> Self {
        let served = served().await;
        let mut scene = Self { served, people: BTreeMap::new(), objects: BTreeMap::new() };
        scene.invite_everybody().await;
        scene.lay_out_elsewhere().await;
        scene.lay_out_documents().await;
        scene.lay_out_what_is_theirs().await;
        scene
    }

    async fn invite_everybody(&mut self) {
        self.people.insert("visitor", (None, Holding::Nothing));
        for (who, role, reads) in [
            ("public", Role::Reader, "public"),
            ("internal", Role::Reader, "internal"),
            ("hr", Role::Reader, "internal,groups=hr"),
            ("editor", Role::Editor, "internal"),
            ("admin", Role::Admin, "restricted"),
            ("suspended", Role::Admin, "restricted"),
        ] {
            let (person, holding) = self.served.person(who, role, reads).await;
            self.people.insert(who, (Some(person), holding));
        }
        let admin = self.people["admin"].0;
        let (_, key) = self.served.key(admin.unwrap(), Some("public")).await;
        self.people.insert("key", (admin, key));
    }

    /// Rights go last: until then somebody suspended made things of their own as others do.
    async fn suspend(&self) {
        let change = PersonChange { state: Some(PersonState::Suspended), ..PersonChange::default() };
        assert!(self.served.people.change(self.people["suspended"].0.unwrap(), change).await.unwrap());
    }

    fn put(&mut self, kind: &'static str, standing: &'static str, who: &'static str, id: impl ToString) {
        self.objects.insert((kind, standing, who), id.to_string());
    }

    async fn lay_out_documents(&mut self) {
        let library = std::sync::Arc::clone(&self.served.library);
        for (standing, origin) in [("shared", "refunds.md"), ("inside", "desk.md"), ("hidden", "pay.md")] {
            let document = library.store.document_by_name(&library.clearance, origin).await.unwrap().unwrap();
            self.put("document", standing, "", document);
        }
        for (standing, who) in [("shared", "public"), ("hidden", "internal,groups=hr")] {
            let left = self.served.ground.publish("left.md", who, standing).await.document;
            assert_eq!(library.remove(&[left]).await.unwrap(), 1);
            self.put("receipt", standing, "", left);
        }
        for (standing, who) in [("shared", "public"), ("hidden", "internal,groups=hr")] {
            let plan = Plan::new(format!("http://{standing}.example/").parse().unwrap(), Scope::Page);
            let (source, _) = library.crawl_later(&library.clearance, &plan, &label(who)).await.unwrap();
            self.put("source", standing, "", source.id);
            let nightly = Wish { expression: "0 3 * * *", is_on: true };
            self.put("schedule", standing, "", library.plan_crawls(&source, nightly).await.unwrap().schedule.name);
            let mut intake = library.intake().await.unwrap();
            let (origin, bytes) = (format!("{standing}.txt"), b"Some text.".to_vec());
            intake.add(vec![server::library::Upload { origin, bytes, label: label(who) }]).await.unwrap();
            self.put("job", standing, "", intake.close().await.unwrap());
        }
        for (kind, _) in KINDS {
            self.put(kind, "absent", "", if kind == "group" { "nobodys" } else { ABSENT });
        }
        self.put("group", "others", "", "hr");
        library.ensure_schedules().await.unwrap();
        self.put("schedule", "house", "", "reconcile");
        self.put("generation", "house", "", library.live().generation.id);
        self.put("job", "house", "", library.reconcile_soon().await.unwrap());
    }

    /// For everybody with an account a second stay, a key and a conversation; another's for whoever is not `hr`.
    async fn lay_out_what_is_theirs(&mut self) {
        for who in WHO {
            let Some(person) = self.people[who].0 else {
                for kind in ["person", "session", "key", "conversation", "stream", "answer"] {
                    self.put(kind, "own", who, ABSENT);
                }
                continue;
            };
            self.put("person", "own", who, person);
            self.served.stay(person).await;
            let stays = self.served.library.store.sign_ins_of(person).await.unwrap();
            self.put("session", "own", who, stays[0].id);
            let (key, _) = self.served.key(person, None).await;
            self.put("key", "own", who, key);
            let holding = self.people[who].1.clone();
            let begun = self.served.by(&holding, "POST", "/api/v1/conversations", "{}").await;
            self.put("conversation", "own", who, begun.json()["id"].as_str().unwrap_or(ABSENT).to_owned());
            self.put("stream", "own", who, self.stream_of(&holding).await);
            self.put("answer", "own", who, answer_of(&self.served, &holding).await);
        }
        let (person, holding) = self.served.person("somebody", Role::Reader, "internal").await;
        self.put("person", "others", "", person);
        self.put("session", "others", "", self.served.library.store.sign_ins_of(person).await.unwrap()[0].id);
        self.put("key", "others", "", self.served.key(person, None).await.0);
        let begun = self.served.by(&holding, "POST", "/api/v1/conversations", "{}").await;
        self.put("conversation", "others", "", begun.json()["id"].as_str().unwrap_or(ABSENT).to_owned());
        self.put("stream", "others", "", self.stream_of(&holding).await);
        self.put("handoff", "shared", "", handoff_of(&self.served, &Holding::Nothing).await);
        let (_, holding) = self.served.person("member", Role::Reader, "internal,groups=hr").await;
        self.put("handoff", "hidden", "", handoff_of(&self.served, &holding).await);
        self.put("answer", "hidden", "", answer_of(&self.served, &holding).await);
        self.suspend().await;
    }

    async fn stream_of(&self, holding: &Holding) -> String {
        let told = self.served.ask_aloud(holding, "How long do refunds take?").await;
        told[0].data["stream"].as_str().unwrap().to_owned()
    }

    /// The same in another workspace of the same database.
    async fn lay_out_elsewhere(&mut self) {
        let home = Home::new(self.served.ground.elsewhere().await, IndexKind::Memory);
        home.ingest(&[("elsewhere.md", "public", "# Elsewhere\n\nRefunds take a year elsewhere.")]).await;
        self.put("document", "elsewhere", "", home.document("elsewhere.md").await.unwrap());
        home.ingest(&[("left.md", "public", "# Left\n\nIt left.")]).await;
        let left = home.document("left.md").await.unwrap();
        assert!(home.remove(left).await);
        self.put("receipt", "elsewhere", "", left);
        let plan = Plan::new("http://elsewhere.example/".parse().unwrap(), Scope::Page);
        let (source, job) = home.library.crawl_later(&home.library.clearance, &plan, &label("public")).await.unwrap();
        self.put("source", "elsewhere", "", source.id);
        self.put("job", "elsewhere", "", job);
        self.put("schedule", "elsewhere", "", source.id);
        let answerer = home.answerer();
        let there = serve_home(home, answerer, true);
        let (person, holding) = there.person("stranger", Role::Reader, "public").await;
        self.put("person", "elsewhere", "", person);
        self.put("session", "elsewhere", "", there.library.store.sign_ins_of(person).await.unwrap()[0].id);
        self.put("key", "elsewhere", "", there.key(person, None).await.0);
        let begun = there.by(&holding, "POST", "/api/v1/conversations", "{}").await;
        self.put("conversation", "elsewhere", "", begun.json()["id"].as_str().unwrap_or(ABSENT).to_owned());
        self.put("handoff", "elsewhere", "", handoff_of(&there, &holding).await);
        self.put("answer", "elsewhere", "", answer_of(&there, &holding).await);
    }

    fn object(&self, object: &str, who: &str) -> String {
        let (kind, standing) = object.split_once(':').unwrap();
        let found =
            self.objects.iter().find(|((k, s, w), _)| (*k, *s) == (kind, standing) && (w.is_empty() || *w == who));
        found.unwrap_or_else(|| panic!("there is no {object} for {who}")).1.clone()
    }

    pub async fn send(&self, who: &str, method: &str, path: &str, with: Option<&str>) -> Reply {
        let path = match path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
            Some((before, (object, after))) => format!("{before}{}{after}", self.object(object, who)),
            None => path.to_owned(),
        };
        let body = self.body(method, &path, with.map(|object| self.object(object, who)).as_deref());
        self.served.by(&self.people[who].1, method, &path, &body).await
    }

    /// A body with which the request succeeds for who may make it.
    fn body(&self, method: &str, path: &str, object: Option<&str>) -> String {
        let ends = |end: &str| path.ends_with(end);
        let person = self.objects[&("person", "others", "")].clone();
        let body = match method {
            "POST" if ends("/search") => json!({"query": "refunds"}),
            "POST" if ends("/ask") => json!({"question": "How long do refunds take?"}),
            "POST" if ends("/completions") => {
                json!({"model": "lectern", "messages": [{"role": "user", "content": "How long do refunds take?"}]})
            }
            "POST" if ends("/why") => json!({"document": object, "question": "How long do refunds take?"}),
            "POST" if ends("/documents") => {
                json!({"documents": [{"origin": "n.md", "tier": "public", "content": "TmV3Lg=="}]})
            }
            "POST" if ends("/documents/sync") => json!({"folder": "/in", "present": []}),
            "DELETE" if ends("/documents") => json!({"name": object}),
            "PATCH" if path.contains("/documents/") => json!({"tier": "public", "groups": []}),
            "PUT" if path.contains("/schedules/") => json!({"expression": "every 6 h"}),
            "POST" if ends("/jobs/retry") => json!({"job": object}),
            "POST" if ends("/sources") => json!({"url": "http://site.example/docs/", "tier": "public"}),
            "POST" if path.contains("/sources/") && ends("/explain") => json!({"url": "no address"}),
            "POST" if ends("/people") => json!({"login": "newcomer", "role": "reader", "tier": "public"}),
            "PATCH" if path.contains("/people/") => json!({"name": "Another name"}),
            "POST" if ends("/groups") => json!({"name": "new-group"}),
            "POST" if ends("/keys") => json!({"name": "a program", "scopes": ["read"]}),
            "POST" if ends("/conversations") || ends("/generations") => json!({}),
            "POST" if ends("/replies") => json!({"text": "Soon."}),
            "PUT" if ends("/feedback") => json!({"helpful": true}),
            "PATCH" if ends("/settings") => json!({"greeting": "Hello."}),
            "PATCH" if path.contains("/conversations/") => json!({"title": "Another title"}),
            "POST" if ends("/simulate/compare") => {
                json!({"query": "refunds", "left": "tier=public", "right": "tier=internal"})
            }
            "POST" if ends("/access/explain") => json!({"person": person, "document": object}),
            "POST" if ends("/me/password") => json!({"present": "not the password", "next": "a quiet harbour"}),
            "POST" if ends("/sessions") => json!({"login": "nobody", "password": "a quiet harbour"}),
            "POST" if ends("/backup") => json!({}),
            "POST" if ends("/links/inspect") => json!({"link": "lnk_"}),
            "POST" if ends("/links/redeem") => json!({"link": "lnk_", "password": "a quiet harbour"}),
            _ => return String::new(),
        };
        body.to_string()
    }
}

/// The record of an answer that this one was given.
async fn answer_of(served: &Served, holding: &Holding) -> String {
    let asked = json!({"question": "How long do refunds take?"}).to_string();
    let told = served.by(holding, "POST", "/api/v1/ask", &asked).await.json();
    told["record_id"].as_str().unwrap().to_owned()
}

/// A conversation of this one's that waits for a person.
async fn handoff_of(served: &Served, holding: &Holding) -> String {
    let begun = served.by(holding, "POST", "/api/v1/conversations", "{}").await.json();
    let (name, secret) = (begun["id"].clone(), begun["secret"].clone());
    let asked = json!({"question": "human please", "conversation": name, "conversation_secret": secret}).to_string();
    let told = served.by(holding, "POST", "/api/v1/ask", &asked).await.json();
    told["handoff"]["id"].as_str().unwrap().to_owned()
}
