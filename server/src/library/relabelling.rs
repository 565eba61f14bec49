//! Other readers for a document: in force from the commit on, whatever the index knows.
//!
//! Tighten: SQL first, the index after. Loosen: the index first, so that nobody who may read from the commit on is told that
//! there is nothing. What does neither alone goes as tightening does.

use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::DocumentId;

use super::{Library, LibraryError};
use crate::store::DocumentRead;

impl Library {
    /// Give a document that stands as it was seen other readers; false when it stands otherwise by now. An index that cannot
    /// be told now is told later: that is no failure, since nobody is shown what SQL does not say.
    pub async fn relabel(&self, seen: &DocumentRead, label: &AccessLabel) -> Result<bool, LibraryError> {
        let document = seen.line.document;
        let done = {
            // From the first word to the index to the commit: whoever tells it of a label reads that label in here, too.
            let _telling = self.telling.lock().await;
            if seen.line.label.only_loosens_to(label)
                && let Err(error) = self.point_to(document, label).await
            {
                tracing::warn!(document.id = %document, %error, "the index hears of a label later");
            }
            self.store.document_relabel_seen(self.workspace, seen, label).await?
        };
        if !done {
            self.point_again(document).await?;
        }
        if let Err(error) = self.tell_index().await {
            tracing::warn!(document.id = %document, %error, "the index hears of a label later");
        }
        Ok(done)
    }

    /// Whether a crawl would give this document its source's readers again.
    pub async fn is_crawled(&self, document: DocumentId) -> Result<bool, LibraryError> {
        Ok(self.store.document_is_crawled(self.workspace, document).await?)
    }

    /// Bring the index to the label that SQL has.
    pub(super) async fn point_again(&self, document: DocumentId) -> Result<(), LibraryError> {
        let _telling = self.telling.lock().await;
        match self.store.document_label(&self.clearance, document).await? {
            Some(label) => self.point_to(document, &label).await,
            None => Ok(()),
        }
    }

    async fn point_to(&self, document: DocumentId, label: &AccessLabel) -> Result<(), LibraryError> {
        for standing in self.finder.generations.all() {
            standing.index.relabel(document, label).await?;
            standing.index.flush().await?;
        }
        Ok(())
    }

    /// Which of these groups nobody has made: a document for them would be for nobody.
    pub async fn unknown_group(
        &self,
        clearance: &Clearance,
        label: &AccessLabel,
    ) -> Result<Option<String>, LibraryError> {
        if label.groups.is_empty() {
            return Ok(None);
        }
        let made = self.store.groups(clearance).await?;
        let unknown = label.groups.iter().find(|group| !made.iter().any(|line| line.group == **group));
        Ok(unknown.map(ToString::to_string))
    }
}
