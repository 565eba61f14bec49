//! Jobs that are stopped, at whichever stage they are, and jobs that something in them stops.

use std::sync::Arc;

use async_trait::async_trait;
use ingest::parse::PageRules;
use ingest::ports::{Parse, ParseFault, Reading, TakeParts};
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::{DocumentId, PointId, VersionId};
use retrieval::ports::{
    Candidate, EmbedError, Embedder, Embedding, IndexError, Point, Purpose, Query, StoredPoint, VectorIndex,
};
use server::library::{Ending, JobKind, LibraryError, Onlooker};
use server::store::LEASE;
use tokio::sync::Notify;

use super::{Home, InPlace, on_all, states};

on_all!(
    a_job_is_stopped_while_it_reads,
    a_job_is_stopped_while_it_embeds,
    a_job_is_stopped_while_it_writes,
    a_job_is_stopped_while_it_flushes,
    a_comparison_is_stopped,
    one_that_stops_the_work_is_found_and_the_rest_goes_on,
    the_house_does_what_it_does_for_itself_as_jobs,
    whoever_takes_over_goes_on_where_the_other_was,
);

/// What stays for ever at one place as soon as it meets the word, and says that it got there.
#[derive(Clone)]
struct Stuck {
    at: Place,
    reached: Arc<Notify>,
    index: Arc<dyn VectorIndex>,
    embedder: Arc<dyn Embedder>,
    parser: Arc<InPlace>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Parse,
    Embed,
    Upsert,
    Flush,
    Scroll,
    /// It is not stuck: the index refuses the word.
    Refused,
}

const WORD: &str = "quicksand";

impl Stuck {
    fn at(home: &Home, at: Place) -> Self {
        let (index, embedder) = (Arc::clone(&home.index), Arc::clone(&home.library.live().embedder));
        Self { at, reached: Arc::default(), index, embedder, parser: Arc::clone(&home.parsed) }
    }

    async fn pass(&self, place: Place, is_met: bool) {
        if self.at == place && is_met {
            self.reached.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn put_into(&self, home: &mut Home) {
        home.library.parser = Arc::new(self.clone());
        home.put_in(Arc::new(self.clone()), Arc::new(self.clone()));
    }

    fn take_out_of(&self, home: &mut Home) {
        home.library.parser = Arc::clone(&self.parser) as Arc<dyn Parse>;
        home.put_in(Arc::clone(&self.index), Arc::clone(&self.embedder));
    }
}

#[async_trait]
impl Parse for Stuck {
    async fn parse(
        &self,
        name: &str,
        bytes: Vec<u8>,
        rules: &PageRules,
        parts: &mut dyn TakeParts,
    ) -> Result<Reading, ParseFault> {
        self.pass(Place::Parse, String::from_utf8_lossy(&bytes).contains(WORD)).await;
        self.parser.parse(name, bytes, rules, parts).await
    }
}

#[async_trait]
impl Embedder for Stuck {
    fn name(&self) -> &str {
        self.embedder.name()
    }

    fn dimensions(&self) -> usize {
        self.embedder.dimensions()
    }

    fn knows(&self, language: &str) -> f32 {
        self.embedder.knows(language)
    }

    async fn embed(&self, purpose: Purpose, texts: Vec<String>) -> Result<Vec<Embedding>, EmbedError> {
        self.pass(Place::Embed, texts.iter().any(|text| text.contains(WORD))).await;
        self.embedder.embed(purpose, texts).await
    }
}

#[async_trait]
impl VectorIndex for Stuck {
    async fn search(&self, clearance: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError> {
        self.index.search(clearance, query).await
    }

    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError> {
        self.index.count(clearance).await
    }

    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError> {
        self.index.points_of(clearance, version).await
    }

    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError> {
        self.pass(Place::Scroll, true).await;
        self.index.scroll(clearance, after, limit).await
    }

    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError> {
        let is_met = points.iter().any(|point| point.text.contains(WORD));
        if self.at == Place::Refused && is_met {
            return Err(IndexError::Refused("not such a word".into()));
        }
        self.pass(Place::Upsert, is_met).await;
        self.index.upsert(points).await?;
        if self.at == Place::Flush && is_met {
            self.pass(Place::Flush, true).await;
        }
        Ok(())
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        self.index.relabel(document, label).await
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        self.index.delete_versions(versions).await
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        self.index.delete_points(points).await
    }

    async fn flush(&self) -> Result<(), IndexError> {
        self.index.flush().await
    }

    async fn optimize(&self) -> Result<(), IndexError> {
        self.index.optimize().await
    }
}

/// Stopped there, what was live stays, nothing else is, and trying again makes it whole.
async fn is_stopped(mut home: Home, place: Place) {
    home.ingest(&[("first.md", "public", "What was there before.")]).await;
    let stuck = Stuck::at(&home, place);
    stuck.put_into(&mut home);
    home.ground.turn(1);
    let job = home.accept(&[("mire.md", "public", "A path into quicksand."), ("b.md", "public", "Firm ground.")]).await;
    let stopping = async {
        stuck.reached.notified().await;
        assert!(home.library.stop(job).await.unwrap());
    };
    let (worked, ()) = tokio::join!(home.library.run(JobKind::Ingest), stopping);
    assert_eq!(worked.unwrap(), Some((job, Ending::Cancelled)));
    let status = home.library.job(job).await.unwrap().unwrap();
    assert_eq!(status.state, "cancelled");
    for line in &status.items {
        assert!(["cancelled", "indexed"].contains(&line.state.as_str()), "{line:?}");
        assert_eq!(line.reason.is_some(), line.state == "cancelled", "{line:?}");
    }
    assert_eq!(status.items[0].state, "cancelled");
    assert!(home.library.run(JobKind::Ingest).await.unwrap().is_none(), "nobody takes it up again");

    stuck.take_out_of(&mut home);
    assert!(!home.found("public", "A path into quicksand").await.iter().any(|text| text.contains(WORD)));
    home.ground.turn(1);
    let everything = home.ground.everything();
    let onlooker = Onlooker { clearance: &everything, person: None, keeps_house: true };
    let retried = home.library.retry(onlooker, Some(job)).await.unwrap().unwrap();
    assert_eq!(home.library.run(JobKind::Ingest).await.unwrap(), Some((retried, Ending::Done(()))));
    assert!(home.lines(retried).await.iter().all(|line| line.state == "indexed"));
    assert_eq!(home.found("public", "quicksand path firm ground before").await.len(), 3);
    home.library.reconcile().await.unwrap();
    home.assert_in_step().await;
}

async fn a_job_is_stopped_while_it_reads(home: Home) {
    is_stopped(home, Place::Parse).await;
}

async fn a_job_is_stopped_while_it_embeds(home: Home) {
    is_stopped(home, Place::Embed).await;
}

async fn a_job_is_stopped_while_it_writes(home: Home) {
    is_stopped(home, Place::Upsert).await;
}

async fn a_job_is_stopped_while_it_flushes(home: Home) {
    is_stopped(home, Place::Flush).await;
}

async fn a_comparison_is_stopped(mut home: Home) {
    home.ingest(&[("first.md", "public", "What was there before.")]).await;
    let stuck = Stuck::at(&home, Place::Scroll);
    stuck.put_into(&mut home);
    let job = home.library.reconcile_soon().await.unwrap();
    let stopping = async {
        stuck.reached.notified().await;
        assert!(home.library.stop(job).await.unwrap());
    };
    let (worked, ()) = tokio::join!(home.library.run(JobKind::Reconcile), stopping);
    assert_eq!(worked.unwrap(), Some((job, Ending::Cancelled)));
    // Whoever it held up goes on.
    stuck.take_out_of(&mut home);
    home.ground.turn(1);
    assert_eq!(states(&home.ingest(&[("b.md", "public", "Firm ground.")]).await), ["indexed"]);
    home.assert_in_step().await;
}

async fn one_that_stops_the_work_is_found_and_the_rest_goes_on(mut home: Home) {
    let stuck = Stuck::at(&home, Place::Refused);
    stuck.put_into(&mut home);
    let texts: Vec<(String, String)> = (0..20)
        .map(|n| (format!("{n}.md"), format!("Text {n} about {}.", if n == 11 { WORD } else { "firm ground" })))
        .collect();
    let uploads: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), "public", text.as_str())).collect();
    let job = home.accept(&uploads).await;
    home.ground.turn(1);
    let behind = home.accept(&[("behind.md", "public", "Another job altogether.")]).await;
    let (mut faults, mut done) = (0, Vec::new());
    while done.len() < 2 {
        match home.library.run(JobKind::Ingest).await {
            Ok(Some((job, Ending::Done(())))) => done.push(job),
            Ok(other) => {
                assert_eq!(other, None);
                home.ground.turn(60_000);
            }
            Err(LibraryError::Pipeline(_)) => faults += 1,
            Err(other) => panic!("{other}"),
        }
        assert!(faults < 10, "it never comes to an end");
    }
    assert_eq!((faults, done), (3, vec![behind, job]), "the job behind it did not wait");
    let mut expected = vec!["indexed"; 20];
    expected[11] = "quarantined";
    assert_eq!(states(&home.lines(job).await), expected);
    assert_eq!(home.documents().await, 20);
    stuck.take_out_of(&mut home);
    home.ground.turn(1);
    let retried = home.retry().await.unwrap().unwrap();
    assert_eq!(home.library.run(JobKind::Ingest).await.unwrap(), Some((retried, Ending::Done(()))));
    assert_eq!(states(&home.lines(retried).await), ["indexed"]);
    home.assert_in_step().await;
}

async fn the_house_does_what_it_does_for_itself_as_jobs(home: Home) {
    home.ingest(&[("a.md", "public", "# A\n\nAlpha."), ("b.md", "internal", "# B\n\nBeta.")]).await;
    let all = home.index.scroll(&home.ground.everything(), None, 10).await.unwrap();
    home.index.delete_points(&[all[0].id]).await.unwrap();
    let job = home.library.reconcile_soon().await.unwrap();
    assert_eq!(home.library.reconcile_soon().await.unwrap(), job, "one waits already");
    assert_eq!(home.library.run(JobKind::Reconcile).await.unwrap(), Some((job, Ending::Done(()))));
    let everything = home.ground.everything();
    let onlooker = Onlooker { clearance: &everything, person: None, keeps_house: true };
    let line = home.library.job_line(onlooker, job).await.unwrap().unwrap();
    let stage = |name: &str| line.stages.iter().find(|stage| stage.name == name).map(|stage| (stage.done, stage.total));
    assert_eq!((line.state.as_str(), stage("compared"), stage("written again")), ("done", Some((1, 0)), Some((1, 1))));
    assert_eq!(stage("orphans"), Some((0, 0)));
    home.assert_in_step().await;
    assert_eq!(home.library.run(JobKind::Expire).await.unwrap(), None);
}

/// What a dead process had done of a job is not done again: where it was stands in the row.
async fn whoever_takes_over_goes_on_where_the_other_was(home: Home) {
    let store = &home.library.store;
    let job = store.job_queue(home.library.workspace, JobKind::Expire, None, "another").await.unwrap();
    let dead = store.job_claim(JobKind::Expire, "another").await.unwrap().unwrap();
    assert!(store.job_keep_checkpoint(&dead, "2").await.unwrap());
    home.ground.turn(i64::try_from(LEASE.as_millis()).unwrap() + 1);
    assert_eq!(home.library.run(JobKind::Expire).await.unwrap(), Some((job, Ending::Done(()))));
    let everything = home.ground.everything();
    let onlooker = Onlooker { clearance: &everything, person: None, keeps_house: true };
    let line = home.library.job_line(onlooker, job).await.unwrap().unwrap();
    let stages: Vec<&str> = line.stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!((line.state.as_str(), stages), ("done", vec!["jobs", "documents", "vectors"]));
    assert!(!store.job_keep_checkpoint(&dead, "0").await.unwrap());
}
