//! Bad input: that the corpus is as large as it claims, and that its harmless majority is read or refused as it should.
//!
//! What may end its reader is read in the server's tests, where readers may end.

mod corpus;

use std::collections::HashSet;

use ingest::parse::{Kind, ParseError, Parsed, Setting, parse, unpack};

use self::corpus::{Outcome, corpus};

#[test]
fn the_corpus_is_as_large_as_it_claims() {
    let corpus = corpus();
    let names: HashSet<&str> = corpus.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names.len(), corpus.len(), "names come twice");
    assert!(corpus.len() >= 400, "{}", corpus.len());
    let harmless = corpus.iter().filter(|file| !file.is_heavy).count();
    assert!(harmless * 2 > corpus.len(), "{harmless} of {}", corpus.len());
}

#[test]
fn each_harmless_file_comes_to_its_end() {
    let harmless = corpus().into_iter().filter(|file| !file.is_heavy);
    let complaints: Vec<String> =
        harmless.filter_map(|file| file.complaint(&outcome(&file.name, &file.bytes()))).collect();
    assert!(complaints.is_empty(), "{}\n{}", complaints.len(), complaints.join("\n"));
}

/// What a worker would answer.
fn outcome(name: &str, bytes: &[u8]) -> Outcome {
    let mut parts = 0;
    match read(name, bytes, &mut parts) {
        Ok(Parsed { markdown, pages, problems, .. }) => {
            let text = pages.into_iter().fold(markdown, |text, page| text + &page.text);
            Outcome { reason: None, text, problems, parts }
        }
        Err(error) => Outcome { reason: Some(error.to_string()), parts, ..Outcome::default() },
    }
}

fn read(name: &str, bytes: &[u8], parts: &mut usize) -> Result<Parsed, ParseError> {
    let kind = Kind::sniff(bytes, Some(name))?;
    let mut parsed = parse(kind, bytes, &Setting::default())?;
    if kind.has_parts() {
        parsed.problems.extend(unpack(kind, bytes, &mut |_| *parts += 1)?);
    }
    Ok(parsed)
}
