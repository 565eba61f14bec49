//! `lectern replay`: a question of an answer record, asked again, and what is different now.

use std::collections::BTreeSet;

use retrieval::model::RecordId;
use serde::Serialize;

use super::desk::{self, Desk};
use super::{Context, Failure, Outcome, checked_as, print};
use crate::http::wire::{AskReply, RecordReply};

#[derive(clap::Args)]
pub struct Args {
    /// The record of the answer, as `ask --json` and the inbox of feedback name it
    record: String,
    /// Ask as somebody else than whoever asked: of this tier and these groups, or as person:NAME
    #[arg(long = "as", value_name = "WHO", value_parser = checked_as)]
    as_label: Option<String>,
    /// Ask of this generation of the index, by its id; it has to be one that is kept
    #[arg(long, value_name = "ID")]
    generation: Option<String>,
}

/// What was answered then and now.
#[derive(Serialize)]
struct Replayed {
    record_id: String,
    question: String,
    /// Nothing for everything.
    #[serde(rename = "as")]
    as_label: Option<String>,
    /// Word for word the same answer.
    same: bool,
    then: Side,
    now: Side,
    /// Documents that were cited then and are not now, and the other way round.
    no_longer_cited: Vec<String>,
    newly_cited: Vec<String>,
}

#[derive(Serialize)]
struct Side {
    /// Nothing when it is not readable any more.
    answer: Option<String>,
    declined: bool,
    mode: String,
    model: String,
    generation_id: String,
    record_id: Option<String>,
    took_ms: i64,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let desk = Desk::open(context).await?;
    let replayed = replayed(&desk, args).await;
    desk.close().await;
    let replayed = replayed?;
    match context.json {
        true => print::json(&replayed),
        false => show(&replayed),
    }
    Ok(())
}

async fn replayed(desk: &Desk, args: Args) -> Result<Replayed, Failure> {
    let absent = || desk::gone(&format!("there is no answer record \"{}\"", args.record));
    let id: RecordId = args.record.parse().map_err(|_| absent())?;
    let then = desk.record(id).await?.ok_or_else(absent)?;
    let as_label = args.as_label.or_else(|| then.as_label.clone());
    // What was said before is not kept with the record; the question that stood alone is.
    let asked_as = then.trace.as_ref().and_then(|trace| trace["asked_as"].as_str());
    let question = asked_as.unwrap_or(&then.question).to_owned();
    let of = args.generation.unwrap_or_else(|| then.live_generation_id.clone());
    let not_kept =
        || Failure::Usage(format!("the generation {of} is not kept; lectern reindex list shows those that are"));
    let now = desk.ask_of(&question, as_label.as_deref(), &of).await?.ok_or_else(not_kept)?;
    Ok(compared(then, question, as_label, (now, of)))
}

fn compared(
    then: RecordReply,
    question: String,
    as_label: Option<String>,
    (now, generation_id): (AskReply, String),
) -> Replayed {
    let cited_then: BTreeSet<String> =
        then.documents.iter().filter(|document| document.cited).map(|document| document.document_id.clone()).collect();
    let cited_now: BTreeSet<String> = now.citations.iter().map(|cited| cited.document_id.clone()).collect();
    Replayed {
        same: then.answer.as_deref() == Some(now.answer.as_str()),
        record_id: then.record_id.clone(),
        question,
        as_label,
        no_longer_cited: cited_then.difference(&cited_now).cloned().collect(),
        newly_cited: cited_now.difference(&cited_then).cloned().collect(),
        now: Side {
            answer: Some(now.answer),
            declined: now.declined,
            mode: now.mode,
            model: now.model,
            generation_id,
            record_id: now.record_id,
            took_ms: i64::try_from(now.took_ms).unwrap_or(i64::MAX),
        },
        then: Side {
            answer: then.answer,
            declined: then.declined,
            mode: then.mode,
            model: then.model,
            generation_id: then.generation_id,
            record_id: Some(then.record_id),
            took_ms: then.took_ms,
        },
    }
}

fn show(replayed: &Replayed) {
    let eyes = replayed.as_label.as_deref().map_or_else(|| "with all eyes".to_owned(), |eyes| format!("as {eyes}"));
    print::line(&format!("{}  ({eyes})\n", replayed.question));
    let Some(then) = &replayed.then.answer else {
        print::line("What was answered then rests on documents that are gone. Now:\n");
        return print::line(replayed.now.answer.as_deref().unwrap_or_default());
    };
    let now = replayed.now.answer.as_deref().unwrap_or_default();
    if replayed.same {
        print::line("Answered word for word as then:\n");
        return print::line(now);
    }
    for line in then.lines().filter(|line| !now.lines().any(|other| other == *line)) {
        print::line(&format!("- {line}"));
    }
    for line in now.lines() {
        let mark = if then.lines().any(|other| other == line) { ' ' } else { '+' };
        print::line(format!("{mark} {line}").trim_end());
    }
    for (sign, documents) in [('-', &replayed.no_longer_cited), ('+', &replayed.newly_cited)] {
        for document in documents {
            print::line(&format!("\n{sign} cites the document {document}"));
        }
    }
}
