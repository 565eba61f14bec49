//! A real store under one's feet: SQLite in a temporary folder or a database of the private Postgres, with a clock that
//! a test can turn. `on_both!` runs tests on the two.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use ingest::dedupe::Standing;
use ingest::draft::hash_of;
use ingest::parse::Kind;
use ingest::ports::{Change, Draft, Item, Outcome, Settlement};
use retrieval::access::{AccessLabel, Clearance, Principal};
use retrieval::adapters::hashing::HashEmbedder;
use retrieval::model::{Chunk, Cut, DocumentId, Generation, JobId, WorkspaceId};
use retrieval::ports::Embedder;
use server::clock::Clock;
use server::http::wire::parse_as;
use server::store::{Database, JobKind, Lease, LeasedCatalog, NewGeneration, NewItem, Originals, Recipe, Store};
use sqlx::AnyConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::postgres;

/// Where a turned clock starts.
pub const NOON_MS: u64 = 1_790_000_000_000;
pub const HOUR_MS: i64 = 3_600_000;
/// What the vectors of these tests claim to be made by.
pub const MODEL: &str = "numbers/4";

/// Each of these tests, once on SQLite and once on Postgres.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test($crate::ground::Ground::sqlite().await).await }
        )+ }
        mod postgres { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test($crate::ground::Ground::postgres().await).await }
        )+ }
    };
}
pub(crate) use on_both;

/// A store, and what is needed to open it again.
pub struct Ground {
    pub store: Store,
    pub workspace: WorkspaceId,
    /// The first of the workspace.
    pub generation: Generation,
    pub database: Database,
    dial: Arc<AtomicU64>,
    pub folder: tempfile::TempDir,
}

impl Ground {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(folder.path().join("lectern.db"));
        Self::on(database, folder).await
    }

    pub async fn postgres() -> Self {
        Self::on(Database::Postgres(postgres::database().await), tempfile::tempdir().unwrap()).await
    }

    /// Over whatever is in this database, with the originals of this folder.
    pub async fn on(database: Database, folder: tempfile::TempDir) -> Self {
        let dial = Arc::new(AtomicU64::new(NOON_MS));
        let store = open(&database, &folder, clock(&dial)).await.unwrap();
        let workspace = store.workspace_ensure("main").await.unwrap();
        let generation = match store.generation_live(workspace).await.unwrap() {
            Some(live) => live,
            None => store.generation_begin(workspace, &generation(), Cut::default()).await.unwrap(),
        };
        Self { store, workspace, generation, database, dial, folder }
    }

    /// Another workspace of the same database, with files of its own.
    pub async fn elsewhere(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&self.database, &folder, clock(&self.dial)).await.unwrap();
        let workspace = store.workspace_ensure("elsewhere").await.unwrap();
        let generation = store.generation_begin(workspace, &generation(), Cut::default()).await.unwrap();
        Self { store, workspace, generation, database: self.database.clone(), dial: Arc::clone(&self.dial), folder }
    }

    /// The same database as a second process opens it.
    pub async fn open_again(&self) -> Result<Store, server::store::StoreError> {
        open(&self.database, &self.folder, clock(&self.dial)).await
    }

    /// Turn the clock, forward or back.
    pub fn turn(&self, by_ms: i64) {
        self.dial.fetch_add(by_ms as u64, Ordering::SeqCst);
    }

    pub fn everything(&self) -> Clearance {
        Principal::upkeep(self.workspace, "test").clearance().unwrap()
    }

    pub fn reader(&self, who: &str) -> Clearance {
        Principal::operator(self.workspace).seeing_as(label(who)).unwrap().clearance().unwrap()
    }

    /// What somebody else may have done to the rows.
    pub async fn sql(&self, statement: &str) {
        let mut connection = self.connect().await;
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The first column of what is selected.
    pub async fn texts(&self, select: &str) -> Vec<String> {
        let mut connection = self.connect().await;
        let rows: Vec<(String,)> =
            sqlx::query_as(AssertSqlSafe(select.to_owned())).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.into_iter().map(|(text,)| text).collect()
    }

    /// A job and its stages, all that stands in their rows.
    pub async fn row_of(&self, job: JobId) -> Vec<String> {
        let row = format!(
            "SELECT state || ' ' || lease_owner || ' ' || lease_until || ' ' || fence || ' ' || faults || ' ' || setbacks \
               || ' ' || not_before || ' ' || is_blamed || ' ' || checkpoint || ' ' || note FROM jobs WHERE id = '{job}' \
             UNION ALL SELECT name || ' ' || done || ' ' || total FROM job_stages WHERE job_id = '{job}' \
             UNION ALL SELECT origin || ' ' || state || ' ' || faults || ' ' || in_hand FROM job_items WHERE job_id = '{job}'"
        );
        self.texts(&row).await
    }

    async fn connect(&self) -> AnyConnection {
        let url = match &self.database {
            Database::Sqlite(path) => format!("sqlite://{}", path.display()),
            Database::Postgres(url) => url.clone(),
        };
        AnyConnection::connect(&url).await.unwrap()
    }

    /// A claimed job with these items, each `(origin, label)`.
    pub async fn job(&self, items: &[(&str, &str)]) -> (Lease, Vec<Item>) {
        let job = self.store.job_begin(self.workspace, JobKind::Ingest, None, "tester").await.unwrap();
        let new = |(origin, who): &(&str, &str)| NewItem {
            origin: (*origin).to_owned(),
            original: "0".repeat(64),
            label: label(who),
        };
        self.store.job_add(job, 0, &items.iter().map(new).collect::<Vec<_>>()).await.unwrap();
        self.store.job_close(job).await.unwrap();
        let lease = self.store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
        assert_eq!(lease.job, job);
        let items = self.store.job_items_queued(&lease).await.unwrap();
        (lease, items)
    }

    /// Make a text visible as the write path does.
    pub async fn publish(&self, origin: &str, who: &str, text: &str) -> Published {
        let (lease, items) = self.job(&[(origin, who)]).await;
        let draft = draft(&items[0], text);
        let published = Published { document: draft.document, draft: draft.clone() };
        self.settle(&lease, &items[0], Change::Publish(Box::new(draft))).await;
        self.store.job_finish(&lease).await.unwrap();
        published
    }

    pub async fn settle(&self, lease: &Lease, item: &Item, change: Change) {
        let outcome = Outcome::Indexed { document: item.document, chunks: 1 };
        let settlement = Settlement { item: item.clone(), change, outcome, inside: None };
        use ingest::ports::Catalog;
        self.catalog(lease).await.settle(MODEL, &[settlement]).await.unwrap();
    }

    /// As a job sees the store that writes to what is live now.
    pub async fn catalog(&self, lease: &Lease) -> LeasedCatalog {
        let live = self.store.generation_live(self.workspace).await.unwrap().unwrap();
        LeasedCatalog::new(self.store.clone(), lease.clone(), live.id)
    }

    pub async fn standing(&self, origin: &str, who: &str, text: &str) -> Standing {
        self.store.document_standing(self.workspace, origin, hash_of(text), &label(who)).await.unwrap()
    }
}

/// As an index with the model of tests is made.
pub fn generation() -> NewGeneration {
    let embedder = HashEmbedder::default();
    let recipe = Recipe { model: "default".into(), language: "english".into(), ..Recipe::default() };
    NewGeneration { embedder: embedder.name().to_owned(), dimensions: embedder.dimensions(), recipe }
}

/// What a test made visible.
pub struct Published {
    pub document: DocumentId,
    pub draft: Draft,
}

async fn open(
    database: &Database,
    folder: &tempfile::TempDir,
    clock: Clock,
) -> Result<Store, server::store::StoreError> {
    Store::open(database, Originals::open(&folder.path().join("originals")).unwrap(), clock).await
}

fn clock(dial: &Arc<AtomicU64>) -> Clock {
    let dial = Arc::clone(dial);
    Clock::from_fn(move || UNIX_EPOCH + Duration::from_millis(dial.load(Ordering::SeqCst)))
}

/// `internal` or `internal,groups=billing+hr`.
pub fn label(who: &str) -> AccessLabel {
    parse_as(&format!("tier={who}")).unwrap()
}

/// A draft of an item: one chunk a line.
pub fn draft(item: &Item, text: &str) -> Draft {
    let mut at = 0;
    let chunks: Vec<Chunk> = text
        .lines()
        .zip(0..)
        .map(|(line, ordinal)| {
            let start = at;
            at += line.len() + 1;
            let bytes = start..start + line.len();
            Chunk { ordinal, bytes, page: Some(ordinal + 1), heading: "Heading".into(), text: line.into() }
        })
        .collect();
    let vector = |chunk: &Chunk| (hash_of(&chunk.text), vec![chunk.ordinal as f32, 0.0, -1.5e-39, 1.0].into());
    Draft {
        document: item.document,
        version: item.version,
        label: item.label.clone(),
        kind: Kind::Markdown,
        title: "Title".into(),
        language: None,
        author: None,
        dated: None,
        fingerprint: None,
        text: text.into(),
        pages: Vec::new(),
        content_hash: hash_of(text),
        problems: vec!["one \"problem\"".into()],
        vectors: chunks.iter().map(vector).collect(),
        chunks,
    }
}
