//! A shared library: where it was configured to be, else in the data directory, else fetched.
//!
//! Knows nothing of what a library is for, and does not load it.

use std::path::{Path, PathBuf};

use super::fetch::fetch;
use super::manifest::{Manifest, sha256_of};
use super::pins::{Member, Wheel};
use super::place::keep;
use super::{Finding, SetupError, Site, State};

/// A library that the server may need.
pub(super) struct Library<'a> {
    /// In a person's words.
    pub(super) title: &'static str,
    pub(super) configured: Option<&'a Path>,
    /// `None` where no wheel is pinned for this kind of machine.
    pub(super) wheel: Option<Wheel>,
}

impl Library<'_> {
    pub(super) fn provide(&self, site: &Site<'_>) -> Result<PathBuf, SetupError> {
        if let Some(path) = self.configured {
            let missing = SetupError::NotWhereConfigured { what: self.title, path: path.to_owned() };
            return if path.is_file() { Ok(path.to_owned()) } else { Err(missing) };
        }
        let wheel = self.wheel.as_ref().ok_or_else(|| self.unobtainable())?;
        let place = site.paths.libraries().join(member(wheel).keep_as);
        match site.state(&record(&place), |source| source == wheel.title()) {
            State::Sound(_) => return Ok(place),
            // A copied library without its record, or a setup that was stopped just before writing it.
            State::Missing if sha256_of(&place).is_ok_and(|found| found == member(wheel).sha256) => {}
            State::Missing => self.fetch(site, wheel, &place)?,
            State::Damaged(file) => {
                site.progress.note(&format!("{} is damaged and is fetched again", file.display()));
                self.fetch(site, wheel, &place)?;
            }
        }
        let manifest = Manifest::of(wheel.title(), &site.paths.libraries(), &[member(wheel).keep_as])?;
        manifest.write(site.paths, &record(&place))?;
        Ok(place)
    }

    /// Where it is, if it is there; never fetches.
    pub(super) fn find(&self, site: &Site<'_>) -> Option<PathBuf> {
        if let Some(path) = self.configured {
            return path.is_file().then(|| path.to_owned());
        }
        let place = site.paths.libraries().join(member(self.wheel.as_ref()?).keep_as);
        place.is_file().then_some(place)
    }

    pub(super) fn examine(&self, site: &Site<'_>) -> Finding {
        let state = match (self.configured, &self.wheel) {
            (Some(path), _) if path.is_file() => State::Sound(()),
            (Some(_), _) | (None, None) => State::Missing,
            (None, Some(wheel)) => {
                let place = site.paths.libraries().join(member(wheel).keep_as);
                site.state(&record(&place), |source| source == wheel.title()).map(|_| ())
            }
        };
        Finding { part: self.title.to_owned(), state }
    }

    fn fetch(&self, site: &Site<'_>, wheel: &Wheel, place: &Path) -> Result<(), SetupError> {
        let fetched = fetch(site, self.title, wheel)?;
        keep(&fetched.folder().join(member(wheel).keep_as), place)
    }

    fn unobtainable(&self) -> SetupError {
        let why = "no build of it is known for this kind of machine".to_owned();
        SetupError::Unobtainable { what: self.title.to_owned(), why }
    }
}

/// Library wheels are pinned with exactly one file.
fn member(wheel: &Wheel) -> &'static Member {
    &wheel.members[0]
}

fn record(place: &Path) -> PathBuf {
    place.with_added_extension("json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::manifest::Check;
    use crate::setup::place::SetupPaths;
    use crate::setup::progress::Silent;

    #[test]
    fn what_cannot_be_had_comes_with_three_ways_out() {
        let data = tempfile::tempdir().unwrap();
        let paths = SetupPaths::new(data.path());
        let site = Site { paths: &paths, progress: &Silent, check: Check::Quick };
        let library = Library { title: "ONNX Runtime", configured: None, wheel: None };
        let error = library.provide(&site).unwrap_err().to_string();
        for way in ["pip", "LECTERN_ORT_LIB", "lectern.toml", "`lib` and `models`"] {
            assert!(error.contains(way), "{way} is missing from: {error}");
        }
        assert_eq!(library.examine(&site).state, State::Missing);
    }

    #[test]
    fn a_configured_library_is_taken_as_it_is() {
        let data = tempfile::tempdir().unwrap();
        let (paths, file) = (SetupPaths::new(data.path()), data.path().join("mine.so"));
        let site = Site { paths: &paths, progress: &Silent, check: Check::Quick };
        let library = Library { title: "ONNX Runtime", configured: Some(&file), wheel: None };
        assert!(matches!(library.provide(&site), Err(SetupError::NotWhereConfigured { .. })));
        std::fs::write(&file, "a library").unwrap();
        assert_eq!(library.provide(&site).unwrap(), file);
    }
}
