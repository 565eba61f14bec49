//! The embedding model: fetched or taken from a local folder, converted, compared, kept.
//!
//! Once kept, a model needs neither the network nor the folder it came from. Knows nothing of how a graph is run; it is
//! given something that runs it.

use std::fs;
use std::path::{Path, PathBuf};

use super::convert::{ConvertError, Encoder};
use super::fetch::fetch;
use super::manifest::{Manifest, ModelFacts};
use super::pins::MINILM;
use super::place::{ScratchFolder, keep, write};
use super::trial::{self, FLOATS, INTEGERS};
use super::{Finding, ModelChoice, ProvisionedModel, RunGraph, SetupError, Site, State};

/// What a tokenizer and an encoder need beside the graph; only the first is in every folder.
const COMPANIONS: [&str; 8] = [
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "modules.json",
    "1_Pooling/config.json",
];

const RECORD: &str = "manifest.json";

/// A model that setup converts.
pub(super) enum Model<'a> {
    /// all-MiniLM-L6-v2 from the package index.
    Default,
    /// Any BERT-family encoder in a folder.
    Folder(&'a Path),
}

impl<'a> Model<'a> {
    /// `None` for a model that fastembed fetches by itself when it is loaded.
    pub(super) fn chosen(choice: &'a ModelChoice) -> Option<Self> {
        match choice {
            ModelChoice::Default => Some(Self::Default),
            ModelChoice::Folder(folder) => Some(Self::Folder(folder)),
            ModelChoice::Hub(_) => None,
        }
    }

    pub(super) fn provide(
        &self,
        site: &Site<'_>,
        library: &Path,
        run: &RunGraph<'_>,
    ) -> Result<ProvisionedModel, SetupError> {
        let place = self.place(site);
        match self.state(site) {
            State::Sound(manifest) => {
                if let Some(model) = provisioned(&place, &manifest) {
                    return Ok(model);
                }
            }
            State::Damaged(file) => site.progress.note(&format!("{} is damaged and is made again", file.display())),
            State::Missing => {}
        }
        let manifest = self.make(site, &place, library, run)?;
        let incomplete = || SetupError::Trial("its record lacks the graph".to_owned());
        provisioned(&place, &manifest).ok_or_else(incomplete)
    }

    pub(super) fn examine(&self, site: &Site<'_>) -> Finding {
        Finding { part: format!("embedding model {}", self.name()), state: self.state(site).map(|_| ()) }
    }

    fn state(&self, site: &Site<'_>) -> State<Manifest> {
        site.state(&self.place(site).join(RECORD), |source| self.made_from(source))
    }

    fn place(&self, site: &Site<'_>) -> PathBuf {
        site.paths.models().join(self.name())
    }

    fn name(&self) -> String {
        match self {
            Self::Default => "all-MiniLM-L6-v2".to_owned(),
            Self::Folder(folder) => {
                folder.file_name().map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned())
            }
        }
    }

    /// Changes whenever the model has to be made anew.
    fn source(&self) -> String {
        match self {
            Self::Default => MINILM.title(),
            Self::Folder(folder) => {
                let weights = fs::metadata(folder.join("model.safetensors")).ok();
                let changed = weights.as_ref().and_then(|weights| weights.modified().ok());
                let size_bytes = weights.map_or(0, |weights| weights.len());
                format!("{}: {size_bytes} bytes, changed {changed:?}", folder.display())
            }
        }
    }

    /// A folder that has gone since is no reason to lose the model that was made from it.
    fn made_from(&self, source: &str) -> bool {
        match self {
            Self::Folder(folder) if !folder.exists() => source.starts_with(&format!("{}: ", folder.display())),
            Self::Default | Self::Folder(_) => source == self.source(),
        }
    }

    fn make(&self, site: &Site<'_>, place: &Path, library: &Path, run: &RunGraph<'_>) -> Result<Manifest, SetupError> {
        match self {
            Self::Default => {
                let fetched = fetch(site, "the embedding model", &MINILM)?;
                self.make_from(&fetched.folder(), site, place, library, run)
            }
            Self::Folder(folder) if folder.is_dir() => self.make_from(folder, site, place, library, run),
            Self::Folder(folder) => {
                Err(SetupError::NotWhereConfigured { what: "the embedding model", path: (*folder).to_owned() })
            }
        }
    }

    fn make_from(
        &self,
        folder: &Path,
        site: &Site<'_>,
        place: &Path,
        library: &Path,
        run: &RunGraph<'_>,
    ) -> Result<Manifest, SetupError> {
        let scratch = ScratchFolder::new(site.paths)?;
        let mut files = copy_companions(folder, scratch.path())?;
        let step = site.progress.begin("converting the model", None);
        convert(folder, scratch.path())?;
        step.done();
        let step = site.progress.begin("comparing integers with floats", None);
        let verdict = trial::compare(scratch.path(), library, run)?;
        step.done();
        files.extend([FLOATS, INTEGERS]);
        for file in &files {
            keep(&scratch.path().join(file), &place.join(file))?;
        }
        let mut manifest = Manifest::of(self.source(), place, &files)?;
        manifest.model = Some(ModelFacts {
            name: self.name(),
            graph: verdict.graph.to_owned(),
            why_floats: verdict.why_floats,
            mean_cosine: verdict.agreement.map(|agreement| agreement.mean),
            min_cosine: verdict.agreement.map(|agreement| agreement.min),
        });
        manifest.write(site.paths, &place.join(RECORD))?;
        Ok(manifest)
    }
}

fn copy_companions(from: &Path, to: &Path) -> Result<Vec<&'static str>, SetupError> {
    let present: Vec<_> = COMPANIONS.into_iter().filter(|name| from.join(name).is_file()).collect();
    if present.first() != Some(&COMPANIONS[0]) {
        let cause = ConvertError::Missing(COMPANIONS[0].to_owned());
        return Err(SetupError::Convert { folder: from.to_owned(), cause });
    }
    for name in &present {
        let file = from.join(name);
        write(&to.join(name), &fs::read(&file).map_err(SetupError::io("read", &file))?)?;
    }
    Ok(present)
}

fn convert(from: &Path, to: &Path) -> Result<(), SetupError> {
    let unfit = |cause| SetupError::Convert { folder: from.to_owned(), cause };
    let encoder = Encoder::read(from).map_err(unfit)?;
    write(&to.join(FLOATS), &encoder.float_graph().map_err(unfit)?)?;
    write(&to.join(INTEGERS), &encoder.int8_graph().map_err(unfit)?)
}

fn provisioned(place: &Path, manifest: &Manifest) -> Option<ProvisionedModel> {
    let facts = manifest.model.as_ref()?;
    let fingerprint = manifest.sha256(&facts.graph)?.get(..8)?;
    let kind = facts.graph.strip_suffix(".onnx")?;
    Some(ProvisionedModel {
        name: format!("{}/{kind}-{fingerprint}", facts.name),
        graph: place.join(&facts.graph),
        reference: place.join(FLOATS),
        why_floats: facts.why_floats.clone(),
        cosine: facts.mean_cosine.zip(facts.min_cosine),
    })
}
