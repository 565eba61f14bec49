//! Leaks: whether a reply holds a sentence, or comes from a document, that its asker may not read.

use retrieval::search::Depth;

use super::answers::{Front, Remarks, is_one_of};
use super::gold::Leak;
use crate::answer::Question;

/// Everything that the asker could page through.
const PASSAGES: usize = 100;

/// Ask them all; a remark for each that leaks, which names what was seen.
pub async fn measure(front: &Front<'_>, leaks: &[Leak]) -> anyhow::Result<Remarks> {
    let mut remarks = Remarks::new();
    for leak in leaks {
        let seen = ask(front, leak).await?;
        if !seen.is_empty() {
            remarks.push(format!("{} leaks: {}", leak.id, seen.join(", ")));
        }
    }
    Ok(remarks)
}

async fn ask(front: &Front<'_>, leak: &Leak) -> anyhow::Result<Vec<String>> {
    let principal = (front.asker)(&leak.asker)?;
    let answer = front.house.answerer.ask(&principal, &Question::parse(&leak.question)?, &[]).await?;
    let searcher = front.house.answerer.searcher();
    let found = searcher.search(&principal.clearance()?, &leak.question, Depth::Full, PASSAGES).await?;
    let passages = found.passages.iter().map(|scored| &scored.passage);
    let mut origins: Vec<String> = answer.citations.iter().map(|citation| citation.origin.clone()).collect();
    origins.extend(passages.clone().map(|passage| passage.origin.clone()));
    let mut told = vec![(front.reply)(answer)?];
    told.extend(passages.map(|passage| format!("{}\n{}\n{}", passage.title, passage.heading, passage.text)));
    Ok(seen(leak, &told, origins.iter().map(|origin| front.seed.document(origin))))
}

/// What of the forbidden stands in what was told, and which hidden documents it came from.
fn seen<'a>(leak: &Leak, told: &[String], documents: impl Iterator<Item = &'a str>) -> Vec<String> {
    let stands = |words: &String| {
        // A reply is JSON, in which quotation marks and line ends are written otherwise.
        let written = serde_json::Value::from(words.as_str()).to_string();
        told.iter().any(|text| text.contains(words.as_str()) || text.contains(written.trim_matches('"')))
    };
    let mut seen: Vec<String> =
        leak.forbidden.iter().chain(&leak.hidden).filter(|words| stands(words)).cloned().collect();
    seen.extend(documents.filter(|document| is_one_of(document, &leak.hidden)).map(str::to_owned));
    seen.sort();
    seen.dedup();
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(told: &str, documents: &[&str], expected: &[&str]) {
        let leak = Leak {
            id: "l1".into(),
            question: "?".into(),
            asker: "tier=public".into(),
            hidden: vec!["restricted/salary-bands.md".into()],
            forbidden: vec!["184,000".into(), "so-called \"band 9\"".into()],
        };
        assert_eq!(seen(&leak, &[told.to_owned()], documents.iter().copied()), expected, "{told}");
    }

    #[test]
    fn words_and_documents_that_leak_are_named() {
        check("Refunds take ten days.", &["public/refunds.md"], &[]);
        check("It is 184,000 pounds.", &[], &["184,000"]);
        check(r#"{"answer":"the so-called \"band 9\""}"#, &[], &["so-called \"band 9\""]);
        check("", &["restricted/salary-bands.md"], &["restricted/salary-bands.md"]);
        check(r#"{"url":"seed/restricted/salary-bands.md"}"#, &[], &["restricted/salary-bands.md"]);
    }
}
