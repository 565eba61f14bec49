//! The catalog's version: everything that changes what is seen raises it, and nothing else does.
//!
//! [`every_write_is_judged`] goes through all functions of the store that write, and fails when there is one that it does
//! not know: whoever adds a query decides here whether remembered rankings outlive it.

mod accounts;

use std::collections::BTreeSet;

use ingest::crawl::address::Address;
use ingest::crawl::ledger::{Farewell, Found, HandIn, Mark, Verdict, Via};
use ingest::crawl::plan::{Plan, Scope};
use ingest::crawl::ports::Ledger;
use ingest::ports::{Catalog, Change, Inside, Outcome, Settlement};
use retrieval::access::Reach;
use retrieval::model::{Cut, DocumentId, GenerationId, WorkspaceId};
use retrieval::ports::Shelf;
use serde_json::json;
use server::store::{
    Account, AnswerRecord, Evaluation, Fault, Feedback, Findings, JobKind, Lease, NewItem, NewSchedule, Promotion,
    Recipe, Schedule, SqlLedger, StageLine, Tokens, Why,
};
use url::Url;
use uuid::Uuid;

use crate::ground::{Ground, MODEL, draft, generation as new_generation, label, on_both};

on_both!(
    every_write_is_judged,
    the_version_of_one_workspace_is_not_that_of_another,
    the_version_rises_with_the_commit_and_not_without,
    writers_at_the_same_time_lose_no_version,
);

/// Watches the version while things are done, and notes what was done.
struct Witness<'a> {
    ground: &'a Ground,
    version: u64,
    judged: BTreeSet<&'static str>,
}

impl<'a> Witness<'a> {
    async fn new(ground: &'a Ground) -> Self {
        Self { ground, version: version(ground).await, judged: BTreeSet::new() }
    }

    /// `write` has just been done.
    async fn raised(&mut self, write: &'static str) {
        let before = self.note(write).await;
        assert!(self.version > before, "{write} changes what is seen, and the version stayed at {before}");
    }

    async fn quiet(&mut self, write: &'static str) {
        let before = self.note(write).await;
        assert_eq!(self.version, before, "{write} changes nothing that is seen, and raised the version");
    }

    async fn note(&mut self, write: &'static str) -> u64 {
        self.judged.insert(write);
        std::mem::replace(&mut self.version, version(self.ground).await)
    }
}

/// As a second process reads it.
async fn version(ground: &Ground) -> u64 {
    ground.store.version(&ground.everything()).await.unwrap()
}

async fn every_write_is_judged(ground: Ground) {
    let mut witness = Witness::new(&ground).await;
    generations(&mut witness).await;
    builds(&mut witness).await;
    jobs(&mut witness).await;
    documents(&mut witness).await;
    settlements(&mut witness).await;
    sources(&mut witness).await;
    records(&mut witness).await;
    accounts::readers(&mut witness).await;
    accounts::accounts(&mut witness).await;
    let unknown: Vec<String> = writes().into_iter().filter(|name| !witness.judged.contains(name.as_str())).collect();
    assert_eq!(unknown, [""; 0], "these write, and nobody decided here whether they raise the version");
    ground.store.workspace_remove(ground.workspace).await.unwrap();
    assert_eq!(version(&ground).await, 0);
}

/// The functions of the store that write, read from its source.
fn writes() -> BTreeSet<String> {
    // What gets or ends a connection, what only reads from the one that writes, what others go through, and the end of all.
    const BESIDES: [&str; 5] = ["write", "close", "generation_average_terms", "job_set_state", "workspace_remove"];
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store")).unwrap();
    let sources = folder.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let functions = sources.flat_map(|source| {
        let functions = source.split("\n    async fn ").flat_map(|part| part.split("\n    pub async fn "));
        let functions = functions.flat_map(|part| part.split("\n    pub(super) async fn ")).skip(1);
        let body = |function: &str| function.split("\n    }\n").next().unwrap_or_default().to_owned();
        functions.map(body).collect::<Vec<_>>()
    });
    let writes = functions.filter(|body| body.contains(".write()") || body.contains(".writer"));
    let names = writes.map(|body| body.split(['(', '<']).next().unwrap_or_default().to_owned());
    let names: BTreeSet<String> = names.filter(|name| !BESIDES.contains(&name.as_str())).collect();
    assert!(names.len() > 20 && names.contains("settle") && names.contains("outbox_strike"), "{names:?}");
    names
}

async fn generations(witness: &mut Witness<'_>) {
    let (store, workspace) = (&witness.ground.store, witness.ground.workspace);
    store.workspace_ensure("main").await.unwrap();
    witness.quiet("workspace_ensure").await;
    let generation = store.generation_begin(workspace, &new_generation(), Cut::default()).await.unwrap();
    witness.raised("generation_begin").await;
    store.generation_set_average_terms(generation.id, Some(40.0)).await.unwrap();
    witness.quiet("generation_set_average_terms").await;
    store.generation_set_recipe(generation.id, &Recipe::default()).await.unwrap();
    witness.quiet("generation_set_recipe").await;
    store.catalog_touch(workspace).await.unwrap();
    witness.raised("catalog_touch").await;
}

/// A build beside the live one changes nothing that is seen until it goes live.
async fn builds(witness: &mut Witness<'_>) {
    let (ground, store, workspace) = (witness.ground, &witness.ground.store, witness.ground.workspace);
    let published = ground.publish("build.md", "public", "built").await;
    witness.raised("settle").await;
    let (built, _) = store.build_begin(workspace, &new_generation(), true, "tester").await.unwrap();
    witness.quiet("build_begin").await;
    let (everything, cut) = (ground.everything(), Cut::new(1).unwrap());
    let uncut = store.versions_uncut(&everything, cut, &[published.draft.version]).await.unwrap();
    assert!(store.version_cut(&everything, &uncut[0], &[], &[]).await.unwrap());
    witness.quiet("version_cut").await;
    store.vectors_keep(MODEL, &[(published.draft.content_hash, vec![1.0].into())]).await.unwrap();
    witness.quiet("vectors_keep").await;
    let lease = store.job_claim(JobKind::Reindex, "tester").await.unwrap().unwrap();
    witness.quiet("job_claim").await;
    assert!(store.build_judged(&lease, built, &json!({})).await.unwrap());
    witness.quiet("build_judged").await;
    let from = store.generation_live(workspace).await.unwrap().unwrap().id;
    let at = store.catalog_version(workspace).await.unwrap();
    for stale in
        [Promotion { from, to: built, at: at + 1, lease: None }, Promotion { from: built, to: built, at, lease: None }]
    {
        assert!(!store.build_promote(workspace, stale).await.unwrap());
        witness.quiet("build_promote").await;
    }
    assert!(store.build_promote(workspace, Promotion { from, to: built, at, lease: Some(&lease) }).await.unwrap());
    witness.raised("build_promote").await;
    let former = store.builds(workspace).await.unwrap().into_iter().find(|build| build.generation.id == from).unwrap();
    assert!(store.build_discard(workspace, from).await.unwrap());
    witness.quiet("build_discard").await;
    store.build_clear(&former.generation).await.unwrap();
    witness.quiet("build_clear").await;
    store.build_receipt(from, &json!({})).await.unwrap();
    witness.quiet("build_receipt").await;
    store.job_finish(&lease).await.unwrap();
    witness.quiet("job_finish").await;
}

async fn jobs(witness: &mut Witness<'_>) {
    let (store, workspace) = (&witness.ground.store, witness.ground.workspace);
    let job = store.job_begin(workspace, JobKind::Ingest, None, "tester").await.unwrap();
    witness.quiet("job_begin").await;
    let item = NewItem { origin: "j.md".into(), original: "0".repeat(64), label: label("public") };
    store.job_add(job, 0, &[item]).await.unwrap();
    witness.quiet("job_add").await;
    store.job_close(job).await.unwrap();
    witness.quiet("job_close").await;
    let abandoned = store.job_begin(workspace, JobKind::Ingest, None, "tester").await.unwrap();
    store.job_abandon(abandoned).await.unwrap();
    witness.quiet("job_abandon").await;
    let lease = store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    witness.quiet("job_claim").await;
    assert!(store.job_beat(&lease).await.unwrap());
    witness.quiet("job_beat").await;
    store.job_release(&lease).await.unwrap();
    witness.quiet("job_release").await;
    store.job_recover("tester").await.unwrap();
    witness.quiet("job_recover").await;
    let lease = store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    store.job_finish(&lease).await.unwrap();
    witness.quiet("job_finish").await;
    ends(witness).await;
    plans(witness).await;
}

/// How jobs go on and end otherwise.
async fn ends(witness: &mut Witness<'_>) {
    let (ground, workspace) = (witness.ground, witness.ground.workspace);
    let store = &ground.store;
    let (lease, _) = ground.job(&[("e.md", "public")]).await;
    let stage = StageLine { name: "read".into(), done: 1, total: 2 };
    store.job_progress(&lease, &[stage]).await.unwrap();
    witness.quiet("job_progress").await;
    assert!(store.job_keep_checkpoint(&lease, "here").await.unwrap());
    witness.quiet("job_keep_checkpoint").await;
    assert!(store.job_take_in_hand(&lease, &[0]).await.unwrap());
    witness.quiet("job_take_in_hand").await;
    assert_eq!(store.jobs_release("tester").await.unwrap(), 1);
    witness.quiet("jobs_release").await;
    let lease = store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    store.job_set_back(&lease, Fault::Job, "why").await.unwrap();
    witness.quiet("job_set_back").await;
    store.job_recover("tester").await.unwrap();
    let lease = store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    assert!(store.job_stop(workspace, lease.job).await.unwrap());
    witness.quiet("job_stop").await;
    store.job_cancel(&lease).await.unwrap();
    witness.quiet("job_cancel").await;
    store.job_queue(workspace, JobKind::Expire, None, "tester").await.unwrap();
    witness.quiet("job_queue").await;
    let lease = store.job_claim(JobKind::Expire, "tester").await.unwrap().unwrap();
    store.job_fail(&lease, "why").await.unwrap();
    witness.quiet("job_fail").await;
    store.jobs_sweep().await.unwrap();
    witness.quiet("jobs_sweep").await;
}

async fn plans(witness: &mut Witness<'_>) {
    let (store, workspace) = (&witness.ground.store, witness.ground.workspace);
    let new = NewSchedule { kind: JobKind::Expire, source: None, expression: "every 1 d".into(), is_on: true };
    store.schedule_ensure(workspace, &new).await.unwrap();
    witness.quiet("schedule_ensure").await;
    let schedule = store.schedule_put(workspace, &new).await.unwrap();
    witness.quiet("schedule_put").await;
    assert!(store.schedule_set_next(workspace, &schedule, 1).await.unwrap());
    witness.quiet("schedule_set_next").await;
    let schedule = Schedule { next_ms: 1, ..schedule };
    assert!(store.schedule_begin(workspace, &schedule, 2, "tester").await.unwrap().is_some());
    witness.quiet("schedule_begin").await;
    assert!(store.schedule_remove(workspace, "expire").await.unwrap());
    witness.quiet("schedule_remove").await;
}

async fn documents(witness: &mut Witness<'_>) {
    let (ground, workspace) = (witness.ground, witness.ground.workspace);
    let store = &ground.store;
    let document = ground.publish("d.md", "public", "text").await.document;
    witness.raised("settle").await;
    assert!(store.document_relabel(workspace, document, &label("internal")).await.unwrap());
    witness.raised("document_relabel").await;
    let nobody = DocumentId(Uuid::from_u128(404));
    assert!(!store.document_relabel(workspace, nobody, &label("public")).await.unwrap());
    witness.quiet("document_relabel").await;
    let told: Vec<String> = store.outbox_next(workspace, 9).await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(told.len(), 1);
    store.outbox_strike(&told).await.unwrap();
    witness.raised("outbox_strike").await;
    store.outbox_strike(&told).await.unwrap();
    witness.quiet("outbox_strike").await;
    assert!(store.document_remove(workspace, document).await.unwrap().is_some());
    witness.raised("document_remove").await;
    assert!(store.document_remove(workspace, document).await.unwrap().is_none());
    witness.quiet("document_remove").await;
    ground.publish("d.md", "public", "text").await;
    witness.raised("settle").await;
    store.origins_retire(workspace, &["d.md".into()], Why::Vanished).await.unwrap();
    witness.raised("origins_retire").await;
    store.origins_retire(workspace, &["d.md".into()], Why::Vanished).await.unwrap();
    witness.quiet("origins_retire").await;
    store.vectors_sweep().await.unwrap();
    witness.quiet("vectors_sweep").await;
    store.erase_left(document).await.unwrap();
    witness.quiet("erase_left").await;
    store.receipt_note(document, &Findings::default(), true).await.unwrap();
    witness.quiet("receipt_note").await;
}

/// Each way in which an item ends.
async fn settlements(witness: &mut Witness<'_>) {
    let ground = witness.ground;
    let first = ground.publish("s.md", "public", "the text").await;
    witness.raised("settle").await;
    let (lease, items) = ground.job(&[("s.md", "public"), ("copy.md", "public"), ("s.zip", "public")]).await;
    ground.settle(&lease, &items[0], Change::None).await;
    witness.quiet("settle").await;
    ground.settle(&lease, &items[1], Change::Join(first.document)).await;
    witness.raised("settle").await;
    let inside = |name: &str| Inside { origin: name.to_owned(), original: "0".repeat(64) };
    let opened = |inside| Settlement {
        item: items[2].clone(),
        change: Change::None,
        outcome: Outcome::Opened { parts: 1 },
        inside: Some(inside),
    };
    ground.catalog(&lease).await.settle(MODEL, &[opened(vec![inside("s.zip!/a.md")])]).await.unwrap();
    witness.quiet("settle").await;
    let part = ground.store.job_items_queued(&lease).await.unwrap().remove(0);
    let text = draft(&part, "a part");
    ground.settle(&lease, &part, Change::Publish(Box::new(text.clone()))).await;
    witness.raised("settle").await;
    // What comes too late is told to the index alone.
    ground.settle(&lease, &part, Change::Publish(Box::new(text))).await;
    witness.quiet("settle").await;
    ground.store.job_finish(&lease).await.unwrap();
    let (lease, items) = ground.job(&[("s.zip", "public")]).await;
    let emptied = Settlement { item: items[0].clone(), ..opened(Vec::new()) };
    ground.catalog(&lease).await.settle(MODEL, &[emptied]).await.unwrap();
    witness.raised("settle").await;
    ground.store.job_finish(&lease).await.unwrap();
}

async fn sources(witness: &mut Witness<'_>) {
    let (ground, workspace) = (witness.ground, witness.ground.workspace);
    let store = &ground.store;
    let plan = Plan::new(Url::parse("http://docs.example/").unwrap(), Scope::Site);
    let source = store.source_put(workspace, &plan, &label("public")).await.unwrap();
    witness.quiet("source_put").await;
    witness.quiet("source_insert").await;
    store.source_change(source.id, &plan, &label("public")).await.unwrap();
    witness.quiet("source_change").await;
    store.source_set_furniture(source.id, &[7].into()).await.unwrap();
    witness.quiet("source_set_furniture").await;
    store.source_set_problems(source.id, &["slow".into()]).await.unwrap();
    witness.quiet("source_set_problems").await;

    let job = store.job_begin(workspace, JobKind::Crawl, Some(source.id), "tester").await.unwrap();
    store.job_close(job).await.unwrap();
    let lease = store.job_claim(JobKind::Crawl, "tester").await.unwrap().unwrap();
    let ledger = SqlLedger::new(store.clone(), lease, source.clone(), "tester".into());
    ledger.begin("mark").await.unwrap();
    witness.quiet("begin").await;
    let address = |name: &str| Address::parse(&format!("http://docs.example/{name}")).unwrap();
    let pages = ["a", "b", "c"].map(address);
    let found = |address: &Address| Found { address: address.clone(), depth: 1, via: Via::Link, from: None };
    ledger.discover(&pages.iter().map(found).collect::<Vec<_>>()).await.unwrap();
    witness.quiet("discover").await;
    for page in &pages {
        let (address, bytes) = (page.clone(), page.as_str().as_bytes().to_vec());
        ledger.hand_in(HandIn { address, bytes, content_type: None, mark: Mark::default() }).await.unwrap();
    }
    witness.quiet("hand_in").await;
    witness.quiet("origin_of").await;
    ledger.record(&[(address("d"), Verdict::OutOfScope("elsewhere".into()))]).await.unwrap();
    witness.quiet("record").await;
    ledger.finish(&Farewell::default()).await.unwrap();
    witness.quiet("finish").await;
    store.job_close_batches(source.id, "tester").await.unwrap();
    witness.quiet("job_close_batches").await;
    handed_in(ground).await;
    witness.raised("settle").await;

    store.source_relabel(workspace, source.id, &label("internal")).await.unwrap();
    witness.raised("source_relabel").await;
    ledger.begin("mark").await.unwrap();
    let hold = vec![(pages[1].clone(), "too many at once".to_owned())];
    ledger.finish(&Farewell { retire: Vec::new(), hold }).await.unwrap();
    witness.quiet("finish").await;
    assert_eq!(store.ledger_confirm(workspace, source.id).await.unwrap(), 1);
    witness.raised("ledger_confirm").await;
    ledger.begin("mark").await.unwrap();
    ledger.finish(&Farewell { retire: vec![pages[0].clone()], hold: Vec::new() }).await.unwrap();
    witness.raised("finish").await;
    assert_eq!(store.ledger_expire(workspace, source.id, 0).await.unwrap(), 0);
    witness.quiet("ledger_expire").await;
    store.ledger_forget_marks(source.id).await.unwrap();
    witness.quiet("ledger_forget_marks").await;
    store.source_remove(source.id).await.unwrap();
    witness.quiet("source_remove").await;
}

/// Make what a crawl handed in visible.
async fn handed_in(ground: &Ground) {
    let lease: Lease = ground.store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    for item in ground.store.job_items_queued(&lease).await.unwrap() {
        let text = draft(&item, &format!("what stands at {}", item.origin));
        ground.settle(&lease, &item, Change::Publish(Box::new(text))).await;
    }
    ground.store.job_finish(&lease).await.unwrap();
}

async fn records(witness: &mut Witness<'_>) {
    let (store, workspace) = (&witness.ground.store, witness.ground.workspace);
    let record = AnswerRecord {
        workspace,
        generation: GenerationId(Uuid::from_u128(2)),
        asker: "visitor".into(),
        question: "why".into(),
        answer: "because".into(),
        declined: false,
        mode: "extractive",
        model: "none".into(),
        trace: serde_json::json!({}),
        reach: Reach::UpTo(label("public")),
        took_ms: 1,
        stages: None,
        confidence: None,
        tokens: Tokens::default(),
        documents: Vec::new(),
    };
    let record = store.answer_record_insert(&record).await.unwrap();
    witness.quiet("answer_record_insert").await;
    let feedback = Feedback { is_helpful: true, reason: String::new(), comment: String::new() };
    store.feedback_put(workspace, record, &feedback).await.unwrap();
    witness.quiet("feedback_put").await;
    store.feedback_remove(workspace, record).await.unwrap();
    witness.quiet("feedback_remove").await;
    let (settings, measures) = (serde_json::json!({}), serde_json::json!({}));
    let run = Evaluation { set: "s".into(), kind: "k".into(), mode: "m".into(), settings, measures };
    store.evaluation_insert(workspace, None, &run).await.unwrap();
    witness.quiet("evaluation_insert").await;
    let accounts = [Account { payer: "everybody".into(), most_micros: None }];
    assert_eq!(store.spending_hold(workspace, 1, &accounts, 7).await.unwrap(), None);
    witness.quiet("spending_hold").await;
    store.spending_settle(workspace, 1, &accounts, -2).await.unwrap();
    witness.quiet("spending_settle").await;
}

async fn the_version_of_one_workspace_is_not_that_of_another(ground: Ground) {
    let other: WorkspaceId = ground.store.workspace_ensure("other").await.unwrap();
    ground.publish("a.md", "public", "text").await;
    assert!(version(&ground).await > 0);
    assert_eq!(ground.store.catalog_version(other).await.unwrap(), 0);
    ground.store.catalog_touch(other).await.unwrap();
    assert_eq!(ground.store.catalog_version(other).await.unwrap(), 1);
}

async fn the_version_rises_with_the_commit_and_not_without(ground: Ground) {
    let (lease, items) = ground.job(&[("a.md", "public")]).await;
    let before = version(&ground).await;
    // Two chunks at one place are one point: SQL refuses the second, after the document itself was written.
    let mut twice = draft(&items[0], "one\ntwo");
    twice.chunks[1].ordinal = 0;
    let settlement = Settlement {
        item: items[0].clone(),
        change: Change::Publish(Box::new(twice)),
        outcome: Outcome::Indexed { document: items[0].document, chunks: 2 },
        inside: None,
    };
    assert!(ground.catalog(&lease).await.settle(MODEL, &[settlement]).await.is_err());
    assert_eq!(version(&ground).await, before);
    assert_eq!(ground.store.document_count(&ground.everything()).await.unwrap(), 0);
}

async fn writers_at_the_same_time_lose_no_version(ground: Ground) {
    let (other, before) = (ground.open_again().await.unwrap(), version(&ground).await);
    let stores = [&ground.store, &other];
    let touches = (0..40).map(|n| stores[n % 2].catalog_touch(ground.workspace));
    for touched in futures_util::future::join_all(touches).await {
        touched.unwrap();
    }
    assert_eq!(version(&ground).await, before + 40);
}
