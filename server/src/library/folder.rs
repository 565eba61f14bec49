//! Folders that the library follows: what vanished from one leaves the library, unless too much is gone at once.

use std::collections::HashSet;

use super::{Library, LibraryError};
use crate::store::Why;

/// A folder that lost more of its files than this share was unmounted, moved or emptied by mistake.
const MOST_GONE: f64 = 0.3;
/// Of a handful, two are soon a third.
const ALWAYS_ALLOWED: usize = 3;

/// What became of the files that are gone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Synced {
    pub retired: Vec<String>,
    /// Too many to believe: still there, until somebody confirms.
    pub held: Vec<String>,
}

impl Library {
    /// Take out what came from below `folder` and is not among `present`. `confirmed`: however much it is.
    pub async fn sync_folder(
        &self,
        folder: &str,
        present: &HashSet<String>,
        confirmed: bool,
    ) -> Result<Synced, LibraryError> {
        let known = self.store.origins_below(self.workspace, &format!("{}/", folder.trim_end_matches('/'))).await?;
        let (many, gone) = (known.len(), known.into_iter().filter(|origin| !present.contains(file_of(origin))));
        let gone: Vec<String> = gone.collect();
        let too_many = gone.len() > ALWAYS_ALLOWED && gone.len() as f64 > many as f64 * MOST_GONE;
        if too_many && !confirmed {
            return Ok(Synced { held: gone, ..Synced::default() });
        }
        self.retire(&gone, Why::Vanished).await?;
        Ok(Synced { retired: gone, ..Synced::default() })
    }
}

/// The file on the disk that an origin is, or is inside of.
fn file_of(origin: &str) -> &str {
    origin.split_once("!/").map_or(origin, |(file, _)| file)
}
