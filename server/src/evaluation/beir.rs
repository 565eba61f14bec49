//! Sets in BEIR form: `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`. A line that is wrong is named.
//!
//! Two things go beyond the form: a question may come with the turns before it (`history`), and may say of itself that
//! the corpus has no answer (`metadata.answerable`). Does not know how a ranking comes about.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use retrieval::evaluate::Judged;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::lines::{SetError, numbered, objects};

/// A document of the corpus.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    #[serde(rename = "_id")]
    pub id: String,
    #[serde(default, deserialize_with = "or_nothing")]
    pub title: String,
    #[serde(default, deserialize_with = "or_nothing")]
    pub text: String,
}

/// What somebody said before.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Said {
    pub role: String,
    pub text: String,
    /// Titles of what an answer was taken from.
    #[serde(default, deserialize_with = "or_nothing")]
    pub sources: Vec<String>,
}

/// A question as it is asked.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    #[serde(rename = "_id")]
    pub id: String,
    pub text: String,
    #[serde(default, deserialize_with = "or_nothing")]
    pub history: Vec<Said>,
    /// Every set keeps something else in here.
    #[serde(default)]
    metadata: Value,
}

/// Sets write `null` where they have nothing.
fn or_nothing<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(value: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(value)?.unwrap_or_default())
}

impl Asked {
    /// Whether the corpus holds an answer, where the set says so.
    pub fn answerable(&self) -> Option<bool> {
        self.metadata.get("answerable")?.as_bool()
    }
}

/// A corpus, questions, and judgements by question.
#[derive(Clone, Debug)]
pub struct Set {
    pub documents: Vec<Record>,
    /// Those that are judged.
    pub questions: Vec<Asked>,
    /// Those that are not judged, but are known to have an answer or none: for measuring confidence.
    pub unjudged: Vec<Asked>,
    pub judged: HashMap<String, Judged>,
    /// What was left out, each a sentence.
    pub problems: Vec<String>,
}

impl Set {
    /// The set in `folder`, with at most `limit` of its judged questions, and as many of those that are not.
    pub fn read(folder: &Path, limit: Option<usize>) -> Result<Self, SetError> {
        let (corpus, queries, qrels) =
            (folder.join("corpus.jsonl"), folder.join("queries.jsonl"), folder.join("qrels/test.tsv"));
        let mut problems = Vec::new();
        let documents: Vec<(usize, Record)> = objects(&corpus, "the corpus holds no document")?;
        let documents = once(&corpus, documents, |record| &record.id, &mut problems);
        let asked: Vec<(usize, Asked)> = objects(&queries, "there is no question")?;
        let asked = once(&queries, asked, |asked| &asked.id, &mut problems);
        let mut judged: HashMap<String, Judged> = HashMap::new();
        for (question, document, grade) in numbered(&qrels, judgement)?.into_iter().filter_map(|(_, row)| row) {
            if grade > 0 {
                judged.entry(question).or_default().insert(document, grade);
            }
        }
        let (mut questions, mut unjudged): (Vec<_>, Vec<_>) =
            asked.into_iter().partition(|asked| judged.contains_key(&asked.id));
        unjudged.retain(|asked| asked.answerable().is_some());
        for kind in [&mut questions, &mut unjudged] {
            kind.truncate(limit.unwrap_or(usize::MAX));
        }
        if questions.is_empty() {
            return Err(SetError::Nothing { file: qrels, what: "no question has a relevant document" });
        }
        Ok(Self { documents, questions, unjudged, judged, problems })
    }
}

/// The first of every id stands: judgements name ids, and cannot mean two texts.
fn once<T>(file: &Path, found: Vec<(usize, T)>, id: fn(&T) -> &String, problems: &mut Vec<String>) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut kept = Vec::with_capacity(found.len());
    for (line, record) in found {
        if seen.insert(id(&record).clone()) {
            kept.push(record);
        } else {
            let (file, id) = (file.display(), id(&record));
            problems.push(format!("{file} line {line}: the id \"{id}\" stands there before, this one is left out"));
        }
    }
    kept
}

/// `question TAB document TAB grade`; the head line is none.
fn judgement(line: &str) -> Result<Option<(String, String, u32)>, String> {
    let fields: Vec<&str> = line.split('\t').collect();
    match fields[..] {
        ["query-id", ..] => Ok(None),
        [question, document, grade] => {
            let number: Option<f64> = grade.trim().parse().ok().filter(|grade: &f64| grade.is_finite());
            let grade = number.ok_or_else(|| format!("\"{grade}\" is not a grade"))?;
            Ok(Some((question.to_owned(), document.to_owned(), grade.max(0.0) as u32)))
        }
        _ => Err("expected query, document and grade between tabs".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORPUS: &str = "{\"_id\":\"d\",\"text\":\"t\"}\n";
    const QUERIES: &str = "{\"_id\":\"q\",\"text\":\"?\"}\n{\"_id\":\"r\",\"text\":\"?\"}\n";

    fn write(corpus: &str, queries: &str, qrels: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("qrels")).unwrap();
        std::fs::write(folder.path().join("corpus.jsonl"), corpus).unwrap();
        std::fs::write(folder.path().join("queries.jsonl"), queries).unwrap();
        std::fs::write(folder.path().join("qrels/test.tsv"), qrels).unwrap();
        folder
    }

    #[test]
    fn reads_the_judged_questions() {
        let folder = write(CORPUS, QUERIES, "query-id\tcorpus-id\tscore\nq\td\t1\nr\td\t0\n");
        let set = Set::read(folder.path(), None).unwrap();
        assert_eq!((set.documents.len(), set.questions.len(), set.unjudged.len()), (1, 1, 0));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |corpus, queries, qrels, words: &str| {
            let error = Set::read(write(corpus, queries, qrels).path(), None).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        check("{\"_id\":\"d\"}\nnot json\n", QUERIES, "", "corpus.jsonl line 2");
        check(CORPUS, "{\"_id\":\"q\"}\n", "", "queries.jsonl line 1");
        check(CORPUS, QUERIES, "q d 1\n", "test.tsv line 1: expected");
        check(CORPUS, QUERIES, "q\td\tmuch\n", "\"much\" is not a grade");
        check(CORPUS, QUERIES, "q\td\tNaN\n", "\"NaN\" is not a grade");
        check("\n", QUERIES, "q\td\t1\n", "corpus.jsonl: the corpus holds no document");
        check(CORPUS, "", "q\td\t1\n", "queries.jsonl: there is no question");
        check(CORPUS, QUERIES, "q\td\t0\n", "test.tsv: no question has a relevant document");
    }

    #[test]
    fn an_id_that_stands_twice_is_told_and_its_first_text_stands() {
        let corpus = format!("{CORPUS}{{\"_id\":\"d\",\"text\":\"another\"}}\n");
        let set = Set::read(write(&corpus, QUERIES, "q\td\t1\n").path(), None).unwrap();
        assert_eq!((set.documents.len(), set.documents[0].text.as_str()), (1, "t"));
        assert!(set.problems[0].contains("corpus.jsonl line 2"), "{:?}", set.problems);
    }

    #[test]
    fn history_and_answerability_are_read_and_limits_hold_for_both_kinds() {
        let question = |id: &str, answerable: bool| {
            format!("{{\"_id\":\"{id}\",\"text\":\"?\",\"metadata\":{{\"answerable\":{answerable}}}}}\n")
        };
        let with_history =
            "{\"_id\":\"h\",\"text\":\"And then?\",\"history\":[{\"role\":\"user\",\"text\":\"How?\"}]}\n";
        let queries =
            [with_history.to_owned(), question("a", true), question("n", false), question("m", false)].concat();
        let folder = write(CORPUS, &queries, "h\td\t1\na\td\t1\n");
        let set = Set::read(folder.path(), None).unwrap();
        assert_eq!(set.questions[0].history, [Said { role: "user".into(), text: "How?".into(), sources: Vec::new() }]);
        assert_eq!((set.questions[1].answerable(), set.unjudged.len()), (Some(true), 2));
        let few = Set::read(folder.path(), Some(1)).unwrap();
        assert_eq!((few.questions.len(), few.unjudged.len()), (1, 1));
    }
}
