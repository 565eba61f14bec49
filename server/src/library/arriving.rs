//! Files on their way in: streamed to the disk as they come, kept once all of them are there, and never under a name that
//! would change what the sender does not see.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use ingest::origin::named_apart;
use retrieval::access::{AccessLabel, Clearance};
use retrieval::model::PersonId;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::intake::Intake;
use super::{Library, LibraryError};
use crate::store::{NewItem, Received, StoreError};

/// Pieces that wait for the disk while more arrive.
const WAITING: usize = 8;
/// Names asked for in one query.
const AT_ONCE: usize = 500;

/// A file that is being written.
pub struct Arriving {
    pieces: mpsc::Sender<Vec<u8>>,
    written: JoinHandle<io::Result<Received>>,
}

/// Whether a name is a place of its own, as a path is, or only what a person called a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Naming {
    Place,
    Name,
}

impl Arriving {
    pub async fn write(&mut self, piece: Vec<u8>) -> Result<(), LibraryError> {
        match self.pieces.send(piece).await {
            Ok(()) => Ok(()),
            // The disk refused: why, the task says at its end.
            Err(_) => Err(stopped(&mut self.written).await),
        }
    }

    pub async fn finish(self) -> Result<Received, LibraryError> {
        drop(self.pieces);
        let written = self.written.await.map_err(io::Error::other).and_then(|written| written);
        Ok(written.map_err(StoreError::keeping)?)
    }
}

async fn stopped(written: &mut JoinHandle<io::Result<Received>>) -> LibraryError {
    let why = match written.await {
        Ok(Err(error)) => error,
        Ok(Ok(_)) | Err(_) => io::Error::other("a file was no longer written"),
    };
    StoreError::keeping(why).into()
}

impl Library {
    /// A file begins to arrive. Nothing of it stays, unless it is finished and kept.
    pub fn arriving(&self) -> Arriving {
        let (originals, (pieces, mut waiting)) = (self.store.originals().clone(), mpsc::channel::<Vec<u8>>(WAITING));
        let written = tokio::task::spawn_blocking(move || {
            let mut incoming = originals.begin()?;
            while let Some(piece) = waiting.blocking_recv() {
                incoming.write(&piece)?;
            }
            incoming.finish()
        });
        Arriving { pieces, written }
    }

    /// The origins to take these in under, in their order. A name that leads to what the sender does not read leads there for
    /// others only: theirs becomes another, which looks the same to them, so that nothing is changed and nothing is told.
    pub async fn origins_for(
        &self,
        clearance: &Clearance,
        naming: Naming,
        wanted: &[(String, AccessLabel)],
    ) -> Result<Vec<String>, LibraryError> {
        let taken = match naming {
            Naming::Place => self.taken_by_others(clearance, wanted).await?,
            Naming::Name => wanted.iter().map(|(name, _)| name.clone()).collect(),
        };
        let mut known = self.uploaded_before(wanted, &taken).await?;
        let origin = |(name, label): &(String, AccessLabel)| match taken.contains(name) {
            false => name.clone(),
            true => known.remove(&(name.clone(), spelt(label))).unwrap_or_else(|| self.own_origin(name)),
        };
        Ok(wanted.iter().map(origin).collect())
    }

    async fn taken_by_others(
        &self,
        clearance: &Clearance,
        wanted: &[(String, AccessLabel)],
    ) -> Result<HashSet<String>, LibraryError> {
        let names: Vec<String> = wanted.iter().map(|(name, _)| name.clone()).collect();
        let mut taken = HashSet::new();
        for names in names.chunks(AT_ONCE) {
            let found = self.store.origin_labels(self.workspace, names).await?;
            let hidden = found.into_iter().filter(|(_, label)| !clearance.admits(self.workspace, label));
            taken.extend(hidden.map(|(origin, _)| origin));
        }
        Ok(taken)
    }

    /// Where a file of this name was uploaded under this very label, which its sender reads: it comes anew.
    async fn uploaded_before(
        &self,
        wanted: &[(String, AccessLabel)],
        taken: &HashSet<String>,
    ) -> Result<HashMap<(String, String), String>, LibraryError> {
        let mut by_label: BTreeMap<String, (&AccessLabel, Vec<String>)> = BTreeMap::new();
        for (name, label) in wanted.iter().filter(|(name, _)| taken.contains(name)) {
            by_label.entry(spelt(label)).or_insert((label, Vec::new())).1.push(name.clone());
        }
        let mut known = HashMap::new();
        for (spelling, (label, names)) in by_label {
            for names in names.chunks(AT_ONCE) {
                let found = self.store.origins_uploaded(self.workspace, label, names).await?;
                known.extend(found.into_iter().map(|(name, origin)| ((name, spelling.clone()), origin)));
            }
        }
        Ok(known)
    }

    fn own_origin(&self, name: &str) -> String {
        named_apart(self.store.clock().new_id(), name)
    }
}

impl Intake<'_> {
    /// Whose job it is.
    pub async fn begun_by(&self, person: Option<PersonId>) -> Result<(), LibraryError> {
        match person {
            Some(person) => Ok(self.library.store.job_set_begun_by(self.job, person).await?),
            None => Ok(()),
        }
    }

    /// Keep what has arrived, each under its origin; accepted and durable when it returns.
    pub async fn add_received(
        &mut self,
        received: Vec<(String, Received)>,
        label: &AccessLabel,
    ) -> Result<(), LibraryError> {
        let _no_removal = self.library.store.handing_in.read().await;
        let originals = self.library.store.originals().clone();
        let (origins, received): (Vec<String>, Vec<Received>) = received.into_iter().unzip();
        let kept = tokio::task::spawn_blocking(move || originals.keep(received)).await;
        let kept = kept.map_err(io::Error::other).and_then(|kept| kept).map_err(StoreError::keeping)?;
        let item = |(origin, original)| NewItem { origin, original, label: label.clone() };
        let items: Vec<NewItem> = origins.into_iter().zip(kept).map(item).collect();
        self.library.store.job_add(self.job, self.taken, &items).await?;
        self.taken += items.len();
        Ok(())
    }
}

/// Equal labels are equal texts.
fn spelt(label: &AccessLabel) -> String {
    let groups: Vec<&str> = label.groups.iter().map(|group| group.as_str()).collect();
    format!("{} {}", label.tier, groups.join(","))
}
