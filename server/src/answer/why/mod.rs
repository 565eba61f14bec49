//! Why a document did not answer: the way of a question once more, with an eye on one document.
//!
//! The same steps as for an answer, under the same clearance, until the one at which the document is lost. What this
//! reader may not know of is as absent as what is not there, to the letter. Writes no record: nobody was answered.

mod behind;
mod steps;
mod verdict;

use retrieval::access::{AccessError, Clearance, Principal};
use retrieval::model::DocumentId;
use retrieval::pace::aside;
use retrieval::ports::{EmbedError, IndexError, Mode, Shelf, ShelfError};
use retrieval::search::{Depth, SearchError, Searcher};

use super::evidence::{judge, weighed};
use super::made::quoted;
use super::{Answerer, PASSAGES, Question};
use crate::store::{HandedIn, StoreError, Whereabouts};
use steps::{Lost, Sought};
pub use verdict::Verdict;

/// As many of a ranking as are looked through to say where a document stands in it; twice as many are fetched.
const DEEP: usize = 500;

/// Why it cannot be said.
#[derive(Debug, thiserror::Error)]
pub enum WhyError {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the name of the document is empty: type its id, where it came from, or the end of its path")]
    Nameless,
    #[error("{0} documents have a path that ends so: give more of it, or the id")]
    Several(usize),
}

/// The way of a document, as far as it came.
#[derive(Clone, PartialEq, Debug)]
pub struct Why {
    pub verdict: Verdict,
    /// `None` when there is no such document for this reader.
    pub document: Option<(DocumentId, String)>,
    /// Only the last may have failed.
    pub steps: Vec<Step>,
    pub advice: Option<&'static str>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub name: &'static str,
    pub passed: bool,
    pub detail: String,
}

/// What has been passed so far.
#[derive(Default)]
struct Way {
    document: Option<(DocumentId, String)>,
    steps: Vec<Step>,
}

/// Where the way ends before its end.
enum End {
    Lost(Lost),
    Failed(WhyError),
}

impl<E: Into<WhyError>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Lost> for End {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl Answerer {
    /// What becomes of the document with this id, origin or end of a path when this principal asks this question.
    pub async fn why(&self, principal: &Principal, name: &str, question: &Question) -> Result<Why, WhyError> {
        let (clearance, name, mut way) = (principal.clearance()?, name.trim(), Way::default());
        if name.is_empty() {
            return Err(WhyError::Nameless);
        }
        match self.follow(&mut way, &clearance, name, question.as_str()).await {
            Ok(()) => Ok(way.end(Verdict::Quoted, None)),
            Err(End::Lost(lost)) => Ok(way.lost(lost)),
            Err(End::Failed(error)) => Err(error),
        }
    }

    async fn follow(&self, way: &mut Way, clearance: &Clearance, name: &str, question: &str) -> Result<(), End> {
        let (there, latest) = self.whereabouts(clearance, name).await?;
        let document = there.document;
        way.document = Some((document, there.title.clone()));
        way.pass("there", steps::there(&there, latest.as_ref()));
        let searcher = self.searcher();
        let indexed = searcher.index.points_of(clearance, there.version).await?.len();
        way.pass("indexed", steps::indexed(&there, indexed)?);
        let sought = self.seek(&searcher, clearance, question, &there).await?;
        way.pass("candidate", steps::candidate(&sought)?);
        way.pass("compared", steps::compared(&sought)?);
        way.pass("ranked", steps::ranked(&sought, &searcher)?);
        way.pass("given", steps::given(&sought)?);
        let sources = self.pack(&sought.found);
        way.pass("packed", steps::packed(document, &sources)?);
        let pieces = weighed(&*searcher.embedder, question, &sought.found, &sources).await?;
        let evidence = judge(question, &pieces, &sought.found, &sources);
        let citations = quoted(&evidence, &sources);
        way.pass("quoted", steps::quoted(document, &sources, &pieces, &evidence, &citations)?);
        Ok(())
    }

    /// The document and the latest that was handed in for it; or why there is none to be seen.
    async fn whereabouts(&self, clearance: &Clearance, name: &str) -> Result<(Whereabouts, Option<HandedIn>), End> {
        if name.contains('\0') {
            // No name holds one, and Postgres takes none.
            return Err(steps::absent(None).into());
        }
        let named = self.store.documents_named(clearance, name).await?;
        let found = match named[..] {
            [] => None,
            [document] => self.store.document_whereabouts(clearance, document).await?,
            _ => return Err(WhyError::Several(named.len()).into()),
        };
        match found {
            Some(found) => {
                let latest = self.store.item_latest(clearance, &found.origin).await?;
                Ok((found, latest))
            }
            None => Err(steps::absent(self.store.item_latest_named(clearance, name).await?).into()),
        }
    }

    /// Where the document stands in each ranking, and in the search that an answer begins with.
    async fn seek(
        &self,
        searcher: &Searcher,
        clearance: &Clearance,
        question: &str,
        there: &Whereabouts,
    ) -> Result<Sought, End> {
        let ranking = |mode| searcher.search(clearance, question, Depth::Raw(mode), DEEP);
        let (texts, asked) = (self.store.passages(clearance, &there.points).await?, question.to_owned());
        let words = aside(move || steps::words(&asked, &texts)).await?;
        Ok(Sought {
            document: there.document,
            dense: ranking(Mode::Dense).await?.trail,
            sparse: ranking(Mode::Sparse).await?.trail,
            found: searcher.search(clearance, question, Depth::Full, PASSAGES).await?,
            words,
        })
    }
}

impl Way {
    fn pass(&mut self, name: &'static str, detail: String) {
        self.steps.push(Step { name, passed: true, detail });
    }

    fn lost(mut self, lost: Lost) -> Why {
        let Lost { verdict, detail, advice } = lost;
        self.steps.push(Step { name: verdict.step(), passed: false, detail });
        self.end(verdict, advice.or(verdict.advice()))
    }

    fn end(self, verdict: Verdict, advice: Option<&'static str>) -> Why {
        Why { verdict, document: self.document, steps: self.steps, advice }
    }
}

impl From<IndexError> for WhyError {
    fn from(error: IndexError) -> Self {
        Self::Search(error.into())
    }
}

impl From<EmbedError> for WhyError {
    fn from(error: EmbedError) -> Self {
        Self::Search(error.into())
    }
}

impl From<ShelfError> for WhyError {
    fn from(error: ShelfError) -> Self {
        Self::Search(error.into())
    }
}
