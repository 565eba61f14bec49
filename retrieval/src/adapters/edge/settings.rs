//! The numbers of an embedded shard, and why they are what they are.
//!
//! Knows the engine's configuration; does not know points or questions.

use std::collections::HashMap;

use qdrant_edge::{
    Distance, EdgeConfig, EdgeOptimizersConfig, EdgeSparseVectorParams, EdgeVectorParams, HnswIndexConfig, Modifier,
    SearchParams,
};

use crate::adapters::bm25::Bm25Settings;
use crate::adapters::layout;

/// Vectors that every point has.
pub(super) const NAMED_VECTORS: usize = 2;

/// What a shard is built with. Fixed for a generation, except for [`Probe`], which is a matter of each search.
#[derive(Clone, PartialEq, Debug)]
pub struct EdgeSettings {
    pub dimensions: usize,
    pub bm25: Bm25Settings,
    pub links: Links,
    pub probe: Probe,
}

impl EdgeSettings {
    /// The measured settings for vectors of this length.
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, bm25: Bm25Settings::default(), links: Links::default(), probe: Probe::default() }
    }

    pub(super) fn to_config(&self) -> EdgeConfig {
        let dense = EdgeVectorParams::builder(self.dimensions, Distance::Cosine).build();
        let sparse =
            EdgeSparseVectorParams { modifier: Some(Modifier::Idf), ..EdgeSparseVectorParams::builder().build() };
        EdgeConfig {
            vectors: HashMap::from([(layout::DENSE.to_owned(), dense)]),
            sparse_vectors: HashMap::from([(layout::SPARSE.to_owned(), sparse)]),
            hnsw_config: self.links.to_hnsw(),
            optimizers: self.links.to_optimizers(),
            ..EdgeConfig::default()
        }
    }
}

/// The graph that an optimisation builds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Links {
    /// Links per point.
    pub per_point: usize,
    /// Candidates looked at while linking.
    pub effort: usize,
    /// A filter that leaves fewer bytes of vectors than this is answered by reading them all.
    pub scan_below_bytes: usize,
    /// An unoptimised segment smaller than this stays as it is.
    pub worth_building_bytes: usize,
    pub segments: usize,
}

impl Default for Links {
    fn default() -> Self {
        Self {
            per_point: 16,
            effort: 100,
            scan_below_bytes: 10_000 * 1024,
            worth_building_bytes: 10_000 * 1024,
            segments: 2,
        }
    }
}

impl Links {
    fn to_hnsw(self) -> HnswIndexConfig {
        HnswIndexConfig {
            m: self.per_point,
            ef_construct: self.effort,
            full_scan_threshold: self.scan_below_bytes / 1024,
            ..HnswIndexConfig::default()
        }
    }

    fn to_optimizers(self) -> EdgeOptimizersConfig {
        EdgeOptimizersConfig {
            indexing_threshold: Some(self.worth_building_bytes / 1024),
            default_segment_number: Some(self.segments),
            ..EdgeOptimizersConfig::default()
        }
    }
}

/// How hard one search looks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Probe {
    /// Candidates kept while walking the graph.
    pub effort: usize,
    /// Read every vector instead of walking the graph.
    pub exact: bool,
}

impl Default for Probe {
    fn default() -> Self {
        Self { effort: 128, exact: false }
    }
}

impl Probe {
    pub(super) fn to_params(self) -> SearchParams {
        SearchParams { hnsw_ef: Some(self.effort), exact: self.exact, ..SearchParams::default() }
    }
}
