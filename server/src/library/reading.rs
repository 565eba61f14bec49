//! Documents, sources and jobs for whoever looks at them: nothing without a clearance.

use std::fs::File;

use retrieval::access::Clearance;
use retrieval::model::{DocumentId, JobId, VersionId};

use super::{Library, LibraryError, SourceStatus};
use crate::store::{
    ChunkLine, DocumentLine, DocumentRead, JobFilter, JobLine, JobPassed, JobSeen, Narrowing, Onlooker, OriginalName,
    Passed, Sorting, StoreError,
};

/// An original, opened.
pub struct OpenOriginal {
    pub name: OriginalName,
    pub file: File,
    pub length_bytes: u64,
}

impl Library {
    pub async fn documents(
        &self,
        clearance: &Clearance,
        narrowing: &Narrowing,
        sorting: Sorting,
        after: Option<&Passed>,
        limit: usize,
    ) -> Result<Vec<DocumentLine>, LibraryError> {
        Ok(self.store.documents(clearance, narrowing, sorting, after, limit).await?)
    }

    pub async fn documents_total(&self, clearance: &Clearance, narrowing: &Narrowing) -> Result<usize, LibraryError> {
        Ok(self.store.documents_total(clearance, narrowing).await?)
    }

    pub async fn document(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<DocumentRead>, LibraryError> {
        Ok(self.store.document_read(clearance, document).await?)
    }

    pub async fn chunks(
        &self,
        clearance: &Clearance,
        (document, version): (DocumentId, VersionId),
        after: i64,
        limit: usize,
    ) -> Result<Vec<ChunkLine>, LibraryError> {
        Ok(self.store.document_chunks(clearance, document, version, after, limit).await?)
    }

    pub async fn text(&self, clearance: &Clearance, document: DocumentId) -> Result<Option<String>, LibraryError> {
        Ok(self.store.document_text(clearance, document).await?)
    }

    /// The file that a document was made of; of several the one that was seen last.
    pub async fn open_original(
        &self,
        clearance: &Clearance,
        document: DocumentId,
    ) -> Result<Option<OpenOriginal>, LibraryError> {
        let Some(name) = self.store.document_original(clearance, document).await? else { return Ok(None) };
        let (originals, wanted) = (self.store.originals().clone(), name.original.clone());
        let opened = tokio::task::spawn_blocking(move || originals.file(&wanted)).await;
        match opened.map_err(std::io::Error::other).and_then(|opened| opened) {
            Ok((file, length_bytes)) => Ok(Some(OpenOriginal { name, file, length_bytes })),
            // Taken out between the row and the file, or lost: there is no such thing either way.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::Original(error).into()),
        }
    }

    pub async fn jobs(
        &self,
        onlooker: Onlooker<'_>,
        filter: JobFilter,
        after: Option<JobPassed>,
        limit: usize,
    ) -> Result<(Vec<JobLine>, Option<JobPassed>), LibraryError> {
        Ok(self.store.jobs(onlooker, filter, after, limit).await?)
    }

    pub async fn job_line(&self, onlooker: Onlooker<'_>, job: JobId) -> Result<Option<JobLine>, LibraryError> {
        Ok(self.store.job_line(onlooker, job).await?)
    }

    /// With those of its items that stand behind this ordinal, as many as that.
    pub async fn job_seen(
        &self,
        onlooker: Onlooker<'_>,
        job: JobId,
        page: (i64, usize),
    ) -> Result<Option<JobSeen>, LibraryError> {
        Ok(self.store.job_seen(onlooker, job, page).await?)
    }

    /// The sources whose documents this clearance admits.
    pub async fn sources_for(&self, clearance: &Clearance) -> Result<Vec<SourceStatus>, LibraryError> {
        let found = self.sources().await?;
        Ok(found.into_iter().filter(|status| clearance.admits(self.workspace, &status.source.label)).collect())
    }
}
