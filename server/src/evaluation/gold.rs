//! Questions over the seed: gold ones with their answers, ones that must leak nothing, and conversations.
//!
//! Documents are named by their path below the seed. Does not know how an answer comes about.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::beir::Said;
use super::lines::{SetError, objects};

/// A question whose answer is known, or known not to be there.
#[derive(Clone, Debug, Deserialize)]
pub struct Gold {
    pub id: String,
    pub question: String,
    /// Who asks, as in `tier=internal,groups=billing`.
    #[serde(rename = "as")]
    pub asker: String,
    pub answerable: bool,
    #[serde(default)]
    pub documents: Vec<String>,
    #[serde(default)]
    pub quote: String,
}

/// A question that somebody asks for what is not theirs.
#[derive(Clone, Debug, Deserialize)]
pub struct Leak {
    pub id: String,
    pub question: String,
    #[serde(rename = "as")]
    pub asker: String,
    pub hidden: Vec<String>,
    pub forbidden: Vec<String>,
}

/// A question that follows others.
#[derive(Clone, Debug, Deserialize)]
pub struct Conversation {
    pub id: String,
    #[serde(rename = "as")]
    pub asker: String,
    pub kind: String,
    #[serde(default)]
    pub history: Vec<Said>,
    pub question: String,
    /// As a person would ask it without the history.
    pub stand_alone: String,
    pub documents: Vec<String>,
    /// Not to be looked at while anything is tuned.
    #[serde(default)]
    pub held_back: bool,
}

impl Gold {
    pub fn read(file: &Path) -> Result<Vec<Self>, SetError> {
        let gold: Vec<(usize, Self)> = objects(file, "there is no question")?;
        for (line, one) in &gold {
            if one.answerable && one.documents.is_empty() {
                return Err(wrong(file, *line, format!("{} has an answer and names no document", one.id)));
            }
        }
        once(file, gold, |one| &one.id)
    }
}

impl Leak {
    pub fn read(file: &Path) -> Result<Vec<Self>, SetError> {
        once(file, objects(file, "there is no question")?, |one| &one.id)
    }
}

impl Conversation {
    pub fn read(file: &Path) -> Result<Vec<Self>, SetError> {
        once(file, objects(file, "there is no conversation")?, |one| &one.id)
    }
}

/// These files are ours: what stands in them twice is a slip, and counted twice it would be a wrong number.
fn once<T>(file: &Path, found: Vec<(usize, T)>, id: fn(&T) -> &String) -> Result<Vec<T>, SetError> {
    let mut kept: Vec<T> = Vec::with_capacity(found.len());
    for (line, one) in found {
        if kept.iter().any(|other| id(other) == id(&one)) {
            return Err(wrong(file, line, format!("the id \"{}\" stands there before", id(&one))));
        }
        kept.push(one);
    }
    Ok(kept)
}

fn wrong(file: &Path, line: usize, cause: String) -> SetError {
    SetError::Line { file: file.to_owned(), line, cause }
}

/// The folder that the house was filled from: what documents are named below.
#[derive(Clone, Debug)]
pub struct Seed(PathBuf);

impl Seed {
    pub fn new(folder: &Path) -> std::io::Result<Self> {
        Ok(Self(folder.canonicalize()?))
    }

    /// The document that an origin is, or is inside of, as the questions name it.
    pub fn document<'a>(&self, origin: &'a str) -> &'a str {
        let file = origin.split_once("!/").map_or(origin, |(file, _)| file);
        Path::new(file).strip_prefix(&self.0).ok().and_then(Path::to_str).unwrap_or(file)
    }

    /// Those of the named documents that are not in the seed.
    pub fn missing<'a>(&self, documents: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
        documents.filter(|document| !self.0.join(document).is_file()).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: &str) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gold.jsonl");
        std::fs::write(&file, text).unwrap();
        let error = Gold::read(&file).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let fine = "{\"id\":\"g1\",\"question\":\"?\",\"as\":\"tier=public\",\"answerable\":false}\n";
        check("", "there is no question");
        check(&format!("{fine}{{\"id\":\"g2\"}}\n"), "gold.jsonl line 2: missing field");
        check(&format!("{fine}{fine}"), "gold.jsonl line 2: the id \"g1\" stands there before");
        check(&fine.replace("false", "true"), "line 1: g1 has an answer and names no document");
    }

    #[test]
    fn documents_are_named_below_the_seed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("public")).unwrap();
        std::fs::write(folder.path().join("public/a.zip"), "x").unwrap();
        let seed = Seed::new(folder.path()).unwrap();
        let origin = folder.path().canonicalize().unwrap().join("public/a.zip!/inside.md");
        assert_eq!(seed.document(origin.to_str().unwrap()), "public/a.zip");
        assert_eq!(seed.document("elsewhere.md"), "elsewhere.md");
        let named = ["public/a.zip".to_owned(), "public/gone.md".to_owned()];
        assert_eq!(seed.missing(named.iter()), ["public/gone.md"]);
    }
}
