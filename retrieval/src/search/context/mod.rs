//! From ranked passages to what a reader is given: copies collapsed, no document crowding out the others, the thoughts
//! that a cut broke made whole again.
//!
//! Everything here has been verified for this reader, and what is fetched besides is fetched under the same clearance, so
//! that a document beyond it changes nothing. Does not know why passages are in their order.

mod bond;
mod edition;
mod join;
mod likeness;
mod near;
mod share;

pub use near::{Collapsed, collapse};

use crate::access::Clearance;
use crate::model::PointId;
use crate::ports::{Scored, Shelf, ShelfError};

/// What is given, best first, and what became of the rest.
#[derive(Clone, PartialEq, Debug)]
pub struct Arranged {
    pub passages: Vec<Scored>,
    pub left_out: Vec<LeftOut>,
}

/// A passage that does not stand in the list by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeftOut {
    pub point: PointId,
    pub why: Why,
}

/// Why a passage does not stand by itself, for whoever explains a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// A passage with nearly the same words stands for it.
    CopyOf(PointId),
    /// It is within the passage of this hit, whose neighbour it is.
    JoinedTo(PointId),
    /// Others were better, or its document had its share.
    BeyondLimit,
}

/// At most `limit` passages out of these, which come in the order of the reranker without copies.
pub async fn arrange(
    shelf: &dyn Shelf,
    clearance: &Clearance,
    collapsed: Collapsed,
    limit: usize,
) -> Result<Arranged, ShelfError> {
    let Collapsed { kept, mut left_out } = collapsed;
    let join::Gathered { mut runs, left_out: gathered } = join::gather(share::share(kept), limit);
    left_out.extend(gathered);
    let neighbours = shelf.passages(clearance, &join::wanted(&runs, clearance.workspace())).await?;
    for joined in join::extend(&mut runs, neighbours) {
        let beyond = |left: &&mut LeftOut| left.point == joined.point && left.why == Why::BeyondLimit;
        if let Some(left) = left_out.iter_mut().find(beyond) {
            left.why = joined.why;
        }
    }
    Ok(Arranged { passages: runs.into_iter().map(join::Run::into_passage).collect(), left_out })
}

#[cfg(test)]
mod tests;
