//! Who looks at jobs: each sees what is theirs to read, and what they handed in themselves.
//!
//! An item tells of a document. It is seen by whoever may read under the label that it was handed in with and, once it
//! has become a document, under the label that this one carries now.

use retrieval::access::{Clearance, Reach};
use retrieval::model::PersonId;

use super::job::JobKind;
use super::{StoreError, rows};

/// Of a document, or a source, that is not there.
const NOTHING: i64 = -1;

/// Who looks: what they may read, and whose jobs are theirs.
#[derive(Clone, Copy, Debug)]
pub struct Onlooker<'a> {
    pub clearance: &'a Clearance,
    pub person: Option<PersonId>,
    /// Whether they look after the house, and so see what it does for itself.
    pub keeps_house: bool,
}

impl Onlooker<'_> {
    /// Whether an item is seen, by the label that it came with and the one that its document has now.
    pub(super) fn sees(self, came: (i64, &str), now: (i64, &str)) -> Result<bool, StoreError> {
        Ok(self.admits(came)? && (now.0 == NOTHING || self.admits(now)?))
    }

    fn admits(self, (tier, groups): (i64, &str)) -> Result<bool, StoreError> {
        Ok(self.clearance.admits(self.clearance.workspace(), &rows::label(tier, groups)?))
    }
}

/// How an onlooker stands to a job.
pub(super) struct Eyes {
    pub own: bool,
    /// Whether it is of a source of which they read what comes.
    pub read_its_source: bool,
    /// Whether they see it even where they see none of its items, and its numbers: it is their own, a crawl of what they
    /// read, the house's if they look after that, or anything if they read everything. What it holds has no say in this.
    pub see_all: bool,
}

impl Eyes {
    pub fn of(onlooker: Onlooker<'_>, kind: &str, begun_by: &str, source: (i64, &str)) -> Result<Self, StoreError> {
        let own = onlooker.person.is_some_and(|person| person.to_string() == begun_by);
        let read_its_source = source.0 != NOTHING && onlooker.admits(source)?;
        let everything = match onlooker.clearance.reach() {
            Reach::Everything => true,
            Reach::UpTo(_) => false,
        };
        let is_of_the_house = JobKind::named(kind).is_some_and(JobKind::is_of_the_house);
        let see_all = own || read_its_source || everything || (is_of_the_house && onlooker.keeps_house);
        Ok(Self { own, read_its_source, see_all })
    }
}
