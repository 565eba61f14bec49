//! Opening the index: what it is begun with, and that it keeps it.

use std::fs;

use retrieval::access::Clearance;
use retrieval::adapters::bm25::{Bm25, Bm25Settings};
use retrieval::model::{Cut, Generation};
use server::config::{Config, Given};
use server::datadir::DataDir;
use server::store::NewGeneration;
use server::wiring::{Keywords, Opening};

use crate::ground::{Ground, MODEL, on_both};

on_both!(
    an_index_keeps_the_length_that_it_was_begun_with,
    a_damaged_index_is_measured_anew,
    a_length_that_is_known_beforehand_is_taken,
);

/// A ground with a generation, whose index is opened again and again.
struct Site {
    ground: Ground,
    generation: Generation,
    config: Config,
    data: DataDir,
    clearance: Clearance,
}

impl Site {
    async fn new(ground: Ground) -> Self {
        let new = NewGeneration { embedder: MODEL.into(), dimensions: 4, ..crate::ground::generation() };
        let generation = ground.store.generation_begin(ground.workspace, &new, Cut::default()).await.unwrap();
        let given = Given { data_dir: Some(ground.folder.path().to_owned()), ..Given::default() };
        let config = Config::load(given, &|_| None).unwrap();
        let (data, clearance) = (DataDir::new(ground.folder.path()), ground.everything());
        Self { ground, generation, config, data, clearance }
    }

    async fn open(&self, average_terms: Option<f64>) -> Keywords {
        let Self { ground, generation, config, data, clearance } = self;
        let opening = Opening { config, data, store: &ground.store, generation, clearance, average_terms };
        opening.open().await.unwrap().keywords
    }

    async fn average(&self) -> f64 {
        self.open(None).await.average_terms
    }

    /// A document of so many chunks, each of so many words.
    async fn publish(&self, origin: &str, chunks: usize, words: usize) {
        let line = |chunk| (0..words).map(move |word| format!("word{chunk}x{word}")).collect::<Vec<_>>().join(" ");
        self.ground.publish(origin, "restricted", &(0..chunks).map(line).collect::<Vec<_>>().join("\n")).await;
    }

    /// What the catalog's passages come to, every one of them counted.
    async fn expected(&self) -> f64 {
        let encoder = Bm25::new(&Bm25Settings::default()).unwrap();
        let texts = self.ground.store.chunk_sample(&self.clearance, 100_000).await.unwrap();
        texts.iter().map(|text| encoder.terms(text)).sum::<usize>() as f64 / texts.len() as f64
    }

    fn forget(&self) {
        fs::remove_dir_all(self.data.index()).unwrap();
    }
}

async fn an_index_keeps_the_length_that_it_was_begun_with(ground: Ground) {
    let site = Site::new(ground).await;
    assert_eq!(site.average().await, 100.0);
    site.publish("a.md", 199, 20).await;
    assert_eq!(site.average().await, 100.0, "it was begun over nothing");
    site.forget();
    assert_eq!(site.average().await, 100.0, "too few to tell");
    site.publish("b.md", 61, 33).await;
    site.forget();
    let first = site.expected().await;
    assert!(first > 20.0 && first < 40.0, "{first}");
    assert_eq!(site.average().await, first);
    site.publish("c.md", 300, 60).await;
    let keywords = site.open(None).await;
    assert_eq!(keywords.average_terms, first);
    let present = keywords.present_average(&site.ground.store, &site.clearance).await.unwrap();
    assert_eq!(present, Some(site.expected().await));
    assert!(present.unwrap() > first + 10.0, "{present:?}");
}

async fn a_damaged_index_is_measured_anew(ground: Ground) {
    let site = Site::new(ground).await;
    assert_eq!(site.average().await, 100.0);
    site.publish("a.md", 250, 12).await;
    let shard = site.data.index().join(site.generation.id.to_string());
    fs::remove_dir_all(shard.join("wal")).unwrap();
    assert_eq!(site.average().await, site.expected().await);
    assert_ne!(site.average().await, 100.0);
}

async fn a_length_that_is_known_beforehand_is_taken(ground: Ground) {
    let site = Site::new(ground).await;
    assert_eq!(site.open(Some(42.5)).await.average_terms, 42.5);
    assert_eq!(site.average().await, 42.5);
    site.forget();
    assert_eq!(site.average().await, 100.0, "nothing is there any more to say so");
}
