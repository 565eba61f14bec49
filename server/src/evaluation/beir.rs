//! Sets in BEIR form: `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`. A line that is wrong is named.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use retrieval::evaluate::Judged;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A document of the corpus.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    #[serde(rename = "_id")]
    pub id: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub text: String,
}

/// A question as it is asked.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    #[serde(rename = "_id")]
    pub id: String,
    pub text: String,
}

/// A corpus, questions, and judgements by question.
#[derive(Clone, Debug)]
pub struct Set {
    pub documents: Vec<Record>,
    pub questions: Vec<Asked>,
    pub judged: HashMap<String, Judged>,
}

/// Why a set cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    #[error("{} cannot be read: {cause}", .file.display())]
    File { file: PathBuf, cause: std::io::Error },
    #[error("{} line {line}: {cause}", .file.display())]
    Line { file: PathBuf, line: usize, cause: String },
}

impl Set {
    /// The set in `folder`, with at most `limit` of its judged questions.
    pub fn read(folder: &Path, limit: Option<usize>) -> Result<Self, SetError> {
        let documents: Vec<Record> = lines(&folder.join("corpus.jsonl"), json)?;
        let mut questions: Vec<Asked> = lines(&folder.join("queries.jsonl"), json)?;
        let file = folder.join("qrels/test.tsv");
        let mut judged: HashMap<String, Judged> = HashMap::new();
        for (question, document, grade) in lines(&file, judgement)?.into_iter().flatten() {
            if grade > 0 {
                judged.entry(question).or_default().insert(document, grade);
            }
        }
        questions.retain(|question| judged.contains_key(&question.id));
        questions.truncate(limit.unwrap_or(usize::MAX));
        Ok(Self { documents, questions, judged })
    }
}

fn json<T: DeserializeOwned>(line: &str) -> Result<T, String> {
    serde_json::from_str(line).map_err(|error| error.to_string())
}

/// `question TAB document TAB grade`; the head line is none.
fn judgement(line: &str) -> Result<Option<(String, String, u32)>, String> {
    let fields: Vec<&str> = line.split('\t').collect();
    match fields[..] {
        ["query-id", ..] => Ok(None),
        [question, document, grade] => {
            let grade: f64 = grade.trim().parse().map_err(|_| format!("\"{grade}\" is not a grade"))?;
            Ok(Some((question.to_owned(), document.to_owned(), grade.max(0.0) as u32)))
        }
        _ => Err("expected query, document and grade between tabs".to_owned()),
    }
}

fn lines<T>(file: &Path, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, SetError> {
    let text = std::fs::read_to_string(file).map_err(|cause| SetError::File { file: file.to_owned(), cause })?;
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let wrong = |at, cause| SetError::Line { file: file.to_owned(), line: at + 1, cause };
    numbered.map(|(at, line)| read(line).map_err(|cause| wrong(at, cause))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(corpus: &str, queries: &str, qrels: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("qrels")).unwrap();
        std::fs::write(folder.path().join("corpus.jsonl"), corpus).unwrap();
        std::fs::write(folder.path().join("queries.jsonl"), queries).unwrap();
        std::fs::write(folder.path().join("qrels/test.tsv"), qrels).unwrap();
        folder
    }

    #[test]
    fn reads_the_judged_questions_and_names_a_wrong_line() {
        let (corpus, queries) =
            ("{\"_id\":\"d\",\"text\":\"t\"}\n", "{\"_id\":\"q\",\"text\":\"?\"}\n{\"_id\":\"r\",\"text\":\"?\"}\n");
        let folder = write(corpus, queries, "query-id\tcorpus-id\tscore\nq\td\t1\nr\td\t0\n");
        let set = Set::read(folder.path(), None).unwrap();
        assert_eq!((set.documents.len(), set.questions.len()), (1, 1));

        let check = |folder: tempfile::TempDir, words: &str| {
            let error = Set::read(folder.path(), None).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        check(write("{\"_id\":\"d\"}\nnot json\n", queries, ""), "corpus.jsonl line 2");
        check(write(corpus, "{\"_id\":\"q\"}\n", ""), "queries.jsonl line 1");
        check(write(corpus, queries, "q d 1\n"), "test.tsv line 1: expected");
        check(write(corpus, queries, "q\td\tmuch\n"), "\"much\" is not a grade");
    }
}
