//! What every [`VectorIndex`] must do, whichever engine is behind it. One suite, run against all adapters.
//!
//! Leaks come first: a wrong ranking is a nuisance, a wrong reader is an incident. Knows the port and the rule of access
//! and nothing of any engine; each check gets an empty index of its own.

mod leaks;
mod oddities;
mod oracle;
mod places;
mod ranking;
pub mod scene;
mod writes;

use retrieval::model::WorkspaceId;
use retrieval::ports::VectorIndex;

pub use scene::{DIMENSIONS, HERE, everything, point, question, vector};

/// Whether an index finds everything that is near, or is allowed to miss some of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Recall {
    Exact,
    Approximate,
}

/// Run the whole suite. `make` gives an empty index of that workspace for vectors of [`DIMENSIONS`] numbers.
pub async fn check<I: VectorIndex>(make: impl AsyncFn(WorkspaceId) -> I) {
    leaks::every_reader_and_every_label(&make(HERE).await, Recall::Exact).await;
    leaks::another_workspace_is_refused(&make(HERE).await).await;
    leaks::a_new_label_counts_at_once(&make(HERE).await).await;
    leaks::a_point_that_changes_hands(&make(HERE).await).await;

    writes::upserts_are_counted(&make(HERE).await).await;
    writes::a_replaced_point_leaves_nothing_behind(&make(HERE).await).await;
    writes::the_last_of_a_batch_wins(&make(HERE).await).await;
    writes::relabelling_is_for_one_document(&make(HERE).await).await;
    writes::versions_are_deleted_alone(&make(HERE).await).await;
    writes::points_are_deleted_alone(&make(HERE).await).await;
    writes::wrong_vectors_are_refused_whole(&make(HERE).await).await;
    writes::batches_of_any_size(&make(HERE).await).await;

    ranking::by_cosine(&make(HERE).await).await;
    ranking::by_words(&make(HERE).await).await;
    ranking::rare_words_weigh_more(&make(HERE).await).await;
    ranking::fusion_of_known_scores(&make(HERE).await).await;
    ranking::candidates_bound_what_is_fused(&make(HERE).await).await;
    ranking::equal_scores_in_order_of_ids(&make(HERE).await).await;

    places::of_both_rankings(&make(HERE).await).await;
    places::of_one_ranking(&make(HERE).await).await;
    places::of_what_is_left_after_the_cut(&make(HERE).await).await;

    oddities::an_empty_index(&make(HERE).await).await;
    oddities::limits_of_nothing_and_of_everything(&make(HERE).await).await;
    oddities::questions_without_words(&make(HERE).await).await;
    oddities::texts_of_every_kind(&make(HERE).await).await;
    oddities::pages_are_whole_and_in_order(&make(HERE).await).await;

    oracle::agrees_with_memory(&make(HERE).await).await;
    oracle::never_shows_what_is_not_admitted(&make(HERE).await, Recall::Exact).await;
}

/// What holds even for an index that walks a graph over a handful of points, where a walk may end early: whatever it
/// misses, it never shows what it must not, and listings are whole.
pub async fn check_leaks<I: VectorIndex>(make: impl AsyncFn(WorkspaceId) -> I) {
    leaks::every_reader_and_every_label(&make(HERE).await, Recall::Approximate).await;
    leaks::another_workspace_is_refused(&make(HERE).await).await;
    leaks::a_new_label_counts_at_once(&make(HERE).await).await;
    leaks::a_point_that_changes_hands(&make(HERE).await).await;
    oracle::never_shows_what_is_not_admitted(&make(HERE).await, Recall::Approximate).await;
}
