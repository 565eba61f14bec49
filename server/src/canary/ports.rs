//! Below the routes: the index in each of its modes, the catalog's check of points, and the search over both, each asked by
//! itself. Over HTTP one of the two checks would hide that the other is broken.

use retrieval::access::Clearance;
use retrieval::model::{DocumentId, PointId};
use retrieval::ports::{Embedding, Mode, Purpose, Query};
use retrieval::search::{Depth, SearchError};

use super::flock::Bird;
use super::marks::{COMMON, Marked};
use super::{Cage, CanaryError, Credential, Report};
use crate::people::door::{DoorError, Held};

const MODES: [(Mode, &str); 3] = [(Mode::Dense, "meaning"), (Mode::Sparse, "keywords"), (Mode::Hybrid, "both")];
/// More than were planted.
const MANY: usize = 1_000;

pub async fn probe(cage: &Cage, bird: &Bird, marked: &Marked, report: &mut Report) -> Result<(), CanaryError> {
    let held = match &bird.credential {
        Credential::Nothing => Held::Nothing,
        Credential::Cookie(secret) => Held::Cookie(secret.reveal()),
        Credential::Bearer(secret) => Held::Bearer(secret.reveal()),
    };
    let entered = match cage.people.door.enter(held).await {
        Ok(entered) => entered,
        Err(DoorError::Refused) => return Ok(()),
        Err(DoorError::Store(error)) => return Err(error.into()),
    };
    let Ok(clearance) = entered.principal.clearance() else { return Ok(()) };
    let probing = Probing { cage, bird, marked, clearance };
    probing.index(report).await?;
    probing.shelf(report).await?;
    probing.search(report).await
}

struct Probing<'a> {
    cage: &'a Cage,
    bird: &'a Bird,
    marked: &'a Marked,
    clearance: Clearance,
}

impl Probing<'_> {
    async fn index(&self, report: &mut Report) -> Result<(), CanaryError> {
        let searcher = self.cage.answerer.searcher();
        let vectors = searcher.embedder.embed(Purpose::Question, vec![COMMON.to_owned()]).await?;
        let dense = vectors.into_iter().next().unwrap_or(Embedding::from([]));
        for (mode, name) in MODES {
            let query = Query {
                dense: dense.clone(),
                text: COMMON.into(),
                mode,
                dense_share: 0.5,
                candidates: MANY,
                limit: MANY,
            };
            let found = searcher.index.search(&self.clearance, &query).await?;
            self.judge(found.into_iter().map(|candidate| candidate.document), &format!("the index, by {name}"), report);
        }
        let stored = searcher.index.scroll(&self.clearance, None, MANY).await?;
        self.judge(stored.iter().map(|point| point.document), "the index, page by page", report);
        let counted = searcher.index.count(&self.clearance).await?;
        let all = searcher.index.scroll(&self.cage.library.clearance, None, MANY).await?;
        let theirs = all.iter().filter(|point| !self.is_hidden(point.document)).count();
        if counted > theirs as u64 {
            report.leak(format!("{} is told by the index how many there are", self.bird.name));
        }
        Ok(())
    }

    async fn shelf(&self, report: &mut Report) -> Result<(), CanaryError> {
        let searcher = self.cage.answerer.searcher();
        let all = searcher.index.scroll(&self.cage.library.clearance, None, MANY).await?;
        let points: Vec<PointId> = all.into_iter().map(|point| point.id).collect();
        let passages = searcher.shelf.passages(&self.clearance, &points).await?;
        self.judge(passages.into_iter().map(|passage| passage.document), "the catalog, by point", report);
        Ok(())
    }

    async fn search(&self, report: &mut Report) -> Result<(), CanaryError> {
        let modes = MODES.map(|(mode, name)| (Depth::Raw(mode), name));
        for (depth, name) in modes.into_iter().chain([(Depth::Full, "everything")]) {
            let found = self.cage.answerer.searcher().search(&self.clearance, COMMON, depth, MANY).await;
            let found = found.map_err(|error| match error {
                SearchError::Index(error) => CanaryError::Index(error),
                SearchError::Embed(error) => CanaryError::Embed(error),
                SearchError::Shelf(error) => CanaryError::Shelf(error),
            })?;
            let documents = found.passages.into_iter().map(|scored| scored.passage.document);
            self.judge(documents, &format!("a search, by {name}"), report);
        }
        Ok(())
    }

    fn judge(&self, documents: impl Iterator<Item = DocumentId>, way: &str, report: &mut Report) {
        report.probes += 1;
        for planted in documents.filter_map(|document| self.planted(document)) {
            if !self.bird.may_read(&planted.label) {
                report.leak(format!("{} was led to {} by {way}", self.bird.name, planted.of_what()));
            }
        }
    }

    fn is_hidden(&self, document: DocumentId) -> bool {
        self.planted(document).is_some_and(|planted| !self.bird.may_read(&planted.label))
    }

    fn planted(&self, document: DocumentId) -> Option<&super::marks::Planted> {
        self.marked.documents.iter().find(|planted| planted.document == Some(document))
    }
}
