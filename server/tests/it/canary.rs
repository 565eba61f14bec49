//! The check for leaks itself: that it finds nothing in a sound house, and that it can fail.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use metrics_exporter_prometheus::PrometheusBuilder;
use retrieval::access::{AccessLabel, Clearance};
use retrieval::cache::Caches;
use retrieval::model::{DocumentId, Passage, PointId, VersionId};
use retrieval::ports::{Candidate, IndexError, Point, Query, Shelf, ShelfError, StoredPoint, VectorIndex};
use server::answer::Answerer;
use server::audit::Audit;
use server::canary::{Cage, Cages, CanaryError, NoCages, Report, Watch};
use server::generations::Generations;
use server::http::{Desk, Inward, Readiness, ReadyState, Streams};
use server::people::People;
use server::people::door::{Door, Stay};

use crate::ground::{Ground, on_both};
use crate::http::{PLENTY, front, till};
use crate::library::{Home, IndexKind, standing};

on_both!(a_sound_house_leaks_nothing, a_run_is_kept);

/// An index that does not look at who asks.
struct LeakyIndex(Arc<dyn VectorIndex>, Clearance);

#[async_trait]
impl VectorIndex for LeakyIndex {
    async fn search(&self, _: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError> {
        self.0.search(&self.1, query).await
    }

    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError> {
        self.0.count(clearance).await
    }

    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError> {
        self.0.points_of(clearance, version).await
    }

    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError> {
        self.0.scroll(clearance, after, limit).await
    }

    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError> {
        self.0.upsert(points).await
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        self.0.relabel(document, label).await
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        self.0.delete_versions(versions).await
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        self.0.delete_points(points).await
    }

    async fn flush(&self) -> Result<(), IndexError> {
        self.0.flush().await
    }

    async fn optimize(&self) -> Result<(), IndexError> {
        self.0.optimize().await
    }
}

/// A second check that lets everything pass.
struct LeakyShelf(Arc<dyn Shelf>, Clearance);

#[async_trait]
impl Shelf for LeakyShelf {
    async fn passages(&self, _: &Clearance, points: &[PointId]) -> Result<Vec<Passage>, ShelfError> {
        self.0.passages(&self.1, points).await
    }

    async fn version(&self, clearance: &Clearance) -> Result<u64, ShelfError> {
        self.0.version(clearance).await
    }
}

/// One that finds nothing for anybody.
struct EmptyShelf;

#[async_trait]
impl Shelf for EmptyShelf {
    async fn passages(&self, _: &Clearance, _: &[PointId]) -> Result<Vec<Passage>, ShelfError> {
        Ok(Vec::new())
    }

    async fn version(&self, _: &Clearance) -> Result<u64, ShelfError> {
        Ok(0)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Index,
    Shelf,
    Both,
    Blind,
}

fn cage(ground: Ground, fault: Fault) -> Cage {
    let home = Home::new(ground, IndexKind::Edge);
    let (lent, mut finder) = (home.library.live(), home.library.finder.clone());
    let everything = home.ground.everything();
    if matches!(fault, Fault::Index | Fault::Both) {
        let index = Arc::new(LeakyIndex(Arc::clone(&lent.index), everything.clone()));
        let leaky = standing(lent.generation.clone(), index, Arc::clone(&lent.embedder));
        finder.generations = Arc::new(Generations::alone(leaky));
    }
    if matches!(fault, Fault::Shelf | Fault::Both) {
        finder.shelf = Arc::new(LeakyShelf(Arc::clone(&finder.shelf), everything));
    }
    if fault == Fault::Blind {
        finder.shelf = Arc::new(EmptyShelf);
    }
    let answerer = Answerer { finder, ..home.answerer() };
    let library = Arc::new(home.library);
    let hour = Duration::from_secs(3_600);
    let people = People::new(Door {
        store: library.store.clone(),
        workspace: library.workspace,
        operator: "nobody".to_owned().into(),
        visitors: true,
        stay: Stay { idle: hour, longest: hour },
    });
    let desk = Desk {
        people: people.clone(),
        oidc: None,
        front: front(&library, PLENTY),
        till: till(&library),
        settings: Arc::default(),
        branding: Arc::default(),
        widget: None,
        audit: Audit::new(library.store.clone(), library.workspace),
        watch: Watch::new(Arc::new(NoCages), library.store.clone(), library.workspace),
        answerer: answerer.clone(),
        streams: Streams::default(),
        library: Arc::clone(&library),
        readiness: Readiness::new(ReadyState::Ready),
        caches: Caches::default(),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
    };
    Cage { people, library, answerer, mouth: Arc::new(Inward::new(desk)), folder: Some(home.ground.folder) }
}

async fn swept(ground: Ground, fault: Fault) -> Report {
    cage(ground, fault).sweep().await.unwrap()
}

async fn a_sound_house_leaks_nothing(ground: Ground) {
    let report = swept(ground, Fault::None).await;
    assert!(report.is_sound(), "{report:#?}");
    assert!(report.probes > 2_000, "{} probes are few", report.probes);
}

#[tokio::test]
async fn an_index_that_leaks_is_found_behind_a_sound_catalog() {
    let report = swept(Ground::sqlite().await, Fault::Index).await;
    assert!(
        report
            .leaks
            .iter()
            .any(|leak| leak.contains("a visitor was led to") && leak.contains("by the index, by keywords")),
        "{report:#?}"
    );
    // The second check holds: nobody is shown anything.
    assert!(!report.leaks.iter().any(|leak| leak.contains("by POST /api/v1/search")), "{report:#?}");
}

#[tokio::test]
async fn a_catalog_that_leaks_is_found_behind_a_sound_index() {
    let report = swept(Ground::sqlite().await, Fault::Shelf).await;
    assert!(report.leaks.iter().any(|leak| leak.contains("by the catalog, by point")), "{report:#?}");
    assert!(!report.leaks.iter().any(|leak| leak.contains("by the index")), "{report:#?}");
}

#[tokio::test]
async fn what_is_shown_is_found_with_the_way_it_took() {
    let report = swept(Ground::sqlite().await, Fault::Both).await;
    for way in ["POST /api/v1/search", "POST /api/v1/ask"] {
        for place in ["title", "text", "heading"] {
            let shown = |leak: &String| {
                leak.starts_with(&format!("a visitor saw the {place} of a document of tier restricted"))
                    && leak.ends_with(way)
            };
            let is_shown = report.leaks.iter().any(shown);
            assert!(is_shown || way.ends_with("ask"), "{way} {place}: {report:#?}");
        }
        assert!(report.leaks.iter().any(|leak| leak.ends_with(way)), "{way}: {report:#?}");
    }
    // What is reported may be read by anybody: the marks themselves are not in it.
    assert!(!format!("{report:?}").contains("cnry-"), "{report:#?}");
}

#[tokio::test]
async fn a_check_that_sees_nothing_fails() {
    let report = swept(Ground::sqlite().await, Fault::Blind).await;
    assert!(report.leaks.is_empty() && !report.is_sound(), "{report:#?}");
    assert!(report.blind.iter().any(|blind| blind.starts_with("a visitor does not find a document of tier public")));
}

struct Fresh;

#[async_trait]
impl Cages for Fresh {
    async fn cage(&self) -> Result<Cage, CanaryError> {
        Ok(cage(Ground::sqlite().await, Fault::Shelf))
    }
}

async fn a_run_is_kept(ground: Ground) {
    let watch = Watch::new(Arc::new(Fresh), ground.store.clone(), ground.workspace);
    assert_eq!(watch.last().await.unwrap(), None);
    let (first, second) = tokio::join!(watch.sweep(), watch.sweep());
    assert!(matches!(second, Err(CanaryError::Busy)), "one at a time");
    let run = first.unwrap();
    assert!(run.leaks > 0 && run.remarks.len() <= 100);
    assert_eq!(watch.last().await.unwrap(), Some(run));
    let none = Watch::new(Arc::new(NoCages), ground.store.clone(), ground.workspace);
    assert!(matches!(none.sweep().await, Err(CanaryError::NoCage(_))));
}
