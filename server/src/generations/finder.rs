//! Finding passages in whichever generation is live when somebody begins to look.

use std::sync::Arc;

use retrieval::cache::Rankings;
use retrieval::model::GenerationId;
use retrieval::ports::{Reranker, Shelf};
use retrieval::rerank::weights::Weights;
use retrieval::search::{Memory, Searcher};

use super::{Generations, Standing};

/// Everything that a search needs, but the generation.
#[derive(Clone)]
pub struct Finder {
    pub generations: Arc<Generations>,
    pub reranker: Arc<dyn Reranker>,
    pub shelf: Arc<dyn Shelf>,
    pub weights: Arc<Weights>,
    /// What was found before; without it every search begins anew.
    pub rankings: Option<Arc<Rankings>>,
    /// In this one only, whichever is live; for whoever asks again what was asked of it.
    pub only_in: Option<Arc<Standing>>,
}

impl Finder {
    /// In the one that is live now, and in that one only, however long whoever asked keeps it.
    pub fn now(&self) -> Searcher {
        self.now_in().0
    }

    /// The same, with which one it is.
    pub fn now_in(&self) -> (Searcher, GenerationId) {
        self.generations.hear();
        let standing = self.standing();
        (self.within(&standing), standing.generation.id)
    }

    /// What is searched now.
    pub fn standing(&self) -> Arc<Standing> {
        self.only_in.clone().unwrap_or_else(|| self.generations.live())
    }

    pub fn within(&self, standing: &Standing) -> Searcher {
        let memory =
            |rankings: &Arc<Rankings>| Memory { rankings: Arc::clone(rankings), generation: standing.generation.id };
        Searcher {
            index: Arc::clone(&standing.index),
            embedder: Arc::clone(&standing.embedder),
            reranker: Arc::clone(&self.reranker),
            shelf: Arc::clone(&self.shelf),
            weights: Arc::clone(&self.weights),
            memory: self.rankings.as_ref().map(memory),
        }
    }
}
