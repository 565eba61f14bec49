//! What repeats across the pages of a source, learned from the pages that a job brings before they are read for good.

use std::collections::{BTreeMap, HashSet};

use ingest::clean::boilerplate;
use ingest::draft::{Habits, text_of};
use ingest::ports::{CatalogError, Item, NoParts};

use super::{Library, LibraryError};
use crate::store::Lease;

/// So many pages of a job are read to learn what repeats across a site.
const LEARNED_FROM: usize = 48;
/// Fewer pages teach nothing.
const LEARNED_FROM_AT_LEAST: usize = 5;
/// A site has no more furniture than this; beyond it something else repeats.
const MOST_FURNITURE: usize = 5_000;

impl Library {
    /// What is known of the pages that a job brings, and what can be learned from them before they are read for good.
    pub(super) async fn habits(&self, lease: &Lease, items: &[Item]) -> Result<Habits, LibraryError> {
        let Some(source) = self.source_of(lease).await? else { return Ok(Habits::default()) };
        let rules = source.plan.rules.clone();
        if items.len() < LEARNED_FROM_AT_LEAST {
            return Ok(Habits { rules, furniture: source.furniture });
        }
        let mut pages: Vec<HashSet<u64>> = Vec::new();
        for item in items.iter().take(LEARNED_FROM) {
            let bytes = match self.store.original(&item.original).await {
                Ok(bytes) => bytes,
                Err(CatalogError::Lost(_)) => continue,
                Err(error) => return Err(ingest::pipeline::PipelineError::from(error).into()),
            };
            // A page that cannot be read fails in its own turn, with its reason.
            if let Ok(read) = self.parser.parse(&item.origin, bytes, &rules, &mut NoParts).await {
                let text = text_of(&read.parsed).0.text;
                pages.push(boilerplate::block_hashes(&text).into_iter().collect());
            }
        }
        let mut furniture = source.furniture;
        let known = furniture.len();
        furniture.extend(repeated(&pages));
        if furniture.len() > known && furniture.len() <= MOST_FURNITURE {
            self.store.source_set_furniture(source.id, &furniture).await?;
        }
        Ok(Habits { rules, furniture })
    }
}

/// The blocks that stand on so many of these pages that they belong to the site.
fn repeated(pages: &[HashSet<u64>]) -> impl Iterator<Item = u64> {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    pages.iter().flatten().for_each(|block| *seen.entry(*block).or_default() += 1);
    let many = pages.len() as u64;
    seen.into_iter().filter(move |(_, seen)| boilerplate::is_furniture(*seen, many)).map(|(block, _)| block)
}
