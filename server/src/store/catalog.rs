//! The write path's catalog, seen through one job's lease.

use std::io::{self, ErrorKind};

use async_trait::async_trait;
use ingest::dedupe::Standing;
use ingest::ports::{Catalog, CatalogError, Change, Item, Settlement};
use retrieval::access::AccessLabel;
use retrieval::model::{ContentHash, DocumentId, GenerationId};
use retrieval::ports::Embedding;

use super::{Lease, Store, StoreError};
use crate::faults::{self, Step};

/// The store as one leased job may use it.
pub struct LeasedCatalog {
    store: Store,
    lease: Lease,
    /// The build of the index that the job writes to.
    live: GenerationId,
}

impl LeasedCatalog {
    pub fn new(store: Store, lease: Lease, live: GenerationId) -> Self {
        Self { store, lease, live }
    }
}

impl From<StoreError> for CatalogError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl Store {
    /// The bytes of an original.
    pub async fn original(&self, name: &str) -> Result<Vec<u8>, CatalogError> {
        let (originals, name) = (self.originals.clone(), name.to_owned());
        let read = tokio::task::spawn_blocking(move || originals.get(&name)).await;
        let read = read.map_err(|stopped| CatalogError::Unavailable(Box::new(stopped)))?;
        read.map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::InvalidInput => CatalogError::Lost(error),
            _ => StoreError::Original(error).into(),
        })
    }
}

#[async_trait]
impl Catalog for LeasedCatalog {
    async fn original(&self, item: &Item) -> Result<Vec<u8>, CatalogError> {
        let bytes = self.store.original(&item.original).await?;
        faults::at(Step::Read).map_err(StoreError::below)?;
        Ok(bytes)
    }

    async fn keep(&self, bytes: Vec<u8>) -> Result<String, CatalogError> {
        let originals = self.store.originals.clone();
        let kept = tokio::task::spawn_blocking(move || originals.put(&[bytes])).await;
        let kept = kept.map_err(io::Error::other).and_then(|kept| kept);
        let names = kept.map_err(|error| CatalogError::from(StoreError::keeping(error)))?;
        Ok(names.into_iter().next().expect("one original has one name"))
    }

    async fn standing(&self, item: &Item, content_hash: ContentHash) -> Result<Standing, CatalogError> {
        faults::at(Step::Parsed).map_err(StoreError::below)?;
        let workspace = self.lease.workspace;
        Ok(self.store.document_standing(workspace, &item.origin, content_hash, &item.label).await?)
    }

    async fn chunk_count(&self, document: DocumentId) -> Result<usize, CatalogError> {
        Ok(self.store.document_chunk_count(document).await?)
    }

    async fn vectors(&self, model: &str, keys: &[ContentHash]) -> Result<Vec<Option<Embedding>>, CatalogError> {
        Ok(self.store.vector_find(model, keys).await?)
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), CatalogError> {
        if !self.store.job_beat(&self.lease).await? {
            return Err(CatalogError::LeaseLost);
        }
        self.store.document_relabel(self.lease.workspace, document, label).await?;
        Ok(())
    }

    async fn settle(&self, model: &str, settlements: &[Settlement]) -> Result<Vec<Item>, CatalogError> {
        faults::at(Step::Verified).map_err(StoreError::below)?;
        let (store, lease) = (&self.store, &self.lease);
        let mut tx = store.write().await?;
        if !store.beat(&mut tx, lease).await? {
            return Err(CatalogError::LeaseLost);
        }
        let mut brought_up = Vec::new();
        for Settlement { item, change, outcome, inside } in settlements {
            let waited = store.item_settle(&mut tx, lease, item, outcome).await?;
            match (waited, change) {
                (true, Change::Publish(draft)) => {
                    tx.only_under(lease.workspace, self.live);
                    store.publish(&mut tx, lease.workspace, model, item, draft).await?;
                }
                (true, Change::Join(document)) => store.lead_origin(&mut tx, lease.workspace, item, *document).await?,
                (false, Change::Publish(draft)) => store.unpublish(&mut tx, lease.workspace, draft).await?,
                (true, Change::None) => store.origin_seen(&mut tx, lease.workspace, &item.origin).await?,
                (false, Change::None | Change::Join(_)) => {}
            }
            if waited {
                store.items_overtake(&mut tx, lease, item, outcome).await?;
            }
            if let (true, Some(source)) = (waited, lease.source) {
                store.page_settle(&mut tx, source, &item.origin, outcome).await?;
            }
            if let (true, Some(inside)) = (waited, inside) {
                store.retire_inside(&mut tx, lease.workspace, &item.origin, inside).await?;
                brought_up.extend(store.items_insert(&mut tx, lease.job, item, inside).await?);
            }
        }
        faults::at(Step::FlipUncommitted).map_err(StoreError::below)?;
        tx.commit().await?;
        faults::at(Step::Flipped).map_err(StoreError::below)?;
        Ok(brought_up)
    }
}
