//! The numbers of an embedded shard, and why they are what they are.
//!
//! Measured on two cores with 100,000 points of 384 numbers and keyword texts of 120 words; 55 / 25 / 15 / 5 % of them in
//! the four tiers, and the other way round with whole topics in one tier; 8 % with groups; for readers of every tier, with
//! and without groups, and for one who reads everything. Recall is of the exact best 10, for the worst kind of reader in
//! the worse of two sets (2,000 clusters within 50 topics, in 384 and in 48 hidden dimensions). Times are the processor's,
//! for 100 + 100 candidates, fusion and the ids of 50; 95 of 100 questions are answered in the time given. Ids were still
//! compared as text then, and bytes held in memory: all of it has become faster since.
//!
//! | links, effort, numbers | search effort | recall | ms | building, s |
//! |---|---|---|---|---|
//! | 16, 100, f32 (the engine's defaults) | 100 | .815 | 3.6 | 64 |
//! | 16, 100, f32 | 200 | .950 | 3.9 | |
//! | 16, 100, f32 | 300 | .983 | 4.5 | |
//! | 16, 100, f32, ACORN | 200 | .950 | 9.9 | |
//! | 24, 128, int8, none reread | 384 | .958 | 4.8 | 33 to 48 |
//! | 24, 128, int8, twice as many reread | 128 | .979 | 2.6 | |
//! | 24, 128, int8, twice as many reread | 256 | .993 | 2.8 | |
//! | **24, 128, int8, twice as many reread** | **384** | **.998** | **3.1** | |
//! | no graph, int8, twice as many reread | | 1 | 15 | 5 |
//! | nothing built yet | | 1 | 26 | 0 |
//!
//! A walk over a graph has its hole where about half of the points are filtered out: clusters whose neighbours may not be
//! read are never reached. A wider walk over more links closes it, and bytes instead of floats pay for that. Knows the
//! engine's configuration; does not know points or questions.

use std::collections::HashMap;

use qdrant_edge::{
    Distance, EdgeConfig, EdgeOptimizersConfig, EdgeSparseVectorParams, EdgeVectorParams, HnswIndexConfig, Modifier,
    QuantizationConfig, QuantizationSearchParams, ScalarQuantizationConfig, ScalarType, SearchParams, WalOptions,
};

use crate::adapters::bm25::Bm25Settings;
use crate::adapters::layout;

/// What a shard is built with. Fixed for a generation, except for [`Probe`], which is a matter of each search.
#[derive(Clone, PartialEq, Debug)]
pub struct EdgeSettings {
    pub dimensions: usize,
    pub bm25: Bm25Settings,
    /// Whether vectors are searched as bytes and the best of them read again as they are.
    pub is_quantised: bool,
    pub links: Links,
    pub probe: Probe,
    /// Length of one file of the write-ahead log. A shard keeps one or two of them for good; the engine's own 32 MB would
    /// be most of what a small workspace takes.
    pub log_file_bytes: usize,
}

impl EdgeSettings {
    /// The measured settings for vectors of this length.
    pub fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            bm25: Bm25Settings::default(),
            is_quantised: true,
            links: Links::default(),
            probe: Probe::default(),
            log_file_bytes: 8 << 20,
        }
    }

    /// Everything stays in mapped files: what a search touches is in memory while there is room, what none touches is
    /// not, and a shard opens without reading itself.
    pub(super) fn to_config(&self) -> EdgeConfig {
        let mut dense = EdgeVectorParams::builder(self.dimensions, Distance::Cosine).on_disk(true).build();
        dense.quantization_config = self.is_quantised.then(bytes);
        let sparse = EdgeSparseVectorParams::builder().modifier(Modifier::Idf).on_disk(true).build();
        EdgeConfig {
            vectors: HashMap::from([(layout::DENSE.to_owned(), dense)]),
            sparse_vectors: HashMap::from([(layout::SPARSE.to_owned(), sparse)]),
            hnsw_config: self.links.to_hnsw(),
            optimizers: self.links.to_optimizers(),
            wal_options: Some(WalOptions { segment_capacity: self.log_file_bytes, ..WalOptions::default() }),
            ..EdgeConfig::default()
        }
    }
}

/// One byte a number. The outermost hundredth of the values is cut off, so that the rest is told apart better.
fn bytes() -> QuantizationConfig {
    let scalar = ScalarQuantizationConfig { r#type: ScalarType::Int8, quantile: Some(0.99), always_ram: Some(false) };
    QuantizationConfig::from(scalar)
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
    /// An unoptimised segment smaller than this stays as it is: reading it costs two milliseconds.
    pub worth_building_bytes: usize,
    /// How many segments there may be, the one that is written to included. Each one more is one more walk: 50,000
    /// points in four segments took 2.8 times as long to search as in two, and half as long to build up.
    pub segments: usize,
}

impl Default for Links {
    fn default() -> Self {
        Self { per_point: 24, effort: 128, scan_below_bytes: 10 << 20, worth_building_bytes: 10 << 20, segments: 2 }
    }
}

impl Links {
    fn to_hnsw(self) -> HnswIndexConfig {
        HnswIndexConfig {
            m: self.per_point,
            ef_construct: self.effort,
            full_scan_threshold: self.scan_below_bytes / 1024,
            on_disk: Some(true),
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
    /// How many times the asked number is taken from the walk over bytes, to be put in order by the full vectors.
    pub reread: f64,
    /// Read every full vector instead: the truth that recall is measured against.
    pub exact: bool,
}

impl Default for Probe {
    fn default() -> Self {
        Self { effort: 384, reread: 2.0, exact: false }
    }
}

impl Probe {
    pub(super) fn to_params(self) -> SearchParams {
        let reread = QuantizationSearchParams { ignore: false, rescore: Some(true), oversampling: Some(self.reread) };
        SearchParams {
            hnsw_ef: Some(self.effort),
            exact: self.exact,
            quantization: Some(reread),
            ..SearchParams::default()
        }
    }
}
