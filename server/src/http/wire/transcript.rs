//! A conversation as a file: JSON for programs, Markdown for people, written turn by turn.
//!
//! What stands in it is what reading the conversation tells, masks included. In Markdown nothing that anybody else wrote
//! loads a picture or becomes HTML, wherever the file is opened. Knows no store.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{ConversationLine, RememberedCitation, ReplyLine, TurnReply};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// `json`, which is the default, or `markdown`.
    pub format: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transcript {
    Json,
    Markdown,
}

impl Transcript {
    pub fn named(format: Option<&str>) -> Option<Self> {
        match format {
            None | Some("json") => Some(Self::Json),
            Some("markdown") => Some(Self::Markdown),
            Some(_) => None,
        }
    }

    pub fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Markdown => "text/markdown; charset=utf-8",
        }
    }

    /// As the end of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Markdown => "md",
        }
    }

    /// What comes before the first turn.
    pub fn begin(self, line: &ConversationLine) -> String {
        match self {
            Self::Json => {
                let mut head = json!(line).to_string();
                head.pop();
                format!("{head},\"said\":[\n")
            }
            Self::Markdown => format!("# {}\n", harmless(&line.title)),
        }
    }

    pub fn turn(self, turn: &TurnReply) -> String {
        match self {
            Self::Json if turn.turn > 1 => format!(",\n{}", json!(turn)),
            Self::Json => json!(turn).to_string(),
            Self::Markdown => in_markdown(turn),
        }
    }

    /// What comes behind the last turn: what people said who took the conversation over.
    pub fn end(self, replies: &[ReplyLine]) -> String {
        match self {
            Self::Json => format!("\n],\"replies\":{}}}\n", json!(replies)),
            Self::Markdown => replies.iter().map(said_by_a_person).collect(),
        }
    }
}

fn in_markdown(turn: &TurnReply) -> String {
    let mut written = format!("\n## {}\n\n{}\n", turn.turn, quoted("", &turn.question));
    if let Some(asked_as) = &turn.asked_as {
        written += &format!("\nSearched for: {}\n", harmless(asked_as));
    }
    written += &format!("\n{}\n", harmless(turn.answer.trim_end()));
    if !turn.citations.is_empty() {
        written += "\nSources:\n\n";
        written.extend(turn.citations.iter().map(source));
    }
    written
}

fn said_by_a_person(reply: &ReplyLine) -> String {
    format!("\n## From a person, after {}\n\n{}\n", reply.after_turn, harmless(&reply.text))
}

fn source(citation: &RememberedCitation) -> String {
    let RememberedCitation { n, title, url, link, page, heading, quote, .. } = citation;
    let url = link.as_ref().unwrap_or(url);
    let page = page.map_or(String::new(), |page| format!(", page {page}"));
    let heading = if heading.is_empty() { String::new() } else { format!(", {}", harmless(heading)) };
    format!("- [{n}] {}{heading}{page}, {}\n\n{}\n\n", harmless(title), harmless(url), quoted("  ", quote))
}

fn quoted(indent: &str, text: &str) -> String {
    harmless(text).lines().map(|line| format!("{indent}> {line}")).collect::<Vec<_>>().join("\n")
}

/// Without tags and pictures: what begins one is written as the letter that it is.
fn harmless(text: &str) -> String {
    text.replace('<', "&lt;").replace("![", "!&#91;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(turn: i64, answer: &str, quote: &str) -> TurnReply {
        let citation = RememberedCitation {
            n: 1,
            document_id: "d".into(),
            title: "Refunds".into(),
            url: "https://example.test/a".into(),
            link: None,
            dated: None,
            page: Some(3),
            heading: "How long".into(),
            quote: quote.into(),
            start: 0,
            end: quote.len(),
        };
        TurnReply {
            turn,
            question: "How long?\nAnd why?".into(),
            answer: answer.into(),
            masked: false,
            declined: false,
            simulated: false,
            asked_as: None,
            citations: vec![citation],
            record_id: None,
            asked_ms: 7,
            mode: None,
            model: None,
            notice: None,
            interrupted: false,
            marks: Vec::new(),
            sources: Vec::new(),
            helpful: None,
        }
    }

    fn line() -> ConversationLine {
        ConversationLine {
            id: "c".into(),
            title: "A \"title\"".into(),
            turns: 2,
            created_ms: 1,
            used_ms: 2,
            ends_ms: 3,
        }
    }

    fn whole(format: Transcript, turns: &[TurnReply]) -> String {
        let turns: String = turns.iter().map(|turn| format.turn(turn)).collect();
        format!("{}{turns}{}", format.begin(&line()), format.end(&[]))
    }

    #[test]
    fn json_is_one_object_however_many_turns() {
        for many in 0..4 {
            let turns: Vec<TurnReply> = (1..=many).map(|n| turn(n, "Ten days [1].", "Ten days.")).collect();
            let told: serde_json::Value = serde_json::from_str(&whole(Transcript::Json, &turns)).unwrap();
            assert_eq!((&told["title"], &told["turns"]), (&json!("A \"title\""), &json!(2)));
            assert_eq!(told["said"], json!(turns));
        }
    }

    #[test]
    fn markdown_is_for_people() {
        let written = whole(Transcript::Markdown, &[turn(1, "Ten days [1].", "Ten\ndays.")]);
        let expected = "# A \"title\"\n\n## 1\n\n> How long?\n> And why?\n\nTen days [1].\n\nSources:\n\n\
                        - [1] Refunds, How long, page 3, https://example.test/a\n\n  > Ten\n  > days.\n\n";
        assert_eq!(written, expected);
    }

    #[test]
    fn nothing_is_loaded_and_nothing_runs() {
        let hostile = "![x](https://evil.test/p)<img src=x><script>alert(1)</script>";
        let mut told = turn(1, hostile, hostile);
        told.question = hostile.into();
        told.asked_as = Some(hostile.into());
        told.citations[0].title = hostile.into();
        told.citations[0].heading = hostile.into();
        told.citations[0].url = hostile.into();
        let written = whole(Transcript::Markdown, &[told]);
        assert!(!written.contains('<') && !written.contains("![") && written.contains("evil.test"), "{written}");
    }
}
