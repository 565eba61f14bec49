//! Backing up: the house as it stands, into whatever takes bytes, or by itself into a folder of which the newest are kept.

use std::io::Write;
use std::sync::Arc;

use retrieval::model::JobId;

use super::running::{Ending, Run};
use super::{Library, LibraryError};
use crate::backup::{BackupError, Contents, Place, Prover, Trailer, Vault, Wish, aside, take};
use crate::config::Secret;
use crate::store::{JobKind, Vectors};

impl Library {
    /// Write a backup into `into`, once nobody else takes one.
    pub async fn back_up<W>(&self, vectors: Vectors, into: W) -> Result<(W, Trailer), LibraryError>
    where
        W: Write + Send + 'static,
    {
        let _seat = self.seats.of(JobKind::Backup).await;
        Ok(take(&self.store, self.wish(vectors, None).await?, into).await?)
    }

    /// Who asks this house's index.
    pub fn prover(&self) -> Prover<'_> {
        let live = self.live();
        let (index, embedder) = (Arc::clone(&live.index), Arc::clone(&live.embedder));
        Prover { index, embedder, shelf: &self.store, clearance: &self.clearance }
    }

    /// An index that is not whole proves nothing.
    async fn wish(&self, vectors: Vectors, passphrase: Option<Secret>) -> Result<Wish<'_>, LibraryError> {
        let prover = if self.lacks_points().await? { None } else { Some(self.prover()) };
        Ok(Wish { vectors, passphrase, prover })
    }

    pub(super) async fn backup_next(&self) -> Result<Option<(JobId, Ending<()>)>, LibraryError> {
        let Some(run) = self.begin(JobKind::Backup).await? else { return Ok(None) };
        let ending = self.carry_out(&run, self.fill_vault(&run)).await?;
        Ok(Some((run.lease.job, ending)))
    }

    async fn fill_vault(&self, run: &Run<'_>) -> Result<(), LibraryError> {
        let missing = || LibraryError::Plan(BackupError::NoVault.to_string());
        let Vault { folder, keep, passphrase } = self.vault.clone().ok_or_else(missing)?;
        let now_ms = self.store.clock().now_ms();
        let (place, file) = aside(move || {
            std::fs::create_dir_all(&folder)?;
            let place = Place::of(&folder, now_ms);
            place.begin().map(|file| (place, file))
        })
        .await?;
        let wish = self.wish(Vectors::Kept, passphrase.clone()).await?;
        let (file, _) = take(&self.store, wish, file).await?;
        run.stage("written", 1, 1);
        let (contents, gone) = aside(move || {
            let contents = place.keep(file, passphrase.as_ref())?;
            Ok((contents, place.rotate(keep)?))
        })
        .await?;
        run.stage("checked", 1, 1);
        run.stage("older ones removed", gone.len(), gone.len());
        tell(&contents);
        Ok(())
    }
}

fn tell(contents: &Contents) {
    let rows: u64 = contents.trailer.rows.values().sum();
    tracing::info!(rows, originals = contents.trailer.originals, "a backup was taken");
    if contents.trailer.originals_lost > 0 {
        tracing::warn!(originals = contents.trailer.originals_lost, "originals are not there and not in the backup");
    }
}
