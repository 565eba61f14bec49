//! Provides what cannot be compiled in: ONNX Runtime, PDFium and an embedding model, in the data directory.
//!
//! ```text
//! let paths = SetupPaths::new(&data_directory);
//! let choice = Choice { occasion: Occasion::Setup, ..Choice::default() };
//! let provisioned = setup::provision(&paths, &choice, progress::on_stderr().as_ref(), &run_graph)?;
//! ```
//!
//! Each part is looked for where the configuration says, then in the data directory, then fetched with pip, checked
//! against a pinned checksum and renamed into place; its record is written last. So a stopped setup goes on where it
//! was, a second one finds everything done, and a damaged file is found and replaced. All of it blocks, for minutes the
//! first time: call it from `spawn_blocking`. Knows nothing of configuration files, and of running a model only the one
//! function that it is given.

use std::path::{Path, PathBuf};
use std::sync::Arc;

mod convert;
mod error;
mod fetch;
mod library;
mod manifest;
mod model;
mod pins;
mod pip;
mod place;
pub mod progress;
mod trial;
mod wheel;

pub use convert::ConvertError;
pub use error::{REPAIR_HINT, SetupError};
pub use place::SetupPaths;
pub use progress::Progress;

use self::library::Library;
use self::manifest::{Check, Manifest};
use self::model::Model;

/// What the configuration asks for, and on what occasion.
#[derive(Clone, Default, Debug)]
pub struct Choice {
    pub occasion: Occasion,
    /// An ONNX Runtime library that is already on this machine (`LECTERN_ORT_LIB`).
    pub onnxruntime: Option<PathBuf>,
    /// A PDFium library that is already on this machine.
    pub pdfium: Option<PathBuf>,
    pub model: ModelChoice,
}

/// Why setup runs, which says how much it may do.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Occasion {
    /// The server starts: provide what is missing, and try for the optional parts only the first time.
    #[default]
    Start,
    /// A person asked: try for everything.
    Setup,
    /// A person asked because something is wrong: read every byte, replace what is damaged.
    Repair,
}

/// Which embedding model.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum ModelChoice {
    /// all-MiniLM-L6-v2.
    #[default]
    Default,
    /// A folder with any BERT-family encoder (`model.safetensors`, `config.json`, `tokenizer.json`).
    Folder(PathBuf),
    /// A model that fastembed knows by name and fetches when it is loaded; setup leaves it alone.
    Hub(String),
}

/// Where everything is.
#[derive(Clone, PartialEq, Debug)]
pub struct Provisioned {
    pub onnxruntime: PathBuf,
    /// For reading PDF files; without it they are read less well.
    pub pdfium: Option<PathBuf>,
    /// `None` for a model that is fetched by name.
    pub model: Option<ProvisionedModel>,
}

/// A converted model; its tokenizer lies beside the graph.
#[derive(Clone, PartialEq, Debug)]
pub struct ProvisionedModel {
    /// Stable name of model, kind of graph and weights, such as `all-MiniLM-L6-v2/int8-1a2b3c4d`.
    pub name: String,
    /// The graph to run.
    pub graph: PathBuf,
    /// The same model in floats.
    pub reference: PathBuf,
    /// Why the graph to run is the one in floats, if it is.
    pub why_floats: Option<String>,
    /// Mean and smallest cosine between the two graphs, where they were compared.
    pub cosine: Option<(f32, f32)>,
}

/// Embeds texts with a graph: the library, the graph, the texts. Wiring passes the real embedder, so that the graphs
/// are compared on the very path that will run them.
pub type RunGraph<'a> = dyn Fn(&Path, &Path, Vec<String>) -> Result<Vec<Arc<[f32]>>, String> + 'a;

/// What an examination found about one part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// In a person's words.
    pub part: String,
    pub state: State<()>,
}

/// How a part is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State<T> {
    Sound(T),
    Missing,
    /// The first file that is not as recorded.
    Damaged(PathBuf),
}

/// Provide everything that is chosen, fetching and converting what is not there.
pub fn provision(
    paths: &SetupPaths,
    choice: &Choice,
    progress: &dyn Progress,
    run: &RunGraph<'_>,
) -> Result<Provisioned, SetupError> {
    place::sweep(paths);
    let check = if choice.occasion == Occasion::Repair { Check::Full } else { Check::Quick };
    let site = Site { paths, progress, check };
    let first_time = !paths.models().exists();
    let onnxruntime = onnxruntime(choice).provide(&site)?;
    let model = Model::chosen(&choice.model).map(|model| model.provide(&site, &onnxruntime, run)).transpose()?;
    let pdfium = match choice.occasion {
        Occasion::Start if !first_time => pdfium(choice).find(&site),
        Occasion::Start | Occasion::Setup | Occasion::Repair => optional(&site, &pdfium(choice)),
    };
    Ok(Provisioned { onnxruntime, pdfium, model })
}

/// Read every byte of what is provisioned and say how it is; changes none of it.
pub fn verify(paths: &SetupPaths, choice: &Choice) -> Vec<Finding> {
    let site = Site { paths, progress: &progress::Silent, check: Check::Full };
    let libraries = [onnxruntime(choice), pdfium(choice)].map(|library| library.examine(&site));
    libraries.into_iter().chain(Model::chosen(&choice.model).map(|model| model.examine(&site))).collect()
}

fn onnxruntime(choice: &Choice) -> Library<'_> {
    Library { title: "ONNX Runtime", configured: choice.onnxruntime.as_deref(), wheel: pins::onnxruntime() }
}

fn pdfium(choice: &Choice) -> Library<'_> {
    Library { title: "PDFium", configured: choice.pdfium.as_deref(), wheel: pins::pdfium() }
}

/// The server works without it, so a failure is a remark.
fn optional(site: &Site<'_>, library: &Library<'_>) -> Option<PathBuf> {
    let provided = library.provide(site);
    if let Err(error) = &provided {
        let reason = error.to_string();
        let sentence = reason.lines().next().unwrap_or_default();
        site.progress.note(&format!("going on without {}: {sentence}", library.title));
    }
    provided.ok()
}

/// What every step of one setup shares.
struct Site<'a> {
    paths: &'a SetupPaths,
    progress: &'a dyn Progress,
    check: Check,
}

impl Site<'_> {
    /// How the part with this record is. A part from another source than the one wanted now counts as missing.
    fn state(&self, record: &Path, wanted: impl Fn(&str) -> bool) -> State<Manifest> {
        let folder = record.parent().unwrap_or(Path::new("."));
        let Some(manifest) = Manifest::read(record).filter(|manifest| wanted(&manifest.source)) else {
            return State::Missing;
        };
        if let Some(file) = manifest.first_damaged(folder, self.check) {
            return State::Damaged(file);
        }
        if !manifest.is_stale(folder) {
            return State::Sound(manifest);
        }
        // Copied from another machine: sound, but with new times. Failing to note them costs the next start a moment.
        let restamped = manifest.restamped(folder);
        let _ = restamped.write(self.paths, record);
        State::Sound(restamped)
    }
}

impl<T> State<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> State<U> {
        match self {
            Self::Sound(value) => State::Sound(change(value)),
            Self::Missing => State::Missing,
            Self::Damaged(file) => State::Damaged(file),
        }
    }
}
